/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * influence: from influence functions to variances, intervals and bands.
 *
 * Does: covariance of m estimates over n units, also by cluster; multiplier
 *       bootstrap; simultaneous bands; filling the numbers of an estimate.
 * Does not: know which estimator the influence functions come from.
 *
 * The influence function of estimate j is psi[j * n + i] for unit i, with mean
 * zero and scaled such that estimate - truth is about (1/n) sum_i psi. No
 * finite-sample factor is applied anywhere here, as in Callaway and Sant'Anna
 * (2021), so that figures equal those of their published examples.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_INFLUENCE_INT_H
#define ONTSCHOT_ENGINE_EFFECT_INFLUENCE_INT_H

#include "base/par.h"
#include "engine/effect/effect.h"

struct influence {
    const double *psi; /* n x m, column-major */
    size_t n, m;
    const uint32_t *cluster; /* 0 .. n_clusters - 1 for each unit; NULL: each unit on its own */
    size_t n_clusters;
};

/*
 * m x m covariance of the estimates: sum_g S_g S_g' / n^2, where S_g is the sum
 * of psi within cluster g (or one unit). Liang and Zeger (1986), with
 * influence functions for scores.
 */
WARN_UNUSED err influence_covariance(par *pool, const struct influence *f, double *covariance,
                                     struct err_info *info);

/*
 * Multiplier bootstrap: draw[b * m + j] = (1/n) sum_g V_gb S_gj with V_gb = -1
 * or 1 with equal chance, one for each cluster (or unit) and draw, the same for
 * all m estimates. Callaway and Sant'Anna (2021), algorithm 1 and remark 10.
 * A draw depends on (seed, b, cluster code) only.
 *
 *   draw  n_draws x m, row-major
 */
WARN_UNUSED err influence_draws(par *pool, const struct influence *f, size_t n_draws, uint64_t seed,
                                const struct progress *progress, double *draw,
                                struct err_info *info);

/*
 * Standard errors from draws, robust to their tails, and the critical value of
 * a band that covers all `n_columns` estimates at once:
 *   se[c]     interquartile range of column[c]'s draws over that of a standard normal
 *   critical  `level` quantile over draws of max_c |draw[b, column[c]]| / se[c]
 * Algorithm 1, steps 4 to 6. Columns with se 0 do not count in the maximum;
 * with none left, critical is NaN. `critical` may be NULL.
 */
WARN_UNUSED err influence_band(const double *draw, size_t n_draws, size_t m, const size_t *column,
                               size_t n_columns, double level, double *se, double *critical,
                               struct err_info *info);

/*
 * Fills standard_error, ci_low, ci_high and p of an estimate whose `estimate`
 * is set. `df` degrees of freedom for Student's t; REAL_INF for the normal.
 * A standard error of 0 or NaN leaves interval and p NaN.
 */
void influence_conclude(struct effect_estimate *e, double standard_error, double df, double level);

#endif
