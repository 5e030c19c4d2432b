/* SPDX-License-Identifier: EUPL-1.2 */
/* cross_int: estimators for two groups seen once. Each gives one number and its influences. */
#ifndef ONTSCHOT_ENGINE_EFFECT_CROSS_INT_H
#define ONTSCHOT_ENGINE_EFFECT_CROSS_INT_H

#include "engine/effect/frame_int.h"
#include "engine/effect/logit_int.h"

struct cross_answer {
    double estimate;
    double *psi;     /* f->n influences, see influence_int.h */
    double variance; /* of its own kind (least squares), or NaN: from the influences */
    double df;       /* degrees of freedom for Student's t, or REAL_INF */
    size_t n_trimmed;
};

/*
 * Least squares of the outcome on the treatment; with covariates beside it
 * (not interacted) for EFFECT_REGRESSION. Errors as r->spec says: Student's t
 * with n - rank degrees of freedom, with clusters G - 1.
 */
WARN_UNUSED err cross_least_squares(const struct frame *f, par *pool, struct effect_result *r,
                                    arena *a, struct cross_answer *answer, struct err_info *info);

/*
 * Propensity scores p of all units by a logit on the covariates; `logit` is
 * from logit_fit_new. E_INPUT when no such model exists, with the covariate
 * that tells the groups apart.
 */
WARN_UNUSED err cross_fit_scores(const struct frame *f, par *pool, struct logit_fit *logit,
                                 double *p, struct err_info *info);

/*
 * Effect on the treated (ATT) by weighting the controls with the odds of their
 * propensity score p, from a logit on the covariates. For unit i with weight w:
 *
 *   w1 = w d, w0 = w (1 - d) p / (1 - p), 0 when p >= EFFECT_TRIM
 *   Hajek               sum w1 y / sum w1 - sum w0 y / sum w0
 *   Horvitz-Thompson    (sum w1 y - sum w0 y) / sum w1     Abadie (2005), eq. 10
 *   doubly robust       as Hajek, of y - m(x), m the outcome regression among
 *                       the controls: Robins, Rotnitzky and Zhao (1994), in the
 *                       form of Sant'Anna and Zhao (2020), eq. 2.5, with the
 *                       outcome in the place of its change
 *
 * Influences include the estimation of p and m: Sant'Anna and Zhao (2020),
 * theorem 1; Newey and McFadden (1994), sec. 6. Nothing is trimmed among the
 * treated.
 */
WARN_UNUSED err cross_weighting(const struct frame *f, par *pool, struct effect_result *r, arena *a,
                                struct cross_answer *answer, struct err_info *info);

/*
 * Effect under weights that make the groups alike. For unit i with weight w:
 *
 *   entropy  controls weigh w exp(x'b) with b such that their means of x equal
 *            those of the treated: the weights closest to w in entropy that do
 *            so, Hainmueller (2012), eq. 5 and 11, by tilt_int.h. Zhao and
 *            Percival (2017) show that exp(x'b) are the odds of a logit fitted
 *            by balance. Effect on the treated (ATT).
 *   overlap  treated weigh w (1 - p), controls w p, with p from a logit by
 *            maximum likelihood: Li, Morgan and Zaslavsky (2018), table 1. Means
 *            of x are equal by their theorem 3. Effect among those who could
 *            have been in either group (ATO).
 *
 * Influences count the estimation of b: as solution of stacked equations,
 * Newey and McFadden (1994), sec. 6. For entropy that comes down to the
 * residuals of least squares of y on x under the controls' weights; for overlap
 * see Li, Thomas and Li (2019), appendix.
 *
 * E_INPUT, with the covariate, when no such weights exist.
 */
WARN_UNUSED err cross_balancing(const struct frame *f, par *pool, struct effect_result *r, arena *a,
                                struct cross_answer *answer, struct err_info *info);

/*
 * What it adds to psi that coefficients were estimated from the data, with
 * influences n inverse x u: psi[i] -= factor u[i] x_i' inverse (X'part).
 *
 *   inverse  k x k
 *   u        n, the score of a unit without its x
 *   part     n: the derivative by the index x'b of each unit's term; lost
 */
void cross_add_estimation(const struct frame *f, const double *inverse, const double *u,
                          double factor, double *part, double *psi);

/*
 * CR2 and CR3 of the treatment, the last of k columns, by f->cluster: see clustered_int.h.
 * Fills variance and df of the answer. E_NOMEM; E_LIMIT beyond CROSS_CLUSTERS_BYTES_MAX.
 */
#define CROSS_CLUSTERS_BYTES_MAX ((size_t)1 << 30)
WARN_UNUSED err cross_cluster_errors(const struct frame *f, const double *const *x, size_t k,
                                     par *pool, const struct effect_result *r, arena *a,
                                     struct cross_answer *answer, struct err_info *info);

/* The estimator of r->spec.method on the rows of f: for matching those of the matched sample. */
WARN_UNUSED err cross_estimate(const struct frame *f, par *pool, struct effect_result *r, arena *a,
                               struct cross_answer *answer, struct err_info *info);

/*
 * How sure, counted in teams, once the estimate has its errors: see teams_int.h. f: the rows
 * before matching. Least squares follow from sums by team; other methods estimate again for each
 * allocation, scores, partners and weights included.
 */
WARN_UNUSED err cross_teams(const table *t, const struct frame *f, par *pool,
                            const struct progress *progress, struct effect_result *r, arena *a,
                            struct err_info *info);

/* ---- cross_teams_rerun.c ---- */

/*
 * Estimating again is done at most so often that CROSS_RERUNS_WORK multiplications are made, but
 * CROSS_RERUNS_MIN; and not at all where that would take more than CROSS_RERUNS_LIMIT, unless
 * randomisation is asked for.
 */
#define CROSS_RERUNS_WORK  1e10
#define CROSS_RERUNS_LIMIT 4e10
enum { CROSS_RERUNS_MIN = 199 };

/* Multiplications of one estimation, roughly. */
double cross_rerun_work(const struct frame *f, const struct effect_spec *s);

struct teams_design;

/* Sets evaluate of a design; f, profile and t are borrowed. *failed tells afterwards that memory
 * was out. E_NOMEM. */
WARN_UNUSED err cross_teams_rerun(const table *t, const struct frame *f,
                                  const struct effect_spec *spec, const uint32_t *profile, arena *a,
                                  struct teams_design *design, const bool **failed,
                                  struct err_info *info);

/*
 * Turns `f`, read from `t`, into the matched sample, in which least squares of y
 * on d is the effect on the treated: units in a pair or stratum, weighted. A
 * treated has weight 1, which its m controls share as 1 / m each; a control adds
 * up what it got, and the weights of the controls are scaled to their number. In a
 * stratum all treated share all controls (Iacus, King and Porro 2012, eq. 5).
 *
 * Fills r->match and r->balance. Sets the errors: by pair or stratum (f->cluster is
 * then that); hc1 with replacement, or with fewer than MATCH_STRATA_FEW strata;
 * f->cluster stays what it was when given. E_INPUT when fewer than two treated or
 * two controls are left.
 */
#define MATCH_STRATA_FEW 20
WARN_UNUSED err cross_match(const table *t, struct frame *f, par *pool, struct effect_result *r,
                            arena *a, struct err_info *info);

#endif
