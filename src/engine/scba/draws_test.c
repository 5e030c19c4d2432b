/* SPDX-License-Identifier: EUPL-1.2 */
#include "fixture_test_int.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_of_normals_have_their_mean_and_spread),
        cmocka_unit_test(a_product_has_the_variance_of_independent_factors),
        cmocka_unit_test(effects_of_one_study_move_together),
        cmocka_unit_test(a_study_with_draws_is_followed_row_by_row),
        cmocka_unit_test(a_shared_parameter_is_drawn_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
