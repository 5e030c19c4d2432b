/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/num.h"
#include "base/rng.h"
#include "engine/effect/looks_int.h"

#include "engine/effect/panel_test_int.h"

/* ---- a made panel: teams 0 .. 19, half of them start in period 4 or 5 of 6 ---- */

enum { TEAMS = 20, TREATED = 10, PER_TEAM = 6, PERIODS = 6 };

static double shock(const char *use, uint64_t i)
{
    return rng_normal((struct rng_key){.seed = 11, .stream = rng_stream(use, 0)}, i);
}

static void put(out *o, double v)
{
    char text[NUM_TEXT_MAX];
    out_bytes(o, text, num_print_real(v, text));
    out_char(o, ',');
}

/* sex: a or b by person, empty for person 0; age: 1, 2, 3 by person; age 3 in team 0 only once */
static void put_person(out *o, size_t person)
{
    const size_t team = person / PER_TEAM;
    const double start = team < TREATED ? 4 + (double)(team % 2) : 0;
    for (size_t t = 1; t <= PERIODS; t++) {
        put(o, (double)person);
        put(o, (double)team);
        put(o, (double)t);
        put(o, start);
        put(o, 1);
        out_cstr(o, person == 0 ? "," : person % 2 ? "a," : "b,");
        put(o, person == 7 ? 3 : (double)(person % 2 + 1));
        put(o, team < 2 ? 1 : 2);
        put(o, (double)(t > 3));
        put(o, shock("other", person * PERIODS + t));
        put(o, shock("person", person) + shock("team", team * PERIODS + t) +
                   shock("noise", person * PERIODS + t));
        out_cstr(o, "\n");
    }
}

static table *made(void)
{
    out o;
    out_init(&o, (size_t)1 << 24);
    out_cstr(&o, "id,team,t,g,all,sex,age,side,late,other,y,rest\n");
    for (size_t person = 0; person < (size_t)TEAMS * PER_TEAM; person++)
        put_person(&o, person);
    out_char(&o, '\0');
    table *t = parse_table(out_view(&o).p);
    out_free(&o);
    return t;
}

static struct effect_spec asked(void)
{
    struct effect_spec s = did_spec();
    s.cluster = STR("team");
    s.no_placebo_start = true;
    return s;
}

static void declare(struct effect_spec *s, const char *column)
{
    s->subgroups[s->n_subgroups++] = str_of(column);
}

static const struct effect_look *look_at(const struct effect_result *r, size_t i,
                                         enum effect_look_kind kind, const char *value)
{
    assert_true(i < r->n_looks);
    assert_int_equal(r->looks[i].kind, kind);
    if (!str_eq(r->looks[i].value, str_of(value)))
        fail_msg("look %zu is of %s, not %s", i, r->looks[i].value.p, value);
    return &r->looks[i];
}

static void refuse(const struct effect_spec *s, const char *key)
{
    struct err_info info;
    table *t = made();
    struct effect_result *untouched = (struct effect_result *)(uintptr_t)7, *r = untouched;

    const err e = effect_run(t, s, NULL, NULL, &r, &info);

    assert_true(e == E_INPUT || e == E_LIMIT);
    assert_string_equal(info.msg.key, key);
    assert_ptr_equal(r, untouched);
    table_free(t);
}

/* ---- subgroups ---- */

static void assert_same_parts(const struct effect_parts *a, const struct effect_parts *b)
{
    assert_int_equal(a->n, b->n);
    assert_true(a->df == b->df);
    for (size_t i = 0; i < a->n; i++)
        assert_true(a->of[i].key == b->of[i].key && a->of[i].part == b->of[i].part);
}

static void expect_everything_alike(struct effect_spec s)
{
    table *t = made();
    declare(&s, "all");
    s.keeps_parts = true;

    struct effect_result *r = run_on(t, &s, NULL);

    const struct effect_estimate *overall = effect_overall(r);
    const struct effect_look *look = look_at(r, 0, EFFECT_LOOK_SUBGROUP, "1");
    assert_int_equal(r->n_looks, 1);
    assert_true(look->estimate == overall->estimate);
    assert_true(look->standard_error == overall->standard_error);
    assert_true(look->ci_low == overall->ci_low && look->ci_high == overall->ci_high);
    assert_true(look->p == overall->p);
    assert_int_equal(look->n_treated, overall->n_treated);
    assert_same_parts(&look->parts, &r->parts);
    effect_result_free(r);
    table_free(t);
}

static void the_subgroup_of_all_is_the_main_effect_with_its_draws(void **state)
{
    (void)state;
    struct effect_spec by_team = asked(), by_person = asked(), drawn = asked(), groups;
    by_person.cluster = STR("");
    drawn.bootstrap = 99;
    effect_spec_init(&groups);
    groups.outcome = STR("y");
    groups.treatment = STR("late");

    expect_everything_alike(by_team);
    expect_everything_alike(by_person);
    expect_everything_alike(drawn);
    expect_everything_alike(groups);
    groups.cluster = STR("team");
    expect_everything_alike(groups);
}

static void a_subgroup_is_what_its_rows_alone_give(void **state)
{
    (void)state;
    struct err_info info;
    const struct table_column *sex;
    struct effect_spec s = asked();
    table *t = made(), *women;
    uint8_t *keep = calloc(table_rows(t), 1);
    declare(&s, "sex");
    assert_int_equal(table_find(t, STR("sex"), &sex, &info), OK);
    for (size_t i = 0; i < table_rows(t); i++)
        keep[i] = !(sex->missing && sex->missing[i]) && str_eq(sex->words[sex->codes[i]], STR("b"));

    struct effect_result *r = run_on(t, &s, NULL);
    s.n_subgroups = 0;
    assert_int_equal(table_select(t, keep, &women, &info), OK);
    struct effect_result *own = run_on(women, &s, NULL);

    look_at(r, 0, EFFECT_LOOK_SUBGROUP, "a");
    const struct effect_look *look = look_at(r, 1, EFFECT_LOOK_SUBGROUP, "b");
    assert_true(look->estimate == effect_overall(own)->estimate);
    assert_true(look->p == effect_overall(own)->p);
    assert_true(look->p_adjusted >= look->p && look->p_adjusted <= 1);
    assert_true(has_warning(r, "looks.rows-without-value"));
    free(keep);
    effect_result_free(r);
    effect_result_free(own);
    table_free(women);
    table_free(t);
}

/* Teams keep their keys when persons are left out, so that they keep their draws. */
static void the_clusters_of_a_part_are_among_those_of_the_whole(void **state)
{
    (void)state;
    struct effect_spec s = asked();
    table *t = made();
    declare(&s, "sex");
    s.keeps_parts = true;

    struct effect_result *r = run_on(t, &s, NULL);

    assert_int_equal(r->parts.n, TEAMS);
    for (size_t i = 0; i < r->n_looks; i++) {
        assert_int_equal(r->looks[i].parts.n, TEAMS);
        for (size_t k = 0; k < TEAMS; k++)
            assert_true(r->looks[i].parts.of[k].key == r->parts.of[k].key);
    }
    effect_result_free(r);
    table_free(t);
}

static void a_group_that_cannot_be_estimated_says_why_and_stops_nothing(void **state)
{
    (void)state;
    struct effect_spec s = asked();
    table *t = made();
    declare(&s, "age");  /* 3 is one person */
    declare(&s, "side"); /* 1 is two teams, both treated */

    struct effect_result *r = run_on(t, &s, NULL);

    assert_true(isfinite(effect_overall(r)->estimate));
    const struct effect_look *one = look_at(r, 2, EFFECT_LOOK_SUBGROUP, "3");
    const struct effect_look *teams = look_at(r, 3, EFFECT_LOOK_SUBGROUP, "1");
    assert_string_equal(one->failed, one->why.key);
    assert_string_equal(teams->failed, "panel.no-never-treated");
    assert_true(isnan(one->estimate) && isnan(one->p) && isnan(one->p_adjusted));
    assert_true(look_at(r, 0, EFFECT_LOOK_SUBGROUP, "1")->p_adjusted > 0);
    effect_result_free(r);
    table_free(t);
}

static void what_is_explored_is_adjusted_apart(void **state)
{
    (void)state;
    struct effect_spec s = asked();
    table *t = made();
    s.explore[s.n_explore++] = STR("sex");

    struct effect_result *r = run_on(t, &s, NULL);

    const struct effect_look *a = look_at(r, 0, EFFECT_LOOK_EXPLORED, "a");
    const struct effect_look *b = look_at(r, 1, EFFECT_LOOK_EXPLORED, "b");
    const double low = fmin(a->p, b->p), high = fmax(a->p, b->p);
    assert_true((a->p < b->p ? a : b)->p_adjusted == fmin(2 * low, high));
    assert_true((a->p < b->p ? b : a)->p_adjusted == high);
    effect_result_free(r);
    table_free(t);
}

static void mistakes_in_looks_are_told_before_anything_is_computed(void **state)
{
    (void)state;
    struct effect_spec s = asked();
    declare(&s, "y");
    refuse(&s, "looks.column-has-role");
    s.subgroups[0] = STR("absent");
    refuse(&s, "table.no-column");
    s.subgroups[0] = STR("late");
    refuse(&s, "looks.value-changes");
    s.subgroups[0] = STR("other");
    refuse(&s, "looks.too-many-values");
    s.subgroups[0] = STR("rest"); /* holds nothing */
    refuse(&s, "effect.column-empty");
    s.subgroups[0] = STR("sex");
    s.explore[s.n_explore++] = STR("sex");
    refuse(&s, "looks.declared-and-explored");
    s.n_explore = 0;
    declare(&s, "sex");
    refuse(&s, "looks.column-twice");
    s = asked();
    s.unaffected = STR("sex");
    s.unaffected_value = STR("c");
    refuse(&s, "looks.value-absent");
    s = asked();
    s.placebo_outcomes[s.n_placebo_outcomes++] = STR("y");
    refuse(&s, "looks.outcome-has-role");
    s.placebo_outcomes[0] = s.covariates[s.n_covariates++] = STR("other");
    refuse(&s, "looks.outcome-has-role");
}

/* ---- negative controls ---- */

/*
 * mpdta: the counties of 2006 and 2007 have three and four years before their
 * start, so both are moved by one year, those of 2004 have one year and drop
 * out. One year earlier with the year before as base is what the main run has
 * as its last test before the start.
 */
static void an_earlier_start_is_the_average_of_the_tests_before_it(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    table *t = open_fixture("mpdta.csv");
    s.outcome = STR("lemp");
    s.unit = STR("countyreal");
    s.time = STR("year");
    s.first_treated = STR("first.treat");

    struct effect_result *r = run_on(t, &s, NULL);

    const struct effect_estimate *of_2006 = estimate_at(r, EFFECT_GROUP_TIME, 2006, 2005, NAN);
    const struct effect_estimate *of_2007 = estimate_at(r, EFFECT_GROUP_TIME, 2007, 2006, NAN);
    const struct effect_look *look = look_at(r, 0, EFFECT_LOOK_PLACEBO_START, "1");
    const double n = (double)(of_2006->n_treated + of_2007->n_treated);
    assert_near(look->estimate,
                ((double)of_2006->n_treated * of_2006->estimate +
                 (double)of_2007->n_treated * of_2007->estimate) /
                    n,
                1e-14);
    assert_true(look->standard_error > 0 && look->p > 0);
    assert_int_equal(look->n_treated, of_2006->n_treated + of_2007->n_treated);
    assert_true(isnan(look->p_adjusted));
    effect_result_free(r);
    table_free(t);
}

/* The moved panel, written out as a table: nothing since the start, and the start earlier. */
static void an_earlier_start_is_that_of_the_rows_before_the_start(void **state)
{
    (void)state;
    struct effect_spec s = asked();
    table *t = made();
    struct effect_result *r;
    out o;
    s.no_placebo_start = false;
    s.control = EFFECT_NOT_YET;
    r = run_on(t, &s, NULL);
    const struct effect_look *look = look_at(r, 0, EFFECT_LOOK_PLACEBO_START, "1");
    out_init(&o, (size_t)1 << 24);
    out_cstr(&o, "id,team,t,g,y,rest\n");
    for (size_t person = 0; person < (size_t)TEAMS * PER_TEAM; person++) {
        const size_t team = person / PER_TEAM;
        const double start = team < TREATED ? 4 + (double)(team % 2) : 0;
        for (size_t p = 1; p < (start > 0 ? (size_t)start : 5); p++) {
            put(&o, (double)person);
            put(&o, (double)team);
            put(&o, (double)p);
            put(&o, start > 0 ? start - 1 : 0);
            put(&o, shock("person", person) + shock("team", team * PERIODS + p) +
                        shock("noise", person * PERIODS + p));
            out_cstr(&o, "\n");
        }
    }
    out_char(&o, '\0');
    table *moved = parse_table(out_view(&o).p);
    s.no_placebo_start = true;
    s.drop_failed = true; /* the earliest cohort is not seen in the last of its periods */

    struct effect_result *own = run_on(moved, &s, NULL);

    assert_near(look->estimate, effect_overall(own)->estimate, 1e-13);
    assert_near(look->standard_error, effect_overall(own)->standard_error, 1e-12);
    out_free(&o);
    effect_result_free(own);
    effect_result_free(r);
    table_free(moved);
    table_free(t);
}

/*
 * Teams of five persons in six periods, the first ones treated from period 5 on; moved: the four
 * before it, as if from period 3 on. `x` differs from person to person.
 */
static table *few_teams(size_t n_teams, size_t n_treated, bool moved)
{
    enum { PERSONS = 5 };
    out o;
    out_init(&o, (size_t)1 << 20);
    out_cstr(&o, "id,team,t,g,x,y,rest\n");
    for (size_t person = 0; person < n_teams * PERSONS; person++)
        for (size_t t = 1; t <= (moved ? 4 : PERIODS); t++) {
            const size_t team = person / PERSONS;
            const double start = team < n_treated ? moved ? 3 : 5 : 0;
            put(&o, (double)person);
            put(&o, (double)team);
            put(&o, (double)t);
            put(&o, start);
            put(&o, shock("x", person));
            put(&o, shock("team", team * PERIODS + t) + shock("noise", person * PERIODS + t));
            out_cstr(&o, "\n");
        }
    out_char(&o, '\0');
    table *t = parse_table(out_view(&o).p);
    out_free(&o);
    return t;
}

static void an_earlier_start_of_few_teams_is_judged_by_teams_as_the_effect_is(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    s.cluster = STR("team");
    for (s.n_covariates = 0; s.n_covariates <= 1; s.n_covariates++) {
        table *t = few_teams(9, 2, false), *moved = few_teams(9, 2, true);
        s.covariates[0] = STR("x");
        s.no_placebo_start = false;
        struct effect_result *r = run_on(t, &s, NULL);
        s.no_placebo_start = true;
        struct effect_result *own = run_on(moved, &s, NULL);

        const struct effect_look *look = look_at(r, 0, EFFECT_LOOK_PLACEBO_START, "2");

        assert_int_equal(own->teams->rule, EFFECT_RANDOMISATION);
        assert_near(look->estimate, effect_overall(own)->estimate, 1e-12);
        assert_near(look->p, own->teams->p_randomisation, 1e-12);
        assert_near(look->ci_low, own->teams->low, 1e-9);
        assert_near(look->ci_high, own->teams->high, 1e-9);
        effect_result_free(own);
        effect_result_free(r);
        table_free(moved);
        table_free(t);
    }
}

/* Errors by cluster are rounding there, and any difference would stand out. */
static void an_earlier_start_of_one_team_beside_another_has_no_error(void **state)
{
    (void)state;
    static const enum effect_method method[] = {EFFECT_DID, EFFECT_TWFE, EFFECT_SUNAB};
    table *t = few_teams(2, 1, false);
    for (size_t i = 0; i < sizeof method / sizeof *method; i++) {
        struct effect_spec s = did_spec();
        s.method = method[i];
        s.cluster = STR("team");

        struct effect_result *r = run_on(t, &s, NULL);

        const struct effect_look *look = look_at(r, 0, EFFECT_LOOK_PLACEBO_START, "2");
        assert_true(isfinite(look->estimate));
        assert_true(isnan(look->standard_error));
        assert_true(look->p == 1);
        assert_true(isinf(look->ci_low) && isinf(look->ci_high));
        effect_result_free(r);
    }
    table_free(t);
}

static void one_period_before_the_start_leaves_no_room_for_an_earlier_one(void **state)
{
    (void)state;
    const struct effect_spec s = did_spec();
    table *t = parse_table("id,t,g,y\n1,1,2,1\n1,2,2,3\n2,1,2,2\n2,2,2,5\n3,1,0,1\n3,2,0,1\n"
                           "4,1,0,2\n4,2,0,3\n5,1,0,4\n5,2,0,4\n");

    struct effect_result *r = run_on(t, &s, NULL);

    const struct effect_look *look = look_at(r, 0, EFFECT_LOOK_PLACEBO_START, "0");
    assert_string_equal(look->failed, "looks.no-earlier-start");
    assert_true(isnan(look->estimate));
    effect_result_free(r);
    table_free(t);
}

static void anticipated_periods_are_not_before_the_start(void **state)
{
    (void)state;
    struct effect_spec s = asked();
    table *t = made();
    s.no_placebo_start = false;
    s.anticipation = 2; /* period 4 less 2: one period is left, of the cohort of 5 two */

    struct effect_result *r = run_on(t, &s, NULL);

    const struct effect_look *look = look_at(r, 0, EFFECT_LOOK_PLACEBO_START, "1");
    assert_int_equal(look->n_treated, TREATED / 2 * PER_TEAM);
    effect_result_free(r);
    table_free(t);
}

static void looks_come_by_kind_and_those_that_should_be_0_are_not_adjusted(void **state)
{
    (void)state;
    struct effect_spec s = asked();
    table *t = made();
    declare(&s, "sex");
    s.explore[s.n_explore++] = STR("all");
    s.no_placebo_start = false;
    s.placebo_outcomes[s.n_placebo_outcomes++] = STR("other");
    s.unaffected = STR("sex");
    s.unaffected_value = STR("b");

    struct effect_result *r = run_on(t, &s, NULL);

    const struct effect_look *b = look_at(r, 1, EFFECT_LOOK_SUBGROUP, "b");
    look_at(r, 2, EFFECT_LOOK_EXPLORED, "1");
    look_at(r, 3, EFFECT_LOOK_PLACEBO_START, "1");
    const struct effect_look *other = look_at(r, 4, EFFECT_LOOK_PLACEBO_OUTCOME, "");
    const struct effect_look *unaffected = look_at(r, 5, EFFECT_LOOK_UNAFFECTED, "b");
    assert_int_equal(r->n_looks, 6);
    assert_true(unaffected->estimate == b->estimate);
    assert_true(isnan(unaffected->p_adjusted) && isnan(other->p_adjusted));
    s = asked();
    s.outcome = STR("other");
    struct effect_result *own = run_on(t, &s, NULL);
    assert_true(other->estimate == effect_overall(own)->estimate);
    effect_result_free(own);
    effect_result_free(r);
    table_free(t);
}

/* ---- what an estimate owes to its clusters ---- */

/* With n alike clusters in either group these are the two-sample t's: CR2 is exact, df 2 (n - 1).
 */
static void equal_clusters_have_the_degrees_of_freedom_of_two_samples(void **state)
{
    (void)state;
    enum { N = 24 };
    struct err_info info;
    struct looks_row row[N];
    struct effect_parts parts;
    double squares = 0;
    arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < N; i++)
        row[i] =
            (struct looks_row){i, i % 4 < 2 ? 0.5 : -0.5, (double)(i % 2), 1 - (double)(i % 2)};

    assert_int_equal(looks_keep_parts(row, N, a, &parts, &info), OK);

    for (size_t i = 0; i < parts.n; i++)
        squares += parts.of[i].part * parts.of[i].part;
    assert_int_equal(parts.n, N);
    assert_near(parts.df, N - 2, 1e-9);
    assert_near(squares, N * 0.25 / (1 - 2.0 / N), 1e-12);
    arena_free(a);
}

static void a_group_of_one_cluster_has_no_variance(void **state)
{
    (void)state;
    struct err_info info;
    struct effect_parts parts;
    struct looks_row row[] = {{1, 0.3, 1, 0}, {2, 0.2, 0, 1}, {3, -0.2, 0, 1}, {1, 0.1, 1, 0}};
    arena *a = arena_new(1 << 20);

    assert_int_equal(looks_keep_parts(row, 4, a, &parts, &info), OK);

    assert_int_equal(parts.n, 3);
    assert_true(parts.of[0].part == 0.1 + 0.3);
    assert_true(parts.df == 0);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_subgroup_of_all_is_the_main_effect_with_its_draws),
        cmocka_unit_test(a_subgroup_is_what_its_rows_alone_give),
        cmocka_unit_test(the_clusters_of_a_part_are_among_those_of_the_whole),
        cmocka_unit_test(a_group_that_cannot_be_estimated_says_why_and_stops_nothing),
        cmocka_unit_test(what_is_explored_is_adjusted_apart),
        cmocka_unit_test(mistakes_in_looks_are_told_before_anything_is_computed),
        cmocka_unit_test(an_earlier_start_is_the_average_of_the_tests_before_it),
        cmocka_unit_test(an_earlier_start_is_that_of_the_rows_before_the_start),
        cmocka_unit_test(an_earlier_start_of_few_teams_is_judged_by_teams_as_the_effect_is),
        cmocka_unit_test(an_earlier_start_of_one_team_beside_another_has_no_error),
        cmocka_unit_test(one_period_before_the_start_leaves_no_room_for_an_earlier_one),
        cmocka_unit_test(anticipated_periods_are_not_before_the_start),
        cmocka_unit_test(looks_come_by_kind_and_those_that_should_be_0_are_not_adjusted),
        cmocka_unit_test(equal_clusters_have_the_degrees_of_freedom_of_two_samples),
        cmocka_unit_test(a_group_of_one_cluster_has_no_variance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
