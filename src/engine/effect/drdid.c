/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/drdid_int.h"

#include "base/lin.h"
#include "engine/effect/logit_int.h"
#include "engine/effect/ols_int.h"
#include "engine/effect/tilt_int.h"

#include <math.h>
#include <string.h>

static bool uses_score(enum effect_estimator e)
{
    return e != EFFECT_REG;
}

static bool uses_outcome_model(enum effect_estimator e)
{
    return e != EFFECT_IPW;
}

/* Columns of the controls alone. The array is scratch of k pointers. */
static const double *const *control_columns(const struct drdid_sample *s, const double **column)
{
    for (size_t j = 0; j < s->k; j++)
        column[j] = s->x[j] + s->n_treated;
    return column;
}

/* ---- the score ---- */

static const char *failure_of(enum logit_status status)
{
    switch (status) {
    case LOGIT_CONVERGED: return NULL;
    case LOGIT_ONE_GROUP: return "panel.no-controls";
    case LOGIT_SEPARATED: return "panel.separation";
    case LOGIT_NO_MAXIMUM: return "panel.no-maximum";
    }
    return NULL;
}

static void make_odds(const struct drdid_sample *s, struct drdid_fit *fit)
{
    const double *w = s->w + s->n_treated, *score = fit->score + s->n_treated;
    fit->n_trimmed = 0;
    for (size_t i = 0; i < s->n_control; i++) {
        const bool trims = score[i] >= EFFECT_TRIM;
        fit->n_trimmed += trims;
        fit->odds[i] = trims ? 0 : w[i] * score[i] / (1 - score[i]);
    }
}

/* Scores whose odds balance the covariates, starting from those of maximum likelihood. */
static err tilt_score(const struct drdid_sample *s, const double *const *control, double *b,
                      struct drdid_fit *fit, arena *keep, struct err_info *info)
{
    bool found;
    double *target = ARENA_NEW(keep, double, s->k);
    if (!target)
        return err_nomem(info);
    for (size_t j = 0; j < s->k; j++)
        target[j] = fit->treated_mean[j] * fit->treated_weight;
    double *ratio = fit->score + s->n_treated;
    const err e = tilt_run(control, s->k, s->w + s->n_treated, s->n_control, target, b, ratio, keep,
                           &found, info);
    if (e != OK)
        return e;
    if (!found)
        fit->failed = "panel.separation";
    for (size_t i = 0; i < s->n_control; i++)
        ratio[i] = ratio[i] / (1 + ratio[i]);
    return OK;
}

static err fit_score(const struct drdid_sample *s, const double *const *control,
                     const double *start, double *indicator, arena *keep, struct drdid_fit *fit,
                     struct err_info *info)
{
    struct logit_fit logit;
    const size_t n = s->n_treated + s->n_control;
    for (size_t i = 0; i < n; i++)
        indicator[i] = (double)(i < s->n_treated);
    err e = logit_fit_new(keep, s->k, &logit, info);
    if (e == OK)
        e = logit_run(NULL, s->x, s->k, indicator, s->w, n, start, &logit, fit->score, info);
    if (e != OK)
        return e;
    fit->failed = failure_of(logit.status);
    fit->inverse_hessian = logit.inverse;
    fit->beta = fit->failed ? NULL : logit.beta;
    if (!fit->failed && fit->estimator == EFFECT_DR)
        e = tilt_score(s, control, logit.beta, fit, keep, info);
    if (e != OK || fit->failed)
        return e;
    make_odds(s, fit);
    fit->control_odds = lin_sum(fit->odds, s->n_control);
    if (!(fit->control_odds > 0))
        fit->failed = "panel.no-overlap";
    for (size_t j = 0; j < s->k && !fit->failed; j++)
        fit->control_mean[j] = lin_dot(fit->odds, control[j], s->n_control) / fit->control_odds;
    return OK;
}

/* ---- the outcome model ---- */

/* A covariate that varies, but not among the controls, cannot be adjusted for. */
static err check_controls_span(const struct drdid_sample *s, size_t control_rank, arena *keep,
                               struct drdid_fit *fit, struct err_info *info)
{
    struct ols_factor all;
    const struct ols_design design = {
        .x = s->x, .k = s->k, .w = s->w, .n = s->n_treated + s->n_control};
    const err e = ols_factor(NULL, &design, keep, &all, info);
    if (e == OK && control_rank < all.rank)
        fit->failed = "panel.no-overlap";
    return e;
}

static err fit_outcome_model(const struct drdid_sample *s, const double *const *control,
                             arena *keep, struct drdid_fit *fit, struct err_info *info)
{
    struct ols_factor factor;
    const struct ols_design design = {.x = control,
                                      .k = s->k,
                                      .w = fit->estimator == EFFECT_DR ? fit->odds
                                                                       : s->w + s->n_treated,
                                      .n = s->n_control};
    const err e = ols_factor(NULL, &design, keep, &factor, info);
    if (e != OK)
        return e;
    fit->inverse_gram = factor.inverse;
    return check_controls_span(s, factor.rank, keep, fit, info);
}

err drdid_fit(const struct drdid_sample *s, enum effect_estimator estimator, enum effect_ipw ipw,
              const double *start, double *indicator, arena *keep, struct drdid_fit *fit,
              struct err_info *info)
{
    const double **column = ARENA_NEW(keep, const double *, s->k);
    fit->estimator = estimator;
    fit->ipw = ipw;
    fit->failed = NULL;
    fit->treated_mean = ARENA_NEW(keep, double, s->k);
    fit->control_mean = ARENA_NEW(keep, double, s->k);
    if (!column || !fit->treated_mean || !fit->control_mean)
        return err_nomem(info);
    fit->treated_weight = lin_sum(s->w, s->n_treated);
    if (!(fit->treated_weight > 0))
        fit->failed = "panel.no-treated";
    else if (!(lin_sum(s->w + s->n_treated, s->n_control) > 0))
        fit->failed = "panel.no-controls";
    if (fit->failed)
        return OK;
    for (size_t j = 0; j < s->k; j++)
        fit->treated_mean[j] = lin_dot(s->w, s->x[j], s->n_treated) / fit->treated_weight;
    const double *const *control = control_columns(s, column);
    err e = OK;
    if (uses_score(estimator))
        e = fit_score(s, control, start, indicator, keep, fit, info);
    if (e == OK && !fit->failed && uses_outcome_model(estimator))
        e = fit_outcome_model(s, control, keep, fit, info);
    return e;
}

/* ---- the effect ---- */

/*
 * Block by block: a block's rows stay in the cache while all columns pass over
 * them. The sums are those of lin over all rows, as lin adds the same blocks.
 */
static size_t block_rows(size_t at, size_t behind)
{
    return behind - at < LIN_BLOCK ? behind - at : LIN_BLOCK;
}

/* index[i] = sum_j b[j] x[j][at + i] for the rows of one block. */
static void combine_block(const struct drdid_sample *s, const double *b, size_t at, size_t rows,
                          double *index)
{
    const double *x[LIN_K_MAX];
    for (size_t j = 0; j < s->k; j++)
        x[j] = s->x[j] + at;
    lin_combine(x, s->k, b, rows, index);
}

/* What the sums over a sample add up to. r is the change less what the outcome model expects. */
struct sums {
    double treated;            /* w r */
    double control;            /* odds r, of the controls */
    double product[LIN_K_MAX]; /* odds r x, of the controls */
};

/*
 * The parts of an effect's influence function. With W1 the treated's weight and
 * W0 the controls' odds:
 *   treated   w (r - center1) / W1 - w (1 - score) x'c_score
 *   controls  -odds (r - center0) / mass0 + w score x'c_score - w r x'c_outcome
 * The terms in c are the price of having estimated the score and the model.
 */
struct parts {
    double center1, center0, mass0;
    double score[LIN_K_MAX];   /* c_score */
    double outcome[LIN_K_MAX]; /* c_outcome */
    bool has_score, has_outcome;
};

/* Coefficients b of a least-squares fit on the controls. */
static void fit_change(const struct drdid_sample *s, const struct drdid_fit *fit,
                       const double *change, double *b)
{
    double moment[LIN_K_MAX] = {0};
    const size_t from = s->n_treated, n = s->n_treated + s->n_control;
    const double *a = fit->estimator == EFFECT_DR ? fit->odds : s->w + from;
    for (size_t at = from; at < n; at += LIN_BLOCK)
        for (size_t j = 0; j < s->k; j++)
            moment[j] += lin_dot3(a + (at - from), s->x[j] + at, change + at, block_rows(at, n));
    if (s->k == 1) /* a mean, without the rounding of an inverse */
        b[0] = moment[0] / lin_sum(a, s->n_control);
    else
        lin_multiply(fit->inverse_gram, s->k, s->k, moment, b);
}

/* change -> r, for the rows of one block. */
static void take_residuals(const struct drdid_sample *s, const double *b, size_t at, size_t rows,
                           double *change, double *index)
{
    combine_block(s, b, at, rows, index);
    for (size_t i = 0; i < rows; i++)
        change[at + i] -= index[i];
}

/* change -> r, and its sums. */
static void sum_residuals(const struct drdid_sample *s, const struct drdid_fit *fit, double *change,
                          double *index, struct sums *sum)
{
    double b[LIN_K_MAX];
    const size_t from = s->n_treated, n = s->n_treated + s->n_control;
    const bool has_model = uses_outcome_model(fit->estimator);
    *sum = (struct sums){0};
    if (has_model)
        fit_change(s, fit, change, b);
    for (size_t at = 0; at < from; at += LIN_BLOCK) {
        const size_t rows = block_rows(at, from);
        if (has_model)
            take_residuals(s, b, at, rows, change, index);
        sum->treated += lin_dot(s->w + at, change + at, rows);
    }
    for (size_t at = from; at < n; at += LIN_BLOCK) {
        const size_t rows = block_rows(at, n);
        if (has_model)
            take_residuals(s, b, at, rows, change, index);
        if (!uses_score(fit->estimator))
            continue;
        const double *odds = fit->odds + (at - from);
        sum->control += lin_dot(odds, change + at, rows);
        for (size_t j = 0; j < s->k; j++)
            sum->product[j] += lin_dot3(odds, change + at, s->x[j] + at, rows);
    }
}

/* Theorem 1 of Sant'Anna and Zhao (2020): by how much errors of the fits move the effect. */
static void set_corrections(const struct drdid_sample *s, const struct drdid_fit *fit,
                            const struct sums *sum, struct parts *p)
{
    double gap[LIN_K_MAX];
    p->has_score = fit->estimator == EFFECT_IPW || fit->estimator == EFFECT_DR_TRADITIONAL;
    p->has_outcome = fit->estimator == EFFECT_REG || fit->estimator == EFFECT_DR_TRADITIONAL;
    if (p->has_score) {
        for (size_t j = 0; j < s->k; j++)
            gap[j] = (sum->product[j] - p->center0 * fit->control_mean[j] * fit->control_odds) /
                     p->mass0;
        lin_multiply(fit->inverse_hessian, s->k, s->k, gap, p->score);
    }
    if (p->has_outcome) {
        const bool is_weighted = uses_score(fit->estimator);
        for (size_t j = 0; j < s->k; j++)
            gap[j] = fit->treated_mean[j] - (is_weighted ? fit->control_mean[j] : 0);
        lin_multiply(fit->inverse_gram, s->k, s->k, gap, p->outcome);
    }
}

static void write_treated(const struct drdid_sample *s, const struct drdid_fit *fit,
                          const struct parts *p, size_t at, const double *r, double *index,
                          double *influence)
{
    const double *w = s->w + at;
    const size_t rows = block_rows(at, s->n_treated);
    for (size_t i = 0; i < rows; i++)
        influence[i] = w[i] * (r[i] - p->center1) / fit->treated_weight;
    if (!p->has_score)
        return;
    const double *score = fit->score + at;
    combine_block(s, p->score, at, rows, index);
    for (size_t i = 0; i < rows; i++)
        influence[i] -= w[i] * (1 - score[i]) * index[i];
}

static void write_controls(const struct drdid_sample *s, const struct drdid_fit *fit,
                           const struct parts *p, size_t at, const double *r, double *index,
                           double *influence)
{
    const double *w = s->w + at;
    const size_t rows = block_rows(at, s->n_treated + s->n_control);
    memset(influence, 0, rows * sizeof *influence);
    if (uses_score(fit->estimator)) {
        const double *odds = fit->odds + (at - s->n_treated);
        for (size_t i = 0; i < rows; i++)
            influence[i] = -odds[i] * (r[i] - p->center0) / p->mass0;
    }
    if (p->has_score) {
        const double *score = fit->score + at;
        combine_block(s, p->score, at, rows, index);
        for (size_t i = 0; i < rows; i++)
            influence[i] += w[i] * score[i] * index[i];
    }
    if (p->has_outcome) {
        combine_block(s, p->outcome, at, rows, index);
        for (size_t i = 0; i < rows; i++)
            influence[i] -= w[i] * r[i] * index[i];
    }
}

double drdid_effect(const struct drdid_sample *s, const struct drdid_fit *fit, double *change,
                    double *index, double *influence)
{
    struct sums sum;
    struct parts p = {.mass0 = 0};
    const size_t from = s->n_treated, n = s->n_treated + s->n_control;
    sum_residuals(s, fit, change, index, &sum);
    const double treated = sum.treated / fit->treated_weight;
    double effect = treated;
    p.center1 = treated;
    if (uses_score(fit->estimator)) {
        const bool is_hajek = fit->estimator != EFFECT_IPW || fit->ipw == EFFECT_HAJEK;
        p.mass0 = is_hajek ? fit->control_odds : fit->treated_weight;
        const double control = sum.control / p.mass0;
        effect = treated - control;
        p.center0 = is_hajek ? control : 0;
        p.center1 = is_hajek ? treated : effect;
    }
    set_corrections(s, fit, &sum, &p);
    for (size_t at = 0; at < from; at += LIN_BLOCK)
        write_treated(s, fit, &p, at, change + at, index, influence + at);
    for (size_t at = from; at < n; at += LIN_BLOCK)
        write_controls(s, fit, &p, at, change + at, index, influence + at);
    return effect;
}
