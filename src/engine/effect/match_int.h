/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * match: who is compared with whom.
 *
 * Does: nearest neighbours on one number, within a width, with or without
 *       replacement, one or more for each treated.
 * Does not: know where the number comes from, weigh, or estimate.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_MATCH_INT_H
#define ONTSCHOT_ENGINE_EFFECT_MATCH_INT_H

#include "base/arena.h"
#include "base/err.h"

struct match_ask {
    const double *value; /* n places on a line, no NaN */
    const double *d;     /* n: 1 treated, 0 control; both there */
    size_t n;
    size_t ratio; /* controls wanted for each treated, >= 1 */
    double width; /* largest distance of a pair, or REAL_INF */
    bool replace; /* a control may be taken again, though not by the same treated */
};

struct match_pair {
    size_t treated, control; /* rows */
};

struct match_pairs {
    struct match_pair *pair; /* in the order in which they were made */
    size_t n;
    size_t n_outside; /* treated with no control within the width */
    size_t n_taken;   /* treated whose controls within the width all went to others */
};

/*
 * Greedy nearest neighbours: Rubin (1973), with the order of Dehejia and Wahba
 * (2002), largest value first as they are the hardest to match; equal values in
 * the order of rows. Without replacement and with a ratio over 1, all treated
 * choose one control before anyone chooses a second.
 *
 * The controls stand in a line by value, equal ones in the order of rows, and a
 * treated just before the controls of its own value. It takes the nearer of the
 * first free control on either side, the lower one when both are as near. No
 * draw decides, so that the same rows give the same pairs.
 *
 * O(n log n) for each of the ratio's rounds. Memory of the pairs comes from `a`. E_NOMEM.
 */
WARN_UNUSED err match_nearest(const struct match_ask *ask, arena *a, struct match_pairs *pairs,
                              struct err_info *info);

#endif
