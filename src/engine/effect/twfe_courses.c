/* SPDX-License-Identifier: EUPL-1.2 */
/* How each cluster was treated, period by period. */
#include "engine/effect/twfe_int.h"

#include <string.h>

/* What each team's rows say, group by group of the pass. */
struct courses {
    const struct twfe *f;
    size_t n;         /* codes of clusters; units when these are the clusters */
    uint8_t *on;      /* n_groups x n x periods */
    bool *varies;     /* n_groups: some team was treated and not, in one period */
    size_t n_visited; /* units so far; one group only when these are the clusters */
};

static void note(uint8_t *cell, uint8_t value, bool *varies)
{
    *varies |= *cell != TWFE_UNSEEN && value != TWFE_UNSEEN && *cell != value;
    *cell = value == TWFE_UNSEEN ? *cell : value;
}

static void visit(void *ctx, struct twfe_tile *t, size_t group, unsigned worker)
{
    (void)worker;
    struct courses *c = ctx;
    const struct twfe_factor *time = &c->f->factor[0];
    for (size_t u = 0; u < t->n_units; u++)
        for (size_t i = t->first[u]; i < t->first[u + 1]; i++) {
            const size_t code = t->cluster ? t->cluster[i] : c->n_visited + u;
            note(&c->on[(group * c->n + code) * time->n + time->level[t->code[0][i]]], t->d[i] > 0,
                 &c->varies[group]);
        }
    if (!t->cluster)
        c->n_visited += t->n_units;
}

err twfe_courses(const struct twfe_system *s, par *pool, arena *a, uint8_t **on,
                 struct err_info *info)
{
    const struct twfe *f = s->f;
    const bool has_cluster = f->rows.has_cluster;
    const size_t n_periods = f->factor[0].n;
    struct courses c = {.f = f, .n = has_cluster ? f->rows.cluster.n : f->n_units};
    const size_t n_groups = has_cluster ? twfe_groups(&f->rows, c.n * n_periods) : 1;
    c.on = ARENA_NEW(a, uint8_t, n_groups * c.n * n_periods);
    c.varies = ARENA_NEW(a, bool, n_groups);
    if (!c.on || !c.varies)
        return err_nomem(info);
    memset(c.on, TWFE_UNSEEN, n_groups * c.n * n_periods);
    struct twfe_pass pass = {
        .s = &f->rows, .tile = s->tile, .n_groups = n_groups, .visit = visit, .ctx = &c};
    twfe_pass_run(&pass, pool);
    bool varies = c.varies[0];
    for (size_t i = c.n * n_periods; i < n_groups * c.n * n_periods; i++)
        note(&c.on[i % (c.n * n_periods)], c.on[i], &varies);
    for (size_t g = 1; g < n_groups; g++)
        varies |= c.varies[g];
    size_t n = 0; /* codes that no row has are left out, as twfe_clusters does */
    for (size_t g = 0; g < c.n; g++) {
        const uint8_t *from = c.on + g * n_periods;
        bool is_seen = false;
        for (size_t t = 0; t < n_periods; t++)
            is_seen |= from[t] != TWFE_UNSEEN;
        if (is_seen)
            memmove(c.on + n++ * n_periods, from, n_periods);
    }
    *on = varies ? NULL : c.on;
    return OK;
}
