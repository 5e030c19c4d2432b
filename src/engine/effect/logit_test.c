/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/logit_int.h"

#include "base/lin.h"
#include "base/real.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

enum { N = 5000, K = 4 };

/* A seeded sample: ones, a normal, a uniform, an indicator; treatment by a known logit. */
struct sample {
    double column[K][N], d[N], w[N];
    const double *x[K];
};

static const double truth[K] = {-0.5, 0.8, -1.0, 0.3};

static void draw_sample(struct sample *s, uint64_t seed)
{
    const struct rng_key key = {.seed = seed, .stream = rng_stream("logit-test", 0)};

    for (size_t i = 0; i < N; i++) {
        s->column[0][i] = 1;
        s->column[1][i] = rng_normal(key, 4 * i);
        s->column[2][i] = rng_uniform(key, 4 * i + 1);
        s->column[3][i] = rng_uniform(key, 4 * i + 2) < 0.3;
        double eta = 0;
        for (size_t j = 0; j < K; j++)
            eta += truth[j] * s->column[j][i];
        s->d[i] = rng_uniform(key, 4 * i + 3) < real_logistic(eta);
        s->w[i] = 1 + (double)(i % 3);
    }
    for (size_t j = 0; j < K; j++)
        s->x[j] = s->column[j];
}

struct bench {
    struct sample sample;
    arena *memory;
    struct err_info info;
    struct logit_fit fit;
    double score[N];
};

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    if (!b)
        return -1;
    draw_sample(&b->sample, 1);
    b->memory = arena_new(1 << 24);
    *state = b;
    return logit_fit_new(b->memory, K + 1, &b->fit, &b->info) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    arena_free(b->memory);
    free(b);
    return 0;
}

static void at_the_maximum_the_score_equations_hold(void **state)
{
    struct bench *b = *state;
    const struct sample *s = &b->sample;

    assert_int_equal(logit_run(NULL, s->x, K, s->d, s->w, N, NULL, &b->fit, b->score, &b->info),
                     OK);

    assert_int_equal(b->fit.status, LOGIT_CONVERGED);
    assert_int_equal(b->fit.rank, K);
    for (size_t j = 0; j < K; j++) {
        double sum = 0;
        for (size_t i = 0; i < N; i++)
            sum += s->w[i] * (s->d[i] - b->score[i]) * s->column[j][i];
        assert_true(fabs(sum) < 1e-9);
    }
}

static void the_truth_lies_within_four_standard_errors(void **state)
{
    struct bench *b = *state;

    for (uint64_t seed = 1; seed <= 20; seed++) {
        draw_sample(&b->sample, seed);
        assert_int_equal(
            logit_run(NULL, b->sample.x, K, b->sample.d, NULL, N, NULL, &b->fit, NULL, &b->info),
            OK);

        for (size_t j = 0; j < K; j++)
            assert_true(fabs(b->fit.beta[j] - truth[j]) < 4 * sqrt(b->fit.inverse[j * K + j]));
    }
}

static void any_start_and_number_of_threads_ends_at_the_same_place(void **state)
{
    struct bench *b = *state;
    const struct sample *s = &b->sample;
    const double start[K] = {2, -2, 3, 1};
    double beta[K], inverse[K * K];
    assert_int_equal(logit_run(NULL, s->x, K, s->d, s->w, N, NULL, &b->fit, NULL, &b->info), OK);
    memcpy(beta, b->fit.beta, sizeof beta);
    memcpy(inverse, b->fit.inverse, sizeof inverse);

    for (unsigned threads = 1; threads <= 8; threads *= 2) {
        par *pool;
        assert_int_equal(par_new(threads, &pool, &b->info), OK);
        assert_int_equal(logit_run(pool, s->x, K, s->d, s->w, N, NULL, &b->fit, NULL, &b->info),
                         OK);
        par_free(pool);
        assert_memory_equal(b->fit.beta, beta, sizeof beta);
        assert_memory_equal(b->fit.inverse, inverse, sizeof inverse);
    }
    assert_int_equal(logit_run(NULL, s->x, K, s->d, s->w, N, start, &b->fit, NULL, &b->info), OK);

    assert_int_equal(b->fit.status, LOGIT_CONVERGED);
    for (size_t j = 0; j < K; j++)
        assert_true(fabs(b->fit.beta[j] - beta[j]) < 1e-11);
}

static void a_weight_of_two_is_the_row_twice(void **state)
{
    struct bench *b = *state;
    struct sample *s = &b->sample;
    const size_t half = N / 2;
    double beta[K];
    for (size_t i = 0; i < half; i++) {
        s->w[i] = 2;
        s->d[half + i] = s->d[i];
        for (size_t j = 0; j < K; j++)
            s->column[j][half + i] = s->column[j][i];
    }
    assert_int_equal(logit_run(NULL, s->x, K, s->d, NULL, 2 * half, NULL, &b->fit, NULL, &b->info),
                     OK);
    memcpy(beta, b->fit.beta, sizeof beta);

    assert_int_equal(logit_run(NULL, s->x, K, s->d, s->w, half, NULL, &b->fit, NULL, &b->info), OK);

    for (size_t j = 0; j < K; j++)
        assert_true(fabs(b->fit.beta[j] - beta[j]) < 1e-11);
}

static void a_collinear_column_is_left_out_and_changes_nothing(void **state)
{
    struct bench *b = *state;
    const struct sample *s = &b->sample;
    static double copy[N];
    const double *x[K + 1] = {s->x[0], s->x[1], copy, s->x[2], s->x[3]};
    const double start[K + 1] = {0, 0, 5, 0, 0};
    double beta[K];
    for (size_t i = 0; i < N; i++)
        copy[i] = 3 * s->column[1][i] - 2;
    assert_int_equal(logit_run(NULL, s->x, K, s->d, NULL, N, NULL, &b->fit, NULL, &b->info), OK);
    memcpy(beta, b->fit.beta, sizeof beta);

    assert_int_equal(logit_run(NULL, x, K + 1, s->d, NULL, N, start, &b->fit, NULL, &b->info), OK);

    assert_int_equal(b->fit.rank, K);
    assert_false(b->fit.keep[2]);
    assert_true(b->fit.beta[2] == 0);
    assert_true(b->fit.inverse[2 * (K + 1) + 2] == 0);
    assert_true(fabs(b->fit.beta[1] - beta[1]) < 1e-11);
    assert_true(fabs(b->fit.beta[4] - beta[3]) < 1e-11);
}

static void complete_separation_is_told_with_its_column(void **state)
{
    struct bench *b = *state;
    struct sample *s = &b->sample;
    for (size_t i = 0; i < N; i++)
        s->d[i] = s->column[2][i] > 0.4;

    assert_int_equal(logit_run(NULL, s->x, K, s->d, NULL, N, NULL, &b->fit, NULL, &b->info), OK);

    assert_int_equal(b->fit.status, LOGIT_SEPARATED);
    assert_int_equal(b->fit.culprit, 2);
}

static void quasi_separation_by_a_word_of_treated_only_is_told(void **state)
{
    struct bench *b = *state;
    struct sample *s = &b->sample;
    for (size_t i = 0; i < N; i++) {
        s->column[3][i] = i < 7; /* seven rows, all treated */
        if (i < 7)
            s->d[i] = 1;
    }

    assert_int_equal(logit_run(NULL, s->x, K, s->d, NULL, N, NULL, &b->fit, NULL, &b->info), OK);

    assert_int_equal(b->fit.status, LOGIT_SEPARATED);
    assert_int_equal(b->fit.culprit, 3);
}

/* The ones run away as fast, yet are no characteristic that anybody could leave out. */
static void the_constant_is_never_to_blame(void **state)
{
    struct bench *b = *state;
    struct sample *s = &b->sample;
    for (size_t i = 0; i < N; i++) {
        s->column[3][i] = i >= 7; /* the seven others are all treated */
        if (i < 7)
            s->d[i] = 1;
    }

    assert_int_equal(logit_run(NULL, s->x, K, s->d, NULL, N, NULL, &b->fit, NULL, &b->info), OK);

    assert_int_equal(b->fit.status, LOGIT_SEPARATED);
    assert_int_equal(b->fit.culprit, 3);
}

static void strong_but_imperfect_prediction_is_no_separation(void **state)
{
    struct bench *b = *state;
    struct sample *s = &b->sample;
    for (size_t i = 0; i < N; i++)
        s->d[i] = s->column[1][i] > 0 ? i % 500 != 0 : i % 500 == 1;
    s->column[1][17] = 40; /* a lever of which the model is sure */
    s->d[17] = 1;

    assert_int_equal(logit_run(NULL, s->x, K, s->d, NULL, N, NULL, &b->fit, b->score, &b->info),
                     OK);

    assert_int_equal(b->fit.status, LOGIT_CONVERGED);
    assert_true(b->score[17] > 1 - 1e-9);
}

static void one_group_has_no_model(void **state)
{
    struct bench *b = *state;
    struct sample *s = &b->sample;
    for (size_t i = 0; i < N; i++)
        s->w[i] = s->d[i]; /* no control has weight */

    assert_int_equal(logit_run(NULL, s->x, K, s->d, s->w, N, NULL, &b->fit, NULL, &b->info), OK);

    assert_int_equal(b->fit.status, LOGIT_ONE_GROUP);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(at_the_maximum_the_score_equations_hold),
        TEST(the_truth_lies_within_four_standard_errors),
        TEST(any_start_and_number_of_threads_ends_at_the_same_place),
        TEST(a_weight_of_two_is_the_row_twice),
        TEST(a_collinear_column_is_left_out_and_changes_nothing),
        TEST(complete_separation_is_told_with_its_column),
        TEST(quasi_separation_by_a_word_of_treated_only_is_told),
        TEST(the_constant_is_never_to_blame),
        TEST(strong_but_imperfect_prediction_is_no_separation),
        TEST(one_group_has_no_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
