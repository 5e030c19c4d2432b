/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * CR1, CR2, CR3 and degrees of freedom against dense computations on rows, which share nothing
 * with the code but the definition: hat matrices n x n, and regressions that leave a cluster out.
 */
#include "base/lin.h"
#include "base/real.h"
#include "base/rng.h"
#include "engine/effect/clustered_int.h"
#include "engine/effect/effect_test_int.h"

enum { N = 60, K = 4, CLUSTERS = 7 };

/* Rows of clusters of uneven size. */
struct rows {
    double x[N][K], y[N], w[N];
    uint32_t cluster[N];
};

static double normal(uint64_t seed, uint64_t use, size_t i)
{
    return rng_normal((struct rng_key){.seed = seed, .stream = use}, i);
}

static struct rows make_rows(uint64_t seed, bool has_weights)
{
    struct rows r;
    for (size_t i = 0; i < N; i++) {
        r.cluster[i] = (uint32_t)(i * i / 81 % CLUSTERS);
        r.w[i] = has_weights ? 0.5 + rng_uniform((struct rng_key){seed, 9}, i) : 1;
        r.x[i][0] = 1;
        for (size_t j = 1; j < K; j++)
            r.x[i][j] = normal(seed, j, i);
        r.x[i][K - 1] = r.cluster[i] < 3;
        r.y[i] = r.x[i][1] - r.x[i][2] + normal(seed, 7, r.cluster[i]) + normal(seed, 8, i);
    }
    return r;
}

/* What the code under test is given. */
struct sums {
    double gram[CLUSTERS * K * K], product[CLUSTERS * K];
};

static struct sums sum(const struct rows *r)
{
    struct sums s = {0};
    for (size_t i = 0; i < N; i++)
        for (size_t a = 0; a < K; a++) {
            s.product[r->cluster[i] * K + a] += r->w[i] * r->x[i][a] * r->y[i];
            for (size_t b = 0; b < K; b++)
                s.gram[(r->cluster[i] * K + a) * K + b] += r->w[i] * r->x[i][a] * r->x[i][b];
        }
    return s;
}

/* ---- the oracle: dense, on rows times the root of their weight ---- */

/* a x = b by elimination with pivoting. */
static void eliminate(double *a, double *b, size_t n)
{
    for (size_t c = 0; c < n; c++) {
        size_t p = c;
        for (size_t i = c + 1; i < n; i++)
            p = fabs(a[i * n + c]) > fabs(a[p * n + c]) ? i : p;
        for (size_t j = 0; j < n; j++) {
            const double swap = a[c * n + j];
            a[c * n + j] = a[p * n + j];
            a[p * n + j] = swap;
        }
        const double swap = b[c];
        b[c] = b[p];
        b[p] = swap;
        for (size_t i = 0; i < n; i++) {
            const double by = i == c ? 0 : a[i * n + c] / a[c * n + c];
            for (size_t j = c; j < n; j++)
                a[i * n + j] -= by * a[c * n + j];
            b[i] -= by * b[c];
        }
    }
    for (size_t c = 0; c < n; c++)
        b[c] /= a[c * n + c];
}

/* Least squares without one cluster (CLUSTERS: with all). */
static void fit_without(const struct rows *r, size_t without, double beta[K])
{
    double a[K * K] = {0};
    memset(beta, 0, K * sizeof *beta);
    for (size_t i = 0; i < N; i++)
        for (size_t p = 0; p < K && r->cluster[i] != without; p++) {
            beta[p] += r->w[i] * r->x[i][p] * r->y[i];
            for (size_t q = 0; q < K; q++)
                a[p * K + q] += r->w[i] * r->x[i][p] * r->x[i][q];
        }
    eliminate(a, beta, K);
}

/* The last coefficient's row of (X'WX)^-1 X'W^1/2, a weight for each row. */
static void last_row(const struct rows *r, double row[N])
{
    double a[K * K] = {0}, unit[K] = {[K - 1] = 1};
    for (size_t i = 0; i < N; i++)
        for (size_t p = 0; p < K; p++)
            for (size_t q = 0; q < K; q++)
                a[p * K + q] += r->w[i] * r->x[i][p] * r->x[i][q];
    eliminate(a, unit, K);
    for (size_t i = 0; i < N; i++) {
        row[i] = 0;
        for (size_t p = 0; p < K; p++)
            row[i] += unit[p] * r->x[i][p] * sqrt(r->w[i]);
    }
}

/* I - H of the weighted rows. */
static void annihilator(const struct rows *r, double *m)
{
    for (size_t j = 0; j < N; j++) {
        double a[K * K] = {0}, b[K];
        for (size_t p = 0; p < K; p++)
            b[p] = r->x[j][p] * sqrt(r->w[j]);
        for (size_t i = 0; i < N; i++)
            for (size_t p = 0; p < K; p++)
                for (size_t q = 0; q < K; q++)
                    a[p * K + q] += r->w[i] * r->x[i][p] * r->x[i][q];
        eliminate(a, b, K);
        for (size_t i = 0; i < N; i++) {
            m[i * N + j] = i == j;
            for (size_t p = 0; p < K; p++)
                m[i * N + j] -= b[p] * r->x[i][p] * sqrt(r->w[i]);
        }
    }
}

/* b = m^-1/2 of a positive definite n x n matrix: Denman and Beavers (1976), iterated. */
static void inverse_root(const double *m, size_t n, double *b)
{
    double *y = malloc(4 * n * n * sizeof *y), *z = y + n * n, *copy = z + n * n,
           *next = copy + n * n;
    memcpy(y, m, n * n * sizeof *y);
    for (size_t i = 0; i < n * n; i++)
        z[i] = i % (n + 1) == 0;
    for (int step = 0; step < 60; step++) {
        for (int side = 0; side < 2; side++) { /* next = inverse of y, then of z */
            double *const from = side ? z : y, *const to = side ? b : next;
            for (size_t c = 0; c < n; c++) {
                double unit[N] = {0};
                unit[c] = 1;
                memcpy(copy, from, n * n * sizeof *copy);
                eliminate(copy, unit, n);
                for (size_t i = 0; i < n; i++)
                    to[i * n + c] = unit[i];
            }
        }
        for (size_t i = 0; i < n * n; i++) {
            const double old = y[i];
            y[i] = (old + b[i]) / 2;
            z[i] = (z[i] + next[i]) / 2;
        }
    }
    memcpy(b, z, n * n * sizeof *b);
    free(y);
}

/* CR2 and its degrees of freedom from n x n matrices, Bell and McCaffrey (2002). */
static void dense_cr2(const struct rows *r, double *variance, double *df)
{
    static double m[N * N], g[N][CLUSTERS];
    double row[N], beta[K], b[CLUSTERS * CLUSTERS] = {0};
    last_row(r, row);
    annihilator(r, m);
    fit_without(r, CLUSTERS, beta);
    memset(g, 0, sizeof g);
    *variance = 0;
    for (uint32_t c = 0; c < CLUSTERS; c++) {
        double block[N * N], root[N * N], a[N] = {0}, effect = 0;
        size_t member[N], n = 0;
        for (size_t i = 0; i < N; i++)
            if (r->cluster[i] == c)
                member[n++] = i;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                block[i * n + j] = m[member[i] * N + member[j]];
        inverse_root(block, n, root);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                a[i] += root[i * n + j] * row[member[j]];
        for (size_t i = 0; i < n; i++) {
            double e = r->y[member[i]];
            for (size_t p = 0; p < K; p++)
                e -= beta[p] * r->x[member[i]][p];
            effect += a[i] * e * sqrt(r->w[member[i]]);
            for (size_t j = 0; j < N; j++)
                g[j][c] += m[j * N + member[i]] * a[i];
        }
        *variance += effect * effect;
    }
    double trace = 0, square = 0;
    for (size_t c = 0; c < CLUSTERS; c++)
        for (size_t d = 0; d < CLUSTERS; d++)
            for (size_t i = 0; i < N; i++)
                b[c * CLUSTERS + d] += g[i][c] * g[i][d];
    for (size_t i = 0; i < CLUSTERS * CLUSTERS; i++) {
        square += b[i] * b[i];
        trace += i % (CLUSTERS + 1) == 0 ? b[i] : 0;
    }
    *df = trace * trace / square;
}

/* ---- tests ---- */

static void compute(const struct rows *r, enum effect_errors errors, double factor,
                    double *variance, double *df)
{
    const struct sums s = sum(r);
    const struct clustered c = {CLUSTERS, K, s.gram, s.product};
    struct clustered_white w;
    double form[K] = {[K - 1] = 1};
    arena *a = arena_new(1 << 24);
    assert_int_equal(clustered_whiten(&c, NULL, a, &w, &info), OK);
    clustered_whiten_vector(&w, K, form);
    assert_int_equal(
        clustered_covariance(&w, errors, factor, form, 1, NULL, a, variance, df, &info), OK);
    arena_free(a);
}

static void cr1_is_the_sum_of_squared_scores(void **state)
{
    (void)state;
    const struct rows r = make_rows(1, true);
    double row[N], beta[K], score[CLUSTERS] = {0}, expected = 0, variance, df;
    last_row(&r, row);
    fit_without(&r, CLUSTERS, beta);
    for (size_t i = 0; i < N; i++) {
        double e = r.y[i];
        for (size_t p = 0; p < K; p++)
            e -= beta[p] * r.x[i][p];
        score[r.cluster[i]] += row[i] * sqrt(r.w[i]) * e;
    }
    for (size_t c = 0; c < CLUSTERS; c++)
        expected += 1.25 * score[c] * score[c];

    compute(&r, EFFECT_CR1, 1.25, &variance, &df);

    assert_near(variance, expected, 1e-13);
    assert_near(df, CLUSTERS - 1, 0);
}

static void cr2_and_its_degrees_of_freedom_equal_those_of_hat_matrices(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        const struct rows r = make_rows(seed, seed % 2 == 0);
        double variance, df, expected, expected_df;
        dense_cr2(&r, &expected, &expected_df);

        compute(&r, EFFECT_CR2, 1, &variance, &df);

        assert_near(variance, expected, 1e-11);
        assert_near(df, expected_df, 1e-8);
    }
}

static void cr3_is_the_jackknife_that_leaves_clusters_out(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        const struct rows r = make_rows(seed, seed % 2 == 0);
        double variance, df, all[K], without[K], expected = 0;
        fit_without(&r, CLUSTERS, all);
        for (size_t c = 0; c < CLUSTERS; c++) {
            fit_without(&r, c, without);
            expected += (without[K - 1] - all[K - 1]) * (without[K - 1] - all[K - 1]);
        }
        expected *= (CLUSTERS - 1.0) / CLUSTERS;

        compute(&r, EFFECT_CR3, 1, &variance, &df);

        assert_near(variance, expected, 1e-11);
    }
}

/* The pseudo-inverse: a cluster that alone has a column says nothing about the others there. */
static void a_column_of_one_cluster_leaves_finite_errors(void **state)
{
    (void)state;
    struct rows r = make_rows(3, false);
    double variance, df;
    for (size_t i = 0; i < N; i++)
        r.x[i][1] = r.cluster[i] == 4;

    compute(&r, EFFECT_CR2, 1, &variance, &df);
    assert_true(isfinite(variance) && variance > 0 && df > 0 && df < CLUSTERS);
    compute(&r, EFFECT_CR3, 1, &variance, &df);
    assert_true(isfinite(variance) && variance > 0);
}

static void white_coordinates_add_up_to_the_identity_and_give_the_coefficients(void **state)
{
    (void)state;
    const struct rows r = make_rows(2, true);
    const struct sums s = sum(&r);
    const struct clustered c = {CLUSTERS, K, s.gram, s.product};
    struct clustered_white w;
    double beta[K];
    arena *a = arena_new(1 << 24);
    fit_without(&r, CLUSTERS, beta);

    assert_int_equal(clustered_whiten(&c, NULL, a, &w, &info), OK);

    for (size_t i = 0; i < K; i++) {
        double form[K] = {0};
        form[i] = 1;
        clustered_whiten_vector(&w, K, form);
        assert_near(lin_dot(form, w.total, K), beta[i], 1e-12);
        for (size_t j = 0; j < K; j++) {
            double all = 0;
            for (size_t g = 0; g < CLUSTERS; g++)
                all += w.gram[(g * K + i) * K + j];
            assert_near(all, i == j, 1e-13);
        }
    }
    arena_free(a);
}

static void eigenvectors_rebuild_their_matrix(void **state)
{
    (void)state;
    enum { M = 25 };
    double a[M * M], copy[M * M], q[M * M];
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j <= i; j++)
            a[i * M + j] = a[j * M + i] = normal(11, i, j);
    memcpy(copy, a, sizeof a);

    clustered_eigen(copy, M, q);

    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < M; j++) {
            double rebuilt = 0, product = 0;
            for (size_t e = 0; e < M; e++) {
                rebuilt += copy[e * M + e] * q[e * M + i] * q[e * M + j];
                product += q[i * M + e] * q[j * M + e];
            }
            assert_near(rebuilt, a[i * M + j], 1e-12);
            assert_near(product, i == j, 1e-13);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cr1_is_the_sum_of_squared_scores),
        cmocka_unit_test(cr2_and_its_degrees_of_freedom_equal_those_of_hat_matrices),
        cmocka_unit_test(cr3_is_the_jackknife_that_leaves_clusters_out),
        cmocka_unit_test(a_column_of_one_cluster_leaves_finite_errors),
        cmocka_unit_test(white_coordinates_add_up_to_the_identity_and_give_the_coefficients),
        cmocka_unit_test(eigenvectors_rebuild_their_matrix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
