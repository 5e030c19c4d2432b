/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * source: the bytes of a delivered file, read from front to back.
 *
 * Does: map the file, let go of what was read so that memory stays small, tell progress, stop when
 *       asked to.
 */
#ifndef ONTSCHOT_APP_INTAKE_SOURCE_INT_H
#define ONTSCHOT_APP_INTAKE_SOURCE_INT_H

#include "base/file.h"
#include "base/progress.h"

struct intake_source {
    str bytes, name;
    const struct progress *progress; /* may be NULL */
    bool is_mapped;
    size_t told, let_go; /* bytes */
    struct file_map map;
};

enum { INTAKE_SOURCE_STEP = 1 << 22 }; /* bytes between two reports */

WARN_UNUSED err intake_source_open(str path, const struct progress *progress,
                                   struct intake_source *s, struct err_info *info);
void intake_source_close(struct intake_source *s);

/* What is before `at` will not be read again. E_CANCELLED when the user asked to stop. */
WARN_UNUSED err intake_source_passed(struct intake_source *s, size_t at, struct err_info *info);

#endif
