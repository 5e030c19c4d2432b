/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * match_strata: who agrees with whom, on columns as they are or coarsened.
 *
 * Does: classes by cut points that are given, or by the rule of Sturges; rows
 *       with the same class in every column as one stratum.
 * Does not: choose partners or weigh.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_MATCH_STRATA_INT_H
#define ONTSCHOT_ENGINE_EFFECT_MATCH_STRATA_INT_H

#include "engine/effect/frame_int.h"

struct match_strata {
    uint32_t *code; /* f->n: 0 .. n - 1 by first appearance */
    size_t n;
};

/*
 * Strata of the rows of `f` by what s asks: equal in the columns of s->exact; for
 * EFFECT_EXACT in every covariate; for EFFECT_CEM in the class of every covariate.
 *
 * Classes of numbers and dates, Iacus, King and Porro (2012), sec. 3: by the cut
 * points of s->cuts, at[i - 1] <= value < at[i]; or ceil(log2(n) + 1) of equal width
 * from the smallest to the largest value (Sturges 1926). A word is a class.
 *
 * Memory from `a`. E_INPUT for cut points on words; E_NOMEM.
 */
WARN_UNUSED err match_strata_read(const table *t, const struct frame *f,
                                  const struct effect_spec *s, par *pool, arena *a,
                                  struct match_strata *strata, struct err_info *info);

#endif
