/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How long randomisation and the wild bootstrap take once the rows have been read: 60 teams, of
 * which 5 treated, 24 periods, 100,000 allocations and as many draws, by 2 threads.
 *
 *   teams_bench [PERSONS]     416,666 persons, 10 million rows, without it
 *
 * Prints the seconds on the clock and of processor time, medians of the rounds, of fixed effects
 * with the fewest and with 100,000 replications; the difference is what allocations and draws cost,
 * which does not depend on the number of rows.
 */
#include "base/num.h"
#include "base/rng.h"
#include "engine/effect/effect.h"
#include "engine/table/table_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PERIODS = 24, TEAMS = 60, TREATED = 5, START = 12, COLUMNS = 5, ROUNDS = 5 };
enum { UNIT, TEAM, TIME, FIRST, OUTCOME };

static double draw(const char *use, uint64_t index)
{
    return rng_normal((struct rng_key){.seed = 1, .stream = rng_stream(use, 0)}, index);
}

static table *make_panel(size_t persons)
{
    static const char *const names[COLUMNS] = {"unit", "team", "time", "first", "y"};
    table *t = table_new(STR("made"), COLUMNS);
    if (!t)
        return NULL;
    t->n_rows = persons * PERIODS;
    for (size_t c = 0; c < COLUMNS; c++) {
        struct table_column *column = &t->column[c];
        t->owned[c].values = malloc(t->n_rows * sizeof(double));
        if (!t->owned[c].values) {
            table_free(t);
            return NULL;
        }
        column->name = str_of(names[c]);
        column->type = c == OUTCOME ? TABLE_REAL : TABLE_INT;
        column->ints = c == OUTCOME ? NULL : t->owned[c].values;
        column->reals = c == OUTCOME ? t->owned[c].values : NULL;
    }
    for (size_t row = 0; row < t->n_rows; row++) {
        const size_t person = row / PERIODS, time = row % PERIODS + 1, team = person % TEAMS;
        const int64_t value[] = {(int64_t)person, (int64_t)team, (int64_t)time,
                                 team < TREATED ? START : 0};
        for (size_t c = 0; c < OUTCOME; c++)
            ((int64_t *)t->owned[c].values)[row] = value[c];
        ((double *)t->owned[OUTCOME].values)[row] =
            draw("team", team * 100 + time) + draw("noise", row);
    }
    return t;
}

struct seconds {
    double clock, cpu;
};

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool measure(const table *t, par *pool, size_t replications, struct seconds *median)
{
    double seconds[ROUNDS], cpu[ROUNDS];
    struct effect_spec s;
    effect_spec_init(&s);
    s.method = EFFECT_TWFE;
    s.outcome = STR("y");
    s.unit = STR("unit");
    s.time = STR("time");
    s.first_treated = STR("first");
    s.cluster = STR("team");
    s.replications = replications;
    s.no_placebo_start = true; /* as twfe_bench: the estimate alone */
    for (int i = 0; i < ROUNDS; i++) {
        struct effect_result *r;
        struct err_info info;
        const double started = now(CLOCK_MONOTONIC), before = now(CLOCK_PROCESS_CPUTIME_ID);
        if (effect_run(t, &s, pool, NULL, &r, &info) != OK) {
            fprintf(stderr, "teams_bench: %s\n", info.msg.key);
            return false;
        }
        seconds[i] = now(CLOCK_MONOTONIC) - started;
        cpu[i] = now(CLOCK_PROCESS_CPUTIME_ID) - before;
        effect_result_free(r);
    }
    qsort(seconds, ROUNDS, sizeof *seconds, by_size);
    qsort(cpu, ROUNDS, sizeof *cpu, by_size);
    *median = (struct seconds){seconds[ROUNDS / 2], cpu[ROUNDS / 2]};
    return true;
}

int main(int argc, char **argv)
{
    int64_t persons = 416666;
    struct err_info info;
    par *pool;
    struct seconds one, many;
    if (argc > 1 && !(num_parse_int(str_of(argv[1]), &persons) && persons >= TEAMS))
        return 2;
    table *t = make_panel((size_t)persons);
    if (!t || par_new(2, &pool, &info) != OK)
        return 1;
    const bool is_fine = measure(t, pool, EFFECT_REPLICATIONS_MIN, &one) && measure(t, pool, 100000, &many);
    if (is_fine)
        printf("teams %9zu rows  %.3f s (%.3f s cpu) with few, %.3f s (%.3f s cpu) with 100,000 "
               "allocations and draws: %.3f s (%.3f s cpu) for these\n",
               table_rows(t), one.clock, one.cpu, many.clock, many.cpu, many.clock - one.clock,
               many.cpu - one.cpu);
    par_free(pool);
    table_free(t);
    return is_fine ? 0 : 1;
}
