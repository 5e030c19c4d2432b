/* SPDX-License-Identifier: EUPL-1.2 */
/* Neighbours on a line. */
#include "engine/effect/match_int.h"

#include "base/real.h"

#include <math.h>

/* Both groups in their order, and where the free controls are. */
struct line {
    const struct match_ask *ask;
    struct match_sides sides;
    double *control;      /* value of each control */
    size_t *stand;        /* of each treated: how many controls stand before it */
    bool *has_pair;       /* of each treated */
    size_t *below, *over; /* n_control + 1 links towards a free control, see the two finders */
};

/* Where a treated may look: controls from .. to - 1 of its stratum. */
struct reach {
    double value;
    size_t from, to;
};

/* Follows links to one that points at itself, halving the way (Tarjan and van Leeuwen 1984). */
static size_t find_end(size_t *link, size_t i)
{
    while (link[i] != i) {
        link[i] = link[link[i]];
        i = link[i];
    }
    return i;
}

/* One past the last free control before place `to`, or 0. */
static size_t free_below(const struct line *l, size_t to)
{
    return find_end(l->below, to);
}

/* The first free control from place `from` on, or n_control. */
static size_t free_over(const struct line *l, size_t from)
{
    return find_end(l->over, from);
}

static void take(const struct line *l, size_t at)
{
    l->below[at + 1] = at;
    l->over[at] = at + 1;
}

static struct reach reach_of(const struct line *l, size_t treated)
{
    const size_t row = l->sides.treated[treated];
    const size_t *first = l->sides.first + match_stratum(l->ask, row);
    return (struct reach){l->ask->value[row], first[0], first[1]};
}

/* How many controls stand before a treated: those of lower strata, and of lower value. */
static size_t count_before(const struct line *l, const struct reach *r)
{
    size_t low = r->from, high = r->to;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (l->control[middle] < r->value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static err line_new(const struct match_ask *ask, arena *a, struct line *l, struct err_info *info)
{
    *l = (struct line){.ask = ask};
    const err e = match_sides_new(ask, a, &l->sides, info);
    if (e != OK)
        return e;
    l->control = ARENA_NEW(a, double, l->sides.n_control);
    l->stand = ARENA_NEW(a, size_t, l->sides.n_treated);
    l->has_pair = ARENA_NEW(a, bool, l->sides.n_treated);
    l->below = ARENA_NEW(a, size_t, l->sides.n_control + 1);
    l->over = ARENA_NEW(a, size_t, l->sides.n_control + 1);
    if (!l->control || !l->stand || !l->has_pair || !l->below || !l->over)
        return err_nomem(info);
    for (size_t i = 0; i < l->sides.n_control; i++)
        l->control[i] = ask->value[l->sides.control[i]];
    for (size_t i = 0; i < l->sides.n_treated; i++) {
        const struct reach r = reach_of(l, i);
        l->stand[i] = count_before(l, &r);
    }
    for (size_t i = 0; i <= l->sides.n_control; i++)
        l->below[i] = l->over[i] = i;
    return OK;
}

/*
 * The nearer of two controls: the one before place `below`, the one at place
 * `over`; n_control when there is none in reach and within the width.
 */
static size_t nearer(const struct line *l, const struct reach *r, size_t below, size_t over)
{
    const bool has_below = below > r->from, has_over = over < r->to;
    const double down = has_below ? r->value - l->control[below - 1] : REAL_INF;
    const double up = has_over ? l->control[over] - r->value : REAL_INF;

    if (!(has_below || has_over) || fmin(down, up) > l->ask->width)
        return l->sides.n_control;
    return down <= up ? below - 1 : over;
}

static void add_pair(struct line *l, size_t treated, size_t control, struct match_pairs *pairs)
{
    pairs->pair[pairs->n++] =
        (struct match_pair){l->sides.treated[treated], l->sides.control[control]};
    l->has_pair[treated] = true;
}

/* Every treated in turn takes one free control; false when nobody found one. */
static bool run_round(struct line *l, struct match_pairs *pairs)
{
    const size_t before = pairs->n;

    for (size_t i = 0; i < l->sides.n_treated; i++) {
        const struct reach r = reach_of(l, i);
        const size_t at = nearer(l, &r, free_below(l, l->stand[i]), free_over(l, l->stand[i]));
        if (at == l->sides.n_control)
            continue;
        add_pair(l, i, at, pairs);
        take(l, at);
    }
    return pairs->n > before;
}

/* One treated takes its nearest controls, and leaves them to others as well. */
static void take_all(struct line *l, size_t i, struct match_pairs *pairs)
{
    const struct reach r = reach_of(l, i);
    size_t below = l->stand[i], over = l->stand[i];

    for (size_t k = 0; k < l->ask->ratio; k++) {
        const size_t at = nearer(l, &r, below, over);
        if (at == l->sides.n_control)
            return;
        add_pair(l, i, at, pairs);
        if (at < below)
            below = at;
        else
            over = at + 1;
    }
}

/* Why those without a pair have none. */
static void count_lost(const struct line *l, struct match_pairs *pairs)
{
    for (size_t i = 0; i < l->sides.n_treated; i++) {
        if (l->has_pair[i])
            continue;
        const struct reach r = reach_of(l, i);
        const bool alone = r.from == r.to;
        const bool outside = nearer(l, &r, l->stand[i], l->stand[i]) == l->sides.n_control;
        pairs->n_alone += alone;
        pairs->n_outside += outside && !alone;
        pairs->n_taken += !outside;
    }
}

err match_nearest(const struct match_ask *ask, arena *a, struct match_pairs *pairs,
                  struct err_info *info)
{
    struct line l;
    arena *scratch = arena_new(SIZE_MAX);
    if (!scratch)
        return err_nomem(info);

    err e = line_new(ask, scratch, &l, info);
    if (e == OK)
        e = match_pairs_new(ask, &l.sides, a, pairs, info);
    if (e != OK)
        goto out;
    for (size_t i = 0; ask->replace && i < l.sides.n_treated; i++)
        take_all(&l, i, pairs);
    for (size_t k = 0; !ask->replace && k < ask->ratio; k++)
        if (!run_round(&l, pairs))
            break;
    count_lost(&l, pairs);
out:
    arena_free(scratch);
    return e;
}
