/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/table/csv_int.h"

#include <stdlib.h>
#include <string.h>

static err header_fault(struct csv *f, str name, const char *key, size_t at, size_t column,
                        struct err_info *info)
{
    const struct csv_fault fault = {.key = key, .at = at};
    err_set(info, E_INPUT, key);
    if (f->column && f->column[column].name.n)
        msg_text(&info->msg, f->column[column].name);
    else
        msg_int(&info->msg, (int64_t)column + 1);
    return csv_place(f, name, &fault, info);
}

/* R leaves the name of its row names out: one name fewer than there are fields. */
static bool has_row_names(const struct csv *f, size_t n_names)
{
    const struct csv_lexer *x = &f->lexer;
    struct csv_fault ignored;
    size_t n, next;
    return (x->separator == ' ' || x->separator == '\t') && f->data < x->n &&
           csv_count_fields(x, f->data, &n, &next, &ignored) && n == n_names + 1;
}

static err check_unique(struct csv *f, str name, size_t at, struct err_info *info)
{
    struct dict seen = {0};
    err e = OK;
    for (size_t c = 0; c < f->n_columns && e == OK; c++) {
        uint32_t code;
        e = dict_code(&seen, f->column[c].name, &code);
        if (e != OK)
            e = err_nomem(info);
        else if (code != c)
            e = header_fault(f, name, "table.name-twice", at, c, info);
    }
    dict_free(&seen);
    return e;
}

err csv_read_header(struct csv *f, str name, size_t begin, struct err_info *info)
{
    struct csv_fault fault;
    struct csv_field field;
    size_t n_names, at = begin;

    if (!csv_count_fields(&f->lexer, begin, &n_names, &f->data, &fault))
        return csv_fail(f, name, &fault, info);
    if (f->data - begin > TABLE_LINE_MAX) {
        fault = (struct csv_fault){.key = "table.line-too-long", .at = begin};
        return csv_fail(f, name, &fault, info);
    }
    f->data = csv_skip_empty(&f->lexer, f->data);
    const size_t n_unnamed = has_row_names(f, n_names);
    if (n_names + n_unnamed > TABLE_COLUMNS_MAX) {
        fault = (struct csv_fault){.key = "table.too-many-columns", .at = begin};
        return csv_fail(f, name, &fault, info);
    }
    f->n_columns = n_names + n_unnamed;
    f->column = calloc(f->n_columns, sizeof *f->column);
    f->names = malloc(f->data - begin + 1);
    if (!f->column || !f->names)
        return err_nomem(info);
    if (n_unnamed)
        f->column[0].name = STR("row");
    char *names = f->names;
    for (size_t c = n_unnamed; c < f->n_columns; c++) {
        const size_t from = at;
        if (!csv_lex(&f->lexer, at, &field, &at, &fault))
            return csv_fail(f, name, &fault, info);
        at++;
        const str whole = csv_unquote(field.raw, names);
        f->column[c].name = str_trim(field.doubled ? whole : field.raw);
        names += field.raw.n;
        if (f->column[c].name.n == 0)
            return header_fault(f, name, "table.name-empty", from, c, info);
    }
    return check_unique(f, name, begin, info);
}

err csv_apply_types(struct csv *f, str name, struct err_info *info)
{
    for (size_t i = 0; i < f->format->n_typed; i++) {
        size_t c = 0;
        while (c < f->n_columns && !str_eq(f->column[c].name, f->format->typed_name[i]))
            c++;
        if (c == f->n_columns) {
            err_text(info, E_INPUT, "table.typed-column-absent", f->format->typed_name[i]);
            err_at(info, name, 1, 0);
            return E_INPUT;
        }
        f->column[c].type = f->format->typed_as[i];
        f->column[c].is_given = true;
    }
    return OK;
}
