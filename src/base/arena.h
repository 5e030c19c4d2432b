/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * arena: memory that is freed all at once, at the end of a request or a job.
 *
 * Does: hand out zeroed, 64-byte aligned blocks up to a hard limit.
 * Does not: free single blocks or grow them.
 */
#ifndef ONTSCHOT_BASE_ARENA_H
#define ONTSCHOT_BASE_ARENA_H

#include "base/str.h"

typedef struct arena arena;

/* NULL when memory is out. `limit_bytes` bounds all blocks together. */
arena *arena_new(size_t limit_bytes);
void arena_free(arena *a); /* NULL is fine */
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
