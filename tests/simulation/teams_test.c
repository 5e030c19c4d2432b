/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Two treated of ten teams that each have a trend of their own: 1,000 seeded panels, and their
 * last period on its own. With 45 allocations randomisation at 5 % can reject in 2 / 45 of panels
 * without an effect, no more and no less, whatever the method; errors by person reject far too
 * often; the wild bootstrap and errors by team are printed beside it.
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

enum { BY_TEAMS, BY_WILD, BY_ERRORS, TESTS };

static const struct method {
    const char *name;
    enum effect_method method;
    bool event_study, is_moment; /* is_moment: the last period, with a covariate */
} methods[] = {
    {"two-way", EFFECT_TWFE, false, false},
    {"event study", EFFECT_TWFE, true, false},
    {"by start", EFFECT_SUNAB, false, false},
    {"doubly robust", EFFECT_DOUBLY_ROBUST, false, true},
    {"matching", EFFECT_MATCHING, false, true},
    {"balancing", EFFECT_BALANCING, false, true},
};
enum { METHODS = sizeof methods / sizeof *methods };

struct panel {
    bool failed, covers, is_rejected_by_person;
    bool is_rejected[METHODS][TESTS]; /* the effect of nothing */
};

static struct panel panels[PANELS];

static double normal(uint64_t seed, uint64_t use, size_t i)
{
    return rng_normal((struct rng_key){.seed = seed, .stream = use}, i);
}

static table *make_panel(uint64_t seed, double effect, size_t first)
{
    struct err_info info;
    table *t = NULL;
    out o;
    out_init(&o, 1 << 20);
    out_cstr(&o, "id,team,t,g,d,x,y\n");
    for (size_t i = 0; i < TEAMS * PERSONS; i++)
        for (size_t time = first; time <= PERIODS; time++) {
            const size_t team = i % TEAMS;
            const int start = team < TREATED ? START : 0;
            const bool on = start > 0 && time >= START;
            const double x = normal(seed, 4, i) + 0.3 * normal(seed, 5, team);
            const double y = normal(seed, 1, i) + normal(seed, 2, i * 100 + time) +
                             0.5 * normal(seed, 3, team * 100 + time) + (on ? effect : 0);
            const double value[] = {(double)i,
                                    (double)team,
                                    (double)time,
                                    start,
                                    on,
                                    x,
                                    y + (first == PERIODS ? x / 2 : 0)};
            for (size_t c = 0; c < 7; c++) {
                out_real(&o, value[c]);
                out_char(&o, c < 6 ? ',' : '\n');
            }
        }
    if (table_parse(out_view(&o), STR("made"), NULL, NULL, &t, &info) != OK)
        t = NULL;
    out_free(&o);
    return t;
}

static struct effect_result *estimate(const struct method *m, uint64_t seed, double effect,
                                      str cluster)
{
    struct effect_spec s;
    struct effect_result *r = NULL;
    struct err_info info;
    table *t = make_panel(seed, effect, m->is_moment ? PERIODS : 1);
    effect_spec_init(&s);
    s.method = m->method;
    s.event_study = m->event_study;
    s.outcome = STR("y");
    s.cluster = cluster;
    s.replications = 999;
    s.seed = seed;
    s.no_placebo_start = true;
    if (m->is_moment) {
        s.treatment = STR("d");
        s.covariates[s.n_covariates++] = STR("x");
    } else {
        s.unit = STR("id");
        s.time = STR("t");
        s.first_treated = STR("g");
    }
    if (t && effect_run(t, &s, NULL, NULL, &r, &info) != OK)
        r = NULL;
    table_free(t);
    return r;
}

static void judge_method(struct panel *p, size_t method, uint64_t seed)
{
    struct effect_result *r = estimate(&methods[method], seed, 0, STR("team"));
    p->failed |= !r || effect_overall(r)->p != r->teams->p_randomisation;
    if (!p->failed) {
        p->is_rejected[method][BY_TEAMS] = effect_overall(r)->p <= 0.05;
        p->is_rejected[method][BY_WILD] = r->teams->p_wild <= 0.05;
        p->is_rejected[method][BY_ERRORS] = r->teams->p_analytic <= 0.05;
    }
    effect_result_free(r);
}

static void judge(void *ctx, size_t i, unsigned worker)
{
    (void)ctx;
    (void)worker;
    struct panel *p = &panels[i];
    struct effect_result *persons = estimate(&methods[0], i + 1, 0, STR("id"));
    struct effect_result *something = estimate(&methods[0], i + 1, EFFECT, STR("team"));
    p->failed = !persons || !something;
    if (!p->failed) {
        p->is_rejected_by_person = persons->estimates[0].p <= 0.05;
        p->covers =
            something->estimates[0].ci_low <= EFFECT && EFFECT <= something->estimates[0].ci_high;
    }
    effect_result_free(persons);
    effect_result_free(something);
    for (size_t m = 0; m < METHODS; m++)
        judge_method(p, m, i + 1);
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

static int count(size_t method, int kind)
{
    int n = 0;
    for (size_t i = 0; i < PANELS; i++)
        n += panels[i].is_rejected[method][kind];
    return n;
}

static void randomisation_rejects_at_the_level_that_it_can_reach(void **state)
{
    (void)state;

    for (size_t m = 0; m < METHODS; m++) {
        const int n = count(m, BY_TEAMS);
        printf("# of %d panels without effect, %s: randomisation rejects %d, errors by team %d",
               PANELS, methods[m].name, n, count(m, BY_ERRORS));
        if (!methods[m].is_moment)
            printf(", wild bootstrap %d", count(m, BY_WILD));
        printf("\n");
        assert_in_range(n, 25, 64);
    }
}

static void errors_by_person_reject_far_too_often(void **state)
{
    (void)state;
    int n = 0;

    for (size_t i = 0; i < PANELS; i++)
        n += panels[i].is_rejected_by_person;

    printf("# errors by person reject in %d of %d panels without effect\n", n, PANELS);
    assert_true(n > PANELS / 5);
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
