/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/lin.h"

#include "base/lanes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LIN_PANEL = 128 }; /* rows whose columns stay in the first-level cache together */

#define KERNEL_FILE "base/lin_kernel_int.h"
#include "base/kernels.h"

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* --- sums ------------------------------------------------------------- */

double lin_sum(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i += LIN_BLOCK)
        sum += KERNEL_PICK(block_sum)(x + i, smaller(n - i, LIN_BLOCK));
    return sum;
}

double lin_dot(const double *x, const double *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i += LIN_BLOCK)
        sum += KERNEL_PICK(block_dot)(x + i, y + i, smaller(n - i, LIN_BLOCK));
    return sum;
}

double lin_dot3(const double *w, const double *x, const double *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i += LIN_BLOCK)
        sum += KERNEL_PICK(block_dot3)(w + i, x + i, y + i, smaller(n - i, LIN_BLOCK));
    return sum;
}

void lin_combine(const double *const *x, size_t k, const double *b, size_t n, double *y)
{
    for (size_t i = 0; i < n; i += LIN_BLOCK) { /* y stays in the cache while the columns pass */
        const size_t rows = smaller(n - i, LIN_BLOCK);
        memset(y + i, 0, rows * sizeof *y);
        for (size_t j = 0; j < k; j++)
            KERNEL_PICK(add_scaled)(b[j], x[j] + i, rows, y + i);
    }
}

/* --- Gram matrices ---------------------------------------------------- */

enum { WAVE_BLOCKS_MAX = 256, WAVE_VALUES_MAX = 1 << 21 };

struct gram {
    const double *const *x;
    const double *w;
    size_t k, n;
    size_t k_even;        /* k and a column of zeros when k is odd */
    size_t first_block;   /* of the wave */
    double *block_result; /* k_even x k_even for each block of the wave */
    double *scratch;      /* for each worker: panel, weighted panel, lanes */
    size_t scratch_size;
};

static size_t lanes_size(size_t k)
{
    return k * k * LIN_LANES;
}

/* Copies the columns of some rows side by side; rows up to the next full lane are zero. */
static void pack(const struct gram *g, size_t row, size_t rows, double *panel, double *weighted)
{
    for (size_t j = 0; j < g->k; j++) {
        const double *from = g->x[j] + row;
        double *to = panel + j * LIN_PANEL, *to_weighted = weighted + j * LIN_PANEL;
        memcpy(to, from, rows * sizeof *to);
        memset(to + rows, 0, (LIN_PANEL - rows) * sizeof *to);
        if (!g->w)
            continue;
        for (size_t i = 0; i < rows; i++)
            to_weighted[i] = g->w[row + i] * from[i];
        memset(to_weighted + rows, 0, (LIN_PANEL - rows) * sizeof *to);
    }
}

static void gram_block(void *ctx, size_t block, unsigned worker)
{
    const struct gram *g = ctx;
    double *panel = g->scratch + worker * g->scratch_size;
    double *weighted = panel + g->k_even * LIN_PANEL;
    lanes *acc = (lanes *)(weighted + g->k_even * LIN_PANEL);
    const size_t from = (g->first_block + block) * LIN_BLOCK;
    const size_t to = smaller(from + LIN_BLOCK, g->n);

    memset(acc, 0, lanes_size(g->k_even) * sizeof(double));
    for (size_t row = from; row < to; row += LIN_PANEL) {
        const size_t rows = smaller(to - row, LIN_PANEL);
        const size_t full = (rows + LIN_LANES - 1) / LIN_LANES * LIN_LANES;
        pack(g, row, rows, panel, weighted);
        KERNEL_PICK(gram_panel)(g->w ? weighted : panel, panel, g->k_even, full, acc);
    }
    KERNEL_PICK(gram_fold)(acc, g->k_even, g->block_result + block * g->k_even * g->k_even);
}

static void add_upper(const struct gram *g, const double *part, double *sum)
{
    for (size_t a = 0; a < g->k; a++)
        for (size_t b = a; b < g->k; b++)
            sum[a * g->k + b] += part[a * g->k_even + b];
}

static void mirror_upper(double *a, size_t k)
{
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < i; j++)
            a[i * k + j] = a[j * k + i];
}

err lin_gram(par *pool, const double *const *x, size_t k, const double *w, size_t n, double *g,
             struct err_info *info)
{
    if (k > LIN_K_MAX) {
        err_set(info, E_LIMIT, "lin.too-many-columns");
        msg_int(&info->msg, (int64_t)k);
        msg_int(&info->msg, LIN_K_MAX);
        return E_LIMIT;
    }
    struct gram job = {.x = x, .w = w, .k = k, .n = n, .k_even = k + k % 2};
    const size_t n_blocks = n / LIN_BLOCK + (n % LIN_BLOCK != 0);
    const size_t values = job.k_even * job.k_even; /* below 2^18: products below fit */
    if (values == 0 || n_blocks == 0) {
        memset(g, 0, k * k * sizeof *g);
        return OK;
    }
    const size_t wave = smaller(smaller(WAVE_BLOCKS_MAX, WAVE_VALUES_MAX / values), n_blocks);
    job.scratch_size = 2 * job.k_even * LIN_PANEL + lanes_size(job.k_even);
    const size_t bytes = par_threads(pool) * job.scratch_size * sizeof(double);
    job.scratch = aligned_alloc(sizeof(lanes), bytes);
    job.block_result = calloc(wave * values, sizeof(double));
    err e = OK;
    if (!job.scratch || !job.block_result) {
        e = err_nomem(info);
        goto out;
    }
    memset(job.scratch, 0, bytes); /* the column of zeros stays zero */
    memset(g, 0, k * k * sizeof *g);
    for (job.first_block = 0; job.first_block < n_blocks; job.first_block += wave) {
        const size_t blocks = smaller(wave, n_blocks - job.first_block);
        par_run(pool, blocks, gram_block, &job);
        for (size_t b = 0; b < blocks; b++)
            add_upper(&job, job.block_result + b * values, g);
    }
    mirror_upper(g, k);
out:
    free(job.scratch);
    free(job.block_result);
    return e;
}

/* --- small matrices --------------------------------------------------- */

size_t lin_cholesky(double *a, size_t k, double tolerance, bool *keep)
{
    size_t rank = 0;
    for (size_t j = 0; j < k; j++) {
        double *row = a + j * k;
        const double original = row[j];
        for (size_t i = 0; i < j; i++) {
            const double *other = a + i * k;
            row[i] = keep[i] ? (row[i] - lin_dot(row, other, i)) / other[i] : 0;
        }
        const double left = original - lin_dot(row, row, j);
        keep[j] = original > 0 && left > tolerance * original;
        if (keep[j]) {
            row[j] = sqrt(left);
            rank++;
        } else {
            memset(row, 0, (j + 1) * sizeof *row);
        }
    }
    return rank;
}

void lin_cholesky_solve(const double *l, const bool *keep, size_t k, double *b)
{
    for (size_t i = 0; i < k; i++) /* L y = b */
        b[i] = keep[i] ? (b[i] - lin_dot(l + i * k, b, i)) / l[i * k + i] : 0;
    for (size_t i = k; i-- > 0;) { /* L' x = y, by rows of L */
        if (!keep[i])
            continue;
        b[i] /= l[i * k + i];
        KERNEL_PICK(add_scaled)(-b[i], l + i * k, i, b);
    }
}

void lin_cholesky_inverse(const double *l, const bool *keep, size_t k, double *inv)
{
    memset(inv, 0, k * k * sizeof *inv);
    for (size_t j = 0; j < k; j++) {
        if (!keep[j])
            continue;
        inv[j * k + j] = 1;
        lin_cholesky_solve(l, keep, k, inv + j * k);
    }
    mirror_upper(inv, k);
}

void lin_multiply(const double *a, size_t r, size_t c, const double *x, double *y)
{
    for (size_t i = 0; i < r; i++)
        y[i] = lin_dot(a + i * c, x, c);
}
