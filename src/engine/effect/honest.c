/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/honest_int.h"
#include "engine/effect/pretest_int.h"

#include "base/real.h"

#include <math.h>
#include <string.h>

#define HONEST_BYTES_MAX ((size_t)1 << 30)

/* The values of M when none are asked for; smooth: in standard errors of the effect. */
static const double usual_relative[] = {0.5, 1, 1.5, 2};
static const double usual_smooth[] = {0, 0.25, 0.5, 1};

/* Honesty is about an event study, and needs values of M that can be. */
err effect_honest_check(const struct effect_spec *s, struct err_info *info)
{
    const bool is_trusting = s->honesty == EFFECT_TRUSTING;
    if (s->n_honest > EFFECT_HONEST_MAX) {
        err_text(info, E_LIMIT, "effect.list-limit", STR("honest"));
        msg_int(&info->msg, EFFECT_HONEST_MAX);
        return E_LIMIT;
    }
    if (is_trusting)
        return s->n_honest == 0 ? OK : err_set(info, E_INPUT, "effect.honest-without-kind");
    if (s->unit.n == 0 || (effect_is_two_way(s->method) && !s->event_study))
        return err_text(info, E_INPUT, "effect.honest-no-event-study",
                        str_of(effect_method_name(s->method)));
    for (size_t i = 0; i < s->n_honest; i++)
        if (!(s->honest[i] >= 0 && s->honest[i] < EFFECT_VALUE_MAX) ||
            (i > 0 && s->honest[i] <= s->honest[i - 1]))
            return err_set(info, E_INPUT, "effect.honest-order");
    return OK;
}

static err bounds(struct effect_result *r, const struct honest_study *s, arena *a,
                  struct err_info *info)
{
    const double level = r->spec.level;
    for (size_t i = 0; i < r->n_honest; i++) {
        struct effect_honest *h = &r->honest[i];
        struct honest_interval set;
        err e = OK;
        if (r->spec.honesty == EFFECT_SMOOTH)
            e = honest_smooth(s, level, h->m, a, &set, info);
        else
            set = honest_relative(s, level, h->m);
        if (e != OK)
            return e;
        h->low = set.low;
        h->high = set.high;
        arena_reset(a);
    }
    return OK;
}

static err list_m(struct effect_result *r, const struct honest_study *s, struct err_info *info)
{
    const bool is_smooth = r->spec.honesty == EFFECT_SMOOTH, is_usual = r->spec.n_honest == 0;
    const double *m = is_usual ? is_smooth ? usual_smooth : usual_relative : r->spec.honest;
    double unit;
    (void)honest_effect(s, &unit);
    r->n_honest = is_usual ? sizeof usual_relative / sizeof *usual_relative : r->spec.n_honest;
    r->honest = ARENA_NEW(r->memory, struct effect_honest, r->n_honest);
    if (!r->honest)
        return err_nomem(info);
    for (size_t i = 0; i < r->n_honest; i++)
        r->honest[i].m = m[i] * (is_smooth && is_usual ? unit : 1);
    return OK;
}

static err breakdown(struct effect_result *r, const struct honest_study *s, arena *a,
                     struct err_info *info)
{
    struct effect_honesty_summary *h = r->honesty;
    if (r->spec.honesty == EFFECT_SMOOTH)
        return honest_smooth_breakdown(s, r->spec.level, a, &h->breakdown, info);
    h->breakdown = honest_relative_breakdown(s, r->spec.level);
    h->is_beyond = h->breakdown >= HONEST_RELATIVE_MAX;
    return OK;
}

/* Sets were asked for: what is lacking? */
static err check(const struct effect_result *r, const struct honest_study *s, struct err_info *info)
{
    if (!s)
        return err_set(info, E_INPUT, "effect.honest-no-before");
    if (s->n_before > HONEST_PERIODS_MAX || s->n_after > HONEST_PERIODS_MAX) {
        err_set(info, E_LIMIT, "effect.honest-periods");
        msg_int(&info->msg, HONEST_PERIODS_MAX);
        return E_LIMIT;
    }
    if (r->spec.honesty == EFFECT_SMOOTH && !(pretest_df(&r->diagnostics, s->n_before) > 0)) {
        err_set(info, E_INPUT, "effect.honest-few-clusters");
        msg_int(&info->msg, (int64_t)s->n_before);
        return E_INPUT;
    }
    return OK;
}

/* The power of the pre-test and whether the effect is fragile come unasked; sets when asked for. */
static err fill(struct effect_result *r, arena *a, struct err_info *info)
{
    struct honest_study *s;
    err e = honest_power(r, a, info);
    if (e == OK)
        e = honest_study_make(r, r->memory, &s, info);
    if (e == OK && r->spec.honesty != EFFECT_TRUSTING)
        e = check(r, s, info);
    if (e != OK || !s)
        return e;
    r->honesty = ARENA_NEW(r->memory, struct effect_honesty_summary, 1);
    if (!r->honesty)
        return err_nomem(info);
    const struct honest_interval parallel = honest_relative(s, r->spec.level, 0);
    double se;
    *r->honesty = (struct effect_honesty_summary){
        .estimate = honest_effect(s, &se),
        .low = parallel.low,
        .high = parallel.high,
        .breakdown = REAL_NAN,
        .is_fragile = honest_relative_holds_zero(s, r->spec.level, EFFECT_FRAGILE)};
    if (r->spec.honesty == EFFECT_TRUSTING)
        return OK;
    e = list_m(r, s, info);
    arena_reset(a);
    if (e == OK)
        e = bounds(r, s, a, info);
    return e == OK ? breakdown(r, s, a, info) : e;
}

err effect_honest_run(struct effect_result *r, struct err_info *info)
{
    arena *a = arena_new(HONEST_BYTES_MAX);
    if (!a)
        return err_nomem(info);
    const err e = fill(r, a, info);
    arena_free(a);
    return e;
}
