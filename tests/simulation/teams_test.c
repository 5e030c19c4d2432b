/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Two treated of ten teams that each have a trend of their own: 1,000 seeded panels. With 45
 * allocations randomisation at 5 % can reject in 2 / 45 of panels without an effect, no more and
 * no less; errors by person reject far too often; the wild bootstrap is printed beside it.
 *
 * Bounds: three times the Monte Carlo error of 2 / 45 over 1,000 panels, 0.65 points.
 */
#include "base/out.h"
#include "base/par.h"
#include "base/rng.h"
#include "engine/effect/effect.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PANELS = 1000, TEAMS = 10, TREATED = 2, PERSONS = 10, PERIODS = 6, START = 4 };

#define EFFECT 0.4

struct panel {
    bool failed, covers, is_rejected[3]; /* the effect of nothing: by teams, wild, by person */
};

enum { BY_TEAMS, BY_WILD, BY_PERSON };

static struct panel panels[PANELS];

static double normal(uint64_t seed, uint64_t use, size_t i)
{
    return rng_normal((struct rng_key){.seed = seed, .stream = use}, i);
}

static table *make_panel(uint64_t seed, double effect)
{
    struct err_info info;
    table *t = NULL;
    out o;
    out_init(&o, 1 << 20);
    out_cstr(&o, "id,team,t,g,y\n");
    for (size_t i = 0; i < TEAMS * PERSONS; i++)
        for (size_t time = 1; time <= PERIODS; time++) {
            const size_t team = i % TEAMS;
            const int start = team < TREATED ? START : 0;
            const double y = normal(seed, 1, i) + normal(seed, 2, i * 100 + time) +
                             0.5 * normal(seed, 3, team * 100 + time) +
                             (start && time >= START ? effect : 0);
            const double value[] = {(double)i, (double)team, (double)time, start, y};
            for (size_t c = 0; c < 5; c++) {
                out_real(&o, value[c]);
                out_char(&o, c < 4 ? ',' : '\n');
            }
        }
    if (table_parse(out_view(&o), STR("made"), NULL, NULL, &t, &info) != OK)
        t = NULL;
    out_free(&o);
    return t;
}

static struct effect_result *estimate(uint64_t seed, double effect, bool by_person)
{
    struct effect_spec s;
    struct effect_result *r = NULL;
    struct err_info info;
    table *t = make_panel(seed, effect);
    effect_spec_init(&s);
    s.method = EFFECT_TWFE;
    s.outcome = STR("y");
    s.unit = STR("id");
    s.time = STR("t");
    s.first_treated = STR("g");
    s.cluster = by_person ? STR("id") : STR("team");
    s.replications = 999;
    s.seed = seed;
    if (t && effect_run(t, &s, NULL, NULL, &r, &info) != OK)
        r = NULL;
    table_free(t);
    return r;
}

static void judge(void *ctx, size_t i, unsigned worker)
{
    (void)ctx;
    (void)worker;
    struct panel *p = &panels[i];
    struct effect_result *nothing = estimate(i + 1, 0, false);
    struct effect_result *persons = estimate(i + 1, 0, true);
    struct effect_result *something = estimate(i + 1, EFFECT, false);
    p->failed = !nothing || !persons || !something;
    if (!p->failed) {
        p->is_rejected[BY_TEAMS] = nothing->estimates[0].p <= 0.05;
        p->is_rejected[BY_WILD] = nothing->teams->p_wild <= 0.05;
        p->is_rejected[BY_PERSON] = persons->estimates[0].p <= 0.05;
        p->covers =
            something->estimates[0].ci_low <= EFFECT && EFFECT <= something->estimates[0].ci_high;
    }
    effect_result_free(nothing);
    effect_result_free(persons);
    effect_result_free(something);
}

static int judge_all(void **state)
{
    (void)state;
    struct err_info info;
    par *pool;
    if (par_new(0, &pool, &info) != OK)
        return -1;
    par_run(pool, PANELS, judge, NULL);
    par_free(pool);
    for (size_t i = 0; i < PANELS; i++)
        if (panels[i].failed)
            return -1;
    return 0;
}

static int count(int kind)
{
    int n = 0;
    for (size_t i = 0; i < PANELS; i++)
        n += panels[i].is_rejected[kind];
    return n;
}

static void randomisation_rejects_at_the_level_that_it_can_reach(void **state)
{
    (void)state;

    const int n = count(BY_TEAMS);

    printf("# of %d panels without effect: randomisation rejects %d, wild bootstrap %d, "
           "errors by person %d\n",
           PANELS, n, count(BY_WILD), count(BY_PERSON));
    assert_in_range(n, 25, 64);
}

static void errors_by_person_reject_far_too_often(void **state)
{
    (void)state;

    assert_true(count(BY_PERSON) > PANELS / 5);
}

static void intervals_cover_the_truth_as_often_as_they_can(void **state)
{
    (void)state;
    int covered = 0;

    for (size_t i = 0; i < PANELS; i++)
        covered += panels[i].covers;

    printf("# intervals of 95 %% hold the truth in %d of %d panels\n", covered, PANELS);
    assert_in_range(covered, PANELS - 64, PANELS - 25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(randomisation_rejects_at_the_level_that_it_can_reach),
        cmocka_unit_test(errors_by_person_reject_far_too_often),
        cmocka_unit_test(intervals_cover_the_truth_as_often_as_they_can),
    };
    return cmocka_run_group_tests(tests, judge_all, NULL);
}
