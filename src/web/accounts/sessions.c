/* SPDX-License-Identifier: EUPL-1.2 */
/* sessions: where I am signed in, and the tokens that let my programs in. */
#include "web/accounts/accounts_int.h"

/* ---- sessions ---- */

static err sessions_page(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct page page = my_page(r, "accounts.sessions");
    struct session *list;
    size_t n;

    const err e = session_list(&v->deed, v->db, &list, &n, info);
    if (e != OK)
        return e;
    str *end_url = ARENA_NEW(r->memory, str, n);
    if (!end_url)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++)
        end_url[i] = visit_url_id(r, "account-session-end", list[i].number);
    const struct sessions_view view = {
        .session = list,
        .n = n,
        .current = v->account.number,
        .end_url = end_url,
        .token = visit_token(r),
        .end_others_url = visit_url(r, "account-sessions-end", NULL),
    };
    sessions_html(&r->html, &page, &view);
    return visit_show(r, info);
}

static err session_end_one(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    int64_t number;

    err e = req_param_id(r, "id", &number, info);
    if (e == OK)
        e = session_end_numbered(&v->deed, v->db, number, info);
    if (e != OK &&
        e != E_NOT_FOUND) /* ended already, or never one of the viewer's: it is not there */
        return e;
    return visit_go(r, visit_url(r, "account-sessions", NULL), "session-ended", info);
}

static err sessions_end(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const err e = session_end_others(&v->deed, v->db, v->session, info);
    if (e != OK)
        return e;
    return visit_go(r, visit_url(r, "account-sessions", NULL), "sessions-ended", info);
}

/* ---- personal tokens ---- */

enum { DAYS_FIRST = 90 };

static err show_tokens(struct req *r, struct tokens_view *view, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct page page = my_page(r, "accounts.tokens");
    struct token *list;

    const err e = token_list(&v->deed, v->db, &list, &view->n, info);
    if (e != OK)
        return e;
    str *drop_url = ARENA_NEW(r->memory, str, view->n);
    if (!drop_url)
        return err_nomem(info);
    for (size_t i = 0; i < view->n; i++)
        drop_url[i] = visit_url_id(r, "account-token-drop", list[i].id.v);
    view->token = list;
    view->drop_url = drop_url;
    page.has_errors = view->form.faults->n > 0;
    tokens_html(&r->html, &page, view);
    return visit_show(r, info);
}

static err tokens_page(struct req *r, struct err_info *info)
{
    const struct faults faults = {0};
    struct tokens_view view = {
        .form = form_to(r, "account-token-new", &faults), .scopes = SCOPE_READ, .days = DAYS_FIRST};
    return show_tokens(r, &view, info);
}

static unsigned typed_scopes(const struct req *r)
{
    const struct visit *v = visit_of(r);
    unsigned scopes = 0;
    size_t at = 0;
    str scope;
    while (form_next(&v->form, "scope", &at, &scope))
        scopes |= str_eq(scope, STR("read"))    ? SCOPE_READ
                  : str_eq(scope, STR("write")) ? SCOPE_WRITE
                                                : 0;
    return scopes;
}

/* Shown in the answer itself: it is kept as a hash and cannot be shown again. */
static err show_new_token(struct req *r, const struct tokens_view *made,
                          struct access_secret secret, struct err_info *info)
{
    enum { DAY_MS = 24 * 60 * 60 * 1000 };
    struct page page = my_page(r, "accounts.token-made");
    char text[ACCESS_SECRET_TEXT];
    access_secret_print(secret, text);
    const struct new_token_view view = {
        .secret = {text, sizeof text},
        .name = made->name,
        .tokens_url = visit_url(r, "account-tokens", NULL),
        .expires_at = r->now_ms + made->days * DAY_MS,
    };
    new_token_html(&r->html, &page, &view);
    return visit_show(r, info);
}

static const struct fault_place token_places[] = {
    {"access.name-", "name"},
    {"access.scope-", "scope"},
    {"access.token-days", "days"},
    {"access.tokens-many", ""},
    {0},
};

static err token_new(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct faults faults = {0};
    struct access_secret secret;
    struct tokens_view view = {
        .form = form_to(r, "account-token-new", &faults),
        .name = visit_field(r, "name"),
        .scopes = typed_scopes(r),
        .days = visit_number(r, "days", 0),
    };

    fault_need(r, &faults, "name", "accounts.need-token-name");
    if (view.scopes == 0)
        fault_add(r, &faults, "scope", "accounts.need-scope");
    if (view.days < 1 || view.days > ACCESS_TOKEN_DAYS_MAX)
        fault_add(r, &faults, "days", "accounts.need-days");
    if (faults.n)
        return show_tokens(r, &view, info);
    const err e =
        token_create(&v->deed, v->db, view.name, view.scopes, (int)view.days, &secret, info);
    if (e != OK)
        return fault_take(r, &faults, token_places, info) ? show_tokens(r, &view, info) : e;
    return show_new_token(r, &view, secret, info);
}

static err token_drop_one(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    int64_t id;

    err e = req_param_id(r, "id", &id, info);
    if (e == OK)
        e = token_drop(&v->deed, v->db, (struct token_id){id}, info);
    if (e != OK && e != E_NOT_FOUND)
        return e;
    return visit_go(r, visit_url(r, "account-tokens", NULL), "token-dropped", info);
}

const struct route sessions_routes[] = {
    ROUTE("account-sessions", HTTP_GET, "/nl/mijn-pagina/sessies", "/en/my-page/sessions",
          sessions_page, &rule_signed_in, RATE_PAGE),
    ROUTE("account-session-end", HTTP_POST, "/nl/mijn-pagina/sessies/{id}/beeindigen",
          "/en/my-page/sessions/{id}/end", session_end_one, &rule_signed_in, RATE_WRITE),
    ROUTE("account-sessions-end", HTTP_POST, "/nl/mijn-pagina/sessies/beeindigen",
          "/en/my-page/sessions/end", sessions_end, &rule_signed_in, RATE_WRITE),
    ROUTE("account-tokens", HTTP_GET, "/nl/mijn-pagina/sleutels", "/en/my-page/tokens", tokens_page,
          &rule_signed_in, RATE_PAGE),
    ROUTE("account-token-new", HTTP_POST, "/nl/mijn-pagina/sleutels", "/en/my-page/tokens",
          token_new, &rule_signed_in, RATE_WRITE),
    ROUTE("account-token-drop", HTTP_POST, "/nl/mijn-pagina/sleutels/{id}/intrekken",
          "/en/my-page/tokens/{id}/revoke", token_drop_one, &rule_signed_in, RATE_WRITE),
    {0},
};
