/* SPDX-License-Identifier: EUPL-1.2 */
/* joining: asking for an account, links of mails, a forgotten password. */
#include "web/accounts/accounts_int.h"

/* ---- asking for an account ---- */

static struct register_form typed_form(const struct req *r)
{
    return (struct register_form){
        .name = visit_field(r, "name"),
        .email = visit_field(r, "email"),
        .function = visit_field(r, "function"),
        .password = visit_field(r, "password"),
        .reason = visit_field(r, "reason"),
        .organisation = {visit_number(r, "organisation", 0)},
        .lang = r->lang,
    };
}

static err show_register(struct req *r, const struct faults *faults, struct err_info *info)
{
    struct page page = visit_page(r, html_key("accounts.register"));
    struct register_view view = {
        .typed = typed_form(r),
        .sign_in_url = visit_url(r, "sign-in", NULL),
    };

    if (!web_of(r)->takes_registrations) {
        register_closed_html(&r->html, &page, view.sign_in_url);
        return visit_show(r, info);
    }
    const err e = account_organisations(r, view.typed.organisation, &view.organisation_choice,
                                        &view.n_organisations, info);
    if (e != OK)
        return e;
    view.form = form_to(r, "register-send", faults);
    page.intro = html_key("accounts.register-intro");
    page.has_errors = faults->n > 0;
    register_html(&r->html, &page, &view);
    return visit_show(r, info);
}

static err register_page(struct req *r, struct err_info *info)
{
    return show_register(r, &no_faults, info);
}

static const struct fault_place register_places[] = {
    {"access.name-", "name"},
    {"access.email-", "email"},
    {"access.function-", "function"},
    {"access.password-", "password"},
    {"access.reason-", "reason"},
    {"access.no-organisation", "organisation"},
    {"access.try-later", ""},
    {"access.busy", ""},
    {0},
};

static err register_send(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const struct register_form form = typed_form(r);
    struct faults faults = {0};

    if (!web_of(r)->takes_registrations)
        return err_set(info, E_DENIED, "accounts.register-closed");
    fault_need(r, &faults, "name", "accounts.need-name");
    fault_need(r, &faults, "email", "accounts.need-email");
    fault_need(r, &faults, "password", "accounts.need-new-password");
    fault_need(r, &faults, "reason", "accounts.need-reason");
    if (faults.n)
        return show_register(r, &faults, info);
    const err e = account_register(&v->deed, v->db, &form, info);
    if (e != OK)
        return fault_take(r, &faults, register_places, info) ? show_register(r, &faults, info) : e;
    return visit_go(r, visit_url(r, "registered", NULL), NULL, info);
}

static err registered_page(struct req *r, struct err_info *info)
{
    struct page page = visit_page(r, html_key("accounts.look-in-mail"));
    page.unlisted = true;
    look_in_mail_html(&r->html, &page, visit_url(r, "register", NULL));
    return visit_show(r, info);
}

/* ---- a link of a mail: looking at it changes nothing, its button does ---- */

static str link_text(const struct req *r)
{
    const str asked =
        r->http->method == HTTP_POST ? visit_field(r, "code") : http_query(r->http, "code");
    return asked.p ? asked : STR("");
}

/* An unknown, used or old link: the page says so, and how to get another. */
static err show_link_ended(struct req *r, struct err_info *info)
{
    struct page page = visit_page(r, html_key("accounts.link-ended"));
    page.unlisted = true;
    r->answer->status = 404;
    link_ended_html(&r->html, &page, visit_url(r, "forgot", NULL));
    return visit_show(r, info);
}

static const char *link_title(enum link_kind kind)
{
    switch (kind) {
    case LINK_CONFIRM: return "accounts.confirm";
    case LINK_INVITE: return "accounts.welcome";
    default: return "accounts.new-password";
    }
}

static err show_link(struct req *r, enum link_kind kind, const struct faults *faults,
                     struct err_info *info)
{
    struct page page = visit_page(r, html_key(link_title(kind)));
    const struct link_view view = {.form = form_to(r, "link-use", faults), .code = link_text(r)};
    page.unlisted = true;
    page.has_errors = faults->n > 0;
    if (kind == LINK_CONFIRM)
        link_confirm_html(&r->html, &page, &view);
    else
        link_password_html(&r->html, &page, &view);
    return visit_show(r, info);
}

static err find_link(struct req *r, struct access_secret *link, enum link_kind *kind,
                     struct err_info *info)
{
    struct visit *v = visit_of(r);
    if (!access_secret_parse(link_text(r), link))
        return err_set(info, E_NOT_FOUND, "access.link-ended");
    return account_link_find(&v->deed, v->db, *link, kind, info);
}

static err link_page(struct req *r, struct err_info *info)
{
    struct access_secret link;
    enum link_kind kind;
    const err e = find_link(r, &link, &kind, info);
    if (e == E_NOT_FOUND)
        return show_link_ended(r, info);
    return e == OK ? show_link(r, kind, &no_faults, info) : e;
}

static const struct fault_place link_places[] = {{"access.password-", "password"},
                                                 {"access.confirm-password-", "password"},
                                                 {"access.try-later", ""},
                                                 {"access.busy", ""},
                                                 {0}};

static err confirm(struct req *r, struct access_secret link, struct faults *faults,
                   struct err_info *info)
{
    struct visit *v = visit_of(r);

    fault_need(r, faults, "password", "accounts.need-password");
    return faults->n ? OK
                     : account_confirm(&v->deed, v->db, link, visit_field(r, "password"), info);
}

static err set_password(struct req *r, struct access_secret link, enum link_kind kind,
                        struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct faults faults = {0};

    fault_need(r, &faults, "password", "accounts.need-new-password");
    if (faults.n)
        return show_link(r, kind, &faults, info);
    const err e = account_set_password(&v->deed, v->db, link, visit_field(r, "password"), info);
    if (e == E_NOT_FOUND)
        return show_link_ended(r, info);
    if (e != OK)
        return fault_take(r, &faults, link_places, info) ? show_link(r, kind, &faults, info) : e;
    visit_end_session(r);
    return visit_go(r, visit_url(r, "sign-in", NULL), "password", info);
}

static err link_use(struct req *r, struct err_info *info)
{
    struct faults faults = {0};
    struct access_secret link;
    enum link_kind kind;

    err e = find_link(r, &link, &kind, info);
    if (e == OK && kind != LINK_CONFIRM)
        return set_password(r, link, kind, info);
    if (e == OK)
        e = confirm(r, link, &faults, info);
    if (e == E_NOT_FOUND)
        return show_link_ended(r, info);
    if (faults.n || (e != OK && fault_take(r, &faults, link_places, info)))
        return show_link(r, kind, &faults, info);
    return e == OK ? visit_go(r, visit_url(r, "sign-in", NULL), "confirmed", info) : e;
}

/* ---- a forgotten password ---- */

static err show_forgot(struct req *r, const struct faults *faults, struct err_info *info)
{
    struct page page = visit_page(r, html_key("accounts.forgot"));
    const struct forgot_view view = {.form = form_to(r, "forgot-send", faults),
                                     .email = visit_field(r, "email")};
    page.intro = html_key("accounts.forgot-intro");
    page.has_errors = faults->n > 0;
    forgot_html(&r->html, &page, &view);
    return visit_show(r, info);
}

static err forgot_page(struct req *r, struct err_info *info)
{
    return show_forgot(r, &no_faults, info);
}

static const struct fault_place forgot_places[] = {
    {"access.email-", "email"}, {"access.try-later", ""}, {0}};

static err forgot_send(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct faults faults = {0};

    fault_need(r, &faults, "email", "accounts.need-email");
    if (faults.n)
        return show_forgot(r, &faults, info);
    const err e = account_forgot(&v->deed, v->db, visit_field(r, "email"), info);
    if (e != OK)
        return fault_take(r, &faults, forgot_places, info) ? show_forgot(r, &faults, info) : e;
    return visit_go(r, visit_url(r, "sign-in", NULL), "mailed", info);
}

const struct route joining_routes[] = {
    ROUTE("register", HTTP_GET, "/nl/account-aanvragen", "/en/register", register_page,
          &rule_visitor, RATE_PAGE),
    ROUTE("register-send", HTTP_POST, "/nl/account-aanvragen", "/en/register", register_send,
          &rule_visitor, RATE_MAIL),
    ROUTE("registered", HTTP_GET, "/nl/account-aanvragen/kijk-in-uw-mail",
          "/en/register/look-in-your-mail", registered_page, &rule_anyone, RATE_PAGE),
    ROUTE("link", HTTP_GET, "/nl/link", "/en/link", link_page, &rule_anyone, RATE_SIGN_IN),
    ROUTE("link-use", HTTP_POST, "/nl/link", "/en/link", link_use, &rule_anyone, RATE_SIGN_IN),
    ROUTE("forgot", HTTP_GET, "/nl/wachtwoord-vergeten", "/en/forgot-password", forgot_page,
          &rule_anyone, RATE_PAGE),
    ROUTE("forgot-send", HTTP_POST, "/nl/wachtwoord-vergeten", "/en/forgot-password", forgot_send,
          &rule_anyone, RATE_MAIL),
    {0},
};
