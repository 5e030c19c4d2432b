/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/chart/chart_int.h"

#include <math.h>

#define LOOK_GAIN      "fill=\"" COLOUR_GAIN "\""
#define LOOK_LOSS      "fill=\"" COLOUR_LOSS "\""
#define LOOK_TOTAL     "fill=\"" COLOUR_INK "\""
#define LOOK_CONNECTOR "stroke=\"" COLOUR_GREY "\" stroke-dasharray=\"2 2\""
#define LOOK_SEPARATOR "stroke=\"" COLOUR_INK "\" stroke-width=\"1.5\""
#define LOOK_WHISKER   "stroke=\"" COLOUR_OCHRE "\" stroke-width=\"3\""

enum { BAR_ROW = 36, BAR = 24 };

struct plot {
    struct axis x;
    struct rows rows;
    double width, left, top, bottom, value_width;
    struct legend_item legend;
};

static void check_step(struct check *k, const struct chart_step *step)
{
    check_text(k, step->name);
    check_text(k, step->detail);
    check_text(k, step->text);
    check_text(k, step->tip);
    check_value(k, step->value);
}

static double size_of(double v)
{
    return isfinite(v) ? v : 0;
}

static err check(const struct chart_waterfall *c, struct err_info *info)
{
    struct check k = {.info = info};
    check_frame(&k, &c->frame);
    check_count(&k, c->n_steps, CHART_MARKS_MAX);
    for (size_t i = 0; i < c->n_steps && k.error == OK; i++)
        check_step(&k, &c->steps[i]);
    check_step(&k, &c->total);
    check_text(&k, c->interval_label);
    check_value(&k, c->low);
    check_value(&k, c->high);
    return k.error;
}

static bool has_interval(const struct chart_waterfall *c)
{
    return isfinite(c->low) && isfinite(c->high);
}

static struct range value_range(const struct chart_waterfall *c)
{
    struct range r;
    double sum = 0;
    range_start(&r, 0);
    for (size_t i = 0; i < c->n_steps; i++)
        range_include(&r, sum += size_of(c->steps[i].value));
    range_include(&r, c->total.value);
    if (has_interval(c)) {
        range_include(&r, c->low);
        range_include(&r, c->high);
    }
    return range_widen(r, 0.01);
}

static struct row label_of(const struct chart_step *step)
{
    return (struct row){step->name, step->detail, true};
}

/* As wide as the longest value, up to a good share of the picture; then it wraps. */
static double value_column(const struct chart_waterfall *c, double width)
{
    const double most = width * 0.28;
    double widest = text_width(c->total.text, &style_value);
    for (size_t i = 0; i < c->n_steps; i++) {
        const double value = text_width(c->steps[i].text, &style_value);
        widest = value > widest ? value : widest;
    }
    return (widest < most ? widest : most) + 0.01;
}

static double row_height(const struct plot *p, const struct chart_step *step)
{
    const struct row row = label_of(step);
    return rows_height(&p->rows, &row, text_lines(step->text, &style_value, p->value_width));
}

static struct plot lay_out(struct svg *s, const struct chart_waterfall *c)
{
    struct plot p = {.rows.min_height = BAR_ROW};
    p.width = chart_width(&c->frame, WIDTH_DEFAULT);
    const struct row total = label_of(&c->total);
    rows_include(&p.rows, &total, p.width);
    for (size_t i = 0; i < c->n_steps; i++) {
        const struct row row = label_of(&c->steps[i]);
        rows_include(&p.rows, &row, p.width);
    }
    p.left = p.rows.label_width + 2 * GAP;
    p.value_width = value_column(c, p.width);
    const struct span plot = {p.left, p.width - p.value_width - 2 * GAP};
    p.x = axis_make_fitting(s, &c->format, value_range(c), plot, p.width, 0);

    p.legend = (struct legend_item){"<path d=\"M2 0H13M2 -5V5M13 -5V5\" " LOOK_WHISKER "/>",
                                    has_interval(c) ? c->interval_label : STR("")};
    p.top = legend_height(&p.legend, 1, p.width - p.left);
    p.bottom = p.top + GAP + row_height(&p, &c->total);
    for (size_t i = 0; i < c->n_steps; i++)
        p.bottom += row_height(&p, &c->steps[i]);
    return p;
}

/* Right of the bar, where the row is empty. */
static void draw_value(struct svg *s, const struct plot *p, double a, double b, double middle,
                       str text)
{
    const double x = axis_at(&p->x, a > b ? a : b);
    text_block_centred(s, x + GAP - 2, middle, &style_value, ANCHOR_START, p->value_width, text);
}

static void draw_bar(struct svg *s, const struct plot *p, double a, double b, double middle,
                     const char *look, str tip)
{
    const double xa = axis_at(&p->x, a), xb = axis_at(&p->x, b);
    const double left = xa < xb ? xa : xb, size = fabs(xb - xa);
    svg_rect(s, left, middle - BAR / 2.0, size < 1 ? 1 : size, BAR, look, tip);
}

static double draw_steps(struct svg *s, const struct chart_waterfall *c, const struct plot *p)
{
    double sum = 0, top = p->top, last_middle = 0;
    for (size_t i = 0; i < c->n_steps; i++) {
        const struct chart_step *step = &c->steps[i];
        const struct row row = label_of(step);
        const double height = row_height(p, step), middle = top + height / 2;
        const double next = sum + size_of(step->value), x = axis_at(&p->x, sum);
        if (i > 0)
            svg_line(s, x, last_middle + BAR / 2.0, x, middle - BAR / 2.0, LOOK_CONNECTOR);
        rows_draw_label(s, &p->rows, &row, p->left - GAP, ANCHOR_END, middle);
        draw_bar(s, p, sum, next, middle, step->value < 0 ? LOOK_LOSS : LOOK_GAIN, step->tip);
        draw_value(s, p, sum, next, middle, step->text);
        sum = next;
        top += height;
        last_middle = middle;
    }
    return top;
}

static void draw_total(struct svg *s, const struct chart_waterfall *c, const struct plot *p,
                       double top)
{
    const struct row row = label_of(&c->total);
    const double middle = top + GAP / 2.0 + row_height(p, &c->total) / 2;
    const double value = size_of(c->total.value);
    svg_line(s, 0, top + GAP / 2.0, p->width, top + GAP / 2.0, LOOK_SEPARATOR);
    rows_draw_label(s, &p->rows, &row, p->left - GAP, ANCHOR_END, middle);
    draw_bar(s, p, 0, value, middle, LOOK_TOTAL, c->total.tip);
    double end = value > 0 ? value : 0;
    if (has_interval(c)) {
        svg_whisker(s, axis_at(&p->x, c->low), middle, axis_at(&p->x, c->high), middle, 7,
                    LOOK_WHISKER);
        end = c->high > end ? c->high : end;
    }
    draw_value(s, p, end, end, middle, c->total.text);
}

err chart_waterfall(out *o, const struct chart_waterfall *c, struct err_info *info)
{
    struct svg s = {.scratch = {.limit = CHART_TEXT_MAX}};
    const err e = check(c, info);
    if (e != OK)
        return e;
    const struct plot p = lay_out(&s, c);
    svg_open(&s, o, &c->frame, p.width, p.bottom + 28);
    legend_draw(&s, &p.legend, 1, p.left, 0, p.width - p.left);
    axis_draw_below(&s, &c->format, &p.x, p.top, p.bottom);
    axis_zero_line(&s, &p.x, 0, p.top, p.bottom);
    const double top = draw_steps(&s, c, &p);
    draw_total(&s, c, &p, top);
    return svg_close(&s, info);
}
