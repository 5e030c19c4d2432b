/* SPDX-License-Identifier: EUPL-1.2 */
/* second: setting up the second factor, its recovery codes, and dropping it. */
#include "web/accounts/accounts_int.h"

enum { GROUP = 4, CODE_LETTERS = 14 };

/* ABCD EFGH IJKL: how people copy it. */
static str in_groups(arena *a, str secret)
{
    char *p = ARENA_NEW(a, char, secret.n * 2);
    size_t n = 0;
    if (!p)
        return secret;
    for (size_t i = 0; i < secret.n; i++) {
        if (i && i % GROUP == 0)
            p[n++] = ' ';
        p[n++] = secret.p[i];
    }
    return (str){p, n};
}

/* ---- the page in its three states ---- */

static err show_manage(struct req *r, const struct account *a, const struct faults *faults,
                       struct err_info *info)
{
    struct page page = my_page(r, "accounts.second");
    const struct second_view view = {
        .drop = form_to(r, "account-second-drop", faults),
        .must_second = (a->roles & ACCESS_STRONG_ROLES) != 0,
        .has_password = a->has_password,
    };
    page.has_errors = faults->n > 0;
    second_manage_html(&r->html, &page, &view);
    return visit_show(r, info);
}

static err show_set(struct req *r, str secret, str uri, const struct faults *faults,
                    struct err_info *info)
{
    struct page page = my_page(r, "accounts.second-set");
    struct second_view view = {
        .begin = form_to(r, "account-second-begin", faults),
        .confirm = form_to(r, "account-second-confirm", faults),
        .secret = in_groups(r->memory, secret),
    };
    const err e = qr_svg(r->memory, uri, tr(r->lang, "accounts.qr-label"), &view.qr, info);
    if (e != OK && e != E_LIMIT) /* the secret can be typed over */
        return e;
    page.has_errors = faults->n > 0;
    second_set_html(&r->html, &page, &view);
    return visit_show(r, info);
}

static err show_begin(struct req *r, const struct account *a, struct err_info *info)
{
    struct page page = my_page(r, "accounts.second-set");
    const struct second_view view = {
        .begin = form_to(r, "account-second-begin", &no_faults),
        .must_second = (a->roles & ACCESS_STRONG_ROLES) != 0,
    };
    second_begin_html(&r->html, &page, &view);
    return visit_show(r, info);
}

static err show_second(struct req *r, const struct faults *faults, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct account a;
    str secret, uri;

    err e = account_mine(&v->deed, v->db, &a, info);
    if (e != OK)
        return e;
    if (a.has_second)
        return show_manage(r, &a, faults, info);
    e = second_begun(&v->deed, v->db, &secret, &uri, info);
    if (e == E_NOT_FOUND)
        return show_begin(r, &a, info);
    return e == OK ? show_set(r, secret, uri, faults, info) : e;
}

static err second_page(struct req *r, struct err_info *info)
{
    return show_second(r, &no_faults, info);
}

/* ---- its forms ---- */

static err begin(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    str secret, uri;
    const err e = second_begin(&v->deed, v->db, &secret, &uri, info);
    if (e != OK && e != E_CONFLICT) /* there is one already: the page says so */
        return e;
    return visit_go(r, visit_url(r, "account-second", NULL), NULL, info);
}

/* Shown in the answer itself: they are kept as hashes and cannot be shown again. */
static err show_codes(struct req *r, const str *codes, struct err_info *info)
{
    struct page page = my_page(r, "accounts.codes");
    const struct codes_view view = {
        .download = form_to(r, "account-second-codes", &no_faults),
        .code = codes,
        .account_url = visit_url(r, "account", NULL),
    };
    page.done = html_key("visit.done-second");
    codes_html(&r->html, &page, &view);
    return visit_show(r, info);
}

static const struct fault_place confirm_places[] = {
    {"access.code-wrong", "code"}, {"access.try-later", ""}, {0}};

static err confirm(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct faults faults = {0};
    struct access_secret session;
    str codes[ACCESS_RECOVERY_CODES];

    fault_need(r, &faults, "code", "accounts.need-code");
    if (faults.n)
        return show_second(r, &faults, info);
    const err e =
        second_confirm(&v->deed, v->db, v->session, visit_field(r, "code"), &session, codes, info);
    if (e == E_CONFLICT) /* set up or begun anew in another window */
        return visit_go(r, visit_url(r, "account-second", NULL), NULL, info);
    if (e != OK)
        return fault_take(r, &faults, confirm_places, info) ? show_second(r, &faults, info) : e;
    visit_start_session(r, session);
    v->session = session; /* the forms of the page belong to it */
    return show_codes(r, codes, info);
}

static const struct fault_place drop_places[] = {
    {"access.password-", "password"}, {"access.try-later", ""}, {"access.busy", ""}, {0}};

static err drop(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct faults faults = {0};

    fault_need(r, &faults, "password", "accounts.need-password");
    if (faults.n)
        return show_second(r, &faults, info);
    const err e = second_drop(&v->deed, v->db, visit_field(r, "password"), info);
    if (e != OK)
        return fault_take(r, &faults, drop_places, info) ? show_second(r, &faults, info) : e;
    return visit_go(r, visit_url(r, "account", NULL), "second-dropped", info);
}

/* ---- the recovery codes as a file: what the page showed, given back as a text ---- */

static bool is_code(str text)
{
    if (text.n != CODE_LETTERS)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i];
        const bool right = i % 5 == 4 ? c == '-' : (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7');
        if (!right)
            return false;
    }
    return true;
}

static err codes_file(struct req *r, struct err_info *info)
{
    const struct visit *v = visit_of(r);
    const struct html_value values[] = {html_from_str(r->app->site_name),
                                        html_local_date(r->now_ms)};
    out *o = &r->answer->body;
    size_t at = 0;
    str code;

    html_print(o, r->lang, "accounts.codes-file-head", values, 2);
    out_cstr(o, "\r\n\r\n");
    while (form_next(&v->form, "code", &at, &code)) {
        if (!is_code(code))
            return err_set(info, E_INPUT, "accounts.codes-broken");
        out_str(o, code);
        out_cstr(o, "\r\n");
    }
    r->answer->type = "text/plain; charset=utf-8";
    http_add_download_name(r->memory, r->answer, tr(r->lang, "accounts.codes-file"));
    return out_error(o, info);
}

const struct route second_routes[] = {
    ROUTE("account-second", HTTP_GET, "/nl/mijn-pagina/tweede-factor", "/en/my-page/second-factor",
          second_page, &rule_signed_in, RATE_PAGE),
    ROUTE("account-second-begin", HTTP_POST, "/nl/mijn-pagina/tweede-factor/begin",
          "/en/my-page/second-factor/begin", begin, &rule_signed_in, RATE_WRITE),
    ROUTE("account-second-confirm", HTTP_POST, "/nl/mijn-pagina/tweede-factor",
          "/en/my-page/second-factor", confirm, &rule_signed_in, RATE_SIGN_IN),
    ROUTE("account-second-drop", HTTP_POST, "/nl/mijn-pagina/tweede-factor/verwijderen",
          "/en/my-page/second-factor/remove", drop, &rule_signed_in, RATE_SIGN_IN),
    ROUTE("account-second-codes", HTTP_POST, "/nl/mijn-pagina/herstelcodes",
          "/en/my-page/recovery-codes", codes_file, &rule_signed_in, RATE_WRITE),
    {0},
};
