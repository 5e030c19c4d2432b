/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which means may be seen: the rule on means of release_int.h. The mean of a
 * column of two values, times the persons, counts those who have the one.
 */
#include "base/real.h"
#include "engine/disclosure/release_int.h"

#include <math.h>

enum { CONTROL, TREATED, GROUPS };

struct tally {
    size_t n[GROUPS];
};

static bool is_few(size_t n_treated, size_t n_control, size_t min)
{
    return n_treated < min || n_control < min;
}

static bool is_hidden(const struct effect_balance *b)
{
    return isnan(b->before.mean_treated);
}

static void hide_likeness(struct effect_likeness *l)
{
    *l = (struct effect_likeness){REAL_NAN, REAL_NAN, REAL_NAN, REAL_NAN, REAL_NAN, REAL_NAN};
}

/* What is left after matching tells too much of what was there before, and the reverse. */
static void hide(struct effect_balance *b)
{
    hide_likeness(&b->before);
    hide_likeness(&b->after);
}

/* ---- columns of two values ---- */

static size_t count_of(double mean, double low, double high, size_t n)
{
    const double share = (mean - low) / (high - low);
    return share > 0 ? (size_t)floor(share * (double)n + 0.5) : 0;
}

/* Persons who have the higher value: before, or as those compared are weighted. */
static struct tally count_high(const struct effect_result *r, const struct effect_balance *b,
                               bool after)
{
    const struct effect_likeness *l = after ? &b->after : &b->before;
    const struct effect_comparison *c = after && r->match ? r->comparison : NULL;
    const size_t n_treated = c ? c->n_treated : r->diagnostics.n_treated;
    const size_t n_control = c ? c->n_control : r->diagnostics.n_control;
    return (struct tally){{count_of(l->mean_control, b->low, b->high, n_control),
                           count_of(l->mean_treated, b->low, b->high, n_treated)}};
}

/* Whether the row is about this covariate: its own, or that of one of its words. */
static bool is_of(const struct effect_balance *b, str covariate)
{
    return str_starts(b->covariate, covariate) &&
           (b->covariate.n == covariate.n ||
            str_starts(str_cut(b->covariate, covariate.n, b->covariate.n), STR(": ")));
}

/*
 * A covariate divides the people: who has the value of each row shown, and the
 * rest. Hides until neither any of these nor the rest is a handful.
 */
static void protect_covariate(struct effect_result *r, str covariate, bool after)
{
    const size_t min = r->spec.min_persons;
    for (;;) {
        size_t rest[GROUPS] = {r->diagnostics.n_control, r->diagnostics.n_treated};
        struct effect_balance *least = NULL;
        size_t fewest = SIZE_MAX;
        if (after && r->match) {
            rest[CONTROL] = r->comparison->n_control;
            rest[TREATED] = r->comparison->n_treated;
        }
        for (size_t i = 0; i < r->n_balance; i++) {
            struct effect_balance *b = &r->balance[i];
            if (!(b->high > b->low) || is_hidden(b) || !is_of(b, covariate))
                continue;
            const struct tally high = count_high(r, b, after);
            if (is_small(high.n[TREATED], min) || is_small(high.n[CONTROL], min)) {
                hide(b);
                continue;
            }
            for (int g = 0; g < GROUPS; g++)
                rest[g] -= high.n[g] < rest[g] ? high.n[g] : rest[g];
            if (high.n[TREATED] < fewest) {
                fewest = high.n[TREATED];
                least = b;
            }
        }
        if (!least || (!is_small(rest[TREATED], min) && !is_small(rest[CONTROL], min)))
            return;
        hide(least);
    }
}

static void release_balance(struct released_effect *to)
{
    struct effect_result *r = to->result;
    const struct effect_comparison *c = r->match ? r->comparison : NULL;
    const size_t min = r->spec.min_persons;
    const bool before = is_few(r->diagnostics.n_treated, r->diagnostics.n_control, min);
    const bool after = before || (c && is_few(c->n_treated, c->n_control, min));
    size_t n_hidden = 0;
    for (size_t i = 0; after && i < r->n_balance; i++) {
        hide_likeness(&r->balance[i].after);
        if (before)
            hide_likeness(&r->balance[i].before);
    }
    for (size_t i = 0; i < r->spec.n_covariates; i++) {
        protect_covariate(r, r->spec.covariates[i], false);
        if (!after)
            protect_covariate(r, r->spec.covariates[i], true);
    }
    for (size_t i = 0; i < r->n_balance; i++)
        n_hidden += after || is_hidden(&r->balance[i]);
    release_note(to, "disclosure.says-means", n_hidden);
}

/* ---- the outcome ---- */

/* Of an outcome of two values a mean counts, too; the one follows from the other and the effect. */
static bool counts_few(const struct effect_result *r)
{
    const struct effect_diagnostics *d = &r->diagnostics;
    const double mean[GROUPS] = {d->mean_control, d->mean_treated};
    const size_t n[GROUPS] = {d->n_control, d->n_treated};
    for (int g = 0; g < GROUPS && d->outcome_high > d->outcome_low; g++) {
        const size_t high = count_of(mean[g], d->outcome_low, d->outcome_high, n[g]);
        if (is_small(high, r->spec.min_persons) ||
            (high < n[g] && is_small(n[g] - high, r->spec.min_persons)))
            return true;
    }
    return false;
}

void release_means(struct released_effect *to)
{
    struct effect_result *r = to->result;
    struct effect_diagnostics *d = &r->diagnostics;
    const bool few = is_few(d->n_treated, d->n_control, r->spec.min_persons) ||
                     release_is_dominated(r->providers);
    release_balance(to);
    if (few || counts_few(r))
        d->mean_treated = d->mean_control = REAL_NAN;
    if (!few)
        return;
    d->propensity_sum_treated = REAL_NAN;
    d->pretest_statistic = d->pretest_p = REAL_NAN;
    d->pretest_df = 0;
}
