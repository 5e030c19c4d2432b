/* SPDX-License-Identifier: EUPL-1.2 */
/* secret: 32 random bytes that its holder shows, and the hash by which they are recognised. */
#include "app/access/access_int.h"

#include <string.h>

static void print(const unsigned char byte[32], char text[ACCESS_SECRET_TEXT])
{
    char terminated[ACCESS_SECRET_TEXT + 1];

    sodium_bin2base64(terminated, sizeof terminated, byte, 32,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    memcpy(text, terminated, ACCESS_SECRET_TEXT);
    sodium_memzero(terminated, sizeof terminated);
}

void access_secret_print(struct access_secret s, char text[ACCESS_SECRET_TEXT])
{
    print(s.byte, text);
}

bool access_secret_parse(str text, struct access_secret *s)
{
    struct access_secret read;
    char again[ACCESS_SECRET_TEXT];
    size_t n;

    if (text.n != ACCESS_SECRET_TEXT ||
        sodium_base642bin(read.byte, sizeof read.byte, text.p, text.n, NULL, &n, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        n != sizeof read.byte)
        return false;
    print(read.byte, again); /* one secret has one spelling */
    if (sodium_memcmp(again, text.p, ACCESS_SECRET_TEXT) != 0)
        return false;
    *s = read;
    return true;
}

struct access_secret secret_new(const struct app *app)
{
    struct access_secret s;
    app->random_bytes(s.byte, sizeof s.byte);
    return s;
}

struct secret_hash secret_hash_of(const struct app *app, enum hash_use use, str bytes)
{
    crypto_generichash_state state;
    struct secret_hash h;
    const unsigned char head = (unsigned char)use;

    crypto_generichash_init(&state, app->keys->hash, sizeof app->keys->hash, sizeof h.byte);
    crypto_generichash_update(&state, &head, 1);
    crypto_generichash_update(&state, (const unsigned char *)bytes.p, bytes.n);
    crypto_generichash_final(&state, h.byte, sizeof h.byte);
    return h;
}

struct secret_hash secret_kept(const struct app *app, enum hash_use use,
                               const struct access_secret *s)
{
    return secret_hash_of(app, use, (str){(const char *)s->byte, sizeof s->byte});
}
