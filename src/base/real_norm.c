/* SPDX-License-Identifier: EUPL-1.2 */
/* The normal distribution of base/real. */
#include "base/real_int.h"

#include <math.h>

/* exp(-x^2 / 2) with the square kept exact, since its rounding would be magnified far out. */
static double exp_minus_half_square(double x)
{
    const struct real_pair square = real_product(x, x);
    return real_exp_core(-0.5 * square.hi, -0.5 * square.lo);
}

double real_norm_pdf(double x)
{
    if (!(fabs(x) < 40.0)) /* 0 in double */
        return isnan(x) ? x : 0.0;
    return exp_minus_half_square(x) * 0.39894228040143267794;
}

/*
 * (1 + 2z) exp(z^2) erfc(z) for z >= 0 as a Chebyshev series in
 * t = (z - 3.75) / (z + 3.75): Shepherd and Laframboise, "Chebyshev
 * approximation of (1 + 2x) exp(x^2) erfc x in 0 <= x < infinity", Math. Comp.
 * 36 (1981). Coefficients computed anew with 60 digits; the next is 1e-18.
 */
static double scaled_erfc(double z)
{
    static const double c[] = {
        0x1.2d75d0246cee8p+0,   -0x1.2cd0564f8c1b7p-8,  -0x1.59159e8868995p-4,
        0x1.e50c3e7c7dccep-5,   -0x1.b4c68f4569326p-6,  0x1.295e991a7d82dp-7,
        -0x1.3c4c54f8d419dp-9,  0x1.014ed1572209ap-11,  -0x1.221e6f70130b5p-14,
        0x1.15c3f597f0492p-18,  0x1.9f8f03ca86fc1p-21,  -0x1.d601c320c8f9cp-23,
        0x1.71e1efca86cf9p-27,  0x1.36bf2885524c9p-28,  -0x1.aa4d7b1cdf20ap-31,
        -0x1.15df59ca6082bp-34, 0x1.f8af0a9aa6d31p-36,  0x1.b61b723941781p-43,
        -0x1.0fc16c00b50f2p-40, 0x1.24f6a772cbc36p-45,  0x1.2d8b49ab5f72bp-45,
        -0x1.0cb63a80de2c5p-49, -0x1.6884628ace07ap-50, 0x1.561b105822235p-54,
        0x1.d3744857e262bp-55,  -0x1.4a219c71bb4d2p-59,
    };
    const double t = (z - 3.75) / (z + 3.75);
    double b1 = 0, b2 = 0; /* Clenshaw's recurrence */
    for (size_t i = sizeof c / sizeof *c - 1; i > 0; i--) {
        const double b0 = 2.0 * t * b1 - b2 + c[i];
        b2 = b1;
        b1 = b0;
    }
    return t * b1 - b2 + c[0];
}

/* P(Z > x), x >= 0 */
static double upper_tail(double x)
{
    if (x > 40.0)
        return 0.0;
    const double z = x * 0.70710678118654752440;
    return 0.5 * scaled_erfc(z) / (1.0 + 2.0 * z) * exp_minus_half_square(x);
}

double real_norm_cdf(double x)
{
    if (isnan(x))
        return x;
    return x < 0 ? upper_tail(-x) : 1.0 - upper_tail(x);
}

static double polynomial(const double c[8], double r)
{
    double sum = c[7];
    for (int i = 6; i >= 0; i--)
        sum = sum * r + c[i];
    return sum;
}

/* AS 241 for the smaller tail p < 0.075: the size of the quantile. */
static double tail_quantile(double p)
{
    static const double near_num[] = {1.42343711074968357734e+0, 4.63033784615654529590e+0,
                                      5.76949722146069140550e+0, 3.64784832476320460504e+0,
                                      1.27045825245236838258e+0, 2.41780725177450611770e-1,
                                      2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double near_den[] = {1.0,
                                      2.05319162663775882187e+0,
                                      1.67638483018380384940e+0,
                                      6.89767334985100004550e-1,
                                      1.48103976427480074590e-1,
                                      1.51986665636164571966e-2,
                                      5.47593808499534494600e-4,
                                      1.05075007164441684324e-9};
    static const double far_num[] = {6.65790464350110377720e+0, 5.46378491116411436990e+0,
                                     1.78482653991729133580e+0, 2.96560571828504891230e-1,
                                     2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                     2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double far_den[] = {1.0,
                                     5.99832206555887937690e-1,
                                     1.36929880922735805310e-1,
                                     1.48753612908506148525e-2,
                                     7.86869131145613259100e-4,
                                     1.84631831751005468180e-5,
                                     1.42151175831644588870e-7,
                                     2.04426310338993978564e-15};
    const double r = sqrt(-real_log(p));
    return r <= 5.0 ? polynomial(near_num, r - 1.6) / polynomial(near_den, r - 1.6)
                    : polynomial(far_num, r - 5.0) / polynomial(far_den, r - 5.0);
}

double real_norm_ppf(double p)
{
    if (!(p > 0 && p < 1))
        return p == 0 ? -REAL_INF : p == 1 ? REAL_INF : REAL_NAN;
    if (fabs(p - 0.5) <= REAL_NORM_CENTRE)
        return real_norm_ppf_centre(p);
    return p < 0.5 ? -tail_quantile(p) : tail_quantile(1.0 - p);
}
