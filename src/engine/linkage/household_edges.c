/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The evidence that two are of one household, as edges with dates:
 * - they are partners, or have one benefit: wherever a register thinks they live;
 * - a child under eighteen is where a parent is: the parent at the same address, else the first;
 * - they live at one address that is not too large, and are parent and child, bear one surname
 *   (or the other's, by marriage), or came on one day;
 * - a child under eighteen without known parents: with the adults of the address.
 * People at one address with none of these are strangers: students, lodgers, and those whom a
 * register still has where others live now.
 */
#include "engine/linkage/household_int.h"

#include "base/date.h"

#include <stdlib.h>
#include <string.h>

enum { AT_ADDRESS_MAX = 512, APART_MAX_DAYS = 18 * 365 };

struct finder {
    const struct household_ask *ask;
    const struct household_stays *stays;
    const struct household_relation **parent; /* PARENT relations by person, then other */
    size_t n_parents, largest;
    struct household_edges *edges;
};

void household_add_edge(struct household_edges *e, uint32_t a, uint32_t b, int32_t from, int32_t to)
{
    if (e->is_out_of_memory || from >= to || a == b)
        return;
    if (e->n == e->room) {
        const size_t room = e->room ? 2 * e->room : 1024;
        struct household_edge *larger = realloc(e->edge, room * sizeof *larger);
        if (!larger) {
            e->is_out_of_memory = true;
            return;
        }
        e->edge = larger;
        e->room = room;
    }
    e->edge[e->n++] = (struct household_edge){a, b, from, to};
}

int32_t household_adult_day(const struct household_person *p)
{
    if (p->born == HOUSEHOLD_DAY_NONE)
        return HOUSEHOLD_DAY_NONE;
    struct date_ymd day = date_ymd_of(p->born);
    day.year += ADULT_YEARS;
    if (!date_is_valid(day)) /* 29 February */
        day = (struct date_ymd){day.year, 3, 1};
    return date_day_of(day);
}

static bool is_minor(const struct finder *f, uint32_t person, int32_t day)
{
    const int32_t adult = household_adult_day(&f->ask->person[person]);
    return adult != HOUSEHOLD_DAY_NONE && day < adult;
}

static int32_t earlier(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* ---- parents ---- */

static int by_child(const void *a, const void *b)
{
    const struct household_relation *x = *(const struct household_relation *const *)a;
    const struct household_relation *y = *(const struct household_relation *const *)b;
    if (x->person != y->person)
        return x->person < y->person ? -1 : 1;
    return x->other < y->other ? -1 : x->other > y->other;
}

static size_t first_parent(const struct finder *f, uint32_t child)
{
    size_t low = 0, high = f->n_parents;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (f->parent[middle]->person < child)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool has_parent(const struct finder *f, uint32_t child)
{
    const size_t at = first_parent(f, child);
    return at < f->n_parents && f->parent[at]->person == child;
}

static bool is_parent_of(const struct finder *f, uint32_t child, uint32_t parent)
{
    for (size_t i = first_parent(f, child); i < f->n_parents && f->parent[i]->person == child; i++)
        if (f->parent[i]->other == parent)
            return true;
    return false;
}

/* Where a person stays on a day; SIZE_MAX: nowhere. */
static size_t stay_on(const struct household_stays *s, uint32_t person, int32_t day)
{
    for (size_t i = s->first[person]; i < s->first[person + 1]; i++)
        if (s->stay[i].from <= day && day < s->stay[i].to)
            return i;
    return SIZE_MAX;
}

/* The parent with whom a child is on a day, and until when; `person` itself when there is none. */
static uint32_t keeper_on(const struct finder *f, uint32_t child, int32_t day, int32_t *until)
{
    const struct household_stays *s = f->stays;
    const size_t own = stay_on(s, child, day);
    uint32_t keeper = child;
    bool is_near = false;
    *until = s->stay[own].to;
    for (size_t i = first_parent(f, child); i < f->n_parents && f->parent[i]->person == child;
         i++) {
        const uint32_t parent = f->parent[i]->other;
        const size_t theirs = stay_on(s, parent, day);
        for (size_t k = s->first[parent]; k < s->first[parent + 1]; k++)
            if (s->stay[k].from > day)
                *until = earlier(*until, s->stay[k].from);
        if (theirs == SIZE_MAX)
            continue;
        *until = earlier(*until, s->stay[theirs].to);
        const bool is_here = s->stay[theirs].address == s->stay[own].address;
        if (keeper == child || (is_here && !is_near))
            keeper = parent;
        is_near |= is_here;
    }
    return keeper;
}

static void keep_children(struct finder *f)
{
    for (size_t i = 0; i < f->n_parents; i++) {
        const uint32_t child = f->parent[i]->person;
        const int32_t adult = household_adult_day(&f->ask->person[child]);
        if ((i > 0 && f->parent[i - 1]->person == child) || adult == HOUSEHOLD_DAY_NONE)
            continue;
        for (size_t k = f->stays->first[child]; k < f->stays->first[child + 1]; k++) {
            const struct household_stay *stay = &f->stays->stay[k];
            for (int32_t day = stay->from, until; day < earlier(stay->to, adult); day = until) {
                const uint32_t keeper = keeper_on(f, child, day, &until);
                household_add_edge(f->edges, child, keeper, day, earlier(until, adult));
            }
        }
    }
}

/* ---- those at one address ---- */

struct present {
    const struct household_stay *stay;
    size_t group; /* of those who belong together: index of one of them */
};

static size_t group_of(struct present *p, size_t i)
{
    while (p[i].group != i)
        i = p[i].group = p[p[i].group].group;
    return i;
}

static void join(struct finder *f, struct present *p, size_t i, size_t k, int32_t from, int32_t to)
{
    const size_t a = group_of(p, i), b = group_of(p, k);
    if (a == b)
        return;
    p[a > b ? a : b].group = a < b ? a : b;
    household_add_edge(f->edges, p[i].stay->person, p[k].stay->person, from, to);
}

static bool bear_one_name(const struct household_person *a, const struct household_person *b)
{
    return (a->surname && (a->surname == b->surname || a->surname == b->partner_surname)) ||
           (a->partner_surname && a->partner_surname == b->surname);
}

/* Of a benefit unit are only partners: adults who came together and are about of one age. */
static bool may_be_partners(const struct finder *f, uint32_t a, uint32_t b, int32_t day)
{
    const int32_t apart = f->ask->person[a].born - f->ask->person[b].born;
    return !is_minor(f, a, day) && !is_minor(f, b, day) && !is_parent_of(f, a, b) &&
           !is_parent_of(f, b, a) && f->ask->person[a].born != HOUSEHOLD_DAY_NONE &&
           f->ask->person[b].born != HOUSEHOLD_DAY_NONE && apart < APART_MAX_DAYS &&
           apart > -APART_MAX_DAYS;
}

static bool belong_together(const struct finder *f, const struct present *a,
                            const struct present *b, int32_t day)
{
    const uint32_t p = a->stay->person, q = b->stay->person;
    const bool came = a->stay->from == b->stay->from;
    if (f->ask->kind == HOUSEHOLD_BENEFIT)
        return came && may_be_partners(f, p, q, day) &&
               !(bear_one_name(&f->ask->person[p], &f->ask->person[q]) && has_parent(f, p) &&
                 has_parent(f, q));
    return came || is_parent_of(f, p, q) || is_parent_of(f, q, p) ||
           bear_one_name(&f->ask->person[p], &f->ask->person[q]);
}

/* A child whose parents no register knows: with adults of its name, else with the largest group. */
static void place_child(struct finder *f, struct present *p, size_t n, size_t child, int32_t from,
                        int32_t to)
{
    size_t best = child, best_size = 0;
    for (size_t i = 0; i < n; i++) {
        if (is_minor(f, p[i].stay->person, from))
            continue;
        size_t size = 0;
        for (size_t k = 0; k < n; k++)
            size += group_of(p, k) == group_of(p, i);
        if (bear_one_name(&f->ask->person[p[i].stay->person],
                          &f->ask->person[p[child].stay->person]))
            size += n;
        if (size > best_size) {
            best = i;
            best_size = size;
        }
    }
    const int32_t adult = household_adult_day(&f->ask->person[p[child].stay->person]);
    join(f, p, child, best, from, f->ask->kind == HOUSEHOLD_BENEFIT ? earlier(to, adult) : to);
}

static void look_at(struct finder *f, struct present *p, size_t n, int32_t from, int32_t to)
{
    for (size_t i = 0; i < n; i++)
        p[i].group = i;
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            if (belong_together(f, &p[i], &p[k], from))
                join(f, p, i, k, from, to);
    for (size_t i = 0; i < n; i++)
        if (is_minor(f, p[i].stay->person, from) && !has_parent(f, p[i].stay->person))
            place_child(f, p, n, i, from, to);
}

static int by_day(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return x < y ? -1 : x > y;
}

/* All stays at an address: between two days on which somebody comes or goes nothing changes. */
static void look_over(struct finder *f, const struct household_stay *stay, size_t n)
{
    struct present present[AT_ADDRESS_MAX];
    int32_t day[2 * AT_ADDRESS_MAX];
    size_t n_days = 0;
    if (n < 2 || n > AT_ADDRESS_MAX) /* so many are no household */
        return;
    for (size_t i = 0; i < n; i++) {
        day[n_days++] = stay[i].from;
        day[n_days++] = stay[i].to;
    }
    qsort(day, n_days, sizeof *day, by_day);
    for (size_t d = 0; d + 1 < n_days; d++) {
        size_t n_present = 0;
        if (day[d] == day[d + 1])
            continue;
        for (size_t i = 0; i < n; i++)
            if (stay[i].from <= day[d] && day[d] < stay[i].to)
                present[n_present++].stay = &stay[i];
        if (n_present > 1 && n_present <= f->largest)
            look_at(f, present, n_present, day[d], day[d + 1]);
    }
}

static int by_address(const void *a, const void *b)
{
    const struct household_stay *x = a, *y = b;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    if (x->person != y->person)
        return x->person < y->person ? -1 : 1;
    return x->from < y->from ? -1 : x->from > y->from;
}

/* ---- all of it ---- */

static void tie(struct finder *f)
{
    for (size_t i = 0; i < f->ask->n_relations; i++) {
        const struct household_relation *r = &f->ask->relation[i];
        if (r->tie == HOUSEHOLD_PARTNER || r->tie == HOUSEHOLD_UNIT)
            household_add_edge(f->edges, r->person, r->other, r->from, r->to);
        else if (r->tie == HOUSEHOLD_PARENT)
            f->parent[f->n_parents++] = r;
    }
    if (f->n_parents)
        qsort(f->parent, f->n_parents, sizeof *f->parent, by_child);
}

err household_find_edges(const struct household_ask *ask, const struct household_stays *s, arena *a,
                         struct household_edges *e, struct err_info *info)
{
    struct finder f = {.ask = ask,
                       .stays = s,
                       .edges = e,
                       .largest = ask->largest ? ask->largest : HOUSEHOLD_LARGEST};
    f.parent = ARENA_NEW(a, const struct household_relation *, ask->n_relations);
    struct household_stay *at = ARENA_NEW(a, struct household_stay, s->n);
    if (!f.parent || !at)
        return err_nomem(info);
    tie(&f);
    keep_children(&f);
    if (s->n)
        memcpy(at, s->stay, s->n * sizeof *at);
    qsort(at, s->n, sizeof *at, by_address);
    for (size_t i = 0, n; i < s->n; i += n) {
        for (n = 1; i + n < s->n && at[i + n].address == at[i].address;)
            n++;
        look_over(&f, at + i, n);
    }
    return e->is_out_of_memory ? err_nomem(info) : OK;
}
