/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * real: functions of a real number whose bits are the same on every machine.
 *
 * Does: exponentials, logarithms, powers, and the distributions statistics
 *       needs, from IEEE 754 additions, multiplications, divisions and square
 *       roots alone. Errors: exp, log, log1p, expm1 and pow below 1 ulp;
 *       distribution functions and quantiles 1e-13 relative, a few times
 *       that for probabilities below 1e-100.
 * Does not: use libm (except sqrt, fabs, floor, which are exact), depend on
 *       rounding modes, or contract to fused operations.
 */
#ifndef ONTSCHOT_BASE_REAL_H
#define ONTSCHOT_BASE_REAL_H

#include <stdbool.h>
#include <stddef.h>

#define REAL_NAN __builtin_nan("")
#define REAL_INF __builtin_inf()

double real_exp(double x);
double real_expm1(double x);
double real_log(double x); /* NaN below 0, -inf at 0 */
double real_log1p(double x);
double real_pow(double x, double y); /* x >= 0, or y a whole number */
double real_logistic(double x);      /* 1 / (1 + exp(-x)), no overflow */

/* Element by element, the same bits as the functions above; in and out may be one array. */
void real_exp_n(const double *x, size_t n, double *y);
void real_logistic_n(const double *x, size_t n, double *y);

double real_norm_pdf(double x);
double real_norm_cdf(double x);
double real_norm_ppf(double p);                   /* quantile; -inf at 0, inf at 1, NaN outside */
double real_lgamma(double x);                     /* x > 0 */
double real_gamma_p(double a, double x);          /* regularised lower incomplete gamma */
double real_beta_i(double a, double b, double x); /* regularised incomplete beta */
double real_chi2_sf(double x, double df);         /* upper tail */
double real_t_cdf(double t, double df);
double real_t_ppf(double p, double df);
double real_f_sf(double f, double df1, double df2);
/* Noncentral, lambda the sum of squared means: 1e-13 absolute. */
double real_chi2_cdf_noncentral(double x, double df, double lambda);
double real_f_cdf_noncentral(double f, double df1, double df2, double lambda);
double real_beta_ppf(double p, double a, double b);
double real_gamma_ppf(double p, double shape); /* scale 1 */

#endif
