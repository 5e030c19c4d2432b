/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/chart/chart_int.h"

enum { ROW_PADDING = 10, NAME_SHARE_PERCENT = 36, WORD_SHARE_PERCENT = 44 };

static const struct text_style *name_style(const struct row *row)
{
    return row->bold ? &style_name : &style_label;
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

/* As wide as the text up to a good share of the picture; up to half for one long word. */
static double wanted_width(str text, const struct text_style *style, double width)
{
    const double whole = smaller(text_width(text, style), width * NAME_SHARE_PERCENT / 100);
    const double word = smaller(text_longest_word(text, style), width * WORD_SHARE_PERCENT / 100);
    return whole > word ? whole : word;
}

void rows_include(struct rows *r, const struct row *row, double width)
{
    const double name = wanted_width(row->name, name_style(row), width);
    const double detail = wanted_width(row->detail, &style_detail, width);
    const double widest = name > detail ? name : detail;
    if (widest > r->label_width)
        r->label_width = widest;
}

static double text_height(const struct rows *r, const struct row *row)
{
    const double fit = r->label_width + 0.01;
    return LINE_HEIGHT * (double)(text_lines(row->name, name_style(row), fit) +
                                  text_lines(row->detail, &style_detail, fit));
}

double rows_height(const struct rows *r, const struct row *row, size_t lines)
{
    const double label = text_height(r, row), beside = LINE_HEIGHT * (double)lines;
    const double needed = (label > beside ? label : beside) + ROW_PADDING;
    return needed > r->min_height ? needed : r->min_height;
}

void rows_draw_label(struct svg *s, const struct rows *r, const struct row *row, double x,
                     enum anchor anchor, double middle)
{
    const double fit = r->label_width + 0.01;
    double y = middle - text_height(r, row) / 2 + 13;
    y = text_block(s, x, y, name_style(row), anchor, fit, row->name);
    text_block(s, x, y, &style_detail, anchor, fit, row->detail);
}
