/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/real.h"
#include "engine/table/csv_int.h"

#include <stdlib.h>
#include <string.h>

table *table_new(str name, size_t n_columns)
{
    table *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->sorted[0] = t->sorted[1] = TABLE_UNSORTED;
    t->n_columns = n_columns;
    t->n_name = name.n;
    t->name = malloc(name.n + 1);
    t->column = calloc(n_columns + 1, sizeof *t->column);
    t->owned = calloc(n_columns + 1, sizeof *t->owned);
    if (!t->name || !t->column || !t->owned) {
        table_free(t);
        return NULL;
    }
    if (name.n)
        memcpy(t->name, name.p, name.n);
    return t;
}

void table_free(table *t)
{
    if (!t)
        return;
    for (size_t c = 0; t->owned && c < t->n_columns; c++) {
        free(t->owned[c].values);
        free(t->owned[c].missing);
        free(t->owned[c].word_bytes);
        free(t->owned[c].words);
        free(t->owned[c].name);
    }
    free(t->owned);
    free(t->column);
    free(t->origin);
    free(t->name);
    file_map_close(&t->map);
    free(t);
}

size_t table_value_size(enum table_type type)
{
    return type == TABLE_INT || type == TABLE_REAL ? sizeof(int64_t) : sizeof(int32_t);
}

const void *table_values(const struct table_column *c)
{
    switch (c->type) {
    case TABLE_INT: return c->ints;
    case TABLE_REAL: return c->reals;
    case TABLE_TEXT: return c->codes;
    default: return c->days;
    }
}

/* ---- opening ---- */

static err open_text(struct file_map map, str path, const struct table_format *format, par *pool,
                     const struct progress *progress, table **t, struct err_info *info)
{
    const str text = {map.n ? (const char *)map.p : "", map.n};
    const err e = csv_parse(text, path, format, TABLE_CHUNK, pool, progress, t, info);
    file_map_close(&map);
    return e;
}

/* A column file has its types; those that are given must be the same. */
static err check_types(const table *t, const struct table_format *format, struct err_info *info)
{
    for (size_t i = 0; format && i < format->n_typed; i++) {
        const struct table_column *c;
        const err e = table_find(t, format->typed_name[i], &c, info);
        if (e != OK)
            return e;
        if (c->type != format->typed_as[i]) {
            err_text(info, E_INPUT, "table.ot-type", c->name);
            err_at(info, table_name(t), 0, 0);
            return E_INPUT;
        }
    }
    return OK;
}

static err open_columns(struct file_map map, str path, const struct table_format *format, par *pool,
                        table **t, struct err_info *info)
{
    table *opened = NULL;
    err e = column_file_open(map, path, pool, &opened, info);
    if (e == OK)
        e = check_types(opened, format, info);
    if (e == OK)
        *t = opened;
    else
        table_free(opened);
    return e;
}

err table_open(str path, const struct table_format *format, par *pool,
               const struct progress *progress, table **t, struct err_info *info)
{
    struct file_map map;
    const err e = file_map_open(path, &map, info);
    if (e != OK)
        return e;
    return column_file_is((str){(const char *)map.p, map.n})
               ? open_columns(map, path, format, pool, t, info)
               : open_text(map, path, format, pool, progress, t, info);
}

err table_parse(str text, str name, const struct table_format *format, par *pool, table **t,
                struct err_info *info)
{
    return csv_parse(text, name, format, TABLE_CHUNK, pool, NULL, t, info);
}

str table_name(const table *t)
{
    return (str){t->name, t->n_name};
}

size_t table_rows(const table *t)
{
    return t->n_rows;
}

size_t table_columns(const table *t)
{
    return t->n_columns;
}

const struct table_column *table_column_at(const table *t, size_t i)
{
    return &t->column[i];
}

/* ---- finding ---- */

static const struct table_column *by_name(const table *t, str name)
{
    for (size_t c = 0; c < t->n_columns; c++)
        if (str_eq(t->column[c].name, name))
            return &t->column[c];
    return NULL;
}

/* The name that a typing mistake most likely meant; NULL when none is near. */
static const struct table_column *nearest(const table *t, str name)
{
    const struct table_column *best = NULL;
    size_t least = 2 + name.n / 4; /* more edits than this make another word */
    for (size_t c = 0; c < t->n_columns; c++) {
        const size_t distance = str_distance(name, t->column[c].name, least);
        if (distance < least) {
            least = distance;
            best = &t->column[c];
        }
    }
    return best;
}

err table_find(const table *t, str name, const struct table_column **c, struct err_info *info)
{
    const struct table_column *found = by_name(t, name);
    if (found) {
        *c = found;
        return OK;
    }
    const struct table_column *near = nearest(t, name);
    err_text(info, E_INPUT, near ? "table.no-column-nearest" : "table.no-column", name);
    if (near)
        msg_text(&info->msg, near->name);
    err_at(info, table_name(t), 0, 0);
    return E_INPUT;
}

/* ---- values ---- */

static err refuse_text(const table *t, const struct table_column *c, struct err_info *info)
{
    size_t example = 0;
    while (example + 1 < c->n_words && !(csv_seen_of(c->words[example]) & (SEEN_TEXT | SEEN_DATE)))
        example++;
    err_text(info, E_INPUT, "table.text-not-number", c->name);
    msg_text(&info->msg, c->n_words ? c->words[example] : STR(""));
    err_at(info, table_name(t), 0, 0);
    return E_INPUT;
}

err table_reals(const table *t, const struct table_column *c, double *v, struct err_info *info)
{
    const size_t n = t->n_rows;
    switch (c->type) {
    case TABLE_TEXT: return refuse_text(t, c, info);
    case TABLE_REAL: memcpy(v, c->reals, n * sizeof *v); break;
    case TABLE_INT:
        for (size_t i = 0; i < n; i++)
            v[i] = (double)c->ints[i];
        break;
    case TABLE_DATE:
        for (size_t i = 0; i < n; i++)
            v[i] = c->days[i];
        break;
    }
    for (size_t i = 0; c->missing && i < n; i++)
        if (c->missing[i])
            v[i] = REAL_NAN;
    return OK;
}

bool table_order(const table *t, const struct table_column **unit, const struct table_column **time)
{
    if (t->sorted[0] == TABLE_UNSORTED || t->sorted[1] == TABLE_UNSORTED)
        return false;
    *unit = &t->column[t->sorted[0]];
    *time = &t->column[t->sorted[1]];
    return true;
}

bool table_is_sorted_by(const table *t, str unit, str time)
{
    const struct table_column *by_unit, *by_time;
    return table_order(t, &by_unit, &by_time) && str_eq(by_unit->name, unit) &&
           str_eq(by_time->name, time);
}
