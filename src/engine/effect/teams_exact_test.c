/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Few treated teams: against R (tests/oracle/effect_teams.R), and against brute force that
 * estimates every allocation anew.
 */
#include "engine/effect/teams_test_int.h"

static void randomisation_equals_estimating_every_allocation_anew(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct effect_spec s = twfe_spec();
        struct town t = town_of(6, 2, seed);
        assert_equals_brute_force(&t, &s);
        with_two_starts(&t);
        t.has_gaps = true;
        assert_equals_brute_force(&t, &s);
        s.covariates[s.n_covariates++] = STR("x");
        s.weights = STR("w");
        assert_equals_brute_force(&t, &s);
    }
}

static void randomisation_of_effects_by_start_equals_estimating_every_allocation_anew(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 2; seed++)
        for (int events = 0; events < 2; events++) {
            struct effect_spec s = twfe_spec();
            struct town t = town_of(6, 2, seed);
            s.method = events ? EFFECT_TWFE : EFFECT_SUNAB;
            s.event_study = events;
            assert_equals_brute_force(&t, &s);
            with_two_starts(&t);
            t.has_gaps = true;
            assert_equals_brute_force(&t, &s);
            s.covariates[s.n_covariates++] = STR("x");
            s.weights = STR("w");
            assert_equals_brute_force(&t, &s);
        }
}

static void randomisation_for_did_equals_estimating_every_allocation_anew(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct effect_spec s = did_spec();
        s.cluster = STR("team");
        struct town t = town_of(6, 2, seed);
        assert_equals_brute_force(&t, &s);
        with_two_starts(&t);
        t.has_gaps = true;
        assert_equals_brute_force(&t, &s);
        s.weights = STR("w");
        s.control = EFFECT_NOT_YET;
        assert_equals_brute_force(&t, &s);
        s.anticipation = 1;
        s.estimator = EFFECT_REG; /* a score may not exist for three persons */
        s.covariates[s.n_covariates++] = STR("x");
        assert_equals_brute_force(&t, &s);
    }
}

static void randomisation_for_two_groups_equals_estimating_every_allocation_anew(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct effect_spec s;
        struct town t = town_of(7, 3, seed);
        t.n_periods = 1;
        for (size_t g = 0; g < 3; g++)
            t.start[g] = t.observed[g] = 1;
        effect_spec_init(&s);
        s.outcome = STR("y");
        s.treatment = STR("d");
        s.cluster = STR("team");
        assert_equals_brute_force(&t, &s);
        s.method = EFFECT_REGRESSION;
        s.covariates[s.n_covariates++] = STR("x");
        s.weights = STR("w");
        assert_equals_brute_force(&t, &s);
    }
}

/* Seven teams at one moment, three of them treated, and covariates. */
static struct town moment_of(uint64_t seed)
{
    struct town t = town_of(7, 3, seed);
    t.n_periods = 1;
    t.per_team = 8;
    for (size_t g = 0; g < 3; g++)
        t.start[g] = t.observed[g] = 1;
    return t;
}

static struct effect_spec moment_spec(enum effect_method method)
{
    struct effect_spec s;
    effect_spec_init(&s);
    s.method = method;
    s.outcome = STR("y");
    s.treatment = STR("d");
    s.cluster = STR("team");
    s.covariates[s.n_covariates++] = STR("x");
    return s;
}

static void randomisation_of_weights_equals_estimating_every_allocation_anew(void **state)
{
    (void)state;
    const struct town t = moment_of(1);
    struct effect_spec s = moment_spec(EFFECT_WEIGHTING);
    assert_equals_brute_force(&t, &s);
    s.ipw = EFFECT_HORVITZ_THOMPSON;
    assert_equals_brute_force(&t, &s);
    s = moment_spec(EFFECT_DOUBLY_ROBUST);
    s.weights = STR("w");
    assert_equals_brute_force(&t, &s);
    s = moment_spec(EFFECT_BALANCING);
    assert_equals_brute_force(&t, &s);
    s.weighing = EFFECT_OVERLAP;
    assert_equals_brute_force(&t, &s);
}

static void randomisation_of_partners_equals_estimating_every_allocation_anew(void **state)
{
    (void)state;
    const struct town t = moment_of(2);
    struct effect_spec s = moment_spec(EFFECT_MATCHING);
    assert_equals_brute_force(&t, &s);
    s.replace = true;
    s.has_caliper = true;
    s.caliper = 0.2;
    assert_equals_brute_force(&t, &s);
    s = moment_spec(EFFECT_MATCHING);
    s.distance = EFFECT_MAHALANOBIS;
    s.exact[s.n_exact++] = STR("w");
    assert_equals_brute_force(&t, &s);
    s = moment_spec(EFFECT_MATCHING);
    s.distance = EFFECT_CEM;
    assert_equals_brute_force(&t, &s);
}

/* Whether `effect` is rejected at 60 %, all estimated anew after taking it out of the outcome. */
static bool brute_rejects(struct town town, const struct effect_spec *s, double effect)
{
    size_t n;
    town.effect -= effect;
    return brute_p(&town, s, &n) <= 1 - s->level;
}

static void assert_ends_where_effects_are_rejected(const struct town *t,
                                                   const struct effect_spec *s)
{
    struct effect_result *r = run_town(t, s, NULL);
    const struct effect_estimate *e = main_of(r);
    const double step = 1e-6 * e->standard_error;

    assert_true(isfinite(e->ci_low) && e->ci_low < e->estimate && e->estimate < e->ci_high);
    assert_false(brute_rejects(*t, s, e->ci_low + step));
    assert_true(brute_rejects(*t, s, e->ci_low - step));
    assert_false(brute_rejects(*t, s, e->ci_high - step));
    assert_true(brute_rejects(*t, s, e->ci_high + step));
    effect_result_free(r);
}

static void the_interval_ends_where_effects_are_rejected(void **state)
{
    (void)state;
    struct effect_spec s = twfe_spec();
    struct town t = town_of(6, 2, 4);
    t.effect = 1.5;
    s.level = 0.6;

    assert_ends_where_effects_are_rejected(&t, &s);
    with_two_starts(&t);
    assert_ends_where_effects_are_rejected(&t, &s);
    s.event_study = true;
    assert_ends_where_effects_are_rejected(&t, &s);
    s.event_study = false;
    s.method = EFFECT_SUNAB;
    assert_ends_where_effects_are_rejected(&t, &s);
    s.method = EFFECT_DID;
    assert_ends_where_effects_are_rejected(&t, &s);
    s.covariates[s.n_covariates++] = STR("x");
    assert_ends_where_effects_are_rejected(&t, &s);
}

static void the_interval_of_estimating_again_ends_where_effects_are_rejected(void **state)
{
    (void)state;
    static const enum effect_method methods[] = {EFFECT_DOUBLY_ROBUST, EFFECT_BALANCING,
                                                 EFFECT_MATCHING};
    struct town t = moment_of(3);
    t.effect = 1.5;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        struct effect_spec s = moment_spec(methods[i]);
        s.level = 0.6;
        assert_ends_where_effects_are_rejected(&t, &s);
    }
}

/* ---- R ---- */

static table *oracle_town(void)
{
    static const int start[12] = {3, 3, 4};
    out o;
    out_init(&o, 1 << 20);
    out_cstr(&o, "id,team,t,g,x,y\n");
    for (int i = 1; i <= 36; i++)
        for (int t = 1; t <= 5; t++) {
            const int team = i % 12, g = start[team], d = g > 0 && t >= g;
            const double value[] = {i,
                                    team,
                                    t,
                                    g,
                                    (i * 13 + t * 29) % 31 / 8.0,
                                    (i * 37 + t * t * 11 + i * t * 5) % 101 / 16.0 +
                                        (team * 7 + t * t * 3) % 13 / 4.0 + 1.5 * d};
            if ((i * 5 + t * 3) % 7 == 0)
                continue;
            for (size_t c = 0; c < sizeof value / sizeof *value; c++) {
                out_real(&o, value[c]);
                out_char(&o, c + 1 < sizeof value / sizeof *value ? ',' : '\n');
            }
        }
    out_char(&o, '\0');
    table *t = parse_table(out_view(&o).p);
    out_free(&o);
    return t;
}

static void errors_draws_and_allocations_equal_those_of_r(void **state)
{
    (void)state;
    struct effect_spec s = twfe_spec();
    table *t = oracle_town();
    s.covariates[s.n_covariates++] = STR("x");

    struct effect_result *r = run_on(t, &s, NULL);
    assert_near(r->estimates[0].estimate, 3.27962701777086, 1e-12);
    assert_near(r->teams->p_randomisation, 8.0 / 660, 1e-12);
    assert_near(r->teams->p_wild, 316.0 / 4096, 1e-12);
    assert_near(r->teams->smallest_p, 1.0 / 660, 1e-15);
    effect_result_free(r);

    s.inference = EFFECT_ANALYTIC;
    s.errors = EFFECT_CR2;
    s.has_errors = true;
    r = run_on(t, &s, NULL);
    assert_near(r->estimates[0].standard_error, 0.97500008117488, 1e-11);
    /* Student's t with 3.077076647 degrees of freedom */
    assert_near(r->estimates[0].p, 0.0418, 2e-3);
    effect_result_free(r);

    s.errors = EFFECT_CR3;
    r = run_on(t, &s, NULL);
    assert_near(r->estimates[0].standard_error, 1.19478374993842, 1e-11);
    effect_result_free(r);
    table_free(t);
}

static void tests_of_effects_by_start_equal_those_of_r(void **state)
{
    (void)state;
    static const struct {
        bool events;
        double estimate, wild, randomisation;
    } known[] = {{false, 3.54679944604318, 174, 2}, {true, 3.80491112552525, 436, 27}};
    table *t = oracle_town();
    for (size_t i = 0; i < 2; i++) {
        struct effect_spec s = twfe_spec();
        s.covariates[s.n_covariates++] = STR("x");
        s.method = known[i].events ? EFFECT_TWFE : EFFECT_SUNAB;
        s.event_study = known[i].events;

        struct effect_result *r = run_on(t, &s, NULL);

        assert_near(main_of(r)->estimate, known[i].estimate, 1e-12);
        assert_near(r->teams->p_wild, known[i].wild / 4096, 1e-12);
        assert_near(r->teams->p_randomisation, known[i].randomisation / 660, 1e-12);
        assert_true(main_of(r)->p == r->teams->p_randomisation);
        effect_result_free(r);
    }
    table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(randomisation_equals_estimating_every_allocation_anew),
        cmocka_unit_test(randomisation_of_effects_by_start_equals_estimating_every_allocation_anew),
        cmocka_unit_test(randomisation_for_two_groups_equals_estimating_every_allocation_anew),
        cmocka_unit_test(randomisation_of_weights_equals_estimating_every_allocation_anew),
        cmocka_unit_test(randomisation_of_partners_equals_estimating_every_allocation_anew),
        cmocka_unit_test(the_interval_of_estimating_again_ends_where_effects_are_rejected),
        cmocka_unit_test(errors_draws_and_allocations_equal_those_of_r),
        cmocka_unit_test(tests_of_effects_by_start_equal_those_of_r),
        cmocka_unit_test(randomisation_for_did_equals_estimating_every_allocation_anew),
        cmocka_unit_test(the_interval_ends_where_effects_are_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
