/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* Oracle: the C library's calendar. Every day of the years 1 to 9999, and a margin. */
static void every_day_agrees_with_the_c_library(void **state)
{
    (void)state;
    const int32_t first = date_day_of((struct date_ymd){DATE_YEAR_MIN, 1, 1});
    const int32_t last = date_day_of((struct date_ymd){DATE_YEAR_MAX, 12, 31});
    assert_int_equal(first, -719162);
    assert_int_equal(last, 2932896);
    for (int32_t day = first; day <= last; day++) {
        const time_t seconds = (time_t)day * 86400;
        struct tm tm;
        char text[10], expected[32];
        int32_t back;
        gmtime_r(&seconds, &tm);

        const struct date_ymd d = date_ymd_of(day);

        if (d.year != tm.tm_year + 1900 || d.month != tm.tm_mon + 1 || d.day != tm.tm_mday)
            fail_msg("day %d", (int)day);
        assert_int_equal(date_day_of(d), day);
        if (day % 97)
            continue;
        date_print_iso(day, text);
        snprintf(expected, sizeof expected, "%04d-%02d-%02d", d.year, d.month, d.day);
        assert_memory_equal(text, expected, sizeof text);
        assert_true(date_parse_iso((str){text, sizeof text}, &back));
        assert_int_equal(back, day);
    }
}

static void days_before_the_first_year_still_have_a_date(void **state)
{
    (void)state;
    const struct date_ymd d = date_ymd_of(-719163);

    assert_int_equal(d.year, 0);
    assert_int_equal(d.month, 12);
    assert_int_equal(d.day, 31);
}

static void a_valid_day_exists_in_its_month(void **state)
{
    (void)state;
    static const struct {
        struct date_ymd d;
        bool valid;
    } cases[] = {{{2024, 2, 29}, true},  {{2023, 2, 29}, false}, {{1900, 2, 29}, false},
                 {{2000, 2, 29}, true},  {{2024, 4, 31}, false}, {{2024, 13, 1}, false},
                 {{2024, 0, 1}, false},  {{2024, 1, 0}, false},  {{0, 1, 1}, false},
                 {{10000, 1, 1}, false}, {{1, 1, 1}, true},      {{9999, 12, 31}, true},
                 {{2024, -1, 1}, false}, {{2024, 1, -1}, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(date_is_valid(cases[i].d), cases[i].valid);
}

static void dutch_dates_are_day_month_year(void **state)
{
    (void)state;
    static const char *const good[] = {"1-3-2024",   "01-03-2024", "1/3/2024",
                                       "01/03/2024", "1.3.2024",   "01.3.2024"};
    int32_t day;
    const int32_t expected = date_day_of((struct date_ymd){2024, 3, 1});
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(date_parse_dutch(str_of(good[i]), &day));
        assert_int_equal(day, expected);
    }
}

static void anything_else_is_no_date_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           "2024",        "2024-3-1",    "2024-03-1",
        "24-03-01",   "2024-03-01 ", " 2024-03-01", "2024-03-01T00:00",
        "2024/03/01", "2024-13-01",  "2023-02-29",  "0000-01-01",
        "1-3-24",     "1-3/2024",    "32-1-2024",   "29-2-2023",
        "1-13-2024",  "001-3-2024",  "1--3-2024",   "-1-3-2024",
        "1-3-02024",  "1-3-2024x",   "a-b-cccc",    "1 3 2024",
        "1-3-",       "1",           "12"};
    int32_t day = 77;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (date_parse_iso(str_of(bad[i]), &day) || date_parse_dutch(str_of(bad[i]), &day))
            fail_msg("%s", bad[i]);
        assert_int_equal(day, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_agrees_with_the_c_library),
        cmocka_unit_test(days_before_the_first_year_still_have_a_date),
        cmocka_unit_test(a_valid_day_exists_in_its_month),
        cmocka_unit_test(dutch_dates_are_day_month_year),
        cmocka_unit_test(anything_else_is_no_date_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
