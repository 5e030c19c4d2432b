/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Pairs of filters. Blocked by bands (Indyk and Motwani 1998; bit sampling for Hamming distance): a
 * band is a few sampled bits, and filters that are alike have one band in common.
 */
#include "base/rng.h"
#include "engine/linkage/bloom.h"

#include <stdlib.h>
#include <string.h>

enum { BAND_BITS_MIN = 8, BAND_BITS_MAX = 24, ROWS = 64, SCORES = 256 };

/* What one block of the work finds: pairs above the threshold. */
struct found {
    struct linkage_filter_pair *pair;
    size_t n, cap;
    err error;
};

struct work {
    const struct linkage_filters_ask *ask;
    unsigned band_bits;
    uint16_t (*sample)[BAND_BITS_MAX]; /* of each band */
    struct found *found;               /* of each block */
};

static void add(struct found *f, size_t a, size_t b, uint32_t score)
{
    if (f->error != OK)
        return;
    if (f->n == LINKAGE_FILTER_PAIRS_MAX) {
        f->error = E_LIMIT;
        return;
    }
    if (f->n == f->cap) {
        const size_t cap = f->cap ? 2 * f->cap : 1024;
        struct linkage_filter_pair *more = realloc(f->pair, cap * sizeof *more);
        if (!more) {
            f->error = E_NOMEM;
            return;
        }
        f->pair = more;
        f->cap = cap;
    }
    f->pair[f->n++] = (struct linkage_filter_pair){(uint32_t)a, (uint32_t)b, score};
}

static struct linkage_filter filter_at(const struct linkage_filters *side, size_t i)
{
    struct linkage_filter f;
    memcpy(f.bits, side->bits[i], sizeof f.bits);
    f.n = side->n_set[i];
    return f;
}

/* ---- all pairs ---- */

static void compare_rows(void *ctx, size_t block, unsigned worker)
{
    (void)worker;
    struct work *w = ctx;
    const struct linkage_filters *side = w->ask->side[0], *other = w->ask->side[1];
    const size_t from = block * ROWS, to = from + ROWS < side->n ? from + ROWS : side->n;
    uint16_t score[SCORES];
    /* a piece of the other side against all rows: it stays in the cache */
    for (size_t b = 0; b < other->n; b += SCORES) {
        const size_t n = other->n - b < SCORES ? other->n - b : SCORES;
        for (size_t a = from; a < to; a++) {
            const struct linkage_filter f = filter_at(side, a);
            linkage_dice_many(&f, other, b, n, score);
            for (size_t k = 0; k < n; k++)
                if (score[k] >= w->ask->threshold)
                    add(w->found + block, a, b + k, score[k]);
        }
    }
}

/* ---- bands ---- */

struct keyed {
    uint32_t key, at;
};

static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static uint32_t band_key(const uint64_t *bits, const uint16_t *sample, unsigned n)
{
    uint32_t key = 0;
    for (unsigned i = 0; i < n; i++)
        key = key << 1 | (uint32_t)(bits[sample[i] / 64] >> sample[i] % 64 & 1);
    return key;
}

/* Filters by their band; NULL when memory is out. Empty ones are left out. */
static struct keyed *sort_band(const struct linkage_filters *side, const uint16_t *sample,
                               unsigned n_bits, size_t *n)
{
    struct keyed *list = malloc((side->n + 1) * sizeof *list);
    *n = 0;
    for (size_t i = 0; list && i < side->n; i++)
        if (side->n_set[i])
            list[(*n)++] = (struct keyed){band_key(side->bits[i], sample, n_bits), (uint32_t)i};
    if (list)
        qsort(list, *n, sizeof *list, by_key);
    return list;
}

static void compare_band(void *ctx, size_t band, unsigned worker)
{
    (void)worker;
    struct work *w = ctx;
    struct found *found = w->found + band;
    const struct linkage_filters *const *side = w->ask->side;
    size_t n[2];
    struct keyed *list[2];
    for (size_t i = 0; i < 2; i++)
        list[i] = sort_band(side[i], w->sample[band], w->band_bits, n + i);
    if (!list[0] || !list[1])
        found->error = E_NOMEM;
    for (size_t a = 0, from = 0; found->error == OK && a < n[0]; a++) {
        while (from < n[1] && list[1][from].key < list[0][a].key)
            from++;
        const struct linkage_filter f = filter_at(side[0], list[0][a].at);
        for (size_t b = from; b < n[1] && list[1][b].key == list[0][a].key; b++) {
            const struct linkage_filter g = filter_at(side[1], list[1][b].at);
            const uint16_t score = linkage_dice(&f, &g);
            if (score >= w->ask->threshold)
                add(found, list[0][a].at, list[1][b].at, score);
        }
    }
    free(list[0]);
    free(list[1]);
}

/* As many bits as make groups of about one filter. Which ones is no secret: filters are hashes. */
static void draw_bands(struct work *w)
{
    const struct linkage_filters *const *side = w->ask->side;
    const size_t n = side[0]->n > side[1]->n ? side[0]->n : side[1]->n;
    w->band_bits = BAND_BITS_MIN;
    while (w->band_bits < BAND_BITS_MAX && (size_t)1 << w->band_bits < n)
        w->band_bits++;
    for (size_t band = 0; band < w->ask->n_bands; band++) {
        const struct rng_key key = {.seed = 1, .stream = rng_stream("linkage.band", band)};
        for (size_t i = 0; i < BAND_BITS_MAX; i++)
            w->sample[band][i] = (uint16_t)(rng_u64(key, i) % LINKAGE_FILTER_BITS);
    }
}

/* ---- one to one ---- */

static int by_score(const void *a, const void *b)
{
    const struct linkage_filter_pair *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

static int by_record(const void *a, const void *b)
{
    const struct linkage_filter_pair *x = a, *y = b;
    return (x->a > y->a) - (x->a < y->a);
}

/* Keeps of all pairs the best of each record; a pair found twice is one. */
static err keep_best(const struct linkage_filters *const *side, struct found *all,
                     struct err_info *info)
{
    unsigned char *taken = calloc(side[0]->n + side[1]->n + 1, 1);
    if (!taken)
        return err_nomem(info);
    size_t kept = 0;
    if (all->n)
        qsort(all->pair, all->n, sizeof *all->pair, by_score);
    for (size_t i = 0; i < all->n; i++) {
        const struct linkage_filter_pair p = all->pair[i];
        if (taken[p.a] || taken[side[0]->n + p.b])
            continue;
        taken[p.a] = taken[side[0]->n + p.b] = 1;
        all->pair[kept++] = p;
    }
    all->n = kept;
    if (kept)
        qsort(all->pair, kept, sizeof *all->pair, by_record);
    free(taken);
    return OK;
}

static err join_found(struct found *found, size_t n_blocks, struct found *all,
                      struct err_info *info)
{
    for (size_t i = 0; i < n_blocks; i++) {
        if (found[i].error != OK)
            all->error = found[i].error;
        for (size_t k = 0; k < found[i].n; k++)
            add(all, found[i].pair[k].a, found[i].pair[k].b, found[i].pair[k].score);
    }
    if (all->error == E_LIMIT)
        return err_set(info, E_LIMIT, "filter.many-pairs");
    return all->error == OK ? OK : err_nomem(info);
}

err linkage_filters_link(const struct linkage_filters_ask *ask, struct linkage_filter_pair **pair,
                         size_t *n, struct err_info *info)
{
    if (ask->threshold == 0 || ask->threshold > LINKAGE_DICE_ONE ||
        ask->n_bands > LINKAGE_FILTER_BANDS_MAX || ask->side[0]->n > UINT32_MAX ||
        ask->side[1]->n > UINT32_MAX)
        return err_set(info, E_INPUT, "filter.ask");
    const size_t n_blocks = ask->n_bands ? ask->n_bands : (ask->side[0]->n + ROWS - 1) / ROWS;
    struct work w = {.ask = ask};
    struct found all = {0};
    err e = OK;
    w.found = calloc(n_blocks + 1, sizeof *w.found);
    w.sample = calloc(ask->n_bands + 1, sizeof *w.sample);
    if (!w.found || !w.sample) {
        e = err_nomem(info);
        goto out;
    }
    if (ask->n_bands)
        draw_bands(&w);
    par_run(ask->pool, n_blocks, ask->n_bands ? compare_band : compare_rows, &w);
    e = join_found(w.found, n_blocks, &all, info);
    if (e == OK)
        e = keep_best(ask->side, &all, info);
    if (e == OK) {
        *pair = all.pair;
        *n = all.n;
        all.pair = NULL;
    }
out:
    free(all.pair);
    for (size_t i = 0; w.found && i < n_blocks; i++)
        free(w.found[i].pair);
    free(w.found);
    free(w.sample);
    return e;
}
