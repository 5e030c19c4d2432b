/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The parts of base/real that its own sources and hot loops share: branch-free
 * cores that a compiler may run on one number or on a vector of them, and
 * numbers of twice the precision as unevaluated sums (Dekker, "A floating-point
 * technique for extending the available precision", Numer. Math. 18, 1971).
 */
#ifndef ONTSCHOT_BASE_REAL_INT_H
#define ONTSCHOT_BASE_REAL_INT_H

#include "base/real.h"

#include <stdint.h>

#define REAL_INLINE static inline __attribute__((always_inline))

union real_bits {
    double d;
    uint64_t u;
};

struct real_pair {
    double hi, lo; /* the number is hi + lo, |lo| at most half a unit of hi */
};

/* a + b exactly, for |a| >= |b| or a = 0. */
REAL_INLINE struct real_pair real_sum_ordered(double a, double b)
{
    const double s = a + b;
    return (struct real_pair){s, b - (s - a)};
}

/* a + b exactly (Knuth). */
REAL_INLINE struct real_pair real_sum(double a, double b)
{
    const double s = a + b, t = s - a;
    return (struct real_pair){s, (a - (s - t)) + (b - t)};
}

/* a * b exactly (Veltkamp, Dekker); |a|, |b| < 2^970, no underflow. */
REAL_INLINE struct real_pair real_product(double a, double b)
{
    const double ta = 134217729.0 * a, tb = 134217729.0 * b; /* 2^27 + 1 */
    const double ah = ta - (ta - a), al = a - ah;
    const double bh = tb - (tb - b), bl = b - bh;
    const double p = a * b;
    return (struct real_pair){p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
}

/* ln 2 with 21 zero bits at the end, so that k * hi is exact for |k| < 2^21, and the rest. */
#define REAL_LN2_HI 0x1.62e42fee00000p-1
#define REAL_LN2_LO 0x1.a39ef35793c76p-33

/* Adding this rounds to a whole number, which then stands in the low bits. */
#define REAL_ROUNDER 0x1.8p52

/* 2^k for a whole k in -1022 .. 1023. */
REAL_INLINE double real_two_to(double k)
{
    union real_bits b = {.d = k + REAL_ROUNDER};
    b.u = (b.u + 1023) << 52;
    return b.d;
}

/*
 * x + lo = k ln 2 + r + rest, |r| < 0.347: Cody and Waite, Software Manual for
 * the Elementary Functions (1980).
 */
struct real_exp_parts {
    double k, r, rest;
};

REAL_INLINE struct real_exp_parts real_exp_reduce(double x, double lo)
{
    const double k = (x * 0x1.71547652b82fep0 + REAL_ROUNDER) - REAL_ROUNDER;
    const double a = x - k * REAL_LN2_HI, b = k * REAL_LN2_LO - lo;
    const double r = a - b;
    return (struct real_exp_parts){k, r, (a - r) - b};
}

/* (exp(r) - 1 - r - r^2 / 2) / r^3 by its series to r^14, which leaves 1e-19 of exp(r). */
REAL_INLINE double real_exp_series(double r)
{
    double q = 1.0 / 87178291200.0;
    q = q * r + 1.0 / 6227020800.0;
    q = q * r + 1.0 / 479001600.0;
    q = q * r + 1.0 / 39916800.0;
    q = q * r + 1.0 / 3628800.0;
    q = q * r + 1.0 / 362880.0;
    q = q * r + 1.0 / 40320.0;
    q = q * r + 1.0 / 5040.0;
    q = q * r + 1.0 / 720.0;
    q = q * r + 1.0 / 120.0;
    q = q * r + 1.0 / 24.0;
    return q * r + 1.0 / 6.0;
}

/* exp(x + lo), |lo| below a unit of x. Two factors reach the subnormal numbers in one rounding. */
REAL_INLINE double real_exp_core(double x, double lo)
{
    double bounded = x > 710.0 ? 710.0 : x;
    bounded = bounded < -750.0 ? -750.0 : bounded;
    const struct real_exp_parts e = real_exp_reduce(bounded, lo);
    const struct real_pair head = real_sum_ordered(1.0, e.r);
    const double square = (real_exp_series(e.r) * e.r + 0.5) * (e.r * e.r);
    const double y = head.hi + (head.lo + (square + e.rest * head.hi));
    const double half = (e.k * 0.5 + REAL_ROUNDER) - REAL_ROUNDER;
    return (y * real_two_to(half)) * real_two_to(e.k - half);
}

REAL_INLINE double real_logistic_core(double x)
{
    const double size = x < 0 ? x : -x; /* exp never overflows */
    const double z = real_exp_core(size, 0);
    const double r = 1.0 / (1.0 + z);
    return x < 0 ? z * r : r;
}

/* log x to about 2^-64, for finite x > 0. */
struct real_pair real_log_pair(double x);

/*
 * The normal quantile after Wichura, "Algorithm AS 241: the percentage points
 * of the normal distribution", Applied Statistics 37 (1988), PPND16. The core
 * holds for |p - 1/2| <= REAL_NORM_CENTRE.
 */
#define REAL_NORM_CENTRE 0.425

REAL_INLINE double real_norm_ppf_centre(double p)
{
    const double q = p - 0.5;
    const double r = 0.180625 - q * q;
    double num = 2.5090809287301226727e+3, den = 5.2264952788528545610e+3;
    num = num * r + 3.3430575583588128105e+4;
    num = num * r + 6.7265770927008700853e+4;
    num = num * r + 4.5921953931549871457e+4;
    num = num * r + 1.3731693765509461125e+4;
    num = num * r + 1.9715909503065514427e+3;
    num = num * r + 1.3314166789178437745e+2;
    num = num * r + 3.3871328727963666080e+0;
    den = den * r + 2.8729085735721942674e+4;
    den = den * r + 3.9307895800092710610e+4;
    den = den * r + 2.1213794301586595867e+4;
    den = den * r + 5.3941960214247511077e+3;
    den = den * r + 6.8718700749205790830e+2;
    den = den * r + 4.2313330701600911252e+1;
    den = den * r + 1.0;
    return q * num / den;
}

#endif
