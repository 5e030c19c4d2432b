/* SPDX-License-Identifier: EUPL-1.2 */
/* An estimation as plain text: a table for each aggregation, then what it stands on. */
#include "base/real.h"
#include "engine/report/effect_fields_int.h"
#include "engine/report/report.h"

#include <math.h>

enum { COLUMNS = 7, BALANCE_COLUMNS = 9, COLUMNS_MAX = 9, DECIMALS_MAX = 6, GAP = 2 };

/* A table under construction. Cells lie behind each other in `text`. */
struct text_table {
    enum lang lang;
    bool has_dates;
    size_t columns;
    out text;
    size_t *end; /* of each cell in text */
    size_t n, cap;
    bool no_memory;
    arena *memory;
    size_t width[COLUMNS_MAX];
};

/* Characters on the screen: code points, as our texts hold no combining or wide ones. */
static size_t width_of(str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

static str cell_at(const struct text_table *t, size_t i)
{
    return str_cut(out_view(&t->text), i ? t->end[i - 1] : 0, t->end[i]);
}

/* Ends the cell that was being written. */
static void cell_end(struct text_table *t)
{
    if (t->n == t->cap) {
        t->no_memory = true;
        return;
    }
    t->end[t->n] = t->text.n;
    const size_t width = width_of(cell_at(t, t->n));
    size_t *widest = &t->width[t->n++ % t->columns];
    *widest = width > *widest ? width : *widest;
}

static void cell_key(struct text_table *t, const char *key)
{
    out_str(&t->text, tr(t->lang, key));
    cell_end(t);
}

static void cell_number(struct text_table *t, double v, int decimals)
{
    tr_number(&t->text, t->lang, v, decimals);
    cell_end(t);
}

static void print_spaces(out *o, size_t n)
{
    while (n-- > 0)
        out_char(o, ' ');
}

/* The first column and remarks to the left, numbers between them to the right. */
static void print_cell(const struct text_table *t, size_t i, out *o)
{
    const str cell = cell_at(t, i);
    const size_t column = i % t->columns, pad = t->width[column] - width_of(cell);
    const bool is_label = column == 0, is_remark = column == t->columns - 1;

    if (!is_remark || cell.n)
        print_spaces(o, GAP + (is_label || is_remark ? 0 : pad));
    out_str(o, cell);
    if (is_label)
        print_spaces(o, pad);
    if (is_remark)
        out_char(o, '\n');
}

/* Decimals that show a standard error in three digits. */
static int decimals_for(const struct effect_result *r)
{
    double smallest = REAL_NAN;
    for (size_t i = 0; i < r->n_estimates; i++) {
        const double se = r->estimates[i].standard_error;
        if (se > 0 && !(se >= smallest))
            smallest = se;
    }
    int decimals = 0;
    for (double size = smallest; size < 100 && decimals < DECIMALS_MAX; size *= 10)
        decimals++;
    return decimals;
}

/* What one row is about. Periods are written without grouping, dates as in the data. */
static void cell_label(struct text_table *t, const struct effect_estimate *e)
{
    char text[2][EFFECT_PERIOD_TEXT_MAX];
    const str group = effect_period_print(e->group, t->has_dates, text[0]);
    const str time = effect_period_print(e->time, t->has_dates, text[1]);

    out_str(&t->text, group);
    if (group.n && time.n)
        out_cstr(&t->text, " / ");
    out_str(&t->text, time);
    if (!group.n && !time.n) {
        const bool has_event = !isnan(e->event_time);
        out_str(&t->text, tr(t->lang, has_event ? "effect.label-event" : "effect.label-overall"));
        if (has_event) {
            out_cstr(&t->text, e->event_time > 0 ? " +" : " ");
            tr_number(&t->text, t->lang, e->event_time, 0);
        }
    }
    cell_end(t);
}

/* Never "0.000": no result is that sure. */
static void cell_p(struct text_table *t, double p)
{
    if (p < 0.001)
        out_cstr(&t->text, "< ");
    cell_number(t, p < 0.001 ? 0.001 : p, 3);
}

static void put_row(struct text_table *t, const struct effect_estimate *e, int decimals)
{
    const bool has_band = !isnan(e->band_low);

    cell_label(t, e);
    cell_number(t, e->estimate, decimals);
    cell_number(t, e->standard_error, decimals);
    cell_number(t, has_band ? e->band_low : e->ci_low, decimals);
    cell_number(t, has_band ? e->band_high : e->ci_high, decimals);
    cell_p(t, e->p);
    if (e->failed)
        cell_key(t, e->failed);
    else if (e->reference)
        cell_key(t, "effect.label-reference");
    else
        cell_end(t);
}

static void put_heads(struct text_table *t, const char *const *heads)
{
    for (size_t c = 0; c < t->columns; c++) {
        if (heads[c])
            cell_key(t, heads[c]);
        else
            cell_end(t);
    }
}

/* Room for a head and `rows` rows; close_table frees it, also after an error. */
static err open_table(struct text_table *t, size_t rows, struct err_info *info)
{
    t->cap = (rows + 1) * t->columns;
    t->memory = arena_new(SIZE_MAX);
    t->end = t->memory ? ARENA_NEW(t->memory, size_t, t->cap) : NULL;
    out_init(&t->text, REPORT_BYTES_MAX);
    return t->end ? OK : err_nomem(info);
}

static void close_table(struct text_table *t)
{
    out_free(&t->text);
    arena_free(t->memory);
}

static err print_table(const struct text_table *t, const char *title, out *o, struct err_info *info)
{
    const err e = t->no_memory ? err_nomem(info) : out_error(&t->text, info);
    if (e != OK)
        return e;
    out_char(o, '\n');
    out_str(o, tr(t->lang, title));
    out_char(o, '\n');
    for (size_t i = 0; i < t->n; i++)
        print_cell(t, i, o);
    return OK;
}

static err print_aggregation(out *o, enum lang lang, const struct effect_result *r,
                             enum effect_aggregation aggregation, int decimals,
                             struct err_info *info)
{
    static const char *const titles[] = {"effect.title-none",   "effect.title-group-time",
                                         "effect.title-simple", "effect.title-dynamic",
                                         "effect.title-group",  "effect.title-calendar"};
    static const char *const heads[COLUMNS] = {NULL,
                                               "effect.head-estimate",
                                               "effect.head-error",
                                               "effect.head-low",
                                               "effect.head-high",
                                               "effect.head-p",
                                               NULL};
    struct text_table t = {.lang = lang, .has_dates = r->has_dates, .columns = COLUMNS};
    size_t rows = 0;
    for (size_t i = 0; i < r->n_estimates; i++)
        rows += r->estimates[i].aggregation == aggregation;
    if (rows == 0)
        return OK;

    err e = open_table(&t, rows, info);
    if (e == OK) {
        put_heads(&t, heads);
        for (size_t i = 0; i < r->n_estimates; i++)
            if (r->estimates[i].aggregation == aggregation)
                put_row(&t, &r->estimates[i], decimals);
        e = print_table(&t, titles[aggregation], o, info);
    }
    close_table(&t);
    return e;
}

/* What a two-way estimate averages: who with whom, the effect, its weight, of which kind. */
static void put_bacon_row(struct text_table *t, const struct effect_bacon *b, int decimals)
{
    static const char *const kinds[] = {"effect.bacon-never", "effect.bacon-not-yet",
                                        "effect.bacon-already", "effect.bacon-always"};
    char text[EFFECT_PERIOD_TEXT_MAX];

    out_str(&t->text, effect_period_print(b->treated, t->has_dates, text));
    out_cstr(&t->text, " / ");
    if (b->kind == EFFECT_BACON_NEVER)
        out_str(&t->text, tr(t->lang, "effect.bacon-label-never"));
    else
        out_str(&t->text, effect_period_print(b->control, t->has_dates, text));
    cell_end(t);
    cell_number(t, b->estimate, decimals);
    cell_number(t, b->weight, 3);
    cell_key(t, kinds[b->kind]);
}

static err print_bacon(out *o, enum lang lang, const struct effect_result *r, int decimals,
                       struct err_info *info)
{
    enum { BACON_COLUMNS = 4 };
    static const char *const heads[BACON_COLUMNS] = {NULL, "effect.head-estimate",
                                                     "effect.bacon-weight", NULL};
    struct text_table t = {.lang = lang, .has_dates = r->has_dates, .columns = BACON_COLUMNS};
    if (r->n_bacon == 0)
        return OK;

    err e = open_table(&t, r->n_bacon, info);
    if (e == OK) {
        put_heads(&t, heads);
        for (size_t i = 0; i < r->n_bacon; i++)
            put_bacon_row(&t, &r->bacon[i], decimals);
        e = print_table(&t, "effect.title-bacon", o, info);
    }
    close_table(&t);
    return e;
}

static void put_balance_row(struct text_table *t, const struct effect_balance *b)
{
    enum { DECIMALS = 3 };

    if (b->covariate.n) {
        out_str(&t->text, b->covariate);
        cell_end(t);
    } else {
        cell_key(t, "effect.label-score");
    }
    cell_number(t, b->after.mean_treated, DECIMALS);
    cell_number(t, b->after.mean_control, DECIMALS);
    cell_number(t, b->before.difference, DECIMALS);
    cell_number(t, b->after.difference, DECIMALS);
    cell_number(t, b->after.variance_ratio, DECIMALS);
    cell_number(t, b->after.ecdf_mean, DECIMALS);
    cell_number(t, b->after.ecdf_max, DECIMALS);
    if (fabs(b->after.difference) > EFFECT_UNEVEN)
        cell_key(t, "effect.label-uneven");
    else
        cell_end(t);
}

static err print_balance(out *o, enum lang lang, const struct effect_result *r,
                         struct err_info *info)
{
    static const char *const heads[BALANCE_COLUMNS] = {NULL,
                                                       "effect.head-mean-treated",
                                                       "effect.head-mean-control",
                                                       "effect.head-before",
                                                       "effect.head-after",
                                                       "effect.head-variance-ratio",
                                                       "effect.head-ecdf-mean",
                                                       "effect.head-ecdf-max",
                                                       NULL};
    struct text_table t = {.lang = lang, .columns = BALANCE_COLUMNS};
    if (r->n_balance == 0)
        return OK;

    err e = open_table(&t, r->n_balance, info);
    if (e == OK) {
        put_heads(&t, heads);
        for (size_t i = 0; i < r->n_balance; i++)
            put_balance_row(&t, &r->balance[i]);
        e = print_table(&t, "effect.title-balance", o, info);
    }
    close_table(&t);
    return e;
}

static void say(out *o, enum lang lang, const struct msg *m)
{
    tr_msg(o, lang, m);
    out_char(o, '\n');
}

static void print_head(out *o, enum lang lang, const struct effect_result *r)
{
    struct msg m;
    msg_set(&m, r->spec.bootstrap ? "effect.says-bootstrap" : "effect.says");
    msg_text(&m, r->spec.outcome);
    msg_text(&m, str_of(effect_method_name(r->spec.method)));
    msg_real(&m, 100 * r->spec.level, 100 * r->spec.level == floor(100 * r->spec.level) ? 0 : 1);
    msg_int(&m, (int64_t)r->spec.bootstrap);
    say(o, lang, &m);
}

static void print_basis(out *o, enum lang lang, const struct effect_diagnostics *d)
{
    struct msg m;

    out_char(o, '\n');
    msg_set(&m, "effect.basis");
    msg_int(&m, (int64_t)d->n_used);
    msg_int(&m, (int64_t)d->n_rows);
    msg_int(&m, (int64_t)d->n_treated);
    msg_int(&m, (int64_t)d->n_control);
    say(o, lang, &m);
    if (d->n_clusters) {
        msg_set(&m, "effect.basis-clusters");
        msg_int(&m, (int64_t)d->n_clusters);
        msg_int(&m, (int64_t)d->n_treated_clusters);
        say(o, lang, &m);
    }
    if (d->pretest_df) {
        msg_set(&m, "effect.basis-pretest");
        msg_real(&m, d->pretest_statistic, 3);
        msg_int(&m, (int64_t)d->pretest_df);
        msg_real(&m, d->pretest_p, 3);
        say(o, lang, &m);
    }
}

static void print_match(out *o, enum lang lang, const struct effect_match *match)
{
    struct msg m;

    msg_set(&m, "effect.basis-match");
    msg_int(&m, (int64_t)match->n_pairs);
    msg_int(&m, (int64_t)match->n_treated);
    msg_int(&m, (int64_t)match->n_control);
    msg_real(&m, match->effective_control, 1);
    say(o, lang, &m);
    if (isnan(match->width))
        return;
    msg_set(&m, "effect.basis-caliper");
    msg_real(&m, match->width, 4);
    say(o, lang, &m);
}

err report_effect_text(out *o, enum lang lang, const struct effect_result *r, struct err_info *info)
{
    const int decimals = decimals_for(r);

    print_head(o, lang, r);
    for (int a = EFFECT_NONE; a <= EFFECT_CALENDAR; a++) {
        const err e = print_aggregation(o, lang, r, (enum effect_aggregation)a, decimals, info);
        if (e != OK)
            return e;
    }
    err e = print_bacon(o, lang, r, decimals, info);
    if (e == OK)
        e = print_balance(o, lang, r, info);
    if (e != OK)
        return e;
    print_basis(o, lang, &r->diagnostics);
    if (r->match)
        print_match(o, lang, r->match);
    return out_error(o, info);
}
