/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pseudonym: a name for a citizen service number that only the holder of a key can make.
 *
 * Does: HMAC-SHA-256 (RFC 2104) of the number under a key for one purpose and one receiver, with a
 *       label that says how it was made; go to a new key.
 * Does not: hash without a key: there are 91 million numbers, and trying them all takes seconds.
 *           That is also why a pseudonym is personal data to whoever holds the key.
 */
#ifndef ONTSCHOT_ENGINE_PSEUDONYM_H
#define ONTSCHOT_ENGINE_PSEUDONYM_H

#include "base/bsn.h"
#include "base/par.h"
#include "base/progress.h"
#include "base/secret.h"

enum {
    PSEUDONYM_BYTES = 32,
    PSEUDONYM_KEY_ID = 8, /* hexadecimal digits */
    /* "1|bsn|" KEY_ID "|" 64 hexadecimal digits */
    PSEUDONYM_TEXT = 6 + PSEUDONYM_KEY_ID + 1 + 2 * PSEUDONYM_BYTES,
    PSEUDONYM_WHY_MAX = 200, /* bytes of a purpose or a receiver */
};

typedef struct pseudonym_key pseudonym_key;

/*
 * HKDF-SHA-256 (RFC 5869) of the secret: extracted with the salt "ontschot pseudonym", expanded
 * with the info "1|bsn|", the purpose, a zero byte, the receiver, and "|key" or "|id". So two
 * receivers, or one for two purposes, cannot put their data together. E_INPUT when purpose or
 * receiver is empty, too long or holds a zero byte; E_NOMEM. In guarded memory.
 */
WARN_UNUSED err pseudonym_key_new(const secret *master, str purpose, str receiver,
                                  pseudonym_key **key, struct err_info *info);
void pseudonym_key_free(pseudonym_key *key); /* wipes it; NULL is fine */
/* Tells keys apart, tells nothing of the key. */
str pseudonym_key_id(const pseudonym_key *key);

/* Of the number as nine digits. It must be one (bsn.v is not 0). Not zero-terminated. */
void pseudonym_make(const pseudonym_key *key, struct bsn number, char text[PSEUDONYM_TEXT]);

/* E_INPUT when it is no pseudonym of this version and kind, or of another key. */
WARN_UNUSED err pseudonym_check(const pseudonym_key *key, str text, struct err_info *info);

struct pseudonym {
    char text[PSEUDONYM_TEXT];
};

/*
 * Puts the new key's pseudonyms in place of the old key's, by making both of every number there is:
 * half a minute of one core. Only for who holds both keys; no number leaves. E_INPUT, and nothing
 * changed, when one is not of the old key; *n_unknown counts those of no number, which stay.
 * E_NOMEM, E_CANCELLED.
 */
WARN_UNUSED err pseudonym_rotate(const pseudonym_key *old_key, const pseudonym_key *new_key,
                                 struct pseudonym *list, size_t n, par *pool,
                                 const struct progress *progress, size_t *n_unknown,
                                 struct err_info *info);

#endif
