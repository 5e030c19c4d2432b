/* SPDX-License-Identifier: EUPL-1.2 */
/* What happens around a handler. */
#include "web/site/site_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- rules that need no one's data ---- */

static err allow(const struct req *r, struct err_info *info)
{
    (void)r;
    (void)info;
    return OK;
}

const struct rule rule_anyone = {"anyone", allow};
const struct rule rule_object = {"object", allow};

/* ---- errors ---- */

int site_status_of(err e)
{
    switch (e) {
    case OK: return 200;
    case E_INPUT: return 422;
    case E_NOT_FOUND: return 404;
    case E_CONFLICT: return 409;
    case E_LIMIT: return 413;
    case E_DENIED: return 403;
    case E_IO: /* a disk or a neighbour that fails is mended by somebody, and then this works */
    case E_BUSY:
    case E_NOMEM: return 503;
    case E_CANCELLED: break;
    }
    return 500;
}

static void print_plain(struct req *r, const struct err_info *why)
{
    r->answer->type = "text/plain; charset=utf-8";
    tr_msg(&r->answer->body, r->lang, &why->msg);
    out_char(&r->answer->body, '\n');
}

/* Whatever a handler had begun makes way for the page of its error. */
static void answer_error(struct req *r, int status, const struct err_info *why)
{
    struct http_answer *a = r->answer;
    const struct site_config *c = &r->site->config;
    out_clear(&a->body);
    *a = (struct http_answer){
        .status = status, .type = "text/html; charset=utf-8", .body = a->body, .fd = -1};
    if (status == 503)
        http_add_header(a, "Retry-After", STR("5"));
    if (status >= 500)
        log_err(c->log, LOG_ERROR, r->route ? r->route->name : "other", why);
    if (c->hooks.error)
        c->hooks.error(r, why);
    else
        print_plain(r, why);
}

static void answer_key(struct req *r, int status, err code, const char *key)
{
    struct err_info why;
    err_set(&why, code, key);
    answer_error(r, status, &why);
}

/* ---- languages ---- */

/* The first of ours that the browser names; its own order is close enough to its weights. */
static enum lang preferred(const site *s, const struct http_request *r)
{
    str list = http_header(r, "Accept-Language"), item;
    while (str_next(&list, ',', &item)) {
        enum lang lang;
        item = str_trim(item);
        if (lang_parse(str_cut(item, 0, 2), &lang))
            return lang;
    }
    return s->config.lang;
}

/* ---- a request ---- */

static void req_init(struct req *r, const site *s, struct http_request *http,
                     struct http_answer *answer, const struct site_match *m)
{
    *r = (struct req){
        .http = http,
        .answer = answer,
        .site = s,
        .app = s->config.app,
        .route = m->route,
        .lang = m->has_lang ? m->lang : preferred(s, http),
        .memory = http->memory,
        .now_ms = s->config.now_ms(),
        .html = {.o = &answer->body},
    };
    r->html.lang = r->lang;
    memcpy(r->param, m->param, sizeof r->param);
}

static void print_allowed(unsigned allowed, out *o)
{
    const char *between = "";
    for (int m = 0; m < HTTP_OTHER; m++) {
        if (!(allowed & 1u << m))
            continue;
        out_cstr(o, between);
        out_cstr(o, http_method_name((enum http_method)m));
        between = ", ";
    }
}

static void answer_methods(struct req *r, const struct site_match *m)
{
    char text[128];
    out o;
    out_init(&o, sizeof text);
    print_allowed(m->allowed, &o);
    if (r->http->method == HTTP_OPTIONS)
        r->answer->status = 204;
    else
        answer_key(r, 405, E_INPUT, "site.method");
    const str allow_list = arena_str(r->memory, out_view(&o));
    out_free(&o);
    if (allow_list.p)
        http_add_header(r->answer, "Allow", allow_list);
    else
        answer_key(r, 503, E_NOMEM, "site.not-now");
}

/* To the same path with a slash more or less. The decoded path is encoded again: no surprises. */
static void answer_slash(struct req *r)
{
    str path = r->http->path, segment;
    const bool adds = !str_ends(path, STR("/"));
    out o;
    out_init(&o, HTTP_TARGET_MAX * 3);
    str rest = str_cut(path, 1, adds ? path.n : path.n - 1);
    while (str_next(&rest, '/', &segment)) {
        out_char(&o, '/');
        http_url_encode(&o, segment);
    }
    if (adds)
        out_char(&o, '/');
    if (r->http->query.n) {
        out_char(&o, '?');
        out_str(&o, r->http->query);
    }
    const str location = o.error == OK ? arena_str(r->memory, out_view(&o)) : STR("");
    out_free(&o);
    if (location.n)
        http_redirect(r->answer, 301, location);
    else
        answer_key(r, 503, E_NOMEM, "site.not-now");
}

static void answer_home(struct req *r)
{
    http_redirect(r->answer, 303, r->lang == LANG_NL ? STR("/nl/") : STR("/en/"));
    http_add_header(r->answer, "Vary", STR("Accept-Language"));
}

static void answer_too_often(struct req *r, int retry_s)
{
    char *text = arena_alloc(r->memory, 16, 1);
    answer_key(r, 429, E_LIMIT, "site.too-often");
    if (text) {
        (void)snprintf(text, 16, "%d", retry_s);
        http_add_header(r->answer, "Retry-After", str_of(text));
    }
}

static void run_handler(struct req *r)
{
    struct err_info info;
    const err e = r->route->handler(r, &info);
    if (e != OK)
        answer_error(r, site_status_of(e), &info);
}

/* ---- in the thread of input and output ---- */

static uint64_t body_max(const site *s, const struct route *route)
{
    if (route->body == ROUTE_BODY_UPLOAD)
        return s->config.upload_bytes;
    const bool writes =
        route->method == HTTP_POST || route->method == HTTP_PUT || route->method == HTTP_PATCH;
    return writes ? SITE_FORM_BYTES_MAX : 0;
}

static bool is_home(const struct http_request *h)
{
    return str_eq(h->path, STR("/")) && (h->method == HTTP_GET || h->method == HTTP_HEAD);
}

static str credential_of(const struct req *r)
{
    const struct site_hooks *hooks = &r->site->config.hooks;
    return hooks->credential ? hooks->credential(r) : STR("");
}

/* By account as soon as one request with the same credential was recognised. */
static struct rate_who who_of(const struct req *r)
{
    return (struct rate_who){rate_account(r->site->rates, credential_of(r)), r->http->client};
}

bool req_rate(const struct req *r, struct req_rate *rate)
{
    if (!r->route || r->site->rate[r->route->rate].per_minute <= 0)
        return false;
    rate->rate = &r->site->rate[r->route->rate];
    rate_look(r->site->rates, r->route->rate, who_of(r), r->now_ms, &rate->left, &rate->full_s);
    return true;
}

/* False: a worker will answer. */
static bool try_now(const site *s, struct req *r, const struct site_match *m)
{
    const enum rate_class rate = m->found == SITE_FOUND ? m->route->rate : RATE_PAGE;
    int retry_s;
    if (!rate_take(s->rates, rate, who_of(r), r->now_ms, &retry_s)) {
        answer_too_often(r, retry_s);
        return true;
    }
    switch (m->found) {
    case SITE_FOUND: break;
    case SITE_REDIRECT: answer_slash(r); return true;
    case SITE_NO_METHOD: answer_methods(r, m); return true;
    case SITE_NO_PATH:
        if (is_home(r->http))
            answer_home(r);
        return is_home(r->http); /* the page that says so is a worker's, as of a hidden object */
    }
    r->http->body_max = body_max(s, m->route);
    if (m->route->is_instant)
        run_handler(r);
    return m->route->is_instant;
}

static void finish(struct req *r)
{
    if (r->site->config.hooks.finish)
        r->site->config.hooks.finish(r);
}

static bool answer_now(void *arg, struct http_request *h, struct http_answer *a)
{
    const site *s = arg;
    const struct site_match m = site_router_find(s->router, h->method, h->path);
    struct req r;
    req_init(&r, s, h, a, &m);
    h->name = m.found == SITE_FOUND ? m.route->name : "none";
    const bool is_answered = try_now(s, &r, &m);
    if (is_answered)
        finish(&r);
    return is_answered;
}

/* ---- in a worker ---- */

static void answer(void *arg, void *worker, struct http_request *h, struct http_answer *a)
{
    const site *s = arg;
    const struct site_match m = site_router_find(s->router, h->method, h->path);
    const bool is_health = m.route && route_is_health(m.route);
    struct err_info info;
    struct req r;
    err e = OK;
    req_init(&r, s, h, a, &m);
    r.worker = worker;
    if (s->config.hooks.enter && !is_health)
        e = s->config.hooks.enter(&r, &info);
    if (e == OK || e == E_DENIED) /* it is now known whose it is, or that it is nobody's */
        rate_learn(s->rates, credential_of(&r), r.account);
    if (e == OK && !m.route)
        e = err_set(&info, E_NOT_FOUND, "site.not-found");
    if (e == OK)
        e = m.route->rule->allows(&r, &info);
    if (e == OK)
        run_handler(&r);
    else
        answer_error(&r, site_status_of(e), &info);
    finish(&r);
}

/* A program is told in its own form; a person in plain words, without anybody's data. */
static bool refuse_program(const site *s, struct http_request *h, struct http_answer *a,
                           const char *key)
{
    const struct site_match m = site_router_find(s->router, h->method, h->path);
    struct err_info why;
    struct req r;
    if (!m.route || !m.route->has_token || !s->config.hooks.error)
        return false;
    req_init(&r, s, h, a, &m);
    err_set(&why, E_INPUT, key);
    s->config.hooks.error(&r, &why);
    finish(&r);
    return true;
}

static void refuse(void *arg, struct http_request *h, struct http_answer *a)
{
    const site *s = arg;
    enum lang lang = s->config.lang;
    if (str_starts(h->path, STR("/en/")))
        lang = LANG_EN;
    else if (str_starts(h->path, STR("/nl/")))
        lang = LANG_NL;
    const char *key = "site.not-now";
    switch (a->status) {
    case 400: key = "site.bad-request"; break;
    case 413: key = "site.body-too-large"; break;
    case 414: key = "site.address-too-long"; break;
    case 421: key = "site.other-name"; break;
    case 431: key = "site.headers-too-large"; break;
    case 507: key = "site.no-room"; break;
    default: break;
    }
    if (refuse_program(s, h, a, key))
        return;
    a->type = "text/plain; charset=utf-8";
    out_str(&a->body, tr(lang, key));
    out_char(&a->body, '\n');
}

static err worker_new(void *arg, void **worker, struct err_info *info)
{
    const site *s = arg;
    return s->config.hooks.worker_new ? s->config.hooks.worker_new(s->config.app, worker, info)
                                      : OK;
}

/* ---- the site ---- */

static int64_t system_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

enum { TABLES_MAX = 64 };

static err compile(site *s, struct err_info *info)
{
    const struct route *tables[TABLES_MAX + 2] = {health_routes};
    size_t n = 1;
    for (const struct route *const *t = s->config.tables; *t; t++) {
        if (n == TABLES_MAX + 1)
            return err_set(info, E_LIMIT, "site.too-many-routes");
        tables[n++] = *t;
    }
    return site_router_new(tables, &s->router, info);
}

err site_new(const struct site_config *c, site **made, struct err_info *info)
{
    site *s = calloc(1, sizeof *s);
    if (!s)
        return err_nomem(info);
    s->config = *c;
    memcpy(s->rate, c->rates ? c->rates : site_rates, sizeof s->rate);
    if (!s->config.now_ms)
        s->config.now_ms = system_now_ms;
    if (!s->config.upload_bytes)
        s->config.upload_bytes = SITE_UPLOAD_BYTES_MAX;
    s->http = (struct http_site){.arg = s,
                                 .worker_new = worker_new,
                                 .worker_free = c->hooks.worker_free,
                                 .answer_now = answer_now,
                                 .answer = answer,
                                 .refuse = refuse};
    err e = OK;
    if (c->base_url.n >= sizeof s->base_url)
        e = err_text(info, E_LIMIT, "site.base-url-long", c->base_url);
    else if (c->base_url.n)
        memcpy(s->base_url, c->base_url.p, c->base_url.n);
    if (e == OK)
        e = rate_table_new(RATE_TABLE_ENTRIES, s->rate, &s->rates, info);
    if (e == OK)
        e = compile(s, info);
    if (e == OK)
        *made = s;
    else
        site_free(s);
    return e;
}

void site_free(site *s)
{
    if (!s)
        return;
    site_router_free(s->router);
    rate_table_free(s->rates);
    free(s);
}

const struct http_site *site_http(const site *s)
{
    return &s->http;
}

rate_table *site_rate_table(const site *s)
{
    return s->rates;
}

const char *site_base_url(const site *s)
{
    return s->base_url;
}

const site_router *site_get_router(const site *s)
{
    return s->router;
}
