/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/real.h"

#include "base/real_int.h"

#include <math.h>

#define KERNEL_FILE "base/real_kernel_int.h"
#include "base/kernels.h"

/* --- exponentials ----------------------------------------------------- */

double real_exp(double x)
{
    return real_exp_core(x, 0);
}

double real_logistic(double x)
{
    return real_logistic_core(x);
}

void real_exp_n(const double *x, size_t n, double *y)
{
    KERNEL_PICK(exp_n)(x, n, y);
}

void real_logistic_n(const double *x, size_t n, double *y)
{
    KERNEL_PICK(logistic_n)(x, n, y);
}

double real_expm1(double x)
{
    if (x == 0 || isnan(x))
        return x;
    if (x > 40.0) /* the 1 is below a sixteenth of a unit */
        return real_exp(x);
    if (x < -40.0)
        return -1.0;
    const struct real_exp_parts e = real_exp_reduce(x, 0);
    const struct real_pair square = real_product(e.r, e.r); /* its error would show beside the 1 */
    const struct real_pair linear = real_sum_ordered(1.0, e.r);
    const struct real_pair head = real_sum_ordered(linear.hi, 0.5 * square.hi);
    const double cube = real_exp_series(e.r) * (e.r * square.hi);
    const double tail = (linear.lo + head.lo) + (cube + (0.5 * square.lo + e.rest * head.hi));

    const double scale = real_two_to(e.k);
    const struct real_pair less_one = real_sum(head.hi * scale, -1.0);
    return less_one.hi + (less_one.lo + tail * scale);
}

/* --- logarithms ------------------------------------------------------- */

/* x = 2^k (1 + f), 1 + f between sqrt(1/2) and sqrt(2). */
static double split_power_of_two(double x, double *f)
{
    const uint64_t sqrt_half = UINT64_C(0x3fe6a09e667f3bcd);
    double k = 0;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        k = -54;
    }
    union real_bits b = {.d = x};
    const uint64_t shifted = b.u + (UINT64_C(0x3ff0000000000000) - sqrt_half);
    k += (double)((int64_t)(shifted >> 52) - 1023);
    b.u = (shifted & UINT64_C(0x000fffffffffffff)) + sqrt_half;
    *f = b.d - 1.0;
    return k;
}

/*
 * log(1 + f) = 2 atanh(s) = s (2 + 2/3 s^2 + 2/5 s^4 + ...), s = f / (2 + f),
 * |s| < 0.172. The first two terms are kept as pairs; the others, to s^22, as
 * plain numbers.
 */
struct real_pair real_log_pair(double x)
{
    double f;
    const double k = split_power_of_two(x, &f);
    const struct real_pair below = real_sum_ordered(2.0, f);
    const double s = f / below.hi;
    const struct real_pair back = real_product(s, below.hi);
    const double s_lo = (((f - back.hi) - back.lo) - s * below.lo) / below.hi;

    struct real_pair z = real_product(s, s);
    z.lo += 2.0 * s * s_lo;
    double tail = 2.0 / 23.0;
    for (int odd = 21; odd >= 5; odd -= 2)
        tail = tail * z.hi + 2.0 / odd;
    struct real_pair c = real_sum_ordered(2.0 / 3.0, tail * z.hi);
    c.lo += 0x1.5555555555555p-55; /* 2/3 is not a double */
    struct real_pair t = real_product(z.hi, c.hi);
    t.lo += z.hi * c.lo + z.lo * c.hi;
    struct real_pair u = real_sum_ordered(2.0, t.hi);
    u.lo += t.lo;
    struct real_pair series = real_product(s, u.hi);
    series.lo += s * u.lo + s_lo * u.hi;

    const struct real_pair sum = real_sum(k * REAL_LN2_HI, series.hi);
    return real_sum_ordered(sum.hi, sum.lo + (series.lo + k * REAL_LN2_LO));
}

double real_log(double x)
{
    if (!(x > 0))
        return x == 0 ? -REAL_INF : REAL_NAN;
    if (x == REAL_INF)
        return x;
    return real_log_pair(x).hi;
}

double real_log1p(double x)
{
    if (!(x > -1))
        return x == -1 ? -REAL_INF : REAL_NAN;
    if (x == REAL_INF || fabs(x) < 0x1p-54)
        return x;
    const struct real_pair one_and_x = real_sum(1.0, x);
    const struct real_pair log_hi = real_log_pair(one_and_x.hi);
    return log_hi.hi + (log_hi.lo + one_and_x.lo / one_and_x.hi);
}

/* --- powers ----------------------------------------------------------- */

static bool is_whole(double y)
{
    return fabs(y) >= 0x1p52 || floor(y) == y;
}

static bool is_odd(double y)
{
    return fabs(y) < 0x1p53 && is_whole(y) && floor(y * 0.5) != y * 0.5;
}

/* x at 0 or infinity, y neither 0 nor NaN. */
static double power_at_an_end(double x, double y)
{
    const double size = (x == 0) == (y > 0) ? 0.0 : REAL_INF;
    return is_odd(y) ? copysign(size, x) : size;
}

/* exp(y log x) with the product to about 2^-63; y is bounded because its size no longer matters. */
static double positive_power(double x, double y)
{
    const double bounded = y > 0x1p64 ? 0x1p64 : y < -0x1p64 ? -0x1p64 : y;
    const struct real_pair l = real_log_pair(x);
    const struct real_pair p = real_product(bounded, l.hi);
    if (fabs(p.hi) > 800.0)
        return real_exp_core(p.hi, 0);
    return real_exp_core(p.hi, p.lo + bounded * l.lo);
}

double real_pow(double x, double y)
{
    if (y == 0 || x == 1)
        return 1.0;
    if (isnan(x) || isnan(y))
        return REAL_NAN;
    if (isinf(y)) {
        const double size = fabs(x);
        return size == 1 ? 1.0 : (size > 1) == (y > 0) ? REAL_INF : 0.0;
    }
    if (x == 0 || isinf(x))
        return power_at_an_end(x, y);
    if (x < 0 && !is_whole(y))
        return REAL_NAN;
    const double size = positive_power(fabs(x), y);
    return x < 0 && is_odd(y) ? -size : size;
}
