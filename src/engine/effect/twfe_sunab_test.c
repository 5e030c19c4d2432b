/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Sun and Abraham (2021) on the minimum wage data against what fixest prints,
 * against lm with a dummy for everything (tests/oracle/effect_fixed.R), and
 * against group-time effects, with which they agree on balanced panels.
 */
#include "base/real.h"
#include "engine/effect/panel_made_int.h"
#include "engine/effect/twfe_test_int.h"

static struct effect_spec mpdta_spec(enum effect_method method)
{
    struct effect_spec s = spec_of(method);
    s.outcome = STR("lemp");
    s.unit = STR("countyreal");
    s.time = STR("year");
    s.first_treated = STR("first.treat");
    return s;
}

static void the_minimum_wage_equals_the_published_figure(void **state)
{
    (void)state;
    const struct effect_spec s = mpdta_spec(EFFECT_SUNAB), did = mpdta_spec(EFFECT_DID);
    table *t = open_fixture("mpdta.csv");

    struct effect_result *r = run_on(t, &s, NULL), *same = run_on(t, &did, NULL);

    const struct effect_estimate *all = effect_find(r, EFFECT_SIMPLE);
    assert_near(all->estimate, -0.039951, 0.50001e-6);
    assert_near(all->standard_error, 0.011796, 0.50001e-6);
    assert_near(all->estimate, effect_find(same, EFFECT_SIMPLE)->estimate, 1e-10);
    effect_result_free(r);
    effect_result_free(same);
    table_free(t);
}

static void an_unbalanced_weighted_panel_equals_least_squares_with_dummies(void **state)
{
    (void)state;
    static const struct {
        double event, estimate, se;
    } truth[] = {
        {-4, -0.332800531676638, 0.908605057459656}, {-3, -1.88034599465736, 0.965575158331225},
        {-2, 0.096558953829173, 0.714141596118755},  {0, 1.57986568397423, 0.628240249761654},
        {1, 0.793627362207209, 0.74488287622662},    {2, 0.843759290923432, 1.02680081471629},
        {3, 3.22427228893043, 1.47887891150124},
    };
    struct effect_spec s = spec_of(EFFECT_SUNAB);
    s.weights = STR("w");
    s.covariates[s.n_covariates++] = STR("x");
    table *t = oracle_table();

    struct effect_result *r = run_on(t, &s, NULL);

    assert_near(r->estimates[0].estimate, 1.2204101975106, 1e-12);
    assert_near(r->estimates[0].standard_error, 0.709489605956234, 1e-12);
    assert_int_equal(r->n_estimates, 2 + sizeof truth / sizeof *truth);
    for (size_t i = 0; i < sizeof truth / sizeof *truth; i++) {
        const struct effect_estimate *e =
            estimate_at(r, EFFECT_DYNAMIC, REAL_NAN, REAL_NAN, truth[i].event);
        assert_near(e->estimate, truth[i].estimate, 1e-12);
        assert_near(e->standard_error, truth[i].se, 1e-12);
    }
    effect_result_free(r);
    table_free(t);
}

static void a_balanced_panel_gives_the_event_study_of_group_time_effects(void **state)
{
    (void)state;
    struct made *m = make(81, 90, 8, 3);
    struct effect_spec s = spec_of(EFFECT_SUNAB);
    see_everything(m);
    for (size_t i = 0; i < m->n; i += 7)
        m->start[i] = 0; /* both leave out who was treated from the first period on */

    struct effect_result *r = run_made(m, &s);
    s.method = EFFECT_DID;
    s.base = EFFECT_UNIVERSAL;
    struct effect_result *did = run_made(m, &s);

    assert_true(has_warning(r, "panel.always-treated"));
    assert_near(effect_find(r, EFFECT_SIMPLE)->estimate, effect_find(did, EFFECT_SIMPLE)->estimate,
                1e-10);
    for (size_t i = 1; i < r->n_estimates; i++) {
        const struct effect_estimate *e = &r->estimates[i];
        assert_near(e->estimate,
                    estimate_at(did, EFFECT_DYNAMIC, REAL_NAN, REAL_NAN, e->event_time)->estimate,
                    1e-10);
        assert_int_equal(e->reference, e->event_time == -1);
    }
    effect_result_free(r);
    effect_result_free(did);
    free(m);
}

static void one_start_gives_the_two_way_effect_with_two_periods(void **state)
{
    (void)state;
    struct made *m = make(82, 60, 2, 0);
    const struct effect_spec sunab = spec_of(EFFECT_SUNAB), twfe = spec_of(EFFECT_TWFE);
    for (size_t i = 0; i < m->n; i += 3)
        m->start[i] = 1;

    struct effect_result *r = run_made(m, &sunab), *same = run_made(m, &twfe);

    assert_near(r->estimates[0].estimate, same->estimates[0].estimate, 1e-13);
    assert_near(r->estimates[0].standard_error, same->estimates[0].standard_error, 1e-13);
    effect_result_free(r);
    effect_result_free(same);
    free(m);
}

static void threads_and_the_order_of_rows_do_not_change_a_bit(void **state)
{
    (void)state;
    struct made *m = make(83, UNITS_MAX, PERIODS_MAX_TEST, 4);
    struct effect_spec s = spec_of(EFFECT_SUNAB);
    struct err_info info;
    par *pool;
    s.covariates[s.n_covariates++] = STR("x");
    s.cluster = STR("team");
    struct effect_result *alone = run_made(m, &s);
    m->is_reversed = true;
    table *t = table_of(m);
    assert_int_equal(par_new(3, &pool, &info), OK);

    struct effect_result *r = run_on(t, &s, pool);

    const size_t n = r->n_estimates;
    assert_int_equal(alone->n_estimates, n);
    assert_memory_equal(r->covariance, alone->covariance, n * n * sizeof(double));
    for (size_t i = 0; i < n; i++)
        assert_true(r->estimates[i].estimate == alone->estimates[i].estimate);
    par_free(pool);
    effect_result_free(alone);
    effect_result_free(r);
    table_free(t);
    free(m);
}

static void starts_without_comparison_are_refused(void **state)
{
    (void)state;
    const struct effect_spec s = spec_of(EFFECT_SUNAB);

    assert_refused(HEAD "1,1,2,1\n1,2,2,5\n1,3,2,4\n2,1,3,4\n2,2,3,3\n2,3,3,3\n", &s,
                   "twfe.no-never-treated");
    assert_refused(HEAD "1,1,3,1\n1,3,3,5\n1,4,3,4\n2,1,0,4\n2,2,0,3\n2,3,0,3\n2,4,0,2\n", &s,
                   "twfe.cell-collinear");
}

static void a_treatment_that_stops_is_refused(void **state)
{
    (void)state;
    struct effect_spec s = spec_of(EFFECT_SUNAB);
    s.first_treated = STR("");
    s.treatment = STR("g");

    assert_refused(HEAD "1,1,0,1\n1,2,1,5\n1,3,0,4\n2,1,0,4\n2,2,0,3\n", &s, "panel.switches-off");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_minimum_wage_equals_the_published_figure),
        cmocka_unit_test(an_unbalanced_weighted_panel_equals_least_squares_with_dummies),
        cmocka_unit_test(a_balanced_panel_gives_the_event_study_of_group_time_effects),
        cmocka_unit_test(one_start_gives_the_two_way_effect_with_two_periods),
        cmocka_unit_test(threads_and_the_order_of_rows_do_not_change_a_bit),
        cmocka_unit_test(starts_without_comparison_are_refused),
        cmocka_unit_test(a_treatment_that_stops_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
