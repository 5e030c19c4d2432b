/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Few treated teams: against R (tests/oracle/effect_teams.R), against brute force that estimates
 * every allocation anew, and against what must hold whatever the data.
 */
#include "base/rng.h"
#include "engine/effect/panel_test_int.h"
#include "engine/effect/teams_int.h"

enum { TEAMS_MAX = 20 };

/* A panel in which whole teams start. */
struct town {
    size_t n_teams, n_periods, per_team; /* a team g has per_team + g % 3 persons */
    int start[TEAMS_MAX];                /* the period, from 1; 0 never */
    int observed[TEAMS_MAX];             /* starts behind the outcome */
    double effect;                       /* in the outcome, by `observed` */
    bool has_gaps;
    uint64_t seed;
};

static double draw(const struct town *t, uint64_t use, size_t i)
{
    return rng_normal((struct rng_key){.seed = t->seed, .stream = use}, i);
}

static void put_person(const struct town *town, size_t team, size_t person, out *o)
{
    for (size_t t = 1; t <= town->n_periods; t++) {
        const size_t row = person * 100 + t;
        const int start = town->start[team], observed = town->observed[team];
        const double x = draw(town, 3, row), shock = draw(town, 1, team * 100 + t);
        const bool on = observed > 0 && (int)t >= observed;
        const double value[] = {(double)person,
                                (double)(team + 1),
                                (double)t,
                                start,
                                start > 0 && (int)t >= start,
                                x,
                                1 + (double)(person % 3),
                                draw(town, 2, person) + shock + 0.5 * x + draw(town, 4, row) +
                                    town->effect * on};
        if (town->has_gaps && (person * 5 + t * 3) % 7 == 0)
            continue;
        for (size_t c = 0; c < sizeof value / sizeof *value; c++) {
            out_real(o, value[c]);
            out_char(o, c + 1 < sizeof value / sizeof *value ? ',' : '\n');
        }
    }
}

static table *table_of_town(const struct town *town)
{
    out o;
    out_init(&o, 1 << 24);
    out_cstr(&o, "id,team,t,g,d,x,w,y\n");
    size_t person = 1;
    for (size_t g = 0; g < town->n_teams; g++)
        for (size_t i = 0; i < town->per_team + g % 3; i++)
            put_person(town, g, person++, &o);
    out_char(&o, '\0');
    table *t = parse_table(out_view(&o).p);
    out_free(&o);
    return t;
}

static struct town town_of(size_t n_teams, size_t n_treated, uint64_t seed)
{
    struct town t = {.n_teams = n_teams, .n_periods = 5, .per_team = 3, .seed = seed};
    for (size_t g = 0; g < n_treated; g++)
        t.start[g] = t.observed[g] = 3;
    return t;
}

static struct effect_spec twfe_spec(void)
{
    struct effect_spec s = did_spec();
    s.method = EFFECT_TWFE;
    s.cluster = STR("team");
    return s;
}

static struct effect_result *run_town(const struct town *town, const struct effect_spec *s,
                                      par *pool)
{
    table *t = table_of_town(town);
    struct effect_result *r = run_on(t, s, pool);
    table_free(t);
    return r;
}

static const struct effect_estimate *main_of(const struct effect_result *r)
{
    const struct effect_estimate *e = effect_find(r, EFFECT_SIMPLE);
    return e ? e : effect_find(r, EFFECT_NONE);
}

/* ---- brute force ---- */

/* The next order of starts, ascending; false after the last. */
static bool next_order(int *v, size_t n)
{
    size_t i = n - 1, j = n - 1;
    while (i > 0 && v[i - 1] >= v[i])
        i--;
    if (i == 0)
        return false;
    while (v[j] <= v[i - 1])
        j--;
    const int swap = v[i - 1];
    v[i - 1] = v[j];
    v[j] = swap;
    for (size_t a = i, b = n - 1; a < b; a++, b--) {
        const int other = v[a];
        v[a] = v[b];
        v[b] = other;
    }
    return true;
}

/* NaN when there is no estimate: such an allocation does not count. */
static double t_of(const struct town *town, const struct effect_spec *spec)
{
    struct effect_spec s = *spec;
    struct effect_result *r;
    struct err_info info;
    s.inference = EFFECT_ANALYTIC;
    table *panel = table_of_town(town);
    double t = NAN;
    if (effect_run(panel, &s, NULL, NULL, &r, &info) == OK) {
        if (!main_of(r)->failed)
            t = fabs(main_of(r)->estimate / main_of(r)->standard_error);
        effect_result_free(r);
    }
    table_free(panel);
    return t;
}

static int by_int(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* The share of allocations whose |t|, estimated anew, is as large; `town` tells what was. */
static double brute_p(const struct town *town, const struct effect_spec *s, size_t *n)
{
    struct town other = *town;
    const double own = t_of(town, s);
    size_t count = 0;
    *n = 0;
    qsort(other.start, other.n_teams, sizeof *other.start, by_int);
    do {
        const double t = t_of(&other, s);
        count += t >= own * (1 - 1e-9);
        *n += isnan(t) ? 0 : 1;
    } while (next_order(other.start, other.n_teams));
    return (double)count / (double)*n;
}

static void assert_equals_brute_force(const struct town *town, const struct effect_spec *s)
{
    size_t n;
    const double p = brute_p(town, s, &n);

    struct effect_result *r = run_town(town, s, NULL);

    assert_non_null(r->teams);
    assert_int_equal(r->teams->rule, EFFECT_RANDOMISATION);
    assert_true(r->teams->n_allocations >= (double)n);
    assert_int_equal(r->teams->n_tried, n);
    assert_near(r->teams->p_randomisation, p, 1e-12);
    assert_near(main_of(r)->p, p, 1e-12);
    effect_result_free(r);
}

static void with_two_starts(struct town *t)
{
    t->start[0] = t->observed[0] = 4;
}

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
    s.method = EFFECT_DID;
    assert_ends_where_effects_are_rejected(&t, &s);
    s.covariates[s.n_covariates++] = STR("x");
    assert_ends_where_effects_are_rejected(&t, &s);
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
    assert_near(some->teams->p_randomisation, all->teams->p_randomisation, 0.12);
    assert_true(some->teams->p_randomisation == again->teams->p_randomisation);
    assert_true(some->teams->p_randomisation != other->teams->p_randomisation ||
                some->teams->p_wild != other->teams->p_wild);
    effect_result_free(all);
    effect_result_free(some);
    effect_result_free(again);
    effect_result_free(other);
}

static void bits_do_not_depend_on_threads(void **state)
{
    (void)state;
    static const unsigned threads[] = {2, 8};
    struct town t = town_of(14, 4, 12);
    struct effect_spec s = twfe_spec();
    struct err_info info;
    s.replications = 500;
    s.errors = EFFECT_CR2;
    s.has_errors = true;
    for (int method = 0; method < 2; method++) {
        struct effect_result *one = run_town(&t, &s, NULL);
        for (size_t i = 0; i < 2; i++) {
            par *pool;
            assert_int_equal(par_new(threads[i], &pool, &info), OK);
            struct effect_result *many = run_town(&t, &s, pool);
            assert_memory_equal(&one->teams->p_analytic, &many->teams->p_analytic,
                                5 * sizeof(double));
            assert_memory_equal(&main_of(one)->estimate, &main_of(many)->estimate,
                                4 * sizeof(double));
            effect_result_free(many);
            par_free(pool);
        }
        effect_result_free(one);
        s.method = EFFECT_DID;
        s.has_errors = false;
        t.has_gaps = true;
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
    s.replications = 99;
    s.method = EFFECT_SUNAB;
    assert_refused(HEAD "1,1,1,0,0,1\n", &s, "effect.inference-of-methods");
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
        cmocka_unit_test(randomisation_equals_estimating_every_allocation_anew),
        cmocka_unit_test(randomisation_for_two_groups_equals_estimating_every_allocation_anew),
        cmocka_unit_test(errors_draws_and_allocations_equal_those_of_r),
        cmocka_unit_test(two_of_six_teams_reach_no_p_below_one_in_fifteen),
        cmocka_unit_test(a_mirror_doubles_the_smallest_p),
        cmocka_unit_test(one_team_is_placed_among_all),
        cmocka_unit_test(enough_teams_keep_errors_by_cluster),
        cmocka_unit_test(what_is_asked_overrules_the_rule),
        cmocka_unit_test(random_allocations_come_near_all_of_them_and_follow_the_seed),
        cmocka_unit_test(allocations_are_counted),
        cmocka_unit_test(all_allocations_are_looked_at_once_and_in_order),
        cmocka_unit_test(one_team_is_measured_by_the_spread_that_its_size_gives),
        cmocka_unit_test(treatment_within_teams_has_no_teams_unless_bootstrapped),
        cmocka_unit_test(singleton_clusters_and_exact_fits_do_no_harm),
        cmocka_unit_test(randomisation_for_did_equals_estimating_every_allocation_anew),
        cmocka_unit_test(the_interval_ends_where_effects_are_rejected),
        cmocka_unit_test(bits_do_not_depend_on_threads),
        cmocka_unit_test(what_a_design_cannot_bear_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
