/* SPDX-License-Identifier: EUPL-1.2 */
/* How each cluster was treated, period by period. */
#include "engine/effect/twfe_int.h"

#include <string.h>

/* ---- units that are clusters: in the order of rows, one group ---- */

struct courses {
    const struct twfe *f;
    uint8_t *on;      /* n_units x periods */
    size_t n_visited; /* units so far */
};

static void visit(void *ctx, struct twfe_tile *t, size_t group, unsigned worker)
{
    (void)group;
    (void)worker;
    struct courses *c = ctx;
    const struct twfe_factor *time = &c->f->factor[0];
    for (size_t u = 0; u < t->n_units; u++, c->n_visited++)
        for (size_t i = t->first[u]; i < t->first[u + 1]; i++)
            c->on[c->n_visited * time->n + time->level[t->code[0][i]]] = t->d[i] > 0;
}

static void read_units(const struct twfe_system *s, par *pool, uint8_t *on)
{
    struct courses c = {.f = s->f, .on = on};
    struct twfe_pass pass = {.s = &s->f->rows,
                             .tile = s->tile,
                             .n_groups = 1,
                             .visit = visit,
                             .ctx = &c,
                             .without_outcome = true};
    twfe_pass_run(&pass, pool);
}

/* ---- clusters: what the first pass marked ---- */

/* False when some cluster was treated and not, in one period. Clusters without rows are left out,
 * as twfe_clusters does. */
static bool read_marks(const struct twfe *f, uint8_t *on)
{
    const struct twfe_factor *time = &f->factor[0];
    const size_t n_words = twfe_course_words(f);
    for (size_t g = 0; g < f->rows.cluster.n; g++) {
        const uint64_t *treated = f->course + g * 2 * n_words, *other = treated + n_words;
        bool is_seen = false;
        for (size_t p = 0; p < f->rows.periods.n; p++) {
            const bool is_on = treated[p / 64] >> p % 64 & 1, is_off = other[p / 64] >> p % 64 & 1;
            if (is_on && is_off)
                return false;
            if (!is_on && !is_off)
                continue;
            on[time->level[p]] = is_on;
            is_seen = true;
        }
        on += is_seen ? time->n : 0;
    }
    return true;
}

err twfe_courses(const struct twfe_system *s, par *pool, arena *a, uint8_t **on,
                 struct err_info *info)
{
    const size_t n = s->f->n_clusters * s->f->factor[0].n;
    *on = ARENA_NEW(a, uint8_t, n);
    if (!*on)
        return err_nomem(info);
    memset(*on, TWFE_UNSEEN, n);
    if (!s->f->rows.has_cluster)
        read_units(s, pool, *on);
    else if (!read_marks(s->f, *on))
        *on = NULL;
    return OK;
}
