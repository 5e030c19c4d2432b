/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How sure the effects are. Every estimate is linear in a few columns, the
 * influence functions of cells and of the cohorts' shares. One Gram matrix and
 * one set of bootstrap draws of these columns serve all estimates.
 */
#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/influence_int.h"
#include "engine/effect/looks_int.h"
#include "engine/effect/pretest_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct basis {
    const struct panel *p;
    const struct panel_cells *cells;
    const size_t *cell_of; /* n_cells columns: the cell of each */
    size_t n_cells;
    const double *psi; /* n x m by unit */
    double *sum;       /* n_clusters x m by cluster */
    uint32_t *stamp;   /* workers x n_clusters: scratch */
};

/* ---- clusters ---- */

static double small_sample(size_t n_clusters)
{
    return n_clusters > 1 ? sqrt((double)n_clusters / (double)(n_clusters - 1)) : 1;
}

/* The number of clusters with units of the cell's cohort or, with `others`, of its controls in it.
 */
static size_t count_clusters(const struct basis *b, const struct panel_cell *c, bool others,
                             uint32_t *stamp)
{
    size_t n = 0;
    memset(stamp, 0, b->p->n_clusters * sizeof *stamp);
    for (size_t h = 0; h <= b->p->n_cohorts; h++) {
        if (others ? h < c->control_from || h == c->cohort : h != c->cohort)
            continue;
        const struct panel_cohort *cohort = &b->p->cohort[h];
        for (size_t i = cohort->first; i < cohort->first + cohort->n; i++) {
            uint32_t *has = &stamp[b->p->cluster[i]];
            if (*has || !panel_is_in_cell(b->p, c, i))
                continue;
            *has = 1;
            n++;
        }
    }
    return n;
}

/*
 * Sums a column within clusters, scaled as if clusters were the units. Among G
 * clusters the mean is fitted, which makes their spread (G - 1) / G too small;
 * that is undone for the treated and for the controls of a cell apart (exact
 * for a difference of means of equal clusters, as HC2; Bell and McCaffrey 2002).
 */
static void collapse_column(void *ctx, size_t j, unsigned worker)
{
    const struct basis *b = ctx;
    const struct panel *p = b->p;
    const double *psi = b->psi + j * p->n;
    double *sum = b->sum + j * p->n_clusters;
    uint32_t *stamp = b->stamp + worker * p->n_clusters;
    double own = small_sample(p->n_clusters), others = own;
    size_t first = 0, behind = 0;
    if (j < b->n_cells) {
        const struct panel_cell *c = &b->cells->cell[b->cell_of[j]];
        own = small_sample(count_clusters(b, c, false, stamp));
        others = small_sample(count_clusters(b, c, true, stamp));
        first = p->cohort[c->cohort].first;
        behind = first + p->cohort[c->cohort].n;
    }
    const double scale = (double)p->n_clusters / (double)p->n;
    for (size_t i = 0; i < p->n; i++)
        sum[p->cluster[i]] += psi[i] * scale * (i >= first && i < behind ? own : others);
}

static err collapse(struct basis *b, size_t m, par *pool, arena *a, struct influence *f,
                    struct err_info *info)
{
    b->sum = ARENA_NEW(a, double, b->p->n_clusters *m);
    b->stamp = ARENA_NEW(a, uint32_t, b->p->n_clusters * par_threads(pool));
    if (!b->sum || !b->stamp)
        return err_nomem(info);
    par_run(pool, m, collapse_column, b);
    *f = (struct influence){.psi = b->sum, .n = b->p->n_clusters, .m = m};
    return OK;
}

/* ---- from the basis to the estimates ---- */

struct linear {
    const struct panel_forms *forms;
    const size_t *place; /* of a cell or a share in the basis */
    size_t m;            /* columns of the basis */
};

static double apply(const struct linear *l, size_t form, const double *v)
{
    double sum = 0;
    for (size_t t = l->forms->from[form]; t < l->forms->from[form + 1]; t++)
        sum += l->forms->coefficient[t] * v[l->place[l->forms->cell[t]]];
    return sum;
}

/* covariance = B M B' for forms B. */
static err map_covariance(const struct linear *l, const double *basis, arena *a,
                          struct effect_result *r, struct err_info *info)
{
    const size_t n = r->n_estimates;
    double *row = ARENA_NEW(a, double, l->m);
    if (!row)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++) {
        memset(row, 0, l->m * sizeof *row);
        for (size_t t = l->forms->from[i]; t < l->forms->from[i + 1]; t++) {
            const double *from = basis + l->place[l->forms->cell[t]] * l->m;
            for (size_t c = 0; c < l->m; c++)
                row[c] += l->forms->coefficient[t] * from[c];
        }
        for (size_t j = 0; j < n; j++)
            r->covariance[i * n + j] = apply(l, j, row);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (r->estimates[i].failed || r->estimates[j].failed)
                r->covariance[i * n + j] = NAN;
            else if (j < i) /* rounding may differ between the two halves */
                r->covariance[i * n + j] = r->covariance[j * n + i];
    return OK;
}

static err map_draws(const struct linear *l, const struct influence *f,
                     const struct effect_spec *spec, par *pool, const struct progress *progress,
                     arena *a, struct effect_result *r, struct err_info *info)
{
    double *draw = ARENA_NEW(a, double, spec->bootstrap * l->m);
    r->draws = ARENA_NEW(r->memory, double, spec->bootstrap * r->n_estimates);
    if (!draw || !r->draws)
        return err_nomem(info);
    const err e = influence_draws(pool, f, spec->bootstrap, spec->seed, progress, draw, info);
    if (e != OK)
        return e;
    r->n_draws = spec->bootstrap;
    for (size_t b = 0; b < r->n_draws; b++)
        for (size_t i = 0; i < r->n_estimates; i++)
            r->draws[b * r->n_estimates + i] =
                r->estimates[i].failed ? NAN : apply(l, i, draw + b * l->m);
    return OK;
}

/* ---- standard errors, intervals and bands ---- */

/* An overall average stands alone; the members behind it make one family. */
static bool is_overall(const struct effect_estimate *e)
{
    return isnan(e->group) && isnan(e->time) && isnan(e->event_time);
}

static size_t family_members(const struct effect_result *r, size_t from, size_t behind,
                             size_t *member)
{
    size_t n = 0;
    for (size_t i = from; i < behind; i++)
        if (!r->estimates[i].failed && !r->estimates[i].reference)
            member[n++] = i;
    return n;
}

/* Bootstrap errors for members from .. behind - 1 of a family, and their band. */
static err conclude_family(struct effect_result *r, double level, double df, size_t from,
                           size_t behind, size_t *member, double *se, struct err_info *info)
{
    double critical = NAN;
    const bool is_single = behind - from == 1 && is_overall(&r->estimates[from]);
    const size_t n = family_members(r, from, behind, member);
    if (n == 0)
        return OK;
    const err e =
        influence_band(r->draws, r->n_draws, r->n_estimates, member, n, level, se, &critical, info);
    if (e != OK)
        return e;
    const double p = (1 + level) / 2;
    const double alone = isinf(df) ? real_norm_ppf(p) : real_t_ppf(p, df);
    critical = fmax(critical, alone); /* chance in the draws must not make the band the narrower */
    for (size_t i = 0; i < n; i++) {
        struct effect_estimate *x = &r->estimates[member[i]];
        influence_conclude(x, se[i], df, level);
        if (is_single || !(se[i] > 0))
            continue;
        x->band_low = x->estimate - critical * se[i];
        x->band_high = x->estimate + critical * se[i];
    }
    return OK;
}

static err conclude_by_draws(struct effect_result *r, double level, double df, arena *a,
                             struct err_info *info)
{
    size_t *member = ARENA_NEW(a, size_t, r->n_estimates);
    double *se = ARENA_NEW(a, double, r->n_estimates);
    if (!member || !se)
        return err_nomem(info);
    err e = OK;
    for (size_t from = 0, behind; from < r->n_estimates && e == OK; from = behind) {
        behind = from + 1;
        while (!is_overall(&r->estimates[from]) && behind < r->n_estimates &&
               r->estimates[behind].aggregation == r->estimates[from].aggregation)
            behind++;
        e = conclude_family(r, level, df, from, behind, member, se, info);
    }
    return e;
}

static void conclude_by_variance(struct effect_result *r, double level, double df)
{
    for (size_t i = 0; i < r->n_estimates; i++)
        if (!r->estimates[i].failed && !r->estimates[i].reference)
            influence_conclude(&r->estimates[i], sqrt(r->covariance[i * r->n_estimates + i]), df,
                               level);
}

/* ---- what the overall effect owes to each cluster ---- */

static err keep_parts(const struct panel *p, const struct linear *l, const double *influence,
                      arena *a, struct effect_result *r, struct err_info *info)
{
    const struct effect_estimate *overall = effect_find(r, EFFECT_SIMPLE);
    const size_t form = overall ? (size_t)(overall - r->estimates) : 0;
    const struct panel_cohort *never = &p->cohort[p->n_cohorts];
    struct looks_row *row = ARENA_NEW(a, struct looks_row, p->n);
    if (!row)
        return err_nomem(info);
    for (size_t t = l->forms->from[form]; overall && t < l->forms->from[form + 1]; t++) {
        const double *psi = influence + l->place[l->forms->cell[t]] * p->n;
        for (size_t i = 0; i < p->n; i++)
            row[i].part += l->forms->coefficient[t] * psi[i] / (double)p->n;
    }
    for (size_t i = 0; i < p->n; i++) {
        row[i].key = p->key[p->cluster ? p->cluster[i] : i];
        *(i < never->first ? &row[i].treated : &row[i].control) = p->share_weight[i];
    }
    return looks_keep_parts(row, p->n, r->memory, &r->parts, info);
}

/* ---- all together ---- */

/* The basis columns' places: cells with a number first, then the shares. */
static err places_make(const struct panel_cells *cells, const size_t *column, size_t n_columns,
                       size_t n_cohorts, arena *a, size_t **place, size_t **cell_of,
                       struct err_info *info)
{
    *place = ARENA_NEW(a, size_t, cells->n + n_cohorts);
    *cell_of = ARENA_NEW(a, size_t, n_columns + 1);
    if (!*place || !*cell_of)
        return err_nomem(info);
    for (size_t c = 0; c < cells->n; c++) {
        (*place)[c] = column[c];
        if (column[c] != SIZE_MAX)
            (*cell_of)[column[c]] = c;
    }
    for (size_t g = 0; g < n_cohorts; g++)
        (*place)[cells->n + g] = n_columns + g;
    return OK;
}

err panel_parts(const struct panel *p, const struct panel_cells *cells, const size_t *column,
                size_t n_columns, const double *influence, const struct panel_forms *forms,
                size_t which, arena *a, double *part, struct err_info *info)
{
    const size_t m = n_columns + p->n_cohorts;
    size_t *place, *cell_of;
    struct influence f;
    err e = places_make(cells, column, n_columns, p->n_cohorts, a, &place, &cell_of, info);
    if (e != OK)
        return e;
    struct basis basis = {
        .p = p, .cells = cells, .cell_of = cell_of, .n_cells = n_columns, .psi = influence};
    e = collapse(&basis, m, NULL, a, &f, info);
    for (size_t g = 0; g < p->n_clusters && e == OK; g++) {
        part[g] = 0;
        for (size_t t = forms->from[which]; t < forms->from[which + 1]; t++)
            part[g] += forms->coefficient[t] * basis.sum[place[forms->cell[t]] * p->n_clusters + g];
        part[g] /= (double)p->n_clusters;
    }
    return e;
}

err panel_infer(const struct panel *p, const struct effect_spec *spec,
                const struct panel_cells *cells, const size_t *column, size_t n_columns,
                const double *influence, const struct panel_forms *forms, par *pool,
                const struct progress *progress, arena *a, struct effect_result *r,
                struct err_info *info)
{
    const size_t m = n_columns + p->n_cohorts;
    size_t *place, *cell_of;
    err e = places_make(cells, column, n_columns, p->n_cohorts, a, &place, &cell_of, info);
    if (e != OK)
        return e;
    struct basis basis = {
        .p = p, .cells = cells, .cell_of = cell_of, .n_cells = n_columns, .psi = influence};
    const struct linear linear = {.forms = forms, .place = place, .m = m};
    struct influence f = {.psi = influence, .n = p->n, .m = m};
    if (p->cluster)
        e = collapse(&basis, m, pool, a, &f, info);
    double *covariance = ARENA_NEW(a, double, m *m);
    r->covariance = ARENA_NEW(r->memory, double, r->n_estimates * r->n_estimates);
    if (e == OK && (!covariance || !r->covariance))
        e = err_nomem(info);
    if (e == OK)
        e = influence_covariance(pool, &f, covariance, info);
    if (e == OK)
        e = map_covariance(&linear, covariance, a, r, info);
    if (e == OK && spec->base == EFFECT_VARYING)
        e = panel_study(p, cells, forms, place, m, covariance, a, r, info);
    if (e == OK)
        e = pretest(r, p->cluster ? EFFECT_DYNAMIC : EFFECT_GROUP_TIME, p->cluster != NULL, info);
    if (e != OK)
        return e;
    if (p->key)
        e = keep_parts(p, &linear, influence, a, r, info);
    if (e != OK)
        return e;
    const double df = p->cluster ? (double)p->n_clusters - 1 : REAL_INF;
    if (spec->bootstrap == 0) {
        conclude_by_variance(r, spec->level, df);
        return OK;
    }
    e = map_draws(&linear, &f, spec, pool, progress, a, r, info);
    if (e == OK)
        e = conclude_by_draws(r, spec->level, df, a, info);
    return e;
}
