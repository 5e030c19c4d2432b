/* SPDX-License-Identifier: EUPL-1.2 */
/* people: who is here, for the signed in; and who asks. */
#include "web/api/api_int.h"

#define FIELD(name, how, member, where)                                                            \
    .key = (name), .kind = (how), .offset = offsetof(struct person, member), .use = (where)

static const struct api_field fields[] = {
    {FIELD("id", API_ID, id, API_SHOWN), .about = "api.person-id"},
    {FIELD("name", API_TEXT, name, API_SHOWN), .about = "api.person-name",
     .example = "Samira El Amrani"},
    {FIELD("function", API_TEXT, function, API_SHOWN), .about = "api.person-function",
     .example = "Beleidsadviseur"},
    {FIELD("organisationName", API_TEXT, organisation_name, API_SHOWN),
     .about = "api.person-organisation", .example = "Gemeente Voorbeeldstad"},
};
static const struct api_map person_map = {
    .name = "Person", API_FIELDS(fields), .about = "api.person"};

/* Who asks, and with what in hand. */
struct me {
    struct person person;
    enum lang lang;
    unsigned roles, scopes;
};

/* In the order of the bits of enum access_role and enum token_scope. */
static const char *const roles[] = {"editor",  "moderator",     "analyst",     "residentData",
                                    "auditor", "administrator", "dataSteward", NULL};
static const char *const scopes[] = {"read", "write", NULL};
static const char *const languages[] = {[LANG_NL] = "nl", [LANG_EN] = "en", NULL};

static const struct api_field me_fields[] = {
    {.key = "person",
     .kind = API_MAP,
     .offset = offsetof(struct me, person),
     .use = API_SHOWN,
     .map = &person_map,
     .about = "api.me-person"},
    {.key = "language",
     .kind = API_WORD,
     .offset = offsetof(struct me, lang),
     .use = API_SHOWN,
     .words = languages,
     .about = "api.me-language"},
    {.key = "roles",
     .kind = API_WORDS,
     .offset = offsetof(struct me, roles),
     .use = API_SHOWN,
     .words = roles,
     .about = "api.me-roles"},
    {.key = "scopes",
     .kind = API_WORDS,
     .offset = offsetof(struct me, scopes),
     .use = API_SHOWN,
     .words = scopes,
     .about = "api.me-scopes"},
};
static const struct api_map me_map = {.name = "Me", API_FIELDS(me_fields), .about = "api.me"};

static const struct api_field filter_fields[] = {
    {.key = "search",
     .kind = API_TEXT,
     .offset = offsetof(struct api_asked, search),
     .use = API_QUERY,
     .high = ACCESS_NAME_MAX,
     .about = "api.ask-search",
     .example = "samira"},
    API_ASK_LIMIT,
    API_ASK_CURSOR,
};
static const struct api_map ask_list = {API_FIELDS(filter_fields)};

static err get_people(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct api_asked asked;
    struct person *list;
    struct party_id next;
    size_t n;

    err e = api_ask(r, &asked, info);
    if (e == OK)
        e = person_list(&v->deed, v->db, asked.search.p ? asked.search : STR(""),
                        (struct party_id){asked.cursor.id}, (size_t)asked.limit, &list, &n, &next,
                        info);
    return e == OK ? api_show_page(r, list, n, sizeof *list, (struct cursor){0, next.v}, info) : e;
}

static err get_person(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct api_asked none;
    struct party_id id;
    struct person p;

    err e = api_ask(r, &none, info);
    if (e == OK)
        e = req_param_id(r, "id", &id.v, info);
    if (e == OK)
        e = person_find(&v->deed, v->db, id, &p, info);
    return e == OK ? api_show(r, &p, info) : e;
}

static err get_me(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct me me = {.scopes = v->scopes, .roles = v->deed.viewer.roles};
    struct api_asked none;
    struct account a;

    err e = api_ask(r, &none, info);
    if (e == OK)
        e = person_find(&v->deed, v->db, v->deed.viewer.id, &me.person, info);
    if (e == OK)
        e = account_mine(&v->deed, v->db, &a, info);
    if (e == OK)
        me.lang = a.lang;
    return e == OK ? api_show(r, &me, info) : e;
}

const struct route api_people_routes[] = {
    API_ROUTE("api-people", HTTP_GET, "/people", get_people, &rule_api_person),
    API_ROUTE("api-person", HTTP_GET, "/people/{id}", get_person, &rule_api_person),
    API_ROUTE("api-me", HTTP_GET, "/me", get_me, &rule_api_person),
    {0},
};

const struct api_operation api_people_operations[] = {
    {.route = "api-people",
     .tag = "people",
     .about = "api.do-people",
     .query = &ask_list,
     .shape = API_PAGE,
     .answer = &person_map},
    {.route = "api-person",
     .tag = "people",
     .about = "api.do-person",
     .shape = API_ONE,
     .answer = &person_map},
    {.route = "api-me", .tag = "me", .about = "api.do-me", .shape = API_ONE, .answer = &me_map},
    {0},
};
