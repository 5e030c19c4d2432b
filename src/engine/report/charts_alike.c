/* SPDX-License-Identifier: EUPL-1.2 */
/* How alike the groups were: the love plot and the overlap of chances. */
#include "engine/report/charts_int.h"

#include <math.h>

static void print_number(void *ctx, out *o, double x, int decimals)
{
    const struct report_view *v = ctx;
    html_print_value(o, v->lang, html_number(x, decimals));
}

static void print_percent(void *ctx, out *o, double x, int decimals)
{
    const struct report_view *v = ctx;
    html_print_value(o, v->lang, html_percent(x, decimals > 2 ? decimals - 2 : 0));
}

static struct chart_love_row love_row(struct report_view *v, const struct effect_balance *b)
{
    const str name = chart_label(v, balance_name(v, b));
    return (struct chart_love_row){
        .name = name,
        .before = b->before.difference,
        .after = b->after.difference,
        .tip = SAY(v, isnan(b->after.difference) ? "alike.tip-love-before" : "alike.tip-love",
                   html_from_str(name), html_number(b->before.difference, 2),
                   html_number(b->after.difference, 2)),
    };
}

static const char *key_of_title(const struct effect_comparison *c, bool is_single)
{
    if (!c->is_weighted)
        return !c->n_uneven ? "alike.title-love-near"
               : is_single  ? "alike.title-love-apart-only"
                            : "alike.title-love-apart";
    return !c->n_uneven ? "alike.title-love-even"
           : is_single  ? "alike.title-love-uneven-only"
                        : "alike.title-love-uneven";
}

static str title_love(struct report_view *v, const struct effect_result *r)
{
    const size_t uneven = r->comparison->n_uneven;
    const size_t covariates = effect_balance_covariates(r);
    return SAY(v, key_of_title(r->comparison, covariates == 1),
               html_from_size(uneven ? uneven : covariates), html_from_size(covariates),
               html_number(EFFECT_UNEVEN, 1));
}

static str label_before(const struct report_view *v, const struct effect_result *r)
{
    if (!r->comparison->is_weighted)
        return tr(v->lang, "alike.unweighted");
    return tr(v->lang, r->match ? "alike.before-pairs" : "alike.before-weights");
}

/* Empty where nothing is weighted: the legend leaves it out. */
static str label_after(const struct report_view *v, const struct effect_result *r)
{
    if (!r->comparison->is_weighted)
        return STR("");
    return tr(v->lang, r->match ? "alike.after-pairs" : "alike.after-weights");
}

void report_chart_love(struct html *h, struct report_view *v, const struct report_analysis *a)
{
    const struct effect_result *r = disclosure_view(a->result);
    struct err_info info;
    out svg;
    struct chart_love_row *rows = chart_room(v, r->n_balance, sizeof *rows);
    if (!rows)
        return;
    for (size_t j = 0; j < r->n_balance; j++)
        rows[j] = love_row(v, &r->balance[j]);
    struct report_figure f = {
        .id = STR("love"),
        .title = title_love(v, r),
        .sub = tr(v->lang, "alike.sub-love"),
        .table = sheet_balance(v, a),
    };
    const struct chart_love chart = {
        .frame = chart_frame_of(v, &f, 0),
        .format = {print_number, v},
        .rows = rows,
        .n_rows = r->n_balance,
        .limit = EFFECT_UNEVEN,
        .x_title = tr(v->lang, "alike.axis-love"),
        .before_label = label_before(v, r),
        .after_label = label_after(v, r),
        .limit_label = SAY(v, "alike.limit-love", html_number(EFFECT_UNEVEN, 1)),
    };
    out_init(&svg, REPORT_BYTES_MAX);
    const err e = chart_love(&svg, &chart, &info);
    chart_finish(h, v, &f, &svg, e, &info);
}

/* Shares of the own group, as groups may differ much in size. A hidden count leaves a gap. */
static void overlap_bins(struct report_view *v, const struct effect_result *r,
                         struct chart_overlap_bin *bins)
{
    const struct effect_diagnostics *d = &r->diagnostics;
    for (size_t i = 0; i < r->n_overlap; i++) {
        const struct effect_overlap *o = &r->overlap[i];
        const bool hides_up = o->n_treated == EFFECT_HIDDEN,
                   hides_down = o->n_control == EFFECT_HIDDEN;
        bins[i] = (struct chart_overlap_bin){
            .up = hides_up ? REAL_NAN : (double)o->n_treated / (double)d->n_treated,
            .down = hides_down ? REAL_NAN : (double)o->n_control / (double)d->n_control,
            .up_after = o->share_treated,
            .down_after = o->share_control,
        };
        if (!hides_up && !hides_down)
            bins[i].tip =
                SAY(v, "alike.tip-overlap", html_percent(o->from, 0), html_percent(o->to, 0),
                    html_from_size(o->n_treated), html_from_size(o->n_control));
    }
}

/* A class that may not be shown looks like an empty one, and must not be taken for it. */
static str sub_overlap(struct report_view *v, const struct effect_result *r)
{
    bool any = false;
    for (size_t i = 0; i < r->n_overlap; i++)
        any = any || r->overlap[i].n_treated == EFFECT_HIDDEN ||
              r->overlap[i].n_control == EFFECT_HIDDEN;
    return tr(v->lang, any ? "alike.sub-overlap-hidden" : "alike.sub-overlap");
}

static str title_overlap(struct report_view *v, const struct effect_result *r)
{
    const size_t n = r->comparison->n_outside;
    if (n == 0 || n == EFFECT_HIDDEN)
        return tr(v->lang, n ? "alike.title-overlap" : "alike.title-overlap-all");
    return SAY(v, "alike.title-overlap-outside", html_from_size(n),
               html_from_size(r->diagnostics.n_treated));
}

void report_chart_overlap(struct html *h, struct report_view *v, const struct report_analysis *a)
{
    const struct effect_result *r = disclosure_view(a->result);
    struct err_info info;
    out svg;
    struct chart_overlap_bin *bins = chart_room(v, r->n_overlap, sizeof *bins);
    if (r->n_overlap == 0 || !bins)
        return;
    overlap_bins(v, r, bins);
    struct report_figure f = {
        .id = STR("overlap"),
        .title = title_overlap(v, r),
        .sub = sub_overlap(v, r),
        .table = sheet_overlap(v, a),
    };
    const struct chart_overlap chart = {
        .frame = chart_frame_of(v, &f, 0),
        .x_format = {print_percent, v},
        .y_format = {print_percent, v},
        .from = r->overlap[0].from,
        .width = r->overlap[0].to - r->overlap[0].from,
        .bins = bins,
        .n_bins = r->n_overlap,
        .x_title = tr(v->lang, "alike.axis-overlap"),
        .up_label = tr(v->lang, "report.col-treated"),
        .down_label = tr(v->lang, "report.col-control"),
        .before_label = label_before(v, r),
        .after_label = label_after(v, r),
    };
    out_init(&svg, REPORT_BYTES_MAX);
    const err e = chart_overlap(&svg, &chart, &info);
    chart_finish(h, v, &f, &svg, e, &info);
}
