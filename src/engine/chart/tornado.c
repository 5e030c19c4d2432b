/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/chart/chart_int.h"

#include <math.h>
#include <stdlib.h>

/* Low ends are hatch-free but pale with a line round them, high ends are filled: no colour needed.
 */
#define LOOK_LOW  "fill=\"#dbe8f3\" stroke=\"" COLOUR_BLUE "\" stroke-width=\"1.5\""
#define LOOK_HIGH "fill=\"" COLOUR_BLUE "\" stroke=\"" COLOUR_BLUE "\" stroke-width=\"1.5\""
#define LOOK_BASE "stroke=\"" COLOUR_INK "\" stroke-width=\"1.5\""

enum { BAR_ROW = 36, BAR = 20, LEGEND_ITEMS = 2 };

struct order {
    double width;
    size_t bar;
};

struct plot {
    struct axis x;
    struct rows rows;
    double width, left, top, bottom, legend, end_width;
    struct legend_item item[LEGEND_ITEMS];
};

static double end_or_base(double v, double base)
{
    return isfinite(v) ? v : base;
}

static err check(const struct chart_tornado *c, struct err_info *info)
{
    struct check k = {.info = info};
    check_frame(&k, &c->frame);
    check_count(&k, c->n_bars, CHART_MARKS_MAX);
    check_value(&k, c->base);
    check_text(&k, c->base_label);
    check_text(&k, c->low_label);
    check_text(&k, c->high_label);
    for (size_t i = 0; i < c->n_bars && k.error == OK; i++) {
        const struct chart_tornado_bar *b = &c->bars[i];
        check_text(&k, b->name);
        check_text(&k, b->detail);
        check_text(&k, b->low_text);
        check_text(&k, b->high_text);
        check_text(&k, b->tip);
        check_value(&k, b->at_low);
        check_value(&k, b->at_high);
    }
    if (k.error == OK && !isfinite(c->base))
        k.error = err_set(info, E_INPUT, "chart.no-base");
    return k.error;
}

static int by_width(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    if (x->width != y->width)
        return x->width > y->width ? -1 : 1;
    return x->bar < y->bar ? -1 : 1;
}

static struct order *sorted(const struct chart_tornado *c)
{
    struct order *order = calloc(c->n_bars, sizeof *order);
    if (!order)
        return NULL;
    for (size_t i = 0; i < c->n_bars; i++) {
        const double low = end_or_base(c->bars[i].at_low, c->base);
        const double high = end_or_base(c->bars[i].at_high, c->base);
        order[i] = (struct order){fabs(high - low), i};
    }
    qsort(order, c->n_bars, sizeof *order, by_width);
    return order;
}

static struct range value_range(const struct chart_tornado *c)
{
    struct range r;
    range_start(&r, c->base);
    for (size_t i = 0; i < c->n_bars; i++) {
        range_include(&r, c->bars[i].at_low);
        range_include(&r, c->bars[i].at_high);
    }
    return range_widen(r, 0.01);
}

/* As wide as the longest text at an end, up to a share of the picture; then it wraps. */
static double end_column(const struct chart_tornado *c, double width)
{
    const double most = width * 0.15;
    double widest = 0;
    for (size_t i = 0; i < c->n_bars; i++) {
        const double low = text_width(c->bars[i].low_text, &style_label);
        const double high = text_width(c->bars[i].high_text, &style_label);
        const double wider = low > high ? low : high;
        widest = wider > widest ? wider : widest;
    }
    return (widest < most ? widest : most) + 0.01;
}

static struct row label_of(const struct chart_tornado_bar *bar)
{
    return (struct row){bar->name, bar->detail, true};
}

static double row_height(const struct plot *p, const struct chart_tornado_bar *bar)
{
    const struct row row = label_of(bar);
    const size_t low = text_lines(bar->low_text, &style_label, p->end_width);
    const size_t high = text_lines(bar->high_text, &style_label, p->end_width);
    return rows_height(&p->rows, &row, low > high ? low : high);
}

static struct plot lay_out(struct svg *s, const struct chart_tornado *c)
{
    struct plot p = {.rows.min_height = BAR_ROW};
    p.width = chart_width(&c->frame, WIDTH_DEFAULT);
    for (size_t i = 0; i < c->n_bars; i++) {
        const struct row row = label_of(&c->bars[i]);
        rows_include(&p.rows, &row, p.width);
    }
    p.left = p.rows.label_width + 2 * GAP;
    p.end_width = end_column(c, p.width);
    const struct span plot = {p.left + p.end_width + GAP, p.width - p.end_width - GAP};
    p.x = axis_make_fitting(s, &c->format, value_range(c), plot, p.width, 0);

    p.item[0] = (struct legend_item){"<rect y=\"-7\" width=\"14\" height=\"14\" " LOOK_LOW "/>",
                                     c->low_label};
    p.item[1] = (struct legend_item){"<rect y=\"-7\" width=\"14\" height=\"14\" " LOOK_HIGH "/>",
                                     c->high_label};
    p.legend = legend_height(p.item, LEGEND_ITEMS, p.width - p.left);
    const size_t lines = text_lines(c->base_label, &style_name, p.width - p.left);
    p.top = p.legend + LINE_HEIGHT * (double)lines + (lines ? 4 : 0);
    p.bottom = p.top;
    for (size_t i = 0; i < c->n_bars; i++)
        p.bottom += row_height(&p, &c->bars[i]);
    return p;
}

/* Text at the end of a bar, on the side away from the base. */
static void draw_end(struct svg *s, const struct plot *p, double x, double middle, bool leftwards,
                     str text)
{
    static const struct text_style style = {13, false, COLOUR_TEXT, true};
    text_block_centred(s, leftwards ? x - 6 : x + 6, middle, &style,
                       leftwards ? ANCHOR_END : ANCHOR_START, p->end_width, text);
}

static void draw_half(struct svg *s, double base, double end, double middle, const char *look,
                      str tip)
{
    svg_rect(s, base < end ? base : end, middle - BAR / 2.0, fabs(end - base), BAR, look, tip);
}

static void draw_bar(struct svg *s, const struct chart_tornado *c, const struct plot *p,
                     const struct chart_tornado_bar *b, double middle)
{
    const double base = axis_at(&p->x, c->base);
    const double low = axis_at(&p->x, end_or_base(b->at_low, c->base));
    const double high = axis_at(&p->x, end_or_base(b->at_high, c->base));
    const bool low_first = fabs(low - base) >= fabs(high - base); /* the longer one lies below */
    if (low_first)
        draw_half(s, base, low, middle, LOOK_LOW, b->tip);
    draw_half(s, base, high, middle, LOOK_HIGH, b->tip);
    if (!low_first)
        draw_half(s, base, low, middle, LOOK_LOW, b->tip);

    const bool low_left = low < high || (low == high && low <= base);
    const bool same_side = (low - base) * (high - base) > 0;
    if (!same_side) {
        draw_end(s, p, low, middle, low_left, b->low_text);
        draw_end(s, p, high, middle, !low_left, b->high_text);
    } else if (low_first) { /* both on one side: the shorter end's text goes over the base */
        draw_end(s, p, low, middle, low < base, b->low_text);
        draw_end(s, p, base, middle, low > base, b->high_text);
    } else {
        draw_end(s, p, high, middle, high < base, b->high_text);
        draw_end(s, p, base, middle, high > base, b->low_text);
    }
}

/* The label of the base stands over its line, moved inwards when it is near a side. */
static void draw_base_label(struct svg *s, const struct chart_tornado *c, const struct plot *p)
{
    const double room = p->width - p->left, wanted = text_width(c->base_label, &style_name);
    const double half = (wanted < room ? wanted : room) / 2;
    double x = axis_at(&p->x, c->base);
    x = x + half > p->width ? p->width - half : x;
    x = x - half < p->left ? p->left + half : x;
    text_block(s, x, p->legend + 13, &style_name, ANCHOR_MIDDLE, room, c->base_label);
}

err chart_tornado(out *o, const struct chart_tornado *c, struct err_info *info)
{
    struct svg s = {.scratch = {.limit = CHART_TEXT_MAX}};
    const err e = check(c, info);
    if (e != OK)
        return e;
    struct order *order = sorted(c);
    if (!order)
        return err_nomem(info);
    const struct plot p = lay_out(&s, c);
    svg_open(&s, o, &c->frame, p.width, p.bottom + 28);
    legend_draw(&s, p.item, LEGEND_ITEMS, p.left, 0, p.width - p.left);
    axis_draw_below(&s, &c->format, &p.x, p.top, p.bottom);
    axis_zero_line(&s, &p.x, 0, p.top, p.bottom);
    double top = p.top;
    for (size_t i = 0; i < c->n_bars; i++) {
        const struct chart_tornado_bar *bar = &c->bars[order[i].bar];
        const struct row row = label_of(bar);
        const double height = row_height(&p, bar);
        rows_draw_label(&s, &p.rows, &row, p.left - GAP, ANCHOR_END, top + height / 2);
        draw_bar(&s, c, &p, bar, top + height / 2);
        top += height;
    }
    const double base = axis_at(&p.x, c->base);
    svg_line(&s, base, p.top, base, p.bottom, LOOK_BASE);
    draw_base_label(&s, c, &p);
    free(order);
    return svg_close(&s, info);
}
