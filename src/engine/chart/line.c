/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/chart/chart_int.h"

#include <math.h>

#define LOOK_BAND "fill=\"" COLOUR_BLUE "\" fill-opacity=\"0.17\""
#define LOOK_LINE                                                                                  \
    "fill=\"none\" stroke=\"" COLOUR_BLUE "\" stroke-width=\"2.5\" stroke-linejoin=\"round\""
#define LOOK_INTERVAL "stroke=\"" COLOUR_BLUE "\" stroke-width=\"1.25\""
#define LOOK_POINT    "fill=\"" COLOUR_BLUE "\" stroke=\"" COLOUR_PAPER "\""
#define LOOK_HOLLOW   "fill=\"" COLOUR_PAPER "\" stroke=\"" COLOUR_BLUE "\" stroke-width=\"2\""
#define LOOK_START    "stroke=\"" COLOUR_MARKER "\" stroke-width=\"1.5\" stroke-dasharray=\"5 3\""

enum { LEGEND_ITEMS = 3, POINT_ROOM = 14 };

struct plot {
    struct axis x, y;
    double width, top, bottom, left, right;
    double point_radius;
    struct legend_item legend[LEGEND_ITEMS];
};

static bool has_number(const struct chart_point *p)
{
    return isfinite(p->x) && isfinite(p->y);
}

static bool has_band(const struct chart_point *p)
{
    return isfinite(p->x) && isfinite(p->band_low) && isfinite(p->band_high);
}

static bool has_interval(const struct chart_point *p)
{
    return has_number(p) && isfinite(p->low) && isfinite(p->high);
}

static err check(const struct chart_line *c, struct err_info *info)
{
    struct check k = {.info = info};
    size_t drawn = 0;
    check_frame(&k, &c->frame);
    check_text(&k, c->x_title);
    check_text(&k, c->line_label);
    check_text(&k, c->interval_label);
    check_text(&k, c->band_label);
    check_text(&k, c->start_label);
    check_text(&k, c->before_label);
    check_value(&k, c->start);
    for (size_t i = 0; i < c->n_points && k.error == OK; i++) {
        const struct chart_point *p = &c->points[i];
        const double v[] = {p->x, p->y, p->low, p->high, p->band_low, p->band_high};
        for (size_t j = 0; j < sizeof v / sizeof *v; j++)
            check_value(&k, v[j]);
        check_text(&k, p->tip);
        drawn += has_number(p);
    }
    check_count(&k, drawn, CHART_MARKS_MAX);
    return k.error;
}

static struct range y_range(const struct chart_line *c)
{
    struct range r;
    range_start(&r, 0);
    for (size_t i = 0; i < c->n_points; i++) {
        const struct chart_point *p = &c->points[i];
        if (has_number(p))
            range_include(&r, p->y);
        if (has_interval(p)) {
            range_include(&r, p->low);
            range_include(&r, p->high);
        }
        if (has_band(p)) {
            range_include(&r, p->band_low);
            range_include(&r, p->band_high);
        }
    }
    return range_widen(r, 0.05);
}

static struct range x_range(const struct chart_line *c)
{
    struct range r = {INFINITY, -INFINITY};
    for (size_t i = 0; i < c->n_points; i++)
        if (has_number(&c->points[i]))
            range_include(&r, c->points[i].x);
    range_include(&r, c->start);
    return range_widen(r, 0);
}

/*
 * The strip above the plot holds the label of the start and that of the time
 * before: side by side where the plot has room, else the one over the other.
 */
struct strip {
    double start_x, start_width;
    enum anchor start_anchor;
    double before_x, before_width;
    size_t start_lines, before_lines;
    bool one_row;
};

static struct strip make_strip(const struct chart_line *c, const struct plot *p)
{
    const bool has_start = isfinite(c->start);
    const double x = has_start ? axis_at(&p->x, c->start) : p->right;
    const double after = p->right - x, before = x - p->left - 2 * GAP;
    const bool beside = text_lines(c->start_label, &style_marker, after) <= 2 &&
                        text_longest_word(c->start_label, &style_marker) <= after;
    const bool before_fits = text_longest_word(c->before_label, &style_axis) <= before;
    struct strip t = {.start_x = beside ? x : p->right,
                      .start_width = beside ? after : p->right - p->left,
                      .start_anchor = beside ? ANCHOR_START : ANCHOR_END,
                      .before_x = (p->left + (before_fits ? x : p->right)) / 2,
                      .before_width = before_fits ? before : p->right - p->left,
                      .one_row = beside && before_fits};
    if (has_start)
        t.start_lines = text_lines(c->start_label, &style_marker, t.start_width);
    t.before_lines = text_lines(c->before_label, &style_axis, t.before_width);
    return t;
}

static double strip_height(const struct strip *t)
{
    const size_t more = t->start_lines > t->before_lines ? t->start_lines : t->before_lines;
    const size_t lines = t->one_row ? more : t->start_lines + t->before_lines;
    return lines ? LINE_HEIGHT * (double)lines + 6 : 6;
}

static void draw_strip(struct svg *s, const struct chart_line *c, const struct plot *p)
{
    const struct strip t = make_strip(c, p);
    const double first = p->top - strip_height(&t) + 13;
    const double second = t.one_row ? first : first + LINE_HEIGHT * (double)t.before_lines;
    text_block(s, t.before_x, first, &style_axis, ANCHOR_MIDDLE, t.before_width, c->before_label);
    if (t.start_lines)
        text_block(s, t.start_x, second, &style_marker, t.start_anchor, t.start_width,
                   c->start_label);
}

static void draw_y_axis(struct svg *s, const struct chart_line *c, const struct plot *p)
{
    double v;
    for (size_t tick = 0; axis_next_tick(&p->y, &tick, &v);) {
        const double y = axis_at(&p->y, v);
        svg_line(s, p->left, y, p->right, y, "stroke=\"" COLOUR_GRID "\"");
        svg_text(s, p->left - GAP, y + 4, &style_axis, ANCHOR_END,
                 svg_number(s, &c->y_format, v, p->y.decimals));
    }
    const double zero = axis_at(&p->y, 0);
    svg_line(s, p->left, zero, p->right, zero, "stroke=\"" COLOUR_ZERO "\" stroke-width=\"1.25\"");
}

static void draw_x_axis(struct svg *s, const struct chart_line *c, const struct plot *p)
{
    double v;
    for (size_t tick = 0; axis_next_tick(&p->x, &tick, &v);)
        svg_text(s, axis_at(&p->x, v), p->bottom + 20, &style_axis, ANCHOR_MIDDLE,
                 svg_number(s, &c->x_format, v, p->x.decimals));
    text_block(s, (p->left + p->right) / 2, p->bottom + 42, &style_axis, ANCHOR_MIDDLE,
               p->right - p->left, c->x_title);
}

/* The points from `from` for which `has` holds without a gap. */
static size_t run_length(const struct chart_line *c, size_t from,
                         bool (*has)(const struct chart_point *))
{
    size_t n = 0;
    while (from + n < c->n_points && has(&c->points[from + n]))
        n++;
    return n;
}

static void draw_band(struct svg *s, const struct chart_line *c, const struct plot *p)
{
    for (size_t from = 0, n; from < c->n_points; from += n ? n : 1) {
        n = run_length(c, from, has_band);
        if (n < 2) /* one point has no surface; its interval is drawn below */
            continue;
        svg_points_begin(s, "polygon", LOOK_BAND);
        for (size_t i = from; i < from + n; i++)
            svg_point(s, axis_at(&p->x, c->points[i].x), axis_at(&p->y, c->points[i].band_high));
        for (size_t i = from + n; i-- > from;)
            svg_point(s, axis_at(&p->x, c->points[i].x), axis_at(&p->y, c->points[i].band_low));
        svg_points_end(s);
    }
}

static void draw_line(struct svg *s, const struct chart_line *c, const struct plot *p)
{
    for (size_t from = 0, n; from < c->n_points; from += n ? n : 1) {
        n = run_length(c, from, has_number);
        if (n < 2)
            continue;
        svg_points_begin(s, "polyline", LOOK_LINE);
        for (size_t i = from; i < from + n; i++)
            svg_point(s, axis_at(&p->x, c->points[i].x), axis_at(&p->y, c->points[i].y));
        svg_points_end(s);
    }
}

static void draw_points(struct svg *s, const struct chart_line *c, const struct plot *p)
{
    for (size_t i = 0; i < c->n_points; i++) {
        const struct chart_point *q = &c->points[i];
        if (!has_number(q))
            continue;
        const double x = axis_at(&p->x, q->x);
        if (has_interval(q) && q->high > q->low)
            svg_whisker(s, x, axis_at(&p->y, q->low), x, axis_at(&p->y, q->high),
                        p->point_radius * 0.75, LOOK_INTERVAL);
        svg_circle(s, x, axis_at(&p->y, q->y), p->point_radius + q->reference * 0.5,
                   q->reference ? LOOK_HOLLOW : LOOK_POINT, q->tip);
    }
}

static void fill_legend(const struct chart_line *c, struct legend_item legend[LEGEND_ITEMS])
{
    legend[0] = (struct legend_item){"<path d=\"M0 0H14\" " LOOK_LINE "/>"
                                     "<circle cx=\"7\" r=\"4\" " LOOK_POINT "/>",
                                     c->line_label};
    legend[1] = (struct legend_item){"<path d=\"M7 -8V8M4 -8H10M4 8H10\" " LOOK_INTERVAL "/>",
                                     c->interval_label};
    legend[2] = (struct legend_item){"<rect y=\"-7\" width=\"14\" height=\"14\" " LOOK_BAND "/>",
                                     c->band_label};
}

static double point_radius(const struct chart_line *c, double width)
{
    const double apart = width / (double)(c->n_points ? c->n_points : 1);
    return apart > POINT_ROOM ? 4 : apart > POINT_ROOM / 2.0 ? 3 : 1.5;
}

/* Whole times get whole ticks. */
static double least_x_step(const struct chart_line *c)
{
    for (size_t i = 0; i < c->n_points; i++)
        if (has_number(&c->points[i]) && floor(c->points[i].x) != c->points[i].x)
            return 0;
    return 1;
}

/* Where everything comes: first the sides, then x, then the strip above, which needs x. */
static struct plot lay_out(struct svg *s, const struct chart_line *c)
{
    struct plot p = {.width = chart_width(&c->frame, WIDTH_DEFAULT)};
    const double high = p.width < 500 ? 220 : p.width * 0.4;
    const struct range y = y_range(c);
    p.y = axis_make(y, high, 0, (y.high - y.low) / (high < 240 ? 5 : 7));
    p.left = 2 * axis_label_reach(s, &c->y_format, &p.y) + GAP + 2;
    p.right = p.width - 14;
    const struct span plot = {p.left + 14, p.right - 14};
    p.x = axis_make_fitting(s, &c->x_format, x_range(c), plot, p.width, least_x_step(c));
    p.point_radius = point_radius(c, p.right - p.left);

    fill_legend(c, p.legend);
    const struct strip strip = make_strip(c, &p);
    p.top = legend_height(p.legend, LEGEND_ITEMS, p.right) + strip_height(&strip);
    p.bottom = p.top + high;
    p.y.from = p.bottom;
    p.y.to = p.top;
    return p;
}

static void draw_after(struct svg *s, const struct chart_line *c, const struct plot *p)
{
    const double x = axis_at(&p->x, c->start);
    svg_rect(s, x, p->top, p->right - x, p->bottom - p->top, "fill=\"" COLOUR_AFTER "\"", STR(""));
}

static void draw_start(struct svg *s, const struct chart_line *c, const struct plot *p)
{
    const double x = axis_at(&p->x, c->start);
    svg_line(s, x, p->top - 3, x, p->bottom, LOOK_START);
}

err chart_line(out *o, const struct chart_line *c, struct err_info *info)
{
    struct svg s = {.scratch = {.limit = CHART_TEXT_MAX}};
    const err e = check(c, info);
    if (e != OK)
        return e;
    const struct plot p = lay_out(&s, c);
    const size_t title = text_lines(c->x_title, &style_axis, p.right - p.left);
    svg_open(&s, o, &c->frame, p.width,
             p.bottom + 28 + (title ? LINE_HEIGHT * (double)title + 4 : 0));
    legend_draw(&s, p.legend, LEGEND_ITEMS, 0, 0, p.right);
    if (isfinite(c->start))
        draw_after(&s, c, &p);
    draw_y_axis(&s, c, &p);
    draw_band(&s, c, &p);
    if (isfinite(c->start))
        draw_start(&s, c, &p);
    draw_line(&s, c, &p);
    draw_points(&s, c, &p);
    draw_strip(&s, c, &p);
    draw_x_axis(&s, c, &p);
    return svg_close(&s, info);
}
