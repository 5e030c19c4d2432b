/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/effect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
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

static void companions_rest_on_something_else_than_the_main_estimate_and_each_other(void **state)
{
    (void)state;
    const enum effect_method methods[] = {EFFECT_DID,      EFFECT_DOUBLY_ROBUST,
                                          EFFECT_TWFE,     EFFECT_REGRESSION,
                                          EFFECT_MATCHING, EFFECT_BALANCING};
    for (size_t m = 0; m < sizeof methods / sizeof *methods; m++)
        for (int panel = 0; panel <= 1; panel++) {
            struct effect_result r = {.diagnostics = {.n_starts = 2, .n_never = 9}};
            struct effect_companion list[EFFECT_COMPANIONS_MAX];
            effect_spec_init(&r.spec);
            r.spec.method = methods[m];
            r.spec.covariates[r.spec.n_covariates++] = STR("x");
            r.spec.subgroups[r.spec.n_subgroups++] = STR("x");
            r.spec.honesty = EFFECT_RELATIVE;
            if (panel)
                r.spec.unit = r.spec.time = r.spec.first_treated = STR("c");

            const size_t n = effect_companions(&r, list);

            assert_in_range(n, 1, EFFECT_COMPANIONS_MAX);
            for (size_t i = 0; i < n; i++) {
                assert_true(effect_is_independent(&list[i].spec, &r.spec));
                for (size_t j = 0; j < i; j++)
                    assert_true(effect_is_independent(&list[i].spec, &list[j].spec));
                assert_int_equal(list[i].spec.n_subgroups + list[i].spec.honesty, 0);
                assert_true(list[i].spec.no_placebo_start);
            }
        }
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
        cmocka_unit_test(companions_rest_on_something_else_than_the_main_estimate_and_each_other),
        cmocka_unit_test(two_bare_groups_have_no_companion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
