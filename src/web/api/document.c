/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * document: the API described as OpenAPI 3.1, from the same tables that read and write. Its schemas
 * are JSON Schema (draft 2020-12).
 */
#include "web/api/document_int.h"

#include <stdio.h>
#include <string.h>

/* ---- operations ---- */

static const char *path_of(const struct route *route)
{
    return str_starts(str_of(route->path_nl), STR(API_PATH "/")) ? route->path_nl + strlen(API_PATH)
                                                                 : NULL;
}

static void put_ref(json *j, const char *where, const char *name, const char *suffix)
{
    out o;
    out_init(&o, 256);
    out_cstr(&o, "#/components/");
    out_cstr(&o, where);
    out_char(&o, '/');
    out_cstr(&o, name);
    out_cstr(&o, suffix);
    json_key_str(j, "$ref", out_view(&o));
    out_free(&o);
}

static void put_schema_ref(json *j, const struct api_map *map, enum api_use use)
{
    json_key(j, "schema");
    json_open_object(j);
    put_ref(j, "schemas", map->name, document_suffix(use));
    json_close_object(j);
}

static void put_parameter(const struct document *d, const char *where, const char *key, bool must,
                          const char *about, const struct api_field *f)
{
    json *j = d->j;
    json_open_object(j);
    json_key_str(j, "name", str_of(key));
    json_key_str(j, "in", str_of(where));
    json_key_bool(j, "required", must);
    json_key_str(j, "description", tr(d->lang, about));
    json_key(j, "schema");
    document_put_field(d, f, API_QUERY, false);
    json_close_object(j);
}

static void put_parameters(const struct document *d, const struct route *route,
                           const struct api_operation *o)
{
    static const struct api_field text = {.kind = API_TEXT},
                                  key = {.kind = API_TEXT, .low = 1, .high = 200};
    const bool makes = route->method == HTTP_POST && o->status == 201 && !o->needs_match;
    str rest = str_of(route->path_nl), segment;
    if (!strchr(route->path_nl, '{') && !o->query && !o->needs_match && !makes)
        return;
    json_key(d->j, "parameters");
    json_open_array(d->j);
    while (str_next(&rest, '/', &segment))
        if (segment.n > 2 && segment.p[0] == '{') {
            const struct api_field *f = api_param_of(str_cut(segment, 1, segment.n - 1));
            put_parameter(d, "path", f->key, true, f->about, f);
        }
    for (size_t i = 0; o->query && i < o->query->n_fields; i++) {
        const struct api_field *f = &o->query->field[i];
        put_parameter(d, "query", f->key, false, f->about, f);
    }
    if (o->needs_match)
        put_parameter(d, "header", "If-Match", !o->may_make,
                      o->may_make ? "api.about-if-match-or-new" : "api.about-if-match", &text);
    if (makes)
        put_parameter(d, "header", "Idempotency-Key", false, "api.about-idempotency-key", &key);
    json_close_array(d->j);
}

/* A form whose files stand beside its fields, under any name. */
static void put_form(const struct document *d, const struct api_operation *o)
{
    json *j = d->j;
    json_key(j, "multipart/form-data");
    json_open_object(j);
    json_key(j, "schema");
    json_open_object(j);
    document_put_members(d, o->body, o->body_use);
    json_key(j, "additionalProperties");
    json_open_object(j);
    json_key_str(j, "description", tr(d->lang, "api.about-files"));
    json_key_str(j, "contentMediaType", STR("application/octet-stream"));
    json_close_object(j);
    json_close_object(j);
    json_key(j, "example");
    document_put_example(d, o->body, o->body_use);
    json_close_object(j);
}

static void put_body(const struct document *d, const struct api_operation *o)
{
    if (!o->body)
        return;
    json_key(d->j, "requestBody");
    json_open_object(d->j);
    json_key_bool(d->j, "required", true);
    json_key(d->j, "content");
    json_open_object(d->j);
    if (o->has_files) {
        put_form(d, o);
    } else {
        json_key(d->j, "application/json");
        json_open_object(d->j);
        put_schema_ref(d->j, o->body, o->body_use);
        json_key(d->j, "example");
        document_put_example(d, o->body, o->body_use);
        json_close_object(d->j);
    }
    json_close_object(d->j);
    json_close_object(d->j);
}

/* ---- answers ---- */

void document_put_header(const struct document *d, const char *name, const char *about)
{
    json_key(d->j, name);
    json_open_object(d->j);
    json_key_str(d->j, "description", tr(d->lang, about));
    json_key(d->j, "schema");
    json_open_object(d->j);
    json_key_str(d->j, "type", STR("string"));
    json_close_object(d->j);
    json_close_object(d->j);
}

static void put_headers(const struct document *d, const struct api_operation *o, int status)
{
    json_key(d->j, "headers");
    json_open_object(d->j);
    document_put_header(d, "API-Version", "api.about-version-header");
    if (o->has_etag && status != 204)
        document_put_header(d, "ETag", "api.about-etag");
    if (o->shape == API_PAGE)
        document_put_header(d, "Link", "api.about-link");
    if (status == 201 && !o->may_make)
        document_put_header(d, "Location", "api.about-location");
    document_put_header(d, "RateLimit", "api.about-rate");
    document_put_header(d, "RateLimit-Policy", "api.about-rate-policy");
    json_close_object(d->j);
}

static void put_page_example(const struct document *d, const struct api_map *map)
{
    json_open_object(d->j);
    json_key(d->j, "items");
    json_open_array(d->j);
    document_put_example(d, map, API_LISTED);
    json_close_array(d->j);
    json_key(d->j, "next");
    json_put_null(d->j);
    json_close_object(d->j);
}

static void put_content(const struct document *d, const struct api_operation *o)
{
    json *j = d->j;
    json_key(j, "content");
    json_open_object(j);
    json_key(j, o->shape == API_LINES  ? "application/x-ndjson"
                : o->shape == API_FILE ? "application/octet-stream"
                                       : "application/json");
    json_open_object(j);
    switch (o->shape) {
    case API_ONE:
        put_schema_ref(j, o->answer, API_SINGLE);
        json_key(j, "example");
        document_put_example(d, o->answer, API_SINGLE);
        break;
    case API_LINES: put_schema_ref(j, o->answer, API_SINGLE); break;
    case API_PAGE:
        json_key(j, "schema");
        json_open_object(j);
        put_ref(j, "schemas", o->answer->name, "Page");
        json_close_object(j);
        json_key(j, "example");
        put_page_example(d, o->answer);
        break;
    case API_DOCUMENT:
        json_key(j, "schema");
        json_open_object(j);
        json_key_str(j, "type", STR("object"));
        json_close_object(j);
        break;
    case API_FILE: /* its type is that of the file */
        json_key(j, "schema");
        json_open_object(j);
        json_close_object(j);
        break;
    case API_NOTHING: break;
    }
    json_close_object(j);
    json_close_object(j);
}

static void put_status(json *j, int status)
{
    char text[16];
    (void)snprintf(text, sizeof text, "%d", status);
    json_key(j, text);
}

static void put_answer(const struct document *d, const struct api_operation *o, int status)
{
    put_status(d->j, status);
    json_open_object(d->j);
    json_key_str(d->j, "description", tr(d->lang, status == 204 ? "api.about-done" : o->about));
    put_headers(d, o, status);
    if (status != 204)
        put_content(d, o);
    json_close_object(d->j);
}

static bool can_answer(const struct route *route, const struct api_operation *o, int status)
{
    const bool writes = route->method != HTTP_GET;
    switch (status) {
    case 403: return route->rule != &rule_anyone;
    case 404: return strchr(route->path_nl, '{') || o->body || o->query;
    case 409: return writes;
    case 412:
    case 428: return o->needs_match;
    case 413:
    case 415: return o->body != NULL;
    default: return true; /* 400, 401, 429, 500, 503 */
    }
}

static void put_answers(const struct document *d, const struct route *route,
                        const struct api_operation *o)
{
    const int status = o->status ? o->status : 200;
    json_key(d->j, "responses");
    json_open_object(d->j);
    put_answer(d, o, status);
    if (o->may_make)
        put_answer(d, o, 201);
    if (o->or_nothing)
        put_answer(d, o, 204);
    for (size_t i = 0; document_problems[i]; i++) {
        if (!can_answer(route, o, document_problems[i]))
            continue;
        char name[16];
        (void)snprintf(name, sizeof name, "%d", document_problems[i]);
        put_status(d->j, document_problems[i]);
        json_open_object(d->j);
        put_ref(d->j, "responses", "Problem", name);
        json_close_object(d->j);
    }
    json_close_object(d->j);
}

static void put_security(const struct document *d, const struct route *route)
{
    json *j = d->j;
    json_key(j, "security");
    json_open_array(j);
    if (route->rule == &rule_anyone || route->rule == &rule_api_read) { /* or without a token */
        json_open_object(j);
        json_close_object(j);
    }
    json_open_object(j);
    json_key(j, "token");
    json_open_array(j);
    json_close_array(j);
    json_close_object(j);
    json_close_array(j);
}

static void put_operation(const struct document *d, const struct route *route,
                          const struct api_operation *o)
{
    static const char *const methods[] = {
        [HTTP_GET] = "get",        [HTTP_HEAD] = "head",   [HTTP_POST] = "post",
        [HTTP_PUT] = "put",        [HTTP_PATCH] = "patch", [HTTP_DELETE] = "delete",
        [HTTP_OPTIONS] = "options"};
    json_key(d->j, methods[route->method]);
    json_open_object(d->j);
    json_key_str(d->j, "operationId", str_of(route->name));
    json_key(d->j, "tags");
    json_open_array(d->j);
    json_put_str(d->j, str_of(o->tag));
    json_close_array(d->j);
    json_key_str(d->j, "summary", tr(d->lang, o->about));
    put_parameters(d, route, o);
    put_body(d, o);
    put_answers(d, route, o);
    put_security(d, route);
    json_close_object(d->j);
}

/* ---- all of it ---- */

static bool is_same_path(const struct route *a, const struct route *b)
{
    return strcmp(a->path_nl, b->path_nl) == 0;
}

static bool came_before(const struct document *d, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (is_same_path(site_router_route(d->routes, k), site_router_route(d->routes, i)))
            return true;
    return false;
}

static void put_paths(const struct document *d)
{
    const size_t n = site_router_count(d->routes);
    json_key(d->j, "paths");
    json_open_object(d->j);
    for (size_t i = 0; i < n; i++) {
        const struct route *first = site_router_route(d->routes, i);
        if (!path_of(first) || came_before(d, i))
            continue;
        json_key(d->j, path_of(first));
        json_open_object(d->j);
        for (size_t k = i; k < n; k++) {
            const struct route *route = site_router_route(d->routes, k);
            if (is_same_path(first, route))
                put_operation(d, route, api_operation_of(route));
        }
        json_close_object(d->j);
    }
    json_close_object(d->j);
}

static void put_text(json *j, const char *key, str text)
{
    if (text.n)
        json_key_str(j, key, text);
}

static void put_info(const struct document *d, const struct api_contact *c)
{
    json *j = d->j;
    json_key(j, "info");
    json_open_object(j);
    json_key_str(j, "title", tr(d->lang, "api.title"));
    json_key_str(j, "description", tr(d->lang, "api.description"));
    json_key_str(j, "version", STR(API_VERSION));
    json_key(j, "contact");
    json_open_object(j);
    put_text(j, "name", c->name);
    put_text(j, "url", c->url);
    put_text(j, "email", c->email);
    json_close_object(j);
    json_key(j, "license");
    json_open_object(j);
    json_key_str(j, "name", STR("European Union Public Licence 1.2"));
    json_key_str(j, "identifier", STR("EUPL-1.2"));
    json_close_object(j);
    json_close_object(j);
}

static void put_servers(const struct document *d, const struct api_contact *c)
{
    out url;
    out_init(&url, 512);
    out_str(&url, c->url);
    out_cstr(&url, API_PATH);
    json_key(d->j, "servers");
    json_open_array(d->j);
    json_open_object(d->j);
    json_key_str(d->j, "url", out_view(&url));
    json_close_object(d->j);
    json_close_array(d->j);
    out_free(&url);
}

static err check_rows(const site_router *routes, struct err_info *info)
{
    for (size_t i = 0; i < site_router_count(routes); i++) {
        const struct route *route = site_router_route(routes, i);
        if (path_of(route) && !api_operation_of(route))
            return err_text(info, E_INPUT, "api.undescribed", str_of(route->name));
    }
    return OK;
}

err api_print_document(const site_router *routes, const struct api_contact *c, enum lang lang,
                       out *o, struct err_info *info)
{
    json j;
    const struct document d = {&j, routes, lang};
    const err e = check_rows(routes, info);
    if (e != OK)
        return e;
    json_init(&j, o);
    json_open_object(&j);
    json_key_str(&j, "openapi", STR("3.1.0"));
    put_info(&d, c);
    put_servers(&d, c);
    put_paths(&d);
    document_put_components(&d);
    json_close_object(&j);
    out_char(o, '\n');
    return out_error(o, info);
}
