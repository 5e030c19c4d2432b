/* SPDX-License-Identifier: EUPL-1.2 */
/* For whom, and what should be 0: the other looks of the main analyses, and the plan's subgroups.
 */
#include "report_int.h"

#include "base/num.h"

#include <math.h>

/* Decimals that show a standard error in two digits, for outcomes the report knows nothing about.
 */
static struct html_value plain(double x, double standard_error)
{
    int decimals = 0;
    for (double size = standard_error; size > 0 && size < 9.5 && decimals < 6; size *= 10)
        decimals++;
    return html_number(x, decimals);
}

static void put_numbers(struct sheet *t, size_t outcome, const struct effect_look *look)
{
    const struct report_view *v = t->v;
    const double number[] = {look->estimate, look->standard_error, look->ci_low, look->ci_high};
    const bool is_own = look->kind != EFFECT_LOOK_PLACEBO_OUTCOME;
    for (size_t i = 0; i < sizeof number / sizeof *number; i++)
        sheet_put(t, !is_own  ? plain(number[i], look->standard_error)
                     : i == 1 ? outcome_value(v, outcome, number[i])
                              : outcome_signed(v, outcome, number[i]));
    sheet_put(t, html_p_value(look->p, 3));
}

static struct sheet *open_sheet(struct report_view *v, const char *key, const char *title,
                                const char *group, bool adjusts)
{
    struct sheet *t = sheet_new(v, key, tr(v->lang, title));
    sheet_words(t, "outcome", "report.col-outcome");
    sheet_words(t, "group", group);
    sheet_words(t, "status", "report.col-status");
    sheet_number(t, "estimate", "report.col-estimate");
    sheet_number(t, "standard_error", "report.col-standard-error");
    sheet_number(t, "ci_low", "report.col-ci-low");
    sheet_number(t, "ci_high", "report.col-ci-high");
    sheet_number(t, "p", "report.col-p");
    if (adjusts)
        sheet_number(t, "p_adjusted", "report.col-p-adjusted");
    sheet_words(t, "remark", "report.col-remark");
    return t;
}

static void put_head(struct sheet *t, size_t outcome, str group, const char *status)
{
    struct report_view *v = t->v;
    sheet_put(t, html_from_str(view_text(v, v->in->outcomes[outcome].label)));
    sheet_put(t, html_from_str(group));
    sheet_put(t, html_key(status));
}

static struct html_value remark_of(const struct effect_look *look)
{
    return look->why.key ? html_msg(&look->why) : cell_empty();
}

static str label_of(struct report_view *v, const struct effect_look *look)
{
    int64_t periods = 0;
    if (look->kind == EFFECT_LOOK_PLACEBO_START && num_parse_int(look->value, &periods))
        return periods ? SAY(v, "looks.label-start", html_from_int(periods))
                       : tr(v->lang, "looks.label-no-start");
    if (look->value.n == 0)
        return look->column;
    return SAY(v, "{1} = {2}", html_from_str(look->column), html_from_str(look->value));
}

/* ---- for whom ---- */

static void put_subgroup(struct sheet *t, const struct report_analysis *a)
{
    const struct effect_estimate *e = overall(disclosure_view(a->result));
    const double none = REAL_NAN;
    const struct effect_look look = {.kind = EFFECT_LOOK_SUBGROUP,
                                     .estimate = e ? e->estimate : none,
                                     .standard_error = e ? e->standard_error : none,
                                     .ci_low = e ? e->ci_low : none,
                                     .ci_high = e ? e->ci_high : none,
                                     .p = e ? e->p : none};
    put_head(t, a->outcome, analysis_label(t->v, a), "report.status-declared");
    put_numbers(t, a->outcome, &look);
    sheet_put(t, html_p_value(a->p_adjusted > 0 ? a->p_adjusted : none, 3));
    sheet_put(t, analysis_remark(t->v, a));
}

static void put_look(struct sheet *t, size_t outcome, const struct effect_look *look)
{
    const bool declared = look->kind == EFFECT_LOOK_SUBGROUP;
    put_head(t, outcome, label_of(t->v, look),
             declared ? "report.status-declared" : "report.status-explored");
    put_numbers(t, outcome, look);
    sheet_put(t, html_p_value(look->p_adjusted, 3));
    sheet_put(t, remark_of(look));
}

static void add_for_whom(struct report_view *v)
{
    struct sheet *t =
        open_sheet(v, "for_whom", "report.table-for-whom", "report.col-for-whom", true);
    for (size_t i = 0; t && i < v->in->n_analyses; i++) {
        const struct report_analysis *a = &v->in->analyses[i];
        const struct effect_result *r = disclosure_view(a->result);
        if (a->role == REPORT_SUBGROUP)
            put_subgroup(t, a);
        for (size_t j = 0; a->role == REPORT_MAIN && r && j < r->n_looks; j++)
            if (r->looks[j].kind <= EFFECT_LOOK_EXPLORED)
                put_look(t, a->outcome, &r->looks[j]);
    }
    if (t && sheet_n_rows(t))
        v->sheets[v->n_sheets++] = t;
}

/* ---- what should be 0 ---- */

bool look_is_control(const struct effect_look *look)
{
    return look->kind >= EFFECT_LOOK_PLACEBO_START;
}

bool look_finds_something(const struct effect_look *look)
{
    return look->ci_low > 0 || look->ci_high < 0;
}

static const char *finding(const struct effect_look *look)
{
    if (isnan(look->ci_low))
        return "report.status-not-computed";
    return look_finds_something(look) ? "report.status-not-zero" : "report.status-zero";
}

static void add_controls(struct report_view *v)
{
    struct sheet *t =
        open_sheet(v, "controls", "report.table-controls", "report.col-control-of", false);
    for (size_t i = 0; t && i < v->in->n_analyses; i++) {
        const struct report_analysis *a = &v->in->analyses[i];
        const struct effect_result *r = disclosure_view(a->result);
        for (size_t j = 0; a->role == REPORT_MAIN && r && j < r->n_looks; j++) {
            const struct effect_look *look = &r->looks[j];
            if (!look_is_control(look))
                continue;
            put_head(t, a->outcome, label_of(v, look), finding(look));
            put_numbers(t, a->outcome, look);
            sheet_put(t, remark_of(look));
        }
    }
    if (t && sheet_n_rows(t))
        v->sheets[v->n_sheets++] = t;
}

void sheets_add_looks(struct report_view *v)
{
    if (v->in->n_analyses == 0)
        return;
    add_for_whom(v);
    add_controls(v);
}
