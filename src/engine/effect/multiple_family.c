/* SPDX-License-Identifier: EUPL-1.2 */
/* The draws of a family: every cluster gets one multiplier for all estimates it has a part in. */
#include "base/arena.h"
#include "base/real.h"
#include "base/rng.h"
#include "engine/effect/multiple_int.h"

#include <math.h>
#include <stdlib.h>

enum {
    GROUPS_MAX = 1 << 16, /* with multipliers of their own; more clusters share them at random */
    FOLD = 48,            /* bits of a key that then do not count */
    CHUNK = 64,           /* draws of one job */
};

struct family {
    struct effect_member *member;
    size_t n, n_draws;
    uint64_t *group; /* n_groups keys, ascending */
    size_t n_groups;
    unsigned fold;
    double *part; /* n_groups x n: of each member, scaled to a sum of squares of 1 */
    double *draw; /* n_draws x n */
    uint64_t seed;
};

static int by_key(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static size_t keep_distinct(uint64_t *key, size_t n, unsigned fold)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || key[i] >> fold != key[kept - 1])
            key[kept++] = key[i] >> fold;
    return kept;
}

/*
 * All clusters that have a part in some member. Beyond GROUPS_MAX, clusters
 * are put together at random, by their keys: sums over random groups have the
 * same variances and correlations (Hansen, Hurwitz and Madow 1953, ch. 10).
 */
static err list_groups(struct family *f, arena *a, struct err_info *info)
{
    size_t n = 0, at = 0;
    for (size_t m = 0; m < f->n; m++)
        n += f->member[m].parts.n;
    f->group = ARENA_NEW(a, uint64_t, n + 1);
    if (!f->group)
        return err_nomem(info);
    for (size_t m = 0; m < f->n; m++)
        for (size_t i = 0; i < f->member[m].parts.n; i++)
            f->group[at++] = f->member[m].parts.of[i].key;
    qsort(f->group, n, sizeof *f->group, by_key);
    f->n_groups = keep_distinct(f->group, n, 0);
    if (f->n_groups > GROUPS_MAX) {
        f->fold = FOLD;
        f->n_groups = keep_distinct(f->group, f->n_groups, FOLD);
    }
    return OK;
}

/* Parts and groups both ascend, so one walk finds each part's group. */
static void place_parts(struct family *f, size_t m)
{
    const struct effect_parts *parts = &f->member[m].parts;
    double squares = 0;
    for (size_t i = 0, g = 0; i < parts->n; i++) {
        while (f->group[g] != parts->of[i].key >> f->fold)
            g++;
        f->part[g * f->n + m] += parts->of[i].part;
    }
    for (size_t g = 0; g < f->n_groups; g++)
        squares += f->part[g * f->n + m] * f->part[g * f->n + m];
    for (size_t g = 0; squares > 0 && g < f->n_groups; g++)
        f->part[g * f->n + m] /= sqrt(squares);
}

/* CHUNK draws of all members: sums of parts, each times its cluster's multiplier in the draw. */
static void make_draws(void *ctx, size_t chunk, unsigned worker)
{
    (void)worker;
    const struct family *f = ctx;
    const size_t first = chunk * CHUNK;
    const size_t n = f->n_draws - first < CHUNK ? f->n_draws - first : CHUNK;
    double multiplier[CHUNK];

    for (size_t g = 0; g < f->n_groups; g++) {
        const struct rng_key key = {f->seed, rng_stream("effect.family", f->group[g])};
        rng_normals(key, first, n, multiplier);
        for (size_t b = 0; b < n; b++)
            for (size_t m = 0; m < f->n; m++)
                f->draw[(first + b) * f->n + m] += multiplier[b] * f->part[g * f->n + m];
    }
}

/* The member's statistic as a normal one would be that is as rare; NaN when it has none. */
static double normal_scale(const struct effect_member *member)
{
    const struct effect_parts *parts = &member->parts;
    double variance = 0;
    for (size_t i = 0; i < parts->n; i++)
        variance += parts->of[i].part * parts->of[i].part;
    if (!(member->p >= 0) || !(parts->df > 0) || !(variance > 0))
        return REAL_NAN;
    return -real_norm_ppf(real_t_cdf(-fabs(member->estimate) / sqrt(variance), parts->df));
}

static err step_down(struct family *f, arena *a, struct err_info *info)
{
    double *statistic = ARENA_NEW(a, double, f->n);
    double *p = ARENA_NEW(a, double, f->n);
    if (!statistic || !p)
        return err_nomem(info);
    for (size_t m = 0; m < f->n; m++)
        statistic[m] = normal_scale(&f->member[m]);
    const err e = multiple_step_down(statistic, f->n, f->draw, f->n_draws, p, info);
    for (size_t m = 0; e == OK && m < f->n; m++) /* chance in the draws must not make it surer */
        f->member[m].p_adjusted = isnan(p[m]) ? REAL_NAN : fmax(p[m], f->member[m].p);
    return e;
}

err effect_adjust_family(par *pool, struct effect_member *member, size_t n, size_t n_draws,
                         uint64_t seed, struct err_info *info)
{
    struct family f = {.member = member, .n = n, .n_draws = n_draws, .seed = seed};
    arena *a = arena_new(SIZE_MAX);
    if (!a)
        return err_nomem(info);
    err e = list_groups(&f, a, info);
    if (e == OK) {
        f.part = arena_alloc(a, f.n_groups + 1, (n + 1) * sizeof *f.part);
        f.draw = arena_alloc(a, n_draws + 1, (n + 1) * sizeof *f.draw);
        e = f.part && f.draw ? OK : err_nomem(info);
    }
    if (e == OK) {
        for (size_t m = 0; m < n; m++)
            place_parts(&f, m);
        par_run(pool, (n_draws + CHUNK - 1) / CHUNK, make_draws, &f);
        e = step_down(&f, a, info);
    }
    arena_free(a);
    return e;
}
