/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Each comparison's effect and influence function. First all designs (samples
 * with their scores), then all cells on top of them; both are independent of
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
    size_t design; /* whose complete sample is at hand; SIZE_MAX: none */
    uint32_t *index;
    double **x;
    double *w, *odds, *change, *scratch, *influence;
    struct drdid_sample sample;
};

struct fitted {
    struct drdid_fit fit;
    arena *keep;
    err error;
};

struct job {
    const struct panel *p;
    enum effect_estimator estimator;
    enum effect_ipw ipw;
    struct panel_cells *cells;
    const size_t *column;
    struct fitted *fitted;
    struct bench *bench;
    double *influence;
};

/* ---- the sample of a cell ---- */

static bool is_usable(const struct panel *p, const struct panel_cell *c, size_t i)
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
        if (is_usable(p, c, i))
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

static void count_cell(const struct panel_design *d, const struct drdid_sample *s,
                       struct panel_cell *c)
{
    c->n_treated = s->n_treated;
    c->n_control = s->n_control;
    c->n_lost = d->room - s->n_treated - s->n_control;
}

/* ---- first pass: designs ---- */

static err fit_design(const struct job *job, size_t design, struct bench *b, struct err_info *info)
{
    const struct panel_design *d = &job->cells->design[design];
    struct fitted *f = &job->fitted[design];
    take_sample(job->p, &job->cells->cell[d->first_cell], b);
    const size_t n = b->sample.n_treated + b->sample.n_control;
    const double *start = d->lead == design ? NULL : job->fitted[d->lead].fit.beta;
    f->keep = arena_new(PANEL_MEMORY_MAX);
    if (!f->keep)
        return err_nomem(info);
    if (job->estimator != EFFECT_REG) {
        f->fit.score = ARENA_NEW(f->keep, double, n);
        f->fit.odds = ARENA_NEW(f->keep, double, b->sample.n_control);
        if (!f->fit.score || !f->fit.odds)
            return err_nomem(info);
    }
    return drdid_fit(&b->sample, job->estimator, job->ipw, start, b->scratch, f->keep, &f->fit,
                     info);
}

static void run_design(const struct job *job, size_t design, unsigned worker)
{
    struct err_info info;
    job->bench[worker].design = SIZE_MAX;
    job->fitted[design].error = fit_design(job, design, &job->bench[worker], &info);
}

static void run_lead(void *ctx, size_t design, unsigned worker)
{
    const struct job *job = ctx;
    if (job->cells->design[design].lead == design)
        run_design(job, design, worker);
}

/* The other designs of a cohort differ little from its first, and start from there. */
static void run_follower(void *ctx, size_t design, unsigned worker)
{
    const struct job *job = ctx;
    if (job->cells->design[design].lead != design)
        run_design(job, design, worker);
}

/* ---- second pass: cells ---- */

static void run_cell(void *ctx, size_t cell, unsigned worker)
{
    const struct job *job = ctx;
    const struct panel *p = job->p;
    struct panel_cell *c = &job->cells->cell[cell];
    struct bench *b = &job->bench[worker];
    if (c->reference || c->failed)
        return;
    const struct drdid_fit *fit = &job->fitted[c->design].fit;
    if (b->design != c->design) {
        take_sample(p, c, b);
        b->design = c->design;
    }
    count_cell(&job->cells->design[c->design], &b->sample, c);
    c->n_trimmed = fit->n_trimmed;
    c->failed = fit->failed;
    if (c->failed)
        return;
    const double *now = p->outcome + c->period * p->n, *then = p->outcome + c->base * p->n;
    const size_t n = b->sample.n_treated + b->sample.n_control;
    for (size_t i = 0; i < n; i++)
        b->change[i] = now[b->index[i]] - then[b->index[i]];
    c->att = drdid_effect(&b->sample, fit, b->change, b->scratch, b->influence);
    double *influence = job->influence + job->column[cell] * p->n;
    for (size_t i = 0; i < n; i++)
        influence[b->index[i]] = b->influence[i] * (double)p->n;
    if (!isfinite(c->att))
        c->failed = "panel.not-computable";
}

/* ---- both ---- */

static err benches_make(const struct job *job, unsigned n_workers, arena *a, struct bench *bench,
                        struct err_info *info)
{
    size_t room = 0;
    for (size_t d = 0; d < job->cells->n_designs; d++)
        if (job->cells->design[d].room > room)
            room = job->cells->design[d].room;
    for (unsigned i = 0; i < n_workers; i++) {
        struct bench *b = &bench[i];
        b->design = SIZE_MAX;
        b->index = ARENA_NEW(a, uint32_t, room);
        b->x = ARENA_NEW(a, double *, job->p->k);
        double *block = ARENA_NEW(a, double, room *(job->p->k + 4));
        if (!b->index || !b->x || !block)
            return err_nomem(info);
        for (size_t j = 0; j < job->p->k; j++)
            b->x[j] = block + j * room;
        b->w = block + job->p->k * room;
        b->change = b->w + room;
        b->scratch = b->change + room;
        b->influence = b->scratch + room;
    }
    return OK;
}

static double treated_scores(const struct panel_cells *cells, const struct fitted *f)
{
    const struct panel_cell *c = &cells->cell[cells->design[0].first_cell];
    const bool has_one = cells->n_designs == 1 && f->fit.score && !f->fit.failed;
    return has_one ? lin_sum(f->fit.score, c->n_treated) : NAN;
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
                      .fitted = ARENA_NEW(a, struct fitted, cells->n_designs),
                      .bench = ARENA_NEW(a, struct bench, n_workers),
                      .influence = influence};
    if (!job.fitted || !job.bench)
        return err_nomem(info);
    err e = benches_make(&job, n_workers, a, job.bench, info);
    if (e != OK)
        return e;
    progress_report(progress, "panel.step-scores", 0, (double)cells->n);
    par_run(pool, cells->n_designs, run_lead, &job);
    par_run(pool, cells->n_designs, run_follower, &job);
    for (size_t d = 0; d < cells->n_designs && e == OK; d++)
        if (job.fitted[d].error != OK)
            e = err_nomem(info); /* the only error a design can have */
    if (e == OK && progress_cancelled(progress))
        e = err_set(info, E_CANCELLED, "error.cancelled");
    progress_report(progress, "panel.step-cells", 0, (double)cells->n);
    if (e == OK)
        par_run(pool, cells->n, run_cell, &job);
    if (e == OK)
        *sum_treated = treated_scores(cells, &job.fitted[0]);
    for (size_t d = 0; d < cells->n_designs; d++)
        arena_free(job.fitted[d].keep);
    return e;
}
