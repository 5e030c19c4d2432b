/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * disclosure: the one door through which aggregates leave.
 *
 * Does: turn the result of an estimation into one that may be seen: what says
 *       something of a handful of persons, or of one provider's money, is
 *       withheld, and so is what would give that away by subtraction. All that
 *       prints takes a struct released_effect, which only this room can make.
 * Does not: estimate (engine/effect), print (engine/report), or judge who may
 *       see what was released (app/access).
 *
 * The rules, and why they suffice, are in release_int.h; in plain words in
 * docs/disclosure.md.
 */
#ifndef ONTSCHOT_ENGINE_DISCLOSURE_H
#define ONTSCHOT_ENGINE_DISCLOSURE_H

#include "engine/effect/effect.h"

/* A result that went through the door. */
struct released_effect;

enum { DISCLOSURE_NOTES_MAX = 12 };

/*
 * Releases `result` by its own spec.min_persons, never below
 * EFFECT_PERSONS_LEAST. The result is taken over, on an error as well: what was
 * not released is gone. E_NOMEM.
 */
WARN_UNUSED err disclosure_release(struct effect_result *result, struct released_effect **released,
                                   struct err_info *info);

/* effect_run and disclosure_release in one: outside the engine no other way to a result exists. */
WARN_UNUSED err disclosure_run(const table *t, const struct effect_spec *spec, par *pool,
                               const struct progress *progress, struct released_effect **released,
                               struct err_info *info);

/* The same from sums for each team. */
WARN_UNUSED err disclosure_run_compressed(const compressed *c, const struct effect_spec *spec,
                                          par *pool, const struct progress *progress,
                                          struct released_effect **released, struct err_info *info);
void disclosure_free(struct released_effect *released); /* NULL is fine */

enum { DISCLOSURE_BESIDE_MAX = 10 };

/*
 * For the effect on a part of the people beside that on all, or on other parts:
 * withholds all of `part` when the rest is a handful of persons.
 *
 * beside  n parts that were released before and share nobody with `part`; of
 *         more than DISCLOSURE_BESIDE_MAX the first count
 */
void disclosure_keep_apart(struct released_effect *part, const struct released_effect *whole,
                           const struct released_effect *const *beside, size_t n);

/*
 * What may be seen; NULL for NULL. A number that may not is NaN, its estimate
 * `failed` with a key that starts with "disclosure."; a count is EFFECT_HIDDEN.
 */
const struct effect_result *disclosure_view(const struct released_effect *released);

/* What was withheld, how often and why, in up to DISCLOSURE_NOTES_MAX sentences. */
const struct msg *disclosure_notes(const struct released_effect *released, size_t *n);

/* Whether there is no number because of the door. */
bool disclosure_withheld(const struct effect_estimate *e);

/*
 * Why an estimation failed, for a page that others read: small counts and what
 * stands in one person's row are left out. On the terminal of who has the file
 * the error itself is printed.
 */
struct msg disclosure_failure(const struct err_info *info, size_t min_persons);

#endif
