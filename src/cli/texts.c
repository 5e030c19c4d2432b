/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/texts.h"

err texts_open(struct cli *c, str path, const str *name, size_t n, table **t,
               const struct table_column **column, struct err_info *info)
{
    enum table_type *text = ARENA_NEW(c->memory, enum table_type, n);
    table *opened;
    if (!text)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++)
        text[i] = TABLE_TEXT;
    const struct table_format format = {.typed_name = name, .typed_as = text, .n_typed = n};
    err e = table_open(path, &format, c->pool, c->progress, &opened, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < n && e == OK; i++)
        e = table_find(opened, name[i], column + i, info);
    if (e == OK)
        *t = opened;
    else
        table_free(opened);
    return e;
}

str texts_at(const struct table_column *column, size_t row)
{
    if (column->missing && column->missing[row])
        return (str){"", 0};
    return column->words[column->codes[row]];
}
