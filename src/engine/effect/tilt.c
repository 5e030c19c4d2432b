/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/tilt_int.h"

#include "base/lin.h"
#include "base/real.h"

#include <math.h>
#include <string.h>

struct tilt {
    const double *const *x;
    size_t k, n;
    const double *w, *target;
    double *odds;     /* n: exp(x'b) */
    double *tilted;   /* n: w exp(x'b) */
    double *gradient; /* k */
    double *hessian;  /* k x k */
    double *step;     /* k */
    double *trial;    /* k */
    bool *keep;       /* k */
};

/* Fills odds and tilted weights at b; returns the objective. */
static double evaluate(const struct tilt *t, const double *b)
{
    lin_combine(t->x, t->k, b, t->n, t->odds);
    real_exp_n(t->odds, t->n, t->odds);
    for (size_t i = 0; i < t->n; i++)
        t->tilted[i] = t->w[i] * t->odds[i];
    double value = lin_sum(t->tilted, t->n);
    for (size_t j = 0; j < t->k; j++)
        value -= t->target[j] * b[j];
    return value;
}

/* The gradient and its size beside the sums it balances. */
static double unbalance(const struct tilt *t)
{
    double worst = 0;
    for (size_t j = 0; j < t->k; j++) {
        t->gradient[j] = lin_dot(t->tilted, t->x[j], t->n) - t->target[j];
        worst = fmax(worst, fabs(t->gradient[j]));
    }
    return worst / t->target[0]; /* target[0] is the weight of the treated */
}

/* Moves b to where the objective is lower. False when there is no such place nearby. */
static bool descend(const struct tilt *t, double *b, double *value)
{
    enum { HALVINGS_MAX = 40 };
    double slope = 0;
    for (size_t j = 0; j < t->k; j++)
        slope += t->gradient[j] * t->step[j];
    double length = 1;
    for (int i = 0; i < HALVINGS_MAX; i++, length /= 2) {
        for (size_t j = 0; j < t->k; j++)
            t->trial[j] = b[j] - length * t->step[j];
        const double there = evaluate(t, t->trial);
        /* rounding of the objective hides the last steps' gain */
        if (there <= *value - 1e-4 * length * slope + 1e-13 * fabs(*value)) {
            memcpy(b, t->trial, t->k * sizeof *b);
            *value = there;
            return true;
        }
    }
    return false;
}

/* Newton doubles the digits in each step, so that one step that gains nothing is the last. */
static err solve(const struct tilt *t, double *b, bool *found, struct err_info *info)
{
    const double enough = 1e-12, tolerable = 1e-9;
    double value = evaluate(t, b);
    double left = unbalance(t), before = REAL_INF;
    for (int i = 0; i < TILT_ITERATIONS_MAX && left > enough; i++) {
        if (!isfinite(value) || (left <= tolerable && left > before / 2))
            break;
        before = left;
        const err e = lin_gram(NULL, t->x, t->k, t->tilted, t->n, t->hessian, info);
        if (e != OK)
            return e;
        lin_cholesky(t->hessian, t->k, 1e-13, t->keep);
        memcpy(t->step, t->gradient, t->k * sizeof *t->step);
        lin_cholesky_solve(t->hessian, t->keep, t->k, t->step);
        const bool moved = descend(t, b, &value);
        if (!moved)
            evaluate(t, b); /* the odds of b, not of the last trial */
        left = unbalance(t);
        if (!moved)
            break;
    }
    *found = isfinite(value) && left <= tolerable;
    return OK;
}

err tilt_run(const double *const *x, size_t k, const double *w, size_t n, const double *target,
             double *b, double *odds, arena *a, bool *found, struct err_info *info)
{
    *found = false;
    const struct tilt t = {
        .x = x,
        .k = k,
        .n = n,
        .w = w,
        .target = target,
        .odds = odds,
        .tilted = ARENA_NEW(a, double, n),
        .gradient = ARENA_NEW(a, double, k),
        .hessian = ARENA_NEW(a, double, k *k),
        .step = ARENA_NEW(a, double, k),
        .trial = ARENA_NEW(a, double, k),
        .keep = ARENA_NEW(a, bool, k),
    };
    const bool fits = t.tilted && t.gradient && t.hessian && t.step && t.trial && t.keep;
    return fits ? solve(&t, b, found, info) : err_nomem(info);
}
