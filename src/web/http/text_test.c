/* SPDX-License-Identifier: EUPL-1.2 */
/* Headers, addresses and escapes: the parts of the transport that need no socket. */
#include "web/http/http_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_range_is_cut_to_the_file(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        enum http_range kind;
        uint64_t from, n;
    } cases[] = {
        {"bytes=0-0", HTTP_RANGE_ONE, 0, 1},
        {"bytes=0-", HTTP_RANGE_ONE, 0, 100},
        {"bytes=99-", HTTP_RANGE_ONE, 99, 1},
        {"bytes=-1", HTTP_RANGE_ONE, 99, 1},
        {"bytes=-500", HTTP_RANGE_ONE, 0, 100},
        {"bytes=50-9223372036854775807", HTTP_RANGE_ONE, 50, 50},
        {"bytes=100-", HTTP_RANGE_OUTSIDE, 0, 0},
        {"bytes=-0", HTTP_RANGE_OUTSIDE, 0, 0},
        {"bytes=5-4", HTTP_RANGE_NONE, 0, 0},
        {"bytes=0-1,3-4", HTTP_RANGE_NONE, 0, 0},
        {"bytes=+1-2", HTTP_RANGE_NONE, 0, 0},
        {"bytes=--2", HTTP_RANGE_NONE, 0, 0},
        {"bytes=99999999999999999999-", HTTP_RANGE_NONE, 0, 0},
        {"lines=0-1", HTTP_RANGE_NONE, 0, 0},
        {"", HTTP_RANGE_NONE, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t from = 0, n = 0;
        const enum http_range kind = http_range_parse(str_of(cases[i].header), 100, &from, &n);
        assert_int_equal(kind, cases[i].kind);
        if (kind == HTTP_RANGE_ONE) {
            assert_int_equal(from, cases[i].from);
            assert_int_equal(n, cases[i].n);
        }
    }
}

static void gzip_is_sent_to_who_asks_for_it(void **state)
{
    (void)state;
    static const char *const yes[] = {"gzip",       "GZIP", "br, gzip",
                                      "gzip;q=0.1", "*",    "a,gzip ; q=1"};
    static const char *const no[] = {"",      "br",    "gzip;q=0", "gzip; q=0.000",
                                     "*;q=0", "xgzip", "gzip;q=x"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(http_accepts_gzip(str_of(yes[i])));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(http_accepts_gzip(str_of(no[i])));
}

static void a_cookie_given_twice_is_none(void **state)
{
    (void)state;
    str value = STR("kept");

    assert_true(http_cookie_find(STR("a=1; b=x=y;c="), STR("b"), &value));
    assert_true(str_eq(value, STR("x=y")));
    assert_true(http_cookie_find(STR("a=1;c="), STR("c"), &value));
    assert_int_equal(value.n, 0);
    assert_false(http_cookie_find(STR("a=1; a=2"), STR("a"), &value));
    assert_false(http_cookie_find(STR("aa=1; b"), STR("a"), &value));
    assert_false(http_cookie_find(STR("A=1"), STR("a"), &value));
}

static struct http_address address(const char *text)
{
    struct http_address a;
    assert_true(http_address_parse(str_of(text), &a));
    return a;
}

static void a_network_holds_its_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *network, *address;
        bool holds;
    } cases[] = {
        {"10.0.0.0/8", "10.255.1.2", true},       {"10.0.0.0/8", "11.0.0.0", false},
        {"10.0.0.0/8", "::ffff:10.1.1.1", true},  {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.7", "192.0.2.8", false},        {"192.0.2.128/25", "192.0.2.255", true},
        {"192.0.2.128/25", "192.0.2.127", false}, {"fd00::/8", "fdff::1", true},
        {"fd00::/8", "fe00::1", false},           {"0.0.0.0/0", "203.0.113.9", true},
        {"0.0.0.0/0", "2001:db8::1", false},      {"::/0", "2001:db8::1", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_network n;
        assert_true(http_network_parse(str_of(cases[i].network), &n));
        assert_int_equal(http_network_holds(&n, 1, address(cases[i].address)), cases[i].holds);
    }
    static const char *const wrong[] = {"",          "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1",
                                        "10.0.0.0/", "fd00::/129", "example.nl",  "10.0.0"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct http_network n;
        assert_false(http_network_parse(str_of(wrong[i]), &n));
    }
}

static void the_client_is_the_last_that_is_no_proxy(void **state)
{
    (void)state;
    static const struct {
        const char *peer, *forwarded, *client;
    } cases[] = {
        {"192.0.2.1", "1.2.3.4", "192.0.2.1"},         /* not a proxy: its word is nothing */
        {"10.0.0.1", "1.2.3.4", "1.2.3.4"},            /* believed */
        {"10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"},   /* what the client claimed is not */
        {"10.0.0.1", "1.2.3.4, 10.0.0.2", "1.2.3.4"},  /* through two proxies */
        {"10.0.0.1", "1.2.3.4, nonsense", "10.0.0.1"}, /* unreadable: the proxy itself */
        {"10.0.0.1", "", "10.0.0.1"},
        {"10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"}, /* only proxies: the first */
        {"10.0.0.1", "[2001:db8::1]", "2001:db8::1"},
    };
    struct http_network proxies[1];
    assert_true(http_network_parse(STR("10.0.0.0/8"), &proxies[0]));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[HTTP_ADDRESS_TEXT];
        const struct http_address client =
            http_client_of(address(cases[i].peer), str_of(cases[i].forwarded), proxies, 1);
        assert_string_equal(http_address_print(client, text).p, cases[i].client);
    }
}

static void what_is_encoded_decodes_to_itself(void **state)
{
    (void)state;
    arena *a = arena_new(1 << 22);
    assert_non_null(a);
    srandom(20261124);
    for (int round = 0; round < 2000; round++) {
        char text[24], decoded[HTTP_PATH_MAX + 1];
        size_t n = 0, n_decoded;
        out o;
        while (n < sizeof text)
            text[n++] = (char)(1 + random() % 127);
        out_init(&o, 1024);

        http_url_encode(&o, (str){text, n});

        str back;
        assert_true(http_form_decode(a, out_view(&o), &back));
        assert_true(str_eq(back, (str){text, n}));
        const bool has_slash = memchr(text, '/', n) != NULL;
        assert_int_equal(http_path_decode(out_view(&o), decoded, &n_decoded), !has_slash);
        out_free(&o);
        arena_reset(a);
    }
    arena_free(a);
}

static void a_path_in_disguise_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"/%00", "/a%2fb", "/a%2Fb", "/%",      "/%4",
                                        "/%zz", "/%c3",   "/%ff",   "/%c0%af", "/%ed%a0%80"};
    char decoded[HTTP_PATH_MAX + 1];
    size_t n;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(http_path_decode(str_of(wrong[i]), decoded, &n));
    assert_true(http_path_decode(STR("/%2e%2E/%25"), decoded, &n));
    assert_string_equal(decoded, "/../%");
}

static void broken_parameters_are_skipped(void **state)
{
    (void)state;
    arena *a = arena_new(1 << 16);
    str rest = STR("&a=1&=&b=%zz&c&%63=+x%2B&d=%00"), name, value;

    assert_true(http_query_next(a, &rest, &name, &value));
    assert_true(str_eq(name, STR("a")) && str_eq(value, STR("1")));
    assert_true(http_query_next(a, &rest, &name, &value));
    assert_true(name.n == 0 && value.n == 0);
    assert_true(http_query_next(a, &rest, &name, &value));
    assert_true(str_eq(name, STR("c")) && value.n == 0);
    assert_true(http_query_next(a, &rest, &name, &value));
    assert_true(str_eq(name, STR("c")) && str_eq(value, STR(" x+")));
    assert_false(http_query_next(a, &rest, &name, &value));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_is_cut_to_the_file),
        cmocka_unit_test(gzip_is_sent_to_who_asks_for_it),
        cmocka_unit_test(a_cookie_given_twice_is_none),
        cmocka_unit_test(a_network_holds_its_addresses),
        cmocka_unit_test(the_client_is_the_last_that_is_no_proxy),
        cmocka_unit_test(what_is_encoded_decodes_to_itself),
        cmocka_unit_test(a_path_in_disguise_is_refused),
        cmocka_unit_test(broken_parameters_are_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
