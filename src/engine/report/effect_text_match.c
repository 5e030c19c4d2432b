/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/report/effect_text_int.h"

#include "base/real.h"
#include "engine/report/text_table_int.h"

#include <math.h>

enum { COLUMNS = 4, ROWS_MAX = 6 }; /* the last column is empty, so that numbers stand right */

/* NaN for a count that may not be shown, so that nothing follows from it either. */
static double shown(size_t n)
{
    return n == EFFECT_HIDDEN ? REAL_NAN : (double)n;
}

static void put_units(struct text_table *t, const char *label, double treated, double control)
{
    text_put_key(t, label);
    text_put_number(t, treated, 0);
    text_put_number(t, control, 0);
    text_end_cell(t);
}

/* A reason for which nobody was lost needs no row. */
static void put_lost(struct text_table *t, const char *label, double treated, double control)
{
    if (treated != 0 || control != 0)
        put_units(t, label, treated, control);
}

err effect_text_units(out *o, enum lang lang, const struct effect_result *r, struct err_info *info)
{
    static const char *const heads[COLUMNS] = {NULL, "effect.head-mean-treated",
                                               "effect.head-mean-control", NULL};
    const struct effect_match *m = r->match;
    const struct effect_comparison *c = r->comparison;
    struct text_table t = {.lang = lang, .columns = COLUMNS};
    if (!m)
        return OK;

    err e = text_open(&t, ROWS_MAX, info);
    if (e == OK) {
        const double all = shown(r->diagnostics.n_control);
        const double used = shown(c->n_control), alone = shown(m->n_alone_control);
        text_put_heads(&t, heads);
        put_units(&t, "effect.units-all", shown(r->diagnostics.n_treated), all);
        put_lost(&t, "effect.units-alone", shown(m->n_alone), alone);
        put_lost(&t, "effect.units-outside", shown(m->n_outside), 0);
        put_lost(&t, "effect.units-taken", shown(m->n_taken), 0);
        put_lost(&t, "effect.units-unneeded", 0, all - alone - used);
        put_units(&t, "effect.units-used", shown(c->n_treated), used);
        e = text_print(&t, "effect.title-units", o, info);
    }
    text_close(&t);
    return e;
}

void effect_text_match(out *o, enum lang lang, const struct effect_result *r)
{
    const struct effect_match *match = r->match;
    const struct effect_comparison *c = r->comparison;
    const bool by_strata = match->n_pairs == 0;
    const size_t count[] = {by_strata ? match->n_strata : match->n_pairs, c->n_treated,
                            c->n_control};
    struct msg m;

    effect_text_counts(&m, by_strata ? "effect.basis-strata" : "effect.basis-match",
                       by_strata ? "effect.basis-strata-hidden" : "effect.basis-match-hidden",
                       count, 3);
    msg_real(&m, c->effective_control, 1);
    text_say(o, lang, &m);
    if (isnan(match->width))
        return;
    msg_set(&m, "effect.basis-caliper");
    msg_real(&m, match->width, 4);
    text_say(o, lang, &m);
}
