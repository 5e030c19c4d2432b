/* SPDX-License-Identifier: EUPL-1.2 */
/* companions: the main estimate is never shown alone. */
#ifndef ONTSCHOT_ENGINE_STUDY_COMPANIONS_INT_H
#define ONTSCHOT_ENGINE_STUDY_COMPANIONS_INT_H

#include "engine/study/study.h"

enum { COMPANIONS_MAX = 2 }; /* others beside which the main estimate stands, at least */

/*
 * Those that lack: as many as bring the variations of the plan that rest on another method, model
 * or controls than the main design to COMPANIONS_MAX, as far as there are any. Memory comes from
 * `a`. E_NOMEM.
 */
WARN_UNUSED err companions_choose(const struct study *s, const struct effect_result *main, arena *a,
                                  struct effect_companion list[COMPANIONS_MAX], size_t *n,
                                  struct err_info *info);

#endif
