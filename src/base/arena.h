/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * arena: memory that is freed all at once, at the end of a request or a job.
 *
 * Does: hand out zeroed, 64-byte aligned blocks up to a hard limit; let large
 *       ones lie on disk when a job is larger than memory.
 * Does not: free single blocks or grow them.
 */
#ifndef ONTSCHOT_BASE_ARENA_H
#define ONTSCHOT_BASE_ARENA_H

#include "base/err.h"

typedef struct arena arena;

/* NULL when memory is out. `limit_bytes` bounds all blocks together. */
arena *arena_new(size_t limit_bytes);
void arena_free(arena *a); /* NULL is fine */

/*
 * For a job that may be larger than memory: an arena that shares two limits with those made beside
 * it. Together they keep `memory_bytes` in memory. Large blocks that come after that are mapped
 * files without a name in `folder`, of which the system keeps in memory what it has room for;
 * passes over them are best made in order. Their room on disk is taken when they are made, so that
 * a full disk is met there, and is free again when the arena or the process is gone, however it
 * ended. `limit_bytes` bounds memory and disk. `folder` is borrowed.
 */
arena *arena_new_spilling(size_t limit_bytes, size_t memory_bytes, str folder);

/*
 * Another one that shares the limits of `a`, or has its own like those of an `a` that does not
 * spill. To be freed before `a`. For any thread, also while others use `a`.
 */
arena *arena_new_beside(const arena *a);

/*
 * Why an arena that spills, or one beside it, gave NULL: E_IO or E_NOT_FOUND for its folder or
 * disk, E_LIMIT; E_NOMEM when it did not.
 */
WARN_UNUSED err arena_error(const arena *a, struct err_info *info);

/* The smallest block that may lie on disk. */
#define ARENA_FILE_MIN ((size_t)1 << 20)

void arena_reset(arena *a);
size_t arena_used(const arena *a);

/*
 * `n` elements of `size` bytes, zeroed. NULL when the limit or memory is
 * reached or n * size overflows. n = 0 gives a valid pointer.
 */
void *arena_alloc(arena *a, size_t n, size_t size);

#define ARENA_NEW(a, type, n) ((type *)arena_alloc((a), (n), sizeof(type)))

/* A zero-terminated copy; p is NULL when it did not fit. */
str arena_str(arena *a, str s);

#endif
