/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * logit: the chance of treatment given covariates, by maximum likelihood.
 *
 * Does: weighted logistic regression, with collinear columns left out and
 *       separation recognised.
 * Does not: choose, standardise or name columns (frame does), nor trim scores.
 *
 * Columns should be of moderate size; frame centres and scales covariates.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_LOGIT_INT_H
#define ONTSCHOT_ENGINE_EFFECT_LOGIT_INT_H

#include "base/arena.h"
#include "base/par.h"

enum { LOGIT_ITERATIONS_MAX = 30 };

enum logit_status {
    LOGIT_CONVERGED,
    LOGIT_ONE_GROUP,  /* all rows with weight are treated, or none is: no model exists */
    LOGIT_SEPARATED,  /* some combination of columns tells the groups apart: no maximum exists */
    LOGIT_NO_MAXIMUM, /* not converged for another reason */
};

struct logit_fit {
    enum logit_status status;
    double *beta;    /* k; 0 for columns left out */
    double *inverse; /* k x k: inverse of sum w p (1 - p) x x'; 0 for columns left out */
    bool *keep;      /* k; false: collinear with earlier columns */
    size_t rank;
    size_t culprit; /* LOGIT_SEPARATED: the column whose coefficient runs away fastest */
    unsigned iterations;
};

/* Room for k columns in `a`. */
WARN_UNUSED err logit_fit_new(arena *a, size_t k, struct logit_fit *fit, struct err_info *info);

/*
 * Fits Pr(d = 1 | x) = 1 / (1 + exp(-x'beta)) on n rows.
 *
 *   x      k columns of n, the intercept among them; 1 <= k <= LIN_K_MAX
 *   d      n values 0 or 1
 *   w      n weights >= 0, or NULL for ones
 *   start  k first values, or NULL for zeros
 *   fit    from logit_fit_new; `status` says whether the rest holds a fit
 *   score  n fitted chances, or NULL when not wanted
 *
 * Newton's method on the log-likelihood (McCullagh and Nelder, Generalized
 * Linear Models, 1989, sec. 2.5), each step halved as long as it overshoots;
 * stops when a step would move the linear predictor by less than 1e-12 (root
 * mean square). `score` belongs to `beta` exactly. A model that cannot be
 * fitted is a status, not an error: the caller knows what it means there.
 * E_NOMEM.
 */
WARN_UNUSED err logit_run(par *pool, const double *const *x, size_t k, const double *d,
                          const double *w, size_t n, const double *start, struct logit_fit *fit,
                          double *score, struct err_info *info);

#endif
