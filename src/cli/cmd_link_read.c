/* SPDX-License-Identifier: EUPL-1.2 */
/* What a run reads: settings, tables, and what earlier runs and people said. */
#include "base/file.h"
#include "base/num.h"
#include "base/yaml.h"
#include "cli/cmd_link_int.h"

#include <string.h>

static int read_settings(struct cli *c, struct link_work *w)
{
    struct errs errors;
    struct err_info info;
    str text;
    if (errs_init(&errors, c->memory, ERRS_LIMIT, &info) != OK)
        return cli_fail(c, &info);
    if (file_read(c->memory, w->settings_path, YAML_BYTES_MAX, &text, &info) != OK)
        return cli_fail(c, &info);
    if (linkage_settings_parse(c->memory, text, w->settings_path, &w->settings, &errors) != OK)
        return cli_fail_all(c, &errors);
    return CLI_DONE;
}

int link_open(struct cli *c, struct link_work *w)
{
    const struct table_format format = {0};
    struct err_info info;
    const int code = read_settings(c, w);
    if (code != CLI_DONE)
        return code;
    err e = OK;
    for (size_t t = 0; e == OK && t < w->n_tables; t++)
        e = table_open(w->path[t], &format, c->pool, c->progress, &w->table[t], &info);
    if (e == OK)
        e = linkage_names_make(w->settings, (const table *const[2]){w->table[0], w->table[1]},
                               c->memory, &w->names, &info);
    if (e == OK) {
        w->ask = (struct linkage_ask){.settings = w->settings,
                                      .table = {w->table[0], w->table[1]},
                                      .warrant = w->warrant,
                                      .seed = w->seed,
                                      .pool = c->pool,
                                      .progress = c->progress};
        const size_t n = table_rows(w->table[0]) + (w->table[1] ? table_rows(w->table[1]) : 0);
        w->is_hidden = ARENA_NEW(c->memory, uint8_t, n);
        e = w->is_hidden ? OK : err_nomem(&info);
    }
    return e == OK ? CLI_DONE : cli_fail(c, &info);
}

/* A person who objects is hidden with all records: one of them would give the others away. */
static err hide_persons(struct cli *c, struct link_work *w, struct err_info *info)
{
    const uint32_t *person = linkage_persons(w->run);
    const size_t n = linkage_figures(w->run)->n_records;
    uint32_t most = 0;
    for (size_t i = 0; i < n; i++)
        most = person[i] > most ? person[i] : most;
    uint8_t *objects = ARENA_NEW(c->memory, uint8_t, (size_t)most + 1);
    if (!objects)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++)
        objects[person[i]] |= w->is_hidden[i];
    for (size_t i = 0; i < n; i++) {
        w->is_hidden[i] = objects[person[i]];
        w->n_hidden += w->is_hidden[i];
    }
    return OK;
}

int link_start(struct cli *c, struct link_work *w)
{
    struct err_info info;
    err e = linkage_run(&w->ask, &w->run, &info);
    if (e == OK && w->n_objections)
        e = hide_persons(c, w, &info);
    if (e == E_INPUT && info.file[0] == '\0')
        err_at(&info, w->settings_path, 0, 0);
    return e == OK ? CLI_DONE : cli_fail(c, &info);
}

void link_close(struct link_work *w)
{
    linkage_free(w->run);
    table_free(w->table[0]);
    table_free(w->table[1]);
}

/* ---- Files of rows that name records ---- */

enum { LINKAGE_FILE_MAX = 16 << 20 };

err link_read_model(struct cli *c, struct link_work *w, str path, struct err_info *info)
{
    str text;
    err e = file_read(c->memory, path, LINKAGE_FILE_MAX, &text, info);
    if (e == OK)
        e = linkage_model_read(text, path, w->settings, &w->model, info);
    if (e == OK)
        w->ask.model = &w->model;
    return e;
}

/* A table all of whose columns are text, so that 007 stays what it is. */
struct rows {
    table *t;
    const struct table_column *column[6];
};

static err rows_open(struct cli *c, str path, const str *name, size_t n, struct rows *r,
                     struct err_info *info)
{
    static const enum table_type text[6] = {TABLE_TEXT, TABLE_TEXT, TABLE_TEXT,
                                            TABLE_TEXT, TABLE_TEXT, TABLE_TEXT};
    const struct table_format format = {.typed_name = name, .typed_as = text, .n_typed = n};
    err e = table_open(path, &format, c->pool, c->progress, &r->t, info);
    for (size_t i = 0; e == OK && i < n; i++)
        e = table_find(r->t, name[i], &r->column[i], info);
    if (e == E_INPUT && info->file[0] == '\0')
        err_at(info, path, 0, 0);
    return e;
}

static str cell(const struct rows *r, size_t column, size_t row)
{
    const struct table_column *c = r->column[column];
    return c->missing && c->missing[row] ? STR("") : c->words[c->codes[row]];
}

static err fault(const struct rows *r, size_t row, const char *key, str value,
                 struct err_info *info)
{
    err_text(info, E_INPUT, key, value);
    err_at(info, table_name(r->t), (int64_t)row + 2, 0);
    return E_INPUT;
}

/* The record that a row names by source and name. */
static err find_record(const struct link_work *w, const struct rows *r, size_t source_column,
                       size_t row, uint32_t *record, struct err_info *info)
{
    const str source = str_trim(cell(r, source_column, row)),
              name = cell(r, source_column + 1, row);
    const bool second = str_eq(source, STR("2"));
    if (!(second ? w->n_tables == 2 : str_eq(source, STR("1"))))
        return fault(r, row, "linkage.source-unknown", source, info);
    if (!linkage_name_find(w->names, second, name, record))
        return fault(r, row, "linkage.record-unknown", name, info);
    return OK;
}

static err read_labels(struct cli *c, struct link_work *w, str path, struct err_info *info)
{
    static const str names[] = {
        {"source_a", 8}, {"record_a", 8}, {"source_b", 8}, {"record_b", 8}, {"same", 4}};
    struct rows r = {0};
    struct linkage_label *label = NULL;
    err e = rows_open(c, path, names, 5, &r, info);
    if (e == OK && !(label = ARENA_NEW(c->memory, struct linkage_label, table_rows(r.t))))
        e = err_nomem(info);
    for (size_t row = 0; e == OK && row < table_rows(r.t); row++) {
        struct linkage_label *l = &label[w->ask.n_labels];
        const str said = str_trim(cell(&r, 4, row));
        if (said.n == 0) /* not judged yet */
            continue;
        l->is_same = str_eq_nocase(said, STR("yes")) || str_eq_nocase(said, STR("ja"));
        if (!l->is_same && !str_eq_nocase(said, STR("no")) && !str_eq_nocase(said, STR("nee")))
            e = fault(&r, row, "linkage.label-unknown", said, info);
        if (e == OK)
            e = find_record(w, &r, 0, row, &l->a, info);
        if (e == OK)
            e = find_record(w, &r, 2, row, &l->b, info);
        w->ask.n_labels++;
    }
    w->ask.label = label;
    table_free(r.t);
    return e;
}

err link_read_previous(struct cli *c, struct link_work *w, str path, struct err_info *info)
{
    static const str names[] = {{"source", 6}, {"record", 6}, {"person", 6}};
    struct rows r = {0};
    const size_t n = table_rows(w->table[0]) + (w->table[1] ? table_rows(w->table[1]) : 0);
    uint32_t *previous = ARENA_NEW(c->memory, uint32_t, n);
    err e = previous ? rows_open(c, path, names, 3, &r, info) : err_nomem(info);
    for (size_t row = 0; e == OK && row < table_rows(r.t); row++) {
        uint32_t record;
        int64_t person;
        const str source = str_trim(cell(&r, 0, row));
        if (!num_parse_int(str_trim(cell(&r, 2, row)), &person) || person < 1 ||
            person > UINT32_MAX / 2)
            e = fault(&r, row, "linkage.person-unknown", cell(&r, 2, row), info);
        else if (linkage_name_find(w->names, str_eq(source, STR("2")), cell(&r, 1, row), &record))
            previous[record] = (uint32_t)person; /* a record that is gone needs no number */
    }
    w->ask.previous = previous;
    table_free(r.t);
    return e;
}

static err read_objections(struct cli *c, struct link_work *w, str path, struct err_info *info)
{
    static const str names[] = {{"source", 6}, {"record", 6}};
    struct rows r = {0};
    err e = rows_open(c, path, names, 2, &r, info);
    for (size_t row = 0; e == OK && row < table_rows(r.t); row++) {
        uint32_t record;
        e = find_record(w, &r, 0, row, &record, info);
        if (e == OK)
            w->is_hidden[record] = 1;
        w->n_objections++;
    }
    table_free(r.t);
    return e;
}

err link_read_said(struct cli *c, struct link_work *w, struct err_info *info)
{
    err e = OK;
    if (w->labels_path.n)
        e = read_labels(c, w, w->labels_path, info);
    if (e == OK && w->objections_path.n)
        e = read_objections(c, w, w->objections_path, info);
    return e;
}
