/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * match: who is compared with whom.
 *
 * Does: nearest neighbours on one number or in a space of several, within a width
 *       and within strata, with or without replacement, one or more for each treated.
 * Does not: know where the numbers come from, weigh, or estimate.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_MATCH_INT_H
#define ONTSCHOT_ENGINE_EFFECT_MATCH_INT_H

#include "base/arena.h"
#include "base/par.h"

struct match_ask {
    const double *value;    /* n places on a line, no NaN; in space NULL: no caliper */
    const double *const *x; /* in space: k columns of n, distance is Euclidean */
    size_t k;
    const double *d;         /* n: 1 treated, 0 control; both there */
    const uint32_t *stratum; /* n codes: partners share one; NULL: all may be partners */
    size_t n_strata;
    size_t n;
    size_t ratio; /* controls wanted for each treated, >= 1 */
    double width; /* largest distance of a pair on the line, or REAL_INF */
    bool replace; /* a control may be taken again, though not by the same treated */
};

struct match_pair {
    size_t treated, control; /* rows */
};

struct match_pairs {
    struct match_pair *pair; /* in the order in which they were made */
    size_t n;
    size_t n_alone;   /* treated with no control in their stratum */
    size_t n_outside; /* treated with some there, but none within the width */
    size_t n_taken;   /* treated whose controls within the width all went to others */
};

/*
 * Greedy nearest neighbours: Rubin (1973), with the order of Dehejia and Wahba
 * (2002), largest value first as they are the hardest to match; equal values in
 * the order of rows. Without replacement and with a ratio over 1, all treated
 * choose one control before anyone chooses a second.
 *
 * The controls of a stratum stand in a line by value, equal ones in the order of
 * rows, and a treated just before the controls of its own value. It takes the
 * nearer of the first free control on either side, the lower one when both are as
 * near. No draw decides, so that the same rows give the same pairs.
 *
 * O(n) to sort and O(n log n) for each of the ratio's rounds. Memory of the pairs
 * comes from `a`. E_NOMEM.
 */
WARN_UNUSED err match_nearest(const struct match_ask *ask, arena *a, struct match_pairs *pairs,
                              struct err_info *info);

/*
 * The same in space. The treated choose by value, largest first, or without value
 * in the order of rows; each takes the free control at the smallest distance
 * within the width, the lowest row of those that are as near. The distance is the
 * sum over the columns, first to last, of squared differences.
 *
 * The pairs are those of a search that looks at everybody each time. A k-d tree
 * (Friedman, Bentley and Finkel 1977) with tight boxes keeps it short; candidates
 * are found by all threads, and given out by one.
 */
WARN_UNUSED err match_in_space(const struct match_ask *ask, par *pool, arena *a,
                               struct match_pairs *pairs, struct err_info *info);

/* For both ------------------------------------------------------------------- */

/* The groups apart: treated as they choose, controls by stratum. */
struct match_sides {
    uint32_t *treated; /* n_treated rows */
    uint32_t *control; /* n_control rows; within a stratum by value, or without by row */
    size_t *first;     /* n_strata + 1: where the controls of each stratum start */
    size_t n_treated, n_control;
};

/* Memory from `a`. Without strata there is one. E_NOMEM. */
WARN_UNUSED err match_sides_new(const struct match_ask *ask, arena *a, struct match_sides *s,
                                struct err_info *info);

static inline size_t match_stratum(const struct match_ask *ask, size_t row)
{
    return ask->stratum ? ask->stratum[row] : 0;
}

/* Room in `a` for the most pairs there can be. E_NOMEM. */
WARN_UNUSED err match_pairs_new(const struct match_ask *ask, const struct match_sides *s, arena *a,
                                struct match_pairs *pairs, struct err_info *info);

#endif
