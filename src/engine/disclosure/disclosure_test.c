/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An attacker who knows the design, all weights and all that was shown solves
 * for what was not: ranks over the linear relations, written apart from the
 * rules they check.
 */
#include "engine/disclosure/released.h"

#include "base/out.h"
#include "base/real.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <string.h>

enum { GROUPS_MAX = 5, PERIODS = 6, CELLS_MAX = GROUPS_MAX * PERIODS, ROWS_MAX = 128, MIN = 10 };

static struct err_info info;

/* ---- made-up panels ---- */

struct world {
    size_t n_groups, size[GROUPS_MAX], n_never;
    int start[GROUPS_MAX];
    bool not_yet;
};

static void add_persons(out *o, size_t *person, size_t n, int start, double shift)
{
    for (size_t i = 0; i < n; i++, (*person)++)
        for (int t = 1; t <= PERIODS; t++) {
            out_int(o, (int64_t)*person);
            out_char(o, ',');
            out_int(o, t);
            out_char(o, ',');
            out_int(o, start);
            out_char(o, ',');
            out_real(o, shift * (start && t >= start) * t + (double)(random() % 1000) / 100);
            out_char(o, '\n');
        }
}

static table *make(const struct world *w)
{
    out o;
    size_t person = 1;
    table *t;
    out_init(&o, 1 << 20);
    out_cstr(&o, "p,t,start,y\n");
    add_persons(&o, &person, w->n_never, 0, 0);
    for (size_t g = 0; g < w->n_groups; g++)
        add_persons(&o, &person, w->size[g], w->start[g], 1 + (double)g);
    assert_int_equal(table_parse(out_view(&o), STR("made.csv"), NULL, NULL, &t, &info), OK);
    out_free(&o);
    return t;
}

static struct effect_spec question(const struct world *w)
{
    struct effect_spec s;
    effect_spec_init(&s);
    s.method = EFFECT_DID;
    s.outcome = STR("y");
    s.unit = STR("p");
    s.time = STR("t");
    s.first_treated = STR("start");
    s.control = w->not_yet ? EFFECT_NOT_YET : EFFECT_NEVER;
    return s;
}

static struct world any_world(void)
{
    static const size_t sizes[] = {3, 4, 5, 7, 9, 10, 12, 20, 30};
    struct world w = {.n_groups = 2 + (size_t)random() % (GROUPS_MAX - 1),
                      .n_never = random() % 4 ? 25 : 6,
                      .not_yet = random() % 2};
    for (size_t g = 0; g < w.n_groups; g++) {
        w.size[g] = sizes[(size_t)random() % (sizeof sizes / sizeof *sizes)];
        w.start[g] = 2 + (int)g;
    }
    return w;
}

/* ---- the attacker ---- */

struct attack {
    const struct effect_result *truth;
    size_t cell[CELLS_MAX], n; /* effects by group and period, in the truth */
    size_t group[CELLS_MAX];
    double row[ROWS_MAX][CELLS_MAX];
    size_t n_rows;
};

static size_t group_of(const struct world *w, double start)
{
    size_t g = 0;
    while (g < w->n_groups && w->start[g] != (int)start)
        g++;
    return g;
}

static void list_cells(struct attack *a, const struct world *w, const struct effect_result *truth)
{
    *a = (struct attack){.truth = truth};
    for (size_t i = 0; i < truth->n_estimates; i++) {
        const struct effect_estimate *e = &truth->estimates[i];
        if (e->aggregation != EFFECT_GROUP_TIME || e->failed || e->reference)
            continue;
        a->group[a->n] = group_of(w, e->group);
        a->cell[a->n++] = i;
    }
}

/* Adds the average over chosen cells by group size, times `part`. */
static bool add_average(const struct attack *a, const struct world *w, double *row, double group,
                        double time, double steps, double part)
{
    double sum = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t c = 0; c < a->n; c++) {
            const struct effect_estimate *e = &a->truth->estimates[a->cell[c]];
            const double own = e->time - e->group;
            if ((isnan(steps) ? own < 0 : own != steps) || (!isnan(group) && e->group != group) ||
                (!isnan(time) && e->time != time))
                continue;
            if (pass == 0)
                sum += (double)w->size[a->group[c]];
            else
                row[c] += part * (double)w->size[a->group[c]] / sum;
        }
    return sum > 0;
}

static void add_overall(const struct attack *a, const struct world *w, double *row,
                        enum effect_aggregation kind)
{
    double parts = 0, part[PERIODS + 1] = {0};
    for (int pass = 0; pass < 2; pass++)
        for (int k = 0; k <= PERIODS; k++) {
            double unused[CELLS_MAX] = {0};
            const double group = kind == EFFECT_GROUP ? (double)k : (double)NAN;
            const double time = kind == EFFECT_CALENDAR ? (double)k : (double)NAN;
            const double steps = kind == EFFECT_DYNAMIC ? (double)k : (double)NAN;
            if (pass == 1 && part[k] > 0)
                (void)add_average(a, w, row, group, time, steps, part[k] / parts);
            if (pass == 1 || !add_average(a, w, unused, group, time, steps, 1))
                continue;
            part[k] = kind == EFFECT_GROUP ? (double)w->size[group_of(w, k)] : 1;
            parts += part[k];
        }
}

static void read_shown(struct attack *a, const struct world *w, const struct effect_result *shown)
{
    for (size_t i = 0; i < shown->n_estimates; i++) {
        const struct effect_estimate *e = &shown->estimates[i];
        double *row = a->row[a->n_rows], value = 0;
        if (!isfinite(e->estimate) || e->reference)
            continue;
        const bool labelled = !isnan(e->group) || !isnan(e->time) || !isnan(e->event_time);
        if (e->aggregation == EFFECT_GROUP_TIME)
            (void)add_average(a, w, row, e->group, e->time, e->time - e->group, 1);
        else if (labelled || e->aggregation == EFFECT_SIMPLE)
            (void)add_average(a, w, row, e->group, e->time, e->event_time, 1);
        else
            add_overall(a, w, row, e->aggregation);
        for (size_t c = 0; c < a->n; c++)
            value += row[c] * a->truth->estimates[a->cell[c]].estimate;
        assert_true(fabs(value - e->estimate) < 1e-9); /* the attacker has the relations right */
        a->n_rows++;
    }
}

static size_t rank(const double from[ROWS_MAX][CELLS_MAX], size_t n_rows, size_t n,
                   const bool *without)
{
    static double m[ROWS_MAX][CELLS_MAX];
    size_t r = 0;
    memcpy(m, from, sizeof m);
    for (size_t c = 0; c < n; c++) {
        size_t best = r;
        for (size_t i = r; i < n_rows; i++)
            if (fabs(m[i][c]) > fabs(m[best][c]))
                best = i;
        if (without[c] || r == n_rows || fabs(m[best][c]) < 1e-9)
            continue;
        for (size_t k = 0; k < n; k++) {
            const double swap = m[r][k];
            m[r][k] = m[best][k];
            m[best][k] = swap;
        }
        for (size_t i = r + 1; i < n_rows; i++) {
            const double times = m[i][c] / m[r][c];
            for (size_t k = 0; k < n; k++)
                m[i][k] -= times * m[r][k];
        }
        r++;
    }
    return r;
}

/* Whether some combination of what was shown is about these cells alone. */
static bool isolates(const struct attack *a, const bool *cells)
{
    const bool none[CELLS_MAX] = {false};
    return rank(a->row, a->n_rows, a->n, cells) < rank(a->row, a->n_rows, a->n, none);
}

/* Any set of groups with fewer than MIN persons together, or of cells compared with fewer. */
static bool finds_effect(const struct attack *a, const struct world *w)
{
    bool cells[CELLS_MAX];
    for (unsigned set = 1; set < 1u << w->n_groups; set++) {
        size_t n = 0;
        for (size_t g = 0; g < w->n_groups; g++)
            n += (set >> g & 1) * w->size[g];
        for (size_t c = 0; c < a->n; c++)
            cells[c] = set >> a->group[c] & 1;
        if (n < MIN && isolates(a, cells))
            return true;
    }
    for (size_t c = 0; c < a->n; c++)
        cells[c] = a->truth->estimates[a->cell[c]].n_control < MIN;
    return isolates(a, cells);
}

/* The same for persons: which sets of groups can be counted from the numbers of treated. */
static bool finds_count(const struct attack *a, const struct world *w,
                        const struct effect_result *shown)
{
    static double m[ROWS_MAX][CELLS_MAX];
    const bool none[CELLS_MAX] = {false};
    size_t n = 0;
    memset(m, 0, sizeof m);
    for (size_t g = 0; g < w->n_groups && shown->diagnostics.n_treated != EFFECT_HIDDEN; g++)
        m[0][g] = 1;
    n = 1;
    for (size_t i = 0; i < shown->n_estimates; i++) {
        const struct effect_estimate *e = &shown->estimates[i];
        if (e->n_treated == EFFECT_HIDDEN || e->reference || a->truth->estimates[i].failed)
            continue;
        double cells[CELLS_MAX] = {0};
        const bool by_group = e->aggregation == EFFECT_GROUP_TIME;
        (void)add_average(a, w, cells, e->group, by_group ? NAN : e->time,
                          by_group ? NAN : e->event_time, 1);
        for (size_t c = 0; c < a->n; c++)
            m[n][a->group[c]] = cells[c] > 0 ? 1 : m[n][a->group[c]];
        if (by_group)
            m[n][group_of(w, e->group)] = 1;
        n++;
    }
    const size_t before = rank(m, n, w->n_groups, none);
    for (unsigned set = 1; set < 1u << w->n_groups; set++) {
        size_t persons = 0;
        for (size_t g = 0; g < w->n_groups; g++) {
            m[n][g] = set >> g & 1;
            persons += (set >> g & 1) * w->size[g];
        }
        if (persons < MIN && rank(m, n + 1, w->n_groups, none) == before)
            return true;
    }
    return false;
}

/* ---- tests ---- */

static void no_effect_or_count_of_few_persons_can_be_worked_out(void **state)
{
    (void)state;
    enum { WORLDS = 300 };
    size_t n_naive = 0, n_whole = 0, n_run = 0;
    srandom(20261124);

    for (int i = 0; i < WORLDS; i++) {
        const struct world w = any_world();
        const struct effect_spec spec = question(&w);
        struct effect_result *truth;
        struct released_effect *released;
        struct attack on_naive, on_door;
        table *t = make(&w);
        if (effect_run(t, &spec, NULL, NULL, &truth, &info) != OK) {
            table_free(t);
            continue;
        }
        assert_int_equal(disclosure_run(t, &spec, NULL, NULL, &released, &info), OK);
        const struct effect_result *shown = disclosure_view(released);

        list_cells(&on_door, &w, truth);
        read_shown(&on_door, &w, shown);
        if (finds_effect(&on_door, &w) || finds_count(&on_door, &w, shown))
            fail_msg("world %d gives a small group away", i);

        /* what hides small cells alone falls for the same attack */
        list_cells(&on_naive, &w, truth);
        double kept[ROWS_MAX * 2];
        for (size_t j = 0; j < truth->n_estimates; j++) {
            struct effect_estimate *e = &truth->estimates[j];
            kept[j] = e->estimate;
            if (e->n_treated < MIN || e->n_control < MIN)
                e->estimate = NAN;
        }
        struct effect_result naive = *truth;
        naive.estimates = malloc(truth->n_estimates * sizeof *naive.estimates);
        memcpy(naive.estimates, truth->estimates, truth->n_estimates * sizeof *naive.estimates);
        for (size_t j = 0; j < truth->n_estimates; j++)
            truth->estimates[j].estimate = kept[j];
        read_shown(&on_naive, &w, &naive);
        n_naive += finds_effect(&on_naive, &w);
        free(naive.estimates);

        n_run++;
        n_whole += isfinite(effect_find(shown, EFFECT_SIMPLE)->estimate) ? 1 : 0;
        disclosure_free(released);
        effect_result_free(truth);
        table_free(t);
    }

    print_message("# of %zu worlds, hiding small cells alone gives away %zu; "
                  "the overall effect is shown in %zu\n",
                  n_run, n_naive, n_whole);
    assert_true(n_run > WORLDS / 2);
    assert_true(n_naive > n_run / 4);
    assert_true(n_whole > n_run / 4);
}

static void groups_that_are_large_enough_lose_nothing(void **state)
{
    (void)state;
    const struct world w = {.n_groups = 3, .size = {10, 12, 30}, .start = {2, 3, 4}, .n_never = 25};
    const struct effect_spec spec = question(&w);
    struct released_effect *released;
    size_t n_notes;
    table *t = make(&w);

    assert_int_equal(disclosure_run(t, &spec, NULL, NULL, &released, &info), OK);

    const struct effect_result *r = disclosure_view(released);
    for (size_t i = 0; i < r->n_estimates; i++) {
        assert_false(disclosure_withheld(&r->estimates[i]));
        assert_int_not_equal(r->estimates[i].n_treated, EFFECT_HIDDEN);
    }
    (void)disclosure_notes(released, &n_notes);
    assert_int_equal(n_notes, 0);
    disclosure_free(released);
    table_free(t);
}

static void many_small_groups_still_have_an_overall_effect(void **state)
{
    (void)state;
    const struct world w = {
        .n_groups = 5, .size = {6, 6, 6, 6, 6}, .start = {2, 3, 4, 5, 6}, .n_never = 25};
    const struct effect_spec spec = question(&w);
    struct released_effect *released;
    table *t = make(&w);

    assert_int_equal(disclosure_run(t, &spec, NULL, NULL, &released, &info), OK);

    const struct effect_result *r = disclosure_view(released);
    assert_true(isfinite(effect_find(r, EFFECT_SIMPLE)->estimate));
    for (size_t i = 0; i < r->n_estimates; i++)
        if (r->estimates[i].aggregation == EFFECT_GROUP_TIME && !r->estimates[i].reference)
            assert_true(isnan(r->estimates[i].estimate));
    disclosure_free(released);
    table_free(t);
}

static void what_one_provider_dominates_is_withheld(void **state)
{
    (void)state;
    static const struct {
        const char *provider[4]; /* of every fourth row */
        bool is_dominated;
    } cases[] = {
        {{"A", "B", "C", "D"}, false},
        {{"A", "A", "A", "B"}, true},  /* one has three quarters */
        {{"A", "A", "B", "B"}, true},  /* two have all */
        {{"A", "B", "C", "C"}, false}, /* one has half, and not more */
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct effect_spec s;
        struct released_effect *released;
        table *t;
        out o;
        out_init(&o, 1 << 16);
        out_cstr(&o, "y,d,who\n");
        for (size_t j = 0; j < 96; j++) {
            out_cstr(&o, "100,");
            out_int(&o, (int64_t)(j / 4 % 2));
            out_char(&o, ',');
            out_cstr(&o, cases[i].provider[j % 4]);
            out_cstr(&o, "\n");
        }
        assert_int_equal(table_parse(out_view(&o), STR("made.csv"), NULL, NULL, &t, &info), OK);
        effect_spec_init(&s);
        s.outcome = STR("y");
        s.treatment = STR("d");
        s.provider = STR("who");

        assert_int_equal(disclosure_run(t, &s, NULL, NULL, &released, &info), OK);

        const struct effect_result *r = disclosure_view(released);
        assert_int_equal(isnan(r->estimates[0].estimate), cases[i].is_dominated);
        assert_int_equal(isnan(r->diagnostics.mean_treated), cases[i].is_dominated);
        disclosure_free(released);
        table_free(t);
        out_free(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_effect_or_count_of_few_persons_can_be_worked_out),
        cmocka_unit_test(groups_that_are_large_enough_lose_nothing),
        cmocka_unit_test(many_small_groups_still_have_an_overall_effect),
        cmocka_unit_test(what_one_provider_dominates_is_withheld),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
