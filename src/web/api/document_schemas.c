/* SPDX-License-Identifier: EUPL-1.2 */
/* document_schemas: tables of fields as JSON Schema, with examples. */
#include "web/api/document_int.h"

#include <stdio.h>
#include <string.h>

enum { SCHEMAS_MAX = 64 };

const int document_problems[] = {400, 401, 403, 404, 409, 412, 413, 415, 428, 429, 500, 503, 0};

const char *document_suffix(enum api_use use)
{
    return use == API_MAKE ? "New" : use == API_CHANGE ? "Change" : "";
}

/* ---- a field ---- */

static void put_type(json *j, const char *type, bool nullable)
{
    json_key(j, "type");
    if (!nullable) {
        json_put_str(j, str_of(type));
        return;
    }
    json_open_array(j);
    json_put_str(j, str_of(type));
    json_put_str(j, STR("null"));
    json_close_array(j);
}

static void put_words(json *j, const char *const *words)
{
    json_key(j, "enum");
    json_open_array(j);
    for (size_t i = 0; words[i]; i++)
        json_put_str(j, str_of(words[i]));
    json_close_array(j);
}

static void put_object(const struct document *d, const struct api_map *map, enum api_use use);

static void put_bounds(json *j, const struct api_field *f, const char *low, const char *high)
{
    if (f->low)
        json_key_int(j, low, f->low);
    if (f->high)
        json_key_int(j, high, f->high);
}

static void put_kind(const struct document *d, const struct api_field *f)
{
    json *j = d->j;
    switch (f->kind) {
    case API_TEXT:
        put_type(j, "string", false);
        put_bounds(j, f, "minLength", "maxLength");
        break;
    case API_ID:
        put_type(j, "string", f->nullable);
        json_key_str(j, "pattern", STR("^[1-9][0-9]{0,18}$"));
        break;
    case API_INT:
        put_type(j, "integer", false);
        json_key_str(j, "format", STR("int64"));
        put_bounds(j, f, "minimum", "maximum");
        break;
    case API_BOOL: put_type(j, "boolean", false); break;
    case API_WORD:
        put_type(j, "string", false);
        put_words(j, f->words);
        break;
    case API_WORDS:
        put_type(j, "array", false);
        json_key(j, "items");
        json_open_object(j);
        put_type(j, "string", false);
        put_words(j, f->words);
        json_close_object(j);
        break;
    case API_DATE:
        put_type(j, "string", f->nullable);
        json_key_str(j, "format", STR("date"));
        break;
    case API_TIME:
        put_type(j, "string", f->nullable);
        json_key_str(j, "format", STR("date-time"));
        break;
    case API_CURSOR:
        put_type(j, "string", false);
        json_key_str(j, "pattern", STR("^[0-9]+\\.[1-9][0-9]*$"));
        break;
    case API_MAP: break;
    }
}

void document_put_field(const struct document *d, const struct api_field *f, enum api_use use,
                        bool is_described)
{
    if (f->kind == API_MAP) {
        put_object(d, f->map, use);
        return;
    }
    json_open_object(d->j);
    put_kind(d, f);
    if (is_described)
        json_key_str(d->j, "description", tr(d->lang, f->about));
    json_close_object(d->j);
}

/* ---- an object ---- */

/* An answer always has all of its fields. */
static bool is_required(const struct api_field *f, enum api_use use)
{
    return (use & API_SHOWN) != 0 || (use == API_MAKE && f->required);
}

static void put_required(json *j, const struct api_map *map, enum api_use use)
{
    bool has_any = false;
    for (size_t i = 0; i < map->n_fields; i++) {
        const struct api_field *f = &map->field[i];
        if (!(f->use & (unsigned)use) || !is_required(f, use))
            continue;
        if (!has_any) {
            json_key(j, "required");
            json_open_array(j);
        }
        has_any = true;
        json_put_str(j, str_of(f->key));
    }
    if (has_any)
        json_close_array(j);
}

void document_put_members(const struct document *d, const struct api_map *map, enum api_use use)
{
    json *j = d->j;
    put_type(j, "object", false);
    json_key_str(j, "description", tr(d->lang, map->about));
    put_required(j, map, use);
    json_key(j, "properties");
    json_open_object(j);
    for (size_t i = 0; i < map->n_fields; i++) {
        if (!(map->field[i].use & (unsigned)use))
            continue;
        json_key(j, map->field[i].key);
        document_put_field(d, &map->field[i], use, true);
    }
    json_close_object(j);
}

static void put_object(const struct document *d, const struct api_map *map, enum api_use use)
{
    json *j = d->j;
    json_open_object(j);
    document_put_members(d, map, use);
    if (!((unsigned)use & API_SHOWN)) /* bodies; answers may get more fields one day */
        json_key_bool(j, "additionalProperties", false);
    json_close_object(j);
}

static void put_example_of(const struct document *d, const struct api_field *f, enum api_use use)
{
    json *j = d->j;
    switch (f->kind) {
    case API_TEXT: json_put_str(j, str_of(f->example)); break;
    case API_ID: json_put_str(j, STR("877412346527744001")); break;
    case API_INT: json_put_int(j, 3); break;
    case API_BOOL: json_put_bool(j, true); break;
    case API_WORD: json_put_str(j, str_of(f->words[0])); break;
    case API_DATE: json_put_str(j, STR("2026-11-14")); break;
    case API_TIME: json_put_str(j, STR("2026-11-14T08:30:00Z")); break;
    case API_MAP: document_put_example(d, f->map, use); break;
    case API_WORDS:
        json_open_array(j);
        json_put_str(j, str_of(f->words[0]));
        json_close_array(j);
        break;
    case API_CURSOR: break; /* in addresses alone */
    }
}

void document_put_example(const struct document *d, const struct api_map *map, enum api_use use)
{
    json_open_object(d->j);
    for (size_t i = 0; i < map->n_fields; i++) {
        const struct api_field *f = &map->field[i];
        if (!(f->use & (unsigned)use))
            continue;
        json_key(d->j, f->key);
        if (f->nullable && f->kind == API_ID)
            json_put_null(d->j);
        else
            put_example_of(d, f, use);
    }
    json_close_object(d->j);
}

static void put_names(json *j, const char *const *names)
{
    json_key(j, "required");
    json_open_array(j);
    for (size_t i = 0; names[i]; i++)
        json_put_str(j, str_of(names[i]));
    json_close_array(j);
}

/* ---- every schema once ---- */

struct schemas {
    const struct document *d;
    char name[SCHEMAS_MAX][64];
    size_t n;
};

static bool is_new(struct schemas *s, const char *name, const char *suffix)
{
    char full[64] = {0};
    const size_t n = strlen(name), more = strlen(suffix);
    if (n + more >= sizeof full || s->n == SCHEMAS_MAX)
        return false;
    memcpy(full, name, n);
    memcpy(full + n, suffix, more);
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->name[i], full) == 0)
            return false;
    memcpy(s->name[s->n++], full, sizeof full);
    return true;
}

static void put_schema(struct schemas *s, const struct api_map *map, enum api_use use)
{
    if (!is_new(s, map->name, document_suffix(use)))
        return;
    json_key(s->d->j, s->name[s->n - 1]);
    put_object(s->d, map, use);
}

static void put_page_schema(struct schemas *s, const struct api_map *map)
{
    static const char *const always[] = {"items", "next", NULL};
    json *j = s->d->j;
    if (!is_new(s, map->name, "Page"))
        return;
    json_key(j, s->name[s->n - 1]);
    json_open_object(j);
    put_type(j, "object", false);
    json_key_str(j, "description", tr(s->d->lang, "api.page"));
    put_names(j, always);
    json_key(j, "properties");
    json_open_object(j);
    json_key(j, "items");
    json_open_object(j);
    put_type(j, "array", false);
    json_key(j, "items");
    put_object(s->d, map, API_LISTED);
    json_close_object(j);
    json_key(j, "next");
    json_open_object(j);
    put_type(j, "string", true);
    json_key_str(j, "format", STR("uri-reference"));
    json_key_str(j, "description", tr(s->d->lang, "api.page-next"));
    json_close_object(j);
    json_close_object(j);
    json_close_object(j);
}

static void put_schemas_of(struct schemas *s, const struct api_operation *o)
{
    if (o->body && !o->has_files)
        put_schema(s, o->body, o->body_use);
    if (o->shape == API_ONE || o->shape == API_LINES)
        put_schema(s, o->answer, API_SINGLE);
    if (o->shape == API_PAGE)
        put_page_schema(s, o->answer);
}

/* ---- errors: what web/visit/problem.c writes ---- */

static void put_member(const struct document *d, const char *key, const char *type,
                       const char *about)
{
    json_key(d->j, key);
    json_open_object(d->j);
    put_type(d->j, type, false);
    json_key_str(d->j, "description", tr(d->lang, about));
    json_close_object(d->j);
}

static void put_mistakes(const struct document *d)
{
    static const char *const always[] = {"in", "location", "code", "detail", NULL};
    json *j = d->j;
    json_key(j, "errors");
    json_open_object(j);
    put_type(j, "array", false);
    json_key_str(j, "description", tr(d->lang, "api.problem-errors"));
    json_key(j, "items");
    json_open_object(j);
    put_type(j, "object", false);
    put_names(j, always);
    json_key(j, "properties");
    json_open_object(j);
    put_member(d, "in", "string", "api.problem-in");
    put_member(d, "location", "string", "api.problem-location");
    put_member(d, "code", "string", "api.problem-code");
    put_member(d, "detail", "string", "api.problem-detail");
    json_close_object(j);
    json_close_object(j);
    json_close_object(j);
}

static void put_problem_schema(const struct document *d)
{
    static const char *const always[] = {"type", "title", "status", "detail", NULL};
    json *j = d->j;
    json_key(j, "Problem");
    json_open_object(j);
    put_type(j, "object", false);
    json_key_str(j, "description", tr(d->lang, "api.problem"));
    put_names(j, always);
    json_key(j, "properties");
    json_open_object(j);
    put_member(d, "type", "string", "api.problem-type");
    put_member(d, "title", "string", "api.problem-title");
    put_member(d, "status", "integer", "api.problem-status");
    put_member(d, "detail", "string", "api.problem-detail");
    put_member(d, "code", "string", "api.problem-code");
    put_mistakes(d);
    json_close_object(j);
    json_close_object(j);
}

static void put_problem_answer(const struct document *d, int status)
{
    json *j = d->j;
    char name[16];
    (void)snprintf(name, sizeof name, "Problem%d", status);
    json_key(j, name);
    json_open_object(j);
    json_key_str(j, "description", tr(d->lang, visit_problem_title(status)));
    json_key(j, "headers");
    json_open_object(j);
    document_put_header(d, "API-Version", "api.about-version-header");
    if (status == 429 || status == 503)
        document_put_header(d, "Retry-After", "api.about-retry-after");
    json_close_object(j);
    json_key(j, "content");
    json_open_object(j);
    json_key(j, "application/problem+json");
    json_open_object(j);
    json_key(j, "schema");
    json_open_object(j);
    json_key_str(j, "$ref", STR("#/components/schemas/Problem"));
    json_close_object(j);
    json_close_object(j);
    json_close_object(j);
    json_close_object(j);
}

void document_put_components(const struct document *d)
{
    json *j = d->j;
    struct schemas s = {.d = d};
    json_key(j, "components");
    json_open_object(j);
    json_key(j, "schemas");
    json_open_object(j);
    for (size_t i = 0; i < site_router_count(d->routes); i++) {
        const struct api_operation *o = api_operation_of(site_router_route(d->routes, i));
        if (o)
            put_schemas_of(&s, o);
    }
    put_problem_schema(d);
    json_close_object(j);
    json_key(j, "responses");
    json_open_object(j);
    for (size_t i = 0; document_problems[i]; i++)
        put_problem_answer(d, document_problems[i]);
    json_close_object(j);
    json_key(j, "securitySchemes");
    json_open_object(j);
    json_key(j, "token");
    json_open_object(j);
    json_key_str(j, "type", STR("http"));
    json_key_str(j, "scheme", STR("bearer"));
    json_key_str(j, "description", tr(d->lang, "api.about-token"));
    json_close_object(j);
    json_close_object(j);
    json_close_object(j);
}
