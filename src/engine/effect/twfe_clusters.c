/* SPDX-License-Identifier: EUPL-1.2 */
/* The normal equations of fixed effects, cluster by cluster. */
#include "engine/effect/twfe_int.h"

#include <string.h>

struct cluster_pass {
    const struct twfe_system *s;
    struct twfe_scratch *scratch; /* workers */
    struct twfe_apart *apart;     /* n_groups; units when these are the clusters */
    size_t n_visited;             /* units so far; one group only when these are the clusters */
};

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
    struct twfe_apart *own = &p->apart[group];
    const size_t square = (p->s->k + 1) * (p->s->k + 1);
    twfe_remove_means(f, t);
    for (size_t u = 0; u < t->n_units; u++) {
        const size_t code = t->cluster ? t->cluster[t->first[u]] : p->n_visited++;
        own->n_units[code]++;
        if (own->weight)
            add_weights(f, t, u, own->weight + code * f->factor[0].n);
        twfe_add_unit(f, t, u, &p->scratch[worker], own->wide + code * square);
    }
}

/* The groups together in the first, in order. */
static void gather(struct twfe_apart *apart, size_t n_groups, size_t square, size_t n_periods)
{
    for (size_t g = 1; g < n_groups; g++) {
        for (size_t i = 0; i < apart->n * square; i++)
            apart->wide[i] += apart[g].wide[i];
        for (size_t i = 0; apart->weight && i < apart->n * n_periods; i++)
            apart->weight[i] += apart[g].weight[i];
        for (size_t c = 0; c < apart->n; c++)
            apart->n_units[c] += apart[g].n_units[c];
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
    c->n_units[g] = from->n_units;
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
    c->n_units = ARENA_NEW(a, size_t, n);
    if (s->f->cell)
        c->weight = ARENA_NEW(a, double, n * s->f->factor[0].n);
    return c->gram && c->product && c->n_units && (c->weight || !s->f->cell) ? OK : err_nomem(info);
}

/* Room for all groups in one. */
static err pass_new(const struct twfe_system *s, size_t n, size_t n_groups, par *pool, arena *a,
                    struct cluster_pass *p, struct err_info *info)
{
    const size_t square = (s->k + 1) * (s->k + 1), workers = par_threads(pool);
    const size_t n_periods = s->f->cell ? s->f->factor[0].n : 0;
    *p = (struct cluster_pass){.s = s,
                               .scratch = ARENA_NEW(a, struct twfe_scratch, workers),
                               .apart = ARENA_NEW(a, struct twfe_apart, n_groups)};
    double *wide = ARENA_NEW(a, double, n_groups *n *square);
    double *weight = ARENA_NEW(a, double, n_groups *n *n_periods);
    size_t *n_units = ARENA_NEW(a, size_t, n_groups * n);
    err e = p->scratch && p->apart && wide && weight && n_units ? OK : err_nomem(info);
    for (size_t g = 0; g < n_groups && e == OK; g++)
        p->apart[g] = (struct twfe_apart){n, wide + g * n * square, n_units + g * n,
                                          s->f->cell ? weight + g * n * n_periods : NULL};
    for (size_t w = 0; w < workers && e == OK; w++)
        e = twfe_scratch_new(s->f, a, &p->scratch[w], info);
    return e;
}

static err read_rows(const struct twfe_system *s, size_t n, par *pool, arena *a,
                     struct twfe_apart *apart, struct err_info *info)
{
    const struct twfe *f = s->f;
    const size_t square = (s->k + 1) * (s->k + 1);
    const size_t n_groups =
        f->rows.has_cluster ? twfe_groups(&f->rows, n * square * sizeof(double)) : 1;
    struct cluster_pass p;
    const err e = pass_new(s, n, n_groups, pool, a, &p, info);
    if (e != OK)
        return e;
    struct twfe_pass pass = {
        .s = &f->rows, .tile = s->tile, .n_groups = n_groups, .visit = visit, .ctx = &p};
    twfe_pass_run(&pass, pool);
    gather(p.apart, n_groups, square, f->factor[0].n);
    *apart = p.apart[0];
    return OK;
}

err twfe_clusters(const struct twfe_system *s, par *pool, arena *a, struct twfe_clusters *c,
                  struct err_info *info)
{
    const struct twfe *f = s->f;
    const size_t n = f->rows.has_cluster ? f->rows.cluster.n : f->n_units;
    struct twfe_apart apart = s->apart;
    err e = check(s, n, info);
    if (e == OK)
        e = twfe_clusters_new(s, a, c, info);
    if (e == OK && !apart.wide)
        e = read_rows(s, n, pool, a, &apart, info);
    for (size_t code = 0; code < n && e == OK; code++)
        if (apart.n_units[code] > 0)
            twfe_clusters_add(c, s,
                              &(struct twfe_cluster){
                                  apart.wide + code * (s->k + 1) * (s->k + 1), apart.n_units[code],
                                  apart.weight ? apart.weight + code * f->factor[0].n : NULL});
    return e;
}
