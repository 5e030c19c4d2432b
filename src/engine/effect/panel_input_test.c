/* SPDX-License-Identifier: EUPL-1.2 */
/* Panels with bad input: refused with a reason, or computed with a warning; nothing in between. */
#include "engine/effect/panel_test_int.h"

#include "base/i18n.h"

#include <stdio.h>

static void assert_value(const struct msg *m, size_t i, const char *text)
{
    assert_int_equal(m->arg[i].n, strlen(text));
    assert_memory_equal(m->text + m->arg[i].at, text, strlen(text));
}

/* The error of a run that must fail. */
static struct err_info refuse(const char *text, const struct effect_spec *s)
{
    struct err_info info;
    struct effect_result *r = NULL;
    table *t = parse_table(text);
    assert_int_equal(effect_run(t, s, NULL, NULL, &r, &info), E_INPUT);
    assert_null(r);
    table_free(t);
    return info;
}

#define HEAD "id,t,g,y\n"
/* Two treated from period 2 of 2, two never. */
#define PAIR                                                                                       \
    HEAD "a,1,2,1\na,2,2,5\nb,1,2,2\nb,2,2,4\n"                                                    \
         "c,1,0,1\nc,2,0,2\nd,1,0,3\nd,2,0,3\n"

static void a_person_twice_in_a_period_is_named(void **state)
{
    (void)state;
    const struct effect_spec s = did_spec();

    const struct err_info info = refuse(PAIR "c,2,0,9\n", &s);

    assert_string_equal(info.msg.key, "panel.duplicate");
    assert_value(&info.msg, 0, "c");
    assert_value(&info.msg, 1, "2");
}

static void values_are_named_as_they_were_written(void **state)
{
    (void)state;
    const struct effect_spec s = did_spec();

    const struct err_info info = refuse(HEAD "2.5,2024-01-01,2024-02-01,1\n"
                                             "2.5,2024-02-01,2024-02-01,2\n"
                                             "7,2024-01-01,2024-02-01,2\n"
                                             "2.5,2024-02-01,2024-02-01,2\n",
                                        &s);

    assert_string_equal(info.msg.key, "panel.duplicate");
    assert_value(&info.msg, 0, "2.5");
    assert_value(&info.msg, 1, "2024-02-01");
}

static void treatment_that_switches_off_is_named(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    s.first_treated = STR("");
    s.treatment = STR("d");

    const struct err_info info = refuse("id,t,d,y\na,1,0,1\na,2,1,1\na,3,0,1\n"
                                        "b,1,0,1\nb,2,0,1\nb,3,0,2\n",
                                        &s);

    assert_string_equal(info.msg.key, "panel.switches-off");
    assert_value(&info.msg, 0, "a");
    assert_value(&info.msg, 1, "d");
}

static void treatment_other_than_zero_or_one_is_refused(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    s.first_treated = STR("");
    s.treatment = STR("d");

    assert_refused("id,t,d,y\na,1,0,1\na,2,2,1\nb,1,0,1\nb,2,0,1\n", &s,
                   "panel.treatment-not-binary");
    assert_refused("id,t,d,y\na,1,0,1\na,2,,1\nb,1,0,1\nb,2,0,1\n", &s,
                   "panel.treatment-not-binary");
    assert_refused("id,t,d,y\na,1,no,1\na,2,yes,1\nb,1,no,1\nb,2,no,1\n", &s,
                   "panel.treatment-not-binary");
}

static void a_start_that_varies_within_a_person_is_named(void **state)
{
    (void)state;
    const struct effect_spec s = did_spec();

    const struct err_info info = refuse(HEAD "a,1,2,1\na,2,3,5\nc,1,0,1\nc,2,0,2\n", &s);

    assert_string_equal(info.msg.key, "panel.start-varies");
    assert_value(&info.msg, 0, "a");
}

static void an_empty_start_needs_to_be_declared(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    const char *text = HEAD "a,1,2,1\na,2,2,5\nb,1,2,1\nb,2,2,3\nc,1,,1\nc,2,,2\nd,1,,1\nd,2,,1\n";

    const struct err_info info = refuse(text, &s);
    s.has_never = true;
    s.never = 9999;
    table *t = parse_table(text);
    struct effect_result *r = run_on(t, &s, NULL);

    assert_string_equal(info.msg.key, "panel.start-empty");
    assert_value(&info.msg, 0, "c");
    assert_near(effect_find(r, EFFECT_SIMPLE)->estimate, 3 - 0.5, 1e-14);
    effect_result_free(r);
    table_free(t);
}

static void never_is_zero_infinity_or_a_given_value(void **state)
{
    (void)state;
    static const char *const never[] = {"0", "Inf", "9999"};
    for (size_t i = 0; i < 3; i++) {
        out o;
        out_init(&o, 4096);
        out_cstr(&o, HEAD "a,1,2,1\na,2,2,5\nb,1,2,1\nb,2,2,3\n");
        for (size_t row = 0; row < 4; row++) {
            out_cstr(&o, (const char *const[]){"c,1,", "c,2,", "d,1,", "d,2,"}[row]);
            out_cstr(&o, never[i]);
            out_cstr(&o, (const char *const[]){",1\n", ",2\n", ",1\n", ",1\n"}[row]);
        }
        out_char(&o, '\0');
        struct effect_spec s = did_spec();
        s.has_never = i == 2;
        s.never = 9999;
        table *t = parse_table(out_view(&o).p);

        struct effect_result *r = run_on(t, &s, NULL);

        assert_near(effect_find(r, EFFECT_SIMPLE)->estimate, 3 - 0.5, 1e-14);
        assert_int_equal(r->diagnostics.n_control, 2);
        effect_result_free(r);
        table_free(t);
        out_free(&o);
    }
}

static void a_design_without_controls_is_refused(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    const char *all_treated = HEAD "a,1,2,1\na,2,2,5\nb,1,2,1\nb,2,2,3\n";

    assert_refused(all_treated, &s, "panel.no-never-treated");
    s.control = EFFECT_NOT_YET;
    assert_refused(all_treated, &s, "panel.no-controls");
}

static void a_design_without_starts_is_refused(void **state)
{
    (void)state;
    const struct effect_spec s = did_spec();

    assert_refused(HEAD "c,1,0,1\nc,2,0,2\n", &s, "panel.no-starts");
    assert_refused(HEAD "a,1,1,1\na,2,1,2\nc,1,0,1\nc,2,0,2\n", &s, "panel.no-starts");
    assert_refused(HEAD "a,1,9,1\na,2,9,2\nc,1,0,1\nc,2,0,2\n", &s, "panel.no-starts");
}

static void a_design_without_a_period_before_is_refused(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    assert_refused(HEAD "a,1,2,1\nb,1,0,1\n", &s, "panel.one-period");
    s.anticipation = 1;
    assert_refused(PAIR, &s, "panel.no-period-before");
}

static void columns_that_hold_the_wrong_thing_are_refused(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    assert_refused("id,t,g,y\na,early,2,1\na,late,2,2\nc,early,0,1\nc,late,0,1\n", &s,
                   "panel.time-is-text");
    assert_refused("id,t,g,y\na,1,2,low\na,2,2,high\nc,1,0,low\nc,2,0,low\n", &s,
                   "panel.not-a-number");
    assert_refused("id,t,g,y\na,1,soon,1\na,2,soon,1\nc,1,0,2\nc,2,0,2\n", &s,
                   "panel.start-not-a-period");
    assert_refused("id,t,g,y\n,1,2,1\na,2,2,1\nc,1,0,2\nc,2,0,2\n", &s, "panel.unit-empty");
    assert_refused("id,t,g,y\na,,2,1\na,2,2,1\nc,1,0,2\nc,2,0,2\n", &s, "panel.time-empty");
    s.anticipation = 2000;
    assert_refused(PAIR, &s, "panel.anticipation");
}

static void an_outcome_that_is_missing_everywhere_is_refused(void **state)
{
    (void)state;
    const struct effect_spec s = did_spec();

    assert_refused(HEAD "a,1,2,\na,2,2,\nc,1,0,\nc,2,0,\n", &s, "panel.all-missing");
}

static void infinite_and_huge_numbers_are_refused(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    assert_refused(HEAD "a,1,2,1e308\na,2,2,1\nc,1,0,2\nc,2,0,3\n", &s, "panel.not-finite");
    assert_refused(HEAD "a,1,2,1e200\na,2,2,1\nc,1,0,2\nc,2,0,3\n", &s, "panel.not-finite");
    s.covariates[s.n_covariates++] = STR("x");
    assert_refused("id,t,g,y,x\na,1,2,1,-1e300\na,2,2,1,1\nc,1,0,2,1\nc,2,0,3,1\n", &s,
                   "panel.not-finite");
}

static void weights_below_zero_or_absent_are_refused(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    s.weights = STR("w");

    assert_refused("id,t,g,y,w\na,1,2,1,-1\na,2,2,2,1\nc,1,0,1,1\nc,2,0,1,1\n", &s,
                   "panel.weight-negative");
    assert_refused("id,t,g,y,w\na,1,2,1,\na,2,2,2,1\nc,1,0,1,1\nc,2,0,1,1\n", &s,
                   "panel.weight-empty");
    assert_refused("id,t,g,y,w\na,1,2,1,0\na,2,2,2,0\nc,1,0,1,0\nc,2,0,1,0\n", &s,
                   "panel.no-weight");
}

static void a_person_who_changes_cluster_is_named(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    s.cluster = STR("team");

    const struct err_info info = refuse("id,t,g,y,team\na,1,2,1,x\na,2,2,2,x\nc,1,0,1,x\n"
                                        "c,2,0,1,z\n",
                                        &s);

    assert_string_equal(info.msg.key, "panel.cluster-varies");
    assert_value(&info.msg, 0, "c");
    assert_value(&info.msg, 1, "team");
}

static void persons_treated_from_the_first_period_on_are_counted(void **state)
{
    (void)state;
    const struct effect_spec s = did_spec();
    table *t = parse_table(PAIR "e,1,1,7\ne,2,1,90\n");

    struct effect_result *r = run_on(t, &s, NULL);

    assert_int_equal(r->diagnostics.n_always_treated, 1);
    assert_int_equal(r->diagnostics.n_units, 4);
    assert_true(has_warning(r, "panel.always-treated"));
    assert_true(has_warning(r, "panel.few-units"));
    assert_near(effect_find(r, EFFECT_SIMPLE)->estimate, 3 - 0.5, 1e-14);
    effect_result_free(r);
    table_free(t);
}

static void lost_persons_are_counted_by_comparison(void **state)
{
    (void)state;
    const struct effect_spec s = did_spec();
    table *t = parse_table(HEAD "a,1,3,1\na,2,3,2\na,3,3,5\n"
                                "b,1,3,1\nb,3,3,6\n" /* not seen in 2 */
                                "c,1,0,1\nc,2,0,2\nc,3,0,3\n"
                                "d,1,0,1\nd,2,0,\nd,3,0,2\n" /* no outcome in 2 */
                                "e,2,0,4\ne,3,0,5\n");       /* not seen in 1 */

    struct effect_result *r = run_on(t, &s, NULL);

    const struct effect_estimate *before = estimate_at(r, EFFECT_GROUP_TIME, 3, 2, NAN);
    assert_int_equal(before->n_lost, 3);
    assert_int_equal(before->n_treated, 1);
    assert_int_equal(before->n_control, 1);
    const struct effect_estimate *after = estimate_at(r, EFFECT_GROUP_TIME, 3, 3, NAN);
    assert_int_equal(after->n_lost, 2);
    assert_near(after->estimate, (5 - 2) - ((3 - 2) + (5 - 4)) / 2.0, 1e-14);
    assert_int_equal(r->diagnostics.n_unbalanced, 3);
    assert_int_equal(r->diagnostics.n_dropped_missing, 1);
    assert_int_equal(r->diagnostics.n_used, r->diagnostics.n_rows - 1);
    assert_true(has_warning(r, "panel.unbalanced"));
    assert_true(has_warning(r, "panel.rows-missing"));
    effect_result_free(r);
    table_free(t);
}

static void a_start_before_all_time_is_refused(void **state)
{
    (void)state;
    const struct effect_spec s = did_spec();

    assert_refused("id,t,g,y\n1,1,-Inf,1\n1,2,-Inf,2\n2,1,0,1\n2,2,0,1\n", &s,
                   "panel.start-not-a-period");
}

static void every_constant_covariate_is_counted(void **state)
{
    (void)state;
    enum { CONSTANT = 40 };
    static char name[CONSTANT][8];
    struct effect_spec s = did_spec();
    out text;
    out_init(&text, 1 << 16);
    out_cstr(&text, "id,t,g,y");
    for (int j = 0; j < CONSTANT; j++) {
        snprintf(name[j], sizeof name[j], "c%d", j);
        s.covariates[s.n_covariates++] = str_of(name[j]);
        out_char(&text, ',');
        out_cstr(&text, name[j]);
    }
    for (int row = 0; row < 120; row++) {
        char line[64];
        const int id = row / 2, year = row % 2;
        snprintf(line, sizeof line, "\n%d,%d,%d,%d", id, 2001 + year, id % 2 ? 2002 : 0,
                 row * row % 7);
        out_cstr(&text, line);
        for (int j = 0; j < CONSTANT; j++)
            out_cstr(&text, ",1");
    }
    out_char(&text, '\0');
    table *t = parse_table(text.p);

    struct effect_result *r = run_on(t, &s, NULL);

    assert_int_equal(r->n_warnings, EFFECT_WARNINGS_MAX);
    assert_int_equal(r->n_unsaid, CONSTANT - EFFECT_WARNINGS_MAX + 1);
    assert_string_equal(r->warnings[0].key, "panel.constant-covariate");
    effect_result_free(r);
    table_free(t);
    out_free(&text);
}

static void a_constant_covariate_is_left_out_by_name(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    s.covariates[s.n_covariates++] = STR("x");
    table *t = parse_table("id,t,g,y,x\na,1,2,1,7\na,2,2,5,7\nb,1,2,2,7\nb,2,2,4,7\n"
                           "c,1,0,1,7\nc,2,0,2,7\nd,1,0,3,7\nd,2,0,3,7\n");

    struct effect_result *r = run_on(t, &s, NULL);

    assert_string_equal(r->warnings[0].key, "panel.constant-covariate");
    assert_value(&r->warnings[0], 0, "x");
    assert_near(effect_find(r, EFFECT_SIMPLE)->estimate, 3 - 0.5, 1e-14);
    effect_result_free(r);
    table_free(t);
}

static void one_cluster_is_refused(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    s.cluster = STR("team");

    const struct err_info info =
        refuse("id,t,g,y,team\na,1,2,1,x\na,2,2,5,x\nb,1,2,2,x\nb,2,2,4,x\n"
               "c,1,0,1,x\nc,2,0,2,x\nd,1,0,3,x\nd,2,0,3,x\n",
               &s);

    assert_string_equal(info.msg.key, "effect.one-cluster");
    assert_value(&info.msg, 0, "team");
}

static void an_outcome_that_never_changes_is_told(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    const char *text =
        HEAD "a,1,2,1\na,2,2,1\nb,1,2,1\nb,2,2,1\nc,1,0,1\nc,2,0,1\nd,1,0,1\nd,2,0,1\n";
    table *t = parse_table(text);

    struct effect_result *r = run_on(t, &s, NULL);
    s.method = EFFECT_TWFE;
    struct effect_result *two_way = run_on(t, &s, NULL);

    assert_true(has_warning(r, "effect.exact-fit"));
    assert_true(has_warning(two_way, "effect.exact-fit"));
    effect_result_free(r);
    effect_result_free(two_way);
    table_free(t);
}

static void few_clusters_are_told(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    s.cluster = STR("team");
    table *t = parse_table("id,t,g,y,team\na,1,2,1,p\na,2,2,5,p\nb,1,2,2,p\nb,2,2,4,p\n"
                           "c,1,0,1,q\nc,2,0,2,q\nd,1,0,3,r\nd,2,0,3,r\n");

    struct effect_result *r = run_on(t, &s, NULL);

    assert_true(has_warning(r, "effect.few-clusters-settled"));
    assert_true(has_warning(r, "panel.cohort-in-one-cluster"));
    effect_result_free(r);
    table_free(t);
}

static bool is_cancelled(void *ctx)
{
    (void)ctx;
    return true;
}

static void cancelled_work_hands_out_nothing(void **state)
{
    (void)state;
    const struct progress p = {.cancelled = is_cancelled};
    const struct effect_spec s = did_spec();
    struct effect_result *r = NULL;
    struct err_info info;
    table *t = parse_table(PAIR);

    const err e = effect_run(t, &s, NULL, &p, &r, &info);

    assert_int_equal(e, E_CANCELLED);
    assert_null(r);
    table_free(t);
}

/* Each message a panel can give is there in both languages. */
static void every_message_is_translated(void **state)
{
    (void)state;
    static const char *const key[] = {"panel.no-start-column",
                                      "panel.anticipation",
                                      "panel.no-rows",
                                      "panel.unit-empty",
                                      "panel.time-empty",
                                      "panel.cluster-empty",
                                      "panel.time-is-text",
                                      "panel.one-period",
                                      "panel.too-many-periods",
                                      "panel.duplicate",
                                      "panel.start-not-a-period",
                                      "panel.start-empty",
                                      "panel.start-varies",
                                      "panel.treatment-not-binary",
                                      "panel.switches-off",
                                      "panel.no-starts",
                                      "panel.no-never-treated",
                                      "panel.cluster-varies",
                                      "panel.no-weight",
                                      "panel.not-finite",
                                      "panel.weight-empty",
                                      "panel.weight-negative",
                                      "panel.not-a-number",
                                      "panel.all-missing",
                                      "panel.too-many-columns",
                                      "panel.too-many-cells",
                                      "panel.no-period-before",
                                      "panel.no-controls",
                                      "panel.no-treated",
                                      "panel.separation",
                                      "panel.no-maximum",
                                      "panel.no-overlap",
                                      "panel.not-computable",
                                      "panel.cell-failed",
                                      "panel.no-cells",
                                      "panel.always-treated",
                                      "panel.start-after-end",
                                      "panel.rows-missing",
                                      "panel.unbalanced",
                                      "panel.constant-covariate",
                                      "panel.constant-word",
                                      "panel.last-cohort-is-control",
                                      "panel.trimmed",
                                      "panel.cells-failed",
                                      "panel.cells-dropped",
                                      "panel.few-units",
                                      "panel.cohort-in-one-cluster",
                                      "panel.step-build",
                                      "panel.step-cells"};
    for (size_t i = 0; i < sizeof key / sizeof *key; i++)
        for (int lang = 0; lang < LANG_COUNT; lang++)
            if (!tr_has((enum lang)lang, key[i]))
                fail_msg("%s has no translation", key[i]);
}

static void every_limit_is_an_error(void **state)
{
    (void)state;
    const struct effect_spec s = did_spec();
    out o;
    out_init(&o, 1 << 20);
    out_cstr(&o, HEAD);
    for (int t = 1; t <= 1001; t++) {
        out_cstr(&o, "a,");
        out_int(&o, t);
        out_cstr(&o, ",2,1\n");
    }
    out_char(&o, '\0');

    assert_refused(out_view(&o).p, &s, "panel.too-many-periods");
    out_clear(&o);
    out_cstr(&o, HEAD);
    for (int i = 2; i <= 100; i++)
        for (int t = 1; t <= 100; t++) {
            out_int(&o, i);
            out_char(&o, ',');
            out_int(&o, t);
            out_char(&o, ',');
            out_int(&o, i < 100 ? i : 0);
            out_cstr(&o, ",1\n");
        }
    out_char(&o, '\0');
    assert_refused(out_view(&o).p, &s, "panel.too-many-cells");
    out_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_twice_in_a_period_is_named),
        cmocka_unit_test(values_are_named_as_they_were_written),
        cmocka_unit_test(treatment_that_switches_off_is_named),
        cmocka_unit_test(treatment_other_than_zero_or_one_is_refused),
        cmocka_unit_test(a_start_that_varies_within_a_person_is_named),
        cmocka_unit_test(an_empty_start_needs_to_be_declared),
        cmocka_unit_test(never_is_zero_infinity_or_a_given_value),
        cmocka_unit_test(a_design_without_controls_is_refused),
        cmocka_unit_test(a_design_without_starts_is_refused),
        cmocka_unit_test(a_design_without_a_period_before_is_refused),
        cmocka_unit_test(columns_that_hold_the_wrong_thing_are_refused),
        cmocka_unit_test(an_outcome_that_is_missing_everywhere_is_refused),
        cmocka_unit_test(infinite_and_huge_numbers_are_refused),
        cmocka_unit_test(weights_below_zero_or_absent_are_refused),
        cmocka_unit_test(a_person_who_changes_cluster_is_named),
        cmocka_unit_test(persons_treated_from_the_first_period_on_are_counted),
        cmocka_unit_test(lost_persons_are_counted_by_comparison),
        cmocka_unit_test(a_constant_covariate_is_left_out_by_name),
        cmocka_unit_test(a_start_before_all_time_is_refused),
        cmocka_unit_test(every_constant_covariate_is_counted),
        cmocka_unit_test(one_cluster_is_refused),
        cmocka_unit_test(an_outcome_that_never_changes_is_told),
        cmocka_unit_test(few_clusters_are_told),
        cmocka_unit_test(cancelled_work_hands_out_nothing),
        cmocka_unit_test(every_message_is_translated),
        cmocka_unit_test(every_limit_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
