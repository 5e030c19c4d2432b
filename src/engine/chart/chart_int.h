/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the forms of engine/chart share: the theme, an SVG writer, measured
 * text, an axis with round ticks, and rows with labels.
 *
 * Coordinates are pixels, y downwards, printed with two decimals at most.
 */
#ifndef ONTSCHOT_ENGINE_CHART_INT_H
#define ONTSCHOT_ENGINE_CHART_INT_H

#include "engine/chart/chart.h"

/* --- theme ------------------------------------------------------------ */

/* Contrast with white: text and ink at least 5:1, marks at least 3:1. */
#define COLOUR_TEXT      "#1c2429"
#define COLOUR_GREY      "#5a6872"
#define COLOUR_INK       "#12344d"
#define COLOUR_BLUE      "#1a5f96"
#define COLOUR_GAIN      "#1d6b3f"
#define COLOUR_LOSS      "#a4262c"
#define COLOUR_LOSS_PALE "#f3cdcf" /* only inside a line of COLOUR_LOSS */
#define COLOUR_MARKER    "#8a4b00"
#define COLOUR_OCHRE     "#b97700" /* whiskers: 3.6:1 on white, 3.6:1 on ink */
#define COLOUR_AFTER     "#fef6e6" /* a background */
#define COLOUR_GRID      "#e0e6ea" /* never needed to read a value */
#define COLOUR_ZERO      "#3b474f"
#define COLOUR_PAPER     "#ffffff"

enum { GAP = 8, LINE_HEIGHT = 17, WIDTH_DEFAULT = 760 };

struct text_style {
    double size;
    bool bold;
    const char *colour;
    bool halo; /* a white edge, for text over lines */
};
extern const struct text_style style_label, style_name, style_detail, style_axis, style_value,
    style_inverse, style_marker;

/* --- the SVG writer (svg.c) -------------------------------------------- */

struct svg {
    out *o;
    out scratch; /* one formatted number */
};

enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

double chart_width(const struct chart_frame *f, double preferred);
void svg_open(struct svg *s, out *o, const struct chart_frame *f, double width, double height);
err svg_close(struct svg *s, struct err_info *info);

/* `look` is presentation attributes, a literal. */
void svg_line(struct svg *s, double x1, double y1, double x2, double y2, const char *look);
void svg_rect(struct svg *s, double x, double y, double width, double height, const char *look,
              str tip);
void svg_circle(struct svg *s, double x, double y, double r, const char *look, str tip);
void svg_points_begin(struct svg *s, const char *element, const char *look);
void svg_point(struct svg *s, double x, double y);
void svg_points_end(struct svg *s);
/* An interval: a bar with feet, horizontal when y1 == y2. */
void svg_whisker(struct svg *s, double x1, double y1, double x2, double y2, double foot,
                 const char *look);
void svg_text(struct svg *s, double x, double y, const struct text_style *style, enum anchor anchor,
              str text);
/* The number as `format` writes it, in the scratch buffer until the next call. */
str svg_number(struct svg *s, const struct chart_format *format, double v, int decimals);

/* --- measured text (text.c) -------------------------------------------- */

double text_width(str text, const struct text_style *style);
/*
 * Takes the next line of at most `width` off `rest`, broken at spaces, hyphens
 * and slashes, inside a word only when nothing else is left (`hyphen`).
 */
bool text_next_line(str *rest, const struct text_style *style, double width, str *line,
                    bool *hyphen);
size_t text_lines(str text, const struct text_style *style, double width);
double text_longest_word(str text, const struct text_style *style);
/* Draws lines below each other from baseline y; returns the baseline after the last. */
double text_block(struct svg *s, double x, double y, const struct text_style *style,
                  enum anchor anchor, double width, str text);

/* The same, centred on `middle`. */
void text_block_centred(struct svg *s, double x, double middle, const struct text_style *style,
                        enum anchor anchor, double width, str text);

/* A legend: items from left to right, as many rows as needed. */
struct legend_item {
    const char *element; /* the swatch: elements around (0, 0), 14 wide, a literal */
    str text;
};
double legend_height(const struct legend_item *items, size_t n, double width);
void legend_draw(struct svg *s, const struct legend_item *items, size_t n, double x, double y,
                 double width);

/* --- axes (axis.c) ------------------------------------------------------ */

struct range {
    double low, high;
};

/* Pixels. */
struct span {
    double from, to;
};

struct axis {
    struct range range;
    double from, to; /* the pixels of low and high */
    double step;
    int decimals;
};

void range_start(struct range *r, double v);
void range_include(struct range *r, double v); /* NaN and infinities are passed over */
/* A little room on both sides; never empty. */
struct range range_widen(struct range r, double share);

/* Ticks at 1, 2 or 5 x 10^k apart, at least `least_step` > 0. */
struct axis axis_make(struct range r, double from, double to, double least_step);
/* Horizontal, with as many ticks as there is room for; labels stay within 0 .. width.
 * Ticks are `least_step` apart or more; it may be 0. */
struct axis axis_make_fitting(struct svg *s, const struct chart_format *format, struct range r,
                              struct span plot, double width, double least_step);
double axis_at(const struct axis *a, double v);
/* Ticks from low to high; *tick starts as 0. */
bool axis_next_tick(const struct axis *a, size_t *tick, double *v);
/* Half the widest tick label. */
double axis_label_reach(struct svg *s, const struct chart_format *format, const struct axis *a);
/* Vertical grid lines from top to bottom and labels below. */
void axis_draw_below(struct svg *s, const struct chart_format *format, const struct axis *a,
                     double top, double bottom);
void axis_zero_line(struct svg *s, const struct axis *a, double v, double top, double bottom);

/* --- rows (rows.c) ------------------------------------------------------- */

struct row {
    str name, detail;
    bool bold;
};

/* The column of labels and the heights of the rows beside the plot. */
struct rows {
    double label_width;
    double min_height;
};

void rows_include(struct rows *r, const struct row *row, double width);
/* `lines` is how many lines of text stand beside the row. */
double rows_height(const struct rows *r, const struct row *row, size_t lines);
/* Centred on the row: right-aligned at x, or left-aligned. */
void rows_draw_label(struct svg *s, const struct rows *r, const struct row *row, double x,
                     enum anchor anchor, double middle);

/* --- checks (check.c) ---------------------------------------------------- */

/* Collects the first failure, so that a form checks everything in one pass. */
struct check {
    struct err_info *info;
    err error;
};

void check_count(struct check *c, size_t n, size_t max);
void check_text(struct check *c, str text);
void check_value(struct check *c, double v); /* NaN and infinities are fine */
void check_frame(struct check *c, const struct chart_frame *f);

#endif
