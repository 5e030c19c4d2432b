/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Panels against published figures: the minimum wage of Callaway and Sant'Anna
 * (mpdta) and the evaluation bias of Sant'Anna and Zhao (NSW and CPS), as the R
 * packages did 2.5.1 and DRDID 1.2.3 print them. Half a unit in the last digit.
 */
#include "engine/effect/panel_test_int.h"

static struct effect_spec mpdta_spec(enum effect_estimator estimator, bool has_lpop)
{
    struct effect_spec s;
    effect_spec_init(&s);
    s.method = EFFECT_DID;
    s.outcome = STR("lemp");
    s.unit = STR("countyreal");
    s.time = STR("year");
    s.first_treated = STR("first.treat");
    s.estimator = estimator;
    if (has_lpop)
        s.covariates[s.n_covariates++] = STR("lpop");
    return s;
}

static struct effect_result *run_mpdta(const struct effect_spec *s)
{
    table *t = open_fixture("mpdta.csv");
    struct effect_result *r = run_on(t, s, NULL);
    table_free(t);
    return r;
}

#define MICRO 0.50001e-6

static void assert_effect(const struct effect_estimate *e, double estimate, double se)
{
    assert_near(e->estimate, estimate, MICRO);
    assert_near(e->standard_error, se, MICRO);
}

static void assert_overall(const struct effect_result *r, enum effect_aggregation a,
                           double estimate, double se)
{
    assert_effect(effect_find(r, a), estimate, se);
}

static void group_time_effects_equal_those_of_the_paper(void **state)
{
    (void)state;
    static const struct {
        double group, time, estimate, se;
    } truth[] = {
        {2004, 2004, -0.010503, 0.023251}, {2004, 2005, -0.070423, 0.030985},
        {2004, 2006, -0.137259, 0.036436}, {2004, 2007, -0.100811, 0.034359},
        {2006, 2006, -0.004595, 0.017755}, {2006, 2007, -0.041224, 0.020229},
        {2007, 2007, -0.026054, 0.016655},
    };
    const struct effect_spec s = mpdta_spec(EFFECT_DR_TRADITIONAL, false);

    struct effect_result *r = run_mpdta(&s);

    for (size_t i = 0; i < sizeof truth / sizeof *truth; i++)
        assert_effect(estimate_at(r, EFFECT_GROUP_TIME, truth[i].group, truth[i].time, NAN),
                      truth[i].estimate, truth[i].se);
    assert_near(r->diagnostics.pretest_statistic, 7.791237, MICRO);
    assert_near(r->diagnostics.pretest_p, 0.16812, 0.50001e-5);
    assert_int_equal(r->diagnostics.pretest_df, 5);
    effect_result_free(r);
}

static void aggregations_without_covariates(void **state)
{
    (void)state;
    const struct effect_spec s = mpdta_spec(EFFECT_DR_TRADITIONAL, false);

    struct effect_result *r = run_mpdta(&s);

    assert_overall(r, EFFECT_SIMPLE, -0.039951, 0.012034);
    assert_overall(r, EFFECT_DYNAMIC, -0.077240, 0.019965);
    assert_overall(r, EFFECT_GROUP, -0.031018, 0.012446);
    assert_overall(r, EFFECT_CALENDAR, -0.041700, 0.015972);
    /* equals the interaction-weighted estimate of Sun and Abraham (2021) */
    assert_near(effect_find(r, EFFECT_SIMPLE)->estimate, -0.0399512752, 0.50001e-10);
    effect_result_free(r);
}

static void aggregations_with_population_traditional(void **state)
{
    (void)state;
    static const double event[] = {0.026728,  -0.003616, -0.023244, -0.021060,
                                   -0.053003, -0.140448, -0.106904};
    const struct effect_spec s = mpdta_spec(EFFECT_DR_TRADITIONAL, true);

    struct effect_result *r = run_mpdta(&s);

    assert_overall(r, EFFECT_SIMPLE, -0.041752, 0.011503);
    assert_overall(r, EFFECT_DYNAMIC, -0.080354, 0.018958);
    assert_overall(r, EFFECT_GROUP, -0.032820, 0.011898);
    assert_overall(r, EFFECT_CALENDAR, -0.044177, 0.015038);
    for (int e = -3; e <= 3; e++)
        assert_near(estimate_at(r, EFFECT_DYNAMIC, NAN, NAN, e)->estimate, event[e + 3], MICRO);
    assert_near(r->diagnostics.pretest_statistic, 6.841825, MICRO);
    assert_near(r->diagnostics.pretest_p, 0.23267, 0.50001e-5);
    effect_result_free(r);
}

static void the_improved_estimator_with_population(void **state)
{
    (void)state;
    const struct effect_spec s = mpdta_spec(EFFECT_DR, true);

    struct effect_result *r = run_mpdta(&s);

    assert_overall(r, EFFECT_SIMPLE, -0.041758, 0.011501);
    effect_result_free(r);
}

static void controls_that_are_not_treated_yet(void **state)
{
    (void)state;
    struct effect_spec plain = mpdta_spec(EFFECT_DR_TRADITIONAL, false);
    struct effect_spec adjusted = mpdta_spec(EFFECT_DR_TRADITIONAL, true);
    plain.control = adjusted.control = EFFECT_NOT_YET;

    struct effect_result *r = run_mpdta(&plain), *with_lpop = run_mpdta(&adjusted);

    assert_overall(r, EFFECT_SIMPLE, -0.039764, 0.012052);
    assert_overall(with_lpop, EFFECT_SIMPLE, -0.041352, 0.011428);
    effect_result_free(r);
    effect_result_free(with_lpop);
}

static void a_universal_base_changes_only_what_comes_before(void **state)
{
    (void)state;
    struct effect_spec varying = mpdta_spec(EFFECT_DR_TRADITIONAL, false), universal = varying;
    universal.base = EFFECT_UNIVERSAL;

    struct effect_result *v = run_mpdta(&varying), *u = run_mpdta(&universal);

    assert_near(effect_find(u, EFFECT_SIMPLE)->estimate, effect_find(v, EFFECT_SIMPLE)->estimate,
                1e-15);
    const struct effect_estimate *base = estimate_at(u, EFFECT_DYNAMIC, NAN, NAN, -1);
    assert_true(base->reference);
    assert_true(base->estimate == 0 && isnan(base->standard_error));
    /* changes since a common base are sums of changes period by period */
    assert_near(estimate_at(u, EFFECT_GROUP_TIME, 2006, 2003, NAN)->estimate,
                -estimate_at(v, EFFECT_GROUP_TIME, 2006, 2004, NAN)->estimate -
                    estimate_at(v, EFFECT_GROUP_TIME, 2006, 2005, NAN)->estimate,
                1e-14);
    /* and the joint test sees the same five contrasts */
    assert_near(u->diagnostics.pretest_statistic, v->diagnostics.pretest_statistic, 1e-9);
    effect_result_free(v);
    effect_result_free(u);
}

/* ---- NSW and CPS ---- */

static void assert_bias(enum effect_method method, enum effect_estimator estimator,
                        enum effect_ipw ipw, double estimate, double se, double unit)
{
    static const char *const covariate[] = {"age",      "educ", "black", "married",
                                            "nodegree", "hisp", "re74"};
    struct effect_spec s;
    effect_spec_init(&s);
    s.method = method;
    s.outcome = STR("re");
    s.treatment = STR("experimental");
    s.unit = STR("id");
    s.time = STR("year");
    s.estimator = estimator;
    s.ipw = ipw;
    for (size_t i = 0; i < sizeof covariate / sizeof *covariate; i++)
        s.covariates[s.n_covariates++] = str_of(covariate[i]);
    table *t = open_fixture("nsw_cps_long.csv");

    struct effect_result *r = run_on(t, &s, NULL);

    /* asked as two groups there is one number; as a staggered panel all its averages */
    assert_int_equal(r->n_estimates, method == EFFECT_DID ? 8 : 1);
    const struct effect_estimate *e =
        effect_find(r, method == EFFECT_DID ? EFFECT_SIMPLE : EFFECT_NONE);
    assert_non_null(e);
    assert_near(e->estimate, estimate, unit * 0.50001);
    assert_near(e->standard_error, se, unit * 0.50001);
    effect_result_free(r);
    table_free(t);
}

static void evaluation_bias_doubly_robust_improved(void **state)
{
    (void)state;
    assert_bias(EFFECT_DOUBLY_ROBUST, EFFECT_DR, EFFECT_HAJEK, -901.2703, 393.6127, 1e-4);
}

static void evaluation_bias_doubly_robust_traditional(void **state)
{
    (void)state;
    assert_bias(EFFECT_DID, EFFECT_DR_TRADITIONAL, EFFECT_HAJEK, -871.3271, 396.0211, 1e-4);
}

static void evaluation_bias_outcome_regression(void **state)
{
    (void)state;
    assert_bias(EFFECT_REGRESSION, EFFECT_DR, EFFECT_HAJEK, -1300.645, 349.826, 1e-3);
}

static void evaluation_bias_weighting_hajek(void **state)
{
    (void)state;
    assert_bias(EFFECT_WEIGHTING, EFFECT_DR, EFFECT_HAJEK, -1021.609, 397.520, 1e-3);
}

static void evaluation_bias_weighting_horvitz_thompson(void **state)
{
    (void)state;
    assert_bias(EFFECT_WEIGHTING, EFFECT_DR, EFFECT_HORVITZ_THOMPSON, -1107.872, 408.613, 1e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(group_time_effects_equal_those_of_the_paper),
        cmocka_unit_test(aggregations_without_covariates),
        cmocka_unit_test(aggregations_with_population_traditional),
        cmocka_unit_test(the_improved_estimator_with_population),
        cmocka_unit_test(controls_that_are_not_treated_yet),
        cmocka_unit_test(a_universal_base_changes_only_what_comes_before),
        cmocka_unit_test(evaluation_bias_doubly_robust_improved),
        cmocka_unit_test(evaluation_bias_doubly_robust_traditional),
        cmocka_unit_test(evaluation_bias_outcome_regression),
        cmocka_unit_test(evaluation_bias_weighting_hajek),
        cmocka_unit_test(evaluation_bias_weighting_horvitz_thompson),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
