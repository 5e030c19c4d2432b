/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/chart/chart_int.h"

#include <math.h>
#include <stdio.h>

enum { BAR_ROW = 48, BAR = 32, ELEMENT_MAX = 192 };

/* White text on each has contrast 4.7:1 at least; neighbours differ in lightness. */
static const char *const fill[CHART_SERIES_MAX] = {
    "#12344d", "#2573b0", "#00776f", "#b8500b", "#74499a", "#63696e",
    "#7a1f4b", "#3d6a1a", "#8a4b00", "#0b5c8a", "#a4262c", "#3b474f",
};

struct plot {
    struct axis x;
    struct rows rows;
    double width, left, top, bottom, total_width;
    struct legend_item legend[CHART_SERIES_MAX];
    char element[CHART_SERIES_MAX][ELEMENT_MAX];
};

static double part(const struct chart_stacked *c, size_t category, size_t series)
{
    const double v = c->value[category * c->n_series + series];
    return isfinite(v) ? v : 0;
}

static str cell_text(const str *texts, const struct chart_stacked *c, size_t category,
                     size_t series)
{
    return texts ? texts[category * c->n_series + series] : STR("");
}

static err check(const struct chart_stacked *c, struct err_info *info)
{
    struct check k = {.info = info};
    check_frame(&k, &c->frame);
    check_count(&k, c->n_series, CHART_SERIES_MAX);
    check_count(&k, c->n_categories, CHART_MARKS_MAX / CHART_SERIES_MAX);
    for (size_t j = 0; j < c->n_series && k.error == OK; j++)
        check_text(&k, c->series[j]);
    for (size_t i = 0; i < c->n_categories && k.error == OK; i++) {
        check_text(&k, c->categories[i].name);
        check_text(&k, c->categories[i].detail);
        check_text(&k, c->categories[i].text);
        for (size_t j = 0; j < c->n_series; j++) {
            check_value(&k, c->value[i * c->n_series + j]);
            check_text(&k, cell_text(c->text, c, i, j));
            check_text(&k, cell_text(c->tip, c, i, j));
        }
    }
    return k.error;
}

/* The ends of a bar: the sums of its negative and of its positive parts. */
static struct range ends(const struct chart_stacked *c, size_t category)
{
    struct range r = {0, 0};
    for (size_t j = 0; j < c->n_series; j++) {
        const double v = part(c, category, j);
        if (v < 0)
            r.low += v;
        else
            r.high += v;
    }
    return r;
}

static struct range value_range(const struct chart_stacked *c)
{
    struct range r = {0, 0};
    for (size_t i = 0; i < c->n_categories; i++) {
        const struct range bar = ends(c, i);
        range_include(&r, bar.low);
        range_include(&r, bar.high);
    }
    const struct range wide = range_widen(r, 0.01);
    return (struct range){r.low < 0 ? wide.low : 0, r.high > 0 || r.low == 0 ? wide.high : 0};
}

static struct row label_of(const struct chart_category *category)
{
    return (struct row){category->name, category->detail, true};
}

/* As wide as the longest total, up to a good share of the picture; then it wraps. */
static double total_column(const struct chart_stacked *c, double width)
{
    const double most = width * 0.28;
    double widest = 0;
    for (size_t i = 0; i < c->n_categories; i++) {
        const double total = text_width(c->categories[i].text, &style_value);
        widest = total > widest ? total : widest;
    }
    return (widest < most ? widest : most) + 0.01;
}

static void fill_legend(const struct chart_stacked *c, struct plot *p)
{
    for (size_t j = 0; j < c->n_series; j++) {
        snprintf(p->element[j], ELEMENT_MAX,
                 "<rect y=\"-7\" width=\"14\" height=\"14\" rx=\"2\" fill=\"%s\"/>", fill[j]);
        p->legend[j] = (struct legend_item){p->element[j], c->series[j]};
    }
}

static double row_height(const struct plot *p, const struct chart_category *category)
{
    const struct row row = label_of(category);
    return rows_height(&p->rows, &row, text_lines(category->text, &style_value, p->total_width));
}

static void lay_out(struct svg *s, const struct chart_stacked *c, struct plot *p)
{
    *p = (struct plot){.rows.min_height = BAR_ROW};
    p->width = chart_width(&c->frame, WIDTH_DEFAULT);
    for (size_t i = 0; i < c->n_categories; i++) {
        const struct row row = label_of(&c->categories[i]);
        rows_include(&p->rows, &row, p->width);
    }
    fill_legend(c, p);
    p->left = p->rows.label_width + 2 * GAP;
    p->total_width = total_column(c, p->width);
    const struct span plot = {p->left, p->width - p->total_width - 2 * GAP};
    p->x = axis_make_fitting(s, &c->format, value_range(c), plot, p->width, 0);
    p->top = legend_height(p->legend, c->n_series, p->width) + GAP / 2.0;
    p->bottom = p->top;
    for (size_t i = 0; i < c->n_categories; i++)
        p->bottom += row_height(p, &c->categories[i]);
}

static void draw_part(struct svg *s, const struct plot *p, double from, double to, double middle,
                      size_t series, str text, str tip)
{
    char look[ELEMENT_MAX];
    const double a = axis_at(&p->x, from), b = axis_at(&p->x, to);
    const double left = a < b ? a : b, size = fabs(b - a);
    if (size == 0)
        return;
    snprintf(look, sizeof look, "fill=\"%s\"", fill[series]);
    const double gap = size > 4 ? 1.5 : 0;
    svg_rect(s, left + gap / 2, middle - BAR / 2.0, size - gap, BAR, look, tip);
    if (text_width(text, &style_inverse) + 6 <= size)
        svg_text(s, left + size / 2, middle + 4.5, &style_inverse, ANCHOR_MIDDLE, text);
}

static void draw_category(struct svg *s, const struct chart_stacked *c, const struct plot *p,
                          size_t i, double middle)
{
    double low = 0, high = 0;
    for (size_t j = 0; j < c->n_series; j++) {
        const double v = part(c, i, j);
        double *end = v < 0 ? &low : &high;
        draw_part(s, p, *end, *end + v, middle, j, cell_text(c->text, c, i, j),
                  cell_text(c->tip, c, i, j));
        *end += v;
    }
    text_block_centred(s, axis_at(&p->x, high) + GAP, middle, &style_value, ANCHOR_START,
                       p->total_width, c->categories[i].text);
}

err chart_stacked(out *o, const struct chart_stacked *c, struct err_info *info)
{
    struct svg s = {.scratch = {.limit = CHART_TEXT_MAX}};
    struct plot p;
    const err e = check(c, info);
    if (e != OK)
        return e;
    lay_out(&s, c, &p);
    svg_open(&s, o, &c->frame, p.width, p.bottom + 28);
    legend_draw(&s, p.legend, c->n_series, 0, 0, p.width);
    axis_draw_below(&s, &c->format, &p.x, p.top, p.bottom);
    double top = p.top;
    for (size_t i = 0; i < c->n_categories; i++) {
        const struct row row = label_of(&c->categories[i]);
        const double height = row_height(&p, &c->categories[i]);
        rows_draw_label(&s, &p.rows, &row, p.left - GAP, ANCHOR_END, top + height / 2);
        draw_category(&s, c, &p, i, top + height / 2);
        top += height;
    }
    axis_zero_line(&s, &p.x, 0, p.top, p.bottom);
    return svg_close(&s, info);
}
