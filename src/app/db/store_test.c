/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/db/store_test.h"

#include "app/db/pg_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Atomic int64_t store_test_now_ms = INT64_C(1767225600000);

static int64_t now(void)
{
    return store_test_now_ms;
}

/* The file and what SQLite keeps beside it. */
static void remove_file(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    char name[600];
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
}

static bool empty_postgresql(const char *url)
{
    PGconn *h = PQconnectdb(url);
    PGresult *r = PQexec(h, "SET client_min_messages = warning; DROP SCHEMA public CASCADE;"
                            "CREATE SCHEMA public");
    const bool done = PQresultStatus(r) == PGRES_COMMAND_OK;
    if (!done)
        fputs(PQerrorMessage(h), stderr);
    PQclear(r);
    PQfinish(h);
    return done;
}

bool store_test_empty(const char *url)
{
    if (strncmp(url, "sqlite:", 7) != 0)
        return empty_postgresql(url);
    remove_file(url + 7);
    return true;
}

static void choose_url(char *url, size_t n)
{
    const char *given = getenv("ONTSCHOT_TEST_STORE");
    if (given)
        snprintf(url, n, "%s", given);
    else
        snprintf(url, n, "sqlite:" P_tmpdir "/ontschot-store-test-%d.db", (int)getpid());
}

static bool fill(struct store_fixture *f)
{
    struct err_info info = {0};
    const struct store_config c = {.url = str_of(f->url), .node = 1, .now_ms = now};
    f->a = arena_new(64 << 20);
    if (f->a && store_test_empty(f->url) && store_open(&c, &f->s, &info) == OK &&
        store_migrate(f->s, &info) == OK && db_open(f->s, &f->d, &info) == OK)
        return true;
    fprintf(stderr, "no test store: %s %.*s\n", info.msg.key ? info.msg.key : "?",
            (int)info.msg.used, info.msg.text);
    return false;
}

int store_set_up(void **state)
{
    struct store_fixture *f = calloc(1, sizeof *f);
    *state = f;
    if (!f)
        return -1;
    choose_url(f->url, sizeof f->url);
    if (fill(f))
        return 0;
    store_tear_down(state);
    return -1;
}

int store_tear_down(void **state)
{
    struct store_fixture *f = *state;
    if (!f)
        return 0;
    db_close(f->d);
    store_close(f->s);
    if (!getenv("ONTSCHOT_TEST_STORE"))
        store_test_empty(f->url);
    arena_free(f->a);
    free(f);
    *state = NULL;
    return 0;
}
