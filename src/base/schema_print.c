/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/json.h"
#include "base/schema.h"

/* The maps of a schema, each once, in the order in which they are first met. */
struct maps {
    const struct schema_map *map[SCHEMA_MAPS_MAX];
    size_t n;
};

static void collect(struct maps *m, const struct schema_map *map)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->map[i] == map)
            return;
    if (m->n == SCHEMA_MAPS_MAX)
        return;
    m->map[m->n++] = map;
    for (size_t i = 0; i < map->n_fields; i++) {
        const struct schema_field *f = &map->field[i];
        if (f->map)
            collect(m, f->map);
        if (f->of && f->of->map)
            collect(m, f->of->map);
    }
}

static void print_about(json *j, enum lang lang, const char *about)
{
    if (about)
        json_key_str(j, "description", tr(lang, about));
}

static void print_bound(json *j, struct schema_bound b, const char *inclusive,
                        const char *exclusive)
{
    if (b.kind != SCHEMA_NO_BOUND)
        json_key_real(j, b.kind == SCHEMA_INCLUSIVE ? inclusive : exclusive, b.at);
}

/* How many items: whole numbers, so an exclusive bound is the next inclusive one. */
static void print_count(json *j, const struct schema_field *f, const char *low, const char *high)
{
    if (f->low.kind != SCHEMA_NO_BOUND)
        json_key_int(j, low, (int64_t)f->low.at + (f->low.kind == SCHEMA_EXCLUSIVE));
    if (f->high.kind != SCHEMA_NO_BOUND)
        json_key_int(j, high, (int64_t)f->high.at - (f->high.kind == SCHEMA_EXCLUSIVE));
}

static void print_ref(json *j, const struct schema_map *map)
{
    out path;
    out_init(&path, 256);
    out_cstr(&path, "#/$defs/");
    out_cstr(&path, map->name);
    json_key_str(j, "$ref", out_view(&path));
    out_free(&path);
}

/* YAML does not say whether 12 is a text; we take it as one where a text is asked. */
static void print_text(json *j)
{
    json_key(j, "type");
    json_open_array(j);
    json_put_str(j, STR("string"));
    json_put_str(j, STR("number"));
    json_put_str(j, STR("boolean"));
    json_close_array(j);
    json_key_int(j, "minLength", 1);
    json_key_int(j, "maxLength", SCHEMA_TEXT_MAX);
}

static void print_words(json *j, const char *const *word)
{
    json_key(j, "enum");
    json_open_array(j);
    for (; *word; word++)
        json_put_str(j, str_of(*word));
    json_close_array(j);
}

/* The rules for a value, inside an object that is already open. */
static void print_value(json *j, const struct schema_field *f, enum lang lang)
{
    print_about(j, lang, f->about);
    switch (f->kind) {
    case SCHEMA_TEXT: print_text(j); break;
    case SCHEMA_INT:
    case SCHEMA_REAL:
        json_key_str(j, "type", f->kind == SCHEMA_INT ? STR("integer") : STR("number"));
        print_bound(j, f->low, "minimum", "exclusiveMinimum");
        print_bound(j, f->high, "maximum", "exclusiveMaximum");
        break;
    case SCHEMA_BOOL: json_key_str(j, "type", STR("boolean")); break;
    case SCHEMA_DATE:
        json_key_str(j, "type", STR("string"));
        json_key_str(j, "format", STR("date"));
        break;
    case SCHEMA_WORD: print_words(j, f->words); break;
    case SCHEMA_MAP: print_ref(j, f->map); break;
    case SCHEMA_LIST:
        json_key_str(j, "type", STR("array"));
        print_count(j, f, "minItems", "maxItems");
        json_key(j, "items");
        json_open_object(j);
        print_value(j, f->of, lang);
        json_close_object(j);
        break;
    case SCHEMA_NAMED:
        json_key_str(j, "type", STR("object"));
        print_count(j, f, "minProperties", "maxProperties");
        json_key(j, "additionalProperties");
        json_open_object(j);
        print_ref(j, f->map);
        json_close_object(j);
        break;
    }
}

static void print_required(json *j, const struct schema_map *map)
{
    bool any = false;
    for (size_t i = 0; i < map->n_fields; i++)
        any = any || map->field[i].required;
    if (!any)
        return;
    json_key(j, "required");
    json_open_array(j);
    for (size_t i = 0; i < map->n_fields; i++)
        if (map->field[i].required)
            json_put_str(j, str_of(map->field[i].key));
    json_close_array(j);
}

static void print_object(json *j, const struct schema_map *map, enum lang lang)
{
    json_key_str(j, "type", STR("object"));
    json_key_bool(j, "additionalProperties", false);
    print_required(j, map);
    if (map->n_keys_min)
        json_key_int(j, "minProperties", (int64_t)map->n_keys_min);
    if (map->n_keys_max)
        json_key_int(j, "maxProperties", (int64_t)map->n_keys_max);
    json_key(j, "properties");
    json_open_object(j);
    for (size_t i = 0; i < map->n_fields; i++) {
        json_key(j, map->field[i].key);
        json_open_object(j);
        print_value(j, &map->field[i], lang);
        json_close_object(j);
    }
    json_close_object(j);
}

/* The full map, or the value of one of its fields in its stead. */
static void print_with_shorthand(json *j, const struct schema_map *map, enum lang lang)
{
    json_key(j, "anyOf");
    json_open_array(j);
    for (size_t i = 0; i < map->n_fields; i++) {
        if (!str_eq(str_of(map->field[i].key), str_of(map->shorthand)))
            continue;
        json_open_object(j);
        print_value(j, &map->field[i], lang);
        json_close_object(j);
    }
    json_open_object(j);
    print_object(j, map, lang);
    json_close_object(j);
    json_close_array(j);
}

static void print_map(json *j, const struct schema_map *map, enum lang lang)
{
    print_about(j, lang, map->about);
    if (map->shorthand)
        print_with_shorthand(j, map, lang);
    else
        print_object(j, map, lang);
}

void schema_print(const struct schema_map *map, const char *id, const char *title, enum lang lang,
                  out *o)
{
    struct maps maps = {.n = 0};
    json j;

    collect(&maps, map);
    json_init(&j, o);
    json_open_object(&j);
    json_key_str(&j, "$schema", STR("https://json-schema.org/draft/2020-12/schema"));
    json_key_str(&j, "$id", str_of(id));
    json_key_str(&j, "title", tr(lang, title));
    print_map(&j, map, lang);
    json_key(&j, "$defs");
    json_open_object(&j);
    for (size_t i = 1; i < maps.n; i++) { /* the first is the schema itself */
        json_key(&j, maps.map[i]->name);
        json_open_object(&j);
        print_map(&j, maps.map[i], lang);
        json_close_object(&j);
    }
    json_close_object(&j);
    json_close_object(&j);
    out_char(o, '\n');
}
