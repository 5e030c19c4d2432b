/* SPDX-License-Identifier: EUPL-1.2 */
/* verify: walks the chain from its first link, a few hundred rows at a time. */
#include "app/audit/audit_int.h"

#include <sodium.h>
#include <string.h>

struct walk {
    const struct app *app;
    const struct audit_head *known;
    db *d;
    arena *memory;
    int64_t number; /* of the last link that fits */
    struct chain_hash chain;
    struct audit_verdict *verdict;
    bool met_known;
};

static bool find_fault(struct walk *w, int64_t number, const char *why)
{
    w->verdict->is_whole = false;
    w->verdict->broken_at = number;
    w->verdict->why = why;
    return false;
}

/* A value that is there must be the one that was committed to; a forgotten one has no salt. */
static bool values_fit(const struct fields_of_row *field, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct fields_of_row *f = &field[i];
        if (f->commitment.p == NULL || (f->value.p == NULL && f->salt.p == NULL))
            continue;
        if (f->value.p == NULL || f->salt.p == NULL || f->salt.n != AUDIT_SALT_BYTES ||
            f->commitment.n != AUDIT_HASH_BYTES)
            return false;
        const struct chain_hash h = chain_commit((const unsigned char *)f->salt.p, f->value);
        if (sodium_memcmp(h.byte, f->commitment.p, sizeof h.byte) != 0)
            return false;
    }
    return true;
}

static bool link_fits(struct walk *w, const struct links_row *row,
                      const struct fields_of_row *field, size_t n)
{
    const struct chain_row bound = {
        .id = row->entry.v,
        .at = row->at,
        .actor = row->actor,
        .about = row->about,
        .object_id = row->object_id,
        .n_fields = row->n_fields,
        .verb = row->verb,
        .object = row->object,
        .purpose = row->purpose,
        .field = field,
        .n = n,
    };
    if (row->number != w->number + 1)
        return find_fault(w, w->number + 1, "audit.why-missing");
    if (!row->present)
        return find_fault(w, row->number, "audit.why-missing");
    w->chain = chain_link(w->app->keys, w->chain, row->number, &bound);
    if (row->chain.n != sizeof w->chain.byte ||
        sodium_memcmp(w->chain.byte, row->chain.p, sizeof w->chain.byte) != 0)
        return find_fault(w, row->number, "audit.why-changed");
    if (!values_fit(field, n))
        return find_fault(w, row->number, "audit.why-value");
    w->number = row->number;
    if (w->known && w->known->number == w->number) {
        if (sodium_memcmp(w->known->chain, w->chain.byte, sizeof w->chain.byte) != 0)
            return find_fault(w, row->number, "audit.why-other-head");
        w->met_known = true;
    }
    return true;
}

static err walk_some(struct walk *w, size_t *n, struct err_info *info)
{
    struct fields_of_row *field;
    struct links_row *row;
    size_t n_fields;

    arena_reset(w->memory);
    err e =
        links(w->d, w->memory, (struct links_in){.after = w->number, .limit = AUDIT_ROWS_AT_ONCE},
              &row, n, info);
    struct entry_id *ids = e == OK ? ARENA_NEW(w->memory, struct entry_id, *n) : NULL;
    if (e == OK && !ids)
        e = err_nomem(info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < *n; i++)
        ids[i] = row[i].entry;
    e = fields_of(
        w->d, w->memory,
        (struct fields_of_in){.entries = {ids, *n}, .limit = (int64_t)*n * 4 * AUDIT_FIELDS_MAX},
        &field, &n_fields, info);
    for (size_t i = 0; e == OK && i < *n && w->verdict->is_whole; i++) {
        const size_t from = chain_find_fields(field, n_fields, row[i].entry.v);
        (void)link_fits(w, &row[i], field + from,
                        chain_fields_of(field + from, n_fields - from, row[i].entry.v));
    }
    return e;
}

/* Rows that are neither chained nor waiting were put there by another hand. */
static err check_counts(struct walk *w, struct err_info *info)
{
    struct rows_counted_row row;
    const err e = rows_counted(w->d, w->memory, &row, info);
    if (e != OK)
        return e;
    w->verdict->n_rows = row.n_links;
    w->verdict->n_unsealed = row.n_waiting;
    if (!w->verdict->is_whole)
        return OK;
    if (row.n_links != w->number || row.n_rows != row.n_links + row.n_waiting)
        find_fault(w, w->number + 1, "audit.why-extra");
    else if (w->known && !w->met_known && w->known->number > 0)
        find_fault(w, w->number + 1, "audit.why-cut-off");
    return OK;
}

err audit_walk(const struct app *app, db *d, arena *memory, const struct audit_head *known,
               struct audit_verdict *verdict, struct err_info *info)
{
    struct walk w = {.app = app, .known = known, .d = d, .memory = memory, .verdict = verdict};
    size_t n = 0;
    err e;

    *verdict = (struct audit_verdict){.is_whole = true};
    do
        e = walk_some(&w, &n, info);
    while (e == OK && verdict->is_whole && n == AUDIT_ROWS_AT_ONCE);
    return e == OK ? check_counts(&w, info) : e;
}

struct question {
    const struct app *app;
    arena *memory;
    const struct audit_head *known;
    struct audit_verdict *verdict;
};

static err walk_in_one_moment(db *d, void *arg, struct err_info *info)
{
    const struct question *q = arg;
    return audit_walk(q->app, d, q->memory, q->known, q->verdict, info);
}

err audit_verify(const struct app *app, db *d, const struct audit_head *known,
                 struct audit_verdict *verdict, struct err_info *info)
{
    struct question q = {app, arena_new((size_t)64 << 20), known, verdict};

    if (!q.memory)
        return err_nomem(info);
    const err e = db_read_do(d, walk_in_one_moment, &q, info);
    arena_free(q.memory);
    return e;
}
