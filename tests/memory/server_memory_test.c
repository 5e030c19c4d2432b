/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A server whose memory is out now and then. The linker sends every allocation
 * of the program through here; each request is sent again and again while the
 * first, second, third, ... allocation of the server for it is refused. It must be
 * answered well, answered 503, or be hung up on; and the next request is served.
 */
#include "web/http/client_test.h"
#include "web/site/site.h"

#include <pthread.h>
#include <stdatomic.h>

/* The names are the linker's (--wrap). */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);

static atomic_size_t calls, refused_call; /* from 1; 0: none is refused */
static atomic_bool is_armed;
static pthread_t tester; /* whose own memory is not the question */

static bool is_refused(void)
{
    if (!atomic_load(&is_armed) || pthread_equal(pthread_self(), tester))
        return false;
    return atomic_fetch_add(&calls, 1) + 1 == atomic_load(&refused_call);
}

void *__wrap_malloc(size_t size)
{
    return is_refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return is_refused() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return is_refused() ? NULL : __real_realloc(p, size);
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
    return is_refused() ? NULL : __real_aligned_alloc(align, size);
}

/* ---- the site ---- */

static err page(struct req *r, struct err_info *info)
{
    (void)info;
    for (int i = 0; i < 200; i++)
        html_put(&r->html, HTML_TEXT, html_from_cstr("een regel <b> van de pagina"));
    http_set_cookie(r->http, r->answer, (struct http_cookie_set){"a", STR("b"), 60, 0, false});
    r->answer->etag = STR("\"1\"");
    return OK;
}

static err take(struct req *r, struct err_info *info)
{
    const struct form_limits limits = {.files = 1};
    struct form f;
    err e = req_form(r, &limits, &f, info);
    if (e == OK)
        out_str(&r->answer->body, form_value(&f, "a"));
    return e;
}

static const struct route routes[] = {
    ROUTE("page", HTTP_GET, "/nl/pagina/{x}", "/en/page/{x}", page, &rule_anyone, RATE_PAGE),
    ROUTE("take", HTTP_POST, "/nl/stuur", "/en/send", take, &rule_anyone, RATE_PAGE),
    {0},
};

struct place {
    site *site;
    http_server *server;
    out large; /* a form with a file too large for memory */
};

static int open_place(void **state)
{
    static const struct route *const tables[] = {routes, NULL};
    struct place *p = calloc(1, sizeof *p);
    struct rate rates[RATE_CLASSES];
    struct err_info info;
    assert_non_null(p);
    tester = pthread_self();
    memcpy(rates, site_rates, sizeof rates);
    rates[RATE_PAGE] = (struct rate){"page", 0, 0};
    const struct site_config c = {.tables = tables, .rates = rates};
    const struct http_config h = {.listen = STR("127.0.0.1:0"), .workers = 1, .spool = STR(".")};
    assert_int_equal(site_new(&c, &p->site, &info), OK);
    assert_int_equal(http_start(&h, site_http(p->site), &p->server, &info), OK);
    out_init(&p->large, 1 << 20);
    out_cstr(&p->large, "--XX\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n"
                        "--XX\r\nContent-Disposition: form-data; name=f; filename=b.c\r\n\r\n");
    for (int i = 0; i < 100000; i++)
        out_char(&p->large, 'y');
    out_cstr(&p->large, "\r\n--XX--");
    *state = p;
    return 0;
}

static int close_place(void **state)
{
    struct place *p = *state;
    http_server_stop(p->server);
    site_free(p->site);
    out_free(&p->large);
    free(p);
    return 0;
}

struct ask {
    const char *method, *path, *headers;
    str body;
    int status;
};

/* Refuses the n-th allocation; false when the request needs fewer. */
static bool survives(const struct place *p, const struct ask *ask, size_t n)
{
    atomic_store(&calls, 0);
    atomic_store(&refused_call, n);
    atomic_store(&is_armed, true);
    out answer = client_ask(p->server, ask->method, ask->path, ask->headers, ask->body);
    atomic_store(&is_armed, false);
    const int status = client_status(&answer);
    if (status != 0 && status != ask->status && status != 503)
        print_error("%s, allocation %zu: %.200s\n", ask->path, n, answer.p);
    assert_true(status == 0 || status == ask->status || status == 503);
    out_free(&answer);
    return atomic_load(&calls) >= n;
}

static void a_request_survives_every_refusal_of_memory(void **state)
{
    const struct place *p = *state;
    const struct ask asks[] = {
        {"GET", "/nl/pagina/1", "", STR(""), 200},
        {"GET", "/en/page/1", "Accept-Encoding: gzip\r\nCookie: a=b\r\n", STR(""), 200},
        {"GET", "/nl/pagina/1/?x=1", "", STR(""), 301},
        {"GET", "/nl/geen", "", STR(""), 404},
        {"PUT", "/nl/stuur", "", STR(""), 405},
        {"POST", "/nl/stuur", "Content-Type: application/x-www-form-urlencoded\r\n",
         STR("a=1&b=2&c=caf%C3%A9"), 200},
        {"POST", "/nl/stuur", "Content-Type: multipart/form-data; boundary=XX\r\n",
         out_view(&p->large), 200},
    };
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
        size_t n = 1;
        while (n < 10000 && survives(p, &asks[i], n))
            n++;
        print_message("# %s %s: %zu allocations\n", asks[i].method, asks[i].path, n - 1);
        assert_in_range(n, 2, 9999);
        out answer =
            client_ask(p->server, asks[i].method, asks[i].path, asks[i].headers, asks[i].body);
        assert_int_equal(client_status(&answer), asks[i].status);
        out_free(&answer);
    }
    assert_int_equal(http_server_status(p->server).answer_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_survives_every_refusal_of_memory),
    };
    return cmocka_run_group_tests(tests, open_place, close_place);
}
