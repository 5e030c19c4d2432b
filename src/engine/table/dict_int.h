/* SPDX-License-Identifier: EUPL-1.2 */
/* dict: distinct texts numbered in order of first appearance. */
#ifndef ONTSCHOT_ENGINE_TABLE_DICT_INT_H
#define ONTSCHOT_ENGINE_TABLE_DICT_INT_H

#include "base/err.h"

struct dict_word {
    size_t at; /* in dict.bytes */
    uint32_t n, hash;
};

/* All zero is an empty dictionary. */
struct dict {
    char *bytes;
    size_t n_bytes, cap_bytes;
    struct dict_word *word;
    size_t n, cap;
    uint32_t *slot; /* code + 1, 0 is free; a power of two of them, at most half full */
    size_t n_slots;
    uint32_t last; /* the code given last: runs of equal texts are common */
};

/* The code of `text`, which is added when new. E_LIMIT over TABLE_WORDS_MAX, or E_NOMEM. */
WARN_UNUSED err dict_code(struct dict *d, str text, uint32_t *code);

/* The code in `d` of each word of `from`, words added in `from`'s order. `code` has from->n places.
 */
WARN_UNUSED err dict_merge(struct dict *d, const struct dict *from, uint32_t *code);

str dict_text(const struct dict *d, size_t code); /* borrowed until the next dict_code */
void dict_clear(struct dict *d);                  /* empties, keeps the memory */
void dict_free(struct dict *d);

#endif
