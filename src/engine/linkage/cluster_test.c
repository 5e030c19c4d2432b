/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/rng.h"
#include "engine/linkage/linkage_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SMALL = 7, ROUNDS = 60 };

static void draw_weights(uint64_t seed, size_t n, double *w)
{
    const struct rng_key key = {seed, rng_stream("linkage test weights", 0)};
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            w[i * n + j] = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            w[i * n + j] = w[j * n + i] = 10 * rng_uniform(key, i * n + j) - 5;
}

static double value_of(const double *w, size_t n, const uint32_t *part)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (part[i] == part[j])
                sum += w[i * n + j];
    return sum;
}

/* Every partition of n things, by restricted growth. */
static double best_by_trying(const double *w, size_t n, uint32_t *part, size_t at, uint32_t used)
{
    double best = -1e300;
    if (at == n)
        return value_of(w, n, part);
    for (uint32_t p = 0; p <= used; p++) {
        part[at] = p;
        const double v = best_by_trying(w, n, part, at + 1, p == used ? used + 1 : used);
        best = v > best ? v : best;
    }
    return best;
}

static void exact_clustering_is_as_good_as_trying_all_partitions(void **state)
{
    (void)state;
    double w[SMALL * SMALL];
    uint32_t part[SMALL], tried[SMALL];
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        draw_weights(seed, SMALL, w);

        cluster_exact(w, SMALL, part);

        const double best = best_by_trying(w, SMALL, tried, 0, 0);
        assert_true(value_of(w, SMALL, part) > best - 1e-9);
    }
}

static void moves_come_near_the_exact_clustering_and_never_above(void **state)
{
    (void)state;
    enum { N = CLUSTER_EXACT_MAX };
    double w[N * N], gain[N + 1], sum_exact = 0, sum_local = 0;
    uint32_t part[N], size[N];
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        draw_weights(seed, N, w);

        cluster_exact(w, N, part);
        const double exact = value_of(w, N, part);
        cluster_local(w, N, part, gain, size);
        const double local = value_of(w, N, part);

        assert_true(local <= exact + 1e-9);
        sum_exact += exact;
        sum_local += local;
    }
    assert_true(sum_local > 0.95 * sum_exact);
}

static void what_is_forbidden_stays_apart(void **state)
{
    (void)state;
    /* a and c are forbidden; b wants both, c more */
    const double w[9] = {0, 4, -1e6, 4, 0, 5, -1e6, 5, 0};
    uint32_t part[3];

    cluster_exact(w, 3, part);

    assert_int_not_equal(part[0], part[2]);
    assert_int_equal(part[1], part[2]);
}

static double best_pairs_by_trying(const double *w, size_t n_a, size_t n_b, size_t row,
                                   unsigned used)
{
    if (row == n_a)
        return 0;
    double best = best_pairs_by_trying(w, n_a, n_b, row + 1, used);
    for (size_t j = 0; j < n_b; j++) {
        if (used >> j & 1 || w[row * n_b + j] <= 0)
            continue;
        const double v =
            w[row * n_b + j] + best_pairs_by_trying(w, n_a, n_b, row + 1, used | 1U << j);
        best = v > best ? v : best;
    }
    return best;
}

static void pairs_off(size_t n_a, size_t n_b)
{
    double w[SMALL * SMALL];
    uint32_t mate[SMALL];
    struct err_info info;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        const struct rng_key key = {seed, rng_stream("linkage test pairs", 0)};
        unsigned used = 0;
        double sum = 0;
        for (size_t i = 0; i < n_a * n_b; i++)
            w[i] = 10 * rng_uniform(key, i) - 4;

        assert_int_equal(assign_best(w, n_a, n_b, mate, &info), OK);

        for (size_t i = 0; i < n_a; i++) {
            if (mate[i] == UINT32_MAX)
                continue;
            assert_false(used >> mate[i] & 1);
            used |= 1U << mate[i];
            assert_true(w[i * n_b + mate[i]] > 0);
            sum += w[i * n_b + mate[i]];
        }
        assert_true(sum > best_pairs_by_trying(w, n_a, n_b, 0, 0) - 1e-9);
    }
}

static void one_to_one_pairs_are_as_good_as_trying_all(void **state)
{
    (void)state;
    pairs_off(5, 7);
    pairs_off(7, 5);
    pairs_off(6, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_clustering_is_as_good_as_trying_all_partitions),
        cmocka_unit_test(moves_come_near_the_exact_clustering_and_never_above),
        cmocka_unit_test(what_is_forbidden_stays_apart),
        cmocka_unit_test(one_to_one_pairs_are_as_good_as_trying_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
