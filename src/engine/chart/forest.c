/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/chart/chart_int.h"

#include <math.h>

#define LOOK_MAIN          "fill=\"" COLOUR_INK "\""
#define LOOK_OTHER         "fill=\"" COLOUR_BLUE "\""
#define LOOK_MAIN_WHISKER  "stroke=\"" COLOUR_INK "\" stroke-width=\"3\""
#define LOOK_OTHER_WHISKER "stroke=\"" COLOUR_BLUE "\" stroke-width=\"1.5\""
#define LOOK_STRIPE        "fill=\"#eaf2f8\""

enum { ROW_HEIGHT = 30 };

struct plot {
    struct axis x;
    struct rows rows;
    double width, text_right, text_width, top, bottom;
};

static err check(const struct chart_forest *c, struct err_info *info)
{
    struct check k = {.info = info};
    check_frame(&k, &c->frame);
    check_count(&k, c->n_rows, CHART_MARKS_MAX);
    check_value(&k, c->null_value);
    check_text(&k, c->name_title);
    check_text(&k, c->text_title);
    check_text(&k, c->left_label);
    check_text(&k, c->right_label);
    for (size_t i = 0; i < c->n_rows && k.error == OK; i++) {
        const struct chart_forest_row *r = &c->rows[i];
        check_text(&k, r->name);
        check_text(&k, r->detail);
        check_text(&k, r->text);
        check_text(&k, r->tip);
        check_value(&k, r->estimate);
        check_value(&k, r->low);
        check_value(&k, r->high);
    }
    if (k.error == OK && !isfinite(c->null_value))
        k.error = err_set(info, E_INPUT, "chart.no-base");
    return k.error;
}

/* An end may be infinite: then the interval runs on beyond the picture. */
static bool has_interval(const struct chart_forest_row *r)
{
    return isfinite(r->estimate) && !isnan(r->low) && !isnan(r->high);
}

static struct range value_range(const struct chart_forest *c)
{
    struct range r;
    range_start(&r, c->null_value);
    for (size_t i = 0; i < c->n_rows; i++) {
        const struct chart_forest_row *row = &c->rows[i];
        if (row->heading)
            continue;
        range_include(&r, row->estimate);
        if (has_interval(row)) {
            range_include(&r, row->low);
            range_include(&r, row->high);
        }
    }
    return range_widen(r, 0.04);
}

static struct row label_of(const struct chart_forest_row *row)
{
    return (struct row){row->name, row->detail, row->main || row->heading};
}

static const struct text_style *text_style_of(const struct chart_forest_row *row)
{
    return row->main ? &style_name : &style_label;
}

/* As wide as the longest text, up to a third of the picture. */
static double text_column(const struct chart_forest *c, double width)
{
    double widest = text_width(c->text_title, &style_detail);
    for (size_t i = 0; i < c->n_rows; i++) {
        const double wide = text_width(c->rows[i].text, text_style_of(&c->rows[i]));
        widest = wide > widest ? wide : widest;
    }
    const double most = width * 0.3;
    return (widest < most ? widest : most) + 0.01;
}

static double row_height(const struct plot *p, const struct chart_forest_row *r)
{
    const struct row row = label_of(r);
    return rows_height(&p->rows, &row, text_lines(r->text, text_style_of(r), p->text_width));
}

static size_t most_lines(const struct chart_forest *c, const struct plot *p)
{
    const size_t a = text_lines(c->name_title, &style_detail, p->rows.label_width + 0.01);
    const size_t b = text_lines(c->text_title, &style_detail, p->text_width);
    return a > b ? a : b;
}

static struct plot lay_out(struct svg *s, const struct chart_forest *c)
{
    struct plot p = {.rows.min_height = ROW_HEIGHT};
    p.width = chart_width(&c->frame, WIDTH_DEFAULT);
    for (size_t i = 0; i < c->n_rows; i++) {
        const struct row row = label_of(&c->rows[i]);
        rows_include(&p.rows, &row, p.width);
    }
    const struct row title = {STR(""), c->name_title, false};
    rows_include(&p.rows, &title, p.width);
    p.text_width = text_column(c, p.width);
    p.text_right = p.width - GAP;
    const struct span plot = {GAP + p.rows.label_width + 2 * GAP,
                              p.text_right - p.text_width - 2 * GAP};
    p.x = axis_make_fitting(s, &c->format, value_range(c), plot, p.width, 0);

    const size_t lines = most_lines(c, &p);
    p.top = LINE_HEIGHT * (double)lines + (lines ? GAP : 0);
    p.bottom = p.top;
    for (size_t i = 0; i < c->n_rows; i++)
        p.bottom += row_height(&p, &c->rows[i]);
    return p;
}

static double end_of(const struct plot *p, double value)
{
    return isfinite(value) ? axis_at(&p->x, value) : value < 0 ? p->x.from : p->x.to;
}

/* A head that points beyond the picture, in the place of a foot. */
static void draw_arrow(struct svg *s, double x, double middle, double size, bool left,
                       const char *look)
{
    const double tail = left ? x + size : x - size;
    svg_line(s, x, middle, tail, middle - size, look);
    svg_line(s, x, middle, tail, middle + size, look);
}

static void draw_interval(struct svg *s, const struct chart_forest_row *r, const struct plot *p,
                          double middle)
{
    const char *look = r->main ? LOOK_MAIN_WHISKER : LOOK_OTHER_WHISKER;
    const double foot = r->main ? 6 : 4, low = end_of(p, r->low), high = end_of(p, r->high);
    if (isfinite(r->low) && isfinite(r->high)) {
        svg_whisker(s, low, middle, high, middle, foot, look);
        return;
    }
    svg_line(s, low, middle, high, middle, look);
    if (isfinite(r->low))
        svg_line(s, low, middle - foot, low, middle + foot, look);
    else
        draw_arrow(s, low, middle, foot, true, look);
    if (isfinite(r->high))
        svg_line(s, high, middle - foot, high, middle + foot, look);
    else
        draw_arrow(s, high, middle, foot, false, look);
}

static void draw_mark(struct svg *s, const struct chart_forest_row *r, const struct plot *p,
                      double middle)
{
    if (!isfinite(r->estimate))
        return;
    const double x = axis_at(&p->x, r->estimate);
    if (has_interval(r))
        draw_interval(s, r, p, middle);
    if (r->main) {
        svg_points_begin(s, "polygon", LOOK_MAIN);
        svg_point(s, x - 9, middle);
        svg_point(s, x, middle - 9);
        svg_point(s, x + 9, middle);
        svg_point(s, x, middle + 9);
        svg_points_end(s);
    } else {
        svg_rect(s, x - 4.5, middle - 4.5, 9, 9, LOOK_OTHER, STR(""));
    }
    /* a wide transparent target carries the tip of row and interval alike */
    svg_rect(s, p->x.from, middle - 11, p->x.to - p->x.from, 22, "fill-opacity=\"0\"", r->tip);
}

static void draw_row(struct svg *s, const struct chart_forest_row *r, const struct plot *p,
                     double middle)
{
    const struct row row = label_of(r);
    rows_draw_label(s, &p->rows, &row, GAP, ANCHOR_START, middle);
    if (r->heading)
        return;
    draw_mark(s, r, p, middle);
    text_block_centred(s, p->text_right, middle, text_style_of(r), ANCHOR_END, p->text_width,
                       r->text);
}

static void draw_stripes(struct svg *s, const struct chart_forest *c, const struct plot *p)
{
    double top = p->top;
    for (size_t i = 0; i < c->n_rows; i++) {
        const double height = row_height(p, &c->rows[i]);
        if (c->rows[i].main)
            svg_rect(s, 0, top, p->width, height, LOOK_STRIPE, STR(""));
        top += height;
    }
}

static void draw_head(struct svg *s, const struct chart_forest *c, const struct plot *p)
{
    text_block(s, GAP, 13, &style_detail, ANCHOR_START, p->rows.label_width + 0.01, c->name_title);
    text_block(s, p->text_right, 13, &style_detail, ANCHOR_END, p->text_width, c->text_title);
    if (p->top > 0)
        svg_line(s, 0, p->top - 1, p->width, p->top - 1, "stroke=\"" COLOUR_GREY "\"");
}

/* What lies left and right of the null, below the axis; each within its own half. */
static double side_labels(struct svg *s, const struct chart_forest *c, const struct plot *p,
                          double top)
{
    const double x = axis_at(&p->x, c->null_value);
    const double left = x - GAP, right = p->width - x - GAP;
    const size_t a = text_lines(c->left_label, &style_detail, left);
    const size_t b = text_lines(c->right_label, &style_detail, right);
    if (s) {
        text_block(s, x - GAP, top + 13, &style_detail, ANCHOR_END, left, c->left_label);
        text_block(s, x + GAP, top + 13, &style_detail, ANCHOR_START, right, c->right_label);
    }
    return LINE_HEIGHT * (double)(a > b ? a : b);
}

err chart_forest(out *o, const struct chart_forest *c, struct err_info *info)
{
    struct svg s = {.scratch = {.limit = CHART_TEXT_MAX}};
    const err e = check(c, info);
    if (e != OK)
        return e;
    const struct plot p = lay_out(&s, c);
    const double sides = side_labels(NULL, c, &p, 0);
    svg_open(&s, o, &c->frame, p.width, p.bottom + 28 + sides);
    draw_stripes(&s, c, &p);
    draw_head(&s, c, &p);
    axis_draw_below(&s, &c->format, &p.x, p.top, p.bottom);
    axis_zero_line(&s, &p.x, c->null_value, p.top, p.bottom);
    double top = p.top;
    for (size_t i = 0; i < c->n_rows; i++) {
        const double height = row_height(&p, &c->rows[i]);
        draw_row(&s, &c->rows[i], &p, top + height / 2);
        top += height;
    }
    side_labels(&s, c, &p, p.bottom + 26);
    return svg_close(&s, info);
}
