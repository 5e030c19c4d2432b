/* SPDX-License-Identifier: EUPL-1.2 */
/* Connections and transactions, as far as they are the same on both databases. */
#include "app/db/db_int.h"

#include <assert.h>
#include <time.h>

err db_open(store *s, db **d, struct err_info *info)
{
    if (!s->is_current)
        return db_error(s, info, E_CONFLICT, "db.not-migrated");
    return s->driver->connect(s, false, d, info);
}

void db_close(db *d)
{
    if (d)
        d->s->driver->disconnect(d);
}

store *db_store(const db *d)
{
    return d->s;
}

int64_t db_new_id(const db *d)
{
    return store_new_id(d->s);
}

bool db_is_alive(db *d)
{
    return d->s->driver->is_alive(d);
}

err db_version(db *d, arena *a, struct store_version *v, struct err_info *info)
{
    out o;
    out_init(&o, 256);
    d->s->driver->version(d, &o);
    *v = (struct store_version){.engine = arena_str(a, out_view(&o)), .tables = store_tables()};
    const err e = out_error(&o, info);
    out_free(&o);
    return e != OK || v->engine.p ? e : err_nomem(info);
}

err db_scrub(db *d, struct err_info *info)
{
    return d->s->driver->scrub(d, info);
}

db *db_tx_db(db_tx *tx)
{
    return tx->d;
}

err db_tx_do(db *d, tx_fn *fn, void *arg, struct err_info *info)
{
    assert(!d->tx && !d->is_busy && !d->is_lent); /* transactions do not nest */
    return d->s->driver->tx_do(d, fn, arg, info);
}

err db_read_do(db *d, err (*fn)(db *d, void *arg, struct err_info *info), void *arg,
               struct err_info *info)
{
    assert(!d->tx && !d->is_busy && !d->is_lent);
    d->is_busy = true;
    const err e = d->s->driver->read_do(d, fn, arg, info);
    d->is_busy = false;
    return e;
}

/* ---- bulk ---- */

static int64_t monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct chunk {
    err (*step)(db_tx *tx, void *arg, struct db_bulk *b, struct err_info *info);
    void *arg;
    struct db_bulk begun, now;
};

static err run_chunk(db_tx *tx, void *arg, struct err_info *info)
{
    struct chunk *c = arg;
    const int64_t begun = monotonic_ms();
    c->now = c->begun; /* a chunk that is run again begins again */
    do {
        const err e = c->step(tx, c->arg, &c->now, info);
        if (e != OK)
            return e;
    } while (!c->now.done && monotonic_ms() - begun < STORE_CHUNK_MS);
    return OK;
}

err db_bulk_do(db *d, struct db_bulk *from,
               err (*step)(db_tx *tx, void *arg, struct db_bulk *b, struct err_info *info),
               void *arg, struct err_info *info)
{
    struct chunk c = {.step = step, .arg = arg, .begun = *from};
    while (!c.begun.done) {
        const err e = db_tx_do(d, run_chunk, &c, info);
        if (e != OK)
            return e;
        *from = c.begun = c.now;
    }
    return OK;
}
