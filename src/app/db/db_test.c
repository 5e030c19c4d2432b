/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/db/db_int.h"
#include "app/db/sample/queries.h"
#include "app/db/store_test.h"
#include "base/rng.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- tables of the tests ---- */

#define TABLES(INT, REAL, BYTES, END)                                                              \
    "CREATE TABLE thing (id " INT " PRIMARY KEY, n " INT " NOT NULL, x " REAL " NOT NULL,"         \
    "name TEXT NOT NULL, body " BYTES " NOT NULL, on_ " INT " NOT NULL, n0 " INT ", x0 " REAL ","  \
    "name0 TEXT, body0 " BYTES ", owner " INT ") " END ";"                                         \
    "CREATE TABLE row_ (id " INT " PRIMARY KEY, at " INT " NOT NULL, name TEXT NOT NULL) " END ";" \
    "CREATE TABLE child (id " INT " PRIMARY KEY, row_ " INT " NOT NULL REFERENCES row_ (id),"      \
    "mark " INT " NOT NULL CHECK (mark IN (0, 1))) " END ";"

static err nothing(db_tx *tx, void *arg, struct err_info *info)
{
    (void)tx;
    (void)arg;
    (void)info;
    return OK;
}

static int set_up(void **state)
{
    struct err_info info;
    db *d;
    if (store_set_up(state) != 0)
        return -1;
    store *s = ((struct store_fixture *)*state)->s;
    if (s->driver->connect(s, true, &d, &info) != OK)
        return -1;
    const err e = s->driver->migrate(d, TABLES("INTEGER", "REAL", "BLOB", "STRICT"),
                                     TABLES("INT8", "FLOAT8", "BYTEA", ""), nothing, NULL, &info);
    s->driver->disconnect(d);
    return e == OK ? 0 : -1;
}

static void assert_ok(err e, const struct err_info *info)
{
    if (e != OK)
        fail_msg("%s: %.*s", info->msg.key, (int)info->msg.used, info->msg.text);
}

static void assert_key(err e, err expected, const struct err_info *info, const char *key)
{
    assert_string_equal(e == OK ? "OK" : info->msg.key, key);
    assert_int_equal(e, expected);
    assert_int_equal(info->code, expected);
}

static void assert_str(str s, const char *expected)
{
    assert_int_equal(s.n, strlen(expected));
    assert_memory_equal(s.p, expected, s.n);
}

/* ---- one statement in a transaction ---- */

static err add_thing(db_tx *tx, void *arg, struct err_info *info)
{
    return thing_add(tx, *(const struct thing_add_in *)arg, info);
}

static err add_row(db_tx *tx, void *arg, struct err_info *info)
{
    return row_add(tx, *(const struct row_add_in *)arg, info);
}

static void put_row(struct store_fixture *f, int64_t id, int64_t at, const char *name)
{
    struct err_info info;
    struct row_add_in in = {.id = {id}, .at = at, .name = str_of(name)};
    assert_ok(db_tx_do(f->d, add_row, &in, &info), &info);
}

/* ---- values ---- */

static void every_type_comes_back_as_it_went(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    struct thing_by_id_row row;
    char bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    struct thing_add_in in = {.id = {INT64_MAX},
                              .n = INT64_MIN,
                              .x = -1.0 / 3,
                              .name = STR("Zoë \xf0\x9f\x8c\xb7 'x'; --"),
                              .body = {bytes, sizeof bytes},
                              .on_ = true,
                              .n0 = {true, 0},
                              .x0 = {true, 5e-324},
                              .name0 = STR(""),
                              .body0 = STR(""),
                              .owner = {7}};

    assert_ok(db_tx_do(f->d, add_thing, &in, &info), &info);
    assert_ok(thing_by_id(f->d, f->a, (struct thing_by_id_in){in.id}, &row, &info), &info);

    assert_int_equal(row.id.v, INT64_MAX);
    assert_true(row.n == INT64_MIN);
    assert_true(row.x == -1.0 / 3);
    assert_true(str_eq(row.name, in.name));
    assert_true(str_eq(row.body, in.body));
    assert_true(row.on_);
    assert_true(row.n0.has && row.n0.v == 0);
    assert_true(row.x0.has && row.x0.v == 5e-324);
    assert_true(row.name0.p != NULL && row.name0.n == 0);
    assert_true(row.body0.p != NULL && row.body0.n == 0);
    assert_int_equal(row.owner.v, 7);
}

static void absent_values_come_back_absent(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    struct thing_by_id_row row;
    struct thing_add_in in = {.id = {1}, .name = {NULL, 0}, .body = {NULL, 0}};

    assert_ok(db_tx_do(f->d, add_thing, &in, &info), &info);
    assert_ok(thing_by_id(f->d, f->a, (struct thing_by_id_in){{1}}, &row, &info), &info);

    assert_true(row.name.p && row.name.n == 0 && row.body.p && row.body.n == 0);
    assert_false(row.on_ || row.n0.has || row.x0.has);
    assert_null(row.name0.p);
    assert_null(row.body0.p);
    assert_int_equal(row.owner.v, 0);
}

static void what_is_no_value_is_refused_before_the_database(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    struct thing_any_row row;
    struct thing_add_in zero = {.id = {1}, .name = STR("a\0b"), .body = STR("x")};
    struct thing_add_in broken = {.id = {1}, .name = STR("\xff"), .body = STR("x")};
    struct thing_add_in endless = {.id = {1}, .x = 1e308 * 10, .body = STR("x")};

    assert_key(db_tx_do(f->d, add_thing, &zero, &info), E_INPUT, &info, "db.text");
    assert_key(db_tx_do(f->d, add_thing, &broken, &info), E_INPUT, &info, "db.text");
    assert_key(db_tx_do(f->d, add_thing, &endless, &info), E_INPUT, &info, "db.number");

    assert_key(thing_any(f->d, f->a, &row, &info), E_NOT_FOUND, &info, "db.absent");
}

static void rows_other_than_declared_are_errors(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    struct thing_any_row any;
    struct thing_n_wrong_row wrong;
    struct thing_add_in in = {.id = {1}, .body = STR("x")};
    assert_ok(db_tx_do(f->d, add_thing, &in, &info), &info);
    in.id.v = 2;
    assert_ok(db_tx_do(f->d, add_thing, &in, &info), &info);

    assert_key(thing_any(f->d, f->a, &any, &info), E_IO, &info, "db.more-than-one");
    assert_key(thing_n_wrong(f->d, f->a, (struct thing_n_wrong_in){{1}}, &wrong, &info), E_IO,
               &info, "db.null");
}

/* ---- lists, clauses, orders ---- */

static void assert_ids(const struct rows_list_row *row, size_t n, const char *expected)
{
    out o;
    out_init(&o, 1 << 16);
    for (size_t i = 0; i < n; i++) {
        out_int(&o, row[i].id.v);
        out_char(&o, ' ');
    }
    out_char(&o, '\0');
    assert_string_equal(o.p, expected);
    out_free(&o);
}

static void list_rows(struct store_fixture *f, struct rows_list_in in, const char *expected)
{
    struct err_info info;
    struct rows_list_row *row;
    size_t n;
    assert_ok(rows_list(f->d, f->a, in, &row, &n, &info), &info);
    assert_ids(row, n, expected);
}

static void clauses_and_orders_change_what_comes(void **state)
{
    struct store_fixture *f = *state;
    const struct publication_id ids[] = {{3}, {1}, {99}};
    const str names[] = {STR("a\"\\\n\x01"), STR("c, {}")};
    put_row(f, 1, 10, "a\"\\\n\x01");
    put_row(f, 2, 30, "b");
    put_row(f, 3, 20, "c, {}");
    put_row(f, 4, 40, "d");

    list_rows(f, (struct rows_list_in){.old = true, .limit = 9}, "1 3 2 4 ");
    list_rows(f, (struct rows_list_in){.old = true, .limit = 2}, "1 3 ");
    list_rows(f, (struct rows_list_in){.old = true, .limit = 9, .order = ROWS_LIST_NEWEST},
              "4 2 3 1 ");
    list_rows(f, (struct rows_list_in){.before = 30, .limit = 9}, "1 3 ");
    list_rows(f, (struct rows_list_in){.old = true, .some = true, .ids = {ids, 3}, .limit = 9},
              "1 3 ");
    list_rows(f, (struct rows_list_in){.old = true, .some = true, .ids = {ids, 0}, .limit = 9}, "");
    list_rows(
        f, (struct rows_list_in){.old = true, .not_named = true, .names = {names, 2}, .limit = 9},
        "2 4 ");
    list_rows(
        f, (struct rows_list_in){.old = true, .not_named = true, .names = {names, 0}, .limit = 9},
        "1 3 2 4 ");
}

static void a_fragment_brings_its_clauses(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    struct rows_young_row *row;
    size_t n;
    put_row(f, 1, 500, "old");
    put_row(f, 2, 5000, "now");
    put_row(f, 3, 9000, "to come");

    assert_ok(
        rows_young(f->d, f->a, (struct rows_young_in){.now = 5000, .limit = 9}, &row, &n, &info),
        &info);
    assert_int_equal(n, 2);
    assert_ok(rows_young(f->d, f->a,
                         (struct rows_young_in){.now = 5000, .limit = 9, .strict = true}, &row, &n,
                         &info),
              &info);
    assert_int_equal(n, 1);
    assert_int_equal(row[0].id.v, 2);
}

static err add_rows(db_tx *tx, void *arg, struct err_info *info)
{
    return rows_add(tx, *(const struct rows_add_in *)arg, info);
}

static err take_row(db_tx *tx, void *arg, struct err_info *info)
{
    struct store_fixture *f = arg;
    struct row_take_row row;
    struct row_get_row got;
    err e = row_take(tx, f->a, (struct row_take_in){.id = {2}, .at = 77}, &row, info);
    if (e == OK)
        e = row_get(db_tx_db(tx), f->a, (struct row_get_in){{2}}, &got, info);
    if (e != OK)
        return e;
    assert_int_equal(row.at, 77);
    assert_int_equal(got.at, 77); /* reads within see what was written */
    return row_take(tx, f->a, (struct row_take_in){.id = {999}, .at = 1}, &row, info);
}

static void lists_write_many_rows_and_writes_give_rows_back(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    struct rows_sum_row sum;
    const struct publication_id ids[] = {{1}, {2}, {3}};
    struct rows_add_in in = {.ids = {ids, 3}, .at = 10};

    assert_ok(db_tx_do(f->d, add_rows, &in, &info), &info);
    in.at = 100;
    assert_ok(db_tx_do(f->d, add_rows, &in, &info), &info);

    assert_ok(rows_sum(f->d, f->a, &sum, &info), &info);
    assert_int_equal(sum.n, 3);
    assert_int_equal(sum.total.v, 100 + 101 + 102);
    assert_key(db_tx_do(f->d, take_row, f, &info), E_NOT_FOUND, &info, "db.absent");
    assert_ok(rows_sum(f->d, f->a, &sum, &info), &info);
    assert_int_equal(sum.total.v, 303); /* undone */
}

/* ---- transactions ---- */

static err fail_after_writing(db_tx *tx, void *arg, struct err_info *info)
{
    err e = add_row(tx, arg, info);
    return e != OK ? e : err_set(info, E_DENIED, "db.not-allowed");
}

static err go_on_after_failure(db_tx *tx, void *arg, struct err_info *info)
{
    const struct row_add_in *in = arg;
    struct err_info ignored;
    (void)!row_add(tx, (struct row_add_in){.id = {50}, .at = 1, .name = STR("x")}, info);
    (void)!row_add(tx, *in, &ignored);
    (void)!row_add(tx, (struct row_add_in){.id = {51}, .at = 1, .name = STR("x")}, &ignored);
    return OK;
}

static void a_transaction_happens_wholly_or_not_at_all(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    struct rows_sum_row sum;
    struct row_add_in in = {.id = {1}, .at = 1, .name = STR("one")}, other = in;
    other.id.v = 2;
    put_row(f, 1, 1, "one");

    assert_key(db_tx_do(f->d, fail_after_writing, &other, &info), E_DENIED, &info,
               "db.not-allowed");
    assert_key(db_tx_do(f->d, add_row, &in, &info), E_CONFLICT, &info, "db.exists");
    assert_key(db_tx_do(f->d, go_on_after_failure, &in, &info), E_CONFLICT, &info, "db.exists");

    assert_ok(rows_sum(f->d, f->a, &sum, &info), &info);
    assert_int_equal(sum.n, 1);
}

static err add_child(db_tx *tx, void *arg, struct err_info *info)
{
    return child_add(tx, *(const struct child_add_in *)arg, info);
}

static err forget_rows(db_tx *tx, void *arg, struct err_info *info)
{
    return rows_forget(tx, (struct rows_forget_in){.before = INT64_MAX}, arg, info);
}

static void rules_of_the_tables_have_their_errors(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    int64_t changed = -1;
    put_row(f, 1, 1, "one");
    put_row(f, 2, 1, "two");
    struct child_add_in orphan = {.id = {1}, .row_ = {9}}, child = {.id = {1}, .row_ = {1}},
                        wrong = {.id = {2}, .row_ = {1}, .mark = 5};

    assert_key(db_tx_do(f->d, add_child, &orphan, &info), E_CONFLICT, &info, "db.refers");
    assert_ok(db_tx_do(f->d, add_child, &child, &info), &info);
    assert_key(db_tx_do(f->d, add_child, &wrong, &info), E_INPUT, &info, "db.not-allowed");
    assert_key(db_tx_do(f->d, forget_rows, &changed, &info), E_CONFLICT, &info, "db.refers");
}

static void a_count_says_how_many_rows_changed(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    int64_t changed = -1;
    put_row(f, 1, 1, "one");
    put_row(f, 2, 1, "two");

    assert_ok(db_tx_do(f->d, forget_rows, &changed, &info), &info);
    assert_int_equal(changed, 2);
    assert_ok(db_tx_do(f->d, forget_rows, &changed, &info), &info);
    assert_int_equal(changed, 0);
}

/* ---- streams ---- */

struct stream {
    int64_t n, last_at, stop_at;
    str name;
};

static err see_row(void *to, const struct rows_all_row *r, struct err_info *info)
{
    struct stream *s = to;
    assert_true(r->at > s->last_at);
    assert_str(r->name, "many");
    s->last_at = r->at;
    s->n++;
    return s->n == s->stop_at ? err_set(info, E_CANCELLED, "error.cancelled") : OK;
}

static void a_stream_sees_every_row_once_and_may_stop(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    enum { N = 5000 };
    struct publication_id *ids = calloc(N, sizeof *ids);
    struct stream all = {.last_at = -1}, some = {.last_at = -1, .stop_at = 10}, rest = {0};
    for (int i = 0; i < N; i++)
        ids[i].v = i + 1;
    struct rows_add_in in = {.ids = {ids, N}, .at = 0};
    assert_ok(db_tx_do(f->d, add_rows, &in, &info), &info);

    assert_ok(rows_all(f->d, (struct rows_all_in){0}, see_row, &all, &info), &info);
    assert_key(rows_all(f->d, (struct rows_all_in){0}, see_row, &some, &info), E_CANCELLED, &info,
               "error.cancelled");
    rest.last_at = N - 100;
    assert_ok(rows_all(f->d, (struct rows_all_in){.from_ = N - 99}, see_row, &rest, &info), &info);

    assert_int_equal(all.n, N);
    assert_int_equal(some.n, 10);
    assert_int_equal(rest.n, 99);
    free(ids);
}

/* ---- snapshots ---- */

struct snapshot {
    struct store_fixture *f;
    db *writer;
    int64_t first, second;
};

static err read_twice(db *d, void *arg, struct err_info *info)
{
    struct snapshot *s = arg;
    struct rows_sum_row sum;
    struct row_add_in in = {.id = {2}, .at = 1, .name = STR("between")};
    err e = rows_sum(d, s->f->a, &sum, info);
    s->first = sum.n;
    if (e == OK)
        e = db_tx_do(s->writer, add_row, &in, info);
    if (e == OK)
        e = rows_sum(d, s->f->a, &sum, info);
    s->second = sum.n;
    return e;
}

static void reads_of_one_moment_see_nothing_later(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    struct rows_sum_row sum;
    struct snapshot s = {.f = f};
    put_row(f, 1, 1, "before");
    assert_ok(db_open(f->s, &s.writer, &info), &info);

    assert_ok(db_read_do(f->d, read_twice, &s, &info), &info);

    assert_int_equal(s.first, 1);
    assert_int_equal(s.second, 1);
    assert_ok(rows_sum(f->d, f->a, &sum, &info), &info);
    assert_int_equal(sum.n, 2);
    db_close(s.writer);
}

/* ---- many at once ---- */

enum { WRITERS = 8, WRITES = 100 };

struct writer {
    store *s;
    int number;
    int64_t done, failed;
};

/* Reads and writes the same row as all others: lost updates would show in the sum. */
static err bump(db_tx *tx, void *arg, struct err_info *info)
{
    const struct writer *w = arg;
    struct row_get_row row;
    struct row_take_row taken;
    arena *a = arena_new(1 << 16);
    err e = row_get(db_tx_db(tx), a, (struct row_get_in){{1}}, &row, info);
    if (e == OK)
        e = row_take(tx, a, (struct row_take_in){.id = {1}, .at = row.at + 1}, &taken, info);
    if (e == OK && w->number % 4 == 3 && (w->done + w->failed) % 2)
        e = err_set(info, E_DENIED, "db.not-allowed"); /* takes only itself down */
    arena_free(a);
    return e;
}

static void *write_many(void *arg)
{
    struct writer *w = arg;
    struct err_info info;
    db *d;
    if (db_open(w->s, &d, &info) != OK)
        return NULL;
    for (int i = 0; i < WRITES; i++) {
        const err e = db_tx_do(d, bump, w, &info);
        w->done += e == OK;
        w->failed += e == E_DENIED;
    }
    db_close(d);
    return NULL;
}

static void writers_at_once_lose_nothing(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    struct row_get_row row;
    struct writer w[WRITERS];
    pthread_t thread[WRITERS];
    int64_t done = 0;
    put_row(f, 1, 0, "counter");

    for (int i = 0; i < WRITERS; i++) {
        w[i] = (struct writer){.s = f->s, .number = i};
        assert_int_equal(pthread_create(&thread[i], NULL, write_many, &w[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(thread[i], NULL);
        assert_int_equal(w[i].failed, i % 4 == 3 ? WRITES / 2 : 0);
        assert_int_equal(w[i].done, WRITES - w[i].failed);
        done += w[i].done;
    }

    assert_ok(row_get(f->d, f->a, (struct row_get_in){{1}}, &row, &info), &info);
    assert_int_equal(row.at, done);
}

/* ---- bulk ---- */

struct bulk {
    int64_t steps, fail_at;
};

static err add_one(db_tx *tx, void *arg, struct db_bulk *b, struct err_info *info)
{
    struct bulk *k = arg;
    const struct timespec pause = {.tv_nsec = 2000000};
    if (++k->steps == k->fail_at)
        return err_set(info, E_CANCELLED, "error.cancelled");
    nanosleep(&pause, NULL);
    b->at++;
    b->done = b->at == 100;
    return row_add(tx, (struct row_add_in){.id = {b->at}, .at = 1, .name = STR("bulk")}, info);
}

static void bulk_work_goes_in_short_transactions(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    struct rows_sum_row sum;
    struct db_bulk from = {0};
    struct bulk k = {.fail_at = 90};

    assert_key(db_bulk_do(f->d, &from, add_one, &k, &info), E_CANCELLED, &info, "error.cancelled");

    assert_ok(rows_sum(f->d, f->a, &sum, &info), &info);
    assert_true(sum.n == from.at && sum.n >= 20 && sum.n < 89); /* chunks before it stay */
    assert_ok(db_bulk_do(f->d, &from, add_one, &k, &info), &info);
    assert_ok(rows_sum(f->d, f->a, &sum, &info), &info);
    assert_int_equal(sum.n, 100);
}

/* ---- every query of the program ---- */

static void check_all(db *d, const struct db_queries *room)
{
    struct err_info info;
    for (size_t i = 0; i < room->n; i++)
        for (size_t v = 0; v < room->query[i]->n_variants; v++)
            assert_ok(db_query_check(d, room->query[i], v, &info), &info);
}

static void every_variant_of_every_query_is_understood(void **state)
{
    struct store_fixture *f = *state;
    struct err_info info;
    db *writes; /* one that only reads would refuse the others */
    assert_ok(f->s->driver->connect(f->s, true, &writes, &info), &info);

    check_all(writes, &sample_queries);
    for (const struct db_queries *const *room = db_all_queries; *room; room++)
        check_all(writes, *room);

    f->s->driver->disconnect(writes);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, store_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_type_comes_back_as_it_went),
        TEST(absent_values_come_back_absent),
        TEST(what_is_no_value_is_refused_before_the_database),
        TEST(rows_other_than_declared_are_errors),
        TEST(clauses_and_orders_change_what_comes),
        TEST(a_fragment_brings_its_clauses),
        TEST(lists_write_many_rows_and_writes_give_rows_back),
        TEST(a_transaction_happens_wholly_or_not_at_all),
        TEST(rules_of_the_tables_have_their_errors),
        TEST(a_count_says_how_many_rows_changed),
        TEST(a_stream_sees_every_row_once_and_may_stop),
        TEST(reads_of_one_moment_see_nothing_later),
        TEST(writers_at_once_lose_nothing),
        TEST(bulk_work_goes_in_short_transactions),
        TEST(every_variant_of_every_query_is_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
