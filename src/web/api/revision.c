/* SPDX-License-Identifier: EUPL-1.2 */
/* revision: the texts that a publication had; one of them can be made its text again. */
#include "web/api/api_int.h"

#include <stdio.h>

#define FIELD(name, how, member, where)                                                            \
    .key = (name), .kind = (how), .offset = offsetof(struct revision, member), .use = (where)

static const struct api_field fields[] = {
    {FIELD("number", API_INT, number, API_SHOWN | API_MAKE), .required = true, .low = 1,
     .high = INT32_MAX, .about = "api.revision-number"},
    {FIELD("title", API_TEXT, title, API_SHOWN), .about = "api.publication-title",
     .example = "Eerst bellen, dan pas een brief"},
    {FIELD("summary", API_TEXT, summary, API_SHOWN), .about = "api.publication-summary",
     .example = "Wat een telefoontje scheelt."},
    {FIELD("body", API_TEXT, body, API_SINGLE), .about = "api.publication-body",
     .example = "Wij belden **voor** de brief."},
    {FIELD("authorId", API_ID, author, API_SHOWN), .about = "api.revision-author"},
    {FIELD("authorName", API_TEXT, author_name, API_SHOWN), .about = "api.revision-author-name",
     .example = "Samira El Amrani"},
    {FIELD("createdAt", API_TIME, at, API_SHOWN), .about = "api.about-created"},
};
static const struct api_map revision_map = {
    .name = "Revision", API_FIELDS(fields), .about = "api.revision"};

static err get_revisions(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct publication_id id;
    struct api_asked asked;
    struct revision *list;
    int64_t next;
    size_t n;

    err e = api_ask(r, &asked, info);
    if (e == OK)
        e = req_param_id(r, "id", &id.v, info);
    if (e == OK)
        e = revision_list(&v->deed, v->db, id, asked.cursor.id, (size_t)asked.limit, &list, &n,
                          &next, info);
    return e == OK ? api_show_page(r, list, n, sizeof *list, (struct cursor){0, next}, info) : e;
}

static err get_revision(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct publication_id id;
    struct api_asked none;
    struct revision found;
    int64_t number;

    err e = api_ask(r, &none, info);
    if (e == OK)
        e = req_param_id(r, "id", &id.v, info);
    if (e == OK)
        e = req_param_id(r, "number", &number, info);
    if (e == OK)
        e = revision_find(&v->deed, v->db, id, number, &found, info);
    return e == OK ? api_show(r, &found, info) : e;
}

static err show_made(struct req *r, const struct publication *p, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct revision made;
    char path[96];

    const err e = revision_find(&v->deed, v->db, p->id, p->revision, &made, info);
    (void)snprintf(path, sizeof path, API_PATH "/publications/%lld/revisions", (long long)p->id.v);
    return e == OK ? api_show_made(r, path, p->revision, &made, info) : e;
}

/* What it said then becomes a new revision on top; nothing that came between is lost. */
static err post_revision(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct revision old = {.number = 0};
    struct publication_id id;
    struct publication p;
    int64_t version;

    err e = req_param_id(r, "id", &id.v, info);
    if (e == OK)
        e = publication_find(&v->deed, v->db, id, &p, info);
    if (e == OK)
        e = api_match(r, p.version, &version, info);
    if (e == OK)
        e = api_read(r, &old, info);
    if (e == OK)
        e = revision_find(&v->deed, v->db, id, old.number, &old, info);
    if (e != OK)
        return e;
    struct publication_form form = api_publication_form(&p);
    form.title = old.title;
    form.summary = old.summary;
    form.body = old.body;
    e = publication_change(&v->deed, v->db, id, version, &form, info);
    if (e == OK)
        e = publication_find(&v->deed, v->db, id, &p, info);
    return e == OK ? show_made(r, &p, info) : e;
}

const struct route api_revision_routes[] = {
    API_ROUTE("api-revisions", HTTP_GET, "/publications/{id}/revisions", get_revisions,
              &rule_api_person),
    API_ROUTE("api-revision", HTTP_GET, "/publications/{id}/revisions/{number}", get_revision,
              &rule_api_person),
    API_ROUTE("api-revision-new", HTTP_POST, "/publications/{id}/revisions", post_revision,
              &rule_api_write),
    {0},
};

const struct api_operation api_revision_operations[] = {
    {.route = "api-revisions",
     .tag = "revisions",
     .about = "api.do-revisions",
     .query = &api_ask_page,
     .shape = API_PAGE,
     .answer = &revision_map},
    {.route = "api-revision",
     .tag = "revisions",
     .about = "api.do-revision",
     .shape = API_ONE,
     .answer = &revision_map},
    {.route = "api-revision-new",
     .tag = "revisions",
     .about = "api.do-revision-new",
     .body = &revision_map,
     .body_use = API_MAKE,
     .shape = API_ONE,
     .answer = &revision_map,
     .status = 201,
     .needs_match = true},
    {0},
};
