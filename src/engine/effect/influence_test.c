/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/influence_int.h"

#include "base/real.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

enum { N = 1003, M = 3, G = 37, DRAWS = 1001 };

static struct err_info info;

struct bench {
    double psi[N * M];
    uint32_t cluster[N];
    double draw[DRAWS * M];
    struct influence units, clusters;
};

static int set_up(void **state)
{
    const struct rng_key key = {.seed = 7, .stream = rng_stream("influence-test", 0)};
    struct bench *b = calloc(1, sizeof *b);
    if (!b)
        return -1;
    rng_normals(key, 0, N * M, b->psi);
    for (size_t i = 0; i < N; i++) {
        b->cluster[i] = (uint32_t)(i * i % G);
        b->psi[N + i] = 0.5 * b->psi[i] + b->psi[N + i];
    }
    b->units = (struct influence){.psi = b->psi, .n = N, .m = M};
    b->clusters = b->units;
    b->clusters.cluster = b->cluster;
    b->clusters.n_clusters = G;
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static void assert_near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance))
        fail_msg("%.17g is not %.17g", a, b);
}

static void covariance_is_the_sum_of_products_over_n_squared(void **state)
{
    const struct bench *b = *state;
    double v[M * M];

    assert_int_equal(influence_covariance(NULL, &b->units, v, &info), OK);

    for (size_t j = 0; j < M; j++)
        for (size_t l = 0; l < M; l++) {
            double sum = 0;
            for (size_t i = 0; i < N; i++)
                sum += b->psi[j * N + i] * b->psi[l * N + i];
            assert_near(v[j * M + l], sum / N / N, 1e-15);
        }
}

static void clusters_are_summed_before_they_are_multiplied(void **state)
{
    const struct bench *b = *state;
    double v[M * M], sum[M][G] = {0};
    for (size_t j = 0; j < M; j++)
        for (size_t i = 0; i < N; i++)
            sum[j][b->cluster[i]] += b->psi[j * N + i];

    assert_int_equal(influence_covariance(NULL, &b->clusters, v, &info), OK);

    for (size_t j = 0; j < M; j++)
        for (size_t l = 0; l < M; l++) {
            double expected = 0;
            for (size_t g = 0; g < G; g++)
                expected += sum[j][g] * sum[l][g];
            assert_near(v[j * M + l], expected / N / N, 1e-14);
        }
}

static void a_failed_estimate_spoils_only_its_own_covariances(void **state)
{
    struct bench *b = *state;
    double v[M * M];
    b->psi[N] = REAL_NAN;

    assert_int_equal(influence_covariance(NULL, &b->clusters, v, &info), OK);

    assert_true(isnan(v[M + 1]) && isnan(v[1]));
    assert_false(isnan(v[0]) || isnan(v[2]) || isnan(v[2 * M + 2]));
}

/* The sign of unit or cluster `c` in draw `b`, straight from the generator. */
static double sign_of(uint64_t seed, size_t c, size_t b)
{
    const struct rng_key key = {.seed = seed, .stream = rng_stream("effect.multiplier", 0)};
    uint32_t bits[4];
    rng_bits(key, (uint64_t)(b / 16) << 48 | c / 8, bits);
    return bits[b % 16 / 4] >> (b % 4 * 8 + c % 8) & 1 ? 1 : -1;
}

static void draws_are_the_signed_sums_of_the_units(void **state)
{
    struct bench *b = *state;

    assert_int_equal(influence_draws(NULL, &b->units, DRAWS, 42, NULL, b->draw, &info), OK);

    for (size_t draw = 0; draw < DRAWS; draw += 50)
        for (size_t j = 0; j < M; j++) {
            double sum = 0;
            for (size_t i = 0; i < N; i++)
                sum += sign_of(42, i, draw) * b->psi[j * N + i];
            assert_near(b->draw[draw * M + j], sum / N, 1e-14);
        }
}

static void draws_have_the_covariance_of_the_formula(void **state)
{
    struct bench *b = *state;
    double v[M * M];
    assert_int_equal(influence_covariance(NULL, &b->clusters, v, &info), OK);

    assert_int_equal(influence_draws(NULL, &b->clusters, DRAWS, 1, NULL, b->draw, &info), OK);

    for (size_t j = 0; j < M; j++)
        for (size_t l = 0; l < M; l++) {
            double sum = 0;
            for (size_t draw = 0; draw < DRAWS; draw++)
                sum += b->draw[draw * M + j] * b->draw[draw * M + l];
            const double noise = sqrt(2 * v[j * M + j] * v[l * M + l] / DRAWS);
            assert_near(sum / DRAWS, v[j * M + l], 4 * noise);
        }
}

static void threads_and_more_draws_leave_a_draw_as_it_is(void **state)
{
    struct bench *b = *state;
    double few[16 * M];
    assert_int_equal(influence_draws(NULL, &b->units, DRAWS, 5, NULL, b->draw, &info), OK);

    for (unsigned threads = 2; threads <= 8; threads *= 4) {
        static double again[DRAWS * M];
        par *pool;
        assert_int_equal(par_new(threads, &pool, &info), OK);
        assert_int_equal(influence_draws(pool, &b->units, DRAWS, 5, NULL, again, &info), OK);
        par_free(pool);
        assert_memory_equal(again, b->draw, sizeof b->draw);
    }
    assert_int_equal(influence_draws(NULL, &b->units, 16, 5, NULL, few, &info), OK);

    assert_memory_equal(few, b->draw, sizeof few);
}

static void a_band_is_wider_than_an_interval_and_fits_its_quantiles(void **state)
{
    struct bench *b = *state;
    const size_t column[M] = {0, 1, 2};
    double se[M], critical, v[M * M];
    assert_int_equal(influence_covariance(NULL, &b->units, v, &info), OK);
    assert_int_equal(influence_draws(NULL, &b->units, DRAWS, 3, NULL, b->draw, &info), OK);

    assert_int_equal(influence_band(b->draw, DRAWS, M, column, M, 0.9, se, &critical, &info), OK);

    size_t inside = 0;
    for (size_t draw = 0; draw < DRAWS; draw++) {
        bool all = true;
        for (size_t j = 0; j < M; j++)
            all = all && fabs(b->draw[draw * M + j]) <= critical * se[j];
        inside += all;
    }
    assert_int_equal(inside, 901); /* the smallest number that is 90 % of 1001 or more */
    assert_true(critical > real_norm_ppf(0.95));
    for (size_t j = 0; j < M; j++) /* 1.2: the noise of a quartile range relative to its mean */
        assert_near(se[j] / sqrt(v[j * M + j]), 1, 4 * 1.2 / sqrt(DRAWS));
}

static void an_estimate_without_spread_has_no_part_in_the_band(void **state)
{
    struct bench *b = *state;
    const size_t column[2] = {0, 1};
    double se[2], critical;
    memset(b->psi + N, 0, N * sizeof *b->psi);
    assert_int_equal(influence_draws(NULL, &b->units, DRAWS, 3, NULL, b->draw, &info), OK);

    assert_int_equal(influence_band(b->draw, DRAWS, M, column, 2, 0.95, se, &critical, &info), OK);
    assert_true(se[1] == 0 && critical > 1.5 && critical < 2.5);

    assert_int_equal(influence_band(b->draw, DRAWS, M, column + 1, 1, 0.95, se, &critical, &info),
                     OK);
    assert_true(isnan(critical));
}

static bool always(void *ctx)
{
    (void)ctx;
    return true;
}

static void a_bootstrap_can_be_stopped(void **state)
{
    struct bench *b = *state;
    const struct progress stop = {.cancelled = always};

    assert_int_equal(influence_draws(NULL, &b->units, DRAWS, 3, &stop, b->draw, &info),
                     E_CANCELLED);
}

static void intervals_follow_the_normal_or_student(void **state)
{
    (void)state;
    struct effect_estimate e = {.estimate = 3};

    influence_conclude(&e, 1.5, REAL_INF, 0.95);
    assert_near(e.ci_low, 3 - 1.5 * 1.959963984540054, 1e-12);
    assert_near(e.p, 0.04550026389635842, 1e-14); /* R: 2 * pnorm(-2) */

    influence_conclude(&e, 1.5, 5, 0.9);
    assert_near(e.ci_high, 3 + 1.5 * 2.015048373333024, 1e-11); /* R: qt(.95, 5) */
    assert_near(e.p, 0.1019394788, 1e-9);                       /* R: 2 * pt(-2, 5) */

    influence_conclude(&e, 0, REAL_INF, 0.95);
    assert_true(e.standard_error == 0 && isnan(e.ci_low) && isnan(e.ci_high) && isnan(e.p));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(covariance_is_the_sum_of_products_over_n_squared),
        TEST(clusters_are_summed_before_they_are_multiplied),
        TEST(a_failed_estimate_spoils_only_its_own_covariances),
        TEST(draws_are_the_signed_sums_of_the_units),
        TEST(draws_have_the_covariance_of_the_formula),
        TEST(threads_and_more_draws_leave_a_draw_as_it_is),
        TEST(a_band_is_wider_than_an_interval_and_fits_its_quantiles),
        TEST(an_estimate_without_spread_has_no_part_in_the_band),
        TEST(a_bootstrap_can_be_stopped),
        cmocka_unit_test(intervals_follow_the_normal_or_student),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
