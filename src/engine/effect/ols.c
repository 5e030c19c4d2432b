/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/ols_int.h"

#include "base/lin.h"

#include <math.h>
#include <string.h>

enum {
    TILE = 512,        /* rows worked on at once, so that they stay in the first cache */
    ROUND_BLOCKS = 64, /* blocks whose sums are kept apart before they are added */
};

#define COLLINEAR                                                                                  \
    1e-12            /* share of a column's own variation that must be left, see lin_cholesky      \
                      */
#define FITTED 1e-10 /* 1 - leverage below which a row is fitted exactly */

static size_t block_count(size_t n)
{
    return (n + LIN_BLOCK - 1) / LIN_BLOCK;
}

static size_t block_rows(size_t n, size_t from)
{
    return n - from < LIN_BLOCK ? n - from : LIN_BLOCK;
}

/* Scales a symmetric matrix on both sides: a[i][j] *= s[i] * s[j]. */
static void scale_both_sides(double *a, const double *s, size_t k)
{
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < k; j++)
            a[i * k + j] *= s[i] * s[j];
}

err ols_factor(par *pool, const struct ols_design *design, arena *a, struct ols_factor *f,
               struct err_info *info)
{
    const size_t k = design->k;

    *f = (struct ols_factor){
        .cholesky = ARENA_NEW(a, double, k *k),
        .scale = ARENA_NEW(a, double, k),
        .inverse = ARENA_NEW(a, double, k *k),
        .keep = ARENA_NEW(a, bool, k),
    };
    if (!f->cholesky || !f->scale || !f->inverse || !f->keep)
        return err_nomem(info);
    err e = lin_gram(pool, design->x, k, design->w, design->n, f->cholesky, info);
    if (e != OK)
        return e;
    for (size_t j = 0; j < k; j++) {
        const double length = f->cholesky[j * k + j];
        f->scale[j] = length > 0 ? 1 / sqrt(length) : 0;
    }
    scale_both_sides(f->cholesky, f->scale, k);
    f->rank = lin_cholesky(f->cholesky, k, COLLINEAR, f->keep);
    lin_cholesky_inverse(f->cholesky, f->keep, k, f->inverse);
    scale_both_sides(f->inverse, f->scale, k);
    return OK;
}

/* Residuals of one beta, and their moments X'We. */
struct residual_pass {
    const struct ols_design *design;
    const double *y, *beta;
    double *residual;
    size_t first;    /* block of this round's first moments */
    double *partial; /* ROUND_BLOCKS x k */
};

static void residual_block(void *ctx, size_t block, unsigned worker)
{
    (void)worker;
    const struct residual_pass *p = ctx;
    const struct ols_design *d = p->design;
    const size_t from = (p->first + block) * LIN_BLOCK, m = block_rows(d->n, from);
    double *moment = p->partial + block * d->k, *e = p->residual + from;
    const double *x[LIN_K_MAX];

    for (size_t j = 0; j < d->k; j++)
        x[j] = d->x[j] + from;
    lin_combine(x, d->k, p->beta, m, e);
    for (size_t i = 0; i < m; i++)
        e[i] = p->y[from + i] - e[i];
    for (size_t j = 0; j < d->k; j++)
        moment[j] = d->w ? lin_dot3(d->w + from, x[j], e, m) : lin_dot(x[j], e, m);
}

static void residual_moments(par *pool, struct residual_pass *p, double *moment)
{
    const size_t k = p->design->k, n_blocks = block_count(p->design->n);

    memset(moment, 0, k * sizeof *moment);
    for (p->first = 0; p->first < n_blocks; p->first += ROUND_BLOCKS) {
        const size_t left = n_blocks - p->first, round = left < ROUND_BLOCKS ? left : ROUND_BLOCKS;
        par_run(pool, round, residual_block, p);
        for (size_t b = 0; b < round; b++)
            for (size_t j = 0; j < k; j++)
                moment[j] += p->partial[b * k + j];
    }
}

err ols_solve(par *pool, const struct ols_design *design, const struct ols_factor *f,
              const double *y, double *beta, double *residual, struct err_info *info)
{
    enum { SOLVE, REFINE, RESIDUALS };
    const size_t k = design->k;
    arena *scratch = arena_new(SIZE_MAX);
    if (!scratch)
        return err_nomem(info);

    err e = OK;
    double *step = ARENA_NEW(scratch, double, k);
    struct residual_pass pass = {.design = design,
                                 .y = y,
                                 .beta = beta,
                                 .residual = residual,
                                 .partial = ARENA_NEW(scratch, double, ROUND_BLOCKS *k)};
    if (!step || !pass.partial) {
        e = err_nomem(info);
        goto out;
    }
    memset(beta, 0, k * sizeof *beta);
    for (int round = SOLVE; round <= RESIDUALS; round++) {
        residual_moments(pool, &pass, step);
        if (round == RESIDUALS)
            break;
        for (size_t j = 0; j < k; j++)
            step[j] *= f->scale[j];
        lin_cholesky_solve(f->cholesky, f->keep, k, step);
        for (size_t j = 0; j < k; j++)
            beta[j] += step[j] * f->scale[j];
    }
out:
    arena_free(scratch);
    return e;
}

/* Weights of the rows in the middle of the sandwich: the squared score without x. */
struct meat_pass {
    const struct ols_design *design;
    const double *residual, *inverse;
    enum effect_errors errors;
    double *square; /* n */
};

/* leverage[i] = w x'A x of one tile of rows. */
static void tile_leverage(const struct meat_pass *p, size_t at, size_t m, double *leverage)
{
    const struct ols_design *d = p->design;
    const double *x[LIN_K_MAX];
    double product[TILE];

    for (size_t j = 0; j < d->k; j++)
        x[j] = d->x[j] + at;
    memset(leverage, 0, m * sizeof *leverage);
    for (size_t j = 0; j < d->k; j++) {
        lin_combine(x, d->k, p->inverse + j * d->k, m, product);
        for (size_t i = 0; i < m; i++)
            leverage[i] += x[j][i] * product[i];
    }
    for (size_t i = 0; d->w && i < m; i++)
        leverage[i] *= d->w[at + i];
}

static double blow_up(enum effect_errors errors, double rest)
{
    if (rest < FITTED)
        return 0;
    return errors == EFFECT_HC2 ? 1 / rest : 1 / (rest * rest);
}

static void meat_block(void *ctx, size_t block, unsigned worker)
{
    (void)worker;
    const struct meat_pass *p = ctx;
    const struct ols_design *d = p->design;
    const size_t from = block * LIN_BLOCK, to = from + block_rows(d->n, from);
    double leverage[TILE];

    for (size_t at = from; at < to; at += TILE) {
        const size_t m = to - at < TILE ? to - at : TILE;
        for (size_t i = at; i < at + m; i++) {
            const double u = (d->w ? d->w[i] : 1.0) * p->residual[i];
            p->square[i] = u * u;
        }
        if (p->errors == EFFECT_HC1)
            continue;
        tile_leverage(p, at, m, leverage);
        for (size_t i = 0; i < m; i++)
            p->square[at + i] *= blow_up(p->errors, 1 - leverage[i]);
    }
}

/* Scores summed within clusters, one column of n_clusters for each coefficient. */
struct score_pass {
    const struct ols_design *design;
    const double *residual;
    const uint32_t *cluster;
    double **sum; /* k columns */
};

static void score_column(void *ctx, size_t column, unsigned worker)
{
    (void)worker;
    const struct score_pass *p = ctx;
    const struct ols_design *d = p->design;
    const double *x = d->x[column];
    double *sum = p->sum[column];

    for (size_t i = 0; i < d->n; i++)
        sum[p->cluster[i]] += (d->w ? d->w[i] : 1.0) * p->residual[i] * x[i];
}

static err cluster_meat(par *pool, const struct ols_design *d, const double *residual,
                        const uint32_t *cluster, size_t n_clusters, arena *scratch, double *meat,
                        struct err_info *info)
{
    struct score_pass pass = {.design = d,
                              .residual = residual,
                              .cluster = cluster,
                              .sum = ARENA_NEW(scratch, double *, d->k)};
    if (!pass.sum)
        return err_nomem(info);
    for (size_t j = 0; j < d->k; j++) {
        pass.sum[j] = ARENA_NEW(scratch, double, n_clusters);
        if (!pass.sum[j])
            return err_nomem(info);
    }
    par_run(pool, d->k, score_column, &pass);
    return lin_gram(pool, (const double *const *)pass.sum, d->k, NULL, n_clusters, meat, info);
}

static err robust_meat(par *pool, const struct ols_design *d, const struct ols_factor *f,
                       const double *residual, enum effect_errors errors, arena *scratch,
                       double *meat, struct err_info *info)
{
    struct meat_pass pass = {.design = d,
                             .residual = residual,
                             .inverse = f->inverse,
                             .errors = errors,
                             .square = ARENA_NEW(scratch, double, d->n)};
    if (!pass.square)
        return err_nomem(info);
    par_run(pool, block_count(d->n), meat_block, &pass);
    return lin_gram(pool, d->x, d->k, pass.square, d->n, meat, info);
}

/* v = factor * A meat A */
static void sandwich(const double *a, const double *meat, size_t k, double factor, double *half,
                     double *v)
{
    for (size_t i = 0; i < k; i++) /* half = A meat, one row at a time: meat is symmetric */
        lin_multiply(meat, k, k, a + i * k, half + i * k);
    for (size_t i = 0; i < k; i++)
        lin_multiply(a, k, k, half + i * k, v + i * k);
    for (size_t i = 0; i < k * k; i++)
        v[i] *= factor;
}

static size_t rows_with_weight(const struct ols_design *d)
{
    size_t n = 0;
    if (!d->w)
        return d->n;
    for (size_t i = 0; i < d->n; i++)
        n += d->w[i] > 0;
    return n;
}

err ols_covariance(par *pool, const struct ols_design *d, const struct ols_factor *f,
                   const double *residual, enum effect_errors errors, const uint32_t *cluster,
                   size_t n_clusters, double *covariance, struct err_info *info)
{
    const size_t k = d->k;
    const double n = (double)rows_with_weight(d), free_rows = n - (double)f->rank;

    if (errors == EFFECT_CLASSICAL) {
        const double squares =
            d->w ? lin_dot3(d->w, residual, residual, d->n) : lin_dot(residual, residual, d->n);
        for (size_t i = 0; i < k * k; i++)
            covariance[i] = f->inverse[i] * (squares / free_rows);
        return OK;
    }
    arena *scratch = arena_new(SIZE_MAX);
    if (!scratch)
        return err_nomem(info);
    double *meat = ARENA_NEW(scratch, double, k *k), *half = ARENA_NEW(scratch, double, k *k);
    double factor = 1;
    err e = !meat || !half ? err_nomem(info)
            : errors == EFFECT_CR1
                ? cluster_meat(pool, d, residual, cluster, n_clusters, scratch, meat, info)
                : robust_meat(pool, d, f, residual, errors, scratch, meat, info);
    if (e != OK)
        goto out;
    if (errors == EFFECT_HC1)
        factor = n / free_rows;
    if (errors == EFFECT_CR1)
        factor = (double)n_clusters / (double)(n_clusters - 1) * ((n - 1) / free_rows);
    sandwich(f->inverse, meat, k, factor, half, covariance);
out:
    arena_free(scratch);
    return e;
}
