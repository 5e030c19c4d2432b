/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * costs: the plan's prices and payers, with the effects they refer to by name.
 *
 * A name is one of `measured`, or else that of an outcome: its effect over all.
 */
#ifndef ONTSCHOT_ENGINE_STUDY_COSTS_INT_H
#define ONTSCHOT_ENGINE_STUDY_COSTS_INT_H

#include "engine/disclosure/disclosure.h"
#include "engine/study/study.h"

/* Reads the costs with stand-ins for the estimates, so that every mistake is found before a run. */
WARN_UNUSED err costs_check(const struct study *s, arena *a, struct errs *errors);

struct costs {
    bool asked;
    struct scba_model model;
    struct scba_result *result; /* NULL when it could not be computed, and */
    struct msg failed;          /* why */
    bool
        independent; /* effects of different outcomes were drawn as if they had nothing in common */
};

/*
 * `effect` holds the results of outcome o and estimator e at o * per_outcome + e.
 * An estimate that is absent or failed makes `failed`, which is no error.
 */
WARN_UNUSED err costs_compute(const struct study *s, struct released_effect *const *effect,
                              size_t per_outcome, arena *a, par *pool,
                              const struct progress *progress, struct costs *costs,
                              struct err_info *info);

#endif
