/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/real.h"
#include "base/rng.h"
#include "engine/scba/scba_int.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct scba_dist dists[] = {
    {SCBA_NORMAL, 100.0, 25.0, 0.0},    {SCBA_LOGNORMAL, 100.0, 60.0, 0.0},
    {SCBA_TRIANGULAR, 0.0, 10.0, 40.0}, {SCBA_TRIANGULAR, 5.0, 5.0, 9.0},
    {SCBA_TRIANGULAR, 5.0, 9.0, 9.0},   {SCBA_UNIFORM, -3.0, 8.0, 0.0},
    {SCBA_PERT, 10.0, 20.0, 60.0},      {SCBA_PERT, 10.0, 10.0, 60.0},
    {SCBA_BETA, 0.2, 0.1, 0.0},         {SCBA_BETA, 0.03, 0.05, 0.0},
};
enum { N_DISTS = sizeof dists / sizeof dists[0] };

/* The integral of x^power over the quantile function, by the midpoint rule. */
static double moment(struct scba_dist d, int power)
{
    enum { CELLS = 20000 };
    double sum = 0.0;
    for (int i = 0; i < CELLS; i++) {
        const double x = scba_dist_quantile(d, (i + 0.5) / CELLS);
        sum += power == 1 ? x : x * x;
    }
    return sum / CELLS;
}

static void mean_and_spread_agree_with_the_quantiles(void **state)
{
    (void)state;
    for (int i = 0; i < N_DISTS; i++) {
        const double mean = scba_dist_mean(dists[i]), sd = scba_dist_sd(dists[i]);
        const double first = moment(dists[i], 1), second = moment(dists[i], 2);

        assert_true(fabs(first - mean) < 2e-4 * sd);
        assert_true(fabs(sqrt(second - first * first) - sd) < 5e-3 * sd);
    }
}

static void draws_are_quantiles_of_one_uniform(void **state)
{
    (void)state;
    enum { N = 2000 };
    struct err_info info;
    arena *a = arena_new(1 << 24);
    for (int i = 0; i < N_DISTS; i++) {
        double *table, draw[N];
        assert_int_equal(scba_dist_table(dists[i], a, &table, &info), OK);

        scba_dist_fill(dists[i], table, 11, 22, 33, N, draw);

        for (size_t d = 0; d < N; d++) {
            const double p = rng_uniform((struct rng_key){11, 22}, 33 + d);
            const double exact = scba_dist_quantile(dists[i], p);
            assert_true(fabs(draw[d] - exact) <= 1e-8 * (fabs(exact) + scba_dist_sd(dists[i])));
        }
    }
    arena_free(a);
}

static void draws_do_not_depend_on_where_a_block_starts(void **state)
{
    (void)state;
    struct err_info info;
    arena *a = arena_new(1 << 24);
    for (int i = 0; i < N_DISTS; i++) {
        double *table, whole[100], part[100];
        assert_int_equal(scba_dist_table(dists[i], a, &table, &info), OK);

        scba_dist_fill(dists[i], table, 1, 2, 0, 100, whole);
        scba_dist_fill(dists[i], table, 1, 2, 0, 37, part);
        scba_dist_fill(dists[i], table, 1, 2, 37, 63, part + 37);

        assert_memory_equal(whole, part, sizeof whole);
    }
    arena_free(a);
}

static void a_shape_is_known_by_its_name(void **state)
{
    (void)state;
    for (int s = SCBA_FIXED; s <= SCBA_BETA; s++) {
        enum scba_shape back = SCBA_FIXED;
        assert_true(scba_shape_parse(str_of(scba_shape_name((enum scba_shape)s)), &back));
        assert_int_equal(back, s);
    }
    enum scba_shape untouched = SCBA_PERT;
    assert_false(scba_shape_parse(STR("gamma"), &untouched));
    assert_int_equal(untouched, SCBA_PERT);
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Type 7 by sorting everything. */
static double sorted_quantile(const double *sorted, size_t n, double p)
{
    const double at = p * (double)(n - 1);
    const size_t low = (size_t)at, high = low + 1 < n ? low + 1 : low;
    return sorted[low] + (at - (double)low) * (sorted[high] - sorted[low]);
}

static void quantiles_equal_those_of_a_sort(void **state)
{
    (void)state;
    const double p[5] = {0.5, 0.1, 0.9, 0.025, 0.975};
    for (uint64_t round = 0; round < 60; round++) {
        const size_t n = 1 + (size_t)(rng_u64((struct rng_key){3, round}, 0) % 3000);
        double *draw = malloc(n * sizeof *draw), *sorted = malloc(n * sizeof *sorted), value[5];
        rng_normals((struct rng_key){4, round}, 0, n, draw);
        if (round % 3 == 1) /* many equal values */
            for (size_t i = 0; i < n; i++)
                draw[i] = floor(draw[i]);
        if (round % 3 == 2) /* one far away */
            draw[n / 2] = 1e30;
        memcpy(sorted, draw, n * sizeof *draw);
        qsort(sorted, n, sizeof *sorted, rising);

        assert_true(outcome_quantiles(draw, n, p, 5, value));

        for (int q = 0; q < 5; q++)
            assert_true(value[q] == sorted_quantile(sorted, n, p[q]));
        free(draw);
        free(sorted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mean_and_spread_agree_with_the_quantiles),
        cmocka_unit_test(draws_are_quantiles_of_one_uniform),
        cmocka_unit_test(draws_do_not_depend_on_where_a_block_starts),
        cmocka_unit_test(a_shape_is_known_by_its_name),
        cmocka_unit_test(quantiles_equal_those_of_a_sort),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
