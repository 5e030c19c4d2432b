/* SPDX-License-Identifier: EUPL-1.2 */
/* accounts: the list of accounts, and inviting somebody. */
#include "web/admin/admin_int.h"

enum { ACCOUNTS_SHOWN = 50 };

static const struct {
    str word;
    enum account_state state;
} states[] = {
    {STR("waiting"), ACCOUNT_WAITING},
    {STR("active"), ACCOUNT_ACTIVE},
    {STR("blocked"), ACCOUNT_BLOCKED},
    {STR("erased"), ACCOUNT_ERASED},
};

static struct account_filter asked_filter(const struct req *r)
{
    const str word = query_text(r, "state");
    struct account_filter filter = {.search = query_text(r, "search")};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (str_eq(states[i].word, word)) {
            filter.has_state = true;
            filter.state = states[i].state;
        }
    return filter;
}

static str filter_url(const struct req *r)
{
    str url = visit_url(r, "admin-accounts", NULL);
    if (query_text(r, "state").n)
        url = with_query(r, url, "state", query_text(r, "state"));
    if (query_text(r, "search").n)
        url = with_query(r, url, "search", query_text(r, "search"));
    return url;
}

static err accounts_page(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const struct party_id from = {query_number(r, "from")};
    struct page page = admin_page(r, "admin.accounts", NULL, NULL);
    struct accounts_view view = {
        .action = visit_url(r, "admin-accounts", NULL),
        .filter = asked_filter(r),
        .first_url = from.v ? filter_url(r) : (str){0},
        .invite_url = visit_url(r, "admin-invite", NULL),
    };
    struct account *list;
    struct party_id next;

    const err e = account_list(&v->deed, v->db, view.filter, from, ACCOUNTS_SHOWN, &list, &view.n,
                               &next, info);
    if (e != OK)
        return e;
    str *url = ARENA_NEW(r->memory, str, view.n), *roles = ARENA_NEW(r->memory, str, view.n);
    if (!url || !roles)
        return err_nomem(info);
    for (size_t i = 0; i < view.n; i++) {
        url[i] = visit_url_id(r, "admin-account", list[i].id.v);
        roles[i] = account_roles_text(r, list[i].roles);
    }
    view.account = list;
    view.url = url;
    view.roles = roles;
    if (next.v)
        view.next_url = with_query_id(r, filter_url(r), "from", next.v);
    page.wide = true;
    accounts_html(&r->html, &page, &view);
    return visit_show(r, info);
}

/* ---- inviting ---- */

static unsigned typed_roles(const struct req *r)
{
    const struct visit *v = visit_of(r);
    unsigned roles = 0;
    size_t at = 0;
    str word;
    while (form_next(&v->form, "role", &at, &word))
        for (size_t i = 0; account_roles[i]; i++)
            if (str_eq(word, account_role_word(account_roles[i])))
                roles |= (unsigned)account_roles[i];
    return roles;
}

static err show_invite(struct req *r, const struct faults *faults, struct err_info *info)
{
    struct page page = admin_page(r, "admin.invite", "admin-accounts", "admin.accounts");
    struct invite_view view = {
        .action = visit_url(r, "admin-invite-send", NULL),
        .token = visit_token(r),
        .name = visit_field(r, "name"),
        .email = visit_field(r, "email"),
        .lang = str_eq(visit_field(r, "language"), STR("en")) ? LANG_EN : LANG_NL,
        .roles = typed_roles(r),
        .faults = faults,
    };
    const err e = account_organisations(r, (struct party_id){visit_number(r, "organisation", 0)},
                                        &view.organisation, &view.n_organisations, info);
    if (e != OK)
        return e;
    page.has_errors = faults->n > 0;
    invite_html(&r->html, &page, &view);
    return visit_show(r, info);
}

static err invite_page(struct req *r, struct err_info *info)
{
    const struct faults none = {.n = 0};
    return show_invite(r, &none, info);
}

static const struct fault_place invite_places[] = {
    {"access.name-", "name"},
    {"access.email-", "email"},
    {"access.no-organisation", "organisation"},
    {"access.role-", "role"},
    {"access.try-later", ""},
    {0},
};

static err invite_send(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct faults faults = {.n = 0};

    fault_need(r, &faults, "name", "admin.need-name");
    fault_need(r, &faults, "email", "admin.need-email");
    if (faults.n)
        return show_invite(r, &faults, info);
    const err e =
        account_invite(&v->deed, v->db, visit_field(r, "name"), visit_field(r, "email"),
                       str_eq(visit_field(r, "language"), STR("en")) ? LANG_EN : LANG_NL,
                       (struct party_id){visit_number(r, "organisation", 0)}, typed_roles(r), info);
    if (e != OK)
        return fault_take(r, &faults, invite_places, info) ? show_invite(r, &faults, info) : e;
    return visit_go(r, visit_url(r, "admin-accounts", NULL), "invited", info);
}

/* ---- one account ---- */

static err show_account(struct req *r, struct party_id id, unsigned roles,
                        const struct faults *faults, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct account a;

    const err e = account_find(&v->deed, v->db, id, &a, info);
    if (e != OK)
        return e;
    struct page page = admin_page(r, "admin.account", "admin-accounts", "admin.accounts");
    page.title = a.name.n ? html_from_str(a.name) : html_key("accounts.log-former");
    page.has_errors = faults->n > 0;
    struct account_view view = {
        .account = &a,
        .faults = faults,
        .token = visit_token(r),
        .state_url = visit_url_id(r, "admin-account-state", id.v),
        .roles_url = visit_url_id(r, "admin-account-roles", id.v),
        .second_url = visit_url_id(r, "admin-account-second", id.v),
        .roles = account_roles_text(r, a.roles),
        .typed_roles = r->http->method == HTTP_POST ? roles : a.roles,
        .is_viewer = id.v == r->viewer->id.v,
    };
    if (viewer_may(r->viewer, ACCESS_AUDITOR))
        view.log_url = with_query_id(r, visit_url(r, "admin-log", NULL), "who", id.v);
    account_html(&r->html, &page, &view);
    return visit_show(r, info);
}

static err account_page(struct req *r, struct err_info *info)
{
    const struct faults none = {.n = 0};
    struct party_id id;
    const err e = req_param_id(r, "id", &id.v, info);
    return e == OK ? show_account(r, id, 0, &none, info) : e;
}

static const struct fault_place account_places[] = {
    {"access.last-admin", ""}, {"access.state-step", ""},  {"access.not-confirmed", ""},
    {"access.not-active", ""}, {"access.second-none", ""}, {0}};

/* Done, or the account again with what stood in the way. */
static err end_change(struct req *r, struct party_id id, err e, const char *done,
                      struct err_info *info)
{
    struct faults faults = {.n = 0};
    if (e == OK)
        return visit_go(r, visit_url_id(r, "admin-account", id.v), done, info);
    if (!fault_take(r, &faults, account_places, info))
        return e;
    return show_account(r, id, typed_roles(r), &faults, info);
}

static err state_send(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const str word = visit_field(r, "state");
    struct party_id id;

    const err e = req_param_id(r, "id", &id.v, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (str_eq(states[i].word, word))
            return end_change(r, id, account_set_state(&v->deed, v->db, id, states[i].state, info),
                              "account-state", info);
    return err_set(info, E_INPUT, "admin.no-state");
}

static err roles_send(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct party_id id;
    const err e = req_param_id(r, "id", &id.v, info);
    if (e != OK)
        return e;
    return end_change(r, id, account_set_roles(&v->deed, v->db, id, typed_roles(r), info),
                      "account-roles", info);
}

static err second_send(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct party_id id;
    const err e = req_param_id(r, "id", &id.v, info);
    if (e != OK)
        return e;
    return end_change(r, id, account_reset_second(&v->deed, v->db, id, info), "second-reset", info);
}

const struct route admin_accounts_routes[] = {
    ROUTE("admin-accounts", HTTP_GET, "/nl/beheer/accounts", "/en/admin/accounts", accounts_page,
          &rule_admin, RATE_SEARCH),
    ROUTE("admin-invite", HTTP_GET, "/nl/beheer/accounts/uitnodigen", "/en/admin/accounts/invite",
          invite_page, &rule_admin, RATE_PAGE),
    ROUTE("admin-invite-send", HTTP_POST, "/nl/beheer/accounts/uitnodigen",
          "/en/admin/accounts/invite", invite_send, &rule_admin, RATE_MAIL),
    ROUTE("admin-account", HTTP_GET, "/nl/beheer/accounts/{id}", "/en/admin/accounts/{id}",
          account_page, &rule_admin, RATE_PAGE),
    ROUTE("admin-account-state", HTTP_POST, "/nl/beheer/accounts/{id}/staat",
          "/en/admin/accounts/{id}/state", state_send, &rule_admin, RATE_WRITE),
    ROUTE("admin-account-roles", HTTP_POST, "/nl/beheer/accounts/{id}/rollen",
          "/en/admin/accounts/{id}/roles", roles_send, &rule_admin, RATE_WRITE),
    ROUTE("admin-account-second", HTTP_POST, "/nl/beheer/accounts/{id}/tweede-factor",
          "/en/admin/accounts/{id}/second-factor", second_send, &rule_admin, RATE_WRITE),
    {0},
};
