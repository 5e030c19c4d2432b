/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/influence_int.h"

#include "base/arena.h"
#include "base/lin.h"
#include "base/real.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Columns of sums by cluster; a borrowed view of psi when there are no clusters. */
struct cluster_sums {
    const struct influence *f;
    const double **column; /* m columns of n */
    double *sum;           /* what the columns point into, or NULL */
    size_t n;              /* clusters, or units */
};

static void sum_column(void *ctx, size_t j, unsigned worker)
{
    (void)worker;
    const struct cluster_sums *s = ctx;
    const struct influence *f = s->f;
    const double *psi = f->psi + j * f->n;
    double *sum = s->sum + j * s->n;

    for (size_t i = 0; i < f->n; i++)
        sum[f->cluster[i]] += psi[i];
}

static err sum_clusters(par *pool, const struct influence *f, arena *a, struct cluster_sums *s,
                        struct err_info *info)
{
    *s = (struct cluster_sums){.f = f, .n = f->cluster ? f->n_clusters : f->n};
    s->column = ARENA_NEW(a, const double *, f->m);
    if (f->cluster)
        s->sum = f->m && s->n > SIZE_MAX / f->m ? NULL : ARENA_NEW(a, double, s->n * f->m);
    if (!s->column || (f->cluster && !s->sum))
        return err_nomem(info);
    for (size_t j = 0; j < f->m; j++)
        s->column[j] = (f->cluster ? s->sum : f->psi) + j * s->n;
    if (f->cluster)
        par_run(pool, f->m, sum_column, s);
    return OK;
}

/* The products of columns a .. with columns b .., in their places of an m x m matrix. */
static err gram_tile(par *pool, const struct cluster_sums *s, size_t m, size_t a, size_t n_a,
                     size_t b, size_t n_b, double *gram, struct err_info *info)
{
    const double *column[LIN_K_MAX];
    const size_t k = a == b ? n_a : n_a + n_b;
    double *tile = malloc(k * k * sizeof *tile);
    if (!tile)
        return err_nomem(info);
    for (size_t i = 0; i < k; i++)
        column[i] = s->column[i < n_a ? a + i : b + (i - n_a)];
    const err e = lin_gram(pool, column, k, NULL, s->n, tile, info);
    for (size_t i = 0; i < n_a && e == OK; i++)
        for (size_t j = 0; j < n_b; j++) {
            const double v = tile[i * k + (a == b ? j : n_a + j)];
            gram[(a + i) * m + b + j] = gram[(b + j) * m + a + i] = v;
        }
    free(tile);
    return e;
}

/* X'X for any number of columns: tile by tile, as lin takes LIN_K_MAX at a time. */
static err gram_of_sums(par *pool, const struct cluster_sums *s, size_t m, double *gram,
                        struct err_info *info)
{
    const size_t width = m <= LIN_K_MAX ? LIN_K_MAX : LIN_K_MAX / 2;
    err e = OK;
    for (size_t a = 0; a < m && e == OK; a += width)
        for (size_t b = a; b < m && e == OK; b += width)
            e = gram_tile(pool, s, m, a, m - a < width ? m - a : width, b,
                          m - b < width ? m - b : width, gram, info);
    return e;
}

err influence_covariance(par *pool, const struct influence *f, double *covariance,
                         struct err_info *info)
{
    struct cluster_sums s;
    arena *scratch = arena_new(SIZE_MAX);
    if (!scratch)
        return err_nomem(info);
    err e = sum_clusters(pool, f, scratch, &s, info);
    if (e == OK)
        e = gram_of_sums(pool, &s, f->m, covariance, info);
    if (e == OK)
        for (size_t i = 0; i < f->m * f->m; i++)
            covariance[i] /= (double)f->n * (double)f->n;
    arena_free(scratch);
    return e;
}

/*
 * The bootstrap needs, for every draw, a sum of plus and minus terms. Eight
 * clusters have only 256 patterns of signs, so their 256 possible sums are
 * made once and each draw looks its own up: one addition for eight clusters
 * (Arlazarov, Dinic, Kronrod and Faradzev 1970, "four Russians").
 */
enum {
    GROUP = 8, /* clusters in one byte of signs */
    PATTERNS = 1 << GROUP,
    STRIDE_GROUPS = 4, /* groups looked up together */
    SLAB_BYTES = 1 << 20,
    DRAWS_PER_CALL = 16, /* bytes in one call of the generator */
    DRAW_CHUNK = 512,
};

struct draw_pass {
    struct cluster_sums sums;
    struct rng_key key;
    size_t n_draws, n_groups;
    size_t first, n_slab; /* groups whose signs are at hand */
    uint8_t *sign;        /* n_slab x n_draws: bit t is the sign of cluster 8 * group + t */
    double *total;        /* m x n_draws */
};

/* Signs of one group for all draws. */
static void make_signs(void *ctx, size_t row, unsigned worker)
{
    (void)worker;
    const struct draw_pass *p = ctx;
    uint8_t *sign = p->sign + row * p->n_draws;
    uint32_t bits[4];

    for (size_t b = 0; b < p->n_draws; b++) {
        const size_t at = b % DRAWS_PER_CALL;
        if (at == 0) /* a group's counters lie together; no more than 2^48 groups exist */
            rng_bits(p->key, (uint64_t)(b / DRAWS_PER_CALL) << 48 | (p->first + row), bits);
        sign[b] = (uint8_t)(bits[at / 4] >> (at % 4 * 8));
    }
}

/* All 256 sums of the eight values of a group, each with a plus where its bit is set. */
static void tabulate(const struct draw_pass *p, const double *value, size_t group,
                     double sum[PATTERNS])
{
    const size_t from = group * GROUP;
    double v[GROUP] = {0};

    sum[0] = 0;
    for (size_t t = 0; t < GROUP && from + t < p->sums.n; t++) {
        v[t] = value[from + t];
        sum[0] -= v[t];
    }
    for (size_t t = 0, half = 1; t < GROUP; t++, half *= 2)
        for (size_t i = 0; i < half; i++)
            sum[half + i] = sum[i] + 2 * v[t];
}

/* Adds the slab to one estimate's draws of one chunk. */
static void add_slab(void *ctx, size_t job, unsigned worker)
{
    (void)worker;
    const struct draw_pass *p = ctx;
    const size_t n_chunks = (p->n_draws + DRAW_CHUNK - 1) / DRAW_CHUNK;
    const size_t from = job % n_chunks * DRAW_CHUNK;
    const size_t n = p->n_draws - from < DRAW_CHUNK ? p->n_draws - from : DRAW_CHUNK;
    const double *value = p->sums.column[job / n_chunks];
    double *total = p->total + job / n_chunks * p->n_draws + from;
    double t[STRIDE_GROUPS][PATTERNS];

    for (size_t row = 0; row < p->n_slab; row += STRIDE_GROUPS) {
        const uint8_t *s = p->sign + row * p->n_draws + from;
        const uint8_t *s1 = s + p->n_draws, *s2 = s1 + p->n_draws, *s3 = s2 + p->n_draws;
        for (size_t g = 0; g < STRIDE_GROUPS; g++)
            tabulate(p, value, p->first + row + g, t[g]);
        for (size_t b = 0; b < n; b++)
            total[b] += (t[0][s[b]] + t[1][s1[b]]) + (t[2][s2[b]] + t[3][s3[b]]);
    }
}

static void run_draws(par *pool, struct draw_pass *p, size_t slab_groups,
                      const struct progress *progress)
{
    const size_t n_chunks = (p->n_draws + DRAW_CHUNK - 1) / DRAW_CHUNK;

    for (p->first = 0; p->first < p->n_groups; p->first += slab_groups) {
        if (progress_cancelled(progress))
            return;
        const size_t left = p->n_groups - p->first;
        p->n_slab = left < slab_groups ? left : slab_groups;
        par_run(pool, p->n_slab, make_signs, p);
        par_run(pool, p->sums.f->m * n_chunks, add_slab, p);
        progress_report(progress, "effect.step-bootstrap", (double)(p->first + p->n_slab),
                        (double)p->n_groups);
    }
}

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

err influence_draws(par *pool, const struct influence *f, size_t n_draws, uint64_t seed,
                    const struct progress *progress, double *draw, struct err_info *info)
{
    const size_t fit = SLAB_BYTES / (n_draws ? n_draws : 1) / STRIDE_GROUPS * STRIDE_GROUPS;
    const size_t slab_groups = fit < STRIDE_GROUPS ? STRIDE_GROUPS : fit;
    struct draw_pass p = {.n_draws = n_draws,
                          .key = {.seed = seed, .stream = rng_stream("effect.multiplier", 0)}};
    arena *scratch = arena_new(SIZE_MAX);
    if (!scratch)
        return err_nomem(info);

    err e = sum_clusters(pool, f, scratch, &p.sums, info);
    if (e != OK)
        goto out;
    p.n_groups = round_up((p.sums.n + GROUP - 1) / GROUP, STRIDE_GROUPS);
    p.sign = ARENA_NEW(scratch, uint8_t, slab_groups * n_draws);
    p.total = ARENA_NEW(scratch, double, f->m *n_draws);
    if (!p.sign || !p.total) {
        e = err_nomem(info);
        goto out;
    }
    run_draws(pool, &p, slab_groups, progress);
    if (progress_cancelled(progress)) {
        e = err_set(info, E_CANCELLED, "error.cancelled");
        goto out;
    }
    for (size_t b = 0; b < n_draws; b++)
        for (size_t j = 0; j < f->m; j++)
            draw[b * f->m + j] = p.total[j * n_draws + b] / (double)f->n;
out:
    arena_free(scratch);
    return e;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The smallest value with at least share `p` of the n sorted values at or below it. */
static double quantile(const double *sorted, size_t n, double p)
{
    const double rank = p * (double)n, whole = floor(rank);
    const size_t at = (size_t)(rank - whole > 1e-9 ? whole + 1 : whole); /* 0.95 * 1000 is 950 */
    return sorted[at < 1 ? 0 : at > n ? n - 1 : at - 1];
}

err influence_band(const double *draw, size_t n_draws, size_t m, const size_t *column,
                   size_t n_columns, double level, double *se, double *critical,
                   struct err_info *info)
{
    const double normal_range = 2 * real_norm_ppf(0.75);
    double *value = n_draws ? calloc(n_draws, sizeof *value) : NULL;
    if (!value)
        return err_nomem(info);

    for (size_t c = 0; c < n_columns; c++) {
        for (size_t b = 0; b < n_draws; b++)
            value[b] = draw[b * m + column[c]];
        qsort(value, n_draws, sizeof *value, by_value);
        se[c] = (quantile(value, n_draws, 0.75) - quantile(value, n_draws, 0.25)) / normal_range;
    }
    if (critical) {
        bool any = false;
        memset(value, 0, n_draws * sizeof *value);
        for (size_t c = 0; c < n_columns; c++) {
            if (!(se[c] > 0))
                continue;
            any = true;
            for (size_t b = 0; b < n_draws; b++)
                value[b] = fmax(value[b], fabs(draw[b * m + column[c]]) / se[c]);
        }
        qsort(value, n_draws, sizeof *value, by_value);
        *critical = any ? quantile(value, n_draws, level) : REAL_NAN;
    }
    free(value);
    return OK;
}

void influence_conclude(struct effect_estimate *e, double standard_error, double df, double level)
{
    const bool normal = isinf(df);
    e->standard_error = standard_error;
    e->ci_low = e->ci_high = e->p = REAL_NAN;
    if (!(standard_error > 0))
        return;
    const double upper = (1 + level) / 2, t = fabs(e->estimate / standard_error);
    const double margin = standard_error * (normal ? real_norm_ppf(upper) : real_t_ppf(upper, df));
    e->ci_low = e->estimate - margin;
    e->ci_high = e->estimate + margin;
    e->p = 2 * (normal ? real_norm_cdf(-t) : real_t_cdf(-t, df));
}
