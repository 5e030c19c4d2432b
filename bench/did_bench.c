/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How long group-time effects take, on a made panel: teams that start in five
 * different periods or never, two covariates, an effect that grows.
 *
 *   did_bench                    three cases at 100,000 persons x 12 periods:
 *                                did       analytic, by person
 *                                did-team  1,000 draws by team, with the event study
 *                                did-unit  1,000 draws by person, with the event study
 *   did_bench --case NAME        one of these
 *   did_bench --curve            1, 2, 5, 10 and 20 million rows, analytic
 *   did_bench --panel FILE       writes the panel as CSV, for bench/peer/did.R
 *   options: --persons N, --threads N, --rounds N, --fixed (covariates that never change),
 *            --estimator dr|dr-traditional|ipw|reg, --control never|not-yet,
 *            --placebo (with the earlier start that is looked at by default; without it the
 *            estimator alone is measured, as peers have nothing like it)
 *
 * Prints one line for each case: its name, rows, the median of the rounds in
 * seconds on the clock and of processor time, the simple average and its
 * standard error, and the most memory the process held so far, the table included.
 */
#include "base/file.h"
#include "base/num.h"
#include "base/rng.h"
#include "engine/effect/effect.h"
#include "engine/table/table_int.h"
#include "keep_freed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { PERIODS = 12, TEAMS = 60, TREATED_TEAMS = 20, COHORTS = 5, ROUNDS_MAX = 99 };
static const int64_t START[COHORTS] = {4, 5, 6, 8, 10};

enum column { UNIT, TEAM, X1, X2, FIRST_TREATED, TIME, OUTCOME, COLUMNS };
static const char *const COLUMN_NAME[COLUMNS] = {"unit",          "team", "x1", "x2",
                                                 "first_treated", "time", "y"};

struct settings {
    size_t persons;
    unsigned threads;
    int rounds;
    enum effect_estimator estimator;
    enum effect_control control;
    const char *panel_file;
    const char *only; /* the one case to measure, or NULL */
    bool has_curve, has_fixed, has_placebo;
};

/* ---- the panel ---- */

static double draw(const char *use, uint64_t index)
{
    return rng_normal((struct rng_key){.seed = 20261124, .stream = rng_stream(use, 0)}, index);
}

/* Teams 0 .. 19 start in five periods; covariates make starting likelier and outcomes grow. */
static void fill_person(size_t person, bool has_fixed, const double *team_trend,
                        int64_t *const *ints, double *const *reals)
{
    const uint64_t team = person % TEAMS;
    const int64_t start = team < TREATED_TEAMS ? START[team % COHORTS] : 0;
    const double taste = draw("person", person);
    const double shift = team < TREATED_TEAMS ? 0.3 : 0;
    for (size_t t = 0; t < PERIODS; t++) {
        const size_t row = person * PERIODS + t;
        const int64_t time = (int64_t)t + 1;
        const size_t sight = has_fixed ? person * PERIODS : row;
        const double x1 = shift + draw("x1", sight), x2 = 0.5 * taste + draw("x2", sight);
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
    return column == X1 || column == X2 || column == OUTCOME;
}

static table *make_panel(size_t persons, bool has_fixed)
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
        fill_person(i, has_fixed, team_trend, ints, reals);
    return t;
}

static bool write_panel(const table *t, const char *path)
{
    struct err_info info;
    file_writer *w;
    if (file_writer_open(str_of(path), &w, &info) != OK)
        return false;
    for (size_t c = 0; c < COLUMNS; c++) {
        file_writer_put(w, COLUMN_NAME[c], strlen(COLUMN_NAME[c]));
        file_writer_put(w, c + 1 < COLUMNS ? "," : "\n", 1);
    }
    for (size_t r = 0; r < table_rows(t); r++)
        for (size_t c = 0; c < COLUMNS; c++) {
            char text[NUM_TEXT_MAX + 1];
            const struct table_column *column = table_column_at(t, c);
            const size_t n = is_real(c) ? num_print_real(column->reals[r], text)
                                        : num_print_int(column->ints[r], text);
            text[n] = c + 1 < COLUMNS ? ',' : '\n';
            file_writer_put(w, text, n + 1);
        }
    return file_writer_commit(w, &info) == OK;
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
    spec.no_placebo_start = !s->has_placebo; /* peers have none: the estimator alone is compared */
    if (by_team)
        spec.cluster = STR("team");
    return spec;
}

static bool measure(const char *name, const table *t, const struct effect_spec *spec, par *pool,
                    int rounds)
{
    double seconds[ROUNDS_MAX], work[ROUNDS_MAX], effect = 0, error = 0;
    for (int i = 0; i < rounds; i++) {
        struct err_info info;
        struct effect_result *r;
        const double started = now(), worked = cpu();
        if (effect_run(t, spec, pool, NULL, &r, &info) != OK) {
            fprintf(stderr, "did_bench: %s\n", info.msg.key);
            return false;
        }
        seconds[i] = now() - started;
        work[i] = cpu() - worked;
        effect = effect_find(r, EFFECT_SIMPLE)->estimate;
        error = effect_find(r, EFFECT_SIMPLE)->standard_error;
        effect_result_free(r);
    }
    qsort(seconds, (size_t)rounds, sizeof *seconds, by_size);
    qsort(work, (size_t)rounds, sizeof *work, by_size);
    printf("%-8s %9zu rows  %.3f s  %.3f s cpu  simple %.9f (%.9f)  %.0f MB\n", name, table_rows(t),
           seconds[rounds / 2], work[rounds / 2], effect, error, peak_mb());
    return true;
}

static bool run_cases(const struct settings *s, par *pool)
{
    static const struct {
        const char *name;
        size_t draws;
        bool by_team;
    } CASES[] = {{"did", 0, false}, {"did-team", 1000, true}, {"did-unit", 1000, false}};
    table *t = make_panel(s->persons, s->has_fixed);
    bool is_fine = t != NULL, is_known = false;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES && is_fine; i++) {
        if (s->only && strcmp(s->only, CASES[i].name) != 0)
            continue;
        const struct effect_spec spec = spec_of(s, CASES[i].draws, CASES[i].by_team);
        is_fine = measure(CASES[i].name, t, &spec, pool, s->rounds);
        is_known = true;
    }
    table_free(t);
    return is_fine && is_known;
}

static bool run_curve(const struct settings *s, par *pool)
{
    static const size_t MILLIONS[] = {1, 2, 5, 10, 20};
    const struct effect_spec analytic = spec_of(s, 0, false);
    bool is_fine = true;
    for (size_t i = 0; i < sizeof MILLIONS / sizeof *MILLIONS && is_fine; i++) {
        table *t = make_panel(MILLIONS[i] * 1000000 / PERIODS, s->has_fixed);
        is_fine = t && measure("did", t, &analytic, pool, s->rounds);
        table_free(t);
    }
    return is_fine;
}

static bool run_panel(const struct settings *s)
{
    table *t = make_panel(s->persons, s->has_fixed);
    const bool is_fine = t && write_panel(t, s->panel_file);
    table_free(t);
    return is_fine;
}

static bool read_option(const char *name, const char *value, struct settings *s)
{
    int64_t n = 0;
    const bool is_number = num_parse_int(str_of(value), &n) && n > 0 && n <= 100000000;
    if (strcmp(name, "--panel") == 0)
        s->panel_file = value;
    else if (strcmp(name, "--case") == 0)
        s->only = value;
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
    keep_freed(); /* as the program does */
    struct settings s = {
        .persons = 100000, .threads = 2, .rounds = 5, .estimator = EFFECT_DR_TRADITIONAL};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--curve") == 0)
            s.has_curve = true;
        else if (strcmp(argv[i], "--fixed") == 0)
            s.has_fixed = true;
        else if (strcmp(argv[i], "--placebo") == 0)
            s.has_placebo = true;
        else if (i + 1 < argc && read_option(argv[i], argv[i + 1], &s))
            i++;
        else {
            fprintf(stderr, "did_bench: unknown option %s\n", argv[i]);
            return 2;
        }
    }
    if (s.panel_file)
        return run_panel(&s) ? 0 : 1;
    par *pool;
    struct err_info info;
    if (par_new(s.threads, &pool, &info) != OK)
        return 1;
    const bool is_fine = s.has_curve ? run_curve(&s, pool) : run_cases(&s, pool);
    par_free(pool);
    return is_fine ? 0 : 1;
}
