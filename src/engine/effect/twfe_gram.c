/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * First pass: unit effects out, normal equations up.
 *
 * With the mean of a unit taken out, the product of two level indicators is
 *   sum w a b - (sum w a)(sum w b) / sum w          over the unit's rows.
 * For two periods this depends on nothing but in which periods the unit was seen,
 * so that units are counted by that pattern, and each pattern is added once.
 * Further factors add something only for units that change level.
 *
 * Without further factors so little is kept that it can be kept for each cluster:
 * scores then need no second pass.
 */
#include "base/lin.h"
#include "engine/effect/twfe_int.h"
#include "engine/effect/twfe_patterns_int.h"

#include <string.h>

/* What a group of blocks sums. Parts: clusters that are kept apart, or all in one. */
struct group {
    double *g;        /* (k + 1) x (k + 1): lower triangle, the outcome last; of no part */
    bool is_whole;    /* all is of some part so far: nothing stands in g */
    double *cell_sum; /* (periods + 1) x periods, or NULL */
    double *by_time;  /* parts x (n_x + 1) x period codes: of dense columns */
    double *product;  /* parts x pairs x LIN_LANES: of two dense columns, not both the outcome */
    size_t *n_units;  /* parts */
    struct twfe_patterns patterns;
};

struct twfe_gram {
    const struct twfe *f;
    size_t n_groups, n_parts, n_pairs;
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

/* ---- the pass ---- */

static bool has_one_weight(const struct twfe_tile *t, size_t from, size_t to)
{
    for (size_t i = from + 1; t->w && i < to; i++)
        if (t->w[i] != t->w[from])
            return false;
    return true;
}

/* Counts a unit, by its part as long as these are few; false when there are too many patterns. */
static bool count_unit(const struct twfe_gram *p, const struct twfe_tile *t, size_t unit,
                       size_t part, struct group *group)
{
    const size_t from = t->first[unit], m = t->first[unit + 1] - from;
    uint64_t key[TWFE_PATTERN_WORDS_MAX] = {0};
    uint64_t *own = &key[group->patterns.n_words - 1];
    if (!has_one_weight(t, from, from + m))
        return false;
    twfe_mark_codes(t->code[0] + from, m, key);
    *own = part;
    if (group->is_whole &&
        twfe_patterns_add(&group->patterns, key, weight_at(t, from), TWFE_PATTERNS_MAX / 2))
        return true;
    *own = p->n_parts;
    group->is_whole = false;
    return twfe_patterns_add(&group->patterns, key, weight_at(t, from), TWFE_PATTERNS_MAX);
}

/* Products of periods with each other. */
static void add_periods(const struct twfe_gram *p, const struct twfe_tile *t, size_t unit,
                        size_t part, struct group *group)
{
    const struct twfe *f = p->f;
    const size_t from = t->first[unit], to = t->first[unit + 1];
    const size_t width = f->n_levels + f->n_x + 1;
    if (count_unit(p, t, unit, part, group))
        return;
    const double weight = twfe_weight_of(t, from, to);
    group->is_whole = false;
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

/* sum[code] += w v; w may be NULL. Codes rise, mostly without gaps. */
static void add_by_time(const uint32_t *code, const double *w, const double *v, size_t m,
                        double *restrict sum)
{
    if (twfe_is_run(code, m)) {
        sum += code[0];
        for (size_t i = 0; i < m; i++)
            sum[i] += w ? w[i] * v[i] : v[i];
        return;
    }
    for (size_t i = 0; i < m; i++)
        sum[code[i]] += w ? w[i] * v[i] : v[i];
}

static void add_product(const double *w, const double *x, const double *z, size_t m,
                        double *restrict lane)
{
    size_t i = 0;
    for (; i + LIN_LANES <= m; i += LIN_LANES)
        for (size_t l = 0; l < LIN_LANES; l++)
            lane[l] += w ? w[i + l] * x[i + l] * z[i + l] : x[i + l] * z[i + l];
    for (size_t l = 0; i < m; i++, l++)
        lane[l] += w ? w[i] * x[i] * z[i] : x[i] * z[i];
}

/* Products of periods with dense columns, by period code, and of dense columns with each other. */
static void add_dense(const struct twfe_gram *p, const struct twfe_tile *t, size_t unit,
                      size_t part, struct group *group)
{
    const struct twfe *f = p->f;
    const size_t from = t->first[unit], m = t->first[unit + 1] - from;
    const size_t n_dense = f->n_x + 1, n_codes = f->factor[0].n_codes;
    const double *w = t->w ? t->w + from : NULL;
    double *by_time = group->by_time + part * n_dense * n_codes;
    double *lane = group->product + part * p->n_pairs * LIN_LANES;
    for (size_t j = 0; j < n_dense; j++) {
        const double *x = dense(f, t, j) + from;
        add_by_time(t->code[0] + from, w, x, m, by_time + j * n_codes);
        for (size_t h = 0; h <= j && h < f->n_x; h++, lane += LIN_LANES)
            add_product(w, x, dense(f, t, h) + from, m, lane);
    }
}

/* For twfe_bacon, which has no weights. */
static void add_outcome(const struct twfe *f, const struct twfe_tile *t, size_t unit,
                        double *cell_sum)
{
    const size_t n_periods = f->rows.periods.n, from = t->first[unit];
    const size_t start = t->start[unit] == PANEL_NEVER ? n_periods : t->start[unit];
    add_by_time(t->code[0] + from, NULL, t->y + from, t->first[unit + 1] - from,
                cell_sum + start * n_periods);
}

void twfe_gram_visit(void *ctx, struct twfe_tile *t, size_t group, unsigned worker)
{
    const struct twfe_gram *p = ctx;
    const struct twfe *f = p->f;
    struct group *own = &p->group[group];
    twfe_remove_means(f, t);
    for (size_t u = 0; u < t->n_units; u++) {
        const size_t part = p->n_parts > 1 ? t->cluster[t->first[u]] : 0;
        own->n_units[part]++;
        if (t->first[u + 1] - t->first[u] < 2)
            continue;
        add_dense(p, t, u, part, own);
        if (own->cell_sum)
            add_outcome(f, t, u, own->cell_sum);
        add_periods(p, t, u, part, own);
        if (f->n_factors > 1)
            add_levels(f, t, u, 1, &p->scratch[worker], own->g);
    }
}

/* ---- what was kept apart goes where it belongs ---- */

/* The products of periods of all units of a pattern. */
static void flush_pattern(const struct twfe *f, const uint64_t *key, double weight, double *g)
{
    const size_t width = f->n_levels + f->n_x + 1;
    uint32_t column[PANEL_PERIODS_MAX];
    size_t n = 0, m = 0;
    for (size_t c = 0; c < f->factor[0].n_codes; c++)
        if (key[c / 64] >> c % 64 & 1) {
            m++;
            if (f->factor[0].columns[c] != TWFE_NONE)
                column[n++] = f->factor[0].columns[c];
        }
    const double each = weight / (double)m;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++)
            g[column[i] * width + column[j]] -= each;
        g[column[i] * width + column[i]] += weight;
    }
}

/* One pattern may be met in many groups, and is added once: to its part, or to g. */
static void flush_patterns(const struct twfe_gram *p, double *wide, double *g)
{
    const size_t width = p->f->n_levels + p->f->n_x + 1;
    struct twfe_patterns *all = &p->group[0].patterns;
    const size_t n_words = all->n_words;
    for (size_t i = 1; i < p->n_groups; i++) {
        const struct twfe_patterns *own = &p->group[i].patterns;
        for (size_t at = 0; at < own->n; at++) {
            const uint64_t *key = own->key + at * n_words;
            const size_t part = twfe_pattern_part(own, key);
            if (!twfe_patterns_add(all, key, own->weight[at], TWFE_PATTERNS_MAX))
                flush_pattern(p->f, key, own->weight[at],
                              part < p->n_parts ? wide + part * width * width : g);
        }
    }
    for (size_t at = 0; at < all->n; at++) {
        const uint64_t *key = all->key + at * n_words;
        const size_t part = twfe_pattern_part(all, key);
        flush_pattern(p->f, key, all->weight[at],
                      part < p->n_parts ? wide + part * width * width : g);
    }
}

static void flush_dense(const struct twfe_gram *p, const struct group *own, size_t part, double *g)
{
    const struct twfe *f = p->f;
    const size_t width = f->n_levels + f->n_x + 1, n_codes = f->factor[0].n_codes;
    const double *by_time = own->by_time + part * (f->n_x + 1) * n_codes;
    const double *lane = own->product + part * p->n_pairs * LIN_LANES;
    for (size_t j = 0; j <= f->n_x; j++, by_time += n_codes) {
        double *row = g + (f->n_levels + j) * width;
        for (size_t c = 0; c < n_codes; c++)
            if (f->factor[0].columns[c] != TWFE_NONE)
                row[f->factor[0].columns[c]] += by_time[c];
        for (size_t h = 0; h <= j && h < f->n_x; h++)
            for (size_t l = 0; l < LIN_LANES; l++)
                row[f->n_levels + h] += *lane++;
    }
}

/* Into s->apart, in the order of groups; the sum of all into g. */
static err gather(const struct twfe_gram *p, arena *a, struct twfe_system *s, double **g,
                  struct err_info *info)
{
    const struct twfe *f = p->f;
    const size_t square = (s->k + 1) * (s->k + 1), n = p->n_parts;
    const size_t n_cells = (f->rows.periods.n + 1) * f->rows.periods.n;
    struct twfe_apart *apart = &s->apart;
    bool is_whole = f->is_nested;
    *apart = (struct twfe_apart){
        .n = n, .wide = ARENA_NEW(a, double, n *square), .n_units = p->group[0].n_units};
    *g = ARENA_NEW(a, double, square);
    s->cell_sum = p->group[0].cell_sum;
    if (!apart->wide || !*g)
        return err_nomem(info);
    for (size_t i = 0; i < p->n_groups; i++) {
        const struct group *own = &p->group[i];
        is_whole &= own->is_whole;
        for (size_t part = 0; part < n; part++) {
            flush_dense(p, own, part, apart->wide + part * square);
            apart->n_units[part] += i > 0 ? own->n_units[part] : 0;
        }
        for (size_t at = 0; at < square; at++)
            (*g)[at] += own->g[at];
        for (size_t at = 0; i > 0 && own->cell_sum && at < n_cells; at++)
            s->cell_sum[at] += own->cell_sum[at];
    }
    flush_patterns(p, apart->wide, *g);
    for (size_t at = 0; at < n * square; at++)
        (*g)[at % square] += apart->wide[at];
    if (!is_whole)
        apart->wide = NULL;
    return OK;
}

static err group_new(const struct twfe_gram *p, bool has_cells, arena *a, struct group *g,
                     struct err_info *info)
{
    const struct twfe *f = p->f;
    const size_t width = f->n_levels + f->n_x + 1, n_codes = f->factor[0].n_codes;
    g->g = ARENA_NEW(a, double, width *width);
    g->is_whole = p->n_parts > 1;
    g->by_time = ARENA_NEW(a, double, p->n_parts *(f->n_x + 1) * n_codes);
    g->product = ARENA_NEW(a, double, p->n_parts * p->n_pairs * LIN_LANES);
    g->n_units = ARENA_NEW(a, size_t, p->n_parts);
    if (has_cells)
        g->cell_sum = ARENA_NEW(a, double, (f->rows.periods.n + 1) * f->rows.periods.n);
    if (!g->g || !g->by_time || !g->product || !g->n_units || (has_cells && !g->cell_sum))
        return err_nomem(info);
    return twfe_patterns_new(p->n_parts + 1, n_codes, a, &g->patterns, info);
}

/* Clusters, when whole units are in them and little is kept of each; else all in one. */
static size_t count_parts(const struct twfe *f, size_t n_pairs)
{
    const size_t width = f->n_levels + f->n_x + 1, n = f->rows.cluster.n;
    const size_t each =
        8 * ((f->n_x + 1) * f->factor[0].n_codes + n_pairs * LIN_LANES) * f->rows.n_blocks;
    const bool is_apart = f->rows.has_cluster && f->is_nested && f->n_factors == 1;
    return is_apart && n <= TWFE_APART_BYTES / (each + 8 * width * width) ? n : 1;
}

err twfe_gram_new(const struct twfe *f, par *pool, arena *a, struct twfe_gram **made,
                  struct err_info *info)
{
    const size_t width = f->n_levels + f->n_x + 1, n_periods = f->rows.periods.n;
    const bool has_cells = twfe_bacon_needs_sums(f, f->rows.spec);
    struct twfe_gram *p = *made = ARENA_NEW(a, struct twfe_gram, 1);
    if (!p)
        return err_nomem(info);
    p->f = f;
    p->n_groups =
        twfe_groups(&f->rows, 8 * (width * width + has_cells * (n_periods + 1) * n_periods));
    p->n_pairs = f->n_x * (f->n_x + 1) / 2 + f->n_x;
    p->n_parts = count_parts(f, p->n_pairs);
    p->group = ARENA_NEW(a, struct group, p->n_groups);
    p->scratch = ARENA_NEW(a, struct twfe_scratch, par_threads(pool));
    err e = p->group && p->scratch ? OK : err_nomem(info);
    for (size_t i = 0; i < p->n_groups && e == OK; i++)
        e = group_new(p, has_cells, a, &p->group[i], info);
    for (size_t w = 0; w < par_threads(pool) && e == OK; w++)
        e = twfe_scratch_new(f, a, &p->scratch[w], info);
    return e;
}

size_t twfe_gram_groups(const struct twfe_gram *p)
{
    return p->n_groups;
}

err twfe_solve(const struct twfe *f, struct twfe_tile *tile, par *pool, arena *a,
               struct twfe_system *s, struct effect_result *r, struct err_info *info)
{
    struct twfe_gram *p = f->gram;
    double *g;
    err e = twfe_system_new(f, tile, a, s, info);
    if (e == OK && f->is_iterated)
        return twfe_iterate(f, tile, pool, a, s, r, info);
    if (e == OK && !p) {
        e = twfe_gram_new(f, pool, a, &p, info);
        if (e == OK)
            twfe_pass_run(&(struct twfe_pass){.s = &f->rows,
                                              .tile = s->tile,
                                              .n_groups = p->n_groups,
                                              .visit = twfe_gram_visit,
                                              .ctx = p,
                                              .without_cluster = p->n_parts == 1},
                          pool);
    }
    if (e == OK)
        e = gather(p, a, s, &g, info);
    return e == OK ? twfe_solve_system(s, g, r, info) : e;
}
