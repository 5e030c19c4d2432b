/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * store_test: an empty store for a test, on the database that ONTSCHOT_TEST_STORE names
 * (a temporary SQLite file when it names none).
 */
#ifndef ONTSCHOT_APP_DB_STORE_TEST_H
#define ONTSCHOT_APP_DB_STORE_TEST_H

#include "app/db/db.h"

#include <stdint.h>

struct store_fixture {
    store *s;
    db *d;
    arena *a; /* 64 MB */
    char url[512];
};

/* cmocka's set-up and tear-down: *state is a struct store_fixture with an empty, migrated store. */
int store_set_up(void **state);
int store_tear_down(void **state);

/* Empties the store of this URL; for tests that open it themselves. */
bool store_test_empty(const char *url);

/*
 * A number made of every row of every table, in any order; the same when nothing changed. False,
 * with a line on stderr, when it could not be read.
 */
bool store_test_print(const char *url, uint64_t *print);

/* The clock of such stores; starts at 2026-01-01 00:00:00 UTC. Tests may set it. */
extern _Atomic int64_t store_test_now_ms;

/*
 * Looks through every column of every table for `text`, in any case. True when it is there; `where`
 * then says "table.column". A store that cannot be read counts as true.
 */
bool store_test_holds(const struct store_fixture *f, const char *text, char where[200]);

#endif
