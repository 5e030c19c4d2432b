/* SPDX-License-Identifier: EUPL-1.2 */
/* What an estimate owes to each cluster, under keys that outlast a selection of rows. */
#include "engine/effect/looks_int.h"

#include <stdlib.h>
#include <string.h>

/* The finaliser of splitmix64 (Steele, Lea and Flood 2014): every bit of the value counts. */
static uint64_t mix(uint64_t v)
{
    v = (v ^ (v >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    v = (v ^ (v >> 27)) * UINT64_C(0x94d049bb133111eb);
    return v ^ (v >> 31);
}

/* Eight bytes at a time. */
static uint64_t key_of_text(str word)
{
    uint64_t key = word.n;
    for (size_t i = 0; i < word.n; i += sizeof key) {
        uint64_t bytes = 0;
        memcpy(&bytes, word.p + i, word.n - i < sizeof bytes ? word.n - i : sizeof bytes);
        key = mix(key ^ bytes);
    }
    return mix(key + 1);
}

uint64_t looks_key(const struct table_column *c, size_t row)
{
    switch (c->type) {
    case TABLE_INT: return mix((uint64_t)c->ints[row] + 1);
    case TABLE_DATE: return mix((uint64_t)c->days[row] + 1);
    case TABLE_TEXT: return key_of_text(c->words[c->codes[row]]);
    case TABLE_REAL: break;
    }
    const double v = c->reals[row] + 0.0; /* -0 and 0 are one value */
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return mix(bits + 1);
}

uint64_t looks_row_key(const table *t, size_t row)
{
    return mix(table_origin(t, row) + 1);
}

/* Parts of one key by size, so that their sum does not depend on the order of rows. */
static int by_key(const void *a, const void *b)
{
    const struct effect_part *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->part > y->part) - (x->part < y->part);
}

err looks_keep_parts(const uint64_t *key, const double *part, size_t n, arena *a,
                     struct effect_parts *parts, struct err_info *info)
{
    struct effect_part *of = ARENA_NEW(a, struct effect_part, n);
    size_t n_given = 0, kept = 0;
    if (!of)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++)
        if (part[i] != 0)
            of[n_given++] = (struct effect_part){key[i], part[i]};
    qsort(of, n_given, sizeof *of, by_key);
    for (size_t i = 0; i < n_given; i++)
        if (kept > 0 && of[i].key == of[kept - 1].key)
            of[kept - 1].part += of[i].part;
        else
            of[kept++] = of[i];
    *parts = (struct effect_parts){of, kept};
    return OK;
}
