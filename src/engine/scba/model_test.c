/* SPDX-License-Identifier: EUPL-1.2 */
#include "fixture_test_int.h"

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

static void amounts_of_any_size_end_in_an_answer(void **state)
{
    (void)state;
    static struct fixture f;
    for (int power = -323; power <= 307; power += 7) {
        struct scba_result *r = NULL;
        struct err_info info;
        fixture_init(&f, 2);
        f.m.n_draws = 200;
        fixture_add(&f, SCBA_COST, 1, normal(0.0, 4.0 * pow(10.0, power)));

        const err e = scba_run(&f.m, NULL, NULL, &r, &info);

        if (power < 99) {
            assert_int_equal(e, OK);
            assert_true(isfinite(society(r)->balance.sd));
            assert_true(r->n_bins >= 1 && r->n_bins <= 200);
        } else if (power > 100) {
            assert_int_equal(e, E_INPUT);
            assert_string_equal(info.msg.key, "scba.overflow");
        }
        scba_result_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        cmocka_unit_test(amounts_of_any_size_end_in_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
