/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/schema.h"

#include "base/date.h"
#include "base/num.h"

#include <math.h>
#include <string.h>

struct reading {
    str file;
    arena *memory;
    struct errs *errors;
    bool out_of_memory;
};

static void read_value(struct reading *r, const struct schema_field *f, str name,
                       const struct yaml_node *node, unsigned char *to);
static void read_map(struct reading *r, const struct schema_map *map, str name,
                     const struct yaml_node *node, unsigned char *to);

struct msg *schema_mistake(struct errs *errors, str file, const struct yaml_node *node,
                           const char *key)
{
    struct err_info *info = errs_next(errors);
    err_set(info, E_INPUT, key);
    err_at(info, file, node->line, node->column);
    return &info->msg;
}

/* A mistake in the value of a field; its first value is the field's name. */
static struct msg *mistake(struct reading *r, const struct yaml_node *node, str name,
                           const char *key)
{
    struct msg *m = schema_mistake(r->errors, r->file, node, key);
    msg_text(m, name);
    return m;
}

const struct yaml_node *schema_place(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *value = yaml_get(map, str_of(key));
    return value ? value : map;
}

str schema_nearest(str typed, const str *word, size_t n)
{
    str best = {"", 0};
    size_t least = typed.n / 3 + 2; /* a third of the letters, and one more, may be wrong */
    for (size_t i = 0; i < n; i++) {
        const size_t d = str_distance(typed, word[i], least);
        if (d < least) {
            least = d;
            best = word[i];
        }
    }
    return best;
}

/* ---- texts ---- */

static bool is_null(const struct yaml_node *node)
{
    return node->plain &&
           (node->text.n == 0 || str_eq(node->text, STR("~")) || str_eq(node->text, STR("null")));
}

static void read_text(struct reading *r, str name, const struct yaml_node *node, str *to)
{
    if (node->text.n == 0)
        mistake(r, node, name, "schema.empty");
    else if (node->text.n > SCHEMA_TEXT_MAX)
        msg_int(mistake(r, node, name, "schema.text-too-long"), SCHEMA_TEXT_MAX);
    else
        *to = node->text;
}

static bool is_within(const struct schema_field *f, double v)
{
    const bool low = f->low.kind == SCHEMA_NO_BOUND ||
                     (f->low.kind == SCHEMA_INCLUSIVE ? v >= f->low.at : v > f->low.at);
    const bool high = f->high.kind == SCHEMA_NO_BOUND ||
                      (f->high.kind == SCHEMA_INCLUSIVE ? v <= f->high.at : v < f->high.at);
    return low && high;
}

static void add_bound(struct msg *m, double at)
{
    char text[NUM_TEXT_MAX];
    msg_text(m, (str){text, num_print_real(at, text)});
}

static const char *low_key(struct schema_bound b)
{
    return b.kind == SCHEMA_INCLUSIVE ? "schema.bound-from" : "schema.bound-above";
}

static const char *high_key(struct schema_bound b)
{
    return b.kind == SCHEMA_INCLUSIVE ? "schema.bound-to" : "schema.bound-below";
}

/* "must be at least 0 and less than 1": the bounds as keys, so that each language words them. */
static void fail_bounds(struct reading *r, const struct schema_field *f, str name,
                        const struct yaml_node *node, str typed, const char *one, const char *two)
{
    const bool has_low = f->low.kind != SCHEMA_NO_BOUND;
    const bool has_high = f->high.kind != SCHEMA_NO_BOUND;
    struct msg *m = mistake(r, node, name, has_low && has_high ? two : one);
    msg_text(m, typed);
    if (has_low) {
        msg_key(m, low_key(f->low));
        add_bound(m, f->low.at);
    }
    if (has_high) {
        msg_key(m, high_key(f->high));
        add_bound(m, f->high.at);
    }
}

static bool check_bounds(struct reading *r, const struct schema_field *f, str name,
                         const struct yaml_node *node, double v)
{
    if (is_within(f, v))
        return true;
    fail_bounds(r, f, name, node, node->text, "schema.out-of-bounds", "schema.out-of-both-bounds");
    return false;
}

static void read_int(struct reading *r, const struct schema_field *f, str name,
                     const struct yaml_node *node, int64_t *to)
{
    int64_t v;
    if (!node->plain || !num_parse_int(node->text, &v))
        msg_text(mistake(r, node, name, "schema.not-whole"), node->text);
    else if (check_bounds(r, f, name, node, (double)v))
        *to = v;
}

static void read_real(struct reading *r, const struct schema_field *f, str name,
                      const struct yaml_node *node, double *to)
{
    double v;
    if (!node->plain || !num_parse_real(node->text, '.', &v) || !isfinite(v))
        msg_text(mistake(r, node, name, "schema.not-number"), node->text);
    else if (check_bounds(r, f, name, node, v))
        *to = v;
}

static void read_bool(struct reading *r, str name, const struct yaml_node *node, bool *to)
{
    const bool yes = str_eq(node->text, STR("true"));
    if (!node->plain || (!yes && !str_eq(node->text, STR("false"))))
        msg_text(mistake(r, node, name, "schema.not-bool"), node->text);
    else
        *to = yes;
}

static void read_date(struct reading *r, str name, const struct yaml_node *node, int32_t *to)
{
    int32_t day;
    if (date_parse_iso(node->text, &day))
        *to = day;
    else
        msg_text(mistake(r, node, name, "schema.not-date"), node->text);
}

/* Appends ", word" to a list that goes into a message. */
static void add_word(char *list, size_t size, size_t *n, str word)
{
    const size_t comma = *n ? 2 : 0;
    if (*n + comma + word.n > size)
        return;
    memcpy(list + *n, ", ", comma);
    memcpy(list + *n + comma, word.p, word.n);
    *n += comma + word.n;
}

static void read_word(struct reading *r, const struct schema_field *f, str name,
                      const struct yaml_node *node, int *to)
{
    char list[MSG_VALUE_MAX + 1];
    size_t n = 0;
    for (int i = 0; f->words[i]; i++) {
        if (str_eq(node->text, str_of(f->words[i]))) {
            *to = i;
            return;
        }
        add_word(list, sizeof list, &n, str_of(f->words[i]));
    }
    struct msg *m = mistake(r, node, name, "schema.not-word");
    msg_text(m, node->text);
    msg_text(m, (str){list, n});
}

static void read_scalar(struct reading *r, const struct schema_field *f, str name,
                        const struct yaml_node *node, unsigned char *to)
{
    if (node->kind != YAML_TEXT) {
        mistake(r, node, name, "schema.not-single");
        return;
    }
    if (is_null(node)) {
        mistake(r, node, name, "schema.empty");
        return;
    }
    switch (f->kind) {
    case SCHEMA_TEXT: read_text(r, name, node, (str *)(void *)to); break;
    case SCHEMA_INT: read_int(r, f, name, node, (int64_t *)(void *)to); break;
    case SCHEMA_REAL: read_real(r, f, name, node, (double *)(void *)to); break;
    case SCHEMA_BOOL: read_bool(r, name, node, (bool *)(void *)to); break;
    case SCHEMA_DATE: read_date(r, name, node, (int32_t *)(void *)to); break;
    default: read_word(r, f, name, node, (int *)(void *)to); break;
    }
}

/* ---- lists ---- */

static size_t size_of(const struct schema_field *f)
{
    switch (f->kind) {
    case SCHEMA_TEXT: return sizeof(str);
    case SCHEMA_INT: return sizeof(int64_t);
    case SCHEMA_REAL: return sizeof(double);
    case SCHEMA_BOOL: return sizeof(bool);
    case SCHEMA_DATE: return sizeof(int32_t);
    case SCHEMA_WORD: return sizeof(int);
    case SCHEMA_MAP: return f->map->size;
    default: return sizeof(struct schema_list);
    }
}

/* Memory for the items, or NULL after a mistake in their number. */
static unsigned char *list_memory(struct reading *r, const struct schema_field *f, str name,
                                  const struct yaml_node *node, size_t size)
{
    if (!is_within(f, (double)node->n)) {
        char typed[NUM_TEXT_MAX];
        const str count = {typed, num_print_int((int64_t)node->n, typed)};
        fail_bounds(r, f, name, node, count, "schema.wrong-count", "schema.wrong-count-both");
        return NULL;
    }
    unsigned char *item = arena_alloc(r->memory, node->n, size);
    if (!item)
        r->out_of_memory = true;
    return item;
}

static void read_list(struct reading *r, const struct schema_field *f, str name,
                      const struct yaml_node *node, struct schema_list *to)
{
    if (node->kind != YAML_LIST) {
        mistake(r, node, name, "schema.not-list");
        return;
    }
    const size_t size = size_of(f->of);
    unsigned char *item = list_memory(r, f, name, node, size);
    if (!item)
        return;
    for (size_t i = 0; i < node->n; i++)
        read_value(r, f->of, name, &node->item[i], item + i * size);
    *to = (struct schema_list){item, node->n};
}

static void read_named(struct reading *r, const struct schema_field *f, str name,
                       const struct yaml_node *node, struct schema_list *to)
{
    if (node->kind != YAML_MAP) {
        mistake(r, node, name, "schema.not-map");
        return;
    }
    unsigned char *item = list_memory(r, f, name, node, f->map->size);
    if (!item)
        return;
    for (size_t i = 0; i < node->n; i++) {
        unsigned char *one = item + i * f->map->size;
        read_map(r, f->map, node->key[i].text, &node->item[i], one);
        read_text(r, name, &node->key[i], (str *)(void *)(one + f->map->name_offset));
    }
    *to = (struct schema_list){item, node->n};
}

/* ---- maps ---- */

static const struct schema_field *find_field(const struct schema_map *map, str key)
{
    for (size_t i = 0; i < map->n_fields; i++)
        if (str_eq(key, str_of(map->field[i].key)))
            return &map->field[i];
    return NULL;
}

static void fail_unknown_key(struct reading *r, const struct schema_map *map,
                             const struct yaml_node *key)
{
    str known[SCHEMA_FIELDS_MAX];
    char list[MSG_VALUE_MAX + 1];
    size_t n = 0;
    for (size_t i = 0; i < map->n_fields; i++) {
        known[i] = str_of(map->field[i].key);
        add_word(list, sizeof list, &n, known[i]);
    }
    const str near = schema_nearest(key->text, known, map->n_fields);
    if (near.n)
        msg_text(mistake(r, key, key->text, "schema.unknown-key-near"), near);
    else
        msg_text(mistake(r, key, key->text, "schema.unknown-key"), (str){list, n});
}

static void check_key_count(struct reading *r, const struct schema_map *map,
                            const struct yaml_node *node)
{
    const bool too_few = node->n < map->n_keys_min;
    const bool too_many = map->n_keys_max && node->n > map->n_keys_max;
    if (!too_few && !too_many)
        return;
    char list[MSG_VALUE_MAX + 1];
    size_t n = 0;
    for (size_t i = 0; i < map->n_fields; i++)
        add_word(list, sizeof list, &n, str_of(map->field[i].key));
    struct msg *m = schema_mistake(r->errors, r->file, node,
                                   too_few ? "schema.too-few-keys" : "schema.too-many-keys");
    msg_int(m, (int64_t)(too_few ? map->n_keys_min : map->n_keys_max));
    msg_text(m, (str){list, n});
}

static void read_fields(struct reading *r, const struct schema_map *map,
                        const struct yaml_node *node, unsigned char *to)
{
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *key = &node->key[i];
        const struct schema_field *f = find_field(map, key->text);
        if (f)
            read_value(r, f, key->text, &node->item[i], to + f->offset);
        else
            fail_unknown_key(r, map, key);
    }
    for (size_t i = 0; i < map->n_fields; i++) {
        const struct schema_field *f = &map->field[i];
        if (f->required && !yaml_get(node, str_of(f->key)))
            mistake(r, node, str_of(f->key), "schema.missing-key");
    }
    check_key_count(r, map, node);
}

static void read_map(struct reading *r, const struct schema_map *map, str name,
                     const struct yaml_node *node, unsigned char *to)
{
    const size_t before = r->errors->n_found;
    if (map->defaults)
        memcpy(to, map->defaults, map->size);
    else
        memset(to, 0, map->size);
    memcpy(to, &node, sizeof(const struct yaml_node *));

    if (node->kind == YAML_MAP) {
        read_fields(r, map, node, to);
    } else if (map->shorthand) {
        const struct schema_field *f = find_field(map, str_of(map->shorthand));
        read_value(r, f, str_of(f->key), node, to + f->offset);
    } else {
        mistake(r, node, name, "schema.not-map");
    }
    if (map->check && r->errors->n_found == before && !r->out_of_memory)
        map->check(to, r->file, r->errors);
}

static void read_value(struct reading *r, const struct schema_field *f, str name,
                       const struct yaml_node *node, unsigned char *to)
{
    switch (f->kind) {
    case SCHEMA_MAP: read_map(r, f->map, name, node, to); break;
    case SCHEMA_LIST: read_list(r, f, name, node, (struct schema_list *)(void *)to); break;
    case SCHEMA_NAMED: read_named(r, f, name, node, (struct schema_list *)(void *)to); break;
    default: read_scalar(r, f, name, node, to); break;
    }
}

err schema_read(const struct schema_map *map, const struct yaml_node *node, str file, arena *a,
                void *filled, struct errs *errors)
{
    struct reading r = {.file = file, .memory = a, .errors = errors};
    const size_t before = errors->n_found;
    read_map(&r, map, str_of(map->name), node, filled);
    if (r.out_of_memory)
        return err_nomem(errs_next(errors));
    return errors->n_found == before ? OK : E_INPUT;
}
