/* SPDX-License-Identifier: EUPL-1.2 */
/* space: what people share, for programs. */
#include "web/api/api_int.h"

#include <string.h>

#define FIELD(name, how, member, where)                                                            \
    .key = (name), .kind = (how), .offset = offsetof(struct space, member), .use = (where)

static const char *const policies[] = {
    [JOIN_OPEN] = "open", [JOIN_REQUEST] = "request", [JOIN_INVITE] = "invitation", NULL};
static const char *const levels[] = {[LEVEL_OWNER] = "owner",
                                     [LEVEL_SPACE] = "space",
                                     [LEVEL_SIGNED_IN] = "signed-in",
                                     [LEVEL_PUBLIC] = "public",
                                     NULL};

#define TEXT_IN(tag, lang, most, what, sample)                                                     \
    {                                                                                              \
        .key = (tag), .kind = API_TEXT, .offset = (lang) * sizeof(str), .use = API_EDITED,         \
        .required = true, .low = (most) == SPACE_NAME_MAX, .high = (most), .about = (what),        \
        .example = (sample)                                                                        \
    }
static const struct api_field name_fields[] = {
    TEXT_IN("nl", LANG_NL, SPACE_NAME_MAX, "api.space-name-nl", "Schulden vroeg zien"),
    TEXT_IN("en", LANG_EN, SPACE_NAME_MAX, "api.space-name-en", "Seeing debts early"),
};
static const struct api_field about_fields[] = {
    TEXT_IN("nl", LANG_NL, SPACE_ABOUT_MAX, "api.space-about-nl", "Wat werkt, en wat niet."),
    TEXT_IN("en", LANG_EN, SPACE_ABOUT_MAX, "api.space-about-en", "What works and what does not."),
};
static const struct api_map name_map = {
    .name = "SpaceName", API_FIELDS(name_fields), .about = "api.space-name"};
static const struct api_map about_map = {
    .name = "SpaceAbout", API_FIELDS(about_fields), .about = "api.space-about"};

static const struct api_field fields[] = {
    {FIELD("id", API_ID, id, API_SHOWN), .about = "api.space-id"},
    {FIELD("version", API_INT, version, API_SHOWN), .about = "api.about-version"},
    {FIELD("parentId", API_ID, parent, API_SHOWN | API_MAKE), .nullable = true,
     .about = "api.space-parent"},
    {FIELD("slug", API_TEXT, slug, API_EDITED), .required = true, .low = 1, .high = SPACE_SLUG_MAX,
     .about = "api.space-slug", .example = "schulden-vroeg-zien"},
    {FIELD("name", API_MAP, name, API_EDITED), .required = true, .map = &name_map,
     .about = "api.space-name"},
    {FIELD("about", API_MAP, about, API_EDITED), .map = &about_map, .about = "api.space-about"},
    {FIELD("joinPolicy", API_WORD, join, API_EDITED), .words = policies, .about = "api.space-join"},
    {FIELD("ceiling", API_WORD, ceiling, API_EDITED), .words = levels,
     .about = "api.space-ceiling"},
    {FIELD("effectiveCeiling", API_WORD, eff_ceiling, API_SHOWN), .words = levels,
     .about = "api.space-effective-ceiling"},
    {FIELD("isListed", API_BOOL, is_listed, API_EDITED), .about = "api.space-listed"},
    {FIELD("isMember", API_BOOL, is_member, API_SHOWN), .about = "api.space-is-member"},
    {FIELD("mayWrite", API_BOOL, may_write, API_SHOWN), .about = "api.space-may-write"},
    {FIELD("mayManage", API_BOOL, may_manage, API_SHOWN), .about = "api.space-may-manage"},
};
static const struct api_map space_map = {
    .name = "Space",
    API_FIELDS(fields),
    .about = "api.space",
    .version_offset = offsetof(struct space, version),
};

static const struct api_field filter_fields[] = {
    {.key = "parentId",
     .kind = API_ID,
     .offset = offsetof(struct api_asked, parent),
     .use = API_QUERY,
     .about = "api.ask-parent"},
};
static const struct api_map ask_list = {API_FIELDS(filter_fields)};

/* ---- reading ---- */

static err show_list(struct req *r, struct space *list, size_t n, struct err_info *info)
{
    struct api_seen *seen = ARENA_NEW(r->memory, struct api_seen, 1);
    err e = seen ? OK : err_nomem(info);
    for (size_t i = 0; e == OK && i < n; i++)
        e = api_hide_space(&visit_of(r)->deed, r->db, seen, &list[i].parent, info);
    return e == OK ? api_show_page(r, list, n, sizeof *list, (struct cursor){0}, info) : e;
}

static err get_spaces(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct api_asked asked;
    struct space *list;
    size_t n;

    err e = api_ask(r, &asked, info);
    if (e == OK)
        e = space_list(&v->deed, v->db, asked.parent, &list, &n, info);
    return e == OK ? show_list(r, list, n, info) : e;
}

static err get_my_spaces(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct api_asked asked;
    struct space *list;
    size_t n;

    err e = api_ask(r, &asked, info);
    if (e == OK)
        e = space_mine(&v->deed, v->db, &list, &n, info);
    return e == OK ? show_list(r, list, n, info) : e;
}

static err find(struct req *r, struct space *s, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct space_id id;
    const err e = req_param_id(r, "id", &id.v, info);
    return e == OK ? space_get(&v->deed, v->db, id, s, info) : e;
}

static err hide(struct req *r, struct space *s, struct err_info *info)
{
    struct api_seen *seen = ARENA_NEW(r->memory, struct api_seen, 1);
    return seen ? api_hide_space(&visit_of(r)->deed, r->db, seen, &s->parent, info)
                : err_nomem(info);
}

static err get_space(struct req *r, struct err_info *info)
{
    struct api_asked none;
    struct space s;
    err e = api_ask(r, &none, info);
    if (e == OK)
        e = find(r, &s, info);
    if (e == OK)
        e = hide(r, &s, info);
    return e == OK ? api_show(r, &s, info) : e;
}

/* ---- writing ---- */

static struct space_form form_of(const struct space *s)
{
    struct space_form form = {
        .parent = s->parent,
        .slug = s->slug,
        .join = s->join,
        .ceiling = s->ceiling,
        .is_listed = s->is_listed,
    };
    memcpy(form.name, s->name, sizeof form.name);
    memcpy(form.about, s->about, sizeof form.about);
    return form;
}

/* What is not said is narrow: by invitation, for its members, in no list. */
static err post_space(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct space s = {
        .slug = STR(""),
        .name = {STR(""), STR("")},
        .about = {STR(""), STR("")},
        .join = JOIN_INVITE,
        .ceiling = LEVEL_SPACE,
    };
    struct space_id id;

    err e = api_read(r, &s, info);
    const struct space_form form = form_of(&s);
    if (e == OK)
        e = space_create(&v->deed, v->db, &form, &id, info);
    if (e == OK)
        e = space_get(&v->deed, v->db, id, &s, info);
    if (e == OK)
        e = hide(r, &s, info);
    return e == OK ? api_show_made(r, API_PATH "/spaces", id.v, &s, info) : e;
}

static err patch_space(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    int64_t version;
    struct space s;

    err e = find(r, &s, info);
    if (e == OK)
        e = api_match(r, s.version, &version, info);
    if (e == OK)
        e = api_read(r, &s, info);
    if (e != OK)
        return e;
    const struct space_form form = form_of(&s);
    e = space_change(&v->deed, v->db, s.id, version, &form, info);
    if (e == OK)
        e = find(r, &s, info);
    if (e == OK)
        e = hide(r, &s, info);
    return e == OK ? api_show(r, &s, info) : e;
}

const struct route api_space_routes[] = {
    API_ROUTE("api-spaces", HTTP_GET, "/spaces", get_spaces, &rule_api_read),
    API_ROUTE("api-space-new", HTTP_POST, "/spaces", post_space, &rule_api_write),
    API_ROUTE("api-space", HTTP_GET, "/spaces/{id}", get_space, &rule_api_read),
    API_ROUTE("api-space-change", HTTP_PATCH, "/spaces/{id}", patch_space, &rule_api_write),
    API_ROUTE("api-my-spaces", HTTP_GET, "/me/spaces", get_my_spaces, &rule_api_person),
    {0},
};

const struct api_operation api_space_operations[] = {
    {.route = "api-spaces",
     .tag = "spaces",
     .about = "api.do-spaces",
     .query = &ask_list,
     .shape = API_PAGE,
     .answer = &space_map},
    {.route = "api-space-new",
     .tag = "spaces",
     .about = "api.do-space-new",
     .body = &space_map,
     .body_use = API_MAKE,
     .shape = API_ONE,
     .answer = &space_map,
     .status = 201,
     .has_etag = true},
    {.route = "api-space",
     .tag = "spaces",
     .about = "api.do-space",
     .shape = API_ONE,
     .answer = &space_map,
     .has_etag = true},
    {.route = "api-space-change",
     .tag = "spaces",
     .about = "api.do-space-change",
     .body = &space_map,
     .body_use = API_CHANGE,
     .shape = API_ONE,
     .answer = &space_map,
     .has_etag = true,
     .needs_match = true},
    {.route = "api-my-spaces",
     .tag = "me",
     .about = "api.do-my-spaces",
     .shape = API_PAGE,
     .answer = &space_map},
    {0},
};
