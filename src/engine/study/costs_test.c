/* SPDX-License-Identifier: EUPL-1.2 */
/* Costs and benefits that use the estimates of a plan. */
#include "costs_int.h"
#include "folder_int.h"
#include "study_int.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

/* One payer, one year, nothing discounted: society gains 100 times the effect. */
#define PLAN                                                                                       \
    "title: T\nquestion: Q\nprogramme: P\nowner: O\n"                                              \
    "data: {file: mpdta.csv, source: S, extracted: 2024-01-01, completeness: all}\n"               \
    "columns: {unit: countyreal, time: year, first_treated: first.treat}\n"                        \
    "outcomes:\n  - {column: lemp, label: L, unit: U}\n"
#define SCBA(size)                                                                                 \
    "scba:\n  unit: county\n  reached: 1\n  price_year: 2024\n  horizon_years: 1\n"                \
    "  discount: {rate: 0, first_year: undiscounted}\n"                                            \
    "  payers: {city: {nl: Stad, group: government}}\n"                                            \
    "  costs:\n    team: {amount: 10, year: 2024, source: S, paid_by: {city: 1}}\n"                \
    "  effects:\n"                                                                                 \
    "    work: {size: {estimate: " size "}, years: 1, more_is: better, source: S,\n"               \
    "           unit_value: {value: 100, year: 2024}, gained_by: {city: 1}}\n"

static arena *memory;
static struct errs errors;

static int start(void **state)
{
    (void)state;
    struct err_info info;
    memory = arena_new(256 << 20);
    return memory && errs_init(&errors, memory, ERRS_LIMIT, &info) == OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    arena_free(memory);
    return 0;
}

static err parse(const char *text, struct study *s)
{
    errors.n = errors.n_found = 0;
    return study_parse(memory, str_of(text), STR("p.yaml"), s, &errors);
}

/* The plan with its effects, and the costs that use them. */
struct answered {
    struct study study;
    struct released_effect *effect[4];
    size_t n;
    struct costs costs;
};

static void answer(const char *plan, struct answered *a)
{
    const char *source = getenv("ONTSCHOT_SOURCE");
    struct err_info info;
    table *t = NULL;
    const str data =
        folder_path(memory, str_of(source ? source : "."), STR("tests/data/mpdta.csv"));
    *a = (struct answered){.n = 0};
    assert_int_equal(parse(plan, &a->study), OK);
    assert_int_equal(study_open_data(&a->study, data, NULL, NULL, &t, &errors), OK);
    for (size_t o = 0; o < a->study.outcomes.n; o++)
        for (size_t e = 0; e < study_estimators(&a->study); e++) {
            struct effect_spec spec;
            assert_int_equal(study_spec(&a->study, o, e, memory, &spec, &info), OK);
            assert_int_equal(disclosure_run(t, &spec, NULL, NULL, &a->effect[a->n++], &info), OK);
        }
    table_free(t);
    assert_int_equal(costs_compute(&a->study, a->effect, study_estimators(&a->study), memory, NULL,
                                   NULL, &a->costs, &info),
                     OK);
}

static void forget(struct answered *a)
{
    for (size_t i = 0; i < a->n; i++)
        disclosure_free(a->effect[i]);
    scba_result_free(a->costs.result);
}

static const struct scba_outcome *society(const struct answered *a)
{
    assert_non_null(a->costs.result);
    return &a->costs.result->party[a->costs.result->n_parties - 1].balance;
}

static void the_name_of_an_outcome_is_its_effect_over_all(void **state)
{
    (void)state;
    struct answered a;

    answer(PLAN "design: {method: did}\n" SCBA("lemp"), &a);

    const struct effect_estimate *e = effect_find(disclosure_view(a.effect[0]), EFFECT_SIMPLE);
    assert_near(society(&a)->point, 100 * e->estimate - 10, 1e-9);
    assert_near(society(&a)->sd, 100 * e->standard_error, 0.02 * 100 * e->standard_error);
    assert_false(a.costs.independent);
    forget(&a);
}

static void a_measured_name_picks_one_estimate(void **state)
{
    (void)state;
    static const struct {
        const char *measured;
        enum effect_aggregation aggregation;
        double group, time, event_time;
    } cases[] = {
        {"aggregation: dynamic, event_time: 1", EFFECT_DYNAMIC, NAN, NAN, 1},
        {"aggregation: dynamic", EFFECT_DYNAMIC, NAN, NAN, NAN},
        {"aggregation: group, group: 2006", EFFECT_GROUP, 2006, NAN, NAN},
        {"aggregation: calendar, time: 2005", EFFECT_CALENDAR, NAN, 2005, NAN},
        {"aggregation: group-time, group: 2004, time: 2006", EFFECT_GROUP_TIME, 2004, 2006, NAN},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct answered a;
        char plan[4096];
        double wanted = NAN;
        snprintf(plan, sizeof plan,
                 PLAN "design: {method: did}\nmeasured: {x: {outcome: lemp, %s}}\n" SCBA("x"),
                 cases[i].measured);

        answer(plan, &a);

        for (size_t j = disclosure_view(a.effect[0])->n_estimates; j-- > 0;) {
            const struct effect_estimate *e = &disclosure_view(a.effect[0])->estimates[j];
            const bool same_group = isnan(cases[i].group) || e->group == cases[i].group;
            const bool same_time = isnan(cases[i].time) || e->time == cases[i].time;
            const bool same_step = isnan(cases[i].event_time)
                                       ? i != 1 || isnan(e->event_time)
                                       : e->event_time == cases[i].event_time;
            if (e->aggregation == cases[i].aggregation && same_group && same_time && same_step)
                wanted = e->estimate;
        }
        assert_near(society(&a)->point, 100 * wanted - 10, 1e-9);
        forget(&a);
    }
}

static void a_measured_name_goes_before_that_of_an_outcome(void **state)
{
    (void)state;
    struct answered a;

    answer(PLAN "design: {method: did}\n"
                "measured: {lemp: {outcome: lemp, aggregation: group, group: 2006}}\n" SCBA("lemp"),
           &a);

    double wanted = NAN;
    for (size_t i = 0; i < disclosure_view(a.effect[0])->n_estimates; i++)
        if (disclosure_view(a.effect[0])->estimates[i].aggregation == EFFECT_GROUP &&
            disclosure_view(a.effect[0])->estimates[i].group == 2006)
            wanted = disclosure_view(a.effect[0])->estimates[i].estimate;
    assert_near(society(&a)->point, 100 * wanted - 10, 1e-9);
    forget(&a);
}

static void the_estimator_of_a_variation_can_be_chosen(void **state)
{
    (void)state;
    struct answered a;

    answer(PLAN "design: {method: did}\n"
                "estimators: [{name: v, label: V, covariates: [lpop]}]\n"
                "measured: {x: {outcome: lemp, estimator: v}}\n" SCBA("x"),
           &a);

    assert_near(society(&a)->point,
                100 * effect_find(disclosure_view(a.effect[1]), EFFECT_SIMPLE)->estimate - 10,
                1e-9);
    forget(&a);
}

/* The same outcome twice, as a variation that changes nothing: the draws must move as one. */
static const char twice[] =
    "estimators: [{name: same, label: S}]\n"
    "measured: {x: {outcome: lemp, estimator: same}}\n"
    "scba:\n  unit: county\n  reached: 1\n  price_year: 2024\n  horizon_years: 1\n"
    "  discount: {rate: 0, first_year: undiscounted}\n"
    "  payers: {city: {nl: Stad, group: government}}\n"
    "  effects:\n"
    "    a: {size: {estimate: lemp}, years: 1, more_is: better, source: S,\n"
    "        unit_value: {value: 100, year: 2024}, gained_by: {city: 1}}\n"
    "    b: {size: {estimate: x}, years: 1, more_is: better, source: S,\n"
    "        unit_value: {value: 100, year: 2024}, gained_by: {city: 1}}\n";

static void bootstrap_draws_of_two_results_move_together(void **state)
{
    (void)state;
    struct answered a;
    char plan[4096];
    snprintf(plan, sizeof plan, PLAN "design: {method: did, bootstrap: 999}\n%s", twice);

    answer(plan, &a);

    const double se = effect_find(disclosure_view(a.effect[0]), EFFECT_SIMPLE)->standard_error;
    assert_false(a.costs.independent);
    assert_near(society(&a)->sd, 200 * se, 0.1 * 200 * se);
    forget(&a);
}

static void without_draws_two_results_are_taken_as_independent_and_it_is_said(void **state)
{
    (void)state;
    struct answered a;
    char plan[4096];
    snprintf(plan, sizeof plan, PLAN "design: {method: did}\n%s", twice);

    answer(plan, &a);

    const double se = effect_find(disclosure_view(a.effect[0]), EFFECT_SIMPLE)->standard_error;
    assert_true(a.costs.independent);
    assert_near(society(&a)->sd, sqrt(2) * 100 * se, 0.05 * 200 * se);
    forget(&a);
}

static void an_effect_that_was_not_estimated_is_said_and_nothing_is_computed(void **state)
{
    (void)state;
    struct answered a;

    answer(PLAN "design: {method: did}\n"
                "measured: {x: {outcome: lemp, aggregation: dynamic, event_time: 99}}\n" SCBA("x"),
           &a);

    assert_null(a.costs.result);
    assert_string_equal(a.costs.failed.key, "study.estimate-absent");
    forget(&a);
}

static void a_name_that_is_no_estimate_is_a_mistake_of_the_plan(void **state)
{
    (void)state;
    struct study s;

    assert_int_equal(parse(PLAN "design: {method: did}\n" SCBA("lepm"), &s), E_INPUT);

    assert_true(errors.n >= 1);
    assert_int_equal(errors.item[0].line, 20);
}

static void a_plan_without_prices_asks_for_no_costs(void **state)
{
    (void)state;
    struct answered a;

    answer(PLAN "design: {method: did}\n", &a);

    assert_false(a.costs.asked);
    assert_null(a.costs.result);
    forget(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_name_of_an_outcome_is_its_effect_over_all, start, stop),
        cmocka_unit_test_setup_teardown(a_measured_name_picks_one_estimate, start, stop),
        cmocka_unit_test_setup_teardown(a_measured_name_goes_before_that_of_an_outcome, start,
                                        stop),
        cmocka_unit_test_setup_teardown(the_estimator_of_a_variation_can_be_chosen, start, stop),
        cmocka_unit_test_setup_teardown(bootstrap_draws_of_two_results_move_together, start, stop),
        cmocka_unit_test_setup_teardown(
            without_draws_two_results_are_taken_as_independent_and_it_is_said, start, stop),
        cmocka_unit_test_setup_teardown(
            an_effect_that_was_not_estimated_is_said_and_nothing_is_computed, start, stop),
        cmocka_unit_test_setup_teardown(a_name_that_is_no_estimate_is_a_mistake_of_the_plan, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_plan_without_prices_asks_for_no_costs, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
