/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How long matching takes: 100,000 made persons with ten characteristics, of whom
 * 5,000 are treated.
 *
 *   match_bench                  four cases:
 *                                propensity   nearest on the chance of treatment, 1:1,
 *                                             caliper 0.2, with its logit and balance table
 *                                mahalanobis  nearest on ten characteristics, 1:1
 *                                cem          coarsened exact on six of them
 *                                balance      the balance table of ten and a score, alone
 *   match_bench --case NAME      one of these
 *   match_bench --data FILE      writes the persons as CSV, for bench/peer/match.R
 *   options: --persons N, --threads N, --rounds N
 *
 * A case is a whole effect_run, from the table in memory to the result. Prints one
 * line for each: its name, treated and controls that are compared, the median of
 * the rounds in seconds on the clock and of processor time, the effect, and the most
 * memory the process held so far, the table included.
 */
#include "base/file.h"
#include "base/num.h"
#include "base/real.h"
#include "base/rng.h"
#include "engine/effect/balance_int.h"
#include "engine/table/table_int.h"
#include "keep_freed.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { ROUNDS_MAX = 99, NORMALS = 5, COVARIATES = 10, OUTCOME = COVARIATES, TREATMENT, COLUMNS };

static const char *const COLUMN_NAME[COLUMNS] = {"x1", "x2", "x3", "x4",  "x5", "x6",
                                                 "x7", "x8", "x9", "x10", "y",  "treat"};

struct settings {
    size_t persons;
    unsigned threads;
    int rounds;
    const char *data_file;
    const char *only; /* the one case to measure, or NULL */
};

/* ---- the persons ---- */

static struct rng_key key_of(const char *use, uint64_t index)
{
    return (struct rng_key){.seed = 20261124, .stream = rng_stream(use, index)};
}

/* Five amounts that go together, two yes or no, one of four kinds, an age, a count. */
static void fill_covariates(size_t i, double *const *value)
{
    const double common = rng_normal(key_of("common", 0), i);
    for (size_t j = 0; j < NORMALS; j++)
        value[j][i] = 0.5 * common + rng_normal(key_of("x", j), i);
    value[5][i] = rng_uniform(key_of("x", 5), i) < 0.3 + (common > 0 ? 0.1 : 0);
    value[6][i] = rng_uniform(key_of("x", 6), i) < 0.5;
    value[7][i] = floor(4 * rng_uniform(key_of("x", 7), i));
    value[8][i] = 18 + floor(48 * rng_uniform(key_of("x", 8), i));
    value[9][i] = floor(fabs(2 * rng_normal(key_of("x", 9), i)));
}

static int falling(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* The twentieth part that leans to it most, by characteristics and by chance. */
static bool fill_treatment(size_t n, double *const *value, double *sorted)
{
    for (size_t i = 0; i < n; i++) {
        const double u = rng_uniform(key_of("lean", 0), i);
        value[TREATMENT][i] = sorted[i] =
            0.4 * value[0][i] + 0.3 * value[1][i] - 0.2 * value[2][i] + 0.3 * value[5][i] +
            0.1 * value[7][i] - 0.01 * value[8][i] + real_log(u / (1 - u));
    }
    qsort(sorted, n, sizeof *sorted, falling);
    const double least = sorted[n / 20];
    for (size_t i = 0; i < n; i++) {
        value[TREATMENT][i] = value[TREATMENT][i] > least;
        value[OUTCOME][i] = 0.5 * value[TREATMENT][i] + value[0][i] + 0.5 * value[3][i] +
                            0.02 * value[8][i] + rng_normal(key_of("noise", 0), i);
    }
    return true;
}

static table *make_persons(size_t persons)
{
    double *value[COLUMNS];
    table *t = table_new(STR("made"), COLUMNS);
    double *sorted = malloc(persons * sizeof *sorted);
    bool is_fine = t && sorted;

    for (size_t c = 0; c < COLUMNS && is_fine; c++) {
        t->owned[c].values = value[c] = malloc(persons * sizeof(double));
        t->column[c].name = str_of(COLUMN_NAME[c]);
        t->column[c].type = TABLE_REAL;
        t->column[c].reals = value[c];
        is_fine = value[c] != NULL;
    }
    if (is_fine) {
        t->n_rows = persons;
        for (size_t i = 0; i < persons; i++)
            fill_covariates(i, value);
        fill_treatment(persons, value, sorted);
    }
    free(sorted);
    if (is_fine)
        return t;
    table_free(t);
    return NULL;
}

static bool write_persons(const table *t, const char *path)
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
            const size_t n = num_print_real(table_column_at(t, c)->reals[r], text);
            text[n] = c + 1 < COLUMNS ? ',' : '\n';
            file_writer_put(w, text, n + 1);
        }
    return file_writer_commit(w, &info) == OK;
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

static struct effect_spec spec_of(enum effect_distance distance, const char *covariates)
{
    struct effect_spec s;
    str rest = str_of(covariates);
    effect_spec_init(&s);
    s.method = EFFECT_MATCHING;
    s.outcome = STR("y");
    s.treatment = STR("treat");
    s.distance = distance;
    s.has_caliper = distance == EFFECT_PROPENSITY;
    s.caliper = 0.2;
    while (str_next(&rest, ',', &s.covariates[s.n_covariates]))
        s.n_covariates++;
    return s;
}

static bool run_once(const table *t, const struct effect_spec *s, par *pool,
                     struct effect_result **r)
{
    struct err_info info;
    if (effect_run(t, s, pool, NULL, r, &info) == OK)
        return true;
    fprintf(stderr, "match_bench: %s\n", info.msg.key);
    return false;
}

/* Only the table: everybody as heavy as before, the first characteristic in the score's place. */
static bool time_balance(const table *t, const struct effect_spec *s, par *pool, double *wall,
                         double *cpu)
{
    struct effect_result r = {.spec = *s};
    struct err_info info;
    struct frame f;
    arena *scratch = arena_new(SIZE_MAX);
    r.memory = arena_new(SIZE_MAX);
    bool is_fine = scratch && r.memory && frame_read(t, pool, &r, scratch, &f, &info) == OK;
    double *ones = is_fine ? ARENA_NEW(scratch, double, f.n) : NULL;
    for (size_t i = 0; ones && i < f.n; i++)
        ones[i] = 1;
    *wall = seconds_of(CLOCK_MONOTONIC);
    *cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    is_fine = ones && balance_fill(&f, f.x[1], ones, pool, scratch, &r, &info) == OK;
    *wall = seconds_of(CLOCK_MONOTONIC) - *wall;
    *cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - *cpu;
    arena_free(scratch);
    arena_free(r.memory);
    return is_fine;
}

static bool time_run(const table *t, const struct effect_spec *s, par *pool, double *wall,
                     double *cpu)
{
    struct effect_result *r;
    *wall = seconds_of(CLOCK_MONOTONIC);
    *cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    if (!run_once(t, s, pool, &r))
        return false;
    *wall = seconds_of(CLOCK_MONOTONIC) - *wall;
    *cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - *cpu;
    effect_result_free(r);
    return true;
}

static bool measure(const char *name, const table *t, const struct effect_spec *s, par *pool,
                    int rounds)
{
    double wall[ROUNDS_MAX], cpu[ROUNDS_MAX];
    const bool is_balance = strcmp(name, "balance") == 0;
    struct effect_result *r;

    for (int i = 0; i < rounds; i++)
        if (!(is_balance ? time_balance : time_run)(t, s, pool, &wall[i], &cpu[i]))
            return false;
    qsort(wall, (size_t)rounds, sizeof *wall, falling);
    qsort(cpu, (size_t)rounds, sizeof *cpu, falling);
    if (!run_once(t, s, pool, &r))
        return false;
    printf("%-11s %6zu treated %6zu controls  %.4f s  %.4f s cpu  effect %.9f  %.0f MB\n", name,
           r->comparison->n_treated, r->comparison->n_control, wall[rounds / 2], cpu[rounds / 2],
           r->estimates[0].estimate, peak_mb());
    effect_result_free(r);
    return true;
}

static bool run_cases(const struct settings *s, par *pool)
{
    static const char TEN[] = "x1,x2,x3,x4,x5,x6,x7,x8,x9,x10", SIX[] = "x1,x6,x7,x8,x9,x10";
    static const struct {
        const char *name;
        enum effect_distance distance;
        const char *covariates;
    } CASES[] = {{"propensity", EFFECT_PROPENSITY, TEN},
                 {"mahalanobis", EFFECT_MAHALANOBIS, TEN},
                 {"cem", EFFECT_CEM, SIX},
                 {"balance", EFFECT_PROPENSITY, TEN}};
    table *t = make_persons(s->persons);
    bool is_fine = t != NULL, is_known = false;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES && is_fine; i++) {
        if (s->only && strcmp(s->only, CASES[i].name) != 0)
            continue;
        const struct effect_spec spec = spec_of(CASES[i].distance, CASES[i].covariates);
        is_fine = measure(CASES[i].name, t, &spec, pool, s->rounds);
        is_known = true;
    }
    table_free(t);
    return is_fine && is_known;
}

static bool read_option(const char *name, const char *value, struct settings *s)
{
    int64_t n = 0;
    const bool is_number = num_parse_int(str_of(value), &n) && n > 0 && n <= 100000000;
    if (strcmp(name, "--data") == 0)
        s->data_file = value;
    else if (strcmp(name, "--case") == 0)
        s->only = value;
    else if (strcmp(name, "--persons") == 0 && is_number && n >= 100)
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
    struct settings s = {.persons = 100000, .threads = 2, .rounds = 5};
    for (int i = 1; i < argc; i += 2)
        if (i + 1 == argc || !read_option(argv[i], argv[i + 1], &s)) {
            fprintf(stderr, "match_bench: unknown option %s\n", argv[i]);
            return 2;
        }
    keep_freed();
    if (s.data_file) {
        table *t = make_persons(s.persons);
        const bool is_fine = t && write_persons(t, s.data_file);
        table_free(t);
        return is_fine ? 0 : 1;
    }
    par *pool;
    struct err_info info;
    if (par_new(s.threads, &pool, &info) != OK)
        return 1;
    const bool is_fine = run_cases(&s, pool);
    par_free(pool);
    return is_fine ? 0 : 1;
}
