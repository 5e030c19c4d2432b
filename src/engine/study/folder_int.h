/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * folder: a flat folder of results that appears whole or not at all.
 *
 * It is built under a temporary name beside its final one, and renamed when
 * all is in it. Nothing that exists is ever replaced.
 */
#ifndef ONTSCHOT_ENGINE_STUDY_FOLDER_INT_H
#define ONTSCHOT_ENGINE_STUDY_FOLDER_INT_H

#include "base/arena.h"
#include "base/err.h"

struct folder {
    str temporary, final; /* zero-terminated */
};

/* E_CONFLICT when `path` exists. Commit or abort must follow. */
WARN_UNUSED err folder_open(arena *a, str path, struct folder *f, struct err_info *info);
WARN_UNUSED err folder_commit(struct folder *f, struct err_info *info); /* aborts on failure */
void folder_abort(struct folder *f);

/* A folder for work nobody sees, below `parent`; ended by folder_abort. */
WARN_UNUSED err folder_scratch(arena *a, str parent, struct folder *f, struct err_info *info);

/* "folder/name", zero-terminated; p is NULL when memory is out. */
str folder_path(arena *a, str folder, str name);

/* Whether it is a file itself: no folder, pipe or device, and no link to a file elsewhere. */
bool folder_has_file(arena *a, str folder, str name);

enum { FOLDER_NAMES_MAX = 1000 };

/* The names in a folder, sorted. E_LIMIT when there are more than FOLDER_NAMES_MAX. */
WARN_UNUSED err folder_list(arena *a, str path, str **names, size_t *n, struct err_info *info);

#endif
