/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Any bytes as CSV: read whole and in small blocks, which must agree; and a
 * table that was read must hold only what its header promises.
 */
#include "engine/table/table_int.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void look_through(const struct table_column *c, size_t n_rows)
{
    size_t n_missing = 0;
    for (size_t row = 0; row < n_rows; row++) {
        const bool is_missing = c->missing && c->missing[row];
        n_missing += is_missing;
        if (c->type == TABLE_TEXT && !is_missing) {
            check(c->codes[row] < c->n_words);
            check(str_is_utf8(c->words[c->codes[row]]));
        }
        if (c->type == TABLE_REAL)
            check((c->reals[row] != c->reals[row]) == is_missing);
    }
    check(n_missing == c->n_missing);
    check((c->missing != NULL) == (n_missing > 0));
}

/* The types are equal, and texts, reals and wholes are bit for bit. */
static void compare(const struct table_column *a, const struct table_column *b, size_t n_rows)
{
    check(a->type == b->type && str_eq(a->name, b->name) && a->n_words == b->n_words);
    switch (a->type) {
    case TABLE_INT: check(memcmp(a->ints, b->ints, n_rows * sizeof *a->ints) == 0); break;
    case TABLE_REAL: check(memcmp(a->reals, b->reals, n_rows * sizeof *a->reals) == 0); break;
    case TABLE_TEXT: check(memcmp(a->codes, b->codes, n_rows * sizeof *a->codes) == 0); break;
    case TABLE_DATE: check(memcmp(a->days, b->days, n_rows * sizeof *a->days) == 0); break;
    }
    for (size_t i = 0; i < a->n_words; i++)
        check(str_eq(a->words[i], b->words[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const str text = {(const char *)data, n};
    struct err_info info[2];
    table *t[2] = {NULL, NULL};
    const err whole = csv_parse(text, STR("x"), NULL, 1 << 20, NULL, NULL, &t[0], &info[0]);
    const err parts = csv_parse(text, STR("x"), NULL, 1 + n % 61, NULL, NULL, &t[1], &info[1]);

    check(whole == parts);
    if (whole == OK) {
        check(table_rows(t[0]) == table_rows(t[1]));
        check(table_columns(t[0]) == table_columns(t[1]));
        for (size_t i = 0; i < table_columns(t[0]); i++) {
            look_through(table_column_at(t[0], i), table_rows(t[0]));
            compare(table_column_at(t[0], i), table_column_at(t[1], i), table_rows(t[0]));
        }
    } else {
        check(info[0].msg.key == info[1].msg.key || strcmp(info[0].msg.key, info[1].msg.key) == 0);
        check(info[0].line == info[1].line && info[0].column == info[1].column);
    }
    table_free(t[0]);
    table_free(t[1]);
    return 0;
}
