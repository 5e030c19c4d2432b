/* SPDX-License-Identifier: EUPL-1.2 */
/* Text under construction, and the JSON written onto it. */
#include "base/json.h"
#include "base/out.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_view(const out *o, const char *expected)
{
    assert_int_equal(o->error, OK);
    if (!str_eq(out_view(o), str_of(expected)))
        print_error("got: %.*s\n", STR_FMT(out_view(o)));
    assert_true(str_eq(out_view(o), str_of(expected)));
}

static void pieces_come_out_in_order(void **state)
{
    (void)state;
    out o;
    out_init(&o, 1000);

    out_cstr(&o, "a");
    out_char(&o, ' ');
    out_str(&o, STR("b "));
    out_int(&o, -12);
    out_char(&o, ' ');
    out_real(&o, 0.25);
    out_char(&o, ' ');
    out_hex(&o, "\x00\xff", 2);

    assert_view(&o, "a b -12 0.25 00ff");
    out_free(&o);
}

static void fixed_decimals_round_to_even_and_know_no_minus_zero(void **state)
{
    (void)state;
    static const struct {
        double v;
        int decimals;
        const char *text;
    } cases[] = {{0.5, 0, "0"},
                 {1.5, 0, "2"},
                 {2.5, 0, "2"},
                 {-0.004, 2, "0.00"},
                 {-0.005, 2, "-0.01"},
                 {1234.5, 1, "1234.5"},
                 {1e15, 0, "1000000000000000"},
                 {-1.25, 1, "-1.2"},
                 {0.1, 99, "0.100000000000000"},
                 {3, -1, "3"},
                 {NAN, 2, "nan"},
                 {-INFINITY, 2, "-inf"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        out o;
        out_init(&o, 1000);

        out_fixed(&o, cases[i].v, cases[i].decimals);

        assert_view(&o, cases[i].text);
        out_free(&o);
    }
}

static void the_largest_number_fits_in_fixed_decimals(void **state)
{
    (void)state;
    out o;
    out_init(&o, 1000);

    out_fixed(&o, -1.7976931348623157e308, 15);

    assert_int_equal(o.error, OK);
    assert_int_equal(o.n, 1 + 309 + 1 + 15);
    out_free(&o);
}

static void a_limit_holds_and_is_remembered(void **state)
{
    (void)state;
    out o;
    struct err_info info = {0};
    out_init(&o, 5);

    out_cstr(&o, "12345");
    assert_int_equal(out_error(&o, &info), OK);
    out_cstr(&o, "6");
    out_cstr(&o, "");
    assert_int_equal(out_error(&o, &info), E_LIMIT);
    assert_string_equal(info.msg.key, "error.output-limit");
    assert_int_equal(o.n, 5);

    out_clear(&o);
    out_cstr(&o, "again");
    assert_view(&o, "again");
    out_free(&o);
    assert_int_equal(o.n, 0);
}

static void json_nests_and_separates(void **state)
{
    (void)state;
    out o;
    json j;
    out_init(&o, 1000);
    json_init(&j, &o);

    json_open_object(&j);
    json_key_str(&j, "a", STR("x"));
    json_key(&j, "list");
    json_open_array(&j);
    json_put_int(&j, 1);
    json_put_real(&j, 0.5);
    json_put_bool(&j, true);
    json_put_null(&j);
    json_close_array(&j);
    json_key(&j, "none");
    json_open_object(&j);
    json_close_object(&j);
    json_key_int(&j, "i", -3);
    json_key_real(&j, "r", INFINITY);
    json_key_bool(&j, "b", false);
    json_close_object(&j);

    assert_view(&o,
                "{\n  \"a\": \"x\",\n  \"list\": [\n    1,\n    0.5,\n    true,\n    null\n  ],\n"
                "  \"none\": {},\n  \"i\": -3,\n  \"r\": null,\n  \"b\": false\n}");
    out_free(&o);
}

/* RFC 8259, section 7. */
static void json_escapes_what_it_must(void **state)
{
    (void)state;
    out o;
    json j;
    out_init(&o, 1000);
    json_init(&j, &o);

    json_put_str(&j, STR("\"\\\x01\n\xc3\xa9\xff<"));

    assert_view(&o, "\"\\\"\\\\\\u0001\\u000a\xc3\xa9\xef\xbf\xbd<\"");
    out_free(&o);
}

static void json_that_nests_too_deep_is_an_error(void **state)
{
    (void)state;
    out o;
    json j;
    struct err_info info = {0};
    out_init(&o, 1 << 20);
    json_init(&j, &o);

    for (int i = 0; i <= JSON_DEPTH_MAX; i++)
        json_open_array(&j);

    assert_int_equal(out_error(&o, &info), E_LIMIT);
    out_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_come_out_in_order),
        cmocka_unit_test(fixed_decimals_round_to_even_and_know_no_minus_zero),
        cmocka_unit_test(the_largest_number_fits_in_fixed_decimals),
        cmocka_unit_test(a_limit_holds_and_is_remembered),
        cmocka_unit_test(json_nests_and_separates),
        cmocka_unit_test(json_escapes_what_it_must),
        cmocka_unit_test(json_that_nests_too_deep_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
