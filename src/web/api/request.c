/* SPDX-License-Identifier: EUPL-1.2 */
/* request: what an operation is asked, as its row says. */
#include "base/num.h"
#include "web/api/api_int.h"

#include <string.h>

static const struct api_field page_fields[] = {API_ASK_LIMIT, API_ASK_CURSOR};
const struct api_map api_ask_page = {API_FIELDS(page_fields)};

const struct api_operation *api_operation_of(const struct route *route)
{
    static const struct api_operation *const tables[] = {
        api_publication_operations, api_comment_operations, api_space_operations,
        api_people_operations,      api_job_operations,     api_site_operations,
        api_member_operations,      api_grant_operations,   api_revision_operations,
        api_token_operations,
    };
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (const struct api_operation *o = tables[t]; o->route; o++)
            if (strcmp(o->route, route->name) == 0)
                return o;
    return NULL;
}

/* Where mistakes go, and from there into the answer. */
static err expect_mistakes(struct req *r, struct errs **errors, struct err_info *info)
{
    struct visit *v = visit_of(r);
    v->mistakes = ARENA_NEW(r->memory, struct errs, 1);
    *errors = v->mistakes;
    return *errors ? errs_init(*errors, r->memory, ERRS_LIMIT, info) : err_nomem(info);
}

err api_ask(struct req *r, struct api_asked *asked, struct err_info *info)
{
    static const struct api_map nothing = {0};
    const struct api_map *map = api_operation_of(r->route)->query;
    struct errs *errors;

    *asked = (struct api_asked){.limit = API_LIMIT_DEFAULT};
    err e = expect_mistakes(r, &errors, info);
    if (e == OK)
        e = api_read_query(map ? map : &nothing, r->http->query, r->memory, asked, errors, info);
    return e;
}

/* ---- a body ---- */

static bool is_json(str type)
{
    size_t n;
    if (str_find(type, ';', &n))
        type.n = n;
    type = str_trim(type);
    return str_eq_nocase(type, STR("application/json")) ||
           str_eq_nocase(type, STR("application/merge-patch+json"));
}

static err load(const struct req *r, str *text, struct err_info *info)
{
    const struct http_body *body = &r->http->body;
    size_t got = 0;
    if (body->fd < 0) {
        *text = body->text;
        return OK;
    }
    char *p = arena_alloc(r->memory, (size_t)body->size, 1);
    if (!p)
        return err_nomem(info);
    const err e = http_body_read(body, 0, p, (size_t)body->size, &got, info);
    *text = (str){p, got};
    return e;
}

err api_read(struct req *r, void *filled, struct err_info *info)
{
    const struct api_operation *o = api_operation_of(r->route);
    struct errs *errors;
    str text;

    if (!is_json(http_header(r->http, "Content-Type")))
        return err_set(info, E_INPUT, "api.media-type");
    err e = load(r, &text, info);
    if (e == OK)
        e = expect_mistakes(r, &errors, info);
    if (e == OK)
        e = api_read_json(o->body, o->body_use, text, r->memory, filled, errors, info);
    return e;
}

err api_read_form(struct req *r, void *filled, struct err_info *info)
{
    const struct api_operation *o = api_operation_of(r->route);
    struct visit *v = visit_of(r);
    struct errs *errors;

    err e = v->has_form ? OK : visit_read_form(r, info);
    if (e == OK)
        e = expect_mistakes(r, &errors, info);
    if (e == OK)
        e = api_read_fields(o->body, o->body_use, &v->form, r->memory, filled, errors, info);
    return e;
}

/* ---- parameters of a path ---- */

static const char *const subjects[] = {"people", "spaces", NULL};

static const struct api_field params[] = {
    {.key = "id", .kind = API_ID, .about = "api.about-path-id"},
    {.key = "person", .kind = API_ID, .about = "api.about-path-person"},
    {.key = "subject", .kind = API_ID, .about = "api.about-path-subject"},
    {.key = "kind", .kind = API_WORD, .words = subjects, .about = "api.about-path-kind"},
    {.key = "number", .kind = API_INT, .low = 1, .about = "api.about-path-number"},
    {.key = "code", .kind = API_TEXT, .low = 1, .about = "api.about-path-code"},
    {.key = "file", .kind = API_TEXT, .low = 1, .about = "api.about-path-file"},
};

const struct api_field *api_param_of(str name)
{
    for (size_t i = 0; i < sizeof params / sizeof *params; i++)
        if (str_eq(str_of(params[i].key), name))
            return &params[i];
    return NULL;
}

err api_param_word(struct req *r, const char *name, int *word, struct err_info *info)
{
    const struct api_field *f = api_param_of(str_of(name));
    for (*word = 0; f->words[*word]; (*word)++)
        if (str_eq(str_of(f->words[*word]), req_param(r, name)))
            return OK;
    return err_set(info, E_NOT_FOUND, "site.not-found");
}

/* ---- If-Match ---- */

/* "7-0123456789abcdef", with quotes, perhaps behind W/: 7 is the version. */
static bool version_of(str tag, int64_t *version)
{
    size_t dash;
    tag = str_trim(tag);
    if (str_starts(tag, STR("W/")))
        tag = str_cut(tag, 2, tag.n);
    return tag.n > 2 && tag.p[0] == '"' && tag.p[tag.n - 1] == '"' && str_find(tag, '-', &dash) &&
           num_parse_int(str_cut(tag, 1, dash), version);
}

err api_match(struct req *r, int64_t current, int64_t *version, struct err_info *info)
{
    str list = http_header(r->http, "If-Match"), tag;

    if (!list.p)
        return err_set(info, E_CONFLICT, "api.match-needed");
    if (str_eq(str_trim(list), STR("*"))) {
        *version = current;
        return OK;
    }
    while (str_next(&list, ',', &tag))
        if (version_of(tag, version) && (*version == current || current == 0))
            return OK;
    return err_set(info, E_CONFLICT, "api.changed-since");
}

err api_match_or_make(struct req *r, bool is_there, int64_t current, int64_t *version,
                      struct err_info *info)
{
    if (is_there)
        return api_match(r, current, version, info);
    *version = 0;
    return http_header(r->http, "If-Match").p ? err_set(info, E_CONFLICT, "api.changed-since") : OK;
}
