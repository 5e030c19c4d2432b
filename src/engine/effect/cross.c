/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/cross_int.h"

#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/influence_int.h"
#include "engine/effect/looks_int.h"
#include "engine/effect/ols_int.h"

#include <math.h>

#define ROUNDING 1e-13 /* of the largest outcome; a standard error below it is none */

enum { FEW_UNITS = 10 }; /* in a group; below, intervals lean on the shape of the outcome */

/* psi = n times the treatment's row of (X'WX)^-1 X'We, term by term. */
static void least_squares_influence(const struct ols_design *design, const double *inverse_row,
                                    const double *residual, double *psi)
{
    lin_combine(design->x, design->k, inverse_row, design->n, psi);
    for (size_t i = 0; i < design->n; i++)
        psi[i] *= (double)design->n * (design->w ? design->w[i] : 1.0) * residual[i];
}

err cross_least_squares(const struct frame *f, par *pool, struct effect_result *r, arena *a,
                        struct cross_answer *answer, struct err_info *info)
{
    const size_t k_covariates = r->spec.method == EFFECT_REGRESSION ? f->k : 1;
    const size_t k = k_covariates + 1, treatment = k - 1;
    const double **x = ARENA_NEW(a, const double *, k);
    double *beta = ARENA_NEW(a, double, k), *residual = ARENA_NEW(a, double, f->n);
    double *covariance = ARENA_NEW(a, double, k *k);
    struct ols_factor factor;

    answer->psi = ARENA_NEW(a, double, f->n);
    if (!x || !beta || !residual || !covariance || !answer->psi)
        return err_nomem(info);
    for (size_t j = 0; j < k_covariates; j++)
        x[j] = f->x[j];
    x[treatment] = f->d;
    const struct ols_design design = {.x = x, .k = k, .w = f->w, .n = f->n};
    err e = ols_factor(pool, &design, a, &factor, info);
    if (e != OK)
        return e;
    if (!factor.keep[treatment])
        return err_text(info, E_INPUT, "effect.treatment-explained", r->spec.treatment);
    e = ols_solve(pool, &design, &factor, f->y, beta, residual, info);
    if (e != OK)
        return e;
    answer->estimate = beta[treatment];
    least_squares_influence(&design, factor.inverse + treatment * k, residual, answer->psi);
    if (!r->spec.has_errors)
        return OK;
    if (r->spec.errors == EFFECT_CR2 || r->spec.errors == EFFECT_CR3)
        return cross_cluster_errors(f, x, k, pool, r, a, answer, info);
    e = ols_covariance(pool, &design, &factor, residual, r->spec.errors, f->cluster, f->n_clusters,
                       covariance, info);
    answer->variance = covariance[treatment * k + treatment];
    answer->df =
        r->spec.errors == EFFECT_CR1 ? (double)f->n_clusters - 1 : (double)(f->n - factor.rank);
    return e;
}

/* One unit fits its own group exactly: nothing is learned about its noise. */
static err check_group_sizes(struct effect_result *r, struct err_info *info)
{
    const struct effect_diagnostics *d = &r->diagnostics;
    const size_t smallest = d->n_treated < d->n_control ? d->n_treated : d->n_control;
    const bool pooled = r->spec.has_errors && r->spec.errors == EFFECT_CLASSICAL;

    if (smallest == 1 && !pooled)
        return err_set(info, E_INPUT, "effect.single-unit");
    if (smallest < FEW_UNITS) {
        struct msg *m = effect_warn(r, "effect.few-units");
        msg_int(m, (int64_t)d->n_treated);
        msg_int(m, (int64_t)d->n_control);
    }
    return OK;
}

/* A variance that is only the rounding of an exact fit is none. */
static void clear_rounding(const struct frame *f, struct effect_result *r)
{
    double largest = 0;
    for (size_t i = 0; i < f->n; i++)
        largest = fabs(f->y[i]) > largest ? fabs(f->y[i]) : largest;
    if (sqrt(r->covariance[0]) > ROUNDING * largest)
        return;
    r->covariance[0] = 0;
    for (size_t b = 0; b < r->n_draws; b++)
        r->draws[b] = 0;
    msg_text(effect_warn(r, "effect.exact-fit"), r->spec.outcome);
}

/* Standard error and interval from draws instead of the formula. */
static err conclude_by_draws(const struct influence *influence, double df, par *pool,
                             const struct progress *progress, struct effect_result *r,
                             struct err_info *info)
{
    struct effect_estimate *e = &r->estimates[0];
    const size_t column = 0;
    double se, critical;

    err code = influence_draws(pool, influence, r->n_draws, r->spec.seed, progress, r->draws, info);
    if (code == OK)
        code = influence_band(r->draws, r->n_draws, 1, &column, 1, r->spec.level, &se, &critical,
                              info);
    if (code != OK)
        return code;
    influence_conclude(e, se, df, r->spec.level);
    e->band_low = e->estimate - critical * se;
    e->band_high = e->estimate + critical * se;
    return OK;
}

/* Of each row, for those who adjust several effects together. */
static err keep_parts(const struct frame *f, const struct cross_answer *answer, arena *a,
                      struct effect_result *r, struct err_info *info)
{
    struct looks_row *row = ARENA_NEW(a, struct looks_row, f->n);
    if (!row)
        return err_nomem(info);
    for (size_t i = 0; i < f->n; i++) {
        const double weight = f->w ? f->w[i] : 1;
        row[i] = (struct looks_row){f->key[i], answer->psi[i] / (double)f->n, weight * f->d[i],
                                    weight * (1 - f->d[i])};
    }
    return looks_keep_parts(row, f->n, r->memory, &r->parts, info);
}

static err conclude(const struct frame *f, const struct cross_answer *answer, par *pool,
                    const struct progress *progress, struct effect_result *r, struct err_info *info)
{
    const struct influence influence = {
        .psi = answer->psi, .n = f->n, .m = 1, .cluster = f->cluster, .n_clusters = f->n_clusters};
    err e = effect_result_reserve(r, 1, r->spec.bootstrap, info);
    if (e == OK)
        e = influence_covariance(pool, &influence, r->covariance, info);
    if (e != OK)
        return e;
    if (!isnan(answer->variance))
        r->covariance[0] = answer->variance;
    clear_rounding(f, r);
    struct effect_estimate *estimate = &r->estimates[0];
    estimate->aggregation = EFFECT_NONE;
    estimate->estimate = answer->estimate;
    estimate->n_treated = r->match ? r->comparison->n_treated : r->diagnostics.n_treated;
    estimate->n_control = r->match ? r->comparison->n_control : r->diagnostics.n_control;
    estimate->n_trimmed = answer->n_trimmed;
    if (r->spec.bootstrap && r->covariance[0] > 0)
        return conclude_by_draws(&influence, answer->df, pool, progress, r, info);
    influence_conclude(estimate, sqrt(r->covariance[0]), answer->df, r->spec.level);
    return OK;
}

err cross_estimate(const struct frame *f, par *pool, struct effect_result *r, arena *a,
                   struct cross_answer *answer, struct err_info *info)
{
    *answer = (struct cross_answer){.variance = REAL_NAN,
                                    .df = f->cluster ? (double)f->n_clusters - 1 : REAL_INF};
    switch (r->spec.method) {
    case EFFECT_WEIGHTING:
    case EFFECT_DOUBLY_ROBUST: return cross_weighting(f, pool, r, a, answer, info);
    case EFFECT_BALANCING: return cross_balancing(f, pool, r, a, answer, info);
    default: return cross_least_squares(f, pool, r, a, answer, info);
    }
}

err effect_cross_run(const table *t, par *pool, const struct progress *progress,
                     struct effect_result *r, struct err_info *info)
{
    struct cross_answer answer;
    struct frame f = {0}, whole; /* whole: before matching */
    const bool is_matched = r->spec.method == EFFECT_MATCHING;
    arena *scratch = arena_new(SIZE_MAX);
    if (!scratch)
        return err_nomem(info);

    err e = frame_read(t, pool, r, scratch, &f, info);
    if (e == OK)
        e = check_group_sizes(r, info);
    whole = f;
    if (e == OK && is_matched && r->spec.cluster.n)
        e = frame_copy(&f, scratch, &whole, info);
    if (e == OK && is_matched)
        e = cross_match(t, &f, pool, r, scratch, info);
    if (e == OK)
        e = cross_estimate(&f, pool, r, scratch, &answer, info);
    if (e == OK && f.key)
        e = keep_parts(&f, &answer, scratch, r, info);
    if (e == OK)
        e = conclude(&f, &answer, pool, progress, r, info);
    if (e == OK && r->spec.cluster.n)
        e = cross_teams(t, &whole, pool, progress, r, scratch, info);
    arena_free(scratch);
    return e;
}
