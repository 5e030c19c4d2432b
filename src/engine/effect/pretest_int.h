/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pretest: were the groups alike before anyone started?
 *
 * Does: test jointly, from estimates and their covariance, that all effects before
 *       the start are zero.
 * Does not: say what an untrue answer would do to the effect (engine/effect honesty).
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

#endif
