/* SPDX-License-Identifier: EUPL-1.2 */
/* How strong the evidence is, which design it comes from, and what would overturn it. */
#include "grade_int.h"

#include <math.h>

static void add(struct report_view *v, struct report_points *points, const char *head, str body)
{
    if (points->n < REPORT_POINTS_MAX && body.n)
        points->p[points->n++] = (struct report_point){tr(v->lang, head), body};
}

static const struct effect_result *main_result(const struct report_view *v)
{
    const struct report_analysis *a = v->in->n_outcomes ? main_analysis(v, 0) : NULL;
    return a ? disclosure_view(a->result) : NULL;
}

/* ---- the grade and the design ---- */

static void say_design(struct report_view *v, const struct effect_result *r,
                       struct report_points *points)
{
    if (!r->design)
        return;
    add(v, points, "report.design-head",
        SAY(v, r->design->followed ? "report.design-followed" : "report.design-other",
            html_key(r->design->why), html_key(method_words(r))));
}

void words_grade(struct report_view *v, struct report_points *points)
{
    const struct effect_result *r = main_result(v);
    struct report_grade g;
    points->n = 0;
    if (!v->in->n_outcomes || !grade_of(v, 0, &g))
        return;
    add(v, points, "report.grade-head",
        SAY(v, "report.grade-body", html_from_int(g.step), html_key(grade_words(g.step))));
    say_design(v, r, points);
    add(v, points, "report.grade-start",
        SAY(v, "report.grade-start-body", html_key(g.start_why), html_from_int(g.start)));
    for (size_t i = 0; i < g.n; i++)
        add(v, points, "report.grade-down", tr(v->lang, g.reason[i]));
    if (g.n == 0)
        add(v, points, "report.grade-down", tr(v->lang, "report.grade-down-none"));
    if (g.unseen)
        add(v, points, "report.grade-unseen", tr(v->lang, g.unseen));
}

/* ---- what would overturn it ---- */

static bool is_sure(const struct effect_estimate *e)
{
    const enum verdict verdict = verdict_of(e);
    return verdict == VERDICT_LOWER || verdict == VERDICT_HIGHER;
}

/*
 * How much more than the known characteristics together the unknown ones would have to matter:
 * adjusted / (raw - adjusted); Altonji, Elder and Taber (2005).
 */
static void say_unmeasured(struct report_view *v, const struct effect_result *r,
                           const struct effect_estimate *e, struct report_points *points)
{
    const double raw = r->diagnostics.mean_treated - r->diagnostics.mean_control;
    const double moved = raw - e->estimate;
    if (is_followed(r) || v->in->study.randomised || !isfinite(raw) || r->spec.n_covariates == 0)
        return;
    if (moved * e->estimate <= 0) /* what is known made the effect larger */
        add(v, points, "report.overturn-unmeasured",
            SAY(v, "report.overturn-unmeasured-away", outcome_signed(v, 0, raw),
                outcome_signed(v, 0, e->estimate)));
    else
        add(v, points, "report.overturn-unmeasured",
            SAY(v, "report.overturn-unmeasured-body", outcome_signed(v, 0, raw),
                outcome_signed(v, 0, e->estimate), html_number(e->estimate / moved, 1)));
}

/* What the study finds with a chance of 80 %: (z of the level + z of 0.8) standard errors. */
static void say_smallest(struct report_view *v, const struct effect_result *r,
                         const struct effect_estimate *e, struct report_points *points)
{
    const double z = real_norm_ppf((1 + r->spec.level) / 2) + real_norm_ppf(0.8);
    if (effect_has_few_teams(r) && r->teams->smallest_p > 1 - r->spec.level)
        add(v, points, "report.overturn-smallest", tr(v->lang, "report.overturn-smallest-none"));
    if (effect_has_few_teams(
            r)) /* the standard error does not tell what the test by teams can find */
        return;
    add(v, points, "report.overturn-smallest",
        SAY(v, "report.overturn-smallest-body", outcome_value(v, 0, z * e->standard_error)));
}

/* How far trends may differ before another conclusion follows. */
static void say_trends(struct report_view *v, const struct effect_result *r,
                       struct report_points *points)
{
    const struct effect_honesty_summary *h = r->honesty;
    const bool is_smooth = r->spec.honesty == EFFECT_SMOOTH;
    if (!h || r->n_honest == 0)
        return;
    const struct html_value m =
        is_smooth ? outcome_value(v, 0, h->breakdown) : html_number(h->breakdown, 2);
    const struct html_value period = html_from_str(view_period(v, false));
    if (h->low <= 0 && h->high >= 0)
        add(v, points, "report.overturn-trends", tr(v->lang, "report.overturn-trends-never"));
    else if (isnan(h->breakdown))
        add(v, points, "report.overturn-trends", tr(v->lang, "report.overturn-trends-straight"));
    else if (is_smooth)
        add(v, points, "report.overturn-trends",
            SAY(v, "report.overturn-trends-smooth", m, period));
    else
        add(v, points, "report.overturn-trends",
            SAY(v,
                h->is_beyond ? "report.overturn-trends-beyond" : "report.overturn-trends-relative",
                m, period));
}

static void say_others(struct report_view *v, struct report_points *points)
{
    size_t n = 0, n_sure = 0;
    for (size_t i = 0; i < v->in->n_analyses; i++) {
        const struct report_analysis *a = &v->in->analyses[i];
        const struct effect_estimate *e = overall(disclosure_view(a->result));
        if (a->role != REPORT_VARIATION || a->outcome != 0 || verdict_of(e) == VERDICT_FAILED)
            continue;
        n++;
        n_sure += is_sure(e);
    }
    if (n > 0)
        add(v, points, "report.overturn-others",
            SAY(v, "report.overturn-others-body", html_from_size(n), html_from_size(n_sure)));
}

void words_overturn(struct report_view *v, struct report_points *points)
{
    const struct effect_result *r = main_result(v);
    const struct effect_estimate *e = overall(r);
    points->n = 0;
    if (verdict_of(e) == VERDICT_FAILED)
        return;
    if (is_sure(e))
        say_unmeasured(v, r, e, points);
    else
        say_smallest(v, r, e, points);
    say_trends(v, r, points);
    say_others(v, points);
    add(v, points, "report.overturn-new", tr(v->lang, "report.overturn-new-body"));
}

/* ---- as a table ---- */

static void put(struct sheet *t, const char *name, struct html_value value)
{
    sheet_put(t, html_key(name));
    sheet_put(t, value);
}

void sheets_add_grade(struct report_view *v)
{
    struct report_grade g;
    if (!v->in->n_outcomes || !grade_of(v, 0, &g))
        return;
    const struct effect_result *r = main_result(v);
    struct sheet *t = sheet_new(v, "grade", tr(v->lang, "report.table-grade"));
    sheet_words(t, "fact", "report.col-fact");
    sheet_words(t, "value", "report.col-value");
    if (!t)
        return;
    put(t, "report.grade-head",
        html_from_str(
            SAY(v, "report.grade-body", html_from_int(g.step), html_key(grade_words(g.step)))));
    if (r->design)
        put(t, "report.design-rule", html_key(r->design->why));
    put(t, "report.design-head", html_key(method_words(r)));
    put(t, "report.grade-start", html_key(g.start_why));
    for (size_t i = 0; i < g.n; i++)
        put(t, "report.grade-down", html_key(g.reason[i]));
    if (g.unseen)
        put(t, "report.grade-unseen", html_key(g.unseen));
    v->sheets[v->n_sheets++] = t;
}
