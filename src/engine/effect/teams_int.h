/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * teams: how sure the main effect is when treatment goes by team and few teams were treated.
 *
 * Errors by cluster lean on many treated and many other clusters. With few, the question is
 * turned round: how often would teams drawn in another way have shown as much? A profile is one
 * way in which a team can be treated: never, or from some period on. An allocation gives the
 * observed profiles to teams in some order.
 *
 * The rule (teams_open), with `few` the smaller of the numbers of treated and other teams; when all
 * start sometime, of those that share the commonest profile and those that do not:
 *
 *   few >= 8       analytic: errors by cluster
 *   2 <= few < 8   randomisation on the t-statistic: MacKinnon and Webb, "Randomization inference
 *                  for difference-in-differences with few treated clusters", Journal of
 *                  Econometrics 218 (2020), RI-t
 *   few = 1        the one team's place among all, each in its stead and measured by the spread
 *                  that its size gives: Ferman and Pinto, "Inference in differences-in-differences
 *                  with few treated groups and heteroskedasticity", Review of Economics and
 *                  Statistics 101 (2019); Conley and Taber (2011)
 *
 * spec.inference overrules it. The wild cluster bootstrap (randomise_int.h) stands beside it.
 *
 * Does: rule, allocations, p-values, intervals by inversion; fills r->teams and, where the rule
 *       says so, p and interval of the main estimate.
 * Does not: estimate. A method gives one function from an allocation to an estimate and its t.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_TEAMS_INT_H
#define ONTSCHOT_ENGINE_EFFECT_TEAMS_INT_H

#include "base/arena.h"
#include "engine/effect/effect_int.h"

/*
 * What an allocation, or a draw of the bootstrap, makes of the outcome less `effect` times the
 * observed treatment: estimate n0 - effect n1, variance c0 - 2 effect c1 + effect^2 c2, the last
 * up to a factor that all share. Everything is linear in the outcome, so that this holds exactly,
 * and one table of these serves the test of every effect.
 */
struct teams_draw {
    double n0, n1, c0, c1, c2;
};

/* Functions are called from several threads at once; `worker` as in par_run. */
struct teams_design {
    size_t n;                /* teams */
    size_t n_profiles;       /* 0 .. n_profiles - 1, all in use */
    const uint32_t *profile; /* n: as it was */
    const double *size;      /* n: persons or rows of a team */
    void (*evaluate)(const void *ctx, const uint32_t *profile, unsigned worker,
                     struct teams_draw *draw);
    const void *evaluate_ctx;
    void (*resample)(const void *ctx, const double *weight, unsigned worker,
                     struct teams_draw *draw); /* n weights; NULL: no bootstrap for this method */
    const void *resample_ctx;
    size_t most; /* allocations at most, as each costs an estimation; 0: spec.replications */
};

/* What a method can do besides errors by cluster; or could, were the data not too large for it. */
enum { TEAMS_CAN_RANDOMISE = 1, TEAMS_CAN_WILD = 2, TEAMS_TOO_LARGE = 4 };

/*
 * Chooses the rule and makes r->teams with what is known before any estimate: teams, allocations,
 * smallest p. profile: n, or NULL when treatment varies within teams; then treated, n, is not read.
 * Does nothing when r->teams has no sense: treatment within teams, or every unit its own team and
 * many of either kind. E_INPUT when spec.inference asks what the design does not have; E_NOMEM.
 */
WARN_UNUSED err teams_open(size_t n, const uint32_t *profile, size_t n_profiles,
                           const bool *treated, unsigned can, arena *a, struct effect_result *r,
                           struct err_info *info);

/* Whether teams_conclude is needed. */
bool teams_needs_draws(const struct effect_result *r);

/* Looks at the allocations and draws, after the main estimate. E_INPUT, E_NOMEM, E_CANCELLED. */
WARN_UNUSED err teams_conclude(const struct teams_design *d, par *pool,
                               const struct progress *progress, arena *a, struct effect_result *r,
                               struct err_info *info);

/*
 * One team of either kind and no other: each fits its own outcome, and errors by cluster are
 * rounding. teams_forget_errors forgets these, and says so. t may be NULL.
 */
bool teams_are_one_each(const struct effect_teams *t);
void teams_forget_errors(struct effect_result *r);

/* At the end: p and interval of the errors by cluster, where these are all there is. */
void teams_close(struct effect_result *r);

/* ---- teams_draws.c: tables of allocations and of bootstrap draws ---- */

struct teams_table {
    struct teams_draw observed;
    struct teams_draw *draw; /* n */
    size_t n;
    bool is_complete; /* all there are, the observed among them */
};

/* Orders of n profiles that differ: n! over the product of n(profile)!; may be infinite. */
double teams_count_allocations(size_t n, const uint32_t *profile, size_t n_profiles, arena *a);

/*
 * All allocations when these are `most` at the most, in lexicographic order of their profiles;
 * else `most` random ones, the d-th a function of (seed, d). E_NOMEM, E_CANCELLED.
 */
WARN_UNUSED err teams_allocate(const struct teams_design *d, size_t most, uint64_t seed, par *pool,
                               const struct progress *progress, arena *a, struct teams_table *t,
                               struct err_info *info);

/*
 * Draws of the wild bootstrap: Webb's six weights, +- sqrt(1/2), 1, sqrt(3/2), for fewer than 12
 * teams (Webb, "Reworking wild bootstrap-based inference for clustered errors", 2023); else signs,
 * all 2^n when these are `most` at the most.
 */
WARN_UNUSED err teams_resample(const struct teams_design *d, size_t most, uint64_t seed, par *pool,
                               const struct progress *progress, arena *a, struct teams_table *t,
                               struct err_info *info);

/* ---- teams_p.c: tests of an effect ---- */

/*
 * Two-sided p of `effect`: the share of t^2 at least as large as the observed. A table that is not
 * complete counts the observed one in: (1 + count) / (1 + n), Phipson and Smyth (2010).
 */
double teams_p(const struct teams_table *t, double effect);

/*
 * The same for one team of its kind. Row j of a complete table has team j in its stead. Squared
 * estimates are measured by h(size) = A + B / size, least squares over teams with A and B at least
 * 0: Ferman and Pinto (2019), section 3.
 */
struct teams_single {
    const struct teams_table *table;
    const double *size; /* of team j */
    size_t own;         /* the observed one */
};
double teams_single_p(const struct teams_single *s, double effect);

/*
 * The effects that a test does not reject at `level`, outward from `centre` in steps from `step`
 * doubling up to TEAMS_REACH times; what is not rejected there is infinite.
 */
#define TEAMS_REACH 0x1p20
void teams_invert(double (*p)(const void *ctx, double effect), const void *ctx, double centre,
                  double step, double level, double *low, double *high);

#endif
