/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/report/effect_text_int.h"
#include "engine/report/text_table_int.h"

#include <math.h>

enum { COLUMNS = 5, MANY = 1000000 };

/* Decimals that show the number in two digits at least. */
static int decimals_of_p(double p)
{
    int decimals = 3;
    for (double size = p * 100; size < 1 && decimals < 6; size *= 10)
        decimals++;
    return decimals;
}

void effect_text_design(out *o, enum lang lang, const struct effect_teams *t)
{
    struct msg m;
    if (!t || isnan(t->smallest_p))
        return;
    const bool is_many = t->n_allocations > MANY;
    msg_set(&m, is_many ? "effect.teams-many" : "effect.teams-smallest");
    msg_int(&m, (int64_t)t->n_treated);
    msg_int(&m, (int64_t)t->n_teams);
    if (!is_many) {
        msg_real(&m, t->smallest_p, decimals_of_p(t->smallest_p));
        msg_int(&m, (int64_t)t->n_allocations);
    }
    text_say(o, lang, &m);
}

/* One way to be sure; the interval is known of the one that counts. */
static void put_row(struct text_table *t, const struct effect_teams *teams, const char *label,
                    enum effect_inference kind, double p, int decimals)
{
    const bool counts = teams->rule == kind;
    if (isnan(p))
        return;
    text_put_key(t, label);
    text_put_p(t, p);
    text_put_number(t, counts ? teams->low : NAN, decimals);
    text_put_number(t, counts ? teams->high : NAN, decimals);
    if (counts)
        text_put_key(t, "effect.label-counts");
    else
        text_end_cell(t);
}

static void say_why(out *o, enum lang lang, const struct effect_teams *t)
{
    struct msg m;
    out_char(o, '\n');
    msg_set(&m, t->why);
    text_say(o, lang, &m);
    if (t->n_tried > 0) {
        msg_set(&m, "effect.teams-tried");
        msg_int(&m, (int64_t)t->n_tried);
        text_say(o, lang, &m);
    }
    if (t->no_low || t->no_high) {
        msg_set(&m, "effect.teams-open");
        text_say(o, lang, &m);
    }
}

err effect_text_teams(out *o, enum lang lang, const struct effect_result *r, int decimals,
                      struct err_info *info)
{
    static const char *const heads[COLUMNS] = {NULL, "effect.head-p", "effect.head-low",
                                               "effect.head-high", NULL};
    enum { KINDS = 3 };
    struct text_table t = {.lang = lang, .columns = COLUMNS};
    const struct effect_teams *teams = r->teams;
    if (!teams)
        return OK;
    err e = text_open(&t, KINDS, info);
    if (e == OK) {
        text_put_heads(&t, heads);
        put_row(&t, teams, "effect.label-analytic", EFFECT_ANALYTIC, teams->p_analytic, decimals);
        put_row(&t, teams, "effect.label-randomisation", EFFECT_RANDOMISATION,
                teams->p_randomisation, decimals);
        put_row(&t, teams, "effect.label-wild", EFFECT_WILD, teams->p_wild, decimals);
        e = text_print(&t, "effect.title-teams", o, info);
    }
    text_close(&t);
    if (e == OK)
        say_why(o, lang, teams);
    return e;
}
