/* SPDX-License-Identifier: EUPL-1.2 */
/* dice: draws one after another from a stream that a block of the town has for one use. */
#ifndef ONTSCHOT_DEMO_TOWN_DICE_H
#define ONTSCHOT_DEMO_TOWN_DICE_H

#include "base/rng.h"

#include <stdbool.h>

struct dice {
    struct rng_key key;
    uint64_t at;
    uint32_t left[4];
    unsigned n_left;
};

static inline struct dice dice_new(uint64_t seed, const char *use, uint64_t index)
{
    return (struct dice){.key = {seed, rng_stream(use, index)}};
}

static inline uint32_t dice_bits(struct dice *d)
{
    if (d->n_left == 0) {
        rng_bits(d->key, d->at++, d->left);
        d->n_left = 4;
    }
    return d->left[--d->n_left];
}

/* 0 .. n - 1; n up to 2^32, evenly within n / 2^32. */
static inline uint32_t dice_below(struct dice *d, uint32_t n)
{
    return (uint32_t)((uint64_t)dice_bits(d) * n >> 32);
}

static inline int dice_between(struct dice *d, int least, int most)
{
    return least + (int)dice_below(d, (uint32_t)(most - least + 1));
}

static inline double dice_unit(struct dice *d)
{
    return (dice_bits(d) + 0.5) / 4294967296.0;
}

static inline bool dice_chance(struct dice *d, double p)
{
    return dice_unit(d) < p;
}

/* Index of one of n of which the first are drawn more often: density falls as i^(1/power - 1). */
static inline uint32_t dice_head(struct dice *d, size_t n, double power)
{
    const double u = dice_unit(d);
    const double quarter = __builtin_sqrt(__builtin_sqrt(u));
    double part = u;
    for (double rest = power - 1; rest > 0; rest -= 0.25)
        part *= quarter;
    return (uint32_t)(part * (double)n);
}

/* Row of a table of shares that add up to about one; the last takes the rest. */
static inline size_t dice_row(struct dice *d, const double *share, size_t n)
{
    double u = dice_unit(d);
    size_t i = 0;
    while (i + 1 < n && u >= share[i])
        u -= share[i++];
    return i;
}

#endif
