/* SPDX-License-Identifier: EUPL-1.2 */
/* What an estimate owes to each cluster, under keys that outlast a selection of rows. */
#include "engine/effect/looks_int.h"

#include <math.h>
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
uint64_t looks_key_of_text(str word)
{
    uint64_t key = word.n;
    for (size_t i = 0; i < word.n; i += sizeof key) {
        uint64_t bytes = 0;
        memcpy(&bytes, word.p + i, word.n - i < sizeof bytes ? word.n - i : sizeof bytes);
        key = mix(key ^ bytes);
    }
    return mix(key + 1);
}

uint64_t looks_key_of_int(int64_t v)
{
    return mix((uint64_t)v + 1);
}

uint64_t looks_key_of_real(double v)
{
    const double plus = v + 0.0; /* -0 and 0 are one value */
    uint64_t bits;
    memcpy(&bits, &plus, sizeof bits);
    return mix(bits + 1);
}

uint64_t looks_key(const struct table_column *c, size_t row)
{
    switch (c->type) {
    case TABLE_INT: return looks_key_of_int(c->ints[row]);
    case TABLE_DATE: return looks_key_of_int(c->days[row]);
    case TABLE_TEXT: return looks_key_of_text(c->words[c->codes[row]]);
    case TABLE_REAL: break;
    }
    return looks_key_of_real(c->reals[row]);
}

uint64_t looks_row_key(const table *t, size_t row)
{
    return mix(table_origin(t, row) + 1);
}

/* Rows of one key by size, so that their sum does not depend on the order of rows. */
static int by_key(const void *a, const void *b)
{
    const struct looks_row *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->part > y->part) - (x->part < y->part);
}

static size_t add_up(struct looks_row *row, size_t n)
{
    size_t kept = 0;
    qsort(row, n, sizeof *row, by_key);
    for (size_t i = 0; i < n; i++)
        if (row[i].part == 0 && !(row[i].treated > 0) && !(row[i].control > 0)) {
            continue; /* not in the estimate; a part of 0 by chance still has its weight */
        } else if (kept > 0 && row[i].key == row[kept - 1].key) {
            row[kept - 1].part += row[i].part;
            row[kept - 1].treated += row[i].treated;
            row[kept - 1].control += row[i].control;
        } else {
            row[kept++] = row[i];
        }
    return kept;
}

/* When clusters lie across the groups, they make one. */
static void settle_groups(struct looks_row *row, size_t n)
{
    bool is_across = false;
    for (size_t i = 0; i < n; i++)
        is_across = is_across || (row[i].treated > 0 && row[i].control > 0);
    for (size_t i = 0; is_across && i < n; i++) {
        row[i].treated += row[i].control;
        row[i].control = 0;
    }
}

/* One group: what its clusters' parts are worth. */
struct group {
    double variance, df;
};

/*
 * With shares w and A = (I - w 1')' diag(q) (I - 1 w'), q = w^2 / (1 - w), the
 * variance is e'Ae for clusters' errors e, and df = (tr A)^2 / tr A^2. Both
 * traces are sums of powers.
 */
static double degrees(const double *w, size_t n)
{
    double s = 0, u = 0, ww = 0, qq = 0, qqw = 0, qww = 0;
    for (size_t i = 0; i < n; i++) {
        const double q = w[i] < 1 ? w[i] * w[i] / (1 - w[i]) : 0;
        s += q;
        u += q * w[i];
        ww += w[i] * w[i];
        qq += q * q;
        qqw += q * q * w[i];
        qww += q * w[i] * w[i];
    }
    const double trace = s - 2 * u + s * ww;
    const double square =
        qq + 2 * u * u + 2 * ww * qq + s * s * ww * ww - 4 * qqw + 2 * s * qww - 4 * s * u * ww;
    return square > 0 && trace > 0 ? trace * trace / square : 0;
}

/* Scales the parts of a group; `w` is scratch for n shares. */
static struct group scale_group(struct looks_row *row, size_t n, bool is_treated, double *w)
{
    struct group g = {0, 0};
    double total = 0;
    size_t n_in = 0;
    for (size_t i = 0; i < n; i++)
        total += is_treated ? row[i].treated : row[i].control;
    for (size_t i = 0; i < n; i++) {
        const double weight = is_treated ? row[i].treated : row[i].control;
        if (!(weight > 0))
            continue;
        w[n_in] = weight / total;
        if (w[n_in] < 1)
            row[i].part /= sqrt(1 - w[n_in]);
        g.variance += row[i].part * row[i].part;
        n_in++;
    }
    g.df = degrees(w, n_in);
    return g;
}

/* A group of one cluster has no spread to learn its variance from. */
static double join(struct group treated, struct group control)
{
    const double v = treated.variance + control.variance;
    if ((treated.variance > 0 && treated.df < 0.5) || (control.variance > 0 && control.df < 0.5))
        return 0;
    const double square = (treated.df > 0 ? treated.variance * treated.variance / treated.df : 0) +
                          (control.df > 0 ? control.variance * control.variance / control.df : 0);
    return square > 0 ? v * v / square : 0;
}

err looks_keep_parts(struct looks_row *row, size_t n, arena *keep, struct effect_parts *parts,
                     struct err_info *info)
{
    const size_t kept = add_up(row, n);
    double *w = calloc(kept + 1, sizeof *w);
    struct effect_part *of = ARENA_NEW(keep, struct effect_part, kept);
    if (!w || !of) {
        free(w);
        return err_nomem(info);
    }
    settle_groups(row, kept);
    const struct group treated = scale_group(row, kept, true, w);
    const struct group control = scale_group(row, kept, false, w);
    for (size_t i = 0; i < kept; i++)
        of[i] = (struct effect_part){row[i].key, row[i].part};
    *parts = (struct effect_parts){of, kept, join(treated, control)};
    free(w);
    return OK;
}
