/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/signs_int.h"

#include <string.h>

/*
 * Eight rows have only 256 patterns of signs, so their 256 possible sums are
 * made once and each draw looks its own up: one addition for eight rows
 * (Arlazarov, Dinic, Kronrod and Faradzev 1970, "four Russians"), here for
 * eight columns at a time.
 */
#define KERNEL_FILE "engine/effect/signs_kernel_int.h"
#include "base/kernels.h"

enum {
    PAIR = 2,             /* groups whose tables together fill the first-level cache */
    SLAB_BYTES = 1 << 20, /* signs at hand at one time */
    DRAWS_PER_CALL = 16,  /* bytes in one call of the generator */
    CHUNK = 1024,         /* draws of one job */
};

struct pass {
    const double *const *column;
    size_t m, n, n_draws, n_groups, n_chunks;
    struct rng_key key;
    size_t first, n_slab; /* groups whose signs are at hand; n_slab is a multiple of PAIR */
    uint8_t *sign;        /* n_slab x n_draws: bit t is the sign of row 8 * group + t */
    lanes *total;         /* packs of eight columns x n_draws */
};

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

/* Signs of one group for all draws. */
static void make_signs(void *ctx, size_t row, unsigned worker)
{
    (void)worker;
    const struct pass *p = ctx;
    uint8_t *sign = p->sign + row * p->n_draws;

    for (size_t b = 0; b < p->n_draws; b += DRAWS_PER_CALL) {
        const size_t left = p->n_draws - b;
        uint32_t bits[4];
        /* a group's counters lie together; no more than 2^48 groups exist */
        rng_bits(p->key, (uint64_t)(b / DRAWS_PER_CALL) << 48 | (p->first + row), bits);
        for (size_t at = 0; at < DRAWS_PER_CALL && at < left; at++)
            sign[b + at] = (uint8_t)(bits[at / 4] >> (at % 4 * 8));
    }
}

/* Turns two groups of rows of eight columns into rows of lanes; false when all are zero. */
static bool take_rows(const struct pass *p, size_t pack, size_t group, lanes *value)
{
    const size_t from = group * GROUP;
    const size_t rows = from >= p->n                 ? 0
                        : p->n - from < PAIR * GROUP ? p->n - from
                                                     : (size_t)PAIR * GROUP;
    bool any = false;

    memset(value, 0, PAIR * GROUP * sizeof *value);
    for (size_t lane = 0; lane < LANES && pack * LANES + lane < p->m; lane++) {
        const double *x = p->column[pack * LANES + lane] + from;
        for (size_t t = 0; t < rows; t++) {
            value[t][lane] = x[t];
            any = any || x[t] != 0;
        }
    }
    return any;
}

/* Adds the slab to one pack of columns, for one chunk of draws. */
static void add_slab(void *ctx, size_t job, unsigned worker)
{
    (void)worker;
    const struct pass *p = ctx;
    const size_t pack = job / p->n_chunks;
    const size_t from = job % p->n_chunks * CHUNK;
    const size_t n = p->n_draws - from < CHUNK ? p->n_draws - from : CHUNK;
    lanes *total = p->total + pack * p->n_draws + from;
    lanes value[PAIR * GROUP];

    for (size_t row = 0; row < p->n_slab; row += PAIR) {
        const uint8_t *sign = p->sign + row * p->n_draws + from;
        if (take_rows(p, pack, p->first + row, value))
            KERNEL_PICK(add_groups)(value, sign, sign + p->n_draws, n, total);
    }
}

static void run_slabs(par *pool, struct pass *p, size_t slab_groups, size_t n_packs,
                      const struct progress *progress)
{
    for (p->first = 0; p->first < p->n_groups; p->first += slab_groups) {
        if (progress_cancelled(progress))
            return;
        const size_t left = p->n_groups - p->first;
        p->n_slab = left < slab_groups ? left : slab_groups;
        par_run(pool, p->n_slab, make_signs, p);
        par_run(pool, n_packs * p->n_chunks, add_slab, p);
        progress_report(progress, "effect.step-bootstrap", (double)(p->first + p->n_slab),
                        (double)p->n_groups);
    }
}

err signs_sum(par *pool, const double *const *column, size_t m, size_t n, struct rng_key key,
              size_t n_draws, const struct progress *progress, double *sum, struct err_info *info)
{
    const size_t n_packs = (m + LANES - 1) / LANES;
    const size_t fit = SLAB_BYTES / (n_draws ? n_draws : 1) / PAIR * PAIR;
    const size_t slab_groups = fit < PAIR ? PAIR : fit;
    struct pass p = {.column = column,
                     .m = m,
                     .n = n,
                     .n_draws = n_draws,
                     .n_groups = round_up((n + GROUP - 1) / GROUP, PAIR),
                     .n_chunks = (n_draws + CHUNK - 1) / CHUNK,
                     .key = key};
    err e = OK;
    arena *scratch = arena_new(SIZE_MAX);
    if (!scratch)
        return err_nomem(info);

    p.sign = ARENA_NEW(scratch, uint8_t, slab_groups * n_draws);
    p.total = n_draws && n_packs > SIZE_MAX / n_draws
                  ? NULL
                  : ARENA_NEW(scratch, lanes, n_packs * n_draws);
    if (!p.sign || !p.total) {
        e = err_nomem(info);
        goto out;
    }
    run_slabs(pool, &p, slab_groups, n_packs, progress);
    if (progress_cancelled(progress)) {
        e = err_set(info, E_CANCELLED, "error.cancelled");
        goto out;
    }
    for (size_t b = 0; b < n_draws; b++)
        for (size_t j = 0; j < m; j++)
            sum[b * m + j] = p.total[j / LANES * n_draws + b][j % LANES];
out:
    arena_free(scratch);
    return e;
}
