/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/effect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct err_info info;
static struct effect_spec spec;
static arena *memory;

static int set_up(void **state)
{
    (void)state;
    effect_spec_init(&spec);
    memory = arena_new(1 << 20);
    return memory ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(memory);
    return 0;
}

static err set(const char *name, const char *value)
{
    const str text = str_of(value);
    return effect_option_set(&spec, str_of(name), &text, 1, memory, &info);
}

static void assert_refused(const char *name, const char *value, const char *key)
{
    assert_int_not_equal(set(name, value), OK);
    assert_string_equal(info.msg.key, key);
}

static void options_of_every_kind_arrive(void **state)
{
    (void)state;

    assert_int_equal(set("outcome", "costs"), OK);
    assert_int_equal(set("method", "twfe"), OK);
    assert_int_equal(set("errors", "cr2"), OK);
    assert_int_equal(set("caliper-on", "logit"), OK);
    assert_int_equal(set("anticipation", "2"), OK);
    assert_int_equal(set("replications", "999"), OK);
    assert_int_equal(set("level", "0,9"), OK);
    assert_int_equal(set("never", "9999"), OK);
    assert_int_equal(set("caliper", "0.2"), OK);
    assert_int_equal(set("replace", ""), OK);
    assert_int_equal(set("seed", "18446744073"), OK);

    assert_true(str_eq(spec.outcome, STR("costs")));
    assert_int_equal(spec.method, EFFECT_TWFE);
    assert_true(spec.has_errors && spec.errors == EFFECT_CR2);
    assert_int_equal(spec.caliper_on, EFFECT_LOGIT);
    assert_int_equal(spec.anticipation, 2);
    assert_int_equal(spec.replications, 999);
    assert_true(spec.level == 0.9);
    assert_true(spec.has_never && spec.never == 9999);
    assert_true(spec.has_caliper && spec.caliper == 0.2);
    assert_true(spec.replace);
    assert_true(spec.seed == 18446744073);
}

static void a_flag_can_be_taken_back(void **state)
{
    (void)state;

    assert_int_equal(set("event-study", "true"), OK);
    assert_true(spec.event_study);
    assert_int_equal(set("event-study", "false"), OK);

    assert_false(spec.event_study);
}

static void a_list_keeps_its_order(void **state)
{
    (void)state;
    const str columns[] = {STR("age"), STR("re74, net"), STR("educ")};

    assert_int_equal(effect_option_set(&spec, STR("covariates"), columns, 3, memory, &info), OK);

    assert_int_equal(spec.n_covariates, 3);
    assert_true(str_eq(spec.covariates[1], STR("re74, net")));
}

static void the_method_can_be_left_to_the_rule(void **state)
{
    (void)state;

    assert_int_equal(set("method", "auto"), OK);
    assert_true(spec.choose);
    assert_int_equal(set("method", "did"), OK);

    assert_false(spec.choose);
    assert_int_equal(spec.method, EFFECT_DID);
}

static void options_with_a_form_of_their_own_are_taken_apart(void **state)
{
    (void)state;

    assert_int_equal(set("honest", "smooth:0,0.01"), OK);
    assert_int_equal(set("cut-points", "age:25, 35;educ : 9"), OK);
    assert_int_equal(set("unaffected", "class=a=b"), OK);

    assert_int_equal(spec.honesty, EFFECT_SMOOTH);
    assert_int_equal(spec.n_honest, 2);
    assert_true(spec.honest[1] == 0.01);
    assert_int_equal(spec.n_cuts, 2);
    assert_true(spec.cuts[0].n == 2 && spec.cuts[0].at[1] == 35);
    assert_true(str_eq(spec.cuts[1].covariate, STR("educ")));
    assert_true(str_eq(spec.unaffected, STR("class")));
    assert_true(str_eq(spec.unaffected_value, STR("a=b")));
}

static void wrong_values_are_told_by_name(void **state)
{
    (void)state;
    const str two[] = {STR("a"), STR("b")};
    str many[EFFECT_LOOK_COLUMNS_MAX + 1];
    for (size_t i = 0; i < sizeof many / sizeof *many; i++)
        many[i] = STR("x");

    assert_refused("outcomes", "x", "effect.option-unknown");
    assert_refused("errors", "cr9", "effect.option-not-choice");
    assert_refused("method", "magic", "effect.option-not-choice");
    assert_refused("level", "high", "effect.option-not-number");
    assert_refused("bootstrap", "-1", "effect.option-not-whole");
    assert_refused("bootstrap", "1.5", "effect.option-not-whole");
    assert_refused("ratio", "99999999999", "effect.option-not-whole");
    assert_refused("replace", "yes", "effect.option-not-flag");
    assert_refused("honest", "bold:1", "effect.honest-form");
    assert_refused("honest", "smooth:1,x", "effect.list-not-number");
    assert_refused("cut-points", "age", "effect.cut-points-form");
    assert_refused("cut-points", "age:", "effect.cut-points-form");
    assert_refused("unaffected", "=1", "effect.unaffected-form");
    assert_refused("unaffected", "class", "effect.unaffected-form");
    assert_int_equal(effect_option_set(&spec, STR("outcome"), two, 2, memory, &info), E_INPUT);
    assert_string_equal(info.msg.key, "effect.option-one-value");
    assert_int_equal(
        effect_option_set(&spec, STR("explore"), many, sizeof many / sizeof *many, memory, &info),
        E_LIMIT);
    assert_string_equal(info.msg.key, "effect.list-limit");
}

/* What `name` set to `value` is told with a method that never looks at it. */
static void assert_without_meaning(enum effect_method method, bool is_panel, const char *name,
                                   const char *value)
{
    effect_spec_init(&spec);
    spec.method = method;
    spec.outcome = STR("y");
    spec.treatment = STR("d");
    if (is_panel)
        spec.unit = spec.time = STR("t");
    assert_int_equal(effect_spec_check(&spec, &info), OK);
    assert_int_equal(set(name, value), OK);

    assert_int_equal(effect_spec_check(&spec, &info), E_INPUT);
    assert_string_equal(info.msg.key, "effect.option-without-meaning");
}

static void an_option_that_does_nothing_is_told(void **state)
{
    (void)state;
    static const char *const of_did[][2] = {{"control", "not-yet"},
                                            {"base", "universal"},
                                            {"estimator", "reg"},
                                            {"drop-failed", "true"},
                                            {"ipw", "ht"}};
    for (size_t i = 0; i < sizeof of_did / sizeof *of_did; i++) {
        assert_without_meaning(EFFECT_DIFFERENCE, false, of_did[i][0], of_did[i][1]);
        assert_without_meaning(EFFECT_TWFE, true, of_did[i][0], of_did[i][1]);
    }
    assert_without_meaning(EFFECT_DIFFERENCE, false, "anticipation", "1");
    assert_without_meaning(EFFECT_DIFFERENCE, false, "first-treated", "g");
    assert_without_meaning(EFFECT_DIFFERENCE, false, "never", "0");
    assert_without_meaning(EFFECT_WEIGHTING, false, "estimator", "reg");
}

static void the_rule_that_chooses_the_method_chooses_the_controls(void **state)
{
    (void)state;
    spec.outcome = STR("y");
    assert_int_equal(set("method", "auto"), OK);
    assert_int_equal(effect_spec_check(&spec, &info), OK);

    assert_int_equal(set("control", "not-yet"), OK);

    assert_int_equal(effect_spec_check(&spec, &info), E_INPUT);
    assert_string_equal(info.msg.key, "effect.control-with-auto");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(options_of_every_kind_arrive),
        TEST(a_flag_can_be_taken_back),
        TEST(a_list_keeps_its_order),
        TEST(the_method_can_be_left_to_the_rule),
        TEST(options_with_a_form_of_their_own_are_taken_apart),
        TEST(wrong_values_are_told_by_name),
        TEST(an_option_that_does_nothing_is_told),
        TEST(the_rule_that_chooses_the_method_chooses_the_controls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
