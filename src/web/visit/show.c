/* SPDX-License-Identifier: EUPL-1.2 */
/* show: the frame around a page, and the way from a form to the next. */
#include "web/pages/errors.h"
#include "web/visit/visit_int.h"

#include <sodium.h>
#include <string.h>

enum { URL_MAX = 4096, CRUMBS_MAX = SPACE_DEPTH_MAX + 4 };

static str keep(const struct req *r, out *o)
{
    const str text = o->error == OK ? arena_str(r->memory, out_view(o)) : (str){0};
    out_free(o);
    return text.p ? text : STR("/");
}

str visit_url(const struct req *r, const char *route, const str *value)
{
    const struct route *found = site_route(r->site, route);
    out o;
    if (!found)
        return (str){0};
    out_init(&o, URL_MAX);
    site_print_path(&o, found, r->lang, value);
    return keep(r, &o);
}

str visit_url_id(const struct req *r, const char *route, int64_t id)
{
    char digits[24];
    out o;
    out_init(&o, sizeof digits);
    out_int(&o, id);
    const str text = keep(r, &o);
    return visit_url(r, route, &text);
}

static void fill_languages(const struct req *r, struct page *page)
{
    for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
        out o;
        out_init(&o, URL_MAX);
        req_print_path_in(r, lang, &o);
        page->alternates[lang] = keep(r, &o);
    }
}

static void add_link(struct page_link *link, size_t *n, const struct req *r, const char *key,
                     const char *route)
{
    const str url = visit_url(r, route, NULL);
    if (!url.p)
        return;
    link[(*n)++] = (struct page_link){
        .text = html_key(key),
        .url = url,
        .current = r->route && strcmp(r->route->name, route) == 0,
    };
}

static void fill_menu(const struct req *r, struct page *page)
{
    enum { MENU_MAX = 9 };
    struct page_link *link = ARENA_NEW(r->memory, struct page_link, MENU_MAX);
    size_t n = 0;
    if (!link)
        return;
    add_link(link, &n, r, "visit.menu-home", "home");
    add_link(link, &n, r, "visit.menu-publications", "publications");
    add_link(link, &n, r, "visit.menu-spaces", "spaces");
    if (r->viewer->is_active)
        add_link(link, &n, r, "visit.menu-people", "people");
    if (viewer_may(r->viewer, ACCESS_ANALYST))
        add_link(link, &n, r, "visit.menu-studies", "studies");
    if (viewer_may(r->viewer, ACCESS_STEWARD)) {
        add_link(link, &n, r, "visit.menu-deliveries", "deliveries");
        add_link(link, &n, r, "visit.menu-linking", "linking");
    }
    if (viewer_may(r->viewer, ACCESS_ADMIN) || viewer_may(r->viewer, ACCESS_AUDITOR))
        add_link(link, &n, r, "visit.menu-admin", "admin");
    page->nav = link;
    page->n_nav = n;
}

/* What a form did is said on the next page by a key of a fixed family: nothing a stranger chooses.
 */
static struct html_value done_message(const struct req *r)
{
    const str done = http_query(r->http, "done");
    out o;
    if (!done.p || done.n > 40)
        return (struct html_value){0};
    out_init(&o, 80);
    out_cstr(&o, "visit.done-");
    out_str(&o, done);
    const str key = keep(r, &o);
    return tr_has(r->lang, key.p) ? html_key(key.p) : (struct html_value){0};
}

struct page visit_page(struct req *r, struct html_value title)
{
    const struct visit *v = visit_of(r);
    struct page page = {.face = &web_of(r)->face, .lang = r->lang, .title = title};

    fill_languages(r, &page);
    fill_menu(r, &page);
    page.home_url = r->lang == LANG_NL ? STR("/nl/") : STR("/en/");
    page.done = done_message(r);
    if (r->viewer->is_active) {
        page.viewer_name = v->viewer_name;
        page.account_url = visit_url(r, "account", NULL);
        page.sign_out_url = visit_url(r, "sign-out", NULL);
        page.csrf = visit_token(r);
    } else {
        page.sign_in_url = visit_url(r, "sign-in", NULL);
    }
    return page;
}

void visit_speak(struct req *r, enum lang lang)
{
    r->lang = r->html.lang = lang;
    visit_of(r)->deed.viewer.lang = lang;
}

/* A page below one of the menu is of that section; below home are all. */
static void mark_section(struct page *page, str url)
{
    for (size_t i = 0; i < page->n_nav; i++)
        if (str_eq(page->nav[i].url, url) && !str_eq(url, page->home_url))
            ((struct page_link *)page->nav)[i].current = true;
}

void visit_crumb(struct req *r, struct page *page, struct html_value text, str url)
{
    struct page_link *link = ARENA_NEW(r->memory, struct page_link, page->n_crumbs + 1);
    if (!link)
        return;
    if (page->n_crumbs)
        memcpy(link, page->crumbs, page->n_crumbs * sizeof *link);
    link[page->n_crumbs] = (struct page_link){.text = text, .url = url};
    page->crumbs = link;
    page->n_crumbs++;
    mark_section(page, url);
}

/* A visitor's page may lie in the browser as long as it asks whether it is still the same. */
static void tag(struct req *r)
{
    unsigned char hash[16];
    char text[2 * sizeof hash + 1], *etag = arena_alloc(r->memory, sizeof text + 2, 1);
    if (!etag)
        return;
    const str body = out_view(&r->answer->body);
    crypto_generichash(hash, sizeof hash, (const unsigned char *)body.p, body.n, NULL, 0);
    sodium_bin2hex(text, sizeof text, hash, sizeof hash);
    etag[0] = '"';
    memcpy(etag + 1, text, sizeof text - 1);
    etag[sizeof text] = '"';
    r->answer->etag = (str){etag, sizeof text + 1};
    r->answer->cache = HTTP_CACHE_ASK;
    r->answer->is_private = true;
}

err visit_show(struct req *r, struct err_info *info)
{
    const struct visit *v = visit_of(r);
    const err e = out_error(&r->answer->body, info);
    if (e != OK)
        return e;
    r->answer->type = "text/html; charset=utf-8";
    if (!v->has_session && !v->has_form_secret && r->answer->n_headers == 0)
        tag(r);
    return OK;
}

err visit_go(struct req *r, str url, const char *done, struct err_info *info)
{
    size_t query;
    out o;
    (void)info;
    out_init(&o, URL_MAX);
    out_str(&o, url);
    if (done) {
        out_char(&o, str_find(url, '?', &query) ? '&' : '?');
        out_cstr(&o, "done=");
        out_cstr(&o, done);
    }
    http_redirect(r->answer, 303, keep(r, &o));
    return OK;
}

/* ---- errors ---- */

/* Who only has to sign in is sent there, and comes back. */
static bool send_to_sign_in(struct req *r, const struct err_info *why)
{
    out o;
    if (r->http->method != HTTP_GET || !why->msg.key ||
        strcmp(why->msg.key, "visit.sign-in-first") != 0)
        return false;
    out_init(&o, URL_MAX);
    out_str(&o, visit_url(r, "sign-in", NULL));
    out_cstr(&o, "?next=");
    http_url_encode(&o, r->http->path);
    http_redirect(r->answer, 303, keep(r, &o));
    return true;
}

const struct msg *visit_reason(const struct req *r, const struct err_info *why, struct msg *own)
{
    if (r->answer->status < 500)
        return why->msg.key ? &why->msg : NULL;
    if (why->code != E_IO || !visit_changes(r->http->method))
        return NULL;
    msg_set(own, "visit.cannot-save");
    return own;
}

/* Of what is not there and what may not be seen the page is the same, whatever its address. */
void visit_error(struct req *r, const struct err_info *why)
{
    const bool is_known = r->viewer != NULL;
    struct page page = {.face = &web_of(r)->face, .lang = r->lang};
    struct msg own;
    struct error_page error = {.status = r->answer->status, .why = visit_reason(r, why, &own)};

    if (visit_is_program(r)) {
        visit_problem(r, why);
        return;
    }
    if (is_known && send_to_sign_in(r, why))
        return;
    if (is_known)
        page = visit_page(r, (struct html_value){0});
    page.done = (struct html_value){0};
    page.alternates[LANG_NL] = STR("/nl/");
    page.alternates[LANG_EN] = STR("/en/");
    for (size_t i = 0; i < page.n_nav; i++)
        ((struct page_link *)page.nav)[i].current = false;
    error_page(&r->html, &page, &error);
}
