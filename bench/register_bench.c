/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * register_bench DATA [LINES [STORE]]: a month of claims of a city, from a reader that costs
 * nothing, into the register of the data folder DATA (its store, or STORE). Prints what it took,
 * and the longest that another writer had to wait meanwhile.
 */
#include "app/register/register.h"
#include "app/start/start.h"
#include "base/date.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { LINES_EACH = 8 }; /* of a client */

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static err tell_lines(const struct intake_sink *sink, int64_t n, struct err_info *info)
{
    const int32_t from = date_day_of((struct date_ymd){2025, 3, 1});
    char reference[24], key[24], allocation[24];
    err e = OK;

    for (int64_t i = 0; e == OK && i < n; i++) {
        const int64_t client = i / LINES_EACH;
        const struct intake_person who = {
            .key = {key, (size_t)snprintf(key, sizeof key, "%09lld", (long long)client)},
            .birth = {1940 + (int)(client % 70), 1 + (int)(client % 12), 1 + (int)(client % 28)},
            .name = {.surname = STR("Jansen")},
            .address_from = INTAKE_DAY_NONE,
            .address_to = INTAKE_DAY_NONE,
            .died = INTAKE_DAY_NONE,
        };
        const struct intake_record r = {
            .kind = INTAKE_CLAIM_LINE,
            .law = INTAKE_WMO,
            .place = {.line = 10 + 20 * i},
            .person = &who,
            .is.claim_line = {
                .claim = STR("D20250300001"),
                .reference = {reference, (size_t)snprintf(reference, sizeof reference, "R%015lld",
                                                          (long long)i)},
                .allocation = {allocation, (size_t)snprintf(allocation, sizeof allocation, "%09lld",
                                                            (long long)(i / 2))},
                .product = {STR("02"), STR("02A05")},
                .from = from + (int32_t)(i % 4) * 7,
                .to = from + (int32_t)(i % 4) * 7 + 7,
                .quantity_milli = 4000,
                .unit = 4,
                .tariff_cents = 6543,
                .cents = 26172}};
        e = sink->take(sink->to, &r, info);
    }
    return e;
}

static err tell(void *with, const struct intake_sink *sink, struct err_info *info)
{
    const int64_t n = *(const int64_t *)with;
    const struct intake_head head = {.format = STR("iwmo-3.2/323"),
                                     .law = INTAKE_WMO,
                                     .sender = STR("75001234"),
                                     .receiver = STR("0034"),
                                     .identification = STR("D20250300001"),
                                     .dated = date_day_of((struct date_ymd){2025, 4, 2}),
                                     .from = date_day_of((struct date_ymd){2025, 3, 1}),
                                     .to = date_day_of((struct date_ymd){2025, 4, 1})};
    const err e = sink->head(sink->to, &head, info);
    return e == OK ? tell_lines(sink, n, info) : e;
}

/* ---- another who writes meanwhile ---- */

struct other {
    struct started *s;
    atomic_bool ends;
    double longest;
    int64_t n;
};

static err write_little(db_tx *tx, void *arg, struct err_info *info)
{
    (void)tx;
    (void)arg;
    (void)info;
    return OK; /* waits its turn, which is what is measured */
}

static void *write_on(void *arg)
{
    struct other *o = arg;
    struct err_info info;
    db *d;
    if (db_open(o->s->store, &d, &info) != OK)
        return NULL;
    while (!atomic_load(&o->ends)) {
        const double begun = seconds();
        if (db_tx_do(d, write_little, NULL, &info) != OK)
            break;
        const double took = seconds() - begun;
        o->longest = took > o->longest ? took : o->longest;
        o->n++;
        usleep(20000);
    }
    db_close(d);
    return NULL;
}

int main(int argc, char **argv)
{
    int64_t n = argc > 2 ? strtoll(argv[2], NULL, 10) : 1000000;
    const struct start_config config = {.data = str_of(argc > 1 ? argv[1] : "register-bench"),
                                        .store = argc > 3 ? str_of(argv[3]) : STR(""),
                                        .node = STORE_NODE_DEALT,
                                        .base_url = STR("http://localhost")};
    arena *a = arena_new(256 << 20);
    struct register_receipt r;
    struct started s;
    struct err_info info;
    pthread_t thread;

    if (!a || start_open(&config, a, &s, &info) != OK) {
        fprintf(stderr, "cannot open the store: %s\n", a ? info.msg.key : "memory");
        return 1;
    }
    const struct deed deed = start_deed(&s, LANG_NL, a);
    const struct register_import from = {.municipality = {34},
                                         .file = STR("bench.xml"),
                                         .hash = seal_hash_bytes(STR("bench")),
                                         .read = tell,
                                         .with = &n};
    struct other other = {.s = &s};
    if (pthread_create(&thread, NULL, write_on, &other) != 0)
        return 1;
    const double begun = seconds();
    const err e = register_import(&deed, s.db, &from, &r, &info);
    const double took = seconds() - begun;
    atomic_store(&other.ends, true);
    pthread_join(thread, NULL);
    if (e != OK) {
        fprintf(stderr, "refused: %s\n", info.msg.key);
        return 1;
    }
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    printf("%lld lines in %.1f s, %.1f us each; peak %ld MB; another writer waited %.0f ms at most "
           "(%lld times)\n",
           (long long)r.sum[INTAKE_CLAIM_LINE].n_accepted, took, took / (double)n * 1e6,
           use.ru_maxrss / 1024, other.longest * 1e3, (long long)other.n);
    start_close(&s);
    arena_free(a);
    return 0;
}
