/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How long the Monte Carlo of a social cost-benefit analysis takes: 1 million
 * draws x 30 uncertain items x 8 payers, all of scba_run included. The bound
 * is 1 second on 2 cores. Prints the median of five runs on the clock and of
 * processor time.
 */
#include "engine/scba/fixture_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ITEMS = 30, PAYERS = 8, DRAWS = 1000000, RUNS = 5, YEARS = 10 };

/* Costs, effects with an uncertain price, and transfers, over all shapes of distribution. */
static void build(struct fixture *f)
{
    fixture_init(f, PAYERS);
    f->m.horizon_years = YEARS;
    f->m.discount.rate = 0.0225;
    f->m.n_draws = DRAWS;
    f->m.seed = 1;
    const struct scba_dist shapes[] = {
        normal(100.0, 20.0),
        {SCBA_LOGNORMAL, 80.0, 30.0, 0.0},
        {SCBA_TRIANGULAR, 10.0, 60.0, 90.0},
        {SCBA_UNIFORM, 0.0, 50.0, 0.0},
        {SCBA_PERT, 10.0, 40.0, 120.0},
    };
    for (int i = 0; i < ITEMS; i++) {
        const struct scba_dist size = shapes[i % 5];
        if (i % 3 == 2) {
            fixture_transfer(f, i % PAYERS, (i + 1) % PAYERS, size);
            continue;
        }
        struct scba_item *item = fixture_add(f, i % 6 ? SCBA_EFFECT : SCBA_COST, 0, size);
        for (int p = 0; p < PAYERS; p++)
            f->shares[i][p] = 1.0 / PAYERS;
        if (i % 6)
            item->link[SCBA_UNIT_VALUE] = fixture_parameter(f, normal(5.0, 1.0));
    }
}

/* CLOCK_MONOTONIC, or CLOCK_PROCESS_CPUTIME_ID: all threads together, which others hardly blur. */
static double now_seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int measure(const struct fixture *f, unsigned threads)
{
    double seconds[RUNS], work[RUNS], mean = 0.0;
    struct err_info info;
    par *pool;
    if (par_new(threads, &pool, &info) != OK)
        return 1;
    for (int i = 0; i < RUNS; i++) {
        struct scba_result *r;
        const double start = now_seconds(CLOCK_MONOTONIC);
        const double worked = now_seconds(CLOCK_PROCESS_CPUTIME_ID);
        if (scba_run(&f->m, pool, NULL, &r, &info) != OK) {
            fprintf(stderr, "%s\n", info.msg.key);
            par_free(pool);
            return 1;
        }
        seconds[i] = now_seconds(CLOCK_MONOTONIC) - start;
        work[i] = now_seconds(CLOCK_PROCESS_CPUTIME_ID) - worked;
        mean = r->party[PAYERS].balance.mean;
        scba_result_free(r);
    }
    par_free(pool);
    qsort(seconds, RUNS, sizeof *seconds, rising);
    qsort(work, RUNS, sizeof *work, rising);
    printf("threads %u: %d draws x %d items x %d payers, %.3f s (%.3f to %.3f), %.3f s cpu, "
           "mean %.6f\n",
           threads, DRAWS, ITEMS, PAYERS, seconds[RUNS / 2], seconds[0], seconds[RUNS - 1],
           work[RUNS / 2], mean);
    return 0;
}

int main(void)
{
    static struct fixture f;
    build(&f);
    return measure(&f, 1) || measure(&f, 2);
}
