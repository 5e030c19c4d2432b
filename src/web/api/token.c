/* SPDX-License-Identifier: EUPL-1.2 */
/* token: the viewer's own tokens, to end them; a new one is made on a page, by a person. */
#include "web/api/api_int.h"

#define FIELD(name, how, member)                                                                   \
    .key = (name), .kind = (how), .offset = offsetof(struct token, member), .use = API_SHOWN

/* In the order of the bits of enum token_scope. */
static const char *const scopes[] = {"read", "write", NULL};

static const struct api_field fields[] = {
    {FIELD("id", API_ID, id), .about = "api.token-id"},
    {FIELD("name", API_TEXT, name), .about = "api.token-name", .example = "Nachtelijke kopie"},
    {FIELD("scopes", API_WORDS, scopes), .words = scopes, .about = "api.me-scopes"},
    {FIELD("createdAt", API_TIME, created_at), .about = "api.about-created"},
    {FIELD("expiresAt", API_TIME, expires_at), .about = "api.token-expires"},
    {FIELD("lastUsedOn", API_DATE, last_used_day), .nullable = true, .about = "api.token-used"},
};
static const struct api_map token_map = {.name = "Token", API_FIELDS(fields), .about = "api.token"};

static err get_tokens(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct api_asked none;
    struct token *list;
    size_t n;

    err e = api_ask(r, &none, info);
    if (e == OK)
        e = token_list(&v->deed, v->db, &list, &n, info);
    return e == OK ? api_show_page(r, list, n, sizeof *list, (struct cursor){0}, info) : e;
}

static err delete_token(struct req *r, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct token_id id;
    err e = req_param_id(r, "id", &id.v, info);
    if (e == OK)
        e = token_drop(&v->deed, v->db, id, info);
    return e == OK ? api_show_nothing(r, info) : e;
}

const struct route api_token_routes[] = {
    API_ROUTE("api-my-tokens", HTTP_GET, "/me/tokens", get_tokens, &rule_api_person),
    API_ROUTE("api-my-token-remove", HTTP_DELETE, "/me/tokens/{id}", delete_token, &rule_api_write),
    {0},
};

const struct api_operation api_token_operations[] = {
    {.route = "api-my-tokens",
     .tag = "me",
     .about = "api.do-my-tokens",
     .shape = API_PAGE,
     .answer = &token_map},
    {.route = "api-my-token-remove",
     .tag = "me",
     .about = "api.do-my-token-remove",
     .shape = API_NOTHING,
     .status = 204},
    {0},
};
