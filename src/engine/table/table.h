/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * table: typed columns, in memory or mapped from a column file.
 *
 * Does: read CSV and TSV, detect what each column holds, keep missing values
 *       apart, pick rows, write and map the column file (.ot, see docs/column-file.md).
 * Does not: compute or join.
 */
#ifndef ONTSCHOT_ENGINE_TABLE_H
#define ONTSCHOT_ENGINE_TABLE_H

#include "base/err.h"
#include "base/par.h"
#include "base/progress.h"

typedef struct table table;

enum table_type {
    TABLE_INT,  /* int64_t */
    TABLE_REAL, /* double */
    TABLE_TEXT, /* uint32_t code into the column's words */
    TABLE_DATE, /* int32_t day, see base/date.h */
};

/*
 * A column as the table keeps it. Everything is borrowed from the table. Where
 * a value is missing stands 0, for TABLE_REAL NaN; NaN stands nowhere else.
 */
struct table_column {
    str name;
    enum table_type type;
    const int64_t *ints; /* the one of these four that `type` says; others NULL */
    const double *reals;
    const uint32_t *codes;
    const int32_t *days;
    const uint8_t *missing; /* one byte a row, 1 = missing; NULL when no row is missing */
    size_t n_missing;
    const str *words; /* TABLE_TEXT: n_words distinct texts, as they first appeared in the source */
    size_t n_words;
};

enum {
    TABLE_COLUMNS_MAX = 4096,
    TABLE_LINE_MAX = 1 << 20,  /* bytes in one record */
    TABLE_FIELD_MAX = 1 << 16, /* bytes in one field */
    TABLE_WORDS_MAX = 1 << 24, /* distinct texts in one column */
};
#define TABLE_ROWS_MAX INT64_C(2000000000)

/*
 * How a text file is read; zero everywhere means "find out".
 *
 * Form. Records and quotes as RFC 4180, separated by ; , tab, or single spaces
 * when the names are quoted; line ends CR LF or LF; UTF-8 with or without a
 * byte order mark. The first line has the names, not empty and no two alike.
 * With tabs or spaces the name of the first column may lack, as R writes row
 * names; it is then called "row". Lines with nothing on them are skipped.
 *
 * Values. Quoted or not makes no difference to what a field is. Spaces around
 * numbers, dates and marks do not count; text keeps its own. A column is
 *   INT   when every value is a whole number that fits int64_t;
 *   REAL  when every value is a number: 12, 0.5, 1e-3, Inf (for "never"); or
 *         when there is no value at all;
 *   DATE  when every value is a day: 2024-03-31, 31-3-2024, 31/03/2024, 31.3.2024;
 *   TEXT  otherwise. So it is with leading zeros (012345678, 007), whole numbers
 *         beyond 64 bits and groups of thousands (1.234.567): these are names of
 *         things, or cannot be told from them. typed_as overrules.
 * All rows decide, not a sample.
 *
 * Decimal sign. One for the file. A column of numbers shows it when some value
 * cannot be a group of thousands (1.5, 0.123 and 1234.567 can not, 1.234 can).
 * When columns show neither sign, or both, it is the one that goes with the
 * separator: a comma with ; and else a point. Numbers with the other sign are
 * text, so that no amount is ever read a thousand times too large or small.
 *
 * A number beyond the reach of a double, such as 1e999, is E_INPUT in a column
 * of numbers. Places in messages: the line as an editor counts it, and the
 * byte in it, from 1.
 */
struct table_format {
    char separator;           /* ';' ',' '\t' ' ' */
    char decimal;             /* '.' ',' */
    const str *missing_marks; /* besides the empty field; NULL: "NA" "NaN" "." "NULL" */
    size_t n_missing_marks;
    const str *typed_name; /* columns whose type is given */
    const enum table_type *typed_as;
    size_t n_typed;
};

/*
 * Opens a CSV, TSV or column file; which of the two is seen from its content.
 * Of a column file's format only the types matter: they must be those it has.
 * `pool` may be NULL; it changes the time and nothing else. On error nothing is
 * kept and `info` names line and column. The file must not change meanwhile, a
 * column file not before table_free: it stays mapped.
 */
WARN_UNUSED err table_open(str path, const struct table_format *format, par *pool,
                           const struct progress *progress, table **t, struct err_info *info);

/* The same for text in memory; `name` stands for the file in messages. */
WARN_UNUSED err table_parse(str text, str name, const struct table_format *format, par *pool,
                            table **t, struct err_info *info);

void table_free(table *t); /* NULL is fine */

str table_name(const table *t); /* the path or name it came from */
size_t table_rows(const table *t);
size_t table_columns(const table *t);
const struct table_column *table_column_at(const table *t, size_t i);

/* By name, exactly. E_INPUT when absent, with the nearest name as suggestion. */
WARN_UNUSED err table_find(const table *t, str name, const struct table_column **c,
                           struct err_info *info);

/*
 * Columns as doubles, NaN where missing: the form methods compute on. Dates
 * give their day number, whole numbers their value; TABLE_TEXT is E_INPUT
 * (effect turns text into indicators). `v` has table_rows(t) places.
 */
WARN_UNUSED err table_reals(const table *t, const struct table_column *c, double *v,
                            struct err_info *info);

/*
 * The rows for which keep[row] is not 0, in their order, as a table of its own
 * with the same name and columns. A text column keeps the words that still
 * occur, so that nothing counts what is no longer there.
 */
WARN_UNUSED err table_select(const table *t, const uint8_t *keep, table **selected,
                             struct err_info *info);

/*
 * Which row of the table that was opened a row is: itself, or for a selection
 * (of a selection) the row it was picked from. Names a row that has no other name.
 */
size_t table_origin(const table *t, size_t row);

/*
 * Writes a column file, whole or not at all. When `unit` and `time` are not
 * empty, rows are sorted by them (stable; text by bytes), so that later readers
 * need not; E_INPUT when either has missing values. Else rows keep their order.
 * Takes 36 bytes a row while it sorts.
 */
WARN_UNUSED err table_write(const table *t, str path, str unit, str time, par *pool,
                            const struct progress *progress, struct err_info *info);

/* The columns rows are known to be sorted by; false when they are not sorted. */
bool table_order(const table *t, const struct table_column **unit,
                 const struct table_column **time);

/* True when rows are known to be sorted by these two columns. */
bool table_is_sorted_by(const table *t, str unit, str time);

/*
 * A column at a glance. Minimum, maximum and mean are of the finite values
 * (dates as day numbers) and NaN when there are none or the column is text.
 */
struct table_summary {
    size_t n_missing;
    size_t n_infinite; /* "Inf", written for never */
    size_t n_words;    /* distinct texts; 0 for other types */
    double least, most, mean;
};
void table_summarise(const table *t, const struct table_column *c, struct table_summary *s);

#endif
