/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/table/csv_int.h"

#include <string.h>

err csv_place(const struct csv *f, str name, const struct csv_fault *fault, struct err_info *info)
{
    const char *text = f->lexer.text;
    const size_t at = fault->at < f->lexer.n ? fault->at : f->lexer.n;
    size_t line_start = str_starts((str){text, f->lexer.n}, STR("\xef\xbb\xbf")) ? 3 : 0;
    int64_t line = 1;

    for (const char *p;
         at > line_start && (p = memchr(text + line_start, '\n', at - line_start)) != NULL; line++)
        line_start = (size_t)(p - text) + 1;
    const int64_t column = at >= line_start ? (int64_t)(at - line_start) + 1 : 1;
    err_at(info, name, line, column);
    return info->code;
}

/* The field at `at`, for a message; empty when it cannot be read. */
static str field_at(const struct csv *f, size_t at)
{
    struct csv_field field;
    struct csv_fault ignored;
    size_t next;
    return csv_lex(&f->lexer, at, &field, &next, &ignored) ? field.raw : (str){"", 0};
}

/* The bound that a fault is about; 0 for faults that are about the form. */
static int64_t limit_of(const char *key)
{
    static const struct {
        const char *key;
        int64_t limit;
    } limits[] = {
        {"table.field-too-long", TABLE_FIELD_MAX},     {"table.line-too-long", TABLE_LINE_MAX},
        {"table.too-many-columns", TABLE_COLUMNS_MAX}, {"table.too-many-rows", TABLE_ROWS_MAX},
        {"table.too-many-words", TABLE_WORDS_MAX},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        if (strcmp(key, limits[i].key) == 0)
            return limits[i].limit;
    return 0;
}

err csv_fail(const struct csv *f, str name, const struct csv_fault *fault, struct err_info *info)
{
    const int64_t limit = limit_of(fault->key);

    if (strcmp(fault->key, "error.memory") == 0)
        return err_nomem(info);
    err_set(info, limit ? E_LIMIT : E_INPUT, fault->key);
    if (limit)
        msg_int(&info->msg, limit);
    if (strcmp(fault->key, "table.too-many-words") == 0)
        msg_text(&info->msg, f->column[fault->column].name);
    if (strcmp(fault->key, "table.field-count") == 0) {
        msg_int(&info->msg, (int64_t)fault->found);
        msg_int(&info->msg, (int64_t)f->n_columns);
    }
    return csv_place(f, name, fault, info);
}

/* A value that its column cannot hold: {1} is the column, {2} the value. */
err csv_fail_value(const struct csv *f, str name, const char *key, size_t column, size_t at,
                   struct err_info *info)
{
    const struct csv_fault fault = {.key = key, .at = at};
    err_text(info, E_INPUT, key, f->column[column].name);
    msg_text(&info->msg, field_at(f, at));
    return csv_place(f, name, &fault, info);
}
