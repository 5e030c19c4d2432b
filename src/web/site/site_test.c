/* SPDX-License-Identifier: EUPL-1.2 */
/* A small site as a browser meets it: routes, rules, errors, forms, over a socket. */
#include "web/http/client_test.h"
#include "web/site/site.h"

#include <stdatomic.h>

struct app {
    atomic_int workers; /* contexts alive */
};

struct place {
    struct app app;
    site *site;
    http_server *server;
};

static err home(struct req *r, struct err_info *info)
{
    (void)info;
    out_cstr(&r->answer->body, r->lang == LANG_NL ? "<p>welkom" : "<p>welcome");
    return OK;
}

static err show_space(struct req *r, struct err_info *info)
{
    const str space = req_param(r, "space");
    if (!str_eq(space, STR("wijk")) && !str_eq(space, STR("caf\xc3\xa9 bar")))
        return err_set(info, E_NOT_FOUND, "site.not-found");
    html_put(&r->html, HTML_TEXT, html_from_str(space));
    out_char(&r->answer->body, '|');
    req_print_path_in(r, LANG_NL, &r->answer->body);
    out_char(&r->answer->body, '|');
    req_print_path_in(r, LANG_EN, &r->answer->body);
    return OK;
}

static err show_id(struct req *r, struct err_info *info)
{
    int64_t id;
    err e = req_param_id(r, "id", &id, info);
    if (e == OK)
        out_int(&r->answer->body, id);
    return e;
}

static err greet(struct req *r, struct err_info *info)
{
    struct form f;
    err e = req_form(r, NULL, &f, info);
    if (e != OK)
        return e;
    out_cstr(&r->answer->body, "hello ");
    html_put(&r->html, HTML_TEXT, html_from_str(form_value(&f, "name")));
    return OK;
}

static err fail_as_asked(struct req *r, struct err_info *info)
{
    static const struct {
        str name;
        err code;
    } kinds[] = {{STR("input"), E_INPUT},       {STR("absent"), E_NOT_FOUND},
                 {STR("conflict"), E_CONFLICT}, {STR("limit"), E_LIMIT},
                 {STR("denied"), E_DENIED},     {STR("busy"), E_BUSY},
                 {STR("nomem"), E_NOMEM},       {STR("io"), E_IO}};
    out_cstr(&r->answer->body, "half a page");
    http_add_header(r->answer, "X-Half", STR("yes"));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq(req_param(r, "kind"), kinds[i].name))
            return err_set(info, kinds[i].code, "site.not-found");
    return OK;
}

static err style(struct req *r, struct err_info *info)
{
    (void)info;
    assert_null(r->worker);
    r->answer->type = "text/css";
    r->answer->cache = HTTP_CACHE_FOREVER;
    r->answer->lasting = STR("p{}");
    return OK;
}

static err refuse_all(const struct req *r, struct err_info *info)
{
    assert_non_null(r->worker);
    return err_set(info, E_DENIED, "site.method");
}
static const struct rule rule_nobody = {"nobody", refuse_all};

static const struct route routes[] = {
    ROUTE("home", HTTP_GET, "/nl/", "/en/", home, &rule_anyone, RATE_PAGE),
    ROUTE("space", HTTP_GET, "/nl/ruimte/{space}", "/en/space/{space}", show_space, &rule_object,
          RATE_PAGE),
    ROUTE("space-new", HTTP_GET, "/nl/ruimte/nieuw", "/en/space/new", home, &rule_anyone,
          RATE_PAGE),
    ROUTE("id", HTTP_GET, "/api/v1/id/{id}", NULL, show_id, &rule_object, RATE_API),
    ROUTE("greet", HTTP_POST, "/nl/groet", "/en/greet", greet, &rule_anyone, RATE_WRITE),
    ROUTE("fail", HTTP_GET, "/nl/fout/{kind}", "/en/fail/{kind}", fail_as_asked, &rule_anyone,
          RATE_PAGE),
    ROUTE("secret", HTTP_GET, "/nl/geheim", "/en/secret", home, &rule_nobody, RATE_PAGE),
    ROUTE("style", HTTP_GET, "/style.css", NULL, style, &rule_anyone, RATE_FREE,
          .is_instant = true),
    ROUTE("guess", HTTP_GET, "/nl/raad", "/en/guess", home, &rule_anyone, RATE_SIGN_IN),
    {0},
};

static err worker_new(const struct app *app, void **worker, struct err_info *info)
{
    (void)info;
    *worker = (void *)(uintptr_t)app;
    atomic_fetch_add(&((struct app *)*worker)->workers, 1);
    return OK;
}

static void worker_free(void *worker)
{
    atomic_fetch_sub(&((struct app *)worker)->workers, 1);
}

static int open_place(void **state)
{
    static const struct route *const tables[] = {routes, NULL};
    struct place *p = calloc(1, sizeof *p);
    struct rate rates[RATE_CLASSES];
    struct err_info info;
    assert_non_null(p);
    memcpy(rates, site_rates, sizeof rates);
    rates[RATE_SIGN_IN] = (struct rate){"sign-in", 1, 3};
    const struct site_config c = {
        .app = &p->app,
        .tables = tables,
        .hooks = {.worker_new = worker_new, .worker_free = worker_free},
        .lang = LANG_NL,
        .rates = rates,
    };
    const struct http_config h = {.listen = STR("127.0.0.1:0"), .workers = 2};
    assert_int_equal(site_new(&c, &p->site, &info), OK);
    assert_int_equal(http_start(&h, site_http(p->site), &p->server, &info), OK);
    *state = p;
    return 0;
}

static int close_place(void **state)
{
    struct place *p = *state;
    assert_int_equal(atomic_load(&p->app.workers), 2);
    http_server_stop(p->server);
    assert_int_equal(atomic_load(&p->app.workers), 0);
    site_free(p->site);
    free(p);
    return 0;
}

static void assert_page(const struct place *p, const char *path, int status, const char *body)
{
    out answer = client_ask(p->server, "GET", path, "", STR(""));
    if (client_status(&answer) != status || !str_eq(client_body(&answer), str_of(body)))
        print_error("GET %s: %s\n", path, answer.p);
    assert_int_equal(client_status(&answer), status);
    assert_true(str_eq(client_body(&answer), str_of(body)));
    out_free(&answer);
}

static void a_path_chooses_route_and_language(void **state)
{
    const struct place *p = *state;

    assert_page(p, "/nl/", 200, "<p>welkom");
    assert_page(p, "/en/", 200, "<p>welcome");
    assert_page(p, "/nl/ruimte/wijk", 200, "wijk|/nl/ruimte/wijk|/en/space/wijk");
    assert_page(p, "/en/space/caf%C3%A9%20bar?a=1", 200,
                "caf\xc3\xa9 bar|/nl/ruimte/caf%C3%A9%20bar?a=1|/en/space/caf%C3%A9%20bar?a=1");
    assert_page(p, "/nl/ruimte/nieuw", 200, "<p>welkom");
    assert_page(p, "/api/v1/id/42", 200, "42");
}

static void an_absent_object_looks_like_an_absent_path(void **state)
{
    const struct place *p = *state;

    out hidden = client_ask(p->server, "GET", "/nl/ruimte/verborgen", "", STR(""));
    out absent = client_ask(p->server, "GET", "/nl/bestaat-niet", "", STR(""));

    assert_int_equal(client_status(&hidden), 404);
    assert_int_equal(client_status(&absent), 404);
    assert_true(str_eq(client_body(&hidden), client_body(&absent)));
    out_free(&hidden);
    out_free(&absent);
    assert_int_equal(client_status_of(p->server, "GET", "/api/v1/id/042"), 404);
    assert_int_equal(client_status_of(p->server, "GET", "/api/v1/id/-1"), 404);
    assert_int_equal(client_status_of(p->server, "GET", "/api/v1/id/99999999999999999999"), 404);
    assert_int_equal(client_status_of(p->server, "GET", "/nl/ruimte/%2e%2e%2fx"), 404);
}

static void a_slash_too_many_or_too_few_is_redirected(void **state)
{
    const struct place *p = *state;
    static const char *const moves[][2] = {
        {"/nl", "Location: /nl/\r\n"},
        {"/en?x=1", "Location: /en/?x=1\r\n"},
        {"/nl/ruimte/wijk/", "Location: /nl/ruimte/wijk\r\n"},
        {"/nl/ruimte/caf%c3%a9/", "Location: /nl/ruimte/caf%C3%A9\r\n"},
    };
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        out answer = client_ask(p->server, "GET", moves[i][0], "", STR(""));
        assert_int_equal(client_status(&answer), 301);
        assert_true(client_has(&answer, moves[i][1]));
        out_free(&answer);
    }
    assert_int_equal(client_status_of(p->server, "GET", "//nl/"), 404);
    assert_int_equal(client_status_of(p->server, "POST", "/nl/groet/"), 404);
}

static void the_root_goes_to_the_browsers_language(void **state)
{
    const struct place *p = *state;

    out plain = client_ask(p->server, "GET", "/", "", STR(""));
    out english =
        client_ask(p->server, "GET", "/", "Accept-Language: fr, en-GB;q=0.8\r\n", STR(""));

    assert_true(client_has(&plain, "303 See Other"));
    assert_true(client_has(&plain, "Location: /nl/\r\n"));
    assert_true(client_has(&english, "Location: /en/\r\n"));
    out_free(&plain);
    out_free(&english);
}

static void a_method_that_is_not_there_names_those_that_are(void **state)
{
    const struct place *p = *state;

    out wrong = client_ask(p->server, "DELETE", "/nl/groet", "", STR(""));
    out options = client_ask(p->server, "OPTIONS", "/nl/", "", STR(""));

    assert_int_equal(client_status(&wrong), 405);
    assert_true(client_has(&wrong, "Allow: POST, OPTIONS\r\n"));
    assert_int_equal(client_status(&options), 204);
    assert_true(client_has(&options, "Allow: GET, HEAD, OPTIONS\r\n"));
    out_free(&wrong);
    out_free(&options);
    assert_int_equal(client_status_of(p->server, "BREW", "/nl/"), 405);
}

static void head_is_get_without_a_body(void **state)
{
    const struct place *p = *state;

    out answer = client_ask(p->server, "HEAD", "/nl/", "", STR(""));

    assert_int_equal(client_status(&answer), 200);
    assert_true(client_has(&answer, "Content-Length: 9\r\n"));
    assert_int_equal(client_body(&answer).n, 0);
    out_free(&answer);
}

static void a_form_reaches_its_handler(void **state)
{
    const struct place *p = *state;

    out answer = client_ask(p->server, "POST", "/en/greet",
                            "Content-Type: application/x-www-form-urlencoded\r\n",
                            STR("name=J%C3%BCrgen+%3Cb%3E"));
    out strange =
        client_ask(p->server, "POST", "/en/greet", "Content-Type: text/plain\r\n", STR("name=x"));

    assert_true(str_eq(client_body(&answer), STR("hello J\xc3\xbcrgen &lt;b&gt;")));
    assert_int_equal(client_status(&strange), 422);
    out_free(&answer);
    out_free(&strange);
}

static void an_error_of_a_handler_replaces_what_it_began(void **state)
{
    const struct place *p = *state;
    static const struct {
        const char *path;
        int status;
    } kinds[] = {{"/nl/fout/input", 422}, {"/nl/fout/absent", 404}, {"/nl/fout/conflict", 409},
                 {"/nl/fout/limit", 413}, {"/nl/fout/denied", 403}, {"/nl/fout/busy", 503},
                 {"/nl/fout/nomem", 503}, {"/nl/fout/io", 503},     {"/nl/fout/none", 200}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        out answer = client_ask(p->server, "GET", kinds[i].path, "", STR(""));
        assert_int_equal(client_status(&answer), kinds[i].status);
        assert_int_equal(client_has(&answer, "half a page"), kinds[i].status == 200);
        assert_int_equal(client_has(&answer, "X-Half"), kinds[i].status == 200);
        assert_int_equal(client_has(&answer, "Retry-After: 5\r\n"), kinds[i].status == 503);
        out_free(&answer);
    }
}

static void a_rule_is_asked_before_the_handler(void **state)
{
    const struct place *p = *state;

    assert_int_equal(client_status_of(p->server, "GET", "/nl/geheim"), 403);
}

static void an_instant_route_needs_no_worker(void **state)
{
    const struct place *p = *state;

    out answer = client_ask(p->server, "GET", "/style.css", "", STR(""));

    assert_true(client_has(&answer, "Cache-Control: public, max-age=31536000, immutable\r\n"));
    assert_true(str_eq(client_body(&answer), STR("p{}")));
    out_free(&answer);
}

static void too_often_is_refused_with_when_to_come_back(void **state)
{
    const struct place *p = *state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(client_status_of(p->server, "GET", "/nl/raad"), 200);

    out answer = client_ask(p->server, "GET", "/nl/raad", "", STR(""));

    assert_int_equal(client_status(&answer), 429);
    assert_true(client_has(&answer, "Retry-After: "));
    out_free(&answer);
    assert_int_equal(client_status_of(p->server, "GET", "/nl/"), 200);
}

static void health_says_that_it_lives_and_is_ready(void **state)
{
    const struct place *p = *state;

    assert_page(p, "/health/live", 200, "{\"status\":\"live\"}\n");
    assert_page(p, "/health/ready", 200, "{\"status\":\"ready\"}\n");
    assert_page(p, "/health", 200, "{\"status\":\"ready\"}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_chooses_route_and_language),
        cmocka_unit_test(an_absent_object_looks_like_an_absent_path),
        cmocka_unit_test(a_slash_too_many_or_too_few_is_redirected),
        cmocka_unit_test(the_root_goes_to_the_browsers_language),
        cmocka_unit_test(a_method_that_is_not_there_names_those_that_are),
        cmocka_unit_test(head_is_get_without_a_body),
        cmocka_unit_test(a_form_reaches_its_handler),
        cmocka_unit_test(an_error_of_a_handler_replaces_what_it_began),
        cmocka_unit_test(a_rule_is_asked_before_the_handler),
        cmocka_unit_test(an_instant_route_needs_no_worker),
        cmocka_unit_test(too_often_is_refused_with_when_to_come_back),
        cmocka_unit_test(health_says_that_it_lives_and_is_ready),
    };
    return cmocka_run_group_tests(tests, open_place, close_place);
}
