/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * chart: numbers into pictures, as SVG text.
 *
 * Does: lines with bands (event studies), waterfalls, histograms, tornados,
 *       forest plots, stacked bars, love plots and mirrored histograms; ticks at
 *       round numbers; labels that are measured, wrapped and never overlap or get cut. The same
 * input gives the same bytes everywhere. Does not: make sentences or format numbers (the caller
 * passes both), use scripts, style sheets or anything outside the picture, or draw tables.
 *
 * A picture stands alone and inside a page: colours are presentation
 * attributes, and the only ids are those of the page that the caller names. Its
 * root has class "chart" and a size, which a page's style sheet may overrule.
 * No message hangs on colour alone: signs, shapes, dashes and labels repeat it.
 * All texts are UTF-8 and escaped here; `tip` is shown when a reader points at
 * a mark. Every text may be empty.
 *
 * NaN and infinities are "no number": a point leaves a gap, an interval is not
 * drawn. Other numbers above CHART_VALUE_MAX in size are refused. All functions return E_INPUT when
 * there is nothing to draw or a number is out of range, E_LIMIT when there are
 * too many marks, a text is too long or `o` is full, and E_NOMEM; on E_INPUT
 * and the first two limits nothing is appended.
 */
#ifndef ONTSCHOT_ENGINE_CHART_H
#define ONTSCHOT_ENGINE_CHART_H

#include "base/out.h"

enum {
    CHART_MARKS_MAX = 20000,
    CHART_TEXT_MAX = 1000, /* bytes of one text */
    CHART_SERIES_MAX = 12, /* colours and patterns of a stacked bar */
    CHART_WIDTH_MIN = 320,
    CHART_WIDTH_MAX = 4000,
};
#define CHART_VALUE_MAX 1e15 /* a longer number would not fit beside an axis */

/* How an axis writes a number, with the decimals its ticks need. */
struct chart_format {
    void (*number)(void *ctx, out *o, double v, int decimals); /* required */
    void *ctx;
};

/*
 * What the whole picture needs. A screen reader gets `labelled_by` and
 * `described_by`, ids of the page, when given; else title and description go
 * into the picture.
 */
struct chart_frame {
    str title, description;
    str labelled_by, described_by;
    double width; /* in pixels of 96 to the inch; 0: a good one. The height follows */
};

/* A line with its uncertainty over time. */
struct chart_point {
    double x, y;
    double low, high;           /* pointwise interval: a bar */
    double band_low, band_high; /* simultaneous interval: a shaded band */
    bool reference;             /* 0 by definition: drawn hollow */
    str tip;
};

struct chart_line {
    struct chart_frame frame;
    struct chart_format x_format, y_format;
    const struct chart_point *points; /* by ascending x */
    size_t n_points;
    str x_title;
    str line_label, interval_label, band_label; /* legend */
    double start;     /* the after-period begins here and is shaded; NaN: none */
    str start_label;  /* at the start */
    str before_label; /* over the time before */
};

WARN_UNUSED err chart_line(out *o, const struct chart_line *c, struct err_info *info);

/* Gains and losses one after the other, and what they come to. */
struct chart_step {
    str name;
    str detail; /* small, below the name: who pays */
    double value;
    str text; /* the value as the reader sees it, with its sign */
    str tip;
};

struct chart_waterfall {
    struct chart_frame frame;
    struct chart_format format;
    const struct chart_step *steps;
    size_t n_steps;
    struct chart_step total; /* its value is drawn as given; the caller sees that it is the sum */
    double low, high;        /* interval of the total: a whisker */
    str interval_label;      /* legend of the whisker */
};

WARN_UNUSED err chart_waterfall(out *o, const struct chart_waterfall *c, struct err_info *info);

/* How often each outcome came up, and on which side of zero. */
struct chart_histogram {
    struct chart_frame frame;
    struct chart_format format;
    double from, width;  /* of the first bin; of each */
    const double *count; /* n_bins, >= 0 */
    const str *tip;      /* n_bins, or NULL */
    size_t n_bins;
    str left_label, right_label; /* above the bins left and right of zero, e.g. "12%" */
    double low, high;            /* an interval: a whisker below the bins */
    str interval_label;          /* its legend */
};

WARN_UNUSED err chart_histogram(out *o, const struct chart_histogram *c, struct err_info *info);

/* What one outcome becomes when each assumption moves alone. Drawn widest first. */
struct chart_tornado_bar {
    str name;
    str detail; /* small, below the name: what the assumption is, in which year, by whom */
    double at_low, at_high;
    str low_text, high_text; /* the assumption's own values, at the ends of the bar */
    str tip;
};

struct chart_tornado {
    struct chart_frame frame;
    struct chart_format format;
    const struct chart_tornado_bar *bars;
    size_t n_bars;
    double base;
    str base_label;            /* at the top of the base line */
    str low_label, high_label; /* legend */
};

WARN_UNUSED err chart_tornado(out *o, const struct chart_tornado *c, struct err_info *info);

/* Estimates with intervals below each other. */
struct chart_forest_row {
    str name;
    str detail;                 /* small, below the name */
    bool heading;               /* a name over the rows that follow, without a number */
    bool main;                  /* the row that the study is about */
    double estimate, low, high; /* an infinite end is drawn as an arrow at the edge */
    str text;                   /* the numbers as the reader sees them; also why there is none */
    str tip;
};

struct chart_forest {
    struct chart_frame frame;
    struct chart_format format;
    const struct chart_forest_row *rows;
    size_t n_rows;
    double null_value;           /* where nothing happened, e.g. 0 */
    str name_title, text_title;  /* above the columns */
    str left_label, right_label; /* what lies on either side of null_value */
};

WARN_UNUSED err chart_forest(out *o, const struct chart_forest *c, struct err_info *info);

/* Parts of a whole by category or year; negative parts go to the left of zero. */
struct chart_category {
    str name;
    str detail; /* small, below the name */
    str text;   /* the total, at the end of the bar */
};

struct chart_stacked {
    struct chart_frame frame;
    struct chart_format format;
    const str *series; /* n_series names, in the legend in the order of the parts */
    size_t n_series;
    const struct chart_category *categories;
    size_t n_categories;
    const double *value; /* n_categories x n_series; NaN counts as nothing */
    const str *text;     /* the same shape, written in a part when it fits; or NULL */
    const str *tip;      /* the same shape, or NULL */
};

WARN_UNUSED err chart_stacked(out *o, const struct chart_stacked *c, struct err_info *info);

/* How far two groups are apart in each covariate, before and after. Drawn furthest first. */
struct chart_love_row {
    str name;
    double before, after; /* the sign does not count; NaN: not known */
    str tip;
};

struct chart_love {
    struct chart_frame frame;
    struct chart_format format;
    const struct chart_love_row *rows;
    size_t n_rows;
    double limit; /* what is still near; NaN: no line */
    str x_title;
    str before_label, after_label, limit_label; /* legend */
};

WARN_UNUSED err chart_love(out *o, const struct chart_love *c, struct err_info *info);

/* Two groups over the same bins, one upwards and one downwards, before and after. */
struct chart_overlap_bin {
    double up, down;             /* bars, >= 0 */
    double up_after, down_after; /* outlines, >= 0; NaN: none */
    str tip;
};

struct chart_overlap {
    struct chart_frame frame;
    struct chart_format x_format, y_format; /* y is printed without sign */
    double from, width;                     /* of the first bin; of each */
    const struct chart_overlap_bin *bins;
    size_t n_bins;
    str x_title;
    str up_label, down_label;      /* above and below the bins: which group it is */
    str before_label, after_label; /* legend of bars and outlines */
};

WARN_UNUSED err chart_overlap(out *o, const struct chart_overlap *c, struct err_info *info);

#endif
