/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/real.h"
#include "engine/effect/honest_int.h"

#include <math.h>

/* The event times of a result, in order, as places among its estimates. */
struct events {
    size_t *at;
    size_t n;
    double step; /* from one period to the next */
};

double honest_event_step(const struct effect_result *r)
{
    double last = REAL_NAN, step = REAL_INF;
    for (size_t i = 0; i < r->n_estimates; i++) {
        const struct effect_estimate *e = &r->estimates[i];
        if (e->aggregation != EFFECT_DYNAMIC || isnan(e->event_time))
            continue;
        step = fmin(step, e->event_time - last); /* of a number and NaN: the number */
        last = e->event_time;
    }
    return isinf(step) ? 1 : step;
}

static err list_events(const struct effect_result *r, arena *a, struct events *v,
                       struct err_info *info)
{
    *v = (struct events){.at = ARENA_NEW(a, size_t, r->n_estimates), .step = honest_event_step(r)};
    if (!v->at)
        return err_nomem(info);
    for (size_t i = 0; i < r->n_estimates; i++) {
        const struct effect_estimate *e = &r->estimates[i];
        const bool is_dropped = e->failed && r->spec.drop_failed;
        if (e->aggregation == EFFECT_DYNAMIC && !isnan(e->event_time) && !is_dropped)
            v->at[v->n++] = i;
    }
    return OK;
}

static bool is_usable(const struct effect_result *r, const struct events *v, size_t i)
{
    const struct effect_estimate *e = &r->estimates[v->at[i]];
    return !e->failed && !e->reference && isfinite(e->estimate) && e->standard_error > 0;
}

static bool are_neighbours(const struct effect_result *r, const struct events *v, size_t i)
{
    const double gap = r->estimates[v->at[i + 1]].event_time - r->estimates[v->at[i]].event_time;
    return gap < 1.5 * v->step;
}

struct honest_study *honest_study_new(size_t n_before, size_t n_after, arena *a)
{
    const size_t n = n_before + n_after;
    struct honest_study *s = ARENA_NEW(a, struct honest_study, 1);
    double *estimate = ARENA_NEW(a, double, n), *covariance = ARENA_NEW(a, double, n *n);
    double *weight = ARENA_NEW(a, double, n_after);
    if (!s || !estimate || !covariance || !weight)
        return NULL;
    *s = (struct honest_study){n_before, n_after, estimate, covariance, weight};
    return s;
}

/* The periods around the reference that follow each other, without a gap. */
static err study_of_events(const struct effect_result *r, arena *a, struct honest_study **study,
                           struct err_info *info)
{
    struct events v;
    size_t base = 0, from, to;
    const err e = list_events(r, a, &v, info);
    if (e != OK)
        return e;
    while (base < v.n && !r->estimates[v.at[base]].reference)
        base++;
    for (from = base;
         from > 0 && base < v.n && is_usable(r, &v, from - 1) && are_neighbours(r, &v, from - 1);
         from--)
        ;
    for (to = base + 1; to < v.n && is_usable(r, &v, to) && are_neighbours(r, &v, to - 1); to++)
        ;
    if (from == base || to < v.n || to < base + 2) /* all since the start are needed */
        return OK;
    struct honest_study *s = honest_study_new(base - from, to - base - 1, a);
    if (!s)
        return err_nomem(info);
    const size_t n = s->n_before + s->n_after;
    size_t n_since = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t at = v.at[from + i + (i >= s->n_before)];
        s->estimate[i] = r->estimates[at].estimate;
        for (size_t j = 0; j < n; j++)
            s->covariance[i * n + j] =
                r->covariance[at * r->n_estimates + v.at[from + j + (j >= s->n_before)]];
        n_since += i >= s->n_before && r->estimates[at].event_time >= 0;
    }
    for (size_t k = s->n_after - n_since; k < s->n_after; k++)
        s->weight[k] = 1 / (double)n_since;
    *study = n_since > 0 ? s : NULL;
    return OK;
}

/*
 * The result's intervals may use Student's t, which widens them by the same factor
 * for each estimate; normal quantiles on errors widened by it give the same.
 */
double honest_quantile(const struct effect_result *r)
{
    for (size_t i = 0; i < r->n_estimates; i++) {
        const struct effect_estimate *e = &r->estimates[i];
        if (e->aggregation == EFFECT_DYNAMIC && e->standard_error > 0 && !e->failed)
            return (e->ci_high - e->estimate) / e->standard_error;
    }
    return real_norm_ppf((1 + r->spec.level) / 2);
}

err honest_study_make(const struct effect_result *r, arena *a, struct honest_study **study,
                      struct err_info *info)
{
    *study = r->study;
    const err e = r->study ? OK : study_of_events(r, a, study, info);
    if (e != OK || !*study)
        return e;
    struct honest_study *s = *study;
    const size_t n = s->n_before + s->n_after;
    const double wider = honest_quantile(r) / real_norm_ppf((1 + r->spec.level) / 2);
    double se;
    for (size_t i = 0; i < n * n; i++)
        s->covariance[i] *= wider * wider;
    if (!isfinite(honest_effect(s, &se)) || !(se > 0) || isinf(se))
        *study = NULL;
    return OK;
}
