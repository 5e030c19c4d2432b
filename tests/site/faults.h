/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * faults: calls of the whole process that fail on request: of the program and of the libraries it
 * uses, for their symbols are the program's own, found before those of the C library.
 *
 * Does: memory (malloc and its sisters, anonymous maps), files (open, read, write, cut, flush, map,
 *       link, rename, make) and sockets (connect, accept, send, receive, watch).
 * Does not: fail what the C library calls within itself, nor what is asked for by the thread that
 *           arms it; nor calls that only let go (close, unlink, munmap), whose failure helps
 * nobody.
 *
 * Compiled without sanitizers, for its functions are called before those are ready.
 */
#ifndef ONTSCHOT_TESTS_SITE_FAULTS_H
#define ONTSCHOT_TESTS_SITE_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

enum fault_kind {
    FAULT_MEMORY = 1,
    FAULT_FILE = 2,
    FAULT_SOCKET = 4,
    FAULT_ROOM = 8, /* only what takes room on a disk, as when it is full */
};

/* The thread that calls this is the tester's, once and for all. */
void faults_begin(void);

/* From now on calls of these kinds are counted from 1; those from `first` to `last` fail. */
void faults_arm(unsigned kinds, size_t first, size_t last);

/* How many calls were counted. */
size_t faults_disarm(void);

#endif
