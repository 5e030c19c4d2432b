/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/table/table_int.h"

#include <stdlib.h>
#include <string.h>

/* Which rows stay, and how many they are. */
struct kept {
    const uint8_t *keep;
    size_t n_rows, n;
};

/* The kept ones of n_rows values of `size` bytes, on the heap; NULL when memory is out. */
static void *pick(const struct kept *k, const void *values, size_t size)
{
    const unsigned char *from = values;
    unsigned char *picked = malloc(k->n * size + 1); /* fits: n <= n_rows, which are in memory */
    if (!picked)
        return NULL;
    unsigned char *to = picked;
    for (size_t i = 0; i < k->n_rows; i++)
        if (k->keep[i]) {
            memcpy(to, from + i * size, size);
            to += size;
        }
    return picked;
}

static bool pick_missing(const struct kept *k, const struct table_column *from,
                         struct table_column *to, struct table_owned *own)
{
    if (!from->missing)
        return true;
    own->missing = pick(k, from->missing, 1);
    if (!own->missing)
        return false;
    for (size_t i = 0; i < k->n; i++)
        to->n_missing += own->missing[i];
    to->missing = to->n_missing ? own->missing : NULL;
    return true;
}

/* Gives words new codes in order of first appearance, and leaves out those that appear no more. */
static size_t renumber(struct kept k, uint32_t *code, const uint8_t *missing, uint32_t *new_code,
                       const str *from, str *to)
{
    size_t n = 0;
    for (size_t i = 0; i < k.n; i++) {
        if (missing && missing[i]) {
            code[i] = 0;
            continue;
        }
        uint32_t *renamed = &new_code[code[i]];
        if (*renamed == 0) { /* new codes are kept one too high, so that 0 is "not met yet" */
            to[n] = from[code[i]];
            *renamed = (uint32_t)++n;
        }
        code[i] = *renamed - 1;
    }
    return n;
}

/* The words move into memory of their own: the table they come from may go first. */
static bool own_words(str *word, size_t n, struct table_owned *own)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += word[i].n;
    own->word_bytes = malloc(bytes + 1);
    if (!own->word_bytes)
        return false;
    char *to = own->word_bytes;
    for (size_t i = 0; i < n; i++) {
        if (word[i].n)
            memcpy(to, word[i].p, word[i].n);
        word[i].p = to;
        to += word[i].n;
    }
    return true;
}

static bool pick_words(struct kept k, const struct table_column *from, struct table_column *to,
                       struct table_owned *own)
{
    own->words = calloc(from->n_words + 1, sizeof *own->words);
    uint32_t *new_code = calloc(from->n_words + 1, sizeof *new_code);
    bool done = own->words && new_code;
    if (done) {
        to->n_words = renumber(k, own->values, to->missing, new_code, from->words, own->words);
        to->words = own->words;
        done = own_words(own->words, to->n_words, own);
    }
    free(new_code);
    return done;
}

static bool pick_name(const struct table_column *from, struct table_column *to,
                      struct table_owned *own)
{
    own->name = malloc(from->name.n + 1);
    if (!own->name)
        return false;
    if (from->name.n)
        memcpy(own->name, from->name.p, from->name.n);
    own->name[from->name.n] = '\0';
    to->name = (str){own->name, from->name.n};
    return true;
}

static bool pick_column(struct kept k, const struct table_column *from, struct table_column *to,
                        struct table_owned *own)
{
    to->type = from->type;
    own->values = pick(&k, table_values(from), table_value_size(from->type));
    if (!own->values || !pick_name(from, to, own) || !pick_missing(&k, from, to, own))
        return false;
    switch (from->type) {
    case TABLE_INT: to->ints = own->values; return true;
    case TABLE_REAL: to->reals = own->values; return true;
    case TABLE_DATE: to->days = own->values; return true;
    case TABLE_TEXT: to->codes = own->values; return pick_words(k, from, to, own);
    }
    return false;
}

static bool pick_origin(struct kept k, const table *from, table *to)
{
    to->origin = malloc(k.n * sizeof *to->origin + 1);
    if (!to->origin)
        return false;
    for (size_t i = 0, at = 0; i < k.n_rows; i++)
        if (k.keep[i])
            to->origin[at++] = (uint32_t)table_origin(from, i); /* rows are fewer than 2^31 */
    return true;
}

size_t table_origin(const table *t, size_t row)
{
    return t->origin ? t->origin[row] : row;
}

err table_select(const table *t, const uint8_t *keep, table **selected, struct err_info *info)
{
    struct kept k = {keep, t->n_rows, 0};
    for (size_t i = 0; i < t->n_rows; i++)
        k.n += keep[i] != 0;
    table *s = table_new(table_name(t), t->n_columns);
    if (!s)
        return err_nomem(info);
    s->n_rows = k.n;
    s->sorted[0] = t->sorted[0]; /* rows keep their order */
    s->sorted[1] = t->sorted[1];
    bool done = pick_origin(k, t, s);
    for (size_t c = 0; done && c < t->n_columns; c++)
        done = pick_column(k, &t->column[c], &s->column[c], &s->owned[c]);
    if (!done) {
        table_free(s);
        return err_nomem(info);
    }
    *selected = s;
    return OK;
}
