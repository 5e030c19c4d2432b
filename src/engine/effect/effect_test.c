/* SPDX-License-Identifier: EUPL-1.2 */
/* Two groups, from a table to the result. Figures: tests/oracle/effect_cross.R. */
#include "base/real.h"
#include "base/rng.h"
#include "engine/effect/effect_test_int.h"

/* ---- data ------------------------------------------------------------------------ */

/* The 185 treated men of the experiment and the 15,992 of the survey: all but its own controls. */
static table *treated_against_cps(void)
{
    char path[512];
    str men, line;
    out text;
    table *t;
    arena *a = arena_new(1 << 21);
    assert_int_equal(
        file_read(a, path_of("../../demo/supported-work/men.csv", path), 1 << 20, &men, &info), OK);
    out_init(&text, 1 << 20);
    while (str_next(&men, '\n', &line))
        if (!str_starts(line, STR("control,"))) {
            out_str(&text, line);
            out_char(&text, '\n');
        }

    assert_int_equal(table_parse(out_view(&text), STR("test"), NULL, NULL, &t, &info), OK);

    out_free(&text);
    arena_free(a);
    return t;
}

/* Runs and checks estimate and standard error to half a unit of the last digit given. */
static void expect(const table *t, const struct effect_spec *s, double estimate, double error,
                   double half_unit)
{
    struct effect_result *r = run(t, s);
    assert_int_equal(r->n_estimates, 1);
    assert_near(r->estimates[0].estimate, estimate, half_unit);
    assert_near(r->estimates[0].standard_error, error, half_unit);
    assert_near(sqrt(r->covariance[0]), error, half_unit);
    effect_result_free(r);
}

static void expect_errors(const table *t, struct effect_spec s, const double figures[6],
                          double half_unit)
{
    expect(t, &s, figures[0], figures[1], half_unit); /* classical is the usual one */
    s.has_errors = true;
    for (int e = EFFECT_CLASSICAL; e <= EFFECT_HC3; e++) {
        s.errors = (enum effect_errors)e;
        expect(t, &s, figures[0], figures[1 + e], half_unit);
    }
    s.has_errors = false;
    s.cluster = STR("educ");
    expect(t, &s, figures[0], figures[5], half_unit);
}

/* ---- truth ------------------------------------------------------------------------- */

static void the_experiment_shows_1794_dollars(void **state)
{
    (void)state;
    table *t = open_fixture("nsw_445.csv");
    struct effect_spec s = ask(EFFECT_DIFFERENCE, "re78");

    expect(t, &s, 1794.342, 632.853, 0.0005); /* Dehejia and Wahba (1999): 1,794 (633) */
    s.has_errors = true;
    s.errors = EFFECT_HC2;
    expect(t, &s, 1794.342, 670.997, 0.0005);

    struct effect_result *r = run(t, &s);
    assert_int_equal(r->diagnostics.n_treated, 185);
    assert_int_equal(r->diagnostics.n_control, 260);
    assert_near(r->diagnostics.mean_treated - r->diagnostics.mean_control, 1794.342, 0.0005);
    effect_result_free(r);
    table_free(t);
}

static void a_survey_as_comparison_shows_a_loss_where_there_was_a_gain(void **state)
{
    (void)state;
    table *t = treated_against_cps();
    struct effect_spec s = ask(EFFECT_DIFFERENCE, "re78");
    struct effect_result *r = run(t, &s);
    assert_near(r->estimates[0].estimate, -8497.516, 0.0005);
    effect_result_free(r);

    with_covariates(&s, "age,educ,black,hisp,marr,nodegree,re74,re75");
    s.method = EFFECT_WEIGHTING;
    expect(t, &s, 1180.40782, 644.782056, 5e-4);
    s.method = EFFECT_DOUBLY_ROBUST;
    expect(t, &s, 1273.55057, 645.163368, 5e-4);
    table_free(t);
}

static void least_squares_agree_with_r_in_all_kinds_of_errors(void **state)
{
    (void)state;
    table *t = open_fixture("lalonde_614.tab");
    struct effect_spec s = ask(EFFECT_DIFFERENCE, "re78");

    expect_errors(t, s,
                  (const double[]){-635.026212037, 657.137423929, 676.747954712, 677.195372433,
                                   678.750080568, 564.016402182},
                  1e-8);
    s = ask_lalonde(EFFECT_REGRESSION);
    expect_errors(t, s,
                  (const double[]){1548.243802, 781.27929746, 740.576049133, 742.181677315,
                                   749.986758863, 466.969441384},
                  1e-8);
    s.weights = STR("age");
    expect_errors(t, s,
                  (const double[]){2079.25875899, 831.591620146, 793.731851773, 796.559915105,
                                   806.084422196, 618.205598052},
                  1e-8);
    table_free(t);
}

static void errors_by_cluster_agree_with_hat_matrices_and_the_jackknife(void **state)
{
    (void)state;
    table *t = open_fixture("lalonde_614.tab");
    struct effect_spec s = ask(EFFECT_REGRESSION, "re78");
    const char *covariates[] = {"age", "educ", "re74", "re75"};
    for (size_t i = 0; i < 4; i++)
        s.covariates[s.n_covariates++] = str_of(covariates[i]);
    s.cluster = STR("educ");
    s.has_errors = true;

    s.errors = EFFECT_CR2;
    expect(t, &s, 688.3287771223, 617.00849916211, 1e-8);
    s.errors = EFFECT_CR3;
    expect(t, &s, 688.3287771223, 639.03178406016, 1e-8);

    table_free(t);
}

static void intervals_of_least_squares_are_those_of_student(void **state)
{
    (void)state;
    table *t = open_fixture("lalonde_614.tab");
    const struct effect_spec s = ask_lalonde(EFFECT_REGRESSION);

    struct effect_result *r = run(t, &s);

    assert_near(r->estimates[0].ci_low, 13.8899098168, 1e-6); /* R: confint, 604 df */
    assert_near(r->estimates[0].ci_high, 3082.59769418, 1e-6);
    assert_near(r->estimates[0].p, 0.0479682415536, 1e-10);
    assert_int_equal(r->spec.errors, EFFECT_CLASSICAL);
    assert_true(r->spec.has_errors && isnan(r->estimates[0].band_low));
    effect_result_free(r);
    table_free(t);
}

static void scores_of_the_treated_add_up_as_in_matchit(void **state)
{
    (void)state;
    table *t = open_fixture("lalonde_614.tab");
    const struct effect_spec s = ask_lalonde(EFFECT_WEIGHTING);

    struct effect_result *r = run(t, &s);

    assert_near(r->diagnostics.propensity_sum_treated, 106.82557613, 1e-8);
    effect_result_free(r);
    table_free(t);
}

static void weighting_agrees_with_stacked_estimating_equations(void **state)
{
    (void)state;
    static const struct {
        enum effect_method method;
        enum effect_ipw ipw;
        const char *weights, *cluster;
        double estimate, error;
    } cases[] = {
        {EFFECT_WEIGHTING, EFFECT_HAJEK, "", "", 1214.07122329, 798.154627836},
        {EFFECT_WEIGHTING, EFFECT_HAJEK, "age", "", 1470.70663209, 836.249494148},
        {EFFECT_WEIGHTING, EFFECT_HAJEK, "", "educ", 1214.07122329, 428.392053856},
        {EFFECT_WEIGHTING, EFFECT_HORVITZ_THOMPSON, "", "", 1158.58838046, 809.525091889},
        {EFFECT_WEIGHTING, EFFECT_HORVITZ_THOMPSON, "age", "", 1269.25712485, 874.718321082},
        {EFFECT_WEIGHTING, EFFECT_HORVITZ_THOMPSON, "", "educ", 1158.58838046, 434.842727324},
        {EFFECT_DOUBLY_ROBUST, EFFECT_HAJEK, "", "", 1231.04431292, 800.870928662},
        {EFFECT_DOUBLY_ROBUST, EFFECT_HAJEK, "age", "", 1493.15080782, 838.628701624},
        {EFFECT_DOUBLY_ROBUST, EFFECT_HAJEK, "", "educ", 1231.04431292, 433.937016427},
    };
    table *t = open_fixture("lalonde_614.tab");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct effect_spec s = ask_lalonde(cases[i].method);
        s.ipw = cases[i].ipw;
        s.weights = str_of(cases[i].weights);
        s.cluster = str_of(cases[i].cluster);
        expect(t, &s, cases[i].estimate, cases[i].error, 1e-5);
    }
    table_free(t);
}

static void intervals_are_wider_when_clusters_are_few(void **state)
{
    (void)state;
    table *t = open_fixture("lalonde_614.tab");
    struct effect_spec s = ask_lalonde(EFFECT_DOUBLY_ROBUST);

    for (int round = 0; round < 3; round++) { /* the normal; Student's t; its errors from draws */
        s.cluster = round ? STR("educ") : STR("");
        s.bootstrap = round == 2 ? 999 : 0;
        struct effect_result *r = run(t, &s);
        const struct effect_estimate *e = &r->estimates[0];
        const double reach = (e->ci_high - e->estimate) / e->standard_error;
        assert_near(reach,
                    round ? real_t_ppf(0.975, (double)r->diagnostics.n_clusters - 1)
                          : real_norm_ppf(0.975),
                    1e-12);
        effect_result_free(r);
    }
    table_free(t);
}

static void without_covariates_every_method_is_the_difference_of_means(void **state)
{
    (void)state;
    table *t = open_fixture("nsw_445.csv");
    static const enum effect_method method[] = {EFFECT_REGRESSION, EFFECT_WEIGHTING,
                                                EFFECT_DOUBLY_ROBUST};

    for (size_t i = 0; i < 3; i++) {
        const struct effect_spec s = ask(method[i], "re78");
        struct effect_result *r = run(t, &s);
        assert_near(r->estimates[0].estimate, 1794.34238185, 1e-8);
        if (i > 0) /* the influence function's error is hc1 without its factor n / (n - 2) */
            assert_near(r->estimates[0].standard_error, 670.824490767 * sqrt(443.0 / 445), 1e-8);
        effect_result_free(r);
    }
    table_free(t);
}

/* ---- bootstrap and threads ------------------------------------------------------------ */

static void bootstrap_errors_come_near_the_formula(void **state)
{
    (void)state;
    table *t = open_fixture("lalonde_614.tab");
    struct effect_spec s = ask_lalonde(EFFECT_DOUBLY_ROBUST);
    s.bootstrap = 4000;
    s.seed = 12;

    struct effect_result *r = run(t, &s);

    const struct effect_estimate *e = effect_find(r, EFFECT_NONE);
    assert_int_equal(r->n_draws, 4000);
    assert_near(sqrt(r->covariance[0]), 800.870928662, 1e-5);
    /* a quartile range over its mean varies by about 1.17 / sqrt(draws) */
    assert_near(e->standard_error / 800.870928662, 1, 3 * 1.17 / sqrt(4000));
    assert_true(e->band_low < e->estimate && e->estimate < e->band_high);
    assert_near(e->ci_high - e->estimate, 1.959963984540054 * e->standard_error, 1e-9);
    effect_result_free(r);
    table_free(t);
}

static void any_number_of_threads_gives_the_same_bits(void **state)
{
    (void)state;
    table *t = treated_against_cps();
    static const enum effect_method method[] = {EFFECT_REGRESSION, EFFECT_WEIGHTING,
                                                EFFECT_DOUBLY_ROBUST};

    for (size_t i = 0; i < 3; i++) {
        struct effect_spec s = ask(method[i], "re78");
        with_covariates(&s, "age,educ,black,hisp,marr,nodegree,re74,re75");
        s.bootstrap = 100;
        struct effect_result *alone = run(t, &s);
        for (unsigned threads = 1; threads <= 8; threads = threads == 2 ? 8 : threads + 1) {
            par *pool;
            struct effect_result *r;
            assert_int_equal(par_new(threads, &pool, &info), OK);
            assert_int_equal(effect_run(t, &s, pool, NULL, &r, &info), OK);
            par_free(pool);
            assert_memory_equal(r->estimates, alone->estimates, sizeof *r->estimates);
            assert_memory_equal(r->covariance, alone->covariance, sizeof *r->covariance);
            assert_memory_equal(r->draws, alone->draws, 100 * sizeof *r->draws);
            effect_result_free(r);
        }
        effect_result_free(alone);
    }
    table_free(t);
}

/* ---- properties ------------------------------------------------------------------------- */

enum { WORLD_ROWS = 400 };

/*
 * A world where who takes part depends on x, so does what it yields, and the
 * mean effect on those who took part is known: returned, the table in *t.
 */
static double make_world(uint64_t seed, table **t)
{
    const struct rng_key key = {.seed = seed, .stream = rng_stream("effect-test", 0)};
    double effect = 0, treated = 0;
    out text;
    out_init(&text, 1 << 18);
    out_cstr(&text, "re78,treat,x,z\n");
    for (uint64_t i = 0; i < WORLD_ROWS; i++) {
        const double x = rng_normal(key, 4 * i), z = rng_uniform(key, 4 * i + 1);
        const bool takes_part = rng_uniform(key, 4 * i + 2) < real_logistic(-0.4 + 0.7 * x - z);
        const double own = 1 + x; /* those with more x gain more */
        out_real(&text, 2 + 3 * x + z + takes_part * own + rng_normal(key, 4 * i + 3));
        out_cstr(&text, takes_part ? ",1," : ",0,");
        out_real(&text, x);
        out_char(&text, ',');
        out_real(&text, z);
        out_char(&text, '\n');
        effect += takes_part * own;
        treated += takes_part;
    }
    assert_int_equal(table_parse(out_view(&text), STR("world"), NULL, NULL, t, &info), OK);
    out_free(&text);
    return effect / treated;
}

/* In how many of 400 worlds the interval holds the world's own effect, and how far off on average.
 */
static size_t count_covered(enum effect_method method, double *bias)
{
    struct effect_spec s = ask(method, "re78");
    size_t covered = 0;
    if (method != EFFECT_DIFFERENCE)
        with_covariates(&s, "x,z");
    *bias = 0;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        table *t;
        const double truth = make_world(seed, &t);
        struct effect_result *r = run(t, &s);
        covered += r->estimates[0].ci_low <= truth && truth <= r->estimates[0].ci_high;
        *bias += (r->estimates[0].estimate - truth) / 400;
        effect_result_free(r);
        table_free(t);
    }
    return covered;
}

static void intervals_hold_the_effect_on_the_treated_in_known_worlds(void **state)
{
    (void)state;
    double bias;

    /* 95 % of 400 is 380, give or take 4.4; an interval for the population is a little wide here */
    const size_t robust = count_covered(EFFECT_DOUBLY_ROBUST, &bias);
    assert_true(robust >= 367 && robust <= 398);
    assert_near(bias, 0, 0.02);

    const size_t weighted = count_covered(EFFECT_WEIGHTING, &bias);
    assert_true(weighted >= 360);
    assert_near(bias, 0, 0.06);

    const size_t raw = count_covered(EFFECT_DIFFERENCE, &bias);
    assert_true(raw < 40); /* selection on x is what the others correct */
    assert_true(bias > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_experiment_shows_1794_dollars),
        cmocka_unit_test(a_survey_as_comparison_shows_a_loss_where_there_was_a_gain),
        cmocka_unit_test(least_squares_agree_with_r_in_all_kinds_of_errors),
        cmocka_unit_test(errors_by_cluster_agree_with_hat_matrices_and_the_jackknife),
        cmocka_unit_test(intervals_of_least_squares_are_those_of_student),
        cmocka_unit_test(scores_of_the_treated_add_up_as_in_matchit),
        cmocka_unit_test(weighting_agrees_with_stacked_estimating_equations),
        cmocka_unit_test(intervals_are_wider_when_clusters_are_few),
        cmocka_unit_test(without_covariates_every_method_is_the_difference_of_means),
        cmocka_unit_test(bootstrap_errors_come_near_the_formula),
        cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
        cmocka_unit_test(intervals_hold_the_effect_on_the_treated_in_known_worlds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
