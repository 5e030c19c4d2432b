/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/table/column_int.h"

#include <stdlib.h>
#include <string.h>

/* ---- keys ---- */

/* IEEE 754 doubles compare as whole numbers once the negative ones are turned over. */
static uint64_t key_of_real(double v)
{
    uint64_t bits;
    const double plain = v + 0.0; /* the two zeros are one */
    memcpy(&bits, &plain, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static uint64_t key_of_int(int64_t v)
{
    return (uint64_t)v ^ UINT64_C(1) << 63;
}

uint64_t column_key(const struct table_column *c, const uint32_t *rank, size_t row)
{
    switch (c->type) {
    case TABLE_INT: return key_of_int(c->ints[row]);
    case TABLE_REAL: return key_of_real(c->reals[row]);
    case TABLE_TEXT: return rank[c->codes[row]];
    default: return key_of_int(c->days[row]);
    }
}

struct ranked {
    str word;
    uint32_t code;
};

static int by_word(const void *a, const void *b)
{
    return str_cmp(((const struct ranked *)a)->word, ((const struct ranked *)b)->word);
}

uint32_t *column_word_ranks(const struct table_column *c)
{
    struct ranked *ranked = malloc((c->n_words + 1) * sizeof *ranked);
    uint32_t *rank = malloc((c->n_words + 1) * sizeof *rank);
    if (!ranked || !rank) {
        free(ranked);
        free(rank);
        return NULL;
    }
    for (size_t i = 0; i < c->n_words; i++)
        ranked[i] = (struct ranked){.word = c->words[i], .code = (uint32_t)i};
    qsort(ranked, c->n_words, sizeof *ranked, by_word);
    for (size_t i = 0; i < c->n_words; i++)
        rank[ranked[i].code] = (uint32_t)i;
    free(ranked);
    return rank;
}

/* A column with what it takes to compare it. */
struct keyed {
    const struct table_column *column;
    uint32_t *rank;
};

static bool keyed_init(struct keyed *k, const struct table_column *c)
{
    *k = (struct keyed){.column = c};
    if (c->type == TABLE_TEXT)
        k->rank = column_word_ranks(c);
    return k->rank || c->type != TABLE_TEXT;
}

static uint64_t key(const struct keyed *k, size_t row)
{
    return column_key(k->column, k->rank, row);
}

static bool stand_in_order(const struct keyed *unit, const struct keyed *time, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const uint64_t before = key(unit, i - 1);
        const uint64_t here = key(unit, i);
        if (before > here || (before == here && key(time, i - 1) > key(time, i)))
            return false;
    }
    return true;
}

err column_is_sorted(const table *t, const struct table_column *unit,
                     const struct table_column *time, bool *sorted, struct err_info *info)
{
    struct keyed u = {0}, v = {0};
    const bool ready = keyed_init(&u, unit) && keyed_init(&v, time);
    if (ready)
        *sorted = stand_in_order(&u, &v, t->n_rows);
    free(u.rank);
    free(v.rank);
    return ready ? OK : err_nomem(info);
}

/* ---- radix sort ---- */

enum { RADIX_BITS = 11, RADIX = 1 << RADIX_BITS };

struct item {
    uint64_t key;
    uint32_t row;
};

static void scatter(const struct item *from, struct item *to, size_t n, int shift)
{
    size_t place[RADIX] = {0};
    size_t next = 0;

    for (size_t i = 0; i < n; i++)
        place[(from[i].key >> shift) & (RADIX - 1)]++;
    for (size_t i = 0; i < RADIX; i++) {
        const size_t count = place[i];
        place[i] = next;
        next += count;
    }
    for (size_t i = 0; i < n; i++)
        to[place[(from[i].key >> shift) & (RADIX - 1)]++] = from[i];
}

/* Least digit first, each step stable; only as many digits as the keys differ in. */
static void sort_by(const struct keyed *k, struct item **items, struct item **spare, size_t n)
{
    uint64_t least = UINT64_MAX, most = 0;

    for (size_t i = 0; i < n; i++) {
        const uint64_t v = key(k, (*items)[i].row);
        (*items)[i].key = v;
        least = v < least ? v : least;
        most = v > most ? v : most;
    }
    for (size_t i = 0; i < n; i++)
        (*items)[i].key -= least;
    for (int shift = 0; shift < 64 && (most - least) >> shift; shift += RADIX_BITS) {
        scatter(*items, *spare, n, shift);
        struct item *sorted = *spare;
        *spare = *items;
        *items = sorted;
    }
}

err column_sort(const table *t, const struct table_column *unit, const struct table_column *time,
                uint32_t **order, struct err_info *info)
{
    const size_t n = t->n_rows;
    struct keyed u = {0}, v = {0};
    struct item *items = NULL, *spare = NULL;
    uint32_t *rows = NULL;
    err e = OK;

    *order = NULL;
    if (!keyed_init(&u, unit) || !keyed_init(&v, time)) {
        e = err_nomem(info);
        goto out;
    }
    if (stand_in_order(&u, &v, n))
        goto out;
    items = malloc(n * sizeof *items);
    spare = malloc(n * sizeof *spare);
    rows = malloc(n * sizeof *rows);
    if (!items || !spare || !rows) {
        free(rows);
        e = err_nomem(info);
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        items[i].row = (uint32_t)i;
    sort_by(&v, &items, &spare, n);
    sort_by(&u, &items, &spare, n);
    for (size_t i = 0; i < n; i++)
        rows[i] = items[i].row;
    *order = rows;
out:
    free(items);
    free(spare);
    free(u.rank);
    free(v.rank);
    return e;
}
