/* SPDX-License-Identifier: EUPL-1.2 */
#include "report_int.h"

static void put_fact(struct sheet *t, const char *name, struct html_value value)
{
    if (value.kind == HTML_STR && value.text.n == 0)
        return;
    sheet_put(t, html_key(name));
    sheet_put(t, value);
}

static struct html_value day_or_nothing(int32_t day)
{
    return day == REPORT_NO_DAY ? cell_empty() : html_date(day);
}

/* The seed is 64 bits: more than a double holds, so it goes as text. */
static str seed_text(struct report_view *v)
{
    char digits[24];
    out o = {.p = digits, .cap = sizeof digits, .limit = sizeof digits};
    const uint64_t seed = v->in->seal.seed;
    if (seed >= 10)
        out_int(&o, (int64_t)(seed / 10));
    out_int(&o, (int64_t)(seed % 10));
    const str s = arena_str(v->a, out_view(&o));
    v->no_memory = v->no_memory || !s.p;
    return s.p ? s : STR("");
}

static void add_record(struct report_view *v)
{
    const struct report_study *s = &v->in->study;
    const struct report_seal *seal = &v->in->seal;
    struct sheet *t = sheet_new(v, "record", tr(v->lang, "report.table-record"));
    sheet_words(t, "fact", "report.col-fact");
    sheet_words(t, "value", "report.col-value");
    if (!t)
        return;
    put_fact(t, "report.fact-study", html_from_str(s->id));
    put_fact(t, "report.fact-author", html_from_str(s->author));
    put_fact(t, "report.fact-source", html_from_str(s->data_source));
    put_fact(t, "report.fact-data-day", day_or_nothing(s->data_day));
    put_fact(t, "report.fact-completeness", html_from_str(view_text(v, s->completeness)));
    put_fact(t, "report.fact-made-day", day_or_nothing(s->made_day));
    put_fact(t, "report.fact-plan",
             html_key(seal->frozen ? "report.plan-frozen" : "report.plan-exploratory"));
    put_fact(t, "report.fact-frozen-day",
             seal->frozen ? day_or_nothing(seal->frozen_day) : cell_empty());
    put_fact(t, "report.fact-earlier-runs", html_from_size(seal->earlier_runs));
    if (seal->frozen)
        put_fact(t, "report.fact-runs-before", html_from_size(seal->runs_before_freeze));
    put_fact(t, "report.fact-changes", html_from_size(seal->n_changed));
    put_fact(t, "report.fact-plan-hash", html_from_str(seal->plan_hash));
    put_fact(t, "report.fact-data-hash", html_from_str(seal->data_hash));
    put_fact(t, "report.fact-signer", html_from_str(seal->signer));
    put_fact(t, "report.fact-seed", html_from_str(seed_text(v)));
    put_fact(t, "report.fact-version", html_from_str(seal->version));
    put_fact(t, "report.fact-command", html_from_str(seal->command));
    v->sheets[v->n_sheets++] = t;
}

static struct html_value change_words(struct report_view *v, const struct report_change *c)
{
    switch (c->kind) {
    case REPORT_CHANGE_VALUE: break;
    case REPORT_CHANGE_LAYOUT: return html_key("report.change-layout");
    case REPORT_CHANGE_UNFIXED: return html_key("report.change-unfixed");
    case REPORT_CHANGE_MORE:
        return html_from_str(SAY(v, "report.change-more", html_from_size(c->n)));
    case REPORT_CHANGE_REASON:
        return html_from_str(SAY(v, "report.change-reason", html_from_str(c->what)));
    }
    return html_from_str(c->what);
}

static void add_changes(struct report_view *v)
{
    const struct report_seal *seal = &v->in->seal;
    if (seal->n_changes == 0)
        return;
    struct sheet *t = sheet_new(v, "changes", tr(v->lang, "report.table-changes"));
    sheet_words(t, "day", "report.col-day");
    sheet_words(t, "change", "report.col-change");
    for (size_t i = 0; t && i < seal->n_changes; i++) {
        sheet_put(t, day_or_nothing(seal->changes[i].day));
        sheet_put(t, change_words(v, &seal->changes[i]));
    }
    if (t)
        v->sheets[v->n_sheets++] = t;
}

void sheets_add_record(struct report_view *v)
{
    if (view_text(v, v->in->study.title).n == 0)
        return; /* an analysis alone, not a study */
    add_record(v);
    add_changes(v);
}
