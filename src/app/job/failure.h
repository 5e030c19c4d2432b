/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * failure: errors that outlive their process, as JSON: keys, values and places, so that they are
 * read in any language later.
 */
#ifndef ONTSCHOT_APP_JOB_FAILURE_H
#define ONTSCHOT_APP_JOB_FAILURE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/out.h"

enum { JOB_FAILURES_MAX = 20 }; /* kept of one job */

void job_failures_print(out *o, const struct err_info *list, size_t n, size_t n_found);
/* False when the text is not what the function above prints. Lives in the arena. */
bool job_failures_parse(arena *a, str json, struct err_info **list, size_t *n, size_t *n_found);

#endif
