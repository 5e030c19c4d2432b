/* SPDX-License-Identifier: EUPL-1.2 */
#include "fixture_int.h"

#include "base/date.h"
#include "base/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static struct scba_result *run(const struct fixture *f)
{
    struct scba_result *r = NULL;
    struct err_info info;
    const err e = scba_run(&f->m, NULL, NULL, &r, &info);
    if (e != OK)
        print_error("%s\n", info.msg.key);
    assert_int_equal(e, OK);
    return r;
}

static const struct scba_party *society(const struct scba_result *r)
{
    return &r->party[r->n_payers];
}

/* ---- Discounting ---- */

static void a_series_is_discounted_as_published(void **state)
{
    (void)state;
    const double series[] = {3, 6, 2, 5, 4, 3, 9, 0, 110};
    double hundreds[10];
    for (int t = 0; t < 10; t++)
        hundreds[t] = 100.0;

    assert_near(scba_present_value(series, 9, 0.05, SCBA_FIRST_YEAR_UNDISCOUNTED), 101.6572, 5e-5);
    assert_near(scba_present_value(hundreds, 10, 0.04, SCBA_FIRST_YEAR_UNDISCOUNTED), 843.5332,
                5e-5);
    assert_near(scba_present_value(hundreds, 10, 0.04, SCBA_END_OF_YEAR), 811.0896, 5e-5);
}

static void annuities_at_the_dutch_rate_match_the_tables(void **state)
{
    (void)state;
    const size_t years[] = {5, 10, 20, 30};
    const double published[] = {4.6795, 8.8662, 15.9637, 21.6453};

    for (int i = 0; i < 4; i++)
        assert_near(scba_annuity(years[i], 0.0225, SCBA_END_OF_YEAR), published[i], 5e-5);
}

static void a_rate_of_minus_one_has_no_present_value(void **state)
{
    (void)state;
    const double one = 1.0;

    assert_true(isnan(scba_present_value(&one, 1, -1.0, SCBA_FIRST_YEAR_UNDISCOUNTED)));
    assert_true(isnan(scba_annuity(3, -1.5, SCBA_END_OF_YEAR)));
    assert_true(isnan(scba_annuity(SCBA_YEARS_MAX + 1, 0.03, SCBA_END_OF_YEAR)));
    assert_near(scba_annuity(3, -0.5, SCBA_FIRST_YEAR_UNDISCOUNTED), 1.0 + 2.0 + 4.0, 1e-12);
}

static int32_t day(int year, int month, int date)
{
    return date_day_of((struct date_ymd){year, month, date});
}

static void the_regime_changes_on_its_first_day(void **state)
{
    (void)state;
    assert_near(scba_regime_rate(day(2012, 6, 1)), 0.055, 0.0);
    assert_near(scba_regime_rate(day(2015, 12, 31)), 0.055, 0.0);
    assert_near(scba_regime_rate(day(2016, 1, 1)), 0.03, 0.0);
    assert_near(scba_regime_rate(day(2020, 12, 31)), 0.03, 0.0);
    assert_near(scba_regime_rate(day(2021, 1, 1)), 0.0225, 0.0);
    assert_string_equal(scba_regime_on(day(2030, 1, 1))->key, "scba.regime-2021");
}

static void an_analysis_uses_the_regime_of_its_date(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_init(&f, 2);
    fixture_add(&f, SCBA_EFFECT, 1, fixed(100.0));
    f.m.horizon_years = 2;
    f.m.discount.by_regime = true;
    f.m.discount.date = day(2018, 5, 1);
    f.m.discount.when = SCBA_END_OF_YEAR;

    struct scba_result *r = run(&f);

    assert_near(r->rate, 0.03, 0.0);
    assert_string_equal(r->regime->key, "scba.regime-2016");
    assert_near(society(r)->balance.mean, 100.0 / 1.03 + 100.0 / (1.03 * 1.03), 1e-9);
    scba_result_free(r);
}

/* ---- Supported Work: Kemper, Long and Thornton (1984), per participant, 1976 dollars ---- */

enum { GOVERNMENT, PARTICIPANT };

struct supported_work {
    double programme, pay, earnings, tax, benefits, saved, pay_lost;
    double participant, government, society, per_dollar;
};

static void build_supported_work(struct fixture *f, const struct supported_work *s)
{
    fixture_init(f, 2);
    fixture_add(f, SCBA_COST, GOVERNMENT, fixed(s->programme - s->pay));
    fixture_add(f, SCBA_EFFECT, PARTICIPANT, fixed(s->earnings));
    fixture_add(f, SCBA_EFFECT, GOVERNMENT, fixed(s->saved - s->pay_lost));
    fixture_transfer(f, GOVERNMENT, PARTICIPANT, fixed(s->pay));
    fixture_transfer(f, PARTICIPANT, GOVERNMENT, fixed(s->tax));
    fixture_transfer(f, PARTICIPANT, GOVERNMENT, fixed(-s->benefits));
    fixture_transfer(f, PARTICIPANT, GOVERNMENT, fixed(s->pay_lost));
}

static void supported_work_comes_out_as_published(void **state)
{
    (void)state;
    static const struct supported_work rows[] = {
        {5901, 3815, 1028, 565, -2615, 123, 10, 1653, -2598, -945, 0.6363},
        {4413, 2558, -153, 293, -530, 85, 13, 1569, -3505, -1936, 0.4476},
    };
    static struct fixture f;
    for (size_t i = 0; i < 2; i++) {
        build_supported_work(&f, &rows[i]);

        struct scba_result *r = run(&f);

        assert_near(r->party[PARTICIPANT].balance.mean, rows[i].participant, 1e-9);
        assert_near(r->party[GOVERNMENT].balance.mean, rows[i].government, 1e-9);
        assert_near(society(r)->balance.mean, rows[i].society, 1e-9);
        assert_near(society(r)->balance.point, rows[i].society, 1e-9);
        assert_near(r->participant_per_government.mean, rows[i].per_dollar, 5e-5);
        assert_int_equal(r->n_compensations, 0);
        assert_near(society(r)->balance.chance_positive, 0.0, 0.0);
        scba_result_free(r);
    }
}

/* ---- Identities ---- */

static double pick(uint64_t round, uint64_t *at, double low, double high)
{
    return low + (high - low) * rng_uniform((struct rng_key){20261124, round}, (*at)++);
}

static struct scba_dist random_size(uint64_t round, uint64_t *at)
{
    const double scale = pick(round, at, 1.0, 1000.0);
    const struct scba_dist any[] = {
        fixed(scale),
        normal(scale, 0.4 * scale),
        {SCBA_LOGNORMAL, scale, 0.5 * scale, 0.0},
        {SCBA_TRIANGULAR, 0.2 * scale, scale, 3.0 * scale},
        {SCBA_UNIFORM, 0.0, scale, 0.0},
        {SCBA_PERT, 0.0, 0.5 * scale, scale},
    };
    return any[(size_t)pick(round, at, 0.0, 5.999)];
}

/* Anything a model can say, at random. */
static void build_random(struct fixture *f, uint64_t round)
{
    uint64_t at = 0;
    const size_t n_payers = 2 + (size_t)pick(round, &at, 0.0, 5.99);
    fixture_init(f, n_payers);
    f->m.horizon_years = 1 + (int)pick(round, &at, 0.0, 29.0);
    f->m.discount.rate = pick(round, &at, -0.02, 0.08);
    f->m.n_draws = 200;
    f->m.seed = round;
    const int share = fixture_parameter(f, (struct scba_dist){SCBA_BETA, 0.3, 0.1, 0.0});
    const size_t n_items = 3 + (size_t)pick(round, &at, 0.0, 12.0);
    for (size_t i = 0; i < n_items; i++) {
        const enum scba_kind kind = pick(round, &at, 0.0, 1.0) < 0.4 ? SCBA_COST : SCBA_EFFECT;
        struct scba_item *item = fixture_add(f, kind, 0, random_size(round, &at));
        double *to = f->shares[f->m.n_items - 1], sum = 0.0;
        for (size_t p = 0; p < n_payers; p++)
            sum += to[p] = pick(round, &at, 0.0, 1.0);
        for (size_t p = 0; p < n_payers; p++)
            to[p] /= sum;
        item->link[SCBA_DEADWEIGHT] = pick(round, &at, 0.0, 1.0) < 0.5 ? share : SCBA_NONE;
        item->link[SCBA_REACH] = pick(round, &at, 0.0, 1.0) < 0.3 ? share : SCBA_NONE;
        f->terms[f->n_terms - 1].fade = SCBA_EXPONENTIAL;
        f->terms[f->n_terms - 1].full_years = 1;
        f->terms[f->n_terms - 1].fade_rate = pick(round, &at, 0.01, 0.9);
    }
    for (size_t i = 0; i < n_items; i++) {
        const int from = (int)pick(round, &at, 0.0, (double)n_payers - 0.01);
        const int to = (from + 1) % (int)n_payers;
        if (i % 2)
            fixture_transfer(f, from, to, random_size(round, &at));
        else
            fixture_linked(f, from, to, i, pick(round, &at, 0.0, 1.0));
    }
}

static void in_every_draw_the_payers_add_up_to_society(void **state)
{
    (void)state;
    static struct fixture f;
    for (uint64_t round = 0; round < 100; round++) {
        build_random(&f, round);

        struct scba_result *r = run(&f);

        for (size_t d = 0; d < r->n_draws; d++) {
            double sum = 0.0, largest = 1.0;
            for (size_t p = 0; p < r->n_payers; p++) {
                sum += r->draws[p * r->n_draws + d];
                largest = fmax(largest, fabs(r->draws[p * r->n_draws + d]));
            }
            assert_near(sum, r->draws[r->n_payers * r->n_draws + d], 1e-9 * largest);
        }
        assert_true(r->largest_gap <= SCBA_GAP_MAX);
        scba_result_free(r);
    }
}

static void transfers_leave_society_alone_to_the_bit(void **state)
{
    (void)state;
    static struct fixture f;
    for (uint64_t round = 0; round < 20; round++) {
        build_random(&f, round);
        struct scba_result *with = run(&f);
        size_t kept = 0;
        while (f.items[kept].kind != SCBA_TRANSFER)
            kept++;
        f.m.n_items = kept;

        struct scba_result *without = run(&f);

        const size_t at = with->n_payers * with->n_draws;
        assert_memory_equal(with->draws + at, without->draws + at, with->n_draws * sizeof(double));
        scba_result_free(with);
        scba_result_free(without);
    }
}

static void cash_flows_and_contributions_add_up_to_the_balances(void **state)
{
    (void)state;
    static struct fixture f;
    for (uint64_t round = 100; round < 130; round++) {
        build_random(&f, round);

        struct scba_result *r = run(&f);

        for (size_t p = 0; p < r->n_parties; p++) {
            const struct scba_party *party = &r->party[p];
            double by_year = 0.0, discounted = 0.0, by_item = 0.0, moved = 1.0;
            for (size_t y = 0; y < r->n_years; y++) {
                by_year += r->cash[y * r->n_parties + p] * r->discount_factor[y];
                discounted += r->cash_discounted[y * r->n_parties + p];
            }
            for (size_t i = 0; i < r->n_items; i++) {
                by_item += r->contribution[i * r->n_parties + p];
                moved += fabs(r->contribution[i * r->n_parties + p]);
            }
            const double balance = party->balance.mean;
            assert_near(by_year, balance, 1e-9 * moved);
            assert_near(discounted, balance, 1e-9 * moved);
            assert_near(by_item, balance, 1e-9 * moved);
            assert_near(party->benefit + party->transfer - party->cost, balance, 1e-9 * moved);
            assert_near(party->gained - party->paid, balance, 1e-9 * moved);
        }
        assert_near(society(r)->transfer, 0.0, 0.0);
        scba_result_free(r);
    }
}

static void the_bits_do_not_depend_on_threads(void **state)
{
    (void)state;
    static struct fixture f;
    build_random(&f, 7);
    f.m.n_draws = 20000;
    struct scba_result *one = run(&f);
    const unsigned threads[] = {1, 2, 8};
    for (int t = 0; t < 3; t++) {
        struct err_info info;
        struct scba_result *r = NULL;
        par *pool = NULL;
        assert_int_equal(par_new(threads[t], &pool, &info), OK);

        assert_int_equal(scba_run(&f.m, pool, NULL, &r, &info), OK);

        assert_memory_equal(r->draws, one->draws, one->n_parties * one->n_draws * sizeof(double));
        assert_memory_equal(r->cash, one->cash, one->n_years * one->n_parties * sizeof(double));
        assert_memory_equal(r->contribution_sd, one->contribution_sd,
                            one->n_items * sizeof(double));
        for (size_t p = 0; p < r->n_parties; p++)
            assert_memory_equal(&r->party[p].balance, &one->party[p].balance,
                                sizeof one->party[p].balance);
        scba_result_free(r);
        par_free(pool);
    }
    scba_result_free(one);
}

static void another_item_changes_no_other_draw(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_init(&f, 3);
    fixture_add(&f, SCBA_EFFECT, 1, normal(10.0, 3.0));
    f.m.n_draws = 500;
    struct scba_result *before = run(&f);
    fixture_add(&f, SCBA_COST, 0, normal(5.0, 1.0));

    struct scba_result *after = run(&f);

    assert_memory_equal(before->draws + 500, after->draws + 500, 500 * sizeof(double));
    scba_result_free(before);
    scba_result_free(after);
}

/* ---- Uncertainty against closed forms ---- */

static void sums_of_normals_have_their_mean_and_spread(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_init(&f, 2);
    f.m.n_draws = 200000;
    f.m.seed = 5;
    fixture_add(&f, SCBA_EFFECT, 1, normal(100.0, 30.0));
    fixture_add(&f, SCBA_COST, 0, normal(60.0, 40.0));

    struct scba_result *r = run(&f);

    const struct scba_outcome *o = &society(r)->balance;
    const double error = 50.0 / sqrt(200000.0);
    assert_near(o->mean, 40.0, 4.0 * error);
    assert_near(o->sd, 50.0, 4.0 * error / sqrt(2.0));
    assert_near(o->median, 40.0, 6.0 * error);
    assert_near(o->low[0], 40.0 - 1.2815516 * 50.0, 8.0 * error);
    assert_near(o->high[1], 40.0 + 1.9599640 * 50.0, 12.0 * error);
    assert_near(o->chance_positive, 0.7881446, 4.0 * sqrt(0.17 / 200000.0)); /* Phi(0.8) */
    assert_near(o->point, 40.0, 1e-12);
    assert_near(r->contribution_sd[0], 30.0, 4.0 * 30.0 / sqrt(400000.0));
    scba_result_free(r);
}

static void a_product_has_the_variance_of_independent_factors(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_init(&f, 2);
    f.m.n_draws = 400000;
    struct scba_item *item = fixture_add(&f, SCBA_EFFECT, 1, normal(2.0, 0.5));
    item->link[SCBA_UNIT_VALUE] =
        fixture_parameter(&f, (struct scba_dist){SCBA_LOGNORMAL, 100.0, 20.0, 0.0});
    item->link[SCBA_DISPLACEMENT] =
        fixture_parameter(&f, (struct scba_dist){SCBA_UNIFORM, 0.2, 0.6, 0.0});

    struct scba_result *r = run(&f);

    const double mean = 2.0 * 100.0 * 0.6;
    const double second = (4.0 + 0.25) * (10000.0 + 400.0) * (0.36 + 0.16 / 12.0);
    const double sd = sqrt(second - mean * mean);
    assert_near(society(r)->balance.point, mean, 1e-9);
    assert_near(society(r)->balance.mean, mean, 4.0 * sd / sqrt(400000.0));
    assert_near(society(r)->balance.sd, sd, 0.01 * sd);
    scba_result_free(r);
}

static void use_estimate(struct fixture *f, int parameter, int estimate)
{
    f->parameters[parameter].estimate = estimate;
}

static void build_two_estimates(struct fixture *f, const double *value, const double *covariance)
{
    fixture_init(f, 2);
    f->m.n_draws = 200000;
    f->m.estimates = (struct scba_estimates){.n = 2, .value = value, .covariance = covariance};
    fixture_add(f, SCBA_EFFECT, 1, fixed(0.0));
    fixture_add(f, SCBA_EFFECT, 0, fixed(0.0));
    use_estimate(f, 0, 0);
    use_estimate(f, 1, 1);
}

static void effects_of_one_study_move_together(void **state)
{
    (void)state;
    static struct fixture f;
    const double value[] = {10.0, 20.0};
    const double correlations[] = {-1.0, -0.6, 0.0, 0.8, 1.0};
    for (int i = 0; i < 5; i++) {
        const double between = correlations[i] * 3.0 * 4.0;
        const double covariance[] = {9.0, between, between, 16.0};
        build_two_estimates(&f, value, covariance);

        struct scba_result *r = run(&f);

        const double sd = sqrt(9.0 + 16.0 + 2.0 * between);
        assert_near(society(r)->balance.mean, 30.0, 4.0 * sd / sqrt(200000.0) + 1e-9);
        assert_near(society(r)->balance.sd, sd, 0.01 * sd);
        assert_near(r->party[1].balance.sd, 3.0, 0.03);
        scba_result_free(r);
    }
}

static void a_study_with_draws_is_followed_row_by_row(void **state)
{
    (void)state;
    static struct fixture f;
    const double value[] = {10.0, 20.0};
    const double deviation[] = {-1.0, 2.0, 0.5, 0.25, 3.0, -4.0};
    build_two_estimates(&f, value, NULL);
    f.m.estimates.draws = deviation;
    f.m.estimates.n_draws = 3;
    f.m.n_draws = 7;

    struct scba_result *r = run(&f);

    for (size_t d = 0; d < 7; d++) {
        const double *row = deviation + 2 * (d % 3);
        assert_near(r->draws[1 * 7 + d], 10.0 + row[0], 1e-12);
        assert_near(r->draws[0 * 7 + d], 20.0 + row[1], 1e-12);
    }
    scba_result_free(r);
}

static void a_shared_parameter_is_drawn_once(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_init(&f, 2);
    f.m.n_draws = 1000;
    fixture_add(&f, SCBA_EFFECT, 1, normal(10.0, 3.0));
    struct scba_item *cost = fixture_item(&f, SCBA_COST);
    fixture_term(&f, cost, 0);
    f.shares[1][0] = 1.0;

    struct scba_result *r = run(&f);

    assert_near(society(r)->balance.sd, 0.0, 1e-12);
    scba_result_free(r);
}

/* ---- The chain, years and prices ---- */

static void the_chain_multiplies_as_documented(void **state)
{
    (void)state;
    static struct fixture f;
    const double factor[SCBA_LINKS] = {0.8, 0.5, 0.1, 0.9, 0.2, 100.0};
    fixture_init(&f, 2);
    struct scba_item *item = fixture_add(&f, SCBA_EFFECT, 1, fixed(0.25));
    item->sign = -1;
    for (int l = 0; l < SCBA_LINKS; l++)
        item->link[l] = fixture_parameter(&f, fixed(factor[l]));

    struct scba_result *r = run(&f);

    assert_near(society(r)->balance.mean, -0.25 * 0.8 * 0.5 * 0.9 * 0.9 * 0.8 * 100.0, 1e-12);
    assert_int_equal(r->n_warnings, 0);
    scba_result_free(r);
}

static void a_causal_effect_has_no_deadweight(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_init(&f, 2);
    struct scba_item *item = fixture_add(&f, SCBA_EFFECT, 1, fixed(100.0));
    item->link[SCBA_DEADWEIGHT] = fixture_parameter(&f, fixed(0.4));
    item->causal = true;
    fixture_linked(&f, 1, 0, 0, 0.5);

    struct scba_result *r = run(&f);

    assert_near(society(r)->balance.mean, 100.0, 1e-12);
    assert_near(r->party[0].balance.mean, 50.0, 1e-12);
    assert_int_equal(r->n_warnings, 1);
    assert_string_equal(r->warnings[0].key, "scba.warn-deadweight");
    scba_result_free(r);
}

static void effects_fade_as_stated(void **state)
{
    (void)state;
    static struct fixture f;
    static const double by_year[] = {1.0, 0.25, 0.5};
    fixture_init(&f, 2);
    f.m.horizon_years = 6;
    for (int i = 0; i < 5; i++)
        fixture_add(&f, SCBA_EFFECT, 1, fixed(1.0));
    f.terms[0].first_year = 2;
    f.terms[0].full_years = 2;
    f.terms[1] = (struct scba_term){.parameter = 1,
                                    .scale = 1.0,
                                    .first_year = 1,
                                    .full_years = 1,
                                    .fade = SCBA_LINEAR,
                                    .fade_years = 3};
    f.terms[2] = (struct scba_term){.parameter = 2,
                                    .scale = 1.0,
                                    .first_year = 2,
                                    .full_years = 1,
                                    .fade = SCBA_EXPONENTIAL,
                                    .fade_rate = 0.5};
    f.terms[3] = (struct scba_term){.parameter = 3,
                                    .scale = 1.0,
                                    .first_year = 3,
                                    .full_years = 3,
                                    .fade = SCBA_EXPLICIT,
                                    .weight = by_year};
    const double expected[5][6] = {
        {0, 1, 1, 0, 0, 0},      {1, 0.75, 0.5, 0.25, 0, 0}, {0, 1, 0.5, 0.25, 0.125, 0.0625},
        {0, 0, 1, 0.25, 0.5, 0}, {1, 1, 1, 1, 1, 1},
    };
    for (size_t i = 0; i < 5; i++) {
        f.m.items = &f.items[i];
        f.m.n_items = 1;

        struct scba_result *r = run(&f);

        for (size_t y = 0; y < 6; y++)
            assert_near(r->cash[y * r->n_parties + 1], expected[i][y], 1e-12);
        assert_int_equal(r->n_warnings, 0);
        scba_result_free(r);
    }
}

static void years_beyond_the_horizon_are_told(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_init(&f, 2);
    f.m.horizon_years = 3;
    fixture_add(&f, SCBA_EFFECT, 1, fixed(10.0));
    f.terms[0].full_years = 5;

    struct scba_result *r = run(&f);

    assert_near(society(r)->balance.mean, 30.0, 1e-12);
    assert_int_equal(r->n_warnings, 1);
    assert_string_equal(r->warnings[0].key, "scba.warn-horizon");
    scba_result_free(r);
}

static void old_prices_are_brought_to_the_price_year(void **state)
{
    (void)state;
    static struct fixture f;
    const int year[] = {2015, 2026, 2020};
    const double level[] = {100.0, 135.0, 108.0};
    const struct scba_index index = {.key = STR("cpi"), .year = year, .level = level, .n = 3};
    fixture_init(&f, 2);
    f.m.indexes = &index;
    f.m.n_indexes = 1;
    struct scba_item *item = fixture_add(&f, SCBA_EFFECT, 1, fixed(2.0));
    item->link[SCBA_UNIT_VALUE] = fixture_parameter(&f, fixed(400.0));
    f.parameters[1].year = 2020;
    f.parameters[1].index = 0;

    struct scba_result *r = run(&f);

    assert_near(society(r)->balance.mean, 2.0 * 400.0 * 135.0 / 108.0, 1e-9);
    scba_result_free(r);
}

static void the_null_alternative_is_subtracted(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_init(&f, 2);
    struct scba_item *cost = fixture_add(&f, SCBA_COST, 0, fixed(900.0));
    fixture_term(&f, cost, fixture_parameter(&f, fixed(600.0)))->alternative = SCBA_NULL;

    struct scba_result *r = run(&f);

    assert_near(society(r)->cost, 300.0, 1e-12);
    scba_result_free(r);
}

static void tax_follows_earnings_in_every_draw(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_init(&f, 2);
    f.m.n_draws = 300;
    f.m.horizon_years = 4;
    f.m.discount.rate = 0.03;
    fixture_add(&f, SCBA_EFFECT, 1, normal(1000.0, 400.0));
    f.terms[0].first_year = 2;
    fixture_linked(&f, 1, 0, 0, 0.35);

    struct scba_result *r = run(&f);

    for (size_t d = 0; d < 300; d++) {
        const double earnings = r->draws[2 * 300 + d];
        assert_near(r->draws[0 * 300 + d], 0.35 * earnings, 1e-9);
        assert_near(r->draws[1 * 300 + d], 0.65 * earnings, 1e-9);
    }
    assert_near(r->cash[0], 0.0, 0.0);
    assert_true(r->cash[1 * 3 + 0] > 0.0);
    scba_result_free(r);
}

/* ---- What the answer hangs on ---- */

static void at_the_break_even_factor_society_gains_nothing(void **state)
{
    (void)state;
    static struct fixture f;
    for (uint64_t round = 200; round < 220; round++) {
        build_random(&f, round);
        struct scba_result *r = run(&f);
        const double factor = r->break_even;
        scba_result_free(r);
        if (isnan(factor))
            continue;
        for (size_t i = 0; i < f.m.n_items; i++)
            if (f.items[i].kind == SCBA_EFFECT)
                f.terms[f.items[i].terms - f.terms].scale = factor;

        r = run(&f);

        assert_near(society(r)->balance.mean, 0.0, 1e-9 * (1.0 + society(r)->cost));
        scba_result_free(r);
    }
}

static void one_effect_alone_can_break_even(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_init(&f, 2);
    fixture_add(&f, SCBA_COST, 0, fixed(100.0));
    fixture_add(&f, SCBA_EFFECT, 1, fixed(80.0));
    fixture_add(&f, SCBA_EFFECT, 1, fixed(60.0));

    struct scba_result *r = run(&f);

    assert_true(isnan(r->break_even_item[0]));
    assert_near(r->break_even_item[1], 0.5, 1e-12);     /* 40 + 60 = 100 */
    assert_near(r->break_even_item[2], 1.0 / 3, 1e-12); /* 80 + 20 = 100 */
    assert_near(r->break_even, 100.0 / 140.0, 1e-12);
    scba_result_free(r);
}

static void the_tornado_moves_one_number_at_a_time(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_init(&f, 2);
    f.m.horizon_years = 2;
    f.m.discount.rate = 0.03;
    f.m.discount.has_range = true;
    f.m.discount.low_rate = 0.0;
    f.m.discount.high_rate = 0.05;
    fixture_add(&f, SCBA_COST, 0, (struct scba_dist){SCBA_UNIFORM, 50.0, 150.0, 0.0});
    fixture_add(&f, SCBA_EFFECT, 1, normal(300.0, 100.0));
    f.terms[0].full_years = 1;
    f.terms[1].first_year = 2;

    struct scba_result *r = run(&f);

    assert_int_equal(r->n_tornado, 3);
    assert_int_equal(r->tornado[0].parameter, 1);
    assert_near(r->tornado[0].at_low, -100.0 + (300.0 - 128.1551566) / 1.03, 1e-6);
    assert_near(r->tornado[0].at_high, -100.0 + (300.0 + 128.1551566) / 1.03, 1e-6);
    assert_int_equal(r->tornado[1].parameter, 0);
    assert_near(r->tornado[1].value_low, 60.0, 1e-12);
    assert_near(r->tornado[1].at_low, -60.0 + 300.0 / 1.03, 1e-9);
    assert_int_equal(r->tornado[2].parameter, SCBA_NONE);
    assert_near(r->tornado[2].at_low, 200.0, 1e-9);
    assert_near(r->tornado[2].at_high, -100.0 + 300.0 / 1.05, 1e-9);
    scba_result_free(r);
}

/* ---- Who pays, who gains ---- */

static void the_wrong_pocket_is_told_and_mended(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_init(&f, 4);
    fixture_add(&f, SCBA_COST, 0, fixed(100.0));
    fixture_add(&f, SCBA_EFFECT, 0, fixed(40.0));
    fixture_add(&f, SCBA_EFFECT, 1, fixed(200.0)); /* the participant */
    fixture_add(&f, SCBA_EFFECT, 2, fixed(50.0));
    fixture_add(&f, SCBA_COST, 3, fixed(30.0));

    struct scba_result *r = run(&f);

    assert_near(r->party[0].paid, 100.0, 1e-12);
    assert_near(r->party[0].gained, 40.0, 1e-12);
    assert_near(r->flow[0 * 4 + 2], 50.0 * 100.0 / 130.0, 1e-12);
    assert_near(r->flow[3 * 4 + 1], 200.0 * 30.0 / 130.0, 1e-12);
    assert_near(
        r->concentration,
        0.5 * (fabs(100.0 / 130.0 - 40.0 / 290.0) + 200.0 / 290.0 + 50.0 / 290.0 + 30.0 / 130.0),
        1e-12);
    assert_int_equal(r->n_compensations, 3);
    assert_int_equal(r->compensation[0].from, 2); /* others before the participant */
    assert_int_equal(r->compensation[0].to, 0);
    assert_near(r->compensation[0].amount, 50.0, 1e-12);
    double after[4];
    for (int p = 0; p < 4; p++)
        after[p] = r->party[p].balance.mean;
    for (size_t i = 0; i < r->n_compensations; i++) {
        after[r->compensation[i].from] -= r->compensation[i].amount;
        after[r->compensation[i].to] += r->compensation[i].amount;
    }
    for (int p = 0; p < 4; p++)
        assert_true(after[p] >= -1e-9);
    scba_result_free(r);
}

static void ratios_have_intervals_only_when_they_mean_something(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_init(&f, 2);
    f.m.n_draws = 5000;
    fixture_add(&f, SCBA_COST, 0, fixed(100.0));
    fixture_add(&f, SCBA_EFFECT, 1, normal(150.0, 10.0));
    fixture_add(&f, SCBA_EFFECT, 0, normal(60.0, 30.0));

    struct scba_result *r = run(&f);

    assert_near(r->ratio.point, 2.1, 1e-12);
    assert_near(r->ratio.mean, (society(r)->balance.mean + 100.0) / 100.0, 1e-12);
    assert_true(r->ratio.low[0] < 2.1 && r->ratio.high[0] > 2.1);
    assert_near(r->participant_per_government.point, 150.0 / 40.0, 1e-12);
    assert_true(isnan(r->participant_per_government.low[0])); /* sometimes government saves */
    assert_near(r->chance_government_saves, 0.0912, 0.02);    /* 1 - Phi(4 / 3) */
    scba_result_free(r);
}

static void what_is_measured_stops_where_measurement_stopped(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_init(&f, 2);
    f.m.horizon_years = 5;
    f.m.observed_years = 2;
    fixture_add(&f, SCBA_EFFECT, 1, fixed(10.0));
    fixture_add(&f, SCBA_EFFECT, 1, fixed(10.0));
    f.parameters[0].measured = true;

    struct scba_result *r = run(&f);

    assert_near(r->measured_share, 0.2, 1e-12);
    scba_result_free(r);
}

static void pay_back_is_the_year_from_which_it_stays_positive(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_init(&f, 3);
    f.m.horizon_years = 5;
    fixture_add(&f, SCBA_COST, 0, fixed(100.0));
    f.terms[0].full_years = 1;
    fixture_add(&f, SCBA_EFFECT, 1, fixed(40.0));
    fixture_transfer(&f, 1, 2, fixed(1.0));

    struct scba_result *r = run(&f);

    assert_int_equal(society(r)->payback_year, 3); /* -60, -20, 20 */
    assert_int_equal(r->party[0].payback_year, 0);
    assert_int_equal(r->party[2].payback_year, 1);
    scba_result_free(r);
}

static void the_histogram_holds_every_draw(void **state)
{
    (void)state;
    static struct fixture f;
    fixture_init(&f, 2);
    f.m.n_draws = 50000;
    fixture_add(&f, SCBA_EFFECT, 1, normal(120.0, 100.0));

    struct scba_result *r = run(&f);

    size_t sum = r->n_below + r->n_above, positive = r->n_above;
    for (size_t b = 0; b < r->n_bins; b++) {
        sum += r->bin[b];
        if (r->bin_from + (double)b * r->bin_width >= -1e-9)
            positive += r->bin[b];
    }
    assert_int_equal(sum, 50000);
    assert_near((double)positive / 50000.0, society(r)->balance.chance_positive, 1e-9);
    assert_in_range(r->n_bins, 15, 45);
    scba_result_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_series_is_discounted_as_published),
        cmocka_unit_test(annuities_at_the_dutch_rate_match_the_tables),
        cmocka_unit_test(a_rate_of_minus_one_has_no_present_value),
        cmocka_unit_test(the_regime_changes_on_its_first_day),
        cmocka_unit_test(an_analysis_uses_the_regime_of_its_date),
        cmocka_unit_test(supported_work_comes_out_as_published),
        cmocka_unit_test(in_every_draw_the_payers_add_up_to_society),
        cmocka_unit_test(transfers_leave_society_alone_to_the_bit),
        cmocka_unit_test(cash_flows_and_contributions_add_up_to_the_balances),
        cmocka_unit_test(the_bits_do_not_depend_on_threads),
        cmocka_unit_test(another_item_changes_no_other_draw),
        cmocka_unit_test(sums_of_normals_have_their_mean_and_spread),
        cmocka_unit_test(a_product_has_the_variance_of_independent_factors),
        cmocka_unit_test(effects_of_one_study_move_together),
        cmocka_unit_test(a_study_with_draws_is_followed_row_by_row),
        cmocka_unit_test(a_shared_parameter_is_drawn_once),
        cmocka_unit_test(the_chain_multiplies_as_documented),
        cmocka_unit_test(a_causal_effect_has_no_deadweight),
        cmocka_unit_test(effects_fade_as_stated),
        cmocka_unit_test(years_beyond_the_horizon_are_told),
        cmocka_unit_test(old_prices_are_brought_to_the_price_year),
        cmocka_unit_test(the_null_alternative_is_subtracted),
        cmocka_unit_test(tax_follows_earnings_in_every_draw),
        cmocka_unit_test(at_the_break_even_factor_society_gains_nothing),
        cmocka_unit_test(one_effect_alone_can_break_even),
        cmocka_unit_test(the_tornado_moves_one_number_at_a_time),
        cmocka_unit_test(the_wrong_pocket_is_told_and_mended),
        cmocka_unit_test(ratios_have_intervals_only_when_they_mean_something),
        cmocka_unit_test(what_is_measured_stops_where_measurement_stopped),
        cmocka_unit_test(pay_back_is_the_year_from_which_it_stays_positive),
        cmocka_unit_test(the_histogram_holds_every_draw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
