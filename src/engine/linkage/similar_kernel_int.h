/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One word of at most WIDE_MAX letters against a block of words, for base/kernels.h. No include
 * guard: included once for each CPU. A lane is a word; its bits are places in the one word.
 */

#define SPREAD KERNEL(spread)
typedef uint16_t SPREAD __attribute__((vector_size(KERNEL_BYTES)));
typedef uint8_t KERNEL(narrow) __attribute__((vector_size(KERNEL_BYTES / 2)));
enum { KERNEL(LANES) = KERNEL_BYTES / 2 };

/* Two words' bytes taken in turn, of their first and of their last halves. */
KERNEL_TARGET static inline void KERNEL(zip)(bytes16 a, bytes16 b, bytes16 *to)
{
    to[0] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    to[1] =
        __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/* 16 words' bytes `from` .. from + 15 as 16 columns: four times zipping each row with the eighth
 * after it is turning rows to columns. */
KERNEL_TARGET static inline void KERNEL(turn16)(const struct linkage_word *b, size_t from,
                                                uint8_t (*column)[BLOCK])
{
    bytes16 one[16], other[16];
    for (size_t i = 0; i < 16; i++)
        one[i] = *(const bytes16 *)((const char *)(b + i) + from);
#pragma GCC unroll 8
    for (size_t i = 0; i < 8; i++)
        KERNEL(zip)(one[i], one[i + 8], other + 2 * i);
#pragma GCC unroll 8
    for (size_t i = 0; i < 8; i++)
        KERNEL(zip)(other[i], other[i + 8], one + 2 * i);
#pragma GCC unroll 8
    for (size_t i = 0; i < 8; i++)
        KERNEL(zip)(one[i], one[i + 8], other + 2 * i);
#pragma GCC unroll 8
    for (size_t i = 0; i < 8; i++)
        KERNEL(zip)(other[i], other[i + 8], one + 2 * i);
    for (size_t i = 0; i < 16; i++)
        *(bytes16 *)column[i] = one[i];
}

KERNEL_TARGET static inline void KERNEL(turn)(const struct linkage_word *a,
                                              const struct linkage_word *b, struct columns *columns)
{
    unsigned n_max = 0;
    for (size_t i = 0; i < BLOCK; i++)
        n_max = larger(n_max, b[i].n);
    for (size_t i = 0; i < BLOCK; i += 16) {
        KERNEL(turn16)(b + i, 0, (uint8_t(*)[BLOCK])(columns->letter[0] + i));
        if (n_max >= 16)
            KERNEL(turn16)(b + i, 16, (uint8_t(*)[BLOCK])(columns->letter[16] + i));
    }
    columns->n_max = n_max;
    columns->reach_max = reach_of(larger(a->n, n_max));
}

/* What linkage_similar computes up to its fraction, of the words in lanes `from` and on. */
KERNEL_TARGET static inline void KERNEL(match_lanes)(const struct linkage_word *a,
                                                     const struct columns *columns, size_t from,
                                                     struct matches *found)
{
    SPREAD equal[LINKAGE_WORD_MAX], hit[LINKAGE_WORD_MAX];
#define COLUMN(j)                                                                                  \
    __builtin_convertvector(*(const KERNEL(narrow) *)(columns->letter[j] + from), SPREAD)
    const SPREAD nb = COLUMN(0), na = nb * 0 + a->n;
    const SPREAD is_longer = (SPREAD)(nb > na);
    const SPREAD half = ((nb & is_longer) | (na & ~is_longer)) >> 1;
    const SPREAD reach = half + (SPREAD)(half > 0);
    SPREAD window = na * 0 + 1, used = na * 0, m = used, moved = used, start = used;
    SPREAD run = ~used;
    for (unsigned k = 1; k <= columns->reach_max; k++)
        window |= (SPREAD)(reach >= (uint16_t)k) & (uint16_t)(1u << k);

    for (unsigned j = 0; j < columns->n_max; j++) {
        const SPREAD letter = COLUMN(j + 1);
        SPREAD at = used * 0;
        for (unsigned i = 0; i < a->n; i++)
            at |= (SPREAD)(letter == a->letter[i]) & (uint16_t)(1u << i);
        const SPREAD free = at & window & ~used;
        used |= free & -free;
        equal[j] = at;
        hit[j] = (SPREAD)(free != 0);
        m -= hit[j];
        window = (window << 1) - (SPREAD)(reach > (uint16_t)j);
        if (j < PREFIX_MAX) {
            run &= (SPREAD)((at & (uint16_t)(1u << j)) != 0);
            start -= run;
        }
    }
    for (unsigned j = 0; j < columns->n_max; j++) {
        const SPREAD first = used & -used;
        moved -= (SPREAD)((equal[j] & first) == 0) & hit[j];
        used ^= first & hit[j];
    }
    *(SPREAD *)(found->n + from) = nb;
    *(SPREAD *)(found->m + from) = m;
    *(SPREAD *)(found->moved + from) = moved;
    *(SPREAD *)(found->start + from) = start;
#undef COLUMN
}

KERNEL_TARGET static void KERNEL(similar_block)(const struct linkage_word *a,
                                                const struct linkage_word *b, uint16_t *score)
{
    struct columns columns;
    struct matches found;
    KERNEL(turn)(a, b, &columns);
    for (size_t from = 0; from < BLOCK; from += KERNEL(LANES))
        KERNEL(match_lanes)(a, &columns, from, &found);
    for (size_t i = 0; i < BLOCK; i++)
        score[i] =
            (uint16_t)score_of(a->n, found.n[i], found.m[i], found.moved[i] / 2, found.start[i]);
}
#undef SPREAD
