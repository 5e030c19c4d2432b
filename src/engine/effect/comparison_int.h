/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * comparison: who is compared with whom, once weights have made the groups alike.
 *
 * Does: effective sizes, balance table, overlap of scores, and the warnings
 *       these call for.
 * Does not: find the weights.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_COMPARISON_INT_H
#define ONTSCHOT_ENGINE_EFFECT_COMPARISON_INT_H

#include "engine/effect/frame_int.h"

/*
 * Fills r->comparison and r->balance, and with scores r->overlap.
 *
 *   p      propensity scores of the f->n units, or NULL
 *   after  weights >= 0, with some in both groups; or NULL: units weigh what they weigh
 *   a      for scratch
 *
 * Effective size of a group: (sum w)^2 / sum w^2, Kish (1965), sec. 11.7.
 */
WARN_UNUSED err comparison_fill(const struct frame *f, const double *p, const double *after,
                                par *pool, arena *a, struct effect_result *r,
                                struct err_info *info);

/*
 * Overlap is poor when either group is worth fewer than 25 units, or over 5 % of
 * the treated have a score beyond those of all controls; the groups are uneven
 * when a covariate differs by more than EFFECT_UNEVEN.
 */
void comparison_warn(struct effect_result *r);

/* Warns when covariates are uneven: of several with `key` and its counts, of a single one `only`.
 */
void comparison_warn_uneven(struct effect_result *r, const char *key, const char *only);

#endif
