/* SPDX-License-Identifier: EUPL-1.2 */
/* mine: my page, what it says about me to others, my password. */
#include "web/accounts/accounts_int.h"

enum { WORK_MAX = 4 };

/* What other rooms keep for the viewer; each is there when its route is. */
static void find_work(struct req *r, struct mine_view *view)
{
    static const struct {
        const char *route, *text;
    } kept[] = {{"drafts", "accounts.my-drafts"}, {"bin", "accounts.my-bin"}};
    struct page_link *link = ARENA_NEW(r->memory, struct page_link, WORK_MAX);
    size_t n = 0;

    for (size_t i = 0; link && i < sizeof kept / sizeof *kept; i++) {
        const str url = visit_url(r, kept[i].route, NULL);
        if (url.p)
            link[n++] = (struct page_link){.text = html_key(kept[i].text), .url = url};
    }
    view->work = link;
    view->n_work = n;
}

static err mine_page(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct page page = visit_page(r, html_key("accounts.my-page"));
    struct account account;

    const err e = account_mine(&v->deed, v->db, &account, info);
    if (e != OK)
        return e;
    struct mine_view view = {
        .account = &account,
        .roles = account_roles_text(r, account.roles),
        .must_second = (account.roles & ACCESS_STRONG_ROLES) != 0 && !account.has_second,
        .details_url = visit_url(r, "account-details", NULL),
        .password_url = visit_url(r, "account-password", NULL),
        .second_url = visit_url(r, "account-second", NULL),
        .sessions_url = visit_url(r, "account-sessions", NULL),
        .tokens_url = visit_url(r, "account-tokens", NULL),
        .log_url = visit_url(r, "account-log", NULL),
        .data_url = visit_url(r, "account-data", NULL),
        .erase_url = visit_url(r, "account-erase", NULL),
    };
    find_work(r, &view);
    page.unlisted = true;
    mine_html(&r->html, &page, &view);
    return visit_show(r, info);
}

/* ---- what others see of me ---- */

static err show_details(struct req *r, struct details_view *view, const struct faults *faults,
                        struct party_id organisation, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct page page = my_page(r, "accounts.details");
    struct account account;

    err e = account_mine(&v->deed, v->db, &account, info);
    if (e == OK)
        e = account_organisations(r, organisation, &view->organisation_choice,
                                  &view->n_organisations, info);
    if (e != OK)
        return e;
    view->form = form_to(r, "account-details-send", faults);
    view->email = account.email;
    page.has_errors = faults->n > 0;
    details_html(&r->html, &page, view);
    return visit_show(r, info);
}

static err details_page(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct account a;
    const err e = account_mine(&v->deed, v->db, &a, info);
    if (e != OK)
        return e;
    struct details_view view = {.name = a.name, .function = a.function, .lang = a.lang};
    return show_details(r, &view, &no_faults, a.organisation, info);
}

static const struct fault_place details_places[] = {
    {"access.name-", "name"},
    {"access.function-", "function"},
    {"access.no-organisation", "organisation"},
    {0},
};

static err details_send(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct faults faults = {0};
    struct details_view view = {
        .name = visit_field(r, "name"),
        .function = visit_field(r, "function"),
        .lang = str_eq(visit_field(r, "language"), STR("en")) ? LANG_EN : LANG_NL,
    };
    const struct party_id organisation = {visit_number(r, "organisation", 0)};

    fault_need(r, &faults, "name", "accounts.need-name");
    if (faults.n)
        return show_details(r, &view, &faults, organisation, info);
    const err e =
        account_change(&v->deed, v->db, view.name, view.function, organisation, view.lang, info);
    if (e == OK)
        return visit_go(r, visit_url(r, "account", NULL), "account", info);
    return fault_take(r, &faults, details_places, info)
               ? show_details(r, &view, &faults, organisation, info)
               : e;
}

/* ---- my password ---- */

static err show_password(struct req *r, const struct faults *faults, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct page page = my_page(r, "accounts.change-password");
    struct account account;

    const err e = account_mine(&v->deed, v->db, &account, info);
    if (e != OK)
        return e;
    const struct password_view view = {
        .form = form_to(r, "account-password-send", faults),
        .email = account.email,
        .has_password = account.has_password,
        .forgot_url = visit_url(r, "forgot", NULL),
    };
    page.has_errors = faults->n > 0;
    password_html(&r->html, &page, &view);
    return visit_show(r, info);
}

static err password_page(struct req *r, struct err_info *info)
{
    return show_password(r, &no_faults, info);
}

static const struct fault_place password_places[] = {
    {"access.password-wrong", "old"},
    {"access.password-", "new"},
    {"access.try-later", ""},
    {"access.busy", ""},
    {0},
};

static err password_send(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct faults faults = {0};

    fault_need(r, &faults, "old", "accounts.need-password");
    fault_need(r, &faults, "new", "accounts.need-new-password");
    if (faults.n)
        return show_password(r, &faults, info);
    const err e = account_change_password(&v->deed, v->db, visit_field(r, "old"),
                                          visit_field(r, "new"), info);
    if (e != OK)
        return fault_take(r, &faults, password_places, info) ? show_password(r, &faults, info) : e;
    visit_end_session(r);
    return visit_go(r, visit_url(r, "sign-in", NULL), "password", info);
}

const struct route mine_routes[] = {
    ROUTE("account", HTTP_GET, "/nl/mijn-pagina", "/en/my-page", mine_page, &rule_signed_in,
          RATE_PAGE),
    ROUTE("account-details", HTTP_GET, "/nl/mijn-pagina/gegevens", "/en/my-page/details",
          details_page, &rule_signed_in, RATE_PAGE),
    ROUTE("account-details-send", HTTP_POST, "/nl/mijn-pagina/gegevens", "/en/my-page/details",
          details_send, &rule_signed_in, RATE_WRITE),
    ROUTE("account-password", HTTP_GET, "/nl/mijn-pagina/wachtwoord", "/en/my-page/password",
          password_page, &rule_signed_in, RATE_PAGE),
    ROUTE("account-password-send", HTTP_POST, "/nl/mijn-pagina/wachtwoord", "/en/my-page/password",
          password_send, &rule_signed_in, RATE_SIGN_IN),
    {0},
};
