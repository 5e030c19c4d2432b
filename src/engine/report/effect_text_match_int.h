/* SPDX-License-Identifier: EUPL-1.2 */
/* effect_text_match: who was compared with whom, as text. */
#ifndef ONTSCHOT_ENGINE_REPORT_EFFECT_TEXT_MATCH_INT_H
#define ONTSCHOT_ENGINE_REPORT_EFFECT_TEXT_MATCH_INT_H

#include "base/i18n.h"
#include "base/out.h"
#include "engine/effect/effect.h"

/* The units lost and why; nothing without matching. */
WARN_UNUSED err text_print_units(out *o, enum lang lang, const struct effect_result *r,
                                 struct err_info *info);

/* How many pairs or strata, and what these are worth. */
void text_say_match(out *o, enum lang lang, const struct effect_match *match);

#endif
