/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * knowledge_bench URL [PUBLICATIONS]: how long the newest 20 that somebody may see take to find.
 *
 * Fills an empty store with a million publications in 2,000 spaces, 100,000 persons of ten
 * memberships each; the newest 300,000 publications are in spaces of which the viewers asked about
 * are no members. One publication in fifty is granted to a person, one in fifty to another space.
 * Prints how long 2,000 questions took in milliseconds, for a visitor and for as many persons.
 */
#include "app/access/queries.h"
#include "app/knowledge/knowledge_int.h"

#include "base/num.h"
#include "base/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PERSONS = 100000, BENCH_SPACES = 2000, HIDDEN_SPACES = 100, MEMBERSHIPS = 10, ASKED = 2000 };
enum { NOW = 2000000000, GRANTED_EACH = 50 };

struct made {
    int64_t n_publications;
    struct party_id *party;
    struct space_id space[BENCH_SPACES];
    uint64_t counter;
};

static int64_t fixed_now(void)
{
    return INT64_C(1767225600000);
}

static uint64_t below(struct made *m, uint64_t n)
{
    return rng_u64((struct rng_key){.seed = 4}, m->counter++) % n;
}

static err add_people(db_tx *tx, void *arg, struct db_bulk *b, struct err_info *info)
{
    struct made *m = arg;
    const struct party_id id = {db_new_id(db_tx_db(tx))};
    m->party[b->at] = id;
    b->done = ++b->at == PERSONS;
    return party_add(tx,
                     (struct party_add_in){.id = id,
                                           .name = STR("Naam"),
                                           .sort_key = STR("naam"),
                                           .job_title = STR(""),
                                           .state = 2,
                                           .now = NOW},
                     info);
}

static err add_spaces(db_tx *tx, void *arg, struct db_bulk *b, struct err_info *info)
{
    struct made *m = arg;
    char slug[24];
    const int at = (int)b->at;
    const bool is_closed = at < HIDDEN_SPACES || at % 2;
    (void)snprintf(slug, sizeof slug, "ruimte-%d", at);
    m->space[at] = (struct space_id){db_new_id(db_tx_db(tx))};
    b->done = ++b->at == BENCH_SPACES;
    return space_add(tx,
                     (struct space_add_in){
                         .id = m->space[at],
                         .slug = str_of(slug),
                         .name_nl = STR("Ruimte"),
                         .name_en = STR("Space"),
                         .about_nl = STR(""),
                         .about_en = STR(""),
                         .ceiling = is_closed ? LEVEL_SPACE : LEVEL_PUBLIC,
                         .eff = is_closed ? LEVEL_SPACE : LEVEL_PUBLIC,
                         .listed = true,
                         .by = m->party[0],
                         .now = NOW,
                     },
                     info);
}

/* Nobody joins the hidden spaces but the last hundred persons, who are not asked about. */
static err add_memberships(db_tx *tx, void *arg, struct db_bulk *b, struct err_info *info)
{
    struct made *m = arg;
    err e = OK;
    for (int i = 0; e == OK && i < MEMBERSHIPS; i++) {
        const uint64_t first = b->at < PERSONS - 100 ? HIDDEN_SPACES : 0;
        const uint64_t at = first + below(m, BENCH_SPACES - first);
        e = membership_put(tx,
                           (struct membership_put_in){.space = m->space[at],
                                                      .party = m->party[b->at],
                                                      .state = MEMBER_ACTIVE,
                                                      .now = NOW},
                           info);
    }
    b->done = ++b->at == PERSONS;
    return e;
}

static err add_grant(db_tx *tx, struct made *m, struct publication_id id, int64_t at,
                     struct err_info *info)
{
    const bool to_space = at % GRANTED_EACH == 1;
    if (at % GRANTED_EACH > 1)
        return OK;
    const int64_t subject =
        to_space ? m->space[below(m, BENCH_SPACES)].v : m->party[below(m, PERSONS)].v;
    return grant_put(
        tx,
        (struct grant_put_in){
            .id = id, .kind = to_space, .subject = subject, .by = m->party[0], .now = NOW},
        info);
}

static err add_publication(db_tx *tx, struct made *m, int64_t at, struct err_info *info)
{
    const bool is_hidden = at >= m->n_publications / 10 * 7;
    const uint64_t space = is_hidden ? below(m, HIDDEN_SPACES)
                                     : HIDDEN_SPACES + below(m, BENCH_SPACES - HIDDEN_SPACES);
    const bool is_closed = space < HIDDEN_SPACES || space % 2;
    const struct publication_id id = {db_new_id(db_tx_db(tx))};
    int64_t changed;

    err e =
        publication_add(tx,
                        (struct publication_add_in){
                            .id = id,
                            .space = m->space[space],
                            .owner = m->party[below(m, PERSONS)],
                            .level = is_closed ? LEVEL_SPACE : LEVEL_SIGNED_IN + (int)below(m, 2),
                            .publish_at = 1000 + at,
                            .delete_at = INT64_MAX,
                            .title = STR("Een verhaal uit de wijk"),
                            .summary = STR("Wat er veranderde toen we begonnen bij de vraag."),
                            .now = NOW,
                        },
                        info);
    if (e == OK)
        e = revision_add(tx,
                         (struct revision_add_in){.id = id,
                                                  .number = 1,
                                                  .title = STR("Een verhaal uit de wijk"),
                                                  .summary = STR(""),
                                                  .body = STR("Tekst."),
                                                  .author = m->party[0],
                                                  .now = NOW},
                         info);
    if (e == OK)
        e = publication_update_state(
            tx,
            (struct publication_update_state_in){.id = id,
                                                 .version = 1,
                                                 .state = PUBLICATION_PUBLISHED,
                                                 .publish_at = 1000 + at,
                                                 .removed_at = INT64_MAX,
                                                 .now = NOW},
            &changed, info);
    if (e == OK)
        e = level_set_tree(tx, id, is_closed ? LEVEL_SPACE : LEVEL_PUBLIC, info);
    return e == OK ? add_grant(tx, m, id, at, info) : e;
}

static err add_publications(db_tx *tx, void *arg, struct db_bulk *b, struct err_info *info)
{
    struct made *m = arg;
    const err e = add_publication(tx, m, b->at, info);
    b->done = ++b->at == m->n_publications;
    return e;
}

static double clock_ms(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double now_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static err ask(struct made *m, db *d, arena *a, bool is_visitor, struct err_info *info)
{
    static double taken[ASKED], cpu[ASKED]; /* cpu: of this process; PostgreSQL's is its own */
    err e = OK;
    for (int i = 0; e == OK && i < ASKED; i++) {
        const struct deed deed = {
            .viewer = {.id = {is_visitor ? 0 : m->party[below(m, PERSONS - 100)].v},
                       .is_active = !is_visitor},
            .now_ms = NOW,
            .memory = a,
        };
        struct publication *list;
        struct cursor next;
        size_t n;
        const double from = now_ms(), cpu_from = clock_ms(CLOCK_THREAD_CPUTIME_ID);
        e = publication_newest(&deed, d, (struct publication_filter){0}, (struct cursor){0}, 20,
                               &list, &n, &next, info);
        taken[i] = now_ms() - from;
        cpu[i] = clock_ms(CLOCK_THREAD_CPUTIME_ID) - cpu_from;
        arena_reset(a);
    }
    qsort(taken, ASKED, sizeof *taken, by_size);
    qsort(cpu, ASKED, sizeof *cpu, by_size);
    printf("newest 20, %-9s p50 %.2f ms  p99 %.2f ms  slowest %.2f ms  cpu p50 %.2f p99 %.2f ms\n",
           is_visitor ? "visitor" : "member", taken[ASKED / 2], taken[ASKED / 100 * 99],
           taken[ASKED - 1], cpu[ASKED / 2], cpu[ASKED / 100 * 99]);
    return e;
}

static err fill(struct made *m, db *d, struct err_info *info)
{
    const double from = now_ms();
    struct db_bulk at = {0};
    err e = db_bulk_do(d, &at, add_people, m, info);
    at = (struct db_bulk){0};
    if (e == OK)
        e = db_bulk_do(d, &at, add_spaces, m, info);
    at = (struct db_bulk){0};
    if (e == OK)
        e = db_bulk_do(d, &at, add_memberships, m, info);
    at = (struct db_bulk){0};
    if (e == OK)
        e = db_bulk_do(d, &at, add_publications, m, info);
    printf("filled in %.0f s\n", (now_ms() - from) / 1e3);
    (void)fflush(stdout); /* who waits sees that the questions begin */
    return e;
}

int main(int argc, char **argv)
{
    struct made *m = calloc(1, sizeof *m);
    arena *a = arena_new((size_t)64 << 20);
    struct err_info info = {0};
    store *s = NULL;
    db *d = NULL;

    if (argc < 2 || !m || !a)
        return EXIT_FAILURE;
    m->n_publications = 1000000;
    if (argc > 2 && !num_parse_int(str_of(argv[2]), &m->n_publications))
        return EXIT_FAILURE;
    m->party = calloc(PERSONS, sizeof *m->party);
    const struct store_config c = {.url = str_of(argv[1]), .node = 1, .now_ms = fixed_now};
    err e = m->party ? store_open(&c, &s, &info) : E_NOMEM;
    if (e == OK)
        e = store_migrate(s, &info);
    if (e == OK)
        e = db_open(s, &d, &info);
    if (e == OK)
        e = fill(m, d, &info);
    if (e == OK)
        e = ask(m, d, a, true, &info);
    if (e == OK)
        e = ask(m, d, a, false, &info);
    if (e != OK)
        fprintf(stderr, "%s\n", info.msg.key ? info.msg.key : "out of memory");
    db_close(d);
    store_close(s);
    free(m->party);
    free(m);
    arena_free(a);
    return e == OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
