/* SPDX-License-Identifier: EUPL-1.2 */
/* The settings file of a data set: what docs/linkage.md explains. */
#include "base/schema.h"
#include "engine/linkage/linkage_int.h"

#include <stddef.h>
#include <string.h>

/* ---- As it is written ---- */

struct file_field {
    const struct yaml_node *node;
    str name, crosses;
    int kind;
    struct schema_list columns;
    bool is_shared;
    double rarity;
};

struct file_settings {
    const struct yaml_node *node;
    int64_t version;
    str key;
    int clean;
    struct schema_list fields, blocks, certain;
    double link, review;
};

static const char *const kinds[] = {[LINKAGE_FIRST_NAME] = "first-name",
                                    [LINKAGE_SURNAME] = "surname",
                                    [LINKAGE_TEXT] = "text",
                                    [LINKAGE_DATE] = "date",
                                    [LINKAGE_ID] = "id",
                                    [LINKAGE_BSN] = "bsn",
                                    [LINKAGE_POSTCODE] = "postcode",
                                    [LINKAGE_CODE] = "code",
                                    [LINKAGE_EMAIL] = "email",
                                    NULL};
enum { CLEAN_NONE, CLEAN_FIRST, CLEAN_SECOND, CLEAN_BOTH };
static const char *const cleans[] = {"none", "first", "second", "both", NULL};

#define FIELD(type, k, kind_, member, about_, ...)                                                 \
    {                                                                                              \
        .key = (k), .kind = (kind_), .offset = offsetof(type, member), .about = (about_),          \
        __VA_ARGS__                                                                                \
    }

static const struct schema_field text_item = {.kind = SCHEMA_TEXT};

static const struct schema_field field_fields[] = {
    FIELD(struct file_field, "kind", SCHEMA_WORD, kind, "linkage.about-kind", .words = kinds,
          .required = true),
    FIELD(struct file_field, "columns", SCHEMA_LIST, columns, "linkage.about-columns",
          .of = &text_item, .low = SCHEMA_FROM(1), .high = SCHEMA_TO(COLUMNS_MAX)),
    FIELD(struct file_field, "crosses", SCHEMA_TEXT, crosses, "linkage.about-crosses"),
    FIELD(struct file_field, "shared", SCHEMA_BOOL, is_shared, "linkage.about-shared"),
    FIELD(struct file_field, "rarity", SCHEMA_REAL, rarity, "linkage.about-rarity",
          .low = SCHEMA_FROM(0), .high = SCHEMA_TO(1)),
};
static const struct file_field field_defaults = {.rarity = 1};
static const struct schema_map field_map = {
    .name = "linkage-field",
    .size = sizeof(struct file_field),
    SCHEMA_FIELDS(field_fields),
    .defaults = &field_defaults,
    .name_offset = offsetof(struct file_field, name),
    .shorthand = "kind",
};

#define TOP(k, kind, member, about, ...)                                                           \
    FIELD(struct file_settings, k, kind, member, about, __VA_ARGS__)
static const struct schema_field top_fields[] = {
    TOP("linkage", SCHEMA_INT, version, "linkage.about-linkage", .required = true,
        .low = SCHEMA_FROM(1), .high = SCHEMA_TO(1)),
    TOP("key", SCHEMA_TEXT, key, "linkage.about-key"),
    TOP("clean", SCHEMA_WORD, clean, "linkage.about-clean", .words = cleans),
    TOP("fields", SCHEMA_NAMED, fields, "linkage.about-fields", .map = &field_map, .required = true,
        .low = SCHEMA_FROM(1), .high = SCHEMA_TO(LINKAGE_FIELDS_MAX)),
    TOP("blocks", SCHEMA_LIST, blocks, "linkage.about-blocks", .of = &text_item, .required = true,
        .low = SCHEMA_FROM(1), .high = SCHEMA_TO(LINKAGE_RULES_MAX)),
    TOP("certain", SCHEMA_LIST, certain, "linkage.about-certain", .of = &text_item,
        .required = true, .low = SCHEMA_FROM(1), .high = SCHEMA_TO(LINKAGE_RULES_MAX)),
    TOP("link", SCHEMA_REAL, link, "linkage.about-link", .low = SCHEMA_ABOVE(0),
        .high = SCHEMA_BELOW(1)),
    TOP("review", SCHEMA_REAL, review, "linkage.about-review", .low = SCHEMA_ABOVE(0),
        .high = SCHEMA_BELOW(1)),
};
static const struct file_settings top_defaults = {.link = 0.9, .review = 0.1};
static const struct schema_map top_map = {
    .name = "linkage",
    .size = sizeof(struct file_settings),
    SCHEMA_FIELDS(top_fields),
    .defaults = &top_defaults,
    .about = "linkage.about-file",
};

/* ---- As it is used ---- */

struct reading {
    str file;
    struct errs *errors;
    struct linkage_settings *s;
};

static size_t find_field(const struct linkage_settings *s, str name)
{
    size_t f = 0;
    while (f < s->n_fields && !str_eq(s->field[f].name, name))
        f++;
    return f;
}

static void unknown_field(struct reading *r, const struct yaml_node *node, str name)
{
    str names[LINKAGE_FIELDS_MAX];
    for (size_t f = 0; f < r->s->n_fields; f++)
        names[f] = r->s->field[f].name;
    const str near = schema_nearest(name, names, r->s->n_fields);
    struct msg *m = schema_mistake(r->errors, r->file, node,
                                   near.n ? "linkage.field-near" : "linkage.field-unknown");
    msg_text(m, name);
    msg_text(m, near);
}

static void read_fields(struct reading *r, const struct file_settings *file)
{
    const struct file_field *from = file->fields.item;
    r->s->n_fields = file->fields.n;
    for (size_t f = 0; f < file->fields.n; f++) {
        struct field *to = &r->s->field[f];
        *to = (struct field){.name = from[f].name,
                             .kind = (enum linkage_kind)from[f].kind,
                             .is_shared = from[f].is_shared,
                             .rarity = from[f].rarity,
                             .crosses = NO_FIELD,
                             .n_columns = from[f].columns.n ? from[f].columns.n : 1};
        to->column[0] = from[f].name;
        if (from[f].columns.n)
            memcpy(to->column, from[f].columns.item, from[f].columns.n * sizeof(str));
    }
    for (size_t f = 0; f < file->fields.n; f++) {
        if (from[f].crosses.n == 0)
            continue;
        const size_t g = find_field(r->s, from[f].crosses);
        if (g == r->s->n_fields)
            unknown_field(r, schema_place(from[f].node, "crosses"), from[f].crosses);
        else
            r->s->field[f].crosses = (uint8_t)g;
    }
}

/* ---- Rules: "surname.sound, birth.year", "first + surname, birth" ---- */

static const struct form_name {
    const char *name;
    enum linkage_form form;
    unsigned kinds; /* for which it means something */
} forms[] = {
    {"sound", FORM_SOUND, 1U << LINKAGE_FIRST_NAME | 1U << LINKAGE_SURNAME | 1U << LINKAGE_TEXT},
    {"start", FORM_START, ~(1U << LINKAGE_DATE)},
    {"initial", FORM_INITIAL, ~(1U << LINKAGE_DATE)},
    {"year", FORM_YEAR, 1U << LINKAGE_DATE},
    {"month", FORM_MONTH, 1U << LINKAGE_DATE},
    {"day", FORM_DAY, 1U << LINKAGE_DATE},
    {"area", FORM_AREA, 1U << LINKAGE_POSTCODE},
    {"user", FORM_USER, 1U << LINKAGE_EMAIL},
    {"domain", FORM_DOMAIN, 1U << LINKAGE_EMAIL},
};

static bool read_form(struct reading *r, const struct yaml_node *node, str name, size_t field,
                      uint8_t *form)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (str_eq(name, str_of(forms[i].name)) && forms[i].kinds >> r->s->field[field].kind & 1) {
            *form = (uint8_t)forms[i].form;
            return true;
        }
    struct msg *m = schema_mistake(r->errors, r->file, node, "linkage.form-unknown");
    msg_text(m, name);
    msg_text(m, r->s->field[field].name);
    return false;
}

/* field[.form] */
static bool read_operand(struct reading *r, const struct yaml_node *node, str text, uint8_t *field,
                         uint8_t *form)
{
    size_t dot = text.n;
    const bool has_form = str_find(text, '.', &dot);
    const str name = str_trim(str_cut(text, 0, has_form ? dot : text.n));
    const size_t f = find_field(r->s, name);
    *form = FORM_WHOLE;
    if (f == r->s->n_fields) {
        unknown_field(r, node, name);
        return false;
    }
    *field = (uint8_t)f;
    return !has_form || read_form(r, node, str_trim(str_cut(text, dot + 1, text.n)), f, form);
}

static bool read_part(struct reading *r, const struct yaml_node *node, str text,
                      struct rule_part *part)
{
    size_t plus;
    uint8_t other_form;
    part->with = NO_FIELD;
    if (!str_find(text, '+', &plus))
        return read_operand(r, node, text, &part->field, &part->form);
    if (!read_operand(r, node, str_trim(str_cut(text, 0, plus)), &part->field, &part->form) ||
        !read_operand(r, node, str_trim(str_cut(text, plus + 1, text.n)), &part->with, &other_form))
        return false;
    if (other_form != part->form) {
        msg_text(schema_mistake(r->errors, r->file, node, "linkage.either-form"), text);
        return false;
    }
    return true;
}

static size_t read_rules(struct reading *r, const struct schema_list *list,
                         const struct yaml_node *place, struct rule *rule)
{
    const str *text = list->item;
    for (size_t i = 0; i < list->n; i++) {
        const struct yaml_node *node = place->kind == YAML_LIST ? &place->item[i] : place;
        str rest = text[i], piece;
        rule[i].text = text[i];
        if (str_eq(str_trim(rest), STR("all"))) /* no part: everyone meets everyone */
            continue;
        while (str_next(&rest, ',', &piece)) {
            if (rule[i].n == PARTS_MAX) {
                msg_int(schema_mistake(r->errors, r->file, node, "linkage.rule-long"), PARTS_MAX);
                break;
            }
            if (read_part(r, node, str_trim(piece), &rule[i].part[rule[i].n]))
                rule[i].n++;
        }
    }
    return list->n;
}

err linkage_settings_parse(arena *a, str text, str name, const struct linkage_settings **settings,
                           struct errs *errors)
{
    const struct yaml_node *root;
    struct err_info info;
    struct file_settings file;
    err e = yaml_parse(a, text, name, &root, &info);
    if (e != OK) {
        *errs_next(errors) = info;
        return e;
    }
    e = schema_read(&top_map, root, name, a, &file, errors);
    if (e != OK)
        return e;
    struct linkage_settings *s = ARENA_NEW(a, struct linkage_settings, 1);
    if (!s)
        return err_nomem(errs_next(errors));
    struct reading r = {name, errors, s};
    s->key = file.key;
    s->is_clean[0] = file.clean == CLEAN_FIRST || file.clean == CLEAN_BOTH;
    s->is_clean[1] = file.clean == CLEAN_SECOND || file.clean == CLEAN_BOTH;
    s->link = file.link;
    s->review = file.review;
    read_fields(&r, &file);
    s->n_rules = read_rules(&r, &file.blocks, schema_place(root, "blocks"), s->rule);
    s->n_certain = read_rules(&r, &file.certain, schema_place(root, "certain"), s->certain);
    if (s->review > s->link)
        schema_mistake(errors, name, schema_place(root, "review"), "linkage.review-above");
    if (errors->n_found)
        return E_INPUT;
    *settings = s;
    return OK;
}

size_t linkage_n_fields(const struct linkage_settings *s)
{
    return s->n_fields;
}

str linkage_field_name(const struct linkage_settings *s, size_t field)
{
    return s->field[field].name;
}

size_t linkage_n_rules(const struct linkage_settings *s)
{
    return s->n_rules;
}

str linkage_rule_text(const struct linkage_settings *s, size_t rule)
{
    return s->rule[rule].text;
}

double linkage_threshold(const struct linkage_settings *s)
{
    return s->link;
}

double linkage_review(const struct linkage_settings *s)
{
    return s->review;
}

void linkage_settings_schema(enum lang lang, out *o)
{
    schema_print(&top_map, "linkage.schema.json", "linkage.about-file", lang, o);
}
