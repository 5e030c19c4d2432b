/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * effect_int: what the two halves of effect (two groups; panels) share about
 * a result under construction.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_INT_H
#define ONTSCHOT_ENGINE_EFFECT_INT_H

#include "base/arena.h"
#include "engine/effect/effect.h"

/*
 * Adds a warning and returns it for its values; never NULL. When there is no
 * room for it, the last place becomes a count of what was left unsaid.
 */
struct msg *effect_warn(struct effect_result *r, const char *key);

/*
 * Whether errors from so many independent units or clusters, with so many in
 * either group, may be too small: MacKinnon and Webb (2020) on few treated ones.
 */
bool effect_is_few(size_t n, size_t n_treated, size_t n_control);

/* Room in r->memory for n estimates (all numbers NaN), their covariance and n_draws draws. */
WARN_UNUSED err effect_result_reserve(struct effect_result *r, size_t n_estimates, size_t n_draws,
                                      struct err_info *info);

/*
 * effect_run on the rows for which keep[row] is not 0, or on all when it is NULL. What keeps rows
 * in memory anyway gets a table of these; what streams passes over them where they lie.
 */
WARN_UNUSED err effect_run_part(const table *t, const uint8_t *keep, const struct effect_spec *spec,
                                par *pool, const struct progress *progress,
                                struct effect_result **result, struct err_info *info);

/* Fills r->providers when spec.provider names a column. E_INPUT, E_NOMEM. */
WARN_UNUSED err effect_providers_run(const table *t, const uint8_t *keep, struct effect_result *r,
                                     struct err_info *info);

/* Sets method and controls of a spec that leaves them to the rule: effect_design_fit. */
WARN_UNUSED err effect_design_choose(const table *t, struct effect_spec *s, struct err_info *info);

/* Fills r->design, when all else is known. */
WARN_UNUSED err effect_design_tell(struct effect_result *r, struct err_info *info);

/* What effect_spec_check asks about matching, also of other methods. E_INPUT. */
WARN_UNUSED err effect_matching_check(const struct effect_spec *s, struct err_info *info);

/* What effect_spec_check asks about options that belong to some methods only. E_INPUT. */
WARN_UNUSED err effect_scope_check(const struct effect_spec *s, struct err_info *info);

/* Two groups, seen once: the methods without unit and time. `r->spec` is valid. */
WARN_UNUSED err effect_cross_run(const table *t, par *pool, const struct progress *progress,
                                 struct effect_result *r, struct err_info *info);

#endif
