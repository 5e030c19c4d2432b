/* SPDX-License-Identifier: EUPL-1.2 */
#include "report_int.h"

#include <math.h>

/* ---- effects over time ---- */

struct course {
    int64_t n_after, n_clear;      /* moments from the start on, and those with a clear effect */
    double clear_from;             /* from this moment on all are clear in one direction; NaN */
    enum verdict since_clear_from; /* that direction */
};

static struct course course_of(const struct effect_result *r)
{
    struct course c = {.clear_from = REAL_NAN, .since_clear_from = VERDICT_UNSURE};
    for (size_t i = 0; i < r->n_estimates; i++) {
        const struct effect_estimate *e = &r->estimates[i];
        if (e->aggregation != EFFECT_DYNAMIC || !(e->event_time >= 0))
            continue;
        const enum verdict verdict = verdict_of(e);
        const bool clear = verdict == VERDICT_LOWER || verdict == VERDICT_HIGHER;
        c.n_after++;
        c.n_clear += clear;
        if (!clear)
            c.clear_from = REAL_NAN;
        else if (isnan(c.clear_from) || verdict != c.since_clear_from)
            c.clear_from = e->event_time;
        c.since_clear_from = verdict;
    }
    return c;
}

str title_event_study(struct report_view *v, const struct report_analysis *a)
{
    const struct course c = course_of(disclosure_view(a->result));
    const struct html_value label = html_from_str(view_text(v, v->in->outcomes[a->outcome].label));
    const struct html_value period = html_from_str(view_period(v, false));
    const struct html_value periods = html_from_str(view_period(v, true));
    if (c.n_clear == 0)
        return SAY(v, "report.title-event-none", label);
    if (effect_has_few_teams(disclosure_view(a->result))) /* the errors by period are too small */
        return SAY(v, "report.title-event-few", label);
    if (isnan(c.clear_from))
        return SAY(v, "report.title-event-some", label, html_from_int(c.n_clear),
                   html_from_int(c.n_after), periods);
    const bool lower = c.since_clear_from == VERDICT_LOWER;
    if (c.clear_from == 0)
        return SAY(v, lower ? "report.title-event-lower" : "report.title-event-higher", label);
    return SAY(v, lower ? "report.title-event-lower-from" : "report.title-event-higher-from", label,
               period, cell_period(c.clear_from));
}

str title_forest(struct report_view *v, size_t outcome)
{
    int64_t n = 0, same = 0;
    const struct report_analysis *a = main_analysis(v, outcome);
    const enum verdict expected = verdict_of(a ? overall(disclosure_view(a->result)) : NULL);
    for (size_t i = 0; i < v->in->n_analyses; i++) {
        const struct report_analysis *b = &v->in->analyses[i];
        const enum verdict verdict = verdict_of(overall(disclosure_view(b->result)));
        if (b->outcome != outcome || b->role != REPORT_VARIATION || verdict == VERDICT_FAILED)
            continue; /* a group apart is another question; what failed concludes nothing */
        n++;
        same += verdict == expected;
    }
    if (n == 0)
        return SAY(v, "report.title-forest-groups",
                   html_from_str(view_text(v, v->in->outcomes[outcome].label)));
    if (n == 1 && same == 0)
        return SAY(v, "report.title-forest-other",
                   html_from_str(view_text(v, v->in->outcomes[outcome].label)));
    return SAY(v, same == n ? "report.title-forest-same" : "report.title-forest-differ",
               html_from_int(same == n ? n : same), html_from_int(n),
               html_from_str(view_text(v, v->in->outcomes[outcome].label)));
}

/* ---- costs and benefits ---- */

static size_t n_losing(const struct scba_result *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_payers; i++)
        n += r->party[i].balance.mean < 0;
    return n;
}

str title_waterfall(struct report_view *v)
{
    static const char *const key[] = {
        [VERDICT_FAILED] = "report.title-payers-society-unsure",
        [VERDICT_UNSURE] = "report.title-payers-society-unsure",
        [VERDICT_LOWER] = "report.title-payers-society-loses",
        [VERDICT_HIGHER] = "report.title-payers-society-gains",
    };
    const struct scba_result *r = v->in->scba;
    const size_t losing = n_losing(r);
    const enum verdict society = verdict_on_society(r);
    const struct html_value words = html_key(society_words(r));
    if (losing == 0 && society == VERDICT_HIGHER)
        return SAY(v, "report.title-payers-all-gain", words);
    if (losing == r->n_payers && society == VERDICT_LOWER)
        return SAY(v, "report.title-payers-all-lose", words);
    return SAY(v, key[society], html_from_size(losing), html_from_size(r->n_payers), words);
}

str title_cash(struct report_view *v)
{
    const struct scba_result *r = v->in->scba;
    const int year = r->party[r->n_payers].payback_year;
    if (year == 1)
        return tr(v->lang, "report.title-cash-at-once");
    return year ? SAY(v, "report.title-cash-year", html_plain(year))
                : SAY(v, "report.title-cash-never", html_from_size(r->n_years));
}

str title_tornado(struct report_view *v)
{
    const struct scba_result *r = v->in->scba;
    if (r->n_tornado == 0)
        return tr(v->lang, "report.title-tornado-none");
    const struct scba_tornado_bar *b = &r->tornado[0];
    const bool turns = (b->at_low < 0) != (b->at_high < 0);
    return SAY(v, turns ? "report.title-tornado-turns" : "report.title-tornado-stays",
               html_from_str(bar_name(v, b)));
}
