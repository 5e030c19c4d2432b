/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/chart/chart_int.h"

#include <math.h>
#include <stdlib.h>

#define LOOK_BEFORE "fill=\"" COLOUR_PAPER "\" stroke=\"" COLOUR_MARKER "\" stroke-width=\"2\""
#define LOOK_AFTER  "fill=\"" COLOUR_INK "\""
#define LOOK_WAY    "stroke=\"" COLOUR_GREY "\" stroke-width=\"1.25\""
#define LOOK_LIMIT  "stroke=\"" COLOUR_ZERO "\" stroke-width=\"1.5\" stroke-dasharray=\"5 4\""

enum { ROW_HEIGHT = 28, RADIUS = 5, DIAMOND = 7, LEGEND_ITEMS = 3 };

struct order {
    double before;
    size_t row;
};

struct plot {
    struct axis x;
    struct rows rows;
    double width, left, top, bottom, legend;
    struct legend_item item[LEGEND_ITEMS];
};

static err check(const struct chart_love *c, struct err_info *info)
{
    struct check k = {.info = info};
    check_frame(&k, &c->frame);
    check_count(&k, c->n_rows, CHART_MARKS_MAX);
    check_value(&k, c->limit);
    check_text(&k, c->x_title);
    check_text(&k, c->before_label);
    check_text(&k, c->after_label);
    check_text(&k, c->limit_label);
    for (size_t i = 0; i < c->n_rows && k.error == OK; i++) {
        check_text(&k, c->rows[i].name);
        check_text(&k, c->rows[i].tip);
        check_value(&k, c->rows[i].before);
        check_value(&k, c->rows[i].after);
    }
    return k.error;
}

/* Furthest first; what is not known last; else as given. */
static int by_distance(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    if (x->before != y->before)
        return x->before > y->before ? -1 : 1;
    return x->row < y->row ? -1 : 1;
}

static struct order *sorted(const struct chart_love *c)
{
    struct order *order = calloc(c->n_rows, sizeof *order);
    if (!order)
        return NULL;
    for (size_t i = 0; i < c->n_rows; i++) {
        const double before = c->rows[i].before;
        order[i] = (struct order){isfinite(before) ? fabs(before) : -1, i};
    }
    qsort(order, c->n_rows, sizeof *order, by_distance);
    return order;
}

static struct range value_range(const struct chart_love *c)
{
    struct range r;
    range_start(&r, 0);
    range_include(&r, fabs(c->limit));
    for (size_t i = 0; i < c->n_rows; i++) {
        range_include(&r, fabs(c->rows[i].before));
        range_include(&r, fabs(c->rows[i].after));
    }
    const struct range wide = range_widen(r, 0.04);
    return (struct range){r.low < wide.low ? r.low : 0, wide.high};
}

static struct row label_of(const struct chart_love_row *row)
{
    return (struct row){row->name, STR(""), false};
}

static double row_height(const struct plot *p, const struct chart_love_row *r)
{
    const struct row row = label_of(r);
    return rows_height(&p->rows, &row, 0);
}

static void fill_legend(const struct chart_love *c, struct plot *p)
{
    p->item[0] =
        (struct legend_item){"<circle cx=\"7\" r=\"5\" " LOOK_BEFORE "/>", c->before_label};
    p->item[1] =
        (struct legend_item){"<path d=\"M0 0L7 -7L14 0L7 7Z\" " LOOK_AFTER "/>", c->after_label};
    p->item[2] = (struct legend_item){"<path d=\"M7 -8V8\" " LOOK_LIMIT "/>",
                                      isfinite(c->limit) ? c->limit_label : STR("")};
}

static struct plot lay_out(struct svg *s, const struct chart_love *c)
{
    struct plot p = {.rows.min_height = ROW_HEIGHT};
    p.width = chart_width(&c->frame, WIDTH_DEFAULT);
    for (size_t i = 0; i < c->n_rows; i++) {
        const struct row row = label_of(&c->rows[i]);
        rows_include(&p.rows, &row, p.width);
    }
    p.left = p.rows.label_width + 2 * GAP;
    const struct span plot = {p.left, p.width - GAP};
    p.x = axis_make_fitting(s, &c->format, value_range(c), plot, p.width, 0);
    fill_legend(c, &p);
    p.top = legend_height(p.item, LEGEND_ITEMS, p.width);
    p.bottom = p.top;
    for (size_t i = 0; i < c->n_rows; i++)
        p.bottom += row_height(&p, &c->rows[i]);
    return p;
}

static void draw_diamond(struct svg *s, double x, double y)
{
    svg_points_begin(s, "polygon", LOOK_AFTER);
    svg_point(s, x - DIAMOND, y);
    svg_point(s, x, y - DIAMOND);
    svg_point(s, x + DIAMOND, y);
    svg_point(s, x, y + DIAMOND);
    svg_points_end(s);
}

static void draw_marks(struct svg *s, const struct chart_love_row *r, const struct plot *p,
                       double middle)
{
    const double before = axis_at(&p->x, fabs(r->before)), after = axis_at(&p->x, fabs(r->after));

    if (isfinite(r->before) && isfinite(r->after))
        svg_line(s, before, middle, after, middle, LOOK_WAY);
    if (isfinite(r->before))
        svg_circle(s, before, middle, RADIUS, LOOK_BEFORE, STR(""));
    if (isfinite(r->after))
        draw_diamond(s, after, middle);
    svg_rect(s, p->x.from, middle - 11, p->x.to - p->x.from, 22, "fill-opacity=\"0\"", r->tip);
}

static void draw_rows(struct svg *s, const struct chart_love *c, const struct plot *p,
                      const struct order *order)
{
    double top = p->top;
    for (size_t i = 0; i < c->n_rows; i++) {
        const struct chart_love_row *r = &c->rows[order[i].row];
        const struct row row = label_of(r);
        const double height = row_height(p, r);
        rows_draw_label(s, &p->rows, &row, p->left - GAP, ANCHOR_END, top + height / 2);
        draw_marks(s, r, p, top + height / 2);
        top += height;
    }
}

err chart_love(out *o, const struct chart_love *c, struct err_info *info)
{
    struct svg s = {.scratch = {.limit = CHART_TEXT_MAX}};
    const err e = check(c, info);
    if (e != OK)
        return e;
    struct order *order = sorted(c);
    if (!order)
        return err_nomem(info);
    const struct plot p = lay_out(&s, c);
    const size_t title = text_lines(c->x_title, &style_axis, p.x.to - p.x.from);
    svg_open(&s, o, &c->frame, p.width,
             p.bottom + 28 + (title ? LINE_HEIGHT * (double)title + 4 : 0));
    legend_draw(&s, p.item, LEGEND_ITEMS, 0, 0, p.width);
    axis_draw_below(&s, &c->format, &p.x, p.top, p.bottom);
    axis_zero_line(&s, &p.x, 0, p.top, p.bottom);
    if (isfinite(c->limit)) {
        const double x = axis_at(&p.x, fabs(c->limit));
        svg_line(&s, x, p.top, x, p.bottom, LOOK_LIMIT);
    }
    draw_rows(&s, c, &p, order);
    text_block(&s, (p.x.from + p.x.to) / 2, p.bottom + 42, &style_axis, ANCHOR_MIDDLE,
               p.x.to - p.x.from, c->x_title);
    free(order);
    return svg_close(&s, info);
}
