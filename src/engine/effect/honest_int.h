/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * honest: what is left of an effect when trends were not parallel (Rambachan and
 * Roth, "A More Credible Approach to Parallel Trends", Review of Economic Studies
 * 90, 2023), and what a test of earlier trends can find (Roth, "Pretest with
 * Caution", AER: Insights 4, 2022).
 *
 *   honest.c           from a result: its event study, the lists of M, the summary
 *   honest_study.c     the event study that a result holds
 *   honest_relative.c  trends differ at most M times as much as they did before
 *   honest_smooth.c    the slope of the difference changes at most M
 *   honest_power.c     the straight trend which the joint test of pretest_int.h, or a look at each
 *                      period, finds; and what one not found does to the effect
 *
 * Does: intervals from an event study's estimates and covariance alone.
 * Does not: estimate the event study.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_HONEST_INT_H
#define ONTSCHOT_ENGINE_EFFECT_HONEST_INT_H

#include "base/arena.h"
#include "engine/effect/effect_int.h"

/*
 * Changes since one period, the base, in order of time: n_before periods up to
 * it, then n_after since; the base itself, 0 by definition, is not among them.
 * Both numbers are at least 1.
 */
struct honest_study {
    size_t n_before, n_after;
    double *estimate;   /* n_before + n_after */
    double *covariance; /* as many squared */
    double *weight;     /* n_after: the effect asked about is their sum with these */
};

struct honest_interval {
    double low, high;
};

enum {
    HONEST_PERIODS_MAX = 200, /* before, and since, the base */
    HONEST_RELATIVE_MAX = 100 /* the breakdown value is not looked for beyond */
};

/* The effect asked about and its standard error when trends are parallel. */
double honest_effect(const struct honest_study *s, double *standard_error);

/*
 * Delta^RM(M): after the base, the difference in trends moves in one step at most
 * M times as far as in its largest step before. The interval's ends are those of
 * the set of effects that the hybrid test of Andrews, Roth and Pakes (2023) does
 * not reject at 1 - level, see honest_relative.c; to within a millionth of the
 * standard error. NaN when the test rejects every effect.
 */
struct honest_interval honest_relative(const struct honest_study *s, double level, double m);

/* Whether that interval holds 0. */
bool honest_relative_holds_zero(const struct honest_study *s, double level, double m);

/*
 * The smallest M at which `0` is not rejected. NaN when it is not even with
 * parallel trends; HONEST_RELATIVE_MAX when it still is there.
 */
double honest_relative_breakdown(const struct honest_study *s, double level);

/*
 * Delta^SD(M): the slope of the difference in trends changes by at most M from one
 * step to the next, before and after. The shortest interval of fixed length around
 * a linear estimator (Armstrong and Kolesar, "Optimal Inference in a Class of
 * Regression Models", Econometrica 86, 2018), see honest_smooth.c. E_NOMEM.
 */
WARN_UNUSED err honest_smooth(const struct honest_study *s, double level, double m, arena *a,
                              struct honest_interval *interval, struct err_info *info);

/* The smallest M at which the interval holds 0; NaN when it does at M = 0. */
WARN_UNUSED err honest_smooth_breakdown(const struct honest_study *s, double level, arena *a,
                                        double *breakdown, struct err_info *info);

/* The `level` quantile of |N(t, 1)|, t >= 0. */
double honest_folded_quantile(double level, double t);

/* Room for one, all numbers 0, or NULL. */
struct honest_study *honest_study_new(size_t n_before, size_t n_after, arena *a);

/* How far event times of neighbouring periods are apart. */
double honest_event_step(const struct effect_result *r);

/* Half the width of a result's pointwise intervals in standard errors. */
double honest_quantile(const struct effect_result *r);

/*
 * The event study of a result, with equal weights for the periods since the start
 * as the average of event times has. NULL in *study when there is none: a period
 * is missing, or nothing was measured before. Its covariance is scaled so that
 * normal quantiles give the intervals of the result. E_NOMEM.
 */
WARN_UNUSED err honest_study_make(const struct effect_result *r, arena *a,
                                  struct honest_study **study, struct err_info *info);

/* What effect_spec_check asks about honesty. E_INPUT, E_LIMIT. */
WARN_UNUSED err effect_honest_check(const struct effect_spec *s, struct err_info *info);

/* The whole, behind every estimation. E_INPUT when sets were asked for and cannot be. */
WARN_UNUSED err effect_honest_run(struct effect_result *r, struct err_info *info);

/* Fills r->trends: what the pre-test, and the rule of each period, can find. E_NOMEM. */
WARN_UNUSED err honest_power(struct effect_result *r, arena *a, struct err_info *info);

#endif
