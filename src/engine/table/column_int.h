/* SPDX-License-Identifier: EUPL-1.2 */
/* The layout of the column file, version 1; docs/column-file.md explains it. */
#ifndef ONTSCHOT_ENGINE_TABLE_COLUMN_INT_H
#define ONTSCHOT_ENGINE_TABLE_COLUMN_INT_H

#include "base/seal.h"
#include "engine/table/table_int.h"

enum {
    COLUMN_VERSION = 1,
    COLUMN_ALIGN = 64,
    COLUMN_BLOCK = 1 << 20, /* bytes hashed together, so that threads can share a section */
};
#define COLUMN_MAGIC      "\x89OTAB\r\n\x1a"
#define COLUMN_BYTE_ORDER UINT32_C(0x01020304)
#define COLUMN_UNSORTED   UINT32_MAX

struct column_header {
    unsigned char magic[8];
    uint32_t version, byte_order;
    uint64_t n_file; /* bytes */
    uint64_t n_rows;
    uint32_t n_columns;
    uint32_t sorted[2]; /* columns, or COLUMN_UNSORTED */
    uint32_t zero;
    uint64_t directory, n_directory;
    struct seal_hash directory_hash;
    struct seal_hash hash; /* of everything above */
};
_Static_assert(sizeof(struct column_header) == 128, "no padding");

struct column_section {
    uint64_t at, n;
    struct seal_hash hash;
};

enum column_part { PART_VALUES, PART_MISSING, PART_WORD_ENDS, PART_WORD_BYTES, PART_COUNT };

struct column_entry {
    uint32_t type;            /* 1 whole, 2 real, 3 text, 4 date */
    uint32_t name_at, name_n; /* within the directory */
    uint32_t zero;
    uint64_t n_missing, n_words;
    struct column_section part[PART_COUNT];
};
_Static_assert(sizeof(struct column_entry) == 224, "no padding");

/* How many blocks a section has. Its hash is that of their hashes, one after the other. */
size_t column_blocks(uint64_t n);

/* ---- order of rows ---- */

/*
 * A number that orders the column as its values do: rows compare as these.
 * `rank` is of words for text, else NULL.
 */
uint64_t column_key(const struct table_column *c, const uint32_t *rank, size_t row);

/* The place of each word in the order of bytes; NULL when memory is out. */
uint32_t *column_word_ranks(const struct table_column *c);

/*
 * The rows in order of `unit`, then `time`, then as they stand; free() it.
 * `*order` is NULL when they stand so already. Neither may have missing values.
 */
WARN_UNUSED err column_sort(const table *t, const struct table_column *unit,
                            const struct table_column *time, uint32_t **order,
                            struct err_info *info);

/* True when rows stand in that order. */
WARN_UNUSED err column_is_sorted(const table *t, const struct table_column *unit,
                                 const struct table_column *time, bool *sorted,
                                 struct err_info *info);

#endif
