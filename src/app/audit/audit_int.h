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

/* Cuts the fields of `id` off the front of `rest`, which is sorted by entry. */
size_t chain_fields_of(const struct fields_of_row *rest, size_t n, int64_t id);

#endif
