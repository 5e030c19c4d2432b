/* SPDX-License-Identifier: EUPL-1.2 */
/* Balancing, from a table to the result. Figures: tests/oracle/effect_balance.R. */
#include "base/par.h"
#include "base/real.h"
#include "base/rng.h"
#include "engine/effect/effect_test_int.h"

static bool warns(const struct effect_result *r, const char *key)
{
    for (size_t i = 0; i < r->n_warnings; i++)
        if (strcmp(r->warnings[i].key, key) == 0)
            return true;
    return false;
}

static struct effect_spec ask_balance(enum effect_weighing weighing, const char *outcome,
                                      const char *covariates)
{
    struct effect_spec s = ask(EFFECT_BALANCING, outcome);
    s.weighing = weighing;
    with_covariates(&s, covariates);
    return s;
}

/* ---- truth ------------------------------------------------------------------------------- */

static void lalonde_agrees_with_stacked_equations_in_r(void **state)
{
    (void)state;
    static const char all[] = "age,educ,race,married,nodegree,re74,re75";
    static const char few[] = "educ,married,re74,re75";
    static const struct {
        enum effect_weighing weighing;
        const char *covariates, *weights, *cluster;
        double estimate, error, effective_control;
    } cases[] = {
        {EFFECT_ENTROPY, all, "", "", 1273.26181391, 789.744800157, 98.4578344244},
        {EFFECT_ENTROPY, few, "age", "", 1128.91259105, 730.276770431, 249.283094019},
        {EFFECT_ENTROPY, all, "", "educ", 1273.26181391, 404.392916738, 98.4578344244},
        {EFFECT_OVERLAP, all, "", "", 1242.20063594, 738.749040182, 166.101429797},
        {EFFECT_OVERLAP, few, "age", "", 954.166126986, 694.325180818, 294.27175573},
        {EFFECT_OVERLAP, all, "", "educ", 1242.20063594, 459.647491504, 166.101429797},
    };
    table *t = open_fixture("lalonde_614.tab");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct effect_spec s = ask_balance(cases[i].weighing, "re78", cases[i].covariates);
        s.weights = str_of(cases[i].weights);
        s.cluster = str_of(cases[i].cluster);

        struct effect_result *r = run(t, &s);

        assert_near(r->estimates[0].estimate, cases[i].estimate, 1e-7);
        assert_near(r->estimates[0].standard_error, cases[i].error, 1e-5);
        assert_near(r->comparison->effective_control, cases[i].effective_control, 1e-7);
        effect_result_free(r);
    }
    table_free(t);
}

static void a_table_tells_how_alike_the_groups_of_any_weighting_are(void **state)
{
    (void)state;
    enum { COVARIATES = 8 }; /* race makes two columns */
    table *t = open_fixture("lalonde_614.tab");
    static const enum effect_method methods[] = {EFFECT_WEIGHTING, EFFECT_DOUBLY_ROBUST,
                                                 EFFECT_BALANCING, EFFECT_MATCHING};

    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        const struct effect_spec s = ask_lalonde(methods[i]);
        double shares[2] = {0};
        size_t counts[2] = {0};

        struct effect_result *r = run(t, &s);

        assert_int_equal(r->n_balance, 1 + COVARIATES);
        assert_near(r->balance[1].before.difference, -0.3094, 0.50001e-4); /* MatchIt's guide */
        assert_int_equal(r->comparison->population, EFFECT_OF_TREATED);
        assert_int_equal(r->comparison->n_treated, 185);
        assert_near(r->comparison->effective_treated, 185, 1e-9);
        assert_int_equal(r->n_overlap, EFFECT_OVERLAP_BINS);
        for (size_t b = 0; b < r->n_overlap; b++) {
            counts[0] += r->overlap[b].n_control;
            counts[1] += r->overlap[b].n_treated;
            shares[0] += r->overlap[b].share_control;
            shares[1] += r->overlap[b].share_treated;
        }
        assert_int_equal(counts[0], 429);
        assert_int_equal(counts[1], 185);
        assert_near(shares[0], 1, 1e-12);
        assert_near(shares[1], 1, 1e-12);
        effect_result_free(r);
    }
    table_free(t);
}

static void who_lies_beyond_all_controls_is_counted_on_both_sides(void **state)
{
    (void)state;
    /* x orders the scores: the treated at -9 and 9 have no like */
    table *t = parse("y,treat,x\n1,1,-9\n2,1,-1\n4,1,0\n5,1,2\n8,1,9\n"
                     "1,0,-4\n3,0,-3\n2,0,-2\n7,0,-1\n4,0,1\n2,0,2\n5,0,4\n");
    const struct effect_spec s = ask_balance(EFFECT_OVERLAP, "y", "x");

    struct effect_result *r = run(t, &s);

    assert_int_equal(r->comparison->n_outside, 2);
    assert_true(warns(r, "effect.outside-support"));
    effect_result_free(r);
    table_free(t);
}

/* ---- worlds ------------------------------------------------------------------------------ */

enum { PERSONS = 300 };

/*
 * y = 1 + 2 a + b - a b / 2 + noise, and d (1 + a) more, with a in (-1, 1) and b
 * of 0 or 1; d by a logit of a and b. With a `recoded` copy of both covariates.
 */
static table *made_world(uint64_t seed)
{
    const struct rng_key key = {seed, rng_stream("balancing-test", 0)};
    out text;
    table *t;

    out_init(&text, 1 << 20);
    out_cstr(&text, "y,treat,a,b,p,q,w,seven\n");
    for (uint64_t i = 0; i < PERSONS; i++) {
        const double a = 2 * rng_uniform(key, 8 * i) - 1, b = rng_uniform(key, 8 * i + 1) < 0.4;
        const double chance = 1 / (1 + exp(0.6 - 0.9 * a - 0.7 * b));
        const bool d = rng_uniform(key, 8 * i + 2) < chance;
        const double y = 1 + 2 * a + b + (d ? 1 + a : 0) + (1 + b) * rng_normal(key, 8 * i + 3);
        char line[256];
        snprintf(line, sizeof line, "%.17g,%d,%.17g,%g,%.17g,%.17g,%d,7\n", y, d, a, b,
                 1000 - 40 * a + 3 * b, 5 * b - 2 * a, (int)(i % 4));
        out_cstr(&text, line);
    }
    assert_int_equal(table_parse(out_view(&text), STR("world"), NULL, NULL, &t, &info), OK);
    out_free(&text);
    return t;
}

static void means_are_equal_after_balancing_and_codes_do_not_matter(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++)
        for (int weighing = EFFECT_ENTROPY; weighing <= EFFECT_OVERLAP; weighing++) {
            table *t = made_world(seed);
            const struct effect_spec s = ask_balance((enum effect_weighing)weighing, "y", "a,b");
            const struct effect_spec recoded =
                ask_balance((enum effect_weighing)weighing, "y", "p,q");

            struct effect_result *r = run(t, &s), *other = run(t, &recoded);

            for (size_t j = 1; j < r->n_balance; j++) {
                assert_near(r->balance[j].after.difference, 0, 1e-8);
                assert_near(other->balance[j].after.difference, 0, 1e-8);
            }
            assert_near(r->estimates[0].estimate, other->estimates[0].estimate, 1e-8);
            assert_near(r->estimates[0].standard_error, other->estimates[0].standard_error, 1e-8);
            effect_result_free(other);
            effect_result_free(r);
            table_free(t);
        }
}

/* A row that stands for two is the row twice, also before the groups are made alike. */
static void before_as_after_a_row_counts_for_what_it_weighs(void **state)
{
    (void)state;
    table *one =
        parse("y,treat,x,w\n1,1,3,2\n2,1,5,1\n3,1,4,1\n4,0,2,1\n5,0,6,2\n6,0,3,1\n7,0,7,1\n");
    table *two =
        parse("y,treat,x\n1,1,3\n1,1,3\n2,1,5\n3,1,4\n4,0,2\n5,0,6\n5,0,6\n6,0,3\n7,0,7\n");
    struct effect_spec s = ask_balance(EFFECT_ENTROPY, "y", "x");
    struct effect_spec weighted = s;
    weighted.weights = STR("w");

    struct effect_result *a = run(one, &weighted), *b = run(two, &s);

    const struct effect_balance *x = &a->balance[1], *twice = &b->balance[1];
    assert_near(x->before.mean_treated, 15.0 / 4, 1e-12);
    assert_near(x->before.mean_control, twice->before.mean_control, 1e-12);
    assert_near(x->before.ecdf_mean, twice->before.ecdf_mean, 1e-12);
    assert_near(x->after.mean_control, twice->after.mean_control, 1e-9);
    effect_result_free(a);
    effect_result_free(b);
    table_free(one);
    table_free(two);
}

static void equal_weights_change_nothing_and_zero_weights_remove(void **state)
{
    (void)state;
    table *t = made_world(5);
    for (int weighing = EFFECT_ENTROPY; weighing <= EFFECT_OVERLAP; weighing++) {
        const struct effect_spec plain = ask_balance((enum effect_weighing)weighing, "y", "a,b");
        struct effect_spec seven = plain, w = plain;
        seven.weights = STR("seven");
        w.weights = STR("w");

        struct effect_result *r = run(t, &plain), *same = run(t, &seven), *fewer = run(t, &w);

        assert_near(same->estimates[0].estimate, r->estimates[0].estimate, 1e-10);
        assert_near(same->estimates[0].standard_error, r->estimates[0].standard_error, 1e-10);
        assert_int_equal(fewer->diagnostics.n_used, PERSONS - PERSONS / 4);
        for (size_t j = 1; j < fewer->n_balance; j++)
            assert_near(fewer->balance[j].after.difference, 0, 1e-8);
        effect_result_free(fewer);
        effect_result_free(same);
        effect_result_free(r);
    }
    table_free(t);
}

static void any_number_of_threads_gives_the_same_bits(void **state)
{
    (void)state;
    table *t = open_fixture("lalonde_614.tab");
    for (int weighing = EFFECT_ENTROPY; weighing <= EFFECT_OVERLAP; weighing++) {
        struct effect_spec s = ask_lalonde(EFFECT_BALANCING);
        s.weighing = (enum effect_weighing)weighing;
        s.bootstrap = 200;
        struct effect_result *alone = run(t, &s);
        for (unsigned threads = 2; threads <= 5; threads++) {
            par *pool;
            struct effect_result *r;
            assert_int_equal(par_new(threads, &pool, &info), OK);

            assert_int_equal(effect_run(t, &s, pool, NULL, &r, &info), OK);

            assert_memory_equal(r->estimates, alone->estimates, sizeof *r->estimates);
            assert_memory_equal(r->overlap, alone->overlap, r->n_overlap * sizeof *r->overlap);
            for (size_t j = 0; j < r->n_balance; j++)
                assert_memory_equal(&r->balance[j].after, &alone->balance[j].after,
                                    sizeof r->balance[j].after);
            effect_result_free(r);
            par_free(pool);
        }
        effect_result_free(alone);
    }
    table_free(t);
}

/* The effect 1 + a, averaged over whom it is about, by the midpoint rule. */
static double true_effect(enum effect_weighing weighing)
{
    enum { STEPS = 4000 };
    double sum = 0, weight = 0;
    for (int b = 0; b <= 1; b++)
        for (int i = 0; i < STEPS; i++) {
            const double a = 2 * (i + 0.5) / STEPS - 1;
            const double chance = 1 / (1 + exp(0.6 - 0.9 * a - 0.7 * b));
            const double share =
                (b ? 0.4 : 0.6) * (weighing == EFFECT_ENTROPY ? chance : chance * (1 - chance));
            sum += share * (1 + a);
            weight += share;
        }
    return sum / weight;
}

static void intervals_contain_the_truth_as_often_as_they_say(void **state)
{
    (void)state;
    enum { WORLDS = 2000 }; /* Monte Carlo error of 95 %: 0.5 points */
    for (int weighing = EFFECT_ENTROPY; weighing <= EFFECT_OVERLAP; weighing++) {
        const struct effect_spec s = ask_balance((enum effect_weighing)weighing, "y", "a,b");
        const double truth = true_effect(s.weighing);
        size_t covered = 0;
        double sum = 0, squares = 0, variances = 0;

        for (uint64_t seed = 1; seed <= WORLDS; seed++) {
            table *t = made_world(1000 + seed);
            struct effect_result *r = run(t, &s);
            const struct effect_estimate *e = &r->estimates[0];
            covered += e->ci_low <= truth && truth <= e->ci_high;
            sum += e->estimate;
            squares += e->estimate * e->estimate;
            variances += e->standard_error * e->standard_error;
            effect_result_free(r);
            table_free(t);
        }

        const double mean = sum / WORLDS, variance = squares / WORLDS - mean * mean;
        print_message("# %s: truth %.4f, mean %.4f, covered %.1f %%, errors %.3f of the spread\n",
                      effect_weighing_name(s.weighing), truth, mean,
                      100.0 * (double)covered / WORLDS, sqrt(variances / WORLDS / variance));
        assert_near(mean, truth, 4 * sqrt(variance / WORLDS));
        assert_near(100.0 * (double)covered / WORLDS, 95, 2);
        assert_near(sqrt(variances / WORLDS / variance), 1, 0.05);
    }
}

/* ---- bad input --------------------------------------------------------------------------- */

#define EIGHT_ROWS                                                                                 \
    "y,treat,x,z,c,w\n1,1,1,3,5,0\n2,1,3,1,5,0\n4,1,2,2,5,0\n5,1,4,1,5,0\n"                        \
    "1,0,1,2,5,0\n3,0,5,3,5,0\n2,0,3,1,5,0\n7,0,2,4,5,0\n"

static void what_cannot_be_balanced_is_refused_with_the_reason(void **state)
{
    (void)state;
    enum { E = EFFECT_ENTROPY, O = EFFECT_OVERLAP };
    /* each treated mean lies within the controls, but no mean of these is off their line */
    static const char beside[] = "y,treat,x,z\n1,1,1,5\n2,1,2,6\n3,1,3,6\n4,1,3,7\n"
                                 "1,0,0,0\n2,0,3,3\n3,0,5,5\n4,0,9,9\n6,0,8,8\n";
    static const char apart[] = "y,treat,x\n1,1,5\n2,1,6\n3,1,7\n4,0,1\n5,0,2\n6,0,3\n7,0,2\n";
    static const struct {
        const char *text;
        int weighing;
        const char *covariates, *weights, *key, *names;
    } cases[] = {
        {EIGHT_ROWS, E, "", "", "balancing.without-covariates", NULL},
        {EIGHT_ROWS, O, "", "", "balancing.without-covariates", NULL},
        {EIGHT_ROWS, E, "c", "", "balancing.nothing-varies", NULL},
        {EIGHT_ROWS, O, "c", "", "balancing.nothing-varies", NULL},
        {EIGHT_ROWS, E, "x", "w", "effect.weights-all-zero", "w"},
        {apart, E, "x", "", "balancing.out-of-reach", "x"},
        {apart, O, "x", "", "effect.separated", "x"},
        {beside, E, "x,z", "", "balancing.no-weights", NULL},
        {"y,treat,x\n1,1,2\n2,0,1\n3,0,2\n4,0,3\n5,0,4\n", E, "x", "", "effect.single-unit", NULL},
        {"y,treat,x\n1,1,2\n2,0,1\n3,0,2\n4,0,3\n5,0,4\n", O, "x", "", "effect.single-unit", NULL},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        table *t = parse(cases[i].text);
        struct effect_spec s =
            ask_balance((enum effect_weighing)cases[i].weighing, "y", cases[i].covariates);
        s.weights = str_of(cases[i].weights);
        struct effect_result *r = NULL;

        assert_int_equal(effect_run(t, &s, NULL, NULL, &r, &info), E_INPUT);

        assert_string_equal(info.msg.key, cases[i].key);
        if (cases[i].names) /* a covariate comes first */
            assert_memory_equal(info.msg.text + info.msg.arg[0].at, cases[i].names,
                                strlen(cases[i].names));
        assert_null(r);
        table_free(t);
    }
}

static void options_that_do_not_go_together_are_refused(void **state)
{
    (void)state;
    table *t = parse(EIGHT_ROWS);
    struct effect_spec elsewhere = ask(EFFECT_WEIGHTING, "y"), ht, panel;
    elsewhere.weighing = EFFECT_OVERLAP;
    ht = panel = ask_balance(EFFECT_ENTROPY, "y", "x");
    ht.ipw = EFFECT_HORVITZ_THOMPSON;
    panel.unit = STR("x");
    panel.time = STR("z");

    assert_int_equal(effect_spec_check(&elsewhere, &info), E_INPUT);
    assert_string_equal(info.msg.key, "balancing.option-elsewhere");
    assert_int_equal(effect_spec_check(&ht, &info), E_INPUT);
    assert_string_equal(info.msg.key, "balancing.ipw");
    assert_int_equal(effect_spec_check(&panel, &info), E_INPUT);
    assert_string_equal(info.msg.key, "balancing.on-panel");
    table_free(t);
}

static void collinear_and_constant_covariates_are_left_out_and_named(void **state)
{
    (void)state;
    table *t = made_world(9);
    for (int weighing = EFFECT_ENTROPY; weighing <= EFFECT_OVERLAP; weighing++) {
        const struct effect_spec plain = ask_balance((enum effect_weighing)weighing, "y", "a,b");
        const struct effect_spec more =
            ask_balance((enum effect_weighing)weighing, "y", "a,b,p,seven");

        struct effect_result *r = run(t, &plain), *other = run(t, &more);

        assert_true(warns(other, "effect.covariate-collinear"));
        assert_true(warns(other, "effect.covariate-constant"));
        assert_near(other->estimates[0].estimate, r->estimates[0].estimate, 1e-9);
        effect_result_free(other);
        effect_result_free(r);
    }
    table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lalonde_agrees_with_stacked_equations_in_r),
        cmocka_unit_test(a_table_tells_how_alike_the_groups_of_any_weighting_are),
        cmocka_unit_test(who_lies_beyond_all_controls_is_counted_on_both_sides),
        cmocka_unit_test(means_are_equal_after_balancing_and_codes_do_not_matter),
        cmocka_unit_test(before_as_after_a_row_counts_for_what_it_weighs),
        cmocka_unit_test(equal_weights_change_nothing_and_zero_weights_remove),
        cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
        cmocka_unit_test(intervals_contain_the_truth_as_often_as_they_say),
        cmocka_unit_test(what_cannot_be_balanced_is_refused_with_the_reason),
        cmocka_unit_test(options_that_do_not_go_together_are_refused),
        cmocka_unit_test(collinear_and_constant_covariates_are_left_out_and_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
