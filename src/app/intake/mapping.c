/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/intake/mapping_int.h"

#include "base/file.h"

#include <string.h>

enum { MAPPING_BYTES_MAX = 1 << 18 };

/* ---- what a mapping file may say ---- */

static const char *const law_words[] = {"none", "wmo", "youth", "participation", "debt", NULL};
static const char *const date_words[] = {"iso", "dutch", "compact", NULL};
static const char *const amount_words[] = {"euro", "cents", NULL};
static const char *const kind_words[] = {
    "person",        "allocation", "delivery",   "benefit", "payment",
    "reintegration", "debt-case",  "debt-phase", "signal",  NULL};
static const enum intake_kind kinds[] = {INTAKE_PERSON,    INTAKE_ALLOCATION, INTAKE_DELIVERY,
                                         INTAKE_BENEFIT,   INTAKE_PAYMENT,    INTAKE_REINTEGRATION,
                                         INTAKE_DEBT_CASE, INTAKE_DEBT_PHASE, INTAKE_SIGNAL};

#define FIELD(type_, key_, kind_, member_, ...)                                                    \
    {                                                                                              \
        .key = key_, .kind = kind_, .offset = offsetof(type_, member_), __VA_ARGS__                \
    }

static const struct schema_field code_fields[] = {
    FIELD(struct mapping_code, "to", SCHEMA_TEXT, to, .required = true,
          .about = "intake.about-code"),
};
static const struct schema_map code_map = {.name = "code",
                                           .size = sizeof(struct mapping_code),
                                           SCHEMA_FIELDS(code_fields),
                                           .name_offset = offsetof(struct mapping_code, from),
                                           .shorthand = "to",
                                           .about = "intake.about-code"};

static const struct schema_field column_fields[] = {
    FIELD(struct mapping_column, "column", SCHEMA_TEXT, column, .about = "intake.about-column"),
    FIELD(struct mapping_column, "value", SCHEMA_TEXT, value, .about = "intake.about-value"),
    FIELD(struct mapping_column, "codes", SCHEMA_NAMED, codes, .map = &code_map,
          .about = "intake.about-codes"),
};

static void check_column(const void *filled, str file, struct errs *errors)
{
    const struct mapping_column *c = filled;
    if ((c->column.n > 0) == (c->value.n > 0))
        msg_text(schema_mistake(errors, file, c->node, "intake.column-or-value"), c->field);
}

static const struct schema_map column_map = {.name = "column",
                                             .size = sizeof(struct mapping_column),
                                             SCHEMA_FIELDS(column_fields),
                                             .name_offset = offsetof(struct mapping_column, field),
                                             .shorthand = "column",
                                             .check = check_column,
                                             .about = "intake.about-column"};

static const struct schema_field record_fields[] = {
    FIELD(struct mapping_record, "kind", SCHEMA_WORD, kind, .required = true, .words = kind_words,
          .about = "intake.about-kind"),
    FIELD(struct mapping_record, "once", SCHEMA_BOOL, once, .about = "intake.about-once"),
    FIELD(struct mapping_record, "columns", SCHEMA_NAMED, columns, .required = true,
          .map = &column_map, .about = "intake.about-columns"),
};

static void check_record(const void *filled, str file, struct errs *errors)
{
    const struct mapping_record *r = filled;
    const struct mapping_column *c = r->columns.item;
    for (size_t i = 0; i < r->columns.n; i++)
        if (!mapping_field_of(kinds[r->kind], c[i].field)) {
            struct msg *m = schema_mistake(errors, file, c[i].node, "intake.field-unknown");
            msg_text(m, c[i].field);
            msg_text(m, str_of(kind_words[r->kind]));
        }
}

static const struct schema_map record_map = {.name = "record",
                                             .size = sizeof(struct mapping_record),
                                             SCHEMA_FIELDS(record_fields),
                                             .check = check_record,
                                             .about = "intake.about-record"};

static const struct schema_field record_item = {.kind = SCHEMA_MAP, .map = &record_map};
static const struct schema_field text_item = {.kind = SCHEMA_TEXT};

static const struct schema_field mapping_fields[] = {
    FIELD(struct mapping, "format", SCHEMA_TEXT, format, .required = true,
          .about = "intake.about-format"),
    FIELD(struct mapping, "law", SCHEMA_WORD, law, .required = true, .words = law_words,
          .about = "intake.about-law"),
    FIELD(struct mapping, "separator", SCHEMA_TEXT, separator, .about = "intake.about-separator"),
    FIELD(struct mapping, "dates", SCHEMA_WORD, dates, .words = date_words,
          .about = "intake.about-dates"),
    FIELD(struct mapping, "decimal", SCHEMA_TEXT, decimal, .about = "intake.about-decimal"),
    FIELD(struct mapping, "amounts", SCHEMA_WORD, amounts, .words = amount_words,
          .about = "intake.about-amounts"),
    FIELD(struct mapping, "sender", SCHEMA_TEXT, sender, .about = "intake.about-sender"),
    FIELD(struct mapping, "snapshot", SCHEMA_BOOL, is_snapshot, .about = "intake.about-snapshot"),
    FIELD(struct mapping, "replaces", SCHEMA_TEXT, replaces, .about = "intake.about-replaces"),
    FIELD(struct mapping, "missing", SCHEMA_LIST, missing, .of = &text_item,
          .about = "intake.about-missing"),
    FIELD(struct mapping, "records", SCHEMA_LIST, records, .required = true, .of = &record_item,
          .low = SCHEMA_FROM(1), .about = "intake.about-records"),
};

static void check_mapping(const void *filled, str file, struct errs *errors)
{
    const struct mapping *m = filled;
    if (m->separator.n != 1 || m->separator.p[0] == '"')
        schema_mistake(errors, file, schema_place(m->node, "separator"), "intake.separator-one");
    if (!str_eq(m->decimal, STR(",")) && !str_eq(m->decimal, STR(".")))
        schema_mistake(errors, file, schema_place(m->node, "decimal"), "intake.decimal-sign");
}

static const struct mapping defaults = {
    .separator = {";", 1}, .decimal = {",", 1}, .sender = {"", 0}, .replaces = {"", 0}};

static const struct schema_map mapping_map = {.name = "mapping",
                                              .size = sizeof(struct mapping),
                                              SCHEMA_FIELDS(mapping_fields),
                                              .defaults = &defaults,
                                              .check = check_mapping,
                                              .about = "intake.about-mapping"};

/* ---- ours ---- */

extern const str intake_mapping_bus, intake_mapping_persons, intake_mapping_signals,
    intake_mapping_srg, intake_mapping_wmo, intake_mapping_youth;

static const str *ours(str name)
{
    static const struct {
        const char *name;
        const str *text;
    } all[] = {
        {"bus", &intake_mapping_bus},         {"persons", &intake_mapping_persons},
        {"signals", &intake_mapping_signals}, {"srg", &intake_mapping_srg},
        {"wmo", &intake_mapping_wmo},         {"youth", &intake_mapping_youth},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (str_eq(str_of(all[i].name), name))
            return all[i].text;
    return NULL;
}

/* ---- opening ---- */

static err read_text(arena *a, str path, str *text, struct err_info *info)
{
    const str *own = ours(path);
    if (own) {
        *text = *own;
        return OK;
    }
    return file_read(a, path, MAPPING_BYTES_MAX, text, info);
}

err mapping_open(arena *a, str path, struct mapping *m, struct err_info *info)
{
    const struct yaml_node *root;
    struct errs errors;
    str text;
    err e = read_text(a, path, &text, info);
    if (!e)
        e = yaml_parse(a, text, path, &root, info);
    if (!e)
        e = errs_init(&errors, a, ERRS_LIMIT, info);
    if (e)
        return e;
    e = schema_read(&mapping_map, root, path, a, m, &errors);
    if (e == E_INPUT && errors.n) {
        errs_sort(&errors);
        *info = errors.item[0];
        return e;
    }
    if (e)
        return err_nomem(info);
    m->path = path;
    /* the arena made these lists for us: bind them */
    struct mapping_record *records = ARENA_NEW(a, struct mapping_record, m->records.n);
    if (!records)
        return err_nomem(info);
    memcpy(records, m->records.item, m->records.n * sizeof *records);
    for (size_t i = 0; i < m->records.n; i++) {
        struct mapping_column *columns = ARENA_NEW(a, struct mapping_column, records[i].columns.n);
        if (!columns)
            return err_nomem(info);
        memcpy(columns, records[i].columns.item, records[i].columns.n * sizeof *columns);
        for (size_t k = 0; k < records[i].columns.n; k++)
            columns[k].means = mapping_field_of(kinds[records[i].kind], columns[k].field);
        records[i].columns.item = columns;
        records[i].is = kinds[records[i].kind];
    }
    m->records.item = records;
    return OK;
}

static bool find_column(const str *header, size_t n, str name, size_t *at)
{
    for (*at = 0; *at < n; ++*at)
        if (str_eq_nocase(str_trim(header[*at]), name))
            return true;
    return false;
}

err mapping_bind(struct mapping *m, const str *header, size_t n, str csv, int64_t line,
                 struct err_info *info)
{
    const struct mapping_record *records = m->records.item;
    for (size_t i = 0; i < m->records.n; i++) {
        /* made by mapping_open, which only lends them as const */
        struct mapping_column *columns =
            (struct mapping_column *)(uintptr_t)records[i].columns.item;
        for (size_t k = 0; k < records[i].columns.n; k++) {
            struct mapping_column *c = &columns[k];
            if (!c->column.n || find_column(header, n, c->column, &c->at))
                continue;
            err_text(info, E_INPUT, "intake.column-absent", c->column);
            msg_text(&info->msg, csv);
            msg_int(&info->msg, line);
            err_at(info, m->path, c->node->line, c->node->column);
            return E_INPUT;
        }
    }
    return OK;
}
