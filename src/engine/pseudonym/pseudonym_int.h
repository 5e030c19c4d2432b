/* SPDX-License-Identifier: EUPL-1.2 */
/* pseudonym_int: HKDF, and rotation over a part of the numbers, for the tests. */
#ifndef ONTSCHOT_ENGINE_PSEUDONYM_INT_H
#define ONTSCHOT_ENGINE_PSEUDONYM_INT_H

#include "engine/pseudonym/pseudonym.h"

enum { HKDF_BYTES = 32, HKDF_OUTPUT_MAX = 255 * HKDF_BYTES };

/* RFC 5869, section 2.2 */
void hkdf_extract(str salt, str secret_text, unsigned char prk[HKDF_BYTES]);
/* RFC 5869, section 2.3; n <= HKDF_OUTPUT_MAX */
void hkdf_expand(const unsigned char prk[HKDF_BYTES], str info, unsigned char *output, size_t n);

/* Numbers without their last digit: from .. to - 1, both multiples of ROTATE_BLOCK. */
enum { ROTATE_BLOCK = 10000, ROTATE_ALL = 100000000 };
struct rotate_ask {
    const pseudonym_key *old_key, *new_key;
    struct pseudonym *list;
    size_t n;
    uint32_t from, to;
};
WARN_UNUSED err pseudonym_rotate_part(const struct rotate_ask *ask, par *pool,
                                      const struct progress *progress, size_t *n_unknown,
                                      struct err_info *info);

void pseudonym_hash(const pseudonym_key *key, struct bsn number,
                    unsigned char hash[PSEUDONYM_BYTES]);
void pseudonym_print(const pseudonym_key *key, const unsigned char hash[PSEUDONYM_BYTES],
                     char text[PSEUDONYM_TEXT]);
bool pseudonym_parse(const pseudonym_key *key, str text, unsigned char hash[PSEUDONYM_BYTES]);

#endif
