/* SPDX-License-Identifier: EUPL-1.2 */
/* How each cluster was treated, period by period. */
#include "engine/effect/twfe_int.h"

#include <string.h>

/* ---- units that are clusters: in the order of rows, one group ---- */

struct units {
    const struct twfe *f;
    struct twfe_courses *c;
    size_t n_visited; /* units so far */
};

static void visit(void *ctx, struct twfe_tile *t, size_t group, unsigned worker)
{
    (void)group;
    (void)worker;
    struct units *all = ctx;
    const struct twfe_factor *time = &all->f->factor[0];
    for (size_t u = 0; u < t->n_units; u++, all->n_visited++) {
        if (all->c->start)
            all->c->start[all->n_visited] = t->start[u];
        for (size_t i = t->first[u]; i < t->first[u + 1]; i++)
            all->c->on[all->n_visited * time->n + time->level[t->code[0][i]]] = t->d[i] > 0;
    }
}

static void read_units(const struct twfe_system *s, par *pool, struct twfe_courses *c)
{
    struct units all = {.f = s->f, .c = c};
    struct twfe_pass pass = {.s = &s->f->rows,
                             .tile = s->tile,
                             .n_groups = 1,
                             .visit = visit,
                             .ctx = &all,
                             .without_outcome = true};
    twfe_pass_run(&pass, pool);
}

/* ---- clusters: what the first pass marked ---- */

/* False when some cluster was treated and not, in one period. Clusters without rows are left out,
 * as twfe_clusters does. */
static bool read_marks(const struct twfe *f, struct twfe_courses *c)
{
    const struct twfe_factor *time = &f->factor[0];
    const size_t n_words = twfe_course_words(f);
    size_t n = 0;
    for (size_t g = 0; g < f->rows.cluster.n; g++) {
        const uint64_t *treated = f->course + g * 2 * n_words, *other = treated + n_words;
        bool is_seen = false;
        for (size_t p = 0; p < f->rows.periods.n; p++) {
            const bool is_on = treated[p / 64] >> p % 64 & 1, is_off = other[p / 64] >> p % 64 & 1;
            if (is_on && is_off)
                return false;
            if (!is_on && !is_off)
                continue;
            c->on[n * time->n + time->level[p]] = is_on;
            is_seen = true;
        }
        if (is_seen && c->start)
            c->start[n] = f->cluster_start[g];
        n += is_seen;
    }
    return true;
}

err twfe_courses_read(const struct twfe_system *s, par *pool, arena *a, struct twfe_courses *c,
                      struct err_info *info)
{
    const struct twfe *f = s->f;
    const size_t n = f->n_clusters * f->factor[0].n;
    const bool has_starts = f->cell && (!f->rows.has_cluster || f->cluster_start);
    *c = (struct twfe_courses){.on = ARENA_NEW(a, uint8_t, n)};
    if (has_starts)
        c->start = ARENA_NEW(a, uint32_t, f->n_clusters);
    if (!c->on || (has_starts && !c->start))
        return err_nomem(info);
    memset(c->on, TWFE_UNSEEN, n);
    if (!f->rows.has_cluster)
        read_units(s, pool, c);
    else if (!read_marks(f, c))
        c->on = NULL;
    return OK;
}
