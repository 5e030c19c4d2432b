/* SPDX-License-Identifier: EUPL-1.2 */
/* Questions to matching that have no answer, told before the data are seen. */
#include "engine/effect/effect_int.h"

#include "base/real.h"

#include <math.h>

/* What only matching knows, as it was given; the first that is given is told. */
struct given {
    const char *option;
    bool is_given;
};

static err refuse(const struct given *given, size_t n, const char *key, str value,
                  struct err_info *info)
{
    for (size_t i = 0; i < n; i++) {
        if (!given[i].is_given)
            continue;
        err_text(info, E_INPUT, key, str_of(given[i].option));
        msg_text(&info->msg, value);
        return E_INPUT;
    }
    return OK;
}

static err check_numbers(const struct effect_spec *s, struct err_info *info)
{
    if (s->ratio < 1 || s->ratio > EFFECT_RATIO_MAX) {
        err_set(info, E_INPUT, "effect.ratio-outside");
        msg_int(&info->msg, EFFECT_RATIO_MAX);
        return E_INPUT;
    }
    if (s->has_caliper && !(s->caliper > 0 && s->caliper < REAL_INF)) {
        err_set(info, E_INPUT, "effect.caliper-outside");
        msg_real(&info->msg, s->caliper, 4);
        return E_INPUT;
    }
    return OK;
}

static err check_other_method(const struct effect_spec *s, struct err_info *info)
{
    const struct given given[] = {
        {"distance", s->distance != EFFECT_PROPENSITY},
        {"ratio", s->ratio != 1},
        {"caliper", s->has_caliper},
        {"caliper-on", s->caliper_on != EFFECT_SCORE},
        {"replace", s->replace},
        {"exact", s->n_exact > 0},
        {"cut-points", s->n_cuts > 0},
    };
    return refuse(given, sizeof given / sizeof *given, "effect.option-of-matching",
                  str_of(effect_method_name(s->method)), info);
}

/* Which options mean something for which distance. */
static err check_distance(const struct effect_spec *s, struct err_info *info)
{
    const bool by_strata = s->distance == EFFECT_EXACT || s->distance == EFFECT_CEM;
    const struct given given[] = {
        {"ratio", by_strata && s->ratio != 1},
        {"caliper", by_strata && s->has_caliper},
        {"caliper-on", by_strata && s->caliper_on != EFFECT_SCORE},
        {"replace", by_strata && s->replace},
        {"cut-points", s->distance != EFFECT_CEM && s->n_cuts > 0},
    };
    if (s->distance == EFFECT_MAHALANOBIS && s->caliper_on != EFFECT_SCORE && !s->has_caliper)
        return err_text(info, E_INPUT, "effect.option-missing", STR("caliper"));
    return refuse(given, sizeof given / sizeof *given, "effect.option-not-for-distance",
                  str_of(effect_distance_name(s->distance)), info);
}

static bool is_listed(const str *name, size_t n, str wanted)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(name[i], wanted))
            return true;
    return false;
}

static err check_exact(const struct effect_spec *s, struct err_info *info)
{
    const str role[] = {s->outcome, s->treatment};

    for (size_t i = 0; i < s->n_exact; i++) {
        if (s->exact[i].n == 0)
            return err_text(info, E_INPUT, "effect.option-missing", STR("exact"));
        if (is_listed(role, sizeof role / sizeof *role, s->exact[i]))
            return err_text(info, E_INPUT, "effect.exact-has-role", s->exact[i]);
        if (is_listed(s->exact, i, s->exact[i]))
            return err_text(info, E_INPUT, "effect.exact-twice", s->exact[i]);
    }
    return OK;
}

static err check_cuts(const struct effect_spec *s, struct err_info *info)
{
    for (size_t i = 0; i < s->n_cuts; i++) {
        const struct effect_cuts *c = &s->cuts[i];
        if (!is_listed(s->covariates, s->n_covariates, c->covariate))
            return err_text(info, E_INPUT, "effect.cuts-not-covariate", c->covariate);
        for (size_t j = 0; j < i; j++)
            if (str_eq(s->cuts[j].covariate, c->covariate))
                return err_text(info, E_INPUT, "effect.cuts-twice", c->covariate);
        if (c->n == 0 || c->n > EFFECT_CUTS_MAX) {
            err_text(info, E_INPUT, "effect.cuts-number", c->covariate);
            msg_int(&info->msg, EFFECT_CUTS_MAX);
            return E_INPUT;
        }
        for (size_t j = 0; j < c->n; j++)
            if (!(fabs(c->at[j]) <= EFFECT_VALUE_MAX) || (j > 0 && !(c->at[j - 1] < c->at[j])))
                return err_text(info, E_INPUT, "effect.cuts-not-ascending", c->covariate);
    }
    return OK;
}

/* Pairs are found among rows that count once each, by what is known about them. */
err effect_matching_check(const struct effect_spec *s, struct err_info *info)
{
    err e = check_numbers(s, info);
    if (e != OK)
        return e;
    if (s->method != EFFECT_MATCHING)
        return check_other_method(s, info);
    if (s->unit.n || s->time.n)
        return err_set(info, E_INPUT, "effect.matching-on-panel");
    if (s->weights.n)
        return err_set(info, E_INPUT, "effect.matching-with-weights");
    if (s->n_covariates == 0)
        return err_set(info, E_INPUT, "effect.matching-without-covariates");
    e = check_distance(s, info);
    if (e == OK)
        e = check_exact(s, info);
    return e == OK ? check_cuts(s, info) : e;
}
