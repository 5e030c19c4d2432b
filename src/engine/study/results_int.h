/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * results: everything a plan asks for, computed, and the files it becomes.
 *
 * Running and verifying call the same two functions with the same arguments,
 * taken from the clock and the journal by the one, from the manifest by the
 * other. That is why they can be compared bit by bit.
 */
#ifndef ONTSCHOT_ENGINE_STUDY_RESULTS_INT_H
#define ONTSCHOT_ENGINE_STUDY_RESULTS_INT_H

#include "costs_int.h"
#include "engine/report/report.h"
#include "journal_int.h"

/* What a result depends on besides the plan and the data. */
struct results_about {
    const struct journal *journal;
    size_t n_before; /* entries that were there before this run */
    str date;        /* STUDY_TIME_TEXT characters */
    struct seal_public signer;
    struct seal_hash data;
};

struct results {
    arena *memory;
    struct report_input report;
    struct study_status status;
    struct released_effect **effect; /* n_effects, each may be NULL */
    size_t n_effects;
    str (*limits)[LANG_COUNT]; /* of the report; one more can be added */
    struct costs costs;
    bool language[LANG_COUNT];
};

/* The plan, table and `about` are borrowed for as long as the results live. */
WARN_UNUSED err results_compute(const struct study *s, const struct results_about *about,
                                const table *t, par *pool, const struct progress *progress,
                                struct results *r, struct err_info *info);
void results_free(struct results *r);

enum { RESULTS_FILES_MAX = 16 };

/* The names of the files a plan's results become, in the order they are written. */
size_t results_names(const struct study *s, arena *a, str names[RESULTS_FILES_MAX]);
WARN_UNUSED err results_write(const struct results *r, str folder, struct err_info *info);

#endif
