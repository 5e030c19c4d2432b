/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/report/grade_int.h"

#include "fixture_test_int.h"

/* The grade of an example and whether a reason is among those that took a step. */
static struct report_grade grade_in(const struct report_example *x)
{
    struct err_info info;
    struct report_view v;
    struct report_grade g;
    assert_int_equal(view_open(&v, LANG_EN, &x->in, &info), OK);
    assert_true(grade_of(&v, 0, &g));
    view_close(&v);
    return g;
}

static bool took(const struct report_grade *g, const char *reason)
{
    for (size_t i = 0; i < g->n; i++)
        if (strcmp(g->reason[i], reason) == 0)
            return true;
    return false;
}

/* An example without any weakness. */
static void make_sound(struct report_example *x)
{
    struct effect_diagnostics *d = &x->results[0].diagnostics;
    x->in.seal.frozen = true;
    d->pretest_p = 0.5;
    d->n_treated = d->n_control = 1000;
    d->n_dropped_missing = 0;
    x->in.n_analyses = 1;
    x->results[0].n_balance = 0;
}

static void designs_start_where_the_rule_says(void **state)
{
    struct report_example *x = *state;
    struct effect_spec *s = &x->results[0].spec;
    make_sound(x);

    assert_int_equal(grade_in(x).step, 4);
    x->in.study.randomised = true;
    assert_int_equal(grade_in(x).step, 5);
    x->in.study.randomised = false;
    s->method = EFFECT_DOUBLY_ROBUST;
    s->unit = s->time = STR("");
    s->n_covariates = 1;
    x->estimates[0][0] = (struct effect_estimate){
        .estimate = -1160, .standard_error = 265, .ci_low = -1679, .ci_high = -641, .p = 0.001};
    x->results[0].n_estimates = 1;
    assert_int_equal(grade_in(x).step, 3);
    s->n_covariates = 0;
    assert_int_equal(grade_in(x).step, 2);
}

static void each_weakness_takes_one_step(void **state)
{
    struct report_example *x = *state;
    struct effect_diagnostics *d = &x->results[0].diagnostics;
    struct effect_look placebo = {.kind = EFFECT_LOOK_PLACEBO_START, .ci_low = 1, .ci_high = 2};
    struct effect_look control = {.kind = EFFECT_LOOK_UNAFFECTED, .ci_low = -2, .ci_high = -1};
    struct effect_teams teams = {.rule = EFFECT_ANALYTIC, .few = 7};
    struct report_grade g;
    make_sound(x);

    x->in.seal.frozen = false;
    g = grade_in(x);
    assert_true(g.step == 3 && took(&g, "report.grade-exploratory"));
    x->results[0].looks = &placebo;
    x->results[0].n_looks = 1;
    g = grade_in(x);
    assert_true(g.step == 2 && took(&g, "report.grade-before"));
    x->results[0].looks = &control;
    g = grade_in(x);
    assert_true(g.step == 2 && took(&g, "report.grade-control"));
    x->results[0].n_looks = 0;
    x->results[0].teams = &teams;
    d->n_rows = 100;
    d->n_dropped_missing = 21;
    g = grade_in(x);
    assert_true(g.step == 1 && took(&g, "report.grade-few") && took(&g, "report.grade-loss"));
    d->pretest_p = 0.01;
    assert_int_equal(grade_in(x).step, 1);
    x->results[0].teams = NULL;
}

/* Also unasked, when there are effects by period; when there are none, that is said. */
static void an_effect_that_small_trends_undo_takes_a_step(void **state)
{
    struct report_example *x = *state;
    struct effect_honesty_summary honesty = {.is_fragile = true};
    out o;
    make_sound(x);

    struct report_grade g = grade_in(x);
    assert_true(g.step == 4 && !g.n);
    assert_string_equal(g.unseen, "report.grade-unseen-fragile");
    assert_contains(page_of(&x->in, LANG_EN, &o), "Not looked at");
    out_free(&o);
    x->results[0].honesty = &honesty;
    g = grade_in(x);
    assert_true(g.step == 3 && took(&g, "report.grade-fragile") && !g.unseen);
    assert_lacks(page_of(&x->in, LANG_EN, &o), "Not looked at");
    out_free(&o);
    honesty.is_fragile = false;
    assert_int_equal(grade_in(x).step, 4);
    honesty.is_fragile = true;
    report_example_shift(x, 0, 1160); /* nothing is there to be undone */
    g = grade_in(x);
    assert_true(g.step == 4 && !g.unseen);
}

static void an_effect_and_its_absence_are_graded_alike(void **state)
{
    struct report_example *x = *state;
    make_sound(x);
    const int with_effect = grade_in(x).step;

    report_example_shift(x, 0, 1160);

    assert_int_equal(grade_in(x).step, with_effect);
}

static void another_computation_disagrees_when_neither_holds_the_other(void **state)
{
    struct report_example *x = *state;
    make_sound(x);
    x->in.n_analyses = sizeof x->analyses / sizeof *x->analyses;
    struct report_grade g = grade_in(x);
    assert_false(took(&g, "report.grade-disagree"));

    report_example_shift(x, 2, 5000);

    g = grade_in(x);
    assert_true(took(&g, "report.grade-disagree"));
}

static void the_page_says_what_would_overturn_the_answer(void **state)
{
    struct report_example *x = *state;
    out o;

    assert_contains(page_of(&x->in, LANG_NL, &o), "Wat zou dit omverwerpen");
    out_free(&o);
    assert_lacks(page_of(&x->in, LANG_EN, &o), "This study finds an effect of €");
    out_free(&o);
    report_example_shift(x, 0, 1160);
    assert_contains(page_of(&x->in, LANG_EN, &o), "This study finds an effect of €");
    out_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(designs_start_where_the_rule_says),
        TEST(each_weakness_takes_one_step),
        TEST(an_effect_that_small_trends_undo_takes_a_step),
        TEST(an_effect_and_its_absence_are_graded_alike),
        TEST(another_computation_disagrees_when_neither_holds_the_other),
        TEST(the_page_says_what_would_overturn_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
