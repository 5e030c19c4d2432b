/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/table/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* A column of every type, each with a missing value. */
static const char text[] = "n,x,day,word\n"
                           "1,1.5,2024-01-01,red\n"
                           ",2.5,2024-01-02,green\n"
                           "3,,2024-01-03,blue\n"
                           "4,4.5,,green\n"
                           "5,5.5,2024-01-05,\n";

static table *parsed(void)
{
    table *t = NULL;
    struct err_info info;
    assert_int_equal(table_parse(str_of(text), STR("t.csv"), NULL, NULL, &t, &info), OK);
    return t;
}

static table *selected(const table *t, const uint8_t keep[5])
{
    table *s = NULL;
    struct err_info info;
    assert_int_equal(table_select(t, keep, &s, &info), OK);
    return s;
}

static const struct table_column *column(const table *t, const char *name)
{
    const struct table_column *c = NULL;
    struct err_info info;
    assert_int_equal(table_find(t, str_of(name), &c, &info), OK);
    return c;
}

static void the_chosen_rows_keep_their_order_and_values(void **state)
{
    (void)state;
    table *t = parsed();

    table *s = selected(t, (const uint8_t[]){0, 1, 1, 0, 1});
    table_free(t); /* what was picked owns all it has */

    assert_int_equal(table_rows(s), 3);
    assert_true(str_eq(table_name(s), STR("t.csv")));
    const struct table_column *n = column(s, "n");
    assert_int_equal(n->type, TABLE_INT);
    assert_int_equal(n->n_missing, 1);
    assert_int_equal(n->missing[0], 1);
    assert_int_equal(n->ints[1], 3);
    assert_int_equal(n->ints[2], 5);
    const struct table_column *x = column(s, "x");
    assert_int_equal(x->type, TABLE_REAL);
    assert_true(x->reals[0] == 2.5 && x->missing[1] == 1 && x->reals[2] == 5.5);
    const struct table_column *day = column(s, "day");
    assert_int_equal(day->type, TABLE_DATE);
    assert_null(day->missing); /* the row where it was missing is gone */
    assert_int_equal(day->days[2] - day->days[0], 3);
    table_free(s);
}

static void words_that_no_longer_occur_are_gone_and_the_first_comes_first(void **state)
{
    (void)state;
    table *t = parsed();

    table *s = selected(t, (const uint8_t[]){0, 0, 1, 1, 1});

    const struct table_column *word = column(s, "word");
    assert_int_equal(word->n_words, 2);
    assert_true(str_eq(word->words[0], STR("blue")));
    assert_true(str_eq(word->words[1], STR("green")));
    assert_int_equal(word->codes[0], 0);
    assert_int_equal(word->codes[1], 1);
    assert_int_equal(word->n_missing, 1);
    table_free(s);
    table_free(t);
}

static void no_rows_and_all_rows_are_selections_too(void **state)
{
    (void)state;
    table *t = parsed();

    table *none = selected(t, (const uint8_t[]){0, 0, 0, 0, 0});
    table *all = selected(t, (const uint8_t[]){1, 1, 1, 1, 1});

    assert_int_equal(table_rows(none), 0);
    assert_int_equal(table_columns(none), 4);
    assert_int_equal(column(none, "word")->n_words, 0);
    assert_int_equal(table_rows(all), 5);
    assert_int_equal(column(all, "word")->n_words, 3);
    table_free(none);
    table_free(all);
    table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chosen_rows_keep_their_order_and_values),
        cmocka_unit_test(words_that_no_longer_occur_are_gone_and_the_first_comes_first),
        cmocka_unit_test(no_rows_and_all_rows_are_selections_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
