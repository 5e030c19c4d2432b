/* SPDX-License-Identifier: EUPL-1.2 */
/* words: what enumerations are called, addresses, and places in lists. */
#include "base/date.h"
#include "base/num.h"
#include "web/knowledge/knowledge_int.h"

enum { URL_MAX = 4096 };

const char *level_key(enum level level)
{
    switch (level) {
    case LEVEL_OWNER: return "stories.level-owner";
    case LEVEL_SPACE: return "stories.level-space";
    case LEVEL_SIGNED_IN: return "stories.level-signed-in";
    case LEVEL_PUBLIC: return "stories.level-public";
    }
    return "stories.level-owner";
}

const char *level_badge_key(enum level level)
{
    switch (level) {
    case LEVEL_OWNER: return "stories.badge-owner";
    case LEVEL_SPACE: return "stories.badge-space";
    case LEVEL_SIGNED_IN: return "stories.badge-signed-in";
    case LEVEL_PUBLIC: return "stories.badge-public";
    }
    return "stories.badge-owner";
}

const char *state_key(enum publication_state state)
{
    switch (state) {
    case PUBLICATION_DRAFT: return "stories.state-draft";
    case PUBLICATION_PUBLISHED: return "stories.state-published";
    case PUBLICATION_ARCHIVED: return "stories.state-archived";
    case PUBLICATION_REMOVED: return "stories.state-removed";
    }
    return "stories.state-draft";
}

const char *join_key(enum join_policy join)
{
    switch (join) {
    case JOIN_OPEN: return "spaces.join-open";
    case JOIN_REQUEST: return "spaces.join-request";
    case JOIN_INVITE: return "spaces.join-invite";
    }
    return "spaces.join-invite";
}

const char *role_key(enum member_role role)
{
    switch (role) {
    case MEMBER_PLAIN: return "spaces.role-plain";
    case MEMBER_EDITOR: return "spaces.role-editor";
    case MEMBER_MANAGER: return "spaces.role-manager";
    case MEMBER_JURY: return "spaces.role-jury";
    }
    return "spaces.role-plain";
}

bool is_set(int64_t at)
{
    return at != INT64_MAX;
}

/* ---- addresses ---- */

static str keep(const struct req *r, out *o)
{
    const str text = o->error == OK ? arena_str(r->memory, out_view(o)) : (str){0};
    out_free(o);
    return text.p ? text : STR("");
}

str text_of_int(const struct req *r, int64_t v)
{
    out o;
    out_init(&o, 24);
    out_int(&o, v);
    return keep(r, &o);
}

int64_t asked_number(const struct req *r, const char *name)
{
    const str text = http_query(r->http, name);
    int64_t v;
    return text.p && num_parse_int(text, &v) ? v : 0;
}

str url_with(const struct req *r, str url, const char *name, str value)
{
    size_t query;
    out o;
    out_init(&o, URL_MAX);
    out_str(&o, url);
    out_char(&o, str_find(url, '?', &query) ? '&' : '?');
    out_cstr(&o, name);
    out_char(&o, '=');
    http_url_encode(&o, value);
    return keep(r, &o);
}

str url_with_id(const struct req *r, str url, const char *name, int64_t id)
{
    return url_with(r, url, name, text_of_int(r, id));
}

str url_of_two(const struct req *r, const char *route, int64_t id, int64_t second)
{
    const str value[] = {text_of_int(r, id), text_of_int(r, second)};
    return visit_url(r, route, value);
}

str url_in(const struct req *r, const char *route, enum lang lang, const str *value)
{
    const struct route *found = site_route(r->site, route);
    out o;
    if (!found)
        return STR("");
    out_init(&o, URL_MAX);
    site_print_path(&o, found, lang, value);
    return keep(r, &o);
}

str url_of_space(const struct req *r, const char *route, const struct space *s)
{
    return visit_url(r, route, &s->slug);
}

/* ---- places in lists ---- */

bool parse_pair(str text, int64_t *a, int64_t *b)
{
    str rest = text, first, second;
    return text.n && str_next(&rest, '.', &first) && str_next(&rest, '.', &second) && rest.n == 0 &&
           num_parse_int(first, a) && num_parse_int(second, b);
}

str text_of_pair(const struct req *r, int64_t a, int64_t b)
{
    out o;
    out_init(&o, 48);
    out_int(&o, a);
    out_char(&o, '.');
    out_int(&o, b);
    return keep(r, &o);
}

struct cursor cursor_asked(const struct req *r, const char *name)
{
    struct cursor c;
    if (!parse_pair(http_query(r->http, name), &c.at, &c.id) || c.id <= 0)
        return (struct cursor){0};
    return c;
}

str cursor_url(const struct req *r, str url, const char *name, struct cursor at)
{
    return at.id == 0 ? STR("") : url_with(r, url, name, text_of_pair(r, at.at, at.id));
}

/* ---- texts ---- */

str said(const struct req *r, const char *key, const struct html_value *value, size_t n)
{
    out o;
    out_init(&o, URL_MAX);
    html_print(&o, r->lang, key, value, n);
    return keep(r, &o);
}

str local_text(const struct req *r, int64_t utc_ms)
{
    char day[10];
    out o;
    if (!is_set(utc_ms))
        return STR("");
    const struct date_local t = date_local_of(utc_ms);
    date_print_iso(t.day, day);
    out_init(&o, 24);
    out_bytes(&o, day, sizeof day);
    out_char(&o, 'T');
    out_char(&o, (char)('0' + t.hour / 10));
    out_char(&o, (char)('0' + t.hour % 10));
    out_char(&o, ':');
    out_char(&o, (char)('0' + t.minute / 10));
    out_char(&o, (char)('0' + t.minute % 10));
    return keep(r, &o);
}

/* ---- pages ---- */

struct page knowledge_page(struct req *r, struct html_value title, const char *key,
                           const char *route)
{
    struct page page = visit_page(r, title);
    visit_crumb(r, &page, html_key("visit.menu-home"), page.home_url);
    if (route)
        visit_crumb(r, &page, html_key(key), visit_url(r, route, NULL));
    return page;
}

struct deed deed_of_visitor(const struct req *r)
{
    struct deed deed = visit_of((struct req *)r)->deed;
    deed.viewer = (struct viewer){.lang = r->lang};
    return deed;
}
