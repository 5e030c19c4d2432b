/* SPDX-License-Identifier: EUPL-1.2 */
/* Neighbours in space. */
#include "engine/effect/match_tree_int.h"

#include "base/real.h"

enum {
    CANDIDATES = 4, /* sought at once for a treated: others may take the first ones */
    GROUP = 512,    /* treated who look around together before they choose in turn */
};

/* A treated on its way to a control. */
struct seeker {
    struct match_list found;
    size_t next;       /* the first of these not looked at */
    bool is_exhausted; /* nobody is left within the width */
    bool has_pair;
};

struct space {
    const struct match_ask *ask;
    struct match_sides sides;
    struct match_tree tree;
    struct seeker *seeker; /* of each treated */
    double *place;         /* of each treated: k */
    size_t group;          /* the first treated of those who look around */
};

static err space_new(const struct match_ask *ask, arena *a, struct space *s, struct err_info *info)
{
    *s = (struct space){.ask = ask};
    err e = match_sides_new(ask, a, &s->sides, info);
    if (e == OK)
        e = match_tree_new(ask, &s->sides, a, &s->tree, info);
    if (e != OK)
        return e;
    const size_t wanted = ask->replace ? ask->ratio : CANDIDATES, n = s->sides.n_treated;
    const size_t room = wanted < s->sides.n_control ? wanted : s->sides.n_control;
    if (n > SIZE_MAX / room)
        return err_nomem(info);
    struct match_near *near = ARENA_NEW(a, struct match_near, n * room);
    s->seeker = ARENA_NEW(a, struct seeker, n);
    s->place = ARENA_NEW(a, double, n * ask->k);
    if (!near || !s->seeker || !s->place)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++) {
        s->seeker[i].found = (struct match_list){.near = near + i * room, .cap = room};
        for (size_t j = 0; j < ask->k; j++)
            s->place[i * ask->k + j] = ask->x[j][s->sides.treated[i]];
    }
    return OK;
}

static void look_around(const struct space *s, size_t treated)
{
    const struct match_ask *ask = s->ask;
    const size_t row = s->sides.treated[treated];
    const struct match_place at = {.z = s->place + treated * ask->k,
                                   .value = ask->value ? ask->value[row] : 0,
                                   .width = ask->value ? ask->width : REAL_INF,
                                   .stratum = match_stratum(ask, row)};
    struct seeker *k = &s->seeker[treated];

    match_tree_search(&s->tree, &at, &k->found);
    k->next = 0;
    k->is_exhausted = k->found.n == 0;
}

/* The nearest that is free still, as far as was seen; NULL: one must look again. */
static const struct match_near *next_free(const struct space *s, size_t treated)
{
    struct seeker *k = &s->seeker[treated];
    while (k->next < k->found.n && s->tree.taken[k->found.near[k->next].point])
        k->next++;
    return k->next < k->found.n ? &k->found.near[k->next] : NULL;
}

static void look_if_needed(void *ctx, size_t i, unsigned worker)
{
    (void)worker;
    const struct space *s = ctx;
    if (!s->seeker[s->group + i].is_exhausted && !next_free(s, s->group + i))
        look_around(s, s->group + i);
}

static void add_pair(struct space *s, size_t treated, uint32_t control, struct match_pairs *pairs)
{
    pairs->pair[pairs->n++] = (struct match_pair){s->sides.treated[treated], control};
    s->seeker[treated].has_pair = true;
}

/* Those before this treated may have taken all it saw. */
static void choose(struct space *s, size_t treated, struct match_pairs *pairs)
{
    if (s->seeker[treated].is_exhausted)
        return;
    const struct match_near *best = next_free(s, treated);
    if (!best) {
        look_around(s, treated);
        best = next_free(s, treated);
    }
    if (!best)
        return;
    add_pair(s, treated, best->row, pairs);
    match_tree_take(&s->tree, best->point);
}

/* Every treated in turn takes one free control; false when nobody found one. */
static bool run_round(struct space *s, par *pool, struct match_pairs *pairs)
{
    const size_t before = pairs->n, n = s->sides.n_treated;

    for (s->group = 0; s->group < n; s->group += GROUP) {
        const size_t size = n - s->group < GROUP ? n - s->group : GROUP;
        par_run(pool, size, look_if_needed, s);
        for (size_t i = 0; i < size; i++)
            choose(s, s->group + i, pairs);
    }
    return pairs->n > before;
}

/* Everybody keeps all it found, and leaves them to others as well. */
static void keep_all(struct space *s, par *pool, struct match_pairs *pairs)
{
    s->group = 0;
    par_run(pool, s->sides.n_treated, look_if_needed, s);
    for (size_t i = 0; i < s->sides.n_treated; i++)
        for (size_t k = 0; k < s->seeker[i].found.n; k++)
            add_pair(s, i, s->seeker[i].found.near[k].row, pairs);
}

static void look_if_lost(void *ctx, size_t i, unsigned worker)
{
    (void)worker;
    const struct space *s = ctx;
    s->seeker[i].found.cap = 1;
    if (!s->seeker[i].has_pair)
        look_around(s, i);
}

/* Why those without a pair have none: who would they have found, had they come first? */
static void count_lost(struct space *s, par *pool, struct match_pairs *pairs)
{
    match_tree_give_back(&s->tree);
    par_run(pool, s->sides.n_treated, look_if_lost, s);
    for (size_t i = 0; i < s->sides.n_treated; i++) {
        if (s->seeker[i].has_pair)
            continue;
        const size_t stratum = match_stratum(s->ask, s->sides.treated[i]);
        const bool alone = s->tree.root[stratum] == MATCH_NONE;
        const bool outside = s->seeker[i].is_exhausted;
        pairs->n_alone += alone;
        pairs->n_outside += outside && !alone;
        pairs->n_taken += !outside;
    }
}

err match_in_space(const struct match_ask *ask, par *pool, arena *a, struct match_pairs *pairs,
                   struct err_info *info)
{
    struct space s;
    arena *scratch = arena_new(SIZE_MAX);
    if (!scratch)
        return err_nomem(info);

    err e = space_new(ask, scratch, &s, info);
    if (e == OK)
        e = match_pairs_new(ask, &s.sides, a, pairs, info);
    if (e != OK)
        goto out;
    if (ask->replace)
        keep_all(&s, pool, pairs);
    for (size_t k = 0; !ask->replace && k < ask->ratio; k++)
        if (!run_round(&s, pool, pairs))
            break;
    count_lost(&s, pool, pairs);
out:
    arena_free(scratch);
    return e;
}
