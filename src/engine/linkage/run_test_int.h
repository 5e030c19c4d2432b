/* SPDX-License-Identifier: EUPL-1.2 */
/* run_test_int: what the tests of a run share: text or files to a run. */
#ifndef ONTSCHOT_ENGINE_LINKAGE_RUN_TEST_INT_H
#define ONTSCHOT_ENGINE_LINKAGE_RUN_TEST_INT_H

#include "base/file.h"
#include "engine/linkage/linkage_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    arena *memory;
    struct errs errors;
    const struct linkage_settings *settings;
    table *table[2];
    par *pool;
    struct linkage_ask ask;
    struct err_info info;
};

static inline void path_of(const char *name, char path[512])
{
    const char *root = getenv("ONTSCHOT_SOURCE");
    snprintf(path, 512, "%s/tests/data/linkage/%s", root ? root : ".", name);
}

static inline void fixture_begin(struct fixture *x, str settings, unsigned threads)
{
    *x = (struct fixture){.memory = arena_new(64 << 20)};
    assert_int_equal(errs_init(&x->errors, x->memory, ERRS_LIMIT, &x->info), OK);
    assert_int_equal(
        linkage_settings_parse(x->memory, settings, STR("s.yaml"), &x->settings, &x->errors), OK);
    assert_int_equal(par_new(threads, &x->pool, &x->info), OK);
    x->ask = (struct linkage_ask){.settings = x->settings,
                                  .warrant = {STR("test"), STR("none"), STR("none")},
                                  .pool = x->pool,
                                  .seed = 1};
}

static inline void fixture_files(struct fixture *x, const char *settings, const char *first,
                                 const char *second, unsigned threads)
{
    const struct table_format format = {0};
    const char *const name[2] = {first, second};
    char path[512];
    arena *memory = arena_new(8 << 20);
    str text;
    struct err_info info;
    path_of(settings, path);
    assert_int_equal(file_read(memory, str_of(path), 1 << 20, &text, &info), OK);
    fixture_begin(x, text, threads);
    for (int t = 0; t < 2 && name[t]; t++) {
        path_of(name[t], path);
        assert_int_equal(table_open(str_of(path), &format, x->pool, NULL, &x->table[t], &x->info),
                         OK);
        x->ask.table[t] = x->table[t];
    }
    arena_free(memory);
}

static inline void fixture_text(struct fixture *x, const char *settings, const char *csv)
{
    const struct table_format format = {0};
    fixture_begin(x, str_of(settings), 1);
    assert_int_equal(
        table_parse(str_of(csv), STR("t.csv"), &format, x->pool, &x->table[0], &x->info), OK);
    x->ask.table[0] = x->table[0];
}

static inline linkage *fixture_run(struct fixture *x)
{
    linkage *l = NULL;
    const err e = linkage_run(&x->ask, &l, &x->info);
    if (e != OK)
        print_error("%s %.*s\n", x->info.msg.key, x->info.msg.used, x->info.msg.text);
    assert_int_equal(e, OK);
    return l;
}

static inline void fixture_end(struct fixture *x)
{
    table_free(x->table[0]);
    table_free(x->table[1]);
    par_free(x->pool);
    arena_free(x->memory);
}

/* Equal texts of a column get equal numbers; of a text the first `pieces` between hyphens. */
static inline uint32_t *truth_of(const struct fixture *x, const char *column, int pieces)
{
    const size_t first = table_rows(x->table[0]);
    const size_t n = first + (x->table[1] ? table_rows(x->table[1]) : 0);
    uint32_t *truth = calloc(n, sizeof *truth);
    for (size_t i = 0; i < n; i++) {
        const struct table_column *c;
        const size_t row = i < first ? i : i - first;
        struct err_info info;
        assert_int_equal(table_find(x->table[i >= first], str_of(column), &c, &info), OK);
        if (c->type == TABLE_INT) {
            truth[i] = (uint32_t)c->ints[row];
            continue;
        }
        str s = c->words[c->codes[row]];
        int hyphens = 0;
        for (size_t k = 0; k < s.n; k++)
            if (s.p[k] == '-' && ++hyphens == pieces)
                s.n = k;
        assert_true(s.n > 4); /* "rec-17" */
        truth[i] = (uint32_t)strtoul(s.p + 4, NULL, 10);
    }
    return truth;
}

#endif
