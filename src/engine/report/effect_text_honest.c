/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/report/effect_text_int.h"
#include "engine/report/text_table_int.h"

#include <math.h>

static void put_m(struct text_table *t, double m, int decimals)
{
    out_cstr(&t->text, "M = ");
    tr_number(&t->text, t->lang, m, decimals);
    text_end_cell(t);
}

static err print_sets(out *o, enum lang lang, const struct effect_result *r, int decimals,
                      struct err_info *info)
{
    enum { COLUMNS = 4 };
    static const char *const heads[COLUMNS] = {NULL, "effect.head-low", "effect.head-high", NULL};
    const bool is_smooth = r->spec.honesty == EFFECT_SMOOTH;
    struct text_table t = {.lang = lang, .columns = COLUMNS};

    err e = text_open(&t, r->n_honest + 1, info);
    if (e == OK) {
        text_put_heads(&t, heads);
        text_put_key(&t, "effect.label-parallel");
        text_put_number(&t, r->honesty->low, decimals);
        text_put_number(&t, r->honesty->high, decimals);
        text_end_cell(&t);
        for (size_t i = 0; i < r->n_honest; i++) {
            put_m(&t, r->honest[i].m, is_smooth ? decimals : 2);
            text_put_number(&t, r->honest[i].low, decimals);
            text_put_number(&t, r->honest[i].high, decimals);
            text_end_cell(&t);
        }
        e = text_print(&t, is_smooth ? "effect.title-smooth" : "effect.title-relative", o, info);
    }
    text_close(&t);
    return e;
}

static void print_breakdown(out *o, enum lang lang, const struct effect_result *r, int decimals)
{
    const bool is_smooth = r->spec.honesty == EFFECT_SMOOTH;
    const struct effect_honesty_summary *h = r->honesty;
    struct msg m;

    if (isnan(h->breakdown))
        msg_set(&m, h->low <= 0 && h->high >= 0 ? "effect.breakdown-never"
                                                : "effect.breakdown-straight");
    else if (h->is_beyond)
        msg_set(&m, "effect.breakdown-beyond");
    else
        msg_set(&m, is_smooth ? "effect.breakdown-smooth" : "effect.breakdown-relative");
    msg_real(&m, h->breakdown, is_smooth ? decimals : 2);
    text_say(o, lang, &m);
}

static err print_trends(out *o, enum lang lang, const struct effect_result *r, int decimals,
                        struct err_info *info)
{
    enum { COLUMNS = 6 };
    static const char *const heads[COLUMNS] = {NULL,
                                               "effect.head-power",
                                               "effect.head-slope",
                                               "effect.head-bias",
                                               "effect.head-bias-unseen",
                                               NULL};
    static const char *const rules[] = {"effect.label-joint", "effect.label-each"};
    struct text_table t = {.lang = lang, .columns = COLUMNS};

    err e = text_open(&t, r->n_trends, info);
    if (e == OK) {
        text_put_heads(&t, heads);
        for (size_t i = 0; i < r->n_trends; i++) {
            const struct effect_trend *trend = &r->trends[i];
            text_put_key(&t, rules[trend->rule]);
            text_put_number(&t, trend->power, 2);
            text_put_number(&t, trend->slope, decimals);
            text_put_number(&t, trend->bias, decimals);
            text_put_number(&t, trend->bias_unseen, decimals);
            text_end_cell(&t);
        }
        e = text_print(&t, "effect.title-trends", o, info);
    }
    text_close(&t);
    return e;
}

err effect_text_honest(out *o, enum lang lang, const struct effect_result *r, int decimals,
                       struct err_info *info)
{
    err e = OK;
    if (r->honesty && r->n_honest) {
        e = print_sets(o, lang, r, decimals, info);
        if (e == OK)
            print_breakdown(o, lang, r, decimals);
    }
    if (e == OK && r->n_trends)
        e = print_trends(o, lang, r, decimals, info);
    return e;
}
