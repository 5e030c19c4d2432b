/* SPDX-License-Identifier: EUPL-1.2 */
/* Whom the effect is about, who was left out and why, in words. */
#include "engine/report/effect_fields_int.h"
#include "engine/report/report_int.h"

static void add(struct report_points *points, str body)
{
    if (points->n < REPORT_POINTS_MAX && body.n)
        points->p[points->n++] = (struct report_point){STR(""), body};
}

/* A count of persons, of so many; nothing when there are none or it may not be shown. */
static void add_count(struct report_view *v, struct report_points *points, const char *key,
                      size_t n, size_t of)
{
    if (n && n != EFFECT_HIDDEN && of != EFFECT_HIDDEN)
        add(points, SAY(v, key, html_from_size(n), html_from_size(of)));
}

static void say_pairs(struct report_view *v, const struct effect_result *r,
                      struct report_points *points)
{
    const struct effect_match *m = r->match;
    const struct effect_comparison *c = r->comparison;
    const bool by_strata = m->n_pairs == 0;
    const size_t n = by_strata ? m->n_strata : m->n_pairs;
    if (n == EFFECT_HIDDEN || c->n_treated == EFFECT_HIDDEN || c->n_control == EFFECT_HIDDEN)
        return;
    add(points, SAY(v, by_strata ? "effect.basis-strata" : "effect.basis-match", html_from_size(n),
                    html_from_size(c->n_treated), html_from_size(c->n_control),
                    html_number(c->effective_control, 1)));
}

static void say_weights(struct report_view *v, const struct effect_comparison *c,
                        struct report_points *points)
{
    if (c->n_treated == EFFECT_HIDDEN || c->n_control == EFFECT_HIDDEN)
        return;
    add(points, SAY(v, "balancing.worth", html_from_size(c->n_treated),
                    html_number(c->effective_treated, 1), html_from_size(c->n_control),
                    html_number(c->effective_control, 1)));
}

void words_alike(struct report_view *v, const struct effect_result *r, struct report_points *points)
{
    const struct effect_diagnostics *d = &r->diagnostics;
    const struct effect_estimate *e = overall(r);
    points->n = 0;
    add(points, tr(v->lang, effect_population_words(r)));
    if (r->spec.unit.n)
        add(points, tr(v->lang, "panel.alike-when"));
    if (r->match)
        say_pairs(v, r, points);
    else if (r->comparison->is_weighted)
        say_weights(v, r->comparison, points);
    else
        add(points, tr(v->lang, "panel.alike-unweighted"));
    add_count(v, points, "effect.rows-dropped", d->n_dropped_missing, d->n_rows);
    if (e)
        add_count(v, points, "effect.trimmed", e->n_trimmed, d->n_control);
    if (!r->match)
        return;
    add_count(v, points, "effect.match-alone", r->match->n_alone, d->n_treated);
    add_count(v, points, "effect.match-outside", r->match->n_outside, d->n_treated);
    add_count(v, points, "effect.match-taken", r->match->n_taken, d->n_treated);
}
