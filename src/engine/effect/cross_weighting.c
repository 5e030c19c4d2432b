/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/cross_int.h"

#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/comparison_int.h"
#include "engine/effect/ols_int.h"

#include <string.h>

/* What the estimators share: scores, weights and residuals of every unit. */
struct weighting {
    const struct frame *f;
    struct logit_fit logit;
    double *p;       /* propensity score */
    double *w1, *w0; /* weights of the treated; of the controls as stand-ins for the treated */
    double *r;       /* outcome less its regression among controls; the outcome itself without */
    double sum1, sum0;
    struct ols_factor controls; /* of that regression; unset without */
    double *score;              /* w (d - p), the logit's score without x */
    double *part;               /* scratch */
};

static double weight_of(const struct frame *f, size_t i)
{
    return f->w ? f->w[i] : 1.0;
}

static err weighting_new(const struct frame *f, arena *a, struct weighting *s,
                         struct err_info *info)
{
    *s = (struct weighting){.f = f,
                            .p = ARENA_NEW(a, double, f->n),
                            .w1 = ARENA_NEW(a, double, f->n),
                            .w0 = ARENA_NEW(a, double, f->n),
                            .r = ARENA_NEW(a, double, f->n),
                            .score = ARENA_NEW(a, double, f->n),
                            .part = ARENA_NEW(a, double, f->n)};
    if (!s->p || !s->w1 || !s->w0 || !s->r || !s->score || !s->part)
        return err_nomem(info);
    memcpy(s->r, f->y, f->n * sizeof *s->r);
    return logit_fit_new(a, f->k, &s->logit, info);
}

err cross_fit_scores(const struct frame *f, par *pool, struct logit_fit *logit, double *p,
                     struct err_info *info)
{
    err e = logit_run(pool, f->x, f->k, f->d, f->w, f->n, NULL, logit, p, info);
    if (e != OK || logit->status == LOGIT_CONVERGED)
        return e;
    if (logit->status == LOGIT_SEPARATED)
        return err_text(info, E_INPUT, "effect.separated", f->x_name[logit->culprit]);
    return err_set(info, E_INPUT, "effect.logit-no-maximum");
}

/* Weights from scores; returns how many controls were trimmed. */
static size_t weigh(struct weighting *s)
{
    const struct frame *f = s->f;
    size_t trimmed = 0;

    for (size_t i = 0; i < f->n; i++) {
        const double w = weight_of(f, i), p = s->p[i];
        s->score[i] = w * (f->d[i] - p);
        if (f->d[i] > 0)
            s->w1[i] = w;
        else if (p < EFFECT_TRIM)
            s->w0[i] = w * p / (1 - p);
        else
            trimmed++;
    }
    s->sum1 = lin_sum(s->w1, f->n);
    s->sum0 = lin_sum(s->w0, f->n);
    return trimmed;
}

/* Regression of the outcome among the controls; its residuals for everyone. */
static err fit_controls(par *pool, arena *a, struct weighting *s, struct err_info *info)
{
    const struct frame *f = s->f;
    double *w = ARENA_NEW(a, double, f->n), *beta = ARENA_NEW(a, double, f->k);
    const struct ols_design design = {.x = f->x, .k = f->k, .w = w, .n = f->n};

    if (!w || !beta)
        return err_nomem(info);
    for (size_t i = 0; i < f->n; i++)
        w[i] = weight_of(f, i) * (1 - f->d[i]);
    err e = ols_factor(pool, &design, a, &s->controls, info);
    if (e != OK)
        return e;
    for (size_t j = 1; j < f->k; j++)
        if (!s->controls.keep[j])
            return err_text(info, E_INPUT, "effect.covariate-only-treated", f->x_name[j]);
    return ols_solve(pool, &design, &s->controls, f->y, beta, s->r, info);
}

void cross_add_estimation(const struct frame *f, const double *inverse, const double *u,
                          double factor, double *part, double *psi)
{
    double moment[LIN_K_MAX], loading[LIN_K_MAX];

    for (size_t j = 0; j < f->k; j++)
        moment[j] = lin_dot(f->x[j], part, f->n);
    lin_multiply(inverse, f->k, f->k, moment, loading);
    lin_combine(f->x, f->k, loading, f->n, part);
    for (size_t i = 0; i < f->n; i++)
        psi[i] -= factor * u[i] * part[i];
}

/* Horvitz-Thompson: the controls' weights are divided by those of the treated. */
static void answer_ht(struct weighting *s, struct cross_answer *answer)
{
    const struct frame *f = s->f;
    const double scale = (double)f->n / s->sum1;

    answer->estimate = (lin_dot(s->w1, f->y, f->n) - lin_dot(s->w0, f->y, f->n)) / s->sum1;
    for (size_t i = 0; i < f->n; i++)
        answer->psi[i] = scale * (s->w1[i] * (f->y[i] - answer->estimate) - s->w0[i] * f->y[i]);
    for (size_t i = 0; i < f->n; i++)
        s->part[i] = s->w0[i] * f->y[i];
    cross_add_estimation(f, s->logit.inverse, s->score, scale, s->part, answer->psi);
}

/* Both groups with weights that add to one; the estimation of the score with it. */
static void answer_hajek(struct weighting *s, struct cross_answer *answer)
{
    const struct frame *f = s->f;
    const double n = (double)f->n;
    const double mean1 = lin_dot(s->w1, s->r, f->n) / s->sum1;
    const double mean0 = lin_dot(s->w0, s->r, f->n) / s->sum0;

    answer->estimate = mean1 - mean0;
    for (size_t i = 0; i < f->n; i++) {
        s->part[i] = s->w0[i] * (s->r[i] - mean0);
        answer->psi[i] = n * (s->w1[i] * (s->r[i] - mean1) / s->sum1 - s->part[i] / s->sum0);
    }
    cross_add_estimation(f, s->logit.inverse, s->score, n / s->sum0, s->part, answer->psi);
}

/* The estimation of the outcome regression, felt where the two weighted groups differ in x. */
static void add_regression(struct weighting *s, struct cross_answer *answer)
{
    const struct frame *f = s->f;

    for (size_t i = 0; i < f->n; i++)
        s->part[i] = s->w1[i] / s->sum1 - s->w0[i] / s->sum0;
    for (size_t i = 0; i < f->n; i++) /* the score's own place is free by now */
        s->score[i] = weight_of(f, i) * (1 - f->d[i]) * s->r[i];
    cross_add_estimation(f, s->controls.inverse, s->score, (double)f->n, s->part, answer->psi);
}

/* The weights under which the groups are compared, in the place of those of the treated. */
static err compare_groups(struct weighting *s, par *pool, arena *a, struct effect_result *r,
                          struct err_info *info)
{
    for (size_t i = 0; i < s->f->n; i++)
        s->w1[i] += s->w0[i];
    return comparison_fill(s->f, s->p, s->w1, pool, a, r, info);
}

err cross_weighting(const struct frame *f, par *pool, struct effect_result *r, arena *a,
                    struct cross_answer *answer, struct err_info *info)
{
    const bool doubly = r->spec.method == EFFECT_DOUBLY_ROBUST;
    struct weighting s;

    err e = weighting_new(f, a, &s, info);
    if (e == OK)
        e = cross_fit_scores(f, pool, &s.logit, s.p, info);
    if (e != OK)
        return e;
    answer->n_trimmed = weigh(&s);
    r->diagnostics.propensity_sum_treated = lin_dot(s.w1, s.p, f->n);
    if (!(s.sum0 > 0))
        return err_set(info, E_INPUT, "effect.no-overlap");
    if (doubly)
        e = fit_controls(pool, a, &s, info);
    answer->psi = ARENA_NEW(a, double, f->n);
    if (e == OK && !answer->psi)
        e = err_nomem(info);
    if (e != OK)
        return e;
    if (r->spec.ipw == EFFECT_HORVITZ_THOMPSON && !doubly)
        answer_ht(&s, answer);
    else
        answer_hajek(&s, answer);
    if (doubly)
        add_regression(&s, answer);
    if (answer->n_trimmed)
        msg_int(effect_warn(r, "effect.trimmed"), (int64_t)answer->n_trimmed);
    e = compare_groups(&s, pool, a, r, info);
    if (e == OK)
        comparison_warn(r);
    return e;
}
