/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/date.h"
#include "base/num.h"
#include "base/out.h"
#include "base/rng.h"
#include "engine/table/csv_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/table/table_test_int.h"

/* ---- cases of tests/data/csv ---- */

enum { CASE_LIST_MAX = 8, DUMP_MAX = 1 << 24 };

struct csv_case {
    str title;
    struct table_format format;
    str marks[CASE_LIST_MAX], typed_name[CASE_LIST_MAX];
    enum table_type typed_as[CASE_LIST_MAX];
    out text;
    str kind;     /* table, error, count */
    str expected; /* what follows on that line, and the lines behind it */
};

static str next_line(str *rest)
{
    str line = {rest->p, 0};
    str_next(rest, '\n', &line);
    return line;
}

static bool take(str *s, str head)
{
    if (!str_starts(*s, head))
        return false;
    *s = str_cut(*s, head.n, s->n);
    return true;
}

static unsigned char hex_byte(str s)
{
    char digits[3] = {s.p[0], s.p[1], 0};
    return (unsigned char)strtoul(digits, NULL, 16);
}

static size_t closing_brace(str s)
{
    int depth = 1;
    for (size_t i = 0; i < s.n; i++) {
        depth += (s.p[i] == '{') - (s.p[i] == '}');
        if (depth == 0)
            return i;
    }
    fail_msg("no closing brace in %.*s", STR_FMT(s));
    return 0;
}

/* Writes what the escapes of a case stand for; see tests/data/csv/README.md. */
static void unescape(str s, out *o)
{
    while (s.n) {
        if (take(&s, STR("\\n"))) {
            out_char(o, '\n');
        } else if (take(&s, STR("\\r"))) {
            out_char(o, '\r');
        } else if (take(&s, STR("\\t"))) {
            out_char(o, '\t');
        } else if (take(&s, STR("\\s"))) {
            out_char(o, ' ');
        } else if (take(&s, STR("\\\\"))) {
            out_char(o, '\\');
        } else if (take(&s, STR("\\x"))) {
            out_char(o, (char)hex_byte(s));
            s = str_cut(s, 2, s.n);
        } else if (take(&s, STR("\\*"))) {
            str times_text;
            int64_t times = 0;
            assert_true(str_next(&s, '{', &times_text) && num_parse_int(times_text, &times));
            const size_t close = closing_brace(s);
            for (int64_t i = 0; i < times; i++)
                unescape(str_cut(s, 0, close), o);
            s = str_cut(s, close + 1, s.n);
        } else {
            out_char(o, s.p[0]);
            s = str_cut(s, 1, s.n);
        }
    }
}

static enum table_type type_named(str name)
{
    static const char *const names[] = {"int", "real", "text", "date"};
    for (size_t i = 0; i < 4; i++)
        if (str_eq(name, str_of(names[i])))
            return (enum table_type)i;
    fail_msg("no type %.*s", STR_FMT(name));
    return TABLE_TEXT;
}

static void read_format(str line, struct csv_case *k)
{
    str word;
    while (str_next(&line, ' ', &word)) {
        if (take(&word, STR("separator="))) {
            k->format.separator = word.p[0];
        } else if (take(&word, STR("decimal="))) {
            k->format.decimal = word.p[0];
        } else if (take(&word, STR("missing="))) {
            k->marks[k->format.n_missing_marks++] = word;
            k->format.missing_marks = k->marks;
        } else if (take(&word, STR("type="))) {
            str_next(&word, ':', &k->typed_name[k->format.n_typed]);
            k->typed_as[k->format.n_typed++] = type_named(word);
            k->format.typed_name = k->typed_name;
            k->format.typed_as = k->typed_as;
        }
    }
}

/* False when no case is left. */
static bool next_case(str *rest, struct csv_case *k)
{
    *k = (struct csv_case){0};
    out_init(&k->text, DUMP_MAX);
    k->title = next_line(rest);
    if (!take(&k->title, STR("== ")))
        return false;
    str line = next_line(rest);
    if (take(&line, STR("format "))) {
        read_format(line, k);
        line = next_line(rest);
    }
    assert_true(str_eq(line, STR("-- text")));
    for (bool first = true; !str_starts(*rest, STR("-- ")); first = false) {
        if (!first)
            out_char(&k->text, '\n');
        unescape(next_line(rest), &k->text);
    }
    line = next_line(rest);
    assert_true(take(&line, STR("-- ")));
    if (!str_next(&line, ' ', &k->kind))
        k->kind = line;
    k->expected = line;
    if (str_eq(k->kind, STR("table"))) {
        k->expected = *rest;
        while (rest->n && !str_starts(*rest, STR("== ")))
            next_line(rest);
        k->expected.n -= rest->n;
    }
    return true;
}

static void dump_error(out *o, const struct err_info *info)
{
    out_cstr(o, info->msg.key);
    out_char(o, ' ');
    out_int(o, info->line);
    out_char(o, ':');
    out_int(o, info->column);
    for (size_t i = 0; i < info->msg.n_args; i++) {
        const struct msg_arg *a = &info->msg.arg[i];
        out_char(o, ' ');
        if (a->kind == MSG_INT)
            out_int(o, a->i);
        else
            out_bytes(o, info->msg.text + a->at, a->n);
    }
}

static void dump_shape(out *o, const table *t)
{
    for (size_t c = 0; c < table_columns(t); c++) {
        dump_name(o, table_column_at(t, c));
        out_char(o, ' ');
    }
    out_int(o, (int64_t)table_rows(t));
}

/* What reading the case in blocks of this size gives, in the words of the case. */
static void read_case(const struct csv_case *k, size_t chunk, par *pool, out *o)
{
    struct err_info info;
    table *t = NULL;

    out_clear(o);
    if (csv_parse(out_view(&k->text), STR("case"), &k->format, chunk, pool, NULL, &t, &info) !=
        OK) {
        assert_null(t);
        assert_string_equal(info.file, "case");
        dump_error(o, &info);
    } else if (str_eq(k->kind, STR("count"))) {
        dump_shape(o, t);
    } else {
        dump_table(o, t);
    }
    assert_int_equal(out_error(o, &info), OK);
    table_free(t);
}

static void check_case(const struct csv_case *k)
{
    static const size_t chunks[] = {1 << 20, 1, 2, 3, 7, 64};
    struct err_info info;
    out o;

    out_init(&o, DUMP_MAX);
    for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
        if (out_view(&k->text).n > 100000 && chunks[i] < 64)
            continue;
        for (unsigned threads = 0; threads <= 3; threads++) {
            par *pool = NULL;
            assert_int_equal(threads ? par_new(threads, &pool, &info) : OK, OK);

            read_case(k, chunks[i], pool, &o);

            if (!str_eq(out_view(&o), k->expected))
                fail_msg("%.*s, blocks of %zu, %u threads:\n%.*s\nexpected\n%.*s",
                         STR_FMT(k->title), chunks[i], threads, STR_FMT(out_view(&o)),
                         STR_FMT(k->expected));
            par_free(pool);
        }
    }
    out_free(&o);
}

static void check_cases_of(const char *name, size_t n_expected)
{
    struct err_info info;
    struct csv_case k;
    size_t n = 0;
    arena *a = arena_new(1 << 20);
    str rest;
    assert_int_equal(file_read(a, source_path(a, name), 1 << 19, &rest, &info), OK);

    for (; next_case(&rest, &k); n++) {
        check_case(&k);
        out_free(&k.text);
    }
    out_free(&k.text);

    assert_int_equal(rest.n, 0);
    assert_int_equal(n, n_expected);
    arena_free(a);
}

static void values_are_read_as_their_column_wants(void **state)
{
    (void)state;
    check_cases_of("tests/data/csv/values.case", 25);
}

static void the_decimal_sign_is_decided_by_all_rows(void **state)
{
    (void)state;
    check_cases_of("tests/data/csv/decimal.case", 15);
}

static void the_structure_follows_rfc_4180(void **state)
{
    (void)state;
    check_cases_of("tests/data/csv/structure.case", 15);
}

static void bad_input_is_told_with_its_place(void **state)
{
    (void)state;
    check_cases_of("tests/data/csv/errors.case", 37);
}

/* ---- real files ---- */

static void the_lalonde_file_has_row_names_and_spaces(void **state)
{
    (void)state;
    struct err_info info;
    const struct table_column *c;
    arena *a = arena_new(1 << 16);
    table *t;
    double sum = 0;

    assert_int_equal(
        table_open(source_path(a, "tests/data/lalonde_614.tab"), NULL, NULL, NULL, &t, &info), OK);

    assert_int_equal(table_rows(t), 614);
    assert_int_equal(table_columns(t), 10);
    assert_int_equal(table_find(t, STR("race"), &c, &info), OK);
    assert_int_equal(c->n_words, 3);
    assert_int_equal(table_find(t, STR("treat"), &c, &info), OK);
    for (size_t i = 0; i < table_rows(t); i++)
        sum += (double)c->ints[i];
    assert_true(sum == 185);
    assert_int_equal(table_find(t, STR("re78"), &c, &info), OK);
    assert_true(c->reals[0] == 9930.046);
    table_free(t);
    arena_free(a);
}

static void the_county_panel_is_whole(void **state)
{
    (void)state;
    struct err_info info;
    const struct table_column *c;
    arena *a = arena_new(1 << 16);
    table *t;

    assert_int_equal(
        table_open(source_path(a, "tests/data/mpdta.csv"), NULL, NULL, NULL, &t, &info), OK);

    assert_int_equal(table_rows(t), 2500);
    assert_int_equal(table_find(t, STR("lemp"), &c, &info), OK);
    assert_int_equal(c->type, TABLE_REAL);
    assert_true(c->reals[0] == 8.46146904264388);
    assert_int_equal(table_find(t, STR("first.treat"), &c, &info), OK);
    assert_int_equal(c->type, TABLE_INT);
    table_free(t);
    arena_free(a);
}

/* ---- properties ---- */

/* Random choices by number; each is asked once. */
struct dice {
    struct rng_key key;
    uint64_t n;
};

static size_t roll(struct dice *d, size_t sides)
{
    return (size_t)(rng_u64(d->key, d->n++) % sides);
}

enum { ROWS_MAX = 60, COLUMNS_MAX = 6 };

/* A random table as text of fields, and as the dump that reading must give. */
struct written {
    char separator, decimal;
    size_t n_rows, n_columns;
    enum table_type type[COLUMNS_MAX];
    out text;
};

static void put_quoted(out *o, str s)
{
    out_char(o, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            out_char(o, '"');
        out_char(o, s.p[i]);
    }
    out_char(o, '"');
}

static void put_field(struct written *w, struct dice *d, str value, bool must_quote)
{
    if (must_quote || roll(d, 4) == 0)
        put_quoted(&w->text, value);
    else
        out_str(&w->text, value);
}

/* Texts that provoke: separators, quotes, line ends, more than ASCII, near numbers. */
static str some_text(struct dice *d)
{
    static const char *const texts[] = {"x",   "a;b", "a,b",   "say \"ja\"", "two\nlines", "a\r\nb",
                                        "Zoë", "012", "1.2.3", " x ",        "\"",         "a\tb"};
    return str_of(texts[roll(d, sizeof texts / sizeof texts[0])]);
}

static void put_real(struct written *w, struct dice *d, out *expected)
{
    static const double scale[] = {1, 1e-3, 1e6, 1e17, 1e-300};
    char text[NUM_TEXT_MAX];
    const double v = (rng_uniform(d->key, d->n++) - 0.5) * scale[roll(d, 5)];
    const size_t n = num_print_real(v, text);
    out_bytes(expected, text, n);
    char *point = memchr(text, '.', n);
    if (point)
        *point = w->decimal;
    put_field(w, d, (str){text, n}, w->decimal == w->separator);
}

static void put_value(struct written *w, struct dice *d, size_t c, size_t row, out *expected)
{
    char text[NUM_TEXT_MAX];

    if (row > 1 && roll(d, 5) == 0) {
        put_field(w, d, roll(d, 2) ? STR("NA") : STR(""), w->n_columns == 1);
        out_char(expected, '?');
        return;
    }
    switch (w->type[c]) {
    case TABLE_INT: {
        const size_t n = num_print_int((int64_t)rng_u64(d->key, d->n++) >> roll(d, 64), text);
        out_bytes(expected, text, n);
        put_field(w, d, (str){text, n}, false);
        break;
    }
    case TABLE_REAL: put_real(w, d, expected); break;
    case TABLE_DATE:
        date_print_iso((int32_t)roll(d, 60000) - 20000, text);
        out_bytes(expected, text, 10);
        put_field(w, d, (str){text, 10}, false);
        break;
    case TABLE_TEXT: {
        const str s = row == 0 ? STR("first") : some_text(d);
        dump_text(expected, s);
        put_field(w, d, s, true);
        break;
    }
    }
}

static void write_random(struct written *w, struct dice *d, out *expected)
{
    static const char separators[] = {';', ',', '\t'};
    out columns[COLUMNS_MAX];

    w->separator = separators[roll(d, 3)];
    w->decimal = roll(d, 2) ? ',' : '.';
    w->n_rows = 1 + roll(d, ROWS_MAX);
    w->n_columns = 1 + roll(d, COLUMNS_MAX);
    out_init(&w->text, DUMP_MAX);
    out_init(expected, DUMP_MAX);
    for (size_t c = 0; c < w->n_columns; c++) {
        static const char *const types[] = {"int", "real", "text", "date"};
        w->type[c] = (enum table_type)roll(d, 4);
        out_init(&columns[c], DUMP_MAX);
        out_cstr(&columns[c], "c");
        out_int(&columns[c], (int64_t)c);
        put_field(w, d, out_view(&columns[c]), false);
        out_char(&w->text, c + 1 < w->n_columns ? w->separator : '\n');
        out_char(&columns[c], ':');
        out_cstr(&columns[c], types[w->type[c]]);
        out_cstr(&columns[c], " = ");
    }
    const bool windows = roll(d, 2);
    for (size_t row = 0; row < w->n_rows; row++)
        for (size_t c = 0; c < w->n_columns; c++) {
            put_value(w, d, c, row, &columns[c]);
            out_cstr(&columns[c], row + 1 < w->n_rows ? " | " : "\n");
            if (c + 1 < w->n_columns)
                out_char(&w->text, w->separator);
            else
                out_cstr(&w->text, windows ? "\r\n" : "\n");
        }
    for (size_t c = 0; c < w->n_columns; c++) {
        out_str(expected, out_view(&columns[c]));
        out_free(&columns[c]);
    }
}

/* Types are given where a column may look otherwise by chance, e.g. reals that are all whole. */
static void any_table_comes_back_as_it_was_written(void **state)
{
    (void)state;
    struct err_info info;
    out expected, seen;
    par *pool;
    assert_int_equal(par_new(2, &pool, &info), OK);
    out_init(&seen, DUMP_MAX);

    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct dice d = {.key = {.seed = seed, .stream = 1}};
        struct written w;
        str names[COLUMNS_MAX] = {STR("c0"), STR("c1"), STR("c2"), STR("c3"), STR("c4"), STR("c5")};
        write_random(&w, &d, &expected);
        const struct table_format format = {.separator = w.separator,
                                            .decimal = w.decimal,
                                            .typed_name = names,
                                            .typed_as = w.type,
                                            .n_typed = w.n_columns};
        table *t = NULL;

        const size_t chunk = 1 + roll(&d, 200);
        assert_int_equal(csv_parse(out_view(&w.text), STR("random"), &format, chunk,
                                   seed % 2 ? pool : NULL, NULL, &t, &info),
                         OK);

        out_clear(&seen);
        dump_table(&seen, t);
        if (!str_eq(out_view(&seen), out_view(&expected)))
            fail_msg("seed %d: %.*s\nread %.*s\nexpected %.*s", (int)seed,
                     STR_FMT(out_view(&w.text)), STR_FMT(out_view(&seen)),
                     STR_FMT(out_view(&expected)));
        table_free(t);
        out_free(&w.text);
        out_free(&expected);
    }
    out_free(&seen);
    par_free(pool);
}

/* Any bytes at all: either a table or an error with a place, the same in any blocks. */
static void any_bytes_give_the_same_in_any_blocks(void **state)
{
    (void)state;
    static const char alphabet[] = "aab12,,;;\"\"\n\n\n\r. -\t";
    struct err_info info;
    out o[2];
    out_init(&o[0], DUMP_MAX);
    out_init(&o[1], DUMP_MAX);

    for (uint64_t seed = 1; seed <= 20000; seed++) {
        struct dice d = {.key = {.seed = seed, .stream = 2}};
        char text[80];
        const size_t n = roll(&d, sizeof text);
        for (size_t i = 0; i < n; i++)
            text[i] = alphabet[roll(&d, sizeof alphabet - 1)];
        for (int i = 0; i < 2; i++) {
            table *t = NULL;
            out_clear(&o[i]);
            const size_t chunk = i ? 1 + roll(&d, 20) : 1 << 20;
            if (csv_parse((str){text, n}, STR("x"), NULL, chunk, NULL, NULL, &t, &info) == OK)
                dump_table(&o[i], t);
            else
                dump_error(&o[i], &info);
            table_free(t);
        }

        if (!str_eq(out_view(&o[0]), out_view(&o[1])))
            fail_msg("seed %d: %.*s\nwhole %.*s\nblocks %.*s", (int)seed, (int)n, text,
                     STR_FMT(out_view(&o[0])), STR_FMT(out_view(&o[1])));
    }
    out_free(&o[0]);
    out_free(&o[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read_as_their_column_wants),
        cmocka_unit_test(the_decimal_sign_is_decided_by_all_rows),
        cmocka_unit_test(the_structure_follows_rfc_4180),
        cmocka_unit_test(bad_input_is_told_with_its_place),
        cmocka_unit_test(the_lalonde_file_has_row_names_and_spaces),
        cmocka_unit_test(the_county_panel_is_whole),
        cmocka_unit_test(any_table_comes_back_as_it_was_written),
        cmocka_unit_test(any_bytes_give_the_same_in_any_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
