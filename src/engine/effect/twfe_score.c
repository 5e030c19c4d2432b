/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * With residual e of a row and v its place in the rows of the inverse that an
 * estimate combines, the row's score is w v e. Scores are summed within clusters,
 * and the squares and products of these sums over clusters. Both e and v are
 * combinations of the row's columns less their unit means.
 *
 * Where normal equations are known for each cluster, they are all this takes: the
 * sum of a column's scores is X'W(y - Xb). Else the rows are read again.
 */
#include "base/lin.h"
#include "engine/effect/twfe_int.h"

#include <string.h>

/* A combination of the columns, ready to look up. */
struct combination {
    double *of_code[TWFE_FACTORS_MAX]; /* of each factor's codes */
    double *of_x;                      /* n_x */
};

struct score_pass {
    const struct twfe_system *s;
    const struct effect_result *r;
    size_t m; /* estimates that are not references */
    const size_t *estimate;
    struct combination fit;
    struct combination *inverse; /* m */
    double *score;               /* workers x m x TWFE_TILE_ROWS, then summed by unit */
    double *square;              /* n_groups x m x m: rows or units are clusters */
    double *sum;                 /* n_groups x n_clusters x m: a column says which */
    double *row;                 /* workers x m */
};

static err combination_new(const struct twfe_system *s, const double *b, arena *a,
                           struct combination *c, struct err_info *info)
{
    const struct twfe *f = s->f;
    for (size_t h = 0; h < f->n_factors; h++) {
        c->of_code[h] = ARENA_NEW(a, double, f->factor[h].n_codes);
        if (!c->of_code[h])
            return err_nomem(info);
        for (size_t code = 0; code < f->factor[h].n_codes; code++)
            if (f->factor[h].columns[code] != TWFE_NONE)
                c->of_code[h][code] = b[f->factor[h].columns[code]];
    }
    c->of_x = ARENA_NEW(a, double, f->n_x);
    if (!c->of_x)
        return err_nomem(info);
    memcpy(c->of_x, b + f->n_levels, f->n_x * sizeof *b);
    return OK;
}

/* v += sign x the combination of each row. */
static void combine(const struct twfe *f, const struct twfe_tile *t, const struct combination *c,
                    double sign, double *v)
{
    for (size_t h = 0; h < f->n_factors; h++)
        for (size_t i = 0; i < t->n; i++)
            v[i] += sign * c->of_code[h][t->code[h][i]];
    for (size_t j = 0; j < f->n_x; j++) {
        const double *x = j < f->rows.n_x ? t->x[j] : t->d, b = sign * c->of_x[j];
        for (size_t i = 0; i < t->n; i++)
            v[i] += b * x[i];
    }
}

static void remove_means(const struct twfe_tile *t, double *v)
{
    for (size_t u = 0; u < t->n_units; u++)
        twfe_remove_mean(t, t->first[u], t->first[u + 1],
                         twfe_weight_of(t, t->first[u], t->first[u + 1]), v);
}

static void add_square(const double *row, size_t m, double *square)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j <= i; j++)
            square[i * m + j] += row[i] * row[j];
}

/* Runs of a cluster are summed before they are added. */
static void add_by_cluster(const struct twfe_tile *t, size_t unit, const double *score, size_t m,
                           double *sum)
{
    for (size_t i = t->first[unit], to; i < t->first[unit + 1]; i = to) {
        double run = 0;
        for (to = i; to < t->first[unit + 1] && t->cluster[to] == t->cluster[i]; to++)
            run += score[to];
        sum[t->cluster[i] * m] += run;
    }
}

/* Adds the tile's scores to where their clusters are summed. */
static void add_scores(const struct score_pass *p, const struct twfe_tile *t, const double *score,
                       size_t group, double *row)
{
    const struct twfe *f = p->s->f;
    if (t->cluster) {
        double *sum = p->sum + group * f->rows.cluster.n * p->m;
        for (size_t j = 0; j < p->m; j++)
            for (size_t u = 0; u < t->n_units; u++)
                add_by_cluster(t, u, score + j * TWFE_TILE_ROWS, p->m, sum + j);
        return;
    }
    double *square = p->square + group * p->m * p->m;
    const bool by_row = f->n_clusters == 0;
    for (size_t u = 0; u < t->n_units; u++) {
        memset(row, 0, p->m * sizeof *row);
        for (size_t i = t->first[u]; i < t->first[u + 1]; i++) {
            for (size_t j = 0; j < p->m; j++)
                row[j] = (by_row ? 0 : row[j]) + score[j * TWFE_TILE_ROWS + i];
            if (by_row)
                add_square(row, p->m, square);
        }
        if (!by_row)
            add_square(row, p->m, square);
    }
}

/* Scores of the tile's rows, m x TWFE_TILE_ROWS. */
static const double *score_tile(const struct score_pass *p, struct twfe_tile *t, unsigned worker)
{
    const struct twfe *f = p->s->f;
    double *residual = t->y;
    double *score = p->score + worker * p->m * TWFE_TILE_ROWS;

    combine(f, t, &p->fit, -1, residual);
    remove_means(t, residual);
    for (size_t i = 0; t->w && i < t->n; i++)
        residual[i] *= t->w[i];
    for (size_t j = 0; j < p->m; j++) {
        double *v = score + j * TWFE_TILE_ROWS;
        memset(v, 0, t->n * sizeof *v);
        combine(f, t, &p->inverse[j], 1, v);
        remove_means(t, v);
        for (size_t i = 0; i < t->n; i++)
            v[i] *= residual[i];
    }
    return score;
}

static void visit(void *ctx, struct twfe_tile *t, size_t group, unsigned worker)
{
    const struct score_pass *p = ctx;
    add_scores(p, t, score_tile(p, t, worker), group, p->row + worker * p->m);
}

static void place(const struct score_pass *p, const double *square, struct effect_result *r)
{
    const size_t n = r->n_estimates;
    for (size_t i = 0; i < n * n; i++)
        r->covariance[i] = 0;
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j <= i; j++)
            r->covariance[p->estimate[i] * n + p->estimate[j]] =
                r->covariance[p->estimate[j] * n + p->estimate[i]] = square[i * p->m + j];
}

/* The groups' sums together, in order, and their squares. */
static void gather(const struct score_pass *p, size_t n_groups, struct effect_result *r)
{
    const size_t n = p->s->f->rows.cluster.n * p->m, m = p->m;
    for (size_t g = 1; g < n_groups; g++) {
        for (size_t i = 0; p->sum && i < n; i++)
            p->sum[i] += p->sum[g * n + i];
        for (size_t i = 0; i < m * m; i++)
            p->square[i] += p->square[g * m * m + i];
    }
    for (size_t c = 0; p->sum && c < p->s->f->rows.cluster.n; c++)
        add_square(p->sum + c * m, m, p->square);
    place(p, p->square, r);
}

/* ---- from the products of each cluster ---- */

/* left: k, a cluster's sums of x w e for each column x. */
static void take_left(const struct twfe_system *s, const double *wide, double *left)
{
    const size_t width = s->k + 1;
    for (size_t i = 0; i < s->k; i++) {
        left[i] = wide[s->k * width + i];
        for (size_t j = 0; j < s->k; j++)
            left[i] -= wide[i > j ? i * width + j : j * width + i] * s->beta[j];
    }
}

err twfe_scores_of_clusters(const struct twfe_system *s, const double *form, size_t n,
                            const double *(*wide)(void *ctx, size_t cluster), void *ctx, arena *a,
                            struct effect_result *r, struct err_info *info)
{
    const size_t m = r->n_estimates, k = s->k;
    double *weight = ARENA_NEW(a, double, m *k), *left = ARENA_NEW(a, double, k);
    double *score = ARENA_NEW(a, double, m), *square = ARENA_NEW(a, double, m *m);
    if (!weight || !left || !score || !square)
        return err_nomem(info);
    memcpy(weight, form, m * k * sizeof *weight);
    for (size_t i = 0; i < m; i++)
        twfe_solve_for(s, weight + i * k);
    for (size_t g = 0; g < n; g++) {
        const double *own = wide(ctx, g);
        if (!own)
            continue;
        take_left(s, own, left);
        for (size_t i = 0; i < m; i++)
            score[i] = r->estimates[i].reference ? 0 : lin_dot(weight + i * k, left, k);
        add_square(score, m, square);
    }
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j <= i; j++)
            r->covariance[i * m + j] = r->covariance[j * m + i] = square[i * m + j];
    return OK;
}

static const double *wide_of_rows(void *ctx, size_t cluster)
{
    const struct twfe_system *s = ctx;
    const size_t square = (s->k + 1) * (s->k + 1);
    return s->apart.n_units[cluster] > 0 ? s->apart.wide + cluster * square : NULL;
}

/* ---- from rows ---- */

/* The combinations: of the fit, and of the inverse for each estimate. */
static err combine_all(const struct twfe_system *s, const double *form, arena *a,
                       struct score_pass *p, struct err_info *info)
{
    size_t *estimate = ARENA_NEW(a, size_t, p->r->n_estimates);
    double *b = ARENA_NEW(a, double, s->k);
    p->inverse = ARENA_NEW(a, struct combination, p->r->n_estimates);
    if (!estimate || !b || !p->inverse)
        return err_nomem(info);
    err e = combination_new(s, s->beta, a, &p->fit, info);
    for (size_t i = 0; i < p->r->n_estimates && e == OK; i++) {
        if (p->r->estimates[i].reference)
            continue;
        estimate[p->m] = i;
        memcpy(b, form + i * s->k, s->k * sizeof *b);
        twfe_solve_for(s, b);
        e = combination_new(s, b, a, &p->inverse[p->m++], info);
    }
    p->estimate = estimate;
    return e;
}

static err score_rows(const struct twfe_system *s, const double *form, par *pool, arena *a,
                      struct effect_result *r, struct err_info *info)
{
    const struct twfe_rows *rows = &s->f->rows;
    const size_t workers = par_threads(pool);
    struct score_pass p = {.s = s, .r = r};
    const err e = combine_all(s, form, a, &p, info);
    if (e != OK)
        return e;
    const size_t each = rows->has_cluster ? rows->cluster.n * p.m : p.m * p.m;
    const size_t n_groups = twfe_groups(rows, 8 * each);
    p.score = ARENA_NEW(a, double, workers *p.m *TWFE_TILE_ROWS);
    p.row = ARENA_NEW(a, double, workers *p.m);
    p.square = ARENA_NEW(a, double, n_groups *p.m *p.m);
    p.sum = rows->has_cluster ? ARENA_NEW(a, double, n_groups *each) : NULL;
    if (!p.score || !p.row || !p.square || (rows->has_cluster && !p.sum))
        return err_nomem(info);
    struct twfe_pass pass = {
        .s = rows, .tile = s->tile, .n_groups = n_groups, .visit = visit, .ctx = &p};
    twfe_pass_run(&pass, pool);
    gather(&p, n_groups, r);
    return OK;
}

err twfe_scores(const struct twfe_system *s, const double *form, par *pool, arena *a,
                struct effect_result *r, struct err_info *info)
{
    if (s->f->is_iterated)
        return twfe_iterate_scores(s, form, pool, a, r, info);
    if (s->apart.wide)
        return twfe_scores_of_clusters(s, form, s->apart.n, wide_of_rows, (void *)(uintptr_t)s, a,
                                       r, info);
    return score_rows(s, form, pool, a, r, info);
}

/* ---- one estimate, cluster by cluster ---- */

struct sum_pass {
    struct score_pass scores;
    size_t n_visited; /* units so far: one group, in the order of rows */
};

static void visit_sums(void *ctx, struct twfe_tile *t, size_t group, unsigned worker)
{
    (void)group;
    struct sum_pass *p = ctx;
    const double *score = score_tile(&p->scores, t, worker);
    for (size_t u = 0; u < t->n_units; u++, p->n_visited++) {
        if (t->cluster) {
            add_by_cluster(t, u, score, 1, p->scores.sum);
            continue;
        }
        for (size_t i = t->first[u]; i < t->first[u + 1]; i++)
            p->scores.sum[p->n_visited] += score[i];
    }
}

static err sum_rows(const struct twfe_system *s, const double *b, par *pool, arena *a, double *sum,
                    struct err_info *info)
{
    struct sum_pass p = {.scores = {.s = s, .m = 1, .sum = sum}};
    p.scores.inverse = ARENA_NEW(a, struct combination, 1);
    p.scores.score = ARENA_NEW(a, double, par_threads(pool) * TWFE_TILE_ROWS);
    err e = p.scores.inverse && p.scores.score ? OK : err_nomem(info);
    if (e == OK)
        e = combination_new(s, s->beta, a, &p.scores.fit, info);
    if (e == OK)
        e = combination_new(s, b, a, &p.scores.inverse[0], info);
    if (e != OK)
        return e;
    struct twfe_pass pass = {
        .s = &s->f->rows, .tile = s->tile, .n_groups = 1, .visit = visit_sums, .ctx = &p};
    twfe_pass_run(&pass, pool);
    return OK;
}

err twfe_score_sums(const struct twfe_system *s, const double *form, par *pool, arena *a,
                    double *sum, struct err_info *info)
{
    if (s->f->is_iterated)
        return twfe_iterate_sums(s, form, a, sum, info);
    double *b = ARENA_NEW(a, double, s->k), *left = ARENA_NEW(a, double, s->k);
    if (!b || !left)
        return err_nomem(info);
    memcpy(b, form, s->k * sizeof *b);
    twfe_solve_for(s, b);
    if (!s->apart.wide)
        return sum_rows(s, b, pool, a, sum, info);
    for (size_t g = 0; g < s->apart.n; g++) {
        if (s->apart.n_units[g] == 0)
            continue;
        take_left(s, s->apart.wide + g * (s->k + 1) * (s->k + 1), left);
        sum[g] = lin_dot(b, left, s->k);
    }
    return OK;
}
