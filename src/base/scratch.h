/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scratch: room on disk for what does not fit in memory.
 *
 * Does: map a file that has no name, so that nothing is left behind.
 * Does not: decide what lies where; that is arena.h.
 */
#ifndef ONTSCHOT_BASE_SCRATCH_H
#define ONTSCHOT_BASE_SCRATCH_H

#include "base/str.h"

/*
 * `n` > 0 zeroed bytes of a file in `folder` that only this process can reach, mapped to read and
 * write. Their room on disk is taken now, so that a full disk is met here and not at a write. The
 * file is gone when unmapped or when the process ends, however it ends. NULL with errno set.
 */
void *scratch_map(str folder, size_t n);
void scratch_unmap(void *p, size_t n);

#endif
