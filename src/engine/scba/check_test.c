/* SPDX-License-Identifier: EUPL-1.2 */
#include "fixture_int.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A sound model: a cost, an effect with a price, a linked transfer. */
static void build_sound(struct fixture *f)
{
    fixture_init(f, 3);
    f->m.horizon_years = 5;
    f->m.discount.rate = 0.0225;
    f->m.n_draws = 100;
    fixture_add(f, SCBA_COST, 0, normal(100.0, 10.0));
    struct scba_item *effect = fixture_add(f, SCBA_EFFECT, 1, normal(0.2, 0.1));
    effect->link[SCBA_UNIT_VALUE] = fixture_parameter(f, fixed(800.0));
    fixture_linked(f, 1, 0, 1, 0.3);
}

static const int year[] = {2020, 2026};
static const double level[] = {100.0, 0.0};
static const struct scba_index broken_index = {
    .key = STR("cpi"), .year = year, .level = level, .n = 2};
static const struct scba_index short_index = {
    .key = STR("cpi"), .year = year, .level = level, .n = 1};
static const double estimate[] = {1.0, (double)NAN};
static const double no_covariance[] = {1.0, 2.0, 2.0, 1.0}; /* correlation 2 */
static const double asymmetric[] = {1.0, 0.1, 0.4, 1.0};
static const double nan_weight[] = {1.0, (double)NAN};

static void horizon_0(struct fixture *f)
{
    f->m.horizon_years = 0;
}
static void horizon_long(struct fixture *f)
{
    f->m.horizon_years = SCBA_YEARS_MAX + 1;
}
static void observed_negative(struct fixture *f)
{
    f->m.observed_years = -1;
}
static void rate_minus_100(struct fixture *f)
{
    f->m.discount.rate = -1.0;
}
static void rate_nan(struct fixture *f)
{
    f->m.discount.rate = (double)NAN;
}
static void rate_in_percent(struct fixture *f)
{
    f->m.discount.rate = 2.25;
}
static void price_negative(struct fixture *f)
{
    f->parameters[2].dist = fixed(-800.0);
}
static void cost_negative(struct fixture *f)
{
    f->parameters[0].dist = normal(-100.0, 10.0);
}
static void payers_none(struct fixture *f)
{
    f->m.n_payers = 0;
}
static void payers_many(struct fixture *f)
{
    f->m.n_payers = SCBA_PAYERS_MAX + 1;
}
static void items_none(struct fixture *f)
{
    f->m.n_items = 0;
}
static void items_many(struct fixture *f)
{
    f->m.n_items = SCBA_ITEMS_MAX + 1;
}
static void parameters_many(struct fixture *f)
{
    f->m.n_parameters = SCBA_PARAMETERS_MAX + 1;
}
static void estimates_many(struct fixture *f)
{
    f->m.estimates.n = SCBA_ESTIMATES_MAX + 1;
}
static void reached_0(struct fixture *f)
{
    f->m.reached = 0.0;
}
static void draws_0(struct fixture *f)
{
    f->m.n_draws = 0;
}
static void draws_many(struct fixture *f)
{
    f->m.n_draws = SCBA_DRAWS_MAX + 1;
}
static void levels_swapped(struct fixture *f)
{
    f->m.level[0] = 0.99;
}
static void keys_equal(struct fixture *f)
{
    f->parameters[1].key = f->parameters[0].key;
}
static void key_empty(struct fixture *f)
{
    f->payers[1].key = STR("");
}
static void number_nan(struct fixture *f)
{
    f->parameters[1].dist.a = (double)NAN;
}
static void number_inf(struct fixture *f)
{
    f->parameters[0].dist.b = (double)INFINITY;
}
static void sd_negative(struct fixture *f)
{
    f->parameters[1].dist = normal(1.0, -2.0);
}
static void shares_short(struct fixture *f)
{
    f->shares[0][0] = 0.8;
}
static void shares_negative(struct fixture *f)
{
    f->shares[0][1] = -0.5;
}
static void shares_none(struct fixture *f)
{
    f->items[0].share = NULL;
}
static void from_is_to(struct fixture *f)
{
    f->items[2].to = 1;
}
static void to_nobody(struct fixture *f)
{
    f->items[2].to = 9;
}
static void link_to_itself(struct fixture *f)
{
    f->items[2].linked_to = 2;
}
static void link_to_nothing(struct fixture *f)
{
    f->items[2].linked_to = 77;
}
static void unknown_parameter(struct fixture *f)
{
    f->terms[0].parameter = 99;
}
static void unknown_link(struct fixture *f)
{
    f->items[1].link[SCBA_REACH] = 99;
}
static void year_0(struct fixture *f)
{
    f->terms[0].first_year = 0;
}
static void sign_0(struct fixture *f)
{
    f->items[1].sign = 0;
}
static void no_terms(struct fixture *f)
{
    f->items[1].n_terms = 0;
}
static void scale_inf(struct fixture *f)
{
    f->terms[0].scale = (double)INFINITY;
}
static void old_price(struct fixture *f)
{
    f->parameters[2].year = 2020;
}

static void range_reversed(struct fixture *f)
{
    f->m.discount.has_range = true;
    f->m.discount.low_rate = 0.05;
    f->m.discount.high_rate = 0.01;
}

static void uniform_reversed(struct fixture *f)
{
    f->parameters[1].dist = (struct scba_dist){SCBA_UNIFORM, 3.0, 1.0, 0.0};
}

static void mode_outside(struct fixture *f)
{
    f->parameters[1].dist = (struct scba_dist){SCBA_TRIANGULAR, 1.0, 9.0, 5.0};
}

static void lognormal_0(struct fixture *f)
{
    f->parameters[1].dist = (struct scba_dist){SCBA_LOGNORMAL, 0.0, 1.0, 0.0};
}

static void beta_too_wide(struct fixture *f)
{
    f->parameters[1].dist = (struct scba_dist){SCBA_BETA, 0.5, 0.6, 0.0};
}

static void deadweight_over_1(struct fixture *f)
{
    f->items[1].link[SCBA_DEADWEIGHT] = fixture_parameter(f, fixed(40.0));
}

static void reach_normal(struct fixture *f)
{
    f->items[1].link[SCBA_REACH] = fixture_parameter(f, normal(0.9, 0.1));
}

static void linear_without_years(struct fixture *f)
{
    f->terms[0].fade = SCBA_LINEAR;
    f->terms[0].full_years = 1;
}

static void rate_of_fading_1(struct fixture *f)
{
    f->terms[0].fade = SCBA_EXPONENTIAL;
    f->terms[0].full_years = 1;
    f->terms[0].fade_rate = 1.0;
}

static void weight_nan(struct fixture *f)
{
    f->terms[0].fade = SCBA_EXPLICIT;
    f->terms[0].full_years = 2;
    f->terms[0].weight = nan_weight;
}

static void index_broken(struct fixture *f)
{
    old_price(f);
    f->m.indexes = &broken_index;
    f->m.n_indexes = 1;
    f->parameters[2].index = 0;
}

static void index_short(struct fixture *f)
{
    index_broken(f);
    f->m.indexes = &short_index;
}

static void estimates(struct fixture *f, const double *covariance)
{
    f->m.estimates = (struct scba_estimates){.n = 2, .value = estimate, .covariance = covariance};
    f->parameters[1].estimate = 0;
}

static void estimate_failed(struct fixture *f)
{
    estimates(f, asymmetric);
    f->parameters[1].estimate = 1;
}

static void estimate_unknown(struct fixture *f)
{
    estimates(f, asymmetric);
    f->parameters[1].estimate = 2;
}

static void both_estimates(struct fixture *f, const double *covariance)
{
    static const double fine[] = {1.0, 2.0};
    estimates(f, covariance);
    f->m.estimates.value = fine;
    f->parameters[0].estimate = 1;
}

static void covariance_impossible(struct fixture *f)
{
    both_estimates(f, no_covariance);
}
static void covariance_asymmetric(struct fixture *f)
{
    both_estimates(f, asymmetric);
}
static void too_large(struct fixture *f)
{
    f->parameters[1].dist = normal(1e306, 1e306);
}

static const struct {
    void (*spoil)(struct fixture *f);
    err code;
    const char *key;
} cases[] = {
    {price_negative, E_INPUT, "scba.negative-price"},
    {cost_negative, E_INPUT, "scba.negative-price"},
    {rate_minus_100, E_INPUT, "scba.discount-rate"},
    {rate_nan, E_INPUT, "scba.discount-rate"},
    {rate_in_percent, E_INPUT, "scba.discount-percent"},
    {range_reversed, E_INPUT, "scba.discount-range"},
    {horizon_0, E_INPUT, "scba.horizon"},
    {horizon_long, E_INPUT, "scba.horizon"},
    {observed_negative, E_INPUT, "scba.observed-years"},
    {payers_none, E_INPUT, "scba.no-payers"},
    {payers_many, E_LIMIT, "scba.too-many"},
    {items_none, E_INPUT, "scba.no-items"},
    {items_many, E_LIMIT, "scba.too-many"},
    {parameters_many, E_LIMIT, "scba.too-many"},
    {estimates_many, E_LIMIT, "scba.too-many"},
    {reached_0, E_INPUT, "scba.reached"},
    {draws_0, E_INPUT, "scba.draws"},
    {draws_many, E_INPUT, "scba.draws"},
    {levels_swapped, E_INPUT, "scba.level"},
    {keys_equal, E_INPUT, "scba.duplicate-key"},
    {key_empty, E_INPUT, "scba.empty-key"},
    {number_nan, E_INPUT, "scba.number"},
    {number_inf, E_INPUT, "scba.number"},
    {scale_inf, E_INPUT, "scba.number"},
    {weight_nan, E_INPUT, "scba.number"},
    {sd_negative, E_INPUT, "scba.dist-sd"},
    {uniform_reversed, E_INPUT, "scba.dist-order"},
    {mode_outside, E_INPUT, "scba.dist-order"},
    {lognormal_0, E_INPUT, "scba.dist-lognormal"},
    {beta_too_wide, E_INPUT, "scba.dist-beta"},
    {deadweight_over_1, E_INPUT, "scba.fraction"},
    {reach_normal, E_INPUT, "scba.fraction-shape"},
    {shares_short, E_INPUT, "scba.share-sum"},
    {shares_negative, E_INPUT, "scba.share"},
    {shares_none, E_INPUT, "scba.no-shares"},
    {from_is_to, E_INPUT, "scba.transfer-self"},
    {to_nobody, E_INPUT, "scba.transfer-payer"},
    {link_to_itself, E_INPUT, "scba.transfer-link"},
    {link_to_nothing, E_INPUT, "scba.transfer-link"},
    {unknown_parameter, E_INPUT, "scba.reference"},
    {unknown_link, E_INPUT, "scba.reference"},
    {estimate_unknown, E_INPUT, "scba.reference"},
    {year_0, E_INPUT, "scba.years"},
    {sign_0, E_INPUT, "scba.sign"},
    {no_terms, E_INPUT, "scba.no-terms"},
    {linear_without_years, E_INPUT, "scba.fade-years"},
    {rate_of_fading_1, E_INPUT, "scba.fade-rate"},
    {old_price, E_INPUT, "scba.no-index"},
    {index_broken, E_INPUT, "scba.index-level"},
    {index_short, E_INPUT, "scba.index-year"},
    {estimate_failed, E_INPUT, "scba.estimate"},
    {covariance_impossible, E_INPUT, "scba.covariance"},
    {covariance_asymmetric, E_INPUT, "scba.covariance"},
    {too_large, E_INPUT, "scba.overflow"},
};

static void a_wrong_model_is_refused_with_its_reason_and_nothing_is_made(void **state)
{
    (void)state;
    static struct fixture f;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scba_result *untouched = (struct scba_result *)&f, *r = untouched;
        struct err_info info;
        build_sound(&f);
        cases[i].spoil(&f);

        assert_int_equal(scba_run(&f.m, NULL, NULL, &r, &info), cases[i].code);

        assert_string_equal(info.msg.key, cases[i].key);
        assert_int_equal(info.code, cases[i].code);
        assert_ptr_equal(r, untouched);
    }
}

static void the_sound_model_passes(void **state)
{
    (void)state;
    static struct fixture f;
    struct scba_result *r;
    struct err_info info;
    build_sound(&f);

    assert_int_equal(scba_check(&f.m, &info), OK);
    assert_int_equal(scba_run(&f.m, NULL, NULL, &r, &info), OK);

    assert_int_equal(r->n_warnings, 0);
    scba_result_free(r);
}

static void a_price_that_can_turn_negative_is_warned_about(void **state)
{
    (void)state;
    static struct fixture f;
    struct scba_result *r;
    struct err_info info;
    build_sound(&f);
    f.parameters[2].dist = normal(800.0, 400.0);

    assert_int_equal(scba_run(&f.m, NULL, NULL, &r, &info), OK);

    assert_int_equal(r->n_warnings, 1);
    assert_string_equal(r->warnings[0].key, "scba.warn-negative-price");
    scba_result_free(r);
}

static void many_warnings_end_in_one_that_says_so(void **state)
{
    (void)state;
    static struct fixture f;
    struct scba_result *r;
    struct err_info info;
    fixture_init(&f, 2);
    for (int i = 0; i < SCBA_WARNINGS_MAX + 5; i++) {
        fixture_add(&f, SCBA_EFFECT, 1, fixed(1.0));
        f.terms[i].full_years = 9;
    }

    assert_int_equal(scba_run(&f.m, NULL, NULL, &r, &info), OK);

    assert_int_equal(r->n_warnings, SCBA_WARNINGS_MAX);
    assert_string_equal(r->warnings[SCBA_WARNINGS_MAX - 1].key, "scba.warn-more");
    assert_string_equal(r->warnings[0].key, "scba.warn-horizon");
    scba_result_free(r);
}

static bool always(void *ctx)
{
    (void)ctx;
    return true;
}

static void a_cancelled_run_gives_nothing(void **state)
{
    (void)state;
    static struct fixture f;
    const struct progress stop = {.cancelled = always};
    struct scba_result *r = NULL;
    struct err_info info;
    build_sound(&f);

    assert_int_equal(scba_run(&f.m, NULL, &stop, &r, &info), E_CANCELLED);

    assert_null(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_model_is_refused_with_its_reason_and_nothing_is_made),
        cmocka_unit_test(the_sound_model_passes),
        cmocka_unit_test(a_price_that_can_turn_negative_is_warned_about),
        cmocka_unit_test(many_warnings_end_in_one_that_says_so),
        cmocka_unit_test(a_cancelled_run_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
