/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Households over time. Persons whom edges ever join are a cluster; in each span of days in which
 * none of its edges and stays begins or ends, its components are households. From one span to the
 * next a household is the one with which it shares most persons, so that it lives on when a child
 * leaves or a partner comes.
 */
#include "engine/linkage/household_int.h"

#include <stdlib.h>
#include <string.h>

enum { NOWHERE = 0 };

struct former {
    const struct household_stays *stays;
    const struct household_edge *edge;
    uint32_t *root; /* union-find over persons */
    size_t n_persons;
    /* of the cluster at hand */
    const uint32_t *person;
    size_t n;
    uint32_t *local;     /* for each person of all: place in the cluster */
    uint32_t *component; /* by place: the least place of the component, in this span */
    uint32_t *household; /* by place: in the span before, then in this one; NOWHERE */
    uint32_t *was;
    uint32_t n_households;
    int32_t *open; /* by place: since when the open membership runs */
    struct household_member *member;
    size_t n_members, room;
};

static uint32_t root_of(uint32_t *root, uint32_t p)
{
    while (root[p] != p)
        p = root[p] = root[root[p]];
    return p;
}

static void unite(uint32_t *root, uint32_t a, uint32_t b)
{
    const uint32_t x = root_of(root, a), y = root_of(root, b);
    root[x > y ? x : y] = x < y ? x : y;
}

/* ---- members ---- */

static bool put_member(struct former *f, uint32_t person, uint32_t household, int32_t from,
                       int32_t to, int16_t share_milli)
{
    if (f->n_members == f->room) {
        const size_t room = f->room ? 2 * f->room : 1024;
        struct household_member *larger = realloc(f->member, room * sizeof *larger);
        if (!larger)
            return false;
        f->member = larger;
        f->room = room;
    }
    f->member[f->n_members++] = (struct household_member){person, household, from, to, share_milli};
    return true;
}

static bool close_membership(struct former *f, size_t place, int32_t day)
{
    return f->was[place] == NOWHERE ||
           put_member(f, f->person[place], f->was[place], f->open[place], day, 1000);
}

/* ---- one span of a cluster ---- */

static bool is_somewhere(const struct former *f, uint32_t person, int32_t day)
{
    for (size_t i = f->stays->first[person]; i < f->stays->first[person + 1]; i++)
        if (f->stays->stay[i].from <= day && day < f->stays->stay[i].to)
            return true;
    return false;
}

static void find_components(struct former *f, const size_t *edges, size_t n_edges, int32_t day)
{
    for (size_t i = 0; i < f->n; i++)
        f->component[i] = (uint32_t)i;
    for (size_t i = 0; i < n_edges; i++) {
        const struct household_edge *e = &f->edge[edges[i]];
        if (e->from <= day && day < e->to && is_somewhere(f, e->a, day) &&
            is_somewhere(f, e->b, day))
            unite(f->component, f->local[e->a], f->local[e->b]);
    }
    for (size_t i = 0; i < f->n; i++)
        f->component[i] = root_of(f->component, (uint32_t)i);
}

/* How many of a component were in a household in the span before. */
static size_t shared(const struct former *f, uint32_t component, uint32_t household)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++)
        n += f->component[i] == component && f->household[i] != NOWHERE && f->was[i] == household;
    return n;
}

/* The household that a component goes on: that of most of its persons, if no component has more. */
static uint32_t continued(const struct former *f, uint32_t component)
{
    uint32_t best = NOWHERE;
    size_t most = 0;
    for (size_t i = 0; i < f->n; i++) {
        if (f->component[i] != component || f->household[i] == NOWHERE || f->was[i] == NOWHERE)
            continue;
        const size_t n = shared(f, component, f->was[i]);
        if (n > most) {
            most = n;
            best = f->was[i];
        }
    }
    for (uint32_t other = 0; other < f->n && best != NOWHERE; other++) {
        if (f->component[other] != other || other == component)
            continue;
        const size_t n = shared(f, other, best);
        if (n > most || (n == most && n > 0 && other < component))
            return NOWHERE; /* that one goes on; this one is new */
    }
    return best;
}

/* A person who stays somewhere is marked in `household` before; the rest get none. */
static void name_components(struct former *f, uint32_t *name)
{
    for (uint32_t c = 0; c < f->n; c++) {
        if (f->component[c] != c || f->household[c] == NOWHERE)
            continue;
        name[c] = continued(f, c);
        if (name[c] == NOWHERE)
            name[c] = ++f->n_households;
    }
    for (size_t i = 0; i < f->n; i++)
        if (f->household[i] != NOWHERE)
            f->household[i] = name[f->component[i]];
}

static bool look_at_span(struct former *f, const size_t *edges, size_t n_edges, int32_t day,
                         uint32_t *name)
{
    find_components(f, edges, n_edges, day);
    for (size_t i = 0; i < f->n; i++)
        f->household[i] = is_somewhere(f, f->person[i], day) ? 1 : NOWHERE;
    name_components(f, name);
    for (size_t i = 0; i < f->n; i++) {
        if (f->household[i] == f->was[i])
            continue;
        if (!close_membership(f, i, day))
            return false;
        f->was[i] = f->household[i];
        f->open[i] = day;
    }
    return true;
}

/* ---- a cluster ---- */

static int by_day(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return x < y ? -1 : x > y;
}

static size_t days_of(const struct former *f, const size_t *edges, size_t n_edges, int32_t *day)
{
    size_t n = 0, kept = 0;
    for (size_t i = 0; i < n_edges; i++) {
        day[n++] = f->edge[edges[i]].from;
        day[n++] = f->edge[edges[i]].to;
    }
    for (size_t i = 0; i < f->n; i++)
        for (size_t k = f->stays->first[f->person[i]]; k < f->stays->first[f->person[i] + 1]; k++) {
            day[n++] = f->stays->stay[k].from;
            day[n++] = f->stays->stay[k].to;
        }
    qsort(day, n, sizeof *day, by_day);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || day[i] != day[kept - 1])
            day[kept++] = day[i];
    return kept;
}

static bool form_cluster(struct former *f, const size_t *edges, size_t n_edges)
{
    size_t n_days = 2 * n_edges;
    for (size_t i = 0; i < f->n; i++) {
        n_days += 2 * (f->stays->first[f->person[i] + 1] - f->stays->first[f->person[i]]);
        f->local[f->person[i]] = (uint32_t)i;
        f->was[i] = NOWHERE;
    }
    int32_t *day = calloc(n_days + 1, sizeof *day);
    uint32_t *name = calloc(f->n, sizeof *name);
    bool is_done = day && name;
    if (is_done) {
        n_days = days_of(f, edges, n_edges, day);
        for (size_t d = 0; d < n_days && is_done; d++)
            is_done = look_at_span(f, edges, n_edges, day[d], name);
        for (size_t i = 0; i < f->n && is_done; i++) /* who stays until HOUSEHOLD_OPEN */
            is_done = close_membership(f, i, HOUSEHOLD_OPEN);
    }
    free(day);
    free(name);
    return is_done;
}

/* ---- all clusters, in the order of their first person ---- */

/* items sorted into groups by counting: item i lies in start[group] .. start[group + 1] - 1 */
static void group_by(const uint32_t *group, size_t n, size_t n_groups, size_t *start, size_t *item)
{
    for (size_t i = 0; i < n; i++)
        start[group[i] + 1]++;
    for (size_t g = 0; g < n_groups; g++)
        start[g + 1] += start[g];
    for (size_t i = n; i-- > 0;)
        item[--start[group[i] + 1]] = i;
    for (size_t g = 0; g < n_groups; g++)
        start[g] = start[g + 1];
    start[n_groups] = n;
}

static err form_all(struct former *f, const struct household_edges *e, arena *a,
                    struct err_info *info)
{
    const size_t n = f->n_persons;
    uint32_t *of_edge = ARENA_NEW(a, uint32_t, e->n), *person = ARENA_NEW(a, uint32_t, n);
    size_t *first_person = ARENA_NEW(a, size_t, n + 1), *persons = ARENA_NEW(a, size_t, n);
    size_t *first_edge = ARENA_NEW(a, size_t, n + 1), *edges = ARENA_NEW(a, size_t, e->n);
    if (!of_edge || !person || !first_person || !persons || !first_edge || !edges)
        return err_nomem(info);
    for (size_t i = 0; i < e->n; i++)
        unite(f->root, e->edge[i].a, e->edge[i].b);
    for (uint32_t p = 0; p < n; p++)
        f->root[p] = root_of(f->root, p);
    for (size_t i = 0; i < e->n; i++)
        of_edge[i] = f->root[e->edge[i].a];
    group_by(f->root, n, n, first_person, persons);
    group_by(of_edge, e->n, n, first_edge, edges);
    for (size_t i = 0; i < n; i++)
        person[i] = (uint32_t)persons[i];
    for (size_t p = 0; p < n; p++) {
        f->person = person + first_person[p];
        f->n = first_person[p + 1] - first_person[p];
        if (f->n && !form_cluster(f, edges + first_edge[p], first_edge[p + 1] - first_edge[p]))
            return err_nomem(info);
    }
    return OK;
}

/* ---- children in two households ---- */

static int by_person(const void *a, const void *b)
{
    const struct household_member *x = a, *y = b;
    if (x->person != y->person)
        return x->person < y->person ? -1 : 1;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->household < y->household ? -1 : x->household > y->household;
}

/* The first of the first n members, which are sorted, that is of a person or of a later one. */
static size_t first_of(const struct former *f, size_t n, uint32_t person)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (f->member[middle].person < person)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int32_t later(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int32_t earlier(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/*
 * Member i is a child that from `from` to `to` is half in the other parent's household as well.
 * Where both are in one household nothing changes. What is left of i may be empty.
 */
static bool halve_one(struct former *f, size_t i, const struct household_relation *r, size_t n)
{
    for (size_t k = first_of(f, n, r->other); k < n && f->member[k].person == r->other; k++) {
        const struct household_member child = f->member[i], parent = f->member[k];
        const int32_t from = later(later(child.from, parent.from), r->from);
        const int32_t to = earlier(earlier(child.to, parent.to), r->to);
        if (from >= to || parent.household == child.household)
            continue;
        if ((child.from < from &&
             !put_member(f, child.person, child.household, child.from, from, 1000)) ||
            !put_member(f, child.person, child.household, from, to, 500) ||
            !put_member(f, child.person, parent.household, from, to, 500))
            return false;
        f->member[i].from = to;
    }
    return true;
}

static bool halve(struct former *f, const struct household_ask *ask)
{
    const size_t n = f->n_members;
    if (ask->kind == HOUSEHOLD_BENEFIT)
        return true; /* the law asks where a child lives mostly */
    for (size_t i = 0; i < ask->n_relations; i++) {
        const struct household_relation *r = &ask->relation[i];
        if (r->tie != HOUSEHOLD_HALF)
            continue;
        for (size_t k = first_of(f, n, r->person); k < n && f->member[k].person == r->person; k++)
            if (!halve_one(f, k, r, n))
                return false;
    }
    return true;
}

/* ---- all of it ---- */

static err copy_members(struct former *f, arena *a, struct household_member **member, size_t *n,
                        struct err_info *info)
{
    *n = 0;
    *member = ARENA_NEW(a, struct household_member, f->n_members);
    if (!*member)
        return err_nomem(info);
    for (size_t i = 0; i < f->n_members; i++)
        if (f->member[i].from < f->member[i].to)
            (*member)[(*n)++] = f->member[i];
    qsort(*member, *n, sizeof **member, by_person);
    return OK;
}

err household_form(const struct household_ask *ask, arena *a, struct household_member **member,
                   size_t *n, struct err_info *info)
{
    struct household_stays stays;
    struct household_edges edges = {0};
    struct former f = {.stays = &stays, .n_persons = ask->n_persons};

    err e = household_settle_stays(ask, a, &stays, info);
    if (e != OK)
        return e;
    f.root = ARENA_NEW(a, uint32_t, ask->n_persons);
    f.local = ARENA_NEW(a, uint32_t, ask->n_persons);
    f.component = ARENA_NEW(a, uint32_t, ask->n_persons);
    f.household = ARENA_NEW(a, uint32_t, ask->n_persons);
    f.was = ARENA_NEW(a, uint32_t, ask->n_persons);
    f.open = ARENA_NEW(a, int32_t, ask->n_persons);
    if (!f.root || !f.local || !f.component || !f.household || !f.was || !f.open)
        return err_nomem(info);
    for (uint32_t p = 0; p < ask->n_persons; p++)
        f.root[p] = p;
    e = household_find_edges(ask, &stays, a, &edges, info);
    f.edge = edges.edge;
    if (e == OK)
        e = form_all(&f, &edges, a, info);
    if (e == OK && f.n_members)
        qsort(f.member, f.n_members, sizeof *f.member, by_person);
    if (e == OK && !halve(&f, ask))
        e = err_nomem(info);
    if (e == OK)
        e = copy_members(&f, a, member, n, info);
    free(edges.edge);
    free(f.member);
    return e;
}

void household_on(const struct household_member *member, size_t n, int32_t day, size_t n_persons,
                  uint32_t *household)
{
    memset(household, 0, n_persons * sizeof *household);
    for (size_t i = n; i-- > 0;)
        if (member[i].from <= day && day < member[i].to)
            household[member[i].person] = member[i].household;
}
