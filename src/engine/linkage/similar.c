/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/linkage/similar_int.h"

enum { PREFIX_MAX = 4 };

/* Where each letter stands in a word: bit i for place i. */
struct places {
    uint32_t of[LINKAGE_ALPHABET];
};

static void find_places(const struct linkage_word *w, struct places *p)
{
    *p = (struct places){0};
    for (size_t i = 0; i < w->n; i++)
        p->of[w->letter[i]] |= UINT32_C(1) << i;
}

static unsigned larger(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

static unsigned common_start(const struct linkage_word *a, const struct linkage_word *b)
{
    unsigned n = 0;
    while (n < PREFIX_MAX && a->letter[n] && a->letter[n] == b->letter[n])
        n++;
    return n;
}

/* Jaro-Winkler as one fraction; all fits: m, na, nb <= 31, so that 1000 * 10 * one < 2^30. */
static inline uint32_t score_of(uint32_t na, uint32_t nb, uint32_t m, uint32_t half, uint32_t start)
{
    if (m == 0)
        return na == 0 && nb == 0 ? LINKAGE_SIMILAR_ONE : 0;
    const uint32_t one = 3 * m * na * nb;
    const uint32_t jaro = m * m * (na + nb) + (m - half) * na * nb;
    const uint32_t boost = 10 * jaro > 7 * one ? start : 0;
    return LINKAGE_SIMILAR_ONE / 10 * (jaro * (10 - boost) + boost * one) / one;
}

static uint16_t similar_to(const struct places *places, const struct linkage_word *a,
                           const struct linkage_word *b)
{
    const unsigned longest = larger(a->n, b->n);
    const unsigned reach = longest < 4 ? 0 : longest / 2 - 1;
    uint32_t window = (UINT32_C(2) << reach) - 1; /* places of a within reach of b's place j */
    uint32_t used = 0, taken = 0;                 /* places of a, of b, that have a partner */
    for (unsigned j = 0; j < b->n; j++) {
        const uint32_t free = places->of[b->letter[j]] & window & ~used;
        used |= free & -free; /* the first of them */
        taken |= (uint32_t)(free != 0) << j;
        window = window << 1 | (j < reach);
    }
    const uint32_t m = (uint32_t)__builtin_popcount(used);
    uint32_t out_of_order = 0;
    for (; taken; taken &= taken - 1, used &= used - 1)
        out_of_order += (places->of[b->letter[__builtin_ctz(taken)]] & used & -used) == 0;
    return (uint16_t)score_of(a->n, b->n, m, out_of_order / 2, common_start(a, b));
}

uint16_t linkage_similar(const struct linkage_word *a, const struct linkage_word *b)
{
    struct places places;
    find_places(a, &places);
    return similar_to(&places, a, b);
}

void linkage_similar_many(const struct linkage_word *a, const struct linkage_word *b, size_t n,
                          uint16_t *score)
{
    struct places places;
    find_places(a, &places);
    for (size_t i = 0; i < n; i++)
        score[i] = similar_to(&places, a, b + i);
}

/*
 * Hyyrö 2003, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances":
 * column j of the table of distances as the places where it steps up or down.
 */
unsigned linkage_edits(const struct linkage_word *a, const struct linkage_word *b, unsigned max)
{
    struct places places;
    find_places(a, &places);
    if (a->n == 0)
        return b->n > max ? max + 1 : b->n;
    const uint32_t last = UINT32_C(1) << (a->n - 1);
    uint32_t up = UINT32_MAX, down = 0, diagonal = 0, equal_before = 0;
    unsigned edits = a->n;
    for (unsigned j = 0; j < b->n; j++) {
        const uint32_t equal = places.of[b->letter[j]];
        const uint32_t swapped = ((~diagonal & equal) << 1) & equal_before;
        diagonal = (((equal & up) + up) ^ up) | equal | down | swapped;
        const uint32_t right = down | ~(diagonal | up);
        const uint32_t left = diagonal & up;
        edits += (right & last) != 0;
        edits -= (left & last) != 0;
        const uint32_t moved = right << 1 | 1;
        up = left << 1 | ~(diagonal | moved);
        down = moved & diagonal;
        equal_before = equal;
    }
    return edits > max ? max + 1 : edits;
}
