/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How long fixed effects take, on a made panel: 60 teams, 20 of which start in
 * five different months out of 24, with trends of their own and an effect that
 * grows. Persons and months have effects; 1 % of the persons move to another team.
 *
 *   twfe_bench                    two cases at 10 million rows:
 *                                 twfe     person and month, by team at baseline
 *                                 twfe-3   the same and current team
 *   twfe_bench --case NAME        one of these
 *   twfe_bench --curve            1, 2, 5, 10 and 20 million rows
 *   twfe_bench --panel FILE       writes the panel as a column file (.ot)
 *   twfe_bench --binary FILE      writes the panel as plain columns, for bench/peer/twfe.*
 *   options: --persons N, --threads N, --rounds N, --events (an event study instead), --placebo
 *            (with the earlier start that is looked at by default; without it the estimator
 *            alone is measured, as peers have none)
 *
 * Prints one line for each case: its name, rows, the median of the rounds in
 * seconds on the clock and of processor time, the effect and its standard
 * error, and the most memory the process held so far, the table included, and without it.
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

enum { PERIODS = 24, TEAMS = 60, TREATED_TEAMS = 20, COHORTS = 5, ROUNDS_MAX = 99 };
static const int64_t START[COHORTS] = {7, 10, 13, 16, 19};

enum column { UNIT, TIME, HOME, TEAM, FIRST_TREATED, OUTCOME, COLUMNS };
static const char *const COLUMN_NAME[COLUMNS] = {"unit", "time",          "home",
                                                 "team", "first_treated", "y"};

struct settings {
    size_t persons;
    unsigned threads;
    int rounds;
    const char *panel_file, *binary_file;
    const char *only; /* the one case to measure, or NULL */
    bool has_curve, has_events, has_placebo;
};

/* ---- the panel ---- */

static struct rng_key key_of(const char *use)
{
    return (struct rng_key){.seed = 20261124, .stream = rng_stream(use, 0)};
}

static void fill_person(size_t person, const double *team_trend, int64_t *const *ints, double *y)
{
    const int64_t home = (int64_t)(person % TEAMS);
    const int64_t start = home < TREATED_TEAMS ? START[home % COHORTS] : 0;
    const double taste = rng_normal(key_of("person"), person);
    const bool moves = rng_uniform(key_of("moves"), person) < 0.01;
    const double when = rng_uniform(key_of("when"), person) * (PERIODS - 1);
    const int64_t other =
        (home + 1 + (int64_t)(rng_uniform(key_of("whereto"), person) * (TEAMS - 1))) % TEAMS;
    double noise[PERIODS];
    rng_normals(key_of("noise"), person * PERIODS, PERIODS, noise);
    for (size_t t = 0; t < PERIODS; t++) {
        const size_t row = person * PERIODS + t;
        const int64_t time = (int64_t)t + 1;
        const double since = start && time >= start ? (double)(time - start + 1) : 0;
        ints[UNIT][row] = (int64_t)person + 1;
        ints[TIME][row] = time;
        ints[HOME][row] = home + 1;
        ints[TEAM][row] = (moves && (double)t > when ? other : home) + 1;
        ints[FIRST_TREATED][row] = start;
        y[row] = taste + 0.05 * team_trend[home] * (double)t + 0.02 * since + noise[t];
    }
}

static table *make_panel(size_t persons)
{
    int64_t *ints[COLUMNS] = {0};
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
        column->type = c == OUTCOME ? TABLE_REAL : TABLE_INT;
        ints[c] = c == OUTCOME ? NULL : t->owned[c].values;
        column->ints = ints[c];
        column->reals = c == OUTCOME ? t->owned[c].values : NULL;
    }
    rng_normals(key_of("team"), 0, TEAMS, team_trend);
    for (size_t i = 0; i < persons; i++)
        fill_person(i, team_trend, ints, t->owned[OUTCOME].values);
    return t;
}

/* One column after the other, 8 bytes a value, as this machine writes them. */
static bool write_binary(const table *t, const char *path)
{
    struct err_info info;
    file_writer *w;
    if (file_writer_open(str_of(path), &w, &info) != OK)
        return false;
    for (size_t c = 0; c < COLUMNS; c++)
        file_writer_put(w, table_values(table_column_at(t, c)), table_rows(t) * sizeof(double));
    return file_writer_commit(w, &info) == OK;
}

static bool write_panel(const struct settings *s)
{
    struct err_info info;
    table *t = make_panel(s->persons);
    bool is_fine = t != NULL;
    if (is_fine && s->panel_file)
        is_fine = table_write(t, str_of(s->panel_file), STR("unit"), STR("time"), NULL, NULL,
                              &info) == OK;
    if (is_fine && s->binary_file)
        is_fine = write_binary(t, s->binary_file);
    table_free(t);
    return is_fine;
}

/* ---- measuring ---- */

static double seconds_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
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

static struct effect_spec spec_of(const struct settings *s, bool has_team)
{
    struct effect_spec spec;
    effect_spec_init(&spec);
    spec.method = EFFECT_TWFE;
    spec.unit = STR("unit");
    spec.time = STR("time");
    spec.first_treated = STR("first_treated");
    spec.outcome = STR("y");
    spec.cluster = STR("home");
    spec.event_study = s->has_events;
    spec.no_placebo_start = !s->has_placebo;
    if (has_team)
        spec.fixed_effects[spec.n_fixed_effects++] = STR("team");
    return spec;
}

static bool measure(const char *name, const table *t, const struct effect_spec *spec, par *pool,
                    int rounds)
{
    double seconds[ROUNDS_MAX], work[ROUNDS_MAX], effect = 0, error = 0;
    const double table_mb = peak_mb();
    for (int i = 0; i < rounds; i++) {
        struct err_info info;
        struct effect_result *r;
        const double started = seconds_of(CLOCK_MONOTONIC);
        const double worked = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
        if (effect_run(t, spec, pool, NULL, &r, &info) != OK) {
            fprintf(stderr, "twfe_bench: %s\n", info.msg.key);
            return false;
        }
        seconds[i] = seconds_of(CLOCK_MONOTONIC) - started;
        work[i] = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - worked;
        effect = r->estimates[0].estimate;
        error = r->estimates[0].standard_error;
        effect_result_free(r);
    }
    qsort(seconds, (size_t)rounds, sizeof *seconds, by_size);
    qsort(work, (size_t)rounds, sizeof *work, by_size);
    printf("%-8s %9zu rows  %.3f s  %.3f s cpu  effect %.9f (%.9f)  %.0f MB  %.0f MB own\n", name,
           table_rows(t), seconds[rounds / 2], work[rounds / 2], effect, error, peak_mb(),
           peak_mb() - table_mb);
    return true;
}

static bool run_cases(const struct settings *s, par *pool)
{
    static const struct {
        const char *name;
        bool has_team;
    } CASES[] = {{"twfe", false}, {"twfe-3", true}};
    table *t = make_panel(s->persons);
    bool is_fine = t != NULL, is_known = false;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES && is_fine; i++) {
        if (s->only && strcmp(s->only, CASES[i].name) != 0)
            continue;
        const struct effect_spec spec = spec_of(s, CASES[i].has_team);
        is_fine = measure(CASES[i].name, t, &spec, pool, s->rounds);
        is_known = true;
    }
    table_free(t);
    return is_fine && is_known;
}

static bool run_curve(const struct settings *s, par *pool)
{
    static const size_t MILLIONS[] = {1, 2, 5, 10, 20};
    const struct effect_spec spec = spec_of(s, false);
    bool is_fine = true;
    for (size_t i = 0; i < sizeof MILLIONS / sizeof *MILLIONS && is_fine; i++) {
        table *t = make_panel(MILLIONS[i] * 1000000 / PERIODS);
        is_fine = t && measure("twfe", t, &spec, pool, s->rounds);
        table_free(t);
    }
    return is_fine;
}

static bool read_option(const char *name, const char *value, struct settings *s)
{
    int64_t n = 0;
    const bool is_number = num_parse_int(str_of(value), &n) && n > 0 && n <= 100000000;
    if (strcmp(name, "--panel") == 0)
        s->panel_file = value;
    else if (strcmp(name, "--binary") == 0)
        s->binary_file = value;
    else if (strcmp(name, "--case") == 0)
        s->only = value;
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
    struct settings s = {.persons = 10000000 / PERIODS, .threads = 2, .rounds = 5};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--curve") == 0)
            s.has_curve = true;
        else if (strcmp(argv[i], "--events") == 0)
            s.has_events = true;
        else if (strcmp(argv[i], "--placebo") == 0)
            s.has_placebo = true;
        else if (i + 1 < argc && read_option(argv[i], argv[i + 1], &s))
            i++;
        else {
            fprintf(stderr, "twfe_bench: unknown option %s\n", argv[i]);
            return 2;
        }
    }
    if (s.panel_file || s.binary_file)
        return write_panel(&s) ? 0 : 1;
    par *pool;
    struct err_info info;
    if (par_new(s.threads, &pool, &info) != OK)
        return 1;
    const bool is_fine = s.has_curve ? run_curve(&s, pool) : run_cases(&s, pool);
    par_free(pool);
    return is_fine ? 0 : 1;
}
