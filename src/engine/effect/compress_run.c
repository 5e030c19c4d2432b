/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Estimates from sums for each team. With Z the team's regressors by period (an effect for each
 * period but the first; treatment, or an effect by start and period) and X the covariates, the
 * normal equations of twfe_int.h, person effects removed, are sums over teams of
 *     Gram  =  (Z'A Z   Z'b_x )      right = (Z'b_y)
 *              (b_x'Z   c_xx  )              (c_xy )
 */
#include "engine/effect/compress_int.h"
#include "engine/effect/twfe_int.h"

#include "base/lin.h"

#include <string.h>

/* The question on the sums, and the system it makes. */
struct design {
    const struct compressed *c;
    size_t y;         /* the outcome's column of the sums */
    size_t *x, n_x;   /* the covariates' */
    bool *is_used;    /* of each team */
    uint32_t *column; /* (T + 1) x T: treatment's or cell's column by start, never last */
    struct twfe f;
    struct twfe_system s;
    double *wide; /* (k + 1) x (k + 1): of one team */
};

static size_t start_index(const struct compressed *c, const struct compressed_team *team)
{
    return team->start == COMPRESSED_NEVER ? c->n_periods : team->start;
}

/* The columns of the system that are 1 in a period: at most two. */
static size_t columns_at(const struct design *d, const struct compressed_team *team, size_t t,
                         uint32_t column[2])
{
    const uint32_t period = d->f.factor[0].columns[t];
    const uint32_t own = d->column[start_index(d->c, team) * d->c->n_periods + t];
    size_t n = 0;
    if (period != TWFE_NONE)
        column[n++] = period;
    if (own != TWFE_NONE)
        column[n++] = own;
    return n;
}

/* ---- outcome and covariates ---- */

static bool is_word_of(str column, str name)
{
    return column.n > name.n + 1 && str_starts(column, name) &&
           str_starts(str_cut(column, name.n, column.n), STR(": "));
}

/* A text column stands in the file as an indicator for each word but one. */
static err choose_covariates(struct design *d, const struct effect_spec *spec,
                             struct err_info *info)
{
    for (size_t i = 0; i < spec->n_covariates; i++) {
        const size_t before = d->n_x;
        for (size_t j = 0; j < d->c->n_covariates; j++) {
            const struct compressed_column *x = &d->c->column[j];
            if (str_eq(x->name, spec->covariates[i]) ||
                (x->against.p && x->against.n && is_word_of(x->name, spec->covariates[i])))
                d->x[d->n_x++] = j;
        }
        if (d->n_x == before)
            return err_text(info, E_INPUT, "compress.no-covariate", spec->covariates[i]);
    }
    return OK;
}

static err choose_outcome(struct design *d, str name, struct err_info *info)
{
    for (d->y = d->c->n_covariates; d->y < compressed_columns(d->c); d->y++)
        if (str_eq(d->c->column[d->y].name, name))
            return OK;
    err_text(info, E_INPUT, "compress.no-outcome", name);
    msg_text(&info->msg, d->c->column[d->c->n_covariates].name);
    return E_INPUT;
}

/* ---- who is in it ---- */

static err count_teams(struct design *d, struct effect_result *r, struct err_info *info)
{
    const struct compressed *c = d->c;
    struct effect_diagnostics *n = &r->diagnostics;
    const bool leaves_always = r->spec.method == EFFECT_SUNAB;
    bool any_switch = false;
    for (size_t g = 0; g < c->n_teams; g++) {
        const struct compressed_team *team = &c->team[g];
        d->is_used[g] = !(leaves_always && team->start == 0);
        if (!d->is_used[g]) {
            n->n_always_treated += team->n_persons;
            continue;
        }
        n->n_units += team->n_persons;
        n->n_treated += team->n_treated;
        n->n_clusters++;
        n->n_treated_clusters += team->n_treated > 0;
        n->n_control_clusters += team->n_treated < team->n_persons;
        any_switch |= team->n_treated > 0 && team->start > 0;
        d->f.n_by_start[start_index(c, team)] += team->n_persons;
        for (size_t t = 0; t < c->n_periods; t++) {
            n->n_used += team->n_rows[t];
            d->f.weight += team->weight[t];
        }
    }
    n->n_rows = n->n_used;
    n->n_never = n->n_units - n->n_treated;
    twfe_count_kinds(&d->f, r);
    for (size_t t = 0; t < c->n_periods; t++)
        n->n_starts += d->f.n_by_start[t] > 0;
    n->n_unbalanced = EFFECT_HIDDEN; /* sums do not tell */
    if (n->n_always_treated > 0)
        msg_int(effect_warn(r, "panel.always-treated"), (int64_t)n->n_always_treated);
    if (n->n_clusters < 2)
        return err_text(info, E_INPUT, "effect.one-cluster", c->cluster);
    if ((leaves_always || r->spec.event_study) && d->f.n_by_start[c->n_periods] == 0)
        return err_set(info, E_INPUT, "twfe.no-never-treated");
    return any_switch ? OK : err_text(info, E_INPUT, "twfe.treatment-constant", c->treatment);
}

/* ---- which columns ---- */

/* An effect for each period in which anybody was seen, but the first. */
static err place_periods(struct design *d, arena *a, struct err_info *info)
{
    const struct compressed *c = d->c;
    struct twfe *f = &d->f;
    uint32_t *level = ARENA_NEW(a, uint32_t, c->n_periods);
    uint32_t *columns = ARENA_NEW(a, uint32_t, c->n_periods);
    f->period = ARENA_NEW(a, double, c->n_periods);
    if (!level || !columns || !f->period)
        return err_nomem(info);
    size_t n = 0;
    for (size_t t = 0; t < c->n_periods; t++) {
        bool any = false;
        for (size_t g = 0; g < c->n_teams; g++)
            any |= d->is_used[g] && c->team[g].n_rows[t] > 0;
        level[t] = any ? (uint32_t)n : TWFE_NONE;
        columns[t] = any && n > 0 ? (uint32_t)n - 1 : TWFE_NONE;
        f->period[n] = c->period[t];
        n += any;
    }
    f->factor[f->n_factors++] = (struct twfe_factor){
        .name = c->time, .n = n, .n_codes = c->n_periods, .level = level, .columns = columns};
    f->n_levels = n - 1;
    return OK;
}

/* The cell of a start in a period: its own, or in an event study that of the time since. */
static struct twfe_cell **cell_at(struct twfe_cell **at, const struct effect_spec *spec,
                                  size_t n_periods, size_t start, size_t t)
{
    return &at[spec->event_study ? n_periods - start + t : start * n_periods + t];
}

static err place_cells(struct design *d, const struct effect_spec *spec, arena *a,
                       struct err_info *info)
{
    const struct compressed *c = d->c;
    const size_t n = c->n_periods, first = d->f.n_levels;
    struct twfe *f = &d->f;
    struct twfe_cell **at = ARENA_NEW(a, struct twfe_cell *, n * n + 2 * n);
    size_t n_cells = 1; /* 0 is the point of comparison */
    f->cell = ARENA_NEW(a, struct twfe_cell, n * n + 1);
    if (!at || !f->cell)
        return err_nomem(info);
    for (size_t i = 0; i < n * n; i++) { /* by start, then by period */
        const size_t start = i / n, t = i % n;
        for (size_t g = 0; g < c->n_teams && t + 1 != start; g++) {
            const struct compressed_team *team = &c->team[g];
            if (!d->is_used[g] || team->start != start || team->n_rows[t] == 0)
                continue;
            struct twfe_cell **cell = cell_at(at, spec, n, start, t);
            if (!*cell)
                *cell = &f->cell[n_cells++];
            (*cell)->steps = (int64_t)t - (int64_t)start;
            (*cell)->weight += team->weight[t];
            (*cell)->n += team->n_rows[t];
            d->column[i] = (uint32_t)(first + (size_t)(*cell - f->cell) - 1);
        }
    }
    f->factor[f->n_factors++] =
        (struct twfe_factor){.name = c->treatment, .n = n_cells, .column = first};
    f->n_levels += n_cells - 1;
    return OK;
}

/* Levels, covariates, then the treatment when it is one for all. */
static err place_columns(struct design *d, const struct effect_spec *spec, arena *a,
                         struct err_info *info)
{
    const size_t n = d->c->n_periods;
    struct twfe *f = &d->f;
    const bool has_cells = spec->method == EFFECT_SUNAB || spec->event_study;
    for (size_t i = 0; i < (n + 1) * n; i++)
        d->column[i] = TWFE_NONE;
    err e = place_periods(d, a, info);
    if (e == OK && has_cells)
        e = place_cells(d, spec, a, info);
    f->x_name = ARENA_NEW(a, str, d->n_x + 1);
    if (e == OK && !f->x_name)
        e = err_nomem(info);
    if (e != OK)
        return e;
    for (size_t j = 0; j < d->n_x; j++)
        f->x_name[f->n_x++] = d->c->column[d->x[j]].name;
    if (!has_cells) {
        for (size_t start = 0; start < n; start++)
            for (size_t t = start; t < n; t++)
                d->column[start * n + t] = (uint32_t)(f->n_levels + f->n_x);
        f->x_name[f->n_x++] = d->c->treatment;
    }
    if (f->n_levels + f->n_x + 1 <= LIN_K_MAX)
        return OK;
    err_text(info, E_LIMIT, "twfe.too-many-levels", d->c->time);
    msg_int(&info->msg, (int64_t)n);
    msg_int(&info->msg, LIN_K_MAX);
    return E_LIMIT;
}

/* Between periods when evenly numbered, else 0. */
static double step_of(const struct compressed *c)
{
    const double step = c->period[1] - c->period[0];
    for (size_t t = 2; t < c->n_periods; t++)
        if (c->period[t] - c->period[t - 1] != step)
            return 0;
    return c->has_dates ? 0 : step;
}

static err design_new(const struct compressed *c, struct effect_result *r, arena *a,
                      struct design *d, struct err_info *info)
{
    const size_t n = c->n_periods;
    *d = (struct design){.c = c,
                         .x = ARENA_NEW(a, size_t, c->n_covariates * EFFECT_COVARIATES_MAX),
                         .is_used = ARENA_NEW(a, bool, c->n_teams),
                         .column = ARENA_NEW(a, uint32_t, (n + 1) * n)};
    struct twfe *f = &d->f;
    f->rows.spec = &r->spec;
    f->rows.periods = (struct panel_periods){.n = n, .value = c->period, .step = step_of(c)};
    f->rows.has_cluster = true;
    f->rows.cluster.n = c->n_teams;
    f->is_nested = true;
    f->n_by_start = ARENA_NEW(a, size_t, n + 1);
    if (!d->x || !d->is_used || !d->column || !f->n_by_start)
        return err_nomem(info);
    err e = choose_outcome(d, r->spec.outcome, info);
    if (e == OK)
        e = choose_covariates(d, &r->spec, info);
    if (e == OK)
        e = count_teams(d, r, info);
    if (e == OK)
        e = place_columns(d, &r->spec, a, info);
    if (e != OK)
        return e;
    f->n = r->diagnostics.n_used;
    f->n_units = r->diagnostics.n_units;
    f->n_clusters = r->diagnostics.n_clusters;
    r->diagnostics.n_periods = f->factor[0].n;
    const size_t width = f->n_levels + f->n_x + 1;
    d->wide = ARENA_NEW(a, double, width *width);
    return d->wide ? twfe_system_new(f, NULL, a, &d->s, info) : err_nomem(info);
}

/* ---- normal equations ---- */

/* Adds to the lower triangle of a (k + 1) x (k + 1) matrix. */
static void add_product(const struct design *d, double *gram, size_t i, size_t j, double v)
{
    const size_t width = d->s.k + 1;
    gram[(i > j ? i * width + j : j * width + i)] += v;
}

static void add_team(const struct design *d, const struct compressed_team *team, double *gram)
{
    const size_t n = d->c->n_periods, all = compressed_columns(d->c), first_x = d->f.n_levels;
    uint32_t one[2], other[2];
    for (size_t t = 0; t < n; t++) {
        const size_t n_one = columns_at(d, team, t, one);
        for (size_t u = 0; u < n; u++) {
            const size_t n_other = columns_at(d, team, u, other);
            for (size_t i = 0; i < n_one; i++)
                for (size_t j = 0; j < n_other; j++)
                    if (one[i] >= other[j])
                        add_product(d, gram, one[i], other[j], team->a[t * n + u]);
        }
        for (size_t i = 0; i < n_one; i++) {
            for (size_t j = 0; j < d->n_x; j++)
                add_product(d, gram, one[i], first_x + j, team->b[d->x[j] * n + t]);
            add_product(d, gram, one[i], d->s.k, team->b[d->y * n + t]);
        }
    }
    for (size_t i = 0; i < d->n_x; i++) {
        for (size_t j = 0; j <= i; j++)
            add_product(d, gram, first_x + i, first_x + j, team->c[d->x[i] * all + d->x[j]]);
        add_product(d, gram, first_x + i, d->s.k, team->c[d->y * all + d->x[i]]);
    }
    add_product(d, gram, d->s.k, d->s.k, team->c[d->y * all + d->y]);
}

/* What the comparisons that a two-way estimate averages are made of. */
static err sum_cells(struct design *d, arena *a, struct err_info *info)
{
    const size_t n = d->c->n_periods;
    d->s.cell_sum = ARENA_NEW(a, double, (n + 1) * n);
    if (!d->s.cell_sum)
        return err_nomem(info);
    for (size_t g = 0; g < d->c->n_teams; g++)
        for (size_t t = 0; t < n; t++)
            d->s.cell_sum[start_index(d->c, &d->c->team[g]) * n + t] +=
                d->c->team[g].b[d->y * n + t];
    return OK;
}

static err solve(struct design *d, arena *a, struct effect_result *r, struct err_info *info)
{
    const size_t width = d->s.k + 1;
    double *gram = ARENA_NEW(a, double, width *width);
    if (!gram)
        return err_nomem(info);
    for (size_t g = 0; g < d->c->n_teams; g++)
        if (d->is_used[g])
            add_team(d, &d->c->team[g], gram);
    const err e = sum_cells(d, a, info);
    return e == OK ? twfe_solve_system(&d->s, gram, r, info) : e;
}

/* ---- scores ---- */

/* The normal equations of a team alone; NULL when it is not in use. */
static const double *team_alone(void *ctx, size_t g)
{
    struct design *d = ctx;
    if (!d->is_used[g])
        return NULL;
    memset(d->wide, 0, (d->s.k + 1) * (d->s.k + 1) * sizeof *d->wide);
    add_team(d, &d->c->team[g], d->wide);
    return d->wide;
}

static err take_scores(void *ctx, const struct twfe_system *s, const double *form, par *pool,
                       arena *a, struct effect_result *r, struct err_info *info)
{
    (void)pool;
    const struct design *d = ctx;
    return twfe_scores_of_clusters(s, form, d->c->n_teams, team_alone, ctx, a, r, info);
}

/* ---- teams ---- */

static err read_courses(void *ctx, const struct twfe_system *s, par *pool, arena *a,
                        struct twfe_courses *courses, struct err_info *info)
{
    (void)pool;
    const struct design *d = ctx;
    const struct twfe_factor *time = &s->f->factor[0];
    const size_t n = s->f->n_clusters;
    uint8_t *on = ARENA_NEW(a, uint8_t, n * time->n);
    uint32_t *start = ARENA_NEW(a, uint32_t, n);
    if (!on || !start)
        return err_nomem(info);
    *courses = (struct twfe_courses){on, start};
    memset(on, TWFE_UNSEEN, n * time->n);
    for (size_t g = 0; g < d->c->n_teams; g++) {
        const struct compressed_team *team = &d->c->team[g];
        if (!d->is_used[g])
            continue;
        for (size_t t = 0; t < d->c->n_periods; t++)
            if (team->n_rows[t] > 0)
                on[time->level[t]] = t >= team->start;
        *start++ = team->start;
        on += time->n;
    }
    return OK;
}

/* By level of the periods in use. */
static void read_weights(const struct design *d, const struct compressed_team *team, double *weight)
{
    const struct twfe_factor *time = &d->f.factor[0];
    for (size_t t = 0; t < d->c->n_periods; t++)
        if (time->level[t] != TWFE_NONE)
            weight[time->level[t]] = team->weight[t];
}

static err read_clusters(void *ctx, const struct twfe_system *s, par *pool, arena *a,
                         struct twfe_clusters *clusters, struct err_info *info)
{
    (void)pool;
    const struct design *d = ctx;
    double *weight = ARENA_NEW(a, double, s->f->factor[0].n);
    const err e = weight ? twfe_clusters_new(s, a, clusters, info) : err_nomem(info);
    for (size_t g = 0; g < d->c->n_teams && e == OK; g++) {
        const double *wide = team_alone(ctx, g);
        if (!wide)
            continue;
        read_weights(d, &d->c->team[g], weight);
        twfe_clusters_add(clusters, s,
                          &(struct twfe_cluster){wide, d->c->team[g].n_persons, weight});
    }
    return e;
}

err compressed_estimate(const struct compressed *c, par *pool, const struct progress *progress,
                        struct effect_result *r, struct err_info *info)
{
    struct design d = {0};
    const struct twfe_source from_sums = {take_scores, read_courses, read_clusters, NULL, &d};
    arena *a = arena_new(PANEL_MEMORY_MAX);
    err e = a ? design_new(c, r, a, &d, info) : err_nomem(info);
    if (e == OK)
        e = solve(&d, a, r, info);
    if (e == OK)
        e = twfe_bacon(&d.s, a, r, info);
    if (e == OK)
        e = twfe_infer(&d.s, &from_sums, pool, progress, a, r, info);
    arena_free(a);
    return e;
}
