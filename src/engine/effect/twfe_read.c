/* SPDX-License-Identifier: EUPL-1.2 */
/* Who is in it, and which columns that makes. */
#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/twfe_census_int.h"

#include <math.h>
#include <string.h>

/* ---- columns of the system ---- */

static err place_factor(struct twfe *f, size_t h, const uint8_t *used, size_t n_codes, arena *a,
                        struct err_info *info)
{
    struct twfe_factor *factor = &f->factor[h];
    uint32_t *level = ARENA_NEW(a, uint32_t, n_codes);
    uint32_t *columns = ARENA_NEW(a, uint32_t, n_codes);
    if (!level || !columns)
        return err_nomem(info);
    factor->n_codes = n_codes;
    factor->column = f->n_levels;
    for (size_t c = 0; c < n_codes; c++) {
        level[c] = used[c] ? (uint32_t)factor->n++ : TWFE_NONE;
        columns[c] = used[c] && level[c] > 0 ? (uint32_t)factor->column + level[c] - 1 : TWFE_NONE;
    }
    factor->level = level;
    factor->columns = columns;
    f->n_levels += factor->n - 1;
    return OK;
}

static err place_factors(struct twfe *f, const struct twfe_census *c, arena *a,
                         struct err_info *info)
{
    err e = OK;
    f->n_factors = f->rows.n_factors;
    for (size_t h = 0; h < f->n_factors && e == OK; h++) {
        f->factor[h].name = f->rows.factor[h].keys.column->name;
        f->factor[h].is_nested = f->n_clusters > 0 && !c->is_split[h];
        e = place_factor(f, h, c->used[h], f->rows.factor[h].n, a, info);
    }
    f->period = ARENA_NEW(a, double, f->factor[0].n);
    if (e != OK || !f->period)
        return e != OK ? e : err_nomem(info);
    for (size_t p = 0; p < f->rows.periods.n; p++)
        if (f->factor[0].level[p] != TWFE_NONE)
            f->period[f->factor[0].level[p]] = f->rows.periods.value[p];
    return OK;
}

static str treatment_name(const struct effect_spec *spec)
{
    return spec->first_treated.n ? spec->first_treated : spec->treatment;
}

/* The level of a start in a period; the same for all starts in an event study. */
static uint32_t *level_of(const struct twfe *f, uint32_t *number, size_t start, size_t time)
{
    const size_t n_periods = f->rows.periods.n;
    return f->rows.spec->method == EFFECT_SUNAB ? &number[start * n_periods + time]
                                                : &number[time + n_periods - start];
}

/* A level for each start, or time since it, but the last period before it; 0 is that, and never. */
static err place_cells(struct twfe *f, const struct twfe_count *n, arena *a, struct err_info *info)
{
    const size_t n_periods = f->rows.periods.n;
    const size_t room = n_periods * n_periods + 2 * n_periods;
    uint32_t *number = ARENA_NEW(a, uint32_t, room);
    uint32_t *cell_level = ARENA_NEW(a, uint32_t, n_periods * n_periods);
    f->cell = ARENA_NEW(a, struct twfe_cell, room + 1);
    if (!number || !cell_level || !f->cell)
        return err_nomem(info);
    if (n->by_start[n_periods] == 0)
        return err_set(info, E_INPUT, "twfe.no-never-treated");
    size_t n_levels = 1;
    for (size_t start = 0; start < n_periods; start++)
        for (size_t time = 0; time < n_periods; time++) {
            const size_t at = start * n_periods + time;
            if (n->cell_n[at] == 0 || time + 1 == start)
                continue;
            uint32_t *level = level_of(f, number, start, time);
            if (*level == 0)
                *level = (uint32_t)n_levels++;
            cell_level[at] = *level;
            struct twfe_cell *cell = &f->cell[*level];
            cell->steps = (int64_t)time - (int64_t)start;
            cell->weight += n->cell_weight[at];
            cell->n += n->cell_n[at];
        }
    uint8_t *used = ARENA_NEW(a, uint8_t, n_levels);
    if (!used)
        return err_nomem(info);
    memset(used, 1, n_levels);
    f->rows.cell_level = cell_level;
    f->factor[f->n_factors].name = treatment_name(f->rows.spec);
    return place_factor(f, f->n_factors++, used, n_levels, a, info);
}

/* Covariates that vary, scaled; then the treatment. */
static err place_covariates(struct twfe *f, const struct twfe_count *n, arena *a,
                            struct effect_result *r, struct err_info *info)
{
    size_t kept = 0;
    f->x_name = ARENA_NEW(a, str, f->rows.n_x + 1);
    if (!f->x_name)
        return err_nomem(info);
    for (size_t j = 0; j < f->rows.n_x; j++) {
        struct twfe_covariate x = f->rows.x[j];
        const struct twfe_spread *s = &n->x[j];
        if (!(s->high > s->low)) {
            msg_text(effect_warn(r, "effect.covariate-constant"), x.name);
            continue;
        }
        x.centre = s->mean;
        x.spread = sqrt(s->square / s->n);
        if (!(x.spread > 0)) /* its square vanished */
            x.spread = s->high - s->low;
        f->x_name[kept] = x.name;
        f->rows.x[kept++] = x;
    }
    f->rows.n_x = f->n_x = kept;
    if (!f->cell)
        f->x_name[f->n_x++] = treatment_name(f->rows.spec);
    return OK;
}

err twfe_leave_to_iteration(struct twfe *f, arena *a, struct err_info *info)
{
    f->is_iterated = true;
    f->n_levels = 0;
    for (size_t h = 0; h < f->n_factors; h++) {
        struct twfe_factor *factor = &f->factor[h];
        const bool is_cells = f->cell && h + 1 == f->n_factors;
        uint32_t *columns = ARENA_NEW(a, uint32_t, factor->n_codes);
        if (!columns)
            return err_nomem(info);
        for (size_t c = 0; c < factor->n_codes; c++)
            columns[c] = is_cells && c > 0 ? (uint32_t)c - 1 : TWFE_NONE;
        factor->columns = columns;
        factor->column = 0;
        if (is_cells)
            f->n_levels = factor->n - 1;
    }
    const struct twfe_factor *last = &f->factor[f->n_factors - 1];
    if (f->n_levels + f->n_x + 1 <= LIN_K_MAX)
        return OK;
    err_text(info, E_LIMIT, "twfe.too-many-levels", last->name);
    msg_int(&info->msg, (int64_t)last->n);
    msg_int(&info->msg, LIN_K_MAX);
    return E_LIMIT;
}

/* ---- who is in it ---- */

static err check_rows(const struct twfe *f, const struct twfe_count *n, struct effect_result *r,
                      struct err_info *info)
{
    struct effect_diagnostics *d = &r->diagnostics;
    if (n->n_after_end > 0)
        msg_int(effect_warn(r, "panel.start-after-end"), (int64_t)n->n_after_end);
    d->n_rows = f->rows.n;
    d->n_used = n->n;
    d->n_dropped_missing = n->n_missing;
    d->n_always_treated = n->n_always;
    if (d->n_always_treated > 0)
        msg_int(effect_warn(r, "panel.always-treated"), (int64_t)d->n_always_treated);
    if (n->n == 0) {
        err_set(info, E_INPUT, "effect.no-complete-rows");
        msg_int(&info->msg, (int64_t)f->rows.n);
        return E_INPUT;
    }
    if (d->n_dropped_missing > 0)
        msg_int(effect_warn(r, "effect.rows-dropped"), (int64_t)d->n_dropped_missing);
    return OK;
}

static void count_groups(const struct twfe *f, const struct twfe_census *c,
                         struct effect_diagnostics *d)
{
    if (!f->rows.has_cluster && f->n_clusters > 0) { /* each unit is one */
        d->n_treated_clusters = d->n_treated;
        d->n_control_clusters = d->n_control;
    }
    for (size_t g = 0; g < f->rows.cluster.n; g++) {
        d->n_treated_clusters += (c->has[g] & TWFE_EVER) != 0;
        d->n_control_clusters += (c->has[g] & TWFE_NEVER) != 0;
    }
}

/* Some clusters of one unit beside larger ones are rarely meant. */
static void warn_small_clusters(const struct twfe *f, const struct twfe_census *c,
                                struct effect_result *r)
{
    size_t n_small = 0;
    for (size_t g = 0; g < f->rows.cluster.n; g++)
        n_small += (c->has[g] & TWFE_HAS_UNIT) && !(c->has[g] & TWFE_HAS_MORE);
    if (!f->is_nested || n_small == 0 || n_small == f->n_clusters)
        return;
    struct msg *m = effect_warn(r, "twfe.clusters-single");
    msg_int(m, (int64_t)n_small);
    msg_int(m, (int64_t)f->n_clusters);
    msg_text(m, r->spec.cluster);
}

void twfe_count_kinds(const struct twfe *f, struct effect_result *r)
{
    struct effect_diagnostics *d = &r->diagnostics;
    d->n_control = d->n_never;
    for (size_t start = f->rows.periods.n; start-- > 0 && d->n_control == 0;)
        d->n_control = f->n_by_start[start];
    d->n_treated = d->n_units - d->n_control;
    if (d->n_never == 0)
        msg_int(effect_warn(r, "twfe.all-treated"), (int64_t)d->n_control);
}

static err describe(const struct twfe *f, const struct twfe_census *c, struct effect_result *r,
                    struct err_info *info)
{
    struct effect_diagnostics *d = &r->diagnostics;
    const struct twfe_count *n = &c->count[0];
    d->n_units = n->n_units;
    d->n_periods = f->factor[0].n;
    d->n_never = n->n_units - n->n_treated;
    twfe_count_kinds(f, r);
    d->n_clusters = f->n_clusters;
    for (size_t m = 0; m < f->factor[0].n; m++)
        d->n_unbalanced += n->rows_of[m];
    for (size_t m = 0; m < f->rows.periods.n; m++)
        d->n_starts += n->by_start[m] > 0;
    count_groups(f, c, d);
    if (n->n_switching == 0)
        return err_text(info, E_INPUT, "twfe.treatment-constant", treatment_name(&r->spec));
    if (n->n_once > 0)
        msg_int(effect_warn(r, "twfe.seen-once"), (int64_t)n->n_once);
    warn_small_clusters(f, c, r);
    return OK;
}

/* The start of each cluster, when all its units have the same. */
static void settle_starts(struct twfe *f, const struct twfe_census *c)
{
    if (!f->rows.needs_start || c->starts_split)
        return;
    f->cluster_start = c->start;
    for (size_t g = 0; g < f->rows.cluster.n; g++)
        c->start[g] = c->start[g] == 0 ? PANEL_NEVER : c->start[g] - 1;
}

/* Clusters that hold rows that count. */
static err count_used_clusters(struct twfe *f, const struct twfe_census *c, struct err_info *info)
{
    const str name = f->rows.spec->cluster;
    if (!name.n)
        return OK; /* by row */
    f->n_clusters = f->rows.has_cluster ? 0 : f->n_units;
    for (size_t g = 0; g < f->rows.cluster.n; g++)
        f->n_clusters += c->has[g] != 0;
    f->is_nested = !c->units_split;
    return f->n_clusters < 2 ? err_text(info, E_INPUT, "effect.one-cluster", name) : OK;
}

err twfe_tiles_new(const struct twfe *f, par *pool, arena *a, struct twfe_tile **tile,
                   struct err_info *info)
{
    *tile = ARENA_NEW(a, struct twfe_tile, par_threads(pool));
    err e = *tile ? OK : err_nomem(info);
    for (unsigned w = 0; w < par_threads(pool) && e == OK; w++)
        e = twfe_tile_new(&f->rows, a, &(*tile)[w], info);
    return e;
}

/* Periods whose rows may count, from the first on. */
static size_t foreseen_periods(const struct twfe_rows *s)
{
    return s->move ? s->move[s->periods.n].until : s->periods.n;
}

/*
 * With persons and periods alone, the columns are known before anyone is counted if each period is
 * in use; then products are summed in the same pass.
 */
static err foresee(struct twfe *f, par *pool, arena *a, struct err_info *info)
{
    const size_t n = f->rows.periods.n;
    if (f->rows.n_factors > 1 || f->rows.n_x > 0 || f->rows.needs_start || n + 1 > LIN_K_MAX)
        return OK;
    uint8_t *used = ARENA_NEW(a, uint8_t, n);
    if (!used)
        return err_nomem(info);
    memset(used, 1, foreseen_periods(&f->rows));
    f->n_factors = f->n_x = 1;
    f->is_nested = true; /* else sums of clusters are not used */
    const err e = place_factor(f, 0, used, n, a, info);
    return e == OK ? twfe_gram_new(f, pool, a, &f->gram, info) : e;
}

/* What was not as foreseen is done again. */
static void compare_with_foreseen(struct twfe *f, const struct twfe_census *c)
{
    if (!f->gram)
        return;
    if (!twfe_are_used(c->used[0], foreseen_periods(&f->rows)))
        f->gram = NULL;
    f->factor[0] = (struct twfe_factor){0};
    f->n_levels = f->n_factors = f->n_x = 0;
    f->is_nested = false;
}

/* Rows serve more than one reading, which each scales its own covariates. */
static err take_rows(const struct twfe_rows *rows, const struct effect_spec *spec, arena *a,
                     struct twfe *f, struct err_info *info)
{
    *f = (struct twfe){.rows = *rows};
    f->rows.spec = spec;
    f->n_clusters = spec->cluster.n > 0; /* how many is seen later */
    f->rows.x = ARENA_NEW(a, struct twfe_covariate, rows->n_x);
    if (!f->rows.x)
        return err_nomem(info);
    memcpy(f->rows.x, rows->x, rows->n_x * sizeof *rows->x);
    return OK;
}

err twfe_read(const struct twfe_rows *rows, par *pool, arena *a, struct twfe *f,
              struct effect_result *r, struct err_info *info)
{
    struct twfe_tile *tile;
    struct twfe_census c;
    arena *scratch = arena_new(PANEL_MEMORY_MAX);
    err e = scratch ? take_rows(rows, &r->spec, a, f, info) : err_nomem(info);
    if (e == OK)
        e = twfe_tiles_new(f, pool, scratch, &tile, info);
    if (e == OK)
        e = foresee(f, pool, a, info);
    if (e == OK)
        e = twfe_census_take(f, tile, pool, a, &c, info);
    arena_free(scratch);
    if (e != OK)
        return e;
    compare_with_foreseen(f, &c);
    const struct twfe_count *n = &c.count[0];
    f->n = n->n;
    f->n_units = n->n_units;
    f->weight = n->weight;
    f->n_by_start = n->by_start;
    f->switches_off = n->switches_off;
    f->course = c.course;
    settle_starts(f, &c);
    e = check_rows(f, n, r, info);
    if (e == OK)
        e = count_used_clusters(f, &c, info);
    if (e == OK)
        e = place_factors(f, &c, a, info);
    if (e == OK && f->rows.needs_start)
        e = place_cells(f, n, a, info);
    if (e == OK)
        e = place_covariates(f, n, a, r, info);
    if (e == OK && f->n_levels + f->n_x + 1 > LIN_K_MAX) /* with the outcome */
        e = twfe_leave_to_iteration(f, a, info);
    return e == OK ? describe(f, &c, r, info) : e;
}
