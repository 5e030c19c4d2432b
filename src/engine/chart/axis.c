/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/chart/chart_int.h"

#include <math.h>

void range_start(struct range *r, double v)
{
    *r = (struct range){v, v};
}

void range_include(struct range *r, double v)
{
    if (!isfinite(v))
        return;
    if (v < r->low)
        r->low = v;
    if (v > r->high)
        r->high = v;
}

#define RANGE_MIN 1e-12 /* below it, all values count as one */

struct range range_widen(struct range r, double share)
{
    const double size = r.high - r.low;
    const double around = fabs(r.high) > fabs(r.low) ? fabs(r.high) : fabs(r.low);
    if (!(size > RANGE_MIN) || size < around * 1e-12) { /* too small to tell apart in a double */
        const double room = around > 1e6 ? around * 1e-6 : 1;
        return (struct range){r.low - room, r.high + room};
    }
    return (struct range){r.low - share * size, r.high + share * size};
}

/* The least of 1, 2, 5 x 10^k not below `least`, and the decimals it needs. */
static double round_step(double least, int *decimals)
{
    double unit = 1;
    *decimals = 0;
    while (unit * 10 <= least)
        unit *= 10;
    int k = 0;
    while (unit > least) {
        k++;
        unit /= 10;
    }
    static const double factor[] = {1, 2, 5, 10};
    size_t i = 0;
    while (factor[i] * unit < least * (1 - 1e-12) && i < 3)
        i++;
    *decimals = k > 0 && i == 3 ? k - 1 : k;
    return factor[i] * unit;
}

struct axis axis_make(struct range r, double from, double to, double least_step)
{
    struct axis a = {.range = r, .from = from, .to = to};
    a.step = round_step(least_step, &a.decimals);
    return a;
}

double axis_at(const struct axis *a, double v)
{
    return a->from + (v - a->range.low) / (a->range.high - a->range.low) * (a->to - a->from);
}

bool axis_next_tick(const struct axis *a, size_t *tick, double *v)
{
    const double first = ceil(a->range.low / a->step - 1e-9);
    *v = (first + (double)(*tick)++) * a->step;
    return *v <= a->range.high + 1e-9 * a->step;
}

static double widest_label(struct svg *s, const struct chart_format *format, const struct axis *a)
{
    double widest = 0, v;
    for (size_t tick = 0; axis_next_tick(a, &tick, &v);) {
        const double width = text_width(svg_number(s, format, v, a->decimals), &style_axis);
        widest = width > widest ? width : widest;
    }
    return widest;
}

double axis_label_reach(struct svg *s, const struct chart_format *format, const struct axis *a)
{
    return widest_label(s, format, a) / 2;
}

static struct axis most_ticks(struct svg *s, const struct chart_format *format, struct range r,
                              double from, double to, double least_step)
{
    enum { TICKS_MAX = 9, GAP_WIDE = 14, GAP_NARROW = 4 };
    const double size = r.high - r.low;
    double least = size / TICKS_MAX > least_step ? size / TICKS_MAX : least_step;
    for (;;) {
        const struct axis a = axis_make(r, from, to, least);
        const double apart = (to - from) * a.step / size;
        const double gap = a.step * 3 < size ? GAP_WIDE : GAP_NARROW;
        if (widest_label(s, format, &a) + gap <= apart || a.step > size) /* one tick at most */
            return a;
        least = a.step * 1.01;
    }
}

struct axis axis_make_fitting(struct svg *s, const struct chart_format *format, struct range r,
                              struct span plot, double width, double least_step)
{
    struct axis a = most_ticks(s, format, r, plot.from, plot.to, least_step);
    for (int i = 0; i < 4; i++) { /* nearer ends may change the labels, which settles soon */
        const double reach = axis_label_reach(s, format, &a) + 2;
        const double from = a.from > reach ? a.from : reach;
        const double to = a.to < width - reach ? a.to : width - reach;
        if (from + reach > to || (from == a.from && to == a.to))
            break;
        a = most_ticks(s, format, r, from, to, least_step);
    }
    return a;
}

void axis_draw_below(struct svg *s, const struct chart_format *format, const struct axis *a,
                     double top, double bottom)
{
    double v;
    for (size_t tick = 0; axis_next_tick(a, &tick, &v);) {
        const double x = axis_at(a, v);
        svg_line(s, x, top, x, bottom, "stroke=\"" COLOUR_GRID "\"");
        svg_text(s, x, bottom + 18, &style_axis, ANCHOR_MIDDLE,
                 svg_number(s, format, v, a->decimals));
    }
}

void axis_zero_line(struct svg *s, const struct axis *a, double v, double top, double bottom)
{
    if (v < a->range.low || v > a->range.high)
        return;
    const double x = axis_at(a, v);
    svg_line(s, x, top, x, bottom, "stroke=\"" COLOUR_ZERO "\" stroke-width=\"1.25\"");
}
