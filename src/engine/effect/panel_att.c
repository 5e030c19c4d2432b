/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Each comparison's effect and influence function. A design, a sample with its
 * score, is fitted once for all cells that share it; designs are independent of
 * each other and spread over the pool.
 */
#include "base/lin.h"
#include "engine/effect/drdid_int.h"
#include "engine/effect/panel_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A worker's own memory: the sample it works on. */
struct bench {
    uint32_t *index;
    double **x;
    double *w, *score, *odds, *change, *scratch, *influence;
    struct drdid_sample sample;
};

struct job {
    const struct panel *p;
    enum effect_estimator estimator;
    enum effect_ipw ipw;
    struct panel_cells *cells;
    const size_t *column;
    const arena *beside;
    struct bench *bench;
    double *influence;
    double *beta;   /* designs x k: coefficients of the score */
    bool *has_beta; /* designs */
    err *error;     /* designs */
    double sum_treated;
};

/* ---- the sample of a cell ---- */

bool panel_is_in_cell(const struct panel *p, const struct panel_cell *c, size_t i)
{
    const double *now = p->outcome + c->period * p->n, *then = p->outcome + c->base * p->n;
    if (isnan(now[i]) || isnan(then[i]))
        return false;
    if (!p->varies)
        return true;
    bool known = !isnan(panel_at(p, &p->weight, c->base)[i]);
    for (size_t j = 1; j < p->k && known; j++)
        known = !isnan(panel_at(p, &p->x[j], c->base)[i]);
    return known;
}

static size_t add_cohort(const struct panel *p, const struct panel_cell *c, size_t cohort,
                         uint32_t *index)
{
    const struct panel_cohort *h = &p->cohort[cohort];
    size_t n = 0;
    for (size_t i = h->first; i < h->first + h->n; i++)
        if (panel_is_in_cell(p, c, i))
            index[n++] = (uint32_t)i;
    return n;
}

static void pick(const double *from, const uint32_t *index, size_t n, double *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = from[index[i]];
}

/* Gathers the persons of a cell: treated first, then controls cohort by cohort. */
static void take_sample(const struct panel *p, const struct panel_cell *c, struct bench *b)
{
    struct drdid_sample *s = &b->sample;
    size_t n = add_cohort(p, c, c->cohort, b->index);
    s->n_treated = n;
    for (size_t h = c->control_from; h <= p->n_cohorts; h++)
        if (h != c->cohort)
            n += add_cohort(p, c, h, b->index + n);
    s->n_control = n - s->n_treated;
    s->k = p->k;
    s->x = (const double *const *)b->x;
    s->w = b->w;
    for (size_t j = 0; j < p->k; j++)
        pick(panel_at(p, &p->x[j], c->base), b->index, n, b->x[j]);
    pick(panel_at(p, &p->weight, c->base), b->index, n, b->w);
}

/* ---- a design and its cells ---- */

static void compute_cell(const struct job *job, size_t cell, const struct drdid_fit *fit,
                         struct bench *b)
{
    const struct panel *p = job->p;
    struct panel_cell *c = &job->cells->cell[cell];
    const struct drdid_sample *s = &b->sample;
    const size_t n = s->n_treated + s->n_control;
    const double *now = p->outcome + c->period * p->n, *then = p->outcome + c->base * p->n;

    c->n_treated = s->n_treated;
    c->n_control = s->n_control;
    c->n_lost = job->cells->design[c->design].room - n;
    c->n_trimmed = fit->n_trimmed;
    c->failed = fit->failed;
    if (c->failed)
        return;
    for (size_t i = 0; i < n; i++)
        b->change[i] = now[b->index[i]] - then[b->index[i]];
    c->att = drdid_effect(s, fit, b->change, b->scratch, b->influence);
    double *influence = job->influence + job->column[cell] * p->n;
    for (size_t i = 0; i < n; i++)
        influence[b->index[i]] = b->influence[i] * (double)p->n;
    if (!isfinite(c->att))
        c->failed = "panel.not-computable";
}

static void keep_score(struct job *job, size_t design, const struct bench *b,
                       const struct drdid_fit *fit)
{
    job->has_beta[design] = fit->beta != NULL;
    if (fit->beta)
        memcpy(job->beta + design * job->p->k, fit->beta, job->p->k * sizeof *fit->beta);
    if (fit->beta && job->cells->n_designs == 1)
        job->sum_treated = lin_sum(fit->score, b->sample.n_treated);
}

/* A score goes the way of its index, so that the one is outside where the other is. */
static size_t count_outside(const struct drdid_sample *s, const double *beta, double *index)
{
    const size_t n = s->n_treated + s->n_control;
    double low = REAL_INF, high = -REAL_INF;
    size_t outside = 0;
    lin_combine(s->x, s->k, beta, n, index);
    for (size_t i = s->n_treated; i < n; i++) {
        low = index[i] < low ? index[i] : low;
        high = index[i] > high ? index[i] : high;
    }
    for (size_t i = 0; i < s->n_treated; i++)
        outside += index[i] < low || index[i] > high;
    return outside;
}

static void keep_sample(const struct bench *b, const struct drdid_fit *fit, struct panel_kept *kept)
{
    const struct drdid_sample *s = &b->sample;
    const size_t n = s->n_treated + s->n_control;
    if (fit->failed)
        return;
    kept->is_filled = true;
    kept->n_treated = s->n_treated;
    kept->n_control = s->n_control;
    kept->has_score = fit->odds != NULL;
    memcpy(kept->index, b->index, n * sizeof *b->index);
    memcpy(kept->w, b->w, n * sizeof *b->w);
    if (!fit->odds)
        return;
    memcpy(kept->odds, fit->odds, s->n_control * sizeof *fit->odds);
    kept->n_outside = count_outside(s, fit->beta, b->change);
}

static err compute_design(struct job *job, size_t design, struct bench *b, arena *a,
                          struct err_info *info)
{
    const struct panel_design *d = &job->cells->design[design];
    const bool starts_near = d->lead != design && job->has_beta[d->lead];
    const double *start = starts_near ? job->beta + d->lead * job->p->k : NULL;
    const bool has_score = job->estimator != EFFECT_REG;
    struct drdid_fit fit = {.score = has_score ? b->score : NULL,
                            .odds = has_score ? b->odds : NULL};

    take_sample(job->p, &job->cells->cell[d->first_cell], b);
    const err e = drdid_fit(&b->sample, job->estimator, job->ipw, start, b->scratch, a, &fit, info);
    if (e != OK)
        return e;
    keep_score(job, design, b, &fit);
    if (d->kept)
        keep_sample(b, &fit, d->kept);
    for (size_t c = d->first_cell; c < job->cells->n; c++)
        if (job->column[c] != SIZE_MAX && job->cells->cell[c].design == design)
            compute_cell(job, c, &fit, b);
    return OK;
}

static void run_design(struct job *job, size_t design, unsigned worker)
{
    struct err_info info;
    arena *a = arena_new_beside(job->beside);
    job->error[design] =
        a ? compute_design(job, design, &job->bench[worker], a, &info) : err_nomem(&info);
    arena_free(a);
}

static void run_lead(void *ctx, size_t design, unsigned worker)
{
    struct job *job = ctx;
    if (job->cells->design[design].lead == design)
        run_design(job, design, worker);
}

/* The other designs of a cohort differ little from its first, and start from there. */
static void run_follower(void *ctx, size_t design, unsigned worker)
{
    struct job *job = ctx;
    if (job->cells->design[design].lead != design)
        run_design(job, design, worker);
}

/* ---- all designs ---- */

static err benches_make(const struct job *job, unsigned n_workers, arena *a, struct bench *bench,
                        struct err_info *info)
{
    size_t room = 0;
    for (size_t d = 0; d < job->cells->n_designs; d++)
        if (job->cells->design[d].room > room)
            room = job->cells->design[d].room;
    for (unsigned i = 0; i < n_workers; i++) {
        struct bench *b = &bench[i];
        b->index = ARENA_NEW(a, uint32_t, room);
        b->x = ARENA_NEW(a, double *, job->p->k);
        double *block = ARENA_NEW(a, double, room *(job->p->k + 6));
        if (!b->index || !b->x || !block)
            return err_nomem(info);
        for (size_t j = 0; j < job->p->k; j++)
            b->x[j] = block + j * room;
        b->w = block + job->p->k * room;
        b->score = b->w + room;
        b->odds = b->score + room;
        b->change = b->odds + room;
        b->scratch = b->change + room;
        b->influence = b->scratch + room;
    }
    return OK;
}

err panel_att(const struct panel *p, const struct effect_spec *spec, struct panel_cells *cells,
              const size_t *column, par *pool, const struct progress *progress, arena *a,
              double *influence, double *sum_treated, struct err_info *info)
{
    const unsigned n_workers = par_threads(pool);
    struct job job = {.p = p,
                      /* without covariates all estimators are the difference of mean changes */
                      .estimator = p->k == 1 ? EFFECT_REG : spec->estimator,
                      .ipw = spec->ipw,
                      .cells = cells,
                      .column = column,
                      .beside = a,
                      .bench = ARENA_NEW(a, struct bench, n_workers),
                      .influence = influence,
                      .beta = ARENA_NEW(a, double, cells->n_designs * p->k),
                      .has_beta = ARENA_NEW(a, bool, cells->n_designs),
                      .error = ARENA_NEW(a, err, cells->n_designs),
                      .sum_treated = NAN};
    if (!job.bench || !job.beta || !job.has_beta || !job.error)
        return err_nomem(info);
    err e = benches_make(&job, n_workers, a, job.bench, info);
    if (e == OK && progress_cancelled(progress))
        e = err_set(info, E_CANCELLED, "error.cancelled");
    if (e != OK)
        return e;
    progress_report(progress, "panel.step-cells", 0, (double)cells->n);
    par_run(pool, cells->n_designs, run_lead, &job);
    par_run(pool, cells->n_designs, run_follower, &job);
    for (size_t d = 0; d < cells->n_designs; d++)
        if (job.error[d] != OK)
            return err_nomem(info); /* the only error a design can have */
    *sum_treated = job.sum_treated;
    progress_report(progress, "panel.step-cells", (double)cells->n, (double)cells->n);
    return OK;
}
