/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/linkage/bloom.h"

enum { PIECE = 256 };

typedef const uint64_t bits_t[LINKAGE_FILTER_WORDS];

static inline __attribute__((always_inline)) void count_shared(bits_t a, bits_t *b, size_t n,
                                                               uint16_t *shared)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t count = 0;
        for (size_t k = 0; k < LINKAGE_FILTER_WORDS; k++)
            count += (uint64_t)__builtin_popcountll(a[k] & b[i][k]);
        shared[i] = (uint16_t)count;
    }
}

static void count_plain(bits_t a, bits_t *b, size_t n, uint16_t *shared)
{
    count_shared(a, b, n, shared);
}

/* Counting bits has an instruction of its own, as fast here as vectors of 512 bits (measured). */
#ifdef __x86_64__
__attribute__((target("popcnt"))) static void count_popcnt(bits_t a, bits_t *b, size_t n,
                                                           uint16_t *shared)
{
    count_shared(a, b, n, shared);
}
#endif

typedef void count_fn(bits_t a, bits_t *b, size_t n, uint16_t *shared);

static count_fn *pick_count(void)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("popcnt"))
        return count_popcnt;
#endif
    return count_plain;
}

/* Divided as reals, which vectors can: exact, as the quotient is below 2^14 and its fraction a
 * multiple of 1 / 2^11. */
static inline uint16_t dice(uint16_t shared, uint16_t na, uint16_t nb)
{
    const int32_t all = na + nb;
    const int32_t top = 2 * LINKAGE_DICE_ONE * shared;
    return (uint16_t)(int32_t)((double)top / (double)(all + (all == 0)));
}

uint16_t linkage_dice(const struct linkage_filter *a, const struct linkage_filter *b)
{
    uint16_t shared;
    pick_count()(a->bits, &b->bits, 1, &shared);
    return dice(shared, a->n, b->n);
}

void linkage_dice_many(const struct linkage_filter *a, const struct linkage_filters *b, size_t from,
                       size_t n, uint16_t *score)
{
    uint16_t shared[PIECE];
    count_fn *const count = pick_count();
    for (size_t i = 0; i < n; i += PIECE) {
        const size_t n_piece = n - i < PIECE ? n - i : PIECE;
        count(a->bits, (bits_t *)b->bits + from + i, n_piece, shared);
        for (size_t k = 0; k < n_piece; k++)
            score[i + k] = dice(shared[k], a->n, b->n_set[from + i + k]);
    }
}
