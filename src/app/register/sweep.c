/* SPDX-License-Identifier: EUPL-1.2 */
/* sweep: rows of deliveries that were refused, or whose import was killed, go in small steps. */
#include "app/register/register_int.h"

enum { ROWS_AT_ONCE = 500, DELIVERIES_AT_ONCE = 20 };

struct sweep {
    const struct app *app;
    struct municipality_id m;
    struct delivery_id id;
    struct delivery_left_row *left;
    size_t n;
    arena *memory;
};

static err abandon(db_tx *tx, void *arg, struct err_info *info)
{
    const struct sweep *w = arg;
    int64_t changed;
    return delivery_abandon(tx, (struct delivery_abandon_in){.now = w->app->now_ms()}, &changed,
                            info);
}

/* Rows before those they refer to; `at` is the table. */
static err sweep_step(db_tx *tx, void *arg, struct db_bulk *b, struct err_info *info)
{
    static const enum sweep_rows_of order[] = {
        SWEEP_ROWS_ASIDE,      SWEEP_ROWS_RELATION,      SWEEP_ROWS_ALLOCATION,
        SWEEP_ROWS_CARE,       SWEEP_ROWS_REQUEST,       SWEEP_ROWS_LINE,
        SWEEP_ROWS_CLAIM,      SWEEP_ROWS_ANSWER,        SWEEP_ROWS_BENEFIT,
        SWEEP_ROWS_PAYMENT,    SWEEP_ROWS_REINTEGRATION, SWEEP_ROWS_DEBT_CASE,
        SWEEP_ROWS_DEBT_PHASE, SWEEP_ROWS_DEBT_SIGNAL,
    };
    enum { FACTS = sizeof order / sizeof *order };
    const struct sweep *w = arg;
    int64_t gone = 0;
    err e;

    if (b->at < FACTS)
        e = sweep_rows(tx,
                       (struct sweep_rows_in){
                           .m = w->m, .d = w->id, .of = order[b->at], .limit = ROWS_AT_ONCE},
                       &gone, info);
    else if (b->at == FACTS)
        e = sweep_numbers(tx,
                          (struct sweep_numbers_in){.m = w->m, .d = w->id, .limit = ROWS_AT_ONCE},
                          &gone, info);
    else
        e = sweep_rows(tx,
                       (struct sweep_rows_in){
                           .m = w->m, .d = w->id, .of = SWEEP_ROWS_PERSON, .limit = ROWS_AT_ONCE},
                       &gone, info);
    if (e == OK && gone == 0)
        b->at++;
    b->done = b->at > FACTS + 1;
    return e == OK && b->done
               ? delivery_swept(tx, (struct delivery_swept_in){.m = w->m, .id = w->id}, info)
               : e;
}

static err sweep_one(struct sweep *w, db *d, const struct delivery_left_row *left,
                     struct err_info *info)
{
    struct db_bulk b = {0};
    w->m = left->m;
    w->id = left->id;
    return db_bulk_do(d, &b, sweep_step, w, info);
}

err register_sweep(const struct app *app, db *d, struct err_info *info)
{
    struct sweep w = {.app = app, .memory = arena_new(1 << 20)};
    if (!w.memory)
        return err_nomem(info);
    err e = db_tx_do(d, abandon, &w, info);
    do {
        arena_reset(w.memory);
        if (e == OK)
            e = delivery_left(d, w.memory, (struct delivery_left_in){.limit = DELIVERIES_AT_ONCE},
                              &w.left, &w.n, info);
        for (size_t i = 0; e == OK && i < w.n; i++)
            e = sweep_one(&w, d, &w.left[i], info);
    } while (e == OK && w.n == DELIVERIES_AT_ONCE);
    arena_free(w.memory);
    return e;
}
