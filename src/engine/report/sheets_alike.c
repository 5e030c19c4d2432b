/* SPDX-License-Identifier: EUPL-1.2 */
/* Who was compared with whom, and how alike they were, as tables. */
#include "engine/report/report_int.h"

/* A table of one analysis for the page, or of all for the files, which say whose a line is. */
struct part {
    const char *key, *title, *title_of; /* title_of: {1} is the outcome */
    size_t (*count)(const struct effect_result *r);
    void (*columns)(struct sheet *t);
    void (*put)(struct sheet *t, const struct report_analysis *a, size_t i);
};

/* ---- balance ---- */

str balance_name(const struct report_view *v, const struct effect_balance *b)
{
    return b->covariate.n ? b->covariate : tr(v->lang, "effect.label-score");
}

static size_t count_balance(const struct effect_result *r)
{
    return r->n_balance;
}

static void balance_columns(struct sheet *t)
{
    sheet_words(t, "covariate", "alike.col-covariate");
    sheet_number(t, "mean_treated_before", "alike.col-mean-treated-before");
    sheet_number(t, "mean_control_before", "alike.col-mean-control-before");
    sheet_number(t, "mean_treated_after", "alike.col-mean-treated-after");
    sheet_number(t, "mean_control_after", "alike.col-mean-control-after");
    sheet_number(t, "difference_before", "alike.col-difference-before");
    sheet_number(t, "difference_after", "alike.col-difference-after");
    sheet_number(t, "variance_ratio_before", "alike.col-variance-before");
    sheet_number(t, "variance_ratio_after", "alike.col-variance-after");
    sheet_number(t, "ecdf_max_before", "alike.col-ecdf-before");
    sheet_number(t, "ecdf_max_after", "alike.col-ecdf-after");
}

static void put_balance(struct sheet *t, const struct report_analysis *a, size_t i)
{
    enum { DECIMALS = 3 };
    const struct effect_balance *b = &disclosure_view(a->result)->balance[i];
    const double number[] = {b->before.mean_treated,   b->before.mean_control,
                             b->after.mean_treated,    b->after.mean_control,
                             b->before.difference,     b->after.difference,
                             b->before.variance_ratio, b->after.variance_ratio,
                             b->before.ecdf_max,       b->after.ecdf_max};
    sheet_put(t, html_from_str(balance_name(t->v, b)));
    for (size_t j = 0; j < sizeof number / sizeof *number; j++)
        sheet_put(t, html_number(number[j], DECIMALS));
}

static const struct part balance = {"balance",     "alike.table-balance", "alike.table-balance-of",
                                    count_balance, balance_columns,       put_balance};

/* ---- overlap ---- */

static size_t count_overlap(const struct effect_result *r)
{
    return r->n_overlap;
}

static void overlap_columns(struct sheet *t)
{
    sheet_number(t, "from", "alike.col-score-from");
    sheet_number(t, "to", "alike.col-score-to");
    sheet_number(t, "treated", "report.col-treated");
    sheet_number(t, "control", "report.col-control");
    sheet_number(t, "share_treated_after", "alike.col-share-treated");
    sheet_number(t, "share_control_after", "alike.col-share-control");
}

static void put_overlap(struct sheet *t, const struct report_analysis *a, size_t i)
{
    const struct effect_overlap *o = &disclosure_view(a->result)->overlap[i];
    sheet_put(t, html_percent(o->from, 0));
    sheet_put(t, html_percent(o->to, 0));
    sheet_put(t, cell_count(t->v, o->n_treated));
    sheet_put(t, cell_count(t->v, o->n_control));
    sheet_put(t, html_percent(o->share_treated, 1));
    sheet_put(t, html_percent(o->share_control, 1));
}

static const struct part overlap = {"overlap",     "alike.table-overlap", "alike.table-overlap-of",
                                    count_overlap, overlap_columns,       put_overlap};

/* ---- who is compared with whom ---- */

static size_t count_comparison(const struct effect_result *r)
{
    return r->comparison != NULL;
}

static void comparison_columns(struct sheet *t)
{
    sheet_words(t, "population", "alike.col-population");
    sheet_number(t, "treated", "report.col-treated");
    sheet_number(t, "control", "report.col-control");
    sheet_number(t, "effective_treated", "alike.col-effective-treated");
    sheet_number(t, "effective_control", "alike.col-effective-control");
    sheet_number(t, "outside", "alike.col-outside");
    sheet_number(t, "uneven", "alike.col-uneven");
    sheet_number(t, "pairs", "alike.col-pairs");
    sheet_number(t, "lost", "alike.col-treated-lost");
}

static void put_comparison(struct sheet *t, const struct report_analysis *a, size_t i)
{
    (void)i;
    const struct effect_result *r = disclosure_view(a->result);
    const struct effect_comparison *c = r->comparison;
    const struct html_value none = html_number(REAL_NAN, 0);
    const size_t n = r->diagnostics.n_treated;
    const bool knows = n != EFFECT_HIDDEN && c->n_treated != EFFECT_HIDDEN;
    sheet_put(t, html_from_cstr(effect_population_name(c->population)));
    sheet_put(t, cell_count(t->v, c->n_treated));
    sheet_put(t, cell_count(t->v, c->n_control));
    sheet_put(t, html_number(c->effective_treated, 1));
    sheet_put(t, html_number(c->effective_control, 1));
    sheet_put(t, cell_count(t->v, c->n_outside));
    sheet_put(t, html_from_size(c->n_uneven));
    sheet_put(t, r->match ? cell_count(t->v, r->match->n_pairs) : none);
    sheet_put(t, knows ? html_from_size(n - c->n_treated) : none);
}

static const struct part comparison = {
    "comparison",     "alike.table-comparison", "alike.table-comparison",
    count_comparison, comparison_columns,       put_comparison};

/* ---- what a two-way estimate averages ---- */

static size_t count_bacon(const struct effect_result *r)
{
    return r->n_bacon;
}

static void bacon_columns(struct sheet *t)
{
    sheet_words(t, "kind", "alike.col-bacon-kind");
    sheet_number(t, "group", "report.col-group");
    sheet_number(t, "compared_with", "alike.col-compared-with");
    sheet_number(t, "estimate", "report.col-estimate");
    sheet_number(t, "weight", "alike.col-weight");
}

static void put_bacon(struct sheet *t, const struct report_analysis *a, size_t i)
{
    static const char *const kinds[] = {"effect.bacon-never", "effect.bacon-not-yet",
                                        "effect.bacon-already", "effect.bacon-always"};
    const struct effect_bacon *b = &disclosure_view(a->result)->bacon[i];
    sheet_put(t, html_key(kinds[b->kind]));
    sheet_put(t, cell_period(b->treated));
    sheet_put(t, cell_period(b->control));
    sheet_put(t, outcome_signed(t->v, a->outcome, b->estimate));
    sheet_put(t, html_percent(b->weight, 1));
}

static const struct part bacon = {"bacon",     "alike.table-bacon", "alike.table-bacon-of",
                                  count_bacon, bacon_columns,       put_bacon};

/* ---- all ---- */

static size_t count_of(const struct part *p, const struct report_analysis *a)
{
    return a->result ? p->count(disclosure_view(a->result)) : 0;
}

/* Nothing when no analysis has such lines. */
static void add(struct report_view *v, const struct part *p)
{
    size_t rows = 0;
    for (size_t i = 0; i < v->in->n_analyses; i++)
        rows += count_of(p, &v->in->analyses[i]);
    if (rows == 0)
        return;
    struct sheet *t = sheet_new(v, p->key, tr(v->lang, p->title));
    sheet_words(t, "outcome", "report.col-outcome");
    sheet_words(t, "analysis", "report.col-analysis");
    if (!t)
        return;
    p->columns(t);
    for (size_t i = 0; i < v->in->n_analyses; i++) {
        const struct report_analysis *a = &v->in->analyses[i];
        for (size_t j = 0; j < count_of(p, a); j++) {
            sheet_put(t, html_from_str(view_text(v, v->in->outcomes[a->outcome].label)));
            sheet_put(t, html_from_str(analysis_label(v, a)));
            p->put(t, a, j);
        }
    }
    v->sheets[v->n_sheets++] = t;
}

void sheets_add_alike(struct report_view *v)
{
    add(v, &comparison);
    add(v, &balance);
    add(v, &overlap);
    add(v, &bacon);
}

static struct sheet *of_one(struct report_view *v, const struct part *p,
                            const struct report_analysis *a)
{
    const str label = view_text(v, v->in->outcomes[a->outcome].label);
    struct sheet *t = sheet_new(v, p->key, SAY(v, p->title_of, html_from_str(label)));
    if (!t)
        return NULL;
    t->id = SAY(v, "{1}-{2}", html_from_cstr(p->key), html_from_size(a->outcome));
    p->columns(t);
    for (size_t j = 0; j < count_of(p, a); j++)
        p->put(t, a, j);
    return t;
}

struct sheet *sheet_balance(struct report_view *v, const struct report_analysis *a)
{
    return of_one(v, &balance, a);
}

struct sheet *sheet_overlap(struct report_view *v, const struct report_analysis *a)
{
    return of_one(v, &overlap, a);
}

struct sheet *sheet_bacon(struct report_view *v, const struct report_analysis *a)
{
    return of_one(v, &bacon, a);
}
