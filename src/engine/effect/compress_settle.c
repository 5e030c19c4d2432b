/* SPDX-License-Identifier: EUPL-1.2 */
/* What may be asked of sums for each team. */
#include "engine/effect/compress_int.h"

static err refuse_role(const char *option, str asked, str known, struct err_info *info)
{
    err_text(info, E_INPUT, "compress.other-role", str_of(option));
    msg_text(&info->msg, asked);
    msg_text(&info->msg, known);
    return E_INPUT;
}

/* Roles are settled in the file; who names them must mean the same. */
static err settle_roles(const struct compressed *c, struct effect_spec *s, struct err_info *info)
{
    const struct {
        const char *option;
        str *asked;
        str known;
    } roles[] = {
        {"unit", &s->unit, c->unit},
        {"time", &s->time, c->time},
        {"cluster", &s->cluster, c->cluster},
        {"weights", &s->weights, c->weights},
        {"treatment", &s->treatment, c->treatment},
        {"first-treated", &s->first_treated, c->treatment},
    };
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if (roles[i].asked->n && !str_eq(*roles[i].asked, roles[i].known))
            return refuse_role(roles[i].option, *roles[i].asked, roles[i].known, info);
        *roles[i].asked = roles[i].known;
    }
    s->treatment = (str){0};
    return OK;
}

err compressed_settle(const struct compressed *c, struct effect_spec *s, struct err_info *info)
{
    const struct {
        bool asked;
        const char *option;
    } not_here[] = {
        {s->n_fixed_effects > 0, "fixed-effects"},
        {s->has_errors && s->errors < EFFECT_CR1, "errors"},
        {s->bootstrap > 0, "bootstrap"},
        {s->anticipation > 0, "anticipation"},
        {s->n_subgroups > 0, "subgroups"},
        {s->n_explore > 0, "explore"},
        {s->n_placebo_outcomes > 0, "placebo-outcomes"},
        {s->unaffected.n > 0, "unaffected"},
        {s->provider.n > 0, "provider"},
        {s->has_never, "never"},
    };
    if (s->choose || !effect_has_fixed_effects(s->method))
        return err_text(info, E_INPUT, "compress.method-not-here",
                        s->choose ? STR("auto") : str_of(effect_method_name(s->method)));
    for (size_t i = 0; i < sizeof not_here / sizeof *not_here; i++)
        if (not_here[i].asked)
            return err_text(info, E_INPUT, "compress.option-not-here", str_of(not_here[i].option));
    return settle_roles(c, s, info);
}
