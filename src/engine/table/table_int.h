/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the parts of engine/table share. csv*.c read text, column_*.c the
 * column file; table.c is what both make and everyone uses.
 */
#ifndef ONTSCHOT_ENGINE_TABLE_INT_H
#define ONTSCHOT_ENGINE_TABLE_INT_H

#include "base/file.h"
#include "engine/table/table.h"

enum { TABLE_CHUNK = 1 << 20 }; /* bytes of text parsed as one block */

/* What a column has on the heap; all NULL for a column that lies in the map. */
struct table_owned {
    void *values;
    uint8_t *missing;
    char *word_bytes;
    str *words;
    char *name;
};

struct table {
    char *name;
    size_t n_name;
    size_t n_rows, n_columns;
    struct table_column *column;
    struct table_owned *owned;
    struct file_map map; /* of a column file */
    uint32_t *origin;    /* of a selection: each row's row in the table it was first taken from */
    size_t sorted[2];    /* the columns rows are sorted by; TABLE_UNSORTED when they are not */
};

#define TABLE_UNSORTED SIZE_MAX

/* A table without rows and with `n_columns` empty columns; NULL when memory is out. */
table *table_new(str name, size_t n_columns);

/* table_parse with the size of a block given, so that tests can cut anywhere. */
WARN_UNUSED err csv_parse(str text, str name, const struct table_format *format, size_t chunk_bytes,
                          par *pool, const struct progress *progress, table **t,
                          struct err_info *info);

/* The values of a column, whatever their type, and the bytes of one. */
const void *table_values(const struct table_column *c);
size_t table_value_size(enum table_type type);

bool column_file_is(str bytes); /* begins as a column file does */

/* Takes over `map`, also on error. */
WARN_UNUSED err column_file_open(struct file_map map, str path, par *pool, table **t,
                                 struct err_info *info);

/* par_run, or the same on this thread when there is no pool. */
static inline void table_run(par *pool, size_t n_blocks,
                             void (*fn)(void *ctx, size_t block, unsigned worker), void *ctx)
{
    if (pool)
        par_run(pool, n_blocks, fn, ctx);
    else
        for (size_t i = 0; i < n_blocks; i++)
            fn(ctx, i, 0);
}

#endif
