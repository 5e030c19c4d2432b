/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file.h"
#include "base/real.h"
#include "engine/table/dict_int.h"
#include "engine/table/table.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static table *parsed(str text)
{
    struct err_info info;
    table *t = NULL;
    const err e = table_parse(text, STR("text"), NULL, NULL, &t, &info);
    if (e != OK)
        fail_msg("%s at %d", info.msg.key, (int)info.line);
    return t;
}

static str value_of(const struct err_info *info, size_t i)
{
    return (str){info->msg.text + info->msg.arg[i].at, info->msg.arg[i].n};
}

static void a_mistyped_column_is_answered_with_the_nearest(void **state)
{
    (void)state;
    static const struct {
        const char *asked, *nearest;
    } cases[] = {{"inkoomen", "inkomen"}, {"Inkomen", "inkomen"},
                 {"tem", "team"},         {"eerste.behandeling", "eerste_behandeling"},
                 {"uitkering", NULL},     {"x", NULL}};
    struct err_info info;
    const struct table_column *c = NULL;
    table *t = parsed(STR("inkomen,team,eerste_behandeling\n1,2,3\n"));

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(table_find(t, str_of(cases[i].asked), &c, &info), E_INPUT);

        assert_null(c);
        assert_string_equal(info.file, "text");
        assert_string_equal(info.msg.key,
                            cases[i].nearest ? "table.no-column-nearest" : "table.no-column");
        assert_true(str_eq(value_of(&info, 0), str_of(cases[i].asked)));
        if (cases[i].nearest)
            assert_true(str_eq(value_of(&info, 1), str_of(cases[i].nearest)));
    }
    assert_int_equal(table_find(t, STR("team"), &c, &info), OK);
    assert_ptr_equal(c, table_column_at(t, 1));
    table_free(t);
}

static void columns_become_doubles_with_nan_for_missing(void **state)
{
    (void)state;
    struct err_info info;
    double v[3];
    table *t = parsed(STR("a,b,c\n1,0.5,1970-01-11\n,NA,\n3,Inf,1969-12-31\n"));

    assert_int_equal(table_reals(t, table_column_at(t, 0), v, &info), OK);
    assert_true(v[0] == 1 && isnan(v[1]) && v[2] == 3);
    assert_int_equal(table_reals(t, table_column_at(t, 1), v, &info), OK);
    assert_true(v[0] == 0.5 && isnan(v[1]) && isinf(v[2]));
    assert_int_equal(table_reals(t, table_column_at(t, 2), v, &info), OK);
    assert_true(v[0] == 10 && isnan(v[1]) && v[2] == -1);
    table_free(t);
}

static void text_is_no_number_and_the_first_that_is_not_is_named(void **state)
{
    (void)state;
    struct err_info info;
    double v[3] = {7, 7, 7};
    table *t = parsed(STR("bedrag;n\n12;1\nonbekend;2\n14;3\n"));

    assert_int_equal(table_reals(t, table_column_at(t, 0), v, &info), E_INPUT);

    assert_string_equal(info.msg.key, "table.text-not-number");
    assert_true(str_eq(value_of(&info, 0), STR("bedrag")));
    assert_true(str_eq(value_of(&info, 1), STR("onbekend")));
    assert_true(v[0] == 7 && v[2] == 7);
    table_free(t);
}

static void a_summary_is_of_the_finite_values(void **state)
{
    (void)state;
    struct table_summary s;
    table *t = parsed(STR("g,x,w,d,e\n"
                          "Inf,1,a,1970-01-02,\n"
                          "2007,2,b,1970-01-04,\n"
                          "2004,,a,,\n"
                          "Inf,6,,1970-01-03,\n"));

    table_summarise(t, table_column_at(t, 0), &s);
    assert_int_equal(s.n_infinite, 2);
    assert_true(s.least == 2004 && s.most == 2007 && s.mean == 2005.5);
    table_summarise(t, table_column_at(t, 1), &s);
    assert_int_equal(s.n_missing, 1);
    assert_true(s.least == 1 && s.most == 6 && s.mean == 3);
    table_summarise(t, table_column_at(t, 2), &s);
    assert_int_equal(s.n_words, 2);
    assert_int_equal(s.n_missing, 1);
    assert_true(isnan(s.least) && isnan(s.most) && isnan(s.mean));
    table_summarise(t, table_column_at(t, 3), &s);
    assert_true(s.least == 1 && s.most == 3 && s.mean == 2);
    table_summarise(t, table_column_at(t, 4), &s);
    assert_int_equal(s.n_missing, 4);
    assert_true(isnan(s.mean));
    table_free(t);
}

static void files_that_are_no_table_are_refused(void **state)
{
    (void)state;
    struct err_info info;
    table *t = NULL;

    assert_int_equal(table_open(STR("no-such-file.csv"), NULL, NULL, NULL, &t, &info), E_NOT_FOUND);
    assert_string_equal(info.msg.key, "file.cannot-open");
    assert_int_equal(table_open(STR("."), NULL, NULL, NULL, &t, &info), E_INPUT);
    assert_string_equal(info.msg.key, "file.not-regular");
    assert_null(t);
}

static bool after_some(void *ctx)
{
    return ++*(int *)ctx > 0;
}

static void reading_can_be_stopped(void **state)
{
    (void)state;
    int asked = 0;
    struct err_info info;
    table *t = NULL;
    char path[64];
    const struct progress stop = {.cancelled = after_some, .ctx = &asked};
    snprintf(path, sizeof path, "table_test.%ld.csv", random());
    assert_int_equal(file_write(str_of(path), STR("a,b\n1,2\n"), &info), OK);

    assert_int_equal(table_open(str_of(path), NULL, NULL, &stop, &t, &info), E_CANCELLED);

    assert_null(t);
    assert_int_equal(asked, 1);
    remove(path);
}

static void words_are_numbered_in_order_of_appearance(void **state)
{
    (void)state;
    struct dict d = {0}, other = {0};
    uint32_t code, codes[1001];

    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 1000; i++) {
            char text[16];
            const int n = snprintf(text, sizeof text, "%u", i * 7919 % 1009);
            assert_int_equal(dict_code(&d, (str){text, (size_t)n}, &code), OK);
            assert_int_equal(code, i);
        }
    assert_int_equal(dict_code(&other, STR("new"), &code), OK);
    assert_int_equal(dict_merge(&other, &d, codes), OK);

    assert_int_equal(d.n, 1000);
    assert_int_equal(other.n, 1001);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(codes[i], i + 1);
        assert_true(str_eq(dict_text(&other, codes[i]), dict_text(&d, i)));
    }
    dict_clear(&d);
    assert_int_equal(dict_code(&d, STR(""), &code), OK);
    assert_int_equal(code, 0);
    assert_int_equal(dict_code(&d, STR("7919"), &code), OK);
    assert_int_equal(code, 1);
    dict_free(&d);
    dict_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mistyped_column_is_answered_with_the_nearest),
        cmocka_unit_test(columns_become_doubles_with_nan_for_missing),
        cmocka_unit_test(text_is_no_number_and_the_first_that_is_not_is_named),
        cmocka_unit_test(a_summary_is_of_the_finite_values),
        cmocka_unit_test(files_that_are_no_table_are_refused),
        cmocka_unit_test(reading_can_be_stopped),
        cmocka_unit_test(words_are_numbered_in_order_of_appearance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
