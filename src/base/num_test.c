/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/num.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void whole_numbers_reach_both_ends(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {{"0", 0},
                {"-0", 0},
                {"+7", 7},
                {"007", 7},
                {"9223372036854775807", INT64_MAX},
                {"-9223372036854775808", INT64_MIN}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t v = 1;
        assert_true(num_parse_int(str_of(good[i].text), &v));
        assert_true(v == good[i].value);
    }
}

static void what_is_no_whole_number_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "+",
                                      "-",
                                      " 1",
                                      "1 ",
                                      "1.0",
                                      "1e3",
                                      "0x10",
                                      "--1",
                                      "1,0",
                                      "abc",
                                      "１",
                                      "9223372036854775808",
                                      "-9223372036854775809"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t v = 42;
        assert_false(num_parse_int(str_of(bad[i]), &v));
        assert_true(v == 42);
    }
}

static void what_is_no_real_number_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",      ".",   "-",   "1..2",  "1.2.3", "1e", "1e+", "e5",
                                      "0x1p3", "nan", "inf", "1 000", "1,5",   " 1", "1 ",  "1_0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double v = 42;
        assert_false(num_parse_real(str_of(bad[i]), '.', &v));
        assert_true(v == 42);
    }
}

static void the_decimal_sign_is_the_one_asked_for(void **state)
{
    (void)state;
    double v;

    assert_true(num_parse_real(STR("-1234,5"), ',', &v));
    assert_true(v == -1234.5);
    assert_true(num_parse_real(STR(",5"), ',', &v));
    assert_true(v == 0.5);
    assert_true(num_parse_real(STR("3."), '.', &v));
    assert_true(v == 3);
    assert_false(num_parse_real(STR("1.5"), ',', &v));
}

/* Numbers on which readers have gone wrong; the C library is the oracle. */
static void hard_numbers_are_rounded_once(void **state)
{
    (void)state;
    static const char *const hard[] = {
        "2.2250738585072011e-308", /* between normal and subnormal */
        "2.2250738585072012e-308",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324", /* half the smallest: to zero */
        "2.4703282292062328e-324",
        "1.7976931348623157e308",
        "1.7976931348623159e308", /* beyond the largest */
        "9007199254740993",       /* 2^53 + 1: a tie */
        "9007199254740993.00000000000000000000000000001",
        "0.1",
        "1e23",
        "8.5e22",
        "1e22",
        "123456789012345678901234567890e-10",
        "0.000000000000000000000000000000000000000000123456789012345678901234567890",
        "1e400",
        "1e-400",
        "0e999999999999",
        "-0.0",
        "1.00000000000000011102230246251565",
        "6929495644600919.5",
        "3.0540412e5",
        "8.98846567431158e307",
    };
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) {
        double v = 42;
        const double truth = strtod(hard[i], NULL);
        assert_true(num_parse_real(str_of(hard[i]), '.', &v));
        assert_memory_equal(&v, &truth, sizeof v);
    }
}

static double any_double(void)
{
    uint64_t bits = 0;
    double v;
    for (int i = 0; i < 4; i++)
        bits = bits << 16 ^ (uint64_t)random();
    memcpy(&v, &bits, sizeof v);
    return v;
}

static void any_number_of_any_length_is_rounded_as_the_c_library_does(void **state)
{
    (void)state;
    srandom(20261124);
    for (int round = 0; round < 100000; round++) {
        char text[64];
        double v;
        const double drawn = any_double();
        if (!isfinite(drawn))
            continue;
        const int n = snprintf(text, sizeof text, "%.*e", (int)(random() % 24), drawn);
        const double truth = strtod(text, NULL);

        assert_true(num_parse_real((str){text, (size_t)n}, '.', &v));

        assert_memory_equal(&v, &truth, sizeof v);
    }
}

/* From the first to the last digit that is not 0. */
static int significant_digits(str text)
{
    int n = 0, upto = 0;
    for (size_t i = 0; i < text.n && text.p[i] != 'e'; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            continue;
        n += n > 0 || text.p[i] != '0';
        upto = text.p[i] != '0' ? n : upto;
    }
    return upto;
}

static void what_is_printed_reads_back_and_nothing_shorter_does(void **state)
{
    (void)state;
    srandom(7);
    for (int round = 0; round < 50000; round++) {
        char text[NUM_TEXT_MAX], shorter[64];
        double back;
        const double v = round % 2 ? any_double() : (double)(random() % 1000000) / 1000;
        if (!isfinite(v))
            continue;

        const size_t n = num_print_real(v, text);

        assert_true(n <= NUM_TEXT_MAX);
        assert_true(num_parse_real((str){text, n}, '.', &back));
        assert_memory_equal(&back, &v, sizeof v);
        const int digits = significant_digits((str){text, n});
        if (digits > 1) {
            (void)snprintf(shorter, sizeof shorter, "%.*e", digits - 2, v);
            assert_true(strtod(shorter, NULL) != v);
        }
    }
}

static void assert_prints(double v, const char *expected)
{
    char text[NUM_TEXT_MAX];
    const size_t n = num_print_real(v, text);
    assert_int_equal(n, strlen(expected));
    assert_memory_equal(text, expected, n);
}

static void numbers_look_as_people_write_them(void **state)
{
    (void)state;
    assert_prints(0.1, "0.1");
    assert_prints(-0.0, "-0");
    assert_prints(100, "100");
    assert_prints(1e15, "1000000000000000");
    assert_prints(1e16, "1e16");
    assert_prints(1.5e-7, "1.5e-7");
    assert_prints(0.00001, "0.00001");
    assert_prints(1.0 / 3, "0.3333333333333333");
    assert_prints(DBL_MAX, "1.7976931348623157e308");
    assert_prints(5e-324, "5e-324");
    assert_prints(9007199254740993.0, "9007199254740992");
    assert_prints(NAN, "nan");
    assert_prints(-INFINITY, "-inf");
}

static void whole_numbers_are_printed_whole(void **state)
{
    (void)state;
    char text[NUM_TEXT_MAX];

    assert_int_equal(num_print_int(INT64_MIN, text), 20);
    assert_memory_equal(text, "-9223372036854775808", 20);
    assert_int_equal(num_print_int(0, text), 1);
    assert_memory_equal(text, "0", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_reach_both_ends),
        cmocka_unit_test(what_is_no_whole_number_is_refused),
        cmocka_unit_test(what_is_no_real_number_is_refused),
        cmocka_unit_test(the_decimal_sign_is_the_one_asked_for),
        cmocka_unit_test(hard_numbers_are_rounded_once),
        cmocka_unit_test(any_number_of_any_length_is_rounded_as_the_c_library_does),
        cmocka_unit_test(what_is_printed_reads_back_and_nothing_shorter_does),
        cmocka_unit_test(numbers_look_as_people_write_them),
        cmocka_unit_test(whole_numbers_are_printed_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
