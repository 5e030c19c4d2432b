/* SPDX-License-Identifier: EUPL-1.2 */
/* What rests on the effects: means, balance, comparisons of starts, other looks, bounds. */
#include "base/real.h"
#include "engine/disclosure/release_int.h"

#include <stdlib.h>

/* ---- providers ---- */

#define DOMINANT_ONE 0.50
#define DOMINANT_TWO 0.85
#define DOMINANT_P   0.15

bool release_is_dominated(const struct effect_result *r)
{
    const struct effect_providers *p = r->providers;
    for (int g = 0; p && g < 2; g++) {
        const double one = p->first[g], two = one + p->second[g];
        if (one > DOMINANT_ONE || two > DOMINANT_TWO || 1 - two < DOMINANT_P * one)
            return true;
    }
    return false;
}

/* ---- means ---- */

static void hide_means(struct effect_likeness *l)
{
    *l = (struct effect_likeness){REAL_NAN, REAL_NAN, REAL_NAN, REAL_NAN, REAL_NAN, REAL_NAN};
}

static bool is_few(size_t n_treated, size_t n_control, size_t min)
{
    return n_treated < min || n_control < min;
}

static void release_means(struct released_effect *to)
{
    struct effect_result *r = to->result;
    struct effect_diagnostics *d = &r->diagnostics;
    const size_t min = r->spec.min_persons;
    const bool before = is_few(d->n_treated, d->n_control, min);
    const bool after =
        before || (r->match && is_few(r->comparison->n_treated, r->comparison->n_control, min));
    for (size_t i = 0; i < r->n_balance; i++) {
        if (before)
            hide_means(&r->balance[i].before);
        if (after)
            hide_means(&r->balance[i].after);
    }
    release_note(to, "disclosure.says-means", after ? r->n_balance : 0);
    if (!before && !release_is_dominated(r))
        return;
    d->mean_treated = d->mean_control = d->propensity_sum_treated = REAL_NAN;
    d->pretest_statistic = d->pretest_p = REAL_NAN;
    d->pretest_df = 0;
}

/* ---- comparisons of starts ---- */

/* Sizes of starts are in the weights: one small group and the decomposition stays inside. */
static void release_bacon(struct released_effect *to)
{
    struct effect_result *r = to->result;
    bool few = release_is_dominated(r);
    few |= is_few(r->diagnostics.n_treated, r->diagnostics.n_control, r->spec.min_persons);
    for (size_t i = 0; i < r->n_bacon; i++)
        few |= is_few(r->bacon[i].n_treated, r->bacon[i].n_control, r->spec.min_persons);
    if (!few)
        return;
    release_note(to, "disclosure.says-bacon", r->n_bacon);
    r->n_bacon = 0;
}

/* ---- other looks ---- */

static bool is_of(const struct effect_look *a, const struct effect_look *b)
{
    return a->kind == b->kind && str_eq(a->column, b->column);
}

static void withhold_look(struct effect_look *l, const char *why)
{
    l->estimate = l->standard_error = l->ci_low = l->ci_high = l->p = l->p_adjusted = REAL_NAN;
    l->failed = why;
    l->n_treated = l->n_control = EFFECT_HIDDEN;
}

/*
 * Values of one column divide the people: those withheld must be enough
 * together, in both groups, or the smallest of the others goes with them.
 */
static size_t protect_column(struct effect_result *r, const struct effect_look *of, const bool *few)
{
    size_t treated = 0, control = 0, n_more = 0;
    bool any = false;
    for (size_t i = 0; i < r->n_looks; i++)
        if (is_of(&r->looks[i], of) && few[i]) {
            any = true;
            treated += r->looks[i].n_treated;
            control += r->looks[i].n_control;
        }
    while (any && is_few(treated, control, r->spec.min_persons)) {
        struct effect_look *least = NULL;
        for (size_t i = 0; i < r->n_looks; i++) {
            struct effect_look *l = &r->looks[i];
            if (is_of(l, of) && !few[i] && l->n_treated != EFFECT_HIDDEN &&
                (!least || l->n_treated < least->n_treated))
                least = l;
        }
        if (!least)
            break;
        treated += least->n_treated;
        control += least->n_control;
        withhold_look(least, "disclosure.by-subtraction");
        n_more++;
    }
    return n_more;
}

static err release_looks(struct released_effect *to, struct err_info *info)
{
    struct effect_result *r = to->result;
    const size_t min = r->spec.min_persons;
    bool *few = calloc(r->n_looks, sizeof *few);
    size_t n = 0, n_more = 0;
    if (!few)
        return err_nomem(info);
    for (size_t i = 0; i < r->n_looks; i++)
        few[i] =
            release_is_dominated(r) || is_few(r->looks[i].n_treated, r->looks[i].n_control, min);
    for (size_t i = 0; i < r->n_looks; i++) {
        bool is_first = true;
        for (size_t j = 0; j < i; j++)
            is_first = is_first && !is_of(&r->looks[j], &r->looks[i]);
        if (is_first &&
            (r->looks[i].kind == EFFECT_LOOK_SUBGROUP || r->looks[i].kind == EFFECT_LOOK_EXPLORED))
            n_more += protect_column(r, &r->looks[i], few);
    }
    for (size_t i = 0; i < r->n_looks; i++)
        if (few[i]) {
            n++;
            withhold_look(&r->looks[i], release_is_dominated(r)       ? "disclosure.dominated"
                                        : r->looks[i].n_treated < min ? "disclosure.few-treated"
                                                                      : "disclosure.few-control");
        }
    free(few);
    release_note(to, "disclosure.says-looks", n + n_more);
    return OK;
}

err release_parts(struct released_effect *to, struct err_info *info)
{
    release_note(to, "disclosure.says-dominated", release_is_dominated(to->result));
    release_means(to);
    release_bacon(to);
    return to->result->n_looks ? release_looks(to, info) : OK;
}

/* ---- what rests on estimates that were withheld ---- */

void release_bounds(struct released_effect *to)
{
    struct effect_result *r = to->result;
    bool some = false, whole = false;
    for (size_t i = 0; i < r->n_estimates; i++) {
        const struct effect_estimate *e = &r->estimates[i];
        const bool withheld = disclosure_withheld(e);
        some |= withheld && e->aggregation != EFFECT_GROUP_TIME;
        whole |= withheld && (e->aggregation == EFFECT_SIMPLE || e->aggregation == EFFECT_NONE);
    }
    if (whole)
        r->teams = NULL;
    if (some && r->honesty) {
        release_note(to, "disclosure.says-bounds", 1);
        r->honesty = NULL;
        r->n_honest = r->n_trends = 0;
        r->study = NULL;
    }
}
