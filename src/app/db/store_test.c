/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/db/store_test.h"

#include "app/db/pg_int.h"
#include "app/db/sqlite_int.h"

#include <sqlite3.h>
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

/* ---- a print of all rows ---- */

/* FNV-1a (Fowler, Noll and Vo); rows are added up, so that their order does not matter. */
static uint64_t hash_bytes(uint64_t hash, const void *p, size_t n)
{
    const unsigned char *byte = p;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ byte[i]) * UINT64_C(1099511628211);
    return (hash ^ n) * UINT64_C(1099511628211);
}

static bool print_table_sqlite(sqlite3 *h, const char *table, uint64_t *print)
{
    char text[200];
    sqlite3_stmt *s = NULL;
    snprintf(text, sizeof text, "SELECT * FROM \"%s\"", table);
    if (sqlite3_prepare_v2(h, text, -1, &s, NULL) != SQLITE_OK)
        return false;
    while (sqlite3_step(s) == SQLITE_ROW) {
        uint64_t row = hash_bytes(0, table, strlen(table));
        for (int i = 0; i < sqlite3_column_count(s); i++) {
            const void *p = sqlite3_column_blob(s, i);
            row = hash_bytes(row, p ? p : "", (size_t)sqlite3_column_bytes(s, i));
        }
        *print += row;
    }
    return sqlite3_finalize(s) == SQLITE_OK;
}

static bool print_sqlite(const char *path, uint64_t *print)
{
    sqlite3 *h = NULL;
    sqlite3_stmt *tables = NULL;
    bool done = sqlite3_open_v2(path, &h, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
                sqlite3_prepare_v2(h, "SELECT name FROM sqlite_schema WHERE type = 'table'", -1,
                                   &tables, NULL) == SQLITE_OK;
    while (done && sqlite3_step(tables) == SQLITE_ROW)
        done = print_table_sqlite(h, (const char *)sqlite3_column_text(tables, 0), print);
    sqlite3_finalize(tables);
    if (!done)
        fprintf(stderr, "%s: %s\n", path, sqlite3_errmsg(h));
    sqlite3_close(h);
    return done;
}

static bool print_table_postgresql(PGconn *h, const char *table, uint64_t *print)
{
    char text[200];
    snprintf(text, sizeof text, "SELECT t::text FROM \"%s\" AS t", table);
    PGresult *r = PQexec(h, text);
    const bool done = PQresultStatus(r) == PGRES_TUPLES_OK;
    for (int i = 0; done && i < PQntuples(r); i++)
        *print += hash_bytes(hash_bytes(0, table, strlen(table)), PQgetvalue(r, i, 0),
                             (size_t)PQgetlength(r, i, 0));
    PQclear(r);
    return done;
}

static bool print_postgresql(const char *url, uint64_t *print)
{
    PGconn *h = PQconnectdb(url);
    PGresult *tables = PQexec(h, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    bool done = PQresultStatus(tables) == PGRES_TUPLES_OK;
    for (int i = 0; done && i < PQntuples(tables); i++)
        done = print_table_postgresql(h, PQgetvalue(tables, i, 0), print);
    if (!done)
        fputs(PQerrorMessage(h), stderr);
    PQclear(tables);
    PQfinish(h);
    return done;
}

bool store_test_print(const char *url, uint64_t *print)
{
    *print = 0;
    return strncmp(url, "sqlite:", 7) == 0 ? print_sqlite(url + 7, print)
                                           : print_postgresql(url, print);
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

/* ---- looking everywhere ---- */

static bool sqlite_column_holds(sqlite3 *h, const char *table, const char *column, const char *text)
{
    sqlite3_stmt *st = NULL;
    char sql[400];
    bool found = true;

    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM \"%s\" WHERE instr(lower(CAST(\"%s\" AS TEXT)), lower(?)) > 0",
             table, column);
    if (sqlite3_prepare_v2(h, sql, -1, &st, NULL) == SQLITE_OK &&
        sqlite3_bind_text(st, 1, text, -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(st) == SQLITE_ROW)
        found = sqlite3_column_int64(st, 0) > 0;
    sqlite3_finalize(st);
    return found;
}

static bool sqlite_holds(const char *path, const char *text, char where[200])
{
    sqlite3_stmt *st = NULL;
    sqlite3 *h = NULL;
    bool found = false;
    int n = 0;

    if (sqlite3_open_v2(path, &h, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(
            h,
            "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name)"
            " AS c WHERE m.type = 'table'",
            -1, &st, NULL) != SQLITE_OK)
        found = true;
    for (; !found && sqlite3_step(st) == SQLITE_ROW; n++) {
        const char *table = (const char *)sqlite3_column_text(st, 0);
        const char *column = (const char *)sqlite3_column_text(st, 1);
        found = sqlite_column_holds(h, table, column, text);
        snprintf(where, 200, "%s.%s", table, column);
    }
    sqlite3_finalize(st);
    sqlite3_close(h);
    return found || n == 0;
}

static bool postgresql_column_holds(PGconn *h, const char *table, const char *column, bool is_bytes,
                                    const char *text)
{
    char sql[400];
    snprintf(
        sql, sizeof sql,
        is_bytes
            ? "SELECT count(*) FROM \"%s\" WHERE position(convert_to($1, 'UTF8') in \"%s\") > 0"
            : "SELECT count(*) FROM \"%s\" WHERE position(lower($1) in lower(\"%s\"::text)) > 0",
        table, column);
    PGresult *r = PQexecParams(h, sql, 1, NULL, &text, NULL, NULL, 0);
    const bool found =
        PQresultStatus(r) != PGRES_TUPLES_OK || strcmp(PQgetvalue(r, 0, 0), "0") != 0;
    PQclear(r);
    return found;
}

static bool postgresql_holds(const char *url, const char *text, char where[200])
{
    PGconn *h = PQconnectdb(url);
    PGresult *r = PQexec(h, "SELECT table_name, column_name, data_type = 'bytea' FROM "
                            "information_schema.columns WHERE table_schema = 'public'");
    bool found = PQresultStatus(r) != PGRES_TUPLES_OK || PQntuples(r) == 0;
    for (int i = 0; !found && i < PQntuples(r); i++) {
        found = postgresql_column_holds(h, PQgetvalue(r, i, 0), PQgetvalue(r, i, 1),
                                        PQgetvalue(r, i, 2)[0] == 't', text);
        snprintf(where, 200, "%s.%s", PQgetvalue(r, i, 0), PQgetvalue(r, i, 1));
    }
    PQclear(r);
    PQfinish(h);
    return found;
}

bool store_test_holds(const struct store_fixture *f, const char *text, char where[200])
{
    return strncmp(f->url, "sqlite:", 7) == 0 ? sqlite_holds(f->url + 7, text, where)
                                              : postgresql_holds(f->url, text, where);
}
