/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * text_table: tables as plain text, columns as wide as what stands in them.
 *
 *     struct text_table t = {.lang = lang, .columns = 3};
 *     err e = text_open(&t, n_rows, info);
 *     if (e == OK) {
 *         text_put_heads(&t, heads);
 *         ... three cells for each row ...
 *         e = text_print(&t, "effect.title-none", o, info);
 *     }
 *     text_close(&t);
 *
 * The first column, and remarks in the last, stand to the left; numbers between
 * them to the right.
 */
#ifndef ONTSCHOT_ENGINE_REPORT_TEXT_TABLE_INT_H
#define ONTSCHOT_ENGINE_REPORT_TEXT_TABLE_INT_H

#include "base/arena.h"
#include "base/i18n.h"
#include "base/out.h"

enum { TEXT_COLUMNS_MAX = 9 };

/* Set lang, has_dates and columns; the rest is its own. Cells lie behind each other in `text`. */
struct text_table {
    enum lang lang;
    bool has_dates;
    size_t columns;
    out text;
    size_t *end; /* of each cell in text */
    size_t n, cap;
    bool no_memory;
    arena *memory;
    size_t width[TEXT_COLUMNS_MAX];
};

/* Room for a head and `rows` rows; text_close frees it, also after an error. */
WARN_UNUSED err text_open(struct text_table *t, size_t rows, struct err_info *info);
void text_close(struct text_table *t);

/* A cell: written to t->text and ended, or one of the usual kinds. */
void text_end_cell(struct text_table *t);
void text_put_key(struct text_table *t, const char *key);
void text_put_number(struct text_table *t, double v, int decimals); /* NaN: empty */
void text_put_p(struct text_table *t, double p); /* never "0.000": no result is that sure */
/* A column without a head has NULL. */
void text_put_heads(struct text_table *t, const char *const *heads);

/* The table under its title, a message key, after an empty line. */
WARN_UNUSED err text_print(const struct text_table *t, const char *title, out *o,
                           struct err_info *info);

/* A sentence on a line of its own. */
void text_say(out *o, enum lang lang, const struct msg *m);

#endif
