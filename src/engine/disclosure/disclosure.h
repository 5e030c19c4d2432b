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

enum {
    DISCLOSURE_PERSONS_DEFAULT = 10,
    DISCLOSURE_PERSONS_LEAST = 5, /* no policy asks for fewer */
    DISCLOSURE_PERSONS_MOST = 1000000,
};

struct disclosure_policy {
    size_t min_persons; /* behind anything that is shown */
};
#define DISCLOSURE_POLICY_DEFAULT ((struct disclosure_policy){DISCLOSURE_PERSONS_DEFAULT})

/* E_INPUT when fewer than DISCLOSURE_PERSONS_LEAST persons are asked for, or absurdly many. */
WARN_UNUSED err disclosure_check(const struct disclosure_policy *policy, struct err_info *info);

/* A result that went through the door. */
struct released_effect;

/*
 * Releases `result`, which is taken over, on an error as well: what was not
 * released is gone. E_INPUT for a policy that disclosure_check refuses; E_NOMEM.
 */
WARN_UNUSED err disclosure_release(struct effect_result *result,
                                   const struct disclosure_policy *policy,
                                   struct released_effect **released, struct err_info *info);

/* effect_run and disclosure_release in one: outside the engine no other way to a result exists. */
WARN_UNUSED err disclosure_run(const table *t, const struct effect_spec *spec,
                               const struct disclosure_policy *policy, par *pool,
                               const struct progress *progress, struct released_effect **released,
                               struct err_info *info);
void disclosure_free(struct released_effect *released); /* NULL is fine */

/* What may be seen. NULL for NULL. */
const struct effect_result *disclosure_view(const struct released_effect *released);

#endif
