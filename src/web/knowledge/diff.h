/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * diff: what changed between two texts, in words.
 *
 * Does: the longest common subsequence of lines, and within changed lines of words, so that as
 *       little as possible counts as changed.
 * Does not: work without end: beyond DIFF_CELLS_MAX comparisons in all, what differs is given as
 *           removed and added as a whole.
 */
#ifndef ONTSCHOT_WEB_KNOWLEDGE_DIFF_H
#define ONTSCHOT_WEB_KNOWLEDGE_DIFF_H

#include "base/arena.h"
#include "base/err.h"

enum { DIFF_CELLS_MAX = 4 << 20 };

enum diff_kind { DIFF_SAME, DIFF_REMOVED, DIFF_ADDED };

struct diff_piece {
    enum diff_kind kind;
    str text; /* cut from one of the two */
};

/*
 * The pieces in order: SAME and REMOVED together are `before`, SAME and ADDED together `after`.
 * They live in `a`. E_NOMEM.
 */
WARN_UNUSED err diff_texts(arena *a, str before, str after, struct diff_piece **pieces, size_t *n,
                           struct err_info *info);

#endif
