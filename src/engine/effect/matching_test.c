/* SPDX-License-Identifier: EUPL-1.2 */
/* Matching, from a table to the result. Figures: tests/oracle/effect_match.R. */
#include "base/real.h"
#include "engine/effect/effect_test_int.h"

static bool warns(const struct effect_result *r, const char *key)
{
    for (size_t i = 0; i < r->n_warnings; i++)
        if (strcmp(r->warnings[i].key, key) == 0)
            return true;
    return false;
}

static void expect(const table *t, const struct effect_spec *s, size_t n_pairs, double estimate,
                   double error)
{
    struct effect_result *r = run(t, s);
    assert_int_equal(r->n_estimates, 1);
    assert_int_equal(r->match->n_pairs, n_pairs);
    assert_near(r->estimates[0].estimate, estimate, 1e-7);
    assert_near(r->estimates[0].standard_error, error, 1e-7);
    effect_result_free(r);
}

static struct effect_spec with_caliper(struct effect_spec s, double caliper, enum effect_scale on)
{
    s.has_caliper = true;
    s.caliper = caliper;
    s.caliper_on = on;
    return s;
}

/* ---- truth ------------------------------------------------------------------------------- */

static void pairs_of_lalonde_are_those_of_matchit(void **state)
{
    (void)state;
    table *t = open_fixture("lalonde_614.tab");
    const struct effect_spec s = ask_lalonde(EFFECT_MATCHING);

    struct effect_result *r = run(t, &s);

    /* MatchIt 4.7.2 with its defaults; lm and errors by subclass */
    assert_int_equal(r->match->n_pairs, 185);
    assert_near(r->estimates[0].estimate, 894.367, 0.0005);
    assert_near(r->estimates[0].standard_error, 705.230, 0.0005);
    assert_int_equal(r->estimates[0].n_treated, 185);
    assert_int_equal(r->estimates[0].n_control, 185);
    assert_near(r->diagnostics.propensity_sum_treated, 106.82557613, 0.5e-8);
    assert_true(r->spec.has_errors && r->spec.errors == EFFECT_CR1);
    assert_true(isnan(r->match->width));
    effect_result_free(r);
    table_free(t);
}

static void calipers_ratios_and_replacement_agree_with_r(void **state)
{
    (void)state;
    table *t = open_fixture("lalonde_614.tab");
    const struct effect_spec plain = ask_lalonde(EFFECT_MATCHING);
    const struct effect_spec near = with_caliper(plain, 0.2, EFFECT_SCORE);
    struct effect_spec two = plain, three = plain, two_near = near, again = plain;
    two.ratio = two_near.ratio = 2;
    three.ratio = 3;
    again.replace = true;

    const struct effect_spec on_logit = with_caliper(plain, 0.2, EFFECT_LOGIT);

    expect(t, &plain, 185, 894.36748027, 705.229764062);
    expect(t, &near, 113, 1571.74445442, 1010.94796983);
    expect(t, &on_logit, 117, 1770.60290641, 924.234347046);
    expect(t, &two, 370, 220.288640676, 661.191009877);
    expect(t, &three, 429, -559.145587297, 672.011491131);
    expect(t, &two_near, 146, 1461.34653319, 984.391372553);
    expect(t, &again, 185, 1991.61527351, 928.122668765);
    again.ratio = 2;
    expect(t, &again, 370, 1792.4097567, 890.045917813);
    table_free(t);
}

static void assert_like(const struct effect_likeness *l, const double figures[6])
{
    const double found[] = {l->mean_treated,   l->mean_control, l->difference,
                            l->variance_ratio, l->ecdf_mean,    l->ecdf_max};
    for (size_t i = 0; i < 6; i++)
        if (isnan(figures[i]))
            assert_true(isnan(found[i]));
        else
            assert_near(found[i], figures[i], 0.50001e-4);
}

static void balance_is_as_the_guide_of_matchit_prints_it(void **state)
{
    (void)state;
    /* Greifer, "MatchIt: Getting Started", summary of nearest neighbour matching */
    static const struct {
        const char *covariate;
        double before[6], after[6];
    } guide[] = {
        {"",
         {0.5774, 0.1822, 1.7941, 0.9211, 0.3774, 0.6444},
         {0.5774, 0.3629, 0.9739, 0.7566, 0.1321, 0.4216}},
        {"age",
         {25.8162, 28.0303, -0.3094, 0.4400, 0.0813, 0.1577},
         {25.8162, 25.3027, 0.0718, 0.4568, 0.0847, 0.2541}},
        {"educ",
         {10.3459, 10.2354, 0.0550, 0.4959, 0.0347, 0.1114},
         {10.3459, 10.6054, -0.1290, 0.5721, 0.0239, 0.0757}},
        {"race: hispan",
         {0.0595, 0.1422, -0.3498, NAN, 0.0827, 0.0827},
         {0.0595, 0.2162, -0.6629, NAN, 0.1568, 0.1568}},
        {"race: white",
         {0.0973, 0.6550, -1.8819, NAN, 0.5577, 0.5577},
         {0.0973, 0.3135, -0.7296, NAN, 0.2162, 0.2162}},
        {"married",
         {0.1892, 0.5128, -0.8263, NAN, 0.3236, 0.3236},
         {0.1892, 0.2108, -0.0552, NAN, 0.0216, 0.0216}},
        {"nodegree",
         {0.7081, 0.5967, 0.2450, NAN, 0.1114, 0.1114},
         {0.7081, 0.6378, 0.1546, NAN, 0.0703, 0.0703}},
        {"re74",
         {2095.5737, 5619.2365, -0.7211, 0.5181, 0.2248, 0.4470},
         {2095.5737, 2342.1076, -0.0505, 1.3289, 0.0469, 0.2757}},
        {"re75",
         {1532.0553, 2466.4844, -0.2903, 0.9563, 0.1342, 0.2876},
         {1532.0553, 1614.7451, -0.0257, 1.4956, 0.0452, 0.2054}},
    };
    enum { ROWS = sizeof guide / sizeof *guide };
    table *t = open_fixture("lalonde_614.tab");
    const struct effect_spec s = ask_lalonde(EFFECT_MATCHING);

    struct effect_result *r = run(t, &s);

    assert_int_equal(r->n_balance, ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        assert_true(str_eq(r->balance[i].covariate, str_of(guide[i].covariate)));
        assert_like(&r->balance[i].before, guide[i].before);
        assert_like(&r->balance[i].after, guide[i].after);
    }
    assert_near(r->comparison->effective_control, 185, 1e-9);
    assert_true(warns(r, "effect.match-uneven"));
    effect_result_free(r);
    table_free(t);
}

static struct effect_spec by_distance(enum effect_distance distance)
{
    struct effect_spec s = ask_lalonde(EFFECT_MATCHING);
    s.distance = distance;
    return s;
}

static struct effect_spec agreeing_on(struct effect_spec s, const char *column)
{
    s.exact[s.n_exact++] = str_of(column);
    return s;
}

static void expect_effect(const table *t, const struct effect_spec *s, size_t n_pairs,
                          double estimate)
{
    struct effect_result *r = run(t, s);
    assert_int_equal(r->match->n_pairs, n_pairs);
    assert_near(r->estimates[0].estimate, estimate, 1e-8);
    effect_result_free(r);
}

/* Where no two choices are equally near: which of these is taken is our own rule. */
static void mahalanobis_and_exact_columns_agree_with_matchit(void **state)
{
    (void)state;
    table *t = open_fixture("lalonde_614.tab");
    const struct effect_spec plain = by_distance(EFFECT_MAHALANOBIS);
    const struct effect_spec by_race = agreeing_on(plain, "race");
    const struct effect_spec on_score = with_caliper(plain, 0.2, EFFECT_SCORE);
    const struct effect_spec on_logit = with_caliper(plain, 0.2, EFFECT_LOGIT);
    struct effect_spec two = plain;
    two.ratio = 2;
    const struct effect_spec score =
        agreeing_on(agreeing_on(by_distance(EFFECT_PROPENSITY), "race"), "married");

    /* MatchIt 4.7.2, R 4.2.2: distance = "mahalanobis", exact =, mahvars = with caliper = */
    expect_effect(t, &two, 370, -177.551306351);
    expect_effect(t, &by_race, 116, 349.345230603);
    expect_effect(t, &on_score, 113, 929.979691593);
    expect_effect(t, &on_logit, 117, 1061.622601282);
    expect(t, &score, 116, 1405.720189224, 846.485512411);
    table_free(t);
}

static void expect_strata(const table *t, const struct effect_spec *s, size_t n_strata,
                          const size_t units[2], double estimate, double error)
{
    struct effect_result *r = run(t, s);
    assert_int_equal(r->match->n_strata, n_strata);
    assert_int_equal(r->comparison->n_treated, units[0]);
    assert_int_equal(r->comparison->n_control, units[1]);
    assert_int_equal(r->comparison->n_treated + r->match->n_alone, 185);
    assert_int_equal(r->comparison->n_control + r->match->n_alone_control, 429);
    assert_near(r->estimates[0].estimate, estimate, 1e-8);
    assert_near(r->estimates[0].standard_error, error, 1e-8);
    effect_result_free(r);
}

static void strata_agree_with_matchit(void **state)
{
    (void)state;
    static const double age[] = {25, 35}, educ[] = {9, 12}, money[] = {1, 5000};
    static const struct effect_cuts cuts[] = {{{"age", 3}, age, 2},
                                              {{"educ", 4}, educ, 2},
                                              {{"re74", 4}, money, 2},
                                              {{"re75", 4}, money, 2}};
    table *t = open_fixture("lalonde_614.tab");
    const struct effect_spec cem = by_distance(EFFECT_CEM);
    struct effect_spec cut = cem, few = ask(EFFECT_MATCHING, "re78"), more;
    cut.cuts = cuts;
    cut.n_cuts = 4;
    with_covariates(&few, "race,married,nodegree");
    few.distance = EFFECT_EXACT;
    more = few;
    with_covariates(&more, "educ");

    /* MatchIt 4.7.2; errors by subclass, of the few strata robust */
    expect_strata(t, &cem, 25, (size_t[]){65, 75}, 1070.907326427, 968.773628321);
    expect_strata(t, &cut, 36, (size_t[]){119, 118}, 33.427415224, 1016.210945022);
    expect_strata(t, &few, 12, (size_t[]){185, 429}, 1309.897210003, 810.255200689);
    expect_strata(t, &more, 35, (size_t[]){183, 284}, 717.440261986, 547.577081693);
    table_free(t);
}

/* ---- properties --------------------------------------------------------------------------- */

static void weights_of_controls_that_serve_more_than_once_add_up(void **state)
{
    (void)state;
    table *t = open_fixture("lalonde_614.tab");
    struct effect_spec s = ask_lalonde(EFFECT_MATCHING);
    s.replace = true;

    struct effect_result *r = run(t, &s);

    assert_int_equal(r->comparison->n_control, 82);
    assert_near(r->comparison->effective_control, 46.3126, 0.00005);
    assert_true(r->spec.errors == EFFECT_HC1);
    assert_near(r->balance[0].after.difference, 0.0044, 0.00005);
    effect_result_free(r);
    table_free(t);
}

static void clusters_that_are_given_take_the_place_of_pairs(void **state)
{
    (void)state;
    table *t = open_fixture("lalonde_614.tab");
    struct effect_spec s = ask_lalonde(EFFECT_MATCHING), by_pair = s;
    s.covariates[1] = STR("re75"); /* educ is the cluster */
    s.n_covariates--;
    s.cluster = STR("educ");
    by_pair.covariates[1] = STR("re75");
    by_pair.n_covariates--;

    struct effect_result *r = run(t, &s), *p = run(t, &by_pair);

    assert_true(r->estimates[0].estimate == p->estimates[0].estimate);
    assert_true(r->estimates[0].standard_error != p->estimates[0].standard_error);
    assert_in_range(r->diagnostics.n_clusters, 2, 19);
    assert_int_equal(p->diagnostics.n_clusters, 0);
    effect_result_free(r);
    effect_result_free(p);
    table_free(t);
}

static void a_bootstrap_by_pair_is_near_the_formula(void **state)
{
    (void)state;
    table *t = open_fixture("lalonde_614.tab");
    struct effect_spec s = ask_lalonde(EFFECT_MATCHING);
    s.bootstrap = 4000;

    struct effect_result *r = run(t, &s);

    assert_near(r->estimates[0].standard_error / 705.23, 1, 0.06);
    assert_near(sqrt(r->covariance[0]), 705.229764062, 1e-7);
    effect_result_free(r);
    table_free(t);
}

static void assert_same_bits(const table *t, struct effect_spec s)
{
    struct effect_result *alone = run(t, &s);

    for (unsigned threads = 2; threads <= 8; threads *= 2) {
        par *pool;
        struct effect_result *r;
        assert_int_equal(par_new(threads, &pool, &info), OK);
        assert_int_equal(effect_run(t, &s, pool, NULL, &r, &info), OK);
        par_free(pool);
        assert_memory_equal(r->estimates, alone->estimates, sizeof *r->estimates);
        assert_memory_equal(r->match, alone->match, sizeof *r->match);
        for (size_t i = 0; i < r->n_balance; i++) {
            assert_memory_equal(&r->balance[i].before, &alone->balance[i].before,
                                sizeof r->balance[i].before);
            assert_memory_equal(&r->balance[i].after, &alone->balance[i].after,
                                sizeof r->balance[i].after);
        }
        effect_result_free(r);
    }
    effect_result_free(alone);
}

static void any_number_of_threads_gives_the_same_bits(void **state)
{
    (void)state;
    table *t = open_fixture("lalonde_614.tab");
    assert_same_bits(t, with_caliper(ask_lalonde(EFFECT_MATCHING), 0.2, EFFECT_LOGIT));
    assert_same_bits(t, by_distance(EFFECT_MAHALANOBIS));
    assert_same_bits(t, by_distance(EFFECT_CEM));
    table_free(t);
}

static void those_left_out_are_told_with_the_reason(void **state)
{
    (void)state;
    table *t = open_fixture("lalonde_614.tab");
    const struct effect_spec s = with_caliper(ask_lalonde(EFFECT_MATCHING), 0.2, EFFECT_SCORE);

    struct effect_result *r = run(t, &s);

    assert_int_equal(r->comparison->n_treated + r->match->n_outside + r->match->n_taken, 185);
    assert_int_equal(r->match->n_outside, 1);
    assert_true(warns(r, "effect.match-outside") && warns(r, "effect.match-taken"));
    assert_false(warns(r, "effect.match-fewer"));
    effect_result_free(r);
    table_free(t);
}

/* ---- bad input ----------------------------------------------------------------------------- */

static void expect_refused(const table *t, const struct effect_spec *s, const char *key)
{
    struct effect_result *r = NULL;
    assert_int_equal(effect_run(t, s, NULL, NULL, &r, &info), E_INPUT);
    assert_string_equal(info.msg.key, key);
    assert_null(r);
}

static void questions_that_make_no_pairs_are_refused(void **state)
{
    (void)state;
    table *t = open_fixture("lalonde_614.tab");
    const struct effect_spec good = ask_lalonde(EFFECT_MATCHING);
    struct effect_spec s = good;

    s.ratio = 0;
    expect_refused(t, &s, "effect.ratio-outside");
    s.ratio = EFFECT_RATIO_MAX + 1;
    expect_refused(t, &s, "effect.ratio-outside");
    const double bad[] = {0, -0.2, REAL_NAN, REAL_INF};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        s = with_caliper(good, bad[i], EFFECT_SCORE);
        expect_refused(t, &s, "effect.caliper-outside");
    }
    s = good;
    s.n_covariates = 0;
    expect_refused(t, &s, "effect.matching-without-covariates");
    s = good;
    s.weights = STR("age");
    expect_refused(t, &s, "effect.matching-with-weights");
    s = good;
    s.unit = STR("age");
    s.time = STR("educ");
    expect_refused(t, &s, "effect.matching-on-panel");
    s = good;
    s.has_errors = true;
    s.errors = EFFECT_HC3;
    expect_refused(t, &s, "effect.errors-of-least-squares");
    s = ask(EFFECT_MATCHING, "race");
    with_covariates(&s, "age");
    expect_refused(t, &s, "table.text-not-number");
    table_free(t);
}

static void options_without_meaning_are_refused(void **state)
{
    (void)state;
    static const double rising[] = {1, 2}, falling[] = {2, 1}, endless[] = {1, INFINITY};
    const struct effect_cuts good = {{"age", 3}, rising, 2};
    const struct effect_cuts twice[] = {good, good};
    const struct effect_cuts bad[] = {{{"weight", 6}, rising, 2},
                                      {{"age", 3}, falling, 2},
                                      {{"age", 3}, endless, 2},
                                      {{"age", 3}, rising, 0},
                                      {{"race", 4}, rising, 2}};
    const char *const key[] = {"effect.cuts-not-covariate", "effect.cuts-not-ascending",
                               "effect.cuts-not-ascending", "effect.cuts-number",
                               "effect.cuts-on-text"};
    table *t = open_fixture("lalonde_614.tab");
    for (int d = EFFECT_EXACT; d <= EFFECT_CEM; d++) {
        const struct effect_spec by = by_distance((enum effect_distance)d);
        struct effect_spec s = with_caliper(by, 0.2, EFFECT_SCORE);
        expect_refused(t, &s, "effect.option-not-for-distance");
        s = by;
        s.ratio = 2;
        expect_refused(t, &s, "effect.option-not-for-distance");
        s = by;
        s.replace = true;
        expect_refused(t, &s, "effect.option-not-for-distance");
    }
    struct effect_spec s = by_distance(EFFECT_MAHALANOBIS);
    s.caliper_on = EFFECT_LOGIT;
    expect_refused(t, &s, "effect.option-missing");
    s = by_distance(EFFECT_MAHALANOBIS);
    s.cuts = &good;
    s.n_cuts = 1;
    expect_refused(t, &s, "effect.option-not-for-distance");
    s = ask_lalonde(EFFECT_MATCHING);
    s.ipw = EFFECT_HORVITZ_THOMPSON;
    expect_refused(t, &s, "effect.option-without-meaning");
    s = ask_lalonde(EFFECT_MATCHING);
    s.anticipation = 1;
    expect_refused(t, &s, "effect.option-without-meaning");
    s = ask_lalonde(EFFECT_REGRESSION);
    s.replace = true;
    expect_refused(t, &s, "effect.option-of-matching");
    s = agreeing_on(by_distance(EFFECT_MAHALANOBIS), "treat");
    expect_refused(t, &s, "effect.exact-has-role");
    s = agreeing_on(agreeing_on(by_distance(EFFECT_MAHALANOBIS), "race"), "race");
    expect_refused(t, &s, "effect.exact-twice");
    s = by_distance(EFFECT_CEM);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        s.cuts = &bad[i];
        s.n_cuts = 1;
        expect_refused(t, &s, key[i]);
    }
    s.cuts = twice;
    s.n_cuts = 2;
    expect_refused(t, &s, "effect.cuts-twice");
    table_free(t);
}

static void strata_without_both_groups_are_refused(void **state)
{
    (void)state;
    table *apart =
        parse("y,treat,x,s\n1,1,8,a\n2,1,5,a\n3,1,9,a\n4,0,7,b\n5,0,1,b\n6,0,6,b\n7,0,2,b\n");
    struct effect_spec s = ask(EFFECT_MATCHING, "y");
    with_covariates(&s, "x");
    s.distance = EFFECT_MAHALANOBIS;
    const struct effect_spec within = agreeing_on(s, "s");
    struct effect_spec exact = s, single = s;
    exact.distance = EFFECT_EXACT;
    single.distance = EFFECT_CEM;
    static const double at[] = {6.5, 7.5};
    const struct effect_cuts cuts = {{"x", 1}, at, 2};
    single.cuts = &cuts;
    single.n_cuts = 1;

    expect_refused(apart, &within, "effect.strata-nobody");
    expect_refused(apart, &exact, "effect.strata-nobody");
    expect_refused(apart, &single, "effect.strata-single");
    table_free(apart);
}

/* Which rows lack the column, which treated have nobody: both are told. */
static void missing_and_lonely_rows_are_counted(void **state)
{
    (void)state;
    table *t = parse("y,treat,x,s\n1,1,8,a\n2,1,5,a\n3,1,9,c\n4,0,7,a\n5,0,1,b\n6,0,6,a\n7,0,2,\n");
    struct effect_spec s = ask(EFFECT_MATCHING, "y");
    with_covariates(&s, "x");
    s.distance = EFFECT_MAHALANOBIS;
    s = agreeing_on(s, "s");

    struct effect_result *r = run(t, &s);

    assert_int_equal(r->diagnostics.n_dropped_missing, 1);
    assert_int_equal(r->match->n_strata, 1);
    assert_int_equal(r->match->n_pairs, 2);
    assert_int_equal(r->match->n_alone, 1);
    assert_int_equal(r->match->n_alone_control, 1);
    assert_true(warns(r, "effect.match-alone"));
    effect_result_free(r);
    table_free(t);
}

static void what_was_asked_is_told_as_asked(void **state)
{
    (void)state;
    table *t = open_fixture("lalonde_614.tab");
    struct effect_spec s = by_distance(EFFECT_MAHALANOBIS);
    s.ratio = 3;

    struct effect_result *r = run(t, &s);

    const struct msg *fewer = NULL;
    for (size_t i = 0; i < r->n_warnings; i++)
        if (strcmp(r->warnings[i].key, "effect.match-fewer") == 0)
            fewer = &r->warnings[i];
    assert_non_null(fewer);
    assert_int_equal(fewer->arg[1].kind, MSG_REAL); /* MSG_INT counts persons: <10 */
    assert_near(fewer->arg[1].d, 3, 0);
    effect_result_free(r);
    table_free(t);
}

static void data_that_hold_no_pairs_are_refused(void **state)
{
    (void)state;
    table *far = parse("y,treat,x\n1,1,8\n2,1,5\n3,1,9\n4,1,7\n5,0,1\n6,0,6\n7,0,2\n8,0,3\n");
    table *same = parse("y,treat,x\n1,1,2\n2,1,2\n3,0,2\n4,0,2\n5,0,2\n");
    table *equal = parse("y,treat,x\n1,1,1\n2,1,2\n3,0,1\n4,0,2\n5,1,1\n6,0,1\n7,1,2\n8,0,2\n");
    struct effect_spec s = ask(EFFECT_MATCHING, "y");
    with_covariates(&s, "x");
    const struct effect_spec strict = with_caliper(s, 1e-6, EFFECT_SCORE);

    expect_refused(far, &strict, "effect.match-nobody");
    expect_refused(same, &s, "effect.match-all-alike");
    expect_refused(equal, &s, "effect.match-all-alike");
    table_free(far);
    table_free(same);
    table_free(equal);
}

static void a_single_pair_has_no_standard_error(void **state)
{
    (void)state;
    table *t = parse("y,treat,x\n1,1,8\n2,1,5\n3,1,3\n4,1,9\n5,0,1\n6,0,5\n7,0,6\n8,0,7\n");
    struct effect_spec s = ask(EFFECT_MATCHING, "y");
    with_covariates(&s, "x");
    s = with_caliper(s, 1e-6, EFFECT_SCORE);

    expect_refused(t, &s, "effect.match-single");

    table_free(t);
}

/* Of one covariate it is not said that one of the 1 is uneven. */
static void a_single_uneven_covariate_is_told_without_counts(void **state)
{
    (void)state;
    out o;
    out_init(&o, 1 << 14);
    out_cstr(&o, "y,treat,x\n");
    for (int64_t i = 0; i < 40; i++) {
        out_int(&o, (i * 7) % 13);
        out_cstr(&o, i % 2 ? ",1," : ",0,");
        out_int(&o, i % 2 ? i + 20 : i); /* much larger among the treated */
        out_char(&o, '\n');
    }
    out_char(&o, '\0');
    table *t = parse(out_view(&o).p);
    struct effect_spec s = ask(EFFECT_MATCHING, "y");
    with_covariates(&s, "x");
    s.distance = EFFECT_MAHALANOBIS;

    struct effect_result *r = run(t, &s);

    assert_int_equal(r->comparison->n_uneven, 1);
    assert_true(warns(r, "effect.match-uneven-only"));
    assert_false(warns(r, "effect.match-uneven"));
    effect_result_free(r);
    table_free(t);
    out_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_of_lalonde_are_those_of_matchit),
        cmocka_unit_test(calipers_ratios_and_replacement_agree_with_r),
        cmocka_unit_test(balance_is_as_the_guide_of_matchit_prints_it),
        cmocka_unit_test(mahalanobis_and_exact_columns_agree_with_matchit),
        cmocka_unit_test(strata_agree_with_matchit),
        cmocka_unit_test(weights_of_controls_that_serve_more_than_once_add_up),
        cmocka_unit_test(clusters_that_are_given_take_the_place_of_pairs),
        cmocka_unit_test(a_bootstrap_by_pair_is_near_the_formula),
        cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
        cmocka_unit_test(those_left_out_are_told_with_the_reason),
        cmocka_unit_test(questions_that_make_no_pairs_are_refused),
        cmocka_unit_test(options_without_meaning_are_refused),
        cmocka_unit_test(strata_without_both_groups_are_refused),
        cmocka_unit_test(missing_and_lonely_rows_are_counted),
        cmocka_unit_test(what_was_asked_is_told_as_asked),
        cmocka_unit_test(data_that_hold_no_pairs_are_refused),
        cmocka_unit_test(a_single_pair_has_no_standard_error),
        cmocka_unit_test(a_single_uneven_covariate_is_told_without_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
