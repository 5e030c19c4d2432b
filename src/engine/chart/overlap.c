/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/chart/chart_int.h"

#include <math.h>

#define LOOK_UP      "fill=\"#b9d4e8\" stroke=\"" COLOUR_BLUE "\""
#define LOOK_DOWN    "fill=\"" COLOUR_GRID "\" stroke=\"" COLOUR_GREY "\""
#define LOOK_OUTLINE "fill=\"none\" stroke=\"" COLOUR_INK "\" stroke-width=\"2.5\""

enum { LEGEND_ITEMS = 2 };

struct plot {
    struct axis x, y;
    double width, up_label, top, bottom, axis_top; /* up_label: baseline of that label */
    struct legend_item legend[LEGEND_ITEMS];
};

enum side { UP, DOWN };

static double bar_of(const struct chart_overlap_bin *b, enum side side)
{
    return side == UP ? b->up : b->down;
}

static double outline_of(const struct chart_overlap_bin *b, enum side side)
{
    return side == UP ? b->up_after : b->down_after;
}

static bool below_zero(const struct chart_overlap_bin *b)
{
    return b->up < 0 || b->down < 0 || b->up_after < 0 || b->down_after < 0;
}

static err check(const struct chart_overlap *c, struct err_info *info)
{
    struct check k = {.info = info};
    check_frame(&k, &c->frame);
    check_count(&k, c->n_bins, CHART_MARKS_MAX);
    check_value(&k, c->from);
    check_value(&k, c->width);
    check_text(&k, c->x_title);
    check_text(&k, c->up_label);
    check_text(&k, c->down_label);
    check_text(&k, c->before_label);
    check_text(&k, c->after_label);
    for (size_t i = 0; i < c->n_bins && k.error == OK; i++) {
        const struct chart_overlap_bin *b = &c->bins[i];
        check_text(&k, b->tip);
        check_value(&k, b->up);
        check_value(&k, b->down);
        check_value(&k, b->up_after);
        check_value(&k, b->down_after);
        if (k.error == OK && below_zero(b))
            k.error = err_set(info, E_INPUT, "chart.count-below-zero");
    }
    const double to = c->from + c->width * (double)c->n_bins;
    if (k.error == OK && !(isfinite(c->from) && c->width > 0 && to > c->from && isfinite(to)))
        k.error = err_set(info, E_INPUT, "chart.no-bin-width");
    return k.error;
}

/* As far up as down, so that the two can be compared. */
static struct range y_range(const struct chart_overlap *c)
{
    struct range r;
    range_start(&r, 0);
    for (size_t i = 0; i < c->n_bins; i++)
        for (int side = UP; side <= DOWN; side++) {
            range_include(&r, bar_of(&c->bins[i], (enum side)side));
            range_include(&r, outline_of(&c->bins[i], (enum side)side));
        }
    const double most = r.high > 0 ? r.high : 1;
    return range_widen((struct range){-most, most}, 0.02);
}

static str number_unsigned(struct svg *s, const struct chart_overlap *c, const struct plot *p,
                           double v)
{
    return svg_number(s, &c->y_format, fabs(v), p->y.decimals);
}

static double widest_y_label(struct svg *s, const struct chart_overlap *c, const struct plot *p)
{
    double widest = 0, v;
    for (size_t tick = 0; axis_next_tick(&p->y, &tick, &v);)
        widest = fmax(widest, text_width(number_unsigned(s, c, p, v), &style_axis));
    return widest;
}

static bool has_outline(const struct chart_overlap *c)
{
    bool any = false;
    for (size_t i = 0; i < c->n_bins; i++)
        any = any || isfinite(c->bins[i].up_after) || isfinite(c->bins[i].down_after);
    return any;
}

static void fill_legend(const struct chart_overlap *c, struct plot *p)
{
    p->legend[0] = (struct legend_item){"<rect y=\"-7\" width=\"14\" height=\"7\" " LOOK_UP "/>"
                                        "<rect width=\"14\" height=\"7\" " LOOK_DOWN "/>",
                                        c->before_label};
    p->legend[1] = (struct legend_item){"<path d=\"M0 6V-4H8V2H14\" " LOOK_OUTLINE "/>",
                                        has_outline(c) ? c->after_label : STR("")};
}

static struct plot lay_out(struct svg *s, const struct chart_overlap *c)
{
    struct plot p = {.width = chart_width(&c->frame, WIDTH_DEFAULT)};
    const double high = p.width < 500 ? 240 : p.width * 0.4;
    const struct range y = y_range(c), x = {c->from, c->from + c->width * (double)c->n_bins};
    p.y = axis_make(y, high, 0, (y.high - y.low) / 9);
    const struct span plot = {widest_y_label(s, c, &p) + GAP + 2, p.width - 14};
    p.x = axis_make_fitting(s, &c->x_format, range_widen(x, 0), plot, p.width, 0);

    const double room = p.x.to - p.x.from;
    fill_legend(c, &p);
    p.up_label = legend_height(p.legend, LEGEND_ITEMS, p.width) + 13;
    p.top = p.up_label - 13 + LINE_HEIGHT * (double)text_lines(c->up_label, &style_name, room) + 6;
    p.bottom = p.top + high;
    p.axis_top = p.bottom + LINE_HEIGHT * (double)text_lines(c->down_label, &style_name, room) + 6;
    p.y.from = p.bottom;
    p.y.to = p.top;
    return p;
}

static void draw_grid(struct svg *s, const struct chart_overlap *c, const struct plot *p)
{
    double v;
    for (size_t tick = 0; axis_next_tick(&p->y, &tick, &v);) {
        const double y = axis_at(&p->y, v);
        svg_line(s, p->x.from, y, p->x.to, y, "stroke=\"" COLOUR_GRID "\"");
        svg_text(s, p->x.from - GAP, y + 4, &style_axis, ANCHOR_END, number_unsigned(s, c, p, v));
    }
    svg_line(s, p->x.from, p->axis_top, p->x.to, p->axis_top, "stroke=\"" COLOUR_GREY "\"");
    for (size_t tick = 0; axis_next_tick(&p->x, &tick, &v);)
        svg_text(s, axis_at(&p->x, v), p->axis_top + 18, &style_axis, ANCHOR_MIDDLE,
                 svg_number(s, &c->x_format, v, p->x.decimals));
}

static double left_of(const struct chart_overlap *c, const struct plot *p, size_t bin)
{
    return axis_at(&p->x, c->from + c->width * (double)bin);
}

/* In pixels, from zero upwards or downwards. */
static double height_at(const struct plot *p, enum side side, double v)
{
    return axis_at(&p->y, side == UP ? v : -v);
}

static void draw_bars(struct svg *s, const struct chart_overlap *c, const struct plot *p,
                      enum side side)
{
    const double zero = axis_at(&p->y, 0);
    for (size_t i = 0; i < c->n_bins; i++) {
        const double v = bar_of(&c->bins[i], side);
        if (!(isfinite(v) && v > 0))
            continue;
        const double x = left_of(c, p, i), wide = left_of(c, p, i + 1) - x;
        const double gap = wide > 6 ? 1.5 : 0, end = height_at(p, side, v);
        svg_rect(s, x + gap / 2, fmin(end, zero), wide - gap, fabs(end - zero),
                 side == UP ? LOOK_UP : LOOK_DOWN, STR(""));
    }
}

/* Whether there is something to draw: a line along zero would look like some. */
static bool has_step(const struct chart_overlap *c, size_t bin, enum side side)
{
    const double v = outline_of(&c->bins[bin], side);
    return isfinite(v) && v > 0;
}

/* A step for each bin, down to zero where there is none or it is missing. */
static void draw_outline(struct svg *s, const struct chart_overlap *c, const struct plot *p,
                         enum side side)
{
    for (size_t i = 0; i < c->n_bins; i++) {
        if (!has_step(c, i, side))
            continue;
        svg_points_begin(s, "polyline", LOOK_OUTLINE);
        svg_point(s, left_of(c, p, i), height_at(p, side, 0));
        for (; i < c->n_bins && has_step(c, i, side); i++) {
            const double y = height_at(p, side, outline_of(&c->bins[i], side));
            svg_point(s, left_of(c, p, i), y);
            svg_point(s, left_of(c, p, i + 1), y);
        }
        svg_point(s, left_of(c, p, i), height_at(p, side, 0));
        svg_points_end(s);
    }
}

/* A bin's tip is found anywhere above or below it. */
static void draw_tips(struct svg *s, const struct chart_overlap *c, const struct plot *p)
{
    for (size_t i = 0; i < c->n_bins; i++)
        if (c->bins[i].tip.n)
            svg_rect(s, left_of(c, p, i), p->top, left_of(c, p, i + 1) - left_of(c, p, i),
                     p->bottom - p->top, "fill-opacity=\"0\"", c->bins[i].tip);
}

err chart_overlap(out *o, const struct chart_overlap *c, struct err_info *info)
{
    struct svg s = {.scratch = {.limit = CHART_TEXT_MAX}};
    const err e = check(c, info);
    if (e != OK)
        return e;
    const struct plot p = lay_out(&s, c);
    const double room = p.x.to - p.x.from, zero = axis_at(&p.y, 0);
    const size_t title = text_lines(c->x_title, &style_axis, room);
    svg_open(&s, o, &c->frame, p.width,
             p.axis_top + 28 + (title ? LINE_HEIGHT * (double)title + 4 : 0));
    legend_draw(&s, p.legend, LEGEND_ITEMS, 0, 0, p.width);
    text_block(&s, p.x.from, p.up_label, &style_name, ANCHOR_START, room, c->up_label);
    draw_grid(&s, c, &p);
    for (int side = UP; side <= DOWN; side++) {
        draw_bars(&s, c, &p, (enum side)side);
        draw_outline(&s, c, &p, (enum side)side);
    }
    svg_line(&s, p.x.from, zero, p.x.to, zero, "stroke=\"" COLOUR_ZERO "\" stroke-width=\"1.25\"");
    text_block(&s, p.x.from, p.bottom + 19, &style_name, ANCHOR_START, room, c->down_label);
    text_block(&s, (p.x.from + p.x.to) / 2, p.axis_top + 42, &style_axis, ANCHOR_MIDDLE, room,
               c->x_title);
    draw_tips(&s, c, &p);
    return svg_close(&s, info);
}
