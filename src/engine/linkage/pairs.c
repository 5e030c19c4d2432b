/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Every pair that a rule brings together, once, compared, in units of work that the data alone
 * decides: a stretch of a rule's members, each of which meets those behind it in its group.
 */
#include "engine/linkage/linkage_int.h"

#include <stdatomic.h>

enum { UNIT_PAIRS = 1 << 16, UNITS_AT_ONCE = 256 };

struct unit {
    uint32_t rule;
    uint32_t from, to; /* members */
};

struct units {
    struct unit *unit;
    size_t n;
    struct {
        size_t first; /* unit */
        uint64_t pairs, stride;
    } rule[LINKAGE_RULES_MAX];
};

static size_t group_end(const struct blocks *b, size_t rule, size_t from)
{
    const uint32_t *member = b->member[rule];
    const uint32_t group = b->group[member[from]][rule];
    size_t to = from + 1;
    while (to < b->n_members[rule] && b->group[member[to]][rule] == group)
        to++;
    return to;
}

/* Cuts a rule's members after about UNIT_PAIRS pairs; a large group may be cut within. */
static size_t cut_rule(const struct blocks *b, size_t rule, struct unit *unit, uint64_t *all)
{
    size_t n = 0, from = 0, pairs = 0;
    for (size_t at = 0; at < b->n_members[rule];) {
        const size_t end = group_end(b, rule, at);
        for (; at < end; at++) {
            pairs += end - at - 1;
            *all += end - at - 1;
            if (pairs < UNIT_PAIRS && !(at + 1 == b->n_members[rule]))
                continue;
            if (unit)
                unit[n] = (struct unit){(uint32_t)rule, (uint32_t)from, (uint32_t)at + 1};
            n++;
            from = at + 1;
            pairs = 0;
        }
    }
    return n;
}

err units_make(const struct blocks *b, arena *memory, struct units **u, struct err_info *info)
{
    struct units *made = ARENA_NEW(memory, struct units, 1);
    if (!made)
        return err_nomem(info);
    for (size_t rule = 0; rule < b->n_rules; rule++) {
        made->rule[rule].first = made->n;
        made->n += cut_rule(b, rule, NULL, &made->rule[rule].pairs);
        made->rule[rule].stride = made->rule[rule].pairs / LEARN_PAIRS + 1;
    }
    made->unit = ARENA_NEW(memory, struct unit, made->n);
    if (!made->unit)
        return err_nomem(info);
    size_t n = 0;
    uint64_t ignored = 0;
    for (size_t rule = 0; rule < b->n_rules; rule++)
        n += cut_rule(b, rule, made->unit + n, &ignored);
    *u = made;
    return OK;
}

int64_t units_weight(const struct units *u, size_t unit)
{
    return (int64_t)u->rule[u->unit[unit].rule].stride;
}

static bool is_sampled(const struct units *u, size_t unit)
{
    const uint32_t rule = u->unit[unit].rule;
    return (unit - u->rule[rule].first) % u->rule[rule].stride == 0;
}

/* ---- Running ---- */

struct running {
    const struct records *r;
    const struct blocks *b;
    const struct units *u;
    struct comparer **comparer;
    const struct pair_sink *sink;
    size_t first; /* unit of block 0 */
    bool is_sample;
    struct batch *batch; /* one for each worker */
    atomic_int error;
};

static err flush(struct running *x, size_t unit, unsigned worker)
{
    struct batch *batch = &x->batch[worker];
    if (batch->n == 0)
        return OK;
    compare_batch(x->r, x->comparer[worker], batch);
    const err e = x->sink->take(x->sink->ctx, unit, worker, batch);
    batch->n = 0;
    return e;
}

static void run_unit(void *ctx, size_t block, unsigned worker)
{
    struct running *x = ctx;
    const size_t number = x->first + block;
    const struct unit *unit = &x->u->unit[number];
    const uint32_t *member = x->b->member[unit->rule];
    const size_t n = x->b->n_members[unit->rule];
    const unsigned earlier = (1U << unit->rule) - 1;
    struct batch *batch = &x->batch[worker];
    err e = OK;
    if (atomic_load_explicit(&x->error, memory_order_relaxed) != OK ||
        (x->is_sample && !is_sampled(x->u, number)))
        return;
    for (size_t p = unit->from; e == OK && p < unit->to; p++) {
        const uint32_t a = member[p], group = x->b->group[a][unit->rule];
        for (size_t q = p + 1; e == OK && q < n; q++) {
            const uint32_t c = member[q];
            if (x->b->group[c][unit->rule] != group)
                break;
            const unsigned rules = blocks_rules(x->b, a, c);
            if (rules & earlier || !pair_is_allowed(x->r, a, c))
                continue;
            batch->a[batch->n] = a;
            batch->b[batch->n] = c;
            batch->rules[batch->n++] = (uint16_t)rules;
            if (batch->n == BATCH)
                e = flush(x, number, worker);
        }
    }
    if (e == OK)
        e = flush(x, number, worker);
    if (e != OK)
        atomic_store(&x->error, e);
}

err pairs_run(const struct records *r, const struct blocks *b, const struct units *u,
              struct comparer **comparer, bool is_sample, par *pool,
              const struct progress *progress, const char *step, const struct pair_sink *sink,
              struct err_info *info)
{
    struct running x = {
        .r = r, .b = b, .u = u, .comparer = comparer, .sink = sink, .is_sample = is_sample};
    arena *own = arena_new_beside(r->memory);
    err e = OK;
    if (!own)
        return err_nomem(info);
    x.batch = ARENA_NEW(own, struct batch, pool ? par_threads(pool) : 1);
    if (!x.batch)
        e = err_nomem(info);
    for (; e == OK && x.first < u->n; x.first += UNITS_AT_ONCE) {
        const size_t left = u->n - x.first;
        progress_report(progress, step, (double)x.first, (double)u->n);
        if (progress_cancelled(progress)) {
            e = err_set(info, E_CANCELLED, "error.cancelled");
            break;
        }
        par_run(pool, left < UNITS_AT_ONCE ? left : UNITS_AT_ONCE, run_unit, &x);
        if (atomic_load(&x.error) != OK)
            e = err_nomem(info);
    }
    arena_free(own);
    return e;
}
