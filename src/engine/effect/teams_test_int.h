/* SPDX-License-Identifier: EUPL-1.2 */
/* teams_test: panels in which whole teams start, and every allocation of starts estimated anew. */
#ifndef ONTSCHOT_ENGINE_EFFECT_TEAMS_TEST_INT_H
#define ONTSCHOT_ENGINE_EFFECT_TEAMS_TEST_INT_H

#include "base/rng.h"
#include "engine/effect/panel_test_int.h"
#include "engine/effect/teams_int.h"

enum { TEAMS_MAX = 20 };

/* A panel in which whole teams start. */
struct town {
    size_t n_teams, n_periods, per_team; /* a team g has per_team + g % 3 persons */
    int start[TEAMS_MAX];                /* the period, from 1; 0 never */
    int observed[TEAMS_MAX];             /* starts behind the outcome */
    double effect;                       /* in the outcome, by `observed` */
    bool has_gaps;
    uint64_t seed;
};

static inline double draw(const struct town *t, uint64_t use, size_t i)
{
    return rng_normal((struct rng_key){.seed = t->seed, .stream = use}, i);
}

static inline void put_person(const struct town *town, size_t team, size_t person, out *o)
{
    for (size_t t = 1; t <= town->n_periods; t++) {
        const size_t row = person * 100 + t;
        const int start = town->start[team], observed = town->observed[team];
        const double x = draw(town, 3, row), shock = draw(town, 1, team * 100 + t);
        const bool on = observed > 0 && (int)t >= observed;
        const double value[] = {(double)person,
                                (double)(team + 1),
                                (double)t,
                                start,
                                start > 0 && (int)t >= start,
                                x,
                                1 + (double)(person % 3),
                                draw(town, 2, person) + shock + 0.5 * x + draw(town, 4, row) +
                                    town->effect * on};
        if (town->has_gaps && (person * 5 + t * 3) % 7 == 0)
            continue;
        for (size_t c = 0; c < sizeof value / sizeof *value; c++) {
            out_real(o, value[c]);
            out_char(o, c + 1 < sizeof value / sizeof *value ? ',' : '\n');
        }
    }
}

static inline table *table_of_town(const struct town *town)
{
    out o;
    out_init(&o, 1 << 24);
    out_cstr(&o, "id,team,t,g,d,x,w,y\n");
    size_t person = 1;
    for (size_t g = 0; g < town->n_teams; g++)
        for (size_t i = 0; i < town->per_team + g % 3; i++)
            put_person(town, g, person++, &o);
    out_char(&o, '\0');
    table *t = parse_table(out_view(&o).p);
    out_free(&o);
    return t;
}

static inline struct town town_of(size_t n_teams, size_t n_treated, uint64_t seed)
{
    struct town t = {.n_teams = n_teams, .n_periods = 5, .per_team = 3, .seed = seed};
    for (size_t g = 0; g < n_treated; g++)
        t.start[g] = t.observed[g] = 3;
    return t;
}

static inline struct effect_spec twfe_spec(void)
{
    struct effect_spec s = did_spec();
    s.method = EFFECT_TWFE;
    s.cluster = STR("team");
    return s;
}

static inline struct effect_result *run_town(const struct town *town, const struct effect_spec *s,
                                             par *pool)
{
    table *t = table_of_town(town);
    struct effect_result *r = run_on(t, s, pool);
    table_free(t);
    return r;
}

static const struct effect_estimate *main_of(const struct effect_result *r)
{
    const struct effect_estimate *e = effect_find(r, EFFECT_SIMPLE);
    return e ? e : effect_find(r, EFFECT_NONE);
}

/* ---- brute force ---- */

/* The next order of starts, ascending; false after the last. */
static inline bool next_order(int *v, size_t n)
{
    size_t i = n - 1, j = n - 1;
    while (i > 0 && v[i - 1] >= v[i])
        i--;
    if (i == 0)
        return false;
    while (v[j] <= v[i - 1])
        j--;
    const int swap = v[i - 1];
    v[i - 1] = v[j];
    v[j] = swap;
    for (size_t a = i, b = n - 1; a < b; a++, b--) {
        const int other = v[a];
        v[a] = v[b];
        v[b] = other;
    }
    return true;
}

/* NaN when there is no estimate: such an allocation does not count. */
static inline double t_of(const struct town *town, const struct effect_spec *spec)
{
    struct effect_spec s = *spec;
    struct effect_result *r;
    struct err_info info;
    s.inference = EFFECT_ANALYTIC;
    table *panel = table_of_town(town);
    double t = NAN;
    if (effect_run(panel, &s, NULL, NULL, &r, &info) == OK) {
        if (!main_of(r)->failed)
            t = fabs(main_of(r)->estimate / main_of(r)->standard_error);
        effect_result_free(r);
    }
    table_free(panel);
    return t;
}

static inline int by_int(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* The share of allocations whose |t|, estimated anew, is as large; `town` tells what was. */
static inline double brute_p(const struct town *town, const struct effect_spec *s, size_t *n)
{
    struct town other = *town;
    const double own = t_of(town, s);
    size_t count = 0;
    *n = 0;
    qsort(other.start, other.n_teams, sizeof *other.start, by_int);
    do {
        const double t = t_of(&other, s);
        count += t >= own * (1 - 1e-9);
        *n += isnan(t) ? 0 : 1;
    } while (next_order(other.start, other.n_teams));
    return (double)count / (double)*n;
}

static inline void assert_equals_brute_force(const struct town *town, const struct effect_spec *s)
{
    size_t n;
    const double p = brute_p(town, s, &n);

    struct effect_result *r = run_town(town, s, NULL);

    assert_non_null(r->teams);
    assert_int_equal(r->teams->rule, EFFECT_RANDOMISATION);
    assert_true(r->teams->n_allocations >= (double)n);
    assert_int_equal(r->teams->n_tried, n);
    assert_near(r->teams->p_randomisation, p, 1e-12);
    assert_near(main_of(r)->p, p, 1e-12);
    effect_result_free(r);
}

static inline void with_two_starts(struct town *t)
{
    t->start[0] = t->observed[0] = 4;
}

#endif
