/* SPDX-License-Identifier: EUPL-1.2 */
/* enter: who is asking, before any rule is. */
#include "web/visit/visit_int.h"

#include <stddef.h>
#include <stdlib.h>

struct worker {
    db *db;
};

const struct web *web_of(const struct req *r)
{
    return (const struct web *)(const void *)r->app; /* its first member */
}

/* The viewer that a req points to is part of the visit's deed. */
struct visit *visit_of(const struct req *r)
{
    char *viewer = (char *)r->viewer;
    return (struct visit *)(void *)(viewer - offsetof(struct visit, deed.viewer));
}

static err worker_new(const struct app *app, void **worker, struct err_info *info)
{
    const struct web *web = (const struct web *)(const void *)app;
    struct worker *w = calloc(1, sizeof *w);
    if (!w)
        return err_nomem(info);
    const err e = db_open(web->store, &w->db, info);
    if (e == OK)
        *worker = w;
    else
        free(w);
    return e;
}

static void worker_free(void *worker)
{
    struct worker *w = worker;
    if (w)
        db_close(w->db);
    free(w);
}

static bool is_ready(struct req *r)
{
    const struct worker *w = r->worker;
    return w && db_is_alive(w->db);
}

/* A token on its own routes, else a session. */
static str credential(const struct req *r)
{
    const str shown = r->route && r->route->has_token ? http_header(r->http, "Authorization")
                                                      : http_cookie(r->http, VISIT_SESSION_COOKIE);
    return shown.p ? shown : STR("");
}

static err find_session(struct req *r, struct visit *v, struct err_info *info)
{
    const str cookie = http_cookie(r->http, VISIT_SESSION_COOKIE);
    if (!cookie.p || !access_secret_parse(cookie, &v->session))
        return OK;
    const err e = session_viewer(v->deed.app, v->db, r->memory, v->session, r->now_ms,
                                 &v->deed.viewer, &v->account, info);
    v->has_session = e == OK && v->account.party.v != 0;
    v->viewer_name = v->account.name;
    return e;
}

static err find_token(struct req *r, struct visit *v, struct err_info *info)
{
    const str scheme = STR("Bearer "), header = http_header(r->http, "Authorization");
    struct access_secret secret;

    v->scopes = 0;
    if (!header.p)
        return OK;
    if (!str_starts(header, scheme) ||
        !access_secret_parse(str_trim(str_cut(header, scheme.n, header.n)), &secret))
        return err_set(info, E_DENIED, "visit.no-token");
    const err e =
        token_viewer(v->deed.app, v->db, secret, r->now_ms, &v->deed.viewer, &v->scopes, info);
    if (e == OK && v->deed.viewer.id.v == 0)
        return err_set(info, E_DENIED, "visit.no-token");
    return e;
}

bool visit_changes(enum http_method method)
{
    return method != HTTP_GET && method != HTTP_HEAD && method != HTTP_OPTIONS;
}

err visit_enter(struct req *r, struct err_info *info)
{
    const struct worker *w = r->worker;
    struct visit *v = ARENA_NEW(r->memory, struct visit, 1);
    if (!v)
        return err_nomem(info);
    v->deed.app = r->app;
    v->deed.now_ms = r->now_ms;
    v->deed.memory = r->memory;
    v->scopes = SCOPE_READ | SCOPE_WRITE;
    v->db = w->db;
    r->db = w->db;
    r->viewer = &v->deed.viewer;

    const bool has_token = r->route && r->route->has_token;
    err e = has_token ? find_token(r, v, info) : find_session(r, v, info);
    v->deed.viewer.lang = r->lang;
    r->account = e == OK && v->deed.viewer.is_active ? v->deed.viewer.id.v : 0;
    if (e == OK && r->route && !has_token && visit_changes(r->http->method))
        e = visit_check_form(r, info);
    if (e == OK && r->route && r->http->method == HTTP_POST && v->deed.viewer.is_active)
        e = visit_note_key(r, info);
    return e;
}

const struct site_hooks visit_hooks = {
    .credential = credential,
    .worker_new = worker_new,
    .worker_free = worker_free,
    .enter = visit_enter,
    .error = visit_error,
    .finish = visit_finish,
    .is_ready = is_ready,
};
