/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * similar: how alike two folded words are.
 *
 * Does: the Jaro-Winkler measure (Winkler 1990) in exact integers, one pair or one word against
 *       many; edits with neighbours swapped as one (optimal string alignment).
 * Does not: fold (name_int.h). Scores are the same at every vector width.
 */
#ifndef ONTSCHOT_ENGINE_LINKAGE_SIMILAR_INT_H
#define ONTSCHOT_ENGINE_LINKAGE_SIMILAR_INT_H

#include "engine/linkage/name_int.h"

enum { LINKAGE_SIMILAR_ONE = 10000 };

/*
 * With m letters in common, at most max(|a|, |b|) / 2 - 1 places apart, h of which stand in another
 * order: Jaro = (m / |a| + m / |b| + (m - h / 2) / m) / 3, h / 2 rounded down; above 0.7 a common
 * beginning of up to 4 letters l adds l / 10 of what is left to 1. Times LINKAGE_SIMILAR_ONE,
 * rounded down, computed as one fraction of whole numbers. Two empty words are equal, an empty and
 * another have 0. Symmetric.
 */
uint16_t linkage_similar(const struct linkage_word *a, const struct linkage_word *b);

/* score[i] = linkage_similar(a, b + i) */
void linkage_similar_many(const struct linkage_word *a, const struct linkage_word *b, size_t n,
                          uint16_t *score);

/*
 * Letters to insert, drop, replace or swap with their neighbour (no letter twice) to make b of a;
 * max + 1 when it takes more than `max`. Bit-parallel: Hyyrö 2003.
 */
unsigned linkage_edits(const struct linkage_word *a, const struct linkage_word *b, unsigned max);

#endif
