/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a two-way estimate is an average of (Goodman-Bacon, "Difference-in-
 * differences with variation in treatment timing", Journal of Econometrics 225,
 * 2021, theorem 1). With n(k) units starting in period k, treated a share D(k) of
 * all periods, cohort k is compared with
 *   c starting later or never: over the periods before c starts, with weight
 *                              n(k) n(c) (D(k) - D(c)) (1 - D(k));
 *   c started earlier:         over the periods since c started, with weight
 *                              n(k) n(c) D(k) (D(c) - D(k)).
 * Never is D = 0, from the first period on D = 1. Weights are scaled to sum to 1.
 */
#include "base/real.h"
#include "engine/effect/twfe_int.h"

/* Cohorts by their first treated period: 0 for always, n for never. */
struct cohorts {
    size_t n;     /* periods */
    size_t *size; /* n + 1 */
    double *mean; /* (n + 1) x n: of the outcome, by cohort and period */
};

/* The place of a period among those in use; SIZE_MAX when nobody was seen in it. */
static size_t place_of(const struct twfe *f, size_t code)
{
    const uint32_t level = f->factor[0].level[code];
    return level == TWFE_NONE ? SIZE_MAX : level;
}

static err cohorts_make(const struct twfe_system *s, arena *a, struct cohorts *c,
                        struct err_info *info)
{
    const struct twfe *f = s->f;
    const size_t n = f->factor[0].n, n_codes = f->rows.periods.n;
    *c = (struct cohorts){
        .n = n, .size = ARENA_NEW(a, size_t, n + 1), .mean = ARENA_NEW(a, double, (n + 1) * n)};
    if (!c->size || !c->mean)
        return err_nomem(info);
    for (size_t start = 0, k = 0; start <= n_codes; start++) { /* a start counts from its first */
        c->size[k] += f->n_by_start[start];                    /* period in use on */
        for (size_t code = 0; code < n_codes; code++)
            if (place_of(f, code) != SIZE_MAX)
                c->mean[k * n + place_of(f, code)] += s->cell_sum[start * n_codes + code];
        k += start < n_codes && place_of(f, start) != SIZE_MAX;
    }
    for (size_t k = 0; k <= n; k++)
        for (size_t t = 0; t < n && c->size[k] > 0; t++)
            c->mean[k * n + t] /= (double)c->size[k];
    return OK;
}

/* The mean from period `cut` up to `to`, less that from `from` up to `cut`. */
static double change(const double *mean, size_t from, size_t cut, size_t to)
{
    double before = 0, after = 0;
    for (size_t t = from; t < cut; t++)
        before += mean[t];
    for (size_t t = cut; t < to; t++)
        after += mean[t];
    return after / (double)(to - cut) - before / (double)(cut - from);
}

static enum effect_bacon_kind kind_of(const struct cohorts *c, size_t treated, size_t control)
{
    if (control == c->n)
        return EFFECT_BACON_NEVER;
    if (control > treated)
        return EFFECT_BACON_NOT_YET;
    return control > 0 ? EFFECT_BACON_ALREADY : EFFECT_BACON_ALWAYS;
}

static struct effect_bacon compare(const struct twfe *f, const struct cohorts *c, size_t treated,
                                   size_t control)
{
    const size_t n = c->n;
    const double own = (double)(n - treated) / (double)n, other = (double)(n - control) / (double)n;
    const bool is_later = control > treated;
    const size_t from = is_later ? 0 : control, to = is_later ? control : n;
    return (struct effect_bacon){
        .kind = kind_of(c, treated, control),
        .treated = f->period[treated],
        .control = control < n ? f->period[control] : REAL_NAN,
        .n_treated = c->size[treated],
        .n_control = c->size[control],
        .estimate = change(c->mean + treated * n, from, treated, to) -
                    change(c->mean + control * n, from, treated, to),
        .weight = (double)c->size[treated] * (double)c->size[control] *
                  (is_later ? (own - other) * (1 - own) : own * (other - own)),
    };
}

/* Why the estimate cannot be taken apart, or NULL. */
static const char *obstacle(const struct twfe *f, const struct effect_spec *spec)
{
    if (spec->n_covariates > 0 || spec->n_fixed_effects > 0)
        return "twfe.bacon-covariates";
    if (spec->weights.n > 0)
        return "twfe.bacon-weights";
    if (f->n != f->n_units * f->factor[0].n)
        return "twfe.bacon-unbalanced";
    if (f->is_iterated)
        return "twfe.bacon-too-many";
    return f->switches_off ? "twfe.bacon-switches-off" : NULL;
}

static size_t count_comparisons(const struct cohorts *c)
{
    size_t n_treated = 0, n_all = 0;
    for (size_t k = 0; k <= c->n; k++) {
        n_treated += k > 0 && k < c->n && c->size[k] > 0;
        n_all += c->size[k] > 0;
    }
    return n_treated * (n_all - 1);
}

/* Those already treated may still be changing by their own treatment. */
static void warn_already(struct effect_result *r)
{
    double share = 0;
    for (size_t i = 0; i < r->n_bacon; i++)
        if (r->bacon[i].kind == EFFECT_BACON_ALREADY || r->bacon[i].kind == EFFECT_BACON_ALWAYS)
            share += r->bacon[i].weight;
    if (share > 0)
        msg_real(effect_warn(r, "twfe.already-treated"), 100 * share, 1);
}

bool twfe_bacon_needs_sums(const struct twfe *f, const struct effect_spec *spec)
{
    return effect_is_two_way(spec->method) && !spec->event_study && !obstacle(f, spec);
}

err twfe_bacon(const struct twfe_system *s, arena *a, struct effect_result *r,
               struct err_info *info)
{
    const struct twfe *f = s->f;
    struct cohorts c;
    double sum = 0;
    if (!effect_is_two_way(r->spec.method) || r->spec.event_study)
        return OK;
    const char *why = obstacle(f, &r->spec);
    err e = why ? OK : cohorts_make(s, a, &c, info);
    if (e != OK)
        return e;
    const size_t n = why ? 0 : count_comparisons(&c);
    if (n > EFFECT_BACON_MAX)
        why = "twfe.bacon-too-many";
    if (why && r->spec.method == EFFECT_BACON)
        return err_set(info, E_INPUT, why);
    if (why) {
        effect_warn(r, why);
        return OK;
    }
    r->bacon = ARENA_NEW(r->memory, struct effect_bacon, n);
    if (!r->bacon)
        return err_nomem(info);
    for (size_t k = 1; k < c.n; k++)
        for (size_t other = 0; other <= c.n && c.size[k] > 0; other++)
            if (other != k && c.size[other] > 0)
                r->bacon[r->n_bacon++] = compare(f, &c, k, other);
    for (size_t i = 0; i < n; i++)
        sum += r->bacon[i].weight;
    for (size_t i = 0; i < n; i++)
        r->bacon[i].weight /= sum;
    warn_already(r);
    return OK;
}
