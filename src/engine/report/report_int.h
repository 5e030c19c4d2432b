/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * report_int: what the parts of the report share. A view is one report being
 * written in one language; tables are made once per view and then written as
 * HTML, JSON, CSV and Excel; words choose sentences by the numbers.
 */
#ifndef ONTSCHOT_ENGINE_REPORT_INT_H
#define ONTSCHOT_ENGINE_REPORT_INT_H

#include "base/html.h"
#include "base/real.h"
#include "engine/report/report.h"

/* ---- view ---- */

enum { REPORT_SHEETS_MAX = 32 };

struct report_view {
    const struct report_input *in;
    enum lang lang;
    arena *a;
    bool no_memory; /* sticky; checked at the end */
    str answer;
    struct err_info chart_error; /* the first failure of a chart other than "nothing to draw" */
    struct sheet *sheets[REPORT_SHEETS_MAX];
    size_t n_sheets;
};

/* Checks the input and makes all tables. view_close must follow, also after an error. */
WARN_UNUSED err view_open(struct report_view *v, enum lang lang, const struct report_input *in,
                          struct err_info *info);
/* The failure of view or output, if any. */
WARN_UNUSED err view_error(const struct report_view *v, const out *o, struct err_info *info);
void view_close(struct report_view *v);

/* The text in the view's language, else in the other. */
str view_text(const struct report_view *v, const str text[LANG_COUNT]);
str view_unit(const struct report_view *v); /* "person" when none was given */
str view_period(const struct report_view *v, bool many);

/* A translation filled in, in the view's arena. */
str view_say(struct report_view *v, const char *key, const struct html_value *values, size_t n);
#define SAY(v, key, ...)                                                                           \
    view_say(v, key, (const struct html_value[]){__VA_ARGS__},                                     \
             sizeof((const struct html_value[]){__VA_ARGS__}) / sizeof(struct html_value))

/* ---- outcomes ---- */

/* Decimals that show the uncertainty in two digits: 0 to 6. */
int outcome_decimals(const struct report_view *v, size_t outcome);
/* "€ 1.160" or "−0,042" */
struct html_value outcome_value(const struct report_view *v, size_t outcome, double x);
struct html_value outcome_signed(const struct report_view *v, size_t outcome, double x);
/* The same with its unit: "€ 1.160 per household" */
str outcome_amount(struct report_view *v, size_t outcome, struct html_value value);

/* The main analysis of an outcome, or NULL. */
const struct report_analysis *main_analysis(const struct report_view *v, size_t outcome);
/* The one number a result comes down to, or NULL. */
const struct effect_estimate *overall(const struct effect_result *r);
bool is_panel(const struct effect_result *r);

/* The main analysis of the main outcome when it tells how alike the groups were, or NULL. */
const struct report_analysis *report_alike(const struct report_view *v);

str analysis_label(const struct report_view *v, const struct report_analysis *a);

/* ---- tables ---- */

struct sheet_head {
    const char *key; /* machine name */
    str name;
    bool is_text;
    bool is_balance; /* amounts are gains and losses, and coloured so */
};

struct sheet {
    const char *key; /* machine name, also the sheet's */
    str id;          /* of its caption: unique on the page */
    str title;
    struct report_view *v;
    struct sheet_head *columns;
    size_t n_columns;
    struct html_value *cells; /* row by row; a row's first cell names it */
    size_t n_cells, cap_cells;
    size_t n_total_rows; /* the last ones */
};

enum { SHEET_COLUMNS_MAX = SCBA_PAYERS_MAX + 24 };

static inline size_t sheet_n_rows(const struct sheet *t)
{
    return t->n_columns ? t->n_cells / t->n_columns : 0;
}

/* NULL when memory is out; the functions below then do nothing. */
struct sheet *sheet_new(struct report_view *v, const char *key, str title);
void sheet_column(struct sheet *t, const char *key, str name, bool is_text);
/* The usual column: its name is the message "report.col-<key>". */
void sheet_number(struct sheet *t, const char *key, const char *name_key);
void sheet_words(struct sheet *t, const char *key, const char *name_key);
void sheet_put(struct sheet *t, struct html_value cell);
struct sheet *sheet_find(const struct report_view *v, const char *key); /* or NULL */

/*
 * For the page: a line per column and a column per row, which reads better when
 * there are few rows. The first two columns, words, become the heads. The sheet
 * itself when it has more rows than fit or memory is out.
 */
const struct sheet *sheet_turned(struct report_view *v, const struct sheet *t);

struct html_value cell_empty(void);
/* A count, or that it is not shown. */
struct html_value cell_count(const struct report_view *v, size_t n);
struct html_value cell_period(double period); /* a whole number without grouping; NaN: empty */
bool cell_is_number(const struct html_value *cell);
double cell_number(const struct html_value *cell);

/* Analyses of an outcome, or of all, with the roles that are bits 1u << role. */
#define ANY_OUTCOME ((size_t)-1)
#define ANY_ROLE    (~0u)
#define MAIN_ROLE   (1u << REPORT_MAIN)
size_t analyses_of(struct report_view *v, size_t outcome, unsigned roles,
                   const struct report_analysis ***list);

/* One line for each analysis; a remark is added when one of them failed. */
enum { SHEET_OUTCOME = 1, SHEET_ANALYSIS = 2, SHEET_REMARK = 4 };
struct sheet *sheet_effects(struct report_view *v, const struct report_analysis *const *list,
                            size_t n, unsigned columns);

/* Estimates of one aggregation, for the page. */
struct sheet *sheet_aggregation(struct report_view *v, const struct report_analysis *a,
                                enum effect_aggregation aggregation);

/* How alike the groups of an analysis were, and what a two-way estimate averages. */
struct sheet *sheet_balance(struct report_view *v, const struct report_analysis *a);
struct sheet *sheet_overlap(struct report_view *v, const struct report_analysis *a);
struct sheet *sheet_bacon(struct report_view *v, const struct report_analysis *a);
/* A covariate, or the propensity score, which has no name in the data. */
str balance_name(const struct report_view *v, const struct effect_balance *b);

void sheets_add_effects(struct report_view *v);
void sheets_add_alike(struct report_view *v);
void sheets_add_looks(struct report_view *v);

/* Why an analysis has no number, in words; empty when it has one. */
struct html_value analysis_remark(const struct report_view *v, const struct report_analysis *a);

/* A negative control should be 0; whether it is not, beyond chance. */
bool look_is_control(const struct effect_look *look);
bool look_finds_something(const struct effect_look *look);
void sheets_add_scba(struct report_view *v);
void sheets_add_record(struct report_view *v);

/* ---- words ---- */

enum verdict { VERDICT_FAILED, VERDICT_UNSURE, VERDICT_LOWER, VERDICT_HIGHER };

/* The words for chances and what they mean, from certain to even; the page shows them. */
struct chance_range {
    double from, to;
    const char *words;
};
extern const struct chance_range chance_ranges[];
extern const size_t n_chance_ranges;

const char *method_words(const struct effect_result *r);
const char *errors_words(const struct effect_result *r);
str break_even_words(struct report_view *v);

enum verdict verdict_of(const struct effect_estimate *e);
/* Message key of a chance of one half or more: "report.chance-likely" is 80 to 95 %. */
const char *chance_words(double chance);
/* Whether society gains: what is neither likely nor unlikely, 40 to 60 %, is VERDICT_UNSURE. */
enum verdict verdict_on_society(const struct scba_result *r);
/* Message key of how sure that is: a chance, or that it follows from fixed assumptions. */
const char *society_words(const struct scba_result *r);
str words_answer(struct report_view *v);
size_t count_words(str s);

/* A paragraph with its first words in bold. */
struct report_point {
    str head, body;
};
enum { REPORT_POINTS_MAX = 24 };
struct report_points {
    struct report_point p[REPORT_POINTS_MAX];
    size_t n;
};

void words_in_short(struct report_view *v, struct report_points *points);
void words_certainty(struct report_view *v, struct report_points *points);
void words_limits(struct report_view *v, struct report_points *points);
/* Whom the effect is about, who was left out and why; heads are empty. */
void words_alike(struct report_view *v, const struct effect_result *r,
                 struct report_points *points);

/* Titles of charts that state what they show. */
str title_waterfall(struct report_view *v);
str title_event_study(struct report_view *v, const struct report_analysis *a);
str title_cash(struct report_view *v);
str title_tornado(struct report_view *v);
str title_forest(struct report_view *v, size_t outcome);

str party_name(const struct report_view *v, size_t party);
str item_name(const struct report_view *v, size_t item);
/* A discount rate is shown as a percentage, money as money, anything else as a number. */
struct html_value bar_value(const struct report_view *v, const struct scba_tornado_bar *b,
                            double value);
str bar_name(const struct report_view *v, const struct scba_tornado_bar *b);
struct html_value money(const struct report_view *v, double x);
struct html_value money_signed(const struct report_view *v, double x);

/* ---- the page (templates) ---- */

extern const str report_theme;

void report_page(struct html *h, struct report_view *v, const struct report_links *links);
void report_page_index(struct html *h, str other_href, const struct report_index_entry *e,
                       size_t n);
void report_part_head(struct html *h, str title, str other_href);
void report_part_foot(struct html *h, str version);
void report_part_effect(struct html *h, struct report_view *v); /* of the main outcome */
void report_part_bacon(struct html *h, struct report_view *v, const struct report_analysis *a);
void report_part_alike(struct html *h, struct report_view *v); /* may have nothing to say */
void report_part_others(struct html *h, struct report_view *v);
void report_part_scba(struct html *h, struct report_view *v);
void report_part_record(struct html *h, struct report_view *v, const struct report_links *links);
void report_part_table(struct html *h, const struct sheet *t);
void report_part_more(struct html *h, const struct sheet *t); /* NULL or empty: nothing */

/* A chart with what it shows, how, and its numbers. */
struct report_figure {
    str id, title, sub;
    safe_html svg;
    const struct sheet *table; /* may be NULL */
};
void report_part_figure(struct html *h, const struct report_figure *f);

/* What stands beside the answer: the first outcome over time, else its computations in a row. */
enum report_first { REPORT_FIRST_NONE, REPORT_FIRST_EVENT, REPORT_FIRST_FOREST };
enum report_first report_first_figure(const struct report_view *v);
bool report_has_forest(const struct report_view *v, size_t outcome); /* more than one computation */
bool report_has_others(const struct report_view *v); /* figures of outcomes behind the first */

/* Each writes nothing when there is nothing to draw. */
void report_chart_event(struct html *h, struct report_view *v, size_t outcome);
void report_chart_forest(struct html *h, struct report_view *v, size_t outcome);
void report_chart_love(struct html *h, struct report_view *v, const struct report_analysis *a);
void report_chart_overlap(struct html *h, struct report_view *v, const struct report_analysis *a);
void report_chart_honest(struct html *h, struct report_view *v, size_t outcome);
void report_chart_histogram(struct html *h, struct report_view *v);
void report_chart_waterfall(struct html *h, struct report_view *v);
void report_chart_cash(struct html *h, struct report_view *v);
void report_chart_tornado(struct html *h, struct report_view *v);

#endif
