/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/num.h"
#include "web/site/site_int.h"

#include <assert.h>

str req_param(const struct req *r, const char *name)
{
    str rest = str_of(r->route->path_nl), segment, each;
    size_t n = 0;
    while (str_next(&rest, '/', &segment)) {
        if (!route_segment_param(segment, &each))
            continue;
        if (str_eq(each, str_of(name)))
            return r->param[n];
        n++;
    }
    assert(false && "the route has no such parameter");
    return (str){NULL, 0};
}

err req_param_id(const struct req *r, const char *name, int64_t *id, struct err_info *info)
{
    const str text = req_param(r, name);
    int64_t v;
    /* one way to write a number, so that a page has one address */
    if (text.p[0] < '1' || text.p[0] > '9' || !num_parse_int(text, &v))
        return err_set(info, E_NOT_FOUND, "site.not-found");
    *id = v;
    return OK;
}

err req_form(struct req *r, const struct form_limits *limits, struct form *f, struct err_info *info)
{
    return form_read(r->http, limits, f, info);
}

const struct route *site_route(const site *s, const char *name)
{
    return site_router_named(s->router, name);
}

void site_print_path(out *o, const struct route *route, enum lang lang, const str *value)
{
    const str path = str_of(route_path(route, lang));
    str rest = str_cut(path, 1, path.n), segment, name;
    size_t n = 0;
    while (str_next(&rest, '/', &segment)) {
        out_char(o, '/');
        if (route_segment_param(segment, &name))
            http_url_encode(o, value[n++]);
        else
            out_str(o, segment);
    }
    if (str_ends(path, STR("/")))
        out_char(o, '/');
}

void req_print_path_in(const struct req *r, enum lang lang, out *o)
{
    if (r->route)
        site_print_path(o, r->route, lang, r->param);
    else
        out_cstr(o, lang == LANG_NL ? "/nl/" : "/en/");
    if (r->route && r->http->query.n > 0) {
        out_char(o, '?');
        out_str(o, r->http->query);
    }
}
