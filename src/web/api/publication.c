/* SPDX-License-Identifier: EUPL-1.2 */
/* publication: what people write, for programs. */
#include "web/api/api_int.h"

#define FIELD(name, how, member, where)                                                            \
    .key = (name), .kind = (how), .offset = offsetof(struct publication, member), .use = (where)

static const char *const languages[] = {[LANG_NL] = "nl", [LANG_EN] = "en", NULL};
static const char *const levels[] = {[LEVEL_OWNER] = "owner",
                                     [LEVEL_SPACE] = "space",
                                     [LEVEL_SIGNED_IN] = "signed-in",
                                     [LEVEL_PUBLIC] = "public",
                                     NULL};
static const char *const states[] = {[PUBLICATION_DRAFT] = "draft",
                                     [PUBLICATION_PUBLISHED] = "published",
                                     [PUBLICATION_ARCHIVED] = "archived",
                                     [PUBLICATION_REMOVED] = "removed",
                                     NULL};
static const char *const policies[] = {[COMMENTS_CLOSED] = "closed",
                                       [COMMENTS_MEMBERS] = "members",
                                       [COMMENTS_SIGNED_IN] = "signed-in",
                                       NULL};

static const struct api_field fields[] = {
    {FIELD("id", API_ID, id, API_SHOWN), .about = "api.publication-id"},
    {FIELD("version", API_INT, version, API_SHOWN), .about = "api.about-version"},
    {FIELD("title", API_TEXT, title, API_EDITED), .required = true, .low = 1,
     .high = PUBLICATION_TITLE_MAX, .about = "api.publication-title",
     .example = "Eerst bellen, dan pas een brief"},
    {FIELD("summary", API_TEXT, summary, API_EDITED), .high = PUBLICATION_SUMMARY_MAX,
     .about = "api.publication-summary", .example = "Wat een telefoontje scheelt."},
    {FIELD("body", API_TEXT, body, API_SINGLE | API_MAKE | API_CHANGE),
     .high = PUBLICATION_BODY_MAX, .about = "api.publication-body",
     .example = "Wij belden **voor** de brief."},
    {FIELD("language", API_WORD, lang, API_EDITED), .required = true, .words = languages,
     .about = "api.publication-language"},
    {FIELD("state", API_WORD, state, API_SHOWN), .words = states, .about = "api.publication-state"},
    {FIELD("level", API_WORD, level, API_EDITED), .words = levels,
     .about = "api.publication-level"},
    {FIELD("effectiveLevel", API_WORD, eff, API_SHOWN), .words = levels,
     .about = "api.publication-effective-level"},
    {FIELD("publishAt", API_TIME, publish_at, API_EDITED), .nullable = true,
     .about = "api.publication-publish-at"},
    {FIELD("expiresAt", API_TIME, delete_at, API_EDITED), .nullable = true,
     .about = "api.publication-expires-at"},
    {FIELD("commentPolicy", API_WORD, comments, API_EDITED), .words = policies,
     .about = "api.publication-comment-policy"},
    {FIELD("spaceId", API_ID, space, API_EDITED), .nullable = true,
     .about = "api.publication-space"},
    {FIELD("parentId", API_ID, parent, API_SHOWN | API_MAKE), .nullable = true,
     .about = "api.publication-parent"},
    {FIELD("translationId", API_ID, twin, API_SINGLE | API_MAKE | API_CHANGE), .nullable = true,
     .about = "api.publication-translation"},
    {FIELD("ownerId", API_ID, owner, API_SHOWN), .about = "api.publication-owner"},
    {FIELD("ownerName", API_TEXT, owner_name, API_SHOWN), .about = "api.publication-owner-name",
     .example = "Samira El Amrani"},
    {FIELD("commentCount", API_INT, n_comments, API_SHOWN), .about = "api.publication-comments"},
    {FIELD("viewCount", API_INT, n_views, API_SHOWN), .about = "api.publication-views"},
    {FIELD("createdAt", API_TIME, created_at, API_SHOWN), .about = "api.about-created"},
    {FIELD("changedAt", API_TIME, changed_at, API_SHOWN), .about = "api.about-changed"},
    {FIELD("mayEdit", API_BOOL, may_edit, API_SINGLE), .about = "api.publication-may-edit"},
    {FIELD("mayComment", API_BOOL, may_comment, API_SINGLE),
     .about = "api.publication-may-comment"},
};
const struct api_map api_publication_map = {
    .name = "Publication",
    API_FIELDS(fields),
    .about = "api.publication",
    .version_offset = offsetof(struct publication, version),
};

static const struct api_field state_fields[] = {
    {FIELD("state", API_WORD, state, API_MAKE), .required = true, .words = states,
     .about = "api.publication-new-state"},
};
static const struct api_map state_map = {
    .name = "PublicationState", API_FIELDS(state_fields), .about = "api.publication-state"};

static const struct api_field filter_fields[] = {
    {.key = "spaceId",
     .kind = API_ID,
     .offset = offsetof(struct api_asked, space),
     .use = API_QUERY,
     .about = "api.ask-space"},
    {.key = "ownerId",
     .kind = API_ID,
     .offset = offsetof(struct api_asked, owner),
     .use = API_QUERY,
     .about = "api.ask-owner"},
    API_ASK_LIMIT,
    API_ASK_CURSOR,
};
static const struct api_map ask_list = {API_FIELDS(filter_fields)};
static const struct api_map ask_export = {.field = filter_fields, .n_fields = 2};

/* ---- reading ---- */

static err find(struct req *r, struct publication *p, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct publication_id id;
    const err e = req_param_id(r, "id", &id.v, info);
    return e == OK ? publication_find(&v->deed, v->db, id, p, info) : e;
}

static err show(struct req *r, struct publication *p, struct err_info *info)
{
    struct api_seen *seen = ARENA_NEW(r->memory, struct api_seen, 1);
    if (!seen)
        return err_nomem(info);
    const err e = api_hide_of_publication(&visit_of(r)->deed, r->db, seen, p, info);
    return e == OK ? api_show(r, p, info) : e;
}

static err show_list(struct req *r, struct publication *list, size_t n, struct cursor next,
                     struct err_info *info)
{
    struct api_seen *seen = ARENA_NEW(r->memory, struct api_seen, 1);
    err e = seen ? OK : err_nomem(info);
    for (size_t i = 0; e == OK && i < n; i++)
        e = api_hide_space(&visit_of(r)->deed, r->db, seen, &list[i].space, info);
    return e == OK ? api_show_page(r, list, n, sizeof *list, next, info) : e;
}

static err get_publications(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct publication *list;
    struct api_asked asked;
    struct cursor next;
    size_t n;

    err e = api_ask(r, &asked, info);
    if (e == OK)
        e = publication_newest(
            &v->deed, v->db,
            (struct publication_filter){.space = asked.space, .owner = asked.owner}, asked.cursor,
            (size_t)asked.limit, &list, &n, &next, info);
    return e == OK ? show_list(r, list, n, next, info) : e;
}

static err get_my_publications(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct publication *list;
    struct api_asked asked;
    struct cursor next;
    size_t n;

    err e = api_ask(r, &asked, info);
    if (e == OK)
        e = publication_mine(&v->deed, v->db, asked.cursor, (size_t)asked.limit, &list, &n, &next,
                             info);
    return e == OK ? show_list(r, list, n, next, info) : e;
}

static err get_publication(struct req *r, struct err_info *info)
{
    struct publication p;
    struct api_asked none;
    err e = api_ask(r, &none, info);
    if (e == OK)
        e = find(r, &p, info);
    if (e != OK)
        return e;
    view_counter *views = web_of(r)->views;
    if (views && r->http->method == HTTP_GET && publication_is_live(&p, r->now_ms))
        view_counter_add(views, p.id, r->viewer->is_active);
    return show(r, &p, info);
}

/* ---- writing ---- */

struct publication_form api_publication_form(const struct publication *p)
{
    return (struct publication_form){
        .kind = p->kind,
        .space = p->space,
        .parent = p->parent,
        .lang = p->lang,
        .twin = p->twin,
        .level = p->level,
        .comments = p->comments,
        .publish_at = p->publish_at,
        .delete_at = p->delete_at,
        .title = p->title,
        .summary = p->summary,
        .body = p->body,
    };
}

/* What is not said is narrow: for its owner alone, without comments. */
static err post_publication(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct publication p = {
        .level = LEVEL_OWNER,
        .comments = COMMENTS_CLOSED,
        .publish_at = INT64_MAX,
        .delete_at = INT64_MAX,
        .title = STR(""),
        .summary = STR(""),
        .body = STR(""),
    };
    struct publication_id id;

    err e = api_read(r, &p, info);
    const struct publication_form form = api_publication_form(&p);
    if (e == OK)
        e = publication_create(&v->deed, v->db, &form, &id, info);
    if (e == OK)
        e = publication_find(&v->deed, v->db, id, &p, info);
    if (e != OK)
        return e;
    struct api_seen *seen = ARENA_NEW(r->memory, struct api_seen, 1);
    e = seen ? api_hide_of_publication(&v->deed, v->db, seen, &p, info) : err_nomem(info);
    return e == OK ? api_show_made(r, API_PATH "/publications", id.v, &p, info) : e;
}

static err patch_publication(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct publication p;
    int64_t version;

    err e = find(r, &p, info);
    if (e == OK)
        e = api_match(r, p.version, &version, info);
    if (e == OK)
        e = api_read(r, &p, info);
    if (e != OK)
        return e;
    const struct publication_form form = api_publication_form(&p);
    e = publication_change(&v->deed, v->db, p.id, version, &form, info);
    if (e == OK)
        e = find(r, &p, info);
    return e == OK ? show(r, &p, info) : e;
}

/* What was removed is shown to nobody; its owner puts it back by asking for a draft. */
static err put_state(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct publication p = {.version = 0};
    struct publication_id id;
    int64_t version;

    err e = req_param_id(r, "id", &id.v, info);
    if (e == OK)
        e = publication_find(&v->deed, v->db, id, &p, info);
    const bool is_hidden = e == E_NOT_FOUND;
    if (e == OK || is_hidden)
        e = api_match(r, p.version, &version, info);
    if (e == OK)
        e = api_read(r, &p, info);
    if (e == OK)
        e = publication_set_state(&v->deed, v->db, id, version, p.state, info);
    if (e != OK || p.state == PUBLICATION_REMOVED)
        return e == OK ? api_show_nothing(r, info) : e;
    e = publication_find(&v->deed, v->db, id, &p, info);
    return e == OK ? show(r, &p, info) : e;
}

const struct route api_publication_routes[] = {
    API_ROUTE("api-publications", HTTP_GET, "/publications", get_publications, &rule_api_read),
    API_ROUTE("api-publication-new", HTTP_POST, "/publications", post_publication, &rule_api_write),
    API_ROUTE("api-publication", HTTP_GET, "/publications/{id}", get_publication, &rule_api_read),
    API_ROUTE("api-publication-change", HTTP_PATCH, "/publications/{id}", patch_publication,
              &rule_api_write),
    API_ROUTE("api-publication-state", HTTP_PUT, "/publications/{id}/state", put_state,
              &rule_api_write),
    API_ROUTE("api-my-publications", HTTP_GET, "/me/publications", get_my_publications,
              &rule_api_person),
    ROUTE("api-export-publications", HTTP_GET, API_PATH "/exports/publications", NULL,
          api_export_publications, &rule_api_person, RATE_SEARCH, .has_token = true),
    {0},
};

const struct api_operation api_publication_operations[] = {
    {.route = "api-publications",
     .tag = "publications",
     .about = "api.do-publications",
     .query = &ask_list,
     .shape = API_PAGE,
     .answer = &api_publication_map},
    {.route = "api-publication-new",
     .tag = "publications",
     .about = "api.do-publication-new",
     .body = &api_publication_map,
     .body_use = API_MAKE,
     .shape = API_ONE,
     .answer = &api_publication_map,
     .status = 201,
     .has_etag = true},
    {.route = "api-publication",
     .tag = "publications",
     .about = "api.do-publication",
     .shape = API_ONE,
     .answer = &api_publication_map,
     .has_etag = true},
    {.route = "api-publication-change",
     .tag = "publications",
     .about = "api.do-publication-change",
     .body = &api_publication_map,
     .body_use = API_CHANGE,
     .shape = API_ONE,
     .answer = &api_publication_map,
     .has_etag = true,
     .needs_match = true},
    {.route = "api-publication-state",
     .tag = "publications",
     .about = "api.do-publication-state",
     .body = &state_map,
     .body_use = API_MAKE,
     .shape = API_ONE,
     .answer = &api_publication_map,
     .has_etag = true,
     .needs_match = true,
     .or_nothing = true},
    {.route = "api-my-publications",
     .tag = "me",
     .about = "api.do-my-publications",
     .query = &api_ask_page,
     .shape = API_PAGE,
     .answer = &api_publication_map},
    {.route = "api-export-publications",
     .tag = "publications",
     .about = "api.do-export",
     .query = &ask_export,
     .shape = API_LINES,
     .answer = &api_publication_map},
    {0},
};
