/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/site/csrf.h"

#include <sodium.h>
#include <string.h>

enum { HALF = CSRF_TEXT / 4 }; /* bytes of the mask, and of what it hides */

static void hash_of(const unsigned char key[CSRF_KEY_BYTES], str session, unsigned char hash[HALF])
{
    crypto_generichash(hash, HALF, (const unsigned char *)session.p, session.n, key,
                       CSRF_KEY_BYTES);
}

void csrf_print(const unsigned char key[CSRF_KEY_BYTES], str session,
                void (*random_bytes)(void *to, size_t n), char text[CSRF_TEXT])
{
    unsigned char token[2 * HALF];
    char digits[CSRF_TEXT + 1];
    random_bytes(token, HALF);
    hash_of(key, session, token + HALF);
    for (size_t i = 0; i < HALF; i++)
        token[HALF + i] ^= token[i];
    sodium_bin2hex(digits, sizeof digits, token, sizeof token);
    memcpy(text, digits, CSRF_TEXT);
}

bool csrf_is_token(const unsigned char key[CSRF_KEY_BYTES], str session, str text)
{
    unsigned char token[2 * HALF], hash[HALF];
    size_t n;
    if (text.n != CSRF_TEXT ||
        sodium_hex2bin(token, sizeof token, text.p, text.n, NULL, &n, NULL) != 0 ||
        n != sizeof token)
        return false;
    for (size_t i = 0; i < HALF; i++)
        token[HALF + i] ^= token[i];
    hash_of(key, session, hash);
    return sodium_memcmp(token + HALF, hash, HALF) == 0;
}

/* "https://example.nl" is of the host "example.nl". */
static bool is_of_host(str origin, str host)
{
    size_t from = 0;
    if (str_starts(origin, STR("https://")))
        from = 8;
    else if (str_starts(origin, STR("http://")))
        from = 7;
    return from > 0 && host.n > 0 && str_eq_nocase(str_cut(origin, from, origin.n), host);
}

bool csrf_is_same_site(str origin, str fetch_site, str host, str base_url)
{
    if (origin.p)
        return base_url.n ? str_eq_nocase(origin, base_url) : is_of_host(origin, host);
    return !fetch_site.p || str_eq(fetch_site, STR("same-origin")) ||
           str_eq(fetch_site, STR("none"));
}
