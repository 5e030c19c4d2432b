/* SPDX-License-Identifier: EUPL-1.2 */
/* What cannot be compressed, or not be estimated from sums. */
#include "engine/effect/compress_test_int.h"

static void assert_not_compressed(const char *text, const struct effect_spec *s, const char *key)
{
    struct err_info info;
    compressed *untouched = (compressed *)(uintptr_t)7, *c = untouched;
    table *t = parse_table(text);

    const err e = compressed_from_table(t, s, &s->outcome, 1, NULL, NULL, &c, &info);

    assert_true(e == E_INPUT);
    assert_string_equal(info.msg.key, key);
    assert_ptr_equal(c, untouched);
    table_free(t);
}

static void movers_are_refused_with_their_number(void **state)
{
    (void)state;
    struct made_panel m = usual_panel(1);
    m.movers = 4;
    m.absent = 0;
    struct err_info info;
    compressed *c;
    struct effect_spec s = team_spec(EFFECT_TWFE);
    s.first_treated = STR("");
    s.treatment = STR("d");
    m.start[0] = m.start[1] = 0; /* so that nothing else is wrong */
    table *t = panel_of(&m);

    assert_int_equal(compressed_from_table(t, &s, &s.outcome, 1, NULL, NULL, &c, &info), E_INPUT);

    assert_string_equal(info.msg.key, "compress.movers");
    assert_int_equal(info.msg.arg[0].i, 4);
    assert_int_equal(info.msg.arg[1].i, MADE_TEAMS * MADE_TEAM_SIZE);
    table_free(t);
}

static void rows_that_no_team_can_stand_for_are_refused(void **state)
{
    (void)state;
    struct effect_spec by_start = team_spec(EFFECT_TWFE), by_switch = by_start, weighted = by_start;
    by_switch.first_treated = STR("");
    by_switch.treatment = STR("d");
    weighted.weights = STR("w");
    assert_not_compressed("id,t,g,y,team\n1,1,2,5,a\n1,2,2,6,a\n2,1,0,5,a\n2,2,0,6,a\n", &by_start,
                          "compress.start-varies");
    assert_not_compressed("id,t,d,y,team\n1,1,0,5,a\n1,2,1,6,a\n2,1,0,5,a\n2,2,0,6,a\n", &by_switch,
                          "compress.treatment-varies");
    assert_not_compressed("id,t,d,y,team\n1,1,0,5,a\n1,2,1,6,a\n1,3,0,6,a\n", &by_switch,
                          "compress.treatment-ends");
    assert_not_compressed("id,t,d,y,team\n1,1,0,5,a\n1,2,7,6,a\n", &by_switch,
                          "panel.treatment-not-binary");
    assert_not_compressed("id,t,g,y,team\n1,1,2,5,a\n1,1,2,6,a\n1,2,2,6,a\n", &by_start,
                          "panel.duplicate");
    assert_not_compressed("id,t,g,y,team\n1,1,2,5,a\n1,2,2,6,\n", &by_start, "panel.cluster-empty");
    assert_not_compressed("id,t,g,y,team\n1,1,2,5,a\n,2,2,6,a\n", &by_start, "panel.unit-empty");
    assert_not_compressed("id,t,g,y,team\n1,1,2,5,a\n1,2,,6,a\n", &by_start, "panel.start-empty");
    assert_not_compressed("id,t,g,y,team\n1,1,2,,a\n1,2,2,,a\n", &by_start, "effect.column-empty");
    assert_not_compressed("id,t,g,y,team\n1,1,2,many,a\n1,2,2,few,a\n", &by_start,
                          "table.text-not-number");
    assert_not_compressed("id,t,g,y,team\n1,1,2,1e200,a\n1,2,2,0,a\n", &by_start,
                          "effect.number-too-large");
    assert_not_compressed("id,t,g,y,team,w\n1,1,2,1,a,-1\n1,2,2,0,a,1\n", &weighted,
                          "panel.weight-negative");
    assert_not_compressed("id,t,g,y,team,w\n1,1,2,1,a,\n1,2,2,0,a,1\n", &weighted,
                          "panel.weight-empty");
    assert_not_compressed("id,t,g,y,team,w\n1,1,2,1,a,0\n1,2,2,0,a,0\n", &weighted,
                          "effect.no-complete-rows");
}

static void assert_not_estimated(const struct made_panel *m, const struct effect_spec *s,
                                 const char *key)
{
    struct err_info info;
    struct effect_result *r;
    const struct effect_spec usual = team_spec(EFFECT_TWFE);
    table *t = panel_of(m);
    compressed *c = compressed_of(t, &usual, NULL);

    assert_int_equal(effect_run_compressed(c, s, NULL, NULL, &r, &info), E_INPUT);

    assert_string_equal(info.msg.key, key);
    compressed_free(c);
    table_free(t);
}

static void what_sums_do_not_tell_is_refused(void **state)
{
    (void)state;
    const struct made_panel m = usual_panel(1);
    const struct effect_spec usual = team_spec(EFFECT_TWFE);
    struct effect_spec s = usual;
    s.method = EFFECT_DID;
    assert_not_estimated(&m, &s, "compress.method-not-here");
    s = usual;
    s.cluster = STR("id");
    assert_not_estimated(&m, &s, "compress.other-role");
    s = usual;
    s.outcome = STR("z");
    assert_not_estimated(&m, &s, "compress.no-outcome");
    s = usual;
    s.covariates[s.n_covariates++] = STR("x");
    assert_not_estimated(&m, &s, "compress.no-covariate");
    s = usual;
    s.fixed_effects[s.n_fixed_effects++] = STR("word");
    assert_not_estimated(&m, &s, "compress.option-not-here");
}

static void designs_without_a_comparison_are_refused(void **state)
{
    (void)state;
    struct made_panel m = usual_panel(1);
    struct effect_spec s = team_spec(EFFECT_TWFE);
    memset(m.start, 0, sizeof m.start);
    assert_not_estimated(&m, &s, "twfe.treatment-constant");
    for (size_t g = 0; g < MADE_TEAMS; g++)
        m.start[g] = 4;
    assert_not_estimated(&m, &s, "twfe.treatment-collinear");
    s.method = EFFECT_SUNAB;
    assert_not_estimated(&m, &s, "twfe.no-never-treated");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(movers_are_refused_with_their_number),
        cmocka_unit_test(rows_that_no_team_can_stand_for_are_refused),
        cmocka_unit_test(what_sums_do_not_tell_is_refused),
        cmocka_unit_test(designs_without_a_comparison_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
