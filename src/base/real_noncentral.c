/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Noncentral distributions as mixtures of central ones, with Poisson weights of
 * mean lambda / 2 (Johnson, Kotz and Balakrishnan, Continuous Univariate
 * Distributions 2, 1995, equations 29.3 and 30.10). The sum starts at the largest
 * weight and goes both ways until nothing is added.
 */
#include "base/real.h"

#include <math.h>

#define SMALLEST 1e-17 /* of a weight: terms are probabilities */

/* A central probability whose degrees of freedom grow by two with each term. */
struct central {
    double x, df1, df2; /* df2 0: chi-squared at x; else beta at x */
};

static double central_at(const struct central *c, double j)
{
    const double a = c->df1 / 2 + j;
    return c->df2 > 0 ? real_beta_i(a, c->df2 / 2, c->x) : real_gamma_p(a, c->x / 2);
}

static double mix(const struct central *c, double lambda)
{
    const double mean = lambda / 2, mode = floor(mean);
    if (!(lambda > 0))
        return central_at(c, 0);
    const double top = real_exp(mode * real_log(mean) - mean - real_lgamma(mode + 1));
    double sum = top * central_at(c, mode);
    double weight = top;
    for (double j = mode; j > 0 && weight > SMALLEST; j--) {
        weight *= j / mean;
        sum += weight * central_at(c, j - 1);
    }
    weight = top;
    for (double j = mode + 1; weight > SMALLEST; j++) {
        weight *= mean / j;
        sum += weight * central_at(c, j);
    }
    return fmin(sum, 1);
}

double real_chi2_cdf_noncentral(double x, double df, double lambda)
{
    if (!(df > 0) || !(lambda >= 0) || isnan(x) || isinf(lambda))
        return REAL_NAN;
    const struct central c = {.x = x, .df1 = df};
    return x > 0 ? mix(&c, lambda) : 0;
}

double real_f_cdf_noncentral(double f, double df1, double df2, double lambda)
{
    if (!(df1 > 0) || !(df2 > 0) || !(lambda >= 0) || isnan(f) || isinf(lambda))
        return REAL_NAN;
    const struct central c = {.x = df1 * f / (df1 * f + df2), .df1 = df1, .df2 = df2};
    return f > 0 ? mix(&c, lambda) : 0;
}
