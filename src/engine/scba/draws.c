/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The Monte Carlo. The draws are cut into at most BLOCKS_MAX blocks by their
 * number alone; each block keeps its own sums, which are added in block order,
 * so that the bits do not depend on who did the work.
 */
#include "base/lin.h"
#include "base/rng.h"
#include "engine/scba/scba_int.h"

#include <math.h>
#include <string.h>

enum { BLOCKS_MAX = 256, BLOCKS_PER_WAVE = 32 };

/* What one thread needs for a chunk. */
struct workspace {
    double **column; /* n_columns x SCBA_CHUNK */
    double *product; /* SCBA_CHUNK each */
    double *value;
    double *magnitude; /* summed |value| of the items */
    double *society;
    double *normals; /* n_joint x SCBA_CHUNK */
};

struct run {
    const struct plan *plan;
    struct totals *totals;
    struct workspace *workspace; /* one a thread */
    size_t n_draws, block_draws, n_blocks, first_block;
    double *term_sum;    /* n_blocks x n_terms */
    double *item_sum;    /* n_blocks x n_items */
    double *item_square; /* n_blocks x n_items, about item_point */
    double *gap;         /* n_blocks; NaN: a number passed SCBA_VALUE_MAX */
};

/* ---- Columns ---- */

static void fill_bootstrap(const struct scba_estimates *est, size_t e, size_t first, size_t n,
                           double *x)
{
    size_t row = first % est->n_draws;
    for (size_t i = 0; i < n; i++) {
        x[i] = est->value[e] + est->draws[row * est->n + e];
        row = row + 1 == est->n_draws ? 0 : row + 1;
    }
}

/* estimate = value + L z */
static void fill_joint(const struct plan *plan, struct workspace *w, size_t first, size_t n)
{
    const size_t k = plan->n_joint;
    for (size_t j = 0; j < k; j++) {
        const struct rng_key key = {plan->model->seed, plan->columns[plan->joint[j]].stream};
        rng_normals(key, first, n, w->normals + j * SCBA_CHUNK);
    }
    for (size_t i = 0; i < k; i++) {
        double *x = w->column[plan->joint[i]];
        for (size_t d = 0; d < n; d++)
            x[d] = plan->columns[plan->joint[i]].mean;
        for (size_t j = 0; j <= i; j++) {
            const double l = plan->cholesky[i * k + j];
            const double *z = w->normals + j * SCBA_CHUNK;
            for (size_t d = 0; d < n; d++)
                x[d] += l * z[d];
        }
    }
}

static void fill_columns(const struct plan *plan, struct workspace *w, size_t first, size_t n)
{
    const struct scba_model *m = plan->model;
    for (size_t c = 0; c < plan->n_columns; c++) {
        const struct plan_column *col = &plan->columns[c];
        if (col->estimate == SCBA_NONE)
            scba_dist_fill(m->parameters[col->parameter].dist, col->quantiles, m->seed, col->stream,
                           first, n, w->column[c]);
        else if (m->estimates.draws)
            fill_bootstrap(&m->estimates, (size_t)col->estimate, first, n, w->column[c]);
    }
    fill_joint(plan, w, first, n);
}

/* ---- One chunk ---- */

static void add_scaled(double *to, double c, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += c * x[i];
}

/* Present value to the balances of payers; society is summed apart, without shares. */
static void share_out(const struct run *r, const struct plan_item *item, const double *value,
                      size_t first, size_t n, double *society)
{
    double *draws = r->totals->draws;
    if (item->kind == SCBA_TRANSFER) {
        add_scaled(draws + item->from * r->n_draws + first, -1.0, value, n);
        add_scaled(draws + item->to * r->n_draws + first, 1.0, value, n);
        return;
    }
    const double sign = item->kind == SCBA_COST ? -1.0 : 1.0;
    for (size_t p = 0; p < r->plan->n_payers; p++)
        if (item->share[p] != 0.0)
            add_scaled(draws + p * r->n_draws + first, sign * item->share[p], value, n);
    add_scaled(society, sign, value, n);
    if (item->kind == SCBA_COST)
        add_scaled(r->totals->cost + first, 1.0, value, n);
}

static void sum_item(const struct run *r, size_t block, size_t i, const struct workspace *w,
                     size_t n)
{
    const struct plan_item *item = &r->plan->items[i];
    for (size_t k = 0; k < item->n_terms; k++) {
        const struct plan_term *t = &item->terms[k];
        const double *x = t->column == SCBA_NONE ? NULL : w->column[t->column];
        double sum = (double)n;
        if (x && item->n_factors > 0)
            sum = lin_dot(w->product, x, n);
        else if (x || item->n_factors > 0)
            sum = lin_sum(x ? x : w->product, n);
        r->term_sum[block * r->plan->n_terms + item->first_term + k] += sum;
    }
    double spread = 0.0;
    const double point = r->totals->item_point[i];
    double *deviation = w->product; /* free now */
    for (size_t d = 0; d < n; d++)
        deviation[d] = w->value[d] - point;
    spread = lin_dot(deviation, deviation, n);
    r->item_sum[block * r->plan->n_items + i] += lin_sum(w->value, n);
    r->item_square[block * r->plan->n_items + i] += spread;
}

/* Largest gap between society and the sum over payers, in units of the bound's measure. */
static double gap_of(const struct run *r, const struct workspace *w, size_t first, size_t n)
{
    double largest = 0.0;
    for (size_t d = 0; d < n; d++) {
        double sum = 0.0;
        if (!(w->magnitude[d] <= SCBA_VALUE_MAX)) /* also when it is NaN */
            return (double)NAN;
        for (size_t p = 0; p < r->plan->n_payers; p++)
            sum += r->totals->draws[p * r->n_draws + first + d];
        largest = fmax(largest, fabs(sum - w->society[d]) / fmax(1.0, w->magnitude[d]));
    }
    return largest;
}

static void run_chunk(const struct run *r, size_t block, struct workspace *w, size_t first,
                      size_t n)
{
    const struct plan *plan = r->plan;
    fill_columns(plan, w, first, n);
    memset(w->society, 0, n * sizeof *w->society);
    memset(w->magnitude, 0, n * sizeof *w->magnitude);
    for (size_t i = 0; i < plan->n_items; i++) {
        plan_item_value(&plan->items[i], w->column, n, w->product, w->value);
        share_out(r, &plan->items[i], w->value, first, n, w->society);
        for (size_t d = 0; d < n; d++)
            w->magnitude[d] += fabs(w->value[d]);
        sum_item(r, block, i, w, n);
    }
    memcpy(r->totals->draws + plan->n_payers * r->n_draws + first, w->society,
           n * sizeof *w->society);
    const double gap = gap_of(r, w, first, n);
    if (!(gap <= r->gap[block]))
        r->gap[block] = gap;
}

static void run_block(void *ctx, size_t block, unsigned worker)
{
    const struct run *r = ctx;
    block += r->first_block;
    const size_t from = block * r->block_draws;
    const size_t to = from + r->block_draws < r->n_draws ? from + r->block_draws : r->n_draws;
    for (size_t first = from; first < to && !isnan(r->gap[block]); first += SCBA_CHUNK) {
        const size_t n = to - first < SCBA_CHUNK ? to - first : SCBA_CHUNK;
        run_chunk(r, block, &r->workspace[worker], first, n);
    }
}

/* ---- All ---- */

/* Generous: no plan has more columns than parameters, nor more joint ones than columns. */
size_t draws_scratch_bytes(const struct scba_model *m, const par *pool)
{
    const size_t threads = par_threads(pool);
    const size_t chunk_bytes = SCBA_CHUNK * sizeof(double);
    const size_t per_thread = (2 * m->n_parameters + 8) * (chunk_bytes + 64);
    const size_t per_block = (SCBA_TERMS_MAX + 2 * m->n_items + 8) * sizeof(double);
    return threads * per_thread + BLOCKS_MAX * per_block;
}

static bool make_workspace(const struct plan *plan, arena *a, struct workspace *w)
{
    w->column = ARENA_NEW(a, double *, plan->n_columns);
    w->product = ARENA_NEW(a, double, SCBA_CHUNK);
    w->value = ARENA_NEW(a, double, SCBA_CHUNK);
    w->magnitude = ARENA_NEW(a, double, SCBA_CHUNK);
    w->society = ARENA_NEW(a, double, SCBA_CHUNK);
    w->normals = ARENA_NEW(a, double, plan->n_joint *SCBA_CHUNK);
    bool fine = w->column && w->product && w->value && w->magnitude && w->society && w->normals;
    for (size_t c = 0; fine && c < plan->n_columns; c++)
        fine = (w->column[c] = ARENA_NEW(a, double, SCBA_CHUNK)) != NULL;
    return fine;
}

static bool make_run(struct run *r, const struct plan *plan, unsigned n_threads, arena *a)
{
    r->workspace = ARENA_NEW(a, struct workspace, n_threads);
    r->term_sum = ARENA_NEW(a, double, r->n_blocks * plan->n_terms);
    r->item_sum = ARENA_NEW(a, double, r->n_blocks * plan->n_items);
    r->item_square = ARENA_NEW(a, double, r->n_blocks * plan->n_items);
    r->gap = ARENA_NEW(a, double, r->n_blocks);
    bool fine = r->workspace && r->term_sum && r->item_sum && r->item_square && r->gap;
    for (unsigned t = 0; fine && t < n_threads; t++)
        fine = make_workspace(plan, a, &r->workspace[t]);
    return fine;
}

static err run_waves(struct run *r, par *pool, const struct progress *progress,
                     struct err_info *info)
{
    for (size_t b = 0; b < r->n_blocks; b += BLOCKS_PER_WAVE) {
        const size_t n = r->n_blocks - b < BLOCKS_PER_WAVE ? r->n_blocks - b : BLOCKS_PER_WAVE;
        if (progress_cancelled(progress))
            return err_set(info, E_CANCELLED, "error.cancelled");
        r->first_block = b;
        par_run(pool, n, run_block, r);
        progress_report(progress, "scba.step-draws", (double)(b + n), (double)r->n_blocks);
    }
    return OK;
}

static void add_blocks(const struct run *r)
{
    const struct plan *plan = r->plan;
    const double n = (double)r->n_draws;
    for (size_t t = 0; t < plan->n_terms; t++) {
        double sum = 0.0;
        for (size_t b = 0; b < r->n_blocks; b++)
            sum += r->term_sum[b * plan->n_terms + t];
        r->totals->term_mean[t] = sum / n;
    }
    for (size_t i = 0; i < plan->n_items; i++) {
        double sum = 0.0, square = 0.0;
        for (size_t b = 0; b < r->n_blocks; b++) {
            sum += r->item_sum[b * plan->n_items + i];
            square += r->item_square[b * plan->n_items + i];
        }
        const double mean = sum / n, off = mean - r->totals->item_point[i];
        r->totals->item_mean[i] = mean;
        r->totals->item_sd[i] = n > 1.0 ? sqrt(fmax(square - n * off * off, 0.0) / (n - 1.0)) : 0.0;
    }
}

static err largest_gap(const struct run *r, struct err_info *info)
{
    double largest = 0.0;
    for (size_t b = 0; b < r->n_blocks; b++) {
        if (isnan(r->gap[b]))
            return err_set(info, E_INPUT, "scba.overflow");
        largest = fmax(largest, r->gap[b]);
    }
    r->totals->largest_gap = largest;
    if (largest <= SCBA_GAP_MAX)
        return OK;
    err_set(info, E_LIMIT, "scba.gap");
    msg_real(&info->msg, largest * 1e9, 3);
    return info->code;
}

err draws_run(const struct plan *plan, par *pool, const struct progress *progress, arena *scratch,
              struct totals *totals, struct err_info *info)
{
    const size_t n = plan->model->n_draws;
    const size_t chunks = (n + SCBA_CHUNK - 1) / SCBA_CHUNK;
    const size_t chunks_per_block = (chunks + BLOCKS_MAX - 1) / BLOCKS_MAX;
    struct run r = {.plan = plan, .totals = totals, .n_draws = n};
    r.block_draws = chunks_per_block * SCBA_CHUNK;
    r.n_blocks = (n + r.block_draws - 1) / r.block_draws;
    if (!make_run(&r, plan, par_threads(pool), scratch))
        return err_nomem(info);
    err e = run_waves(&r, pool, progress, info);
    if (e == OK)
        e = largest_gap(&r, info);
    if (e == OK)
        add_blocks(&r);
    return e;
}
