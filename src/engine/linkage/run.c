/* SPDX-License-Identifier: EUPL-1.2 */
/* A run from tables to persons, and what it leaves. */
#include "base/real.h"
#include "engine/linkage/linkage_int.h"

#include <stdlib.h>
#include <string.h>

/* ---- Before anything is read ---- */

static err check_warrant(const struct linkage_warrant *w, struct err_info *info)
{
    if (str_trim(w->purpose).n == 0)
        return err_set(info, E_DENIED, "linkage.no-purpose");
    if (str_trim(w->ground).n == 0)
        return err_set(info, E_DENIED, "linkage.no-ground");
    if (str_trim(w->covenant).n == 0)
        return err_set(info, E_DENIED, "linkage.no-covenant");
    return OK;
}

static err make_comparers(struct linkage *l, par *pool, struct err_info *info)
{
    const unsigned n = pool ? par_threads(pool) : 1;
    l->comparer = ARENA_NEW(l->memory, struct comparer *, n);
    if (!l->comparer)
        return err_nomem(info);
    for (unsigned w = 0; w < n; w++)
        if (!(l->comparer[w] = comparer_new(l->memory, true)))
            return err_nomem(info);
    return OK;
}

/* ---- Learning ---- */

/* Pairs that a deterministic rule joins. */
static err count_certain(struct linkage *l, double *n, struct err_info *info)
{
    const struct linkage_settings *s = l->settings;
    *n = 0;
    for (size_t i = 0; i < s->n_certain; i++) {
        double pairs;
        const err e = rule_pairs_count(&l->records, &s->certain[i], &pairs, info);
        if (e != OK)
            return e;
        *n = pairs > *n ? pairs : *n; /* of the rule that joins most: no pair counts twice */
    }
    return OK;
}

static err count_labels(struct linkage *l, const struct linkage_ask *ask, struct evidence *e,
                        struct err_info *info)
{
    struct counter *counter[2] = {counter_new(), counter_new()};
    err code = counter[0] && counter[1] ? OK : err_nomem(info);
    for (size_t i = 0; code == OK && i < ask->n_labels; i++) {
        const struct linkage_label *label = &ask->label[i];
        const uint32_t *a = l->records.code[label->a], *b = l->records.code[label->b];
        if (counter_add(counter[label->is_same], compare_codes(&l->records, l->comparer[0], a, b),
                        1) != OK)
            code = err_nomem(info);
    }
    for (int same = 0; code == OK && same < 2; same++)
        code = counter_merge(&counter[same], 1, l->memory, &e->labels[same], info);
    counter_free(counter[0]);
    counter_free(counter[1]);
    return code;
}

static err learn(struct linkage *l, const struct linkage_ask *ask, struct err_info *info)
{
    struct evidence e = {.n_pairs = pairs_allowed(&l->records)};
    for (size_t f = 0; f < l->settings->n_fields; f++)
        pairs_equal(&l->records, f, &e.exact[f], &e.both[f]);
    err code = count_certain(l, &e.n_certain, info);
    if (code == OK)
        code = count_random(&l->records, ask->seed, l->comparer, l->memory, ask->pool, &e.random,
                            info);
    if (code == OK)
        code = count_candidates(&l->records, &l->blocks, l->units, l->comparer, l->memory,
                                ask->pool, ask->progress, &e.candidates, info);
    if (code == OK)
        code = count_labels(l, ask, &e, info);
    return code == OK ? train(l->settings, &e, &l->model, info) : code;
}

/* ---- Links ---- */

struct found {
    struct linkage_link *link;
    size_t n, cap;
    int64_t rule_pairs[LINKAGE_RULES_MAX];
};

struct finding {
    const struct linkage *l;
    struct found *found; /* one for each worker */
    double floor;
};

static err keep_link(struct found *f, const struct linkage_link *link)
{
    if (f->n == f->cap) {
        const size_t cap = f->cap ? f->cap * 2 : 1024;
        struct linkage_link *more = realloc(f->link, cap * sizeof *more);
        if (!more)
            return E_NOMEM;
        f->link = more;
        f->cap = cap;
    }
    f->link[f->n++] = *link;
    return OK;
}

static err weigh_batch(void *ctx, size_t unit, unsigned worker, const struct batch *batch)
{
    struct finding *x = ctx;
    struct found *f = &x->found[worker];
    err e = OK;
    (void)unit;

    for (size_t i = 0; e == OK && i < batch->n; i++) {
        const uint32_t a = batch->a[i], b = batch->b[i];
        f->rule_pairs[__builtin_ctz(batch->rules[i])]++;
        const double bits = weigh_from(&x->l->weights, &x->l->records, batch->pattern[i],
                                       x->l->records.code[a], x->floor);
        if (bits < x->floor)
            continue;
        e = keep_link(f, &(struct linkage_link){.a = a,
                                                .b = b,
                                                .bits = (float)bits,
                                                .rule = (uint8_t)__builtin_ctz(batch->rules[i]),
                                                .rules = batch->rules[i],
                                                .pattern = batch->pattern[i]});
    }
    return e;
}

static int by_records(const void *p, const void *q)
{
    const struct linkage_link *a = p, *b = q;
    return a->a != b->a ? (a->a > b->a) - (a->a < b->a) : (a->b > b->b) - (a->b < b->b);
}

static err gather(struct linkage *l, const struct finding *x, unsigned workers,
                  struct err_info *info)
{
    for (unsigned w = 0; w < workers; w++)
        l->n_links += x->found[w].n;
    l->link = ARENA_NEW(l->memory, struct linkage_link, l->n_links);
    if (!l->link)
        return err_nomem(info);
    size_t n = 0;
    for (unsigned w = 0; w < workers; w++) {
        if (x->found[w].n)
            memcpy(l->link + n, x->found[w].link, x->found[w].n * sizeof *l->link);
        n += x->found[w].n;
        for (size_t r = 0; r < l->settings->n_rules; r++) {
            l->figures.rule_pairs[r] += x->found[w].rule_pairs[r];
            l->figures.n_candidates += x->found[w].rule_pairs[r];
        }
    }
    qsort(l->link, l->n_links, sizeof *l->link, by_records);
    return OK;
}

static err find_links(struct linkage *l, const struct linkage_ask *ask, struct err_info *info)
{
    const unsigned workers = ask->pool ? par_threads(ask->pool) : 1;
    struct finding x = {.l = l, .floor = bits_of(l->settings->review)};
    const struct pair_sink sink = {weigh_batch, &x};
    x.found = calloc(workers, sizeof *x.found);
    if (!x.found)
        return err_nomem(info);
    err e = pairs_run(&l->records, &l->blocks, l->units, l->comparer, false, ask->pool,
                      ask->progress, "linkage.step-weigh", &sink, info);
    if (e == OK)
        e = gather(l, &x, workers, info);
    for (unsigned w = 0; w < workers; w++)
        free(x.found[w].link);
    free(x.found);
    return e;
}

/*
 * The share of true pairs that some rule brings together, from how many rules found each link:
 * those found by none are about f1^2 / (2 f2), f1 and f2 the links found by one and by two (Chao
 * 1987).
 */
static double estimate_found(const struct linkage *l)
{
    double once = 0, twice = 0, all = 0;
    for (size_t i = 0; i < l->n_links; i++) {
        if (l->link[i].status != LINKAGE_LINKED)
            continue;
        const int n = __builtin_popcount(l->link[i].rules);
        all++;
        once += n == 1;
        twice += n == 2;
    }
    const double unseen = twice > 0 ? once * once / (2 * twice) : once * (once - 1) / 2;
    return all > 0 ? all / (all + unseen) : REAL_NAN;
}

/* ---- The run ---- */

static err prepare(struct linkage *l, const struct linkage_ask *ask, struct err_info *info)
{
    err e = records_read(ask, l->memory, &l->records, info);
    if (e == OK)
        e = make_comparers(l, ask->pool, info);
    if (e == OK)
        e = blocks_make(&l->records, l->memory, ask->pool, &l->blocks, info);
    if (e == OK)
        e = units_make(&l->blocks, l->memory, &l->units, info);
    return e;
}

static err find_persons(struct linkage *l, const struct linkage_ask *ask, struct err_info *info)
{
    struct resolving x = {.ask = ask,
                          .records = &l->records,
                          .weights = &l->weights,
                          .comparer = l->comparer,
                          .link = l->link,
                          .n_links = l->n_links,
                          .figures = &l->figures,
                          .memory = l->memory,
                          .person = l->person};
    err e = resolve(&x, info);
    if (e == OK && ask->previous)
        e = keep_numbers(l, ask->previous, info);
    return e;
}

err linkage_run(const struct linkage_ask *ask, linkage **run, struct err_info *info)
{
    err e = check_warrant(&ask->warrant, info);
    if (e != OK)
        return e;
    struct linkage *l = calloc(1, sizeof *l);
    if (!l)
        return err_nomem(info);
    l->memory = arena_new(ask->memory_bytes ? ask->memory_bytes : LINKAGE_MEMORY);
    l->settings = ask->settings;
    e = l->memory ? prepare(l, ask, info) : err_nomem(info);
    if (e == OK && ask->model)
        l->model = *ask->model;
    else if (e == OK)
        e = learn(l, ask, info);
    if (e == OK)
        e = weights_make(&l->weights, &l->model, &l->records, l->memory, info);
    if (e == OK)
        e = find_links(l, ask, info);
    if (e == OK) {
        l->person = ARENA_NEW(l->memory, uint32_t, l->records.n);
        l->figures.n_records = l->records.n;
        l->figures.n_pairs = (int64_t)pairs_allowed(&l->records);
        l->figures.n_left_out = l->blocks.n_left_out;
        e = l->person ? find_persons(l, ask, info) : err_nomem(info);
    }
    if (e != OK) {
        linkage_free(l);
        return e;
    }
    l->figures.found = estimate_found(l);
    *run = l;
    return OK;
}

void linkage_free(linkage *l)
{
    if (!l)
        return;
    records_free(&l->records);
    arena_free(l->memory);
    free(l);
}

const struct linkage_figures *linkage_figures(const linkage *l)
{
    return &l->figures;
}

const struct linkage_model *linkage_model(const linkage *l)
{
    return &l->model;
}

const uint32_t *linkage_persons(const linkage *l)
{
    return l->person;
}

const struct linkage_link *linkage_links(const linkage *l, size_t *n)
{
    *n = l->n_links;
    return l->link;
}

const struct linkage_event *linkage_events(const linkage *l, size_t *n)
{
    *n = l->n_events;
    return l->event;
}
