/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Speed of src/app/db on the store that ONTSCHOT_TEST_STORE names, beside the database's own
 * library used directly. Run it by tests/stores.sh, with STORES_FSYNC=on for honest commits:
 *
 *   STORES_FSYNC=on tests/stores.sh sqlite build/release/bench/db_bench
 */
#include "app/db/db.h"
#include "app/db/sample/queries.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS = 100000, CHUNK = 1000, THREADS_MAX = 16, MEASURE_MS = 2000 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(err e, const struct err_info *info)
{
    if (e == OK)
        return;
    fprintf(stderr, "%s %.*s\n", info->msg.key, (int)info->msg.used, info->msg.text);
    exit(1);
}

static bool is_sqlite(const char *url)
{
    return !strncmp(url, "sqlite:", 7);
}

/* ---- the libraries themselves ---- */

static sqlite3 *open_sqlite(const char *url)
{
    sqlite3 *h;
    if (sqlite3_open(url + 7, &h) != SQLITE_OK ||
        sqlite3_exec(h, "PRAGMA synchronous = FULL", NULL, NULL, NULL) != SQLITE_OK)
        exit(1);
    return h;
}

static void make_table(const char *url)
{
    static const char text[] = "CREATE TABLE row_ (id %s PRIMARY KEY, at %s NOT NULL, name TEXT "
                               "NOT NULL)";
    char sql[200];
    const char *type = is_sqlite(url) ? "INTEGER" : "INT8";
    snprintf(sql, sizeof sql, text, type, type);
    if (is_sqlite(url)) {
        sqlite3 *h = open_sqlite(url);
        sqlite3_exec(h, sql, NULL, NULL, NULL);
        sqlite3_close(h);
    } else {
        PGconn *h = PQconnectdb(url);
        PQclear(PQexec(h, sql));
        PQfinish(h);
    }
}

static double raw_selects(const char *url)
{
    static const char text[] = "SELECT at, name FROM row_ WHERE id = $1";
    const double begun = now_s();
    double n = 0;
    if (is_sqlite(url)) {
        sqlite3 *h = open_sqlite(url);
        sqlite3_stmt *s;
        sqlite3_prepare_v3(h, text, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL);
        for (; now_s() - begun < MEASURE_MS / 1e3; n++) {
            sqlite3_bind_int64(s, 1, (int64_t)n * 7919 % ROWS);
            sqlite3_step(s);
            sqlite3_column_int64(s, 0);
            sqlite3_column_text(s, 1);
            sqlite3_reset(s);
        }
        sqlite3_finalize(s);
        sqlite3_close(h);
    } else {
        PGconn *h = PQconnectdb(url);
        PQclear(PQprepare(h, "s", text, 0, NULL));
        for (; now_s() - begun < MEASURE_MS / 1e3; n++) {
            char id[24];
            snprintf(id, sizeof id, "%d", (int)((int64_t)n * 7919 % ROWS));
            const char *value = id;
            PQclear(PQexecPrepared(h, "s", 1, &value, NULL, NULL, 1));
        }
        PQfinish(h);
    }
    return n / (now_s() - begun);
}

static double raw_commits(const char *url)
{
    static const char text[] = "INSERT INTO row_ (id, at, name) VALUES ($1, 1, 'raw')";
    const double begun = now_s();
    double n = 0;
    if (is_sqlite(url)) {
        sqlite3 *h = open_sqlite(url);
        sqlite3_stmt *s;
        sqlite3_prepare_v3(h, text, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL);
        for (; now_s() - begun < MEASURE_MS / 1e3; n++) {
            sqlite3_bind_int64(s, 1, INT64_C(1) << 40 | (int64_t)n);
            sqlite3_step(s);
            sqlite3_reset(s);
        }
        sqlite3_finalize(s);
        sqlite3_close(h);
    } else {
        PGconn *h = PQconnectdb(url);
        PQclear(PQprepare(h, "s", text, 0, NULL));
        for (; now_s() - begun < MEASURE_MS / 1e3; n++) {
            char id[24];
            snprintf(id, sizeof id, "%lld", 1LL << 40 | (long long)n);
            const char *value = id;
            PQclear(PQexecPrepared(h, "s", 1, &value, NULL, NULL, 1));
        }
        PQfinish(h);
    }
    return n / (now_s() - begun);
}

/* ---- ours ---- */

struct worker {
    store *s;
    int number;
    double n;
};

static err add_row(db_tx *tx, void *arg, struct err_info *info)
{
    return row_add(tx, *(const struct row_add_in *)arg, info);
}

static void *commit_rows(void *arg)
{
    struct worker *w = arg;
    struct err_info info;
    const double begun = now_s();
    db *d;
    must(db_open(w->s, &d, &info), &info);
    for (; now_s() - begun < MEASURE_MS / 1e3; w->n++) {
        struct row_add_in in = {.id = {db_new_id(d)}, .at = 1, .name = STR("ours")};
        must(db_tx_do(d, add_row, &in, &info), &info);
    }
    db_close(d);
    return NULL;
}

static void *select_rows(void *arg)
{
    struct worker *w = arg;
    struct err_info info;
    struct row_get_row row;
    const double begun = now_s();
    arena *a = arena_new(1 << 20);
    db *d;
    must(db_open(w->s, &d, &info), &info);
    for (; now_s() - begun < MEASURE_MS / 1e3; w->n++) {
        const int64_t id = (int64_t)w->n * 7919 % ROWS;
        must(row_get(d, a, (struct row_get_in){{id}}, &row, &info), &info);
        arena_reset(a);
    }
    db_close(d);
    arena_free(a);
    return NULL;
}

static double in_threads(store *s, void *(*work)(void *), int threads)
{
    struct worker w[THREADS_MAX];
    pthread_t thread[THREADS_MAX];
    const double begun = now_s();
    double n = 0;
    for (int i = 0; i < threads; i++) {
        w[i] = (struct worker){.s = s, .number = i};
        pthread_create(&thread[i], NULL, work, &w[i]);
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
        n += w[i].n;
    }
    return n / (now_s() - begun);
}

static err add_rows(db_tx *tx, void *arg, struct db_bulk *b, struct err_info *info)
{
    struct publication_id ids[CHUNK];
    (void)arg;
    for (int i = 0; i < CHUNK; i++)
        ids[i].v = b->at + i;
    b->at += CHUNK;
    b->done = b->at >= ROWS;
    return rows_add(tx, (struct rows_add_in){.ids = {ids, CHUNK}, .at = 1}, info);
}

int main(void)
{
    const char *url = getenv("ONTSCHOT_TEST_STORE");
    struct err_info info;
    struct db_bulk all = {0};
    store *s;
    db *d;
    if (!url) {
        fputs("ONTSCHOT_TEST_STORE names no store: see the head of this file\n", stderr);
        return 2;
    }
    const struct store_config c = {.url = str_of(url), .node = STORE_NODE_DEALT};
    must(store_open(&c, &s, &info), &info);
    must(store_migrate(s, &info), &info);
    make_table(url);
    must(db_open(s, &d, &info), &info);

    const double begun = now_s();
    must(db_bulk_do(d, &all, add_rows, NULL, &info), &info);
    printf("bulk, rows/s                    %10.0f\n", ROWS / (now_s() - begun));
    const double selects = in_threads(s, select_rows, 1), raw = raw_selects(url);
    printf("point selects/s, one thread     %10.0f   the library itself %10.0f   ratio %.2f\n",
           selects, raw, selects / raw);
    printf("point selects/s, two threads    %10.0f\n", in_threads(s, select_rows, 2));
    const double commits = in_threads(s, commit_rows, 1), raw_commit = raw_commits(url);
    printf("commits/s, one thread           %10.0f   the library itself %10.0f   ratio %.2f\n",
           commits, raw_commit, commits / raw_commit);
    printf("commits/s, %d threads           %10.0f\n", THREADS_MAX,
           in_threads(s, commit_rows, THREADS_MAX));
    db_close(d);
    store_close(s);
    return 0;
}
