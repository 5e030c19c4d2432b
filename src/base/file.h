/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * file: whole files, read once, written completely or not at all.
 *
 * Does: read into memory or map; write under a temporary name in the same
 *       folder, fsync, then rename, so that nobody ever sees half a file.
 * Does not: lock files or walk folders.
 */
#ifndef ONTSCHOT_BASE_FILE_H
#define ONTSCHOT_BASE_FILE_H

#include "base/arena.h"
#include "base/err.h"

/* The whole file, zero-terminated behind its end. E_NOT_FOUND, E_LIMIT, E_IO, E_NOMEM. */
WARN_UNUSED err file_read(arena *a, str path, size_t limit_bytes, str *text, struct err_info *info);

/* A read-only map of a regular file. An empty file gives n = 0 and nothing to unmap. */
struct file_map {
    const unsigned char *p;
    size_t n;
};
WARN_UNUSED err file_map_open(str path, struct file_map *map, struct err_info *info);
void file_map_close(struct file_map *map);

/* A file being written. Either commit or abort must follow a successful open. */
typedef struct file_writer file_writer;
WARN_UNUSED err file_writer_open(str path, file_writer **w, struct err_info *info);
/* Buffered. After a failure the rest is ignored and commit reports it. */
void file_writer_put(file_writer *w, const void *p, size_t n);
/* Overwrites bytes written earlier, e.g. a header whose totals came later. */
void file_writer_patch(file_writer *w, uint64_t at, const void *p, size_t n);
uint64_t file_writer_at(const file_writer *w);
WARN_UNUSED err file_writer_commit(file_writer *w, struct err_info *info); /* frees w */
void file_writer_abort(file_writer *w);                                    /* frees w; NULL is fine */

/* The whole content in one step. */
WARN_UNUSED err file_write(str path, str content, struct err_info *info);

/* Makes the folder, and those above it; one that exists is fine. */
WARN_UNUSED err file_make_folder(str path, struct err_info *info);

/*
 * Makes an empty folder beside `path`, whose name is `path` with a suffix that
 * nobody else has: to fill it, and rename it to `path` when it is whole. As for
 * every file, the user's umask decides who may read it.
 */
WARN_UNUSED err file_make_temporary_folder(arena *a, str path, str *made, struct err_info *info);

#endif
