/* SPDX-License-Identifier: EUPL-1.2 */
/* site: whether it answers, and what it answers to. */
#include "web/api/api_int.h"

#include <sodium.h>

struct health {
    int status;
    str version;
};

static const char *const states[] = {"ready", NULL};
static const struct api_field health_fields[] = {
    {.key = "status",
     .kind = API_WORD,
     .offset = offsetof(struct health, status),
     .use = API_SHOWN,
     .words = states,
     .about = "api.health-status"},
    {.key = "version",
     .kind = API_TEXT,
     .offset = offsetof(struct health, version),
     .use = API_SHOWN,
     .about = "api.health-version",
     .example = API_VERSION},
};
static const struct api_map health_map = {
    .name = "Health", API_FIELDS(health_fields), .about = "api.health"};

static err get_health(struct req *r, struct err_info *info)
{
    const struct health h = {.version = STR(API_VERSION)};
    struct api_asked none;
    err e = api_ask(r, &none, info);
    if (e == OK && !db_is_alive(r->db))
        e = err_set(info, E_BUSY, "api.not-ready");
    return e == OK ? api_show(r, &h, info) : e;
}

/* ---- what went wrong ---- */

struct told {
    str code, meaning;
};
static const struct api_field problem_fields[] = {
    {.key = "code",
     .kind = API_TEXT,
     .offset = offsetof(struct told, code),
     .use = API_SHOWN,
     .about = "api.problem-code",
     .example = "knowledge.changed-since"},
    {.key = "meaning",
     .kind = API_TEXT,
     .offset = offsetof(struct told, meaning),
     .use = API_SHOWN,
     .about = "api.code-meaning",
     .example = "Somebody changed this since you opened it."},
};
static const struct api_map problem_map = {
    .name = "ProblemCode", API_FIELDS(problem_fields), .about = "api.code"};

/* The address that problems carry as their type; what it says is in the program, of nobody. */
static err get_problem(struct req *r, struct err_info *info)
{
    struct told told = {.code = req_param(r, "code")};
    struct api_asked none;
    const err e = api_ask(r, &none, info);
    if (e != OK)
        return e;
    told.code = arena_str(r->memory, told.code);
    if (!told.code.p)
        return err_nomem(info);
    if (!tr_has(r->lang, told.code.p))
        return err_set(info, E_NOT_FOUND, "site.not-found");
    told.meaning = tr(r->lang, told.code.p);
    return api_show(r, &told, info);
}

static err tag(struct req *r, struct err_info *info)
{
    unsigned char hash[crypto_generichash_BYTES_MIN];
    const str body = out_view(&r->answer->body);
    out o;
    out_init(&o, 64);
    crypto_generichash(hash, sizeof hash, (const unsigned char *)body.p, body.n, NULL, 0);
    out_char(&o, '"');
    out_hex(&o, hash, sizeof hash);
    out_char(&o, '"');
    r->answer->etag = arena_str(r->memory, out_view(&o));
    out_free(&o);
    return r->answer->etag.p ? OK : err_nomem(info);
}

/* Any page may read the description: it is the same for everybody. */
static err get_document(struct req *r, struct err_info *info)
{
    const struct web *web = web_of(r);
    const struct api_contact contact = {
        .name = web->face.organisation,
        .url = str_of(site_base_url(r->site)),
        .email = web->contact_email,
    };
    struct api_asked none;

    err e = api_ask(r, &none, info);
    if (e == OK)
        e = api_print_document(site_get_router(r->site), &contact, r->lang, &r->answer->body, info);
    if (e == OK)
        e = tag(r, info);
    if (e != OK)
        return e;
    r->answer->type = "application/json";
    r->answer->cache = HTTP_CACHE_ASK;
    http_add_header(r->answer, "Access-Control-Allow-Origin", STR("*"));
    return OK;
}

const struct route api_site_routes[] = {
    API_ROUTE("api-health", HTTP_GET, "/health", get_health, &rule_anyone),
    API_ROUTE("api-problem", HTTP_GET, "/problems/{code}", get_problem, &rule_anyone),
    API_ROUTE("api-document", HTTP_GET, "/openapi.json", get_document, &rule_anyone),
    {0},
};

const struct api_operation api_site_operations[] = {
    {.route = "api-health",
     .tag = "site",
     .about = "api.do-health",
     .shape = API_ONE,
     .answer = &health_map},
    {.route = "api-problem",
     .tag = "site",
     .about = "api.do-problem",
     .shape = API_ONE,
     .answer = &problem_map},
    {.route = "api-document",
     .tag = "site",
     .about = "api.do-document",
     .shape = API_DOCUMENT,
     .has_etag = true},
    {0},
};
