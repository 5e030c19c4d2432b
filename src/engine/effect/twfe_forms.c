/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which combinations of coefficients are the answer. Two-way: that of the
 * treatment, or in an event study those of the periods since the start. Sun and Abraham
 * ("Estimating dynamic treatment effects in event studies with heterogeneous treatment effects",
 * Journal of Econometrics 225, 2021, equations 26 and 27): each start has its own effect in each
 * period, its last period before being zero; effects are averaged with the shares of the rows
 * behind them, which are taken as given.
 */
#include "engine/effect/twfe_int.h"

/* The average over cells with steps from .. to; true when there are any. */
static bool average(const struct twfe *f, int64_t from, int64_t to, double *form, size_t *n_rows)
{
    const struct twfe_factor *cells = &f->factor[f->n_factors - 1];
    double sum = 0;
    *n_rows = 0;
    for (size_t l = 1; l < cells->n; l++)
        if (f->cell[l].steps >= from && f->cell[l].steps <= to) {
            form[cells->column + l - 1] = f->cell[l].weight;
            sum += f->cell[l].weight;
            *n_rows += f->cell[l].n;
        }
    for (size_t l = 1; l < cells->n && sum > 0; l++)
        form[cells->column + l - 1] /= sum;
    return *n_rows > 0;
}

static void list_events(const struct twfe *f, size_t k, int64_t n_periods, struct effect_result *r,
                        double *form)
{
    const struct effect_diagnostics *d = &r->diagnostics;
    size_t m = 1, n_rows;
    r->estimates[0].aggregation = EFFECT_SIMPLE;
    r->estimates[0].n_treated = d->n_treated;
    r->estimates[0].n_control = d->n_control;
    (void)average(f, 0, n_periods, form, &n_rows);
    for (int64_t e = -n_periods; e <= n_periods; e++) {
        const bool any = average(f, e, e, form + m * k, &n_rows);
        if (!any && e != -1)
            continue;
        struct effect_estimate *x = &r->estimates[m++];
        x->aggregation = EFFECT_DYNAMIC;
        x->event_time = (double)e * (f->rows.periods.step > 0 ? f->rows.periods.step : 1);
        x->n_treated = any ? n_rows : d->n_treated;
        x->n_control = d->n_control;
        x->reference = !any;
    }
}

static size_t count_events(const struct twfe *f, int64_t n_periods)
{
    const size_t n_cells = f->factor[f->n_factors - 1].n;
    size_t n = 0;
    for (int64_t e = -n_periods; e <= n_periods; e++) {
        bool any = e == -1;
        for (size_t l = 1; l < n_cells && !any; l++)
            any = f->cell[l].steps == e;
        n += any;
    }
    return n;
}

err twfe_forms(const struct twfe *f, arena *a, struct effect_result *r, double **form,
               struct err_info *info)
{
    const size_t k = f->n_levels + f->n_x;
    const int64_t n_periods = (int64_t)f->rows.periods.n;
    const size_t m = f->cell ? 1 + count_events(f, n_periods) : 1;
    *form = ARENA_NEW(a, double, m *k);
    const err e = *form ? effect_result_reserve(r, m, 0, info) : err_nomem(info);
    if (e != OK)
        return e;
    if (f->cell) {
        list_events(f, k, n_periods, r, *form);
        return OK;
    }
    (*form)[k - 1] = 1;
    r->estimates[0].n_treated = r->diagnostics.n_treated;
    r->estimates[0].n_control = r->diagnostics.n_control;
    return OK;
}
