/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/ols_int.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

enum { N = 600, K = 4, G = 25 };

struct bench {
    double column[K + 1][N], y[N], w[N], residual[N];
    const double *x[K + 1];
    uint32_t cluster[N];
    arena *memory;
    struct err_info info;
    struct ols_design design;
    struct ols_factor factor;
    double beta[K + 1], v[(K + 1) * (K + 1)];
};

static int set_up(void **state)
{
    const struct rng_key key = {.seed = 3, .stream = rng_stream("ols-test", 0)};
    struct bench *b = calloc(1, sizeof *b);
    if (!b)
        return -1;
    b->memory = arena_new(1 << 24);
    for (size_t i = 0; i < N; i++) {
        b->column[0][i] = 1;
        for (size_t j = 1; j < K; j++)
            b->column[j][i] = rng_normal(key, i * 8 + j);
        b->y[i] = 2 - b->column[1][i] + 3 * b->column[3][i] +
                  (1 + fabs(b->column[1][i])) * rng_normal(key, i * 8);
        b->w[i] = 0.5 + (double)(i % 4);
        b->cluster[i] = (uint32_t)(i * 7 % G);
    }
    for (size_t j = 0; j <= K; j++)
        b->x[j] = b->column[j];
    b->design = (struct ols_design){.x = b->x, .k = K, .w = b->w, .n = N};
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    arena_free(b->memory);
    free(b);
    return 0;
}

static void assert_near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance))
        fail_msg("%.17g is not %.17g", a, b);
}

static void fit(struct bench *b, par *pool)
{
    assert_int_equal(ols_factor(pool, &b->design, b->memory, &b->factor, &b->info), OK);
    assert_int_equal(ols_solve(pool, &b->design, &b->factor, b->y, b->beta, b->residual, &b->info),
                     OK);
}

static void covariance(struct bench *b, enum effect_errors errors)
{
    assert_int_equal(ols_covariance(NULL, &b->design, &b->factor, b->residual, errors, b->cluster,
                                    G, b->v, &b->info),
                     OK);
}

static void residuals_are_orthogonal_to_every_column(void **state)
{
    struct bench *b = *state;

    fit(b, NULL);

    for (size_t j = 0; j < K; j++) {
        double sum = 0;
        for (size_t i = 0; i < N; i++)
            sum += b->w[i] * b->residual[i] * b->column[j][i];
        assert_near(sum, 0, 1e-11);
    }
}

static void an_exact_plane_is_found_though_columns_are_nearly_alike(void **state)
{
    struct bench *b = *state;
    for (size_t i = 0; i < N; i++) { /* correlation 1 - 5e-9 */
        b->column[2][i] = b->column[1][i] + 1e-4 * b->column[2][i];
        b->y[i] = 7 + 5 * b->column[1][i] - 4 * b->column[2][i] + 0.5 * b->column[3][i];
    }

    fit(b, NULL);

    const double truth[K] = {7, 5, -4, 0.5};
    for (size_t j = 0; j < K; j++)
        assert_near(b->beta[j], truth[j], 1e-10);
}

static void huge_and_tiny_columns_are_one_problem(void **state)
{
    struct bench *b = *state;
    double beta[K];
    fit(b, NULL);
    memcpy(beta, b->beta, sizeof beta);
    for (size_t i = 0; i < N; i++) {
        b->column[1][i] *= 0x1p+200;
        b->column[2][i] *= 0x1p-200;
    }

    fit(b, NULL);

    assert_int_equal(b->factor.rank, K);
    assert_near(b->beta[1] * 0x1p+200, beta[1], 1e-12);
    assert_near(b->beta[2] * 0x1p-200, beta[2], 1e-12);
}

static void a_collinear_or_empty_column_is_left_out(void **state)
{
    struct bench *b = *state;
    double residual[N];
    fit(b, NULL);
    memcpy(residual, b->residual, sizeof residual);
    b->design.k = K + 1;

    for (double share = 0; share <= 1; share++) { /* the fifth column is zero, then a sum */
        for (size_t i = 0; i < N; i++)
            b->column[K][i] = share * (b->column[1][i] + b->column[2][i]);
        fit(b, NULL);

        assert_int_equal(b->factor.rank, K);
        assert_false(b->factor.keep[K]);
        assert_true(b->beta[K] == 0);
        for (size_t i = 0; i < N; i++)
            assert_near(b->residual[i], residual[i], 1e-12);
    }
}

static void threads_change_no_bit(void **state)
{
    struct bench *b = *state;
    double beta[K], residual[N];
    fit(b, NULL);
    memcpy(beta, b->beta, sizeof beta);
    memcpy(residual, b->residual, sizeof residual);

    for (unsigned threads = 1; threads <= 8; threads *= 2) {
        par *pool;
        assert_int_equal(par_new(threads, &pool, &b->info), OK);
        fit(b, pool);
        par_free(pool);
        assert_memory_equal(b->beta, beta, sizeof beta);
        assert_memory_equal(b->residual, residual, sizeof residual);
    }
}

/* A m A' of the row for coefficient c, from scores given row by row or summed by cluster. */
static double sandwich(const struct bench *b, const double *u, size_t c, bool clustered)
{
    double sum[N] = {0}, total = 0;
    for (size_t i = 0; i < N; i++) {
        double part = 0;
        for (size_t j = 0; j < K; j++)
            part += b->factor.inverse[c * K + j] * b->column[j][i];
        sum[clustered ? b->cluster[i] : i] += part * u[i];
    }
    for (size_t i = 0; i < N; i++)
        total += sum[i] * sum[i];
    return total;
}

static double leverage(const struct bench *b, size_t i)
{
    double h = 0;
    for (size_t j = 0; j < K; j++)
        for (size_t l = 0; l < K; l++)
            h += b->column[j][i] * b->factor.inverse[j * K + l] * b->column[l][i];
    return b->w[i] * h;
}

static void covariances_follow_their_formulas(void **state)
{
    struct bench *b = *state;
    double u[N], u2[N], u3[N], squares = 0, trace = 0;
    fit(b, NULL);
    for (size_t i = 0; i < N; i++) {
        const double rest = 1 - leverage(b, i);
        u[i] = b->w[i] * b->residual[i];
        u2[i] = u[i] / sqrt(rest);
        u3[i] = u[i] / rest;
        squares += u[i] * b->residual[i];
        trace += 1 - rest;
    }
    assert_near(trace, K, 1e-12);

    for (size_t c = 0; c < K; c++) {
        const size_t at = c * K + c;
        covariance(b, EFFECT_CLASSICAL);
        assert_near(b->v[at], b->factor.inverse[at] * squares / (N - K), 1e-15);
        covariance(b, EFFECT_HC1);
        assert_near(b->v[at], sandwich(b, u, c, false) * N / (N - K), 1e-15);
        covariance(b, EFFECT_HC2);
        assert_near(b->v[at], sandwich(b, u2, c, false), 1e-15);
        covariance(b, EFFECT_HC3);
        assert_near(b->v[at], sandwich(b, u3, c, false), 1e-15);
        covariance(b, EFFECT_CR1);
        assert_near(b->v[at], sandwich(b, u, c, true) * G / (G - 1) * (N - 1) / (N - K), 1e-15);
    }
}

static void a_row_of_weight_zero_does_not_count(void **state)
{
    struct bench *b = *state;
    double v[5];
    const enum effect_errors kinds[] = {EFFECT_CLASSICAL, EFFECT_HC1, EFFECT_HC2, EFFECT_HC3,
                                        EFFECT_CR1};
    for (size_t i = N - 100; i < N; i++)
        b->w[i] = 0;
    b->design.n = N - 100;
    fit(b, NULL);
    for (size_t e = 0; e < 4; e++) {
        covariance(b, kinds[e]);
        v[e] = b->v[0];
    }
    b->design.n = N;

    fit(b, NULL);

    for (size_t e = 0; e < 4; e++) {
        covariance(b, kinds[e]);
        assert_near(b->v[0], v[e], 1e-15);
    }
}

static void a_row_that_is_fitted_exactly_adds_nothing(void **state)
{
    struct bench *b = *state;
    memset(b->column[2], 0, sizeof b->column[2]);
    b->column[2][5] = 1; /* an indicator of one row */

    fit(b, NULL);
    covariance(b, EFFECT_HC3);

    assert_near(b->residual[5], 0, 1e-12);
    for (size_t i = 0; i < (size_t)K * K; i++)
        assert_true(isfinite(b->v[i]));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(residuals_are_orthogonal_to_every_column),
        TEST(an_exact_plane_is_found_though_columns_are_nearly_alike),
        TEST(huge_and_tiny_columns_are_one_problem),
        TEST(a_collinear_or_empty_column_is_left_out),
        TEST(threads_change_no_bit),
        TEST(covariances_follow_their_formulas),
        TEST(a_row_of_weight_zero_does_not_count),
        TEST(a_row_that_is_fitted_exactly_adds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
