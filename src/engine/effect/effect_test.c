/* SPDX-License-Identifier: EUPL-1.2 */
/* Two groups, from a table to the result. Figures: tests/oracle/effect_cross.R. */
#include "engine/effect/effect.h"

#include "base/file.h"
#include "base/out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct err_info info;

static void assert_near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance))
        fail_msg("%.17g is not %.17g", a, b);
}

/* ---- data ------------------------------------------------------------------------ */

static str path_of(const char *file, char path[512])
{
    const char *source = getenv("ONTSCHOT_SOURCE");
    snprintf(path, 512, "%s/tests/data/%s", source ? source : ".", file);
    return str_of(path);
}

static table *open_fixture(const char *file)
{
    char path[512];
    table *t;
    assert_int_equal(table_open(path_of(file, path), NULL, NULL, NULL, &t, &info), OK);
    return t;
}

static table *parse(const char *text)
{
    table *t;
    assert_int_equal(table_parse(str_of(text), STR("test"), NULL, NULL, &t, &info), OK);
    return t;
}

/* The 185 treated men of the experiment over the 15,992 of the survey: both files have one head. */
static table *treated_against_cps(void)
{
    char path[512];
    str nsw, cps, line;
    arena *a = arena_new(1 << 22);
    assert_int_equal(file_read(a, path_of("nsw_445.csv", path), 1 << 21, &nsw, &info), OK);
    assert_int_equal(file_read(a, path_of("cps_15992.csv", path), 1 << 21, &cps, &info), OK);
    out text;
    out_init(&text, 1 << 22);
    while (str_next(&nsw, '\n', &line))
        if (!str_starts(line, STR("\"Dehejia-Wahba Sample\",0")) && line.n) {
            out_str(&text, line);
            out_char(&text, '\n');
        }
    (void)str_next(&cps, '\n', &line); /* the head */
    out_str(&text, cps);
    table *t;
    assert_int_equal(table_parse(out_view(&text), STR("test"), NULL, NULL, &t, &info), OK);
    out_free(&text);
    arena_free(a);
    return t;
}

/* ---- questions ------------------------------------------------------------------- */

static struct effect_spec ask(enum effect_method method, const char *outcome)
{
    struct effect_spec s;
    effect_spec_init(&s);
    s.method = method;
    s.outcome = str_of(outcome);
    s.treatment = STR("treat");
    return s;
}

static void with_covariates(struct effect_spec *s, const char *names)
{
    str rest = str_of(names), name;
    while (str_next(&rest, ',', &name))
        s->covariates[s->n_covariates++] = name;
}

static struct effect_spec ask_lalonde(enum effect_method method)
{
    struct effect_spec s = ask(method, "re78");
    with_covariates(&s, "age,educ,race,married,nodegree,re74,re75");
    return s;
}

static struct effect_result *run(const table *t, const struct effect_spec *s)
{
    struct effect_result *r;
    const err e = effect_run(t, s, NULL, NULL, &r, &info);
    if (e != OK)
        fail_msg("%s", info.msg.key);
    return r;
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

/* ---- what the data may look like -------------------------------------------------------- */

#define TEN_ROWS                                                                                   \
    "y,treat,x,g,w\n"                                                                              \
    "1,1,3,a,1\n2,1,1,b,1\n3,1,4,a,2\n5,1,1,c,1\n8,1,5,b,1\n"                                      \
    "1,0,9,a,1\n3,0,2,b,3\n2,0,6,c,1\n7,0,5,a,1\n4,0,3,c,1\n"

static bool warns(const struct effect_result *r, const char *key)
{
    for (size_t i = 0; i < r->n_warnings; i++)
        if (strcmp(r->warnings[i].key, key) == 0)
            return true;
    return false;
}

static void rows_with_missing_values_are_left_out_and_counted(void **state)
{
    (void)state;
    table *whole = parse(TEN_ROWS);
    table *holes = parse(TEN_ROWS ",1,3,a,1\n9,,3,a,1\n9,1,,a,1\n9,1,3,,1\n9,1,3,a,\n9,1,9,b,0\n");
    struct effect_spec s = ask(EFFECT_REGRESSION, "y");
    with_covariates(&s, "x");
    s.weights = STR("w");
    s.cluster = STR("g");

    struct effect_result *a = run(whole, &s), *b = run(holes, &s);

    assert_true(a->estimates[0].estimate == b->estimates[0].estimate);
    assert_true(a->estimates[0].standard_error == b->estimates[0].standard_error);
    assert_int_equal(b->diagnostics.n_rows, 16);
    assert_int_equal(b->diagnostics.n_dropped_missing, 5);
    assert_int_equal(b->diagnostics.n_used, 10); /* a row of weight 0 is not missing, nor used */
    assert_int_equal(b->diagnostics.n_clusters, 3);
    assert_true(warns(b, "effect.rows-dropped") && !warns(a, "effect.rows-dropped"));
    assert_true(warns(b, "effect.few-clusters") && warns(b, "effect.few-units"));
    effect_result_free(a);
    effect_result_free(b);
    table_free(whole);
    table_free(holes);
}

static void useless_covariates_are_left_out_by_name(void **state)
{
    (void)state;
    table *t = parse("y,treat,x,one,twice,word\n"
                     "1,1,3,7,6,p\n2,1,1,7,2,q\n3,1,4,7,8,p\n5,1,1,7,2,q\n"
                     "1,0,9,7,18,p\n3,0,2,7,4,q\n2,0,6,7,12,p\n7,0,5,7,10,q\n");
    struct effect_spec s = ask(EFFECT_REGRESSION, "y"), all = s;
    with_covariates(&s, "x,word");
    with_covariates(&all, "x,one,twice,word");

    struct effect_result *a = run(t, &s), *b = run(t, &all);

    assert_near(a->estimates[0].estimate, b->estimates[0].estimate, 1e-13);
    assert_true(warns(b, "effect.covariate-constant") && warns(b, "effect.covariate-collinear"));
    assert_false(warns(a, "effect.covariate-constant") || warns(a, "effect.covariate-collinear"));
    effect_result_free(a);
    effect_result_free(b);
    table_free(t);
}

static void a_shift_or_scale_of_the_numbers_moves_the_result_along(void **state)
{
    (void)state;
    table *t = open_fixture("lalonde_614.tab");
    const struct effect_spec s = ask_lalonde(EFFECT_DOUBLY_ROBUST);
    struct effect_result *r = run(t, &s);
    out text;
    out_init(&text, 1 << 20);
    out_cstr(&text, "treat,re78,age\n");
    const struct table_column *treat, *re78, *age;
    assert_int_equal(table_find(t, STR("treat"), &treat, &info), OK);
    assert_int_equal(table_find(t, STR("re78"), &re78, &info), OK);
    assert_int_equal(table_find(t, STR("age"), &age, &info), OK);
    for (size_t i = 0; i < table_rows(t); i++) {
        out_int(&text, treat->ints[i]);
        out_char(&text, ',');
        out_real(&text, re78->reals[i] * 1e90);
        out_char(&text, ',');
        out_real(&text, (double)age->ints[i] * 1e80 + 3e81);
        out_char(&text, '\n');
    }
    table *scaled;
    assert_int_equal(table_parse(out_view(&text), STR("test"), NULL, NULL, &scaled, &info), OK);
    struct effect_spec plain = ask(EFFECT_DOUBLY_ROBUST, "re78");
    with_covariates(&plain, "age");

    struct effect_result *a = run(t, &plain), *b = run(scaled, &plain);

    assert_near(b->estimates[0].estimate / 1e90 / a->estimates[0].estimate, 1, 1e-9);
    assert_near(b->estimates[0].standard_error / 1e90 / a->estimates[0].standard_error, 1, 1e-9);
    effect_result_free(r);
    effect_result_free(a);
    effect_result_free(b);
    out_free(&text);
    table_free(scaled);
    table_free(t);
}

static void a_constant_outcome_has_no_effect_and_says_so(void **state)
{
    (void)state;
    table *t = parse("y,treat\n0.1,1\n0.1,1\n0.1,0\n0.1,0\n0.1,0\n");
    const struct effect_spec s = ask(EFFECT_DIFFERENCE, "y");

    struct effect_result *r = run(t, &s);

    assert_near(r->estimates[0].estimate, 0, 1e-16);
    assert_true(warns(r, "effect.outcome-constant"));
    effect_result_free(r);
    table_free(t);
}

static void controls_that_cannot_be_told_from_treated_are_trimmed(void **state)
{
    (void)state;
    out text;
    out_init(&text, 1 << 20);
    out_cstr(&text, "y,treat,x\n");
    for (int i = 0; i < 2000; i++) { /* half are treated at 0, all but one at 10 */
        const int far = i % 4 == 0, treat = far ? i != 400 : i % 2;
        out_int(&text, i % 7);
        out_cstr(&text, treat ? ",1," : ",0,");
        out_int(&text, far ? 10 : 0);
        out_char(&text, '\n');
    }
    table *t;
    assert_int_equal(table_parse(out_view(&text), STR("test"), NULL, NULL, &t, &info), OK);
    struct effect_spec s = ask(EFFECT_WEIGHTING, "y");
    with_covariates(&s, "x");

    struct effect_result *r = run(t, &s);

    assert_int_equal(r->estimates[0].n_trimmed, 1);
    assert_true(warns(r, "effect.trimmed"));
    effect_result_free(r);
    out_free(&text);
    table_free(t);
}

/* ---- bad input ---------------------------------------------------------------------------- */

static void bad_questions_and_data_are_refused_with_a_reason(void **state)
{
    (void)state;
    enum { D = EFFECT_DIFFERENCE, R = EFFECT_REGRESSION, W = EFFECT_WEIGHTING };
    static const struct {
        const char *text;
        int method;
        const char *covariates, *weights, *cluster, *key;
    } cases[] = {
        {"y,other\n1,1\n2,0\n3,0\n", D, "", "", "", "table.no-column"},
        {TEN_ROWS, D, "", "", "absent", "table.no-column"},
        {TEN_ROWS, R, "x,absent", "", "", "table.no-column"},
        {"y,treat\n1,1\n2,2\n3,0\n", D, "", "", "", "effect.treatment-not-01"},
        {"y,treat\n1,0.5\n2,1\n3,0\n", D, "", "", "", "effect.treatment-not-01"},
        {"y,treat\na,1\nb,1\nc,0\n", D, "", "", "", "table.text-not-number"},
        {"y,treat\n1,1\n2,1\n3,1\n", D, "", "", "", "effect.no-control"},
        {"y,treat\n1,0\n2,0\n3,0\n", D, "", "", "", "effect.no-treated"},
        {"y,treat\n,1\n,1\n,0\n", D, "", "", "", "effect.column-empty"},
        {"y,treat\n1,\n2,\n,0\n", D, "", "", "", "effect.no-complete-rows"},
        {"y,treat\n1e300,1\n2,1\n3,0\n4,0\n", D, "", "", "", "effect.number-too-large"},
        {"y,treat,x\n1,1,2\n2,1,-1e200\n3,0,1\n4,0,1\n", R, "x", "", "", "effect.number-too-large"},
        {"y,treat,w\n1,1,1\n2,1,-1\n3,0,1\n4,0,1\n", D, "", "w", "", "effect.weight-negative"},
        {"y,treat,w\n1,1,0\n2,1,0\n3,0,0\n4,0,0\n", D, "", "w", "", "effect.weights-all-zero"},
        {"y,treat,w\n1,1,0\n2,1,0\n3,0,1\n4,0,1\n", D, "", "w", "", "effect.no-treated"},
        {"y,treat,g\n1,1,a\n2,1,a\n3,0,a\n4,0,a\n", D, "", "", "g", "effect.one-cluster"},
        {"y,treat,x,z\n1,1,1,4\n2,1,2,3\n3,0,3,1\n4,0,1,9\n", R, "x,z", "", "",
         "effect.too-few-rows"},
        {"y,treat,x\n1,1,1\n2,1,1\n3,0,0\n4,0,0\n", R, "x", "", "", "effect.treatment-explained"},
        {TEN_ROWS, R, "treat", "", "", "effect.covariate-has-role"},
        {TEN_ROWS, R, "y", "", "", "effect.covariate-has-role"},
        {TEN_ROWS, R, "x,x", "", "", "effect.covariate-twice"},
        {"y,treat,x\n1,1,7\n2,1,8\n3,1,9\n3,0,1\n4,0,2\n5,0,3\n", W, "x", "", "",
         "effect.separated"},
        {"y,treat,x\n1,1,p\n2,1,q\n3,1,q\n3,0,q\n4,0,q\n5,0,q\n", W, "x", "", "",
         "effect.separated"},
        {"y,treat\n1,1\n2,0\n3,0\n4,0\n", W, "", "", "", "effect.single-unit"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        table *t = parse(cases[i].text);
        struct effect_spec s = ask((enum effect_method)cases[i].method, "y");
        with_covariates(&s, cases[i].covariates);
        s.weights = str_of(cases[i].weights);
        s.cluster = str_of(cases[i].cluster);
        struct effect_result *r = (struct effect_result *)&s; /* must stay as it is */

        assert_int_equal(effect_run(t, &s, NULL, NULL, &r, &info), E_INPUT);

        assert_string_equal(info.msg.key, cases[i].key);
        assert_ptr_equal(r, &s);
        table_free(t);
    }
}

static void expect_refused(const table *t, const struct effect_spec *s, err code, const char *key)
{
    struct effect_result *r;
    assert_int_equal(effect_run(t, s, NULL, NULL, &r, &info), code);
    assert_string_equal(info.msg.key, key);
}

static void bad_options_are_refused_before_data_are_read(void **state)
{
    (void)state;
    table *t = parse(TEN_ROWS);
    struct effect_spec s = ask(EFFECT_DIFFERENCE, "y");
    static const double levels[] = {0, 1, -0.5, 95, NAN};

    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        s.level = levels[i];
        expect_refused(t, &s, E_INPUT, "effect.level-outside");
    }
    s = ask(EFFECT_DIFFERENCE, "");
    expect_refused(t, &s, E_INPUT, "effect.option-missing");
    s = ask(EFFECT_DIFFERENCE, "treat");
    expect_refused(t, &s, E_INPUT, "effect.outcome-is-treatment");
    s = ask(EFFECT_DID, "y");
    expect_refused(t, &s, E_INPUT, "effect.option-missing");
    assert_memory_equal(info.msg.text, "unit", 4);
    s = ask(EFFECT_DIFFERENCE, "y");
    s.anticipation = -1;
    expect_refused(t, &s, E_INPUT, "effect.anticipation-negative");
    s = ask(EFFECT_DIFFERENCE, "y");
    s.bootstrap = EFFECT_BOOTSTRAP_MAX + 1;
    expect_refused(t, &s, E_LIMIT, "effect.bootstrap-limit");
    s = ask(EFFECT_DIFFERENCE, "y");
    s.n_covariates = EFFECT_COVARIATES_MAX + 1;
    expect_refused(t, &s, E_LIMIT, "effect.covariates-limit");
    table_free(t);
}

static void kinds_of_errors_that_contradict_are_refused(void **state)
{
    (void)state;
    table *t = parse(TEN_ROWS);
    struct effect_spec s = ask(EFFECT_DIFFERENCE, "y");
    s.has_errors = true;

    s.errors = EFFECT_CLUSTER;
    expect_refused(t, &s, E_INPUT, "effect.option-missing");
    s.errors = EFFECT_HC2;
    s.cluster = STR("g");
    expect_refused(t, &s, E_INPUT, "effect.errors-and-cluster");
    s.cluster = STR("");
    s.bootstrap = 10;
    expect_refused(t, &s, E_INPUT, "effect.errors-and-bootstrap");
    s.bootstrap = 0;
    s.method = EFFECT_WEIGHTING;
    expect_refused(t, &s, E_INPUT, "effect.errors-of-least-squares");
    table_free(t);
}

static void a_text_with_too_many_words_is_refused(void **state)
{
    (void)state;
    out text;
    out_init(&text, 1 << 20);
    out_cstr(&text, "y,treat,x\n");
    for (int i = 0; i < 1000; i++) {
        out_int(&text, i % 3);
        out_cstr(&text, i % 2 ? ",1,word" : ",0,word");
        out_int(&text, i);
        out_char(&text, '\n');
    }
    table *t;
    assert_int_equal(table_parse(out_view(&text), STR("test"), NULL, NULL, &t, &info), OK);
    struct effect_spec s = ask(EFFECT_REGRESSION, "y");
    with_covariates(&s, "x");

    expect_refused(t, &s, E_LIMIT, "effect.too-many-columns");

    out_free(&text);
    table_free(t);
}

static void more_warnings_than_fit_are_counted(void **state)
{
    (void)state;
    out text;
    out_init(&text, 1 << 16);
    out_cstr(&text, "y,treat");
    struct effect_spec s = ask(EFFECT_REGRESSION, "y");
    char names[40][16];
    for (int j = 0; j < 40; j++) {
        snprintf(names[j], sizeof names[j], "c%d", j);
        out_char(&text, ',');
        out_cstr(&text, names[j]);
        s.covariates[s.n_covariates++] = str_of(names[j]);
    }
    for (int i = 0; i < 30; i++) {
        out_char(&text, '\n');
        out_int(&text, i % 4);
        out_cstr(&text, i % 2 ? ",1" : ",0");
        for (int j = 0; j < 40; j++)
            out_cstr(&text, ",5");
    }
    table *t;
    assert_int_equal(table_parse(out_view(&text), STR("test"), NULL, NULL, &t, &info), OK);

    struct effect_result *r = run(t, &s);

    const struct msg *last = &r->warnings[EFFECT_WARNINGS_MAX - 1];
    assert_int_equal(r->n_warnings, EFFECT_WARNINGS_MAX);
    assert_string_equal(last->key, "effect.more-warnings");
    assert_int_equal(last->arg[0].i, 40 - (EFFECT_WARNINGS_MAX - 1));
    effect_result_free(r);
    out_free(&text);
    table_free(t);
}

static void names_read_back_as_what_they_were(void **state)
{
    (void)state;
    for (int i = EFFECT_DIFFERENCE; i <= EFFECT_DID; i++) {
        enum effect_method m;
        assert_true(effect_method_parse(str_of(effect_method_name((enum effect_method)i)), &m));
        assert_int_equal(m, i);
    }
    for (int i = EFFECT_CLASSICAL; i <= EFFECT_CLUSTER; i++) {
        enum effect_errors e;
        assert_true(effect_errors_parse(str_of(effect_errors_name((enum effect_errors)i)), &e));
        assert_int_equal(e, i);
    }
    for (int i = EFFECT_DR; i <= EFFECT_REG; i++) {
        enum effect_estimator e;
        assert_true(
            effect_estimator_parse(str_of(effect_estimator_name((enum effect_estimator)i)), &e));
        assert_int_equal(e, i);
    }
    enum effect_ipw ipw;
    enum effect_control control;
    enum effect_base base;
    assert_true(effect_ipw_parse(STR("ht"), &ipw) && ipw == EFFECT_HORVITZ_THOMPSON);
    assert_true(effect_control_parse(STR("not-yet"), &control) && control == EFFECT_NOT_YET);
    assert_true(effect_base_parse(STR("universal"), &base) && base == EFFECT_UNIVERSAL);
    assert_false(effect_ipw_parse(STR("HT"), &ipw));
    assert_string_equal(effect_aggregation_name(EFFECT_GROUP_TIME), "group-time");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_experiment_shows_1794_dollars),
        cmocka_unit_test(a_survey_as_comparison_shows_a_loss_where_there_was_a_gain),
        cmocka_unit_test(least_squares_agree_with_r_in_all_kinds_of_errors),
        cmocka_unit_test(intervals_of_least_squares_are_those_of_student),
        cmocka_unit_test(scores_of_the_treated_add_up_as_in_matchit),
        cmocka_unit_test(weighting_agrees_with_stacked_estimating_equations),
        cmocka_unit_test(without_covariates_every_method_is_the_difference_of_means),
        cmocka_unit_test(bootstrap_errors_come_near_the_formula),
        cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
        cmocka_unit_test(rows_with_missing_values_are_left_out_and_counted),
        cmocka_unit_test(useless_covariates_are_left_out_by_name),
        cmocka_unit_test(a_shift_or_scale_of_the_numbers_moves_the_result_along),
        cmocka_unit_test(a_constant_outcome_has_no_effect_and_says_so),
        cmocka_unit_test(controls_that_cannot_be_told_from_treated_are_trimmed),
        cmocka_unit_test(bad_questions_and_data_are_refused_with_a_reason),
        cmocka_unit_test(bad_options_are_refused_before_data_are_read),
        cmocka_unit_test(kinds_of_errors_that_contradict_are_refused),
        cmocka_unit_test(a_text_with_too_many_words_is_refused),
        cmocka_unit_test(more_warnings_than_fit_are_counted),
        cmocka_unit_test(names_read_back_as_what_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
