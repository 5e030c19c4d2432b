/* SPDX-License-Identifier: EUPL-1.2 */
/* Where each person stayed when: registers overlap and contradict one another; a life does not. */
#include "engine/linkage/household_int.h"

#include <stdlib.h>
#include <string.h>

static int by_arrival(const void *a, const void *b)
{
    const struct household_stay *x = a, *y = b;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->person != y->person)
        return x->person < y->person ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

/* A stay, and how many came to its address on its first day. */
struct arrival {
    struct household_stay stay;
    size_t n_together;
};

static int by_person(const void *a, const void *b)
{
    const struct arrival *x = a, *y = b;
    if (x->stay.person != y->stay.person)
        return x->stay.person < y->stay.person ? -1 : 1;
    if (x->stay.from != y->stay.from)
        return x->stay.from < y->stay.from ? -1 : 1;
    if (x->n_together != y->n_together)
        return x->n_together > y->n_together ? -1 : 1;
    if (x->stay.to != y->stay.to)
        return x->stay.to < y->stay.to ? -1 : 1;
    return x->stay.address < y->stay.address ? -1 : x->stay.address > y->stay.address;
}

static void count_together(struct household_stay *stay, size_t n, struct arrival *arrival)
{
    qsort(stay, n, sizeof *stay, by_arrival);
    for (size_t i = 0, k; i < n; i += k) {
        size_t persons = 1;
        for (k = 1; i + k < n && stay[i + k].address == stay[i].address &&
                    stay[i + k].from == stay[i].from;
             k++)
            persons += stay[i + k].person != stay[i + k - 1].person;
        for (size_t at = i; at < i + k; at++)
            arrival[at] = (struct arrival){stay[at], persons};
    }
}

/* Of two that begin on a day the one to which more came counts; a later one ends what was before.
 */
static void without_overlap(const struct household_ask *ask, struct arrival *arrival, size_t n,
                            struct household_stays *s)
{
    qsort(arrival, n, sizeof *arrival, by_person);
    size_t at = 0;
    for (uint32_t p = 0; p < ask->n_persons; p++) {
        s->first[p] = s->n;
        for (; at < n && arrival[at].stay.person == p; at++) {
            const struct household_stay next = arrival[at].stay;
            struct household_stay *last = s->n > s->first[p] ? &s->stay[s->n - 1] : NULL;
            if (last && last->from == next.from)
                continue;
            if (last && last->to > next.from)
                last->to = next.from;
            s->stay[s->n++] = next;
        }
    }
    s->first[ask->n_persons] = s->n;
}

static err check(const struct household_ask *ask, struct err_info *info)
{
    for (size_t i = 0; i < ask->n_stays; i++)
        if (ask->stay[i].person >= ask->n_persons || ask->stay[i].to <= ask->stay[i].from)
            return err_set(info, E_INPUT, "household.bad-stay");
    for (size_t i = 0; i < ask->n_relations; i++) {
        const struct household_relation *r = &ask->relation[i];
        if (r->person >= ask->n_persons || r->other >= ask->n_persons || r->person == r->other ||
            r->to < r->from)
            return err_set(info, E_INPUT, "household.bad-relation");
    }
    return OK;
}

err household_settle_stays(const struct household_ask *ask, arena *a, struct household_stays *s,
                           struct err_info *info)
{
    const err e = check(ask, info);
    if (e != OK)
        return e;
    struct household_stay *sorted = ARENA_NEW(a, struct household_stay, ask->n_stays);
    struct arrival *arrival = ARENA_NEW(a, struct arrival, ask->n_stays);
    s->stay = ARENA_NEW(a, struct household_stay, ask->n_stays);
    s->first = ARENA_NEW(a, size_t, ask->n_persons + 1);
    s->n = 0;
    if (!sorted || !arrival || !s->stay || !s->first)
        return err_nomem(info);
    if (ask->n_stays)
        memcpy(sorted, ask->stay, ask->n_stays * sizeof *sorted);
    count_together(sorted, ask->n_stays, arrival);
    without_overlap(ask, arrival, ask->n_stays, s);
    return OK;
}
