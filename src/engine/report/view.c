/* SPDX-License-Identifier: EUPL-1.2 */
#include "grade_int.h"

#include <math.h>

#define VIEW_BYTES_MAX ((size_t)512 << 20)

static err check(const struct report_input *in, struct err_info *info)
{
    if (in->n_analyses > REPORT_ANALYSES_MAX || in->study.n_limits > REPORT_LIMITS_MAX)
        return err_set(info, E_LIMIT, "report.too-many");
    for (size_t i = 0; i < in->n_analyses; i++)
        if (in->analyses[i].outcome >= in->n_outcomes)
            return err_text(info, E_INPUT, "report.no-outcome", in->analyses[i].name);
    return OK;
}

err view_open(struct report_view *v, enum lang lang, const struct report_input *in,
              struct err_info *info)
{
    *v = (struct report_view){.in = in, .lang = lang};
    const err e = check(in, info);
    if (e != OK)
        return e;
    v->a = arena_new(VIEW_BYTES_MAX);
    if (!v->a)
        return err_nomem(info);
    sheets_add_effects(v);
    sheets_add_looks(v);
    if (in->model && in->scba)
        sheets_add_scba(v);
    sheets_add_grade(v);
    sheets_add_record(v);
    v->answer = words_answer(v);
    return v->no_memory ? err_nomem(info) : OK;
}

err view_error(const struct report_view *v, const out *o, struct err_info *info)
{
    if (v->no_memory)
        return err_nomem(info);
    if (v->chart_error.code != OK) {
        *info = v->chart_error;
        return info->code;
    }
    return out_error(o, info);
}

void view_close(struct report_view *v)
{
    arena_free(v->a);
    v->a = NULL;
}

/* ---- texts ---- */

str view_text(const struct report_view *v, const str text[LANG_COUNT])
{
    if (text[v->lang].n)
        return text[v->lang];
    return text[LANG_COUNT - 1 - v->lang];
}

str view_unit(const struct report_view *v)
{
    const str unit = view_text(v, v->in->study.unit);
    return unit.n ? unit : tr(v->lang, "report.person");
}

str view_period(const struct report_view *v, bool many)
{
    const str period = v->in->study.period[v->lang][many];
    return period.n ? period : tr(v->lang, many ? "report.periods" : "report.period");
}

static str keep(struct report_view *v, out *o)
{
    const str s = arena_str(v->a, out_view(o));
    v->no_memory = v->no_memory || o->error != OK || !s.p;
    out_free(o);
    return s.p ? s : STR("");
}

str view_say(struct report_view *v, const char *key, const struct html_value *values, size_t n)
{
    out o;
    out_init(&o, REPORT_BYTES_MAX);
    html_print(&o, v->lang, key, values, n);
    return keep(v, &o);
}

/* ---- outcomes ---- */

const struct report_analysis *main_analysis(const struct report_view *v, size_t outcome)
{
    for (size_t i = 0; i < v->in->n_analyses; i++)
        if (v->in->analyses[i].role == REPORT_MAIN && v->in->analyses[i].outcome == outcome)
            return &v->in->analyses[i];
    return NULL;
}

const struct report_analysis *report_alike(const struct report_view *v)
{
    const struct report_analysis *a = v->in->n_outcomes ? main_analysis(v, 0) : NULL;
    const struct effect_result *r = a ? disclosure_view(a->result) : NULL;
    return r && r->comparison && r->n_balance ? a : NULL;
}

const struct effect_estimate *overall(const struct effect_result *r)
{
    return r ? effect_overall(r) : NULL;
}

bool is_panel(const struct effect_result *r)
{
    return r && effect_find(r, EFFECT_DYNAMIC) != NULL;
}

int outcome_decimals(const struct report_view *v, size_t outcome)
{
    const struct report_analysis *a = main_analysis(v, outcome);
    const struct effect_estimate *e = a ? overall(disclosure_view(a->result)) : NULL;
    double size = e ? e->standard_error : REAL_NAN;
    if (e && !(size > 0))
        size = fabs(e->estimate) / 10;
    if (!(size > 0))
        return 0;
    if (v->in->outcomes[outcome].currency.n) /* cents are all or nothing */
        return size < 1 ? 2 : 0;
    int decimals = 0;
    for (; size < 9.5 && decimals < 6; size *= 10)
        decimals++;
    return decimals;
}

struct html_value outcome_value(const struct report_view *v, size_t outcome, double x)
{
    const int decimals = outcome_decimals(v, outcome);
    const str currency = v->in->outcomes[outcome].currency;
    return currency.n ? html_money(x, currency, decimals) : html_number(x, decimals);
}

struct html_value outcome_signed(const struct report_view *v, size_t outcome, double x)
{
    struct html_value value = outcome_value(v, outcome, x);
    value.with_plus = true;
    return value;
}

str outcome_amount(struct report_view *v, size_t outcome, struct html_value value)
{
    out o;
    const str unit = view_text(v, v->in->outcomes[outcome].unit);
    out_init(&o, REPORT_BYTES_MAX);
    html_print_value(&o, v->lang, value);
    if (unit.n) {
        out_char(&o, ' ');
        out_str(&o, unit);
    }
    return keep(v, &o);
}
