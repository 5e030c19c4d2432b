/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * clustered: least squares from what each cluster adds to its normal equations.
 *
 * Of cluster g two things are known: the products S(g) = X'WX of its columns with
 * each other, free of effects that lie within clusters, and b(g) = X'Wy. All of
 * inference by cluster follows from these; rows are not needed again (MacKinnon,
 * Nielsen and Webb, "Fast and reliable jackknife and bootstrap methods for
 * cluster-robust inference", Journal of Applied Econometrics 38, 2023).
 *
 * White coordinates: with S = sum of S(g) = C C' (Cholesky), columns X C'^-1 are
 * orthonormal. P(g) = C^-1 S(g) C'^-1 add up to the identity, a linear form c'beta is
 * (C^-1 c)'(C^-1 b), and the score of a cluster is z(g) = C^-1 b(g) - P(g) C^-1 b.
 * Coordinate j depends on columns up to j only, so that the first j serve for the
 * regression without the columns behind them.
 *
 * Does: covariances CR1, CR2 and CR3, and degrees of freedom for CR2.
 * Does not: read rows; bootstrap or permute (randomise_int.h).
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_CLUSTERED_INT_H
#define ONTSCHOT_ENGINE_EFFECT_CLUSTERED_INT_H

#include "base/arena.h"
#include "base/par.h"
#include "engine/effect/effect.h"

/* Borrowed. */
struct clustered {
    size_t n, k;           /* clusters; columns, LIN_K_MAX at most */
    const double *gram;    /* n x k x k, full and symmetric: S(g) */
    const double *product; /* n x k: b(g) */
};

struct clustered_white {
    size_t n, k;
    double *root;    /* k x k: Cholesky factor of S scaled to unit diagonal */
    double *scale;   /* k: 1 / sqrt of the diagonal of S; 0 for an empty column */
    bool *keep;      /* k; false: follows from earlier columns */
    double *gram;    /* n x k x k: P(g); 0 for columns left out */
    double *product; /* n x k */
    double *total;   /* k: their sum */
    double *score;   /* n x k: z(g) */
};

/* Memory from `a`. E_NOMEM. */
WARN_UNUSED err clustered_whiten(const struct clustered *c, par *pool, arena *a,
                                 struct clustered_white *w, struct err_info *info);

/*
 * The same regression in other columns: the last one has the linear form c'beta for coefficient.
 * With j the largest element of c, column i becomes X_i - X_j c_i / c_j, and the last X_j / c_j.
 * form: k, not all 0. Memory from `a`. E_NOMEM.
 */
WARN_UNUSED err clustered_turn(const struct clustered *c, const double *form, arena *a,
                               struct clustered *turned, struct err_info *info);

/* v = C^-1 v, in place, for the first k columns: products with columns, or a linear form. */
void clustered_whiten_vector(const struct clustered_white *w, size_t k, double *v);

/*
 * m x m covariance of linear forms, and degrees of freedom of each for Student's t.
 * With forms c in white coordinates, sum over clusters of (c'A(g) z(g))^2, times a factor:
 *
 *   cr1  A = I; `factor`; G - 1                       Liang and Zeger (1986)
 *   cr2  A = (I - P(g))^-1/2; 1; Satterthwaite        Bell and McCaffrey (2002)
 *   cr3  A = (I - P(g))^-1; (G - 1) / G; G - 1        the jackknife: Bell and McCaffrey (2002);
 *                                                     MacKinnon, Nielsen and Webb (2023), CV3
 *
 * which equal the forms in rows, as X(g)'(I - H(g))^-1/2 e(g) = C (I - P(g))^-1/2 C^-1 X(g)'e(g).
 * Where a cluster alone identifies a direction, I - P(g) has eigenvalue 0 and its pseudo-inverse
 * is taken, as for absorbed effects in Pustejovsky and Tipton (2018, theorem 2). The working
 * model of CR2 and of its degrees of freedom is independent rows with variance 1 / weight:
 * df = tr(B)^2 / tr(B^2), B(g,h) = [g = h] a'P(g)a - a'P(g)P(h)a, a = A c.
 *
 *   form  m x k, white
 *   df    m
 */
WARN_UNUSED err clustered_covariance(const struct clustered_white *w, enum effect_errors errors,
                                     double factor, const double *form, size_t m, par *pool,
                                     arena *a, double *covariance, double *df,
                                     struct err_info *info);

/*
 * Eigenvalues and vectors of a symmetric k x k matrix by cyclic Jacobi rotations (Golub and
 * Van Loan, Matrix Computations, 2013, sec. 8.5). `a` ends with the values on its diagonal;
 * row i of `vectors` belongs to a[i * k + i].
 */
void clustered_eigen(double *a, size_t k, double *vectors);

#endif
