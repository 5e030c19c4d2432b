/* SPDX-License-Identifier: EUPL-1.2 */
/* sweep: what killed runs wrote, and who was who in runs gone by. */
#include "app/linking/linking_int.h"

enum { AT_ONCE = 500, RUNS_AT_ONCE = 20, LEFT_BEHIND_MS = 24 * 60 * 60 * 1000 };

struct sweeping {
    const struct link_runs_to_sweep_row *run;
};

static err drop_some(db_tx *tx, void *arg, struct db_bulk *b, struct err_info *info)
{
    const struct sweeping *s = arg;
    int64_t n = 0;
    const err e = person_links_drop(
        tx, (struct person_links_drop_in){.m = s->run->m, .run = s->run->id, .limit = AT_ONCE}, &n,
        info);
    b->done = n < AT_ONCE;
    return e;
}

static err drop_rest(db_tx *tx, void *arg, struct err_info *info)
{
    const struct sweeping *s = arg;
    int64_t n;
    err e = link_pairs_drop(tx, (struct link_pairs_drop_in){.m = s->run->m, .run = s->run->id}, &n,
                            info);
    if (e == OK && s->run->state == 0)
        e = person_events_drop(
            tx, (struct person_events_drop_in){.m = s->run->m, .run = s->run->id}, info);
    return e == OK && s->run->state == 0
               ? link_run_drop(tx, (struct link_run_drop_in){.m = s->run->m, .run = s->run->id},
                               info)
               : e;
}

err link_run_sweep(const struct app *app, db *d, struct err_info *info)
{
    arena *a = arena_new((size_t)1 << 20);
    struct link_runs_to_sweep_row *row;
    size_t n = 0;

    if (!a)
        return err_nomem(info);
    err e = link_runs_to_sweep(d, a,
                               (struct link_runs_to_sweep_in){
                                   .before = app->now_ms() - LEFT_BEHIND_MS, .limit = RUNS_AT_ONCE},
                               &row, &n, info);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct sweeping s = {&row[i]};
        struct db_bulk at = {0};
        e = db_bulk_do(d, &at, drop_some, &s, info);
        if (e == OK)
            e = db_tx_do(d, drop_rest, &s, info);
    }
    arena_free(a);
    return e;
}
