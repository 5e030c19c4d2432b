/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/chart/chart_int.h"

#include <math.h>

#define LOOK_RIGHT   "fill=\"" COLOUR_GAIN "\""
#define LOOK_LEFT    "fill=\"" COLOUR_LOSS_PALE "\" stroke=\"" COLOUR_LOSS "\""
#define LOOK_WHISKER "stroke=\"" COLOUR_OCHRE "\" stroke-width=\"3\""

enum { HEIGHT_SHARE_PERCENT = 34, LABEL_ROW = 26, WHISKER_ROW = 16, SIDE = 14, LEGEND_ITEMS = 3 };

static const struct text_style style_left = {15, true, COLOUR_LOSS, false};
static const struct text_style style_right = {15, true, COLOUR_GAIN, false};

struct plot {
    struct axis x;
    double width, top, bottom, axis_top;
    double most; /* the largest count */
    bool has_labels;
    struct legend_item legend[LEGEND_ITEMS];
};

static bool has_interval(const struct chart_histogram *c)
{
    return isfinite(c->low) && isfinite(c->high);
}

static err check(const struct chart_histogram *c, struct err_info *info)
{
    struct check k = {.info = info};
    check_frame(&k, &c->frame);
    check_count(&k, c->n_bins, CHART_MARKS_MAX);
    check_value(&k, c->from);
    check_value(&k, c->width);
    check_text(&k, c->left_label);
    check_text(&k, c->right_label);
    check_text(&k, c->interval_label);
    check_value(&k, c->low);
    check_value(&k, c->high);
    for (size_t i = 0; i < c->n_bins && k.error == OK; i++) {
        check_value(&k, c->count[i]);
        if (c->tip)
            check_text(&k, c->tip[i]);
        if (k.error == OK && !(isfinite(c->count[i]) && c->count[i] >= 0))
            k.error = err_set(info, E_INPUT, "chart.count-below-zero");
    }
    const double to = c->from + c->width * (double)c->n_bins;
    if (k.error == OK && !(isfinite(c->from) && c->width > 0 && to > c->from && isfinite(to)))
        k.error = err_set(info, E_INPUT, "chart.no-bin-width");
    return k.error;
}

static double most(const struct chart_histogram *c)
{
    double m = 0;
    for (size_t i = 0; i < c->n_bins; i++)
        m = c->count[i] > m ? c->count[i] : m;
    return m > 0 ? m : 1;
}

static struct range value_range(const struct chart_histogram *c)
{
    struct range r;
    range_start(&r, c->from);
    range_include(&r, c->from + c->width * (double)c->n_bins);
    if (has_interval(c)) {
        range_include(&r, c->low);
        range_include(&r, c->high);
    }
    return range_widen(r, 0);
}

/* The labels of the two sides stand beside the zero line when there is room for both. */
static bool labels_fit(const struct chart_histogram *c, double width)
{
    return text_width(c->left_label, &style_left) + text_width(c->right_label, &style_right) +
               2 * GAP <=
           width;
}

/* Else they go to the legend, which wraps. */
static void fill_legend(const struct chart_histogram *c, struct plot *p)
{
    p->legend[0] = (struct legend_item){"<path d=\"M2 0H13M2 -5V5M13 -5V5\" " LOOK_WHISKER "/>",
                                        has_interval(c) ? c->interval_label : STR("")};
    p->legend[1] = (struct legend_item){"<rect y=\"-7\" width=\"14\" height=\"14\" " LOOK_LEFT "/>",
                                        p->has_labels ? STR("") : c->left_label};
    p->legend[2] =
        (struct legend_item){"<rect y=\"-7\" width=\"14\" height=\"14\" " LOOK_RIGHT "/>",
                             p->has_labels ? STR("") : c->right_label};
}

static struct plot lay_out(struct svg *s, const struct chart_histogram *c)
{
    struct plot p = {.width = chart_width(&c->frame, 480), .most = most(c)};
    const struct span plot = {SIDE, p.width - SIDE};
    p.x = axis_make_fitting(s, &c->format, value_range(c), plot, p.width, 0);
    p.has_labels = (c->left_label.n || c->right_label.n) && labels_fit(c, p.width);
    fill_legend(c, &p);
    p.top = legend_height(p.legend, LEGEND_ITEMS, p.width) + (p.has_labels ? LABEL_ROW : 0);
    p.bottom = p.top + p.width * HEIGHT_SHARE_PERCENT / 100;
    p.axis_top = p.bottom + (has_interval(c) ? WHISKER_ROW : 0);
    return p;
}

static void draw_bins(struct svg *s, const struct chart_histogram *c, const struct plot *p)
{
    for (size_t i = 0; i < c->n_bins; i++) {
        if (c->count[i] == 0)
            continue;
        const double from = c->from + c->width * (double)i, middle = from + c->width / 2;
        const double x = axis_at(&p->x, from), wide = axis_at(&p->x, from + c->width) - x;
        const double gap = wide > 6 ? 1.5 : wide > 3 ? 0.75 : 0;
        const double high = c->count[i] / p->most * (p->bottom - p->top);
        svg_rect(s, x + gap / 2, p->bottom - high, wide - gap, high,
                 middle < 0 ? LOOK_LEFT : LOOK_RIGHT, c->tip ? c->tip[i] : STR(""));
    }
}

/* Both labels stand beside the zero line, moved inwards when it is near a side. */
static void draw_side_labels(struct svg *s, const struct chart_histogram *c, const struct plot *p)
{
    const double left = text_width(c->left_label, &style_left);
    const double right = text_width(c->right_label, &style_right);
    const double low = left + GAP, high = p->width - right - GAP;
    double x = axis_at(&p->x, 0);
    x = x > high ? high : x;
    x = x < low ? low : x;
    svg_text(s, x - GAP, p->top - 10, &style_left, ANCHOR_END, c->left_label);
    svg_text(s, x + GAP, p->top - 10, &style_right, ANCHOR_START, c->right_label);
}

static void draw_axis(struct svg *s, const struct chart_histogram *c, const struct plot *p)
{
    double v;
    svg_line(s, axis_at(&p->x, p->x.range.low), p->bottom, axis_at(&p->x, p->x.range.high),
             p->bottom, "stroke=\"" COLOUR_GREY "\"");
    for (size_t tick = 0; axis_next_tick(&p->x, &tick, &v);)
        svg_text(s, axis_at(&p->x, v), p->axis_top + 18, &style_axis, ANCHOR_MIDDLE,
                 svg_number(s, &c->format, v, p->x.decimals));
    const double over = p->has_labels ? LABEL_ROW - 2 : 0;
    axis_zero_line(s, &p->x, 0, p->top - over, p->axis_top + 5);
    if (has_interval(c))
        svg_whisker(s, axis_at(&p->x, c->low), p->bottom + 9, axis_at(&p->x, c->high),
                    p->bottom + 9, 5, LOOK_WHISKER);
}

err chart_histogram(out *o, const struct chart_histogram *c, struct err_info *info)
{
    struct svg s = {.scratch = {.limit = CHART_TEXT_MAX}};
    const err e = check(c, info);
    if (e != OK)
        return e;
    const struct plot p = lay_out(&s, c);
    svg_open(&s, o, &c->frame, p.width, p.axis_top + 28);
    legend_draw(&s, p.legend, LEGEND_ITEMS, 0, 0, p.width);
    draw_bins(&s, c, &p);
    draw_axis(&s, c, &p);
    if (p.has_labels)
        draw_side_labels(&s, c, &p);
    return svg_close(&s, info);
}
