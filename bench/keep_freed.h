/* SPDX-License-Identifier: EUPL-1.2 */
/* keep_freed: what src/cli/main.c asks of the C library's memory, for benches that measure a
 * command. */
#ifndef ONTSCHOT_BENCH_KEEP_FREED_H
#define ONTSCHOT_BENCH_KEEP_FREED_H

#include <malloc.h>

static inline void keep_freed(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

#endif
