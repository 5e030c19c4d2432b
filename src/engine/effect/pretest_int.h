/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pretest: were the groups alike before anyone started?
 *
 * Does: test jointly, from estimates and their covariance, that all effects before
 *       the start are zero.
 * Does not: say what an untrue answer would do to the effect (honest_int.h).
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_PRETEST_INT_H
#define ONTSCHOT_ENGINE_EFFECT_PRETEST_INT_H

#include "engine/effect/effect_int.h"

/*
 * Fills pretest_statistic, pretest_df and pretest_p of r->diagnostics, from the estimates of one
 * aggregation: EFFECT_GROUP_TIME as the R package did tests them; with clusters the event study
 * (EFFECT_DYNAMIC), because a covariance from a few dozen teams cannot carry dozens of contrasts.
 * Leaves df 0 when no test exists. E_NOMEM.
 */
WARN_UNUSED err pretest(struct effect_result *r, enum effect_aggregation aggregation,
                        bool by_cluster, struct err_info *info);

/* The effects before the start of one aggregation, as places among the estimates (room for all). */
size_t pretest_list(const struct effect_result *r, enum effect_aggregation aggregation, size_t *at);

/*
 * Degrees of freedom that clusters leave for a joint test of n effects: of the
 * denominator of F. Infinite without clusters; 0 or less when there is no test.
 */
double pretest_df(const struct effect_diagnostics *d, size_t n);

#endif
