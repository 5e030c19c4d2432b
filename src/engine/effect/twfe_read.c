/* SPDX-License-Identifier: EUPL-1.2 */
/* The rows of a table as fixed effects need them: complete, by unit, then by time. */
#include "base/lin.h"
#include "engine/effect/frame_int.h"
#include "engine/effect/panel_int.h"
#include "engine/effect/twfe_int.h"

#include <math.h>

/* Columns over all rows of the table. */
struct source {
    const struct effect_spec *spec;
    struct panel_rows rows;
    struct frame_covariates covariates;
    double *y, *d, *w;
    struct panel_codes factor[EFFECT_FIXED_MAX + 1], cluster;
    uint32_t *start; /* sunab: of units, see panel_starts_make; else NULL */
    size_t *order;   /* the rows that count, in the order of units and then of time */
    size_t n;        /* of these */
};

/* ---- columns ---- */

static err unit_error(const struct source *s, size_t row, const char *key, str column,
                      struct err_info *info)
{
    err_text(info, E_INPUT, key, column);
    panel_msg_value(&info->msg, s->rows.unit.column, row);
    return E_INPUT;
}

static err read_weights(struct source *s, struct err_info *info)
{
    const str name = s->spec->weights;
    double heaviest = 0;
    if (!name.n) {
        for (size_t i = 0; i < s->rows.n; i++)
            s->w[i] = 1;
        return OK;
    }
    const err e = frame_numbers(s->rows.t, name, s->w, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < s->rows.n; i++) {
        if (isnan(s->w[i]))
            return unit_error(s, i, "panel.weight-empty", name, info);
        if (s->w[i] < 0)
            return unit_error(s, i, "panel.weight-negative", name, info);
        heaviest = s->w[i] > heaviest ? s->w[i] : heaviest;
    }
    if (!(heaviest > 0))
        return err_set(info, E_INPUT, "panel.no-weight");
    for (size_t i = 0; i < s->rows.n; i++)
        s->w[i] /= heaviest;
    return OK;
}

/* 1 from the start on. */
static err treatment_from_starts(struct source *s, arena *a, struct effect_result *r,
                                 struct err_info *info)
{
    size_t n_after_end;
    uint32_t *start = ARENA_NEW(a, uint32_t, s->rows.unit.n);
    if (!start)
        return err_nomem(info);
    const err e = panel_starts_make(&s->rows, s->spec, a, start, &n_after_end, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < s->rows.n; i++)
        s->d[i] = start[s->rows.unit.code[i]] <= s->rows.time.code[i];
    if (s->spec->method == EFFECT_SUNAB)
        s->start = start;
    if (n_after_end > 0)
        msg_int(effect_warn(r, "panel.start-after-end"), (int64_t)n_after_end);
    return OK;
}

/* As the column says, which may also go back to 0. */
static err treatment_from_column(struct source *s, struct err_info *info)
{
    const str name = s->spec->treatment;
    const err e = frame_numbers(s->rows.t, name, s->d, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < s->rows.n; i++)
        if (s->d[i] != 0 && s->d[i] != 1) {
            err_set(info, E_INPUT, "panel.treatment-not-binary");
            panel_msg_value(&info->msg, s->rows.unit.column, i);
            msg_text(&info->msg, name);
            return E_INPUT;
        }
    return OK;
}

static err read_codes(const struct source *s, str name, const char *empty_key, arena *a,
                      struct panel_codes *codes, struct err_info *info)
{
    const struct table_column *c;
    const err e = table_find(s->rows.t, name, &c, info);
    return e == OK ? panel_codes_make(c, s->rows.n, empty_key, a, codes, info) : e;
}

static err read_columns(const table *t, arena *a, struct source *s, struct effect_result *r,
                        struct err_info *info)
{
    const struct effect_spec *spec = s->spec;
    err e = panel_rows_make(t, spec, a, &s->rows, info);
    if (e != OK)
        return e;
    s->y = ARENA_NEW(a, double, s->rows.n);
    s->d = ARENA_NEW(a, double, s->rows.n);
    s->w = ARENA_NEW(a, double, s->rows.n);
    if (!s->y || !s->d || !s->w)
        return err_nomem(info);
    s->factor[0] = s->rows.time;
    e = frame_numbers(t, spec->outcome, s->y, info);
    if (e == OK)
        e = read_weights(s, info);
    if (e == OK)
        e = spec->first_treated.n || s->spec->method == EFFECT_SUNAB
                ? treatment_from_starts(s, a, r, info)
                : treatment_from_column(s, info);
    if (e == OK)
        e = read_codes(s, spec->cluster, "panel.cluster-empty", a, &s->cluster, info);
    for (size_t i = 0; i < spec->n_fixed_effects && e == OK; i++)
        e = read_codes(s, spec->fixed_effects[i], "twfe.factor-empty", a, &s->factor[i + 1], info);
    if (e == OK)
        e = frame_covariates_read(t, spec->covariates, spec->n_covariates, a, &s->covariates, info);
    return e;
}

/* ---- order ---- */

/* Moves rows to the order of their codes; rows of one code keep theirs. */
static err sort_stable(const struct panel_codes *by, const size_t *from, size_t n, arena *a,
                       size_t *to, struct err_info *info)
{
    size_t *next = ARENA_NEW(a, size_t, by->n + 1);
    if (!next)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++)
        next[by->code[from[i]] + 1]++;
    for (size_t c = 0; c < by->n; c++)
        next[c + 1] += next[c];
    for (size_t i = 0; i < n; i++)
        to[next[by->code[from[i]]]++] = from[i];
    return OK;
}

static bool is_complete(const struct source *s, size_t row)
{
    for (size_t j = 0; j < s->covariates.k; j++)
        if (isnan(s->covariates.x[j][row]))
            return false;
    return !isnan(s->y[row]);
}

/* Rows without weight say nothing and go; those that lack a value go and are counted. */
static err order_rows(struct source *s, arena *a, struct effect_result *r, struct err_info *info)
{
    struct effect_diagnostics *d = &r->diagnostics;
    s->order = ARENA_NEW(a, size_t, s->rows.n);
    size_t *other = ARENA_NEW(a, size_t, s->rows.n);
    if (!s->order || !other)
        return err_nomem(info);
    for (size_t i = 0; i < s->rows.n; i++) {
        if (!is_complete(s, i))
            d->n_dropped_missing++;
        else if (s->w[i] > 0 && !(s->start && s->start[s->rows.unit.code[i]] == 0))
            s->order[s->n++] = i;
    }
    for (size_t u = 0; s->start && u < s->rows.unit.n; u++)
        d->n_always_treated += s->start[u] == 0;
    if (d->n_always_treated > 0)
        msg_int(effect_warn(r, "panel.always-treated"), (int64_t)d->n_always_treated);
    d->n_rows = s->rows.n;
    d->n_used = s->n;
    if (s->n == 0) {
        err_set(info, E_INPUT, "effect.no-complete-rows");
        msg_int(&info->msg, (int64_t)s->rows.n);
        return E_INPUT;
    }
    if (d->n_dropped_missing > 0)
        msg_int(effect_warn(r, "effect.rows-dropped"), (int64_t)d->n_dropped_missing);
    err e = sort_stable(&s->rows.time, s->order, s->n, a, other, info);
    if (e == OK)
        e = sort_stable(&s->rows.unit, other, s->n, a, s->order, info);
    return e;
}

static double *ordered(const struct source *s, const double *v, arena *a)
{
    double *to = ARENA_NEW(a, double, s->n);
    for (size_t i = 0; i < s->n && to; i++)
        to[i] = v[s->order[i]];
    return to;
}

/* The codes of the rows that count, numbered again without gaps. */
static err ordered_codes(const struct source *s, const struct panel_codes *codes, arena *a,
                         uint32_t **to, size_t *n, struct err_info *info)
{
    uint32_t *fresh = ARENA_NEW(a, uint32_t, codes->n);
    *to = ARENA_NEW(a, uint32_t, s->n);
    if (!fresh || !*to)
        return err_nomem(info);
    for (size_t i = 0; i < s->n; i++)
        fresh[codes->code[s->order[i]]] = 1;
    *n = 0;
    for (size_t c = 0; c < codes->n; c++)
        if (fresh[c])
            fresh[c] = (uint32_t)(*n)++;
    for (size_t i = 0; i < s->n; i++)
        (*to)[i] = fresh[codes->code[s->order[i]]];
    return OK;
}

/* ---- what the system works on ---- */

static err place_units(const struct source *s, arena *a, struct twfe *f, struct err_info *info)
{
    f->first = ARENA_NEW(a, size_t, s->rows.unit.n + 1);
    if (!f->first)
        return err_nomem(info);
    for (size_t i = 0; i < s->n; i++)
        if (i == 0 || s->rows.unit.code[s->order[i]] != s->rows.unit.code[s->order[i - 1]])
            f->first[f->n_units++] = i;
    f->first[f->n_units] = s->n;
    return OK;
}

static str treatment_name(const struct effect_spec *spec)
{
    return spec->first_treated.n ? spec->first_treated : spec->treatment;
}

static err place_columns(const struct source *s, arena *a, struct twfe *f, struct effect_result *r,
                         struct err_info *info)
{
    f->x = ARENA_NEW(a, double *, s->covariates.k + 1);
    f->x_name = ARENA_NEW(a, str, s->covariates.k + 1);
    f->y = ordered(s, s->y, a);
    f->w = ordered(s, s->w, a);
    if (!f->x || !f->x_name || !f->y || !f->w)
        return err_nomem(info);
    for (size_t j = 0; j < s->covariates.k; j++) {
        double mean, sd, *x = ordered(s, s->covariates.x[j], a);
        if (!x)
            return err_nomem(info);
        if (!frame_standardise(x, s->n, &mean, &sd)) {
            msg_text(effect_warn(r, "effect.covariate-constant"), s->covariates.name[j]);
            continue;
        }
        f->x[f->n_x] = x;
        f->x_name[f->n_x++] = s->covariates.name[j];
    }
    f->d = ordered(s, s->d, a);
    if (effect_is_two_way(s->spec->method)) {
        f->x[f->n_x] = ordered(s, s->d, a); /* its own, as unit effects are taken out of it */
        f->x_name[f->n_x] = treatment_name(s->spec);
        if (!f->x[f->n_x++])
            return err_nomem(info);
    }
    return f->d ? OK : err_nomem(info);
}

/* True when rows of one level always lie in one cluster. */
static bool lies_in_clusters(const struct twfe *f, const uint32_t *level, uint32_t *home)
{
    for (size_t i = f->n; i-- > 0;)
        home[level[i]] = f->cluster[i];
    for (size_t i = 0; i < f->n; i++)
        if (home[level[i]] != f->cluster[i])
            return false;
    return true;
}

static err place_periods(const struct source *s, arena *a, struct twfe *f, struct err_info *info)
{
    f->n_periods = s->rows.periods.n;
    f->step = s->rows.periods.step;
    f->period = ARENA_NEW(a, double, f->factor[0].n);
    if (!f->period)
        return err_nomem(info);
    for (size_t i = 0; i < s->n; i++)
        f->period[f->factor[0].level[i]] = s->rows.periods.value[s->rows.time.code[s->order[i]]];
    return OK;
}

static err place_levels(struct twfe *f, struct twfe_factor *factor, struct err_info *info)
{
    factor->column = f->n_levels;
    f->n_levels += factor->n - 1;
    if (f->n_levels + f->n_x + 1 <= LIN_K_MAX)
        return OK;
    err_text(info, E_LIMIT, "twfe.too-many-levels", factor->name);
    msg_int(&info->msg, (int64_t)factor->n);
    msg_int(&info->msg, LIN_K_MAX);
    return E_LIMIT;
}

/* A level for each start in each period but the last before it; 0 is that, and never. */
static err place_cells(const struct source *s, arena *a, struct twfe *f, struct err_info *info)
{
    const size_t n_periods = s->rows.periods.n;
    struct twfe_factor *cells = &f->factor[f->n_factors++];
    uint32_t *number = ARENA_NEW(a, uint32_t, n_periods * n_periods);
    cells->name = treatment_name(s->spec);
    cells->level = ARENA_NEW(a, uint32_t, s->n);
    f->cell = ARENA_NEW(a, struct twfe_cell, n_periods * n_periods + 1);
    if (!number || !cells->level || !f->cell)
        return err_nomem(info);
    bool any_never = false;
    cells->n = 1;
    for (size_t i = 0; i < s->n; i++) {
        const uint32_t start = s->start[s->rows.unit.code[s->order[i]]];
        const uint32_t time = s->rows.time.code[s->order[i]];
        any_never |= start == PANEL_NEVER;
        if (start == PANEL_NEVER || time + 1 == start)
            continue;
        uint32_t *level = &number[start * n_periods + time];
        if (*level == 0) {
            f->cell[cells->n] = (struct twfe_cell){start, time};
            *level = (uint32_t)cells->n++;
        }
        cells->level[i] = *level;
    }
    if (!any_never)
        return err_set(info, E_INPUT, "twfe.no-never-treated");
    return place_levels(f, cells, info);
}

static err place_factors(const struct source *s, arena *a, struct twfe *f, struct err_info *info)
{
    err e = ordered_codes(s, &s->cluster, a, &f->cluster, &f->n_clusters, info);
    if (e != OK)
        return e;
    if (f->n_clusters < 2)
        return err_text(info, E_INPUT, "effect.one-cluster", s->spec->cluster);
    f->is_nested = true;
    for (size_t u = 0; u < f->n_units; u++)
        for (size_t i = f->first[u] + 1; i < f->first[u + 1]; i++)
            f->is_nested &= f->cluster[i] == f->cluster[f->first[u]];
    f->n_factors = s->spec->n_fixed_effects + 1;
    for (size_t h = 0; h < f->n_factors; h++) {
        struct twfe_factor *factor = &f->factor[h];
        factor->name = s->factor[h].column->name;
        e = ordered_codes(s, &s->factor[h], a, &factor->level, &factor->n, info);
        if (e != OK)
            return e;
        e = place_levels(f, factor, info);
        if (e != OK)
            return e;
        uint32_t *home = ARENA_NEW(a, uint32_t, factor->n);
        if (!home)
            return err_nomem(info);
        factor->is_nested = lies_in_clusters(f, factor->level, home);
    }
    return OK;
}

/* ---- who is in it ---- */

enum { EVER = 1, NEVER = 2 };

static err describe(const struct twfe *f, arena *a, struct effect_result *r, struct err_info *info)
{
    struct effect_diagnostics *d = &r->diagnostics;
    uint8_t *has = ARENA_NEW(a, uint8_t, f->n_clusters);
    size_t n_switching = 0, n_once = 0;
    if (!has)
        return err_nomem(info);
    for (size_t u = 0; u < f->n_units; u++) {
        const size_t from = f->first[u], m = f->first[u + 1] - from;
        const double n_on = lin_sum(f->d + from, m);
        for (size_t i = from; i < from + m; i++)
            has[f->cluster[i]] |= n_on > 0 ? EVER : NEVER;
        d->n_treated += n_on > 0;
        n_switching += n_on > 0 && n_on < (double)m;
        d->n_unbalanced += m < f->factor[0].n;
        n_once += m == 1;
    }
    d->n_units = f->n_units;
    d->n_periods = f->factor[0].n;
    d->n_control = f->n_units - d->n_treated;
    d->n_clusters = f->n_clusters;
    for (size_t c = 0; c < f->n_clusters; c++) {
        d->n_treated_clusters += (has[c] & EVER) != 0;
        d->n_control_clusters += (has[c] & NEVER) != 0;
    }
    if (n_switching == 0)
        return err_text(info, E_INPUT, "twfe.treatment-constant", treatment_name(&r->spec));
    if (n_once > 0)
        msg_int(effect_warn(r, "twfe.seen-once"), (int64_t)n_once);
    return OK;
}

err twfe_read(const table *t, arena *a, struct twfe *f, struct effect_result *r,
              struct err_info *info)
{
    struct source s = {.spec = &r->spec};
    *f = (struct twfe){0};
    err e = read_columns(t, a, &s, r, info);
    if (e == OK)
        e = order_rows(&s, a, r, info);
    if (e != OK)
        return e;
    f->n = s.n;
    e = place_units(&s, a, f, info);
    if (e == OK)
        e = place_columns(&s, a, f, r, info);
    if (e == OK)
        e = place_factors(&s, a, f, info);
    if (e == OK)
        e = place_periods(&s, a, f, info);
    if (e == OK && s.start)
        e = place_cells(&s, a, f, info);
    return e == OK ? describe(f, a, r, info) : e;
}
