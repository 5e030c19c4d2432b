/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * machine: what this process may use of the machine.
 *
 * Does: find how much memory it may keep for itself.
 * Does not: reserve it; say what is free now, which changes while one looks.
 */
#ifndef ONTSCHOT_BASE_MACHINE_H
#define ONTSCHOT_BASE_MACHINE_H

#include <stddef.h>

/*
 * Bytes: the least of what the machine has, the limit on the process (ulimit -d) and that on its
 * control group (systemd's MemoryMax, a container). Results may not depend on it.
 */
size_t machine_memory(void);

#endif
