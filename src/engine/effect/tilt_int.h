/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tilt: weights that make controls look like the treated.
 *
 * Does: inverse probability tilting: a logistic score whose odds, given to the
 *       controls, make their sums of covariates equal those of the treated
 *       (Graham, Pinto and Egel, Review of Economic Studies 79, 2012; for the
 *       effect on the treated, Sant'Anna and Zhao 2020, section 3).
 * Does not: trim.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_TILT_INT_H
#define ONTSCHOT_ENGINE_EFFECT_TILT_INT_H

#include "base/arena.h"

enum { TILT_ITERATIONS_MAX = 60 };

/*
 * Minimises sum w exp(x'b) - target'b over the controls by Newton's method with
 * halving; at the minimum sum w exp(x'b) x = target.
 *
 *   x       k columns of n controls, the constant among them
 *   target  k weighted sums over the treated
 *   b       k: start in, solution out
 *   odds    n: exp(x'b) out
 *   a       scratch
 *   *found  false when there is no solution: the treated lie outside the controls
 */
WARN_UNUSED err tilt_run(const double *const *x, size_t k, const double *w, size_t n,
                         const double *target, double *b, double *odds, arena *a, bool *found,
                         struct err_info *info);

#endif
