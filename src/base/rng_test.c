/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/rng.h"

#include "base/real.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* kat_vectors of the Random123 library, version 1.14: philox4x32, 10 rounds. */
static void philox_gives_its_published_vectors(void **state)
{
    (void)state;
    static const struct {
        struct rng_key key;
        uint64_t counter;
        uint32_t want[4];
    } kat[] = {
        {{0, 0}, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{UINT64_MAX, UINT64_MAX}, UINT64_MAX, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{UINT64_C(0x299f31d0a4093822), UINT64_C(0x0370734413198a2e)},
         UINT64_C(0x85a308d3243f6a88),
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof kat / sizeof *kat; i++) {
        uint32_t got[4];

        rng_bits(kat[i].key, kat[i].counter, got);

        assert_memory_equal(got, kat[i].want, sizeof got);
        assert_true(rng_u64(kat[i].key, kat[i].counter) ==
                    ((uint64_t)kat[i].want[1] << 32 | kat[i].want[0]));
    }
}

static void many_draws_at_once_are_the_draws_one_by_one(void **state)
{
    (void)state;
    enum { N = 5000 };
    const struct rng_key key = {42, rng_stream("rng.test", 1)};
    const uint64_t first = UINT64_MAX - 1234; /* the counter wraps on the way */
    double *uniform = malloc(N * sizeof *uniform), *normal = malloc(N * sizeof *normal);
    assert_true(uniform && normal);

    rng_uniforms(key, first, N, uniform);
    rng_normals(key, first, N, normal);

    for (size_t i = 0; i < N; i++) {
        const double u = rng_uniform(key, first + i), z = rng_normal(key, first + i);
        assert_memory_equal(&uniform[i], &u, sizeof u);
        assert_memory_equal(&normal[i], &z, sizeof z);
    }
    double piece[7];
    rng_normals(key, first + 3, 7, piece);
    assert_memory_equal(piece, normal + 3, sizeof piece);
    free(uniform);
    free(normal);
}

enum { DRAWS = 1 << 20 };

static double *draws(void (*draw)(struct rng_key, uint64_t, size_t, double *), struct rng_key key)
{
    double *x = malloc(DRAWS * sizeof *x);
    assert_non_null(x);
    draw(key, 0, DRAWS, x);
    return x;
}

static void uniforms_fill_the_open_interval_evenly(void **state)
{
    (void)state;
    enum { CELLS = 256 };
    double *u = draws(rng_uniforms, (struct rng_key){1, 2});
    double cell[CELLS] = {0}, chi2 = 0;

    for (size_t i = 0; i < DRAWS; i++) {
        assert_true(u[i] > 0 && u[i] < 1);
        cell[(size_t)(u[i] * CELLS)]++;
    }

    const double expected = (double)DRAWS / CELLS;
    for (size_t c = 0; c < CELLS; c++)
        chi2 += (cell[c] - expected) * (cell[c] - expected) / expected;
    const double p = real_chi2_sf(chi2, CELLS - 1);
    assert_true(p > 0.001 && p < 0.999);
    free(u);
}

static void normals_have_the_moments_of_the_normal_distribution(void **state)
{
    (void)state;
    double *z = draws(rng_normals, (struct rng_key){3, 4});
    double m[5] = {0};

    for (size_t i = 0; i < DRAWS; i++)
        for (double power = z[i], k = 1; k <= 4; k++, power *= z[i])
            m[(int)k] += power / DRAWS;

    /* four standard errors: variances of the powers 1, 2, 6+9, 96 over the draws */
    const double unit = 4 / sqrt((double)DRAWS);
    assert_true(fabs(m[1]) < unit);
    assert_true(fabs(m[2] - 1) < unit * sqrt(2));
    assert_true(fabs(m[3]) < unit * sqrt(15));
    assert_true(fabs(m[4] - 3) < unit * sqrt(96));
    free(z);
}

static void normals_follow_their_distribution_function(void **state)
{
    (void)state;
    enum { CELLS = 100 };
    double *z = draws(rng_normals, (struct rng_key){5, 6});
    double cell[CELLS] = {0}, chi2 = 0;

    for (size_t i = 0; i < DRAWS; i++)
        cell[(size_t)(0.5 * erfc(-z[i] / sqrt(2)) * CELLS)]++;

    const double expected = (double)DRAWS / CELLS;
    for (size_t c = 0; c < CELLS; c++)
        chi2 += (cell[c] - expected) * (cell[c] - expected) / expected;
    assert_true(real_chi2_sf(chi2, CELLS - 1) > 0.001);
    free(z);
}

static double correlation(const double *x, const double *y, size_t n)
{
    double sxy = 0, sxx = 0, syy = 0;
    for (size_t i = 0; i < n; i++) {
        sxy += x[i] * y[i];
        sxx += x[i] * x[i];
        syy += y[i] * y[i];
    }
    return sxy / sqrt(sxx * syy);
}

static void streams_and_seeds_and_neighbours_do_not_correlate(void **state)
{
    (void)state;
    const uint64_t s = rng_stream("rng.test", 7);
    double *z = draws(rng_normals, (struct rng_key){9, s});
    double *next_stream = draws(rng_normals, (struct rng_key){9, rng_stream("rng.test", 8)});
    double *plain_next = draws(rng_normals, (struct rng_key){9, s + 1});
    double *next_seed = draws(rng_normals, (struct rng_key){10, s});
    const double bound = 4 / sqrt((double)DRAWS);

    assert_true(fabs(correlation(z, next_stream, DRAWS)) < bound);
    assert_true(fabs(correlation(z, plain_next, DRAWS)) < bound);
    assert_true(fabs(correlation(z, next_seed, DRAWS)) < bound);
    assert_true(fabs(correlation(z, z + 1, DRAWS - 1)) < bound);
    free(z);
    free(next_stream);
    free(plain_next);
    free(next_seed);
}

static void stream_numbers_differ_by_use_and_by_index(void **state)
{
    (void)state;
    enum { N = 64 };
    static const char *const use[] = {"scba.unit-value", "scba.effect", "effect.bootstrap", ""};
    uint64_t seen[4 * N];
    size_t n = 0;

    for (size_t u = 0; u < 4; u++)
        for (uint64_t i = 0; i < N; i++)
            seen[n++] = rng_stream(use[u], i);

    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < a; b++)
            assert_true(seen[a] != seen[b]);
    assert_true(rng_stream("scba.effect", 3) == seen[N + 3]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_its_published_vectors),
        cmocka_unit_test(many_draws_at_once_are_the_draws_one_by_one),
        cmocka_unit_test(uniforms_fill_the_open_interval_evenly),
        cmocka_unit_test(normals_have_the_moments_of_the_normal_distribution),
        cmocka_unit_test(normals_follow_their_distribution_function),
        cmocka_unit_test(streams_and_seeds_and_neighbours_do_not_correlate),
        cmocka_unit_test(stream_numbers_differ_by_use_and_by_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
