/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * release_int: the rules of the door, and why they suffice.
 *
 * Who attacks knows the design, all weights, and every number that was shown;
 * what they show is a system of linear equations over what they do not know.
 *
 * Counts (counts.c). Persons fall in disjoint classes (matched, outside the
 * caliper, ...); each count is a sum of classes. Counts are let through one by
 * one, the most useful first, and only when with those before it no set of 1 to
 * min - 1 persons can be counted: its indicator is not in their linear span.
 *
 * Estimates (cells.c). A group-time effect with few persons is hidden. Averages
 * by event time have no cell in common, so that it suffices that what is hidden
 * in each shown one stands on enough persons: another cell is hidden when it
 * does not, or the average itself. The overall average is the sum of those by
 * event time; what is hidden in the withheld ones together must stand on enough
 * persons, too. Averages by start or by calendar time cut across these: any that
 * has a hidden cell is withheld.
 *
 * Amounts (parts.c). Who knows one large contribution can estimate the largest
 * too well when it is over half of a total, when the two largest are over 85 %,
 * or when the rest is under 15 % of the largest: the (1, 50), (2, 85) and p = 15 %
 * rules. Then no number about the outcome leaves.
 *
 * Means (means.c). The mean of a column of two values tells of those who have the
 * one, whatever they weigh: of few it is hidden, as when few have the other.
 * Words of one column divide the people together.
 *
 * Looks (looks.c). Values of one column divide the people. Those whose effect is
 * withheld and those without a value are the rest; while that is a handful, the
 * smallest look goes with it.
 *
 * Hundepool et al. (2012), Statistical Disclosure Control, Wiley: chapter 4 on
 * tables, dominance and complementary suppression.
 */
#ifndef ONTSCHOT_ENGINE_DISCLOSURE_RELEASE_INT_H
#define ONTSCHOT_ENGINE_DISCLOSURE_RELEASE_INT_H

#include "engine/disclosure/released.h"

/* Whether so many persons are too few to speak of, and not none. */
static inline bool is_small(size_t n, size_t min)
{
    return n > 0 && n < min;
}

/* Whether one provider has too much of a total in either group; false for NULL. */
bool release_is_dominated(const struct effect_providers *p);

/* Notes what was done, with how often; nothing when it never was. */
void release_note(struct released_effect *to, const char *key, size_t n);

/* Takes the numbers of an estimate away, and its counts, and all that moves with it. */
void release_withhold(struct effect_result *r, size_t estimate, const char *why);

/* Hides a count, if it is not hidden yet. */
void release_hide(struct released_effect *to, size_t *count);

/* Each works on to->result in place. */
WARN_UNUSED err release_cells(struct released_effect *to, struct err_info *info);
void release_alike(struct released_effect *to);
void release_counts(struct released_effect *to);
void release_parts(struct released_effect *to);
void release_means(struct released_effect *to);
void release_looks(struct released_effect *to);
void release_bounds(struct released_effect *to);
void release_warnings(struct released_effect *to);

#endif
