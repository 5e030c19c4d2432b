/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/linkage/bloom.h"

#include "engine/linkage/name_int.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/*
 * A token is two neighbours in a word, or a sign and its place. Where it sets bits is taken from
 * BLAKE2b of it under its group's key, ten bits for each place: independent hashes. The double
 * hashing of the first Bloom filters for names was broken (Kroll and Steinmetzer 2015).
 */
enum {
    TOKENS = LINKAGE_ALPHABET * LINKAGE_ALPHABET,
    HASH_BYTES = 64,
    PLACES = 64, /* of one token, at most */
    PLACE_MASK = LINKAGE_FILTER_BITS - 1,
    WORD_TOKENS = LINKAGE_WORD_MAX + 1,
};

/* Derived keys, and where each token of a group sets bits: in memory that reaches no dump. */
struct secrets {
    unsigned char flip_key[crypto_stream_chacha20_KEYBYTES];
    unsigned char group_key[LINKAGE_FILTER_FIELDS_MAX][crypto_generichash_KEYBYTES];
    uint16_t place[][TOKENS][PLACES];
};

struct linkage_coder {
    struct secrets *secrets;
    size_t n_fields, n_groups;
    enum linkage_filter_kind kind[LINKAGE_FILTER_FIELDS_MAX];
    unsigned quota[LINKAGE_FILTER_FIELDS_MAX];
    size_t group[LINKAGE_FILTER_FIELDS_MAX];
    unsigned flips;
};

static void derive(const unsigned char *key, size_t n_key, const char *use, str name,
                   unsigned char *derived, size_t n)
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, key, n_key, n);
    crypto_generichash_update(&state, (const unsigned char *)use, strlen(use) + 1);
    crypto_generichash_update(&state, (const unsigned char *)name.p, name.n);
    crypto_generichash_final(&state, derived, n);
    sodium_memzero(&state, sizeof state);
}

static void find_places(const unsigned char *group_key, str salt, size_t token,
                        uint16_t place[PLACES])
{
    unsigned char hash[HASH_BYTES];
    enum { IN_HASH = HASH_BYTES / 2 };
    for (size_t piece = 0; piece < PLACES / IN_HASH; piece++) {
        const unsigned char name[4] = {(unsigned char)(token & 255), (unsigned char)(token >> 8),
                                       (unsigned char)piece, 0};
        crypto_generichash_state state;
        crypto_generichash_init(&state, group_key, crypto_generichash_KEYBYTES, sizeof hash);
        crypto_generichash_update(&state, name, sizeof name);
        crypto_generichash_update(&state, (const unsigned char *)salt.p, salt.n);
        crypto_generichash_final(&state, hash, sizeof hash);
        for (size_t i = 0; i < IN_HASH; i++)
            place[piece * IN_HASH + i] =
                (uint16_t)((hash[2 * i] | hash[2 * i + 1] << 8) & PLACE_MASK);
    }
}

static err check_plan(const struct linkage_filter_plan *plan, struct err_info *info)
{
    if (plan->n_fields == 0 || plan->n_fields > LINKAGE_FILTER_FIELDS_MAX)
        return err_set(info, E_INPUT, "filter.fields");
    for (size_t i = 0; i < plan->n_fields; i++)
        if (plan->field[i].quota == 0 || plan->field[i].quota > LINKAGE_FILTER_QUOTA_MAX)
            return err_text(info, E_INPUT, "filter.quota", plan->field[i].group);
    if (plan->flips > LINKAGE_FILTER_FLIPS_MAX)
        return err_set(info, E_INPUT, "filter.flips");
    return OK;
}

/* Numbers the groups in order of their first field. */
static void find_groups(const struct linkage_filter_plan *plan, linkage_coder *c)
{
    for (size_t i = 0; i < plan->n_fields; i++) {
        size_t first = 0;
        while (!str_eq(plan->field[first].group, plan->field[i].group))
            first++;
        c->group[i] = first < i ? c->group[first] : c->n_groups++;
        c->kind[i] = plan->field[i].kind;
        c->quota[i] = plan->field[i].quota;
    }
    c->n_fields = plan->n_fields;
    c->flips = plan->flips;
}

static void fill_secrets(const struct linkage_filter_plan *plan, const secret *key,
                         const linkage_coder *c)
{
    struct secrets *s = c->secrets;
    derive(secret_bytes(key), SECRET_BYTES, "ontschot filter flips 1", plan->party, s->flip_key,
           sizeof s->flip_key);
    for (size_t i = 0; i < plan->n_fields; i++)
        derive(secret_bytes(key), SECRET_BYTES, "ontschot filter field 1", plan->field[i].group,
               s->group_key[c->group[i]], sizeof s->group_key[0]);
    for (size_t g = 0; g < c->n_groups; g++)
        for (size_t token = 0; token < TOKENS; token++)
            find_places(s->group_key[g], (str){NULL, 0}, token, s->place[g][token]);
}

err linkage_coder_new(const struct linkage_filter_plan *plan, const secret *key,
                      linkage_coder **coder, struct err_info *info)
{
    const err e = check_plan(plan, info);
    if (e != OK)
        return e;
    linkage_coder *c = calloc(1, sizeof *c);
    if (!c || sodium_init() < 0) {
        free(c);
        return err_nomem(info);
    }
    find_groups(plan, c);
    c->secrets = sodium_malloc(sizeof *c->secrets + c->n_groups * sizeof c->secrets->place[0]);
    if (!c->secrets) {
        free(c);
        return err_nomem(info);
    }
    fill_secrets(plan, key, c);
    sodium_mprotect_readonly(c->secrets);
    *coder = c;
    return OK;
}

void linkage_coder_free(linkage_coder *coder)
{
    if (coder)
        sodium_free(coder->secrets); /* wipes */
    free(coder);
}

/* The tokens of a value; at most WORD_TOKENS. */
static size_t find_tokens(enum linkage_filter_kind kind, str value, size_t token[WORD_TOKENS])
{
    struct linkage_word w;
    linkage_fold_text(value, &w);
    if (w.n == 0)
        return 0;
    if (kind == LINKAGE_FILTER_DIGITS) {
        for (size_t i = 0; i < w.n; i++)
            token[i] = i * LINKAGE_ALPHABET + w.letter[i];
        return w.n;
    }
    for (size_t i = 0; i <= w.n; i++) /* 0 stands before the first and behind the last */
        token[i] = (i ? w.letter[i - 1] : 0u) * LINKAGE_ALPHABET + (i < w.n ? w.letter[i] : 0u);
    return w.n + 1u;
}

static void encode_field(const linkage_coder *c, size_t field, str value, str salt, uint64_t *bits)
{
    size_t token[WORD_TOKENS];
    uint16_t salted[PLACES];
    const size_t n = find_tokens(c->kind[field], value, token), group = c->group[field];
    for (size_t i = 0; i < n; i++) {
        const size_t share = (c->quota[field] + n - 1) / n;
        const size_t n_places = share < PLACES ? share : PLACES;
        const uint16_t *place = c->secrets->place[group][token[i]];
        if (salt.n) {
            find_places(c->secrets->group_key[group], salt, token[i], salted);
            place = salted;
        }
        for (size_t k = 0; k < n_places; k++)
            bits[place[k] / 64] |= UINT64_C(1) << place[k] % 64;
    }
    sodium_memzero(salted, sizeof salted);
}

/*
 * Flips each bit with the chance asked (Schnell and Borgs 2016, after Alaggan, Gambs and Kermarrec
 * 2012). The chances follow from the filter itself, so that encoding a record again and again does
 * not average them out.
 */
static void flip(const linkage_coder *c, uint64_t bits[LINKAGE_FILTER_WORDS])
{
    static const unsigned char nonce[crypto_stream_chacha20_NONCEBYTES];
    unsigned char key[crypto_stream_chacha20_KEYBYTES];
    uint16_t chance[LINKAGE_FILTER_BITS];
    derive(c->secrets->flip_key, sizeof c->secrets->flip_key, "",
           (str){(const char *)bits, LINKAGE_FILTER_BITS / 8}, key, sizeof key);
    crypto_stream_chacha20((unsigned char *)chance, sizeof chance, nonce, key);
    for (size_t i = 0; i < LINKAGE_FILTER_BITS; i++)
        if (chance[i] * 10000u < c->flips * 65536u)
            bits[i / 64] ^= UINT64_C(1) << i % 64;
    sodium_memzero(key, sizeof key);
    sodium_memzero(chance, sizeof chance);
}

void linkage_encode(const linkage_coder *coder, const str *value, str salt,
                    struct linkage_filter *filter)
{
    memset(filter, 0, sizeof *filter);
    for (size_t i = 0; i < coder->n_fields; i++)
        encode_field(coder, i, value[i], salt, filter->bits);
    uint64_t any = 0;
    for (size_t i = 0; i < LINKAGE_FILTER_WORDS; i++)
        any |= filter->bits[i];
    if (any && coder->flips)
        flip(coder, filter->bits);
    for (size_t i = 0; i < LINKAGE_FILTER_WORDS; i++)
        filter->n = (uint16_t)(filter->n + __builtin_popcountll(filter->bits[i]));
}
