/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file.h"
#include "study_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A plan that is right, in pieces, so that a test can replace one. */
#define HEAD                                                                                       \
    "title: T\nquestion: Q\nprogramme: P\nowner: O\n"                                              \
    "data: {file: d.csv, source: S, extracted: 2024-01-01, completeness: all}\n"
#define COLUMNS  "columns: {unit: id, time: year, first_treated: start, treatment: treated}\n"
#define OUTCOMES "outcomes:\n  - {column: cost, label: L, unit: U}\n"
#define DESIGN   "design: {method: did}\n"
#define RIGHT    HEAD COLUMNS OUTCOMES DESIGN

static const char data_text[] = "id,year,start,treated,cost,group,size,born\n"
                                "a,2001,0,0,1.5,x,1,2000-01-02\n"
                                "a,2002,0,0,2.5,x,1,2000-01-02\n"
                                "b,2001,2002,1,3.5,y,2,2001-01-02\n"
                                "b,2002,2002,1,4.5,y,2,2001-01-02\n";

static arena *memory;
static struct errs errors;
static struct err_info info;

static int start(void **state)
{
    (void)state;
    memory = arena_new(64 << 20);
    return memory && errs_init(&errors, memory, ERRS_LIMIT, &info) == OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    arena_free(memory);
    return 0;
}

static err parse(const char *text, struct study *s)
{
    errors.n = errors.n_found = 0;
    return study_parse(memory, str_of(text), STR("p.yaml"), s, &errors);
}

static void assert_mistake(size_t i, const char *key, int64_t line, int64_t column)
{
    assert_true(i < errors.n);
    assert_string_equal(errors.item[i].msg.key, key);
    assert_string_equal(errors.item[i].file, "p.yaml");
    assert_int_equal(errors.item[i].line, line);
    assert_int_equal(errors.item[i].column, column);
}

static str value_of(const struct err_info *told, size_t i)
{
    return (str){told->msg.text + told->msg.arg[i].at, told->msg.arg[i].n};
}

/* ---- reading ---- */

static void a_short_plan_has_sensible_defaults(void **state)
{
    (void)state;
    struct study s;

    assert_int_equal(parse(RIGHT, &s), OK);

    assert_int_equal(s.seed, 1);
    assert_int_equal(s.draws, 10000);
    assert_true(s.level == 0.95);
    assert_int_equal(study_estimators(&s), 1);
    assert_true(str_eq(study_text_in(&s.title, LANG_EN), STR("T")));
    assert_true(seal_hash_eq(s.hash, seal_hash_bytes(STR(RIGHT))));
}

static void the_words_of_a_plan_are_those_of_the_effect_engine(void **state)
{
    (void)state;
    static const char *const plans[][2] = {{"difference", "errors: hc2"},
                                           {"regression", "errors: hc2"},
                                           {"weighting", "ipw: ht"},
                                           {"doubly-robust", "bootstrap: 99"}};

    for (int m = 0; m < 4; m++) {
        char text[1024];
        struct study s;
        struct effect_spec spec;
        snprintf(text, sizeof text,
                 HEAD "columns: {treatment: treated, covariates: [%s]}\n" OUTCOMES
                      "design: {method: %s, %s}\n",
                 m ? "size" : "", plans[m][0], plans[m][1]);

        assert_int_equal(parse(text, &s), OK);

        assert_int_equal(study_spec(&s, 0, 0, memory, &spec, &info), OK);
        assert_string_equal(effect_method_name(spec.method), plans[m][0]);
        assert_int_equal(spec.has_errors, m < 2);
        assert_true(!spec.has_errors || spec.errors == EFFECT_HC2);
        assert_string_equal(effect_ipw_name(spec.ipw), m == 2 ? "ht" : "hajek");
        assert_true(str_eq(spec.treatment, STR("treated")));
        assert_int_equal(spec.first_treated.n, 0);
    }
}

static void what_a_method_refuses_is_told_before_the_run(void **state)
{
    (void)state;
    struct study s;

    const err e = parse(HEAD "columns: {treatment: treated, covariates: [size]}\n" OUTCOMES
                             "design: {method: regression, errors: hc2}\n"
                             "estimators:\n"
                             "  - {name: w, label: W, method: weighting}\n"
                             "  - {name: x, label: X, method: weighting, errors: hc2}\n",
                        &s);

    assert_int_equal(e, E_INPUT);
    assert_int_equal(errors.n, 1); /* w does not inherit hc2 */
    assert_int_equal(errors.item[0].line, 12);
}

static void a_variation_changes_only_what_it_names(void **state)
{
    (void)state;
    struct study s;
    struct effect_spec main_spec, other;

    assert_int_equal(
        parse(HEAD
              "columns: {unit: id, time: year, first_treated: start, covariates: [size]}\n" OUTCOMES
              "design: {method: did, control: not-yet, base: universal, anticipation: 2,\n"
              "         estimator: reg, bootstrap: 99, never: -1, drop_failed: true,\n"
              "         window: {from: 2001}}\n"
              "estimators:\n"
              "  - {name: v, label: V, estimator: ipw, covariates: [], window: {to: 2002}}\n"
              "seed: 7\nlevel: 0.9\n",
              &s),
        OK);

    assert_int_equal(study_spec(&s, 0, 0, memory, &main_spec, &info), OK);
    assert_int_equal(study_spec(&s, 0, 1, memory, &other, &info), OK);
    assert_int_equal(main_spec.control, EFFECT_NOT_YET);
    assert_int_equal(main_spec.base, EFFECT_UNIVERSAL);
    assert_int_equal(main_spec.anticipation, 2);
    assert_int_equal(main_spec.estimator, EFFECT_REG);
    assert_int_equal(main_spec.bootstrap, 99);
    assert_true(main_spec.has_never && main_spec.never == -1);
    assert_true(main_spec.drop_failed);
    assert_int_equal(main_spec.n_covariates, 1);
    assert_int_equal(main_spec.seed, 7);
    assert_true(main_spec.level == 0.9);
    assert_int_equal(other.estimator, EFFECT_IPW);
    assert_int_equal(other.control, EFFECT_NOT_YET);
    assert_int_equal(other.bootstrap, 99);
    assert_int_equal(other.n_covariates, 0);
    assert_true(study_window_of(&s, 0).from == 2001);
    assert_true(study_window_of(&s, 1).to == 2002 && study_window_of(&s, 1).from < -1e300);
}

static void every_option_of_a_design_reaches_the_question(void **state)
{
    (void)state;
    struct study s;
    struct effect_spec spec;
    assert_int_equal(
        parse(HEAD "columns: {treatment: t, covariates: [size]}\n" OUTCOMES
                   "design: {method: matching, distance: cem, exact: [sex], replace: false,\n"
                   "         cut_points: \"size:1,2.5\"}\n"
                   "estimators:\n"
                   "  - {name: b, label: B, method: balancing, balance: overlap}\n"
                   "explore: [sex, region]\nplacebo_outcomes: [height]\nunaffected: sex=x\n",
              &s),
        OK);

    assert_int_equal(study_spec(&s, 0, 0, memory, &spec, &info), OK);
    assert_int_equal(spec.distance, EFFECT_CEM);
    assert_true(spec.n_exact == 1 && spec.cuts[0].at[1] == 2.5);
    assert_int_equal(spec.n_explore, 2);
    assert_true(str_eq(spec.placebo_outcomes[0], STR("height")));
    assert_true(str_eq(spec.unaffected_value, STR("x")));
    assert_int_equal(study_spec(&s, 0, 1, memory, &spec, &info), OK);
    assert_int_equal(spec.weighing, EFFECT_OVERLAP);
    assert_false(spec.has_errors);
    assert_int_equal(spec.n_cuts + spec.n_exact + spec.n_explore, 0);
}

static void options_of_panels_reach_the_question(void **state)
{
    (void)state;
    struct study s;
    struct effect_spec spec;
    assert_int_equal(parse(HEAD
                           "columns: {unit: id, time: year, treatment: t, cluster: team}\n" OUTCOMES
                           "design: {method: twfe, fixed_effects: [team, region],\n"
                           "         errors: cr1, inference: wild, replications: 999,\n"
                           "         event_study: false, no_placebo_start: true}\n",
                           &s),
                     OK);

    assert_int_equal(study_spec(&s, 0, 0, memory, &spec, &info), OK);
    assert_int_equal(spec.n_fixed_effects, 2);
    assert_true(str_eq(spec.fixed_effects[1], STR("region")));
    assert_true(spec.has_errors && spec.errors == EFFECT_CR1);
    assert_int_equal(spec.inference, EFFECT_WILD);
    assert_int_equal(spec.replications, 999);
    assert_true(spec.no_placebo_start);
}

/* ---- mistakes in the plan ---- */

static void mistakes_are_told_with_line_and_column(void **state)
{
    (void)state;
    const struct {
        const char *text, *key;
        int64_t line, column;
    } wrong[] = {
        {HEAD OUTCOMES DESIGN, "schema.missing-key", 1, 1},
        {HEAD COLUMNS "outcomes: []\n" DESIGN, "schema.wrong-count-both", 7, 11},
        {RIGHT "sead: 3\n", "schema.unknown-key-near", 10, 1},
        {RIGHT "level: 1\n", "schema.out-of-both-bounds", 10, 8},
        {RIGHT "seed: -1\n", "schema.out-of-bounds", 10, 7},
        {RIGHT "languages: [fy]\n", "schema.not-word", 10, 13},
        {RIGHT "seed: *x\n", "yaml.no-alias", 10, 7},
        {RIGHT "title: again\n", "yaml.duplicate-key", 10, 1},
        {HEAD COLUMNS OUTCOMES "design: {method: dit}\n", "schema.not-word", 9, 18},
        {HEAD COLUMNS OUTCOMES "design: {method: did, window: {from: 3, to: 2}}\n",
         "study.window-reversed", 9, 45},
        {HEAD COLUMNS OUTCOMES "design: {method: did, window: {}}\n", "schema.too-few-keys", 9, 31},
        {HEAD COLUMNS OUTCOMES "design: {method: did, ipw: ht}\n", "study.key-of-other-method", 9,
         28},
        {HEAD COLUMNS OUTCOMES "design: {method: regression, control: never}\n",
         "study.key-of-other-method", 9, 39},
        {HEAD COLUMNS OUTCOMES "design: {method: did, caliper: 0.2}\n", "study.key-of-other-method",
         9, 32},
        {HEAD COLUMNS OUTCOMES "design: {method: did, honest: bold}\n", "effect.honest-form", 9,
         18},
        {HEAD COLUMNS OUTCOMES "design: {method: did, errors: cr1}\n", "study.column-needed", 6,
         10},
        {HEAD "columns: {unit: id, time: year}\n" OUTCOMES DESIGN, "study.column-needed", 6, 10},
        {HEAD "columns: {unit: id, time: year}\n" OUTCOMES "design: {method: difference}\n",
         "study.column-needed", 6, 10},
        {HEAD COLUMNS OUTCOMES "  - {column: cost, label: L, unit: U}\n" DESIGN, "study.name-twice",
         9, 14},
        {RIGHT "estimators: [{name: main, label: L}]\n", "study.name-main", 10, 21},
        {RIGHT "estimators: [{name: a, label: L}, {name: a, label: L}]\n", "study.name-twice", 10,
         42},
        {RIGHT "measured: {a: {outcome: cots}}\n", "study.unknown-name-near", 10, 25},
        {RIGHT "measured: {a: zzzzzzz}\n", "study.unknown-name", 10, 15},
        {RIGHT "measured: {a: {outcome: cost, estimator: mian}}\n", "study.unknown-name-near", 10,
         42},
        {RIGHT "measured: {a: {outcome: cost, aggregation: simple, time: 3}}\n",
         "study.measured-key", 10, 58},
        {RIGHT "measured: {a: {outcome: cost, aggregation: group-time, time: 3}}\n",
         "study.measured-needs", 10, 15},
        {RIGHT "scba: {unit: x}\n", "schema.missing-key", 10, 7},
        {RIGHT "subgroups: [{name: all, label: L, column: c, values: [1]}]\n", "study.name-all", 10,
         20},
        {RIGHT "subgroups: [{name: a, label: L, column: c, values: []}]\n",
         "schema.wrong-count-both", 10, 52},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct study s = {.seed = 77};

        assert_int_equal(parse(wrong[i].text, &s), E_INPUT);

        assert_mistake(0, wrong[i].key, wrong[i].line, wrong[i].column);
        assert_int_equal(s.seed, 77);
    }
}

static void all_mistakes_come_at_once(void **state)
{
    (void)state;
    struct study s;

    assert_int_equal(
        parse(HEAD "colums: {unit: id}\n" OUTCOMES "design: {metod: did}\nseed: x\n", &s), E_INPUT);

    assert_int_equal(errors.n_found, 5);
    assert_mistake(0, "schema.unknown-key-near", 6, 1);
    assert_true(str_eq(value_of(&errors.item[0], 1), STR("columns")));
    assert_mistake(1, "schema.unknown-key-near", 9, 10);
    assert_true(str_eq(value_of(&errors.item[1], 1), STR("method")));
    assert_mistake(2, "schema.missing-key", 9, 9);
    assert_mistake(3, "schema.not-whole", 10, 7);
    assert_mistake(4, "schema.missing-key", 1, 1);
}

static void an_absent_file_is_said_to_be_absent(void **state)
{
    (void)state;
    struct study s;
    errors.n = errors.n_found = 0;

    assert_int_equal(study_read(memory, STR("no/such.yaml"), &s, &errors), E_NOT_FOUND);

    assert_int_equal(errors.n, 1);
    assert_string_equal(errors.item[0].file, "no/such.yaml");
}

/* ---- mistakes against the data ---- */

static err open_data(const char *plan, table **t)
{
    struct study s;
    char path[] = "plan-test-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(file_write(str_of(path), str_of(data_text), &info), OK);
    assert_int_equal(parse(plan, &s), OK);

    const err e = study_open_data(&s, str_of(path), NULL, NULL, t, &errors);

    remove(path);
    return e;
}

static void a_plan_that_fits_its_data_opens_them(void **state)
{
    (void)state;
    table *t = NULL;

    assert_int_equal(open_data(RIGHT
                               "subgroups:\n"
                               "  - {name: x, label: X, column: group, values: [x]}\n"
                               "  - {name: i, label: I, column: size, values: [1, 2]}\n"
                               "  - {name: r, label: R, column: cost, values: [2.50]}\n"
                               "  - {name: d, label: D, column: born, values: [2001-01-02]}\n",
                               &t),
                     OK);

    assert_int_equal(table_rows(t), 4);
    table_free(t);
}

static void columns_that_are_not_there_are_named_where_the_plan_names_them(void **state)
{
    (void)state;
    const struct {
        const char *plan, *key;
        int64_t line, column;
    } wrong[] = {
        {HEAD "columns: {unit: id, time: jear, first_treated: start}\n" OUTCOMES DESIGN,
         "table.no-column-nearest", 6, 27},
        {HEAD "columns: {unit: id, time: year, first_treated: begin}\n" OUTCOMES DESIGN,
         "table.no-column", 6, 48},
        {HEAD "columns: {unit: id, time: year, first_treated: start, covariates: [size, "
              "siez]}\n" OUTCOMES DESIGN,
         "table.no-column-nearest", 6, 74},
        {HEAD COLUMNS "outcomes:\n  - {column: group, label: L, unit: U}\n" DESIGN,
         "study.column-not-numbers", 8, 14},
        {RIGHT "subgroups: [{name: a, label: L, column: group, values: [x, z]}]\n",
         "study.value-not-in-data", 10, 60},
        {RIGHT "subgroups: [{name: a, label: L, column: size, values: [x]}]\n",
         "study.value-not-in-data", 10, 56},
        {RIGHT "subgroups: [{name: a, label: L, column: gruop, values: [x]}]\n",
         "table.no-column-nearest", 10, 41},
        {RIGHT "estimators: [{name: a, label: L, covariates: [sise]}]\n", "table.no-column-nearest",
         10, 47},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        table *t = NULL;

        assert_int_equal(open_data(wrong[i].plan, &t), E_INPUT);

        assert_mistake(0, wrong[i].key, wrong[i].line, wrong[i].column);
        assert_null(t);
    }
}

static void rows_of_a_subgroup_and_a_window_are_picked(void **state)
{
    (void)state;
    struct study s;
    table *t = NULL, *picked = NULL;
    const char *plan = RIGHT "estimators: [{name: v, label: V, window: {to: 2001}}]\n"
                             "subgroups: [{name: y, label: Y, column: group, values: [y]}]\n";
    assert_int_equal(open_data(plan, &t), OK);
    assert_int_equal(parse(plan, &s), OK);
    const struct study_subgroup *g = s.subgroups.item;

    assert_int_equal(study_rows(&s, t, 0, NULL, &picked, &info), OK);
    assert_null(picked); /* all of them */
    assert_int_equal(study_rows(&s, t, 1, g, &picked, &info), OK);

    const struct table_column *c = NULL;
    assert_int_equal(table_rows(picked), 1);
    assert_int_equal(table_find(picked, STR("cost"), &c, &info), OK);
    assert_true(c->reals[0] == 3.5);
    assert_int_equal(table_find(picked, STR("group"), &c, &info), OK);
    assert_int_equal(c->n_words, 1);
    assert_true(str_eq(c->words[c->codes[0]], STR("y")));
    table_free(picked);
    table_free(t);
}

static void rows_of_a_design_are_those_of_a_subgroup_too(void **state)
{
    (void)state;
    struct study s;
    table *t = NULL, *picked = NULL;
    const char *plan =
        RIGHT "estimators: [{name: v, label: V, rows: {column: group, values: [x]}}]\n"
              "subgroups: [{name: y, label: Y, column: group, values: [y]}]\n";
    assert_int_equal(open_data(plan, &t), OK);
    assert_int_equal(parse(plan, &s), OK);

    assert_int_equal(study_rows(&s, t, 1, NULL, &picked, &info), OK);

    const struct table_column *c = NULL;
    assert_int_equal(table_find(picked, STR("group"), &c, &info), OK);
    assert_int_equal(c->n_words, 1);
    assert_true(str_eq(c->words[0], STR("x")));
    table_free(picked);
    assert_int_equal(study_rows(&s, t, 1, s.subgroups.item, &picked, &info), OK);
    assert_int_equal(table_rows(picked), 0); /* nobody is in both */
    table_free(picked);
    table_free(t);
}

static void mistakes_in_the_plan_and_against_the_data_come_together_sorted(void **state)
{
    (void)state;
    struct study_checked checked = {.n_rows = 77};
    char data[] = "plan-test-XXXXXX";
    const int fd = mkstemp(data);
    assert_true(fd >= 0);
    assert_int_equal(file_write(str_of(data), str_of(data_text), &info), OK);
    assert_int_equal(file_write(STR("p.yaml"),
                                STR("sead: 1\n" HEAD "columns: {unit: id, time: jear}\n"
                                    "outcomes: [{column: cots, label: L}]\n"
                                    "subgroups: [{name: x, label: L, column: group,"
                                    " values: [q, [r]]}]\n"
                                    "design: {method: did}\n"),
                                &info),
                     OK);
    errors.n = errors.n_found = 0;

    assert_int_equal(study_check(STR("p.yaml"), str_of(data), NULL, NULL, &checked, &errors),
                     E_INPUT);

    remove(data);
    remove("p.yaml");
    assert_int_equal(errors.n, 6);
    assert_mistake(0, "schema.unknown-key-near", 1, 1);
    assert_mistake(1, "table.no-column-nearest", 7, 27);
    assert_mistake(2, "schema.missing-key", 8, 12);
    assert_mistake(3, "table.no-column-nearest", 8, 21);
    assert_mistake(4, "study.value-not-in-data", 9, 57);
    assert_mistake(5, "schema.not-single", 9, 60);
    assert_int_equal(checked.n_rows, 77);
}

/* ---- differences between plans ---- */

static void what_changed_between_two_plans_is_told_by_its_path(void **state)
{
    (void)state;
    struct diff d;

    assert_int_equal(study_diff(memory, STR("a: {b: 1, c: 2}\nl: [x, y]\nz: 1\n"),
                                STR("l: [x, v, w]\na: {b: 1, c: 3, n: [1]}\n"), &d, &info),
                     OK);

    assert_int_equal(d.n, 5);
    assert_true(str_eq(d.change[0], STR("a.c: 2 \xe2\x86\x92 3")));
    assert_true(str_eq(d.change[1], STR("a.n: - \xe2\x86\x92 [1]")));
    assert_true(str_eq(d.change[2], STR("l.2: y \xe2\x86\x92 v")));
    assert_true(str_eq(d.change[3], STR("l.3: - \xe2\x86\x92 w")));
    assert_true(str_eq(d.change[4], STR("z: 1 \xe2\x86\x92 -")));
}

static void comments_and_order_are_no_difference(void **state)
{
    (void)state;
    struct diff d;

    assert_int_equal(
        study_diff(memory, STR("a: 1\nb: 2\n"), STR("# why\nb: 2\na: '1'\n"), &d, &info), OK);

    assert_int_equal(d.n_found, 0);
}

/* ---- what is published ---- */

static str source_file(const char *name)
{
    const char *source = getenv("ONTSCHOT_SOURCE");
    char path[4096];
    str text = {"", 0};
    snprintf(path, sizeof path, "%s/%s", source ? source : ".", name);
    assert_int_equal(file_read(memory, str_of(path), 1 << 20, &text, &info), OK);
    return text;
}

static void the_example_of_the_manual_is_a_right_plan(void **state)
{
    (void)state;
    const str manual = source_file("docs/study-file.md");
    struct study s;
    const char *first = strstr(manual.p, "```yaml\n");
    assert_non_null(first);
    first += strlen("```yaml\n");
    const char *last = strstr(first, "```");
    assert_non_null(last);
    errors.n = errors.n_found = 0;

    const err e = study_parse(memory, arena_str(memory, (str){first, (size_t)(last - first)}),
                              STR("manual.yaml"), &s, &errors);

    assert_int_equal(errors.n_found, 0);
    assert_int_equal(e, OK);
    assert_int_equal(s.outcomes.n, 2);
}

static void the_published_schema_is_what_the_program_prints(void **state)
{
    (void)state;
    const str committed = source_file("docs/study.schema.json");
    out o;
    out_init(&o, 1 << 20);

    study_print_schema(&o);

    assert_int_equal(o.error, OK);
    /* when it differs: ontschot study schema --output docs/study.schema.json */
    assert_true(str_eq(out_view(&o), committed));
    out_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_plan_has_sensible_defaults),
        cmocka_unit_test(the_words_of_a_plan_are_those_of_the_effect_engine),
        cmocka_unit_test(what_a_method_refuses_is_told_before_the_run),
        cmocka_unit_test(a_variation_changes_only_what_it_names),
        cmocka_unit_test(every_option_of_a_design_reaches_the_question),
        cmocka_unit_test(options_of_panels_reach_the_question),
        cmocka_unit_test(mistakes_are_told_with_line_and_column),
        cmocka_unit_test(all_mistakes_come_at_once),
        cmocka_unit_test(an_absent_file_is_said_to_be_absent),
        cmocka_unit_test(a_plan_that_fits_its_data_opens_them),
        cmocka_unit_test(columns_that_are_not_there_are_named_where_the_plan_names_them),
        cmocka_unit_test(mistakes_in_the_plan_and_against_the_data_come_together_sorted),
        cmocka_unit_test(rows_of_a_subgroup_and_a_window_are_picked),
        cmocka_unit_test(rows_of_a_design_are_those_of_a_subgroup_too),
        cmocka_unit_test(what_changed_between_two_plans_is_told_by_its_path),
        cmocka_unit_test(comments_and_order_are_no_difference),
        cmocka_unit_test(the_example_of_the_manual_is_a_right_plan),
        cmocka_unit_test(the_published_schema_is_what_the_program_prints),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
