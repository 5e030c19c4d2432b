/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void equality_is_by_bytes_and_length(void **state)
{
    (void)state;
    assert_true(str_eq(STR("team"), str_of("team")));
    assert_true(str_eq(STR(""), (str){NULL, 0}));
    assert_true(str_eq(str_of(NULL), STR("")));
    assert_false(str_eq(STR("team"), STR("teams")));
    assert_false(str_eq(STR("a\0b"), STR("a\0c")));
    assert_true(str_eq_nocase(STR("WMO"), STR("wmo")));
    assert_false(str_eq_nocase(STR("\xc3\x89"), STR("\xc3\xa9"))); /* É and é: not ASCII */
    assert_false(str_eq_nocase(STR("wmo"), STR("wm")));
}

static void order_is_that_of_code_points(void **state)
{
    (void)state;
    assert_true(str_cmp(STR("a"), STR("b")) < 0);
    assert_true(str_cmp(STR("a"), STR("")) > 0);
    assert_true(str_cmp(STR("ab"), STR("a")) > 0);
    assert_true(str_cmp(STR("z"), STR("\xc3\xa9")) < 0);
    assert_int_equal(str_cmp(STR("x"), STR("x")), 0);
}

static void pieces_are_cut_within_bounds(void **state)
{
    (void)state;
    assert_true(str_eq(str_cut(STR("abc"), 1, 2), STR("b")));
    assert_true(str_eq(str_cut(STR("abc"), 1, 99), STR("bc")));
    assert_true(str_eq(str_cut(STR("abc"), 9, 99), STR("")));
    assert_true(str_eq(str_trim(STR(" \t a b \r\n")), STR("a b")));
    assert_true(str_eq(str_trim(STR(" \n")), STR("")));
    assert_true(str_starts(STR("--lang"), STR("--")));
    assert_false(str_starts(STR("-"), STR("--")));
    assert_true(str_ends(STR("a.csv"), STR(".csv")));
    assert_false(str_ends(STR("csv"), STR(".csv")));
}

static void a_list_gives_each_piece_once(void **state)
{
    (void)state;
    str rest = STR("a,,b,"), piece;
    size_t at = 7;

    assert_true(str_next(&rest, ',', &piece));
    assert_true(str_eq(piece, STR("a")));
    assert_true(str_next(&rest, ',', &piece));
    assert_true(str_eq(piece, STR("")));
    assert_true(str_next(&rest, ',', &piece));
    assert_true(str_eq(piece, STR("b")));
    assert_false(str_next(&rest, ',', &piece));

    assert_true(str_find(STR("a=b"), '=', &at));
    assert_int_equal(at, 1);
    assert_false(str_find(STR(""), '=', &at));
    assert_int_equal(at, 1);
}

/* Well-formed and ill-formed sequences of the Unicode Standard, section 3.9, table 3-7. */
static void only_well_formed_utf8_is_accepted(void **state)
{
    (void)state;
    static const str good[] = {STR("a"),
                               STR("\xc3\xa9"),
                               STR("\xe2\x82\xac"),
                               STR("\xf0\x9f\x8f\xa0"),
                               STR("\xef\xbf\xbf"),
                               STR("\xf4\x8f\xbf\xbf")};
    static const str bad[] = {
        STR("\x80"),             /* a continuation alone */
        STR("\xc3"),             /* cut off */
        STR("\xc0\xaf"),         /* overlong */
        STR("\xe0\x80\xaf"),     /* overlong */
        STR("\xf0\x80\x80\xaf"), /* overlong */
        STR("\xed\xa0\x80"),     /* surrogate */
        STR("\xf4\x90\x80\x80"), /* beyond U+10FFFF */
        STR("\xf5\x80\x80\x80"), /* no such lead byte */
        STR("\xe2\x82"),         /* cut off */
        STR("\xe2\x28\xa1"),     /* wrong continuation */
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(str_utf8_len(good[i], 0), good[i].n);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(str_is_utf8(bad[i]));
    assert_int_equal(str_utf8_len(STR("a"), 1), 0);
    assert_true(str_is_utf8(STR("caf\xc3\xa9")));
}

static void what_may_not_be_shown_is_replaced(void **state)
{
    (void)state;
    static const struct {
        str text;
        bool shown;
    } cases[] = {
        {STR("a"), true},
        {STR("\xc3\xa9"), true},
        {STR("\xc2\xa0"), true},      /* no-break space */
        {STR("\xe2\x80\xaf"), true},  /* narrow no-break space, next to the overrides */
        {STR("\xe2\x81\xa0"), true},  /* word joiner */
        {STR("\x1b"), false},         /* escape */
        {STR("\x7f"), false},         /* delete */
        {STR("\xc2\x9b"), false},     /* control sequence introducer */
        {STR("\xff"), false},         /* not UTF-8 */
        {STR("\xef\xbf\xbf"), false}, /* no character */
        {STR("\xe2\x80\xae"), false}, /* right-to-left override */
        {STR("\xe2\x81\xa9"), false}, /* pop directional isolate */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t at = 0;

        const str visible = str_next_visible(cases[i].text, &at);

        assert_true(str_eq(visible, cases[i].shown ? cases[i].text : STR("\xef\xbf\xbd")));
        assert_int_equal(at, cases[i].text.n);
    }
}

static void distance_counts_edits_up_to_its_limit(void **state)
{
    (void)state;
    assert_int_equal(str_distance(STR("kitten"), STR("sitting"), 9), 3); /* Levenshtein's own */
    assert_int_equal(str_distance(STR("weight"), STR("Weight"), 9), 0);
    assert_int_equal(str_distance(STR(""), STR("abc"), 9), 3);
    assert_int_equal(str_distance(STR("abcdef"), STR("uvwxyz"), 2), 3);
    assert_int_equal(str_distance(STR("a"), STR("abcdef"), 2), 3);
}

static void a_distance_is_the_same_from_both_sides(void **state)
{
    (void)state;
    srandom(20261124);
    for (int round = 0; round < 2000; round++) {
        char a[8], b[8];
        const size_t n_a = (size_t)random() % 8, n_b = (size_t)random() % 8;
        for (size_t i = 0; i < 8; i++) {
            a[i] = (char)('a' + random() % 3);
            b[i] = (char)('a' + random() % 3);
        }

        const size_t there = str_distance((str){a, n_a}, (str){b, n_b}, 16);

        assert_int_equal(there, str_distance((str){b, n_b}, (str){a, n_a}, 16));
        assert_true(there >= (n_a > n_b ? n_a - n_b : n_b - n_a));
        assert_true(there <= (n_a > n_b ? n_a : n_b));
        assert_int_equal(there == 0, str_eq((str){a, n_a}, (str){b, n_b}));
    }
}

static void a_hash_spreads_over_low_bits(void **state)
{
    (void)state;
    int used[256] = {0}, n_used = 0;
    for (int i = 0; i < 256; i++) {
        const char text[] = {(char)('a' + i % 16), (char)('a' + i / 16)};
        used[str_hash((str){text, 2}) & 255]++;
    }
    for (int i = 0; i < 256; i++)
        n_used += used[i] > 0;

    assert_true(n_used > 140); /* 162 of 256 are expected from chance */
    assert_true(str_hash(STR("a")) == str_hash(str_of("a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equality_is_by_bytes_and_length),
        cmocka_unit_test(order_is_that_of_code_points),
        cmocka_unit_test(pieces_are_cut_within_bounds),
        cmocka_unit_test(a_list_gives_each_piece_once),
        cmocka_unit_test(only_well_formed_utf8_is_accepted),
        cmocka_unit_test(what_may_not_be_shown_is_replaced),
        cmocka_unit_test(distance_counts_edits_up_to_its_limit),
        cmocka_unit_test(a_distance_is_the_same_from_both_sides),
        cmocka_unit_test(a_hash_spreads_over_low_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
