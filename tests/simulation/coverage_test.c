/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Whether 95 % intervals contain the known truth of Voorbeeldstad in 95 % of
 * worlds: seeds 1 to 1000, 120 teams of which 40 in the pilot, clustered by
 * home team. Every seed goes the whole way: generate, read, estimate.
 *
 * Bounds 93-97 %: with 1,000 worlds the Monte Carlo error of 95 % is 0.7 points.
 */
#include "base/par.h"
#include "demo/voorbeeldstad/voorbeeldstad.h"
#include "engine/effect/effect.h"

#include "base/out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { WORLDS = 1000, PERSONS_PER_TEAM = 20 };

struct world {
    const char *failure;     /* message key, or NULL */
    bool covers, is_alarmed; /* the test of differences before the start rejects at 5 % */
    double estimate;
};

struct worlds {
    struct voorbeeldstad city;
    double truth;
    struct world world[WORLDS];
};

static void put_line(void *ctx, const void *line, size_t n)
{
    out_bytes(ctx, line, n);
}

static struct effect_spec design(void)
{
    struct effect_spec s;
    effect_spec_init(&s);
    s.method = EFFECT_DID;
    s.outcome = STR("cost_total");
    s.unit = STR("person");
    s.time = STR("month");
    s.first_treated = STR("pilot_start");
    s.cluster = STR("home_team");
    s.covariates[0] = STR("debts");
    s.covariates[1] = STR("single_parent");
    s.n_covariates = 2;
    s.has_never = true;
    return s;
}

static err estimate(str panel, struct effect_result **result, struct err_info *info)
{
    const struct effect_spec spec = design();
    table *t;
    err e = table_parse(panel, STR("voorbeeldstad"), NULL, NULL, &t, info);
    if (e != OK)
        return e;
    e = effect_run(t, &spec, NULL, NULL, result, info);
    table_free(t);
    return e;
}

static void live_in(void *ctx, size_t block, unsigned worker)
{
    (void)worker;
    struct worlds *all = ctx;
    struct world *w = &all->world[block];
    struct voorbeeldstad city = all->city;
    struct effect_result *result;
    struct err_info info;
    out panel;

    city.seed = block + 1;
    out_init(&panel, (size_t)1 << 28);
    if (voorbeeldstad_write(&city, put_line, &panel, &info) != OK ||
        out_error(&panel, &info) != OK || estimate(out_view(&panel), &result, &info) != OK) {
        w->failure = info.msg.key;
    } else {
        const struct effect_estimate *simple = effect_find(result, EFFECT_SIMPLE);
        w->failure = simple->failed;
        w->estimate = simple->estimate;
        w->covers = simple->ci_low <= all->truth && all->truth <= simple->ci_high;
        w->is_alarmed = result->diagnostics.pretest_p < 0.05;
        effect_result_free(result);
    }
    out_free(&panel);
}

static struct worlds all;

static int live_in_all(void **state)
{
    (void)state;
    struct err_info info;
    par *pool;
    voorbeeldstad_init(&all.city);
    all.city.persons_per_team = PERSONS_PER_TEAM;
    all.truth = voorbeeldstad_simple_effect(&all.city, VOORBEELDSTAD_TOTAL);
    if (par_new(0, &pool, &info) != OK)
        return -1;
    par_run(pool, WORLDS, live_in, &all);
    par_free(pool);
    return 0;
}

static void intervals_of_95_percent_cover_the_truth_in_93_to_97_percent_of_worlds(void **state)
{
    (void)state;
    int covered = 0;
    double error = 0;

    for (int i = 0; i < WORLDS; i++) {
        if (all.world[i].failure)
            fail_msg("seed %d: %s", i + 1, all.world[i].failure);
        covered += all.world[i].covers;
        error += (all.world[i].estimate - all.truth) / WORLDS;
    }

    printf("# coverage %.1f %% of %d worlds, truth %.4f, mean error %.4f\n",
           100.0 * covered / WORLDS, WORLDS, all.truth, error);
    assert_in_range(covered, WORLDS * 93 / 100, WORLDS * 97 / 100);
}

static void the_test_of_earlier_differences_seldom_cries_wolf(void **state)
{
    (void)state;
    int alarmed = 0;

    for (int i = 0; i < WORLDS; i++)
        alarmed += all.world[i].is_alarmed;

    printf("# the test rejects in %.1f %% of worlds\n", 100.0 * alarmed / WORLDS);
    assert_in_range(alarmed, WORLDS / 100, WORLDS * 7 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_of_95_percent_cover_the_truth_in_93_to_97_percent_of_worlds),
        cmocka_unit_test(the_test_of_earlier_differences_seldom_cries_wolf),
    };
    return cmocka_run_group_tests(tests, live_in_all, NULL);
}
