/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/bsn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

static bool parses(const char *text)
{
    struct bsn bsn;
    return bsn_parse(str_of(text), &bsn);
}

static void numbers_of_the_test_range_are_taken_and_others_refused(void **state)
{
    (void)state;
    static const char *const good[] = {"999900006", "999900018",   "111222333",
                                       "123456782", " 999990019 ", "10000008"};
    static const char *const bad[] = {"",          "999900007", "12345678",
                                      "000000000", "999999999", "1112223330",
                                      "11122233x", "-11122233", "111 222333"};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(parses(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(parses(bad[i]));
}

static void every_wrong_digit_and_every_swap_is_noticed(void **state)
{
    (void)state;
    size_t n = 0;
    for (uint32_t number = 100000009; number < 999000000; number += 89977) {
        if (!bsn_is_valid(number))
            continue;
        n++;
        char text[16];
        snprintf(text, sizeof text, "%09u", number);
        for (int at = 0; at < 9; at++) {
            const char was = text[at];
            for (char digit = '0'; digit <= '9'; digit++) {
                text[at] = digit;
                assert_int_equal(parses(text), digit == was);
            }
            text[at] = was;
            for (int with = at + 1; with < 9; with++) {
                if (text[at] == text[with])
                    continue;
                text[at] = text[with];
                text[with] = was;
                assert_false(parses(text));
                text[with] = text[at];
                text[at] = was;
            }
        }
    }
    assert_true(n > 800);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_the_test_range_are_taken_and_others_refused),
        cmocka_unit_test(every_wrong_digit_and_every_swap_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
