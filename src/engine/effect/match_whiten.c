/* SPDX-License-Identifier: EUPL-1.2 */
/* Covariates on axes where the Mahalanobis distance is the ordinary one. */
#include "engine/effect/match_whiten_int.h"

#include "base/lin.h"

#define COLLINEAR   1e-12 /* see lin_cholesky */
#define NO_VARIANCE 1e-20 /* within the groups, of a column with variance 1: rounding */

struct whitening {
    const double *const *x;
    size_t k, n;
    const double *factor; /* k x k, lower */
    const bool *keep;
    double **z; /* k; of columns not kept NULL */
};

/* x less the mean of its group. */
static void centre(const double *x, const double *d, size_t n, double *centred)
{
    const double treated = lin_sum(d, n), sum = lin_sum(x, n), of_treated = lin_dot(x, d, n);
    const double mean[2] = {(sum - of_treated) / ((double)n - treated), of_treated / treated};
    for (size_t i = 0; i < n; i++)
        centred[i] = x[i] - mean[d[i] > 0];
}

/* Solves factor z = x for the rows of a block. */
static void solve_block(void *ctx, size_t block, unsigned worker)
{
    (void)worker;
    const struct whitening *w = ctx;
    const size_t from = block * LIN_BLOCK;
    const size_t m = w->n - from < LIN_BLOCK ? w->n - from : LIN_BLOCK;

    for (size_t j = 0; j < w->k; j++) {
        if (!w->keep[j])
            continue;
        const double *x = w->x[j] + from, *row = w->factor + j * w->k;
        double *z = w->z[j] + from;
        for (size_t i = 0; i < m; i++)
            z[i] = x[i];
        for (size_t l = 0; l < j; l++) {
            if (!w->keep[l])
                continue;
            const double *earlier = w->z[l] + from, share = row[l];
            for (size_t i = 0; i < m; i++)
                z[i] -= share * earlier[i];
        }
        for (size_t i = 0; i < m; i++)
            z[i] /= row[j];
    }
}

static err factor_covariance(par *pool, const double *const *x, size_t k, const double *d, size_t n,
                             arena *scratch, double *covariance, bool *keep, struct err_info *info)
{
    double **centred = ARENA_NEW(scratch, double *, k);
    if (!centred)
        return err_nomem(info);
    for (size_t j = 0; j < k; j++) {
        centred[j] = ARENA_NEW(scratch, double, n);
        if (!centred[j])
            return err_nomem(info);
        centre(x[j], d, n, centred[j]);
    }
    const err e = lin_gram(pool, (const double *const *)centred, k, NULL, n, covariance, info);
    for (size_t i = 0; i < k * k; i++)
        covariance[i] /= (double)(n - 2);
    for (size_t j = 0; j < k; j++)
        if (covariance[j * k + j] < NO_VARIANCE)
            covariance[j * k + j] = 0;
    lin_cholesky(covariance, k, COLLINEAR, keep);
    return e;
}

err match_whiten(par *pool, const double *const *x, size_t k, const double *d, size_t n, arena *a,
                 const double *const **z, size_t *n_z, struct err_info *info)
{
    arena *scratch = arena_new(SIZE_MAX);
    if (!scratch)
        return err_nomem(info);

    double *covariance = ARENA_NEW(scratch, double, k *k);
    bool *keep = ARENA_NEW(scratch, bool, k);
    double **all = ARENA_NEW(scratch, double *, k), **kept = ARENA_NEW(a, double *, k);
    err e = covariance && keep && all && kept
                ? factor_covariance(pool, x, k, d, n, scratch, covariance, keep, info)
                : err_nomem(info);
    if (e != OK)
        goto out;
    *n_z = 0;
    for (size_t j = 0; j < k; j++) {
        if (!keep[j])
            continue;
        kept[*n_z] = all[j] = ARENA_NEW(a, double, n);
        if (!kept[(*n_z)++]) {
            e = err_nomem(info);
            goto out;
        }
    }
    struct whitening w = {.x = x, .k = k, .n = n, .factor = covariance, .keep = keep, .z = all};
    par_run(pool, (n + LIN_BLOCK - 1) / LIN_BLOCK, solve_block, &w);
    *z = (const double *const *)kept;
out:
    arena_free(scratch);
    return e;
}
