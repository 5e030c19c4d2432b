/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which means may be seen: the rule on means of release_int.h. The mean of a
 * column of two values counts those who have the one; what it hides behind weights
 * is of as few persons as there are, whatever they weigh.
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
    *l = (struct effect_likeness){REAL_NAN, REAL_NAN, REAL_NAN,  REAL_NAN,
                                  REAL_NAN, REAL_NAN, {{0}, {0}}};
}

/* What is left after matching tells too much of what was there before, and the reverse. */
static void hide(struct effect_balance *b)
{
    hide_likeness(&b->before);
    hide_likeness(&b->after);
}

/* ---- columns of two values ---- */

/* At least so many persons; parts that make up whole ones may miss these by rounding. */
static size_t persons_of(double parts)
{
    return parts > 1e-6 ? (size_t)floor(parts + 1 - 1e-6) : 0;
}

/* Persons who have the higher value. */
static struct tally count_high(const struct effect_likeness *l)
{
    return (struct tally){
        {persons_of(l->holders.high[CONTROL]), persons_of(l->holders.high[TREATED])}};
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
        double rest[GROUPS] = {0};
        struct effect_balance *least = NULL;
        size_t fewest = SIZE_MAX;
        for (size_t i = 0; i < r->n_balance; i++) {
            struct effect_balance *b = &r->balance[i];
            if (!(b->high > b->low) || is_hidden(b) || !is_of(b, covariate))
                continue;
            const struct effect_likeness *l = after ? &b->after : &b->before;
            const struct tally high = count_high(l);
            if (is_small(high.n[TREATED], min) || is_small(high.n[CONTROL], min)) {
                hide(b);
                continue;
            }
            for (int g = 0; g < GROUPS; g++) /* of all, the same in each row */
                rest[g] =
                    (least ? rest[g] : l->holders.low[g] + l->holders.high[g]) - l->holders.high[g];
            if (high.n[TREATED] < fewest) {
                fewest = high.n[TREATED];
                least = b;
            }
        }
        if (!least || (!is_small(persons_of(rest[TREATED]), min) &&
                       !is_small(persons_of(rest[CONTROL]), min)))
            return;
        hide(least);
    }
}

/* Those who are compared, and in panels before as well as after, for some may have been lost. */
static bool compares_few(const struct effect_result *r)
{
    const struct effect_comparison *c = r->comparison;
    return c && is_few(c->n_treated, c->n_control, r->spec.min_persons);
}

static void release_balance(struct released_effect *to)
{
    struct effect_result *r = to->result;
    const struct effect_diagnostics *d = &r->diagnostics;
    const bool is_panel = r->spec.unit.n > 0;
    const bool before =
        is_panel ? compares_few(r) : is_few(d->n_treated, d->n_control, r->spec.min_persons);
    const bool after = before || (r->match && compares_few(r));
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
    const struct effect_holders *h = &r->diagnostics.outcome_holders;
    for (int g = 0; g < GROUPS; g++)
        if (is_small(persons_of(h->low[g]), r->spec.min_persons) ||
            is_small(persons_of(h->high[g]), r->spec.min_persons))
            return true;
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
