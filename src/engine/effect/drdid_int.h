/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * drdid: one comparison of treated and controls between two periods.
 *
 * Does: the estimators of Sant'Anna and Zhao, "Doubly robust difference-in-
 *       differences estimators", Journal of Econometrics 219 (2020), for
 *       panels: outcome regression, inverse probability weighting, doubly
 *       robust by maximum likelihood and least squares ("traditional") and by
 *       tilting and weighted least squares ("improved"), with their influence
 *       functions.
 * Does not: know periods, cohorts or missing values; choose the sample.
 *
 * A sample has its treated first, then its controls. Two steps, because many
 * outcomes share one sample: drdid_fit makes what depends on treatment and
 * covariates, drdid_effect adds an outcome.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_DRDID_INT_H
#define ONTSCHOT_ENGINE_EFFECT_DRDID_INT_H

#include "base/arena.h"
#include "engine/effect/effect.h"

/* Borrowed columns of n_treated + n_control rows. */
struct drdid_sample {
    size_t n_treated, n_control;
    const double *const *x; /* k columns; x[0] is the constant */
    size_t k;
    const double *w;
};

/* What depends on treatment and covariates. Small matrices are k x k, row-major. */
struct drdid_fit {
    enum effect_estimator estimator;
    enum effect_ipw ipw;
    const char *failed;      /* message key of why no effect can be computed, or NULL */
    double *score;           /* n: propensity score, or NULL without */
    double *beta;            /* k: coefficients of the score, or NULL */
    double *odds;            /* n_control: weight times score / (1 - score), 0 if trimmed */
    double *inverse_hessian; /* of the score's likelihood */
    double *inverse_gram;    /* of the controls, by weight (improved: by odds) */
    double *treated_mean;    /* k: covariates of the treated */
    double *control_mean;    /* k: covariates of the controls by odds */
    double treated_weight, control_odds;
    size_t n_trimmed; /* controls with a score of EFFECT_TRIM or more */
};

/*
 * Estimates the score and factors the outcome model.
 *
 *   start      k coefficients of a similar sample's score to start from, or NULL
 *   indicator  n places of scratch
 *   keep       memory of the small matrices of `fit`
 *   fit        score and odds are set by the caller to room for n and n_control
 *
 * A sample that allows no estimate is told by fit->failed, not by an error: no
 * treated or controls with weight, covariates that tell the groups apart
 * ("panel.separation"), or that do not vary among controls ("panel.no-overlap").
 * E_NOMEM.
 */
WARN_UNUSED err drdid_fit(const struct drdid_sample *s, enum effect_estimator estimator,
                          enum effect_ipw ipw, const double *start, double *indicator, arena *keep,
                          struct drdid_fit *fit, struct err_info *info);

/*
 * The average effect on the treated for an outcome's change.
 *
 *   change     n values, overwritten
 *   influence  n values that add up to about 0: the effect moves by influence[i]
 *              when person i counts twice; times n it is the influence function
 *   index      scratch: n places, or LIN_BLOCK if that is less
 *
 * Sant'Anna and Zhao (2020), for panel data: section 2 (the estimands by
 * regression, weighting and both) and theorem 1 (influence function); section 3
 * for the improved estimator, whose fits add nothing to the influence function.
 */
double drdid_effect(const struct drdid_sample *s, const struct drdid_fit *fit, double *change,
                    double *index, double *influence);

#endif
