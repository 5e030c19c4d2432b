/* SPDX-License-Identifier: EUPL-1.2 */
/* grant: to whom the owner of a publication opened it besides those its level lets in. */
#include "web/api/api_int.h"

/* A grant as it is told. */
struct told {
    int kind; /* of the words of the path */
    int64_t subject;
    str name;
    int access;
    int64_t version;
};

#define FIELD(name, how, member, where)                                                            \
    .key = (name), .kind = (how), .offset = offsetof(struct told, member), .use = (where)

enum { KIND_PEOPLE, KIND_SPACES };
enum { ACCESS_READ, ACCESS_EDIT };
static const char *const kinds[] = {[KIND_PEOPLE] = "people", [KIND_SPACES] = "spaces", NULL};
static const char *const accesses[] = {[ACCESS_READ] = "read", [ACCESS_EDIT] = "edit", NULL};

static const struct api_field fields[] = {
    {FIELD("kind", API_WORD, kind, API_SHOWN), .words = kinds, .about = "api.grant-kind"},
    {FIELD("subjectId", API_ID, subject, API_SHOWN), .about = "api.grant-subject"},
    {FIELD("name", API_TEXT, name, API_SHOWN), .about = "api.grant-name",
     .example = "Samira El Amrani"},
    {FIELD("access", API_WORD, access, API_SHOWN | API_MAKE), .required = true, .words = accesses,
     .about = "api.grant-access"},
};
static const struct api_map grant_map = {
    .name = "Grant",
    API_FIELDS(fields),
    .about = "api.grant",
    .version_offset = offsetof(struct told, version),
};

static struct told tell(const struct grant *g)
{
    return (struct told){
        .kind = g->to_space ? KIND_SPACES : KIND_PEOPLE,
        .subject = g->subject,
        .name = g->name.p ? g->name : STR(""),
        .access = g->may_edit ? ACCESS_EDIT : ACCESS_READ,
        .version = g->version,
    };
}

/* Which grant the address names. */
static err read_address(struct req *r, struct publication_id *id, struct grant *g,
                        struct err_info *info)
{
    int kind;
    *g = (struct grant){.version = 0};
    err e = req_param_id(r, "id", &id->v, info);
    if (e == OK)
        e = api_param_word(r, "kind", &kind, info);
    if (e == OK)
        e = req_param_id(r, "subject", &g->subject, info);
    g->to_space = e == OK && kind == KIND_SPACES;
    return e;
}

static err get_grants(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct publication_id id;
    struct told *told = NULL;
    struct api_asked none;
    struct grant *list;
    size_t n;

    err e = api_ask(r, &none, info);
    if (e == OK)
        e = req_param_id(r, "id", &id.v, info);
    if (e == OK)
        e = grant_list(&v->deed, v->db, id, &list, &n, info);
    if (e == OK && !(told = ARENA_NEW(r->memory, struct told, n)))
        e = err_nomem(info);
    for (size_t i = 0; e == OK && i < n; i++)
        told[i] = tell(&list[i]);
    return e == OK ? api_show_page(r, told, n, sizeof *told, (struct cursor){0}, info) : e;
}

static err get_grant(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct publication_id id;
    struct api_asked none;
    struct grant g;

    err e = api_ask(r, &none, info);
    if (e == OK)
        e = read_address(r, &id, &g, info);
    if (e == OK)
        e = grant_find(&v->deed, v->db, id, g.to_space, g.subject, &g, info);
    if (e != OK)
        return e;
    const struct told told = tell(&g);
    return api_show(r, &told, info);
}

/* Whoever does not own it is refused here, whoever does not see it finds nothing. */
static err find_old(struct req *r, struct publication_id id, const struct grant *at,
                    struct grant *old, bool *is_there, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct publication p;
    err e = publication_find(&v->deed, v->db, id, &p, info);
    if (e != OK)
        return e;
    e = grant_find(&v->deed, v->db, id, at->to_space, at->subject, old, info);
    *is_there = e == OK;
    return e == E_NOT_FOUND ? OK : e;
}

static err put_grant(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct publication_id id;
    struct grant g, old = {.version = 0};
    struct told told = {.access = ACCESS_READ};
    bool is_there;

    err e = read_address(r, &id, &g, info);
    if (e == OK)
        e = find_old(r, id, &g, &old, &is_there, info);
    if (e == OK)
        e = api_match_or_make(r, is_there, old.version, &g.version, info);
    if (e == OK)
        e = api_read(r, &told, info);
    g.may_edit = told.access == ACCESS_EDIT;
    if (e == OK)
        e = grant_set(&v->deed, v->db, id, &g, info);
    if (e == OK)
        e = grant_find(&v->deed, v->db, id, g.to_space, g.subject, &g, info);
    if (e != OK)
        return e;
    told = tell(&g);
    return api_show_put(r, !is_there, &told, info);
}

static err delete_grant(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct publication_id id;
    struct grant g;

    err e = read_address(r, &id, &g, info);
    if (e == OK)
        e = grant_find(&v->deed, v->db, id, g.to_space, g.subject, &g, info);
    if (e == OK)
        e = grant_drop(&v->deed, v->db, id, g.to_space, g.subject, info);
    return e == OK ? api_show_nothing(r, info) : e;
}

#define GRANT_PATH "/publications/{id}/grants/{kind}/{subject}"

const struct route api_grant_routes[] = {
    API_ROUTE("api-grants", HTTP_GET, "/publications/{id}/grants", get_grants, &rule_api_person),
    API_ROUTE("api-grant", HTTP_GET, GRANT_PATH, get_grant, &rule_api_person),
    API_ROUTE("api-grant-set", HTTP_PUT, GRANT_PATH, put_grant, &rule_api_write),
    API_ROUTE("api-grant-remove", HTTP_DELETE, GRANT_PATH, delete_grant, &rule_api_write),
    {0},
};

const struct api_operation api_grant_operations[] = {
    {.route = "api-grants",
     .tag = "grants",
     .about = "api.do-grants",
     .shape = API_PAGE,
     .answer = &grant_map},
    {.route = "api-grant",
     .tag = "grants",
     .about = "api.do-grant",
     .shape = API_ONE,
     .answer = &grant_map,
     .has_etag = true},
    {.route = "api-grant-set",
     .tag = "grants",
     .about = "api.do-grant-set",
     .body = &grant_map,
     .body_use = API_MAKE,
     .shape = API_ONE,
     .answer = &grant_map,
     .has_etag = true,
     .needs_match = true,
     .may_make = true},
    {.route = "api-grant-remove",
     .tag = "grants",
     .about = "api.do-grant-remove",
     .shape = API_NOTHING,
     .status = 204},
    {0},
};
