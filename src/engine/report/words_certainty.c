/* SPDX-License-Identifier: EUPL-1.2 */
#include "report_int.h"

#include <math.h>
#include <string.h>

/* A Wald test of q restrictions rejects far too often unless clusters outnumber q many times. */
enum { CLUSTERS_PER_DF = 5 };

static void add(struct report_view *v, struct report_points *points, const char *head, str body)
{
    if (points->n < REPORT_POINTS_MAX && body.n)
        points->p[points->n++] = (struct report_point){tr(v->lang, head), body};
}

static void say_plan(struct report_view *v, struct report_points *points)
{
    const struct report_seal *seal = &v->in->seal;
    if (!seal->frozen)
        add(v, points, "report.sure-plan", tr(v->lang, "report.sure-plan-none"));
    else if (seal->frozen_day == REPORT_NO_DAY)
        add(v, points, "report.sure-plan", tr(v->lang, "report.sure-plan-yes"));
    else
        add(v, points, "report.sure-plan",
            SAY(v, "report.sure-plan-day", html_date(seal->frozen_day)));
    if (seal->earlier_runs)
        add(v, points, "report.sure-runs",
            SAY(v,
                seal->frozen && seal->runs_before_freeze ? "report.sure-runs-before"
                                                         : "report.sure-runs-body",
                html_from_size(seal->earlier_runs), html_from_size(seal->runs_before_freeze)));
    if (seal->n_changed)
        add(v, points, "report.sure-changes",
            SAY(v, "report.sure-changes-body", html_from_size(seal->n_changed)));
}

/* Differences before the start that could have been tested, had there been groups enough. */
static bool has_moments_before(const struct effect_result *r)
{
    for (size_t i = 0; i < r->n_estimates; i++) {
        const struct effect_estimate *e = &r->estimates[i];
        if (e->aggregation == EFFECT_DYNAMIC && e->event_time < 0 && !e->reference && !e->failed)
            return true;
    }
    return false;
}

static void say_pretest(struct report_view *v, const struct effect_result *r,
                        struct report_points *points)
{
    const struct effect_diagnostics *d = &r->diagnostics;
    if (!is_panel(r))
        return;
    if (d->pretest_df == 0 || isnan(d->pretest_p))
        add(v, points, "report.sure-pretest",
            tr(v->lang, has_moments_before(r) ? "report.sure-pretest-clusters"
                                              : "report.sure-pretest-none"));
    else if (d->n_clusters > 0 && d->n_clusters / CLUSTERS_PER_DF < d->pretest_df)
        add(v, points, "report.sure-pretest",
            SAY(v, "report.sure-pretest-weak", html_from_size(d->pretest_df),
                html_from_size(d->n_clusters)));
    else
        add(v, points, "report.sure-pretest",
            SAY(v, d->pretest_p < 0.05 ? "report.sure-pretest-bad" : "report.sure-pretest-good",
                html_p_value(d->pretest_p, 2)));
}

/* How few is few, engine/effect decides. */
static bool warns_of_few_clusters(const struct effect_result *r)
{
    for (size_t i = 0; i < r->n_warnings; i++)
        if (strcmp(r->warnings[i].key, "effect.few-clusters") == 0)
            return true;
    return false;
}

static void say_size(struct report_view *v, const struct effect_result *r,
                     struct report_points *points)
{
    const struct effect_diagnostics *d = &r->diagnostics;
    add(v, points, "report.sure-size",
        SAY(v, "report.sure-size-body", html_from_size(d->n_treated),
            html_from_size(d->n_control)));
    if (d->n_clusters == 0 || d->n_clusters == d->n_units)
        return;
    add(v, points, "report.sure-clusters",
        SAY(v, warns_of_few_clusters(r) ? "report.sure-clusters-few" : "report.sure-clusters-body",
            html_from_size(d->n_clusters), html_from_size(d->n_treated_clusters)));
}

/* What no number of rows can mend; nothing where teams are many. */
static void say_teams(struct report_view *v, const struct effect_result *r,
                      struct report_points *points)
{
    enum { DECIMALS = 3 };
    const struct effect_teams *t = r->teams;
    if (!t || !(t->smallest_p >= 0.0005))
        return;
    add(v, points, "report.sure-teams",
        SAY(v, t->no_low || t->no_high ? "report.sure-teams-open" : "report.sure-teams-body",
            html_from_size(t->n_treated), html_from_size(t->n_teams),
            html_p_value(t->smallest_p, DECIMALS), html_key(t->why)));
}

static void say_variations(struct report_view *v, struct report_points *points)
{
    double low = REAL_INF, high = -REAL_INF;
    size_t n = 0, n_failed = 0;
    for (size_t i = 0; i < v->in->n_analyses; i++) {
        const struct report_analysis *a = &v->in->analyses[i];
        if (a->role != REPORT_VARIATION || a->outcome != 0)
            continue;
        const struct effect_estimate *e = overall(a->result);
        n++;
        if (verdict_of(e) == VERDICT_FAILED) {
            n_failed++;
            continue;
        }
        low = fmin(low, e->estimate);
        high = fmax(high, e->estimate);
    }
    if (n > n_failed)
        add(v, points, "report.sure-variations",
            SAY(v, "report.sure-variations-body", html_from_size(n - n_failed),
                outcome_signed(v, 0, low), outcome_signed(v, 0, high)));
    if (n_failed)
        add(v, points, "report.sure-failed",
            SAY(v, "report.sure-failed-body", html_from_size(n_failed)));
}

static void say_completeness(struct report_view *v, const struct effect_result *r,
                             struct report_points *points)
{
    const struct effect_diagnostics *d = &r->diagnostics;
    add(v, points, "report.sure-rows",
        SAY(v, "report.sure-rows-body", html_from_size(d->n_used), html_from_size(d->n_rows)));
    if (d->n_unbalanced)
        add(v, points, "report.sure-unbalanced",
            SAY(v, "report.sure-unbalanced-body", html_from_size(d->n_unbalanced),
                html_from_size(d->n_units)));
}

void words_certainty(struct report_view *v, struct report_points *points)
{
    const struct report_analysis *a = v->in->n_outcomes ? main_analysis(v, 0) : NULL;
    points->n = 0;
    say_plan(v, points);
    if (a && a->result) {
        say_pretest(v, a->result, points);
        say_size(v, a->result, points);
        say_teams(v, a->result, points);
        say_variations(v, points);
        say_completeness(v, a->result, points);
        for (size_t i = 0; i < a->result->n_warnings; i++)
            add(v, points, "report.sure-warning",
                SAY(v, "report.short-why", html_msg(&a->result->warnings[i])));
    }
    for (size_t i = 0; v->in->scba && i < v->in->scba->n_warnings; i++)
        add(v, points, "report.sure-warning",
            SAY(v, "report.short-why", html_msg(&v->in->scba->warnings[i])));
}

/* ---- how it was computed ---- */

const char *method_words(const struct effect_result *r)
{
    const bool panel = is_panel(r);
    switch (r->spec.method) {
    case EFFECT_DIFFERENCE: return "report.method-difference";
    case EFFECT_REGRESSION: return panel ? "report.method-panel" : "report.method-regression";
    case EFFECT_WEIGHTING: return panel ? "report.method-panel" : "report.method-weighting";
    case EFFECT_DOUBLY_ROBUST: return panel ? "report.method-panel" : "report.method-doubly-robust";
    case EFFECT_TWFE:
    case EFFECT_BACON: return "report.method-twfe";
    case EFFECT_SUNAB: return "report.method-sunab";
    case EFFECT_MATCHING: return "report.method-matching";
    case EFFECT_BALANCING: return "report.method-balancing";
    case EFFECT_DID: break;
    }
    return r->spec.control == EFFECT_NEVER ? "report.method-did-never"
                                           : "report.method-did-not-yet";
}

const char *errors_words(const struct effect_result *r)
{
    const bool least_squares = r->spec.method == EFFECT_DIFFERENCE ||
                               (r->spec.method == EFFECT_REGRESSION && !is_panel(r));
    if (r->spec.cluster.n || r->spec.errors == EFFECT_CR1)
        return "report.errors-cluster";
    if (!least_squares)
        return "report.errors-influence";
    return r->spec.errors == EFFECT_CLASSICAL ? "report.errors-classical" : "report.errors-robust";
}

str break_even_words(struct report_view *v)
{
    const double factor = v->in->scba->break_even;
    if (isnan(factor) || factor < 0)
        return tr(v->lang, "report.break-even-none");
    return SAY(v, factor <= 1 ? "report.break-even-margin" : "report.break-even-short",
               html_percent(factor, 0));
}

/* ---- what it does not say ---- */

void words_limits(struct report_view *v, struct report_points *points)
{
    const struct report_study *s = &v->in->study;
    points->n = 0;
    if (v->in->n_outcomes) {
        const str population = view_text(v, s->population);
        add(v, points, "report.limit-whom",
            population.n ? SAY(v, "report.limit-whom-body", html_from_str(population))
                         : tr(v->lang, "report.limit-whom-general"));
        add(v, points, "report.limit-cause",
            tr(v->lang, s->randomised ? "report.limit-lottery-body" : "report.limit-cause-body"));
    }
    if (v->in->model && v->in->scba) {
        add(v, points, "report.limit-horizon",
            SAY(v, "report.limit-horizon-body", html_from_size(v->in->scba->n_years)));
        add(v, points, "report.limit-measured",
            SAY(v, "report.limit-measured-body", html_percent(v->in->scba->measured_share, 0)));
    }
    for (size_t i = 0; i < s->n_limits; i++)
        add(v, points, "report.limit-own", view_text(v, s->limits[i]));
}
