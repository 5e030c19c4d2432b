/* SPDX-License-Identifier: EUPL-1.2 */
/* Bounds from an event study: other implementations, invariances, what must hold at the ends. */
#include "engine/effect/honest_test_int.h"

#include "base/real.h"

/* ---- against others ---- */

/*
 * R HonestDiD 0.2.8 (computeConditionalCS_DeltaRM, hybrid "LF"), the first and last
 * effect of its grid of 1,000 that it accepts; 10,000 draws instead of 1,000 for the
 * critical value of its first stage. Equal within a step of the grid.
 */
static void relative_sets_equal_those_of_r(void **state)
{
    (void)state;
    static const struct {
        double m, low, high, step;
    } truth[STUDIES][3] = {
        {{0.5, -0.03190675, 0.2308479, 0.001118105},
         {1, -0.1493078, 0.3482489, 0.001118105},
         {2, -0.3908184, 0.5886415, 0.001118105}},
        {{0.5, 0.07612005, 0.2337063, 0.0008472378},
         {1, 0.008341031, 0.2997908, 0.0008472378},
         {2, -0.130606, 0.4387378, 0.0008472378}},
        {{0.5, -0.01948153, 0.3558299, 0.001653354},
         {1, -0.1996971, 0.5360455, 0.001653354},
         {2, -0.563435, 0.8997834, 0.001653354}},
    };
    for (size_t i = 0; i < STUDIES; i++)
        for (size_t j = 0; j < 3; j++) {
            struct copy c;

            const struct honest_interval set =
                honest_relative(copy_of(&seeded[i], &c), 0.95, truth[i][j].m);

            assert_near(set.low, truth[i][j].low, truth[i][j].step);
            assert_near(set.high, truth[i][j].high, truth[i][j].step);
        }
}

/* tests/oracle/honest.py: cvxpy 1.9.3 with Clarabel; the same digits as Python's moderndid 0.2.0.
 */
static void smooth_intervals_equal_those_of_a_convex_solver(void **state)
{
    (void)state;
    static const struct {
        double m, low, high;
    } truth[STUDIES][4] = {{{0, 0.01324437, 0.13889965},
                            {0.005, 0.00191374, 0.16092152},
                            {0.01, -0.01790128, 0.18949695},
                            {0.02, -0.06031938, 0.23795389}},
                           {{0, 0.12309587, 0.21582578},
                            {0.005, 0.10218290, 0.22234238},
                            {0.01, 0.08192856, 0.23454609},
                            {0.02, 0.05050915, 0.26264218}},
                           {{0, 0.10650994, 0.24557276},
                            {0.005, 0.07796028, 0.26627967},
                            {0.01, 0.03877251, 0.29702795},
                            {0.02, -0.03840858, 0.35503315}}};
    for (size_t i = 0; i < STUDIES; i++)
        for (size_t j = 0; j < 4; j++) {
            struct copy c;

            const struct honest_interval set = smooth(copy_of(&seeded[i], &c), 0.95, truth[i][j].m);

            assert_near(set.high - set.low, truth[i][j].high - truth[i][j].low, 1e-6);
            assert_near(set.low, truth[i][j].low, 2e-5);
        }
}

/* Armstrong and Kolesar, "Simple and Honest Confidence Intervals in Nonparametric
   Regression", Quantitative Economics 11, 2020, table 1. */
static void folded_quantiles_equal_the_printed_table(void **state)
{
    (void)state;
    static const double truth[][2] = {
        {0, 1.960}, {0.5, 2.181}, {1, 2.646}, {1.5, 3.145}, {2, 3.645}};
    for (size_t i = 0; i < sizeof truth / sizeof *truth; i++)
        assert_near(honest_folded_quantile(0.95, truth[i][0]), truth[i][1], 0.000501);

    for (double level = 0.05; level < 1; level += 0.1)
        for (double t = 0; t < 20; t += 0.7) {
            const double q = honest_folded_quantile(level, t);
            assert_near(real_norm_cdf(q - t) - real_norm_cdf(-q - t), level, 1e-13);
        }
}

/* ---- the ends ---- */

static void without_any_difference_the_set_is_the_usual_interval(void **state)
{
    (void)state;
    struct copy c;
    const struct honest_study *s = copy_of(&seeded[0], &c);
    double se;
    const double x = honest_effect(s, &se);

    const struct honest_interval none = honest_relative(s, 0.9, 0);
    const struct honest_interval hardly = honest_relative(s, 0.9, 1e-7);

    assert_near(none.low, x - 1.6448536269514722 * se, 1e-12);
    assert_near(none.high, x + 1.6448536269514722 * se, 1e-12);
    assert_near(hardly.low, none.low, 1e-5 * se); /* the test has no jump there */
    assert_near(hardly.high, none.high, 1e-5 * se);
}

/* Solves a x = b by elimination, for the oracle below. */
static void solve(double *a, double *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            const double f = a[j * n + i] / a[i * n + i];
            for (size_t k = i; k < n; k++)
                a[j * n + k] -= f * a[i * n + k];
            b[j] -= f * b[i];
        }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++)
            b[i] -= a[i * n + k] * b[k];
        b[i] /= a[i * n + i];
    }
}

/*
 * A straight line through the base, fitted to the periods before by generalised
 * least squares; with the periods since, whose effects are free, nothing is added
 * but what their noise shares with it: x - W g - c'V^-1 (b - g t).
 */
static void without_any_bend_a_straight_line_is_taken_off(void **state)
{
    (void)state;
    for (size_t i = 0; i < STUDIES; i++) {
        struct copy c;
        const struct honest_study *s = copy_of(&seeded[i], &c);
        const size_t p = s->n_before, n = p + s->n_after;
        double v[PERIODS_MAX * PERIODS_MAX], u[PERIODS_MAX * PERIODS_MAX], b[PERIODS_MAX];
        double t[PERIODS_MAX], pull[PERIODS_MAX] = {0};
        double bt = 0, tt = 0, w = 0, se;
        for (size_t j = 0; j < p; j++) {
            b[j] = s->estimate[j];
            t[j] = (double)j - (double)p;
            for (size_t k = 0; k < p; k++)
                v[j * p + k] = u[j * p + k] = s->covariance[j * n + k];
        }
        solve(v, b, p);
        solve(u, t, p);
        for (size_t j = 0; j < p; j++) {
            bt += ((double)j - (double)p) * b[j];
            tt += ((double)j - (double)p) * t[j];
        }
        const double slope = bt / tt;
        double expected = honest_effect(s, &se);
        for (size_t k = 0; k < s->n_after; k++) {
            w += s->weight[k] * (double)(k + 1);
            for (size_t j = 0; j < p; j++)
                pull[j] += s->weight[k] * s->covariance[(p + k) * n + j];
        }
        expected -= w * slope;
        for (size_t j = 0; j < p; j++)
            expected -= pull[j] * (b[j] - slope * t[j]);

        const struct honest_interval set = smooth(s, 0.95, 0);

        assert_near((set.low + set.high) / 2, expected, 1e-9);
    }
}

static void more_freedom_never_gives_a_shorter_interval(void **state)
{
    (void)state;
    for (size_t i = 0; i < STUDIES; i++) {
        struct copy c;
        const struct honest_study *s = copy_of(&seeded[i], &c);
        double bent = 0, apart = 0;
        for (double m = 0; m < 3; m += 0.125) {
            const struct honest_interval line = smooth(s, 0.95, m / 50);
            const struct honest_interval set = honest_relative(s, 0.95, m);

            assert_true(line.high - line.low >= bent);
            assert_true(set.high - set.low >= apart);

            bent = line.high - line.low;
            apart = set.high - set.low;
        }
    }
}

static void the_breakdown_value_is_where_zero_comes_in(void **state)
{
    (void)state;
    struct err_info info;
    for (size_t i = 0; i < STUDIES; i++) {
        struct copy c;
        const struct honest_study *s = copy_of(&seeded[i], &c);
        arena *a = arena_new((size_t)1 << 24);
        double bend;

        const double apart = honest_relative_breakdown(s, 0.95);
        assert_int_equal(honest_smooth_breakdown(s, 0.95, a, &bend, &info), OK);

        assert_true(honest_relative(s, 0.95, 0.9999 * apart).low > 0);
        assert_true(honest_relative(s, 0.95, 1.0001 * apart).low <= 0);
        assert_false(honest_relative_holds_zero(s, 0.95, 0.9999 * apart));
        assert_true(honest_relative_holds_zero(s, 0.95, 1.0001 * apart));
        assert_true(smooth(s, 0.95, 0.9999 * bend).low > 0);
        assert_true(smooth(s, 0.95, 1.0001 * bend).low <= 0);
        arena_free(a);
    }
}

static void an_effect_that_is_none_has_no_breakdown_value(void **state)
{
    (void)state;
    struct copy c;
    struct honest_study *s = copy_of(&seeded[0], &c);
    struct err_info info;
    arena *a = arena_new((size_t)1 << 24);
    double bend = 7;
    for (size_t i = 0; i < s->n_before + s->n_after; i++)
        s->estimate[i] = 0;

    assert_true(isnan(honest_relative_breakdown(s, 0.95)));
    assert_int_equal(honest_smooth_breakdown(s, 0.95, a, &bend, &info), OK);

    assert_true(isnan(bend));
    arena_free(a);
}

static void what_stays_at_any_m_is_said_to_stay(void **state)
{
    (void)state;
    struct copy c;
    struct honest_study *s = copy_of(&seeded[0], &c);
    for (size_t i = s->n_before; i < s->n_before + s->n_after; i++)
        s->estimate[i] = 1e6;

    assert_true(honest_relative_breakdown(s, 0.95) == HONEST_RELATIVE_MAX);
}

/* ---- invariances ---- */

static void units_and_signs_do_not_matter(void **state)
{
    (void)state;
    const double unit = -1000;
    for (size_t i = 0; i < STUDIES; i++) {
        struct copy c, other;
        const struct honest_study *s = copy_of(&seeded[i], &c);
        struct honest_study *turned = copy_of(&seeded[i], &other);
        const size_t n = s->n_before + s->n_after;
        for (size_t j = 0; j < n; j++)
            turned->estimate[j] *= unit;
        for (size_t j = 0; j < n * n; j++)
            turned->covariance[j] *= unit * unit;

        const struct honest_interval set = honest_relative(s, 0.95, 1);
        const struct honest_interval set_turned = honest_relative(turned, 0.95, 1);
        const struct honest_interval line = smooth(s, 0.95, 0.01);
        const struct honest_interval line_turned = smooth(turned, 0.95, 0.01 * fabs(unit));

        assert_near(set_turned.low, unit * set.high, 1e-5);
        assert_near(set_turned.high, unit * set.low, 1e-5);
        assert_near(line_turned.low, unit * line.high, 1e-5);
        assert_near(line_turned.high, unit * line.low, 1e-5);
    }
}

static void a_straight_line_more_leaves_the_smooth_interval_where_it_was(void **state)
{
    (void)state;
    struct copy c, other;
    const struct honest_study *s = copy_of(&seeded[1], &c);
    struct honest_study *steeper = copy_of(&seeded[1], &other);
    for (size_t j = 0; j < s->n_before + s->n_after; j++)
        steeper->estimate[j] +=
            0.3 * ((double)j - (double)s->n_before + (j >= s->n_before ? 1 : 0));

    const struct honest_interval set = smooth(s, 0.95, 0.01);
    const struct honest_interval again = smooth(steeper, 0.95, 0.01);

    assert_near(again.low, set.low, 1e-10);
    assert_near(again.high, set.high, 1e-10);
}

static void one_period_before_is_enough(void **state)
{
    (void)state;
    double estimate[] = {0.02, 0.3}, covariance[] = {0.01, 0.004, 0.004, 0.01}, weight[] = {1};
    const struct honest_study s = {1, 1, estimate, covariance, weight};

    const struct honest_interval set = honest_relative(&s, 0.95, 1), line = smooth(&s, 0.95, 0.1);

    assert_true(set.low < 0.3 && set.high > 0.3 && set.high - set.low < 2);
    /* 0.3 + 0.02, variance 0.01 + 0.01 + 2 * 0.004, bias 0.1 */
    const double sd = sqrt(0.028);
    assert_near(line.high, 0.32 + sd * honest_folded_quantile(0.95, 0.1 / sd), 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relative_sets_equal_those_of_r),
        cmocka_unit_test(smooth_intervals_equal_those_of_a_convex_solver),
        cmocka_unit_test(folded_quantiles_equal_the_printed_table),
        cmocka_unit_test(without_any_difference_the_set_is_the_usual_interval),
        cmocka_unit_test(without_any_bend_a_straight_line_is_taken_off),
        cmocka_unit_test(more_freedom_never_gives_a_shorter_interval),
        cmocka_unit_test(the_breakdown_value_is_where_zero_comes_in),
        cmocka_unit_test(an_effect_that_is_none_has_no_breakdown_value),
        cmocka_unit_test(what_stays_at_any_m_is_said_to_stay),
        cmocka_unit_test(units_and_signs_do_not_matter),
        cmocka_unit_test(a_straight_line_more_leaves_the_smooth_interval_where_it_was),
        cmocka_unit_test(one_period_before_is_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
