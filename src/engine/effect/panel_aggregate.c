/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Averages of group-time effects (Callaway and Sant'Anna 2021, section 3 and
 * table 1). Weights are shares of cohorts, which are estimated too: each
 * estimate is kept as its derivatives to cells and to shares, from which
 * variances and draws follow (their corollary 2).
 */
#include "engine/effect/panel_int.h"

#include <math.h>

struct aggregation {
    const struct panel *p;
    const struct effect_spec *spec;
    const struct panel_cells *cells;
    struct effect_result *r;
    struct panel_forms *forms;
    double *by_cell, *by_share; /* the form in the making */
    size_t n_terms;
};

/* Which cells an average takes. */
struct choice {
    enum effect_aggregation aggregation;
    size_t cohort; /* EFFECT_GROUP */
    size_t period; /* EFFECT_CALENDAR */
    int64_t steps; /* EFFECT_DYNAMIC: periods since the start */
};

static int64_t steps_of(const struct panel *p, const struct panel_cell *c)
{
    return (int64_t)c->period - (int64_t)p->cohort[c->cohort].start;
}

/* Steps as differences of the time values where these are evenly numbered. */
static double event_time(const struct panel *p, int64_t steps)
{
    return p->periods.step > 0 ? (double)steps * p->periods.step : (double)steps;
}

static bool is_chosen(const struct panel *p, const struct choice *by, const struct panel_cell *c)
{
    switch (by->aggregation) {
    case EFFECT_DYNAMIC: return steps_of(p, c) == by->steps;
    case EFFECT_GROUP: return c->phase == PANEL_AFTER && c->cohort == by->cohort;
    case EFFECT_CALENDAR: return c->phase == PANEL_AFTER && c->period == by->period;
    case EFFECT_SIMPLE: return c->phase == PANEL_AFTER;
    case EFFECT_NONE:
    case EFFECT_GROUP_TIME: break;
    }
    return false;
}

static struct effect_estimate *next_estimate(struct aggregation *g, enum effect_aggregation kind)
{
    struct effect_estimate *e = &g->r->estimates[g->r->n_estimates++];
    *e = (struct effect_estimate){.aggregation = kind,
                                  .group = NAN,
                                  .time = NAN,
                                  .event_time = NAN,
                                  .estimate = NAN,
                                  .standard_error = NAN,
                                  .ci_low = NAN,
                                  .ci_high = NAN,
                                  .band_low = NAN,
                                  .band_high = NAN,
                                  .p = NAN};
    return e;
}

static void clear_form(struct aggregation *g)
{
    for (size_t c = 0; c < g->cells->n; c++)
        g->by_cell[c] = 0;
    for (size_t h = 0; h < g->p->n_cohorts; h++)
        g->by_share[h] = 0;
}

/* Appends the form in the making; one that failed has no terms. */
static void store_form(struct aggregation *g, bool is_failed)
{
    struct panel_forms *f = g->forms;
    for (size_t c = 0; c < g->cells->n && !is_failed; c++)
        if (g->by_cell[c] != 0) {
            f->cell[g->n_terms] = c;
            f->coefficient[g->n_terms++] = g->by_cell[c];
        }
    for (size_t h = 0; h < g->p->n_cohorts && !is_failed; h++)
        if (g->by_share[h] != 0) {
            f->cell[g->n_terms] = g->cells->n + h;
            f->coefficient[g->n_terms++] = g->by_share[h];
        }
    f->from[++f->n] = g->n_terms;
}

/* ---- counts ---- */

/* Persons behind an average: each cohort once, the largest control group. */
static void count_persons(const struct aggregation *g, const struct choice *by,
                          struct effect_estimate *e)
{
    size_t cohort = SIZE_MAX, most = 0;
    for (size_t i = 0; i < g->cells->n; i++) {
        const struct panel_cell *c = &g->cells->cell[i];
        if (!is_chosen(g->p, by, c) || c->failed || c->reference)
            continue;
        if (c->cohort != cohort) { /* cells of one cohort lie together */
            e->n_treated += most;
            cohort = c->cohort;
            most = 0;
        }
        most = c->n_treated > most ? c->n_treated : most;
        e->n_control = c->n_control > e->n_control ? c->n_control : e->n_control;
        e->n_lost = c->n_lost > e->n_lost ? c->n_lost : e->n_lost;
        e->n_trimmed = c->n_trimmed > e->n_trimmed ? c->n_trimmed : e->n_trimmed;
    }
    e->n_treated += most;
}

/* ---- an average of cells ---- */

struct total {
    double share; /* of the cells' cohorts together */
    double average;
    size_t n, n_references;
    const char *failed;
};

static struct total sum_cells(const struct aggregation *g, const struct choice *by)
{
    struct total t = {0};
    for (size_t i = 0; i < g->cells->n; i++) {
        const struct panel_cell *c = &g->cells->cell[i];
        if (!is_chosen(g->p, by, c))
            continue;
        if (c->failed) {
            if (!g->spec->drop_failed)
                t.failed = "panel.cell-failed";
            continue;
        }
        t.n++;
        t.n_references += c->reference;
        t.share += g->p->cohort[c->cohort].share;
    }
    if (!t.failed && t.n == 0)
        t.failed = "panel.no-cells";
    if (!t.failed && !(t.share > 0))
        t.failed = "panel.no-treated";
    for (size_t i = 0; i < g->cells->n && !t.failed; i++) {
        const struct panel_cell *c = &g->cells->cell[i];
        if (is_chosen(g->p, by, c) && !c->failed)
            t.average += g->p->cohort[c->cohort].share / t.share * c->att;
    }
    return t;
}

/*
 * The average of cells by the cohorts' shares, theta = sum q_g att / sum q_g,
 * added to the form in the making times `scale`. Its derivative to q_g is the
 * sum of (att - theta) over g's cells, over sum q_g.
 */
static void add_average(struct aggregation *g, const struct choice *by, const struct total *t,
                        double scale)
{
    for (size_t i = 0; i < g->cells->n; i++) {
        const struct panel_cell *c = &g->cells->cell[i];
        if (!is_chosen(g->p, by, c) || c->failed)
            continue;
        if (!c->reference)
            g->by_cell[i] += scale * g->p->cohort[c->cohort].share / t->share;
        if (by->aggregation != EFFECT_GROUP) /* one cohort: its share cancels */
            g->by_share[c->cohort] += scale * (c->att - t->average) / t->share;
    }
}

static void write_average(struct aggregation *g, const struct choice *by, const struct total *t,
                          struct effect_estimate *e)
{
    clear_form(g);
    e->failed = t->failed;
    e->reference = t->n > 0 && t->n_references == t->n;
    if (!t->failed) {
        e->estimate = t->average;
        add_average(g, by, t, 1);
    }
    count_persons(g, by, e);
    store_form(g, t->failed != NULL);
}

/* ---- the families ---- */

static void add_cells(struct aggregation *g)
{
    for (size_t i = 0; i < g->cells->n; i++) {
        const struct panel_cell *c = &g->cells->cell[i];
        struct effect_estimate *e = next_estimate(g, EFFECT_GROUP_TIME);
        e->group = panel_period_label(&g->p->periods, g->p->cohort[c->cohort].start);
        e->time = g->p->periods.value[c->period];
        e->event_time = event_time(g->p, steps_of(g->p, c));
        e->n_treated = c->n_treated;
        e->n_control = c->n_control;
        e->n_lost = c->n_lost;
        e->n_trimmed = c->n_trimmed;
        e->reference = c->reference;
        e->failed = c->failed;
        e->estimate = c->failed ? NAN : c->att;
        clear_form(g);
        g->by_cell[i] = c->reference ? 0 : 1;
        store_form(g, c->failed != NULL);
    }
}

/* All cells after the start in one number; `kind` is what it is called. */
static void add_whole(struct aggregation *g, enum effect_aggregation kind)
{
    const struct choice all = {.aggregation = EFFECT_SIMPLE};
    const struct total t = sum_cells(g, &all);
    write_average(g, &all, &t, next_estimate(g, kind));
}

static void label(const struct aggregation *g, const struct choice *by, struct effect_estimate *e)
{
    if (by->aggregation == EFFECT_DYNAMIC)
        e->event_time = event_time(g->p, by->steps);
    if (by->aggregation == EFFECT_GROUP)
        e->group = panel_period_label(&g->p->periods, g->p->cohort[by->cohort].start);
    if (by->aggregation == EFFECT_CALENDAR)
        e->time = g->p->periods.value[by->period];
}

/* How much of the overall average a member has, before division by their sum. */
static double part_of_overall(const struct aggregation *g, const struct choice *by)
{
    if (by->aggregation == EFFECT_GROUP)
        return g->p->cohort[by->cohort].share;
    return by->aggregation == EFFECT_CALENDAR || by->steps >= 0 ? 1 : 0;
}

/* An overall average: of groups by their share, of others with equal weights. */
static void write_overall(struct aggregation *g, const struct choice *member, size_t n,
                          struct effect_estimate *e)
{
    double sum = 0, theta = 0;
    size_t n_used = 0;
    clear_form(g);
    for (size_t m = 0; m < n; m++) {
        const struct total t = sum_cells(g, &member[m]);
        const double part = part_of_overall(g, &member[m]);
        if (part > 0 && t.failed && !(g->spec->drop_failed && t.n == 0))
            e->failed = t.failed;
        if (part > 0 && !t.failed) {
            sum += part;
            n_used++;
        }
    }
    if (!e->failed && n_used == 0)
        e->failed = "panel.no-cells";
    for (size_t m = 0; m < n && !e->failed; m++) {
        const struct total t = sum_cells(g, &member[m]);
        const double part = part_of_overall(g, &member[m]);
        if (part > 0 && !t.failed) {
            theta += part / sum * t.average;
            add_average(g, &member[m], &t, part / sum);
        }
    }
    for (size_t m = 0; m < n && !e->failed; m++) {
        const struct total t = sum_cells(g, &member[m]);
        if (member[m].aggregation == EFFECT_GROUP && !t.failed)
            g->by_share[member[m].cohort] += (t.average - theta) / sum;
    }
    e->estimate = e->failed ? NAN : theta;
    const struct choice all = {.aggregation = EFFECT_SIMPLE};
    count_persons(g, &all, e);
    store_form(g, e->failed != NULL);
}

static bool has_cells(const struct aggregation *g, const struct choice *by)
{
    for (size_t i = 0; i < g->cells->n; i++)
        if (is_chosen(g->p, by, &g->cells->cell[i]))
            return true;
    return false;
}

/* The overall average first, then each member. */
static err add_family(struct aggregation *g, enum effect_aggregation kind, arena *a,
                      struct err_info *info)
{
    const size_t n_periods = g->p->periods.n;
    const size_t room = kind == EFFECT_GROUP ? g->p->n_cohorts : 2 * n_periods;
    struct choice *member = ARENA_NEW(a, struct choice, room);
    size_t n = 0;
    if (!member)
        return err_nomem(info);
    for (size_t i = 0; i < room; i++) {
        const struct choice c = {.aggregation = kind,
                                 .cohort = i,
                                 .period = i,
                                 .steps = (int64_t)i - (int64_t)n_periods};
        if (has_cells(g, &c))
            member[n++] = c;
    }
    write_overall(g, member, n, next_estimate(g, kind));
    for (size_t m = 0; m < n; m++) {
        const struct total t = sum_cells(g, &member[m]);
        struct effect_estimate *e = next_estimate(g, kind);
        label(g, &member[m], e);
        write_average(g, &member[m], &t, e);
    }
    return OK;
}

/* Two groups before and after, asked as such: there is one number, and nothing to aggregate. */
static bool is_two_by_two(const struct panel_cells *cells, const struct effect_spec *spec)
{
    size_t n = 0;
    for (size_t i = 0; i < cells->n; i++)
        n += !cells->cell[i].reference;
    return n == 1 && spec->method != EFFECT_DID;
}

err panel_aggregate(const struct panel *p, const struct effect_spec *spec,
                    const struct panel_cells *cells, arena *a, arena *keep, struct effect_result *r,
                    struct panel_forms *forms, struct err_info *info)
{
    struct aggregation g = {.p = p,
                            .spec = spec,
                            .cells = cells,
                            .r = r,
                            .forms = forms,
                            .by_cell = ARENA_NEW(a, double, cells->n + 1),
                            .by_share = ARENA_NEW(a, double, p->n_cohorts + 1)};
    const size_t room = cells->n + 3 * p->periods.n + p->n_cohorts + 4;
    if (room > PANEL_ESTIMATES_MAX) {
        err_set(info, E_LIMIT, "panel.too-many-cells");
        msg_int(&info->msg, (int64_t)room);
        msg_int(&info->msg, PANEL_ESTIMATES_MAX);
        return E_LIMIT;
    }
    /* a cell is in itself, simple, two families' members and three overalls, at most 4 more */
    const size_t terms = 8 * cells->n + room * p->n_cohorts;
    r->estimates = ARENA_NEW(keep, struct effect_estimate, room);
    r->n_estimates = 0;
    forms->n = 0;
    forms->from = ARENA_NEW(a, size_t, room + 1);
    forms->cell = ARENA_NEW(a, size_t, terms);
    forms->coefficient = ARENA_NEW(a, double, terms);
    if (!g.by_cell || !g.by_share || !r->estimates || !forms->from || !forms->cell ||
        !forms->coefficient)
        return err_nomem(info);
    if (is_two_by_two(cells, spec)) {
        add_whole(&g, EFFECT_NONE);
        return OK;
    }
    add_cells(&g);
    add_whole(&g, EFFECT_SIMPLE);
    err e = add_family(&g, EFFECT_DYNAMIC, a, info);
    if (e == OK)
        e = add_family(&g, EFFECT_GROUP, a, info);
    if (e == OK)
        e = add_family(&g, EFFECT_CALENDAR, a, info);
    return e;
}
