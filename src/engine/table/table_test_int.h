/* SPDX-License-Identifier: EUPL-1.2 */
/* For the tests of engine/table: a table as text, and where fixtures are. */
#ifndef ONTSCHOT_ENGINE_TABLE_TEST_INT_H
#define ONTSCHOT_ENGINE_TABLE_TEST_INT_H

#include "base/arena.h"
#include "base/date.h"
#include "base/out.h"
#include "engine/table/table.h"

#include <stdlib.h>

/* A file of the source tree, wherever the test runs. */
static inline str source_path(arena *a, const char *name)
{
    const char *root = getenv("ONTSCHOT_SOURCE");
    out path;
    out_init(&path, 4096);
    out_cstr(&path, root ? root : ".");
    out_char(&path, '/');
    out_cstr(&path, name);
    const str s = arena_str(a, out_view(&path));
    out_free(&path);
    return s;
}

static inline void dump_text(out *o, str s)
{
    out_char(o, '"');
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '"': out_cstr(o, "\\\""); break;
        case '\n': out_cstr(o, "\\n"); break;
        case '\r': out_cstr(o, "\\r"); break;
        default: out_char(o, s.p[i]);
        }
    }
    out_char(o, '"');
}

static inline void dump_value(out *o, const struct table_column *c, size_t row)
{
    char date[10];
    if (c->missing && c->missing[row]) {
        out_char(o, '?');
        return;
    }
    switch (c->type) {
    case TABLE_INT: out_int(o, c->ints[row]); break;
    case TABLE_REAL: out_real(o, c->reals[row]); break;
    case TABLE_TEXT: dump_text(o, c->words[c->codes[row]]); break;
    case TABLE_DATE:
        date_print_iso(c->days[row], date);
        out_bytes(o, date, sizeof date);
        break;
    }
}

static inline void dump_name(out *o, const struct table_column *c)
{
    static const char *const types[] = {"int", "real", "text", "date"};
    out_str(o, c->name);
    out_char(o, ':');
    out_cstr(o, types[c->type]);
}

/* A line a column: name:type = value | value | ? */
static inline void dump_table(out *o, const table *t)
{
    for (size_t i = 0; i < table_columns(t); i++) {
        const struct table_column *c = table_column_at(t, i);
        dump_name(o, c);
        out_cstr(o, " = ");
        for (size_t row = 0; row < table_rows(t); row++) {
            if (row)
                out_cstr(o, " | ");
            dump_value(o, c, row);
        }
        out_char(o, '\n');
    }
}

#endif
