/* SPDX-License-Identifier: EUPL-1.2 */
/* With covariates: the estimation again, with the persons of each team in the cohort it is given.
 */
#include "engine/effect/panel_build_int.h"
#include "engine/effect/panel_teams_int.h"

#include <math.h>
#include <stdlib.h>

struct rerun {
    const struct panel_teams *t;
    double *treatment; /* periods x n: as it was, missing where the outcome is */
    const arena *beside;
    bool *failed; /* memory was out; written from any thread, to true only */
};

/* ---- the panel in another order ---- */

static err order_persons(const struct panel *p, const uint32_t *profile, arena *a, struct panel *q,
                         size_t **from, struct err_info *info)
{
    const size_t width = p->n_cohorts + 1;
    q->cohort = ARENA_NEW(a, struct panel_cohort, width);
    *from = ARENA_NEW(a, size_t, p->n);
    size_t *next = ARENA_NEW(a, size_t, width);
    if (!q->cohort || !*from || !next)
        return err_nomem(info);
    for (size_t i = 0; i < p->n; i++) {
        struct panel_cohort *c = &q->cohort[profile[p->cluster[i]]];
        c->n++;
        c->share += p->share_weight[i] / (double)p->n;
    }
    for (size_t h = 0; h < width; h++) {
        q->cohort[h].start = p->cohort[h].start;
        q->cohort[h].from = p->cohort[h].from;
        q->cohort[h].until = p->cohort[h].until;
        q->cohort[h].first = h ? q->cohort[h - 1].first + q->cohort[h - 1].n : 0;
        next[h] = q->cohort[h].first;
    }
    for (size_t i = 0; i < p->n; i++)
        (*from)[next[profile[p->cluster[i]]]++] = i;
    return OK;
}

static double *reordered(const double *v, size_t n_rows, size_t n, const size_t *from, arena *a)
{
    double *to = ARENA_NEW(a, double, n_rows *n);
    for (size_t t = 0; t < n_rows && to; t++)
        for (size_t i = 0; i < n; i++)
            to[t * n + i] = v[t * n + from[i]];
    return to;
}

static err restart(const struct panel *p, const uint32_t *profile, arena *a, struct panel *q,
                   size_t **from, struct err_info *info)
{
    struct panel_notes notes = {0};
    *q = *p;
    const err e = order_persons(p, profile, a, q, from, info);
    if (e != OK)
        return e;
    q->x = ARENA_NEW(a, struct panel_series, p->k);
    q->cluster = ARENA_NEW(a, uint32_t, p->n);
    q->outcome = reordered(p->outcome, p->periods.n, p->n, *from, a);
    q->share_weight = reordered(p->share_weight, 1, p->n, *from, a);
    q->weight.v = reordered(p->weight.v, p->weight.varies ? p->periods.n : 1, p->n, *from, a);
    if (!q->x || !q->cluster || !q->outcome || !q->share_weight || !q->weight.v)
        return err_nomem(info);
    for (size_t i = 0; i < p->n; i++)
        q->cluster[i] = p->cluster[(*from)[i]];
    for (size_t j = 0; j < p->k; j++) {
        q->x[j] = p->x[j];
        q->x[j].v = reordered(p->x[j].v, p->x[j].varies ? p->periods.n : 1, p->n, *from, a);
        if (!q->x[j].v)
            return err_nomem(info);
    }
    return panel_sights_count(q, &notes, a, a, info);
}

/* ---- the estimation ---- */

/* Cells since the start only: no other is in the number. */
static size_t number_columns(const struct panel_cells *cells, size_t *column)
{
    size_t n = 0;
    for (size_t c = 0; c < cells->n; c++) {
        const struct panel_cell *x = &cells->cell[c];
        column[c] = x->phase != PANEL_AFTER || x->failed || x->reference ? SIZE_MAX : n++;
    }
    return n;
}

/* The simple average, or the one number; and each team's part in it. */
static err estimate(const struct rerun *r, const struct panel *q, arena *a, double *average,
                    double *part, struct err_info *info)
{
    struct effect_result result = {0};
    struct panel_cells cells;
    struct panel_forms forms;
    double sum_treated;
    err e = panel_cells_make(q, r->t->spec, a, &cells, info);
    size_t *column = e == OK ? ARENA_NEW(a, size_t, cells.n + 1) : NULL;
    if (!column)
        return e == OK ? err_nomem(info) : e;
    const size_t n_columns = number_columns(&cells, column);
    arena *own = arena_new_beside(a);
    double *influence = own ? ARENA_NEW(own, double, (n_columns + q->n_cohorts) * q->n) : NULL;
    if (!influence) {
        arena_free(own);
        return err_nomem(info);
    }
    e = panel_att(q, r->t->spec, &cells, column, NULL, NULL, a, influence, &sum_treated, info);
    if (e == OK)
        e = panel_aggregate(q, r->t->spec, &cells, a, a, &result, &forms, info);
    if (e == OK) {
        size_t at = 0;
        while (result.estimates[at].aggregation != EFFECT_SIMPLE &&
               result.estimates[at].aggregation != EFFECT_NONE)
            at++;
        *average = result.estimates[at].estimate;
        panel_add_shares(q, influence + n_columns * q->n);
        e = panel_parts(q, &cells, column, n_columns, influence, &forms, at, a, part, info);
    }
    arena_free(own);
    return e;
}

static err evaluate_in(const struct rerun *r, const uint32_t *profile, arena *a,
                       struct teams_draw *draw, struct err_info *info)
{
    const struct panel *p = r->t->p;
    double *part = ARENA_NEW(a, double, 2 * p->n_clusters);
    double *other = part ? part + p->n_clusters : NULL;
    struct panel q;
    size_t *from;
    err e = part ? restart(p, profile, a, &q, &from, info) : err_nomem(info);
    if (e == OK)
        e = estimate(r, &q, a, &draw->n0, part, info);
    if (e != OK)
        return e;
    q.outcome = reordered(r->treatment, p->periods.n, p->n, from, a);
    e = q.outcome ? estimate(r, &q, a, &draw->n1, other, info) : err_nomem(info);
    for (size_t g = 0; g < p->n_clusters && e == OK; g++) {
        draw->c0 += part[g] * part[g];
        draw->c1 += part[g] * other[g];
        draw->c2 += other[g] * other[g];
    }
    return e;
}

static void evaluate(const void *ctx, const uint32_t *profile, unsigned worker,
                     struct teams_draw *draw)
{
    (void)worker;
    const struct rerun *r = ctx;
    struct err_info info;
    arena *a = arena_new_beside(r->beside);
    *draw = (struct teams_draw){0};
    const err e = a ? evaluate_in(r, profile, a, draw, &info) : err_nomem(&info);
    arena_free(a);
    if (e == OK)
        return;
    *draw = (struct teams_draw){NAN, NAN, NAN, NAN, NAN}; /* other errors: no such comparison */
    if (e == E_NOMEM)
        __atomic_store_n(r->failed, true, __ATOMIC_RELAXED);
}

err panel_teams_rerun(const struct panel_teams *t, arena *a, struct teams_design *design,
                      const bool **failed, struct err_info *info)
{
    const struct panel *p = t->p;
    struct rerun *r = ARENA_NEW(a, struct rerun, 1);
    double *treatment = ARENA_NEW(a, double, p->periods.n * p->n);
    bool *flag = ARENA_NEW(a, bool, 1);
    if (!r || !treatment || !flag)
        return err_nomem(info);
    for (size_t time = 0; time < p->periods.n; time++)
        for (size_t i = 0; i < p->n; i++) {
            const size_t at = time * p->n + i;
            treatment[at] =
                isnan(p->outcome[at]) ? NAN : p->cohort[t->profile[p->cluster[i]]].start <= time;
        }
    *r = (struct rerun){t, treatment, a, flag};
    const double work = (double)t->cells->n * (double)p->n;
    design->most = PANEL_RERUNS_WORK / work > PANEL_RERUNS_MIN ? (size_t)(PANEL_RERUNS_WORK / work)
                                                               : PANEL_RERUNS_MIN;
    design->evaluate = evaluate;
    design->evaluate_ctx = r;
    *failed = flag;
    return OK;
}
