/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The reading of CSV:
 *   csv_lex.c     fields and records, as RFC 4180
 *   csv_header.c  the names of the columns
 *   csv_scan.c    where records begin, so that blocks can be parsed apart
 *   csv_value.c   what one field can be: whole, decimal, date, text
 *   csv_detect.c  separator, decimal sign and types, from what was seen
 *   csv_parse.c   a block of records into columns
 *   csv_fault.c   what is wrong and where
 *   csv.c         the steps in order
 */
#ifndef ONTSCHOT_ENGINE_TABLE_CSV_INT_H
#define ONTSCHOT_ENGINE_TABLE_CSV_INT_H

#include "engine/table/csv.h"
#include "engine/table/dict_int.h"
#include "engine/table/table_int.h"

/* ---- what a field can be; a column gathers the bits of all its fields ---- */

enum csv_seen {
    SEEN_WHOLE = 1,        /* fits int64, no leading zero */
    SEEN_REAL = 2,         /* decimal without a sign: 1e5, Inf */
    SEEN_POINT = 4,        /* 0.5 */
    SEEN_POINT_GROUP = 8,  /* 1.234: decimal, or a thousand in groups */
    SEEN_COMMA = 16,       /* 0,5 */
    SEEN_COMMA_GROUP = 32, /* 1,234 */
    SEEN_DATE = 64,
    SEEN_TEXT = 128,
};

enum { SEEN_BITS = 255 };

/* Which one bit holds for a field that is not missing. */
unsigned csv_seen_of(str value);

/* The bits a column of this type can hold, with this decimal sign. */
unsigned csv_bits_of(enum table_type type, char decimal);

/* "Inf", "-inf", "+INF" */
bool csv_parse_infinity(str value, double *v);

/* ISO or Dutch */
bool csv_parse_date(str value, int32_t *day);

/* ---- a file being read ---- */

struct csv_chunk {
    size_t begin, end; /* records that begin here belong to it */
    size_t n_quotes;
    size_t bad;         /* first byte that is no UTF-8 or a zero byte; SIZE_MAX when none */
    bool inside;        /* begins within quotes */
    size_t first;       /* the first record */
    size_t row, n_rows; /* its records in the table */
};

struct csv_column {
    str name;
    enum table_type type;    /* as decided so far */
    enum table_type read_as; /* as parsed in this pass */
    bool is_given;           /* the caller named the type */
    bool is_active;          /* to be parsed in this pass */
    unsigned seen;
    void *values; /* 8 bytes a row */
    uint8_t *missing;
    size_t n_missing;
    size_t misfit, huge; /* as in the tallies */
    struct dict dict;
    err merged; /* E_LIMIT, E_NOMEM when the dictionary cannot hold more */
};

/* What one thread gathers; combined by operations whose order does not matter. */
struct csv_tally {
    unsigned *seen;
    size_t *n_missing;
    size_t *misfit; /* the first value that did not fit the type of this pass; or SIZE_MAX */
    size_t *huge;   /* the first number beyond double; or SIZE_MAX */
    struct csv_fault fault; /* the first by place */
    char *scratch;          /* TABLE_FIELD_MAX bytes */
};

enum { CSV_WAVE = 32 }; /* chunks between two merges of their dictionaries */

struct csv {
    struct csv_lexer lexer;
    const struct table_format *format;
    char decimal;
    bool marks_first[256];  /* first bytes of missing marks */
    bool marks_are_numbers; /* some mark could be a number or a date */
    const str *mark;
    size_t n_marks;
    size_t n_columns;
    struct csv_column *column;
    char *names; /* the bytes of all names */
    size_t data; /* where the records begin */
    struct csv_chunk *chunk;
    size_t n_chunks;
    size_t n_rows;
    struct csv_tally *tally;
    size_t n_tallies;
    struct dict *dict;  /* CSV_WAVE x n_columns */
    uint32_t **recoded; /* the same: codes of the chunk to codes of the table */
    size_t wave;        /* the first chunk of the wave */
    par *pool;
};

/* csv_fault.c: what is told, with line and column; each returns info->code. */
err csv_fail(const struct csv *f, str name, const struct csv_fault *fault, struct err_info *info);
/* A value that its column cannot hold: {1} is the column, {2} the value. */
err csv_fail_value(const struct csv *f, str name, const char *key, size_t column, size_t at,
                   struct err_info *info);
/* Adds the place to an error that was just set. */
err csv_place(const struct csv *f, str name, const struct csv_fault *fault, struct err_info *info);

/* csv_header.c: names, and types that the caller gives. Sets f->data and f->column. */
WARN_UNUSED err csv_read_header(struct csv *f, str name, size_t begin, struct err_info *info);
WARN_UNUSED err csv_apply_types(struct csv *f, str name, struct err_info *info);

/* Fills the chunks; a fault is set for broken bytes, also in the header at `begin`. */
WARN_UNUSED err csv_scan(struct csv *f, size_t begin, size_t chunk_bytes, struct csv_fault *fault,
                         struct err_info *info);

char csv_detect_separator(str text, size_t begin);
void csv_sample(struct csv *f);     /* guesses decimal sign and types from the first records */
void csv_decide(struct csv *f);     /* decides them from what was seen */
bool csv_is_settled(unsigned seen); /* text, whatever else is still seen */

bool csv_is_missing(const struct csv *f, str value);

/* Blocks for table_run over the chunks of a wave, its text columns, and its chunks again. */
void csv_parse_chunk(void *csv, size_t of_wave, unsigned worker);
void csv_merge_words(void *csv, size_t column, unsigned worker);
void csv_recode(void *csv, size_t of_wave, unsigned worker);

#endif
