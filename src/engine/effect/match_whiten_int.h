/* SPDX-License-Identifier: EUPL-1.2 */
/* match_whiten: covariates on axes where the Mahalanobis distance is the ordinary one. */
#ifndef ONTSCHOT_ENGINE_EFFECT_MATCH_WHITEN_INT_H
#define ONTSCHOT_ENGINE_EFFECT_MATCH_WHITEN_INT_H

#include "base/arena.h"
#include "base/par.h"

/*
 * (x_i - x_j)' S^-1 (x_i - x_j) = |z_i - z_j|^2, with S the covariance within the
 * two groups, pooled (Rubin 1980), S = L L' and z = L^-1 x.
 *
 *   x    k columns of n, standardised
 *   d    n: 1 treated, 0 control; n > 2
 *   z    *n_z columns, from `a`; a column that does not vary within the groups, or
 *        depends on earlier ones there, adds none
 */
WARN_UNUSED err match_whiten(par *pool, const double *const *x, size_t k, const double *d, size_t n,
                             arena *a, const double *const **z, size_t *n_z, struct err_info *info);

#endif
