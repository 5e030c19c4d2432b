/* SPDX-License-Identifier: EUPL-1.2 */
/* Which other looks may be seen: the rule on looks of release_int.h. */
#include "base/real.h"
#include "engine/disclosure/release_int.h"

struct looks {
    struct effect_result *r;
    size_t min;
    size_t n_treated, n_control; /* persons behind the effect on all */
};

static bool is_withheld(const struct effect_look *l)
{
    return l->n_treated == EFFECT_HIDDEN;
}

/* Its reason takes the place of the estimation's own, which may tell of a few persons. */
static void withhold(struct effect_look *l, const char *why)
{
    l->estimate = l->standard_error = l->ci_low = l->ci_high = l->p = l->p_adjusted = REAL_NAN;
    l->failed = why;
    msg_set(&l->why, why);
    l->n_treated = l->n_control = EFFECT_HIDDEN;
}

static void withhold_few(struct looks *s)
{
    const bool all = release_is_dominated(s->r->providers);
    for (size_t i = 0; i < s->r->n_looks; i++) {
        struct effect_look *l = &s->r->looks[i];
        if (all || release_is_dominated(l->providers))
            withhold(l, "disclosure.dominated");
        else if (l->n_treated < s->min)
            withhold(l, "disclosure.few-treated");
        else if (l->n_control < s->min)
            withhold(l, "disclosure.few-control");
    }
}

/* ---- parts of the people ---- */

static bool is_part(const struct effect_look *l)
{
    return l->kind == EFFECT_LOOK_SUBGROUP || l->kind == EFFECT_LOOK_EXPLORED ||
           l->kind == EFFECT_LOOK_UNAFFECTED;
}

/* An earlier look at the same people; NULL for none. */
static const struct effect_look *same_before(const struct looks *s, size_t look)
{
    const struct effect_look *l = &s->r->looks[look];
    for (size_t i = 0; i < look; i++) {
        const struct effect_look *other = &s->r->looks[i];
        if (is_part(other) && str_eq(other->column, l->column) && str_eq(other->value, l->value))
            return other;
    }
    return NULL;
}

static size_t less(size_t a, size_t b)
{
    return a > b ? a - b : 0;
}

/*
 * Values of one column divide the people. The rest of the whole are those whose
 * look is withheld and those without a value. They must not be a handful, nor
 * all of one look that a provider dominates.
 */
static void protect_column(struct looks *s, str column)
{
    for (;;) {
        size_t treated = s->n_treated, control = s->n_control, n_withheld = 0;
        struct effect_look *least = NULL;
        bool is_dominated = false;
        for (size_t i = 0; i < s->r->n_looks; i++) {
            struct effect_look *l = &s->r->looks[i];
            if (!is_part(l) || !str_eq(l->column, column) || same_before(s, i))
                continue;
            if (is_withheld(l)) {
                n_withheld++;
                is_dominated |= release_is_dominated(l->providers);
                continue;
            }
            treated = less(treated, l->n_treated);
            control = less(control, l->n_control);
            least = !least || l->n_treated < least->n_treated ? l : least;
        }
        if (!least || (!is_small(treated, s->min) && !is_small(control, s->min) &&
                       !(is_dominated && n_withheld == 1)))
            return;
        withhold(least, "disclosure.by-subtraction");
    }
}

static void protect_parts(struct looks *s)
{
    for (size_t i = 0; i < s->r->n_looks; i++)
        if (is_part(&s->r->looks[i]))
            protect_column(s, s->r->looks[i].column);
    for (size_t i = 0; i < s->r->n_looks; i++) {
        struct effect_look *l = &s->r->looks[i];
        const struct effect_look *same = is_part(l) ? same_before(s, i) : NULL;
        if (same && is_withheld(same) && !is_withheld(l))
            withhold(l, same->failed);
    }
}

/* ---- the same people, another start or outcome ---- */

static bool is_near(size_t a, size_t b, size_t min)
{
    return is_small(a > b ? a - b : b - a, min);
}

/* Who is missing in an outcome, or too early for a start, can be counted beside the whole. */
static void hide_near_counts(struct looks *s, const struct effect_diagnostics *d)
{
    for (size_t i = 0; i < s->r->n_looks; i++) {
        struct effect_look *l = &s->r->looks[i];
        if (!is_part(l) && !is_withheld(l) &&
            (is_near(l->n_treated, s->n_treated, s->min) ||
             is_near(l->n_treated, d->n_treated, s->min) ||
             is_near(l->n_control, s->n_control, s->min) ||
             is_near(l->n_control, d->n_control, s->min)))
            l->n_treated = l->n_control = EFFECT_HIDDEN;
    }
}

void release_looks(struct released_effect *to)
{
    struct effect_result *r = to->result;
    const struct effect_estimate *whole = effect_overall(r);
    struct looks s = {.r = r,
                      .min = r->spec.min_persons,
                      .n_treated = whole ? whole->n_treated : to->n_treated,
                      .n_control = whole ? whole->n_control : to->n_control};
    size_t n = 0;
    withhold_few(&s);
    protect_parts(&s);
    for (size_t i = 0; i < r->n_looks; i++)
        n += is_withheld(&r->looks[i]);
    hide_near_counts(&s, &r->diagnostics);
    release_note(to, "disclosure.says-looks", n);
}
