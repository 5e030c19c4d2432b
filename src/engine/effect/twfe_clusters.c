/* SPDX-License-Identifier: EUPL-1.2 */
/* The normal equations of fixed effects, cluster by cluster. */
#include "engine/effect/twfe_int.h"

#include <string.h>

/* Clusters are the blocks: each sums its own units, in their order. */
struct pass {
    const struct twfe_system *s;
    struct twfe_clusters *c;
    const size_t *first; /* n + 1: where the units of a cluster start in `unit` */
    const size_t *unit;
    double *wide; /* workers x (k + 1) x (k + 1), of the system */
    double *sum;
    uint32_t *touched;
};

static err list_units(const struct twfe *f, arena *a, size_t **first, size_t **unit,
                      struct err_info *info)
{
    *first = ARENA_NEW(a, size_t, f->n_clusters + 2);
    *unit = ARENA_NEW(a, size_t, f->n_units);
    if (!*first || !*unit)
        return err_nomem(info);
    size_t *next = *first + 1; /* ends as first, one place further */
    for (size_t u = 0; u < f->n_units; u++)
        next[f->cluster[f->first[u]] + 1]++;
    for (size_t g = 0; g < f->n_clusters; g++)
        next[g + 1] += next[g];
    for (size_t u = 0; u < f->n_units; u++)
        (*unit)[next[f->cluster[f->first[u]]]++] = u;
    return OK;
}

/* The columns in use out of a lower triangle with all, the outcome last. */
static void pick(const struct twfe_clusters *c, size_t width, const double *wide, size_t g)
{
    double *gram = c->gram + g * c->k * c->k;
    for (size_t i = 0; i < c->k; i++) {
        for (size_t j = 0; j <= i; j++)
            gram[i * c->k + j] = gram[j * c->k + i] = wide[c->column[i] * width + c->column[j]];
        c->product[g * c->k + i] = wide[(width - 1) * width + c->column[i]];
    }
    c->yy[g] = wide[width * width - 1];
}

static void sum_cluster(void *ctx, size_t g, unsigned worker)
{
    const struct pass *p = ctx;
    const struct twfe_system *s = p->s;
    const struct twfe *f = s->f;
    const size_t width = s->k + 1;
    double *wide = p->wide + worker * width * width;

    memset(wide, 0, width * width * sizeof *wide);
    for (size_t i = p->first[g]; i < p->first[g + 1]; i++) {
        const size_t u = p->unit[i];
        twfe_add_unit(s, u, p->sum + worker * f->n_levels, p->touched + worker * f->n_levels, wide);
        for (size_t row = f->first[u]; row < f->first[u + 1]; row++)
            p->c->treated[g] |= f->d[row] > 0;
        p->c->n_rows[g] += f->first[u + 1] - f->first[u];
    }
    p->c->n_units[g] = p->first[g + 1] - p->first[g];
    pick(p->c, width, wide, g);
}

static err check(const struct twfe_system *s, size_t k, struct err_info *info)
{
    size_t bytes;
    if (!s->f->is_nested)
        return err_set(info, E_INPUT, "twfe.units-change-clusters");
    if (!__builtin_mul_overflow(s->f->n_clusters, k * k * sizeof(double), &bytes) &&
        bytes <= TWFE_CLUSTERS_BYTES_MAX)
        return OK;
    err_set(info, E_LIMIT, "twfe.too-many-clusters");
    msg_int(&info->msg, (int64_t)s->f->n_clusters);
    msg_int(&info->msg, (int64_t)k);
    return E_LIMIT;
}

static err clusters_new(const struct twfe_system *s, arena *a, struct twfe_clusters *c,
                        struct err_info *info)
{
    const size_t n = s->f->n_clusters;
    *c = (struct twfe_clusters){.n = n, .column = ARENA_NEW(a, size_t, s->k)};
    if (!c->column)
        return err_nomem(info);
    for (size_t j = 0; j < s->k; j++)
        if (s->keep[j])
            c->column[c->k++] = j;
    const err e = check(s, c->k, info);
    if (e != OK)
        return e;
    c->gram = ARENA_NEW(a, double, n * c->k * c->k);
    c->product = ARENA_NEW(a, double, n * c->k);
    c->yy = ARENA_NEW(a, double, n);
    c->n_rows = ARENA_NEW(a, size_t, n);
    c->n_units = ARENA_NEW(a, size_t, n);
    c->treated = ARENA_NEW(a, uint8_t, n);
    return c->gram && c->product && c->yy && c->n_rows && c->n_units && c->treated
               ? OK
               : err_nomem(info);
}

err twfe_clusters(const struct twfe_system *s, par *pool, arena *a, struct twfe_clusters *c,
                  struct err_info *info)
{
    const size_t workers = par_threads(pool), width = s->k + 1;
    size_t *first, *unit;
    err e = clusters_new(s, a, c, info);
    if (e == OK)
        e = list_units(s->f, a, &first, &unit, info);
    if (e != OK)
        return e;
    struct pass p = {
        .s = s,
        .c = c,
        .first = first,
        .unit = unit,
        .wide = ARENA_NEW(a, double, workers *width *width),
        .sum = ARENA_NEW(a, double, workers * s->f->n_levels),
        .touched = ARENA_NEW(a, uint32_t, workers * s->f->n_levels),
    };
    if (!p.wide || !p.sum || !p.touched)
        return err_nomem(info);
    par_run(pool, c->n, sum_cluster, &p);
    return OK;
}
