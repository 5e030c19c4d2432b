/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Whether asking "for whom?" of a programme that does nothing finds someone in
 * at most 5 % of worlds: seeds 1 to 1000, 40 teams of which 20 treated, 4 declared
 * subgroups x 2 outcomes. Persons of a team share shocks, in both outcomes, so
 * that the eight answers hang together. Every world goes the whole way: a table, two
 * analyses, one family over both. Half of these worlds again with fixed effects, in
 * which half of the treated teams start a period earlier.
 *
 * Bounds: 37 to 64 of 1,000, the binomial 95 % band of 5 %, and 16 to 35 of 500. Without adjustment
 * eight chances of 5 % find someone several times as often.
 */
#include "base/num.h"
#include "base/out.h"
#include "base/par.h"
#include "base/rng.h"
#include "engine/effect/effect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    WORLDS = 1000,
    FIXED_WORLDS = 500,
    TEAMS = 40,
    TREATED_TEAMS = 20,
    GROUPS = 4,
    PERSONS = 3, /* of each group in each team, on average: 1 to 5 */
    PERIODS = 3,
    START = 3,
    OUTCOMES = 2,
    FAMILY = GROUPS * OUTCOMES,
};

struct world {
    enum effect_method method;
    uint64_t seed;
    const char *failure; /* message key, or NULL */
    bool finds_unadjusted, finds;
    double smallest; /* adjusted p */
};

/* ---- one world ---- */

static double shock(uint64_t seed, const char *use, uint64_t index)
{
    return rng_normal((struct rng_key){.seed = seed, .stream = rng_stream(use, 0)}, index);
}

static void put_int(out *o, size_t v)
{
    char text[NUM_TEXT_MAX];
    out_bytes(o, text, num_print_int((int64_t)v, text));
    out_char(o, ',');
}

/* A level of the person; what happens to team, group in the team, and person in a period. */
static double outcome(uint64_t seed, size_t team, size_t group, size_t person, size_t period,
                      size_t which)
{
    const size_t moment = period * OUTCOMES + which;
    const size_t of_team = team * PERIODS * OUTCOMES + moment;
    const double shared = shock(seed, "team", team * PERIODS + period);
    return shock(seed, "person", person) + 0.5 * shared + 0.3 * shock(seed, "own", of_team) +
           0.4 * shock(seed, "group", of_team * GROUPS + group) +
           shock(seed, "noise", person * PERIODS * OUTCOMES + moment);
}

static size_t start_of(size_t team, enum effect_method method)
{
    return team >= TREATED_TEAMS ? 0 : method == EFFECT_TWFE && team % 2 ? START - 1 : START;
}

static void put_person(out *o, const struct world *w, size_t team, size_t group, size_t person)
{
    char text[NUM_TEXT_MAX];
    for (size_t t = 0; t < PERIODS; t++) {
        put_int(o, person);
        put_int(o, team);
        put_int(o, group);
        put_int(o, t + 1);
        put_int(o, start_of(team, w->method));
        for (size_t k = 0; k < OUTCOMES; k++) {
            out_bytes(o, text, num_print_real(outcome(w->seed, team, group, person, t, k), text));
            out_char(o, k + 1 < OUTCOMES ? ',' : '\n');
        }
    }
}

static void put_panel(out *o, const struct world *w)
{
    size_t person = 0;
    out_cstr(o, "person,team,age,period,start,costs,work\n");
    for (size_t team = 0; team < TEAMS; team++)
        for (size_t group = 0; group < GROUPS; group++) {
            const struct rng_key key = {.seed = w->seed, .stream = rng_stream("size", 0)};
            const size_t n = 1 + (size_t)(rng_u64(key, team * GROUPS + group) % (2 * PERSONS - 1));
            for (size_t i = 0; i < n; i++)
                put_person(o, w, team, group, person++);
        }
}

static struct effect_spec question(enum effect_method method, str column)
{
    struct effect_spec s;
    effect_spec_init(&s);
    s.method = method;
    s.outcome = column;
    s.unit = STR("person");
    s.time = STR("period");
    s.first_treated = STR("start");
    s.cluster = STR("team");
    s.subgroups[s.n_subgroups++] = STR("age");
    s.no_placebo_start = true;
    return s;
}

static void judge(struct effect_result *const *result, struct world *w)
{
    struct effect_member member[FAMILY];
    struct err_info info;
    size_t n = 0;
    for (size_t k = 0; k < OUTCOMES; k++)
        for (size_t i = 0; i < result[k]->n_looks; i++) {
            const struct effect_look *look = &result[k]->looks[i];
            w->failure = look->failed ? look->failed : w->failure;
            member[n++] = (struct effect_member){look->estimate, look->p, look->parts, 1};
        }
    if (effect_adjust_family(NULL, member, n, EFFECT_FAMILY_DRAWS, 1, &info) != OK)
        w->failure = info.msg.key;
    w->smallest = 1;
    for (size_t i = 0; i < n; i++) {
        w->finds_unadjusted = w->finds_unadjusted || member[i].p < 0.05;
        w->finds = w->finds || member[i].p_adjusted < 0.05;
        w->smallest = member[i].p_adjusted < w->smallest ? member[i].p_adjusted : w->smallest;
    }
}

static void live_in(void *ctx, size_t block, unsigned worker)
{
    (void)worker;
    static const char *const columns[OUTCOMES] = {"costs", "work"};
    struct world *w = (struct world *)ctx + block;
    struct effect_result *result[OUTCOMES] = {NULL};
    struct err_info info;
    table *t = NULL;
    out panel;

    out_init(&panel, (size_t)1 << 24);
    put_panel(&panel, w);
    if (table_parse(out_view(&panel), STR("world"), NULL, NULL, &t, &info) != OK)
        w->failure = info.msg.key;
    for (size_t k = 0; k < OUTCOMES && !w->failure; k++) {
        const struct effect_spec s = question(w->method, str_of(columns[k]));
        if (effect_run(t, &s, NULL, NULL, &result[k], &info) != OK)
            w->failure = info.msg.key;
    }
    if (!w->failure)
        judge(result, w);
    for (size_t k = 0; k < OUTCOMES; k++)
        effect_result_free(result[k]);
    table_free(t);
    out_free(&panel);
}

static struct world worlds[WORLDS], fixed_worlds[FIXED_WORLDS];

static int live_in_all(void **state)
{
    (void)state;
    struct err_info info;
    par *pool;
    if (par_new(0, &pool, &info) != OK)
        return -1;
    for (size_t i = 0; i < WORLDS; i++)
        worlds[i] = (struct world){.method = EFFECT_DID, .seed = i + 1};
    for (size_t i = 0; i < FIXED_WORLDS; i++)
        fixed_worlds[i] = (struct world){.method = EFFECT_TWFE, .seed = i + 1};
    par_run(pool, WORLDS, live_in, worlds);
    par_run(pool, FIXED_WORLDS, live_in, fixed_worlds);
    par_free(pool);
    return 0;
}

static int count_finds(const struct world *w, int n)
{
    int found = 0;
    for (int i = 0; i < n; i++) {
        if (w[i].failure)
            fail_msg("seed %d: %s", i + 1, w[i].failure);
        found += w[i].finds;
    }
    printf("# family-wise error %.1f %% of %d worlds\n", 100.0 * found / n, n);
    return found;
}

static int count_unadjusted(const struct world *w, int n)
{
    int found = 0;
    for (int i = 0; i < n; i++)
        found += w[i].finds_unadjusted;
    printf("# without adjustment %.1f %%\n", 100.0 * found / n);
    return found;
}

static void nobody_is_found_in_95_percent_of_worlds_without_effect(void **state)
{
    (void)state;

    assert_in_range(count_finds(worlds, WORLDS), 37, 64);
}

static void fixed_effects_find_nobody_in_95_percent_either(void **state)
{
    (void)state;

    assert_in_range(count_finds(fixed_worlds, FIXED_WORLDS), 16, 35);
}

static void without_adjustment_somebody_is_found_far_more_often(void **state)
{
    (void)state;

    assert_in_range(count_unadjusted(worlds, WORLDS), 150, WORLDS);
    assert_in_range(count_unadjusted(fixed_worlds, FIXED_WORLDS), 75, FIXED_WORLDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_found_in_95_percent_of_worlds_without_effect),
        cmocka_unit_test(fixed_effects_find_nobody_in_95_percent_either),
        cmocka_unit_test(without_adjustment_somebody_is_found_far_more_often),
    };
    return cmocka_run_group_tests(tests, live_in_all, NULL);
}
