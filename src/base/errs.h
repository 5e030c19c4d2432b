/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * errs: all the mistakes in one input, so that they are mended in one go.
 *
 * Does: keep the first ones up to a limit, count the rest, and sort them by place.
 */
#ifndef ONTSCHOT_BASE_ERRS_H
#define ONTSCHOT_BASE_ERRS_H

#include "base/arena.h"
#include "base/err.h"

struct errs {
    struct err_info *item; /* n of them, in the order they were found */
    size_t n, limit;
    size_t n_found; /* n_found - n were not kept */
    struct err_info spare;
};

enum { ERRS_LIMIT = 50 };

/* Room for `limit` mistakes, in the arena. */
WARN_UNUSED err errs_init(struct errs *e, arena *a, size_t limit, struct err_info *info);

/* Where the next mistake is written; never NULL. Counts it. */
struct err_info *errs_next(struct errs *e);

/* By line and column within each file; the files in the order in which they were first found. */
void errs_sort(struct errs *e);

#endif
