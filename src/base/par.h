/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * par: work on numbered blocks by a fixed pool of threads.
 *
 * Does: run a function once for every block, in any order, on any thread.
 * Does not: divide work. The caller fixes the blocks by the data alone and
 *           combines their results in block order, which is why the bits of
 *           a result do not depend on the number of threads.
 */
#ifndef ONTSCHOT_BASE_PAR_H
#define ONTSCHOT_BASE_PAR_H

#include "base/err.h"

typedef struct par par;

enum { PAR_THREADS_MAX = 256 };

/* `threads` 0 means one for each core the process may use. The caller's thread counts as one. */
WARN_UNUSED err par_new(unsigned threads, par **pool, struct err_info *info);
void par_free(par *pool); /* NULL is fine */
unsigned par_threads(const par *pool);

/*
 * Calls fn(ctx, block, worker) for block = 0 .. n_blocks - 1 and returns when
 * all are done. `worker` < par_threads() names the thread, for scratch memory.
 * Not reentrant: fn may not call par_run on the same pool. A NULL pool has one thread, the caller.
 */
void par_run(par *pool, size_t n_blocks, void (*fn)(void *ctx, size_t block, unsigned worker),
             void *ctx);

#endif
