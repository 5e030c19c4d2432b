/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/site/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static err handle(struct req *r, struct err_info *info)
{
    (void)r;
    (void)info;
    return OK;
}

#define PAGE(name, method, nl, en) ROUTE(name, method, nl, en, handle, &rule_anyone, RATE_PAGE)

static site_router *router_of(const struct route *routes)
{
    const struct route *const tables[] = {routes, NULL};
    struct err_info info;
    site_router *r = NULL;
    assert_int_equal(site_router_new(tables, &r, &info), OK);
    return r;
}

static void fixed_text_wins_and_gives_way(void **state)
{
    (void)state;
    static const struct route routes[] = {
        PAGE("any", HTTP_GET, "/nl/{a}/{b}", "/en/{a}/{b}"),
        PAGE("new", HTTP_GET, "/nl/x/nieuw", "/en/x/new"),
        PAGE("deep", HTTP_GET, "/nl/x/{b}/diep", "/en/x/{b}/deep"),
        PAGE("put", HTTP_PUT, "/nl/{c}/{d}", "/en/{c}/{d}"),
        {0},
    };
    static const struct {
        const char *path, *name, *first;
        size_t n_params;
    } cases[] = {
        {"/nl/x/nieuw", "new", "", 0},
        {"/nl/x/oud", "any", "x", 2},
        {"/nl/x/nieuw/diep", "deep", "nieuw", 1},
        {"/nl/y/nieuw", "any", "y", 2},
        {"/en/x/nieuw", "any", "x", 2},
    };
    site_router *r = router_of(routes);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct site_match m = site_router_find(r, HTTP_GET, str_of(cases[i].path));
        assert_int_equal(m.found, SITE_FOUND);
        assert_string_equal(m.route->name, cases[i].name);
        if (cases[i].n_params)
            assert_true(str_eq(m.param[0], str_of(cases[i].first)));
        assert_int_equal(m.lang, cases[i].path[1] == 'n' ? LANG_NL : LANG_EN);
    }
    assert_string_equal(site_router_find(r, HTTP_PUT, STR("/nl/x/oud")).route->name, "put");
    site_router_free(r);
}

static void a_path_that_is_not_there_is_not_found(void **state)
{
    (void)state;
    static const struct route routes[] = {
        PAGE("home", HTTP_GET, "/nl/", "/en/"),
        PAGE("a", HTTP_POST, "/nl/a/{b}", "/en/a/{b}"),
        {0},
    };
    static const struct {
        const char *path;
        enum http_method method;
        enum site_found found;
    } cases[] = {
        {"", HTTP_GET, SITE_NO_PATH},
        {"nl/", HTTP_GET, SITE_NO_PATH},
        {"/", HTTP_GET, SITE_NO_PATH},
        {"/nl/a/", HTTP_GET, SITE_NO_PATH},
        {"/nl/a//", HTTP_GET, SITE_NO_PATH},
        {"/nl//", HTTP_GET, SITE_REDIRECT},
        {"/nl/a/b/c", HTTP_GET, SITE_NO_PATH},
        {"/nl/a/b", HTTP_GET, SITE_NO_METHOD},
        {"/nl/a/b", HTTP_OTHER, SITE_NO_METHOD},
        {"/nl/a/b/", HTTP_POST, SITE_NO_PATH},
        {"/nl", HTTP_HEAD, SITE_REDIRECT},
        {"/nl/a/b/", HTTP_GET, SITE_REDIRECT},
        {"/nl/", HTTP_HEAD, SITE_FOUND},
    };
    site_router *r = router_of(routes);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct site_match m = site_router_find(r, cases[i].method, str_of(cases[i].path));
        if (m.found != cases[i].found)
            print_error("%s\n", cases[i].path);
        assert_int_equal(m.found, cases[i].found);
    }
    assert_int_equal(site_router_find(r, HTTP_GET, STR("/nl/a/b")).allowed,
                     1u << HTTP_POST | 1u << HTTP_OPTIONS);
    site_router_free(r);
}

static void assert_no_start(const struct route *routes, const char *key)
{
    const struct route *const tables[] = {routes, NULL};
    struct err_info info = {0};
    site_router *r = NULL;
    const err e = site_router_new(tables, &r, &info);
    if (e != E_INPUT || strcmp(info.msg.key, key) != 0)
        print_error("%s: %s\n", key, e ? info.msg.key : "started");
    assert_int_equal(e, E_INPUT);
    assert_string_equal(info.msg.key, key);
    assert_null(r);
}

static void a_route_that_cannot_be_stops_the_start(void **state)
{
    (void)state;
    static const struct {
        struct route routes[3];
        const char *key;
    } cases[] = {
        {{ROUTE("a", HTTP_GET, "/a", NULL, handle, NULL, RATE_PAGE)}, "site.route-without-rule"},
        {{ROUTE("a", HTTP_GET, "/a", NULL, handle, &rule_anyone, RATE_UNSET)},
         "site.route-without-rate"},
        {{ROUTE("a", HTTP_GET, "/a", NULL, NULL, &rule_anyone, RATE_PAGE)},
         "site.route-without-handler"},
        {{PAGE("a", HTTP_HEAD, "/a", NULL)}, "site.route-method"},
        {{PAGE("a", HTTP_OTHER, "/a", NULL)}, "site.route-method"},
        {{ROUTE("a", HTTP_GET, "/a", NULL, handle, &rule_object, RATE_PAGE, .is_instant = true)},
         "site.route-instant"},
        {{PAGE("a", HTTP_GET, "a", NULL)}, "site.route-path"},
        {{PAGE("a", HTTP_GET, "/a/", NULL)}, "site.route-path"},
        {{PAGE("a", HTTP_GET, "/a//b", NULL)}, "site.route-path"},
        {{PAGE("a", HTTP_GET, "/A", NULL)}, "site.route-path"},
        {{PAGE("a", HTTP_GET, "/a%20b", NULL)}, "site.route-path"},
        {{PAGE("a", HTTP_GET, "/..", NULL)}, "site.route-path"},
        {{PAGE("a", HTTP_GET, "/{}", NULL)}, "site.route-path"},
        {{PAGE("a", HTTP_GET, "/{a}/{a}", NULL)}, "site.route-path"},
        {{PAGE("a", HTTP_GET, "/{a}b", NULL)}, "site.route-path"},
        {{PAGE("a", HTTP_GET, "/{a}/{b}/{c}/{d}/{e}", NULL)}, "site.route-path"},
        {{PAGE("a", HTTP_GET, NULL, NULL)}, "site.route-path"},
        {{PAGE("a", HTTP_GET, "/nl/a", "/a")}, "site.route-language"},
        {{PAGE("a", HTTP_GET, "/nl/{a}/{b}", "/en/{b}/{a}")}, "site.route-parameters"},
        {{PAGE("a", HTTP_GET, "/nl/{a}", "/en/a")}, "site.route-parameters"},
        {{PAGE("a", HTTP_GET, "/a", NULL), PAGE("a", HTTP_GET, "/b", NULL)}, "site.route-twice"},
        {{PAGE("a", HTTP_GET, "/a", NULL), PAGE("b", HTTP_GET, "/a", NULL)}, "site.route-shadowed"},
        {{PAGE("a", HTTP_GET, "/a/{x}", NULL), PAGE("b", HTTP_GET, "/a/{y}", NULL)},
         "site.route-shadowed"},
        {{PAGE("a", HTTP_GET, "/nl/a", "/en/a"), PAGE("b", HTTP_GET, "/en/a", NULL)},
         "site.route-shadowed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_no_start(cases[i].routes, cases[i].key);
}

/* Every route is found by its own path, whatever its parameters are filled with. */
static void what_a_route_prints_leads_back_to_it(void **state)
{
    (void)state;
    enum { N = 300 };
    static struct route routes[N + 1];
    static char text[N][3][64];
    for (int i = 0; i < N; i++) {
        (void)snprintf(text[i][0], sizeof text[i][0], "r%d", i);
        (void)snprintf(text[i][1], sizeof text[i][1], "/nl/d%d/{a}/e%d/{b}", i % 17, i);
        (void)snprintf(text[i][2], sizeof text[i][2], "/en/d%d/{a}/e%d/{b}", i % 13, i);
        routes[i] = (struct route)PAGE(text[i][0], HTTP_GET, text[i][1], text[i][2]);
    }
    const str values[] = {STR("caf\xc3\xa9 & co?"), STR("e7")};
    site_router *r = router_of(routes);
    assert_int_equal(site_router_count(r), N);
    for (size_t i = 0; i < 2 * N; i++) {
        const struct route *route = site_router_route(r, i / 2);
        const enum lang lang = i % 2 ? LANG_EN : LANG_NL;
        char decoded[HTTP_PATH_MAX + 1];
        size_t n;
        out o;
        out_init(&o, 1024);

        site_print_path(&o, route, lang, values);

        assert_true(http_path_decode(out_view(&o), decoded, &n));
        const struct site_match m = site_router_find(r, HTTP_GET, (str){decoded, n});
        assert_int_equal(m.found, SITE_FOUND);
        assert_ptr_equal(m.route, route);
        assert_int_equal(m.lang, lang);
        assert_true(str_eq(m.param[0], values[0]) && str_eq(m.param[1], values[1]));
        out_free(&o);
    }
    site_router_free(r);
}

static void a_route_is_found_by_its_name(void **state)
{
    (void)state;
    static const struct route routes[] = {
        PAGE("one", HTTP_GET, "/een", NULL), PAGE("two", HTTP_GET, "/twee", NULL), {0}};

    site_router *r = router_of(routes);

    assert_ptr_equal(site_router_named(r, "one"), &routes[0]);
    assert_ptr_equal(site_router_named(r, "two"), &routes[1]);
    assert_null(site_router_named(r, "three"));
    assert_null(site_router_named(r, ""));
    site_router_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_text_wins_and_gives_way),
        cmocka_unit_test(a_path_that_is_not_there_is_not_found),
        cmocka_unit_test(a_route_that_cannot_be_stops_the_start),
        cmocka_unit_test(what_a_route_prints_leads_back_to_it),
        cmocka_unit_test(a_route_is_found_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
