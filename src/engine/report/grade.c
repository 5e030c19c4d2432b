/* SPDX-License-Identifier: EUPL-1.2 */
#include "grade_int.h"

#include <math.h>

bool is_followed(const struct effect_result *r)
{
    return r->spec.unit.n > 0 || is_panel(r);
}

/* ---- where a design starts ---- */

static int start_of(const struct report_view *v, const struct effect_result *r, const char **why)
{
    *why = "report.grade-start-lottery";
    if (v->in->study.randomised)
        return 5;
    *why = "report.grade-start-panel";
    if (is_followed(r))
        return 4;
    *why = "report.grade-start-likes";
    if (r->spec.n_covariates > 0)
        return 3;
    *why = "report.grade-start-raw";
    return 2;
}

/* ---- what takes a step off ---- */

static bool leaves_out_zero(const struct effect_look *k)
{
    return !k->failed && (k->ci_low > 0 || k->ci_high < 0);
}

static bool has_look(const struct effect_result *r, enum effect_look_kind from,
                     enum effect_look_kind to)
{
    for (size_t i = 0; i < r->n_looks; i++)
        if (r->looks[i].kind >= from && r->looks[i].kind <= to && leaves_out_zero(&r->looks[i]))
            return true;
    return false;
}

static bool is_few(const struct effect_result *r)
{
    const struct effect_diagnostics *d = &r->diagnostics;
    if (r->teams)
        return effect_has_few_teams(r);
    return d->n_treated < GRADE_PERSONS_FEW || d->n_control < GRADE_PERSONS_FEW;
}

static bool differed_before(const struct effect_result *r)
{
    return r->diagnostics.pretest_p < GRADE_P ||
           has_look(r, EFFECT_LOOK_PLACEBO_START, EFFECT_LOOK_PLACEBO_START);
}

static bool is_uneven(const struct effect_result *r)
{
    for (size_t i = 0; i < r->n_balance; i++)
        if (r->balance[i].covariate.n && fabs(r->balance[i].after.difference) > EFFECT_UNEVEN)
            return true;
    return false;
}

static bool lies_in(double x, const struct effect_estimate *e)
{
    return x >= e->ci_low && x <= e->ci_high;
}

/* Another computation disagrees when neither lies in the other's interval. */
static bool disagrees(const struct report_view *v, size_t outcome, const struct effect_estimate *e)
{
    for (size_t i = 0; i < v->in->n_analyses; i++) {
        const struct report_analysis *a = &v->in->analyses[i];
        const struct effect_estimate *other = overall(disclosure_view(a->result));
        if (a->role != REPORT_VARIATION || a->outcome != outcome ||
            verdict_of(other) == VERDICT_FAILED)
            continue;
        if (!lies_in(other->estimate, e) && !lies_in(e->estimate, other))
            return true;
    }
    return false;
}

static bool lost_many(const struct effect_result *r)
{
    const struct effect_diagnostics *d = &r->diagnostics;
    return (double)d->n_dropped_missing > GRADE_LOSS * (double)d->n_rows;
}

/* What would be gone with half the trend differences that were there before the start. */
static bool may_be_fragile(const struct effect_result *r, const struct effect_estimate *e)
{
    const enum verdict verdict = verdict_of(e);
    return is_followed(r) && (verdict == VERDICT_LOWER || verdict == VERDICT_HIGHER);
}

static void take(struct report_grade *g, bool holds, const char *why)
{
    if (holds)
        g->reason[g->n++] = why;
}

bool grade_of(const struct report_view *v, size_t outcome, struct report_grade *g)
{
    const struct report_analysis *a = main_analysis(v, outcome);
    const struct effect_result *r = a ? disclosure_view(a->result) : NULL;
    const struct effect_estimate *e = overall(r);
    *g = (struct report_grade){0};
    if (verdict_of(e) == VERDICT_FAILED)
        return false;
    g->start = start_of(v, r, &g->start_why);
    take(g, is_few(r), "report.grade-few");
    take(g, is_followed(r) && differed_before(r), "report.grade-before");
    take(g, !is_followed(r) && is_uneven(r), "report.grade-uneven");
    take(g, has_look(r, EFFECT_LOOK_PLACEBO_OUTCOME, EFFECT_LOOK_UNAFFECTED),
         "report.grade-control");
    take(g, disagrees(v, outcome, e), "report.grade-disagree");
    take(g, may_be_fragile(r, e) && r->honesty && r->honesty->is_fragile, "report.grade-fragile");
    take(g, lost_many(r), "report.grade-loss");
    take(g, !v->in->seal.frozen, "report.grade-exploratory");
    if (may_be_fragile(r, e) && !r->honesty)
        g->unseen = "report.grade-unseen-fragile";
    g->step = g->start > (int)g->n ? g->start - (int)g->n : 1;
    return true;
}

bool report_has_grade(const struct report_view *v)
{
    struct report_grade g;
    return v->in->n_outcomes > 0 && grade_of(v, 0, &g);
}

const char *grade_words(int step)
{
    static const char *const words[GRADE_STEPS] = {
        "report.grade-1", "report.grade-2", "report.grade-3", "report.grade-4", "report.grade-5"};
    return words[step - 1];
}
