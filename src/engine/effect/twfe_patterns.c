/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/twfe_patterns_int.h"

#include <string.h>

enum { SLOTS = 4 * TWFE_PATTERNS_MAX };

err twfe_patterns_new(size_t n_parts, size_t n_codes, arena *a, struct twfe_patterns *p,
                      struct err_info *info)
{
    const size_t n_words = (n_codes + 63) / 64 + 1;
    *p = (struct twfe_patterns){
        .n_words = n_words,
        .key = ARENA_NEW(a, uint64_t, TWFE_PATTERNS_MAX * n_words),
        .weight = ARENA_NEW(a, double, TWFE_PATTERNS_MAX),
        .slot = ARENA_NEW(a, uint16_t, SLOTS),
        .last = ARENA_NEW(a, uint16_t, n_parts),
    };
    return p->key && p->weight && p->slot && p->last ? OK : err_nomem(info);
}

static bool is_pattern(const struct twfe_patterns *p, size_t at, const uint64_t *key)
{
    const uint64_t *known = p->key + at * p->n_words;
    bool same = true;
    for (size_t i = 0; i < p->n_words; i++)
        same &= known[i] == key[i];
    return same;
}

/* The slot of a pattern, or the free one where it would be. */
static size_t slot_of(const struct twfe_patterns *p, const uint64_t *key)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < p->n_words; i++)
        hash = (hash ^ key[i]) * UINT64_C(0x9e3779b97f4a7c15), hash ^= hash >> 29;
    size_t at = hash % SLOTS;
    while (p->slot[at] && !is_pattern(p, p->slot[at] - 1u, key))
        at = (at + 1) % SLOTS;
    return at;
}

bool twfe_patterns_add(struct twfe_patterns *p, const uint64_t *key, double weight, size_t most)
{
    uint16_t *last = &p->last[twfe_pattern_part(p, key)];
    if (*last == 0 || !is_pattern(p, *last - 1u, key)) {
        const size_t at = slot_of(p, key);
        if (!p->slot[at]) {
            if (p->n >= most)
                return false;
            memcpy(p->key + p->n * p->n_words, key, p->n_words * sizeof *key);
            p->slot[at] = (uint16_t)++p->n;
        }
        *last = p->slot[at];
    }
    p->weight[*last - 1u] += weight;
    return true;
}
