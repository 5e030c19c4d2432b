/* SPDX-License-Identifier: EUPL-1.2 */
/* What records are called in their own files: the key column, or the row from 1. */
#include "engine/linkage/linkage_int.h"

#include <stdlib.h>
#include <string.h>

struct named {
    str name;
    uint32_t record;
};

struct linkage_names {
    size_t n, n_first;
    str *name;
    struct named *sorted; /* each source's by name */
    char *room;           /* for names to come */
    size_t n_room;
};

static int by_name(const void *p, const void *q)
{
    return str_cmp(((const struct named *)p)->name, ((const struct named *)q)->name);
}

enum { ROOM = 1 << 16 }; /* bytes of names that are taken at once; a number is shorter */

static str keep_name(struct linkage_names *x, str name, arena *memory)
{
    if (!x->room || x->n_room < name.n) {
        x->room = ARENA_NEW(memory, char, ROOM);
        x->n_room = x->room ? ROOM : 0;
        if (!x->room)
            return (str){0};
    }
    if (name.n)
        memcpy(x->room, name.p, name.n);
    const str kept = {x->room, name.n};
    x->room += name.n;
    x->n_room -= name.n;
    return kept;
}

static err read_names(struct linkage_names *x, const table *t, const struct table_column *key,
                      size_t first, arena *memory, struct err_info *info)
{
    out text;
    out_init(&text, TABLE_FIELD_MAX);
    err e = OK;
    for (size_t row = 0; e == OK && row < table_rows(t); row++) {
        str *name = &x->name[first + row];
        if (key && key->type == TABLE_TEXT) {
            *name =
                key->missing && key->missing[row] ? STR("") : str_trim(key->words[key->codes[row]]);
        } else {
            out_clear(&text);
            if (key)
                cell_print(key, row, &text);
            else
                out_int(&text, (int64_t)table_origin(t, row) + 1);
            *name = text.error == OK ? keep_name(x, out_view(&text), memory) : (str){0};
        }
        if (!name->p) {
            e = err_nomem(info);
        } else if (name->n == 0) {
            e = err_text(info, E_INPUT, "linkage.key-missing", key->name);
            msg_int(&info->msg, (int64_t)table_origin(t, row) + 1);
        }
        x->sorted[first + row] = (struct named){*name, (uint32_t)(first + row)};
    }
    out_free(&text);
    return e;
}

static err sort_names(struct linkage_names *x, size_t first, size_t n, struct err_info *info)
{
    struct named *s = x->sorted + first;
    qsort(s, n, sizeof *s, by_name);
    for (size_t i = 1; i < n; i++)
        if (str_eq(s[i - 1].name, s[i].name))
            return err_text(info, E_INPUT, "linkage.key-twice", s[i].name);
    return OK;
}

/* A number that must not travel is no name. */
static err check_key(const struct linkage_settings *s, struct err_info *info)
{
    for (size_t f = 0; f < s->n_fields; f++)
        for (size_t c = 0; c < s->field[f].n_columns; c++)
            if (s->field[f].kind == LINKAGE_BSN && str_eq(s->field[f].column[c], s->key))
                return err_text(info, E_INPUT, "linkage.key-is-bsn", s->key);
    return OK;
}

err linkage_names_make(const struct linkage_settings *s, const table *const tables[2],
                       arena *memory, struct linkage_names **names, struct err_info *info)
{
    struct linkage_names *x = ARENA_NEW(memory, struct linkage_names, 1);
    err e = x ? check_key(s, info) : err_nomem(info);
    if (e != OK)
        return e;
    x->n_first = table_rows(tables[0]);
    x->n = x->n_first + (tables[1] ? table_rows(tables[1]) : 0);
    x->name = ARENA_NEW(memory, str, x->n);
    x->sorted = ARENA_NEW(memory, struct named, x->n);
    if (!x->name || !x->sorted)
        return err_nomem(info);
    for (int t = 0; e == OK && t < 2 && tables[t]; t++) {
        const struct table_column *key = NULL;
        const size_t first = t ? x->n_first : 0;
        if (s->key.n)
            e = table_find(tables[t], s->key, &key, info);
        if (e == OK)
            e = read_names(x, tables[t], key, first, memory, info);
        if (e == OK)
            e = sort_names(x, first, table_rows(tables[t]), info);
        if (e == E_INPUT)
            err_at(info, table_name(tables[t]), 0, 0);
    }
    if (e == OK)
        *names = x;
    return e;
}

str linkage_name_of(const struct linkage_names *x, uint32_t record)
{
    return x->name[record];
}

bool linkage_name_find(const struct linkage_names *x, unsigned source, str name, uint32_t *record)
{
    const size_t first = source ? x->n_first : 0, n = source ? x->n - x->n_first : x->n_first;
    const struct named wanted = {str_trim(name), 0};
    const struct named *found = bsearch(&wanted, x->sorted + first, n, sizeof wanted, by_name);
    if (found)
        *record = found->record;
    return found != NULL;
}
