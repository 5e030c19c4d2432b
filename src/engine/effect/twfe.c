/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/twfe_int.h"

#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/influence_int.h"
#include "engine/effect/panel_int.h"
#include "engine/effect/twfe_teams_int.h"

#include <math.h>
#include <string.h>

enum { BLOCKS_MAX = 64, BLOCK_ROWS = 4096 };

#define COLLINEAR                                                                                  \
    1e-12              /* share of a column's own variation that must be left, see lin_cholesky    \
                        */
#define ABSORBED 1e-20 /* variance within units, of 1, that is rounding */

/* ---- blocks of whole units ---- */

static void split_blocks(struct twfe_system *s)
{
    const struct twfe *f = s->f;
    const size_t wanted = f->n / BLOCK_ROWS + 1;
    const size_t n = wanted < BLOCKS_MAX ? wanted : BLOCKS_MAX;
    size_t unit = 0;
    s->n_blocks = n;
    for (size_t b = 0; b < n; b++) {
        while (unit < f->n_units && f->first[unit] < f->n / n * b)
            unit++;
        s->block[b] = unit;
    }
    s->block[n] = f->n_units;
}

/* ---- first pass: unit effects out, normal equations up ---- */

static void remove_mean(double *v, const double *w, size_t m, double weight)
{
    double sum = 0;
    for (size_t i = 0; i < m; i++)
        sum += w[i] * v[i];
    const double mean = sum / weight;
    for (size_t i = 0; i < m; i++)
        v[i] -= mean;
}

static double total(const double *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += v[i];
    return sum;
}

/* A factor that keeps one level within a unit is all unit effect there. */
static bool varies(const uint32_t *level, size_t from, size_t to)
{
    for (size_t i = from + 1; i < to; i++)
        if (level[i] != level[from])
            return true;
    return false;
}

/* Products of the dense columns, the outcome among them, within rows from .. to - 1. */
static void add_dense(const struct twfe_system *s, size_t from, size_t to, double *g)
{
    const struct twfe *f = s->f;
    for (size_t j = 0; j <= f->n_x; j++) {
        const double *x = j < f->n_x ? f->x[j] : f->y;
        for (size_t h = 0; h <= j; h++) {
            const double *z = h < f->n_x ? f->x[h] : f->y;
            double sum = 0;
            for (size_t i = from; i < to; i++)
                sum += f->w[i] * x[i] * z[i];
            g[(f->n_levels + j) * (s->k + 1) + f->n_levels + h] += sum;
        }
    }
}

/* One row's products of a level with earlier factors' levels and with the dense columns. */
static void add_level(const struct twfe_system *s, const struct twfe_factor *const *moving,
                      size_t n_earlier, size_t column, size_t i, double *g)
{
    const struct twfe *f = s->f;
    const size_t width = s->k + 1;
    g[column * width + column] += f->w[i];
    for (size_t h = 0; h < n_earlier; h++) {
        const uint32_t level = moving[h]->level[i];
        if (level > 0)
            g[column * width + moving[h]->column + level - 1] += f->w[i];
    }
    for (size_t j = 0; j <= f->n_x; j++) {
        const double *x = j < f->n_x ? f->x[j] : f->y;
        g[(f->n_levels + j) * width + column] += f->w[i] * x[i];
    }
}

/* Products of levels less those of their means: sum w a b - (sum w a)(sum w b) / sum w. */
static void add_levels(const struct twfe_system *s, size_t from, size_t to, double weight,
                       double *sum, uint32_t *touched, double *g)
{
    const struct twfe *f = s->f;
    const struct twfe_factor *moving[TWFE_FACTORS_MAX];
    size_t n_moving = 0, n_touched = 0;
    for (size_t h = 0; h < f->n_factors; h++) {
        const struct twfe_factor *factor = &f->factor[h];
        if (!varies(factor->level, from, to))
            continue;
        for (size_t i = from; i < to; i++) {
            if (factor->level[i] == 0)
                continue;
            const size_t column = factor->column + factor->level[i] - 1;
            if (sum[column] == 0)
                touched[n_touched++] = (uint32_t)column;
            sum[column] += f->w[i];
            add_level(s, moving, n_moving, column, i, g);
        }
        moving[n_moving++] = factor;
    }
    for (size_t a = 0; a < n_touched; a++)
        for (size_t b = 0; b <= a; b++) {
            const size_t one = touched[a], other = touched[b];
            const size_t row = one > other ? one : other, column = one > other ? other : one;
            g[row * (s->k + 1) + column] -= sum[row] * sum[column] / weight;
        }
    for (size_t a = 0; a < n_touched; a++)
        sum[touched[a]] = 0;
}

void twfe_add_unit(const struct twfe_system *s, size_t unit, double *sum, uint32_t *touched,
                   double *g)
{
    const struct twfe *f = s->f;
    const size_t from = f->first[unit], to = f->first[unit + 1];
    add_dense(s, from, to, g);
    add_levels(s, from, to, total(f->w + from, to - from), sum, touched, g);
}

static void first_pass(void *ctx, size_t block, unsigned worker)
{
    const struct twfe_system *s = ctx;
    struct twfe *f = s->f;
    double *g = s->partial + block * (s->k + 1) * (s->k + 1);
    double *sum = s->sum + worker * f->n_levels;
    uint32_t *touched = s->touched + worker * f->n_levels;

    for (size_t u = s->block[block]; u < s->block[block + 1]; u++) {
        const size_t from = f->first[u], to = f->first[u + 1], m = to - from;
        const double weight = total(f->w + from, m);
        for (size_t j = 0; j < f->n_x; j++)
            remove_mean(f->x[j] + from, f->w + from, m, weight);
        remove_mean(f->y + from, f->w + from, m, weight);
        twfe_add_unit(s, u, sum, touched, g);
    }
}

/* ---- the small system ---- */

/* Adds the blocks in order; beta gets the products with the outcome. */
static void gather(struct twfe_system *s)
{
    const size_t k = s->k, width = k + 1;
    double *first = s->partial;
    for (size_t b = 1; b < s->n_blocks; b++)
        for (size_t i = 0; i < width * width; i++)
            first[i] += s->partial[b * width * width + i];
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j <= i; j++)
            s->gram[i * k + j] = s->gram[j * k + i] = first[i * width + j];
        s->beta[i] = first[k * width + i];
    }
}

static void set_scale(struct twfe_system *s)
{
    const size_t n_levels = s->f->n_levels;
    const double weight = total(s->f->w, s->f->n);
    for (size_t j = 0; j < s->k; j++) {
        const double square = s->gram[j * s->k + j];
        const double least = j < n_levels ? 0 : ABSORBED * weight;
        s->scale[j] = square > least ? 1 / sqrt(square) : 0;
    }
    for (size_t i = 0; i < s->k; i++)
        for (size_t j = 0; j < s->k; j++)
            s->gram[i * s->k + j] *= s->scale[i] * s->scale[j];
}

static void solve_scaled(const struct twfe_system *s, double *v)
{
    for (size_t j = 0; j < s->k; j++)
        v[j] *= s->scale[j];
    lin_cholesky_solve(s->gram, s->keep, s->k, v);
    for (size_t j = 0; j < s->k; j++)
        v[j] *= s->scale[j];
}

static void warn_left_out(const struct twfe_system *s, struct effect_result *r)
{
    const struct twfe *f = s->f;
    for (size_t h = 1; h < f->n_factors; h++) { /* time cannot be: the treatment would be, too */
        bool any = false;
        for (size_t l = 1; l < f->factor[h].n; l++)
            any |= s->keep[f->factor[h].column + l - 1];
        if (!any)
            msg_text(effect_warn(r, "twfe.factor-absorbed"), f->factor[h].name);
    }
    for (size_t j = 0; j < f->n_x; j++) {
        const size_t column = f->n_levels + j;
        if (!s->keep[column])
            msg_text(effect_warn(r, s->scale[column] > 0 ? "twfe.covariate-collinear"
                                                         : "twfe.covariate-absorbed"),
                     f->x_name[j]);
    }
}

/* The effects asked for must be in the system. */
static err check_effects(const struct twfe_system *s, struct err_info *info)
{
    const struct twfe *f = s->f;
    const struct twfe_factor *last = &f->factor[f->n_factors - 1];
    if (!f->cell)
        return s->keep[s->k - 1]
                   ? OK
                   : err_text(info, E_INPUT, "twfe.treatment-collinear", f->x_name[f->n_x - 1]);
    for (size_t l = 1; l < last->n; l++)
        if (!s->keep[last->column + l - 1])
            return err_text(info, E_INPUT, "twfe.cell-collinear", last->name);
    return OK;
}

static err solve(struct twfe_system *s, struct effect_result *r, struct err_info *info)
{
    gather(s);
    set_scale(s);
    (void)lin_cholesky(s->gram, s->k, COLLINEAR, s->keep);
    const err e = check_effects(s, info);
    if (e != OK)
        return e;
    warn_left_out(s, r);
    solve_scaled(s, s->beta);
    return OK;
}

/* ---- second pass: scores ---- */

/* v[i] = sum over columns of b times the row, free of the unit's mean. */
static void combine(const struct twfe *f, const double *b, size_t from, size_t to, double *v)
{
    const size_t m = to - from;
    memset(v, 0, m * sizeof *v);
    for (size_t h = 0; h < f->n_factors; h++)
        for (size_t i = 0; i < m; i++) {
            const uint32_t level = f->factor[h].level[from + i];
            v[i] += level > 0 ? b[f->factor[h].column + level - 1] : 0;
        }
    remove_mean(v, f->w + from, m, total(f->w + from, m));
    for (size_t j = 0; j < f->n_x; j++)
        for (size_t i = 0; i < m; i++)
            v[i] += b[f->n_levels + j] * f->x[j][from + i];
}

/* The outcome gives way to weight x residual. */
static void take_residuals(void *ctx, size_t block, unsigned worker)
{
    (void)worker;
    const struct twfe_system *s = ctx;
    struct twfe *f = s->f;
    double fitted[PANEL_PERIODS_MAX]; /* a row for each period at most */

    for (size_t u = s->block[block]; u < s->block[block + 1]; u++) {
        const size_t from = f->first[u], to = f->first[u + 1];
        combine(f, s->beta, from, to, fitted);
        for (size_t i = from; i < to; i++)
            f->y[i] = f->w[i] * (f->y[i] - fitted[i - from]);
    }
}

/* Each row's score of the combination. */
static void take_scores(void *ctx, size_t block, unsigned worker)
{
    (void)worker;
    const struct twfe_system *s = ctx;
    const struct twfe *f = s->f;

    for (size_t u = s->block[block]; u < s->block[block + 1]; u++) {
        const size_t from = f->first[u], to = f->first[u + 1];
        combine(f, s->combination, from, to, s->score + from);
        for (size_t i = from; i < to; i++)
            s->score[i] *= f->y[i];
    }
}

/* All that was estimated; or without what lies in clusters, save for the constant: K. */
static size_t count_parameters(const struct twfe_system *s, bool all)
{
    const struct twfe *f = s->f;
    size_t n = f->is_nested && !all ? 1 : f->n_units;
    for (size_t h = 0; h < f->n_factors; h++)
        for (size_t l = 1; l < f->factor[h].n && (all || !f->factor[h].is_nested); l++)
            n += s->keep[f->factor[h].column + l - 1];
    for (size_t j = 0; j < f->n_x; j++)
        n += s->keep[f->n_levels + j];
    return n;
}

static err check_rows(const struct twfe_system *s, struct err_info *info)
{
    const size_t n_all = count_parameters(s, true);
    if (s->f->n > n_all)
        return OK;
    err_set(info, E_INPUT, "twfe.too-few-rows"); /* fitted exactly: no noise to learn from */
    msg_int(&info->msg, (int64_t)s->f->n);
    msg_int(&info->msg, (int64_t)n_all);
    return E_INPUT;
}

/* Values of the forms, and their scores summed within clusters, a column each. */
static err evaluate(struct twfe_system *s, const double *form, par *pool, arena *a,
                    struct effect_result *r, double **score, struct err_info *info)
{
    const struct twfe *f = s->f;
    par_run(pool, s->n_blocks, take_residuals, s);
    for (size_t m = 0; m < r->n_estimates; m++) {
        score[m] = ARENA_NEW(a, double, f->n_clusters);
        if (!score[m])
            return err_nomem(info);
        r->estimates[m].estimate = lin_dot(form + m * s->k, s->beta, s->k);
        if (r->estimates[m].reference)
            continue;
        memcpy(s->combination, form + m * s->k, s->k * sizeof *form);
        solve_scaled(s, s->combination);
        par_run(pool, s->n_blocks, take_scores, s);
        for (size_t i = 0; i < f->n; i++)
            score[m][f->cluster[i]] += s->score[i];
    }
    return OK;
}

/* Squared scores of clusters, with the usual factors. */
static err infer_by_scores(struct twfe_system *s, const double *form, par *pool, arena *a,
                           struct effect_result *r, double *df, struct err_info *info)
{
    const struct twfe *f = s->f;
    const double n = (double)f->n, n_clusters = (double)f->n_clusters;
    const size_t m = r->n_estimates;
    double **score = ARENA_NEW(a, double *, m);
    s->score = ARENA_NEW(a, double, f->n);
    if (!score || !s->score)
        return err_nomem(info);
    err e = evaluate(s, form, pool, a, r, score, info);
    if (e == OK)
        e = lin_gram(pool, (const double *const *)score, m, NULL, f->n_clusters, r->covariance,
                     info);
    const double factor =
        n_clusters / (n_clusters - 1) * ((n - 1) / (n - (double)count_parameters(s, false)));
    for (size_t i = 0; i < m * m; i++)
        r->covariance[i] *= factor;
    for (size_t i = 0; i < m; i++)
        df[i] = n_clusters - 1;
    return e;
}

/* Values of the forms, and errors from what each cluster gives. */
static err infer_by_clusters(const struct twfe_system *s, const struct twfe_teams *teams,
                             const double *form, par *pool, arena *a, struct effect_result *r,
                             double *df, struct err_info *info)
{
    for (size_t i = 0; i < r->n_estimates; i++)
        r->estimates[i].estimate = lin_dot(form + i * s->k, s->beta, s->k);
    return twfe_teams_errors(teams, s, form, pool, a, r, df, info);
}

static err infer(struct twfe_system *s, par *pool, const struct progress *progress, arena *a,
                 struct effect_result *r, struct err_info *info)
{
    struct twfe_teams teams;
    double *form;
    err e = check_rows(s, info);
    if (e == OK)
        e = twfe_forms(s->f, a, r, &form, info);
    if (e == OK)
        e = twfe_teams_open(s, pool, a, r, &teams, info);
    if (e != OK)
        return e;
    const size_t m = r->n_estimates;
    double *df = ARENA_NEW(a, double, m);
    if (!df)
        return err_nomem(info);
    e = teams.needs_errors ? infer_by_clusters(s, &teams, form, pool, a, r, df, info)
                           : infer_by_scores(s, form, pool, a, r, df, info);
    for (size_t i = 0; i < m && e == OK; i++)
        if (!r->estimates[i].reference)
            influence_conclude(&r->estimates[i], sqrt(r->covariance[i * m + i]), df[i],
                               r->spec.level);
    return e == OK && teams.needs_draws ? twfe_teams_conclude(&teams, pool, progress, a, r, info)
                                        : e;
}

/* ---- the whole ---- */

static err system_new(struct twfe *f, par *pool, arena *a, struct twfe_system *s,
                      struct err_info *info)
{
    const size_t k = f->n_levels + f->n_x, workers = par_threads(pool);
    *s = (struct twfe_system){
        .f = f,
        .k = k,
        .block = ARENA_NEW(a, size_t, BLOCKS_MAX + 1),
        .sum = ARENA_NEW(a, double, workers * f->n_levels),
        .touched = ARENA_NEW(a, uint32_t, workers * f->n_levels),
        .gram = ARENA_NEW(a, double, k *k),
        .scale = ARENA_NEW(a, double, k),
        .keep = ARENA_NEW(a, bool, k),
        .beta = ARENA_NEW(a, double, k),
        .combination = ARENA_NEW(a, double, k),
    };
    if (!s->block || !s->sum || !s->touched || !s->gram || !s->scale || !s->keep || !s->beta ||
        !s->combination)
        return err_nomem(info);
    split_blocks(s);
    s->partial = ARENA_NEW(a, double, s->n_blocks *(k + 1) * (k + 1));
    return s->partial ? OK : err_nomem(info);
}

static err estimate(const table *t, par *pool, const struct progress *progress, arena *a,
                    struct effect_result *r, struct err_info *info)
{
    struct twfe f;
    struct twfe_system s;
    progress_report(progress, "panel.step-build", 0, 1);
    err e = twfe_read(t, a, &f, r, info);
    if (e == OK)
        e = twfe_bacon(&f, a, r, info);
    if (e == OK)
        e = system_new(&f, pool, a, &s, info);
    if (e != OK)
        return e;
    par_run(pool, s.n_blocks, first_pass, &s);
    e = solve(&s, r, info);
    return e == OK ? infer(&s, pool, progress, a, r, info) : e;
}

err effect_twfe_run(const table *t, par *pool, const struct progress *progress,
                    struct effect_result *r, struct err_info *info)
{
    arena *a = arena_new(PANEL_MEMORY_MAX);
    if (!a)
        return err_nomem(info);
    const err e = estimate(t, pool, progress, a, r, info);
    arena_free(a);
    return e;
}
