/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How long group-time effects take, on a made panel: teams that start in five
 * different periods or never, two covariates that change, an effect that grows.
 *
 *   did_bench                      three cases at 100,000 persons x 12 periods
 *   did_bench --curve              1, 2, 5, 10 and 20 million rows, analytic
 *   did_bench --panel FILE         writes the panel as CSV, for bench/peer/did.R
 *   options: --persons N, --threads N, --rounds N, --estimator dr|dr-traditional|ipw|reg,
 *            --control never|not-yet
 */
#include "base/file.h"
#include "base/num.h"
#include "base/rng.h"
#include "engine/effect/effect.h"
#include "engine/table/table_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { PERIODS = 12, TEAMS = 60, TREATED_TEAMS = 20, COHORTS = 5, ROUNDS_MAX = 99 };
static const int64_t START[COHORTS] = {4, 5, 6, 8, 10};

enum column { UNIT, TIME, FIRST_TREATED, TEAM, OUTCOME, X1, X2, COLUMNS };
static const char *const COLUMN_NAME[COLUMNS] = {"unit", "time", "first_treated", "team", "y",
                                                 "x1",   "x2"};

struct settings {
    size_t persons;
    unsigned threads;
    int rounds;
    enum effect_estimator estimator;
    enum effect_control control;
    const char *panel_file;
    bool has_curve;
};

/* ---- the panel ---- */

static double draw(const char *use, uint64_t index)
{
    return rng_normal((struct rng_key){.seed = 20261124, .stream = rng_stream(use, 0)}, index);
}

/* Teams 0 .. 19 start in five periods; covariates make starting likelier and outcomes grow. */
static void fill_person(size_t person, const double *team_trend, int64_t *const *ints,
                        double *const *reals)
{
    const uint64_t team = person % TEAMS;
    const int64_t start = team < TREATED_TEAMS ? START[team % COHORTS] : 0;
    const double taste = draw("person", person);
    const double shift = team < TREATED_TEAMS ? 0.3 : 0;
    for (size_t t = 0; t < PERIODS; t++) {
        const size_t row = person * PERIODS + t;
        const int64_t time = (int64_t)t + 1;
        const double x1 = shift + draw("x1", row), x2 = 0.5 * taste + draw("x2", row);
        const double since = start && time >= start ? (double)(time - start + 1) : 0;
        ints[UNIT][row] = (int64_t)person + 1;
        ints[TIME][row] = time;
        ints[FIRST_TREATED][row] = start;
        ints[TEAM][row] = (int64_t)team + 1;
        reals[X1][row] = x1;
        reals[X2][row] = x2;
        reals[OUTCOME][row] = taste + 0.5 * x1 + 0.3 * x2 + team_trend[team] * (double)t +
                              0.05 * since + draw("noise", row);
    }
}

static bool is_real(size_t column)
{
    return column >= OUTCOME;
}

static table *make_panel(size_t persons)
{
    int64_t *ints[COLUMNS] = {0};
    double *reals[COLUMNS] = {0};
    double team_trend[TEAMS];
    table *t = table_new(STR("made"), COLUMNS);
    if (!t)
        return NULL;
    t->n_rows = persons * PERIODS;
    for (size_t c = 0; c < COLUMNS; c++) {
        t->owned[c].values = malloc(t->n_rows * sizeof(double));
        if (!t->owned[c].values) {
            table_free(t);
            return NULL;
        }
        struct table_column *column = &t->column[c];
        column->name = str_of(COLUMN_NAME[c]);
        column->type = is_real(c) ? TABLE_REAL : TABLE_INT;
        ints[c] = is_real(c) ? NULL : t->owned[c].values;
        reals[c] = is_real(c) ? t->owned[c].values : NULL;
        column->ints = ints[c];
        column->reals = reals[c];
    }
    for (size_t i = 0; i < TEAMS; i++)
        team_trend[i] = 0.05 * draw("team", i);
    for (size_t i = 0; i < persons; i++)
        fill_person(i, team_trend, ints, reals);
    return t;
}

static int write_panel(const table *t, const char *path)
{
    struct err_info info;
    file_writer *w;
    if (file_writer_open(str_of(path), &w, &info) != OK)
        return 1;
    const char *head = "unit,time,first_treated,team,y,x1,x2\n";
    file_writer_put(w, head, strlen(head));
    for (size_t r = 0; r < table_rows(t); r++)
        for (size_t c = 0; c < COLUMNS; c++) {
            char text[NUM_TEXT_MAX + 1];
            const struct table_column *column = table_column_at(t, c);
            const size_t n = is_real(c) ? num_print_real(column->reals[r], text)
                                        : num_print_int(column->ints[r], text);
            text[n] = c + 1 < COLUMNS ? ',' : '\n';
            file_writer_put(w, text, n + 1);
        }
    return file_writer_commit(w, &info) == OK ? 0 : 1;
}

/* ---- measuring ---- */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Of all threads together: what a busy machine does not blur. */
static double cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double peak_mb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static struct effect_spec spec_of(const struct settings *s, size_t draws, bool by_team)
{
    struct effect_spec spec;
    effect_spec_init(&spec);
    spec.method = EFFECT_DID;
    spec.unit = STR("unit");
    spec.time = STR("time");
    spec.first_treated = STR("first_treated");
    spec.outcome = STR("y");
    spec.covariates[0] = STR("x1");
    spec.covariates[1] = STR("x2");
    spec.n_covariates = 2;
    spec.base = EFFECT_UNIVERSAL;
    spec.estimator = s->estimator;
    spec.control = s->control;
    spec.bootstrap = draws;
    spec.seed = 1;
    if (by_team)
        spec.cluster = STR("team");
    return spec;
}

static int measure(const char *name, const table *t, const struct effect_spec *spec, par *pool,
                   int rounds)
{
    double seconds[ROUNDS_MAX], work[ROUNDS_MAX], effect = 0, error = 0;
    for (int i = 0; i < rounds; i++) {
        struct err_info info;
        struct effect_result *r;
        const double started = now(), worked = cpu();
        if (effect_run(t, spec, pool, NULL, &r, &info) != OK) {
            fprintf(stderr, "%s\n", info.msg.key);
            return 1;
        }
        seconds[i] = now() - started;
        work[i] = cpu() - worked;
        effect = effect_find(r, EFFECT_SIMPLE)->estimate;
        error = effect_find(r, EFFECT_SIMPLE)->standard_error;
        effect_result_free(r);
    }
    qsort(seconds, (size_t)rounds, sizeof *seconds, by_size);
    qsort(work, (size_t)rounds, sizeof *work, by_size);
    printf("%-9s %9zu rows  median %.3f s  best %.3f s  cpu %.3f s  simple %.6f (%.6f)  "
           "peak %.0f MB\n",
           name, table_rows(t), seconds[rounds / 2], seconds[0], work[rounds / 2], effect, error,
           peak_mb());
    return 0;
}

static int run_cases(const struct settings *s, par *pool)
{
    table *t = make_panel(s->persons);
    if (!t)
        return 1;
    const struct effect_spec analytic = spec_of(s, 0, false), persons = spec_of(s, 1000, false),
                             teams = spec_of(s, 1000, true);
    printf("panel in memory: %.0f MB\n", peak_mb());
    const int failed = measure("did", t, &analytic, pool, s->rounds) ||
                       measure("did-team", t, &teams, pool, s->rounds) ||
                       measure("did-unit", t, &persons, pool, s->rounds);
    table_free(t);
    return failed;
}

static int run_curve(const struct settings *s, par *pool)
{
    static const size_t MILLIONS[] = {1, 2, 5, 10, 20};
    for (size_t i = 0; i < sizeof MILLIONS / sizeof *MILLIONS; i++) {
        table *t = make_panel(MILLIONS[i] * 1000000 / PERIODS);
        if (!t)
            return 1;
        const struct effect_spec analytic = spec_of(s, 0, false);
        const int failed = measure("did", t, &analytic, pool, s->rounds);
        table_free(t);
        if (failed)
            return 1;
    }
    return 0;
}

static bool read_option(const char *name, const char *value, struct settings *s)
{
    int64_t n = 0;
    const bool is_number = num_parse_int(str_of(value), &n) && n > 0 && n <= 100000000;
    if (strcmp(name, "--panel") == 0)
        s->panel_file = value;
    else if (strcmp(name, "--estimator") == 0)
        return effect_estimator_parse(str_of(value), &s->estimator);
    else if (strcmp(name, "--control") == 0)
        return effect_control_parse(str_of(value), &s->control);
    else if (strcmp(name, "--persons") == 0 && is_number)
        s->persons = (size_t)n;
    else if (strcmp(name, "--threads") == 0 && is_number && n <= PAR_THREADS_MAX)
        s->threads = (unsigned)n;
    else if (strcmp(name, "--rounds") == 0 && is_number && n <= ROUNDS_MAX)
        s->rounds = (int)n;
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    struct settings s = {
        .persons = 100000, .threads = 2, .rounds = 5, .estimator = EFFECT_DR_TRADITIONAL};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--curve") == 0)
            s.has_curve = true;
        else if (i + 1 < argc && read_option(argv[i], argv[i + 1], &s))
            i++;
        else {
            fprintf(stderr, "did_bench: unknown option %s\n", argv[i]);
            return 2;
        }
    }
    if (s.panel_file) {
        table *t = make_panel(s.persons);
        const int failed = t ? write_panel(t, s.panel_file) : 1;
        table_free(t);
        return failed;
    }
    par *pool;
    struct err_info info;
    if (par_new(s.threads, &pool, &info) != OK)
        return 1;
    const int failed = s.has_curve ? run_curve(&s, pool) : run_cases(&s, pool);
    par_free(pool);
    return failed;
}
