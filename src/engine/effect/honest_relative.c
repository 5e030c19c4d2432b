/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Trends that differ at most M times as much as they did before.
 *
 * The set is a union over the largest step before and its sign (Rambachan and Roth
 * 2023, section 2.4.1); the confidence set is that of the members together (their
 * lemma 2.2). Let v be such a step, d(t) the step of the event study from t to
 * t + 1 and u(t) that of the true effects. A member says, for each t since the base,
 *
 *     -M v <= d(t) - u(t) <= M v       in expectation,
 *     sum over t of c(t) u(t) = theta,  c(t) = weights behind t,
 *
 * moment inequalities with the nuisance u, which Andrews, Roth and Pakes
 * ("Inference for Linear Conditional Moment Inequalities", Review of Economic
 * Studies 90, 2023) test with the smallest eta by which all can be loosened in
 * units of their standard deviations: a linear programme. Here u(t) lies in an
 * interval of its own and the u(t) share one equation, so that it is solved by
 * hand: eta is the largest of
 *
 *     theta too high:   ( theta - x - M C v) / S1
 *     theta too low:    (-theta + x - M C v) / S2
 *     v below zero:     -2 M v / (s+(t) + s-(t)),  each t
 *
 * with x the effect under parallel trends, C = sum |c(t)|, s+-(t) the standard
 * deviation of d(t) -+ M v, and S1, S2 the sums of |c(t)| s-(t) or s+(t), as the
 * sign of c(t) has it. These are the vertices of the dual. All are linear in the
 * two normals x and v, however many periods there are.
 *
 * The hybrid test rejects when eta is over its least favourable critical value at
 * a tenth of alpha; or, at what is left of alpha, when eta is improbably large
 * given which vertex is binding and what is independent of it.
 */
#include "base/real.h"
#include "engine/effect/honest_int.h"

#include <math.h>

enum {
    ANGLES = 1024, /* half a circle, for the critical value */
    GRID = 1000,   /* effects looked at on each side, at most */
    HALVINGS = 30, /* of a step of the grid */
    SECANTS = 60,  /* of the critical value; eight are usual */
};
#define FIRST_STAGE 0.1  /* of alpha: the default of Rambachan and Roth */
#define FAR_OUT     30.0 /* standard deviations, where probabilities near the smallest double */
#define BREAKDOWN   1e-7 /* relative error of the breakdown value */

/* A moment: by_x x + by_v v + by_theta theta. */
enum { TOO_HIGH, TOO_LOW, SMALLEST_STEP, LARGEST_STEP, MOMENTS };
struct moment {
    double by_x, by_v, by_theta;
};

/* One member of the union, at one M. */
struct member {
    double x, v, var_x, var_v, cov;
    struct moment moment[MOMENTS];
    double sd[MOMENTS];
    double critical; /* least favourable, of the first stage */
    double alpha;    /* of the second */
};

/* ---- steps of the event study ---- */

/* Step i of n_before + n_after: coefficients of at most two periods; the base has none. */
struct step {
    size_t at[2];
    double by[2];
    int n;
};

static size_t n_periods(const struct honest_study *s)
{
    return s->n_before + s->n_after;
}

static struct step step_of(const struct honest_study *s, size_t i)
{
    struct step d = {.n = 0};
    if (i != s->n_before) /* from a period, not the base */
        d = (struct step){.at = {i < s->n_before ? i : i - 1}, .by = {-1}, .n = 1};
    if (i + 1 != s->n_before) { /* to one */
        d.at[d.n] = i < s->n_before ? i + 1 : i;
        d.by[d.n++] = 1;
    }
    return d;
}

static double step_value(const struct honest_study *s, const struct step *d)
{
    double sum = 0;
    for (int i = 0; i < d->n; i++)
        sum += d->by[i] * s->estimate[d->at[i]];
    return sum;
}

static double step_cov(const struct honest_study *s, const struct step *a, const struct step *b)
{
    double sum = 0;
    for (int i = 0; i < a->n; i++)
        for (int j = 0; j < b->n; j++)
            sum += a->by[i] * b->by[j] * s->covariance[a->at[i] * n_periods(s) + b->at[j]];
    return sum;
}

static double effect_cov(const struct honest_study *s, const struct step *d)
{
    double sum = 0;
    for (size_t k = 0; k < s->n_after; k++)
        for (int i = 0; i < d->n; i++)
            sum += s->weight[k] * d->by[i] *
                   s->covariance[(s->n_before + k) * n_periods(s) + d->at[i]];
    return sum;
}

double honest_effect(const struct honest_study *s, double *standard_error)
{
    double sum = 0, variance = 0;
    for (size_t k = 0; k < s->n_after; k++) {
        sum += s->weight[k] * s->estimate[s->n_before + k];
        for (size_t l = 0; l < s->n_after; l++)
            variance += s->weight[k] * s->weight[l] *
                        s->covariance[(s->n_before + k) * n_periods(s) + s->n_before + l];
    }
    *standard_error = sqrt(variance);
    return sum;
}

/* ---- a member's moments ---- */

static double moment_cov(const struct member *b, const struct moment *f, const struct moment *g)
{
    return f->by_x * g->by_x * b->var_x + (f->by_x * g->by_v + f->by_v * g->by_x) * b->cov +
           f->by_v * g->by_v * b->var_v;
}

static void moments_make(const struct honest_study *s, const struct step *before, double sign,
                         double m, struct member *b)
{
    double c = 0, total = 0, too_high = 0, too_low = 0, smallest = REAL_INF, largest = 0;
    for (size_t t = s->n_after; t-- > 0;) {
        c += s->weight[t];
        const struct step d = step_of(s, s->n_before + t);
        const double cov = sign * step_cov(s, &d, before), v = step_cov(s, &d, &d);
        const double plus = sqrt(fmax(v - 2 * m * cov + m * m * b->var_v, 0));
        const double minus = sqrt(fmax(v + 2 * m * cov + m * m * b->var_v, 0));
        total += fabs(c);
        too_high += fabs(c) * (c > 0 ? minus : plus);
        too_low += fabs(c) * (c > 0 ? plus : minus);
        smallest = fmin(smallest, 2 * m / (plus + minus));
        largest = fmax(largest, 2 * m / (plus + minus));
    }
    b->moment[TOO_HIGH] = (struct moment){-1 / too_high, -m * total / too_high, 1 / too_high};
    b->moment[TOO_LOW] = (struct moment){1 / too_low, -m * total / too_low, -1 / too_low};
    b->moment[SMALLEST_STEP] = (struct moment){0, -smallest, 0}; /* between these lie the others */
    b->moment[LARGEST_STEP] = (struct moment){0, -largest, 0};
    for (int k = 0; k < MOMENTS; k++)
        b->sd[k] = sqrt(fmax(moment_cov(b, &b->moment[k], &b->moment[k]), 0));
}

/*
 * The largest moment passes c with chance 1/(2 pi) times the integral over angles
 * of exp(-(c / r)^2 / 2), r being the largest moment of a unit vector with that
 * angle in coordinates in which x and v are independent with variance 1. Angles
 * are taken by their half tangents, which needs no sine.
 */
static void radii_make(const struct member *b, double radius[2 * ANGLES], double part[2 * ANGLES])
{
    const double x1 = sqrt(b->var_x), x2 = b->cov / x1;
    const double v2 = sqrt(fmax(b->var_v - x2 * x2, 0)); /* v = x2 z1 + v2 z2 */
    for (size_t i = 0; i < ANGLES; i++) {
        const double t = (2 * (double)i + 1) / ANGLES - 1, q = 1 + t * t;
        const double z1 = (1 - t * t) / q, z2 = 2 * t / q;
        double low = 0, high = 0;
        for (int k = 0; k < MOMENTS; k++) {
            const struct moment *f = &b->moment[k];
            const double a = (f->by_x * x1 + f->by_v * x2) * z1 + f->by_v * v2 * z2;
            high = fmax(high, a);
            low = fmax(low, -a);
        }
        radius[2 * i] = high;
        radius[2 * i + 1] = low;
        part[2 * i] = part[2 * i + 1] = 1 / q;
    }
}

static double chance_over(double c, const double *radius, const double *part)
{
    double exponent[2 * ANGLES], sum = 0, total = 0;
    for (size_t i = 0; i < 2 * ANGLES; i++) {
        const double q = radius[i] > 0 ? c / radius[i] : REAL_INF;
        exponent[i] = -q * q / 2;
    }
    real_exp_n(exponent, 2 * ANGLES, exponent);
    for (size_t i = 0; i < 2 * ANGLES; i++) {
        sum += part[i] * exponent[i];
        total += part[i];
    }
    return sum / total;
}

/* By false position on the logarithm of the chance, after Illinois (Dowell and Jarratt 1971). */
static double critical_of(const struct member *b, double alpha)
{
    double radius[2 * ANGLES], part[2 * ANGLES], top = 0;
    radii_make(b, radius, part);
    for (size_t i = 0; i < 2 * ANGLES; i++)
        top = fmax(top, radius[i]);
    const double want = real_log(alpha);
    double low = 0, high = top * sqrt(-2 * want); /* the chance is at most exp(-(c / top)^2 / 2) */
    double f_low = -want, f_high = real_log(chance_over(high, radius, part)) - want;
    int side = 0; /* which end stayed */
    for (int i = 0; i < SECANTS && f_high < 0; i++) {
        const double c = (low * f_high - high * f_low) / (f_high - f_low);
        const double f = real_log(chance_over(c, radius, part)) - want;
        if (fabs(f) < 1e-9)
            return c;
        if (f > 0) {
            low = c;
            f_low = f;
            f_high = side > 0 ? f_high / 2 : f_high;
            side = 1;
        } else {
            high = c;
            f_high = f;
            f_low = side < 0 ? f_low / 2 : f_low;
            side = -1;
        }
    }
    return high;
}

static struct member member_make(const struct honest_study *s, size_t step, double sign, double m,
                                 double level)
{
    const struct step before = step_of(s, step);
    struct member b = {.v = sign * step_value(s, &before),
                       .var_v = step_cov(s, &before, &before),
                       .cov = sign * effect_cov(s, &before)};
    double se;
    b.x = honest_effect(s, &se);
    b.var_x = se * se;
    moments_make(s, &before, sign, m, &b);
    const double alpha = 1 - level, first = FIRST_STAGE * alpha;
    b.critical = critical_of(&b, first);
    b.alpha = (alpha - first) / (1 - first);
    return b;
}

/* ---- the test ---- */

static double value_of(const struct member *b, int k, double theta)
{
    const struct moment *f = &b->moment[k];
    return f->by_x * b->x + f->by_v * b->v + f->by_theta * theta;
}

/* The chance that a standard normal between low and high is over x. */
static double chance_between(double x, double low, double high)
{
    if (low > FAR_OUT) /* Mills: phi(z) / z; leaving `high` out rejects less */
        return real_exp(-(x - low) * (x + low) / 2) * low / x;
    const double above = real_norm_cdf(-high);
    return (real_norm_cdf(-x) - above) / (real_norm_cdf(-low) - above);
}

static bool is_rejected(const struct member *b, double theta)
{
    double f[MOMENTS];
    int most = 0;
    for (int k = 0; k < MOMENTS; k++) {
        f[k] = value_of(b, k, theta);
        most = f[k] > f[most] ? k : most;
    }
    if (f[most] <= 0 || f[most] > b->critical || b->sd[most] <= 0)
        return f[most] > 0;
    double low = -REAL_INF, high = b->critical;
    const double variance = b->sd[most] * b->sd[most];
    for (int k = 0; k < MOMENTS; k++) {
        const double rho = moment_cov(b, &b->moment[k], &b->moment[most]) / variance;
        if (fabs(1 - rho) < 1e-12)
            continue;
        const double at = (f[k] - rho * f[most]) / (1 - rho);
        low = rho < 1 ? fmax(low, at) : low;
        high = rho > 1 ? fmin(high, at) : high;
    }
    const double sd = b->sd[most];
    return chance_between(f[most] / sd, low / sd, high / sd) < b->alpha;
}

/* ---- the ends of the set ---- */

/* From `outer`, where the first stage begins to reject, towards `inner`: the first not rejected. */
static double end_of(const struct member *b, double outer, double inner)
{
    double rejected = outer;
    for (int i = 0; i <= GRID; i++) {
        double kept = outer + (inner - outer) * i / GRID;
        if (is_rejected(b, kept)) {
            rejected = kept;
            continue;
        }
        for (int h = 0; h < HALVINGS && i > 0; h++) {
            const double middle = rejected + (kept - rejected) / 2;
            if (is_rejected(b, middle))
                rejected = middle;
            else
                kept = middle;
        }
        return kept;
    }
    return REAL_NAN;
}

static struct honest_interval set_of(const struct member *b)
{
    struct honest_interval set = {REAL_NAN, REAL_NAN};
    const double low = (b->critical - value_of(b, TOO_LOW, 0)) / b->moment[TOO_LOW].by_theta;
    const double high = (b->critical - value_of(b, TOO_HIGH, 0)) / b->moment[TOO_HIGH].by_theta;
    if (value_of(b, LARGEST_STEP, 0) > b->critical || !(low <= high))
        return set;
    set.low = end_of(b, low, high);
    set.high = end_of(b, high, low);
    return set;
}

static struct honest_interval when_parallel(const struct honest_study *s, double level)
{
    double se;
    const double x = honest_effect(s, &se), z = real_norm_ppf((1 + level) / 2);
    return (struct honest_interval){x - z * se, x + z * se};
}

struct honest_interval honest_relative(const struct honest_study *s, double level, double m)
{
    struct honest_interval all = {REAL_NAN, REAL_NAN};
    if (!(m > 0))
        return when_parallel(s, level);
    for (size_t step = 0; step < s->n_before; step++)
        for (int sign = -1; sign <= 1; sign += 2) {
            const struct member b = member_make(s, step, sign, m, level);
            const struct honest_interval set = set_of(&b);
            all.low = fmin(all.low, set.low); /* of a number and NaN: the number */
            all.high = fmax(all.high, set.high);
        }
    return all;
}

bool honest_relative_holds_zero(const struct honest_study *s, double level, double m)
{
    const struct honest_interval parallel = when_parallel(s, level);
    if (!(m > 0))
        return parallel.low <= 0 && parallel.high >= 0;
    for (size_t step = 0; step < s->n_before; step++)
        for (int sign = -1; sign <= 1; sign += 2) {
            const struct member b = member_make(s, step, sign, m, level);
            if (!is_rejected(&b, 0))
                return true;
        }
    return false;
}

double honest_relative_breakdown(const struct honest_study *s, double level)
{
    double low = 0, high = 1;
    if (honest_relative_holds_zero(s, level, 0))
        return REAL_NAN;
    while (!honest_relative_holds_zero(s, level, high)) {
        if (high >= HONEST_RELATIVE_MAX)
            return HONEST_RELATIVE_MAX;
        low = high;
        high = fmin(2 * high, HONEST_RELATIVE_MAX);
    }
    while (high - low > BREAKDOWN * high) {
        const double middle = low + (high - low) / 2;
        if (honest_relative_holds_zero(s, level, middle))
            high = middle;
        else
            low = middle;
    }
    return low;
}
