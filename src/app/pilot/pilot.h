/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pilot: studies as long work.
 *
 * Does: freeze and run a study from an uploaded plan and its data ("study.run"); verify the sealed
 *       results of one, made here or elsewhere ("study.verify"). What an analyst does with
 *       `ontschot study`, with the key of this installation.
 * Does not: estimate, seal or word anything (engine/study), or know accounts and pages.
 *
 * study.run takes one plan (.yaml or .yml), its data (CSV or column file), and, when the plan was
 * frozen before, its journal (NAME.journal.jsonl beside NAME.yaml). With one data file that is the
 * one; with several the plan names it. It leaves what study_run leaves.
 *
 * study.verify takes all files of a folder of results, and the data when one has them, named in
 * args: {"data": "men.csv"}. It leaves verification.json: the verdict and each finding, as keys and
 * as sentences in both languages. That a seal does not fit is an answer, no failure.
 */
#ifndef ONTSCHOT_APP_PILOT_PILOT_H
#define ONTSCHOT_APP_PILOT_PILOT_H

#include "app/job/job.h"

#define PILOT_RUN    "study.run"
#define PILOT_VERIFY "study.verify"
#define PILOT_ANSWER "verification.json" /* what study.verify leaves */

struct job_kinds pilot_kinds(void);

/* Makes the signing key when there is none, before jobs need it at the same time. */
WARN_UNUSED err pilot_prepare(const struct app *app, struct err_info *info);

#endif
