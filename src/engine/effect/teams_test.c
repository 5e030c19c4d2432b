/* SPDX-License-Identifier: EUPL-1.2 */
/* Few treated teams: the rule and its words, the kernels, and what is refused. */
#include "engine/effect/cross_int.h"
#include "engine/effect/teams_test_int.h"

/* ---- the rule and its words ---- */

static void two_of_six_teams_reach_no_p_below_one_in_fifteen(void **state)
{
    (void)state;
    const struct town t = town_of(6, 2, 7);
    const struct effect_spec s = twfe_spec();

    struct effect_result *r = run_town(&t, &s, NULL);

    assert_near(r->teams->smallest_p, 1.0 / 15, 1e-15);
    assert_string_equal(r->teams->why, "effect.rule-few");
    assert_true(r->teams->no_low && r->teams->no_high);
    assert_true(isinf(r->estimates[0].ci_low) && isinf(r->estimates[0].ci_high));
    assert_true(has_warning(r, "effect.few-clusters-settled"));
    effect_result_free(r);
}

/* With half of the teams treated, the other half gives the same |t|. */
static void a_mirror_doubles_the_smallest_p(void **state)
{
    (void)state;
    struct town t = town_of(6, 3, 7);
    const struct effect_spec s = twfe_spec();
    t.effect = 1000;

    struct effect_result *r = run_town(&t, &s, NULL);

    assert_near(r->teams->smallest_p, 2.0 / 20, 1e-15);
    assert_near(r->teams->p_randomisation, 2.0 / 20, 1e-15);
    effect_result_free(r);
}

static void one_team_is_placed_among_all(void **state)
{
    (void)state;
    struct town t = town_of(20, 1, 8);
    struct effect_spec s = twfe_spec();
    t.effect = 50;

    struct effect_result *r = run_town(&t, &s, NULL);

    assert_string_equal(r->teams->why, "effect.rule-one-treated");
    assert_int_equal(r->teams->n_tried, 20);
    assert_near(r->teams->p_randomisation, 0.05, 1e-15);
    assert_true(r->estimates[0].p == r->teams->p_randomisation);
    effect_result_free(r);

    s.level = 0.9;
    r = run_town(&t, &s, NULL);
    assert_true(r->estimates[0].ci_low < 50 && r->estimates[0].ci_high > 50);
    assert_true(r->estimates[0].ci_low > 30 && r->estimates[0].ci_high < 70);
    effect_result_free(r);
}

static void enough_teams_keep_errors_by_cluster(void **state)
{
    (void)state;
    const struct town t = town_of(18, 9, 9);
    const struct effect_spec s = twfe_spec();

    struct effect_result *r = run_town(&t, &s, NULL);

    assert_int_equal(r->teams->rule, EFFECT_ANALYTIC);
    assert_string_equal(r->teams->why, "effect.rule-enough");
    assert_near(r->teams->p_analytic, r->estimates[0].p, 0);
    assert_near(r->teams->low, r->estimates[0].ci_low, 0);
    assert_true(isnan(r->teams->p_wild));
    effect_result_free(r);
}

/* The commonest start against the other starts. */
static void when_all_start_sometime_few_are_those_beside_the_commonest_start(void **state)
{
    (void)state;
    struct town few = town_of(6, 6, 13), many = town_of(18, 18, 13);
    const struct effect_spec s = twfe_spec();
    for (size_t g = 0; g < 2; g++)
        few.start[g] = few.observed[g] = 4;
    for (size_t g = 0; g < 9; g++)
        many.start[g] = many.observed[g] = 4;

    struct effect_result *r = run_town(&few, &s, NULL), *enough = run_town(&many, &s, NULL);

    assert_int_equal(r->teams->few, 2);
    assert_string_equal(r->teams->why, "effect.rule-few");
    assert_near(r->teams->n_allocations, 15, 0);
    assert_int_equal(enough->teams->few, 9);
    assert_string_equal(enough->teams->why, "effect.rule-enough");
    assert_int_equal(enough->teams->rule, EFFECT_ANALYTIC);
    assert_true(has_warning(enough, "twfe.all-treated"));
    effect_result_free(r);
    effect_result_free(enough);
    assert_equals_brute_force(&few, &s);
}

/* Five hundred teams of one are no few teams because nobody stays without. */
static void persons_who_all_start_sometime_are_no_teams(void **state)
{
    (void)state;
    struct town t = town_of(18, 18, 14);
    struct effect_spec s = twfe_spec();
    for (size_t g = 0; g < 9; g++)
        t.start[g] = t.observed[g] = 4;
    s.cluster = (str){0};

    struct effect_result *r = run_town(&t, &s, NULL);

    assert_null(r->teams);
    assert_int_equal(r->diagnostics.n_treated + r->diagnostics.n_control, r->diagnostics.n_units);
    assert_int_equal(r->diagnostics.n_control, 36); /* who start last */
    effect_result_free(r);
}

/* Nobody else is alike, but the two starts differ: there are more orders than teams. */
static void one_team_without_beside_several_starts_is_judged_by_all_orders(void **state)
{
    (void)state;
    struct town t = town_of(5, 4, 15);
    const struct effect_spec s = twfe_spec();
    t.start[0] = t.observed[0] = 4;

    struct effect_result *r = run_town(&t, &s, NULL);

    assert_string_equal(r->teams->why, "effect.rule-few");
    assert_int_equal(r->teams->n_tried, 20);
    effect_result_free(r);
}

static void what_is_asked_overrules_the_rule(void **state)
{
    (void)state;
    const struct town t = town_of(12, 3, 9);
    struct effect_spec s = twfe_spec();

    s.inference = EFFECT_ANALYTIC;
    struct effect_result *r = run_town(&t, &s, NULL);
    const double analytic = r->estimates[0].p;
    assert_string_equal(r->teams->why, "effect.rule-asked");
    effect_result_free(r);

    s.inference = EFFECT_WILD;
    r = run_town(&t, &s, NULL);
    assert_near(r->estimates[0].p, r->teams->p_wild, 0);
    assert_near(r->teams->p_analytic, analytic, 0);
    assert_true(r->estimates[0].ci_low < r->estimates[0].estimate);
    effect_result_free(r);
}

static void random_allocations_come_near_all_of_them_and_follow_the_seed(void **state)
{
    (void)state;
    const struct town t = town_of(12, 3, 11);
    struct effect_spec s = twfe_spec();

    struct effect_result *all = run_town(&t, &s, NULL);
    s.replications = 199;
    struct effect_result *some = run_town(&t, &s, NULL), *again = run_town(&t, &s, NULL);
    s.seed = 5;
    struct effect_result *other = run_town(&t, &s, NULL);

    assert_int_equal(all->teams->n_tried, 220);
    assert_int_equal(some->teams->n_tried, 199);
    assert_true(some->teams->is_drawn && !all->teams->is_drawn);
    assert_near(some->teams->p_randomisation, all->teams->p_randomisation, 0.12);
    assert_true(some->teams->p_randomisation == again->teams->p_randomisation);
    assert_true(some->teams->p_randomisation != other->teams->p_randomisation ||
                some->teams->p_wild != other->teams->p_wild);
    effect_result_free(all);
    effect_result_free(some);
    effect_result_free(again);
    effect_result_free(other);
}

static void assert_same_bits(const struct town *t, const struct effect_spec *s)
{
    static const unsigned threads[] = {2, 8};
    struct err_info info;
    struct effect_result *one = run_town(t, s, NULL);
    for (size_t i = 0; i < 2; i++) {
        par *pool;
        assert_int_equal(par_new(threads[i], &pool, &info), OK);
        struct effect_result *many = run_town(t, s, pool);
        assert_memory_equal(&one->teams->p_analytic, &many->teams->p_analytic, 5 * sizeof(double));
        assert_memory_equal(&main_of(one)->estimate, &main_of(many)->estimate, 4 * sizeof(double));
        effect_result_free(many);
        par_free(pool);
    }
    effect_result_free(one);
}

static void bits_do_not_depend_on_threads(void **state)
{
    (void)state;
    static const enum effect_method methods[] = {EFFECT_TWFE, EFFECT_SUNAB, EFFECT_DID,
                                                 EFFECT_DOUBLY_ROBUST, EFFECT_MATCHING};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        struct town t = town_of(14, 4, 12);
        struct effect_spec s = twfe_spec();
        s.replications = 500;
        s.method = methods[i];
        s.has_errors = i < 2;
        s.errors = EFFECT_CR2;
        t.has_gaps = s.method == EFFECT_DID;
        if (i > 2) {
            t.n_periods = 1;
            for (size_t g = 0; g < 4; g++)
                t.start[g] = t.observed[g] = 1;
            s.unit = s.time = s.first_treated = (str){0};
            s.treatment = STR("d");
            s.covariates[s.n_covariates++] = STR("x");
        }
        assert_same_bits(&t, &s);
    }
}

/* Many rows and covariates: what would take long is not done unasked, and the result says so. */
static void estimating_again_is_left_where_it_would_take_long(void **state)
{
    (void)state;
    struct frame f = {.n = 1000000, .k = 12, .d = calloc(1000000, sizeof *f.d)};
    struct effect_spec s;
    effect_spec_init(&s);
    assert_non_null(f.d);
    for (size_t i = 0; i < 5000; i++)
        f.d[i] = 1;

    s.method = EFFECT_WEIGHTING;
    const double weighting = cross_rerun_work(&f, &s);
    s.method = EFFECT_MATCHING;
    s.distance = EFFECT_MAHALANOBIS;
    const double in_space = cross_rerun_work(&f, &s);
    f.n = 20000;
    const double small = cross_rerun_work(&f, &s);

    assert_true(15 * weighting < CROSS_RERUNS_LIMIT); /* two of six teams, but not of twenty */
    assert_true(190 * weighting > CROSS_RERUNS_LIMIT);
    assert_true(15 * in_space > CROSS_RERUNS_LIMIT);
    assert_true(190 * small < CROSS_RERUNS_LIMIT);
    free(f.d);
}

/* The errors of two teams are rounding: they are not shown, whatever the method. */
static void one_team_of_either_kind_has_no_error(void **state)
{
    (void)state;
    static const enum effect_method methods[] = {EFFECT_TWFE, EFFECT_SUNAB, EFFECT_DID,
                                                 EFFECT_DIFFERENCE, EFFECT_WEIGHTING};
    struct town t = town_of(2, 1, 5);
    t.per_team = 12;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        for (int asked = 0; asked < 2; asked++) {
            struct effect_spec s = twfe_spec();
            s.method = methods[i];
            s.inference = asked ? EFFECT_ANALYTIC : EFFECT_AUTO;
            if (i >= 3) {
                s.unit = s.time = s.first_treated = (str){0};
                s.treatment = STR("d");
                t.n_periods = 1;
                t.start[0] = t.observed[0] = 1;
            }
            if (s.method == EFFECT_WEIGHTING)
                s.covariates[s.n_covariates++] = STR("x");

            struct effect_result *r = run_town(&t, &s, NULL);

            const struct effect_estimate *e = main_of(r);
            assert_true(isfinite(e->estimate) && isnan(e->standard_error));
            assert_true(isnan(r->covariance[0]) && isnan(r->teams->p_wild));
            assert_true(has_warning(r, "effect.one-team-each"));
            assert_true(asked ? isnan(e->p) && isnan(e->ci_low)
                              : e->p == 1 && isinf(e->ci_low) && isinf(e->ci_high));
            effect_result_free(r);
        }
}

/* ---- kernels ---- */

static void allocations_are_counted(void **state)
{
    (void)state;
    static const uint32_t two_of_six[] = {0, 1, 1, 0, 0, 0}, three_kinds[] = {0, 1, 2, 0, 0, 1};
    static uint32_t half_of_many[2000];
    arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < 1000; i++)
        half_of_many[i] = 1;

    assert_near(teams_count_allocations(6, two_of_six, 2, a), 15, 0);
    assert_near(teams_count_allocations(6, three_kinds, 3, a), 60, 0);
    assert_true(teams_count_allocations(2000, half_of_many, 2, a) > 1e300);
    arena_free(a);
}

/* Keeps each allocation it is given. */
static void keep(const void *ctx, const uint32_t *profile, unsigned worker, struct teams_draw *d)
{
    (void)ctx;
    (void)worker;
    *d = (struct teams_draw){0};
    for (size_t i = 0; i < 6; i++)
        d->n0 = 3 * d->n0 + profile[i];
}

static void all_allocations_are_looked_at_once_and_in_order(void **state)
{
    (void)state;
    static const uint32_t profile[] = {2, 1, 0, 0, 1, 0};
    const struct teams_design d = {.n = 6, .n_profiles = 3, .profile = profile, .evaluate = keep};
    struct teams_table t;
    struct err_info info;
    arena *a = arena_new(1 << 20);

    assert_int_equal(teams_allocate(&d, 60, 1, NULL, NULL, a, &t, &info), OK);

    assert_true(t.is_complete);
    assert_int_equal(t.n, 60);
    for (size_t i = 1; i < t.n; i++)
        assert_true(t.draw[i].n0 > t.draw[i - 1].n0);
    assert_int_equal(teams_allocate(&d, 59, 1, NULL, NULL, a, &t, &info), OK);
    assert_false(t.is_complete);
    assert_int_equal(t.n, 59);
    arena_free(a);
}

/* Spread falls with size: of two equal estimates, that of the large team is the more telling. */
static void one_team_is_measured_by_the_spread_that_its_size_gives(void **state)
{
    (void)state;
    enum { N = 10 };
    struct teams_draw draw[N];
    double size[N];
    for (size_t j = 0; j < N; j++) {
        size[j] = j < 5 ? 1 : 100;
        draw[j] = (struct teams_draw){.n0 = j < 5 ? 10 + (double)j : 1 + 0.1 * (double)j};
    }
    draw[9].n0 = 9;
    const struct teams_table t = {.draw = draw, .n = N, .is_complete = true};

    const double large = teams_single_p(&(struct teams_single){&t, size, 9}, 0);
    draw[4].n0 = 9;
    const double small = teams_single_p(&(struct teams_single){&t, size, 4}, 0);

    assert_near(large, 1.0 / N, 1e-15);
    assert_true(small > 0.5);
}

/* ---- bad input ---- */

#define HEAD "id,team,t,g,d,y\n"

static void what_a_design_cannot_bear_is_refused(void **state)
{
    (void)state;
    struct effect_spec s = twfe_spec();
    assert_refused(HEAD "1,1,1,0,0,1\n1,1,2,0,0,2\n2,1,1,2,0,1\n2,1,2,2,1,5\n3,1,1,0,0,1\n"
                        "3,1,2,0,0,3\n",
                   &s, "effect.one-cluster");
    s.inference = EFFECT_RANDOMISATION;
    assert_refused(HEAD "1,1,1,0,0,1\n1,1,2,0,0,2\n2,1,1,2,0,1\n2,1,2,2,1,5\n3,2,1,0,0,1\n"
                        "3,2,2,0,0,3\n4,2,1,2,0,1\n4,2,2,2,1,4\n",
                   &s, "effect.treatment-within-teams");
    s.replications = EFFECT_REPLICATIONS_MAX + 1;
    assert_refused(HEAD "1,1,1,0,0,1\n", &s, "effect.replications-limit");
    s.replications = EFFECT_REPLICATIONS_MIN - 1;
    assert_refused(HEAD "1,1,1,0,0,1\n", &s, "effect.replications-limit");
    s.replications = EFFECT_REPLICATIONS_MIN;
    s.method = EFFECT_DID;
    s.inference = EFFECT_WILD;
    assert_refused(HEAD "1,1,1,0,0,1\n", &s, "effect.inference-of-methods");
    s.inference = EFFECT_RANDOMISATION;
    s.cluster = STR("");
    assert_refused(HEAD "1,1,1,0,0,1\n", &s, "effect.option-missing");
}

static void treatment_within_teams_has_no_teams_unless_bootstrapped(void **state)
{
    (void)state;
    const char *text = HEAD "1,1,1,0,0,1\n1,1,2,0,0,2\n2,1,1,2,0,1\n2,1,2,2,1,5\n3,2,1,0,0,1\n"
                            "3,2,2,0,0,3\n4,2,1,2,0,1\n4,2,2,2,1,4\n5,3,1,0,0,2\n5,3,2,0,0,2\n";
    struct effect_spec s = twfe_spec();
    table *t = parse_table(text);

    struct effect_result *r = run_on(t, &s, NULL);
    assert_null(r->teams);
    effect_result_free(r);

    s.inference = EFFECT_WILD;
    r = run_on(t, &s, NULL);
    assert_true(r->estimates[0].p == r->teams->p_wild && r->teams->p_wild > 0);
    assert_true(isnan(r->teams->smallest_p));
    effect_result_free(r);
    table_free(t);
}

/* Teams of one person are as good as any; a tie everywhere gives p = 1. */
static void singleton_clusters_and_exact_fits_do_no_harm(void **state)
{
    (void)state;
    struct effect_spec s = twfe_spec();
    struct town t = town_of(6, 2, 3);
    t.per_team = 1;
    struct effect_result *r = run_town(&t, &s, NULL);
    assert_true(r->teams->p_randomisation > 0 && r->teams->p_randomisation <= 1);
    effect_result_free(r);
    s.cluster = STR("id");
    r = run_town(&t, &s, NULL);
    assert_non_null(r->teams); /* few persons are few teams */
    effect_result_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_of_six_teams_reach_no_p_below_one_in_fifteen),
        cmocka_unit_test(a_mirror_doubles_the_smallest_p),
        cmocka_unit_test(one_team_is_placed_among_all),
        cmocka_unit_test(enough_teams_keep_errors_by_cluster),
        cmocka_unit_test(when_all_start_sometime_few_are_those_beside_the_commonest_start),
        cmocka_unit_test(persons_who_all_start_sometime_are_no_teams),
        cmocka_unit_test(one_team_without_beside_several_starts_is_judged_by_all_orders),
        cmocka_unit_test(what_is_asked_overrules_the_rule),
        cmocka_unit_test(random_allocations_come_near_all_of_them_and_follow_the_seed),
        cmocka_unit_test(one_team_of_either_kind_has_no_error),
        cmocka_unit_test(estimating_again_is_left_where_it_would_take_long),
        cmocka_unit_test(allocations_are_counted),
        cmocka_unit_test(all_allocations_are_looked_at_once_and_in_order),
        cmocka_unit_test(one_team_is_measured_by_the_spread_that_its_size_gives),
        cmocka_unit_test(treatment_within_teams_has_no_teams_unless_bootstrapped),
        cmocka_unit_test(singleton_clusters_and_exact_fits_do_no_harm),
        cmocka_unit_test(bits_do_not_depend_on_threads),
        cmocka_unit_test(what_a_design_cannot_bear_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
