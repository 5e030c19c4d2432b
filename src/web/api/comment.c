/* SPDX-License-Identifier: EUPL-1.2 */
/* comment: what readers wrote under a publication. */
#include "web/api/api_int.h"

#define FIELD(name, how, member, where)                                                            \
    .key = (name), .kind = (how), .offset = offsetof(struct comment, member), .use = (where)

static const struct api_field fields[] = {
    {FIELD("id", API_ID, id, API_SHOWN), .about = "api.comment-id"},
    {FIELD("version", API_INT, version, API_SHOWN), .about = "api.about-version"},
    {FIELD("replyToId", API_ID, reply_to, API_SHOWN | API_MAKE), .nullable = true,
     .about = "api.comment-reply-to"},
    {FIELD("authorId", API_ID, author, API_SHOWN), .nullable = true, .about = "api.comment-author"},
    {FIELD("authorName", API_TEXT, author_name, API_SHOWN), .about = "api.comment-author-name",
     .example = "Joost Bakker"},
    {FIELD("body", API_TEXT, body, API_EDITED), .required = true, .low = 1, .high = COMMENT_MAX,
     .about = "api.comment-body", .example = "Wij zien hetzelfde."},
    {FIELD("isRemoved", API_BOOL, is_removed, API_SHOWN), .about = "api.comment-removed"},
    {FIELD("mayChange", API_BOOL, may_change, API_SHOWN), .about = "api.comment-may-change"},
    {FIELD("mayRemove", API_BOOL, may_remove, API_SHOWN), .about = "api.comment-may-remove"},
    {FIELD("createdAt", API_TIME, created_at, API_SHOWN), .about = "api.about-created"},
    {FIELD("changedAt", API_TIME, changed_at, API_SHOWN), .about = "api.about-changed"},
};
static const struct api_map comment_map = {
    .name = "Comment",
    API_FIELDS(fields),
    .about = "api.comment",
    .version_offset = offsetof(struct comment, version),
};

static err get_comments(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct publication_id id;
    struct api_asked asked;
    struct comment *list;
    struct cursor next;
    size_t n;

    err e = api_ask(r, &asked, info);
    if (e == OK)
        e = req_param_id(r, "id", &id.v, info);
    if (e == OK)
        e = comment_list(&v->deed, v->db, id, asked.cursor, (size_t)asked.limit, &list, &n, &next,
                         info);
    return e == OK ? api_show_page(r, list, n, sizeof *list, next, info) : e;
}

static err find(struct req *r, struct comment *c, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct comment_id id;
    const err e = req_param_id(r, "id", &id.v, info);
    return e == OK ? comment_find(&v->deed, v->db, id, c, info) : e;
}

static err get_comment(struct req *r, struct err_info *info)
{
    struct api_asked none;
    struct comment c;
    err e = api_ask(r, &none, info);
    if (e == OK)
        e = find(r, &c, info);
    return e == OK ? api_show(r, &c, info) : e;
}

static err post_comment(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct comment c = {.body = STR("")};
    struct publication_id on;
    struct publication p;
    struct comment_id id;

    err e = req_param_id(r, "id", &on.v, info);
    if (e == OK)
        e = publication_find(&v->deed, v->db, on, &p, info);
    if (e == OK)
        e = api_read(r, &c, info);
    if (e == OK)
        e = comment_add(&v->deed, v->db, on, c.reply_to, c.body, &id, info);
    if (e == OK)
        e = comment_find(&v->deed, v->db, id, &c, info);
    return e == OK ? api_show_made(r, API_PATH "/comments", id.v, &c, info) : e;
}

static err patch_comment(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct comment c;
    int64_t version;

    err e = find(r, &c, info);
    if (e == OK)
        e = api_match(r, c.version, &version, info);
    if (e == OK)
        e = api_read(r, &c, info);
    if (e == OK)
        e = comment_change(&v->deed, v->db, c.id, version, c.body, info);
    if (e == OK)
        e = find(r, &c, info);
    return e == OK ? api_show(r, &c, info) : e;
}

static err delete_comment(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct comment_id id;
    err e = req_param_id(r, "id", &id.v, info);
    if (e == OK)
        e = comment_remove(&v->deed, v->db, id, info);
    return e == OK ? api_show_nothing(r, info) : e;
}

const struct route api_comment_routes[] = {
    API_ROUTE("api-comments", HTTP_GET, "/publications/{id}/comments", get_comments,
              &rule_api_read),
    API_ROUTE("api-comment-new", HTTP_POST, "/publications/{id}/comments", post_comment,
              &rule_api_write),
    API_ROUTE("api-comment", HTTP_GET, "/comments/{id}", get_comment, &rule_api_read),
    API_ROUTE("api-comment-change", HTTP_PATCH, "/comments/{id}", patch_comment, &rule_api_write),
    API_ROUTE("api-comment-remove", HTTP_DELETE, "/comments/{id}", delete_comment, &rule_api_write),
    {0},
};

const struct api_operation api_comment_operations[] = {
    {.route = "api-comments",
     .tag = "comments",
     .about = "api.do-comments",
     .query = &api_ask_page,
     .shape = API_PAGE,
     .answer = &comment_map},
    {.route = "api-comment-new",
     .tag = "comments",
     .about = "api.do-comment-new",
     .body = &comment_map,
     .body_use = API_MAKE,
     .shape = API_ONE,
     .answer = &comment_map,
     .status = 201,
     .has_etag = true},
    {.route = "api-comment",
     .tag = "comments",
     .about = "api.do-comment",
     .shape = API_ONE,
     .answer = &comment_map,
     .has_etag = true},
    {.route = "api-comment-change",
     .tag = "comments",
     .about = "api.do-comment-change",
     .body = &comment_map,
     .body_use = API_CHANGE,
     .shape = API_ONE,
     .answer = &comment_map,
     .has_etag = true,
     .needs_match = true},
    {.route = "api-comment-remove",
     .tag = "comments",
     .about = "api.do-comment-remove",
     .shape = API_NOTHING,
     .status = 204},
    {0},
};
