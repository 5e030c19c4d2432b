/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * signs: sums of columns whose rows get random signs, the heart of the
 * multiplier bootstrap.
 *
 * Does: for every draw b and column j, sum_i s_ib x_ij with s_ib = +1 or -1 at
 *       even chance (Rademacher), one sign a row for all columns alike.
 * Does not: know what the rows are (units or clusters) or scale the sums.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_SIGNS_INT_H
#define ONTSCHOT_ENGINE_EFFECT_SIGNS_INT_H

#include "base/arena.h"
#include "base/par.h"
#include "base/progress.h"
#include "base/rng.h"

/*
 * Fills sum[b * m + j] for n_draws draws of m columns of n rows. The sign of a
 * row in a draw is a function of the key alone. Rows that are zero in eight
 * columns at once cost nothing. E_NOMEM; E_CANCELLED, with `sum` then unusable.
 */
WARN_UNUSED err signs_sum(par *pool, const double *const *column, size_t m, size_t n,
                          struct rng_key key, size_t n_draws, const struct progress *progress,
                          double *sum, struct err_info *info);

#endif
