/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/real.h"
#include "base/yaml.h"
#include "engine/disclosure/released.h"
#include "engine/report/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <string.h>

static struct err_info info;

/* Three cells of a panel: a number, the base period, one that failed; and one warning. */
struct bench {
    struct effect_estimate estimates[3];
    struct effect_result result;
    struct released_effect released;
    out text;
};

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    if (!b)
        return -1;
    struct effect_result *r = &b->result;
    b->released.result = r;
    effect_spec_init(&r->spec);
    r->spec.method = EFFECT_DID;
    r->spec.outcome = STR("cost \"net\"");
    r->spec.unit = STR("person");
    r->spec.time = STR("year");
    r->spec.first_treated = STR("start");
    r->spec.covariates[r->spec.n_covariates++] = STR("age");
    r->diagnostics.n_rows = 1200;
    r->diagnostics.n_used = 1180;
    r->diagnostics.propensity_sum_treated = REAL_NAN;
    r->diagnostics.pretest_statistic = 7.79;
    r->diagnostics.pretest_df = 5;
    r->diagnostics.pretest_p = 0.168;
    for (size_t i = 0; i < 3; i++)
        b->estimates[i] = (struct effect_estimate){.aggregation = EFFECT_GROUP_TIME,
                                                   .group = 2004,
                                                   .time = 2003 + (double)i,
                                                   .event_time = REAL_NAN,
                                                   .estimate = REAL_NAN,
                                                   .standard_error = REAL_NAN,
                                                   .ci_low = REAL_NAN,
                                                   .ci_high = REAL_NAN,
                                                   .band_low = REAL_NAN,
                                                   .band_high = REAL_NAN,
                                                   .p = REAL_NAN};
    b->estimates[0].estimate = -1234.5;
    b->estimates[0].standard_error = 0.25;
    b->estimates[0].ci_low = -1235;
    b->estimates[0].ci_high = -1234;
    b->estimates[0].p = 0.0001;
    b->estimates[0].n_treated = 20;
    b->estimates[1].reference = true;
    b->estimates[1].estimate = 0;
    b->estimates[2].failed = "effect.no-overlap";
    r->estimates = b->estimates;
    r->n_estimates = 3;
    msg_set(&r->warnings[0], "effect.few-clusters");
    msg_int(&r->warnings[0], 6);
    msg_text(&r->warnings[0], STR("x"));
    r->n_warnings = 1;
    out_init(&b->text, 1 << 20);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    out_free(&b->text);
    free(b);
    return 0;
}

/* JSON is YAML (1.2, sec. 1.3), so that our own reader can look at it: "a.b" is b of a. */
static const struct yaml_node *at(const struct yaml_node *node, const char *path)
{
    str rest = str_of(path), key;
    while (str_next(&rest, '.', &key))
        node = yaml_get(node, key);
    if (!node)
        fail_msg("no %s", path);
    return node;
}

static void assert_text(const struct yaml_node *root, const char *path, const char *text)
{
    assert_string_equal(at(root, path)->text.p, text);
}

static void json_has_the_shape_that_was_promised(void **state)
{
    struct bench *b = *state;
    const struct yaml_node *root;
    arena *a = arena_new(1 << 20);

    assert_int_equal(report_effect_json(&b->text, &b->released, &info), OK);

    assert_int_equal(yaml_parse(a, out_view(&b->text), STR("test"), &root, &info), OK);
    assert_text(root, "method", "did");
    assert_text(root, "inputs.outcome", "cost \"net\"");
    assert_text(root, "inputs.treatment", "null");
    assert_text(root, "inputs.errors", "null");
    assert_text(root, "inputs.ipw", "null");
    assert_text(root, "inputs.control", "never");
    assert_text(&at(root, "inputs.covariates")->item[0], "", "age");
    assert_text(root, "diagnostics.pretest.statistic", "7.79");
    assert_text(root, "diagnostics.pretest.df", "5");
    assert_text(root, "diagnostics.propensity_sum_treated", "null");
    const struct yaml_node *warning = &at(root, "warnings")->item[0];
    assert_text(warning, "key", "effect.few-clusters");
    assert_text(&at(warning, "values")->item[0], "", "6");
    assert_int_equal(at(root, "estimates")->n, 3);
    const struct yaml_node *estimate = at(root, "estimates")->item;
    assert_text(&estimate[0], "aggregation", "group-time");
    assert_text(&estimate[0], "estimate", "-1234.5");
    assert_text(&estimate[0], "group", "2004");
    assert_text(&estimate[0], "event_time", "null");
    assert_text(&estimate[0], "failed", "null");
    assert_text(&estimate[1], "reference", "true");
    assert_text(&estimate[2], "estimate", "null");
    assert_text(&estimate[2], "failed", "effect.no-overlap");
    arena_free(a);
}

static void json_of_a_matching_shows_pairs_and_balance(void **state)
{
    struct bench *b = *state;
    const struct yaml_node *root;
    struct effect_match match = {.n_pairs = 113, .width = REAL_NAN};
    struct effect_balance balance[] = {
        {.covariate = STR(""),
         .before = {.difference = 1.75},
         .after = {.difference = 0.5, .variance_ratio = REAL_NAN}},
        {.covariate = STR("age"), .before = {.mean_treated = 25.5}, .after = {.ecdf_max = 0.25}}};
    arena *a = arena_new(1 << 20);
    b->result.spec.method = EFFECT_MATCHING;
    b->result.spec.has_caliper = true;
    b->result.spec.caliper = 0.2;
    b->result.match = &match;
    b->result.balance = balance;
    b->result.n_balance = 2;

    assert_int_equal(report_effect_json(&b->text, &b->released, &info), OK);

    assert_int_equal(yaml_parse(a, out_view(&b->text), STR("test"), &root, &info), OK);
    assert_text(root, "inputs.distance", "propensity");
    assert_text(root, "inputs.ratio", "1");
    assert_text(root, "inputs.caliper", "0.2");
    assert_text(root, "inputs.caliper_on", "score");
    assert_text(root, "inputs.replace", "false");
    assert_text(root, "matching.n_pairs", "113");
    assert_text(root, "matching.width", "null");
    assert_int_equal(at(root, "balance")->n, 2);
    const struct yaml_node *row = at(root, "balance")->item;
    assert_text(&row[0], "covariate", "null");
    assert_text(&row[0], "difference_before", "1.75");
    assert_text(&row[0], "difference_after", "0.5");
    assert_text(&row[0], "variance_ratio_after", "null");
    assert_text(&row[1], "covariate", "age");
    assert_text(&row[1], "mean_treated_before", "25.5");
    assert_text(&row[1], "ecdf_max_after", "0.25");
    arena_free(a);
}

static void csv_has_a_head_and_a_line_for_each_estimate(void **state)
{
    struct bench *b = *state;

    assert_int_equal(report_effect_csv(&b->text, &b->released, STR(""), &info), OK);

    str rest = out_view(&b->text), line;
    assert_true(str_next(&rest, '\n', &line));
    assert_true(str_starts(line, STR("aggregation,group,time,event_time,estimate,standard_error,"
                                     "ci_low,ci_high,band_low,band_high,p,")));
    assert_true(str_next(&rest, '\n', &line));
    assert_true(
        str_eq(line, STR("group-time,2004,2003,,-1234.5,0.25,-1235,-1234,,,0.0001,20,0,0,0,0,\r")));
    assert_true(str_next(&rest, '\n', &line));
    assert_true(str_next(&rest, '\n', &line));
    assert_true(str_eq(line, STR("group-time,2004,2005,,,,,,,,,0,0,0,0,0,effect.no-overlap\r")));
    assert_false(str_next(&rest, '\n', &line) && line.n);
}

static void a_workbook_is_the_same_bytes_each_time(void **state)
{
    struct bench *b = *state;
    out again;
    out_init(&again, 1 << 20);

    assert_int_equal(report_effect_xlsx(&b->text, &b->released, &info), OK);
    assert_int_equal(report_effect_xlsx(&again, &b->released, &info), OK);

    assert_true(b->text.n > 2000 && memcmp(b->text.p, "PK", 2) == 0);
    assert_true(str_eq(out_view(&b->text), out_view(&again)));
    out_free(&again);
}

static bool holds(str text, const char *part)
{
    return memmem(text.p, text.n, part, strlen(part)) != NULL;
}

static void text_shows_numbers_as_each_language_writes_them(void **state)
{
    struct bench *b = *state;

    assert_int_equal(report_effect_text(&b->text, LANG_NL, &b->released, &info), OK);
    assert_true(holds(out_view(&b->text), "−1.234,500"));
    assert_true(holds(out_view(&b->text), "vergelijkingsperiode"));
    assert_true(holds(out_view(&b->text), "W = 7,790"));
    assert_true(holds(out_view(&b->text), "< 0,001"));

    out_clear(&b->text);
    assert_int_equal(report_effect_text(&b->text, LANG_EN, &b->released, &info), OK);
    assert_true(holds(out_view(&b->text), "−1,234.500"));
    assert_true(holds(out_view(&b->text), "2004 / 2003"));
    assert_true(holds(out_view(&b->text), "1,180 of 1,200"));
}

static void lines_of_a_table_end_under_each_other(void **state)
{
    struct bench *b = *state;
    b->estimates[1].standard_error = 12345.678;

    assert_int_equal(report_effect_text(&b->text, LANG_EN, &b->released, &info), OK);

    str rest = out_view(&b->text), line, head = {0}, row = {0};
    while (str_next(&rest, '\n', &line)) {
        if (holds(line, "standard error"))
            head = line;
        if (holds(line, "2004 / 2003"))
            row = line;
    }
    assert_true(head.n && row.n);
    const char *head_end = memmem(head.p, head.n, "standard error", 14);
    const char *row_end = memmem(row.p, row.n, "0.250", 5);
    assert_non_null(head_end);
    assert_non_null(row_end);
    /* the minus sign before it takes three bytes for one place */
    assert_int_equal(head_end + 14 - head.p, row_end + 5 - row.p - 2);
}

static void dates_are_written_as_dates(void **state)
{
    struct bench *b = *state;
    b->result.has_dates = true;
    for (size_t i = 0; i < 3; i++) {
        b->estimates[i].group = 19783; /* 1 March 2024 */
        b->estimates[i].time = 19814;
    }

    assert_int_equal(report_effect_json(&b->text, &b->released, &info), OK);
    assert_true(holds(out_view(&b->text), "\"group\": \"2024-03-01\""));
    out_clear(&b->text);
    assert_int_equal(report_effect_csv(&b->text, &b->released, STR(""), &info), OK);
    assert_true(holds(out_view(&b->text), "group-time,2024-03-01,2024-04-01,"));
    out_clear(&b->text);
    assert_int_equal(report_effect_text(&b->text, LANG_NL, &b->released, &info), OK);
    assert_true(holds(out_view(&b->text), "2024-03-01 / 2024-04-01"));
    out_clear(&b->text);
    assert_int_equal(report_effect_xlsx(&b->text, &b->released, &info), OK);
}

static err print_csv(out *o, const struct released_effect *r, struct err_info *at)
{
    return report_effect_csv(o, r, STR("estimates"), at);
}

static void every_form_reports_that_it_does_not_fit(void **state)
{
    struct bench *b = *state;
    typedef err (*form)(out *, const struct released_effect *, struct err_info *);
    static const form forms[] = {report_effect_json, print_csv, report_effect_xlsx};

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        out small;
        out_init(&small, 100);
        assert_int_equal(forms[i](&small, &b->released, &info), E_LIMIT);
        out_free(&small);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(json_has_the_shape_that_was_promised),
        TEST(json_of_a_matching_shows_pairs_and_balance),
        TEST(csv_has_a_head_and_a_line_for_each_estimate),
        TEST(a_workbook_is_the_same_bytes_each_time),
        TEST(text_shows_numbers_as_each_language_writes_them),
        TEST(lines_of_a_table_end_under_each_other),
        TEST(dates_are_written_as_dates),
        TEST(every_form_reports_that_it_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
