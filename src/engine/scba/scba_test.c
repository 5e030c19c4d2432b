/* SPDX-License-Identifier: EUPL-1.2 */
#include "fixture_test_int.h"

#include "base/date.h"

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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
