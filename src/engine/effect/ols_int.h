/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ols: weighted least squares and its covariance matrices.
 *
 * Does: factor once and solve for many outcomes; residuals; classical,
 *       heteroskedasticity-consistent and clustered covariance.
 * Does not: choose, standardise or name columns (frame does).
 *
 * Columns should be of moderate size; frame centres and scales covariates.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_OLS_INT_H
#define ONTSCHOT_ENGINE_EFFECT_OLS_INT_H

#include "base/arena.h"
#include "base/par.h"
#include "engine/effect/effect.h"

/* The design: n rows of k columns with weights (NULL: ones), borrowed. */
struct ols_design {
    const double *const *x;
    size_t k; /* 1 .. LIN_K_MAX */
    const double *w;
    size_t n;
};

struct ols_factor {
    double *cholesky; /* k x k, of the normal equations scaled to unit diagonal */
    double *scale;    /* k: 1 / sqrt of the diagonal of X'WX */
    double *inverse;  /* k x k: (X'WX)^-1; 0 for columns left out */
    bool *keep;       /* k; false: collinear with earlier columns, or all zero */
    size_t rank;
};

/*
 * Normal equations X'WX, scaled and factored (Golub and Van Loan, Matrix
 * Computations, 2013, sec. 5.3.2). Memory of the factor comes from `a`. E_NOMEM.
 */
WARN_UNUSED err ols_factor(par *pool, const struct ols_design *design, arena *a,
                           struct ols_factor *factor, struct err_info *info);

/*
 * beta = (X'WX)^-1 X'Wy, with one step of iterative refinement on the
 * residuals, which removes most of the error of the normal equations (Bjorck,
 * Numerical Methods for Least Squares Problems, 1996, sec. 2.9).
 *
 *   beta      k; 0 for columns left out
 *   residual  n: y - x'beta
 */
WARN_UNUSED err ols_solve(par *pool, const struct ols_design *design, const struct ols_factor *f,
                          const double *y, double *beta, double *residual, struct err_info *info);

/*
 * k x k covariance of beta. With n rows of positive weight, r = rank, A =
 * (X'WX)^-1, u = w e and leverage h = w x'A x:
 *   classical  A * sum(w e^2) / (n - r)
 *   hc1        A (sum u^2 x x') A * n / (n - r)            White (1980); MacKinnon and White (1985)
 *   hc2        A (sum u^2 / (1 - h) x x') A                MacKinnon and White (1985)
 *   hc3        A (sum u^2 / (1 - h)^2 x x') A              Davidson and MacKinnon (1993), ch. 16
 *   cluster    A (sum_g s_g s_g') A * G/(G-1) * (n-1)/(n-r), s_g = sum of u x in cluster g
 *              Liang and Zeger (1986); the factor as in Cameron and Miller (2015)
 * A row with leverage 1 is fitted exactly, has residual 0 and adds nothing.
 *
 * The caller sees to n > r, and to 2 or more clusters. `cluster` (codes 0 ..
 * n_clusters - 1) is read for EFFECT_CR1 only. E_NOMEM.
 */
WARN_UNUSED err ols_covariance(par *pool, const struct ols_design *design,
                               const struct ols_factor *f, const double *residual,
                               enum effect_errors errors, const uint32_t *cluster,
                               size_t n_clusters, double *covariance, struct err_info *info);

#endif
