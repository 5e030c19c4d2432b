/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/effect.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void the_rule_looks_at_time_lottery_and_characteristics_in_that_order(void **state)
{
    (void)state;
    const struct {
        struct effect_facts facts;
        enum effect_method method;
        enum effect_control control;
        const char *why;
    } cases[] = {
        {{true, false, true, 40}, EFFECT_DID, EFFECT_NEVER, "effect.design-never"},
        {{true, true, false, 1}, EFFECT_DID, EFFECT_NEVER, "effect.design-never"},
        {{true, false, false, 0}, EFFECT_DID, EFFECT_NOT_YET, "effect.design-not-yet"},
        {{false, true, true, 0}, EFFECT_REGRESSION, EFFECT_NEVER, "effect.design-lottery"},
        {{false, true, false, 0}, EFFECT_DIFFERENCE, EFFECT_NEVER, "effect.design-lottery"},
        {{false, false, true, 0}, EFFECT_DOUBLY_ROBUST, EFFECT_NEVER, "effect.design-likes"},
        {{false, false, false, 0}, EFFECT_DIFFERENCE, EFFECT_NEVER, "effect.design-raw"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct effect_design d = effect_design_fit(&cases[i].facts);

        assert_int_equal(d.method, cases[i].method);
        assert_int_equal(d.control, cases[i].control);
        assert_string_equal(d.why, cases[i].why);
    }
}

/* ---- chosen from the data ---- */

static const char two_starts[] = "id,t,y,g,never\n"
                                 "1,1,1,2,2\n1,2,4,2,2\n1,3,5,2,2\n"
                                 "2,1,2,2,2\n2,2,4,2,2\n2,3,6,2,2\n"
                                 "3,1,1,3,3\n3,2,2,3,3\n3,3,5,3,3\n"
                                 "4,1,0,3,3\n4,2,1,3,3\n4,3,5,3,3\n"
                                 "5,1,1,3,0\n5,2,3,3,0\n5,3,3,3,0\n"
                                 "6,1,1,3,0\n6,2,1,3,0\n6,3,2,3,0\n";

static struct effect_result *run(struct effect_spec *s, const char *text)
{
    struct err_info info;
    struct effect_result *r = NULL;
    table *t = NULL;
    assert_int_equal(table_parse(str_of(text), STR("made.csv"), NULL, NULL, &t, &info), OK);
    assert_int_equal(effect_run(t, s, NULL, NULL, &r, &info), OK);
    table_free(t);
    return r;
}

static void what_is_left_to_the_rule_is_what_the_rule_says(void **state)
{
    (void)state;
    const struct {
        const char *starts;
        enum effect_control control;
    } cases[] = {{"g", EFFECT_NOT_YET}, {"never", EFFECT_NEVER}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct effect_spec s;
        effect_spec_init(&s);
        s.choose = true;
        s.outcome = STR("y");
        s.unit = STR("id");
        s.time = STR("t");
        s.first_treated = str_of(cases[i].starts);

        struct effect_result *r = run(&s, two_starts);

        assert_int_equal(r->spec.method, EFFECT_DID);
        assert_int_equal(r->spec.control, cases[i].control);
        assert_true(r->design->followed);
        effect_result_free(r);
    }
}

static void a_plan_that_chose_otherwise_is_told(void **state)
{
    (void)state;
    struct effect_spec s;
    effect_spec_init(&s);
    s.method = EFFECT_TWFE;
    s.outcome = STR("y");
    s.unit = STR("id");
    s.time = STR("t");
    s.first_treated = STR("never");

    struct effect_result *r = run(&s, two_starts);

    assert_int_equal(r->design->method, EFFECT_DID);
    assert_false(r->design->followed);
    effect_result_free(r);
}

/* ---- companions ---- */

/* Persons 1 to n of whom every third never starts; some start at 4, some at 5, of 6 periods. */
static str panel_text(char *to, size_t size, bool one_start)
{
    size_t n = 0;
    uint64_t state = 7;
    n += (size_t)snprintf(to, size, "id,t,y,g,x,z,team\n");
    for (int id = 1; id <= 90; id++)
        for (int t = 1; t <= 6; t++) {
            const int start = id % 3 == 0 ? 0 : id % 3 == 1 || one_start ? 4 : 5;
            state = state * 6364136223846793005u + 1442695040888963407u;
            const double noise = (double)(state >> 40) / (double)(1 << 24);
            n += (size_t)snprintf(to + n, size - n, "%d,%d,%.4f,%d,%d,%d,%d\n", id, t,
                                  id % 7 + t + (start && t >= start ? 2 : 0) + noise, start,
                                  id % 11, (id + t) % 4, id % 30);
        }
    return (str){to, n};
}

static void run_companions(const struct effect_spec *s, str text, size_t least)
{
    struct err_info info;
    struct effect_result *main = NULL;
    struct effect_companion list[EFFECT_COMPANIONS_MAX];
    table *t = NULL;
    assert_int_equal(table_parse(text, STR("made.csv"), NULL, NULL, &t, &info), OK);
    assert_int_equal(effect_run(t, s, NULL, NULL, &main, &info), OK);
    const double own = effect_overall(main)->estimate;

    const size_t n = effect_companions(main, list);

    assert_in_range(n, least, EFFECT_COMPANIONS_MAX);
    for (size_t i = 0; i < n; i++) {
        struct effect_result *r = NULL;
        assert_true(effect_is_independent(&list[i].spec, &main->spec));
        for (size_t j = 0; j < i; j++)
            assert_true(effect_is_independent(&list[i].spec, &list[j].spec));
        assert_int_equal(effect_run(t, &list[i].spec, NULL, NULL, &r, &info), OK);
        assert_null(effect_overall(r)->failed);
        assert_true(fabs(effect_overall(r)->estimate - 2) < 1); /* the truth */
        if (i < 2)
            assert_true(effect_overall(r)->estimate != own);
        assert_int_equal(r->n_looks + r->n_honest, 0);
        effect_result_free(r);
    }
    effect_result_free(main);
    table_free(t);
}

static struct effect_spec panel_spec(enum effect_method method)
{
    struct effect_spec s;
    effect_spec_init(&s);
    s.method = method;
    s.outcome = STR("y");
    s.unit = STR("id");
    s.time = STR("t");
    s.first_treated = STR("g");
    s.seed = 1;
    return s;
}

static void every_panel_method_has_two_companions_that_can_be_computed(void **state)
{
    (void)state;
    static char text[1 << 16];
    for (int one_start = 0; one_start <= 1; one_start++)
        for (int with_x = 0; with_x <= 1; with_x++)
            for (enum effect_method m = EFFECT_DIFFERENCE; m <= EFFECT_SUNAB; m++) {
                struct effect_spec s = panel_spec(m);
                if (with_x && m != EFFECT_DIFFERENCE && m != EFFECT_BACON)
                    s.covariates[s.n_covariates++] = STR("x");

                run_companions(&s, panel_text(text, sizeof text, one_start), 2);
            }
}

static void options_of_the_main_method_do_not_stop_its_companions(void **state)
{
    (void)state;
    static char text[1 << 16];
    const str panel = panel_text(text, sizeof text, false);
    struct effect_spec did = panel_spec(EFFECT_DID), twfe = panel_spec(EFFECT_TWFE);
    did.anticipation = 1;
    did.bootstrap = 50;
    did.drop_failed = true;
    did.base = EFFECT_UNIVERSAL;
    did.honesty = EFFECT_RELATIVE;
    did.subgroups[did.n_subgroups++] = STR("x");
    did.cluster = STR("team");
    twfe.fixed_effects[twfe.n_fixed_effects++] = STR("z");
    twfe.event_study = true;

    run_companions(&did, panel, 2);
    run_companions(&twfe, panel, 2);
}

static void options_of_matching_do_not_stop_its_companions(void **state)
{
    (void)state;
    struct effect_result r = {0};
    struct effect_companion list[EFFECT_COMPANIONS_MAX];
    struct err_info info;
    effect_spec_init(&r.spec);
    r.spec.method = EFFECT_MATCHING;
    r.spec.outcome = STR("y");
    r.spec.treatment = STR("d");
    r.spec.covariates[r.spec.n_covariates++] = STR("x");
    r.spec.ratio = 2;
    r.spec.has_caliper = r.spec.replace = true;
    r.spec.caliper = 0.2;
    r.spec.exact[r.spec.n_exact++] = STR("z");

    const size_t n = effect_companions(&r, list);

    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(effect_spec_check(&list[i].spec, &info), OK);
}

/* Without covariates there is nothing to model; with others as controls there is. */
static void what_gives_the_same_number_is_not_another_answer(void **state)
{
    (void)state;
    struct effect_spec one = panel_spec(EFFECT_DID), other = panel_spec(EFFECT_REGRESSION);
    assert_false(effect_is_independent(&one, &other));

    one.covariates[one.n_covariates++] = other.covariates[other.n_covariates++] = STR("x");
    assert_true(effect_is_independent(&one, &other));
    one.estimator = EFFECT_REG; /* the same by another name */
    assert_false(effect_is_independent(&one, &other));
}

static void fixed_effects_are_told_who_was_never_treated(void **state)
{
    (void)state;
    static char text[1 << 16];
    struct effect_spec s = panel_spec(EFFECT_TWFE);
    panel_text(text, sizeof text, false);

    struct effect_result *r = run(&s, text);

    assert_string_equal(r->design->why, "effect.design-never");
    assert_int_equal(r->diagnostics.n_never, 30);
    assert_int_equal(r->diagnostics.n_starts, 2);
    effect_result_free(r);
}

static void two_bare_groups_have_no_companion(void **state)
{
    (void)state;
    struct effect_result r = {0};
    struct effect_companion list[EFFECT_COMPANIONS_MAX];
    effect_spec_init(&r.spec);

    assert_int_equal(effect_companions(&r, list), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rule_looks_at_time_lottery_and_characteristics_in_that_order),
        cmocka_unit_test(what_is_left_to_the_rule_is_what_the_rule_says),
        cmocka_unit_test(a_plan_that_chose_otherwise_is_told),
        cmocka_unit_test(every_panel_method_has_two_companions_that_can_be_computed),
        cmocka_unit_test(options_of_the_main_method_do_not_stop_its_companions),
        cmocka_unit_test(options_of_matching_do_not_stop_its_companions),
        cmocka_unit_test(what_gives_the_same_number_is_not_another_answer),
        cmocka_unit_test(fixed_effects_are_told_who_was_never_treated),
        cmocka_unit_test(two_bare_groups_have_no_companion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
