/* SPDX-License-Identifier: EUPL-1.2 */
/* An estimation as plain text: a table for each aggregation, then what it stands on. */
#include "base/real.h"
#include "engine/report/effect_fields_int.h"
#include "engine/report/effect_text_int.h"
#include "engine/report/report.h"
#include "engine/report/text_table_int.h"

#include <math.h>

enum { COLUMNS = 7, DECIMALS_MAX = 6 };

/* Decimals that show a standard error in three digits; without any, the main effect. */
static int decimals_for(const struct effect_result *r)
{
    double smallest = REAL_NAN;
    for (size_t i = 0; i < r->n_estimates; i++) {
        const double se = r->estimates[i].standard_error;
        if (se > 0 && !(se >= smallest))
            smallest = se;
    }
    const struct effect_estimate *overall = effect_overall(r);
    if (isnan(smallest) && overall && overall->estimate != 0)
        smallest = fabs(overall->estimate);
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
    text_end_cell(t);
}

static void put_row(struct text_table *t, const struct effect_estimate *e, int decimals)
{
    const bool has_band = !isnan(e->band_low);

    cell_label(t, e);
    text_put_number(t, e->estimate, decimals);
    text_put_number(t, e->standard_error, decimals);
    text_put_number(t, has_band ? e->band_low : e->ci_low, decimals);
    text_put_number(t, has_band ? e->band_high : e->ci_high, decimals);
    text_put_p(t, e->p);
    if (e->failed)
        text_put_key(t, e->failed);
    else if (e->reference)
        text_put_key(t, "effect.label-reference");
    else
        text_end_cell(t);
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

    err e = text_open(&t, rows, info);
    if (e == OK) {
        text_put_heads(&t, heads);
        for (size_t i = 0; i < r->n_estimates; i++)
            if (r->estimates[i].aggregation == aggregation)
                put_row(&t, &r->estimates[i], decimals);
        e = text_print(&t, titles[aggregation], o, info);
    }
    text_close(&t);
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
    text_end_cell(t);
    text_put_number(t, b->estimate, decimals);
    text_put_number(t, b->weight, 3);
    text_put_key(t, kinds[b->kind]);
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

    err e = text_open(&t, r->n_bacon, info);
    if (e == OK) {
        text_put_heads(&t, heads);
        for (size_t i = 0; i < r->n_bacon; i++)
            put_bacon_row(&t, &r->bacon[i], decimals);
        e = text_print(&t, "effect.title-bacon", o, info);
    }
    text_close(&t);
    return e;
}

static void print_head(out *o, enum lang lang, const struct effect_result *r)
{
    struct msg m;
    msg_set(&m, r->spec.bootstrap ? "effect.says-bootstrap" : "effect.says");
    msg_text(&m, r->spec.outcome);
    msg_text(&m, str_of(effect_method_name(r->spec.method)));
    msg_real(&m, 100 * r->spec.level, 100 * r->spec.level == floor(100 * r->spec.level) ? 0 : 1);
    msg_int(&m, (int64_t)r->spec.bootstrap);
    text_say(o, lang, &m);
}

/* A count as the next value of a sentence. */
void effect_text_counts(struct msg *m, const char *key, const char *key_hidden, const size_t *count,
                        size_t n)
{
    bool any = false;
    for (size_t i = 0; i < n; i++)
        any = any || count[i] == EFFECT_HIDDEN;
    msg_set(m, any ? key_hidden : key);
    for (size_t i = 0; i < n; i++)
        if (count[i] == EFFECT_HIDDEN)
            msg_key(m, "disclosure.not-shown");
        else
            msg_int(m, (int64_t)count[i]);
}

static void print_basis(out *o, enum lang lang, const struct effect_diagnostics *d)
{
    const size_t used[] = {d->n_used, d->n_rows, d->n_treated, d->n_control};
    const size_t clusters[] = {d->n_clusters, d->n_treated_clusters};
    struct msg m;

    out_char(o, '\n');
    effect_text_counts(&m, "effect.basis", "effect.basis-hidden", used, 4);
    text_say(o, lang, &m);
    if (d->n_clusters) {
        effect_text_counts(&m, "effect.basis-clusters", "effect.basis-clusters-hidden", clusters,
                           2);
        text_say(o, lang, &m);
    }
    if (d->pretest_df) {
        msg_set(&m, "effect.basis-pretest");
        msg_real(&m, d->pretest_statistic, 3);
        msg_int(&m, (int64_t)d->pretest_df);
        msg_real(&m, d->pretest_p, 3);
        text_say(o, lang, &m);
    }
}

/* What was withheld, and why. */
static void print_notes(out *o, enum lang lang, const struct released_effect *released)
{
    size_t n;
    const struct msg *note = disclosure_notes(released, &n);
    if (n)
        out_char(o, '\n');
    for (size_t i = 0; i < n; i++)
        text_say(o, lang, &note[i]);
}

err report_effect_text(out *o, enum lang lang, const struct released_effect *released,
                       struct err_info *info)
{
    const struct effect_result *r = disclosure_view(released);
    const int decimals = decimals_for(r);

    print_head(o, lang, r);
    effect_text_design(o, lang, r->teams);
    for (int a = EFFECT_NONE; a <= EFFECT_CALENDAR; a++) {
        const err e = print_aggregation(o, lang, r, (enum effect_aggregation)a, decimals, info);
        if (e != OK)
            return e;
    }
    err e = print_bacon(o, lang, r, decimals, info);
    if (e == OK)
        e = effect_text_balance(o, lang, r, info);
    if (e == OK)
        e = effect_text_units(o, lang, r, info);
    if (e == OK)
        e = effect_text_teams(o, lang, r, decimals, info);
    if (e == OK)
        e = effect_text_honest(o, lang, r, decimals, info);
    if (e != OK)
        return e;
    print_basis(o, lang, &r->diagnostics);
    effect_text_comparison(o, lang, r);
    e = effect_text_looks(o, lang, r, info);
    if (e != OK)
        return e;
    print_notes(o, lang, released);
    return out_error(o, info);
}
