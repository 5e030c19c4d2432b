/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which comparisons there are: for each start g and period t, the change since
 * a base period against controls (Callaway and Sant'Anna 2021, theorem 1).
 *
 * With d periods of anticipation the base of t >= g - d is g - d - 1, the last
 * period in which nothing can show yet. Earlier periods, which test the design,
 * are compared with the one just before (varying base) or with g - d - 1 too
 * (universal base).
 */
#include "engine/effect/panel_int.h"

#include <stdlib.h>

struct plan {
    const struct panel *p;
    const struct effect_spec *spec;
    size_t anticipation;
    size_t n_cohorts, n_periods; /* that get cells */
    struct panel_cells *cells;
};

static bool is_treated_in_panel(const struct panel *p, size_t cohort)
{
    return cohort < p->n_cohorts && p->cohort[cohort].start < p->periods.n;
}

/*
 * Not-yet-treated controls without any never treated: once the last cohort has
 * started nobody is left to compare with, so it serves as a control only and
 * periods from its start on get no cells (as Callaway and Sant'Anna 2021, sec. 2).
 */
static void cut_last_cohort(struct plan *plan)
{
    const struct panel *p = plan->p;
    plan->n_cohorts = p->n_cohorts;
    plan->n_periods = p->periods.n;
    if (p->cohort[p->n_cohorts].n > 0 || !is_treated_in_panel(p, p->n_cohorts - 1))
        return;
    const size_t start = p->cohort[p->n_cohorts - 1].start;
    plan->n_cohorts = p->n_cohorts - 1;
    plan->n_periods = start > plan->anticipation ? start - plan->anticipation : 0;
    plan->cells->is_cut = true;
}

/* The first cohort that is untreated, and not about to be, up to period `until`. */
static size_t first_control(const struct plan *plan, size_t until)
{
    const struct panel *p = plan->p;
    size_t h = p->n_cohorts;
    if (plan->spec->control == EFFECT_NEVER)
        return h;
    while (h > 0 && p->cohort[h - 1].start > until + plan->anticipation)
        h--;
    return h;
}

static size_t count_controls(const struct panel *p, const struct panel_cell *c)
{
    size_t n = 0;
    for (size_t h = c->control_from; h <= p->n_cohorts; h++)
        n += h == c->cohort ? 0 : p->cohort[h].n;
    return n;
}

static void add_cell(struct plan *plan, size_t cohort, size_t period)
{
    const size_t start = plan->p->cohort[cohort].start;
    const bool has_base = start > plan->anticipation;
    const size_t long_base = has_base ? start - plan->anticipation - 1 : 0;
    const bool is_before = has_base && period <= long_base;
    struct panel_cell *c = &plan->cells->cell[plan->cells->n];

    *c = (struct panel_cell){.cohort = cohort, .period = period, .base = long_base};
    c->phase = is_before ? PANEL_BEFORE : period < start ? PANEL_EXPECTED : PANEL_AFTER;
    if (!has_base && c->phase != PANEL_AFTER)
        return;
    if (is_before && plan->spec->base == EFFECT_VARYING) {
        if (period == 0)
            return;
        c->base = period - 1;
    }
    if (!has_base)
        c->failed = "panel.no-period-before";
    c->reference = has_base && period == c->base;
    c->control_from = first_control(plan, period > c->base ? period : c->base);
    if (!c->failed && !c->reference && count_controls(plan->p, c) == 0)
        c->failed = "panel.no-controls";
    plan->cells->n++;
}

/* Whether all persons of a cohort can be compared between the cell's periods. */
static bool is_complete(const struct panel *p, const struct panel_cell *c)
{
    const size_t width = p->n_cohorts + 1;
    for (size_t h = 0; h < width; h++) {
        const size_t now = c->period * width + h, base = c->base * width + h;
        const uint32_t n = (uint32_t)p->cohort[h].n;
        const bool is_in = h == c->cohort || h >= c->control_from;
        if (is_in && (p->n_seen[now] < n || p->n_seen[base] < n || p->n_known[base] < n))
            return false;
    }
    return true;
}

/* Complete cells share a design when persons and covariates are the same. */
static bool shares_design(const struct panel *p, const struct panel_cell *a,
                          const struct panel_cell *b)
{
    return a->cohort == b->cohort && a->control_from == b->control_from &&
           (!p->varies || a->base == b->base) && is_complete(p, a) && is_complete(p, b);
}

/* The design among from .. n_designs - 1 that a cell shares, or n_designs. */
static size_t find_design(const struct panel *p, const struct panel_cells *cells, size_t from,
                          const struct panel_cell *c)
{
    size_t d = from;
    while (d < cells->n_designs && !shares_design(p, &cells->cell[cells->design[d].first_cell], c))
        d++;
    return d;
}

static void assign_designs(const struct panel *p, struct panel_cells *cells)
{
    size_t lead = 0, cohort = SIZE_MAX; /* cells of one cohort lie together, so do its designs */
    for (size_t i = 0; i < cells->n; i++) {
        struct panel_cell *c = &cells->cell[i];
        if (c->reference || c->failed)
            continue;
        if (c->cohort != cohort)
            lead = cells->n_designs;
        cohort = c->cohort;
        c->design = find_design(p, cells, lead, c);
        if (c->design == cells->n_designs)
            cells->design[cells->n_designs++] = (struct panel_design){
                .first_cell = i, .lead = lead, .room = p->cohort[cohort].n + count_controls(p, c)};
    }
}

err panel_cells_make(const struct panel *p, const struct effect_spec *spec, arena *a,
                     struct panel_cells *cells, struct err_info *info)
{
    struct plan plan = {
        .p = p, .spec = spec, .anticipation = (size_t)spec->anticipation, .cells = cells};
    *cells = (struct panel_cells){0};
    cut_last_cohort(&plan);
    const size_t room = plan.n_cohorts * plan.n_periods;
    if (room > PANEL_ESTIMATES_MAX) {
        err_set(info, E_LIMIT, "panel.too-many-cells");
        msg_int(&info->msg, (int64_t)room);
        msg_int(&info->msg, PANEL_ESTIMATES_MAX);
        return E_LIMIT;
    }
    cells->cell = ARENA_NEW(a, struct panel_cell, room + 1);
    cells->design = ARENA_NEW(a, struct panel_design, room + 1);
    if (!cells->cell || !cells->design)
        return err_nomem(info);
    for (size_t g = 0; g < plan.n_cohorts; g++)
        for (size_t t = p->cohort[g].from; is_treated_in_panel(p, g) && t < plan.n_periods; t++)
            if (t < p->cohort[g].until)
                add_cell(&plan, g, t);
    assign_designs(p, cells);
    if (cells->n_designs == 0)
        return err_set(info, E_INPUT,
                       cells->n > 0 && cells->cell[0].failed ? cells->cell[0].failed
                                                             : "panel.no-controls");
    return OK;
}
