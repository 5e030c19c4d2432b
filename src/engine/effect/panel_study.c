/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The event study in changes since one period, when each earlier period was
 * compared with the one before it. The change from the base back to period t is
 * minus the sum of the steps in between, cell by cell; these are averaged by the
 * shares of the cohorts seen that long before, as other averages are. So the
 * covariance, shares included, is exact too. On a balanced panel with controls
 * who are never treated, and covariates that stay, the numbers are those of a
 * universal base.
 */
#include "base/lin.h"
#include "engine/effect/honest_int.h"
#include "engine/effect/panel_int.h"

#include <math.h>

static int64_t steps_of(const struct panel *p, const struct panel_cell *c)
{
    return (int64_t)c->period - (int64_t)p->cohort[c->cohort].start;
}

/* The change of a cohort back to `steps`; false when a step of it is not known. */
static bool change_back(const struct panel *p, const struct panel_cells *cells, size_t cohort,
                        int64_t steps, int64_t base, double *change)
{
    int64_t n = 0;
    *change = 0;
    for (size_t i = 0; i < cells->n; i++) {
        const struct panel_cell *c = &cells->cell[i];
        const int64_t at = steps_of(p, c);
        if (c->cohort != cohort || c->phase != PANEL_BEFORE || c->failed || at <= steps)
            continue;
        *change -= c->att;
        n++;
    }
    return n > 0 && n == base - steps;
}

/* Where cells and cohorts' shares lie in the basis of m columns. */
struct basis {
    const size_t *place;
    size_t m;
};

/*
 * The average change back to `steps` over cohorts, as in panel_aggregate.c: its
 * derivatives to cells and shares in `row`. False when no cohort was seen then.
 */
static bool average_back(const struct panel *p, const struct panel_cells *cells, int64_t steps,
                         int64_t base, const struct basis *b, double *average, double *row)
{
    double share = 0, change;
    *average = 0;
    for (size_t g = 0; g < p->n_cohorts; g++)
        if (change_back(p, cells, g, steps, base, &change)) {
            share += p->cohort[g].share;
            *average += p->cohort[g].share * change;
        }
    if (!(share > 0))
        return false;
    *average /= share;
    for (size_t g = 0; g < p->n_cohorts; g++)
        if (change_back(p, cells, g, steps, base, &change))
            row[b->place[cells->n + g]] = (change - *average) / share;
    for (size_t i = 0; i < cells->n; i++) {
        const struct panel_cell *c = &cells->cell[i];
        if (c->phase == PANEL_BEFORE && steps_of(p, c) > steps &&
            change_back(p, cells, c->cohort, steps, base, &change))
            row[b->place[i]] = -p->cohort[c->cohort].share / share;
    }
    return true;
}

static size_t count_back(const struct panel *p, const struct panel_cells *cells, int64_t base,
                         const struct basis *b, double *row)
{
    size_t n = 0;
    double average;
    while (average_back(p, cells, base - 1 - (int64_t)n, base, b, &average, row))
        n++;
    return n;
}

/*
 * Event times behind the base, as estimates; 0 when one is missing between them, or
 * failed and was not to be left out.
 */
static size_t list_since(const struct effect_result *r, double base, double step, size_t *at)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_estimates; i++) {
        const struct effect_estimate *e = &r->estimates[i];
        if (e->aggregation != EFFECT_DYNAMIC || !(e->event_time > base + step / 2))
            continue;
        if (e->failed && r->spec.drop_failed)
            continue;
        if (e->failed || fabs(e->event_time - base - step * (double)(n + 1)) > step / 2)
            return 0;
        at[n++] = i;
    }
    return n;
}

/* Values and rows of the study: n x m. */
static void fill(const struct panel *p, const struct panel_cells *cells,
                 const struct panel_forms *forms, const struct basis *b, int64_t base,
                 const size_t *since, const struct effect_result *r, struct honest_study *s,
                 double *row)
{
    size_t n_effects = 0;
    for (size_t i = 0; i < s->n_before; i++)
        (void)average_back(p, cells, base - (int64_t)(s->n_before - i), base, b, &s->estimate[i],
                           row + i * b->m);
    for (size_t k = 0; k < s->n_after; k++) {
        const size_t form = since[k], i = s->n_before + k;
        s->estimate[i] = r->estimates[form].estimate;
        for (size_t t = forms->from[form]; t < forms->from[form + 1]; t++)
            row[i * b->m + b->place[forms->cell[t]]] += forms->coefficient[t];
        s->weight[k] = r->estimates[form].event_time >= 0;
        n_effects += r->estimates[form].event_time >= 0;
    }
    for (size_t k = 0; k < s->n_after; k++)
        s->weight[k] /= (double)n_effects;
}

err panel_study(const struct panel *p, const struct panel_cells *cells,
                const struct panel_forms *forms, const size_t *place, size_t m,
                const double *covariance, arena *a, struct effect_result *r, struct err_info *info)
{
    const struct basis b = {place, m};
    const int64_t base = -1 - (int64_t)r->spec.anticipation;
    const double step = p->periods.step > 0 ? p->periods.step : 1;
    double *row = ARENA_NEW(a, double, m), *image = ARENA_NEW(a, double, m);
    size_t *since = ARENA_NEW(a, size_t, r->n_estimates);
    if (!row || !image || !since)
        return err_nomem(info);
    const size_t n_before = count_back(p, cells, base, &b, row);
    const size_t n_after = list_since(r, (double)base * step, step, since);
    const size_t n = n_before + n_after;
    if (n_before == 0 || n_after <= (size_t)r->spec.anticipation)
        return OK;
    row = ARENA_NEW(a, double, n *m);
    r->study = honest_study_new(n_before, n_after, r->memory);
    if (!row || !r->study)
        return err_nomem(info);
    fill(p, cells, forms, &b, base, since, r, r->study, row);
    for (size_t i = 0; i < n; i++) {
        lin_multiply(covariance, m, m, row + i * m, image);
        for (size_t j = 0; j <= i; j++)
            r->study->covariance[i * n + j] = r->study->covariance[j * n + i] =
                lin_dot(image, row + j * m, m);
    }
    return OK;
}
