/* SPDX-License-Identifier: EUPL-1.2 */
/* Panels in which some of those treated have nobody to be compared with. */
#include "engine/effect/panel_test_int.h"

/* Starts in 2 and 3 of 3. Covariate x tells the first to start from everyone else. */
#define SEPARATED                                                                                  \
    "id,t,g,y,x\n"                                                                                 \
    "a,1,2,1,9\na,2,2,5,9\na,3,2,5,9\nb,1,2,2,8\nb,2,2,4,8\nb,3,2,6,8\n"                           \
    "c,1,3,1,1\nc,2,3,2,1\nc,3,3,4,1\nd,1,3,3,3\nd,2,3,3,3\nd,3,3,7,3\n"                           \
    "e,1,0,1,2\ne,2,0,2,2\ne,3,0,2,2\nf,1,0,1,4\nf,2,0,1,4\nf,3,0,3,4\ng,1,0,2,0\ng,2,0,3,0\n"     \
    "g,3,0,3,0\n"

static void a_separated_comparison_empties_its_averages_only(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    s.covariates[s.n_covariates++] = STR("x");
    table *t = parse_table(SEPARATED);

    struct effect_result *r = run_on(t, &s, NULL);

    const struct effect_estimate *cell = estimate_at(r, EFFECT_GROUP_TIME, 2, 2, NAN);
    assert_string_equal(cell->failed, "panel.separation");
    assert_true(isnan(cell->estimate) && isnan(cell->standard_error));
    assert_null(estimate_at(r, EFFECT_GROUP_TIME, 3, 3, NAN)->failed);
    assert_string_equal(effect_find(r, EFFECT_SIMPLE)->failed, "panel.cell-failed");
    assert_true(isnan(effect_find(r, EFFECT_SIMPLE)->estimate));
    assert_true(isnan(r->covariance[0]));
    assert_null(estimate_at(r, EFFECT_GROUP, 3, NAN, NAN)->failed);
    assert_true(has_warning(r, "panel.cells-failed"));
    effect_result_free(r);
    table_free(t);
}

static void failed_comparisons_can_be_dropped(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    s.covariates[s.n_covariates++] = STR("x");
    s.drop_failed = true;
    table *t = parse_table(SEPARATED);

    struct effect_result *r = run_on(t, &s, NULL);

    const double cell = estimate_at(r, EFFECT_GROUP_TIME, 3, 3, NAN)->estimate;
    assert_true(isfinite(cell));
    assert_near(effect_find(r, EFFECT_SIMPLE)->estimate, cell, 1e-14);
    assert_near(effect_find(r, EFFECT_GROUP)->estimate, cell, 1e-14);
    assert_near(effect_find(r, EFFECT_CALENDAR)->estimate, cell, 1e-14);
    assert_string_equal(estimate_at(r, EFFECT_GROUP, 2, NAN, NAN)->failed, "panel.no-cells");
    assert_true(has_warning(r, "panel.cells-dropped"));
    effect_result_free(r);
    table_free(t);
}

static void separation_everywhere_is_an_error(void **state)
{
    (void)state;
    static const enum effect_estimator all[] = {EFFECT_DR, EFFECT_DR_TRADITIONAL, EFFECT_IPW};
    struct effect_spec s = did_spec();
    s.covariates[s.n_covariates++] = STR("x");
    const char *text = "id,t,g,y,x\na,1,2,1,9\na,2,2,5,9\nb,1,2,2,8\nb,2,2,4,8\n"
                       "c,1,0,1,1\nc,2,0,2,1\nd,1,0,3,2\nd,2,0,3,2\ne,1,0,3,4\ne,2,0,2,4\n";

    for (size_t i = 0; i < 3; i++) {
        s.estimator = all[i];
        assert_refused(text, &s, "panel.separation");
    }
}

/* Regression can extrapolate along a line, but not to a kind of person without controls. */
static void a_word_without_controls_cannot_be_adjusted_for(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    s.covariates[s.n_covariates++] = STR("x");
    s.estimator = EFFECT_REG;

    assert_refused("id,t,g,y,x\na,1,2,1,red\na,2,2,5,red\nb,1,2,2,blue\nb,2,2,4,blue\n"
                   "c,1,0,1,blue\nc,2,0,2,blue\nd,1,0,3,blue\nd,2,0,3,blue\n",
                   &s, "panel.no-overlap");
}

static void controls_almost_sure_to_be_treated_are_trimmed(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    s.covariates[s.n_covariates++] = STR("x");
    s.estimator = EFFECT_DR_TRADITIONAL;
    out o;
    out_init(&o, 1 << 20);
    out_cstr(&o, "id,t,g,y,x\n");
    for (int i = 0; i < 1400; i++) { /* x = 1: 999 treated, 1 control; x = 0: 100 and 300 */
        const bool is_one = i < 1000;
        const bool treated = is_one ? i > 0 : i < 1100;
        for (int t = 1; t <= 2; t++) {
            out_int(&o, i);
            out_cstr(&o, t == 1 ? ",1," : ",2,");
            out_cstr(&o, treated ? "2," : "0,");
            out_int(&o, t == 2 ? i % 5 + treated + (i == 0 ? 1000 : 0) : i % 3);
            out_cstr(&o, is_one ? ",1\n" : ",0\n");
        }
    }
    out_char(&o, '\0');
    table *t = parse_table(out_view(&o).p);

    struct effect_result *r = run_on(t, &s, NULL);

    assert_int_equal(effect_find(r, EFFECT_SIMPLE)->n_trimmed, 1);
    assert_true(has_warning(r, "panel.trimmed"));
    effect_result_free(r);
    table_free(t);
    out_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_separated_comparison_empties_its_averages_only),
        cmocka_unit_test(failed_comparisons_can_be_dropped),
        cmocka_unit_test(separation_everywhere_is_an_error),
        cmocka_unit_test(a_word_without_controls_cannot_be_adjusted_for),
        cmocka_unit_test(controls_almost_sure_to_be_treated_are_trimmed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
