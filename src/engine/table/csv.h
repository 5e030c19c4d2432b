/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * csv: fields and records of a text as RFC 4180 has them.
 *
 * Does: find where fields begin and end, with the fault and its place when the text breaks the
 * form. Does not: make tables (table.h) or know types.
 */
#ifndef ONTSCHOT_ENGINE_TABLE_CSV_H
#define ONTSCHOT_ENGINE_TABLE_CSV_H

#include "base/str.h"

struct csv_fault {
    const char *key; /* NULL: none */
    size_t at;       /* the byte it concerns */
    size_t column;
    size_t found; /* fields, for a wrong count */
};

struct csv_lexer {
    const char *text;
    size_t n;
    char separator;
    bool stop[256]; /* bytes that can end or break an unquoted field */
};

struct csv_field {
    str raw;      /* without the quotes around it */
    bool doubled; /* holds "" for " */
};

void csv_lexer_init(struct csv_lexer *x, str text, char separator);

/*
 * Reads the field at `at`; `*next` is then at a separator, a line end or the
 * end of the text. False with the fault set when the text breaks RFC 4180.
 */
bool csv_lex(const struct csv_lexer *x, size_t at, struct csv_field *field, size_t *next,
             struct csv_fault *fault);

/* 0 when no line ends at `at`, else the bytes of its end; the end of the text counts as 0. */
size_t csv_line_end(const struct csv_lexer *x, size_t at);
bool csv_is_empty_line(const struct csv_lexer *x, size_t at);
size_t csv_skip_empty(const struct csv_lexer *x, size_t at);

/* The number of fields of the record at `at` and where the next line starts. */
bool csv_count_fields(const struct csv_lexer *x, size_t at, size_t *n, size_t *next,
                      struct csv_fault *fault);

/* Copies `raw` with "" as " to `to`, which has raw.n places. */
str csv_unquote(str raw, char *to);

#endif
