/* SPDX-License-Identifier: EUPL-1.2 */
/* An option that the method never looks at is told, for who gives it thinks it does something. */
#include "engine/effect/effect_int.h"

/* Difference-in-differences by start, under whatever name. */
static bool is_did(const struct effect_spec *s)
{
    return s->unit.n > 0 && !effect_has_fixed_effects(s->method);
}

static bool weighs_by_chance(const struct effect_spec *s)
{
    return s->method == EFFECT_WEIGHTING || (s->method == EFFECT_DID && s->estimator == EFFECT_IPW);
}

/* Options that have a check of their own are not here: matching, balancing, fixed effects, honest.
 */
err effect_scope_check(const struct effect_spec *s, struct err_info *info)
{
    const bool did = is_did(s);
    const struct {
        const char *option;
        bool is_given, has_meaning;
    } options[] = {
        {"control", s->control != EFFECT_NEVER, did},
        {"base", s->base != EFFECT_VARYING, did},
        {"anticipation", s->anticipation != 0, s->unit.n > 0},
        {"estimator", s->estimator != EFFECT_DR, did && s->method == EFFECT_DID},
        {"drop-failed", s->drop_failed, did},
        {"ipw", s->ipw != EFFECT_HAJEK, weighs_by_chance(s)},
        {"first-treated", s->first_treated.n > 0, s->unit.n > 0},
        {"never", s->has_never, s->unit.n > 0},
        {"memory", s->memory > 0, did},
        {"scratch", s->scratch.n > 0, did},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (!options[i].is_given || options[i].has_meaning)
            continue;
        err_text(info, E_INPUT, "effect.option-without-meaning", str_of(options[i].option));
        msg_text(&info->msg, str_of(effect_method_name(s->method)));
        return E_INPUT;
    }
    return OK;
}
