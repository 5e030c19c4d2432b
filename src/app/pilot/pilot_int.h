/* SPDX-License-Identifier: EUPL-1.2 */
/* pilot_int: what the files of this room share. */
#ifndef ONTSCHOT_APP_PILOT_INT_H
#define ONTSCHOT_APP_PILOT_INT_H

#include "app/pilot/pilot.h"
#include "engine/study/study.h"

WARN_UNUSED err pilot_run(struct job_run *run, struct err_info *info);
WARN_UNUSED err pilot_verify(struct job_run *run, struct err_info *info);

/*
 * The steps of a whole study on one scale. A study tells which analysis it is at
 * ("study.step-analysis"); what is told after it is about that one.
 */
struct pilot_scale {
    struct progress progress; /* to give to the study */
    const struct progress *to;
    double done, total; /* analyses */
};
void pilot_scale_init(struct pilot_scale *s, const struct progress *to);

#endif
