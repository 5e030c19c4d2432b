/* SPDX-License-Identifier: EUPL-1.2 */
/* From data to bounds, the pre-test's power against simulation, and what is refused. */
#include "engine/effect/honest_int.h"
#include "engine/effect/panel_test_int.h"
#include "engine/effect/pretest_int.h"

#include "base/lin.h"
#include "base/real.h"
#include "base/rng.h"

static struct effect_spec mpdta_spec(enum effect_method method, enum effect_honesty honesty)
{
    struct effect_spec s;
    effect_spec_init(&s);
    s.method = method;
    s.outcome = STR("lemp");
    s.unit = STR("countyreal");
    s.time = STR("year");
    s.first_treated = STR("first.treat");
    s.honesty = honesty;
    return s;
}

static struct effect_result *run_mpdta(const struct effect_spec *s, par *pool)
{
    table *t = open_fixture("mpdta.csv");
    struct effect_result *r = run_on(t, s, pool);
    table_free(t);
    return r;
}

static void assert_same_sets(const struct effect_result *a, const struct effect_result *b,
                             double tolerance)
{
    assert_int_equal(a->n_honest, b->n_honest);
    assert_near(a->honesty->breakdown, b->honesty->breakdown, tolerance);
    assert_near(a->honesty->low, b->honesty->low, tolerance);
    for (size_t i = 0; i < a->n_honest; i++) {
        assert_near(a->honest[i].m, b->honest[i].m, 1e-14);
        assert_near(a->honest[i].low, b->honest[i].low, tolerance);
        assert_near(a->honest[i].high, b->honest[i].high, tolerance);
    }
}

/* ---- from data ---- */

static void the_base_of_earlier_effects_does_not_matter(void **state)
{
    (void)state;
    for (int honesty = EFFECT_RELATIVE; honesty <= EFFECT_SMOOTH; honesty++) {
        struct effect_spec s = mpdta_spec(EFFECT_DID, (enum effect_honesty)honesty);
        struct effect_result *varying = run_mpdta(&s, NULL);
        s.base = EFFECT_UNIVERSAL;

        struct effect_result *universal = run_mpdta(&s, NULL);

        assert_non_null(varying->study);
        assert_null(universal->study);
        assert_same_sets(varying, universal, 1e-9);
        for (size_t i = 0; i < 2; i++) { /* the joint test is of the same contrasts */
            assert_near(varying->trends[i].slope, universal->trends[i].slope, 1e-10);
            assert_near(varying->trends[i].bias_unseen, universal->trends[i].bias_unseen, 1e-10);
        }
        effect_result_free(varying);
        effect_result_free(universal);
    }
}

/* A covariate that stays: the doubly robust change over periods is the sum of its steps. */
static void nor_with_covariates_and_anticipation(void **state)
{
    (void)state;
    struct effect_spec s = mpdta_spec(EFFECT_DID, EFFECT_RELATIVE);
    s.covariates[s.n_covariates++] = STR("lpop");
    s.anticipation = 1;
    s.drop_failed = true; /* the first start has no period before its anticipation */
    struct effect_result *varying = run_mpdta(&s, NULL);
    s.base = EFFECT_UNIVERSAL;

    struct effect_result *universal = run_mpdta(&s, NULL);

    assert_int_equal(varying->study->n_after, 3); /* one of anticipation, of no weight */
    assert_true(varying->study->weight[0] == 0);
    assert_near(varying->study->weight[1], 0.5, 1e-15);
    assert_same_sets(varying, universal, 1e-8);
    effect_result_free(varying);
    effect_result_free(universal);
}

static void the_interval_with_parallel_trends_is_that_of_the_average(void **state)
{
    (void)state;
    struct effect_spec s = mpdta_spec(EFFECT_DID, EFFECT_RELATIVE);
    for (int clustered = 0; clustered <= 1; clustered++) {
        s.cluster = clustered ? STR("countyreal") : STR("");

        struct effect_result *r = run_mpdta(&s, NULL);

        const struct effect_estimate *e = effect_find(r, EFFECT_DYNAMIC);
        assert_near(r->honesty->estimate, e->estimate, 1e-12);
        assert_near(r->honesty->low, e->ci_low, 1e-10);
        assert_near(r->honesty->high, e->ci_high, 1e-10);
        effect_result_free(r);
    }
}

static void sun_and_abraham_give_nearly_the_same(void **state)
{
    (void)state;
    struct effect_spec s = mpdta_spec(EFFECT_DID, EFFECT_RELATIVE);
    struct effect_result *did = run_mpdta(&s, NULL);
    s.method = EFFECT_SUNAB;

    struct effect_result *sunab = run_mpdta(&s, NULL);

    assert_near(sunab->honesty->estimate, did->honesty->estimate, 1e-9);
    assert_near(sunab->honesty->breakdown, did->honesty->breakdown, 0.01);
    assert_int_equal(sunab->diagnostics.pretest_df, 3);
    assert_int_equal(sunab->n_trends, 4);
    effect_result_free(did);
    effect_result_free(sunab);
}

static void without_being_asked_only_the_power_comes(void **state)
{
    (void)state;
    const struct effect_spec s = mpdta_spec(EFFECT_DID, EFFECT_TRUSTING);

    struct effect_result *r = run_mpdta(&s, NULL);

    assert_non_null(r->honesty);
    assert_int_equal(r->n_honest, 0);
    assert_true(isnan(r->honesty->breakdown));
    assert_int_equal(r->n_trends, 4);
    effect_result_free(r);
}

/* The effect of the mpdta counties is gone below 0.5 at 99 %, and not at 90 %. */
static void whether_an_effect_is_fragile_comes_whatever_was_asked(void **state)
{
    (void)state;
    bool has[2] = {false, false};
    for (int i = 0; i < 8; i++) {
        struct effect_spec s = mpdta_spec(i & 1 ? EFFECT_SUNAB : EFFECT_DID, EFFECT_RELATIVE);
        s.level = i & 2 ? 0.99 : 0.9;
        s.n_honest = 1;
        s.honest[0] = EFFECT_FRAGILE;
        struct effect_result *asked = run_mpdta(&s, NULL);
        s.honesty = i & 4 ? EFFECT_SMOOTH : EFFECT_TRUSTING;
        s.n_honest = 0;

        struct effect_result *r = run_mpdta(&s, NULL);

        const struct effect_honest *half = &asked->honest[0];
        assert_true(asked->honesty->is_fragile == (half->low <= 0 && half->high >= 0));
        assert_true(asked->honesty->is_fragile == !(asked->honesty->breakdown >= EFFECT_FRAGILE));
        assert_true(r->honesty->is_fragile == asked->honesty->is_fragile);
        has[r->honesty->is_fragile] = true;
        effect_result_free(asked);
        effect_result_free(r);
    }
    assert_true(has[false] && has[true]);
}

static void usual_bends_are_in_standard_errors(void **state)
{
    (void)state;
    const struct effect_spec s = mpdta_spec(EFFECT_DID, EFFECT_SMOOTH);

    struct effect_result *r = run_mpdta(&s, NULL);

    const double se = effect_find(r, EFFECT_DYNAMIC)->standard_error;
    assert_int_equal(r->n_honest, 4);
    assert_true(r->honest[0].m == 0);
    assert_near(r->honest[3].m, se, 1e-12);
    effect_result_free(r);
}

static void threads_do_not_change_a_bit(void **state)
{
    (void)state;
    const struct effect_spec s = mpdta_spec(EFFECT_DID, EFFECT_RELATIVE);
    struct err_info info;
    par *pool = NULL;
    assert_int_equal(par_new(3, &pool, &info), OK);
    struct effect_result *one = run_mpdta(&s, NULL);

    struct effect_result *three = run_mpdta(&s, pool);

    assert_memory_equal(one->honest, three->honest, one->n_honest * sizeof *one->honest);
    assert_memory_equal(one->trends, three->trends, one->n_trends * sizeof *one->trends);
    effect_result_free(one);
    effect_result_free(three);
    par_free(pool);
}

/* ---- the power of a test, against simulation ---- */

enum { EARLIER = 3, SINCE = 2, ALL = EARLIER + 1 + SINCE, DRAWS = 40000 };

/* An event study with correlated errors, as a result; clusters when n_clusters. */
static struct effect_result *made_result(size_t n_clusters)
{
    struct effect_result *r = calloc(1, sizeof *r);
    assert_non_null(r);
    r->memory = arena_new((size_t)1 << 24);
    effect_spec_init(&r->spec);
    r->diagnostics.n_clusters = n_clusters;
    r->diagnostics.n_treated_clusters = r->diagnostics.n_control_clusters = n_clusters / 2;
    r->n_estimates = ALL;
    r->estimates = ARENA_NEW(r->memory, struct effect_estimate, ALL);
    r->covariance = ARENA_NEW(r->memory, double, ALL *ALL);
    for (int i = 0; i < ALL; i++) {
        struct effect_estimate *e = &r->estimates[i];
        *e = (struct effect_estimate){.aggregation = EFFECT_DYNAMIC,
                                      .event_time = i - EARLIER - 1,
                                      .reference = i == EARLIER,
                                      .group = REAL_NAN,
                                      .time = REAL_NAN};
        for (int j = 0; j < ALL && i != EARLIER; j++)
            if (j != EARLIER)
                r->covariance[i * ALL + j] = (i == j ? 1 : 0.4) * (1 + 0.1 * i) * (1 + 0.1 * j);
        e->standard_error = sqrt(r->covariance[i * ALL + i]);
        e->ci_high = 1.959963984540054 * e->standard_error;
    }
    return r;
}

/* The pre-test, then what is behind every estimation. */
static err conclude(struct effect_result *r, struct err_info *info)
{
    assert_int_equal(pretest(r, EFFECT_DYNAMIC, r->diagnostics.n_clusters > 0, info), OK);
    return effect_honest_run(r, info);
}

/* Draws of all estimates under a slope: how often a rule finds it, and the bias if it does not. */
static void simulate(const struct effect_result *r, const struct effect_trend *trend, double *power,
                     double *bias_unseen)
{
    double root[ALL * ALL], inverse[EARLIER * EARLIER], z[ALL], x[ALL];
    bool keep[ALL];
    size_t n_found = 0;
    double sum = 0;
    memcpy(root, r->covariance, sizeof root);
    (void)lin_cholesky(root, ALL, 1e-12, keep);
    for (int i = 0; i < EARLIER; i++)
        memcpy(inverse + i * EARLIER, r->covariance + i * ALL, EARLIER * sizeof *inverse);
    assert_int_equal(lin_cholesky(inverse, EARLIER, 1e-12, keep), EARLIER);
    for (uint64_t d = 0; d < DRAWS; d++) {
        const struct rng_key key = {7, rng_stream("honest.power", d)};
        double w = 0, effect = 0, solved[EARLIER];
        bool any = false;
        rng_normals(key, 0, ALL, z);
        for (int i = 0; i < ALL; i++) {
            x[i] = trend->slope * (i - EARLIER);
            for (int j = 0; j <= i; j++)
                x[i] += root[i * ALL + j] * z[j];
        }
        memcpy(solved, x, sizeof solved);
        lin_cholesky_solve(inverse, (bool[]){true, true, true}, EARLIER, solved);
        for (int i = 0; i < EARLIER; i++) {
            w += solved[i] * x[i];
            any = any || fabs(x[i]) > r->estimates[i].ci_high;
        }
        const bool found =
            trend->rule == EFFECT_TREND_JOINT ? real_chi2_sf(w, EARLIER) < 0.05 : any;
        for (int k = 0; k < SINCE; k++)
            effect += x[EARLIER + 1 + k] / SINCE;
        n_found += found;
        sum += found ? 0 : effect;
    }
    *power = (double)n_found / DRAWS;
    *bias_unseen = sum / (double)(DRAWS - n_found);
}

static void power_and_bias_are_those_of_simulated_studies(void **state)
{
    (void)state;
    struct effect_result *r = made_result(0);
    struct err_info info;

    assert_int_equal(conclude(r, &info), OK);

    assert_int_equal(r->n_trends, 4);
    for (size_t i = 0; i < r->n_trends; i++) {
        const struct effect_trend *t = &r->trends[i];
        double power, bias;
        simulate(r, t, &power, &bias);
        assert_near(t->power, power, 4 * 0.0025);
        assert_near(t->bias, t->slope * 1.5, 1e-12);
        assert_near(t->bias_unseen, bias, 0.05);
    }
    assert_int_equal(r->trends[0].rule, EFFECT_TREND_JOINT);
    assert_int_equal(r->trends[2].rule, EFFECT_TREND_EACH);
    effect_result_free(r);
}

static void few_clusters_find_less(void **state)
{
    (void)state;
    struct effect_result *many = made_result(4000), *few = made_result(12), *none = made_result(6);
    struct err_info info;

    assert_int_equal(conclude(many, &info), OK);
    assert_int_equal(conclude(few, &info), OK);
    assert_int_equal(conclude(none, &info), OK);

    assert_true(few->trends[0].slope > 1.3 * many->trends[0].slope);
    assert_int_equal(none->n_trends, 2); /* no joint test; each on its own */
    assert_int_equal(none->trends[0].rule, EFFECT_TREND_EACH);
    effect_result_free(many);
    effect_result_free(few);
    effect_result_free(none);
}

/* ---- what is refused ---- */

static const char *refusal(const struct effect_spec *s)
{
    static struct err_info info;
    return effect_spec_check(s, &info) == OK ? "" : info.msg.key;
}

static void values_that_cannot_be_are_refused(void **state)
{
    (void)state;
    struct effect_spec s = mpdta_spec(EFFECT_DID, EFFECT_RELATIVE);
    s.n_honest = 2;
    s.honest[0] = 1;

    s.honest[1] = 1;
    assert_string_equal(refusal(&s), "effect.honest-order");
    s.honest[1] = REAL_NAN;
    assert_string_equal(refusal(&s), "effect.honest-order");
    s.honest[1] = REAL_INF;
    assert_string_equal(refusal(&s), "effect.honest-order");
    s.honest[0] = -1;
    s.honest[1] = 1;
    assert_string_equal(refusal(&s), "effect.honest-order");
    s.honest[0] = 0;
    assert_string_equal(refusal(&s), "");
    s.n_honest = EFFECT_HONEST_MAX + 1;
    assert_string_equal(refusal(&s), "effect.list-limit");
    s.n_honest = 1;
    s.honesty = EFFECT_TRUSTING;
    assert_string_equal(refusal(&s), "effect.honest-without-kind");
}

static void methods_without_an_event_study_are_refused(void **state)
{
    (void)state;
    struct effect_spec s = mpdta_spec(EFFECT_TWFE, EFFECT_SMOOTH);
    assert_string_equal(refusal(&s), "effect.honest-no-event-study");
    s.method = EFFECT_BACON;
    assert_string_equal(refusal(&s), "effect.honest-no-event-study");
    effect_spec_init(&s);
    s.outcome = STR("y");
    s.treatment = STR("d");
    s.honesty = EFFECT_RELATIVE;
    assert_string_equal(refusal(&s), "effect.honest-no-event-study");
}

static void data_without_a_period_before_are_refused(void **state)
{
    (void)state;
    struct effect_spec s = did_spec();
    s.honesty = EFFECT_RELATIVE;

    assert_refused("id,t,g,y\n1,1,2,1\n1,2,2,3\n2,1,2,2\n2,2,2,5\n3,1,0,1\n3,2,0,2\n4,1,0,3\n"
                   "4,2,0,3\n",
                   &s, "effect.honest-no-before");
}

static void a_line_needs_more_clusters_than_periods(void **state)
{
    (void)state;
    struct effect_result *r = made_result(6);
    struct err_info info;
    r->spec.honesty = EFFECT_SMOOTH;

    assert_int_equal(conclude(r, &info), E_INPUT);

    assert_string_equal(info.msg.key, "effect.honest-few-clusters");
    assert_int_equal(r->n_honest, 0);
    effect_result_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_base_of_earlier_effects_does_not_matter),
        cmocka_unit_test(nor_with_covariates_and_anticipation),
        cmocka_unit_test(the_interval_with_parallel_trends_is_that_of_the_average),
        cmocka_unit_test(sun_and_abraham_give_nearly_the_same),
        cmocka_unit_test(without_being_asked_only_the_power_comes),
        cmocka_unit_test(whether_an_effect_is_fragile_comes_whatever_was_asked),
        cmocka_unit_test(usual_bends_are_in_standard_errors),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(power_and_bias_are_those_of_simulated_studies),
        cmocka_unit_test(few_clusters_find_less),
        cmocka_unit_test(values_that_cannot_be_are_refused),
        cmocka_unit_test(methods_without_an_event_study_are_refused),
        cmocka_unit_test(data_without_a_period_before_are_refused),
        cmocka_unit_test(a_line_needs_more_clusters_than_periods),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
