/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * id: keys that the program makes itself, the same on every database.
 *
 * Does: 63 bits that grow with time: 41 of milliseconds since 2020 (until 2089),
 *       10 of the node that made it, 12 of a sequence. Never the same twice and
 *       never smaller than the one before, also when the clock is set back or
 *       4096 are asked within a millisecond: then time runs ahead of the clock.
 * Does not: hide anything. Whoever sees an id knows when it was made; what may be
 *       seen is decided by a rule, never by an id that is hard to guess.
 */
#ifndef ONTSCHOT_APP_DB_ID_H
#define ONTSCHOT_APP_DB_ID_H

#include "base/err.h"

enum { ID_NODES = 1024, ID_SEQUENCES = 4096 };

/* Safe to share between threads. */
typedef struct id_source id_source;

/*
 *   node    0 .. ID_NODES - 1, another one for each process that writes in one database
 *   now_ms  UTC milliseconds since 1970
 *   after   every id will be greater than this one; 0 when there is none
 */
WARN_UNUSED err id_source_new(unsigned node, int64_t (*now_ms)(void), int64_t after, id_source **s,
                              struct err_info *info);
void id_source_free(id_source *s); /* NULL is fine */

/* Greater than 0. */
int64_t id_next(id_source *s);

/* When it was made, in UTC milliseconds since 1970, and by which node. */
int64_t id_time_ms(int64_t id);
unsigned id_node(int64_t id);

/* The smallest id that could have been made at this time: for ranges of time. */
int64_t id_at_ms(int64_t time_ms);

#endif
