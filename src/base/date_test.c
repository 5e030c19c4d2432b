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

/* Oracle: the C library, with the rule of the European Union written out. */
static void the_clocks_of_the_netherlands_agree_with_the_c_library(void **state)
{
    (void)state;
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    const int64_t from = 820454400, to = 4102444800; /* 1996 to 2100 */
    for (int64_t at = from; at < to; at += 1801 * 7) {
        const time_t seconds = (time_t)at;
        struct tm tm;
        int64_t back;
        localtime_r(&seconds, &tm);

        const struct date_local t = date_local_of(at * 1000 + 999);

        const struct date_ymd d = date_ymd_of(t.day);
        if (d.year != tm.tm_year + 1900 || d.month != tm.tm_mon + 1 || d.day != tm.tm_mday ||
            t.hour != tm.tm_hour || t.minute != tm.tm_min || t.second != tm.tm_sec ||
            t.ahead_minutes != tm.tm_gmtoff / 60)
            fail_msg("%lld", (long long)at);
        assert_true(date_utc_ms_of(t.day, t.hour, t.minute, &back));
        const int64_t minute = at / 60 * 60000;
        assert_true(back == minute || back == minute - 3600000); /* the hour that comes twice */
    }
    unsetenv("TZ");
    tzset();
}

static void summer_begins_and_ends_at_one_o_clock_utc(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after; /* local: the last minute, and the first */
        int64_t at_ms;
    } cases[] = {
        {"2026-03-29T01:59", "2026-03-29T03:00", 1774746000000},
        {"2026-10-25T02:59", "2026-10-25T02:00", 1792890000000},
        {"2024-03-31T01:59", "2024-03-31T03:00", 1711846800000},
        {"2027-10-31T02:59", "2027-10-31T02:00", 1824944400000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int64_t moment[] = {cases[i].at_ms - 60000, cases[i].at_ms};
        const char *const expected[] = {cases[i].before, cases[i].after};
        for (int j = 0; j < 2; j++) {
            char text[32], day[10];

            const struct date_local t = date_local_of(moment[j]);

            date_print_iso(t.day, day);
            snprintf(text, sizeof text, "%.10sT%02d:%02d", day, t.hour, t.minute);
            assert_string_equal(text, expected[j]);
        }
    }
}

static void a_local_time_is_read_as_the_clocks_show_it(void **state)
{
    (void)state;
    int64_t ms = 77;
    char text[20];

    assert_true(date_parse_local(STR("2026-11-14T09:30"), &ms));
    date_print_utc(ms, text);
    assert_memory_equal(text, "2026-11-14T08:30:00Z", 20);
    assert_true(date_parse_local(STR("2026-07-01T00:15"), &ms));
    date_print_utc(ms, text);
    assert_memory_equal(text, "2026-06-30T22:15:00Z", 20);
    assert_true(date_parse_local(STR("2026-10-25T02:30"), &ms)); /* twice: the first */
    date_print_utc(ms, text);
    assert_memory_equal(text, "2026-10-25T00:30:00Z", 20);
    static const char *const bad[] = {"2026-03-29T02:30",  "2026-11-14 09:30", "2026-11-14T24:00",
                                      "2026-11-14T09:60",  "2026-11-14T9:30",  "2026-11-14",
                                      "2026-11-14T09:300", "2026-02-30T09:30", ""};
    ms = 77;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (date_parse_local(str_of(bad[i]), &ms))
            fail_msg("%s", bad[i]);
    assert_int_equal(ms, 77);
}

static void a_moment_is_read_as_rfc_3339_writes_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-14T08:30:00Z", INT64_C(1794645000000)},
        {"2026-11-14T09:30:00+01:00", INT64_C(1794645000000)},
        {"2026-11-14T00:00:00-08:30", INT64_C(1794645000000)},
        {"2026-11-14T08:30:00.25Z", INT64_C(1794645000250)},
        {"2026-11-14T08:30:00.1239999Z", INT64_C(1794645000123)},
        {"1969-12-31T23:59:59.500Z", -500},
        {"2024-02-29T23:59:59+23:59", INT64_C(1709164859000)},
    };
    static const char *const bad[] = {
        "",
        "2026-11-14",
        "2026-11-14T08:30Z",
        "2026-11-14T08:30:00",
        "2026-11-14 08:30:00Z",
        "2026-11-14T08:30:60Z",
        "2026-11-14T24:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-11-14T08:30:00.Z",
        "2026-11-14T08:30:00+0100",
        "2026-11-14T08:30:00+24:00",
        "2026-11-14T08:30:00Z ",
        "2026-11-14T08:30:00ZZ",
        "02026-11-14T08:30:00Z",
    };
    int64_t ms = 77;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!date_parse_utc(str_of(good[i].text), &ms) || ms != good[i].ms)
            fail_msg("%s: %lld", good[i].text, (long long)ms);
    ms = 77;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (date_parse_utc(str_of(bad[i]), &ms))
            fail_msg("%s", bad[i]);
    assert_int_equal(ms, 77);
}

static void moments_beyond_the_calendar_are_clipped(void **state)
{
    (void)state;
    char text[20];
    date_print_utc(INT64_MIN, text);
    assert_memory_equal(text, "0001-01-01T00:00:00Z", 20);
    assert_int_equal(date_local_of(INT64_MIN).hour, 1);
    assert_int_equal(date_ymd_of(date_local_of(INT64_MAX).day).year, 9999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_agrees_with_the_c_library),
        cmocka_unit_test(days_before_the_first_year_still_have_a_date),
        cmocka_unit_test(a_valid_day_exists_in_its_month),
        cmocka_unit_test(dutch_dates_are_day_month_year),
        cmocka_unit_test(anything_else_is_no_date_and_changes_nothing),
        cmocka_unit_test(the_clocks_of_the_netherlands_agree_with_the_c_library),
        cmocka_unit_test(summer_begins_and_ends_at_one_o_clock_utc),
        cmocka_unit_test(a_local_time_is_read_as_the_clocks_show_it),
        cmocka_unit_test(a_moment_is_read_as_rfc_3339_writes_it),
        cmocka_unit_test(moments_beyond_the_calendar_are_clipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
