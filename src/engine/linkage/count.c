/* SPDX-License-Identifier: EUPL-1.2 */
/* How often each pattern occurs: all that learning needs to know of the pairs. */
#include "base/rng.h"
#include "engine/linkage/linkage_int.h"

#include <stdatomic.h>
#include <stdlib.h>

/* ---- A hash table of whole numbers ---- */

struct counter {
    uint64_t *pattern;
    int64_t *n; /* 0 is free */
    size_t used, slots;
};

static size_t slot_of(const struct counter *c, uint64_t pattern)
{
    size_t at = (pattern * UINT64_C(0x9e3779b97f4a7c15)) >> 20 & (c->slots - 1);
    while (c->n[at] && c->pattern[at] != pattern)
        at = (at + 1) & (c->slots - 1);
    return at;
}

static err counter_size(struct counter *c, size_t slots)
{
    const struct counter old = *c;
    c->pattern = malloc(slots * sizeof *c->pattern);
    c->n = calloc(slots, sizeof *c->n);
    c->slots = slots;
    if (!c->pattern || !c->n) {
        free(c->pattern);
        free(c->n);
        *c = old;
        return E_NOMEM;
    }
    for (size_t i = 0; i < old.slots; i++)
        if (old.n[i]) {
            const size_t at = slot_of(c, old.pattern[i]);
            c->pattern[at] = old.pattern[i];
            c->n[at] = old.n[i];
        }
    free(old.pattern);
    free(old.n);
    return OK;
}

struct counter *counter_new(void)
{
    struct counter *c = calloc(1, sizeof *c);
    if (c && counter_size(c, 1024) != OK) {
        free(c);
        return NULL;
    }
    return c;
}

void counter_free(struct counter *c)
{
    if (!c)
        return;
    free(c->pattern);
    free(c->n);
    free(c);
}

err counter_add(struct counter *c, uint64_t pattern, int64_t n)
{
    const size_t at = slot_of(c, pattern);
    if (c->n[at] == 0) {
        c->pattern[at] = pattern;
        c->used++;
    }
    c->n[at] += n;
    return c->used * 2 > c->slots ? counter_size(c, c->slots * 2) : OK;
}

struct counted {
    uint64_t pattern;
    int64_t n;
};

static int by_pattern(const void *x, const void *y)
{
    const struct counted *a = x, *b = y;
    return (a->pattern > b->pattern) - (a->pattern < b->pattern);
}

err counter_merge(struct counter *const *c, size_t n, arena *memory, struct counts *counts,
                  struct err_info *info)
{
    size_t used = 0, k = 0;
    struct counter *all = counter_new();
    struct counted *item = NULL;
    err e = all ? OK : E_NOMEM;
    for (size_t i = 0; e == OK && i < n; i++)
        for (size_t s = 0; e == OK && s < c[i]->slots; s++)
            if (c[i]->n[s])
                e = counter_add(all, c[i]->pattern[s], c[i]->n[s]);
    if (e != OK)
        goto out;
    used = all->used;
    item = malloc((used + 1) * sizeof *item);
    counts->pattern = ARENA_NEW(memory, uint64_t, used);
    counts->n = ARENA_NEW(memory, int64_t, used);
    if (!item || !counts->pattern || !counts->n) {
        e = E_NOMEM;
        goto out;
    }
    for (size_t s = 0; s < all->slots; s++)
        if (all->n[s])
            item[k++] = (struct counted){all->pattern[s], all->n[s]};
    qsort(item, used, sizeof *item, by_pattern);
    for (size_t i = 0; i < used; i++) {
        counts->pattern[i] = item[i].pattern;
        counts->n[i] = item[i].n;
    }
    counts->n_patterns = used;
out:
    free(item);
    counter_free(all);
    return e == OK ? OK : err_nomem(info);
}

/* ---- One counter for each worker ---- */

struct counting {
    const struct units *units; /* NULL: each pair stands for itself */
    struct counter **counter;

    unsigned workers;
};

static void counting_free(struct counting *x)
{
    for (unsigned w = 0; x->counter && w < x->workers; w++)
        counter_free(x->counter[w]);
    free(x->counter);
}

static err counting_init(struct counting *x, par *pool, struct err_info *info)
{
    x->workers = pool ? par_threads(pool) : 1;
    x->counter = calloc(x->workers, sizeof *x->counter);
    bool ok = x->counter != NULL;
    for (unsigned w = 0; ok && w < x->workers; w++)
        ok = (x->counter[w] = counter_new()) != NULL;
    return ok ? OK : err_nomem(info);
}

static err count_batch(void *ctx, size_t unit, unsigned worker, const struct batch *batch)
{
    struct counting *x = ctx;
    const int64_t weight = x->units ? units_weight(x->units, unit) : 1;
    err e = OK;
    for (size_t i = 0; e == OK && i < batch->n; i++)
        e = counter_add(x->counter[worker], batch->pattern[i], weight);
    return e;
}

err count_candidates(const struct records *r, const struct blocks *b, const struct units *u,
                     struct comparer **comparer, arena *memory, par *pool,
                     const struct progress *progress, struct counts *counts, struct err_info *info)
{
    struct counting x = {.units = u};
    const struct pair_sink sink = {count_batch, &x};
    err e = counting_init(&x, pool, info);
    if (e == OK)
        e = pairs_run(r, b, u, comparer, true, pool, progress, "linkage.step-count", &sink, info);
    if (e == OK)
        e = counter_merge(x.counter, x.workers, memory, counts, info);

    counting_free(&x);
    return e;
}

/* ---- Random pairs ---- */

enum { RANDOM_PAIRS = 1 << 20 };

struct drawing {
    const struct records *r;
    struct comparer **comparer;
    struct counting counting;
    struct rng_key key;
    struct batch *batch;
    bool all; /* pairs, one by one */
    atomic_int error;
};

static void take_pair(struct drawing *x, struct batch *batch, size_t a, size_t b)
{
    if (a == b || !pair_is_allowed(x->r, a, b))
        return;
    batch->a[batch->n] = (uint32_t)a;
    batch->b[batch->n] = (uint32_t)b;
    batch->rules[batch->n++] = 1;
}

static void count_drawn(struct drawing *x, unsigned worker)
{
    struct batch *batch = &x->batch[worker];
    compare_batch(x->r, x->comparer[worker], batch);
    if (count_batch(&x->counting, 0, worker, batch) != OK)
        atomic_store(&x->error, E_NOMEM);
    batch->n = 0;
}

static void draw_block(void *ctx, size_t block, unsigned worker)
{
    struct drawing *x = ctx;
    struct batch *batch = &x->batch[worker];
    batch->n = 0;
    if (x->all) { /* record `block` with all behind it */
        for (size_t b = block + 1; b < x->r->n; b++) {
            take_pair(x, batch, block, b);
            if (batch->n == BATCH)
                count_drawn(x, worker);
        }
    } else {
        for (size_t i = 0; i < BATCH; i++) {
            uint32_t bits[4];
            rng_bits(x->key, block * BATCH + i, bits);
            take_pair(x, batch, (size_t)((uint64_t)bits[0] * x->r->n >> 32),
                      (size_t)((uint64_t)bits[1] * x->r->n >> 32));
        }
    }
    count_drawn(x, worker);
}

err count_random(const struct records *r, uint64_t seed, struct comparer **comparer, arena *memory,
                 par *pool, struct counts *counts, struct err_info *info)
{
    struct drawing x = {.r = r,
                        .comparer = comparer,
                        .key = {seed, rng_stream("linkage.random-pairs", 0)},
                        .all = (double)r->n * (double)r->n / 2 <= RANDOM_PAIRS};
    err e = counting_init(&x.counting, pool, info);
    arena *own = arena_new_beside(memory);
    x.batch = own ? ARENA_NEW(own, struct batch, x.counting.workers) : NULL;
    if (e == OK && !x.batch)
        e = err_nomem(info);
    if (e == OK) {
        par_run(pool, x.all ? r->n : RANDOM_PAIRS / BATCH, draw_block, &x);
        e = x.error == OK
                ? counter_merge(x.counting.counter, x.counting.workers, memory, counts, info)
                : err_nomem(info);
    }
    counting_free(&x.counting);
    arena_free(own);
    return e;
}
