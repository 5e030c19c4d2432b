/* SPDX-License-Identifier: EUPL-1.2 */
/* Other looks at effects with fixed effects: an earlier start, subgroups, controls. */
#include "base/num.h"
#include "base/rng.h"
#include "engine/effect/looks_int.h"

#include "engine/effect/twfe_test_int.h"

#include <stdio.h>
#include <unistd.h>

/*
 * 24 teams of 2 to 5 persons in 9 periods; a quarter never starts, others in period 2 (no
 * room for an earlier start), 5 (four periods before: moved by two) or 8. Some rows are missing,
 * some persons lack an outcome, weights and a covariate vary. `sex` is fixed, with two empty cells
 * and a person without any; `home` is another cluster.
 */
enum { TEAMS = 24, PERIODS = 9, SHIFT = 2 };

struct world {
    bool moved;     /* as if treatment had started earlier, with the rows before the real start */
    bool backwards; /* rows from the last to the first */
    bool by_column; /* treatment row by row, in place of a start */
    bool whole;     /* no row and no outcome is missing */
    char sex;       /* only these; 0: all */
};

static double shock(const char *use, uint64_t i)
{
    return rng_normal((struct rng_key){.seed = 5, .stream = rng_stream(use, 0)}, i);
}

static size_t start_of(size_t team)
{
    static const size_t start[] = {0, 5, 8, 2};
    return start[team % 4];
}

/* How many periods count, by hand: 5 and 8 have 4 and 7 before them, the never treated 7. */
static size_t periods_of(size_t team)
{
    static const size_t n[] = {7, 4, 7, 0};
    return n[team % 4];
}

static char sex_of(size_t person)
{
    return person == 3 ? ' ' : person % 3 ? 'a' : 'b';
}

static void put(out *o, double v)
{
    char text[NUM_TEXT_MAX];
    out_bytes(o, text, num_print_real(v, text));
    out_char(o, ',');
}

static void put_row(out *o, const struct world *w, size_t team, size_t person, size_t t)
{
    const size_t at = person * PERIODS + t;
    size_t start = start_of(team);
    const bool is_on = start > 0 && t >= start;
    if (w->moved) /* k - shift is the start in periods counted from 0 */
        start = start > 0 ? start - SHIFT : 0;
    put(o, (double)person + 100);
    put(o, (double)team / 2 - 3.5);
    put(o, (double)t);
    put(o, w->by_column ? (double)(start > 0 && t >= start) : (double)start);
    put(o, shock("x", at));
    put(o, 1 + (double)(at % 3));
    out_char(o, 'f');
    put(o, (double)((person + (t > 4)) % 4));
    out_cstr(o, person % 2 ? "east," : "west,");
    if (sex_of(person) != ' ' && at % 50 != 7)
        out_char(o, sex_of(person));
    out_char(o, ',');
    put(o, shock("other", at));
    if (w->whole || at % 37 != 5)
        put(o, shock("person", person) + shock("team", team * PERIODS + t) + shock("noise", at) +
                   (is_on ? 1 + (double)(person % 3) : 0));
    else
        out_char(o, ',');
    out_cstr(o, "1\n");
}

static table *table_of(struct world w)
{
    out o;
    size_t team_of[TEAMS * 5], n = 0;
    out_init(&o, (size_t)1 << 24);
    out_cstr(&o, "id,team,t,g,x,w,f,side,sex,other,y,all\n");
    for (size_t team = 0; team < TEAMS; team++)
        for (size_t i = 0; i < 2 + team % 4; i++)
            team_of[n++] = team;
    for (size_t i = 0; i < n * PERIODS; i++) {
        const size_t at = w.backwards ? n * PERIODS - 1 - i : i;
        const size_t person = at / PERIODS, t = at % PERIODS + 1, team = team_of[person];
        if ((w.moved && t > periods_of(team)) || (w.sex && sex_of(person) != w.sex) ||
            (!w.whole && at % 41 == 11))
            continue;
        put_row(&o, &w, team, person, t);
    }
    out_char(&o, '\0');
    table *t = parse_table(out_view(&o).p);
    out_free(&o);
    return t;
}

static struct effect_spec asked(enum effect_method method)
{
    struct effect_spec s = spec_of(method);
    s.cluster = STR("team");
    s.no_placebo_start = true;
    return s;
}

static void by_treatment(struct effect_spec *s)
{
    s->first_treated = STR("");
    s->treatment = STR("g");
}

static void assert_same(double a, double b)
{
    if (!(a == b || fabs(a - b) <= 1e-9 * fabs(b)))
        fail_msg("%.17g is not %.17g", a, b);
}

static void assert_look_is(const struct effect_look *look, const struct effect_result *own)
{
    const struct effect_estimate *e = effect_overall(own);
    if (look->failed)
        fail_msg("%s", look->failed);
    assert_true(e->standard_error > 0);
    assert_same(look->estimate, e->estimate);
    assert_same(look->standard_error, e->standard_error);
    assert_same(look->ci_low, e->ci_low);
    assert_same(look->ci_high, e->ci_high);
    assert_same(look->p, e->p);
    assert_int_equal(look->n_treated, e->n_treated);
    assert_int_equal(look->n_control, e->n_control);
}

/* ---- an earlier start ---- */

/* The rows before the start, written out by hand with the starts moved, are the oracle. */
static void expect_earlier_start(struct effect_spec s, struct world w)
{
    table *t = table_of(w);
    w.moved = true;
    table *moved = table_of(w);
    s.no_placebo_start = false;
    struct effect_result *r = run_on(t, &s, NULL);
    s.no_placebo_start = true;
    s.method = s.method == EFFECT_BACON ? EFFECT_TWFE : s.method; /* rows are no longer even */

    struct effect_result *own = run_on(moved, &s, NULL);

    assert_int_equal(r->n_looks, 1);
    assert_int_equal(r->looks[0].kind, EFFECT_LOOK_PLACEBO_START);
    assert_true(str_eq(r->looks[0].value, STR("2")));
    assert_true(isnan(r->looks[0].p_adjusted));
    assert_look_is(&r->looks[0], own);
    effect_result_free(own);
    effect_result_free(r);
    table_free(moved);
    table_free(t);
}

static void an_earlier_start_is_that_of_the_rows_before_the_start(void **state)
{
    (void)state;
    struct effect_spec s = asked(EFFECT_TWFE), events = asked(EFFECT_TWFE);
    events.event_study = true;

    expect_earlier_start(s, (struct world){0});
    expect_earlier_start(events, (struct world){0});
    expect_earlier_start(asked(EFFECT_SUNAB), (struct world){0});
    expect_earlier_start(asked(EFFECT_BACON), (struct world){.whole = true});
}

/* Sun and Abraham without covariates give what difference-in-differences gives, so here, too. */
static void two_methods_that_agree_do_so_about_an_earlier_start(void **state)
{
    (void)state;
    struct effect_spec s = spec_of(EFFECT_DID);
    table *t = open_fixture("mpdta.csv");
    s.outcome = STR("lemp");
    s.unit = STR("countyreal");
    s.time = STR("year");
    s.first_treated = STR("first.treat");

    struct effect_result *did = run_on(t, &s, NULL);
    s.method = EFFECT_SUNAB;
    struct effect_result *sunab = run_on(t, &s, NULL);

    assert_near(sunab->looks[0].estimate, did->looks[0].estimate, 1e-10);
    assert_int_equal(sunab->looks[0].n_treated, did->looks[0].n_treated);
    assert_int_equal(sunab->looks[0].n_control, did->looks[0].n_control);
    effect_result_free(did);
    effect_result_free(sunab);
    table_free(t);
}

static void it_is_with_covariates_weights_factors_and_any_errors(void **state)
{
    (void)state;
    static const enum effect_method methods[] = {EFFECT_TWFE, EFFECT_SUNAB};
    for (size_t i = 0; i < 2; i++) {
        struct effect_spec s = asked(methods[i]), person = asked(methods[i]);
        s.covariates[s.n_covariates++] = STR("x");
        s.covariates[s.n_covariates++] = STR("side"); /* fixed: it says nothing */
        s.weights = STR("w");
        person.cluster = STR("");
        expect_earlier_start(s, (struct world){0});
        s.has_errors = true;
        s.errors = EFFECT_CR2;
        expect_earlier_start(s, (struct world){0});
        expect_earlier_start(person, (struct world){0});
        person.has_errors = true;
        person.errors = EFFECT_HC1;
        expect_earlier_start(person, (struct world){0});
    }
    struct effect_spec s = asked(EFFECT_TWFE);
    s.fixed_effects[s.n_fixed_effects++] = STR("f");
    expect_earlier_start(s, (struct world){0});
}

static void it_needs_neither_sorted_rows_nor_a_column_of_starts(void **state)
{
    (void)state;
    struct effect_spec s = asked(EFFECT_TWFE), cells = asked(EFFECT_SUNAB);

    expect_earlier_start(s, (struct world){.backwards = true});
    by_treatment(&s);
    by_treatment(&cells);
    expect_earlier_start(s, (struct world){.by_column = true, .whole = true});
    expect_earlier_start(cells,
                         (struct world){.by_column = true, .backwards = true, .whole = true});
}

/* One start is left with two periods before it: treatment and time are then the same. */
static void an_earlier_start_that_cannot_be_told_says_why_and_stops_nothing(void **state)
{
    (void)state;
    struct effect_spec s = spec_of(EFFECT_TWFE);
    table *alone = parse_table("id,t,g,y\n1,1,3,1\n1,2,3,3\n1,3,3,2\n2,1,3,2\n2,2,3,5\n2,3,3,1\n"
                               "3,1,2,2\n3,2,2,4\n3,3,2,1\n4,1,2,1\n4,2,2,2\n4,3,2,4\n");
    table *early = parse_table("id,t,g,y\n1,1,2,1\n1,2,2,3\n2,1,2,2\n2,2,2,5\n3,1,0,1\n3,2,0,1\n"
                               "4,1,0,2\n4,2,0,3\n5,1,0,4\n5,2,0,4\n");

    struct effect_result *r = run_on(alone, &s, NULL), *none = run_on(early, &s, NULL);

    assert_true(isfinite(effect_overall(r)->estimate));
    assert_string_equal(r->looks[0].failed, "twfe.treatment-collinear");
    assert_true(isnan(r->looks[0].estimate));
    assert_string_equal(none->looks[0].failed, "looks.no-earlier-start");
    assert_true(isnan(none->looks[0].estimate));
    effect_result_free(r);
    effect_result_free(none);
    table_free(alone);
    table_free(early);
}

/* ---- subgroups ---- */

static const struct effect_look *look_at(const struct effect_result *r, size_t i,
                                         enum effect_look_kind kind, const char *value)
{
    assert_true(i < r->n_looks);
    assert_int_equal(r->looks[i].kind, kind);
    assert_true(str_eq(r->looks[i].value, str_of(value)));
    return &r->looks[i];
}

/* The same question of a file that holds the rows of one value only. */
static void expect_subgroups(struct effect_spec s, struct world w)
{
    table *t = table_of(w);
    s.subgroups[s.n_subgroups++] = STR("sex");
    struct effect_result *r = run_on(t, &s, NULL);
    s.n_subgroups = 0;
    assert_int_equal(r->n_looks, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct effect_look *look = look_at(r, i, EFFECT_LOOK_SUBGROUP, i ? "b" : "a");
        w.sex = i ? 'b' : 'a';
        table *part = table_of(w);

        struct effect_result *own = run_on(part, &s, NULL);

        assert_look_is(look, own);
        assert_true(look->parts.n > 0 && look->parts.df > 0);
        assert_true(look->p_adjusted >= look->p && look->p_adjusted <= 1);
        effect_result_free(own);
        table_free(part);
    }
    assert_true(has_warning(r, "looks.rows-without-value"));
    effect_result_free(r);
    table_free(t);
}

static void a_subgroup_is_what_a_file_of_its_rows_gives(void **state)
{
    (void)state;
    struct effect_spec s = asked(EFFECT_TWFE);

    expect_subgroups(s, (struct world){0});
    expect_subgroups(asked(EFFECT_SUNAB), (struct world){.backwards = true});
    expect_subgroups(asked(EFFECT_BACON), (struct world){.whole = true});
    s.covariates[s.n_covariates++] = STR("x");
    s.weights = STR("w");
    s.fixed_effects[s.n_fixed_effects++] = STR("f");
    expect_subgroups(s, (struct world){0});
    s.n_fixed_effects = 0;
    s.event_study = true;
    s.cluster = STR("");
    expect_subgroups(s, (struct world){0});
    by_treatment(&s);
    expect_subgroups(s, (struct world){.by_column = true, .whole = true});
}

static void expect_everything_alike(struct effect_spec s)
{
    table *t = table_of((struct world){0});
    s.subgroups[s.n_subgroups++] = STR("all");
    s.keeps_parts = true;

    struct effect_result *r = run_on(t, &s, NULL);

    const struct effect_look *look = look_at(r, 0, EFFECT_LOOK_SUBGROUP, "1");
    assert_look_is(look, r);
    assert_int_equal(look->parts.n, r->parts.n);
    assert_true(look->parts.df == r->parts.df);
    for (size_t i = 0; i < r->parts.n; i++) {
        assert_true(look->parts.of[i].key == r->parts.of[i].key);
        assert_true(look->parts.of[i].part == r->parts.of[i].part);
    }
    effect_result_free(r);
    table_free(t);
}

static void the_subgroup_of_all_is_the_main_effect_with_its_draws(void **state)
{
    (void)state;
    struct effect_spec s = asked(EFFECT_TWFE), by_row = asked(EFFECT_SUNAB);
    by_row.cluster = STR("");
    by_row.has_errors = true;
    by_row.errors = EFFECT_HC1;

    expect_everything_alike(s);
    expect_everything_alike(asked(EFFECT_SUNAB));
    expect_everything_alike(by_row);
    s.cluster = STR("");
    expect_everything_alike(s);
}

/*
 * Without what CR2 makes of few clusters, the squares of the parts are the variance that the
 * estimate itself reports, CR1, without its factor for few rows and clusters. All teams' rows count
 * alike; those of a group make up its weight.
 */
static void expect_variance_of_parts(struct effect_spec s, double factor)
{
    table *t = table_of((struct world){0});
    double squares = 0, total[2] = {0}, weight[TEAMS] = {0};
    s.keeps_parts = true;
    struct err_info info;
    const struct table_column *team, *y;
    assert_int_equal(table_find(t, STR("team"), &team, &info), OK);
    assert_int_equal(table_find(t, STR("y"), &y, &info), OK);
    for (size_t i = 0; i < table_rows(t); i++) {
        const size_t g = (size_t)(2 * (team->reals[i] + 3.5));
        if (isnan(y->reals[i]))
            continue;
        weight[g]++;
        total[g % 4 > 0]++;
    }

    struct effect_result *r = run_on(t, &s, NULL);

    assert_int_equal(r->parts.n, TEAMS);
    for (size_t g = 0; g < TEAMS; g++) {
        const uint64_t key = looks_key_of_real((double)g / 2 - 3.5);
        size_t i = 0;
        while (i < TEAMS && r->parts.of[i].key != key)
            i++;
        assert_true(i < TEAMS);
        squares += r->parts.of[i].part * r->parts.of[i].part * (1 - weight[g] / total[g % 4 > 0]);
    }
    const double se = effect_overall(r)->standard_error;
    assert_near(squares / (se * se / factor), 1, 1e-9);
    effect_result_free(r);
    table_free(t);
}

static void the_squares_of_parts_are_the_variance(void **state)
{
    (void)state;
    struct effect_spec s = asked(EFFECT_TWFE);
    table *t = table_of((struct world){0});
    struct effect_result *r = run_on(t, &s, NULL);
    const double n = (double)r->diagnostics.n_used, g = TEAMS;
    const double k = 1 + (PERIODS - 1) + 1; /* constant, periods, treatment */

    expect_variance_of_parts(s, g / (g - 1) * (n - 1) / (n - k));

    effect_result_free(r);
    table_free(t);
}

static void teams_keep_their_draws_from_group_to_group(void **state)
{
    (void)state;
    struct effect_spec s = asked(EFFECT_SUNAB);
    table *t = table_of((struct world){0});
    s.subgroups[s.n_subgroups++] = STR("sex");
    s.subgroups[s.n_subgroups++] = STR("side");
    s.keeps_parts = true;

    struct effect_result *r = run_on(t, &s, NULL);

    assert_int_equal(r->n_looks, 4);
    for (size_t i = 0; i < r->n_looks; i++)
        for (size_t k = 0; k < r->looks[i].parts.n; k++) {
            size_t at = 0;
            while (at < r->parts.n && r->parts.of[at].key != r->looks[i].parts.of[k].key)
                at++;
            assert_true(at < r->parts.n);
        }
    effect_result_free(r);
    table_free(t);
}

static void a_group_without_comparison_says_why_and_stops_nothing(void **state)
{
    (void)state;
    struct effect_spec s = asked(EFFECT_SUNAB);
    table *t = table_of((struct world){0});
    s.subgroups[s.n_subgroups++] = STR("sex");
    s.subgroups[s.n_subgroups++] = STR("g"); /* a role */
    struct err_info info;
    struct effect_result *untouched = NULL, *r;
    assert_int_equal(effect_run(t, &s, NULL, NULL, &untouched, &info), E_INPUT);
    assert_string_equal(info.msg.key, "looks.column-has-role");
    s.subgroups[1] = STR("team");

    r = run_on(t, &s, NULL);

    assert_int_equal(r->n_looks, 2 + TEAMS);
    assert_true(r->looks[0].p_adjusted > 0);
    for (size_t g = 0; g < TEAMS; g++) {
        const struct effect_look *look = &r->looks[2 + g];
        assert_non_null(look->failed);
        assert_true(isnan(look->estimate) && isnan(look->p_adjusted));
    }
    assert_null(untouched);
    effect_result_free(r);
    table_free(t);
}

static void a_value_that_changes_is_refused(void **state)
{
    (void)state;
    static const enum effect_method methods[] = {EFFECT_TWFE, EFFECT_SUNAB, EFFECT_BACON};
    for (size_t i = 0; i < 3; i++) {
        struct effect_spec s = spec_of(methods[i]);
        s.subgroups[s.n_subgroups++] = STR("c");
        assert_refused("id,t,g,y,c\n1,1,2,1,a\n1,2,2,3,b\n2,1,0,2,a\n2,2,0,5,a\n", &s,
                       "looks.value-changes");
    }
}

/* The table as a column file, sorted, which is not read into memory; unlinked while it is mapped.
 */
static table *mapped(table *t)
{
    struct err_info info;
    char folder[] = "looks_fixed_test.XXXXXX", path[64];
    table *back = NULL;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/t.ot", folder);
    assert_int_equal(table_write(t, str_of(path), STR("id"), STR("t"), NULL, NULL, &info), OK);
    assert_int_equal(table_open(str_of(path), NULL, NULL, NULL, &back, &info), OK);
    assert_true(table_is_sorted_by(back, STR("id"), STR("t")));
    unlink(path);
    rmdir(folder);
    table_free(t);
    return back;
}

static void a_sorted_file_gives_the_same_looks(void **state)
{
    (void)state;
    static const enum effect_method methods[] = {EFFECT_TWFE, EFFECT_SUNAB, EFFECT_DID};
    for (size_t i = 0; i < 3; i++) {
        struct effect_spec s = asked(methods[i]);
        s.subgroups[s.n_subgroups++] = STR("sex");
        s.unaffected = STR("side");
        s.unaffected_value = STR("west");
        table *t = table_of((struct world){0}), *file = mapped(table_of((struct world){0}));

        struct effect_result *r = run_on(t, &s, NULL), *own = run_on(file, &s, NULL);

        assert_int_equal(r->n_looks, 3);
        assert_int_equal(own->n_looks, 3);
        for (size_t l = 0; l < 3; l++) {
            assert_true(str_eq(own->looks[l].value, r->looks[l].value));
            assert_true(own->looks[l].estimate == r->looks[l].estimate);
            assert_true(own->looks[l].standard_error == r->looks[l].standard_error);
            assert_int_equal(own->looks[l].n_treated, r->looks[l].n_treated);
        }
        assert_int_equal(own->n_warnings, r->n_warnings);
        effect_result_free(r);
        effect_result_free(own);
        table_free(t);
        table_free(file);
    }
}

static void a_value_that_changes_is_refused_in_a_sorted_file_too(void **state)
{
    (void)state;
    struct err_info info;
    struct effect_spec s = spec_of(EFFECT_TWFE);
    struct effect_result *r = NULL;
    s.subgroups[s.n_subgroups++] = STR("c");
    table *t =
        mapped(parse_table("id,t,g,y,c\n1,1,2,1,a\n1,2,2,3,\n2,1,0,2,\n2,2,0,5,b\n2,3,0,5,a\n"));

    assert_int_equal(effect_run(t, &s, NULL, NULL, &r, &info), E_INPUT);

    assert_string_equal(info.msg.key, "looks.value-changes");
    assert_null(r);
    table_free(t);
}

/* ---- controls ---- */

static void placebo_outcomes_and_unaffected_rows_are_the_same_question(void **state)
{
    (void)state;
    static const enum effect_method methods[] = {EFFECT_TWFE, EFFECT_SUNAB};
    for (size_t i = 0; i < 2; i++) {
        struct effect_spec s = asked(methods[i]);
        struct world w = {0};
        table *t = table_of(w), *part;
        s.placebo_outcomes[s.n_placebo_outcomes++] = STR("other");
        s.unaffected = STR("sex");
        s.unaffected_value = STR("b");
        s.explore[s.n_explore++] = STR("side");
        s.no_placebo_start = false;

        struct effect_result *r = run_on(t, &s, NULL);

        assert_int_equal(r->n_looks, 5);
        const struct effect_look *east = look_at(r, 0, EFFECT_LOOK_EXPLORED, "east");
        const struct effect_look *west = look_at(r, 1, EFFECT_LOOK_EXPLORED, "west");
        assert_true(fmax(east->p_adjusted, west->p_adjusted) == fmax(east->p, west->p));
        look_at(r, 2, EFFECT_LOOK_PLACEBO_START, "2");
        s = asked(methods[i]);
        w.sex = 'b';
        part = table_of(w);
        struct effect_result *own = run_on(part, &s, NULL);
        assert_look_is(look_at(r, 4, EFFECT_LOOK_UNAFFECTED, "b"), own);
        effect_result_free(own);
        s.outcome = STR("other");
        own = run_on(t, &s, NULL);
        assert_look_is(look_at(r, 3, EFFECT_LOOK_PLACEBO_OUTCOME, ""), own);
        effect_result_free(own);
        effect_result_free(r);
        table_free(part);
        table_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_earlier_start_is_that_of_the_rows_before_the_start),
        cmocka_unit_test(two_methods_that_agree_do_so_about_an_earlier_start),
        cmocka_unit_test(it_is_with_covariates_weights_factors_and_any_errors),
        cmocka_unit_test(it_needs_neither_sorted_rows_nor_a_column_of_starts),
        cmocka_unit_test(an_earlier_start_that_cannot_be_told_says_why_and_stops_nothing),
        cmocka_unit_test(a_subgroup_is_what_a_file_of_its_rows_gives),
        cmocka_unit_test(the_subgroup_of_all_is_the_main_effect_with_its_draws),
        cmocka_unit_test(the_squares_of_parts_are_the_variance),
        cmocka_unit_test(teams_keep_their_draws_from_group_to_group),
        cmocka_unit_test(a_group_without_comparison_says_why_and_stops_nothing),
        cmocka_unit_test(a_value_that_changes_is_refused),
        cmocka_unit_test(a_sorted_file_gives_the_same_looks),
        cmocka_unit_test(a_value_that_changes_is_refused_in_a_sorted_file_too),
        cmocka_unit_test(placebo_outcomes_and_unaffected_rows_are_the_same_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
