/* SPDX-License-Identifier: EUPL-1.2 */
/* Which counts of persons and rows may be seen: the rule on counts of release_int.h. */
#include "engine/disclosure/release_int.h"

#include "base/real.h"

#include <math.h>

enum { CLASSES_MAX = 10 };

/* What was said so far about disjoint classes of persons, in echelon form. */
struct said {
    size_t min;
    size_t n_classes;
    size_t size[CLASSES_MAX];
    double row[CLASSES_MAX][CLASSES_MAX];
    bool has[CLASSES_MAX]; /* a row whose first coefficient is here */
    size_t n_hidden;
};

/* Takes away of `v` what the rows say; true when nothing is left. */
static bool reduce(const struct said *s, double v[CLASSES_MAX])
{
    bool is_said = true;
    for (size_t c = 0; c < s->n_classes; c++) {
        if (fabs(v[c]) < 1e-9) /* coefficients are small whole numbers and their ratios */
            continue;
        if (!s->has[c]) {
            is_said = false;
            continue;
        }
        const double times = v[c];
        for (size_t k = c; k < s->n_classes; k++)
            v[k] -= times * s->row[c][k];
    }
    return is_said;
}

static void add(struct said *s, const int of[CLASSES_MAX])
{
    double v[CLASSES_MAX];
    for (size_t c = 0; c < CLASSES_MAX; c++)
        v[c] = of[c];
    (void)reduce(s, v);
    size_t first = 0;
    while (first < s->n_classes && fabs(v[first]) < 1e-9)
        first++;
    if (first == s->n_classes)
        return;
    for (size_t k = s->n_classes; k-- > first;)
        s->row[first][k] = v[k] / v[first];
    s->has[first] = true;
}

/* Whether 1 to min - 1 persons can be counted from what was said. */
static bool tells_small(const struct said *s)
{
    for (unsigned set = 1; set < 1u << s->n_classes; set++) {
        double v[CLASSES_MAX] = {0};
        size_t n = 0;
        for (size_t c = 0; c < s->n_classes; c++)
            if (set >> c & 1) {
                v[c] = 1;
                n += s->size[c];
            }
        if (is_small(n, s->min) && reduce(s, v))
            return true;
    }
    return false;
}

/* A count: the classes in it, and the places where it stands, up to a NULL. */
struct count {
    int of[CLASSES_MAX];
    size_t *at[5];
};

/* Lets a count through, or hides it wherever it stands. */
static void admit(struct released_effect *to, struct said *s, const struct count *count)
{
    const struct said before = *s;
    add(s, count->of);
    if (!tells_small(s))
        return;
    *s = before;
    for (size_t i = 0; i < sizeof count->at / sizeof *count->at && count->at[i]; i++)
        release_hide(to, count->at[i]);
    s->n_hidden++;
}

static void admit_all(struct released_effect *to, struct said *s, const struct count *list,
                      size_t n)
{
    for (size_t i = 0; i < n; i++)
        admit(to, s, &list[i]);
}
#define ADMIT(to, said, list) admit_all(to, said, list, sizeof(list) / sizeof *(list))

static size_t less(size_t a, size_t b)
{
    return a > b ? a - b : 0;
}

/* ---- two groups, seen once: a row is a person ---- */

enum { FULL, FEWER, OUTSIDE, TAKEN, CHOSEN, OTHER, MISSING, WEIGHTLESS, ALONE, ALONE_CONTROL };

/* `treated` and `chosen` are compared: those with weight. */
static struct said say_cross(const struct effect_result *r, const struct effect_match *m,
                             size_t treated, size_t chosen)
{
    const struct effect_diagnostics *d = &r->diagnostics;
    struct said s = {.min = r->spec.min_persons, .n_classes = CLASSES_MAX};
    s.size[FULL] = less(treated, m->n_fewer);
    s.size[FEWER] = m->n_fewer;
    s.size[OUTSIDE] = m->n_outside;
    s.size[ALONE] = m->n_alone;
    s.size[TAKEN] = less(less(less(d->n_treated, treated), m->n_outside), m->n_alone);
    s.size[CHOSEN] = chosen;
    s.size[ALONE_CONTROL] = m->n_alone_control;
    s.size[OTHER] = less(less(d->n_control, chosen), m->n_alone_control);
    s.size[MISSING] = d->n_dropped_missing;
    s.size[WEIGHTLESS] = less(less(d->n_rows, d->n_used), d->n_dropped_missing);
    if (r->match && treated == chosen) /* pairs: as many of both */
        add(&s, (const int[CLASSES_MAX]){1, 1, 0, 0, -1});
    return s;
}

/* Persons who weigh the same are worth their number, and each has one part in that number. */
static void hide_worth(struct effect_comparison *c)
{
    if (c->n_treated == EFFECT_HIDDEN)
        c->effective_treated = REAL_NAN;
    if (c->n_control == EFFECT_HIDDEN)
        c->effective_control = c->heaviest_control = REAL_NAN;
}

static size_t release_cross(struct released_effect *to)
{
    struct effect_result *r = to->result;
    struct effect_diagnostics *d = &r->diagnostics;
    struct effect_estimate *e = &r->estimates[0]; /* there is one */
    const size_t n_trimmed = e->n_trimmed == EFFECT_HIDDEN ? 0 : e->n_trimmed;
    struct effect_match nobody = {0}, *m = r->match ? r->match : &nobody;
    struct effect_comparison whole = {.n_treated = d->n_treated,
                                      .n_control = less(d->n_control, n_trimmed)};
    struct effect_comparison *c = r->comparison ? r->comparison : &whole;
    struct said s = say_cross(r, m, c->n_treated, c->n_control);
    const struct count all[] = {
        {{1, 1, 1, 1, [ALONE] = 1}, {&d->n_treated, r->match ? NULL : &e->n_treated}},
        {{0, 0, 0, 0, 1, 1, [ALONE_CONTROL] = 1}, {&d->n_control, r->match ? NULL : &e->n_control}},
        {{1, 1, 1, 1, 1, 1, 0, 0, 1, 1}, {&d->n_used, &d->n_units}},
        {{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {&d->n_rows}},
        {{0, 0, 0, 0, 0, 0, 1}, {&d->n_dropped_missing}},
    };
    const struct count compared[] = {
        {{1, 1}, {&c->n_treated, r->match ? &e->n_treated : NULL}},
        {{0, 0, 0, 0, 1}, {&c->n_control, r->match ? &e->n_control : NULL}},
    };
    const struct count matched[] = {
        {{[ALONE] = 1}, {&m->n_alone}}, {{[ALONE_CONTROL] = 1}, {&m->n_alone_control}},
        {{0, 0, 1}, {&m->n_outside}},   {{0, 0, 0, 1}, {&m->n_taken}},
        {{0, 1}, {&m->n_fewer}},
    };
    const struct count trimmed[] = {{{0, 0, 0, 0, 0, 1}, {&e->n_trimmed}}};
    ADMIT(to, &s, all);
    if (r->comparison)
        ADMIT(to, &s, compared);
    if (r->match)
        ADMIT(to, &s, matched);
    else
        ADMIT(to, &s, trimmed);
    hide_worth(c);
    const bool is_hidden = c->n_treated == EFFECT_HIDDEN || c->n_control == EFFECT_HIDDEN;
    if (is_hidden || is_small(m->n_pairs, s.min))
        m->n_pairs = EFFECT_HIDDEN;
    if (is_hidden)
        m->n_strata = EFFECT_HIDDEN;
    return s.n_hidden;
}

/* ---- panels ---- */

/* Rows of persons and periods: used, with a missing value, absent; and those left out. */
static size_t release_rows(struct released_effect *to)
{
    struct effect_result *r = to->result;
    struct effect_diagnostics *d = &r->diagnostics;
    const size_t grid = d->n_units * d->n_periods;
    struct said s = {.min = r->spec.min_persons, .n_classes = 4};
    s.size[0] = d->n_used;
    s.size[1] = d->n_dropped_missing;
    s.size[2] = less(less(grid, d->n_used), d->n_dropped_missing);
    s.size[3] = less(less(d->n_rows, d->n_used), d->n_dropped_missing);
    add(&s, (const int[CLASSES_MAX]){1, 1, 1}); /* persons times periods, both known */
    const struct count list[] = {
        {{1, 1, 0, 1}, {&d->n_rows}},
        {{1}, {&d->n_used}},
        {{0, 1}, {&d->n_dropped_missing}},
    };
    ADMIT(to, &s, list);
    return s.n_hidden;
}

static size_t release_persons(struct released_effect *to)
{
    struct effect_result *r = to->result;
    struct effect_diagnostics *d = &r->diagnostics;
    const size_t min = r->spec.min_persons;
    const int inside = effect_has_fixed_effects(r->spec.method) && r->spec.method != EFFECT_SUNAB;
    struct said s = {.min = min, .n_classes = 3};
    s.size[0] = inside ? less(d->n_treated, d->n_always_treated) : d->n_treated;
    s.size[1] = d->n_control;
    s.size[2] = d->n_always_treated;
    if (is_small(d->n_unbalanced, min) || is_small(less(d->n_units, d->n_unbalanced), min)) {
        release_hide(to, &d->n_unbalanced);
        s.n_hidden++;
    }
    const struct count list[] = {
        {{1, 0, inside}, {&d->n_treated}},
        {{0, 1}, {&d->n_control}},
        {{1, 1, inside}, {&d->n_units}},
        {{0, 0, 1}, {&d->n_always_treated}},
    };
    ADMIT(to, &s, list);
    return s.n_hidden;
}

/* Whether a part may not be told of a total that is; or not told as the total is not. */
static bool tells_rest(size_t part, size_t total, size_t min)
{
    const size_t rest = part > total ? part - total : total - part;
    return total == EFFECT_HIDDEN || is_small(part, min) || is_small(rest, min);
}

/*
 * Persons followed who are compared at the start: of the treated those seen then, as controls
 * those never treated who are, or these and others who start later.
 */
static size_t release_compared(struct released_effect *to)
{
    const struct effect_diagnostics *d = &to->result->diagnostics;
    struct effect_comparison *c = to->result->comparison;
    const size_t min = to->result->spec.min_persons;
    if (!c)
        return 0;
    if (tells_rest(c->n_treated, d->n_treated, min))
        release_hide(to, &c->n_treated);
    if (tells_rest(c->n_control, d->n_control, min))
        release_hide(to, &c->n_control);
    hide_worth(c);
    return (size_t)(c->n_treated == EFFECT_HIDDEN) + (size_t)(c->n_control == EFFECT_HIDDEN);
}

void release_counts(struct released_effect *to)
{
    struct effect_result *r = to->result;
    struct effect_diagnostics *d = &r->diagnostics;
    const bool by_person = d->n_clusters == d->n_units; /* else clusters are teams, no persons */
    const size_t n = r->spec.unit.n ? release_rows(to) + release_persons(to) + release_compared(to)
                                    : release_cross(to);
    if (by_person && d->n_treated == EFFECT_HIDDEN)
        d->n_treated_clusters = EFFECT_HIDDEN;
    if (by_person && d->n_control == EFFECT_HIDDEN)
        d->n_control_clusters = EFFECT_HIDDEN;
    if (by_person && d->n_units == EFFECT_HIDDEN)
        d->n_clusters = EFFECT_HIDDEN;
    release_note(to, "disclosure.says-totals", n);
}
