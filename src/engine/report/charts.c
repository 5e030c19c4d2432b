/* SPDX-License-Identifier: EUPL-1.2 */
/* charts: the results as engine/chart draws them, each with its table. */
#include "engine/report/charts_int.h"

#include <math.h>
#include <string.h>

struct axis {
    const struct report_view *v;
    size_t outcome;
};

static void print_outcome(void *ctx, out *o, double x, int decimals)
{
    const struct axis *axis = ctx;
    const str currency = axis->v->in->outcomes[axis->outcome].currency;
    html_print_value(o, axis->v->lang,
                     currency.n ? html_money(x, currency, decimals) : html_number(x, decimals));
}

static void print_money(void *ctx, out *o, double x, int decimals)
{
    const struct axis *axis = ctx;
    html_print_value(o, axis->v->lang, html_money(x, axis->v->in->model->currency, decimals));
}

/* Moments around the start: −2, 0, +2 */
static void print_moment(void *ctx, out *o, double x, int decimals)
{
    const struct axis *axis = ctx;
    html_print_value(o, axis->v->lang, html_signed(x, decimals));
}

static str printed(struct report_view *v, struct html_value value)
{
    return SAY(v, "{1}", value);
}

str chart_label(struct report_view *v, str name)
{
    enum { SHOWN_BYTES = 240 };
    size_t n = 0;
    while (n < name.n && n < SHOWN_BYTES)
        n += str_utf8_len(name, n) ? str_utf8_len(name, n) : 1;
    return n < name.n ? SAY(v, "{1}\u2026", html_from_str(str_cut(name, 0, n))) : name;
}

void *chart_room(struct report_view *v, size_t n, size_t size)
{
    void *p = arena_alloc(v->a, n, size);
    v->no_memory = v->no_memory || !p;
    return p;
}

struct chart_frame chart_frame_of(struct report_view *v, const struct report_figure *f,
                                  double width)
{
    return (struct chart_frame){
        .labelled_by = SAY(v, "c-{1}", html_from_str(f->id)),
        .described_by = SAY(v, "d-{1}", html_from_str(f->id)),
        .width = width,
    };
}

void chart_finish(struct html *h, struct report_view *v, struct report_figure *f, out *svg,
                  err drawn, const struct err_info *info)
{
    if (drawn == OK) {
        f->svg = (safe_html){out_view(svg)};
    } else if (drawn != E_INPUT && v->chart_error.code == OK) {
        v->chart_error = *info;
    }
    report_part_figure(h, f);
    out_free(svg);
}

/* ---- effects ---- */

/* "the costs of help (per resident and month)" */
static str measure_of(struct report_view *v, size_t outcome)
{
    const str label = view_text(v, v->in->outcomes[outcome].label);
    const str unit = view_text(v, v->in->outcomes[outcome].unit);
    return unit.n ? SAY(v, "{1} ({2})", html_from_str(label), html_from_str(unit)) : label;
}

static str interval_text(struct report_view *v, size_t outcome, const struct effect_estimate *e)
{
    return SAY(v, "report.estimate-interval", outcome_signed(v, outcome, e->estimate),
               outcome_signed(v, outcome, e->ci_low), outcome_signed(v, outcome, e->ci_high));
}

static size_t event_points(struct report_view *v, const struct report_analysis *a,
                           struct chart_point *points)
{
    size_t n = 0;
    for (size_t i = 0; i < disclosure_view(a->result)->n_estimates; i++) {
        const struct effect_estimate *e = &disclosure_view(a->result)->estimates[i];
        if (e->aggregation != EFFECT_DYNAMIC || isnan(e->event_time))
            continue;
        points[n++] = (struct chart_point){
            .x = e->event_time,
            .y = e->estimate,
            .low = e->ci_low,
            .high = e->ci_high,
            .band_low = e->band_low,
            .band_high = e->band_high,
            .reference = e->reference,
            .tip =
                SAY(v, "report.event-tip", html_from_str(chart_label(v, view_period(v, false))),
                    html_signed(e->event_time, 0), html_from_str(interval_text(v, a->outcome, e))),
        };
    }
    return n;
}

void report_chart_event(struct html *h, struct report_view *v, size_t outcome)
{
    const struct report_analysis *a = main_analysis(v, outcome);
    struct axis axis = {v, outcome};
    struct err_info info;
    out svg;
    if (!a || !is_panel(disclosure_view(a->result)))
        return;
    struct chart_point *points =
        chart_room(v, disclosure_view(a->result)->n_estimates, sizeof *points);
    if (!points)
        return;
    const struct html_value level = html_percent(disclosure_view(a->result)->spec.level, 0);
    const bool has_band = disclosure_view(a->result)->n_draws > 0;
    const str start = view_text(v, v->in->study.start);
    struct report_figure f = {
        .id = SAY(v, "event-{1}", html_from_size(outcome)),
        .title = title_event_study(v, a),
        .sub =
            SAY(v, has_band ? "report.sub-event-band" : "report.sub-event",
                html_from_str(measure_of(v, outcome)), html_from_str(view_period(v, false)), level),
        .table = sheet_aggregation(v, a, EFFECT_DYNAMIC),
    };
    const struct chart_line chart = {
        .frame = chart_frame_of(v, &f, 820),
        .x_format = {print_moment, &axis},
        .y_format = {print_outcome, &axis},
        .points = points,
        .n_points = event_points(v, a, points),
        .x_title = SAY(v, "report.axis-event", html_from_str(chart_label(v, view_period(v, true)))),
        .interval_label = SAY(v, "report.interval-label", level),
        .band_label = has_band ? SAY(v, "report.band-label", level) : STR(""),
        .start = -0.5,
        .start_label = start.n ? chart_label(v, start) : tr(v->lang, "report.chart-start"),
        .before_label = tr(v->lang, "report.chart-before"),
    };
    out_init(&svg, REPORT_BYTES_MAX);
    const err e = chart_line(&svg, &chart, &info);
    chart_finish(h, v, &f, &svg, e, &info);
}

static struct chart_forest_row forest_row(struct report_view *v, const struct report_analysis *a)
{
    const struct effect_estimate *e = overall(disclosure_view(a->result));
    const bool failed = verdict_of(e) == VERDICT_FAILED;
    return (struct chart_forest_row){
        .name = chart_label(v, analysis_label(v, a)),
        .detail = a->is_added ? tr(v->lang, "report.added") : STR(""),
        .main = a->role == REPORT_MAIN,
        .estimate = failed ? REAL_NAN : e->estimate,
        .low = failed ? REAL_NAN : e->ci_low,
        .high = failed ? REAL_NAN : e->ci_high,
        .text = failed ? tr(v->lang, "report.not-computed") : interval_text(v, a->outcome, e),
    };
}

/* The main analysis first, then variations and subgroups, each below its heading. */
static size_t forest_rows(struct report_view *v, size_t outcome, struct chart_forest_row *rows)
{
    static const char *const heading[] = {
        [REPORT_VARIATION] = "report.variations", [REPORT_SUBGROUP] = "report.subgroups"};
    size_t n = 0;
    for (int role = REPORT_MAIN; role <= REPORT_SUBGROUP; role++) {
        bool first = true;
        for (size_t i = 0; i < v->in->n_analyses; i++) {
            const struct report_analysis *a = &v->in->analyses[i];
            if (a->outcome != outcome || a->role != (enum report_role)role)
                continue;
            if (first && heading[role])
                rows[n++] = (struct chart_forest_row){.name = tr(v->lang, heading[role]),
                                                      .heading = true,
                                                      .estimate = REAL_NAN,
                                                      .low = REAL_NAN,
                                                      .high = REAL_NAN};
            first = false;
            rows[n++] = forest_row(v, a);
        }
    }
    return n;
}

bool report_has_forest(const struct report_view *v, size_t outcome)
{
    for (size_t i = 0; i < v->in->n_analyses; i++)
        if (v->in->analyses[i].outcome == outcome && v->in->analyses[i].role != REPORT_MAIN)
            return true;
    return false;
}

bool report_has_others(const struct report_view *v)
{
    for (size_t i = 1; i < v->in->n_outcomes; i++) {
        const struct report_analysis *a = main_analysis(v, i);
        if (report_has_forest(v, i) || (a && is_panel(disclosure_view(a->result))))
            return true;
    }
    return false;
}

enum report_first report_first_figure(const struct report_view *v)
{
    const struct report_analysis *a = v->in->n_outcomes ? main_analysis(v, 0) : NULL;
    if (a && is_panel(disclosure_view(a->result)))
        return REPORT_FIRST_EVENT;
    return a && report_has_forest(v, 0) ? REPORT_FIRST_FOREST : REPORT_FIRST_NONE;
}

void report_chart_forest(struct html *h, struct report_view *v, size_t outcome)
{
    struct axis axis = {v, outcome};
    struct err_info info;
    out svg;
    struct chart_forest_row *rows = chart_room(v, v->in->n_analyses + 2, sizeof *rows);
    if (!report_has_forest(v, outcome) || !rows)
        return;
    const struct report_analysis **list;
    const size_t n = analyses_of(v, outcome, ANY_ROLE, &list);
    struct sheet *numbers = sheet_effects(v, list, n, SHEET_ANALYSIS);
    if (numbers) {
        numbers->id = SAY(v, "effects-{1}", html_from_size(outcome));
        numbers->title = SAY(v, "report.table-analyses",
                             html_from_str(view_text(v, v->in->outcomes[outcome].label)));
    }
    const struct report_analysis *a = main_analysis(v, outcome);
    struct report_figure f = {
        .id = SAY(v, "forest-{1}", html_from_size(outcome)),
        .title = title_forest(v, outcome),
        .sub = SAY(v, "report.sub-forest", html_from_str(measure_of(v, outcome)),
                   html_percent(a && a->result ? disclosure_view(a->result)->spec.level : 0.95, 0)),
        .table = numbers,
    };
    const struct chart_forest chart = {
        .frame = chart_frame_of(v, &f, 0),
        .format = {print_outcome, &axis},
        .rows = rows,
        .n_rows = forest_rows(v, outcome, rows),
        .left_label = tr(v->lang, "report.lower"),
        .right_label = tr(v->lang, "report.higher"),
    };
    out_init(&svg, REPORT_BYTES_MAX);
    const err e = chart_forest(&svg, &chart, &info);
    chart_finish(h, v, &f, &svg, e, &info);
}

static struct chart_forest_row set_row(struct report_view *v, size_t outcome, str name, double low,
                                       double high, double estimate)
{
    return (struct chart_forest_row){
        .name = name,
        .main = !isnan(estimate),
        .estimate = isnan(estimate) ? low + (high - low) / 2 : estimate,
        .low = low,
        .high = high,
        .text = SAY(v, "report.honest-interval", outcome_signed(v, outcome, low),
                    outcome_signed(v, outcome, high)),
    };
}

/* The usual interval, and what is left of it the further trends may differ. */
void report_chart_honest(struct html *h, struct report_view *v, size_t outcome)
{
    const struct report_analysis *a = main_analysis(v, outcome);
    const struct effect_result *r = a ? disclosure_view(a->result) : NULL;
    struct axis axis = {v, outcome};
    struct err_info info;
    out svg;
    if (!r || !r->honesty || r->n_honest == 0)
        return;
    struct chart_forest_row *rows = chart_room(v, r->n_honest + 1, sizeof *rows);
    if (!rows)
        return;
    const bool is_smooth = r->spec.honesty == EFFECT_SMOOTH;
    rows[0] = set_row(v, outcome, tr(v->lang, "report.honest-parallel"), r->honesty->low,
                      r->honesty->high, r->honesty->estimate);
    for (size_t i = 0; i < r->n_honest; i++) {
        const struct effect_honest *set = &r->honest[i];
        const str name = is_smooth
                             ? SAY(v, "report.honest-smooth", outcome_value(v, outcome, set->m))
                             : SAY(v, "report.honest-relative", html_number(set->m, 2));
        rows[i + 1] = set_row(v, outcome, name, set->low, set->high, REAL_NAN);
    }
    struct report_figure f = {
        .id = SAY(v, "honest-{1}", html_from_size(outcome)),
        .title = tr(v->lang, "report.title-honest"),
        .sub = SAY(v, is_smooth ? "report.sub-honest-smooth" : "report.sub-honest-relative",
                   html_from_str(measure_of(v, outcome)), html_percent(r->spec.level, 0)),
    };
    const struct chart_forest chart = {
        .frame = chart_frame_of(v, &f, 0),
        .format = {print_outcome, &axis},
        .rows = rows,
        .n_rows = r->n_honest + 1,
        .left_label = tr(v->lang, "report.lower"),
        .right_label = tr(v->lang, "report.higher"),
    };
    out_init(&svg, REPORT_BYTES_MAX);
    const err e = chart_forest(&svg, &chart, &info);
    chart_finish(h, v, &f, &svg, e, &info);
}

/* ---- costs and benefits ---- */

void report_chart_histogram(struct html *h, struct report_view *v)
{
    const struct scba_result *r = v->in->scba;
    const struct scba_outcome *b = &r->party[r->n_payers].balance;
    struct axis axis = {v, 0};
    struct err_info info;
    out svg;
    double *count = chart_room(v, r->n_bins, sizeof *count);
    if (!count)
        return;
    for (size_t i = 0; i < r->n_bins; i++)
        count[i] = (double)r->bin[i];
    const struct chart_histogram chart = {
        .frame = {.title = tr(v->lang, "report.chance-heading"),
                  .description = SAY(v, "report.title-chance", html_from_size(r->n_draws),
                                     html_percent(b->chance_positive, 0)),
                  .width = 340},
        .format = {print_money, &axis},
        .from = r->bin_from,
        .width = r->bin_width,
        .count = count,
        .n_bins = r->n_bins,
        .left_label = printed(v, html_percent(1 - b->chance_positive, 0)),
        .right_label = printed(v, html_percent(b->chance_positive, 0)),
        .low = b->low[0],
        .high = b->high[0],
        .interval_label = SAY(v, "report.interval-label", html_percent(v->in->model->level[0], 0)),
    };
    out_init(&svg, REPORT_BYTES_MAX);
    const err e = chart_histogram(&svg, &chart, &info);
    if (e == OK)
        out_str(h->o, out_view(&svg));
    else if (e != E_INPUT && v->chart_error.code == OK)
        v->chart_error = info;
    out_free(&svg);
}

/* Who an item touches most: shown below its name. */
static str main_party(struct report_view *v, size_t item)
{
    const struct scba_result *r = v->in->scba;
    const double *c = r->contribution + item * r->n_parties;
    size_t most = 0;
    for (size_t i = 1; i < r->n_payers; i++)
        if (fabs(c[i]) > fabs(c[most]))
            most = i;
    return chart_label(v, party_name(v, most));
}

static size_t waterfall_steps(struct report_view *v, struct chart_step *steps)
{
    const struct scba_result *r = v->in->scba;
    size_t n = 0;
    for (size_t i = 0; i < r->n_items; i++) {
        const double value = r->contribution[i * r->n_parties + r->n_payers];
        if (v->in->model->items[i].kind == SCBA_TRANSFER)
            continue; /* cancels for society */
        steps[n++] = (struct chart_step){
            .name = chart_label(v, item_name(v, i)),
            .detail = main_party(v, i),
            .value = value,
            .text = printed(v, money_signed(v, value)),
        };
    }
    return n;
}

void report_chart_waterfall(struct html *h, struct report_view *v)
{
    const struct scba_result *r = v->in->scba;
    const struct scba_outcome *b = &r->party[r->n_payers].balance;
    struct axis axis = {v, 0};
    struct err_info info;
    out svg;
    struct chart_step *steps = chart_room(v, r->n_items, sizeof *steps);
    if (!steps)
        return;
    const struct html_value level = html_percent(v->in->model->level[0], 0);
    struct report_figure f = {
        .id = STR("waterfall"),
        .title = title_waterfall(v),
        .sub = SAY(v, "report.sub-waterfall", html_from_str(view_unit(v)),
                   html_from_size(r->n_years), html_percent(r->rate, 2), level),
        .table = sheet_find(v, "items"),
    };
    const struct chart_waterfall chart = {
        .frame = chart_frame_of(v, &f, 0),
        .format = {print_money, &axis},
        .steps = steps,
        .n_steps = waterfall_steps(v, steps),
        .total = {.name = tr(v->lang, "report.society-balance"),
                  .value = b->mean,
                  .text = printed(v, money_signed(v, b->mean))},
        .low = b->sd > 0 ? b->low[0] : REAL_NAN,
        .high = b->sd > 0 ? b->high[0] : REAL_NAN,
        .interval_label = SAY(v, "report.interval-label", level),
    };
    out_init(&svg, REPORT_BYTES_MAX);
    const err e = chart_waterfall(&svg, &chart, &info);
    chart_finish(h, v, &f, &svg, e, &info);
}

/* The parties with the largest flows get a colour each; the rest share the last. */
static size_t cash_series(struct report_view *v, str *names, size_t *series_of)
{
    const struct scba_result *r = v->in->scba;
    const size_t n_own = r->n_payers <= CHART_SERIES_MAX ? r->n_payers : CHART_SERIES_MAX - 1;
    for (size_t i = 0; i < r->n_payers; i++) {
        series_of[i] = i < n_own ? i : n_own;
        names[series_of[i]] =
            i < n_own ? chart_label(v, party_name(v, i)) : tr(v->lang, "report.other-payers");
    }
    return n_own < r->n_payers ? n_own + 1 : n_own;
}

void report_chart_cash(struct html *h, struct report_view *v)
{
    const struct scba_result *r = v->in->scba;
    struct axis axis = {v, 0};
    struct err_info info;
    out svg;
    str names[CHART_SERIES_MAX];
    size_t series_of[SCBA_PAYERS_MAX];
    const size_t n_series = cash_series(v, names, series_of);
    struct chart_category *years = chart_room(v, r->n_years, sizeof *years);
    double *value = chart_room(v, r->n_years * n_series, sizeof *value);
    if (!years || !value)
        return;
    for (size_t y = 0; y < r->n_years; y++) {
        const double *cash = r->cash + y * r->n_parties;
        years[y] = (struct chart_category){
            .name = SAY(v, "report.year-n", html_plain((int64_t)y + 1)),
            .text = printed(v, money_signed(v, cash[r->n_payers])),
        };
        for (size_t i = 0; i < r->n_payers; i++)
            value[y * n_series + series_of[i]] += cash[i];
    }
    struct report_figure f = {
        .id = STR("cash"),
        .title = title_cash(v),
        .sub = SAY(v, "report.sub-cash", html_from_str(view_unit(v))),
        .table = sheet_find(v, "cash_flow"),
    };
    const struct chart_stacked chart = {
        .frame = chart_frame_of(v, &f, 0),
        .format = {print_money, &axis},
        .series = names,
        .n_series = n_series,
        .categories = years,
        .n_categories = r->n_years,
        .value = value,
    };
    out_init(&svg, REPORT_BYTES_MAX);
    const err e = chart_stacked(&svg, &chart, &info);
    chart_finish(h, v, &f, &svg, e, &info);
}

enum { TORNADO_BARS_SHOWN = 12 };

void report_chart_tornado(struct html *h, struct report_view *v)
{
    const struct scba_result *r = v->in->scba;
    struct axis axis = {v, 0};
    struct err_info info;
    out svg;
    const size_t n = r->n_tornado < TORNADO_BARS_SHOWN ? r->n_tornado : TORNADO_BARS_SHOWN;
    struct chart_tornado_bar *bars = chart_room(v, n, sizeof *bars);
    if (n == 0 || !bars)
        return;
    for (size_t i = 0; i < n; i++) {
        const struct scba_tornado_bar *b = &r->tornado[i];
        bars[i] = (struct chart_tornado_bar){
            .name = chart_label(v, bar_name(v, b)),
            .at_low = b->at_low,
            .at_high = b->at_high,
            .low_text = printed(v, bar_value(v, b, b->value_low)),
            .high_text = printed(v, bar_value(v, b, b->value_high)),
        };
    }
    struct report_figure f = {
        .id = STR("tornado"),
        .title = title_tornado(v),
        .sub = n < r->n_tornado ? SAY(v, "report.sub-tornado-some", html_from_size(n),
                                      html_from_size(r->n_tornado))
                                : tr(v->lang, "report.sub-tornado"),
        .table = sheet_find(v, "tornado"),
    };
    const struct chart_tornado chart = {
        .frame = chart_frame_of(v, &f, 0),
        .format = {print_money, &axis},
        .bars = bars,
        .n_bars = n,
        .base = r->party[r->n_payers].balance.point,
        .base_label = printed(v, money_signed(v, r->party[r->n_payers].balance.point)),
        .low_label = tr(v->lang, "report.assumption-low"),
        .high_label = tr(v->lang, "report.assumption-high"),
    };
    out_init(&svg, REPORT_BYTES_MAX);
    const err e = chart_tornado(&svg, &chart, &info);
    chart_finish(h, v, &f, &svg, e, &info);
}
