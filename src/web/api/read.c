/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * read: bodies and queries into rows, by their table. Every mistake is told at once, with its
 * place: a JSON pointer (RFC 6901) behind '#', or a parameter's name.
 */
#include "base/date.h"
#include "base/json_load.h"
#include "base/num.h"
#include "base/schema.h"
#include "web/api/api_int.h"
#include "web/http/http.h"

#include <string.h>

enum { POINTER_MAX = 200, KEYS_MAX = 64 };

/* Where in the body or query, with where mistakes go. */
struct place {
    const struct place *above; /* NULL: the body or query itself */
    str key;
    struct errs *errors;
    arena *memory;
};

static void print_place(out *o, const struct place *p)
{
    if (!p->above) {
        out_str(o, p->key); /* "#" of a body, "" of a query */
        return;
    }
    print_place(o, p->above);
    if (o->n)
        out_char(o, '/');
    for (size_t i = 0; i < p->key.n; i++) {
        const char c = p->key.p[i];
        if (c == '~' || c == '/')
            out_cstr(o, c == '~' ? "~0" : "~1");
        else
            out_char(o, c);
    }
}

/* A mistake at a place; its first value is the key. Returns where more values go. */
static struct msg *mistake(const struct place *p, const char *what)
{
    struct err_info *info = errs_next(p->errors);
    out o;
    out_init(&o, POINTER_MAX);
    print_place(&o, p);
    (void)err_text(info, E_INPUT, what, p->key);
    err_at(info, out_view(&o), 0, 0);
    out_free(&o);
    return &info->msg;
}

static err conclude(const struct errs *errors, struct err_info *info)
{
    if (errors->n_found == 0)
        return OK;
    *info = errors->item[0];
    return info->code;
}

/* ---- values, once they are text ---- */

static bool read_id(str text, int64_t *id)
{
    return text.n > 0 && text.p[0] >= '1' && text.p[0] <= '9' && num_parse_int(text, id);
}

static void read_word(const struct place *p, const struct api_field *f, str text, char *to)
{
    str word[KEYS_MAX];
    int n = 0;
    while (f->words[n]) {
        word[n] = str_of(f->words[n]);
        if (str_eq(word[n], text)) {
            memcpy(to, &n, sizeof n);
            return;
        }
        n++;
    }
    struct msg *m = mistake(p, "api.no-such-word");
    msg_text(m, text);
    out list;
    out_init(&list, 256);
    for (int i = 0; i < n; i++) {
        out_cstr(&list, i ? ", " : "");
        out_str(&list, word[i]);
    }
    msg_text(m, out_view(&list));
    out_free(&list);
}

static void read_text(const struct place *p, const struct api_field *f, str text, char *to)
{
    if (f->high && text.n > (size_t)f->high)
        msg_int(mistake(p, "api.text-long"), f->high);
    else if (text.n < (size_t)f->low)
        mistake(p, "api.text-empty");
    else {
        const str kept = arena_str(p->memory, text);
        if (kept.p)
            memcpy(to, &kept, sizeof kept);
        else
            (void)err_nomem(errs_next(p->errors));
    }
}

/* What was sent as it was shown stays as it is, to the millisecond. */
static void read_time(const struct place *p, str text, char *to)
{
    int64_t now, sent;
    memcpy(&now, to, sizeof now);
    if (!date_parse_utc(text, &sent))
        mistake(p, "api.no-time");
    else if (now == INT64_MAX || now / 1000 * 1000 != sent)
        memcpy(to, &sent, sizeof sent);
}

static void read_int(const struct place *p, const struct api_field *f, bool is_int, int64_t v,
                     char *to)
{
    if (is_int && v >= f->low && v <= f->high) {
        memcpy(to, &v, sizeof v);
        return;
    }
    struct msg *m = mistake(p, "api.no-number");
    msg_int(m, f->low);
    msg_int(m, f->high);
}

static void read_scalar(const struct place *p, const struct api_field *f, str text, char *to)
{
    struct cursor cursor;
    int64_t id, v = 0;
    switch (f->kind) {
    case API_TEXT: read_text(p, f, text, to); break;
    case API_WORD: read_word(p, f, text, to); break;
    case API_TIME: read_time(p, text, to); break;
    case API_INT: {
        const bool is_int = num_parse_int(text, &v);
        read_int(p, f, is_int, v, to);
        break;
    }
    case API_ID:
        if (read_id(text, &id))
            memcpy(to, &id, sizeof id);
        else
            mistake(p, "api.no-id");
        break;
    case API_CURSOR:
        if (api_cursor_parse(text, &cursor))
            memcpy(to, &cursor, sizeof cursor);
        else
            mistake(p, "api.no-cursor");
        break;
    case API_BOOL:
    case API_DATE:
    case API_WORDS:
    case API_MAP: mistake(p, "api.no-text"); break;
    }
}

static const struct api_field *field_of(const struct api_map *map, unsigned use, str key)
{
    for (size_t i = 0; i < map->n_fields; i++)
        if ((map->field[i].use & use) && str_eq(str_of(map->field[i].key), key))
            return &map->field[i];
    return NULL;
}

static void say_unknown(const struct place *p, const struct api_map *map, unsigned use,
                        const char *what, const char *what_near)
{
    str known[KEYS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < map->n_fields && n < KEYS_MAX; i++)
        if (map->field[i].use & use)
            known[n++] = str_of(map->field[i].key);
    const str near = schema_nearest(p->key, known, n);
    struct msg *m = mistake(p, near.n ? what_near : what);
    if (near.n)
        msg_text(m, near);
}

/* ---- a body ---- */

bool api_json_is_modest(str text)
{
    int depth = 0, values = 1;
    bool in_text = false;
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i];
        if (in_text) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '{' || c == '[') {
            depth++;
            values++;
        } else if (c == '}' || c == ']') {
            depth--;
        } else if (c == ',') {
            values++;
        }
        if (depth > API_JSON_DEPTH_MAX || values > API_JSON_VALUES_MAX)
            return false;
    }
    return true;
}

static void read_object(const struct place *at, const struct api_map *map, unsigned use,
                        json_t *object, char *filled);

static void set_absent(const struct api_field *f, char *to)
{
    const int64_t none = f->kind == API_TIME ? INT64_MAX : 0;
    memcpy(to, &none, sizeof none);
}

static void read_value(const struct place *p, const struct api_field *f, unsigned use,
                       json_t *value, char *to)
{
    if (json_is_null(value) && f->nullable) {
        set_absent(f, to);
    } else if (f->kind == API_BOOL) {
        const bool is = json_is_true(value);
        if (json_is_boolean(value))
            memcpy(to, &is, sizeof is);
        else
            mistake(p, "api.no-bool");
    } else if (f->kind == API_INT) {
        read_int(p, f, json_is_integer(value), json_integer_value(value), to);
    } else if (f->kind == API_MAP) {
        if (json_is_object(value))
            read_object(p, f->map, use, value, to);
        else
            mistake(p, "api.no-object");
    } else if (json_is_string(value)) {
        read_scalar(p, f, (str){json_string_value(value), json_string_length(value)}, to);
    } else {
        mistake(p, "api.no-text");
    }
}

static void read_object(const struct place *at, const struct api_map *map, unsigned use,
                        json_t *object, char *filled)
{
    const char *key;
    json_t *value;
    json_object_foreach (object, key, value) {
        const struct place p = {at, str_of(key), at->errors, at->memory};
        const struct api_field *f = field_of(map, use, p.key);
        if (f)
            read_value(&p, f, use, value, filled + f->offset);
        else
            say_unknown(&p, map, use, "api.unknown-field", "api.unknown-field-near");
    }
    for (size_t i = 0; use == API_MAKE && i < map->n_fields; i++) {
        const struct api_field *f = &map->field[i];
        const struct place p = {at, str_of(f->key), at->errors, at->memory};
        if (f->required && !json_object_get(object, f->key))
            mistake(&p, "api.missing-field");
    }
}

static err refuse(const struct json_error_t *why, struct err_info *info)
{
    switch (json_error_code(why)) {
    case json_error_duplicate_key: err_set(info, E_INPUT, "api.json-twice"); break;
    case json_error_null_character:
    case json_error_null_byte_in_key: err_set(info, E_INPUT, "api.json-nul"); break;
    case json_error_invalid_utf8: err_set(info, E_INPUT, "api.json-utf8"); break;
    case json_error_numeric_overflow: err_set(info, E_INPUT, "api.json-number"); break;
    default: err_set(info, E_INPUT, "api.json-broken"); break;
    }
    msg_int(&info->msg, why->line);
    msg_int(&info->msg, why->column);
    return E_INPUT;
}

err api_read_json(const struct api_map *map, unsigned use, str text, arena *a, void *filled,
                  struct errs *errors, struct err_info *info)
{
    const struct place body = {NULL, STR("#"), errors, a};
    json_error_t why;
    json_t *root;

    if (!api_json_is_modest(text))
        return err_set(info, E_INPUT, "api.json-large");
    const err e = json_load(text, JSON_REJECT_DUPLICATES, &root, &why, info);
    if (e != OK)
        return e == E_NOMEM ? e : refuse(&why, info);
    if (json_is_object(root))
        read_object(&body, map, use, root, filled);
    const bool is_object = json_is_object(root);
    json_decref(root);
    return is_object ? conclude(errors, info) : err_set(info, E_INPUT, "api.json-no-object");
}

/* ---- a query, and a form with files ---- */

/* The words for what is wrong with it. */
struct pairs {
    struct place all;
    const struct api_map *map;
    unsigned use;
    const char *unknown, *unknown_near, *twice;
    bool seen[KEYS_MAX];
};

static void read_pair(struct pairs *s, str name, str value, void *filled)
{
    const struct place p = {&s->all, name, s->all.errors, s->all.memory};
    const struct api_field *f = field_of(s->map, s->use, name);
    if (!f) {
        say_unknown(&p, s->map, s->use, s->unknown, s->unknown_near);
    } else if (s->seen[f - s->map->field]) {
        mistake(&p, s->twice);
    } else {
        s->seen[f - s->map->field] = true;
        read_scalar(&p, f, value, (char *)filled + f->offset);
    }
}

err api_read_fields(const struct api_map *map, unsigned use, const struct form *form, arena *a,
                    void *filled, struct errs *errors, struct err_info *info)
{
    struct pairs s = {.all = {NULL, STR("#"), errors, a},
                      .map = map,
                      .use = use,
                      .unknown = "api.unknown-field",
                      .unknown_near = "api.unknown-field-near",
                      .twice = "api.field-twice"};

    for (size_t i = 0; i < form->n_fields; i++)
        read_pair(&s, form->field[i].name, form->field[i].value, filled);
    for (size_t i = 0; i < map->n_fields; i++) {
        const struct place p = {&s.all, str_of(map->field[i].key), errors, a};
        if ((map->field[i].use & use) && map->field[i].required && !s.seen[i])
            mistake(&p, "api.missing-field");
    }
    return conclude(errors, info);
}

err api_read_query(const struct api_map *map, str query, arena *a, void *filled,
                   struct errs *errors, struct err_info *info)
{
    struct pairs s = {.all = {NULL, STR(""), errors, a},
                      .map = map,
                      .use = API_QUERY,
                      .unknown = "api.unknown-parameter",
                      .unknown_near = "api.unknown-parameter-near",
                      .twice = "api.parameter-twice"};
    str rest = query, name, value;

    while (http_query_next(a, &rest, &name, &value))
        read_pair(&s, name, value, filled);
    return conclude(errors, info);
}

/* ---- cursors ---- */

void api_cursor_print(out *o, struct cursor c)
{
    out_int(o, c.at);
    out_char(o, '.');
    out_int(o, c.id);
}

bool api_cursor_parse(str text, struct cursor *c)
{
    size_t dot;
    return str_find(text, '.', &dot) && num_parse_int(str_cut(text, 0, dot), &c->at) &&
           read_id(str_cut(text, dot + 1, text.n), &c->id);
}
