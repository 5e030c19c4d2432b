/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * seal: numbers and chains what was committed since. In one transaction for each batch, so two
 * sealers can never give the same number: SQLite has one writer, PostgreSQL refuses one of the two.
 */
#include "app/audit/audit_int.h"

#include <sodium.h>
#include <string.h>

struct batch {
    const struct app *app;
    arena *memory;
    int64_t n_sealed;
};

static err last(db *d, arena *a, int64_t *number, struct chain_hash *chain, int64_t *at,
                struct err_info *info)
{
    struct last_link_row *row;
    size_t n;

    *number = *at = 0;
    memset(chain, 0, sizeof *chain);
    const err e = last_link(d, a, (struct last_link_in){.limit = 1}, &row, &n, info);
    if (e != OK || n == 0)
        return e;
    if (row->chain.n != sizeof chain->byte)
        return err_set(info, E_CONFLICT, "audit.broken");
    memcpy(chain->byte, row->chain.p, sizeof chain->byte);
    *number = row->number;
    *at = row->at;
    return OK;
}

static err fetch_fields(db *d, arena *a, const struct entries_waiting_row *row, size_t n,
                        struct fields_of_row **field, size_t *n_fields, struct err_info *info)
{
    struct entry_id *ids = ARENA_NEW(a, struct entry_id, n);
    if (!ids)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++)
        ids[i] = row[i].id;
    return fields_of(
        d, a, (struct fields_of_in){.entries = {ids, n}, .limit = (int64_t)n * AUDIT_FIELDS_MAX},
        field, n_fields, info);
}

static err seal_batch(db_tx *tx, void *arg, struct err_info *info)
{
    struct batch *b = arg;
    struct entries_waiting_row *row;
    struct fields_of_row *field;
    size_t n, n_fields = 0, at_field = 0;
    struct chain_hash chain;
    int64_t number, at;

    arena_reset(b->memory);
    err e = last(db_tx_db(tx), b->memory, &number, &chain, &at, info);
    if (e == OK)
        e = entries_waiting(db_tx_db(tx), b->memory,
                            (struct entries_waiting_in){.limit = AUDIT_ROWS_AT_ONCE}, &row, &n,
                            info);
    if (e == OK)
        e = fetch_fields(db_tx_db(tx), b->memory, row, n, &field, &n_fields, info);
    for (size_t i = 0; e == OK && i < n; i++) {
        const size_t own = chain_fields_of(field + at_field, n_fields - at_field, row[i].id.v);
        const struct chain_row bound = {
            .id = row[i].id.v,
            .at = row[i].at,
            .actor = row[i].actor,
            .about = row[i].about,
            .object_id = row[i].object_id,
            .n_fields = row[i].n_fields,
            .verb = row[i].verb,
            .object = row[i].object,
            .purpose = row[i].purpose,
            .field = field + at_field,
            .n = own,
        };
        at_field += own;
        chain = chain_link(b->app->keys, chain, ++number, &bound);
        e = link_add(tx,
                     (struct link_add_in){.number = number,
                                          .entry = row[i].id,
                                          .chain = {(const char *)chain.byte, sizeof chain.byte}},
                     info);
        if (e == OK)
            e = wait_end(tx, (struct wait_end_in){.entry = row[i].id}, info);
    }
    if (e == OK)
        b->n_sealed = (int64_t)n;
    return e;
}

err audit_seal(const struct app *app, db *d, int64_t *n_sealed, struct err_info *info)
{
    struct batch b = {.app = app, .memory = arena_new((size_t)64 << 20)};
    err e = b.memory ? OK : err_nomem(info);

    *n_sealed = 0;
    while (e == OK) {
        b.n_sealed = 0;
        e = db_tx_do(d, seal_batch, &b, info);
        *n_sealed += b.n_sealed;
        if (b.n_sealed < AUDIT_ROWS_AT_ONCE)
            break;
    }
    arena_free(b.memory);
    return e;
}

err audit_head(db *d, arena *a, struct audit_head *head, struct err_info *info)
{
    struct chain_hash chain;
    const err e = last(d, a, &head->number, &chain, &head->at, info);
    if (e == OK)
        memcpy(head->chain, chain.byte, sizeof head->chain);
    return e;
}

err audit_since(db *d, arena *a, int64_t *at, struct err_info *info)
{
    struct first_link_row *row;
    size_t n;
    const err e = first_link(d, a, (struct first_link_in){.limit = 1}, &row, &n, info);
    *at = e == OK && n > 0 ? row->at : 0;
    return e;
}
