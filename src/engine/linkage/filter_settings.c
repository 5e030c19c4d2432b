/* SPDX-License-Identifier: EUPL-1.2 */
/* What a filter is made of, as a file: what docs/pseudonyms.md explains. */
#include "base/schema.h"
#include "engine/linkage/bloom.h"

#include <stddef.h>

struct file_field {
    const struct yaml_node *node;
    str name, column, group;
    int kind;
    int64_t bits;
};

struct file_settings {
    const struct yaml_node *node;
    int64_t version;
    str key, salt;
    double flips, threshold;
    struct schema_list fields;
};

static const char *const kinds[] = {
    [LINKAGE_FILTER_LETTERS] = "letters", [LINKAGE_FILTER_DIGITS] = "digits", NULL};

#define FIELD(type, k, kind_, member, about_, ...)                                                 \
    {                                                                                              \
        .key = (k), .kind = (kind_), .offset = offsetof(type, member), .about = (about_),          \
        __VA_ARGS__                                                                                \
    }

static const struct schema_field field_fields[] = {
    FIELD(struct file_field, "kind", SCHEMA_WORD, kind, "filter.about-kind", .words = kinds,
          .required = true),
    FIELD(struct file_field, "bits", SCHEMA_INT, bits, "filter.about-bits", .required = true,
          .low = SCHEMA_FROM(1), .high = SCHEMA_TO(LINKAGE_FILTER_QUOTA_MAX)),
    FIELD(struct file_field, "column", SCHEMA_TEXT, column, "filter.about-column"),
    FIELD(struct file_field, "group", SCHEMA_TEXT, group, "filter.about-group"),
};
static const struct schema_map field_map = {
    .name = "filter-field",
    .size = sizeof(struct file_field),
    SCHEMA_FIELDS(field_fields),
    .name_offset = offsetof(struct file_field, name),
};

#define TOP(k, kind, member, about, ...)                                                           \
    FIELD(struct file_settings, k, kind, member, about, __VA_ARGS__)
static const struct schema_field top_fields[] = {
    TOP("filters", SCHEMA_INT, version, "filter.about-version", .required = true,
        .low = SCHEMA_FROM(1), .high = SCHEMA_TO(1)),
    TOP("key", SCHEMA_TEXT, key, "filter.about-key", .required = true),
    TOP("salt", SCHEMA_TEXT, salt, "filter.about-salt"),
    TOP("flips", SCHEMA_REAL, flips, "filter.about-flips", .low = SCHEMA_FROM(0),
        .high = SCHEMA_TO(LINKAGE_FILTER_FLIPS_MAX / 10000.0)),
    TOP("threshold", SCHEMA_REAL, threshold, "filter.about-threshold", .required = true,
        .low = SCHEMA_ABOVE(0), .high = SCHEMA_TO(1)),
    TOP("fields", SCHEMA_NAMED, fields, "filter.about-fields", .map = &field_map, .required = true,
        .low = SCHEMA_FROM(1), .high = SCHEMA_TO(LINKAGE_FILTER_FIELDS_MAX)),
};
static const struct file_settings top_defaults = {.flips = LINKAGE_FILTER_FLIPS / 10000.0};
static const struct schema_map top_map = {
    .name = "filters",
    .size = sizeof(struct file_settings),
    SCHEMA_FIELDS(top_fields),
    .defaults = &top_defaults,
    .about = "filter.about-file",
};

/* To the nearest whole number of LINKAGE_DICE_ONE, at least 1. */
static unsigned parts(double share)
{
    return (unsigned)(share * LINKAGE_DICE_ONE + 0.5);
}

static void fill(const struct file_settings *file, struct linkage_filter_settings *s)
{
    const struct file_field *field = file->fields.item;
    *s = (struct linkage_filter_settings){.key = file->key, .salt = file->salt};
    s->threshold = (uint16_t)(parts(file->threshold) ? parts(file->threshold) : 1);
    s->plan.flips = parts(file->flips);
    s->plan.n_fields = file->fields.n;
    for (size_t i = 0; i < file->fields.n; i++) {
        s->column[i] = field[i].column.n ? field[i].column : field[i].name;
        s->plan.field[i] = (struct linkage_filter_field){
            .kind = (enum linkage_filter_kind)field[i].kind,
            .group = field[i].group.n ? field[i].group : field[i].name,
            .quota = (unsigned)field[i].bits};
    }
}

err linkage_filter_settings_parse(arena *a, str text, str name,
                                  struct linkage_filter_settings *settings, struct errs *errors)
{
    const struct yaml_node *root;
    struct file_settings file;
    struct err_info info;
    err e = yaml_parse(a, text, name, &root, &info);
    if (e != OK) {
        *errs_next(errors) = info;
        return e;
    }
    e = schema_read(&top_map, root, name, a, &file, errors);
    if (e == OK)
        fill(&file, settings);
    return e;
}
