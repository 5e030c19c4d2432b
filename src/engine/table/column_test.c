/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/rng.h"
#include "engine/table/column_test_int.h"

#include <signal.h>
#include <sys/resource.h>

/* ---- there and back ---- */

static void a_table_comes_back_from_its_file(void **state)
{
    struct room *r = *state;
    table *t = parsed(STR(EVERY_TYPE));

    written(r, t, "", "");
    table *back = opened(r);

    assert_string_equal(dumped(r->a, back).p, dumped(r->a, t).p);
    assert_false(table_is_sorted_by(back, STR("persoon"), STR("maand")));
    table_free(back);
    table_free(t);
}

static void rows_are_sorted_by_unit_and_time(void **state)
{
    struct room *r = *state;
    table *t = parsed(STR(EVERY_TYPE));

    written(r, t, "persoon", "maand");
    table *back = opened(r);

    assert_string_equal(dumped(r->a, back).p,
                        "persoon:int = 1 | 1 | 2 | 2\n"
                        "maand:int = 202401 | 202402 | 202312 | 202401\n"
                        "team:text = \"Zoë\" | \"noord\" | ? | \"zuid\"\n"
                        "bedrag:real = inf | ? | -0.25 | 1.5\n"
                        "start:date = 2023-12-31 | ? | 2023-02-01 | 2024-01-31\n");
    assert_true(table_is_sorted_by(back, STR("persoon"), STR("maand")));
    assert_false(table_is_sorted_by(back, STR("maand"), STR("persoon")));
    table_free(back);
    table_free(t);
}

static void every_type_can_be_sorted_by(void **state)
{
    struct room *r = *state;
    table *t = parsed(STR("a;b;c;d;n\n"
                          "-1;b;-0,5;2024-01-02;1\n"
                          "3;a;Inf;2023-01-02;2\n"
                          "-5;c;0,25;1-1-1969;3\n"
                          "0;aa;-Inf;2024-01-01;4\n"));
    static const struct {
        const char *by, *order;
    } cases[] = {{"a", "n:int = 3 | 1 | 4 | 2"},
                 {"b", "n:int = 2 | 4 | 1 | 3"},
                 {"c", "n:int = 4 | 1 | 3 | 2"},
                 {"d", "n:int = 3 | 2 | 4 | 1"}};

    for (size_t i = 0; i < 4; i++) {
        written(r, t, cases[i].by, "n");
        table *back = opened(r);
        const str dump = dumped(r->a, back);

        assert_non_null(strstr(dump.p, cases[i].order));
        table_free(back);
    }
    table_free(t);
}

/* A panel in random order, larger than one block of a section. */
static str random_panel(struct room *r, size_t n)
{
    const struct rng_key key = {.seed = 20261124, .stream = 7};
    out o;
    out_init(&o, DUMP_MAX);
    out_cstr(&o, "unit,time,row,x,word\n");
    for (size_t i = 0; i < n; i++) {
        out_int(&o, (int64_t)(rng_u64(key, 3 * i) % 5000) - 2500);
        out_char(&o, ',');
        out_int(&o, (int64_t)(rng_u64(key, 3 * i + 1) % 12));
        out_char(&o, ',');
        out_int(&o, (int64_t)i);
        out_char(&o, ',');
        if (i % 7)
            out_real(&o, rng_uniform(key, 3 * i + 2));
        out_cstr(&o, ",w");
        out_int(&o, (int64_t)(rng_u64(key, 3 * i + 2) % 1000));
        out_char(&o, '\n');
    }
    const str text = arena_str(r->a, out_view(&o));
    out_free(&o);
    assert_non_null(text.p);
    return text;
}

static void a_long_panel_is_sorted_stably_and_stays_together(void **state)
{
    struct room *r = *state;
    enum { N = 300000 };
    table *t = parsed(random_panel(r, N));

    written(r, t, "unit", "time");
    table *back = opened(r);

    const struct table_column *u = table_column_at(back, 0), *v = table_column_at(back, 1);
    const struct table_column *row = table_column_at(back, 2), *x = table_column_at(back, 3);
    const struct table_column *word = table_column_at(back, 4);
    const struct table_column *x0 = table_column_at(t, 3), *word0 = table_column_at(t, 4);
    uint8_t *seen = calloc(N, 1);
    for (size_t i = 0; i < N; i++) {
        const size_t from = (size_t)row->ints[i];
        assert_false(seen[from]++);
        assert_int_equal(u->ints[i], table_column_at(t, 0)->ints[from]);
        assert_int_equal(x->missing[i], x0->missing[from]);
        assert_true(x->missing[i] || x->reals[i] == x0->reals[from]);
        assert_true(str_eq(word->words[word->codes[i]], word0->words[word0->codes[from]]));
        if (i == 0)
            continue;
        assert_true(u->ints[i - 1] < u->ints[i] ||
                    (u->ints[i - 1] == u->ints[i] &&
                     (v->ints[i - 1] < v->ints[i] ||
                      (v->ints[i - 1] == v->ints[i] && row->ints[i - 1] < row->ints[i]))));
    }
    free(seen);
    table_free(back);
    table_free(t);
}

static void any_number_of_threads_writes_the_same_bytes(void **state)
{
    struct room *r = *state;
    struct err_info info;
    const str text = random_panel(r, 100000);
    str first = {0};

    for (unsigned threads = 1; threads <= 4; threads++) {
        par *pool;
        table *t;
        assert_int_equal(par_new(threads, &pool, &info), OK);
        assert_int_equal(csv_parse(text, STR("x"), NULL, 10000 * threads, pool, NULL, &t, &info),
                         OK);
        assert_int_equal(
            table_write(t, str_of(r->path), STR("unit"), STR("time"), pool, NULL, &info), OK);
        const str bytes = content(r);

        if (threads == 1)
            first = bytes;
        assert_true(str_eq(bytes, first));
        table_free(t);
        par_free(pool);
    }
}

static void a_sorted_file_written_again_stays_sorted(void **state)
{
    struct room *r = *state;
    table *t = parsed(STR(EVERY_TYPE));
    written(r, t, "persoon", "maand");
    table *back = opened(r);
    const str once = content(r);

    written(r, back, "", "");

    assert_true(str_eq(content(r), once));
    table_free(back);
    table_free(t);
}

static void types_that_are_given_must_be_those_of_the_file(void **state)
{
    struct room *r = *state;
    struct err_info info;
    const str name[] = {STR("persoon"), STR("team")};
    enum table_type type[] = {TABLE_INT, TABLE_TEXT};
    const struct table_format format = {.typed_name = name, .typed_as = type, .n_typed = 2};
    table *t = parsed(STR(EVERY_TYPE)), *back = NULL;
    written(r, t, "", "");

    assert_int_equal(table_open(str_of(r->path), &format, NULL, NULL, &back, &info), OK);
    table_free(back);
    back = NULL;
    type[0] = TABLE_TEXT;
    assert_int_equal(table_open(str_of(r->path), &format, NULL, NULL, &back, &info), E_INPUT);

    assert_string_equal(info.msg.key, "table.ot-type");
    assert_null(back);
    table_free(t);
}

/* ---- what is refused ---- */

static void a_key_with_missing_values_cannot_sort(void **state)
{
    struct room *r = *state;
    struct err_info info;
    table *t = parsed(STR(EVERY_TYPE));

    assert_int_equal(
        table_write(t, str_of(r->path), STR("persoon"), STR("start"), NULL, NULL, &info), E_INPUT);
    assert_string_equal(info.msg.key, "table.sort-missing");
    assert_int_equal(
        table_write(t, str_of(r->path), STR("persoon"), STR("mand"), NULL, NULL, &info), E_INPUT);
    assert_string_equal(info.msg.key, "table.no-column-nearest");

    assert_int_equal(count_files(r->folder), 0);
    table_free(t);
}

static void a_full_disk_leaves_nothing_behind(void **state)
{
    struct room *r = *state;
    struct err_info info;
    table *t = parsed(random_panel(r, 100000));
    table *small = parsed(STR(EVERY_TYPE));
    struct rlimit old;
    written(r, small, "", "");
    const str before = content(r);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    const struct rlimit tight = {.rlim_cur = 1 << 20, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);

    const err e = table_write(t, str_of(r->path), STR("unit"), STR("time"), NULL, NULL, &info);

    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(e, E_IO);
    assert_string_equal(info.msg.key, "file.cannot-write");
    assert_int_equal(count_files(r->folder), 1);
    assert_true(str_eq(content(r), before));
    table_free(small);
    table_free(t);
}

static bool always(void *ctx)
{
    (void)ctx;
    return true;
}

static void stopping_leaves_nothing_behind(void **state)
{
    struct room *r = *state;
    struct err_info info;
    const struct progress stop = {.cancelled = always};
    table *t = parsed(STR(EVERY_TYPE));

    assert_int_equal(table_write(t, str_of(r->path), STR(""), STR(""), NULL, &stop, &info),
                     E_CANCELLED);

    assert_int_equal(count_files(r->folder), 0);
    table_free(t);
}

int main(void)
{
#define IN_A_ROOM(f) cmocka_unit_test_setup_teardown(f, make_room, leave_room)
    const struct CMUnitTest tests[] = {
        IN_A_ROOM(a_table_comes_back_from_its_file),
        IN_A_ROOM(rows_are_sorted_by_unit_and_time),
        IN_A_ROOM(every_type_can_be_sorted_by),
        IN_A_ROOM(a_long_panel_is_sorted_stably_and_stays_together),
        IN_A_ROOM(any_number_of_threads_writes_the_same_bytes),
        IN_A_ROOM(a_sorted_file_written_again_stays_sorted),
        IN_A_ROOM(types_that_are_given_must_be_those_of_the_file),
        IN_A_ROOM(a_key_with_missing_values_cannot_sort),
        IN_A_ROOM(a_full_disk_leaves_nothing_behind),
        IN_A_ROOM(stopping_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
