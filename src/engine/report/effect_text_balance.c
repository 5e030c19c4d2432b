/* SPDX-License-Identifier: EUPL-1.2 */
/* How alike the groups are, and who is compared with whom. */
#include "engine/report/effect_fields_int.h"
#include "engine/report/effect_text_int.h"
#include "engine/report/text_table_int.h"

#include <math.h>

enum { BALANCE_COLUMNS = 9 };

/* Groups as they are compared: after weighting, or as they came. */
static void put_balance_row(struct text_table *t, const struct effect_balance *b, bool is_weighted)
{
    enum { DECIMALS = 3 };
    const struct effect_likeness *l = is_weighted ? &b->after : &b->before;

    if (b->covariate.n) {
        out_str(&t->text, b->covariate);
        text_end_cell(t);
    } else {
        text_put_key(t, "effect.label-score");
    }
    text_put_number(t, l->mean_treated, DECIMALS);
    text_put_number(t, l->mean_control, DECIMALS);
    text_put_number(t, b->before.difference, DECIMALS);
    text_put_number(t, b->after.difference, DECIMALS);
    text_put_number(t, l->variance_ratio, DECIMALS);
    text_put_number(t, l->ecdf_mean, DECIMALS);
    text_put_number(t, l->ecdf_max, DECIMALS);
    if (fabs(l->difference) > EFFECT_UNEVEN)
        text_put_key(t, "effect.label-uneven");
    else
        text_end_cell(t);
}

err effect_text_balance(out *o, enum lang lang, const struct effect_result *r,
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
    if (r->n_balance == 0 || !r->comparison)
        return OK;

    err e = text_open(&t, r->n_balance, info);
    if (e == OK) {
        text_put_heads(&t, heads);
        for (size_t i = 0; i < r->n_balance; i++)
            put_balance_row(&t, &r->balance[i], r->comparison->is_weighted);
        e = text_print(&t, "effect.title-balance", o, info);
    }
    text_close(&t);
    return e;
}

/* Pairs have told already what they are worth. Of hidden counts it is not known. */
static void print_worth(out *o, enum lang lang, const struct effect_comparison *c)
{
    struct msg m;

    if (c->n_treated == EFFECT_HIDDEN || c->n_control == EFFECT_HIDDEN)
        return;
    msg_set(&m, "balancing.worth");
    msg_int(&m, (int64_t)c->n_treated);
    msg_real(&m, c->effective_treated, 1);
    msg_int(&m, (int64_t)c->n_control);
    msg_real(&m, c->effective_control, 1);
    text_say(o, lang, &m);
}

static void say_key(out *o, enum lang lang, const char *key)
{
    struct msg m;
    msg_set(&m, key);
    text_say(o, lang, &m);
}

void effect_text_comparison(out *o, enum lang lang, const struct effect_result *r)
{
    const struct effect_comparison *c = r->comparison;
    struct msg m;

    if (!c)
        return;
    if (r->match)
        effect_text_match(o, lang, r);
    if (r->spec.unit.n)
        say_key(o, lang, "panel.alike-when");
    if (!c->is_weighted)
        say_key(o, lang, "panel.alike-unweighted");
    else if (!r->match)
        print_worth(o, lang, c);
    if (c->n_outside && c->n_outside != EFFECT_HIDDEN &&
        r->diagnostics.n_treated != EFFECT_HIDDEN) {
        msg_set(&m, "balancing.outside");
        msg_int(&m, (int64_t)c->n_outside);
        msg_int(&m, (int64_t)r->diagnostics.n_treated);
        text_say(o, lang, &m);
    }
    say_key(o, lang, effect_population_words(r));
}
