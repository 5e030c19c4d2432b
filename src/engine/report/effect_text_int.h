/* SPDX-License-Identifier: EUPL-1.2 */
/* effect_text: the parts of an estimation as plain text that have a file of their own. */
#ifndef ONTSCHOT_ENGINE_REPORT_EFFECT_TEXT_INT_H
#define ONTSCHOT_ENGINE_REPORT_EFFECT_TEXT_INT_H

#include "base/i18n.h"
#include "base/out.h"
#include "engine/effect/effect.h"

/* Before any estimate: the smallest p that the teams allow. NULL: nothing. */
void effect_text_design(out *o, enum lang lang, const struct effect_teams *teams);

/* How sure the main effect is, counted in teams. */
WARN_UNUSED err effect_text_teams(out *o, enum lang lang, const struct effect_result *r,
                                  int decimals, struct err_info *info);

/* For whom, and what should be 0; which negative controls there are not. */
WARN_UNUSED err effect_text_looks(out *o, enum lang lang, const struct effect_result *r,
                                  struct err_info *info);

/* What is left of the effect when trends were not parallel, and what the pre-test can find. */
WARN_UNUSED err effect_text_honest(out *o, enum lang lang, const struct effect_result *r,
                                   int decimals, struct err_info *info);

/* Matching: who was lost and why; then who is compared with whom. */
WARN_UNUSED err effect_text_units(out *o, enum lang lang, const struct effect_result *r,
                                  struct err_info *info);
void effect_text_match(out *o, enum lang lang, const struct effect_result *r);

/* How alike two groups are, before and after; nothing when that is not known. */
WARN_UNUSED err effect_text_balance(out *o, enum lang lang, const struct effect_result *r,
                                    struct err_info *info);
/* Who is compared with whom, and whom the effect is about. */
void effect_text_comparison(out *o, enum lang lang, const struct effect_result *r);

/*
 * A message of n counts. Where one may not be shown it is `key_hidden`, a list of labels rather
 * than a sentence, in which words stand in its place.
 */
void effect_text_counts(struct msg *m, const char *key, const char *key_hidden, const size_t *count,
                        size_t n);

#endif
