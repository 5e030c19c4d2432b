/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * multiple: p-values of several hypotheses that are read together.
 *
 * Does: step-down after Romano and Wolf on given draws, and step-up after
 *       Benjamini and Hochberg.
 * Does not: make draws (effect_adjust_family does) or choose what is a family.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_MULTIPLE_INT_H
#define ONTSCHOT_ENGINE_EFFECT_MULTIPLE_INT_H

#include "engine/effect/effect.h"

/*
 * Romano and Wolf (2005, algorithm 4.1; 2016, eq. 6 for p-values). Hypotheses
 * are taken from the largest `statistic` to the smallest; each p is the share
 * of draws in which the largest |draw| among it and those still to come is at
 * least its statistic, (1 + count) / (1 + n_draws), and never smaller than
 * the one before. The chance of any false rejection stays below the level.
 *
 *   statistic  n, >= 0; NaN: not in the family, p is NaN
 *   draw       n_draws x n, row-major: what the statistics are like without effects
 */
WARN_UNUSED err multiple_step_down(const double *statistic, size_t n, const double *draw,
                                   size_t n_draws, double *p, struct err_info *info);

/*
 * Benjamini and Hochberg (1995): with p(1) <= ... <= p(m), the adjusted p(i)
 * is the least m p(j) / j over j >= i. Of those called an effect at level q a
 * share of q at most is expected to be none. NaN stays NaN and does not count.
 */
WARN_UNUSED err multiple_step_up(const double *p, size_t n, double *adjusted,
                                 struct err_info *info);

#endif
