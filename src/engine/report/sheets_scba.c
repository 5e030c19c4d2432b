/* SPDX-License-Identifier: EUPL-1.2 */
#include "report_int.h"

#include <math.h>

struct html_value money(const struct report_view *v, double x)
{
    const double size = fabs(v->in->scba->party[v->in->scba->n_payers].balance.mean);
    return html_money(x, v->in->model->currency, size > 0 && size < 10 ? 2 : 0);
}

struct html_value money_signed(const struct report_view *v, double x)
{
    struct html_value value = money(v, x);
    value.with_plus = true;
    return value;
}

str party_name(const struct report_view *v, size_t party)
{
    if (party == v->in->model->n_payers)
        return tr(v->lang, "report.society");
    const str name = view_text(v, v->in->model->payers[party].name);
    return name.n ? name : v->in->model->payers[party].key;
}

str item_name(const struct report_view *v, size_t item)
{
    const str name = view_text(v, v->in->model->items[item].name);
    return name.n ? name : v->in->model->items[item].key;
}

static str parameter_name(const struct report_view *v, int i)
{
    const str name = view_text(v, v->in->model->parameters[i].name);
    return name.n ? name : v->in->model->parameters[i].key;
}

str bar_name(const struct report_view *v, const struct scba_tornado_bar *b)
{
    if (b->parameter != SCBA_NONE)
        return parameter_name(v, b->parameter);
    if (b->estimate != SCBA_NONE)
        return v->in->model->estimates.name[b->estimate];
    return tr(v->lang, "report.discount-rate");
}

/* Enough decimals for shares and for amounts. */
static int value_decimals(double x)
{
    return fabs(x) >= 100 ? 0 : fabs(x) >= 10 ? 1 : fabs(x) >= 1 ? 2 : 3;
}

/* What is money, of whatever year, is written as money. */
static struct html_value assumed(const struct report_view *v, bool is_money, double x)
{
    const int decimals = value_decimals(x);
    return is_money ? html_money(x, v->in->model->currency, decimals ? 2 : 0)
                    : html_number(x, decimals);
}

/* An estimate does not say what it is; what is made of it does. */
static bool is_money(const struct scba_model *m, const struct scba_tornado_bar *b)
{
    if (b->parameter != SCBA_NONE)
        return m->parameters[b->parameter].year != 0;
    for (size_t i = 0; i < m->n_parameters; i++)
        if (m->parameters[i].estimate == b->estimate && m->parameters[i].year != 0)
            return true;
    return false;
}

struct html_value bar_value(const struct report_view *v, const struct scba_tornado_bar *b,
                            double value)
{
    if (b->parameter == SCBA_NONE && b->estimate == SCBA_NONE)
        return html_percent(value, 2);
    return assumed(v, is_money(v->in->model, b), value);
}

static void add(struct sheet *t)
{
    if (t)
        t->v->sheets[t->v->n_sheets++] = t;
}

static str level_name(struct report_view *v, const char *key, int level)
{
    return SAY(v, key, html_percent(v->in->model->level[level], 0));
}

/* ---- who pays, who gains ---- */

static void put_party(struct sheet *t, size_t i)
{
    const struct report_view *v = t->v;
    const struct scba_party *p = &v->in->scba->party[i];
    sheet_put(t, html_from_str(party_name(v, i)));
    sheet_put(t, money(v, p->cost));
    sheet_put(t, money(v, p->benefit));
    sheet_put(t, money(v, p->transfer));
    sheet_put(t, money_signed(v, p->balance.mean));
    sheet_put(t, money_signed(v, p->balance.low[0]));
    sheet_put(t, money_signed(v, p->balance.high[0]));
    sheet_put(t, money_signed(v, p->balance.low[1]));
    sheet_put(t, money_signed(v, p->balance.high[1]));
    sheet_put(t, html_percent(p->balance.chance_positive, 0));
    sheet_put(t, p->payback_year ? html_plain(p->payback_year) : html_key("report.not-within"));
}

static void add_payers(struct report_view *v)
{
    struct sheet *t =
        sheet_new(v, "payers", SAY(v, "report.table-payers", html_from_str(view_unit(v))));
    sheet_words(t, "payer", "report.col-payer");
    sheet_number(t, "cost", "report.col-cost");
    sheet_number(t, "benefit", "report.col-benefit");
    sheet_number(t, "transfer", "report.col-transfer");
    sheet_number(t, "balance", "report.col-balance");
    if (t)
        t->columns[t->n_columns - 1].is_balance = true;
    sheet_column(t, "low_narrow", level_name(v, "report.col-low", 0), false);
    sheet_column(t, "high_narrow", level_name(v, "report.col-high", 0), false);
    sheet_column(t, "low_wide", level_name(v, "report.col-low", 1), false);
    sheet_column(t, "high_wide", level_name(v, "report.col-high", 1), false);
    sheet_number(t, "chance_positive", "report.col-chance");
    sheet_number(t, "payback_year", "report.col-payback");
    for (size_t i = 0; t && i < v->in->scba->n_parties; i++)
        put_party(t, i);
    if (t)
        t->n_total_rows = 1;
    add(t);
}

/* ---- society in a few numbers ---- */

/* `shape` is the number itself; the interval is written the same way. */
static void put_outcome(struct sheet *t, struct html_value name, struct html_value shape,
                        const struct scba_outcome *o)
{
    sheet_put(t, name);
    sheet_put(t, shape);
    for (int i = 0; i < 2; i++) {
        shape.kind = o ? shape.kind : HTML_NUMBER;
        shape.d = o ? o->low[i] : REAL_NAN;
        sheet_put(t, shape);
        shape.d = o ? o->high[i] : REAL_NAN;
        sheet_put(t, shape);
    }
}

static void add_summary(struct report_view *v)
{
    const struct scba_result *r = v->in->scba;
    const struct scba_party *society = &r->party[r->n_payers];
    struct sheet *t = sheet_new(v, "summary", tr(v->lang, "report.table-summary"));
    sheet_words(t, "measure", "report.col-measure");
    sheet_number(t, "value", "report.col-value");
    sheet_column(t, "low_narrow", level_name(v, "report.col-low", 0), false);
    sheet_column(t, "high_narrow", level_name(v, "report.col-high", 0), false);
    sheet_column(t, "low_wide", level_name(v, "report.col-low", 1), false);
    sheet_column(t, "high_wide", level_name(v, "report.col-high", 1), false);
    if (!t)
        return;
    put_outcome(t, html_key("report.society-balance"), money_signed(v, society->balance.mean),
                &society->balance);
    put_outcome(t, html_key("report.society-balance-point"),
                money_signed(v, society->balance.point), NULL);
    put_outcome(t, html_key("report.ratio"), html_number(r->ratio.mean, 2), &r->ratio);
    put_outcome(t,
                html_from_str(SAY(v, "report.participant-per-government",
                                  html_money(1, v->in->model->currency, 0))),
                html_number(r->participant_per_government.mean, 2), &r->participant_per_government);
    put_outcome(t, html_key("report.chance-society"),
                html_percent(society->balance.chance_positive, 0), NULL);
    put_outcome(t, html_key("report.chance-government"),
                html_percent(r->chance_government_saves, 0), NULL);
    put_outcome(t, html_key("report.break-even"), html_number(r->break_even, 2), NULL);
    put_outcome(t, html_key("report.measured-share"), html_percent(r->measured_share, 0), NULL);
    put_outcome(t, html_key("report.concentration"), html_number(r->concentration, 2), NULL);
    put_outcome(t, html_key("report.discount-rate"), html_percent(r->rate, 2), NULL);
    put_outcome(t, html_key("report.horizon"), html_from_size(r->n_years), NULL);
    put_outcome(t, html_key("report.reached"), html_number(v->in->model->reached, 0), NULL);
    put_outcome(t, html_key("report.draws"), html_from_size(r->n_draws), NULL);
    add(t);
}

/* ---- items, years, matrix ---- */

static void add_party_columns(struct sheet *t, size_t n)
{
    for (size_t i = 0; t && i < n; i++) {
        const bool is_society = i == t->v->in->model->n_payers;
        /* keys of a plan are zero-terminated copies in its arena, but need not be */
        const str key = is_society ? STR("society") : t->v->in->model->payers[i].key;
        const str own = arena_str(t->v->a, key);
        sheet_column(t, own.p ? own.p : "", party_name(t->v, i), false);
    }
}

static void add_items(struct report_view *v)
{
    const struct scba_result *r = v->in->scba;
    struct sheet *t =
        sheet_new(v, "items", SAY(v, "report.table-items", html_from_str(view_unit(v))));
    sheet_words(t, "item", "report.col-item");
    add_party_columns(t, r->n_parties);
    sheet_number(t, "standard_deviation", "report.col-sd");
    sheet_number(t, "break_even", "report.col-break-even");
    for (size_t i = 0; t && i < r->n_items; i++) {
        sheet_put(t, html_from_str(item_name(v, i)));
        for (size_t j = 0; j < r->n_parties; j++)
            sheet_put(t, money_signed(v, r->contribution[i * r->n_parties + j]));
        sheet_put(t, money(v, r->contribution_sd[i]));
        sheet_put(t, html_number(r->break_even_item[i], 2));
    }
    add(t);
}

static void add_cash(struct report_view *v, const char *key, const char *title, const double *cash)
{
    const struct scba_result *r = v->in->scba;
    struct sheet *t = sheet_new(v, key, SAY(v, title, html_from_str(view_unit(v))));
    sheet_number(t, "year", "report.col-year");
    add_party_columns(t, r->n_parties);
    for (size_t y = 0; t && y < r->n_years; y++) {
        sheet_put(t, html_plain((int64_t)y + 1));
        for (size_t j = 0; j < r->n_parties; j++)
            sheet_put(t, money_signed(v, cash[y * r->n_parties + j]));
    }
    add(t);
}

static void add_flow(struct report_view *v)
{
    const struct scba_result *r = v->in->scba;
    struct sheet *t =
        sheet_new(v, "wrong_pocket", SAY(v, "report.table-flow", html_from_str(view_unit(v))));
    sheet_words(t, "payer", "report.col-payer");
    add_party_columns(t, r->n_payers);
    for (size_t i = 0; t && i < r->n_payers; i++) {
        sheet_put(t, html_from_str(party_name(v, i)));
        for (size_t j = 0; j < r->n_payers; j++)
            sheet_put(t, money(v, r->flow[i * r->n_payers + j]));
    }
    add(t);
}

static void add_compensation(struct report_view *v)
{
    const struct scba_result *r = v->in->scba;
    struct sheet *t = sheet_new(v, "compensation",
                                SAY(v, "report.table-compensation", html_from_str(view_unit(v))));
    sheet_words(t, "from", "report.col-from");
    sheet_words(t, "to", "report.col-to");
    sheet_number(t, "amount", "report.col-amount");
    for (size_t i = 0; t && i < r->n_compensations; i++) {
        sheet_put(t, html_from_str(party_name(v, (size_t)r->compensation[i].from)));
        sheet_put(t, html_from_str(party_name(v, (size_t)r->compensation[i].to)));
        sheet_put(t, money(v, r->compensation[i].amount));
    }
    add(t);
}

/* ---- what the balance hangs on ---- */

static void add_tornado(struct report_view *v)
{
    const struct scba_result *r = v->in->scba;
    struct sheet *t = sheet_new(v, "tornado", tr(v->lang, "report.table-tornado"));
    sheet_words(t, "assumption", "report.col-assumption");
    sheet_number(t, "value_low", "report.col-value-low");
    sheet_number(t, "value_high", "report.col-value-high");
    sheet_number(t, "balance_at_low", "report.col-at-low");
    sheet_number(t, "balance_at_high", "report.col-at-high");
    for (size_t i = 0; t && i < r->n_tornado; i++) {
        const struct scba_tornado_bar *b = &r->tornado[i];
        sheet_put(t, html_from_str(bar_name(v, b)));
        sheet_put(t, bar_value(v, b, b->value_low));
        sheet_put(t, bar_value(v, b, b->value_high));
        sheet_put(t, money_signed(v, b->at_low));
        sheet_put(t, money_signed(v, b->at_high));
    }
    add(t);
}

static void add_histogram(struct report_view *v)
{
    const struct scba_result *r = v->in->scba;
    struct sheet *t = sheet_new(v, "histogram", tr(v->lang, "report.table-histogram"));
    sheet_number(t, "from", "report.col-bin-from");
    sheet_number(t, "to", "report.col-bin-to");
    sheet_number(t, "draws", "report.col-draws");
    if (!t)
        return;
    if (r->n_below) {
        sheet_put(t, html_key("report.and-lower"));
        sheet_put(t, money_signed(v, r->bin_from));
        sheet_put(t, html_from_size(r->n_below));
    }
    for (size_t i = 0; i < r->n_bins; i++) {
        sheet_put(t, money_signed(v, r->bin_from + (double)i * r->bin_width));
        sheet_put(t, money_signed(v, r->bin_from + (double)(i + 1) * r->bin_width));
        sheet_put(t, html_from_size(r->bin[i]));
    }
    if (r->n_above) {
        sheet_put(t, money_signed(v, r->bin_from + (double)r->n_bins * r->bin_width));
        sheet_put(t, html_key("report.and-higher"));
        sheet_put(t, html_from_size(r->n_above));
    }
    add(t);
}

/* ---- assumptions ---- */

static void put_parameter(struct sheet *t, const struct scba_parameter *p, int i)
{
    const struct report_view *v = t->v;
    const struct scba_estimates *e = &v->in->model->estimates;
    const bool linked = p->estimate != SCBA_NONE;
    const bool fixed = !linked && p->dist.shape == SCBA_FIXED;
    sheet_put(t, html_from_str(parameter_name(v, i)));
    sheet_put(t,
              assumed(v, p->year != 0, linked ? e->value[p->estimate] : scba_dist_mean(p->dist)));
    sheet_put(
        t, assumed(v, p->year != 0, linked || fixed ? REAL_NAN : scba_dist_quantile(p->dist, 0.1)));
    sheet_put(
        t, assumed(v, p->year != 0, linked || fixed ? REAL_NAN : scba_dist_quantile(p->dist, 0.9)));
    sheet_put(t, p->year ? html_plain(p->year) : cell_empty());
    sheet_put(t, html_key(linked        ? "report.from-estimate"
                          : p->measured ? "report.measured"
                                        : "report.assumed"));
    const str source = view_text(v, p->source);
    sheet_put(t, source.n ? html_from_str(source)
                          : html_key(linked ? "report.this-study" : "report.no-source"));
}

static void add_assumptions(struct report_view *v)
{
    const struct scba_model *m = v->in->model;
    struct sheet *t = sheet_new(v, "assumptions", tr(v->lang, "report.table-assumptions"));
    sheet_words(t, "assumption", "report.col-assumption");
    sheet_number(t, "value", "report.col-value");
    sheet_number(t, "low", "report.col-p10");
    sheet_number(t, "high", "report.col-p90");
    sheet_number(t, "year", "report.col-price-year");
    sheet_words(t, "basis", "report.col-basis");
    sheet_words(t, "source", "report.col-source");
    for (size_t i = 0; t && i < m->n_parameters; i++)
        put_parameter(t, &m->parameters[i], (int)i);
    add(t);
}

void sheets_add_scba(struct report_view *v)
{
    add_summary(v);
    add_payers(v);
    add_items(v);
    add_cash(v, "cash_flow", "report.table-cash", v->in->scba->cash);
    add_cash(v, "cash_flow_discounted", "report.table-cash-discounted",
             v->in->scba->cash_discounted);
    add_flow(v);
    add_compensation(v);
    add_tornado(v);
    add_histogram(v);
    add_assumptions(v);
}
