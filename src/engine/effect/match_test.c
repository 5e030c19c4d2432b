/* SPDX-License-Identifier: EUPL-1.2 */
/* Who is compared with whom, against a search that looks at everybody each time. */
#include "base/real.h"
#include "base/rng.h"
#include "engine/effect/match_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

enum { N_MAX = 400 };

static struct err_info info;

struct world {
    size_t n;
    double value[N_MAX], d[N_MAX];
};

/* `steps` 0: values that all differ; else whole steps, so that many are equal. */
static void make_world(struct world *w, uint64_t seed, size_t n, unsigned steps)
{
    const struct rng_key key = {.seed = seed, .stream = rng_stream("test.match", 0)};
    w->n = n;
    for (size_t i = 0; i < n; i++) {
        const double u = rng_uniform(key, 2 * i);
        w->value[i] = steps ? floor(u * steps) : u;
        w->d[i] = rng_uniform(key, 2 * i + 1) < 0.3;
    }
    w->d[0] = 1;
    w->d[1] = 0;
}

static struct match_ask ask_of(const struct world *w, size_t ratio, double width, bool replace)
{
    return (struct match_ask){.value = w->value,
                              .d = w->d,
                              .n = w->n,
                              .ratio = ratio,
                              .width = width,
                              .replace = replace};
}

static struct match_pairs pairs_of(const struct match_ask *ask, arena *a)
{
    struct match_pairs pairs;
    assert_int_equal(match_nearest(ask, a, &pairs, &info), OK);
    return pairs;
}

/* Whether control j suits a treated of value v better than control k does. */
static bool suits_better(const double *value, double v, size_t j, size_t k)
{
    const double to_j = fabs(value[j] - v), to_k = fabs(value[k] - v);
    const bool j_below = value[j] < v, k_below = value[k] < v;
    if (to_j != to_k)
        return to_j < to_k;
    if (j_below != k_below)
        return j_below;
    return j_below ? j > k : j < k;
}

/* The treated that is next after row `last` (N_MAX: the first): largest value, then row. */
static size_t next_treated(const struct world *w, size_t last)
{
    size_t best = N_MAX;
    for (size_t i = 0; i < w->n; i++) {
        const bool after = last == N_MAX || w->value[i] < w->value[last] ||
                           (w->value[i] == w->value[last] && i > last);
        if (w->d[i] > 0 && after && (best == N_MAX || w->value[i] > w->value[best]))
            best = i;
    }
    return best;
}

static void assert_as_the_search_finds(const struct world *w, const struct match_ask *ask)
{
    bool free[N_MAX];
    size_t n = 0;
    arena *a = arena_new(1 << 20);
    const struct match_pairs pairs = pairs_of(ask, a);

    memset(free, true, sizeof free);
    for (size_t k = 0; k < ask->ratio; k++)
        for (size_t i = next_treated(w, N_MAX); i < N_MAX; i = next_treated(w, i)) {
            size_t best = N_MAX;
            for (size_t j = 0; j < w->n; j++)
                if (w->d[j] == 0 && free[j] && fabs(w->value[j] - w->value[i]) <= ask->width &&
                    (best == N_MAX || suits_better(w->value, w->value[i], j, best)))
                    best = j;
            if (best == N_MAX)
                continue;
            free[best] = false;
            assert_true(n < pairs.n);
            assert_int_equal(pairs.pair[n].treated, i);
            assert_int_equal(pairs.pair[n].control, best);
            n++;
        }
    assert_int_equal(n, pairs.n);
    arena_free(a);
}

static void pairs_are_those_that_a_search_through_everybody_finds(void **state)
{
    (void)state;
    struct world w;
    for (uint64_t seed = 0; seed < 60; seed++) {
        make_world(&w, seed, 20 + 6 * seed, seed % 3 ? (unsigned)(3 * seed) : 0);
        const double width = seed % 2 ? REAL_INF : seed % 3 ? 2 : 0.01;

        const struct match_ask ask = ask_of(&w, 1 + seed % 4, width, false);

        assert_as_the_search_finds(&w, &ask);
    }
}

static void without_replacement_nobody_serves_twice(void **state)
{
    (void)state;
    struct world w;
    bool used[N_MAX] = {0};
    arena *a = arena_new(1 << 20);
    make_world(&w, 11, N_MAX, 0);
    const struct match_ask ask = ask_of(&w, 5, 0.05, false);

    const struct match_pairs pairs = pairs_of(&ask, a);

    assert_true(pairs.n > 100);
    for (size_t i = 0; i < pairs.n; i++) {
        const struct match_pair *p = &pairs.pair[i];
        assert_true(w.d[p->treated] == 1 && w.d[p->control] == 0);
        assert_true(fabs(w.value[p->treated] - w.value[p->control]) <= 0.05);
        assert_false(used[p->control]);
        used[p->control] = true;
    }
    arena_free(a);
}

static void with_replacement_everybody_has_its_nearest(void **state)
{
    (void)state;
    enum { RATIO = 3 };
    struct world w;
    arena *a = arena_new(1 << 20);
    make_world(&w, 5, 200, 0);
    const struct match_ask ask = ask_of(&w, RATIO, REAL_INF, true);

    const struct match_pairs pairs = pairs_of(&ask, a);

    size_t n_treated = 0;
    for (size_t i = 0; i < w.n; i++)
        n_treated += w.d[i] > 0;
    assert_int_equal(pairs.n, RATIO * n_treated);
    for (size_t i = 0; i < pairs.n; i++) {
        const struct match_pair *p = &pairs.pair[i];
        const double distance = fabs(w.value[p->treated] - w.value[p->control]);
        size_t nearer = 0;
        for (size_t j = 0; j < w.n; j++)
            nearer += w.d[j] == 0 && fabs(w.value[p->treated] - w.value[j]) < distance;
        assert_int_equal(nearer, i % RATIO);
        assert_int_equal(p->treated, pairs.pair[i / RATIO * RATIO].treated);
    }
    arena_free(a);
}

static void another_order_of_rows_gives_the_same_pairs(void **state)
{
    (void)state;
    struct world w, turned;
    arena *a = arena_new(1 << 20);
    make_world(&w, 3, 300, 0);
    turned.n = w.n;
    for (size_t i = 0; i < w.n; i++) { /* 7 and 300 have no common factor */
        turned.value[7 * i % w.n] = w.value[i];
        turned.d[7 * i % w.n] = w.d[i];
    }
    const struct match_ask ask = ask_of(&w, 2, 0.1, false), again = ask_of(&turned, 2, 0.1, false);

    const struct match_pairs one = pairs_of(&ask, a), other = pairs_of(&again, a);

    assert_int_equal(one.n, other.n);
    for (size_t i = 0; i < one.n; i++) {
        assert_int_equal(7 * one.pair[i].treated % w.n, other.pair[i].treated);
        assert_int_equal(7 * one.pair[i].control % w.n, other.pair[i].control);
    }
    arena_free(a);
}

static void those_who_stay_alone_are_counted_by_reason(void **state)
{
    (void)state;
    /* three treated at 5 and one control near them; one treated far from everybody */
    const double value[] = {5, 5, 5, 9, 5.1, 1}, d[] = {1, 1, 1, 1, 0, 0};
    const struct match_ask ask = {.value = value, .d = d, .n = 6, .ratio = 1, .width = 0.5};
    arena *a = arena_new(1 << 20);

    const struct match_pairs pairs = pairs_of(&ask, a);

    assert_int_equal(pairs.n, 1);
    assert_int_equal(pairs.pair[0].treated, 0);
    assert_int_equal(pairs.pair[0].control, 4);
    assert_int_equal(pairs.n_outside, 1);
    assert_int_equal(pairs.n_taken, 2);
    arena_free(a);
}

static void equal_values_everywhere_go_by_the_order_of_rows(void **state)
{
    (void)state;
    const double value[] = {2, 2, 2, 2, 2}, d[] = {1, 0, 1, 0, 0};
    const struct match_ask ask = {.value = value, .d = d, .n = 5, .ratio = 1, .width = REAL_INF};
    arena *a = arena_new(1 << 20);

    const struct match_pairs pairs = pairs_of(&ask, a);

    assert_int_equal(pairs.n, 2);
    assert_int_equal(pairs.pair[0].treated, 0);
    assert_int_equal(pairs.pair[0].control, 1);
    assert_int_equal(pairs.pair[1].treated, 2);
    assert_int_equal(pairs.pair[1].control, 3);
    arena_free(a);
}

/* ---- in space, and within strata ---- */

enum { K = 3 };

struct space {
    struct world w;
    double x[K][N_MAX];
    const double *column[K];
    uint32_t stratum[N_MAX];
};

/* Whole steps make many distances equal, to the last bit. */
static void make_space(struct space *s, uint64_t seed, size_t n, unsigned steps, uint32_t strata)
{
    const struct rng_key key = {.seed = seed, .stream = rng_stream("test.match", 1)};
    make_world(&s->w, seed, n, steps);
    for (size_t j = 0; j < K; j++) {
        for (size_t i = 0; i < n; i++) {
            const double u = rng_uniform(key, i * K + j);
            s->x[j][i] = steps ? floor(u * steps) - 1 : u - 0.5;
        }
        s->column[j] = s->x[j];
    }
    for (size_t i = 0; i < n; i++)
        s->stratum[i] = (uint32_t)(7 * i / 2 % strata);
}

static double apart(const struct space *s, size_t i, size_t j)
{
    double sum = 0;
    for (size_t c = 0; c < K; c++)
        sum += (s->x[c][i] - s->x[c][j]) * (s->x[c][i] - s->x[c][j]);
    return sum;
}

static bool may_pair(const struct space *s, const struct match_ask *ask, size_t i, size_t j)
{
    return s->w.d[j] == 0 && (!ask->stratum || s->stratum[i] == s->stratum[j]) &&
           (!ask->value || fabs(s->w.value[i] - s->w.value[j]) <= ask->width);
}

static bool has_pair(const struct match_pairs *pairs, size_t i, size_t j)
{
    for (size_t k = 0; k < pairs->n; k++)
        if (pairs->pair[k].treated == i && (j == N_MAX || pairs->pair[k].control == j))
            return true;
    return false;
}

/* The best control by looking at everybody, or N_MAX. */
static size_t best_control(const struct space *s, const struct match_ask *ask, size_t i,
                           const bool *free)
{
    size_t best = N_MAX;
    for (size_t j = 0; j < s->w.n; j++) {
        if (!free[j] || !may_pair(s, ask, i, j))
            continue;
        const bool is_better =
            best == N_MAX || (ask->x ? apart(s, i, j) < apart(s, i, best)
                                     : suits_better(s->w.value, s->w.value[i], j, best));
        best = is_better ? j : best;
    }
    return best;
}

/* In the order of rows when there is no value to go by. */
static size_t treated_after(const struct space *s, const struct match_ask *ask, size_t last)
{
    if (ask->value)
        return next_treated(&s->w, last);
    for (size_t i = last == N_MAX ? 0 : last + 1; i < s->w.n; i++)
        if (s->w.d[i] > 0)
            return i;
    return N_MAX;
}

static void assert_lost_are_counted(const struct space *s, const struct match_ask *ask,
                                    const struct match_pairs *pairs)
{
    size_t alone = 0, outside = 0, taken = 0;
    for (size_t i = 0; i < s->w.n; i++) {
        if (s->w.d[i] == 0 || has_pair(pairs, i, N_MAX))
            continue;
        size_t there = 0, near = 0;
        for (size_t j = 0; j < s->w.n; j++) {
            there += s->w.d[j] == 0 && (!ask->stratum || s->stratum[i] == s->stratum[j]);
            near += may_pair(s, ask, i, j);
        }
        alone += there == 0;
        outside += there > 0 && near == 0;
        taken += near > 0;
    }
    assert_int_equal(pairs->n_alone, alone);
    assert_int_equal(pairs->n_outside, outside);
    assert_int_equal(pairs->n_taken, taken);
}

static void assert_as_a_full_search_finds(const struct space *s, const struct match_ask *ask,
                                          const struct match_pairs *pairs)
{
    bool free[N_MAX];
    size_t n = 0;

    memset(free, true, sizeof free);
    for (size_t k = 0; k < ask->ratio; k++)
        for (size_t i = treated_after(s, ask, N_MAX); i < N_MAX; i = treated_after(s, ask, i)) {
            if (ask->replace) /* free is then: not its own already */
                for (size_t j = 0; j < s->w.n; j++)
                    free[j] = true;
            for (size_t m = 0; ask->replace && m < k; m++) {
                const size_t own = best_control(s, ask, i, free);
                if (own < N_MAX)
                    free[own] = false;
            }
            const size_t best = best_control(s, ask, i, free);
            if (best == N_MAX)
                continue;
            free[best] = false;
            n++;
            assert_true(has_pair(pairs, i, best));
            if (!ask->replace) {
                assert_int_equal(pairs->pair[n - 1].treated, i);
                assert_int_equal(pairs->pair[n - 1].control, best);
            }
        }
    assert_int_equal(n, pairs->n);
    assert_lost_are_counted(s, ask, pairs);
}

static void pairs_in_space_and_strata_are_those_of_a_full_search(void **state)
{
    (void)state;
    static struct space s;
    for (uint64_t seed = 0; seed < 96; seed++) {
        make_space(&s, seed, 60 + 3 * seed, seed % 3 ? 2 + (unsigned)seed % 5 : 0,
                   1 + (uint32_t)seed % 40);
        struct match_ask ask = ask_of(&s.w, 1 + seed % 4, seed % 3 ? 1 : 0.1, seed / 4 % 2 == 1);
        const bool in_space = seed % 8 != 0, has_strata = seed % 5 > 2;
        ask.x = in_space ? s.column : NULL;
        ask.k = K;
        ask.value = !in_space || seed % 2 ? s.w.value : NULL;
        ask.stratum = has_strata ? s.stratum : NULL;
        ask.n_strata = 1 + seed % 40;
        arena *a = arena_new(1 << 22);
        struct match_pairs pairs;

        assert_int_equal(in_space ? match_in_space(&ask, NULL, a, &pairs, &info)
                                  : match_nearest(&ask, a, &pairs, &info),
                         OK);

        assert_as_a_full_search_finds(&s, &ask, &pairs);
        arena_free(a);
    }
}

/* Would take minutes if each of them looked at all who are as near. */
static void a_crowd_in_one_place_is_matched_at_once(void **state)
{
    (void)state;
    enum { CROWD = 60000 };
    double *zero = calloc(CROWD, sizeof *zero), *d = calloc(CROWD, sizeof *d);
    const double *const x[] = {zero, zero};
    struct match_pairs line, space;
    arena *a = arena_new((size_t)1 << 30);
    for (size_t i = 0; i < CROWD; i++)
        d[i] = i % 3 == 0;
    const struct match_ask ask = {
        .value = zero, .x = x, .k = 2, .d = d, .n = CROWD, .ratio = 2, .width = 1};

    assert_int_equal(match_nearest(&ask, a, &line, &info), OK);
    assert_int_equal(match_in_space(&ask, NULL, a, &space, &info), OK);

    assert_int_equal(line.n, CROWD / 3 * 2);
    assert_int_equal(space.n, line.n);
    for (size_t i = 0; i < line.n; i++) {
        assert_int_equal(space.pair[i].treated, line.pair[i].treated);
        assert_int_equal(space.pair[i].control, line.pair[i].control);
    }
    arena_free(a);
    free(zero);
    free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_those_that_a_search_through_everybody_finds),
        cmocka_unit_test(without_replacement_nobody_serves_twice),
        cmocka_unit_test(with_replacement_everybody_has_its_nearest),
        cmocka_unit_test(another_order_of_rows_gives_the_same_pairs),
        cmocka_unit_test(those_who_stay_alone_are_counted_by_reason),
        cmocka_unit_test(equal_values_everywhere_go_by_the_order_of_rows),
        cmocka_unit_test(pairs_in_space_and_strata_are_those_of_a_full_search),
        cmocka_unit_test(a_crowd_in_one_place_is_matched_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
