/* SPDX-License-Identifier: EUPL-1.2 */
/* compare: where two files first differ, told so that a reader finds it. */
#ifndef ONTSCHOT_ENGINE_STUDY_COMPARE_INT_H
#define ONTSCHOT_ENGINE_STUDY_COMPARE_INT_H

#include "base/arena.h"
#include "base/err.h"

struct difference {
    bool found;
    uint64_t offset;      /* in bytes, from 0 */
    int64_t line, column; /* from 1, of that byte in the first file; 0 in a file that is no text */
    str key;              /* the last "key": on or before that line of a JSON file, else empty */
};

WARN_UNUSED err compare_files(arena *a, str one, str other, struct difference *d,
                              struct err_info *info);

#endif
