/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/audit/audit_int.h"

#include <sodium.h>

static void put_number(crypto_generichash_state *state, int64_t v)
{
    unsigned char byte[8];
    for (int i = 0; i < 8; i++)
        byte[i] = (unsigned char)((uint64_t)v >> (8 * i));
    crypto_generichash_update(state, byte, sizeof byte);
}

static void put_text(crypto_generichash_state *state, str text)
{
    put_number(state, (int64_t)text.n);
    crypto_generichash_update(state, (const unsigned char *)text.p, text.n);
}

struct chain_hash chain_commit(const unsigned char salt[AUDIT_SALT_BYTES], str value)
{
    crypto_generichash_state state;
    struct chain_hash h;
    crypto_generichash_init(&state, NULL, 0, sizeof h.byte);
    crypto_generichash_update(&state, salt, AUDIT_SALT_BYTES);
    put_text(&state, value);
    crypto_generichash_final(&state, h.byte, sizeof h.byte);
    return h;
}

struct chain_hash chain_link(const struct app_keys *keys, struct chain_hash before, int64_t number,
                             const struct chain_row *row)
{
    crypto_generichash_state state;
    struct chain_hash h;

    crypto_generichash_init(&state, keys->log, sizeof keys->log, sizeof h.byte);
    crypto_generichash_update(&state, before.byte, sizeof before.byte);
    put_number(&state, number);
    put_number(&state, row->id);
    put_number(&state, row->at);
    put_number(&state, row->actor);
    put_number(&state, row->about);
    put_text(&state, row->verb);
    put_text(&state, row->object);
    put_number(&state, row->object_id);
    put_text(&state, row->purpose);
    put_number(&state, row->n_fields);
    put_number(&state, (int64_t)row->n);
    for (size_t i = 0; i < row->n; i++) {
        const struct fields_of_row *f = &row->field[i];
        const bool is_personal = f->commitment.p != NULL;
        put_number(&state, f->place);
        put_text(&state, f->name);
        put_number(&state, is_personal);
        put_text(&state, is_personal ? f->commitment : f->value);
    }
    crypto_generichash_final(&state, h.byte, sizeof h.byte);
    return h;
}

size_t chain_find_fields(const struct fields_of_row *field, size_t n, int64_t id)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (field[middle].entry.v < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t chain_fields_of(const struct fields_of_row *rest, size_t n, int64_t id)
{
    size_t found = 0;
    while (found < n && rest[found].entry.v == id)
        found++;
    return found;
}
