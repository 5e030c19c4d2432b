/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * feed: what is new for everybody, as Atom (RFC 4287); where search engines find it.
 *
 * Whoever asks is answered as a visitor: a reader of feeds keeps what it got.
 */
#include "base/date.h"
#include "web/knowledge/knowledge_int.h"

#include <sodium.h>
#include <stdio.h>
#include <time.h>

enum { FEED_STORIES = 30, SITEMAP_URLS_MAX = 5000, SITE_ADDRESS_MAX = 512 };

/* "https://site.nl": as configured, else as this one asked. */
static void put_site(const struct req *r, out *o)
{
    const char *base = site_base_url(r->site);
    if (base[0]) {
        out_cstr(o, base);
        return;
    }
    out_cstr(o, r->http->is_secure ? "https://" : "http://");
    html_escape(o, http_header(r->http, "Host"));
}

static void put_url(const struct req *r, out *o, str path)
{
    put_site(r, o);
    html_escape(o, path);
}

static void put_time(out *o, const char *name, int64_t utc_ms)
{
    char text[20];
    date_print_utc(utc_ms, text);
    out_char(o, '<');
    out_cstr(o, name);
    out_char(o, '>');
    out_bytes(o, text, sizeof text);
    out_cstr(o, "</");
    out_cstr(o, name);
    out_cstr(o, ">\n");
}

static void put_text(out *o, const char *name, str text)
{
    out_char(o, '<');
    out_cstr(o, name);
    out_char(o, '>');
    html_escape(o, text);
    out_cstr(o, "</");
    out_cstr(o, name);
    out_cstr(o, ">\n");
}

/* The same for ever: it does not hold the title, nor the address that a page may get. */
static void put_id(const struct req *r, out *o, const char *kind, int64_t id)
{
    out_cstr(o, "<id>");
    put_site(r, o);
    out_cstr(o, "/id/");
    out_cstr(o, kind);
    out_char(o, '/');
    out_int(o, id);
    out_cstr(o, "</id>\n");
}

static int64_t updated_at(const struct publication *p)
{
    return p->changed_at > p->publish_at ? p->changed_at : p->publish_at;
}

static void put_entry(const struct req *r, out *o, const struct publication *p)
{
    out_cstr(o, "<entry xml:lang=\"");
    out_cstr(o, lang_tag(p->lang));
    out_cstr(o, "\">\n");
    put_id(r, o, "publication", p->id.v);
    put_text(o, "title", p->title);
    put_time(o, "published", p->publish_at);
    put_time(o, "updated", updated_at(p));
    out_cstr(o, "<author><name>");
    html_escape(o, p->owner_name);
    out_cstr(o, "</name></author>\n<link rel=\"alternate\" type=\"text/html\" href=\"");
    put_url(r, o, visit_url_id(r, "publication", p->id.v));
    out_cstr(o, "\"/>\n");
    put_text(o, "summary", p->summary.n ? p->summary : p->title);
    out_cstr(o, "</entry>\n");
}

/* An answer that may lie anywhere, as long as whoever has it asks whether it is still the same. */
static void let_cache(struct req *r)
{
    unsigned char hash[16];
    char text[2 * sizeof hash + 1], *etag = arena_alloc(r->memory, sizeof text + 2, 1);
    const str body = out_view(&r->answer->body);

    if (!etag)
        return;
    crypto_generichash(hash, sizeof hash, (const unsigned char *)body.p, body.n, NULL, 0);
    sodium_bin2hex(text, sizeof text, hash, sizeof hash);
    etag[0] = '"';
    for (size_t i = 0; i < sizeof text - 1; i++)
        etag[i + 1] = text[i];
    etag[sizeof text] = '"';
    r->answer->etag = (str){etag, sizeof text + 1};
    r->answer->cache = HTTP_CACHE_ASK;
}

/* "Tue, 24 Nov 2026 13:00:00 GMT" (RFC 9110) */
static void say_modified(struct req *r, int64_t utc_ms)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const time_t seconds = (time_t)(utc_ms / 1000);
    char *text = arena_alloc(r->memory, 64, 1);
    struct tm t;

    if (!text || !gmtime_r(&seconds, &t))
        return;
    const int n =
        snprintf(text, 64, "%s, %02d %s %d %02d:%02d:%02d GMT", days[t.tm_wday], t.tm_mday,
                 months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
    http_add_header(r->answer, "Last-Modified", (str){text, (size_t)n});
}

struct feed {
    const char *kind; /* of its id */
    int64_t id;
    str title;
    str page;              /* that it belongs to */
    struct space_id space; /* v == 0: everywhere */
};

static err show_feed(struct req *r, const struct feed *f, struct err_info *info)
{
    const struct deed deed = deed_of_visitor(r);
    const struct publication_filter filter = {
        .space = f->space, .each_once = true, .lang = r->lang};
    struct publication *list;
    struct cursor next;
    int64_t updated = 0;
    size_t n;
    out *o = &r->answer->body;

    const err e = publication_newest(&deed, visit_of(r)->db, filter, (struct cursor){0},
                                     FEED_STORIES, &list, &n, &next, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < n; i++)
        updated = updated_at(&list[i]) > updated ? updated_at(&list[i]) : updated;
    out_cstr(o, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed "
                "xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"");
    out_cstr(o, lang_tag(r->lang));
    out_cstr(o, "\">\n");
    put_id(r, o, f->kind, f->id);
    put_text(o, "title", f->title);
    put_time(o, "updated", updated);
    out_cstr(o, "<link rel=\"self\" type=\"application/atom+xml\" href=\"");
    put_url(r, o, r->http->path);
    out_cstr(o, "\"/>\n<link rel=\"alternate\" type=\"text/html\" href=\"");
    put_url(r, o, f->page);
    out_cstr(o, "\"/>\n");
    for (size_t i = 0; i < n; i++)
        put_entry(r, o, &list[i]);
    out_cstr(o, "</feed>\n");
    r->answer->type = "application/atom+xml; charset=utf-8";
    let_cache(r);
    say_modified(r, updated);
    return out_error(o, info);
}

static err feed(struct req *r, struct err_info *info)
{
    const struct feed f = {
        .kind = "site", .title = web_of(r)->face.name, .page = visit_url(r, "publications", NULL)};
    return show_feed(r, &f, info);
}

static err space_feed(struct req *r, struct err_info *info)
{
    const struct deed deed = deed_of_visitor(r);
    struct space s;

    const err e = space_find(&deed, visit_of(r)->db, req_param(r, "space"), &s, info);
    if (e != OK)
        return e;
    const struct feed f = {.kind = "space",
                           .id = s.id.v,
                           .title = s.name[r->lang],
                           .page = url_of_space(r, "space", &s),
                           .space = s.id};
    return show_feed(r, &f, info);
}

/* ---- for search engines ---- */

static err robots(struct req *r, struct err_info *info)
{
    out *o = &r->answer->body;
    out_cstr(o, "User-agent: *\nAllow: /\nSitemap: ");
    put_site(r, o);
    out_cstr(o, "/sitemap.xml\n");
    r->answer->type = "text/plain; charset=utf-8";
    let_cache(r);
    return out_error(o, info);
}

static void put_place(const struct req *r, out *o, str path, int64_t changed_at)
{
    out_cstr(o, "<url><loc>");
    put_url(r, o, path);
    out_cstr(o, "</loc>");
    if (changed_at)
        put_time(o, "lastmod", changed_at);
    out_cstr(o, "</url>\n");
}

/* Each at its address in its own language. */
static void put_story_place(const struct req *r, out *o, const struct publication *p)
{
    const str id = text_of_int(r, p->id.v);
    put_place(r, o, url_in(r, "publication", p->lang, &id), updated_at(p));
}

/*
 * The newest SITEMAP_URLS_MAX; a map helps a search engine to what is new, the lists lead to all.
 */
static err sitemap(struct req *r, struct err_info *info)
{
    const struct deed deed = deed_of_visitor(r);
    struct cursor at = {0};
    size_t n, shown = 0;
    err e = OK;
    out *o = &r->answer->body;

    out_cstr(o, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset "
                "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    for (enum lang lang = 0; lang < LANG_COUNT; lang++)
        put_place(r, o, url_in(r, "home", lang, NULL), 0);
    do {
        struct publication *list;
        e = publication_newest(&deed, visit_of(r)->db, (struct publication_filter){0}, at,
                               PAGE_ITEMS_MAX, &list, &n, &at, info);
        for (size_t i = 0; e == OK && i < n; i++)
            put_story_place(r, o, &list[i]);
        shown += n;
    } while (e == OK && at.id && shown < SITEMAP_URLS_MAX);
    if (e != OK)
        return e;
    out_cstr(o, "</urlset>\n");
    r->answer->type = "application/xml; charset=utf-8";
    let_cache(r);
    return out_error(o, info);
}

const struct route feed_routes[] = {
    ROUTE("feed", HTTP_GET, "/nl/feed.atom", "/en/feed.atom", feed, &rule_object, RATE_PAGE),
    ROUTE("space-feed", HTTP_GET, "/nl/ruimten/{space}/feed.atom", "/en/spaces/{space}/feed.atom",
          space_feed, &rule_object, RATE_PAGE),
    ROUTE("robots", HTTP_GET, "/robots.txt", NULL, robots, &rule_anyone, RATE_PAGE),
    ROUTE("sitemap", HTTP_GET, "/sitemap.xml", NULL, sitemap, &rule_object, RATE_SEARCH),
    {0},
};
