/* SPDX-License-Identifier: EUPL-1.2 */
/* The normal equations of fixed effects, cluster by cluster. */
#include "engine/effect/twfe_int.h"

#include <string.h>

/* Of one cluster, whether used or not. */
struct cluster_sum {
    size_t n_rows, n_units;
    bool treated;
};

struct cluster_pass {
    const struct twfe_system *s;
    size_t n;                     /* codes of clusters; units when these are the clusters */
    struct twfe_scratch *scratch; /* workers */
    double *wide;                 /* n_groups x n x (k + 1) x (k + 1): all columns */
    double *weight;               /* n_groups x n x periods, with cells: of rows; else NULL */
    struct cluster_sum *sum;      /* n_groups x n */
    size_t n_visited;             /* units so far; one group only when these are the clusters */
};

static bool is_treated(const struct twfe_tile *t, size_t unit)
{
    for (size_t i = t->first[unit]; i < t->first[unit + 1]; i++)
        if (t->d[i] > 0)
            return true;
    return false;
}

/* What a unit's rows count in the averages of effects. */
static void add_weights(const struct twfe *f, const struct twfe_tile *t, size_t unit,
                        double *weight)
{
    for (size_t i = t->first[unit]; i < t->first[unit + 1]; i++)
        weight[f->factor[0].level[t->code[0][i]]] += t->w ? t->w[i] : 1;
}

static void visit(void *ctx, struct twfe_tile *t, size_t group, unsigned worker)
{
    struct cluster_pass *p = ctx;
    const struct twfe *f = p->s->f;
    const size_t width = p->s->k + 1, n_before = p->n_visited;
    for (size_t u = 0; u < t->n_units; u++) {
        const size_t code = t->cluster ? t->cluster[t->first[u]] : n_before + u;
        struct cluster_sum *sum = &p->sum[group * p->n + code];
        sum->n_rows += t->first[u + 1] - t->first[u];
        sum->n_units++;
        sum->treated |= is_treated(t, u);
        if (p->weight)
            add_weights(f, t, u, p->weight + (group * p->n + code) * f->factor[0].n);
    }
    twfe_remove_means(f, t);
    for (size_t u = 0; u < t->n_units; u++) {
        const size_t code = t->cluster ? t->cluster[t->first[u]] : n_before + u;
        twfe_add_unit(f, t, u, &p->scratch[worker],
                      p->wide + (group * p->n + code) * width * width);
    }
    if (!t->cluster)
        p->n_visited += t->n_units;
}

/* The groups together, in order. */
static void gather(struct cluster_pass *p, size_t n_groups)
{
    const size_t n = p->n * (p->s->k + 1) * (p->s->k + 1), n_weights = p->n * p->s->f->factor[0].n;
    for (size_t g = 1; g < n_groups; g++) {
        for (size_t i = 0; p->weight && i < n_weights; i++)
            p->weight[i] += p->weight[g * n_weights + i];
        for (size_t i = 0; i < n; i++)
            p->wide[i] += p->wide[g * n + i];
        for (size_t c = 0; c < p->n; c++) {
            p->sum[c].n_rows += p->sum[g * p->n + c].n_rows;
            p->sum[c].n_units += p->sum[g * p->n + c].n_units;
            p->sum[c].treated |= p->sum[g * p->n + c].treated;
        }
    }
}

void twfe_clusters_add(struct twfe_clusters *c, const struct twfe_system *s,
                       const struct twfe_cluster *from)
{
    const size_t width = s->k + 1, k = c->k, g = c->n++, n_periods = s->f->factor[0].n;
    const double *wide = from->wide;
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j <= i; j++)
            c->gram[(g * k + i) * k + j] = c->gram[(g * k + j) * k + i] =
                wide[c->column[i] * width + c->column[j]];
        c->product[g * k + i] = wide[(width - 1) * width + c->column[i]];
    }
    c->n_rows[g] = from->n_rows;
    c->n_units[g] = from->n_units;
    c->treated[g] = from->treated;
    if (c->weight)
        memcpy(c->weight + g * n_periods, from->weight, n_periods * sizeof *c->weight);
}

static err check(const struct twfe_system *s, size_t n, struct err_info *info)
{
    const size_t width = s->k + 1;
    size_t bytes;
    if (!s->f->is_nested)
        return err_set(info, E_INPUT, "twfe.units-change-clusters");
    if (s->f->is_iterated)
        return err_set(info, E_LIMIT, "twfe.clusters-of-many-levels");
    if (!__builtin_mul_overflow(n, width * width * sizeof(double), &bytes) &&
        bytes <= TWFE_CLUSTERS_BYTES_MAX)
        return OK;
    err_set(info, E_LIMIT, "twfe.too-many-clusters");
    msg_int(&info->msg, (int64_t)n);
    msg_int(&info->msg, (int64_t)s->k);
    return E_LIMIT;
}

err twfe_clusters_new(const struct twfe_system *s, arena *a, struct twfe_clusters *c,
                      struct err_info *info)
{
    const size_t n = s->f->n_clusters;
    *c = (struct twfe_clusters){.column = ARENA_NEW(a, size_t, s->k)};
    if (!c->column)
        return err_nomem(info);
    for (size_t j = 0; j < s->k; j++)
        if (s->keep[j])
            c->column[c->k++] = j;
    c->gram = ARENA_NEW(a, double, n * c->k * c->k);
    c->product = ARENA_NEW(a, double, n * c->k);
    c->n_rows = ARENA_NEW(a, size_t, n);
    c->n_units = ARENA_NEW(a, size_t, n);
    c->treated = ARENA_NEW(a, uint8_t, n);
    if (s->f->cell)
        c->weight = ARENA_NEW(a, double, n * s->f->factor[0].n);
    return c->gram && c->product && c->n_rows && c->n_units && c->treated &&
                   (c->weight || !s->f->cell)
               ? OK
               : err_nomem(info);
}

static err pass_new(const struct twfe_system *s, size_t n_groups, par *pool, arena *a,
                    struct cluster_pass *p, struct err_info *info)
{
    const size_t width = s->k + 1, workers = par_threads(pool);
    p->scratch = ARENA_NEW(a, struct twfe_scratch, workers);
    p->wide = ARENA_NEW(a, double, n_groups * p->n * width * width);
    p->sum = ARENA_NEW(a, struct cluster_sum, n_groups * p->n);
    if (s->f->cell)
        p->weight = ARENA_NEW(a, double, n_groups * p->n * s->f->factor[0].n);
    err e = p->scratch && p->wide && p->sum && (p->weight || !s->f->cell) ? OK : err_nomem(info);
    for (size_t w = 0; w < workers && e == OK; w++)
        e = twfe_scratch_new(s->f, a, &p->scratch[w], info);
    return e;
}

err twfe_clusters(const struct twfe_system *s, par *pool, arena *a, struct twfe_clusters *c,
                  struct err_info *info)
{
    const struct twfe *f = s->f;
    const size_t width = s->k + 1;
    struct cluster_pass p = {.s = s, .n = f->rows.has_cluster ? f->rows.cluster.n : f->n_units};
    err e = check(s, p.n, info);
    if (e != OK)
        return e;
    const size_t n_groups =
        f->rows.has_cluster ? twfe_groups(&f->rows, p.n * width * width * sizeof(double)) : 1;
    e = twfe_clusters_new(s, a, c, info);
    if (e == OK)
        e = pass_new(s, n_groups, pool, a, &p, info);
    if (e != OK)
        return e;
    struct twfe_pass pass = {
        .s = &f->rows, .tile = s->tile, .n_groups = n_groups, .visit = visit, .ctx = &p};
    twfe_pass_run(&pass, pool);
    gather(&p, n_groups);
    for (size_t code = 0; code < p.n; code++)
        if (p.sum[code].n_rows > 0)
            twfe_clusters_add(
                c, s,
                &(struct twfe_cluster){p.wide + code * width * width, p.sum[code].n_rows,
                                       p.sum[code].n_units, p.sum[code].treated,
                                       p.weight ? p.weight + code * f->factor[0].n : NULL});
    return OK;
}
