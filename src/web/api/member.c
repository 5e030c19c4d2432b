/* SPDX-License-Identifier: EUPL-1.2 */
/* member: who belongs to a space. Asking, inviting and accepting all say what one is to become. */
#include "web/api/api_int.h"

#define FIELD(name, how, member_, where)                                                           \
    .key = (name), .kind = (how), .offset = offsetof(struct member, member_), .use = (where)

static const char *const roles[] = {[MEMBER_PLAIN] = "member",
                                    [MEMBER_EDITOR] = "editor",
                                    [MEMBER_MANAGER] = "manager",
                                    [MEMBER_JURY] = "jury",
                                    NULL};
/* Who left is a member no more: that is DELETE. */
static const char *const states[] = {
    [MEMBER_INVITED] = "invited", [MEMBER_PENDING] = "pending", [MEMBER_ACTIVE] = "active", NULL};

static const struct api_field fields[] = {
    {FIELD("personId", API_ID, party, API_SHOWN), .about = "api.person-id"},
    {FIELD("name", API_TEXT, name, API_SHOWN), .about = "api.person-name",
     .example = "Samira El Amrani"},
    {FIELD("function", API_TEXT, function, API_SHOWN), .about = "api.person-function",
     .example = "Beleidsadviseur"},
    {FIELD("organisationName", API_TEXT, organisation, API_SHOWN),
     .about = "api.person-organisation", .example = "Gemeente Voorbeeldstad"},
    {FIELD("state", API_WORD, state, API_SHOWN | API_MAKE), .required = true, .words = states,
     .about = "api.member-state"},
    {FIELD("role", API_WORD, role, API_SHOWN | API_MAKE), .words = roles,
     .about = "api.member-role"},
    {FIELD("changedAt", API_TIME, changed_at, API_SHOWN), .about = "api.about-changed"},
};
static const struct api_map member_map = {
    .name = "Member",
    API_FIELDS(fields),
    .about = "api.member",
    .version_offset = offsetof(struct member, version),
};

/* Which membership the address names. */
struct asked_of {
    struct space_id space;
    struct party_id who;
    bool is_own;
};

static err read_address(struct req *r, struct asked_of *m, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct space s;
    err e = req_param_id(r, "id", &m->space.v, info);
    if (e == OK)
        e = req_param_id(r, "person", &m->who.v, info);
    if (e == OK)
        e = space_get(&v->deed, v->db, m->space, &s, info);
    m->is_own = e == OK && m->who.v == v->deed.viewer.id.v;
    return e;
}

static err get_members(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct name_cursor next;
    struct api_asked asked;
    struct member *list;
    struct space_id id;
    size_t n;

    err e = api_ask(r, &asked, info);
    if (e == OK)
        e = req_param_id(r, "id", &id.v, info);
    if (e == OK)
        e = space_members(&v->deed, v->db, id, (struct name_cursor){.id = {asked.cursor.id}},
                          (size_t)asked.limit, &list, &n, &next, info);
    return e == OK ? api_show_page(r, list, n, sizeof *list, (struct cursor){0, next.id.v}, info)
                   : e;
}

static err get_member(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct api_asked none;
    struct asked_of at;
    struct member m;

    err e = api_ask(r, &none, info);
    if (e == OK)
        e = read_address(r, &at, info);
    if (e == OK)
        e = space_member(&v->deed, v->db, at.space, at.who, &m, info);
    return e == OK ? api_show(r, &m, info) : e;
}

/* Oneself joins, asks or accepts, as the space's door says; a manager does the rest. */
static err become(struct req *r, const struct asked_of *at, bool is_there, const struct member *old,
                  int64_t version, const struct member *m, struct err_info *info)
{
    struct visit *v = visit_of(r);
    const bool comes_in =
        at->is_own && m->state != MEMBER_INVITED && !(is_there && old->state == MEMBER_ACTIVE);
    enum member_state now;
    return comes_in ? space_join(&v->deed, v->db, at->space, &now, info)
                    : space_change_member(&v->deed, v->db, at->space, at->who, version, m->state,
                                          m->role, info);
}

static err put_member(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct member old = {.role = MEMBER_PLAIN}, m;
    struct asked_of at;
    int64_t version;

    err e = read_address(r, &at, info);
    if (e != OK)
        return e;
    e = space_member(&v->deed, v->db, at.space, at.who, &old, info);
    const bool is_there = e == OK;
    m = old;
    if (e == E_NOT_FOUND)
        e = OK;
    if (e == OK)
        e = api_match_or_make(r, is_there, old.version, &version, info);
    if (e == OK)
        e = api_read(r, &m, info);
    if (e == OK)
        e = become(r, &at, is_there, &old, version, &m, info);
    if (e == OK)
        e = space_member(&v->deed, v->db, at.space, at.who, &m, info);
    return e == OK ? api_show_put(r, !is_there, &m, info) : e;
}

static err delete_member(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct asked_of at;
    struct member m;

    err e = read_address(r, &at, info);
    if (e == OK)
        e = space_member(&v->deed, v->db, at.space, at.who, &m, info);
    if (e == OK)
        e = at.is_own ? space_leave(&v->deed, v->db, at.space, info)
                      : space_set_member(&v->deed, v->db, at.space, at.who, MEMBER_LEFT,
                                         MEMBER_PLAIN, info);
    return e == OK ? api_show_nothing(r, info) : e;
}

const struct route api_member_routes[] = {
    API_ROUTE("api-members", HTTP_GET, "/spaces/{id}/members", get_members, &rule_api_person),
    API_ROUTE("api-member", HTTP_GET, "/spaces/{id}/members/{person}", get_member,
              &rule_api_person),
    API_ROUTE("api-member-set", HTTP_PUT, "/spaces/{id}/members/{person}", put_member,
              &rule_api_write),
    API_ROUTE("api-member-remove", HTTP_DELETE, "/spaces/{id}/members/{person}", delete_member,
              &rule_api_write),
    {0},
};

const struct api_operation api_member_operations[] = {
    {.route = "api-members",
     .tag = "members",
     .about = "api.do-members",
     .query = &api_ask_page,
     .shape = API_PAGE,
     .answer = &member_map},
    {.route = "api-member",
     .tag = "members",
     .about = "api.do-member",
     .shape = API_ONE,
     .answer = &member_map,
     .has_etag = true},
    {.route = "api-member-set",
     .tag = "members",
     .about = "api.do-member-set",
     .body = &member_map,
     .body_use = API_MAKE,
     .shape = API_ONE,
     .answer = &member_map,
     .has_etag = true,
     .needs_match = true,
     .may_make = true},
    {.route = "api-member-remove",
     .tag = "members",
     .about = "api.do-member-remove",
     .shape = API_NOTHING,
     .status = 204},
    {0},
};
