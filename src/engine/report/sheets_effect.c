/* SPDX-License-Identifier: EUPL-1.2 */
#include "report_int.h"

#include <math.h>

str analysis_label(const struct report_view *v, const struct report_analysis *a)
{
    const str label = view_text(v, a->label);
    if (a->role == REPORT_MAIN || label.n == 0)
        return a->role == REPORT_MAIN ? tr(v->lang, "report.main-analysis") : a->name;
    return label;
}

static void add_interval_columns(struct sheet *t)
{
    sheet_number(t, "estimate", "report.col-estimate");
    sheet_number(t, "standard_error", "report.col-standard-error");
    sheet_number(t, "ci_low", "report.col-ci-low");
    sheet_number(t, "ci_high", "report.col-ci-high");
}

static void put_interval(struct sheet *t, size_t outcome, const struct effect_estimate *e)
{
    const struct report_view *v = t ? t->v : NULL;
    if (!t)
        return;
    sheet_put(t, outcome_signed(v, outcome, e->estimate));
    sheet_put(t, outcome_value(v, outcome, e->standard_error));
    sheet_put(t, outcome_signed(v, outcome, e->ci_low));
    sheet_put(t, outcome_signed(v, outcome, e->ci_high));
}

/* Why there is no number, in words; nothing when there is one. */
static struct html_value remark(const struct report_view *v, const struct effect_estimate *e)
{
    if (e->failed)
        return html_from_str(tr(v->lang, e->failed));
    if (e->reference)
        return html_from_str(tr(v->lang, "report.reference-period"));
    return cell_empty();
}

/* ---- one line per analysis ---- */

struct html_value analysis_remark(const struct report_view *v, const struct report_analysis *a)
{
    const struct effect_estimate *e = overall(disclosure_view(a->result));
    if (e && a->is_added && verdict_of(e) != VERDICT_FAILED)
        return html_from_str(tr(v->lang, "report.added"));
    if (e)
        return remark(v, e);
    return a->failed.key ? html_msg(&a->failed) : html_key("report.not-computed");
}

static bool has_text(struct html_value cell)
{
    return cell.kind != HTML_STR || cell.text.n > 0;
}

static void put_analysis(struct sheet *t, const struct report_analysis *a, unsigned columns)
{
    static const struct effect_estimate none = {.estimate = REAL_NAN,
                                                .standard_error = REAL_NAN,
                                                .ci_low = REAL_NAN,
                                                .ci_high = REAL_NAN,
                                                .p = REAL_NAN};
    struct report_view *v = t->v;
    const struct report_outcome *o = &v->in->outcomes[a->outcome];
    const struct effect_estimate *found = overall(disclosure_view(a->result));
    const struct effect_estimate *e = found ? found : &none;
    if (columns & SHEET_OUTCOME)
        sheet_put(t, html_from_str(view_text(v, o->label)));
    if (columns & SHEET_ANALYSIS)
        sheet_put(t, html_from_str(analysis_label(v, a)));
    put_interval(t, a->outcome, e);
    sheet_put(t, html_p_value(e->p, 3));
    sheet_put(t, html_from_str(view_text(v, o->unit)));
    if (columns & SHEET_REMARK)
        sheet_put(t, analysis_remark(v, a));
}

struct sheet *sheet_effects(struct report_view *v, const struct report_analysis *const *list,
                            size_t n, unsigned columns)
{
    struct sheet *t = sheet_new(v, "effects", tr(v->lang, "report.table-effects"));
    for (size_t i = 0; i < n; i++)
        if (has_text(analysis_remark(v, list[i])))
            columns |= SHEET_REMARK;
    if (columns & SHEET_OUTCOME)
        sheet_words(t, "outcome", "report.col-outcome");
    if (columns & SHEET_ANALYSIS)
        sheet_words(t, "analysis", "report.col-analysis");
    add_interval_columns(t);
    sheet_number(t, "p", "report.col-p");
    sheet_words(t, "unit", "report.col-unit");
    if (columns & SHEET_REMARK)
        sheet_words(t, "remark", "report.col-remark");
    for (size_t i = 0; t && i < n; i++)
        put_analysis(t, list[i], columns);
    return t;
}

size_t analyses_of(struct report_view *v, size_t outcome, unsigned roles,
                   const struct report_analysis ***list)
{
    size_t n = 0;
    *list = ARENA_NEW(v->a, const struct report_analysis *, v->in->n_analyses);
    if (!*list) {
        v->no_memory = true;
        return 0;
    }
    for (size_t i = 0; i < v->in->n_analyses; i++) {
        const struct report_analysis *a = &v->in->analyses[i];
        if ((roles & 1u << a->role) && (outcome == ANY_OUTCOME || a->outcome == outcome))
            (*list)[n++] = a;
    }
    return n;
}

static void add_overall(struct report_view *v)
{
    const struct report_analysis **list;
    const size_t n = analyses_of(v, ANY_OUTCOME, ANY_ROLE, &list);
    struct sheet *t = sheet_effects(v, list, n, SHEET_OUTCOME | SHEET_ANALYSIS | SHEET_REMARK);
    if (t)
        v->sheets[v->n_sheets++] = t;
}

/* ---- one line per estimate ---- */

static void add_estimate_columns(struct sheet *t)
{
    sheet_words(t, "outcome", "report.col-outcome");
    sheet_words(t, "analysis", "report.col-analysis");
    sheet_words(t, "aggregation", "report.col-aggregation");
    sheet_number(t, "group", "report.col-group");
    sheet_number(t, "time", "report.col-time");
    sheet_number(t, "event_time", "report.col-event-time");
    add_interval_columns(t);
    sheet_number(t, "band_low", "report.col-band-low");
    sheet_number(t, "band_high", "report.col-band-high");
    sheet_number(t, "p", "report.col-p");
    sheet_number(t, "treated", "report.col-treated");
    sheet_number(t, "control", "report.col-control");
    sheet_number(t, "lost", "report.col-lost");
    sheet_number(t, "trimmed", "report.col-trimmed");
    sheet_words(t, "remark", "report.col-remark");
}

static void put_estimate(struct sheet *t, const struct report_analysis *a,
                         const struct effect_estimate *e)
{
    struct report_view *v = t->v;
    sheet_put(t, html_from_str(view_text(v, v->in->outcomes[a->outcome].label)));
    sheet_put(t, html_from_str(analysis_label(v, a)));
    sheet_put(t, html_from_cstr(effect_aggregation_name(e->aggregation)));
    sheet_put(t, cell_period(e->group));
    sheet_put(t, cell_period(e->time));
    sheet_put(t, cell_period(e->event_time));
    put_interval(t, a->outcome, e);
    sheet_put(t, outcome_signed(v, a->outcome, e->band_low));
    sheet_put(t, outcome_signed(v, a->outcome, e->band_high));
    sheet_put(t, html_p_value(e->p, 3));
    sheet_put(t, cell_count(t->v, e->n_treated));
    sheet_put(t, cell_count(t->v, e->n_control));
    sheet_put(t, cell_count(t->v, e->n_lost));
    sheet_put(t, cell_count(t->v, e->n_trimmed));
    sheet_put(t, remark(v, e));
}

static void add_estimates(struct report_view *v)
{
    struct sheet *t = sheet_new(v, "estimates", tr(v->lang, "report.table-estimates"));
    add_estimate_columns(t);
    for (size_t i = 0; t && i < v->in->n_analyses; i++) {
        const struct report_analysis *a = &v->in->analyses[i];
        for (size_t j = 0; a->result && j < disclosure_view(a->result)->n_estimates; j++)
            put_estimate(t, a, &disclosure_view(a->result)->estimates[j]);
    }
    if (t)
        v->sheets[v->n_sheets++] = t;
}

/* ---- what the estimates stand on ---- */

static void put_diagnostics(struct sheet *t, const struct report_analysis *a)
{
    struct report_view *v = t->v;
    const struct effect_diagnostics *d = &disclosure_view(a->result)->diagnostics;
    const struct html_value none = html_number(REAL_NAN, 0);
    const bool panel = is_panel(disclosure_view(a->result)), clusters = d->n_clusters > 0;
    const struct {
        size_t n;
        bool applies;
    } count[] = {
        {d->n_rows, true},
        {d->n_used, true},
        {d->n_dropped_missing, true},
        {d->n_units, true},
        {d->n_periods, panel},
        {d->n_treated, true},
        {d->n_control, true},
        {d->n_clusters, clusters},
        {d->n_treated_clusters, clusters},
        {d->n_always_treated, panel},
        {d->n_unbalanced, panel},
    };
    sheet_put(t, html_from_str(view_text(v, v->in->outcomes[a->outcome].label)));
    sheet_put(t, html_from_str(analysis_label(v, a)));
    for (size_t i = 0; i < sizeof count / sizeof *count; i++)
        sheet_put(t, count[i].applies ? cell_count(v, count[i].n) : none);
    sheet_put(t, html_number(d->propensity_sum_treated, 2));
    sheet_put(t, outcome_value(v, a->outcome, d->mean_treated));
    sheet_put(t, outcome_value(v, a->outcome, d->mean_control));
    sheet_put(t, html_number(d->pretest_df ? d->pretest_statistic : REAL_NAN, 2));
    sheet_put(t, d->pretest_df ? html_from_size(d->pretest_df) : none);
    sheet_put(t, html_p_value(d->pretest_df ? d->pretest_p : REAL_NAN, 3));
}

static void add_diagnostics(struct report_view *v)
{
    struct sheet *t = sheet_new(v, "diagnostics", tr(v->lang, "report.table-diagnostics"));
    sheet_words(t, "outcome", "report.col-outcome");
    sheet_words(t, "analysis", "report.col-analysis");
    sheet_number(t, "rows", "report.col-rows");
    sheet_number(t, "rows_used", "report.col-rows-used");
    sheet_number(t, "rows_missing", "report.col-rows-missing");
    sheet_number(t, "units", "report.col-units");
    sheet_number(t, "periods", "report.col-periods");
    sheet_number(t, "treated", "report.col-treated");
    sheet_number(t, "control", "report.col-control");
    sheet_number(t, "clusters", "report.col-clusters");
    sheet_number(t, "clusters_treated", "report.col-clusters-treated");
    sheet_number(t, "always_treated", "report.col-always-treated");
    sheet_number(t, "unbalanced", "report.col-unbalanced");
    sheet_number(t, "propensity_sum", "report.col-propensity-sum");
    sheet_number(t, "mean_treated", "report.col-mean-treated");
    sheet_number(t, "mean_control", "report.col-mean-control");
    sheet_number(t, "pretest_statistic", "report.col-pretest-statistic");
    sheet_number(t, "pretest_df", "report.col-pretest-df");
    sheet_number(t, "pretest_p", "report.col-pretest-p");
    for (size_t i = 0; t && i < v->in->n_analyses; i++)
        if (v->in->analyses[i].result)
            put_diagnostics(t, &v->in->analyses[i]);
    if (t)
        v->sheets[v->n_sheets++] = t;
}

/* What was withheld, and why; no table when nothing was. */
static void add_withheld(struct report_view *v)
{
    struct sheet *t = sheet_new(v, "withheld", tr(v->lang, "report.table-withheld"));
    sheet_words(t, "outcome", "report.col-outcome");
    sheet_words(t, "analysis", "report.col-analysis");
    sheet_words(t, "why", "report.col-why");
    for (size_t i = 0; t && i < v->in->n_analyses; i++) {
        const struct report_analysis *a = &v->in->analyses[i];
        size_t n = 0;
        const struct msg *note = a->result ? disclosure_notes(a->result, &n) : NULL;
        for (size_t j = 0; j < n; j++) {
            sheet_put(t, html_from_str(view_text(v, v->in->outcomes[a->outcome].label)));
            sheet_put(t, html_from_str(analysis_label(v, a)));
            sheet_put(t, html_from_str(SAY(v, "report.short-why", html_msg(&note[j]))));
        }
    }
    if (t && sheet_n_rows(t))
        v->sheets[v->n_sheets++] = t;
}

void sheets_add_effects(struct report_view *v)
{
    if (v->in->n_analyses == 0)
        return;
    add_overall(v);
    add_estimates(v);
    add_diagnostics(v);
    sheets_add_alike(v);
    add_withheld(v);
}

/* ---- for the page ---- */

static void add_moment_columns(struct sheet *t, enum effect_aggregation aggregation)
{
    if (aggregation == EFFECT_DYNAMIC)
        sheet_number(t, "event_time", "report.col-event-time");
    if (aggregation == EFFECT_GROUP || aggregation == EFFECT_GROUP_TIME)
        sheet_number(t, "group", "report.col-group");
    if (aggregation == EFFECT_CALENDAR || aggregation == EFFECT_GROUP_TIME)
        sheet_number(t, "time", "report.col-time");
}

static void put_moment(struct sheet *t, const struct effect_estimate *e)
{
    if (e->aggregation == EFFECT_DYNAMIC)
        sheet_put(t, cell_period(e->event_time));
    if (e->aggregation == EFFECT_GROUP || e->aggregation == EFFECT_GROUP_TIME)
        sheet_put(t, cell_period(e->group));
    if (e->aggregation == EFFECT_CALENDAR || e->aggregation == EFFECT_GROUP_TIME)
        sheet_put(t, cell_period(e->time));
}

/* The overall line of an aggregation carries no moment: the page names it elsewhere. */
static bool has_moment(const struct effect_estimate *e)
{
    return !isnan(e->event_time) || !isnan(e->group) || !isnan(e->time);
}

struct sheet *sheet_aggregation(struct report_view *v, const struct report_analysis *a,
                                enum effect_aggregation aggregation)
{
    static const char *const title[] = {
        [EFFECT_GROUP_TIME] = "report.table-group-time",
        [EFFECT_DYNAMIC] = "report.table-dynamic",
        [EFFECT_GROUP] = "report.table-group",
        [EFFECT_CALENDAR] = "report.table-calendar",
        [EFFECT_NONE] = "report.table-effects",
        [EFFECT_SIMPLE] = "report.table-effects",
    };
    struct sheet *t = sheet_new(
        v, effect_aggregation_name(aggregation),
        SAY(v, title[aggregation], html_from_str(view_text(v, v->in->outcomes[a->outcome].label))));
    bool has_remark = false;
    if (t)
        t->id = SAY(v, "{1}-{2}", html_from_cstr(t->key), html_from_size(a->outcome));
    add_moment_columns(t, aggregation);
    add_interval_columns(t);
    sheet_number(t, "treated", "report.col-treated");
    sheet_number(t, "control", "report.col-control");
    for (size_t i = 0; i < disclosure_view(a->result)->n_estimates; i++) {
        const struct effect_estimate *e = &disclosure_view(a->result)->estimates[i];
        has_remark = has_remark || (e->aggregation == aggregation && (e->failed || e->reference));
    }
    if (has_remark)
        sheet_words(t, "remark", "report.col-remark");
    for (size_t i = 0; t && i < disclosure_view(a->result)->n_estimates; i++) {
        const struct effect_estimate *e = &disclosure_view(a->result)->estimates[i];
        if (e->aggregation != aggregation || !has_moment(e))
            continue;
        put_moment(t, e);
        put_interval(t, a->outcome, e);
        sheet_put(t, cell_count(t->v, e->n_treated));
        sheet_put(t, cell_count(t->v, e->n_control));
        if (has_remark)
            sheet_put(t, remark(v, e));
    }
    return t;
}
