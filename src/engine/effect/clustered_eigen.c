/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/clustered_int.h"

#include <math.h>
#include <string.h>

enum { SWEEPS_MAX = 60 }; /* about ten are needed; convergence is quadratic */

#define NEGLIGIBLE 1e-30 /* squared, of the squared diagonal */

/* The rotation that makes a[p][q] zero: Golub and Van Loan (2013), algorithm 8.5.1. */
static void angle(double pp, double pq, double qq, double *c, double *s)
{
    const double tau = (qq - pp) / (2 * pq);
    const double t = tau >= 0 ? 1 / (tau + sqrt(1 + tau * tau)) : -1 / (-tau + sqrt(1 + tau * tau));
    *c = 1 / sqrt(1 + t * t);
    *s = t * *c;
}

static void rotate_rows(double *x, double *y, size_t k, double c, double s)
{
    for (size_t i = 0; i < k; i++) {
        const double a = x[i], b = y[i];
        x[i] = c * a - s * b;
        y[i] = s * a + c * b;
    }
}

static void rotate_columns(double *a, size_t k, size_t p, size_t q, double c, double s)
{
    for (size_t i = 0; i < k; i++) {
        const double x = a[i * k + p], y = a[i * k + q];
        a[i * k + p] = c * x - s * y;
        a[i * k + q] = s * x + c * y;
    }
}

static bool is_diagonal(const double *a, size_t k)
{
    double off = 0, on = 0;
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j <= i; j++)
            *(i == j ? &on : &off) += a[i * k + j] * a[i * k + j];
    return off <= NEGLIGIBLE * on;
}

void clustered_eigen(double *a, size_t k, double *vectors)
{
    memset(vectors, 0, k * k * sizeof *vectors);
    for (size_t i = 0; i < k; i++)
        vectors[i * k + i] = 1;
    for (int sweep = 0; sweep < SWEEPS_MAX && !is_diagonal(a, k); sweep++)
        for (size_t p = 0; p < k; p++)
            for (size_t q = p + 1; q < k; q++) {
                double c, s;
                if (a[p * k + q] == 0)
                    continue;
                angle(a[p * k + p], a[p * k + q], a[q * k + q], &c, &s);
                rotate_rows(a + p * k, a + q * k, k, c, s);
                rotate_columns(a, k, p, q, c, s);
                rotate_rows(vectors + p * k, vectors + q * k, k, c, s);
            }
}
