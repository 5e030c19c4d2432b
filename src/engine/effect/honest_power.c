/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What can be found of a straight difference in trends, g times the number of
 * periods, and what one that is not found does to the effect (Roth 2022).
 *
 * Under it the earlier effects are normal around g m. The joint test finds it with
 * the chance that a noncentral chi-squared (with clusters F), lambda = g^2 m'V^-1 m,
 * passes the critical value; a look at each event time with the chance that some
 * effect leaves its interval around 0, by Genz's integration ("Numerical Computation
 * of Multivariate Normal Probabilities", Journal of Computational and Graphical
 * Statistics 1, 1992) over a fixed lattice. Given that it was not found the mean of
 * the earlier effects is not g m, which moves the effect by c'V^-1 times the
 * difference, c their covariances with it. For the joint test that mean is g m
 * times the ratio of the chances of not finding it with two degrees of freedom more
 * and with as many as there are.
 */
#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/honest_int.h"
#include "engine/effect/pretest_int.h"

#include <math.h>
#include <string.h>

enum {
    POINTS = 512,    /* of the lattice */
    LOOKS_MAX = 100, /* event times; more are not looked at one by one */
    HALVINGS = 60,
};
static const double powers[] = {0.5, 0.8};
enum { N_POWERS = sizeof powers / sizeof *powers };

/* Earlier effects, as a rule sees them. */
struct looks {
    size_t n;
    double *mean;     /* m: of a slope of 1 */
    double *cholesky; /* n x n, of V */
    double *pull;     /* V^-1 c */
    double *bound;    /* of each |effect|: EFFECT_TREND_EACH */
    double *root;     /* lattice generators */
    double left;      /* degrees of freedom: EFFECT_TREND_JOINT */
    double level;
    double slope_bias; /* what a slope of 1 adds to the effect */
    double *sum, *z;   /* n: scratch */
};

/* ---- the effect ---- */

/* The average over event times since the start: its parts, as places among the estimates. */
static size_t list_effect(const struct effect_result *r, size_t *at)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_estimates; i++)
        if (r->estimates[i].aggregation == EFFECT_DYNAMIC && r->estimates[i].event_time >= 0 &&
            !r->estimates[i].failed)
            at[n++] = i;
    return n;
}

/* The last event time that is compared with nothing but itself, or the one before the first. */
static double base_of(const struct effect_result *r)
{
    for (size_t i = 0; i < r->n_estimates; i++)
        if (r->estimates[i].aggregation == EFFECT_DYNAMIC && r->estimates[i].reference)
            return r->estimates[i].event_time;
    return -(1 + r->spec.anticipation) * honest_event_step(r);
}

/* ---- how the earlier effects lie ---- */

static err looks_new(size_t n, arena *a, struct looks *l, struct err_info *info)
{
    *l = (struct looks){.n = n,
                        .mean = ARENA_NEW(a, double, n),
                        .cholesky = ARENA_NEW(a, double, n *n),
                        .pull = ARENA_NEW(a, double, n),
                        .bound = ARENA_NEW(a, double, n),
                        .root = ARENA_NEW(a, double, n),
                        .sum = ARENA_NEW(a, double, n),
                        .z = ARENA_NEW(a, double, n)};
    return l->mean && l->cholesky && l->pull && l->bound && l->root && l->sum && l->z
               ? OK
               : err_nomem(info);
}

/* Square roots of primes: Richtmyer's lattice. */
static void generators(size_t n, double *root)
{
    size_t found = 0;
    for (unsigned p = 2; found < n; p++) {
        bool is_prime = true;
        for (unsigned d = 2; d * d <= p; d++)
            is_prime = is_prime && p % d != 0;
        if (is_prime)
            root[found++] = sqrt(p);
    }
}

/* The effects at `at`; *is_regular: their covariance has full rank. */
static err looks_make(const struct effect_result *r, const size_t *at, size_t n, arena *a,
                      struct looks *l, bool *is_regular, struct err_info *info)
{
    const double step = honest_event_step(r), base = base_of(r), quantile = honest_quantile(r);
    const bool is_short = r->study != NULL; /* each compared with the period before it */
    size_t *effect = ARENA_NEW(a, size_t, r->n_estimates);
    bool *keep = ARENA_NEW(a, bool, n);
    const err e = looks_new(n, a, l, info);
    if (e != OK || !effect || !keep)
        return e != OK ? e : err_nomem(info);
    const size_t n_effect = list_effect(r, effect);
    for (size_t k = 0; k < n_effect; k++)
        l->slope_bias += (r->estimates[effect[k]].event_time - base) / step / (double)n_effect;
    for (size_t i = 0; i < n; i++) {
        const double *covariance = r->covariance + at[i] * r->n_estimates;
        l->mean[i] = is_short ? 1 : (r->estimates[at[i]].event_time - base) / step;
        l->bound[i] = quantile * sqrt(covariance[at[i]]);
        for (size_t k = 0; k < n_effect; k++)
            l->pull[i] += covariance[effect[k]] / (double)n_effect;
        for (size_t j = 0; j < n; j++)
            l->cholesky[i * n + j] = covariance[at[j]];
    }
    *is_regular = n_effect > 0 && n > 0 && lin_cholesky(l->cholesky, n, 1e-10, keep) == n;
    if (*is_regular)
        lin_cholesky_solve(l->cholesky, keep, n, l->pull);
    generators(n, l->root);
    l->left = pretest_df(&r->diagnostics, n);
    l->level = r->spec.level;
    return OK;
}

/* What a slope that was not found adds, given the earlier effects' mean then. */
static double bias_given(const struct looks *l, double slope, const double *mean)
{
    double bias = slope * l->slope_bias;
    for (size_t i = 0; i < l->n; i++)
        bias += l->pull[i] * (mean[i] - slope * l->mean[i]);
    return bias;
}

/* ---- the joint test ---- */

/* The sum of squares that the test lets pass, over the chi-squared of its covariance if any. */
static double joint_bound(const struct looks *l)
{
    const double half = (double)l->n / 2;
    if (isinf(l->left))
        return 2 * real_gamma_ppf(l->level, half);
    const double x = real_beta_ppf(l->level, half, l->left / 2);
    return x / (1 - x);
}

/* The chance to pass, with `df` instead of n. */
static double chance_to_pass(const struct looks *l, double bound, double df, double lambda)
{
    return isinf(l->left) ? real_chi2_cdf_noncentral(bound, df, lambda)
                          : real_f_cdf_noncentral(bound * l->left / df, df, l->left, lambda);
}

/* m'V^-1 m */
static double shift_of(const struct looks *l)
{
    double sum = 0;
    for (size_t i = 0; i < l->n; i++) { /* forward substitution: z = L^-1 m */
        double z = l->mean[i];
        for (size_t j = 0; j < i; j++)
            z -= l->cholesky[i * l->n + j] * l->z[j];
        l->z[i] = z / l->cholesky[i * l->n + i];
        sum += l->z[i] * l->z[i];
    }
    return sum;
}

static struct effect_trend joint_trend(const struct looks *l, double power)
{
    const double bound = joint_bound(l), n = (double)l->n;
    double low = 0, high = 1;
    while (1 - chance_to_pass(l, bound, n, high) < power)
        high *= 2;
    for (int i = 0; i < HALVINGS && high - low > 1e-12 * high; i++) {
        const double middle = low + (high - low) / 2;
        if (1 - chance_to_pass(l, bound, n, middle) < power)
            low = middle;
        else
            high = middle;
    }
    struct effect_trend t = {
        .rule = EFFECT_TREND_JOINT, .power = power, .slope = sqrt(high / shift_of(l))};
    const double ratio = chance_to_pass(l, bound, n + 2, high) / chance_to_pass(l, bound, n, high);
    for (size_t i = 0; i < l->n; i++)
        l->sum[i] = ratio * t.slope * l->mean[i];
    t.bias = t.slope * l->slope_bias;
    t.bias_unseen = bias_given(l, t.slope, l->sum);
    return t;
}

/* ---- each event time on its own ---- */

/* A point of the lattice, folded so that its ends meet. */
static double lattice(double root, int point)
{
    const double x = ((double)point + 0.5) * root, u = x - floor(x);
    return fabs(2 * u - 1);
}

/* The chance that all effects stay within their bounds; mean: theirs then. */
static double chance_of_none(const struct looks *l, double slope, double *mean)
{
    const size_t n = l->n;
    double total = 0;
    memset(mean, 0, n * sizeof *mean);
    for (int point = 0; point < POINTS; point++) {
        double weight = 1;
        for (size_t i = 0; i < n; i++) {
            const double *row = l->cholesky + i * n;
            double centre = slope * l->mean[i];
            for (size_t j = 0; j < i; j++)
                centre += row[j] * l->z[j];
            const double low = real_norm_cdf((-l->bound[i] - centre) / row[i]);
            const double inside = real_norm_cdf((l->bound[i] - centre) / row[i]) - low;
            weight *= inside;
            const double p = low + inside * lattice(l->root[i], point);
            l->z[i] = real_norm_ppf(fmin(fmax(p, 1e-300), 1 - 1e-16));
        }
        total += weight;
        for (size_t i = 0; i < n; i++) {
            double x = slope * l->mean[i];
            for (size_t j = 0; j <= i; j++)
                x += l->cholesky[i * n + j] * l->z[j];
            mean[i] += weight * x;
        }
    }
    for (size_t i = 0; i < n; i++)
        mean[i] /= total;
    return total / POINTS;
}

/* By false position, after Illinois (Dowell and Jarratt 1971): seven chances are usual. */
static struct effect_trend each_trend(const struct looks *l, double power)
{
    double low = 0, high = 0, slope = 0;
    for (size_t i = 0; i < l->n;
         i++) /* by the look that sees most, three errors behind its bound */
        if (!(high > 0) || 3 * l->bound[i] / fabs(l->mean[i]) < high)
            high = 3 * l->bound[i] / fabs(l->mean[i]);
    double f_high = 1 - chance_of_none(l, high, l->sum) - power;
    double f_low = 1 - chance_of_none(l, low, l->sum) - power; /* above 0: found without any */
    int side = 0;                                              /* which end stayed */
    for (int i = 0; i < HALVINGS && f_low < 0; i++) {
        slope = (low * f_high - high * f_low) / (f_high - f_low);
        const double f = 1 - chance_of_none(l, slope, l->sum) - power;
        if (fabs(f) < 1e-6)
            break;
        if (f < 0) {
            low = slope;
            f_low = f;
            f_high = side < 0 ? f_high / 2 : f_high;
            side = -1;
        } else {
            high = slope;
            f_high = f;
            f_low = side > 0 ? f_low / 2 : f_low;
            side = 1;
        }
    }
    return (struct effect_trend){.rule = EFFECT_TREND_EACH,
                                 .power = power,
                                 .slope = slope,
                                 .bias = slope * l->slope_bias,
                                 .bias_unseen = bias_given(l, slope, l->sum)};
}

/* ---- both rules ---- */

/* Which effects the joint test is about, see pretest_int.h. */
static enum effect_aggregation tested(const struct effect_result *r)
{
    const bool by_start = r->diagnostics.n_clusters == 0 && effect_find(r, EFFECT_GROUP_TIME);
    return by_start ? EFFECT_GROUP_TIME : EFFECT_DYNAMIC;
}

err honest_power(struct effect_result *r, arena *a, struct err_info *info)
{
    size_t *at = ARENA_NEW(a, size_t, r->n_estimates);
    struct looks l;
    bool is_regular;
    r->trends = ARENA_NEW(r->memory, struct effect_trend, 2 * N_POWERS);
    if (!at || !r->trends)
        return err_nomem(info);
    err e = looks_make(r, at, pretest_list(r, tested(r), at), a, &l, &is_regular, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < N_POWERS && is_regular && r->diagnostics.pretest_df > 0; i++)
        r->trends[r->n_trends++] = joint_trend(&l, powers[i]);
    const size_t n = pretest_list(r, EFFECT_DYNAMIC, at);
    e = n <= LOOKS_MAX ? looks_make(r, at, n, a, &l, &is_regular, info) : OK;
    if (e != OK || n > LOOKS_MAX || !is_regular)
        return e;
    for (size_t i = 0; i < N_POWERS; i++)
        r->trends[r->n_trends++] = each_trend(&l, powers[i]);
    return OK;
}
