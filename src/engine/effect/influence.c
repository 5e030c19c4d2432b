/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/influence_int.h"

#include "engine/effect/signs_int.h"

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

err influence_draws(par *pool, const struct influence *f, size_t n_draws, uint64_t seed,
                    const struct progress *progress, double *draw, struct err_info *info)
{
    const struct rng_key key = {.seed = seed, .stream = rng_stream("effect.multiplier", 0)};
    struct cluster_sums s;
    arena *scratch = arena_new(SIZE_MAX);
    if (!scratch)
        return err_nomem(info);

    err e = sum_clusters(pool, f, scratch, &s, info);
    if (e == OK)
        e = signs_sum(pool, s.column, f->m, s.n, key, n_draws, progress, draw, info);
    if (e == OK)
        for (size_t i = 0; i < n_draws * f->m; i++)
            draw[i] /= (double)f->n;
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
