/* SPDX-License-Identifier: EUPL-1.2 */
/* my_data: what the log says about me, all my data as a file, and erasing me. */
#include "base/num.h"
#include "web/accounts/accounts_int.h"

enum { LOG_ROWS = 50 };

/* ---- the log about me ---- */

static int64_t asked_number(const struct req *r, const char *name)
{
    const str text = http_query(r->http, name);
    int64_t number;
    return text.p && num_parse_int(text, &number) && number > 0 ? number : 0;
}

static str older_url(const struct req *r, const char *route, int64_t before)
{
    out o;
    out_init(&o, 4096);
    out_str(&o, visit_url(r, route, NULL));
    out_cstr(&o, "?from=");
    out_int(&o, before);
    const str url = arena_str(r->memory, out_view(&o));
    out_free(&o);
    return url;
}

static err log_page(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const int64_t from = asked_number(r, "from");
    struct page page = my_page(r, "accounts.log");
    struct audit_entry *list;
    size_t n;

    const err e = audit_about_me(&v->deed, v->db, from, LOG_ROWS + 1, &list, &n, info);
    if (e != OK)
        return e;
    const bool has_more = n > LOG_ROWS;
    const struct log_view view = {
        .entry = list,
        .n = has_more ? LOG_ROWS : n,
        .viewer = v->deed.viewer.id,
        .older_url = has_more ? older_url(r, "account-log", list[LOG_ROWS - 1].number) : (str){0},
        .newer_url = from ? visit_url(r, "account-log", NULL) : (str){0},
    };
    my_log_html(&r->html, &page, &view);
    return visit_show(r, info);
}

/* ---- all my data ---- */

static err export_page(struct req *r, struct err_info *info)
{
    struct page page = my_page(r, "accounts.export");
    const struct form_view form = form_to(r, "account-export", &no_faults);
    export_html(&r->html, &page, &form);
    return visit_show(r, info);
}

static err export(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const err e = account_export(&v->deed, v->db, &r->answer->body, info);
    if (e != OK)
        return e;
    r->answer->type = "application/json";
    http_add_download_name(r->memory, r->answer, tr(r->lang, "accounts.export-file"));
    return out_error(&r->answer->body, info);
}

/* ---- erasing me ---- */

static bool with_publications(const struct req *r)
{
    return str_eq(visit_field(r, "publications"), STR("erase"));
}

static err show_erase(struct req *r, const struct faults *faults, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct page page = my_page(r, "accounts.erase");
    struct account account;

    const err e = account_mine(&v->deed, v->db, &account, info);
    if (e != OK)
        return e;
    const struct erase_view view = {
        .form = form_to(r, "account-erase-send", faults),
        .email = account.email,
        .has_password = account.has_password,
        .with_publications = with_publications(r),
    };
    page.has_errors = faults->n > 0;
    erase_html(&r->html, &page, &view);
    return visit_show(r, info);
}

static err erase_page(struct req *r, struct err_info *info)
{
    return show_erase(r, &no_faults, info);
}

/* The password, or without one the own address typed over. */
static err ask_again(struct req *r, struct faults *faults, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct account account;

    err e = account_mine(&v->deed, v->db, &account, info);
    if (e != OK)
        return e;
    if (account.has_password) {
        fault_need(r, faults, "password", "accounts.need-password");
        return faults->n ? OK : password_ask(&v->deed, v->db, visit_field(r, "password"), info);
    }
    if (!str_eq_nocase(str_trim(visit_field(r, "email")), account.email))
        fault_add(r, faults, "email", "accounts.need-own-email");
    return OK;
}

static const struct fault_place erase_places[] = {
    {"access.password-", "password"},
    {"access.last-admin", ""},
    {"access.try-later", ""},
    {"access.busy", ""},
    {0},
};

static err erase_send(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct faults faults = {0};

    if (!visit_ticked(r, "sure"))
        fault_add(r, &faults, "sure", "accounts.need-sure");
    err e = ask_again(r, &faults, info);
    if (e == OK && faults.n)
        return show_erase(r, &faults, info);
    if (e == OK)
        e = account_erase(&v->deed, v->db, with_publications(r), info);
    if (e != OK)
        return fault_take(r, &faults, erase_places, info) ? show_erase(r, &faults, info) : e;
    visit_end_session(r);
    return visit_go(r, visit_url(r, "sign-in", NULL), "erased", info);
}

const struct route my_data_routes[] = {
    ROUTE("account-log", HTTP_GET, "/nl/mijn-pagina/logboek", "/en/my-page/log", log_page,
          &rule_signed_in, RATE_PAGE),
    ROUTE("account-data", HTTP_GET, "/nl/mijn-pagina/downloaden", "/en/my-page/download",
          export_page, &rule_signed_in, RATE_PAGE),
    ROUTE("account-export", HTTP_POST, "/nl/mijn-pagina/downloaden", "/en/my-page/download", export,
          &rule_signed_in, RATE_SEARCH),
    ROUTE("account-erase", HTTP_GET, "/nl/mijn-pagina/wissen", "/en/my-page/erase", erase_page,
          &rule_signed_in, RATE_PAGE),
    ROUTE("account-erase-send", HTTP_POST, "/nl/mijn-pagina/wissen", "/en/my-page/erase",
          erase_send, &rule_signed_in, RATE_SIGN_IN),
    {0},
};
