/* SPDX-License-Identifier: EUPL-1.2 */
/* mark: keyed hashes that stand for persons, and numbers as they are kept. */
#include "app/register/register_int.h"

#include <sodium.h>
#include <string.h>

enum {
    BOUND_BYTES = 16, /* municipality and record: a sealed number opens at its own record alone */
    DIGITS = 9,
};

struct print print_of(const struct app *app, struct municipality_id m, enum print_use use,
                      str bytes)
{
    const unsigned char head = (unsigned char)use;
    crypto_generichash_state state;
    struct print p;

    crypto_generichash_init(&state, app->keys->hash, sizeof app->keys->hash, sizeof p.byte);
    crypto_generichash_update(&state, (const unsigned char *)"register", sizeof "register");
    crypto_generichash_update(&state, &head, 1);
    crypto_generichash_update(&state, (const unsigned char *)&m.v, sizeof m.v);
    crypto_generichash_update(&state, (const unsigned char *)bytes.p, bytes.n);
    crypto_generichash_final(&state, p.byte, sizeof p.byte);
    return p;
}

void print_text(struct print p, char text[PRINT_TEXT])
{
    char terminated[PRINT_TEXT + 1];
    sodium_bin2hex(terminated, sizeof terminated, p.byte, sizeof p.byte);
    memcpy(text, terminated, PRINT_TEXT);
}

void register_mark(const struct app *app, struct municipality_id m, struct bsn bsn,
                   char text[REGISTER_MARK_TEXT])
{
    const str bytes = {(const char *)&bsn.v, sizeof bsn.v};
    print_text(print_of(app, m, PRINT_MARK, bytes), text);
}

static void put_bound(unsigned char to[BOUND_BYTES], struct municipality_id m,
                      struct record_id record)
{
    memcpy(to, &m.v, sizeof m.v);
    memcpy(to + sizeof m.v, &record.v, sizeof record.v);
}

size_t number_seal(const struct app *app, struct municipality_id m, struct record_id record,
                   str text, unsigned char sealed[SEALED_MAX])
{
    unsigned char plain[BOUND_BYTES + NUMBER_TEXT_MAX];
    const size_t n = BOUND_BYTES + text.n;

    put_bound(plain, m, record);
    memcpy(plain + BOUND_BYTES, text.p, text.n);
    app->random_bytes(sealed, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(sealed + crypto_secretbox_NONCEBYTES, plain, n, sealed, app->keys->seal);
    sodium_memzero(plain, sizeof plain);
    return crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + n;
}

bool number_unseal(const struct app *app, struct municipality_id m, struct record_id record,
                   str sealed, struct bsn *bsn)
{
    const unsigned char *p = (const unsigned char *)sealed.p;
    const size_t around = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    unsigned char plain[BOUND_BYTES + DIGITS], bound[BOUND_BYTES];

    if (sealed.n != around + sizeof plain ||
        crypto_secretbox_open_easy(plain, p + crypto_secretbox_NONCEBYTES,
                                   sealed.n - crypto_secretbox_NONCEBYTES, p, app->keys->seal) != 0)
        return false;
    put_bound(bound, m, record);
    const bool fits = memcmp(plain, bound, sizeof bound) == 0 &&
                      bsn_parse((str){(const char *)plain + BOUND_BYTES, DIGITS}, bsn);
    sodium_memzero(plain, sizeof plain);
    return fits;
}
