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

static size_t start_of(const struct twfe *f, size_t unit)
{
    const double *d = f->d;
    size_t start = 0;
    while (f->first[unit] + start < f->first[unit + 1] && d[f->first[unit] + start] == 0)
        start++;
    return start;
}

static bool switches_off(const struct twfe *f)
{
    const double *d = f->d;
    for (size_t u = 0; u < f->n_units; u++)
        for (size_t i = f->first[u] + 1; i < f->first[u + 1]; i++)
            if (d[i] < d[i - 1])
                return true;
    return false;
}

static err cohorts_make(const struct twfe *f, arena *a, struct cohorts *c, struct err_info *info)
{
    const size_t n = f->factor[0].n;
    *c = (struct cohorts){
        .n = n, .size = ARENA_NEW(a, size_t, n + 1), .mean = ARENA_NEW(a, double, (n + 1) * n)};
    if (!c->size || !c->mean)
        return err_nomem(info);
    for (size_t u = 0; u < f->n_units; u++) {
        const size_t start = start_of(f, u);
        c->size[start]++;
        for (size_t t = 0; t < n; t++)
            c->mean[start * n + t] += f->y[f->first[u] + t];
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
    return switches_off(f) ? "twfe.bacon-switches-off" : NULL;
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

err twfe_bacon(const struct twfe *f, arena *a, struct effect_result *r, struct err_info *info)
{
    struct cohorts c;
    double sum = 0;
    if (!effect_is_two_way(r->spec.method))
        return OK;
    const char *why = obstacle(f, &r->spec);
    err e = why ? OK : cohorts_make(f, a, &c, info);
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
