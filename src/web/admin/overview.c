/* SPDX-License-Identifier: EUPL-1.2 */
/* overview: the first page of administration, and what this site runs on. */
#include "base/num.h"
#include "web/admin/admin_int.h"

#include <sodium.h>

enum { URL_MAX = 4096 };

/* ---- what the pages of this room share ---- */

struct page admin_page(struct req *r, const char *title, const char *section, const char *name)
{
    struct page page = visit_page(r, html_key(title));
    visit_crumb(r, &page, html_key("admin.overview"), visit_url(r, "admin", NULL));
    if (section)
        visit_crumb(r, &page, html_key(name), visit_url(r, section, NULL));
    page.unlisted = true;
    return page;
}

str with_query(const struct req *r, str url, const char *name, str value)
{
    size_t at;
    out o;
    out_init(&o, URL_MAX);
    out_str(&o, url);
    out_char(&o, str_find(url, '?', &at) ? '&' : '?');
    out_cstr(&o, name);
    out_char(&o, '=');
    http_url_encode(&o, value);
    const str text = arena_str(r->memory, out_view(&o));
    out_free(&o);
    return text.p ? text : url;
}

str with_query_id(const struct req *r, str url, const char *name, int64_t value)
{
    char digits[NUM_TEXT_MAX];
    return with_query(r, url, name, (str){digits, num_print_int(value, digits)});
}

str query_text(const struct req *r, const char *name)
{
    const str text = http_query(r->http, name);
    return text.p ? str_trim(text) : STR("");
}

int64_t query_number(const struct req *r, const char *name)
{
    int64_t number;
    return num_parse_int(query_text(r, name), &number) && number > 0 ? number : 0;
}

/* ---- overview ---- */

static err overview_page(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct page page = visit_page(r, html_key("admin.overview"));
    struct account_counts counts;
    struct overview_view view = {0};

    if (viewer_may(r->viewer, ACCESS_ADMIN)) {
        const err e = account_count(&v->deed, v->db, &counts, info);
        if (e != OK)
            return e;
        const str accounts = visit_url(r, "admin-accounts", NULL);
        view = (struct overview_view){
            .counts = &counts,
            .accounts_url = accounts,
            .waiting_url = with_query(r, accounts, "state", STR("waiting")),
            .invite_url = visit_url(r, "admin-invite", NULL),
            .organisations_url = visit_url(r, "admin-organisations", NULL),
            .security_url = visit_url(r, "admin-security", NULL),
            .about_url = visit_url(r, "admin-about", NULL),
        };
    }
    if (viewer_may(r->viewer, ACCESS_AUDITOR))
        view.log_url = visit_url(r, "admin-log", NULL);
    page.unlisted = true;
    overview_html(&r->html, &page, &view);
    return visit_show(r, info);
}

/* ---- about this site ---- */

static str libraries(const struct req *r)
{
    out o;
    out_init(&o, URL_MAX);
    out_cstr(&o, "libmicrohttpd ");
    out_cstr(&o, http_library_version());
    out_cstr(&o, ", libsodium ");
    out_cstr(&o, sodium_version_string());
    const str text = arena_str(r->memory, out_view(&o));
    out_free(&o);
    return text;
}

static err about_page(struct req *r, struct err_info *info)
{
    const struct web *web = web_of(r);
    struct page page = admin_page(r, "admin.about", NULL, NULL);
    const struct about_view view = {
        .store = store_name(web->store),
        .base_url = web->app.base_url,
        .libraries = libraries(r),
        .now_ms = r->now_ms,
        .rates = web->config ? web->config->limits.rates : site_rates,
    };
    about_html(&r->html, &page, &view);
    return visit_show(r, info);
}

const struct route admin_routes[] = {
    ROUTE("admin", HTTP_GET, "/nl/beheer", "/en/admin", overview_page, &rule_admin_or_auditor,
          RATE_PAGE),
    ROUTE("admin-about", HTTP_GET, "/nl/beheer/over-deze-site", "/en/admin/about-this-site",
          about_page, &rule_admin, RATE_PAGE),
    {0},
};
