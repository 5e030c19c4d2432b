/* SPDX-License-Identifier: EUPL-1.2 */
/* The gamma and beta functions of base/real and the distributions that rest on them. */
#include "base/real_int.h"

#include <math.h>

enum { TERMS_MAX = 1 << 22 }; /* series and fractions need some sqrt(a) terms: a to 1e11 */

#define UNIT            0x1p-53
#define HALF_LOG_TWO_PI 0.91893853320467274178
#define TWO_PI          6.28318530717958647693

/* --- log gamma -------------------------------------------------------- */

enum { STIRLING_FROM = 10 };

/*
 * lgamma(a + 1) - (a + 1/2) log a + a - log(2 pi) / 2: Stirling's series with
 * Bernoulli numbers, Abramowitz and Stegun 6.1.40; a >= STIRLING_FROM.
 */
static double stirling_series(double a)
{
    static const double c[] = {1.0 / 12,    -1.0 / 360,       1.0 / 1260,
                               -1.0 / 1680, 1.0 / 1188,       -691.0 / 360360,
                               1.0 / 156,   -3617.0 / 122400, 43867.0 / 244188};
    const double z = 1.0 / (a * a);
    double sum = c[8];
    for (int i = 7; i >= 0; i--)
        sum = sum * z + c[i];
    return sum / a;
}

/*
 * lgamma(2 + z), |z| <= 1/2: (1 - gamma) z + sum_k (zeta(k) - 1) (-z)^k / k,
 * Abramowitz and Stegun 6.1.33.
 */
static double lgamma_at_two(double z)
{
    static const double c[] = {
        /* (zeta(k) - 1) / k, k = 2 .. 26 */
        0x1.4a34cc4a60fa6p-2,  0x1.13e001a557607p-4,  0x1.51322ac7d8483p-6,  0x1.e404fc218f5f2p-8,
        0x1.7add6eadb6c30p-9,  0x1.38ac5c2bf8e08p-10, 0x1.0b36af86396e9p-11, 0x1.d3fd4c76d2fc8p-13,
        0x1.a127b0f17d65ap-14, 0x1.78de5bd7c81efp-15, 0x1.580dcee66eb02p-16, 0x1.3cbc963ce2243p-17,
        0x1.2597a39f34aacp-18, 0x1.11b2eb7679541p-19, 0x1.0064cdeb22f0fp-20, 0x1.e2600d93cfd2fp-22,
        0x1.c76bbb3f07a4dp-23, 0x1.af5a6cbbf8a97p-24, 0x1.99b93c2070b0fp-25, 0x1.862c734df3eacp-26,
        0x1.7469daccfadcdp-27, 0x1.6434a8447aeadp-28, 0x1.555a877ffd2c3p-29, 0x1.47b1679258d0ep-30,
        0x1.3b15d2b2fc10cp-31};
    double sum = 0;
    for (size_t i = sizeof c / sizeof *c; i-- > 0;)
        sum = c[i] - sum * z;
    return z * (0x1.b0ee6072093cep-2 + sum * z);
}

double real_lgamma(double x)
{
    if (!(x > 0))
        return x == 0 ? REAL_INF : REAL_NAN;
    if (x >= STIRLING_FROM)
        return (x - 0.5) * (real_log(x) - 1.0) + (HALF_LOG_TWO_PI - 0.5 + stirling_series(x));
    if (x < 0.5) /* Gamma(x) = Gamma(x + 2) / (x (x + 1)) */
        return lgamma_at_two(x) - real_log(x) - real_log1p(x);
    if (x < 1.5)
        return lgamma_at_two(x - 1.0) - real_log1p(x - 1.0);
    double product = 1.0;
    for (; x > 2.5; x -= 1.0)
        product *= x - 1.0;
    return lgamma_at_two(x - 2.0) + real_log(product);
}

/* --- weights ---------------------------------------------------------- */

/* What Stirling's formula leaves of lgamma(a + 1), for any a > 0. */
static double stirling_rest(double a)
{
    if (a >= STIRLING_FROM)
        return stirling_series(a);
    return (real_lgamma(a + 1.0) - (a + 0.5) * real_log(a)) + (a - HALF_LOG_TWO_PI);
}

/*
 * a log(a / m) + m - a without cancellation near m = a: Loader, "Fast and
 * accurate computation of binomial probabilities" (2000). With u = (m - a) / a
 * and v = u / (2 + u) it is a v (u - 2 v^2 (1/3 + v^2/5 + v^4/7 + ...)).
 */
static double deviance(double a, double m)
{
    const double u = (m - a) / a, v = u / (2.0 + u), z = v * v;
    if (!(z < 0.25)) {
        const double ratio = m / a;
        return a * ((ratio - 1.0) - real_log(ratio));
    }
    double sum = 0, power = 1;
    for (int odd = 3; power > UNIT * sum; odd += 2) {
        sum += power / odd;
        power *= z;
    }
    return a * v * (u - 2.0 * z * sum);
}

/* x^a exp(-x) / Gamma(a + 1) */
static double gamma_weight(double a, double x)
{
    if (a < STIRLING_FROM) {
        if (x > 2000.0)
            return 0.0;
        const double half = real_exp(-0.5 * x);
        return real_pow(x, a) * half * half * real_exp(-real_lgamma(a + 1.0));
    }
    return real_exp(-stirling_series(a) - deviance(a, x)) / sqrt(TWO_PI * a);
}

/* x^a y^b / B(a, b) with y = 1 - x given apart, so that neither loses digits */
static double beta_weight(double a, double b, double x, double y)
{
    const double n = a + b;
    const double rest = stirling_rest(n) - stirling_rest(a) - stirling_rest(b);
    return sqrt(a / n * b / TWO_PI) * real_exp(rest - deviance(a, n * x) - deviance(b, n * y));
}

/* --- incomplete integrals --------------------------------------------- */

struct tails {
    double p, q;  /* lower and upper; both to full relative precision where they are small */
    double slope; /* dp / d log x */
};

/* The modified Lentz evaluation of b0 + a1/(b1 + a2/(b2 + ...)): Thompson and Barnett 1986. */
struct lentz {
    double value, c, d;
};

static bool lentz_step(struct lentz *l, double a, double b)
{
    const double tiny = 0x1p-1000;
    l->d = b + a * l->d;
    l->c = b + a / l->c;
    if (fabs(l->d) < tiny)
        l->d = tiny;
    if (fabs(l->c) < tiny)
        l->c = tiny;
    l->d = 1.0 / l->d;
    const double factor = l->c * l->d;
    l->value *= factor;
    return fabs(factor - 1.0) <= 2 * UNIT;
}

/* Abramowitz and Stegun 6.5.29: the lower tail over the weight. */
static double gamma_series(double a, double x)
{
    double sum = 1, term = 1;
    for (int i = 1; i < TERMS_MAX; i++) {
        term *= x / (a + i);
        sum += term;
        if (term <= UNIT * sum)
            return sum;
    }
    return REAL_NAN;
}

/* Abramowitz and Stegun 6.5.31, contracted: the upper tail over a times the weight. */
static double gamma_fraction(double a, double x)
{
    const double b0 = x + 1.0 - a;
    struct lentz l = {.value = b0, .c = b0, .d = 0};
    for (int i = 1; i < TERMS_MAX; i++)
        if (lentz_step(&l, i * (a - i), b0 + 2.0 * i))
            return 1.0 / l.value;
    return REAL_NAN;
}

static struct tails gamma_tails(double a, double x)
{
    const double weight = gamma_weight(a, x);
    struct tails t = {.slope = a * weight};
    if (x < a + 1.0) {
        t.p = weight * gamma_series(a, x);
        t.q = 1.0 - t.p;
    } else {
        t.q = weight == 0 ? 0 : a * weight * gamma_fraction(a, x);
        t.p = 1.0 - t.q;
    }
    return t;
}

/*
 * The lower tail over the weight, for x up to the mean: the even part of
 * Abramowitz and Stegun 26.5.8 as DiDonato and Morris give it ("Algorithm 708",
 * ACM TOMS 18, 1992, BFRAC), whose terms do not cancel when a is large.
 */
static double beta_fraction(double a, double b, double x, double y)
{
    const double to_mean = a * y - b * x;
    const double b0 = a / (a + 1.0) * (to_mean + 1.0);
    struct lentz l = {.value = b0, .c = b0, .d = 0};
    for (int i = 1; i < TERMS_MAX; i++) {
        const double n = i, s = a + 2.0 * n - 1.0, t = n * (b - n) * x / s;
        const double alpha = (a + n - 1.0) / s * ((a + b + n - 1.0) * x) * t;
        const double beta = n + t + (a + n) / (s + 2.0) * (to_mean + 1.0 + n * (1.0 + y));
        if (lentz_step(&l, alpha, beta))
            return 1.0 / l.value;
    }
    return REAL_NAN;
}

static struct tails beta_tails(double a, double b, double x, double y)
{
    if (x <= 0)
        return (struct tails){0, 1, 0};
    if (y <= 0)
        return (struct tails){1, 0, 0};
    const double weight = beta_weight(a, b, x, y);
    struct tails t = {.slope = weight / y};
    if (a * y >= b * x) { /* x up to the mean */
        t.p = weight == 0 ? 0 : weight * beta_fraction(a, b, x, y);
        t.q = 1.0 - t.p;
    } else {
        t.q = weight == 0 ? 0 : weight * beta_fraction(b, a, y, x);
        t.p = 1.0 - t.q;
    }
    return t;
}

double real_gamma_p(double a, double x)
{
    if (!(a > 0 && x >= 0))
        return REAL_NAN;
    return x == 0 ? 0.0 : x == REAL_INF ? 1.0 : gamma_tails(a, x).p;
}

double real_beta_i(double a, double b, double x)
{
    if (!(a > 0 && b > 0 && x >= 0 && x <= 1))
        return REAL_NAN;
    return beta_tails(a, b, x, 1.0 - x).p;
}

/* --- distributions ---------------------------------------------------- */

double real_chi2_sf(double x, double df)
{
    if (!(df > 0) || isnan(x))
        return REAL_NAN;
    return x <= 0 ? 1.0 : x == REAL_INF ? 0.0 : gamma_tails(0.5 * df, 0.5 * x).q;
}

double real_f_sf(double f, double df1, double df2)
{
    if (!(df1 > 0 && df2 > 0) || isnan(f))
        return REAL_NAN;
    if (f <= 0 || f == REAL_INF)
        return f <= 0 ? 1.0 : 0.0;
    const double ratio = df1 * f / df2;
    return beta_tails(0.5 * df2, 0.5 * df1, 1.0 / (1.0 + ratio), ratio / (1.0 + ratio)).p;
}

#define T_IS_NORMAL_FROM 1e15 /* degrees of freedom; the difference is t^4 / (4 df) */

/* p = P(|T| < t), q = P(|T| > t), t > 0 */
static struct tails t_tails(double df, double t)
{
    const double other = df / t; /* t^2 / (df + t^2) without overflow */
    const double x = other / (t + other), y = t / (t + other);
    struct tails s = beta_tails(0.5, 0.5 * df, y, x);
    s.slope *= 2.0 * x; /* y / x = t^2 / df */
    return s;
}

double real_t_cdf(double t, double df)
{
    if (!(df > 0) || isnan(t))
        return REAL_NAN;
    if (t == 0)
        return 0.5;
    if (isinf(t))
        return t < 0 ? 0.0 : 1.0;
    if (df >= T_IS_NORMAL_FROM)
        return real_norm_cdf(t);
    const struct tails s = t_tails(df, fabs(t));
    if (t < 0)
        return 0.5 * s.q;
    return 0.5 + 0.5 * s.p;
}

/* --- quantiles -------------------------------------------------------- */

struct family {
    struct tails (*at)(const struct family *f, double x);
    double a, b;
};

/*
 * The x in (low, high), 0 < low, where the lower tail is p (and the upper one
 * q = 1 - p). Newton's method on the logarithm of the smaller tail against log
 * x, which is concave for these families, kept inside a shrinking bracket.
 */
static double solve_tail(const struct family *f, double p, double q, double low, double high,
                         double x)
{
    const bool is_lower = p <= q;
    if (!(x > low && x < high))
        x = sqrt(low) * sqrt(high);
    for (int i = 0; i < 200; i++) {
        const struct tails t = f->at(f, x);
        const double gap = is_lower ? real_log(t.p / p) : real_log(q / t.q);
        if (gap > 0)
            high = x;
        else
            low = x;
        const double step = gap / (t.slope / (is_lower ? t.p : t.q));
        const double next = x * real_exp(-step);
        if (fabs(step) < 0x1p-40) /* the next error is its square */
            return next;
        x = next > low && next < high ? next : sqrt(low) * sqrt(high);
        if (x <= low || x >= high)
            break;
    }
    return x;
}

static struct tails t_family(const struct family *f, double x)
{
    return t_tails(f->a, x);
}

double real_t_ppf(double p, double df)
{
    if (!(df > 0 && p >= 0 && p <= 1))
        return REAL_NAN;
    if (p == 0.5 || p == 0 || p == 1)
        return p == 0.5 ? 0.0 : p == 0 ? -REAL_INF : REAL_INF;
    const double z = real_norm_ppf(p);
    if (df >= T_IS_NORMAL_FROM)
        return z;
    const struct family f = {t_family, df, 0};
    const double tail = p < 0.5 ? p : 1.0 - p;
    const double size = solve_tail(&f, 1.0 - 2.0 * tail, 2.0 * tail, 0x1p-1000, 0x1p1000, fabs(z));
    return p < 0.5 ? -size : size;
}

static struct tails gamma_family(const struct family *f, double x)
{
    return gamma_tails(f->a, x);
}

/* Wilson and Hilferty 1931, or the first term of the series where that fails. */
static double gamma_guess(double p, double a)
{
    const double w = 1.0 - 1.0 / (9.0 * a) + real_norm_ppf(p) / (3.0 * sqrt(a));
    return w > 0.2 ? a * w * w * w : real_exp((real_log(p) + real_lgamma(a + 1.0)) / a);
}

double real_gamma_ppf(double p, double shape)
{
    if (!(shape > 0 && p >= 0 && p <= 1))
        return REAL_NAN;
    if (p == 0 || p == 1)
        return p == 0 ? 0.0 : REAL_INF;
    const struct family f = {gamma_family, shape, 0};
    return solve_tail(&f, p, 1.0 - p, 0x1p-1070, 0x1p1000, gamma_guess(p, shape));
}

static struct tails beta_family(const struct family *f, double x)
{
    return beta_tails(f->a, f->b, x, 1.0 - x);
}

/* The quantile when it is at most 1/2. */
static double small_beta_quantile(double p, double q, double a, double b)
{
    const struct family f = {beta_family, a, b};
    const double log_beta = real_lgamma(a) + real_lgamma(b) - real_lgamma(a + b);
    const double guess = real_exp((real_log(p) + real_log(a) + log_beta) / a);
    const double mean = a / (a + b);
    return solve_tail(&f, p, q, 0x1p-1070, 0.5, guess < mean ? guess : mean);
}

double real_beta_ppf(double p, double a, double b)
{
    if (!(a > 0 && b > 0 && p >= 0 && p <= 1))
        return REAL_NAN;
    if (p == 0 || p == 1)
        return p;
    const double half = beta_tails(a, b, 0.5, 0.5).p;
    if (p == half)
        return 0.5;
    return p < half ? small_beta_quantile(p, 1.0 - p, a, b)
                    : 1.0 - small_beta_quantile(1.0 - p, p, b, a);
}
