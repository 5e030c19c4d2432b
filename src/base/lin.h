/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * lin: small dense linear algebra with the same bits on every machine.
 *
 * Does: sums and inner products in eight fixed lanes at any vector width;
 *       Gram matrices of a tall matrix in fixed blocks over a thread pool;
 *       Cholesky with detection of collinear columns; solves and inverses.
 * Does not: use BLAS, OpenMP or fused multiply-add; handle large matrices
 *       (LIN_K_MAX columns at most).
 *
 * Tall matrices are given as columns: x[j] points at n doubles. Small matrices
 * are row-major k x k. Lengths n may be any number; missing values are the
 * caller's business.
 */
#ifndef ONTSCHOT_BASE_LIN_H
#define ONTSCHOT_BASE_LIN_H

#include "base/par.h"

enum { LIN_K_MAX = 512, LIN_LANES = 8, LIN_BLOCK = 4096 };

double lin_sum(const double *x, size_t n);
double lin_dot(const double *x, const double *y, size_t n);
double lin_dot3(const double *w, const double *x, const double *y, size_t n); /* sum w x y */

/*
 * g = X' diag(w) X, k x k, symmetric and full. w may be NULL for ones.
 * Rows are summed in blocks of LIN_BLOCK and the blocks added in order, so
 * `pool` (may be NULL) changes the time only.
 */
WARN_UNUSED err lin_gram(par *pool, const double *const *x, size_t k, const double *w, size_t n,
                         double *g, struct err_info *info);

/* y[i] = sum_j b[j] x[j][i] */
void lin_combine(const double *const *x, size_t k, const double *b, size_t n, double *y);

/*
 * Cholesky a = L L' of a symmetric positive semidefinite k x k matrix, L in
 * the lower triangle of a. A column whose remaining diagonal falls below
 * `tolerance` times its own original diagonal depends on earlier ones: it is
 * skipped, keep[j] = false, and its row and column of L are 0. Returns the
 * rank. E.g. tolerance 1e-12 on columns of similar scale.
 */
size_t lin_cholesky(double *a, size_t k, double tolerance, bool *keep);

/* Solves a x = b for kept columns (others get 0), in place in b, given lin_cholesky's result. */
void lin_cholesky_solve(const double *l, const bool *keep, size_t k, double *b);

/* inv = a^-1 on kept rows and columns, 0 elsewhere. */
void lin_cholesky_inverse(const double *l, const bool *keep, size_t k, double *inv);

/* y = a x with a row-major r x c. */
void lin_multiply(const double *a, size_t r, size_t c, const double *x, double *y);

#endif
