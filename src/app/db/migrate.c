/* SPDX-License-Identifier: EUPL-1.2 */
/* Migrations: which were applied, whether they are ours, and the ones to come. */
#include "app/db/migrate_int.h"

#include "app/db/db_int.h"
#include "app/db/queries.h"
#include "base/date.h"
#include "base/seal.h"

#include <string.h>

enum { MIGRATIONS_MAX = 9999, MEMORY_MAX = 8 << 20 };

/* The text of both databases: a change of either is a change. */
static void checksum_of(const struct db_migration *m, char text[SEAL_HASH_HEX])
{
    struct seal_hash both[2] = {seal_hash_bytes(str_of(m->sqlite)),
                                seal_hash_bytes(str_of(m->postgresql))};
    seal_print_hash(seal_hash_bytes((str){(const char *)both, sizeof both}), text);
}

static err refuse(const store *s, const char *key, str name, struct err_info *info)
{
    return db_error_text(s, info, E_CONFLICT, key, name);
}

/* How far a store is. */
struct progress {
    bool exists;                        /* it has tables of ours */
    size_t n;                           /* migrations applied */
    const struct db_migration *pending; /* the next; its name is NULL when all are */
};

/* The first applied ones must be the first of ours. */
static err compare(const store *s, const struct store_migrations_row *row, struct progress *p,
                   struct err_info *info)
{
    const struct db_migration *m = db_migrations;
    for (size_t i = 0; i < p->n; i++, m++) {
        char checksum[SEAL_HASH_HEX];
        if (!m->name)
            return refuse(s, "db.newer", row[i].name, info);
        if (row[i].number != m->number)
            return refuse(s, "db.other-migration", row[i].name, info);
        checksum_of(m, checksum);
        if (!str_eq(row[i].checksum, (str){checksum, sizeof checksum}))
            return refuse(s, "db.changed-migration", row[i].name, info);
    }
    p->pending = m;
    return OK;
}

static err look(db *d, arena *a, struct progress *p, struct err_info *info)
{
    bool others = false;
    struct store_migrations_row *row = NULL;
    *p = (struct progress){0};
    arena_reset(a);
    err e = d->s->driver->has_tables(d, &p->exists, &others, info);
    if (e == OK && !p->exists && others)
        return db_error(d->s, info, E_IO, "db.not-ours");
    if (e == OK && p->exists)
        e = store_migrations(d, a, (struct store_migrations_in){.limit = MIGRATIONS_MAX}, &row,
                             &p->n, info);
    return e == OK ? compare(d->s, row, p, info) : e;
}

err store_check(store *s, struct err_info *info)
{
    struct progress p;
    db *d = NULL;
    arena *a = arena_new(MEMORY_MAX);
    if (!a)
        return err_nomem(info);
    err e = s->driver->connect(s, false, &d, info);
    if (e == OK) {
        e = look(d, a, &p, info);
        s->driver->disconnect(d);
    }
    arena_free(a);
    return e;
}

/* ---- applying ---- */

static err note_applied(db_tx *tx, void *arg, struct err_info *info)
{
    const struct db_migration *m = arg;
    char checksum[SEAL_HASH_HEX];
    checksum_of(m, checksum);
    return store_migration_add(
        tx,
        (struct store_migration_add_in){.number = m->number,
                                        .name = str_of(m->name),
                                        .checksum = {checksum, sizeof checksum},
                                        .applied_ms = tx->d->s->now_ms()},
        info);
}

/* "STORE.before-0003_knowledge-2026-11-24-38211000": day and milliseconds of it */
static err backup_before(store *s, const struct db_migration *m, struct err_info *info)
{
    enum { DAY_MS = 86400000 };
    const int64_t now = s->now_ms();
    char day[10];
    out path;
    if (!s->path && !s->backup_folder[0]) /* a server has no folder of its own to put it in */
        return db_error(s, info, E_INPUT, "db.backup-postgresql");
    date_print_iso((int32_t)(now / DAY_MS), day);
    out_init(&path, STORE_URL_MAX * 2);
    if (s->backup_folder[0] || !s->path) {
        out_cstr(&path, s->backup_folder);
        out_cstr(&path, "/ontschot");
    } else {
        out_cstr(&path, s->path);
    }
    out_cstr(&path, ".before-");
    out_cstr(&path, m->name);
    out_char(&path, '-');
    out_bytes(&path, day, sizeof day);
    out_char(&path, '-');
    out_int(&path, now % DAY_MS);
    out_char(&path, '\0');
    err e = out_error(&path, info);
    if (e == OK)
        e = s->driver->backup(s, path.p, info);
    out_free(&path);
    return e == E_CONFLICT ? OK : e; /* another program made it at this very moment; it is whole */
}

static err apply_all(db *d, arena *a, struct err_info *info)
{
    struct progress p;
    store *s = d->s;
    err e = look(d, a, &p, info);
    if (e == OK && p.exists && p.pending->name && !s->is_backed_up)
        e = backup_before(s, p.pending, info);
    while (e == OK && p.pending->name) {
        const struct db_migration *m = p.pending;
        const size_t before = p.n;
        struct err_info failure;
        e = s->driver->migrate(d, m->sqlite, m->postgresql, note_applied, (void *)m, &failure);
        const err failed = e;
        if ((e = look(d, a, &p, info)) == OK && failed != OK && p.n == before) {
            *info = failure; /* nor has another program applied it while this one waited */
            e = failed;
        }
    }
    return e;
}

struct dealt {
    arena *a;
    struct store_node_deal_row row;
    int64_t now_ms;
};

static err deal_node(db_tx *tx, void *arg, struct err_info *info)
{
    struct dealt *t = arg;
    err e =
        store_node_deal(tx, t->a, (struct store_node_deal_in){.nodes = ID_NODES}, &t->row, info);
    if (e == OK)
        e = store_last_id_set(tx, (struct store_last_id_set_in){.id = id_at_ms(t->now_ms)}, info);
    return e;
}

static err start(db *d, arena *a, struct err_info *info)
{
    store *s = d->s;
    struct dealt t = {.a = a, .now_ms = s->now_ms()};
    err e = s->driver->start(s, info);
    if (e == OK && !s->ids)
        e = s->driver->tx_do(d, deal_node, &t, info);
    if (e == OK && !s->ids)
        e = id_source_new((unsigned)(s->node >= 0 ? s->node : (int)t.row.next_node), s->now_ms,
                          t.row.last_id, &s->ids, info);
    s->is_current = e == OK;
    return e;
}

err store_migrate(store *s, struct err_info *info)
{
    db *d = NULL;
    arena *a = arena_new(MEMORY_MAX);
    if (!a)
        return err_nomem(info);
    err e = s->driver->connect(s, true, &d, info);
    if (e != OK)
        goto out;
    e = s->driver->lock(d, info);
    if (e == OK) {
        e = apply_all(d, a, info);
        s->driver->unlock(d);
    }
    if (e == OK)
        e = start(d, a, info);
    s->driver->disconnect(d);
out:
    arena_free(a);
    return e;
}

str store_tables(void)
{
    const struct db_migration *last = db_migrations;
    while (last[1].name)
        last++;
    return str_of(last->name);
}
