/* SPDX-License-Identifier: EUPL-1.2 */
/* effect_text: the parts of an estimation that text shows in a way of their own. */
#ifndef ONTSCHOT_ENGINE_REPORT_EFFECT_TEXT_INT_H
#define ONTSCHOT_ENGINE_REPORT_EFFECT_TEXT_INT_H

#include "base/i18n.h"
#include "base/out.h"
#include "engine/effect/effect.h"

/* How alike two groups are, before and after; nothing when that is not known. */
WARN_UNUSED err text_print_balance(out *o, enum lang lang, const struct effect_result *r,
                                   struct err_info *info);
/* Who is compared with whom, and whom the effect is about. */
void text_say_comparison(out *o, enum lang lang, const struct effect_result *r);

#endif
