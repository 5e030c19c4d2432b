/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/pseudonym/pseudonym_int.h"

#include <sodium.h>
#include <string.h>

#define LABEL "1|bsn|"
enum { LABEL_BYTES = sizeof LABEL - 1, DIGITS = 9, NAME_BYTES_MAX = 2 * PSEUDONYM_WHY_MAX + 32 };

_Static_assert(crypto_auth_hmacsha256_BYTES == PSEUDONYM_BYTES, "HMAC-SHA-256");

struct pseudonym_key {
    crypto_auth_hmacsha256_state state; /* after the key, so that each number costs two blocks */
    char id[PSEUDONYM_KEY_ID + 1];
};

static void hmac(const unsigned char *key, size_t n_key, const str *part, size_t n_parts,
                 unsigned char hash[HKDF_BYTES])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, n_key);
    for (size_t i = 0; i < n_parts; i++)
        crypto_auth_hmacsha256_update(&state, (const unsigned char *)part[i].p, part[i].n);
    crypto_auth_hmacsha256_final(&state, hash);
    sodium_memzero(&state, sizeof state);
}

void hkdf_extract(str salt, str secret_text, unsigned char prk[HKDF_BYTES])
{
    hmac((const unsigned char *)salt.p, salt.n, &secret_text, 1, prk);
}

void hkdf_expand(const unsigned char prk[HKDF_BYTES], str info, unsigned char *output, size_t n)
{
    unsigned char block[HKDF_BYTES];
    size_t done = 0;
    for (unsigned char number = 1; done < n; number++) {
        const str part[] = {
            {(const char *)block, done ? sizeof block : 0}, info, {(const char *)&number, 1}};
        hmac(prk, HKDF_BYTES, part, 3, block);
        const size_t n_piece = n - done < sizeof block ? n - done : sizeof block;
        memcpy(output + done, block, n_piece);
        done += n_piece;
    }
    sodium_memzero(block, sizeof block);
}

static bool is_why(str text)
{
    size_t at;
    return text.n > 0 && text.n <= PSEUDONYM_WHY_MAX && !str_find(text, '\0', &at);
}

/* "1|bsn|", purpose, zero byte, receiver, `use` */
static str name_key(str purpose, str receiver, const char *use, char name[NAME_BYTES_MAX])
{
    const str part[] = {STR(LABEL), purpose, STR("\0"), receiver, str_of(use)};
    size_t n = 0;
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        memcpy(name + n, part[i].p, part[i].n);
        n += part[i].n;
    }
    return (str){name, n};
}

err pseudonym_key_new(const secret *master, str purpose, str receiver, pseudonym_key **key,
                      struct err_info *info)
{
    char name[NAME_BYTES_MAX];
    unsigned char prk[HKDF_BYTES], derived[HKDF_BYTES], id[PSEUDONYM_KEY_ID / 2];
    if (!is_why(purpose))
        return err_set(info, E_INPUT, "pseudonym.no-purpose");
    if (!is_why(receiver))
        return err_set(info, E_INPUT, "pseudonym.no-receiver");
    pseudonym_key *k = sodium_init() < 0 ? NULL : sodium_malloc(sizeof *k);
    if (!k)
        return err_nomem(info);
    hkdf_extract(STR("ontschot pseudonym"), (str){(const char *)secret_bytes(master), SECRET_BYTES},
                 prk);
    hkdf_expand(prk, name_key(purpose, receiver, "|key", name), derived, sizeof derived);
    hkdf_expand(prk, name_key(purpose, receiver, "|id", name), id, sizeof id);
    crypto_auth_hmacsha256_init(&k->state, derived, sizeof derived);
    sodium_bin2hex(k->id, sizeof k->id, id, sizeof id);
    sodium_memzero(prk, sizeof prk);
    sodium_memzero(derived, sizeof derived);
    *key = k;
    return OK;
}

void pseudonym_key_free(pseudonym_key *key)
{
    sodium_free(key); /* wipes */
}

str pseudonym_key_id(const pseudonym_key *key)
{
    return (str){key->id, PSEUDONYM_KEY_ID};
}

void pseudonym_hash(const pseudonym_key *key, struct bsn number,
                    unsigned char hash[PSEUDONYM_BYTES])
{
    unsigned char digit[DIGITS];
    crypto_auth_hmacsha256_state state = key->state;
    for (size_t i = DIGITS; i-- > 0; number.v /= 10)
        digit[i] = (unsigned char)('0' + number.v % 10);
    crypto_auth_hmacsha256_update(&state, digit, sizeof digit);
    crypto_auth_hmacsha256_final(&state, hash);
    sodium_memzero(&state, sizeof state);
    sodium_memzero(digit, sizeof digit);
}

void pseudonym_print(const pseudonym_key *key, const unsigned char hash[PSEUDONYM_BYTES],
                     char text[PSEUDONYM_TEXT])
{
    char hex[2 * PSEUDONYM_BYTES + 1];
    memcpy(text, LABEL, LABEL_BYTES);
    memcpy(text + LABEL_BYTES, key->id, PSEUDONYM_KEY_ID);
    text[LABEL_BYTES + PSEUDONYM_KEY_ID] = '|';
    sodium_bin2hex(hex, sizeof hex, hash, PSEUDONYM_BYTES);
    memcpy(text + LABEL_BYTES + PSEUDONYM_KEY_ID + 1, hex, 2 * PSEUDONYM_BYTES);
}

void pseudonym_make(const pseudonym_key *key, struct bsn number, char text[PSEUDONYM_TEXT])
{
    unsigned char hash[PSEUDONYM_BYTES];
    pseudonym_hash(key, number, hash);
    pseudonym_print(key, hash, text);
}

/* Right when printing what was read gives the text again. */
bool pseudonym_parse(const pseudonym_key *key, str text, unsigned char hash[PSEUDONYM_BYTES])
{
    char again[PSEUDONYM_TEXT];
    size_t n = 0;
    if (text.n != PSEUDONYM_TEXT ||
        sodium_hex2bin(hash, PSEUDONYM_BYTES, text.p + LABEL_BYTES + PSEUDONYM_KEY_ID + 1,
                       2 * PSEUDONYM_BYTES, NULL, &n, NULL) != 0 ||
        n != PSEUDONYM_BYTES)
        return false;
    pseudonym_print(key, hash, again);
    return memcmp(again, text.p, sizeof again) == 0;
}

err pseudonym_check(const pseudonym_key *key, str text, struct err_info *info)
{
    unsigned char hash[PSEUDONYM_BYTES];
    if (pseudonym_parse(key, text, hash))
        return OK;
    if (!str_starts(text, STR(LABEL)) || text.n != PSEUDONYM_TEXT)
        return err_set(info, E_INPUT, "pseudonym.none");
    return err_text(info, E_INPUT, "pseudonym.other-key", pseudonym_key_id(key));
}
