/* SPDX-License-Identifier: EUPL-1.2 */
/* What questions and data may look like: what is left out, what is refused, and how it is told. */
#include "engine/effect/effect_test_int.h"

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

/* 3,000 rows; one grouping in pairs as whole number, decimal number, date and text; a row number.
 */
static table *grouped(void)
{
    out text;
    out_init(&text, 1 << 20);
    out_cstr(&text, "y,treat,row,whole,half,day,word\n");
    for (int i = 0; i < 3000; i++) {
        const int pair = i % 1500;
        char line[128];
        snprintf(line, sizeof line, "%d,%d,%d,%d,%d.5,%d-0%d-1%d,w%d\n", i * i % 101, i % 2, i,
                 pair - 700, pair, 1900 + pair / 80, 1 + pair / 10 % 8, pair % 10, pair);
        out_cstr(&text, line);
    }
    table *t;
    assert_int_equal(table_parse(out_view(&text), STR("test"), NULL, NULL, &t, &info), OK);
    out_free(&text);
    return t;
}

static double clustered_error(const table *t, const char *cluster, size_t n_clusters)
{
    struct effect_spec s = ask(EFFECT_DIFFERENCE, "y");
    s.cluster = str_of(cluster);
    struct effect_result *r = run(t, &s);
    const double error = r->estimates[0].standard_error;
    assert_int_equal(r->diagnostics.n_clusters, n_clusters);
    effect_result_free(r);
    return error;
}

static void clusters_may_be_of_any_type(void **state)
{
    (void)state;
    table *t = grouped();
    struct effect_spec s = ask(EFFECT_DIFFERENCE, "y");
    s.has_errors = true;
    s.errors = EFFECT_HC1;
    struct effect_result *r = run(t, &s);

    const double whole = clustered_error(t, "whole", 1500);
    assert_true(whole == clustered_error(t, "half", 1500));
    assert_true(whole == clustered_error(t, "day", 1500));
    assert_true(whole == clustered_error(t, "word", 1500));
    /* every row a cluster of its own: the factors of hc1 and of clusters are one */
    assert_near(clustered_error(t, "row", 3000), r->estimates[0].standard_error, 1e-14);

    effect_result_free(r);
    table_free(t);
}

static void text_covariates_are_indicators_and_their_gaps_are_missing(void **state)
{
    (void)state;
    table *words =
        parse("y,treat,x\n1,1,a\n5,1,b\n3,1,b\n4,0,a\n1,0,a\n9,0,b\n2,0,c\n8,1,c\n7,1,\n");
    table *numbers = parse("y,treat,b,c\n1,1,0,0\n5,1,1,0\n3,1,1,0\n4,0,0,0\n1,0,0,0\n9,0,1,0\n"
                           "2,0,0,1\n8,1,0,1\n7,1,,\n");
    struct effect_spec s = ask(EFFECT_REGRESSION, "y"), by_hand = s;
    with_covariates(&s, "x");
    with_covariates(&by_hand, "b,c");

    struct effect_result *a = run(words, &s), *b = run(numbers, &by_hand);

    assert_true(a->estimates[0].estimate == b->estimates[0].estimate);
    assert_true(a->estimates[0].standard_error == b->estimates[0].standard_error);
    assert_int_equal(a->diagnostics.n_dropped_missing, 1);
    effect_result_free(a);
    effect_result_free(b);
    table_free(words);
    table_free(numbers);
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

static void an_outcome_without_chance_has_no_uncertainty_and_says_so(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "y,treat,x\n0.1,1,1\n0.1,1,7\n0.1,1,2\n0.1,0,2\n0.1,0,3\n0.1,0,4\n", /* constant */
        "y,treat,x\n1.1,1,1\n7.3,1,7\n2.2,1,2\n2.2,0,2\n3.3,0,3\n4.4,0,4\n" /* off the line once */,
        "y,treat,x\n1.1,1,1\n7.7,1,7\n2.2,1,2\n2.2,0,2\n3.3,0,3\n4.4,0,4\n" /* 1.1 x */};
    static const bool is_exact[] = {true, false, true};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        table *t = parse(texts[i]);
        struct effect_spec s = ask(EFFECT_REGRESSION, "y");
        with_covariates(&s, "x");
        s.bootstrap = is_exact[i] ? 7 : 0;
        struct effect_result *r = run(t, &s);

        const struct effect_estimate *e = &r->estimates[0];
        assert_int_equal(warns(r, "effect.exact-fit"), is_exact[i]);
        assert_int_equal(e->standard_error == 0, is_exact[i]);
        assert_int_equal(isnan(e->p) && isnan(e->ci_low), is_exact[i]);
        if (is_exact[i])
            assert_near(e->estimate, 0, 1e-14);
        for (size_t draw = 0; draw < r->n_draws; draw++)
            assert_true(r->draws[draw] == 0);
        effect_result_free(r);
        table_free(t);
    }
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
        {"y,treat,x\n1,1,\n2,0,\n3,0,\n", R, "x", "", "", "effect.column-empty"},
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
        {TEN_ROWS, D, "x", "", "", "effect.difference-with-covariates"},
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

    s.errors = EFFECT_CR1;
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

static void a_panel_in_dates_says_that_its_periods_are_dates(void **state)
{
    (void)state;
    static const char *const periods[2][3] = {{"2024-01-01", "2024-02-01", "2024-03-01"},
                                              {"1", "2", "3"}};

    for (int numbers = 0; numbers < 2; numbers++) {
        out text;
        out_init(&text, 1 << 16);
        out_cstr(&text, "p,m,start,y\n");
        for (int i = 0; i < 60; i++) {
            char line[80];
            snprintf(line, sizeof line, "%d,%s,%s,%d\n", i / 3, periods[numbers][i % 3],
                     i < 30 ? periods[numbers][2] : "", i * i % 17);
            out_cstr(&text, line);
        }
        table *t;
        assert_int_equal(table_parse(out_view(&text), STR("test"), NULL, NULL, &t, &info), OK);
        struct effect_spec s = ask(EFFECT_DID, "y");
        s.treatment = STR("");
        s.unit = STR("p");
        s.time = STR("m");
        s.first_treated = STR("start");
        s.has_never = true;
        struct effect_result *r = run(t, &s);

        assert_int_equal(r->has_dates, !numbers);
        assert_true(r->estimates[0].group == (numbers ? 3 : 19783)); /* 1 March 2024 */
        effect_result_free(r);
        table_free(t);
        out_free(&text);
    }
}

static void names_read_back_as_what_they_were(void **state)
{
    (void)state;
    for (int i = EFFECT_DIFFERENCE; i <= EFFECT_DID; i++) {
        enum effect_method m;
        assert_true(effect_method_parse(str_of(effect_method_name((enum effect_method)i)), &m));
        assert_int_equal(m, i);
    }
    for (int i = EFFECT_CLASSICAL; i <= EFFECT_CR1; i++) {
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
        cmocka_unit_test(rows_with_missing_values_are_left_out_and_counted),
        cmocka_unit_test(useless_covariates_are_left_out_by_name),
        cmocka_unit_test(clusters_may_be_of_any_type),
        cmocka_unit_test(text_covariates_are_indicators_and_their_gaps_are_missing),
        cmocka_unit_test(a_shift_or_scale_of_the_numbers_moves_the_result_along),
        cmocka_unit_test(an_outcome_without_chance_has_no_uncertainty_and_says_so),
        cmocka_unit_test(controls_that_cannot_be_told_from_treated_are_trimmed),
        cmocka_unit_test(bad_questions_and_data_are_refused_with_a_reason),
        cmocka_unit_test(bad_options_are_refused_before_data_are_read),
        cmocka_unit_test(kinds_of_errors_that_contradict_are_refused),
        cmocka_unit_test(a_text_with_too_many_words_is_refused),
        cmocka_unit_test(more_warnings_than_fit_are_counted),
        cmocka_unit_test(a_panel_in_dates_says_that_its_periods_are_dates),
        cmocka_unit_test(names_read_back_as_what_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
