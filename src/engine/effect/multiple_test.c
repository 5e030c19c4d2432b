/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/rng.h"
#include "engine/effect/multiple_int.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct err_info info;

static void assert_near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance))
        fail_msg("%.17g is not %.17g within %g", a, b, tolerance);
}

static double normal(const char *use, uint64_t i)
{
    return rng_normal((struct rng_key){.seed = 7, .stream = rng_stream(use, 0)}, i);
}

/* ---- step-up ---- */

/* Benjamini and Hochberg (1995), section 4.2: 15 hypotheses on thrombolysis, in their order. */
static void the_published_example_finds_four_where_bonferroni_finds_three(void **state)
{
    (void)state;
    enum { N = 15 };
    const double p[N] = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                         0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
    const double by_hand[N] = {0.0015,     0.0030,    0.0095,     0.035625,    0.0603,
                               0.447 / 7,  0.447 / 7, 0.0645,     0.0765,      0.4860,
                               6.393 / 11, 0.714875,  9.792 / 13, 11.385 / 14, 1};
    double adjusted[N];
    int found = 0, bonferroni = 0;

    assert_int_equal(multiple_step_up(p, N, adjusted, &info), OK);

    for (int i = 0; i < N; i++) {
        assert_near(adjusted[i], by_hand[i], 1e-12);
        found += adjusted[i] <= 0.05;
        bonferroni += N * p[i] <= 0.05;
    }
    assert_int_equal(found, 4);
    assert_int_equal(bonferroni, 3);
}

static void the_order_of_hypotheses_does_not_matter_and_unknown_ones_do_not_count(void **state)
{
    (void)state;
    const double p[] = {0.04, NAN, 0.01, 0.03};
    double adjusted[4];

    assert_int_equal(multiple_step_up(p, 4, adjusted, &info), OK);

    assert_near(adjusted[0], 0.04, 1e-15);
    assert_true(isnan(adjusted[1]));
    assert_near(adjusted[2], 0.03, 1e-15);
    assert_near(adjusted[3], 0.04, 1e-15);
}

/* ---- step-down ---- */

/* The definition, hypothesis by hypothesis: all with at most its statistic compete with it. */
static double plain_step(const double *statistic, size_t n, const double *draw, size_t n_draws,
                         size_t i)
{
    size_t count = 0;
    for (size_t b = 0; b < n_draws; b++) {
        double most = 0;
        for (size_t j = 0; j < n; j++)
            if (statistic[j] <= statistic[i])
                most = fmax(most, fabs(draw[b * n + j]));
        count += most >= statistic[i];
    }
    return (1 + (double)count) / (1 + (double)n_draws);
}

static double plain_p(const double *statistic, size_t n, const double *draw, size_t n_draws,
                      size_t i)
{
    double p = 0;
    for (size_t j = 0; j < n; j++)
        if (statistic[j] >= statistic[i])
            p = fmax(p, plain_step(statistic, n, draw, n_draws, j));
    return p;
}

static void step_down_is_what_its_definition_says(void **state)
{
    (void)state;
    enum { N = 9, DRAWS = 199, WORLDS = 20 };
    double statistic[N], draw[DRAWS * N], p[N];

    for (size_t world = 0; world < WORLDS; world++) {
        for (size_t i = 0; i < N; i++)
            statistic[i] = fabs(normal("statistic", world * N + i)) * 1.5;
        for (size_t i = 0; i < (size_t)DRAWS * N; i++)
            draw[i] = normal("draw", world * DRAWS * N + i) + normal("shared", i / N);

        assert_int_equal(multiple_step_down(statistic, N, draw, DRAWS, p, &info), OK);

        for (size_t i = 0; i < N; i++)
            assert_near(p[i], plain_p(statistic, N, draw, DRAWS, i), 1e-15);
    }
}

static void the_strongest_competes_with_all_and_the_weakest_with_none(void **state)
{
    (void)state;
    const double statistic[] = {3, NAN, 1};
    const double draw[] = {2, 9, 0.5, 0, 9, 3.5, 0, 9, 0, 0, 9, 1}; /* four draws */
    double p[3];

    assert_int_equal(multiple_step_down(statistic, 3, draw, 4, p, &info), OK);

    assert_near(p[0], 2.0 / 5, 1e-15); /* 3.5 only: what has no statistic does not compete */
    assert_true(isnan(p[1]));
    assert_near(p[2], 3.0 / 5, 1e-15); /* 3.5 and 1 */
}

/* ---- a family ---- */

enum { CLUSTERS = 200, DRAWS = 4999 };

static struct effect_parts parts_of(const char *use, size_t first, size_t n)
{
    struct effect_part *of = calloc(n, sizeof *of);
    assert_non_null(of);
    for (size_t i = 0; i < n; i++)
        of[i] = (struct effect_part){(first + i) * UINT64_C(0x0001000000000001),
                                     normal(use, first + i) / (double)n};
    return (struct effect_parts){of, n, 1e6};
}

/* A member whose t is 2.5, so that p is 0.0124. */
static struct effect_member member_of(struct effect_parts parts)
{
    double squares = 0;
    for (size_t i = 0; i < parts.n; i++)
        squares += parts.of[i].part * parts.of[i].part;
    return (struct effect_member){2.5 * sqrt(squares), 0.0124, parts, 0};
}

static void adjust(struct effect_member *member, size_t n)
{
    assert_int_equal(effect_adjust_family(NULL, member, n, DRAWS, 1, &info), OK);
}

static void the_same_effect_asked_twice_is_one_chance(void **state)
{
    (void)state;
    const struct effect_parts parts = parts_of("one", 0, CLUSTERS);
    struct effect_member alone = member_of(parts), twice[] = {member_of(parts), member_of(parts)};

    adjust(&alone, 1);
    adjust(twice, 2);

    assert_near(alone.p_adjusted, 0.0124, 0.005);
    assert_true(twice[0].p_adjusted == alone.p_adjusted);
    assert_true(twice[1].p_adjusted == alone.p_adjusted);
    free(parts.of);
}

static void effects_of_different_clusters_are_chances_of_their_own(void **state)
{
    (void)state;
    enum { N = 5 };
    struct effect_member member[N];
    for (size_t i = 0; i < N; i++)
        member[i] = member_of(parts_of("own", i * CLUSTERS, CLUSTERS));

    adjust(member, N);

    for (size_t i = 0; i < N; i++) /* 1 - (1 - 0.0124)^5; the Monte Carlo error is 0.0034 */
        assert_near(member[i].p_adjusted, 0.0605, 0.012);
    for (size_t i = 0; i < N; i++)
        free(member[i].parts.of);
}

static void a_cluster_has_the_same_draws_whoever_else_is_there(void **state)
{
    (void)state;
    const struct effect_parts half = parts_of("one", 0, CLUSTERS / 2);
    const struct effect_parts other = parts_of("other", CLUSTERS / 2, CLUSTERS);
    struct effect_member alone = member_of(half), among[] = {member_of(half), member_of(other)};
    among[1].estimate = 0; /* never as strong: whether it is there changes no draw of the first */

    adjust(&alone, 1);
    adjust(among, 2);

    assert_true(among[0].p_adjusted >= alone.p_adjusted);
    assert_true(among[1].p_adjusted == 1);
    free(half.of);
    free(other.of);
}

static void few_clusters_have_the_tails_of_student(void **state)
{
    (void)state;
    struct effect_parts parts = parts_of("few", 0, 12);
    parts.df = 5; /* two-sided chance of 2.5: 0.0545 */
    struct effect_member member = member_of(parts);

    adjust(&member, 1);

    assert_near(member.p_adjusted, 0.0545, 0.012);
    free(parts.of);
}

static void more_clusters_than_have_multipliers_are_grouped_and_nothing_else_changes(void **state)
{
    (void)state;
    enum { MANY = 70000 };
    struct effect_part *of = calloc(MANY, sizeof *of);
    assert_non_null(of);
    for (uint64_t i = 0; i < MANY; i++)
        of[i] = (struct effect_part){i * (UINT64_MAX / MANY), normal("many", i)};
    const struct effect_parts parts = {of, MANY, 1e6};
    struct effect_member twice[] = {member_of(parts), member_of(parts)};

    assert_int_equal(effect_adjust_family(NULL, twice, 2, 199, 1, &info), OK);

    assert_true(twice[0].p_adjusted == twice[1].p_adjusted);
    assert_true(twice[0].p_adjusted < 0.06);
    free(of);
}

static void who_has_no_number_is_left_out(void **state)
{
    (void)state;
    const struct effect_parts parts = parts_of("one", 0, CLUSTERS);
    struct effect_member member[] = {member_of(parts), {NAN, NAN, {0}, 0}, member_of(parts)};
    struct effect_member alone = member_of(parts);
    member[2].parts.df = 0;

    adjust(&alone, 1);
    adjust(member, 3);
    adjust(NULL, 0);

    assert_true(member[0].p_adjusted == alone.p_adjusted);
    assert_true(isnan(member[1].p_adjusted));
    assert_true(isnan(member[2].p_adjusted));
    free(parts.of);
}

static void the_bits_do_not_depend_on_threads(void **state)
{
    (void)state;
    par *pool;
    assert_int_equal(par_new(4, &pool, &info), OK);
    const struct effect_parts one = parts_of("one", 0, CLUSTERS);
    const struct effect_parts two = parts_of("two", 50, CLUSTERS);
    struct effect_member a[] = {member_of(one), member_of(two)};
    struct effect_member b[] = {member_of(one), member_of(two)};

    assert_int_equal(effect_adjust_family(NULL, a, 2, DRAWS, 3, &info), OK);
    assert_int_equal(effect_adjust_family(pool, b, 2, DRAWS, 3, &info), OK);

    assert_true(a[0].p_adjusted == b[0].p_adjusted && a[1].p_adjusted == b[1].p_adjusted);
    par_free(pool);
    free(one.of);
    free(two.of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_example_finds_four_where_bonferroni_finds_three),
        cmocka_unit_test(the_order_of_hypotheses_does_not_matter_and_unknown_ones_do_not_count),
        cmocka_unit_test(step_down_is_what_its_definition_says),
        cmocka_unit_test(the_strongest_competes_with_all_and_the_weakest_with_none),
        cmocka_unit_test(the_same_effect_asked_twice_is_one_chance),
        cmocka_unit_test(effects_of_different_clusters_are_chances_of_their_own),
        cmocka_unit_test(a_cluster_has_the_same_draws_whoever_else_is_there),
        cmocka_unit_test(few_clusters_have_the_tails_of_student),
        cmocka_unit_test(more_clusters_than_have_multipliers_are_grouped_and_nothing_else_changes),
        cmocka_unit_test(who_has_no_number_is_left_out),
        cmocka_unit_test(the_bits_do_not_depend_on_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
