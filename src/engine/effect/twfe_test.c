/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Fixed effects on the minimum wage data of Callaway and Sant'Anna (mpdta) against
 * what the R package fixest prints, against lm with a dummy for everything
 * (tests/oracle/effect_fixed.R), and against themselves.
 */
#include "base/real.h"
#include "engine/effect/panel_made_int.h"
#include "engine/effect/twfe_test_int.h"

static struct effect_spec twfe_spec(void)
{
    return spec_of(EFFECT_TWFE);
}

/* ---- published truth ---- */

static struct effect_spec minimum_wage(void)
{
    struct effect_spec s = twfe_spec();
    s.outcome = STR("lemp");
    s.unit = STR("countyreal");
    s.time = STR("year");
    s.first_treated = STR("first.treat");
    return s;
}

static void two_way_of_the_minimum_wage_equals_the_published_figure(void **state)
{
    (void)state;
    const struct effect_spec s = minimum_wage();
    table *t = open_fixture("mpdta.csv");

    struct effect_result *r = run_on(t, &s, NULL);

    assert_int_equal(r->n_estimates, 1);
    assert_near(r->estimates[0].estimate, -0.036549, 0.50001e-6);
    assert_near(r->estimates[0].standard_error, 0.013265, 0.50001e-6);
    assert_int_equal(r->diagnostics.n_clusters, 500);
    assert_int_equal(r->diagnostics.n_treated, 191);
    assert_true(str_eq(r->spec.cluster, STR("countyreal")));
    effect_result_free(r);
    table_free(t);
}

/* fixest 0.12.2: feols(lemp ~ d | countyreal + year, vcov = "hetero") */
static void errors_by_row_equal_those_of_fixest(void **state)
{
    (void)state;
    struct effect_spec s = minimum_wage();
    s.has_errors = true;
    s.errors = EFFECT_HC1;
    table *t = open_fixture("mpdta.csv");

    struct effect_result *r = run_on(t, &s, NULL);

    assert_near(r->estimates[0].estimate, -0.036548936674, 1e-12);
    assert_near(r->estimates[0].standard_error, 0.012360100485, 1e-12);
    assert_near(r->estimates[0].p, 0.003142870121, 1e-12);
    assert_int_equal(r->diagnostics.n_clusters, 0);
    effect_result_free(r);
    table_free(t);
}

/* The same: feols(lemp ~ i(rel, ref = -1) | countyreal + year, cluster = ~countyreal) */
static void an_event_study_equals_that_of_fixest(void **state)
{
    (void)state;
    static const struct {
        double event, estimate, error;
    } truth[] = {
        {-4, 0.0035493269, 0.0228285814}, {-3, 0.0246235020, 0.0176793712},
        {-2, 0.0233548149, 0.0134366994}, {0, -0.0181439270, 0.0109822183},
        {1, -0.0434723726, 0.0175769470}, {2, -0.1317948578, 0.0288374074},
        {3, -0.0922467942, 0.0323361932},
    };
    struct effect_spec s = minimum_wage();
    s.event_study = true;
    table *t = open_fixture("mpdta.csv");

    struct effect_result *r = run_on(t, &s, NULL);

    for (size_t i = 0; i < sizeof truth / sizeof *truth; i++) {
        const struct effect_estimate *e =
            estimate_at(r, EFFECT_DYNAMIC, REAL_NAN, REAL_NAN, truth[i].event);
        assert_near(e->estimate, truth[i].estimate, 0.50001e-10);
        assert_near(e->standard_error, truth[i].error, 0.50001e-10);
    }
    assert_true(estimate_at(r, EFFECT_DYNAMIC, REAL_NAN, REAL_NAN, -1)->reference);
    assert_int_equal(r->diagnostics.pretest_df, 3);
    effect_result_free(r);
    table_free(t);
}

/* ---- an independent computation ---- */

static void assert_oracle(const struct effect_spec *s, double estimate, double se, double p)
{
    table *t = oracle_table();

    struct effect_result *r = run_on(t, s, NULL);

    assert_near(r->estimates[0].estimate, estimate, 1e-12);
    assert_near(r->estimates[0].standard_error, se, 1e-12);
    assert_near(r->estimates[0].p, p, 1e-12);
    effect_result_free(r);
    table_free(t);
}

static void two_way_equals_least_squares_with_dummies(void **state)
{
    (void)state;
    const struct effect_spec s = twfe_spec();

    assert_oracle(&s, 1.35992370229521, 0.499434182156765, 0.00962708383151777);
}

static void weights_covariate_and_teams_equal_least_squares_with_dummies(void **state)
{
    (void)state;
    struct effect_spec s = twfe_spec();
    s.weights = STR("w");
    s.cluster = STR("team");
    s.covariates[s.n_covariates++] = STR("x");

    assert_oracle(&s, 1.45370713677173, 0.325050573372966, 0.00154963312691116);
}

static void three_ways_equal_least_squares_with_dummies(void **state)
{
    (void)state;
    struct effect_spec s = twfe_spec();
    s.weights = STR("w");
    s.covariates[s.n_covariates++] = STR("x");
    s.fixed_effects[s.n_fixed_effects++] = STR("f");

    assert_oracle(&s, 0.958726059916216, 0.514366336923567, 0.0698770362643153);
}

static void clusters_that_units_change_count_the_units_as_parameters(void **state)
{
    (void)state;
    struct effect_spec s = twfe_spec();
    s.cluster = STR("f");
    s.fixed_effects[s.n_fixed_effects++] = STR("f");

    assert_oracle(&s, 1.28483377373363, 0.256680220273816, 0.0153454307813951);
}

/* ---- properties ---- */

static struct effect_spec made_spec(void)
{
    struct effect_spec s = twfe_spec();
    s.covariates[s.n_covariates++] = STR("x");
    s.weights = STR("w");
    s.fixed_effects[s.n_fixed_effects++] = STR("word"); /* follows from time: left out */
    return s;
}

static void assert_same_bits(const struct effect_result *a, const struct effect_result *b)
{
    assert_memory_equal(&a->estimates[0].estimate, &b->estimates[0].estimate, sizeof(double));
    assert_memory_equal(&a->estimates[0].standard_error, &b->estimates[0].standard_error,
                        sizeof(double));
}

static void compare_threads(const table *t, const struct effect_spec *s)
{
    struct effect_result *alone = run_on(t, s, NULL);
    for (unsigned threads = 2; threads <= 8; threads += 3) {
        struct err_info info;
        par *pool;
        assert_int_equal(par_new(threads, &pool, &info), OK);
        struct effect_result *r = run_on(t, s, pool);
        assert_same_bits(r, alone);
        effect_result_free(r);
        par_free(pool);
    }
    effect_result_free(alone);
}

static void threads_do_not_change_a_bit(void **state)
{
    (void)state;
    struct made *m = make(31, UNITS_MAX, PERIODS_MAX_TEST, 5);
    const struct effect_spec many = made_spec();
    struct effect_spec plain = twfe_spec(), by_team = twfe_spec();
    by_team.cluster = STR("team");
    table *t = table_of(m);

    compare_threads(t, &many);
    compare_threads(t, &plain);
    compare_threads(t, &by_team);

    table_free(t);
    free(m);
}

static void the_order_of_rows_does_not_change_a_bit(void **state)
{
    (void)state;
    struct made *m = make(32, 120, 9, 4);
    const struct effect_spec s = made_spec();

    struct effect_result *forth = run_made(m, &s);
    m->is_reversed = true;
    struct effect_result *back = run_made(m, &s);

    assert_same_bits(forth, back);
    effect_result_free(forth);
    effect_result_free(back);
    free(m);
}

static void constants_of_units_change_nothing(void **state)
{
    (void)state;
    struct made *m = make(33, 120, 9, 4);
    const struct effect_spec s = made_spec();

    struct effect_result *plain = run_made(m, &s);
    m->unit_constant = 1000;
    struct effect_result *moved = run_made(m, &s);

    assert_near(plain->estimates[0].estimate, moved->estimates[0].estimate, 1e-11);
    assert_near(plain->estimates[0].standard_error, moved->estimates[0].standard_error, 1e-11);
    effect_result_free(plain);
    effect_result_free(moved);
    free(m);
}

static void the_unit_of_the_outcome_scales_the_effect(void **state)
{
    (void)state;
    struct made *m = make(34, 60, 6, 3);
    const struct effect_spec s = made_spec();

    struct effect_result *plain = run_made(m, &s);
    m->factor = 1024;
    struct effect_result *large = run_made(m, &s);

    assert_near(1024 * plain->estimates[0].estimate, large->estimates[0].estimate, 1e-10);
    assert_near(plain->estimates[0].p, large->estimates[0].p, 1e-12);
    effect_result_free(plain);
    effect_result_free(large);
    free(m);
}

static void a_treatment_column_says_the_same_as_its_start(void **state)
{
    (void)state;
    struct made *m = make(35, 60, 6, 3);
    struct effect_spec s = made_spec();

    struct effect_result *by_start = run_made(m, &s);
    s.first_treated = STR("");
    s.treatment = STR("d");
    struct effect_result *by_column = run_made(m, &s);

    assert_same_bits(by_start, by_column);
    effect_result_free(by_start);
    effect_result_free(by_column);
    free(m);
}

static void two_units_and_periods_give_the_difference_of_changes(void **state)
{
    (void)state;
    const struct effect_spec s = twfe_spec();
    table *t = parse_table(HEAD "1,1,2,1\n1,2,2,9\n2,1,0,4\n2,2,0,7\n3,1,0,4\n3,2,0,5\n");

    struct effect_result *r = run_on(t, &s, NULL);

    assert_near(r->estimates[0].estimate, 8 - 2, 1e-14);
    effect_result_free(r);
    table_free(t);
}

/* ---- what is left out is said ---- */

static void what_the_fixed_effects_cover_is_left_out_by_name(void **state)
{
    (void)state;
    struct made *m = make(36, 60, 6, 3);
    struct effect_spec s = twfe_spec();
    s.fixed_effects[s.n_fixed_effects++] = STR("team");
    s.covariates[s.n_covariates++] = STR("x");
    s.covariates[s.n_covariates++] = STR("w");
    m->has_copy = true; /* w is x on another scale */

    struct effect_result *r = run_made(m, &s);
    s.n_covariates = 1;
    s.n_fixed_effects = 0;
    struct effect_result *same = run_made(m, &s);

    assert_true(has_warning(r, "twfe.factor-absorbed"));
    assert_true(has_warning(r, "twfe.covariate-collinear"));
    assert_near(r->estimates[0].estimate, same->estimates[0].estimate, 1e-12);
    assert_near(r->estimates[0].standard_error, same->estimates[0].standard_error, 1e-12);
    effect_result_free(r);
    effect_result_free(same);
    free(m);
}

static void a_covariate_that_units_keep_is_left_out_by_name(void **state)
{
    (void)state;
    struct made *m = make(37, 60, 6, 3);
    struct effect_spec s = twfe_spec();
    s.covariates[s.n_covariates++] = STR("w");

    struct effect_result *r = run_made(m, &s);

    assert_true(has_warning(r, "twfe.covariate-absorbed"));
    effect_result_free(r);
    free(m);
}

static void rows_that_lack_a_value_or_weight_do_not_count(void **state)
{
    (void)state;
    struct effect_spec s = twfe_spec();
    s.weights = STR("w");
    table *t = parse_table("id,t,g,y,w\n1,1,2,1,2\n1,2,2,9,2\n2,1,0,4,1\n2,2,0,7,1\n3,1,0,4,1\n"
                           "3,2,0,5,1\n3,3,0,,1\n4,1,0,4,0\n4,2,0,900,0\n5,2,0,3,1\n");

    struct effect_result *r = run_on(t, &s, NULL);

    assert_near(r->estimates[0].estimate, 8 - 2, 1e-14);
    assert_int_equal(r->diagnostics.n_rows, 10);
    assert_int_equal(r->diagnostics.n_used, 7);
    assert_int_equal(r->diagnostics.n_dropped_missing, 1);
    assert_int_equal(r->diagnostics.n_units, 4);
    assert_true(has_warning(r, "effect.rows-dropped"));
    assert_true(has_warning(r, "twfe.seen-once"));
    effect_result_free(r);
    table_free(t);
}

static void clusters_of_one_person_beside_larger_ones_are_counted(void **state)
{
    (void)state;
    struct made *m = make(38, 60, 6, 3);
    struct effect_spec s = twfe_spec();
    s.cluster = STR("team");
    m->cluster[7] = 100;
    m->cluster[8] = 101;

    struct effect_result *r = run_made(m, &s);

    assert_true(has_warning(r, "twfe.clusters-single"));
    s.cluster = STR("name"); /* one for each person: nothing to warn of */
    struct effect_result *by_name = run_made(m, &s);
    assert_false(has_warning(by_name, "twfe.clusters-single"));
    effect_result_free(r);
    effect_result_free(by_name);
    free(m);
}

static void an_event_study_needs_people_never_treated(void **state)
{
    (void)state;
    struct effect_spec s = twfe_spec();
    s.event_study = true;

    assert_refused(HEAD "1,1,2,1\n1,2,2,5\n1,3,2,4\n2,1,3,4\n2,2,3,3\n2,3,3,1\n", &s,
                   "twfe.no-never-treated");
}

static void a_treatment_that_stops_has_no_event_study(void **state)
{
    (void)state;
    struct effect_spec s = twfe_spec();
    s.event_study = true;
    s.first_treated = STR("");
    s.treatment = STR("g");

    assert_refused(HEAD "1,1,0,1\n1,2,1,5\n1,3,0,4\n2,1,0,4\n2,2,0,3\n2,3,0,1\n", &s,
                   "panel.switches-off");
}

/* ---- bad input ---- */

static void a_treatment_that_nobody_changes_is_refused(void **state)
{
    (void)state;
    struct effect_spec s = twfe_spec();

    assert_refused(HEAD "1,1,1,1\n1,2,1,2\n2,1,0,4\n2,2,0,3\n", &s, "twfe.treatment-constant");
    s.first_treated = STR("");
    s.treatment = STR("g");
    assert_refused(HEAD "1,1,1,1\n1,2,1,2\n2,1,0,4\n2,2,0,3\n", &s, "twfe.treatment-constant");
    assert_refused(HEAD "1,1,1,1\n1,2,2,2\n2,1,0,4\n2,2,0,3\n", &s, "panel.treatment-not-binary");
}

static void a_treatment_that_everyone_starts_at_once_is_refused(void **state)
{
    (void)state;
    const struct effect_spec s = twfe_spec();

    assert_refused(HEAD "1,1,2,1\n1,2,2,5\n2,1,2,4\n2,2,2,3\n3,1,2,4\n3,2,2,4\n", &s,
                   "twfe.treatment-collinear");
}

static void more_parameters_than_rows_are_refused(void **state)
{
    (void)state;
    const struct effect_spec s = twfe_spec();

    /* 2 units, 1 period and the treatment take all 4 rows */
    assert_refused(HEAD "1,1,2,1\n1,2,2,5\n2,1,0,4\n2,2,0,3\n", &s, "twfe.too-few-rows");
}

static void clusters_must_be_two_at_least(void **state)
{
    (void)state;
    struct effect_spec s = twfe_spec();
    s.cluster = STR("team");

    assert_refused("id,t,g,y,team\n1,1,2,1,7\n1,2,2,5,7\n2,1,0,4,7\n2,2,0,3,7\n", &s,
                   "effect.one-cluster");
}

/* Each person's time in two spells, whose effects take the place of the person's. */
static table *table_of_spells(void)
{
    enum { UNITS = 320, PERIODS = 6 };
    const struct rng_key key = {.seed = 41, .stream = 9};
    out o;
    out_init(&o, 1 << 20);
    out_cstr(&o, "id,t,g,y,spell,team\n");
    for (int i = 0; i < UNITS; i++)
        for (int t = 1; t <= PERIODS; t++) {
            const int g = i % 3 ? 2 + 3 * (i % 2) : 0, spell = 2 * i + (t > PERIODS / 2);
            const double y = rng_normal(key, (uint64_t)spell) + 0.1 * t + 0.7 * (g && t >= g) +
                             rng_normal(key, (uint64_t)(10000 + i * PERIODS + t));
            const double row[] = {i, t, g, y, spell, i % 16};
            for (size_t c = 0; c < sizeof row / sizeof *row; c++) {
                out_real(&o, row[c]);
                out_char(&o, c < 5 ? ',' : '\n');
            }
        }
    out_char(&o, '\0');
    table *t = parse_table(out_view(&o).p);
    out_free(&o);
    return t;
}

static void hundreds_of_levels_equal_units_that_are_these_levels(void **state)
{
    (void)state;
    struct effect_spec s = twfe_spec(), direct = twfe_spec();
    s.cluster = direct.cluster = STR("team");
    s.fixed_effects[s.n_fixed_effects++] = STR("spell");
    direct.unit = STR("spell");
    table *t = table_of_spells();

    struct effect_result *r = run_on(t, &s, NULL);
    struct effect_result *exact = run_on(t, &direct, NULL);

    assert_near(r->estimates[0].estimate, exact->estimates[0].estimate, 1e-10);
    /* K: constant, treatment and 5 periods, of which one follows from spells: not seen when
     * iterated
     */
    assert_near(r->estimates[0].standard_error * sqrt((1920.0 - 7) / (1920.0 - 6)),
                exact->estimates[0].standard_error, 1e-10);
    effect_result_free(r);
    effect_result_free(exact);
    table_free(t);
}

static void an_effect_for_every_row_leaves_no_treatment(void **state)
{
    (void)state;
    struct effect_spec s = twfe_spec();
    out o;
    s.fixed_effects[s.n_fixed_effects++] = STR("street");
    out_init(&o, 1 << 20);
    out_cstr(&o, "id,t,g,y,street\n");
    for (int i = 0; i < 1200; i++) {
        const int row[] = {i / 2, i % 2 + 1, i / 2 % 2 * 2, i % 17, i};
        for (size_t c = 0; c < sizeof row / sizeof *row; c++) {
            out_int(&o, row[c]);
            out_char(&o, c < 4 ? ',' : '\n');
        }
    }
    out_char(&o, '\0');

    assert_refused(out_view(&o).p, &s, "twfe.treatment-collinear");

    out_free(&o);
}

static void assert_spec_refused(const struct effect_spec *s, const char *key)
{
    struct err_info info;
    assert_true(effect_spec_check(s, &info) != OK);
    assert_string_equal(info.msg.key, key);
}

static void options_that_mean_nothing_are_refused(void **state)
{
    (void)state;
    struct effect_spec s = twfe_spec();
    s.bootstrap = 100;
    assert_spec_refused(&s, "twfe.option-not-here");
    s = twfe_spec();
    s.anticipation = 1;
    assert_spec_refused(&s, "twfe.option-not-here");
    s = twfe_spec();
    s.fixed_effects[s.n_fixed_effects++] = STR("t");
    assert_spec_refused(&s, "twfe.factor-has-role");
    s.method = EFFECT_DID;
    assert_spec_refused(&s, "twfe.option-of-twfe");
    s = spec_of(EFFECT_SUNAB);
    s.event_study = true;
    assert_spec_refused(&s, "twfe.events-of-twfe");
    s = twfe_spec();
    s.has_errors = true;
    s.errors = EFFECT_HC2;
    assert_spec_refused(&s, "twfe.errors-not-here");
    s.errors = EFFECT_HC1;
    s.cluster = STR("team");
    assert_spec_refused(&s, "effect.errors-and-cluster");
    s = twfe_spec();
    s.unit = STR("");
    assert_spec_refused(&s, "effect.option-missing");
    s = twfe_spec();
    s.n_fixed_effects = EFFECT_FIXED_MAX + 1;
    assert_spec_refused(&s, "twfe.factors-limit");
}

static void bad_weights_and_empty_values_are_refused(void **state)
{
    (void)state;
    struct effect_spec s = twfe_spec();
    s.weights = STR("w");
    s.fixed_effects[s.n_fixed_effects++] = STR("f");

#define WEIGHED "id,t,g,y,w,f\n1,1,2,1,1,a\n1,2,2,5,1,b\n2,1,0,4,1,a\n"
    assert_refused(WEIGHED "2,2,0,3,-1,b\n", &s, "panel.weight-negative");
    assert_refused(WEIGHED "2,2,0,3,,b\n", &s, "panel.weight-empty");
    assert_refused(WEIGHED "2,2,0,3,1,\n", &s, "twfe.factor-empty");
    assert_refused(WEIGHED "2,1,0,3,1,b\n", &s, "panel.duplicate");
    assert_refused("id,t,g,y,w,f\n1,1,2,1,0,a\n1,2,2,5,0,b\n2,1,0,4,0,a\n", &s, "panel.no-weight");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_way_of_the_minimum_wage_equals_the_published_figure),
        cmocka_unit_test(errors_by_row_equal_those_of_fixest),
        cmocka_unit_test(an_event_study_equals_that_of_fixest),
        cmocka_unit_test(two_way_equals_least_squares_with_dummies),
        cmocka_unit_test(weights_covariate_and_teams_equal_least_squares_with_dummies),
        cmocka_unit_test(three_ways_equal_least_squares_with_dummies),
        cmocka_unit_test(clusters_that_units_change_count_the_units_as_parameters),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(the_order_of_rows_does_not_change_a_bit),
        cmocka_unit_test(constants_of_units_change_nothing),
        cmocka_unit_test(the_unit_of_the_outcome_scales_the_effect),
        cmocka_unit_test(a_treatment_column_says_the_same_as_its_start),
        cmocka_unit_test(two_units_and_periods_give_the_difference_of_changes),
        cmocka_unit_test(what_the_fixed_effects_cover_is_left_out_by_name),
        cmocka_unit_test(a_covariate_that_units_keep_is_left_out_by_name),
        cmocka_unit_test(rows_that_lack_a_value_or_weight_do_not_count),
        cmocka_unit_test(clusters_of_one_person_beside_larger_ones_are_counted),
        cmocka_unit_test(an_event_study_needs_people_never_treated),
        cmocka_unit_test(a_treatment_that_stops_has_no_event_study),
        cmocka_unit_test(a_treatment_that_nobody_changes_is_refused),
        cmocka_unit_test(a_treatment_that_everyone_starts_at_once_is_refused),
        cmocka_unit_test(more_parameters_than_rows_are_refused),
        cmocka_unit_test(clusters_must_be_two_at_least),
        cmocka_unit_test(hundreds_of_levels_equal_units_that_are_these_levels),
        cmocka_unit_test(an_effect_for_every_row_leaves_no_treatment),
        cmocka_unit_test(options_that_mean_nothing_are_refused),
        cmocka_unit_test(bad_weights_and_empty_values_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
