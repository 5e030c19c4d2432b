/* SPDX-License-Identifier: EUPL-1.2 */
/* balance: how alike two groups are, covariate by covariate, before and after weighting. */
#ifndef ONTSCHOT_ENGINE_EFFECT_BALANCE_INT_H
#define ONTSCHOT_ENGINE_EFFECT_BALANCE_INT_H

#include "engine/effect/frame_int.h"

/*
 * Fills r->balance: a row for the propensity score `p`, none when it is NULL, then
 * one for each covariate of `f`. `after` holds f->n weights >= 0, with some in
 * both groups, or is NULL: then nothing is after; before, a unit weighs f->w. Stuart (2010),
 * sec. 4.1; Austin (2009).
 *
 *   difference      of means over the standard deviation of the treated before,
 *                   which stays the measure after: what changes is the groups
 *   variance_ratio  of sums w (x - mean)^2 / (sum w - sum w^2 / sum w)
 *   ecdf            absolute difference of the cumulative distributions, at each
 *                   value that occurs before: its mean and maximum
 *
 * A column of two values has the standard deviation sqrt(share (1 - share)), no
 * variance ratio, and one difference of shares as both mean and maximum. Scratch is taken beside
 * an arena.
 */
WARN_UNUSED err balance_fill(const struct frame *f, const double *p, const double *after, par *pool,
                             const arena *beside, struct effect_result *r, struct err_info *info);

#endif
