/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/match_int.h"

#include "base/real.h"

#include <math.h>
#include <stdlib.h>

struct place {
    double value;
    size_t row;
};

/* Both groups in their order, and where the free controls are. */
struct line {
    const struct match_ask *ask;
    struct place *treated, *control; /* largest first; smallest first */
    size_t n_treated, n_control;
    size_t *stand;        /* of each treated: how many controls lie below it */
    bool *has_pair;       /* of each treated */
    size_t *below, *over; /* n_control + 1 links towards a free control, see the two finders */
};

static int rising(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static int falling(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->value != y->value)
        return x->value > y->value ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

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

/* How many controls have a lower value. */
static size_t count_below(const struct line *l, double value)
{
    size_t low = 0, high = l->n_control;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (l->control[middle].value < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static err line_new(const struct match_ask *ask, arena *a, struct line *l, struct err_info *info)
{
    *l = (struct line){.ask = ask};
    for (size_t i = 0; i < ask->n; i++)
        l->n_treated += ask->d[i] > 0;
    l->treated = ARENA_NEW(a, struct place, l->n_treated);
    l->control = ARENA_NEW(a, struct place, ask->n - l->n_treated);
    l->stand = ARENA_NEW(a, size_t, l->n_treated);
    l->has_pair = ARENA_NEW(a, bool, l->n_treated);
    l->below = ARENA_NEW(a, size_t, ask->n - l->n_treated + 1);
    l->over = ARENA_NEW(a, size_t, ask->n - l->n_treated + 1);
    if (!l->treated || !l->control || !l->stand || !l->has_pair || !l->below || !l->over)
        return err_nomem(info);
    l->n_treated = 0;
    for (size_t i = 0; i < ask->n; i++) {
        const struct place p = {ask->value[i], i};
        if (ask->d[i] > 0)
            l->treated[l->n_treated++] = p;
        else
            l->control[l->n_control++] = p;
    }
    qsort(l->treated, l->n_treated, sizeof *l->treated, falling);
    qsort(l->control, l->n_control, sizeof *l->control, rising);
    for (size_t i = 0; i < l->n_treated; i++)
        l->stand[i] = count_below(l, l->treated[i].value);
    for (size_t i = 0; i <= l->n_control; i++)
        l->below[i] = l->over[i] = i;
    return OK;
}

/*
 * The nearer of two controls: the one before place `below`, the one at place
 * `over`; n_control when there is none within the width.
 */
static size_t nearer(const struct line *l, double value, size_t below, size_t over)
{
    const double down = below > 0 ? value - l->control[below - 1].value : REAL_INF;
    const double up = over < l->n_control ? l->control[over].value - value : REAL_INF;
    const bool none = below == 0 && over == l->n_control;

    if (none || fmin(down, up) > l->ask->width)
        return l->n_control;
    return down <= up ? below - 1 : over;
}

static void add_pair(struct line *l, size_t treated, size_t control, struct match_pairs *pairs)
{
    pairs->pair[pairs->n++] = (struct match_pair){l->treated[treated].row, l->control[control].row};
    l->has_pair[treated] = true;
}

/* Every treated in turn takes one free control; false when nobody found one. */
static bool run_round(struct line *l, struct match_pairs *pairs)
{
    const size_t before = pairs->n;

    for (size_t i = 0; i < l->n_treated; i++) {
        const size_t at =
            nearer(l, l->treated[i].value, free_below(l, l->stand[i]), free_over(l, l->stand[i]));
        if (at == l->n_control)
            continue;
        add_pair(l, i, at, pairs);
        take(l, at);
    }
    return pairs->n > before;
}

/* One treated takes its nearest controls, and leaves them to others as well. */
static void take_all(struct line *l, size_t i, struct match_pairs *pairs)
{
    size_t below = l->stand[i], over = l->stand[i];

    for (size_t k = 0; k < l->ask->ratio; k++) {
        const size_t at = nearer(l, l->treated[i].value, below, over);
        if (at == l->n_control)
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
    for (size_t i = 0; i < l->n_treated; i++) {
        if (l->has_pair[i])
            continue;
        const bool outside =
            nearer(l, l->treated[i].value, l->stand[i], l->stand[i]) == l->n_control;
        pairs->n_outside += outside;
        pairs->n_taken += !outside;
    }
}

/* The most pairs there can be, or SIZE_MAX. */
static size_t most_pairs(const struct line *l)
{
    const size_t each = l->ask->ratio < l->n_control ? l->ask->ratio : l->n_control;
    size_t most;
    if (__builtin_mul_overflow(each, l->n_treated, &most))
        most = SIZE_MAX;
    return l->ask->replace || most < l->n_control ? most : l->n_control;
}

err match_nearest(const struct match_ask *ask, arena *a, struct match_pairs *pairs,
                  struct err_info *info)
{
    struct line l;
    arena *scratch = arena_new(SIZE_MAX);
    if (!scratch)
        return err_nomem(info);

    *pairs = (struct match_pairs){0};
    err e = line_new(ask, scratch, &l, info);
    if (e != OK)
        goto out;
    pairs->pair = ARENA_NEW(a, struct match_pair, most_pairs(&l));
    if (!pairs->pair) {
        e = err_nomem(info);
        goto out;
    }
    for (size_t i = 0; ask->replace && i < l.n_treated; i++)
        take_all(&l, i, pairs);
    for (size_t k = 0; !ask->replace && k < ask->ratio; k++)
        if (!run_round(&l, pairs))
            break;
    count_lost(&l, pairs);
out:
    arena_free(scratch);
    return e;
}
