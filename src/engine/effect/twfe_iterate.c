/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Fixed effects when factors have too many levels for one small system. Every
 * column is freed of all effects by alternating projections (Halperin 1962; Guimaraes
 * and Portugal, "A simple feasible procedure to fit models with high-dimensional
 * fixed effects", Stata Journal 10, 2010): take the weighted mean of each level out,
 * factor by factor, again and again. Two such rounds show where a third would go,
 * and the step is made as long as that (Irons and Tuck, "A version of the Aitken
 * accelerator for computer iteration", 1969). Rounds end when the last one moved a
 * column by at most CLOSE of its length. What is left is ordinary least squares.
 *
 * This keeps all rows in memory: 4 bytes for each factor and 8 for each column.
 */
#include "base/lin.h"
#include "engine/effect/twfe_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CLOSE      1e-13
#define ABSORBED   1e-10 /* length of a column, of what units leave of it, that is rounding */
#define ROUNDS_MAX 100000

struct twfe_columns {
    size_t n;
    uint32_t *level[TWFE_FACTORS_MAX]; /* units first, then factors without cells */
    size_t n_levels[TWFE_FACTORS_MAX];
    size_t n_factors;
    double *w;                             /* or NULL */
    double *weight[TWFE_FACTORS_MAX];      /* of each level */
    double **x;                            /* k columns of the system, then the outcome */
    uint32_t *cluster;                     /* NULL: units, or rows */
    size_t n_parameters[TWFE_FACTORS_MAX]; /* of factors: levels that units do not cover */
};

/* ---- rows into columns ---- */

struct fill {
    const struct twfe *f;
    struct twfe_columns *c;
    size_t n, n_units;
};

static void fill_tile(void *ctx, struct twfe_tile *t, size_t group, unsigned worker)
{
    (void)group;
    (void)worker;
    struct fill *p = ctx;
    const struct twfe *f = p->f;
    struct twfe_columns *c = p->c;
    for (size_t u = 0; u < t->n_units; u++)
        for (size_t i = t->first[u]; i < t->first[u + 1]; i++)
            c->level[0][p->n + i] = (uint32_t)(p->n_units + u);
    for (size_t h = 1; h < c->n_factors; h++)
        for (size_t i = 0; i < t->n; i++)
            c->level[h][p->n + i] = f->factor[h - 1].level[t->code[h - 1][i]];
    for (size_t i = 0; f->cell && i < t->n; i++) {
        const struct twfe_factor *cells = &f->factor[f->n_factors - 1];
        const uint32_t column = cells->columns[t->code[f->n_factors - 1][i]];
        if (column != TWFE_NONE)
            c->x[column][p->n + i] = 1;
    }
    for (size_t j = 0; j <= f->n_x; j++)
        memcpy(c->x[f->n_levels + j] + p->n,
               j < f->rows.n_x ? t->x[j]
               : j < f->n_x    ? t->d
                               : t->y,
               t->n * sizeof(double));
    if (t->w)
        memcpy(c->w + p->n, t->w, t->n * sizeof *t->w);
    if (t->cluster)
        memcpy(c->cluster + p->n, t->cluster, t->n * sizeof *t->cluster);
    p->n += t->n;
    p->n_units += t->n_units;
}

static err columns_new(const struct twfe *f, arena *a, struct twfe_columns *c,
                       struct err_info *info)
{
    const size_t k = f->n_levels + f->n_x;
    bool complete = true;
    *c =
        (struct twfe_columns){.n = f->n,
                              .n_factors = f->n_factors + 1 - (f->cell != NULL),
                              .x = ARENA_NEW(a, double *, k + 1),
                              .w = f->rows.w ? ARENA_NEW(a, double, f->n) : NULL,
                              .cluster = f->rows.has_cluster ? ARENA_NEW(a, uint32_t, f->n) : NULL};
    for (size_t j = 0; c->x && j <= k; j++)
        complete &= (c->x[j] = ARENA_NEW(a, double, f->n)) != NULL;
    for (size_t h = 0; h < c->n_factors; h++) {
        c->n_levels[h] = h > 0 ? f->factor[h - 1].n : f->n_units;
        c->level[h] = ARENA_NEW(a, uint32_t, f->n);
        c->weight[h] = ARENA_NEW(a, double, c->n_levels[h]);
        complete &= c->level[h] && c->weight[h];
    }
    complete &= c->x && (!f->rows.w || c->w) && (!f->rows.has_cluster || c->cluster);
    return complete ? OK : err_nomem(info);
}

static err fill(const struct twfe *f, struct twfe_tile *tile, arena *a, struct twfe_columns *c,
                struct err_info *info)
{
    const err e = columns_new(f, a, c, info);
    if (e != OK)
        return e;
    struct fill p = {.f = f, .c = c};
    struct twfe_pass pass = {
        .s = &f->rows, .tile = tile, .n_groups = 1, .visit = fill_tile, .ctx = &p};
    twfe_pass_run(&pass, NULL);
    for (size_t h = 0; h < c->n_factors; h++)
        for (size_t i = 0; i < c->n; i++)
            c->weight[h][c->level[h][i]] += c->w ? c->w[i] : 1;
    return OK;
}

/* ---- how many effects a factor adds to those of units ---- */

static uint32_t root_of(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

/*
 * Levels less the groups of units and levels that nothing connects: in each one
 * level follows from the units (Abowd, Creecy and Kramarz 2002). Exact for units and
 * one factor; of further factors what follows from each other is counted too.
 */
static err count_levels(struct twfe_columns *c, struct err_info *info)
{
    for (size_t h = 1; h < c->n_factors; h++) {
        const size_t n = c->n_levels[0] + c->n_levels[h];
        uint32_t *parent = malloc(n * sizeof *parent);
        if (!parent)
            return err_nomem(info);
        size_t n_parts = n;
        for (size_t i = 0; i < n; i++)
            parent[i] = (uint32_t)i;
        for (size_t i = 0; i < c->n; i++) {
            const uint32_t one = root_of(parent, c->level[0][i]);
            const uint32_t other = root_of(parent, (uint32_t)(c->n_levels[0] + c->level[h][i]));
            n_parts -= one != other;
            parent[other] = one;
        }
        free(parent);
        c->n_parameters[h] = c->n_levels[h] - n_parts;
    }
    return OK;
}

/* ---- projections ---- */

struct projection {
    const struct twfe_columns *c;
    bool *has_failed; /* of each column: did not settle, or no memory */
    bool *has_no_memory;
    bool *is_absorbed;
};

static void remove_level_means(const struct twfe_columns *c, size_t h, double *mean, double *v)
{
    const uint32_t *level = c->level[h];
    memset(mean, 0, c->n_levels[h] * sizeof *mean);
    for (size_t i = 0; i < c->n; i++)
        mean[level[i]] += c->w ? c->w[i] * v[i] : v[i];
    for (size_t l = 0; l < c->n_levels[h]; l++)
        mean[l] /= c->weight[h][l];
    for (size_t i = 0; i < c->n; i++)
        v[i] -= mean[level[i]];
}

/* One round: to = from without the means of every factor, units last. */
static void go_round(const struct twfe_columns *c, double *mean, const double *from, double *to)
{
    memcpy(to, from, c->n * sizeof *to);
    for (size_t h = c->n_factors; h-- > 0;)
        remove_level_means(c, h, mean, to);
}

static double weighed(const struct twfe_columns *c, const double *a, const double *b)
{
    return c->w ? lin_dot3(c->w, a, b, c->n) : lin_dot(a, b, c->n);
}

/*
 * From v and the rounds after it, v1 and v2, to where they lead; the squared
 * length of the last step.
 */
static double accelerate(const struct twfe_columns *c, double *v, double *v1, double *v2)
{
    for (size_t i = 0; i < c->n; i++) {
        v[i] = v2[i] - 2 * v1[i] + v[i]; /* how steps change */
        v1[i] = v2[i] - v1[i];           /* the last step */
    }
    const double bend = weighed(c, v, v), step = weighed(c, v1, v1);
    const double far = bend > 0 ? weighed(c, v1, v) / bend : 0;
    for (size_t i = 0; i < c->n; i++)
        v[i] = v2[i] - far * v1[i];
    return step;
}

static bool project(const struct twfe_columns *c, double *mean, double *v, double *v1, double *v2,
                    bool *is_absorbed)
{
    go_round(c, mean, v, v1);
    memcpy(v, v1, c->n * sizeof *v);
    double length = weighed(c, v, v);
    const double before = length;
    for (size_t round = 0; round < ROUNDS_MAX; round++) {
        go_round(c, mean, v, v1);
        go_round(c, mean, v1, v2);
        const double step = accelerate(c, v, v1, v2);
        length = weighed(c, v, v);
        *is_absorbed = length <= ABSORBED * ABSORBED * before;
        if (step <= CLOSE * CLOSE * length || *is_absorbed)
            return true;
    }
    return false;
}

static void project_column(void *ctx, size_t j, unsigned worker)
{
    (void)worker;
    const struct projection *p = ctx;
    const struct twfe_columns *c = p->c;
    size_t most = 0;
    for (size_t h = 0; h < c->n_factors; h++)
        most = c->n_levels[h] > most ? c->n_levels[h] : most;
    double *mean = malloc(most * sizeof *mean);
    double *v1 = malloc(c->n * sizeof *v1), *v2 = malloc(c->n * sizeof *v2);
    p->has_no_memory[j] = !mean || !v1 || !v2;
    if (!p->has_no_memory[j])
        p->has_failed[j] = !project(c, mean, c->x[j], v1, v2, &p->is_absorbed[j]);
    free(mean);
    free(v1);
    free(v2);
}

static err project_all(const struct twfe_columns *c, size_t n_columns, par *pool, arena *a,
                       struct err_info *info)
{
    struct projection p = {.c = c,
                           .has_failed = ARENA_NEW(a, bool, n_columns),
                           .has_no_memory = ARENA_NEW(a, bool, n_columns),
                           .is_absorbed = ARENA_NEW(a, bool, n_columns)};
    if (!p.has_failed || !p.has_no_memory || !p.is_absorbed)
        return err_nomem(info);
    par_run(pool, n_columns, project_column, &p);
    for (size_t j = 0; j < n_columns; j++) {
        if (p.has_no_memory[j])
            return err_nomem(info);
        if (p.has_failed[j]) {
            err_set(info, E_LIMIT, "twfe.does-not-settle");
            msg_int(&info->msg, ROUNDS_MAX);
            return E_LIMIT;
        }
        if (p.is_absorbed[j])
            memset(c->x[j], 0, c->n * sizeof **c->x);
    }
    return OK;
}

/* ---- the small system ---- */

err twfe_iterate(const struct twfe *f, struct twfe_tile *tile, par *pool, arena *a,
                 struct twfe_system *s, struct effect_result *r, struct err_info *info)
{
    const size_t k = f->n_levels + f->n_x;
    struct twfe_columns *c = ARENA_NEW(a, struct twfe_columns, 1);
    double *g = ARENA_NEW(a, double, (k + 1) * (k + 1));
    if (!c || !g)
        return err_nomem(info);
    err e = fill(f, tile, a, c, info);
    if (e == OK)
        e = count_levels(c, info);
    if (e == OK)
        e = project_all(c, k + 1, pool, a, info);
    if (e == OK)
        e = lin_gram(pool, (const double *const *)c->x, k + 1, c->w, c->n, g, info);
    if (e != OK)
        return e;
    for (size_t h = 1; h < c->n_factors; h++) {
        if (c->n_parameters[h] == 0)
            msg_text(effect_warn(r, "twfe.factor-absorbed"), f->factor[h - 1].name);
        s->n_iterated += c->n_parameters[h];
        s->n_iterated_nested += f->factor[h - 1].is_nested ? c->n_parameters[h] : 0;
    }
    s->columns = c;
    return twfe_solve_system(s, g, r, info);
}

/* v[i] = the combination of row i. */
static void combine(const struct twfe_system *s, const double *b, double *v)
{
    lin_combine((const double *const *)s->columns->x, s->k, b, s->columns->n, v);
}

/* What scores of rows are made of. */
struct scoring {
    const struct twfe_system *s;
    double *residual; /* by weight */
    double *v, *b;    /* n, k: scratch */
};

static err scoring_new(const struct twfe_system *s, arena *a, struct scoring *p,
                       struct err_info *info)
{
    const struct twfe_columns *c = s->columns;
    *p = (struct scoring){s, ARENA_NEW(a, double, c->n), ARENA_NEW(a, double, c->n),
                          ARENA_NEW(a, double, s->k)};
    if (!p->residual || !p->v || !p->b)
        return err_nomem(info);
    combine(s, s->beta, p->v);
    for (size_t i = 0; i < c->n; i++)
        p->residual[i] = (c->x[s->k][i] - p->v[i]) * (c->w ? c->w[i] : 1);
    return OK;
}

/* Adds the scores of an estimate to the sum that each row belongs to; NULL: its own. */
static void add_scores(const struct scoring *p, const double *form, const uint32_t *of, double *sum)
{
    memcpy(p->b, form, p->s->k * sizeof *p->b);
    twfe_solve_for(p->s, p->b);
    combine(p->s, p->b, p->v);
    for (size_t i = 0; i < p->s->columns->n; i++)
        sum[of ? of[i] : i] += p->v[i] * p->residual[i];
}

err twfe_iterate_sums(const struct twfe_system *s, const double *form, arena *a, double *sum,
                      struct err_info *info)
{
    struct scoring p;
    const err e = scoring_new(s, a, &p, info);
    if (e == OK)
        add_scores(&p, form, s->columns->cluster ? s->columns->cluster : s->columns->level[0], sum);
    return e;
}

err twfe_iterate_scores(const struct twfe_system *s, const double *form, par *pool, arena *a,
                        struct effect_result *r, struct err_info *info)
{
    const struct twfe_columns *c = s->columns;
    const bool by_row = s->f->n_clusters == 0;
    const uint32_t *of = by_row ? NULL : c->cluster ? c->cluster : c->level[0];
    const size_t n_sums = by_row ? c->n : c->cluster ? s->f->rows.cluster.n : c->n_levels[0];
    const size_t m = r->n_estimates;
    double **sum = ARENA_NEW(a, double *, m);
    struct scoring p;
    const err e = sum ? scoring_new(s, a, &p, info) : err_nomem(info);
    for (size_t j = 0; j < m && e == OK; j++) {
        sum[j] = ARENA_NEW(a, double, n_sums);
        if (!sum[j])
            return err_nomem(info);
        if (!r->estimates[j].reference)
            add_scores(&p, form + j * s->k, of, sum[j]);
    }
    return e == OK
               ? lin_gram(pool, (const double *const *)sum, m, NULL, n_sums, r->covariance, info)
               : e;
}
