/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Numbers that stay. A person of this run keeps the number of the earlier person with whom it
 * shares most records; ties go to the lower number. What came together or fell apart is told.
 */
#include "engine/linkage/linkage_int.h"

#include <stdlib.h>
#include <string.h>

struct overlap {
    uint32_t now, before, n;
};

static int by_persons(const void *p, const void *q)
{
    const struct overlap *a = p, *b = q;
    return a->now != b->now ? (a->now > b->now) - (a->now < b->now)
                            : (a->before > b->before) - (a->before < b->before);
}

static int by_size(const void *p, const void *q)
{
    const struct overlap *a = p, *b = q;
    return a->n != b->n             ? (a->n < b->n) - (a->n > b->n)
           : a->before != b->before ? (a->before > b->before) - (a->before < b->before)
                                    : (a->now > b->now) - (a->now < b->now);
}

/* Records that this and the earlier run have in common, by pair of persons. */
static size_t count_overlaps(const struct linkage *l, const uint32_t *previous, struct overlap *o)
{
    size_t n = 0, kept = 0;
    for (size_t i = 0; i < l->records.n; i++)
        if (previous[i])
            o[n++] = (struct overlap){l->person[i], previous[i], 1};
    qsort(o, n, sizeof *o, by_persons);
    for (size_t i = 0; i < n; i++) {
        if (kept && o[kept - 1].now == o[i].now && o[kept - 1].before == o[i].before)
            o[kept - 1].n++;
        else
            o[kept++] = o[i];
    }
    qsort(o, kept, sizeof *o, by_size);
    return kept;
}

struct keeping {
    struct linkage *l;
    const struct overlap *o;
    size_t n;
    uint32_t *given; /* number of each person of this run, 0 not yet */
    uint32_t *taken; /* for each earlier number: the person of this run that has it */
    uint32_t most;   /* highest earlier number */
};

static void give_numbers(struct keeping *k)
{
    for (size_t i = 0; i < k->n; i++)
        if (k->given[k->o[i].now] == 0 && k->taken[k->o[i].before] == 0) {
            k->given[k->o[i].now] = k->o[i].before;
            k->taken[k->o[i].before] = k->o[i].now;
            k->l->figures.n_kept++;
        }
    uint32_t next = k->most;
    for (size_t p = 1; p <= k->l->figures.n_persons; p++)
        if (k->given[p] == 0)
            k->given[p] = ++next;
}

static void tell_events(struct keeping *k)
{
    struct linkage *l = k->l;
    for (size_t i = 0; i < k->n; i++) {
        const uint32_t number = k->given[k->o[i].now], before = k->o[i].before;
        if (number == before)
            continue;
        /* the earlier person lives on elsewhere: these records were split off; else merged */
        const bool is_split = k->taken[before] != 0;
        l->event[l->n_events++] =
            (struct linkage_event){is_split ? LINKAGE_SPLIT : LINKAGE_MERGED, before, number};
        if (is_split)
            l->figures.n_split++;
        else
            l->figures.n_merged++;
    }
}

err keep_numbers(struct linkage *l, const uint32_t *previous, struct err_info *info)
{
    struct keeping k = {.l = l};
    arena *own = arena_new_beside(l->memory);
    for (size_t i = 0; i < l->records.n; i++)
        k.most = previous[i] > k.most ? previous[i] : k.most;
    struct overlap *o = own ? ARENA_NEW(own, struct overlap, l->records.n) : NULL;
    k.given = own ? ARENA_NEW(own, uint32_t, l->figures.n_persons + 1) : NULL;
    k.taken = own ? ARENA_NEW(own, uint32_t, (size_t)k.most + 1) : NULL;
    l->event = ARENA_NEW(l->memory, struct linkage_event, l->records.n);
    const bool ok = o && k.given && k.taken && l->event;
    if (ok) {
        k.n = count_overlaps(l, previous, o);
        k.o = o;
        give_numbers(&k);
        tell_events(&k);
        for (size_t i = 0; i < l->records.n; i++)
            l->person[i] = k.given[l->person[i]];
    }
    arena_free(own);
    return ok ? OK : err_nomem(info);
}
