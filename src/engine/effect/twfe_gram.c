/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * First pass: unit effects out, normal equations up.
 *
 * With the mean of a unit taken out, the product of two level indicators is
 *   sum w a b - (sum w a)(sum w b) / sum w          over the unit's rows.
 * For two periods this depends on nothing but in which periods the unit was seen,
 * so that units are counted by that pattern, and each pattern is added once.
 * Further factors add something only for units that change level.
 */
#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/twfe_int.h"

#include <math.h>
#include <string.h>

enum {
    PATTERNS_MAX = 1024, /* of one group; units beyond are added one by one */
    SLOTS = 4 * PATTERNS_MAX,
    WORDS_MAX = (PANEL_PERIODS_MAX + 63) / 64,
};

#define COLLINEAR                                                                                  \
    1e-12              /* share of a column's own variation that must be left, see lin_cholesky    \
                        */
#define ABSORBED 1e-20 /* variance within units, of 1, that is rounding */

/* Units by the periods they were seen in. */
struct patterns {
    size_t n, n_words, last;
    uint64_t *seen; /* PATTERNS_MAX x n_words: bits of period codes */
    double *weight; /* PATTERNS_MAX: of their units */
    uint16_t *slot; /* SLOTS: pattern + 1, by hash; 0: free */
};

/* What a group of blocks sums. */
struct group {
    double *g;        /* (k + 1) x (k + 1): lower triangle, the outcome last */
    double *cell_sum; /* (periods + 1) x periods, or NULL */
    double *by_time;  /* periods x (n_x + 1): of dense columns */
    struct patterns patterns;
};

struct gram_pass {
    const struct twfe *f;
    struct group *group;
    struct twfe_scratch *scratch; /* workers */
};

err twfe_scratch_new(const struct twfe *f, arena *a, struct twfe_scratch *s, struct err_info *info)
{
    s->sum = ARENA_NEW(a, double, f->n_levels);
    s->touched = ARENA_NEW(a, uint32_t, f->n_levels);
    return s->sum && s->touched ? OK : err_nomem(info);
}

/* Column j of those that are not levels: covariates, two-way the treatment, and the outcome. */
static double *dense(const struct twfe *f, const struct twfe_tile *t, size_t j)
{
    if (j < f->rows.n_x)
        return t->x[j];
    return j < f->n_x ? t->d : t->y;
}

void twfe_remove_means(const struct twfe *f, struct twfe_tile *t)
{
    for (size_t u = 0; u < t->n_units; u++) {
        const size_t from = t->first[u], to = t->first[u + 1];
        const double weight = twfe_weight_of(t, from, to);
        for (size_t j = 0; j <= f->n_x; j++)
            twfe_remove_mean(t, from, to, weight, dense(f, t, j));
    }
}

/* ---- levels of one unit ---- */

static inline double weight_at(const struct twfe_tile *t, size_t i)
{
    return t->w ? t->w[i] : 1;
}

/* A factor that keeps one level within a unit is all unit effect there. */
static bool varies(const uint32_t *code, size_t from, size_t to)
{
    for (size_t i = from + 1; i < to; i++)
        if (code[i] != code[from])
            return true;
    return false;
}

/* One row's products of a level with periods, with earlier factors' levels and dense columns. */
static void add_level(const struct twfe *f, const struct twfe_tile *t, const size_t *moving,
                      size_t n_earlier, size_t column, size_t i, double *g)
{
    const size_t width = f->n_levels + f->n_x + 1;
    const double w = weight_at(t, i);
    g[column * width + column] += w;
    for (size_t h = 0; h < n_earlier; h++) {
        const uint32_t other = f->factor[moving[h]].columns[t->code[moving[h]][i]];
        if (other != TWFE_NONE)
            g[column * width + other] += w;
    }
    for (size_t j = 0; j <= f->n_x; j++)
        g[(f->n_levels + j) * width + column] += w * dense(f, t, j)[i];
}

/*
 * Products of levels of factors `from_factor` and on with all levels, less those of their means.
 * From 1 on it takes periods along as what others are multiplied with.
 */
static void add_levels(const struct twfe *f, const struct twfe_tile *t, size_t unit,
                       size_t from_factor, struct twfe_scratch *s, double *g)
{
    const size_t from = t->first[unit], to = t->first[unit + 1];
    const size_t width = f->n_levels + f->n_x + 1, n_periods = f->factor[0].n - 1;
    size_t moving[TWFE_FACTORS_MAX], n_moving = 0, n_touched = 0;
    for (size_t h = from_factor; h < f->n_factors; h++)
        if (varies(t->code[h], from, to))
            break;
        else if (h + 1 == f->n_factors)
            return;
    for (size_t h = 0; h < f->n_factors; h++) {
        if (!varies(t->code[h], from, to))
            continue;
        for (size_t i = from; i < to; i++) {
            const uint32_t column = f->factor[h].columns[t->code[h][i]];
            if (column == TWFE_NONE)
                continue;
            if (s->sum[column] == 0)
                s->touched[n_touched++] = column;
            s->sum[column] += weight_at(t, i);
            if (h >= from_factor)
                add_level(f, t, moving, n_moving, column, i, g);
        }
        moving[n_moving++] = h;
    }
    const double weight = twfe_weight_of(t, from, to);
    for (size_t a = 0; a < n_touched; a++)
        for (size_t b = 0; b <= a; b++) {
            const size_t one = s->touched[a], other = s->touched[b];
            const size_t row = one > other ? one : other, column = one > other ? other : one;
            if (from_factor == 0 || row >= n_periods)
                g[row * width + column] -= s->sum[row] * s->sum[column] / weight;
        }
    for (size_t a = 0; a < n_touched; a++)
        s->sum[s->touched[a]] = 0;
}

void twfe_add_unit(const struct twfe *f, const struct twfe_tile *t, size_t unit,
                   struct twfe_scratch *scratch, double *g)
{
    const size_t width = f->n_levels + f->n_x + 1;
    for (size_t j = 0; j <= f->n_x; j++)
        for (size_t h = 0; h <= j; h++) {
            const double *x = dense(f, t, j), *z = dense(f, t, h);
            double sum = 0;
            for (size_t i = t->first[unit]; i < t->first[unit + 1]; i++)
                sum += weight_at(t, i) * x[i] * z[i];
            g[(f->n_levels + j) * width + f->n_levels + h] += sum;
        }
    if (t->first[unit + 1] - t->first[unit] > 1)
        add_levels(f, t, unit, 0, scratch, g);
}

/* ---- patterns ---- */

static err patterns_new(size_t n_codes, arena *a, struct patterns *p, struct err_info *info)
{
    p->n_words = (n_codes + 63) / 64;
    p->seen = ARENA_NEW(a, uint64_t, PATTERNS_MAX * p->n_words);
    p->weight = ARENA_NEW(a, double, PATTERNS_MAX);
    p->slot = ARENA_NEW(a, uint16_t, SLOTS);
    return p->seen && p->weight && p->slot ? OK : err_nomem(info);
}

static bool is_pattern(const struct patterns *p, size_t at, const uint64_t *seen)
{
    return memcmp(p->seen + at * p->n_words, seen, p->n_words * sizeof *seen) == 0;
}

/* Counts a unit; false when there is no room for another pattern. */
static bool patterns_add(struct patterns *p, const uint64_t *seen, double weight)
{
    uint64_t hash = 0;
    if (p->n > 0 && is_pattern(p, p->last, seen)) {
        p->weight[p->last] += weight;
        return true;
    }
    for (size_t i = 0; i < p->n_words; i++)
        hash = (hash ^ seen[i]) * UINT64_C(0x9e3779b97f4a7c15), hash ^= hash >> 29;
    size_t at = hash % SLOTS;
    while (p->slot[at] && !is_pattern(p, p->slot[at] - 1u, seen))
        at = (at + 1) % SLOTS;
    if (!p->slot[at]) {
        if (p->n == PATTERNS_MAX)
            return false;
        memcpy(p->seen + p->n * p->n_words, seen, p->n_words * sizeof *seen);
        p->slot[at] = (uint16_t)++p->n;
    }
    p->last = p->slot[at] - 1u;
    p->weight[p->last] += weight;
    return true;
}

/* The products of periods of all units of a pattern. */
static void flush_pattern(const struct twfe *f, const struct patterns *p, size_t at, double *g)
{
    const size_t width = f->n_levels + f->n_x + 1;
    uint32_t column[PANEL_PERIODS_MAX];
    size_t n = 0, m = 0;
    for (size_t c = 0; c < f->factor[0].n_codes; c++)
        if (p->seen[at * p->n_words + c / 64] >> c % 64 & 1) {
            m++;
            if (f->factor[0].columns[c] != TWFE_NONE)
                column[n++] = f->factor[0].columns[c];
        }
    const double each = p->weight[at] / (double)m;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++)
            g[column[i] * width + column[j]] -= each;
        g[column[i] * width + column[i]] += p->weight[at];
    }
}

/* ---- the pass ---- */

static bool has_one_weight(const struct twfe_tile *t, size_t from, size_t to)
{
    for (size_t i = from + 1; t->w && i < to; i++)
        if (t->w[i] != t->w[from])
            return false;
    return true;
}

/* Products of periods with each other. */
static void add_periods(const struct twfe *f, const struct twfe_tile *t, size_t unit,
                        struct group *group)
{
    const size_t from = t->first[unit], to = t->first[unit + 1];
    const size_t width = f->n_levels + f->n_x + 1;
    uint64_t seen[WORDS_MAX] = {0};
    for (size_t i = from; i < to; i++)
        seen[t->code[0][i] / 64] |= UINT64_C(1) << t->code[0][i] % 64;
    if (has_one_weight(t, from, to) && patterns_add(&group->patterns, seen, weight_at(t, from)))
        return;
    const double weight = twfe_weight_of(t, from, to);
    for (size_t i = from; i < to; i++) {
        const uint32_t row = f->factor[0].columns[t->code[0][i]];
        if (row == TWFE_NONE)
            continue;
        for (size_t j = from; j <= i; j++) {
            const uint32_t column = f->factor[0].columns[t->code[0][j]];
            if (column != TWFE_NONE)
                group->g[row * width + column] -= weight_at(t, i) * weight_at(t, j) / weight;
        }
        group->g[row * width + row] += weight_at(t, i);
    }
}

/* Products of periods with dense columns, by period code, and of dense columns with each other. */
static void add_dense(const struct twfe *f, const struct twfe_tile *t, struct group *group)
{
    const size_t width = f->n_levels + f->n_x + 1, n_dense = f->n_x + 1;
    for (size_t j = 0; j < n_dense; j++) {
        const double *x = dense(f, t, j);
        double *by_time = group->by_time + j * f->factor[0].n_codes;
        for (size_t i = 0; i < t->n; i++)
            by_time[t->code[0][i]] += t->w ? t->w[i] * x[i] : x[i];
        for (size_t h = 0; h <= j; h++) {
            const double *z = dense(f, t, h);
            group->g[(f->n_levels + j) * width + f->n_levels + h] +=
                t->w ? lin_dot3(t->w, x, z, t->n) : lin_dot(x, z, t->n);
        }
    }
}

static void add_cells(const struct twfe *f, const struct twfe_tile *t, double *cell_sum)
{
    const size_t n_periods = f->rows.periods.n;
    for (size_t u = 0; u < t->n_units; u++) {
        const size_t start = t->start[u] == PANEL_NEVER ? n_periods : t->start[u];
        for (size_t i = t->first[u]; i < t->first[u + 1]; i++)
            cell_sum[start * n_periods + t->code[0][i]] += t->y[i];
    }
}

static void visit(void *ctx, struct twfe_tile *t, size_t group, unsigned worker)
{
    const struct gram_pass *p = ctx;
    const struct twfe *f = p->f;
    struct group *own = &p->group[group];
    twfe_remove_means(f, t);
    add_dense(f, t, own);
    if (own->cell_sum)
        add_cells(f, t, own->cell_sum);
    for (size_t u = 0; u < t->n_units; u++) {
        if (t->first[u + 1] - t->first[u] < 2)
            continue;
        add_periods(f, t, u, own);
        if (f->n_factors > 1)
            add_levels(f, t, u, 1, &p->scratch[worker], own->g);
    }
}

/* What was kept apart goes where it belongs; then the groups, in order. */
static void gather(const struct twfe *f, struct group *group, size_t n_groups)
{
    const size_t width = f->n_levels + f->n_x + 1, n_codes = f->factor[0].n_codes;
    const size_t n_cells = (f->rows.periods.n + 1) * f->rows.periods.n;
    for (size_t i = 0; i < n_groups; i++) {
        struct group *own = &group[i];
        for (size_t at = 0; at < own->patterns.n; at++)
            flush_pattern(f, &own->patterns, at, own->g);
        for (size_t j = 0; j <= f->n_x; j++)
            for (size_t c = 0; c < n_codes; c++)
                if (f->factor[0].columns[c] != TWFE_NONE)
                    own->g[(f->n_levels + j) * width + f->factor[0].columns[c]] +=
                        own->by_time[j * n_codes + c];
        for (size_t at = 0; i > 0 && at < width * width; at++)
            group[0].g[at] += own->g[at];
        for (size_t at = 0; i > 0 && own->cell_sum && at < n_cells; at++)
            group[0].cell_sum[at] += own->cell_sum[at];
    }
}

static err group_new(const struct twfe *f, bool has_cells, arena *a, struct group *g,
                     struct err_info *info)
{
    const size_t width = f->n_levels + f->n_x + 1, n_codes = f->factor[0].n_codes;
    g->g = ARENA_NEW(a, double, width *width);
    g->by_time = ARENA_NEW(a, double, (f->n_x + 1) * n_codes);
    if (has_cells)
        g->cell_sum = ARENA_NEW(a, double, (f->rows.periods.n + 1) * f->rows.periods.n);
    if (!g->g || !g->by_time || (has_cells && !g->cell_sum))
        return err_nomem(info);
    return patterns_new(n_codes, a, &g->patterns, info);
}

static err run_pass(const struct twfe *f, struct twfe_tile *tile, par *pool, arena *a,
                    struct group **group, struct err_info *info)
{
    const size_t width = f->n_levels + f->n_x + 1, n_periods = f->rows.periods.n;
    const bool has_cells = twfe_bacon_needs_sums(f, f->rows.spec);
    const size_t n_groups =
        twfe_groups(&f->rows, 8 * (width * width + has_cells * (n_periods + 1) * n_periods));
    struct gram_pass p = {.f = f,
                          .group = ARENA_NEW(a, struct group, n_groups),
                          .scratch = ARENA_NEW(a, struct twfe_scratch, par_threads(pool))};
    err e = p.group && p.scratch ? OK : err_nomem(info);
    for (size_t i = 0; i < n_groups && e == OK; i++)
        e = group_new(f, has_cells, a, &p.group[i], info);
    for (size_t w = 0; w < par_threads(pool) && e == OK; w++)
        e = twfe_scratch_new(f, a, &p.scratch[w], info);
    if (e != OK)
        return e;
    struct twfe_pass pass = {.s = &f->rows,
                             .tile = tile,
                             .n_groups = n_groups,
                             .visit = visit,
                             .ctx = &p,
                             .without_cluster = true};
    twfe_pass_run(&pass, pool);
    gather(f, p.group, n_groups);
    *group = p.group;
    return OK;
}

/* ---- the small system ---- */

static void set_system(struct twfe_system *s, const double *g)
{
    const size_t k = s->k, width = k + 1, n_levels = s->f->n_levels;
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j <= i; j++)
            s->gram[i * k + j] = s->gram[j * k + i] = g[i * width + j];
        s->beta[i] = g[k * width + i];
    }
    for (size_t j = 0; j < k; j++) {
        const double square = s->gram[j * k + j];
        const double least = j < n_levels ? 0 : ABSORBED * s->f->weight;
        s->scale[j] = square > least ? 1 / sqrt(square) : 0;
    }
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < k; j++)
            s->gram[i * k + j] *= s->scale[i] * s->scale[j];
}

void twfe_solve_for(const struct twfe_system *s, double *v)
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
    for (size_t h = 1; !f->is_iterated && h < f->n_factors;
         h++) { /* time cannot be: the treatment would be, too */
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

size_t twfe_count_parameters(const struct twfe_system *s, bool all)
{
    const struct twfe *f = s->f;
    size_t n = f->is_nested && !all ? 1 : f->n_units;
    n += s->n_iterated - (all ? 0 : s->n_iterated_nested);
    for (size_t h = 0; h < f->n_factors; h++) {
        const bool is_cells = f->cell && h + 1 == f->n_factors;
        if ((f->is_iterated && !is_cells) || (!all && f->factor[h].is_nested))
            continue;
        for (size_t l = 1; l < f->factor[h].n; l++)
            n += s->keep[f->factor[h].column + l - 1];
    }
    for (size_t j = 0; j < f->n_x; j++)
        n += s->keep[f->n_levels + j];
    return n;
}

err twfe_system_new(const struct twfe *f, struct twfe_tile *tile, arena *a, struct twfe_system *s,
                    struct err_info *info)
{
    const size_t k = f->n_levels + f->n_x;
    *s = (struct twfe_system){
        .f = f,
        .tile = tile,
        .k = k,
        .gram = ARENA_NEW(a, double, k *k),
        .scale = ARENA_NEW(a, double, k),
        .keep = ARENA_NEW(a, bool, k),
        .beta = ARENA_NEW(a, double, k),
    };
    return s->gram && s->scale && s->keep && s->beta ? OK : err_nomem(info);
}

err twfe_solve_system(struct twfe_system *s, const double *g, struct effect_result *r,
                      struct err_info *info)
{
    set_system(s, g);
    (void)lin_cholesky(s->gram, s->k, COLLINEAR, s->keep);
    const err e = check_effects(s, info);
    if (e != OK)
        return e;
    warn_left_out(s, r);
    twfe_solve_for(s, s->beta);
    return OK;
}

err twfe_solve(const struct twfe *f, struct twfe_tile *tile, par *pool, arena *a,
               struct twfe_system *s, struct effect_result *r, struct err_info *info)
{
    struct group *group;
    err e = twfe_system_new(f, tile, a, s, info);
    if (e == OK && f->is_iterated)
        return twfe_iterate(f, tile, pool, a, s, r, info);
    if (e == OK)
        e = run_pass(f, tile, pool, a, &group, info);
    if (e != OK)
        return e;
    s->cell_sum = group[0].cell_sum;
    return twfe_solve_system(s, group[0].g, r, info);
}
