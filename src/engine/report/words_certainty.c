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
                cell_count(v, d->n_clusters)));
    else
        add(v, points, "report.sure-pretest",
            SAY(v, d->pretest_p < 0.05 ? "report.sure-pretest-bad" : "report.sure-pretest-good",
                html_p_value(d->pretest_p, 2)));
}

/* The straight difference in trends that the pre-test finds half of the time. */
static void say_power(struct report_view *v, const struct effect_result *r,
                      struct report_points *points)
{
    if (r->n_trends == 0)
        return;
    const struct effect_trend *t = &r->trends[0];
    add(v, points, "report.sure-power",
        SAY(v, "report.sure-power-body", outcome_value(v, 0, t->slope),
            html_from_str(view_period(v, false)), html_percent(1 - t->power, 0),
            outcome_value(v, 0, t->bias)));
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
        SAY(v, "report.sure-size-body", cell_count(v, d->n_treated), cell_count(v, d->n_control)));
    if (d->n_clusters == 0 || d->n_clusters == d->n_units)
        return;
    add(v, points, "report.sure-clusters",
        SAY(v, warns_of_few_clusters(r) ? "report.sure-clusters-few" : "report.sure-clusters-body",
            cell_count(v, d->n_clusters), cell_count(v, d->n_treated_clusters)));
}

/* Effects that cannot be there: found, not found, or not looked for. */
static void say_controls(struct report_view *v, const struct effect_result *r,
                         struct report_points *points)
{
    size_t n = 0, n_found = 0;
    bool has_outcome = false, has_unaffected = false;
    for (size_t i = 0; i < r->n_looks; i++) {
        const struct effect_look *look = &r->looks[i];
        if (!look_is_control(look))
            continue;
        has_outcome = has_outcome || look->kind == EFFECT_LOOK_PLACEBO_OUTCOME;
        has_unaffected = has_unaffected || look->kind == EFFECT_LOOK_UNAFFECTED;
        n += isnan(look->ci_low) ? 0 : 1;
        n_found += look_finds_something(look);
    }
    if (n_found)
        add(v, points, "report.sure-controls-alarm",
            n == 1
                ? tr(v->lang, "report.sure-control-bad")
                : SAY(v, "report.sure-controls-bad", html_from_size(n_found), html_from_size(n)));
    else
        add(v, points, "report.sure-controls",
            n ? SAY(v, "report.sure-controls-good", html_from_size(n))
              : tr(v->lang, "report.sure-controls-none"));
    if (!has_outcome || !has_unaffected)
        add(v, points, "report.sure-controls-absent",
            tr(v->lang, has_outcome      ? "report.sure-controls-no-unaffected"
                        : has_unaffected ? "report.sure-controls-no-outcome"
                                         : "report.sure-controls-neither"));
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
        SAY(v,
            t->no_low || t->no_high           ? "report.sure-teams-open"
            : t->rule == EFFECT_RANDOMISATION ? "report.sure-teams-body"
                                              : "report.sure-teams-trust",
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
        const struct effect_estimate *e = overall(disclosure_view(a->result));
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
        SAY(v, "report.sure-rows-body", cell_count(v, d->n_used), cell_count(v, d->n_rows)));
    if (d->n_unbalanced)
        add(v, points, "report.sure-unbalanced",
            SAY(v, "report.sure-unbalanced-body", cell_count(v, d->n_unbalanced),
                cell_count(v, d->n_units)));
}

void words_certainty(struct report_view *v, struct report_points *points)
{
    const struct report_analysis *a = v->in->n_outcomes ? main_analysis(v, 0) : NULL;
    points->n = 0;
    say_plan(v, points);
    if (a && disclosure_view(a->result)) {
        say_pretest(v, disclosure_view(a->result), points);
        say_controls(v, disclosure_view(a->result), points);
        say_power(v, disclosure_view(a->result), points);
        say_size(v, disclosure_view(a->result), points);
        say_teams(v, disclosure_view(a->result), points);
        say_variations(v, points);
        say_completeness(v, disclosure_view(a->result), points);
        for (size_t i = 0; i < disclosure_view(a->result)->n_warnings; i++)
            add(v, points, "report.sure-warning",
                SAY(v, "report.short-why", html_msg(&disclosure_view(a->result)->warnings[i])));
    }
    size_t n_notes = 0;
    const struct msg *note = a && a->result ? disclosure_notes(a->result, &n_notes) : NULL;
    for (size_t i = 0; i < n_notes; i++)
        add(v, points, "report.sure-withheld", SAY(v, "report.short-why", html_msg(&note[i])));
    for (size_t i = 0; v->in->scba && i < v->in->scba->n_warnings; i++)
        add(v, points, "report.sure-warning",
            SAY(v, "report.short-why", html_msg(&v->in->scba->warnings[i])));
}

/* ---- how it was computed ---- */

static const char *matching_words(enum effect_distance distance)
{
    switch (distance) {
    case EFFECT_PROPENSITY: break;
    case EFFECT_MAHALANOBIS: return "report.method-matching-near";
    case EFFECT_EXACT:
    case EFFECT_CEM: return "report.method-matching-strata";
    }
    return "report.method-matching";
}

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
    case EFFECT_MATCHING: return matching_words(r->spec.distance);
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
