/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/linkage/similar_int.h"

#include <string.h>

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

/* How far apart two equal letters may stand to be one in common. */
static inline unsigned reach_of(unsigned longest)
{
    return longest < 4 ? 0 : longest / 2 - 1;
}

/*
 * Jaro-Winkler as one fraction of whole numbers below 2^31: m, na, nb <= 31. na and nb not both 0.
 * Divided as reals, which vectors can: a quotient below 2^14 that is no whole number lies at least
 * 1 / 2^17 below the next, so that rounding to 53 bits never reaches it.
 */
static inline int32_t score_of(int32_t na, int32_t nb, int32_t m, int32_t half, int32_t start)
{
    const int32_t one = 3 * m * na * nb;
    const int32_t jaro = m * m * (na + nb) + (m - half) * na * nb; /* 0 if m is */
    const int32_t boost = 10 * jaro > 7 * one ? start : 0;
    const int32_t part = jaro * (10 - boost) + boost * one;
    return (int32_t)((double)(LINKAGE_SIMILAR_ONE / 10 * part) / (double)(one + (m == 0)));
}

static uint16_t similar_to(const struct places *places, const struct linkage_word *a,
                           const struct linkage_word *b)
{
    const unsigned longest = larger(a->n, b->n);
    if (longest == 0)
        return LINKAGE_SIMILAR_ONE;
    const unsigned reach = reach_of(longest);
    uint32_t window = (UINT32_C(2) << reach) - 1; /* places of a within reach of b's place j */
    uint32_t used = 0, taken = 0;                 /* places of a, of b, that have a partner */
    for (unsigned j = 0; j < b->n; j++) {
        const uint32_t free = places->of[b->letter[j]] & window & ~used;
        used |= free & -free; /* the first of them */
        taken |= (uint32_t)(free != 0) << j;
        window = window << 1 | (j < reach);
    }
    const int m = __builtin_popcount(used);
    int moved = 0;
    for (; taken; taken &= taken - 1, used &= used - 1)
        moved += (places->of[b->letter[__builtin_ctz(taken)]] & used & -used) == 0;
    return (uint16_t)score_of(a->n, b->n, m, moved / 2, (int32_t)common_start(a, b));
}

uint16_t linkage_similar(const struct linkage_word *a, const struct linkage_word *b)
{
    struct places places;
    find_places(a, &places);
    return similar_to(&places, a, b);
}

/* ---- one against many ---- */

enum { BLOCK = 32, WIDE_MAX = 16 };

typedef uint8_t bytes16 __attribute__((vector_size(16), may_alias));

/* A block of words turned: all lengths, all first letters, and so on. */
struct columns {
    uint8_t letter[LINKAGE_WORD_MAX + 1][BLOCK] __attribute__((aligned(64)));
    unsigned n_max, reach_max;
};

/* Of each word of a block: letters, those in common, those moved, those at the start. */
struct matches {
    uint16_t n[BLOCK] __attribute__((aligned(64)));
    uint16_t m[BLOCK], moved[BLOCK], start[BLOCK];
};

#define KERNEL_FILE "engine/linkage/similar_kernel_int.h"
#include "base/kernels.h"

void linkage_similar_many(const struct linkage_word *a, const struct linkage_word *b, size_t n,
                          uint16_t *score)
{
    struct linkage_word rest[BLOCK] = {0};
    uint16_t rest_score[BLOCK];
    size_t i = 0;
    if (a->n == 0 || a->n > WIDE_MAX) {
        struct places places;
        find_places(a, &places);
        for (; i < n; i++)
            score[i] = similar_to(&places, a, b + i);
        return;
    }
    for (; i + BLOCK <= n; i += BLOCK)
        KERNEL_PICK(similar_block)(a, b + i, score + i);
    if (i == n)
        return;
    memcpy(rest, b + i, (n - i) * sizeof *b);
    KERNEL_PICK(similar_block)(a, rest, rest_score);
    memcpy(score + i, rest_score, (n - i) * sizeof *score);
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
