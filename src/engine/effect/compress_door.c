/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Sums that may leave. Every number that a team's sums show, or that follows from one of them,
 * is made by no person or by at least `min_persons`:
 *   rows and weight of a period      persons seen in it
 *   A at two periods, or at one      persons seen in both, or in it and in another
 *   b of a column at a period        persons seen in it for whom the column changes
 *   c of two columns                 persons for whom both change
 *   the team                         its persons, and those of them seen since its start
 * A team of which this is not true goes together with another of the same start, until it is. What
 * finds no other is withheld. Merging keeps all sums over teams of one start, so that estimates
 * stay what they were; only clusters become fewer and larger.
 *
 * What is left to the reader: differences of counts. That three persons were seen in one period
 * less than in another can be seen, but not who or how they fared.
 */
#include "engine/effect/compress_int.h"

#include <string.h>

static bool is_enough(size_t n, size_t min_persons)
{
    return n == 0 || n >= min_persons;
}

static bool all_enough(const uint32_t *n, size_t count, size_t min_persons)
{
    for (size_t i = 0; i < count; i++)
        if (!is_enough(n[i], min_persons))
            return false;
    return true;
}

static bool may_leave(const struct compressed *c, const struct compressed_team *team,
                      size_t min_persons)
{
    const size_t t = c->n_periods, k = compressed_columns(c);
    if (team->n_persons < min_persons || !is_enough(team->n_treated, min_persons))
        return false;
    for (size_t i = 0; i < t; i++)
        if (!is_enough(team->n_rows[i], min_persons))
            return false;
    return all_enough(team->by.pair, t * t + k * t + k * k, min_persons);
}

/* The smaller, and of equals the one named first. */
static bool comes_before(const struct compressed_team *a, const struct compressed_team *b)
{
    return a->n_persons != b->n_persons ? a->n_persons < b->n_persons
                                        : str_cmp(a->name[0], b->name[0]) < 0;
}

struct door {
    struct compressed *c;
    size_t min_persons;
    bool *stays;   /* of each team: it may not leave */
    bool *is_gone; /* of each team: it is part of another, or withheld */
};

/* The smallest team of this start but one; of those that may not leave when `staying`. */
static size_t smallest(const struct door *d, uint32_t start, size_t but, bool staying)
{
    const struct compressed *c = d->c;
    size_t best = c->n_teams;
    for (size_t g = 0; g < c->n_teams; g++) {
        if (g == but || d->is_gone[g] || c->team[g].start != start || (staying && !d->stays[g]))
            continue;
        if (best == c->n_teams || comes_before(&c->team[g], &c->team[best]))
            best = g;
    }
    return best;
}

/* In order of bytes, whatever the order in which they came together. */
static err join_names(const struct compressed *c, struct compressed_team *to,
                      const struct compressed_team *from, struct err_info *info)
{
    const size_t n = to->n_names + from->n_names;
    str *name = ARENA_NEW(c->memory, str, n);
    if (!name)
        return err_nomem(info);
    for (size_t i = 0, a = 0, b = 0; i < n; i++) {
        const bool is_own =
            b == from->n_names || (a < to->n_names && str_cmp(to->name[a], from->name[b]) <= 0);
        name[i] = is_own ? to->name[a++] : from->name[b++];
    }
    to->name = name;
    to->n_names = n;
    return OK;
}

/* Teams of one start, until all may leave or one is alone. */
static err settle_start(struct door *d, uint32_t start, struct err_info *info)
{
    struct compressed *c = d->c;
    for (;;) {
        const size_t g = smallest(d, start, c->n_teams, true);
        if (g == c->n_teams)
            return OK;
        const size_t other = smallest(d, start, g, false);
        if (other == c->n_teams) {
            d->is_gone[g] = true;
            c->n_withheld += c->team[g].n_names;
            return OK;
        }
        const err e = join_names(c, &c->team[other], &c->team[g], info);
        if (e != OK)
            return e;
        team_sums_add(&c->team[other], c->n_periods, compressed_columns(c), &c->team[g]);
        d->stays[other] = !may_leave(c, &c->team[other], d->min_persons);
        d->is_gone[g] = true;
    }
}

static void drop_gone(struct door *d)
{
    struct compressed *c = d->c;
    size_t kept = 0;
    for (size_t g = 0; g < c->n_teams; g++)
        if (!d->is_gone[g])
            c->team[kept++] = c->team[g];
    c->n_teams = kept;
}

/* What the counts vouched for may be read without them. */
static void forget_counts(struct compressed *c)
{
    for (size_t g = 0; g < c->n_teams; g++)
        c->team[g].by = (struct compressed_counts){NULL, NULL, NULL};
    c->n_dropped = 0; /* may be a handful */
}

err compressed_release(compressed *c, size_t min_persons, struct err_info *info)
{
    struct door d = {.c = c,
                     .min_persons = min_persons,
                     .stays = ARENA_NEW(c->memory, bool, c->n_teams),
                     .is_gone = ARENA_NEW(c->memory, bool, c->n_teams)};
    if (!d.stays || !d.is_gone)
        return err_nomem(info);
    if (min_persons < EFFECT_PERSONS_LEAST) {
        err_set(info, E_INPUT, "compress.too-few-persons");
        msg_int(&info->msg, EFFECT_PERSONS_LEAST);
        return E_INPUT;
    }
    for (size_t g = 0; g < c->n_teams; g++)
        d.stays[g] = !may_leave(c, &c->team[g], min_persons);
    for (size_t g = 0; g < c->n_teams; g++) {
        const err e = settle_start(&d, c->team[g].start, info);
        if (e != OK)
            return e;
    }
    drop_gone(&d);
    if (c->n_teams == 0) {
        err_set(info, E_INPUT, "compress.nothing-left");
        msg_int(&info->msg, (int64_t)min_persons);
        return E_INPUT;
    }
    c->min_persons = min_persons;
    forget_counts(c);
    return OK;
}
