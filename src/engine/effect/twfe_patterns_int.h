/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * twfe_patterns: units counted by the part they belong to and the periods they were seen in.
 *
 * Does: add up weights of equal units. Does not: know what a part or a period means.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_TWFE_PATTERNS_INT_H
#define ONTSCHOT_ENGINE_EFFECT_TWFE_PATTERNS_INT_H

#include "base/arena.h"
#include "engine/effect/panel_int.h"

enum {
    TWFE_PATTERNS_MAX = 1024,
    TWFE_PATTERN_WORDS_MAX = (PANEL_PERIODS_MAX + 63) / 64 + 1,
};

struct twfe_patterns {
    size_t n, n_words;
    uint64_t *key;  /* TWFE_PATTERNS_MAX x n_words: bits of period codes, then the part */
    double *weight; /* TWFE_PATTERNS_MAX: of their units */
    uint16_t *slot; /* pattern + 1, by hash; 0: free */
    uint16_t *last; /* of each part: the pattern + 1 of its last unit; 0: none */
};

WARN_UNUSED err twfe_patterns_new(size_t n_parts, size_t n_codes, arena *a, struct twfe_patterns *p,
                                  struct err_info *info);

/* False when that would be more than `most` patterns, TWFE_PATTERNS_MAX at most. */
WARN_UNUSED bool twfe_patterns_add(struct twfe_patterns *p, const uint64_t *key, double weight,
                                   size_t most);

/* The part stands behind the bits. */
static inline size_t twfe_pattern_part(const struct twfe_patterns *p, const uint64_t *key)
{
    return key[p->n_words - 1];
}

#endif
