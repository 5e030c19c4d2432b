/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The paths of all routes as one tree with a segment on each branch. Fixed text
 * is tried before a parameter, so that what matches does not depend on the order
 * of the tables.
 */
#include "web/site/site_int.h"

#include <stdlib.h>
#include <string.h>

enum { ROUTER_BYTES_MAX = 16 << 20 };

struct leaf {
    const struct route *route;
    enum lang lang;
    bool has_lang;
};

struct node {
    str text;              /* of its segment; empty at the root, and for the slash at an end */
    struct node *children; /* fixed text */
    struct node *next;     /* among its parent's children */
    struct node *param;    /* any text */
    bool has_routes;
    struct leaf leaf[HTTP_OTHER];
};

enum { NAME_PLACES = 2048 }; /* a power of two, never half full */
_Static_assert(NAME_PLACES > 2 * SITE_ROUTES_MAX, "a name is found in a step or two");

struct site_router {
    arena *memory;
    struct node *root;
    const struct route **route;
    size_t n_routes;
    const struct route **named; /* NAME_PLACES of them, by a hash of their names */
};

const char *route_path(const struct route *route, enum lang lang)
{
    return lang == LANG_EN && route->path_en ? route->path_en : route->path_nl;
}

bool route_segment_param(str segment, str *name)
{
    if (segment.n < 3 || segment.p[0] != '{' || segment.p[segment.n - 1] != '}')
        return false;
    *name = str_cut(segment, 1, segment.n - 1);
    return true;
}

/* ---- names ---- */

/* The route of a name, or the free place where it belongs. FNV-1a (Fowler, Noll and Vo). */
static const struct route **place_of(const site_router *r, const char *name)
{
    uint32_t hash = 2166136261u;
    for (const char *c = name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    size_t at = hash % NAME_PLACES;
    while (r->named[at] && strcmp(r->named[at]->name, name) != 0)
        at = (at + 1) % NAME_PLACES;
    return &r->named[at];
}

const struct route *site_router_named(const site_router *r, const char *name)
{
    return *place_of(r, name);
}

/* ---- what may be in a table ---- */

static err wrong(struct err_info *info, const char *key, const struct route *route)
{
    return err_text(info, E_INPUT, key, str_of(route->name));
}

static bool is_text_of(str s, const char *others)
{
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && (c == '\0' || !strchr(others, c)))
            return false;
    }
    return s.n > 0;
}

struct names {
    str name[SITE_PARAMS_MAX];
    size_t n;
};

static bool add_name(struct names *names, str name)
{
    for (size_t i = 0; i < names->n; i++)
        if (str_eq(names->name[i], name))
            return false;
    if (names->n == SITE_PARAMS_MAX || !is_text_of(name, "_"))
        return false;
    names->name[names->n++] = name;
    return true;
}

/* Segments of letters, digits and -_. or {parameter}; an end in a slash only for a home. */
static bool is_path(const char *path, struct names *names)
{
    const str whole = str_of(path);
    str rest = str_cut(whole, 1, whole.n), segment, name;
    size_t n = 0;
    *names = (struct names){0};
    if (!str_starts(whole, STR("/")))
        return false;
    if (str_ends(rest, STR("/")))
        return str_eq(whole, STR("/nl/")) || str_eq(whole, STR("/en/"));
    while (str_next(&rest, '/', &segment)) {
        const bool fine = route_segment_param(segment, &name) ? add_name(names, name)
                                                              : is_text_of(segment, "-_.");
        if (!fine || segment.p[0] == '.' || ++n > SITE_SEGMENTS_MAX)
            return false;
    }
    return true;
}

/* Both paths of a page name the same parameters in the same order. */
static bool are_alike(const struct names *a, const struct names *b)
{
    bool alike = a->n == b->n;
    for (size_t i = 0; alike && i < a->n; i++)
        alike = str_eq(a->name[i], b->name[i]);
    return alike;
}

static err check_paths(const struct route *route, struct err_info *info)
{
    struct names nl, en;
    if (!route->path_nl || !is_path(route->path_nl, &nl) ||
        (route->path_en && !is_path(route->path_en, &en)))
        return wrong(info, "site.route-path", route);
    if (!route->path_en)
        return OK;
    if (!str_starts(str_of(route->path_nl), STR("/nl/")) ||
        !str_starts(str_of(route->path_en), STR("/en/")))
        return wrong(info, "site.route-language", route);
    return are_alike(&nl, &en) ? OK : wrong(info, "site.route-parameters", route);
}

static err check_route(const site_router *r, const struct route *route, struct err_info *info)
{
    if (!route->rule)
        return wrong(info, "site.route-without-rule", route);
    if (route->rate <= RATE_UNSET || route->rate >= RATE_CLASSES)
        return wrong(info, "site.route-without-rate", route);
    if (!route->handler)
        return wrong(info, "site.route-without-handler", route);
    if (route->method >= HTTP_OTHER || route->method == HTTP_HEAD || route->method == HTTP_OPTIONS)
        return wrong(info, "site.route-method", route);
    if (route->is_instant && (route->rule != &rule_anyone || route->method != HTTP_GET))
        return wrong(info, "site.route-instant", route);
    if (site_router_named(r, route->name))
        return wrong(info, "site.route-twice", route);
    return check_paths(route, info);
}

/* ---- growing the tree ---- */

static struct node *child(site_router *r, struct node *parent, str segment)
{
    str name;
    struct node **at = &parent->param;
    if (!route_segment_param(segment, &name)) {
        at = &parent->children;
        while (*at && !str_eq((*at)->text, segment))
            at = &(*at)->next;
    }
    if (!*at) {
        *at = ARENA_NEW(r->memory, struct node, 1);
        if (*at)
            (*at)->text = segment;
    }
    return *at;
}

/* The next segment; behind a final slash comes an empty one. */
static bool next_segment(str *rest, str *segment)
{
    size_t slash;
    if (!rest->p)
        return false;
    if (str_find(*rest, '/', &slash)) {
        *segment = str_cut(*rest, 0, slash);
        *rest = str_cut(*rest, slash + 1, rest->n);
    } else {
        *segment = *rest;
        *rest = (str){NULL, 0};
    }
    return true;
}

static err add_path(site_router *r, const struct route *route, const char *path, struct leaf leaf,
                    struct err_info *info)
{
    struct node *node = r->root;
    str rest = str_of(path + 1), segment;
    while (next_segment(&rest, &segment)) {
        node = child(r, node, segment);
        if (!node)
            return err_nomem(info);
    }
    struct leaf *place = &node->leaf[route->method];
    if (place->route) {
        wrong(info, "site.route-shadowed", route);
        msg_text(&info->msg, str_of(place->route->name));
        return info->code;
    }
    *place = leaf;
    node->has_routes = true;
    return OK;
}

static err add_route(site_router *r, const struct route *route, struct err_info *info)
{
    const bool has_lang = route->path_en != NULL;
    if (r->n_routes == SITE_ROUTES_MAX)
        return err_set(info, E_LIMIT, "site.too-many-routes");
    err e = check_route(r, route, info);
    if (e == OK)
        e = add_path(r, route, route->path_nl, (struct leaf){route, LANG_NL, has_lang}, info);
    if (e == OK && has_lang)
        e = add_path(r, route, route->path_en, (struct leaf){route, LANG_EN, true}, info);
    if (e == OK)
        *place_of(r, route->name) = route;
    r->route[r->n_routes++] = route;
    return e;
}

err site_router_new(const struct route *const *tables, site_router **made, struct err_info *info)
{
    site_router *r = calloc(1, sizeof *r);
    err e = OK;
    if (!r)
        return err_nomem(info);
    r->memory = arena_new(ROUTER_BYTES_MAX);
    r->root = r->memory ? ARENA_NEW(r->memory, struct node, 1) : NULL;
    r->route = r->root ? ARENA_NEW(r->memory, const struct route *, SITE_ROUTES_MAX) : NULL;
    r->named = r->route ? ARENA_NEW(r->memory, const struct route *, NAME_PLACES) : NULL;
    if (!r->named)
        e = err_nomem(info);
    for (; e == OK && *tables; tables++)
        for (const struct route *route = *tables; e == OK && route->name; route++)
            e = add_route(r, route, info);
    if (e == OK)
        *made = r;
    else
        site_router_free(r);
    return e;
}

void site_router_free(site_router *r)
{
    if (!r)
        return;
    arena_free(r->memory);
    free(r);
}

size_t site_router_count(const site_router *r)
{
    return r->n_routes;
}

const struct route *site_router_route(const site_router *r, size_t i)
{
    return r->route[i];
}

/* ---- finding ---- */

struct walk {
    str param[SITE_PARAMS_MAX];
    size_t n_params;
};

/* The node for the whole of `rest`, or NULL. As deep as paths are, at most SITE_SEGMENTS_MAX + 1.
 */
static const struct node *find(const struct node *node, str rest, struct walk *w)
{
    str segment;
    if (!next_segment(&rest, &segment))
        return node->has_routes ? node : NULL;
    for (const struct node *c = node->children; c; c = c->next) {
        if (str_eq(c->text, segment)) {
            const struct node *found = find(c, rest, w);
            if (found)
                return found;
            break;
        }
    }
    if (!node->param || segment.n == 0)
        return NULL;
    w->param[w->n_params++] = segment;
    const struct node *found = find(node->param, rest, w);
    if (!found)
        w->n_params--;
    return found;
}

static unsigned methods_of(const struct node *node)
{
    unsigned allowed = 1u << HTTP_OPTIONS;
    for (int m = 0; m < HTTP_OTHER; m++)
        if (node->leaf[m].route)
            allowed |= 1u << m;
    return allowed & 1u << HTTP_GET ? allowed | 1u << HTTP_HEAD : allowed;
}

/* Whether the path is one but for a slash at its end: only a language's home has it. */
static bool exists_but_for_slash(const site_router *r, str path)
{
    struct walk w = {0};
    if (str_eq(path, STR("/nl")) || str_eq(path, STR("/en")))
        return find(r->root, str_eq(path, STR("/nl")) ? STR("nl/") : STR("en/"), &w) != NULL;
    if (path.n <= 1 || !str_ends(path, STR("/")))
        return false;
    const struct node *node = find(r->root, str_cut(path, 1, path.n - 1), &w);
    /* a program is told that there is nothing (NLGov /core/no-trailing-slash) */
    return node && !(node->leaf[HTTP_GET].route && node->leaf[HTTP_GET].route->has_token);
}

struct site_match site_router_find(const site_router *r, enum http_method method, str path)
{
    struct site_match m = {.found = SITE_NO_PATH};
    struct walk w = {0};
    const bool is_reading = method == HTTP_GET || method == HTTP_HEAD;
    if (path.n == 0 || path.p[0] != '/')
        return m;
    const struct node *node = find(r->root, str_cut(path, 1, path.n), &w);
    if (!node) {
        if (is_reading && exists_but_for_slash(r, path))
            m.found = SITE_REDIRECT;
        return m;
    }
    m.allowed = methods_of(node);
    m.found = SITE_NO_METHOD;
    if (method >= HTTP_OTHER)
        return m;
    const struct leaf *leaf = &node->leaf[is_reading ? HTTP_GET : method];
    if (!leaf->route)
        return m;
    m.found = SITE_FOUND;
    m.route = leaf->route;
    m.lang = leaf->lang;
    m.has_lang = leaf->has_lang;
    memcpy(m.param, w.param, sizeof m.param);
    return m;
}
