/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Panels against oracles that share nothing with the engine: differences of
 * means by hand, the infinitesimal jackknife, means of cluster means.
 */
#include "engine/effect/panel_made_int.h"

struct by_hand {
    double effect;
    size_t n_treated, n_control, n_lost;
};

/* Difference of mean changes over those seen in both periods, by definition. */
static struct by_hand compare(const struct made *m, int64_t start, size_t period, size_t base,
                              int64_t anticipation)
{
    struct by_hand h = {0};
    double sum[2] = {0}, weight[2] = {0};
    const size_t later = period > base ? period : base;
    for (size_t i = 0; i < m->n; i++) {
        const bool treated = m->start[i] == start;
        const bool control = m->start[i] != start &&
                             (m->start[i] < 0 || m->start[i] > (int64_t)later + anticipation);
        if (!treated && !control)
            continue;
        if (!m->seen[i][period] || !m->seen[i][base]) {
            h.n_lost++;
            continue;
        }
        sum[treated] += m->weight[i] * (m->y[i][period] - m->y[i][base]);
        weight[treated] += m->weight[i];
        h.n_treated += treated;
        h.n_control += control;
    }
    h.effect = sum[1] / weight[1] - sum[0] / weight[0];
    return h;
}

static void assert_cells_by_hand(enum effect_base base, int anticipation)
{
    struct made *m = make(11, 90, 7, 4);
    struct effect_spec s = did_spec();
    s.control = EFFECT_NOT_YET;
    s.base = base;
    s.anticipation = anticipation;
    s.weights = STR("w");
    s.estimator = EFFECT_REG;

    struct effect_result *r = run_made(m, &s);

    size_t n_checked = 0;
    for (size_t c = 0; r->estimates[c].aggregation == EFFECT_GROUP_TIME; c++) {
        const struct effect_estimate *e = &r->estimates[c];
        const int64_t start = (int64_t)(e->group - m->first_time);
        const size_t period = (size_t)(e->time - m->first_time);
        const size_t long_base = (size_t)(start - anticipation - 1);
        const bool before = period <= long_base;
        if (e->reference) {
            assert_true(base == EFFECT_UNIVERSAL && period == long_base);
            continue;
        }
        const struct by_hand h =
            compare(m, start, period, before && base == EFFECT_VARYING ? period - 1 : long_base,
                    anticipation);
        assert_near(e->estimate, h.effect, 1e-13);
        assert_int_equal(e->n_treated, h.n_treated);
        assert_int_equal(e->n_control, h.n_control);
        assert_int_equal(e->n_lost, h.n_lost);
        n_checked++;
    }
    assert_true(n_checked >= 20);
    effect_result_free(r);
    free(m);
}

static void cells_equal_differences_by_hand_also_with_gaps(void **state)
{
    (void)state;

    assert_cells_by_hand(EFFECT_VARYING, 0);
    assert_cells_by_hand(EFFECT_UNIVERSAL, 0);
    assert_cells_by_hand(EFFECT_VARYING, 1);
    assert_cells_by_hand(EFFECT_UNIVERSAL, 1);
}

/*
 * The infinitesimal jackknife (Jaeckel 1972; Efron 1982): the variance is the sum
 * of squared derivatives of the estimate to the logarithm of each person's weight.
 */
static void assert_jackknife(enum effect_estimator estimator, enum effect_ipw ipw,
                             enum effect_control control)
{
    const double step = 1e-4;
    struct made *m = make(5, 48, 5, 2);
    struct effect_spec s = did_spec();
    s.weights = STR("w");
    s.covariates[s.n_covariates++] = STR("x");
    s.estimator = estimator;
    s.ipw = ipw;
    s.control = control;

    struct effect_result *r = run_made(m, &s);

    const size_t n = r->n_estimates;
    double *variance = calloc(n, sizeof *variance);
    for (size_t i = 0; i < m->n; i++) {
        const double w = m->weight[i];
        m->weight[i] = w * (1 + step);
        struct effect_result *up = run_made(m, &s);
        m->weight[i] = w * (1 - step);
        struct effect_result *down = run_made(m, &s);
        m->weight[i] = w;
        for (size_t j = 0; j < n; j++) {
            const double slope =
                (up->estimates[j].estimate - down->estimates[j].estimate) / (2 * step);
            variance[j] += slope * slope;
        }
        effect_result_free(up);
        effect_result_free(down);
    }
    for (size_t j = 0; j < n; j++)
        assert_near(r->estimates[j].standard_error / sqrt(variance[j]), 1, 1e-6);
    free(variance);
    effect_result_free(r);
    free(m);
}

static void standard_errors_equal_those_of_the_infinitesimal_jackknife(void **state)
{
    (void)state;

    assert_jackknife(EFFECT_DR_TRADITIONAL, EFFECT_HAJEK, EFFECT_NEVER);
    assert_jackknife(EFFECT_DR_TRADITIONAL, EFFECT_HAJEK, EFFECT_NOT_YET);
    assert_jackknife(EFFECT_IPW, EFFECT_HAJEK, EFFECT_NOT_YET);
    assert_jackknife(EFFECT_IPW, EFFECT_HORVITZ_THOMPSON, EFFECT_NEVER);
    assert_jackknife(EFFECT_REG, EFFECT_HAJEK, EFFECT_NOT_YET);
}

static void two_periods_give_the_difference_of_differences(void **state)
{
    (void)state;
    table *t = parse_table("id,t,g,y\n1,1,2,3\n1,2,2,9\n2,1,2,5\n2,2,2,7\n"
                           "3,1,0,1\n3,2,0,2\n4,1,0,4\n4,2,0,4\n5,1,0,0\n5,2,0,2\n");
    struct effect_spec s = did_spec();

    struct effect_result *r = run_on(t, &s, NULL);

    assert_near(effect_find(r, EFFECT_SIMPLE)->estimate, (6 + 2) / 2.0 - (1 + 0 + 2) / 3.0, 0);
    assert_near(effect_find(r, EFFECT_SIMPLE)->standard_error,
                sqrt((4.0 + 4) / 4 + (0.0 + 1 + 1) / 9), 1e-14);
    effect_result_free(r);
    table_free(t);
}

/* With clusters of equal size the variance is that of two means of cluster means. */
static void clustered_errors_are_unbiased_for_two_means(void **state)
{
    (void)state;
    struct made *m = make(8, 80, 2, 0);
    struct effect_spec s = did_spec();
    double mean[20] = {0}, centre[2] = {0}, variance = 0;
    s.cluster = STR("team");
    see_everything(m);
    for (size_t i = 0; i < m->n; i++) {
        m->start[i] = m->cluster[i] < 8 ? 1 : -1;
        mean[m->cluster[i]] += (m->y[i][1] - m->y[i][0]) / 4;
    }
    for (size_t c = 0; c < 20; c++)
        centre[c < 8] += mean[c] / (c < 8 ? 8 : 12);
    for (size_t c = 0; c < 20; c++)
        variance +=
            (mean[c] - centre[c < 8]) * (mean[c] - centre[c < 8]) / (c < 8 ? 8.0 * 7 : 12.0 * 11);

    struct effect_result *r = run_made(m, &s);

    assert_near(effect_find(r, EFFECT_SIMPLE)->standard_error, sqrt(variance), 1e-13);
    assert_int_equal(r->diagnostics.n_clusters, 20);
    assert_int_equal(r->diagnostics.n_treated_clusters, 8);
    assert_int_equal(r->diagnostics.n_control_clusters, 12);
    assert_false(has_warning(r, "effect.few-clusters"));
    effect_result_free(r);
    free(m);
}

static void bootstrap_errors_lie_near_the_analytic_ones(void **state)
{
    (void)state;
    const size_t draws = 4000;
    const double tolerance = 3 * 1.1664 / sqrt((double)draws); /* of the interquartile range */
    struct made *m = make(3, 200, 6, 3);
    struct effect_spec s = did_spec();
    struct effect_result *analytic = run_made(m, &s);
    s.bootstrap = draws;
    s.seed = 42;

    struct effect_result *r = run_made(m, &s);

    size_t n_bands = 0;
    for (size_t i = 0; i < r->n_estimates; i++) {
        const struct effect_estimate *e = &r->estimates[i];
        assert_near(e->standard_error / analytic->estimates[i].standard_error, 1, tolerance);
        if (isnan(e->band_low))
            continue;
        n_bands++; /* wider than pointwise, narrower than Bonferroni's over all estimates */
        const double critical = (e->band_high - e->estimate) / e->standard_error;
        assert_true(critical > 1.96 && critical < 4);
    }
    assert_true(n_bands > 20);
    assert_true(isnan(effect_find(r, EFFECT_SIMPLE)->band_low));
    assert_true(isnan(effect_find(r, EFFECT_DYNAMIC)->band_low));
    effect_result_free(r);
    effect_result_free(analytic);
    free(m);
}

/* ---- who is compared with whom ---- */

/* Periods far apart in days are still neighbours, and starts fall in the next period. */
static void dates_are_counted_in_periods(void **state)
{
    (void)state;
    table *t = parse_table("id,t,g,y\n"
                           "a,2024-01-01,2024-02-15,1\na,2024-02-01,2024-02-15,1\n"
                           "a,2024-03-01,2024-02-15,4\na,2024-04-01,2024-02-15,6\n"
                           "b,2024-01-01,2024-03-01,2\nb,2024-02-01,2024-03-01,3\n"
                           "b,2024-03-01,2024-03-01,5\nb,2024-04-01,2024-03-01,6\n"
                           "c,2024-01-01,,1\nc,2024-02-01,,1\nc,2024-03-01,,2\nc,2024-04-01,,2\n"
                           "d,2024-01-01,,1\nd,2024-02-01,,2\nd,2024-03-01,,2\nd,2024-04-01,,3\n");
    struct effect_spec s = did_spec();
    s.has_never = true;

    struct effect_result *r = run_on(t, &s, NULL);

    assert_int_equal(r->diagnostics.n_treated, 2);
    assert_near(estimate_at(r, EFFECT_DYNAMIC, NAN, NAN, 0)->estimate, 2.5 - 0.5, 1e-14);
    assert_near(estimate_at(r, EFFECT_DYNAMIC, NAN, NAN, 1)->estimate, 4 - 1, 1e-14);
    assert_near(estimate_at(r, EFFECT_DYNAMIC, NAN, NAN, -1)->estimate, 0.5 - 0.5, 1e-14);
    effect_result_free(r);
    table_free(t);
}

/* Without anyone never treated the last to start are controls until then. */
static void the_last_to_start_serve_as_controls(void **state)
{
    (void)state;
    struct made *m = make(28, 60, 6, 3);
    struct effect_spec s = did_spec();
    s.control = EFFECT_NOT_YET;
    see_everything(m);
    for (size_t i = 0; i < m->n; i++) {
        m->weight[i] = 1;
        if (m->start[i] < 0)
            m->start[i] = 5;
    }

    struct effect_result *r = run_made(m, &s);

    assert_true(has_warning(r, "panel.last-cohort-is-control"));
    assert_int_equal(r->diagnostics.n_treated + r->diagnostics.n_control, m->n);
    assert_int_equal(r->diagnostics.n_control, 24);
    for (size_t c = 0; r->estimates[c].aggregation == EFFECT_GROUP_TIME; c++)
        assert_true(r->estimates[c].group < 2006 && r->estimates[c].time < 2006);
    assert_near(estimate_at(r, EFFECT_GROUP_TIME, 2003, 2005, NAN)->estimate,
                compare(m, 2, 4, 1, 0).effect, 1e-13);
    effect_result_free(r);
    free(m);
}

/* Weights, like covariates, are those of the base period. */
static void weights_of_the_base_period_count(void **state)
{
    (void)state;
    table *t = parse_table("id,t,g,y,w\n"
                           "a,1,3,1,1\na,2,3,2,1\na,3,3,6,8\nb,1,3,1,1\nb,2,3,1,3\nb,3,3,2,8\n"
                           "c,1,0,1,1\nc,2,0,1,2\nc,3,0,2,8\nd,1,0,1,4\nd,2,0,4,1\nd,3,0,9,8\n");
    struct effect_spec s = did_spec();
    s.weights = STR("w");

    struct effect_result *r = run_on(t, &s, NULL);

    assert_near(estimate_at(r, EFFECT_GROUP_TIME, 3, 2, NAN)->estimate,
                (1.0 * 1 + 1.0 * 0) / 2 - (1.0 * 0 + 4.0 * 3) / 5, 1e-14);
    assert_near(estimate_at(r, EFFECT_GROUP_TIME, 3, 3, NAN)->estimate,
                (1.0 * 4 + 3.0 * 1) / 4 - (2.0 * 1 + 1.0 * 5) / 3, 1e-14);
    effect_result_free(r);
    table_free(t);
}

/* Someone who starts just behind the end is no control when effects may show before. */
static void a_start_behind_the_end_matters_with_anticipation(void **state)
{
    (void)state;
    table *t = parse_table(HEAD "a,1,3,1\na,2,3,2\na,3,3,6\na,4,3,7\n"
                                "b,1,3,1\nb,2,3,1\nb,3,3,2\nb,4,3,5\n"
                                "c,1,5,1\nc,2,5,1\nc,3,5,2\nc,4,5,9\n"
                                "d,1,0,1\nd,2,0,1\nd,3,0,3\nd,4,0,3\n"
                                "e,1,9,1\ne,2,9,1\ne,3,9,1\ne,4,9,4\n");
    struct effect_spec s = did_spec();
    s.control = EFFECT_NOT_YET;
    s.anticipation = 1;

    struct effect_result *r = run_on(t, &s, NULL);

    assert_int_equal(estimate_at(r, EFFECT_GROUP_TIME, 3, 3, NAN)->n_control, 3); /* c d e */
    assert_int_equal(estimate_at(r, EFFECT_GROUP_TIME, 3, 4, NAN)->n_control, 2); /* d e */
    assert_near(estimate_at(r, EFFECT_GROUP_TIME, 3, 4, NAN)->estimate, 5 - (2 + 3) / 2.0, 1e-14);
    assert_int_equal(r->diagnostics.n_control, 2);
    assert_true(has_warning(r, "panel.start-after-end"));
    effect_result_free(r);
    table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_equal_differences_by_hand_also_with_gaps),
        cmocka_unit_test(standard_errors_equal_those_of_the_infinitesimal_jackknife),
        cmocka_unit_test(two_periods_give_the_difference_of_differences),
        cmocka_unit_test(clustered_errors_are_unbiased_for_two_means),
        cmocka_unit_test(bootstrap_errors_lie_near_the_analytic_ones),
        cmocka_unit_test(dates_are_counted_in_periods),
        cmocka_unit_test(the_last_to_start_serve_as_controls),
        cmocka_unit_test(weights_of_the_base_period_count),
        cmocka_unit_test(a_start_behind_the_end_matters_with_anticipation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
