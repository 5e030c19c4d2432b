/* SPDX-License-Identifier: EUPL-1.2 */
/* Weights under which two groups are alike: entropy balancing and overlap weights. */
#include "engine/effect/cross_int.h"

#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/comparison_int.h"
#include "engine/effect/ols_int.h"
#include "engine/effect/tilt_int.h"

#include <math.h>

struct balancing {
    const struct frame *f;
    double *p;       /* propensity score */
    double *w1, *w0; /* weights of the treated and of the controls; 0 for the other group */
    double *part;    /* scratch */
};

static double weight_of(const struct frame *f, size_t i)
{
    return f->w ? f->w[i] : 1.0;
}

static err balancing_new(const struct frame *f, arena *a, struct balancing *b,
                         struct err_info *info)
{
    *b = (struct balancing){.f = f,
                            .p = ARENA_NEW(a, double, f->n),
                            .w1 = ARENA_NEW(a, double, f->n),
                            .w0 = ARENA_NEW(a, double, f->n),
                            .part = ARENA_NEW(a, double, f->n)};
    return b->p && b->w1 && b->w0 && b->part ? OK : err_nomem(info);
}

/* ---- entropy ---- */

/* Where no weights can bring the controls: their own values end before it. */
struct reach {
    size_t column; /* 0: none */
    double target, low, high;
};

static struct reach find_out_of_reach(const struct frame *f, const double *target)
{
    for (size_t j = 1; j < f->k; j++) {
        struct reach r = {j, target[j] / target[0], REAL_INF, -REAL_INF};
        for (size_t i = 0; i < f->n; i++) {
            if (f->d[i] > 0)
                continue;
            r.low = fmin(r.low, f->x[j][i]);
            r.high = fmax(r.high, f->x[j][i]);
        }
        if (r.target <= r.low || r.target >= r.high)
            return r;
    }
    return (struct reach){0};
}

/* Names the covariate that stands in the way: out of reach, or whose coefficient runs away. */
static err tell_no_weights(const struct frame *f, const double *target, const double *b,
                           struct err_info *info)
{
    const struct reach r = find_out_of_reach(f, target);
    size_t worst = 1;

    if (r.column) {
        const double mean = f->x_mean[r.column], sd = f->x_sd[r.column];
        err_text(info, E_INPUT, "balancing.out-of-reach", f->x_name[r.column]);
        msg_real(&info->msg, mean + sd * r.target, 2);
        msg_real(&info->msg, mean + sd * r.low, 2);
        msg_real(&info->msg, mean + sd * r.high, 2);
        return E_INPUT;
    }
    for (size_t j = 2; j < f->k; j++)
        if (fabs(b[j]) > fabs(b[worst]))
            worst = j;
    return err_text(info, E_INPUT, "balancing.no-weights", f->x_name[worst]);
}

/* The controls' weights; and as score, the chance whose odds they are. */
static err weigh_by_entropy(struct balancing *s, arena *a, struct err_info *info)
{
    const struct frame *f = s->f;
    double target[LIN_K_MAX], b[LIN_K_MAX] = {0};
    bool found;

    for (size_t i = 0; i < f->n; i++) {
        s->w1[i] = f->d[i] > 0 ? weight_of(f, i) : 0;
        s->w0[i] = f->d[i] > 0 ? 0 : weight_of(f, i);
    }
    for (size_t j = 0; j < f->k; j++)
        target[j] = lin_dot(s->w1, f->x[j], f->n);
    b[0] = real_log(target[0] / lin_sum(s->w0, f->n));
    const err e = tilt_run(f->x, f->k, s->w0, f->n, target, b, s->part, a, &found, info);
    if (e != OK)
        return e;
    if (!found)
        return tell_no_weights(f, target, b, info);
    for (size_t i = 0; i < f->n; i++) {
        s->w0[i] *= s->part[i];
        s->p[i] = isinf(s->part[i]) ? 1 : s->part[i] / (1 + s->part[i]);
    }
    return OK;
}

/*
 * Weighted sums of x are equal in both groups, so that a regression on x changes
 * nothing in the effect; but its residuals are what the effect varies by.
 */
static err answer_entropy(struct balancing *s, par *pool, arena *a, struct cross_answer *answer,
                          struct err_info *info)
{
    const struct frame *f = s->f;
    const double n = (double)f->n;
    double beta[LIN_K_MAX];
    struct ols_factor factor;
    const struct ols_design controls = {.x = f->x, .k = f->k, .w = s->w0, .n = f->n};

    err e = ols_factor(pool, &controls, a, &factor, info);
    if (e == OK)
        e = ols_solve(pool, &controls, &factor, f->y, beta, s->part, info);
    if (e != OK)
        return e;
    const double sum1 = lin_sum(s->w1, f->n), sum0 = lin_sum(s->w0, f->n);
    const double gap = lin_dot(s->w1, s->part, f->n) / sum1;
    answer->estimate = lin_dot(s->w1, f->y, f->n) / sum1 - lin_dot(s->w0, f->y, f->n) / sum0;
    for (size_t i = 0; i < f->n; i++)
        answer->psi[i] = n * (s->w1[i] * (s->part[i] - gap) / sum1 - s->w0[i] * s->part[i] / sum0);
    return OK;
}

/* ---- overlap ---- */

static err weigh_by_overlap(struct balancing *s, par *pool, struct effect_result *r, arena *a,
                            struct logit_fit *logit, struct err_info *info)
{
    const struct frame *f = s->f;

    err e = logit_fit_new(a, f->k, logit, info);
    if (e == OK)
        e = cross_fit_scores(f, pool, logit, s->p, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < f->n; i++) {
        const bool treated = f->d[i] > 0;
        s->part[i] = treated ? weight_of(f, i) : 0;
        s->w1[i] = treated ? weight_of(f, i) * (1 - s->p[i]) : 0;
        s->w0[i] = treated ? 0 : weight_of(f, i) * s->p[i];
    }
    r->diagnostics.propensity_sum_treated = lin_dot(s->part, s->p, f->n);
    return OK;
}

/* A larger score lowers a treated's weight by p of itself and lifts a control's by 1 - p. */
static err answer_overlap(struct balancing *s, const struct logit_fit *logit, arena *a,
                          struct cross_answer *answer, struct err_info *info)
{
    const struct frame *f = s->f;
    const double n = (double)f->n;
    const double sum1 = lin_sum(s->w1, f->n), sum0 = lin_sum(s->w0, f->n);
    const double mean1 = lin_dot(s->w1, f->y, f->n) / sum1;
    const double mean0 = lin_dot(s->w0, f->y, f->n) / sum0;
    double *score = ARENA_NEW(a, double, f->n);
    if (!score)
        return err_nomem(info);

    answer->estimate = mean1 - mean0;
    for (size_t i = 0; i < f->n; i++) {
        const double part1 = s->w1[i] * (f->y[i] - mean1) / sum1;
        const double part0 = s->w0[i] * (f->y[i] - mean0) / sum0;
        answer->psi[i] = n * (part1 - part0);
        s->part[i] = s->p[i] * part1 + (1 - s->p[i]) * part0;
        score[i] = weight_of(f, i) * (f->d[i] - s->p[i]);
    }
    cross_add_estimation(f, logit->inverse, score, n, s->part, answer->psi);
    return OK;
}

/* ---- both ---- */

err cross_balancing(const struct frame *f, par *pool, struct effect_result *r, arena *a,
                    struct cross_answer *answer, struct err_info *info)
{
    const bool entropy = r->spec.weighing == EFFECT_ENTROPY;
    struct balancing s;
    struct logit_fit logit;

    if (f->k == 1)
        return err_set(info, E_INPUT, "balancing.nothing-varies");
    answer->psi = ARENA_NEW(a, double, f->n);
    err e = answer->psi ? balancing_new(f, a, &s, info) : err_nomem(info);
    if (e == OK)
        e = entropy ? weigh_by_entropy(&s, a, info)
                    : weigh_by_overlap(&s, pool, r, a, &logit, info);
    if (e == OK)
        e = entropy ? answer_entropy(&s, pool, a, answer, info)
                    : answer_overlap(&s, &logit, a, answer, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < f->n; i++)
        s.part[i] = s.w1[i] + s.w0[i];
    e = comparison_fill(f, s.p, s.part, pool, a, r, info);
    if (e == OK)
        comparison_warn(r);
    return e;
}
