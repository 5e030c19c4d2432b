/* SPDX-License-Identifier: EUPL-1.2 */
/* audit_int: how a row is bound into the chain. */
#ifndef ONTSCHOT_APP_AUDIT_INT_H
#define ONTSCHOT_APP_AUDIT_INT_H

#include "app/audit/audit.h"
#include "app/audit/queries.h"

enum { AUDIT_SALT_BYTES = 16, AUDIT_HASH_BYTES = 32, AUDIT_ROWS_AT_ONCE = 500 };

struct chain_hash {
    unsigned char byte[AUDIT_HASH_BYTES];
};

/* A row as the chain sees it. Of a personal field only its commitment counts. */
struct chain_row {
    int64_t id, at, actor, about, object_id, n_fields;
    str verb, object, purpose;
    const struct fields_of_row *field; /* those found, in order of their places */
    size_t n;
};

/* BLAKE2b-256 of salt and value: what stays of a personal value when it is forgotten. */
struct chain_hash chain_commit(const unsigned char salt[AUDIT_SALT_BYTES], str value);

/* The link behind `before`, keyed. Every text goes in with its length, every number in 8 bytes. */
struct chain_hash chain_link(const struct app_keys *keys, struct chain_hash before, int64_t number,
                             const struct chain_row *row);

/* Where those of `id` begin among fields that are sorted by entry; n when there are none behind. */
size_t chain_find_fields(const struct fields_of_row *field, size_t n, int64_t id);

/* How many at the front of `rest` are of `id`. */
size_t chain_fields_of(const struct fields_of_row *rest, size_t n, int64_t id);

/* Verifies what `d` sees; memory is reset on the way. */
WARN_UNUSED err audit_walk(const struct app *app, db *d, arena *memory,
                           const struct audit_head *known, struct audit_verdict *verdict,
                           struct err_info *info);

#endif
