/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * From links to persons. Records that links above the threshold hold together are a component;
 * within it all pairs are weighed, and the component falls into the persons that the weights
 * together speak for most.
 *
 * A pair speaks with its bits above the threshold. One below it speaks against only with what
 * disagrees: that fields are missing is no evidence of two persons, so the prior is not counted
 * once for each pair.
 */
#include "engine/linkage/linkage_int.h"

#include <stdlib.h>
#include <string.h>

#define FORBIDDEN (-1e6)
#define CERTAIN   1e3
#define STEP_BITS 2.0 /* a component that is too large is taken apart at a higher threshold */

/* ---- Components ---- */

static uint32_t root_of(uint32_t *up, uint32_t i)
{
    while (up[i] != i) {
        up[i] = up[up[i]];
        i = up[i];
    }
    return i;
}

static void join(uint32_t *up, uint32_t a, uint32_t b)
{
    a = root_of(up, a);
    b = root_of(up, b);
    if (a < b) /* the root is the first record */
        up[b] = a;
    else
        up[a] = b;
}

/* ---- What was said of a pair ---- */

static int by_pair(const void *x, const void *y)
{
    const struct linkage_label *p = x, *q = y;
    return p->a != q->a ? (p->a > q->a) - (p->a < q->a) : (p->b > q->b) - (p->b < q->b);
}

static const struct linkage_label *label_of(const struct resolving *x, uint32_t a, uint32_t b)
{
    const struct linkage_label pair = {a < b ? a : b, a < b ? b : a, false};
    return x->n_labels ? bsearch(&pair, x->label, x->n_labels, sizeof pair, by_pair) : NULL;
}

static err sort_labels(struct resolving *x, struct err_info *info)
{
    x->n_labels = x->ask->n_labels;
    x->label = ARENA_NEW(x->memory, struct linkage_label, x->n_labels);
    if (!x->label)
        return err_nomem(info);
    for (size_t i = 0; i < x->n_labels; i++) {
        const struct linkage_label *l = &x->ask->label[i];
        x->label[i] = (struct linkage_label){l->a < l->b ? l->a : l->b, l->a < l->b ? l->b : l->a,
                                             l->is_same};
    }
    qsort(x->label, x->n_labels, sizeof *x->label, by_pair);
    return OK;
}

static bool is_forbidden(const struct resolving *x, uint32_t a, uint32_t b, uint64_t pattern)
{
    return !pair_is_allowed(x->records, a, b) ||
           pattern_has_conflict(x->records->settings, pattern);
}

static double pair_weight(const struct resolving *x, uint32_t a, uint32_t b)
{
    const struct linkage_label *said = label_of(x, a, b);
    if (said)
        return said->is_same ? CERTAIN : FORBIDDEN;
    const uint32_t *p = x->records->code[a], *q = x->records->code[b];
    const uint64_t pattern = compare_codes(x->records, x->comparer[0], p, q);
    if (is_forbidden(x, a, b, pattern))
        return FORBIDDEN;
    const double bits = weigh(x->weights, x->records, pattern, p);
    if (bits >= x->link_bits)
        return bits - x->link_bits;
    return bits < x->prior_bits ? bits - x->prior_bits : 0;
}

/* ---- One component ---- */

static err room_for(struct resolving *x, size_t n, struct err_info *info)
{
    if (n <= x->cap)
        return OK;
    free(x->w);
    free(x->gain);
    free(x->part);
    x->cap = 0;
    x->w = malloc(n * n * sizeof *x->w);
    x->gain = malloc((n + 1) * sizeof *x->gain);
    x->part = malloc(2 * n * sizeof *x->part);
    if (!x->w || !x->gain || !x->part)
        return err_nomem(info);
    x->cap = n;
    return OK;
}

static void number_persons(struct resolving *x, const uint32_t *record, size_t n,
                           const uint32_t *part)
{
    for (size_t i = 0; i < n; i++) {
        size_t first = 0;
        while (part[first] != part[i])
            first++;
        x->person[record[i]] = record[first] + 1;
    }
}

/* Two clean registers: each record has one partner at most. */
static err pair_off(struct resolving *x, const uint32_t *record, size_t n, struct err_info *info)
{
    size_t n_a = 0;
    while (n_a < n && record_source(x->records, record[n_a]) == 0)
        n_a++;
    const size_t n_b = n - n_a;
    uint32_t *mate = x->part + n;
    for (size_t i = 0; i < n_a; i++)
        for (size_t j = 0; j < n_b; j++)
            x->w[i * n_b + j] = pair_weight(x, record[i], record[n_a + j]);
    const err e = assign_best(x->w, n_a, n_b, mate, info);
    for (size_t i = 0; i < n; i++)
        x->part[i] = (uint32_t)i;
    for (size_t i = 0; e == OK && i < n_a; i++)
        if (mate[i] != UINT32_MAX)
            x->part[n_a + mate[i]] = (uint32_t)i;
    return e;
}

static err divide_component(struct resolving *x, const uint32_t *record, size_t n,
                            struct err_info *info)
{
    const bool *clean = x->records->settings->is_clean;
    err e = room_for(x, n, info);
    if (e != OK)
        return e;
    if (clean[0] && clean[1]) {
        e = pair_off(x, record, n, info);
    } else {
        for (size_t i = 0; i < n; i++)
            for (size_t j = i; j < n; j++)
                x->w[i * n + j] = x->w[j * n + i] =
                    i == j ? 0 : pair_weight(x, record[i], record[j]);
        if (n <= CLUSTER_EXACT_MAX)
            cluster_exact(x->w, n, x->part);
        else
            cluster_local(x->w, n, x->part, x->gain, x->part + n);
    }
    if (e == OK)
        number_persons(x, record, n, x->part);
    return e;
}

/* ---- All components ---- */

struct member {
    uint32_t root, record;
};

static int by_root(const void *p, const void *q)
{
    const struct member *a = p, *b = q;
    return a->root != b->root ? (a->root > b->root) - (a->root < b->root)
                              : (a->record > b->record) - (a->record < b->record);
}

static err each_component(struct resolving *x, struct member *m, size_t n, double bits,
                          uint32_t *up, struct err_info *info);

/* Too many to be weighed together: only stronger links hold. */
static err split_component(struct resolving *x, struct member *m, size_t n, double bits,
                           uint32_t *up, struct err_info *info)
{
    for (size_t i = 0; i < n; i++)
        up[m[i].record] = m[i].record;
    for (size_t i = 0; i < n; i++)
        for (size_t k = x->first_link[m[i].record]; k < x->first_link[m[i].record + 1]; k++)
            if (x->link[k].bits >= bits && x->link[k].status != LINKAGE_REFUSED)
                join(up, x->link[k].a, x->link[k].b);
    for (size_t i = 0; i < n; i++)
        m[i].root = root_of(up, m[i].record);
    qsort(m, n, sizeof *m, by_root);
    return each_component(x, m, n, bits, up, info);
}

static err each_component(struct resolving *x, struct member *m, size_t n, double bits,
                          uint32_t *up, struct err_info *info)
{
    err e = OK;
    uint32_t record[LINKAGE_COMPONENT_MAX];
    for (size_t i = 0, to; e == OK && i < n; i = to) {
        for (to = i + 1; to < n && m[to].root == m[i].root; to++)
            ;
        if (to - i > LINKAGE_COMPONENT_MAX) {
            e = split_component(x, m + i, to - i, bits + STEP_BITS, up, info);
            continue;
        }
        for (size_t k = i; k < to; k++)
            record[k - i] = m[k].record;
        if (to - i == 1)
            x->person[record[0]] = record[0] + 1;
        else
            e = divide_component(x, record, to - i, info);
    }
    return e;
}

static err find_components(struct resolving *x, struct err_info *info)
{
    const size_t n = x->records->n;
    uint32_t *up = malloc(n * sizeof *up);
    struct member *m = malloc(n * sizeof *m);
    size_t k = 0;
    err e = up && m ? OK : err_nomem(info);
    if (e != OK)
        goto out;
    for (uint32_t i = 0; i < n; i++)
        up[i] = i;
    for (size_t i = 0; i < x->n_links; i++)
        if (x->link[i].bits >= x->link_bits && x->link[i].status != LINKAGE_REFUSED)
            join(up, x->link[i].a, x->link[i].b);
    for (size_t i = 0; i < x->n_labels; i++)
        if (x->label[i].is_same)
            join(up, x->label[i].a, x->label[i].b);
    for (uint32_t i = 0; i < n; i++)
        x->person[i] = i + 1;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t root = root_of(up, i);
        if (root != i) /* the root itself comes in with its first companion */
            x->person[root] = 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t root = root_of(up, i);
        if (root != i || x->person[i] == 0)
            m[k++] = (struct member){root, i};
        x->figures->n_components += root == i;
    }
    qsort(m, k, sizeof *m, by_root);
    e = each_component(x, m, k, x->link_bits, up, info);
out:
    free(up);
    free(m);
    return e;
}

/* ---- Afterwards ---- */

static void judge_links(struct resolving *x)
{
    struct linkage_figures *f = x->figures;
    for (size_t i = 0; i < x->n_links; i++) {
        struct linkage_link *l = &x->link[i];
        const double p = linkage_probability(l->bits);
        if (x->person[l->a] == x->person[l->b])
            l->status = LINKAGE_LINKED;
        else if (l->status != LINKAGE_REFUSED)
            l->status = l->bits >= x->link_bits ? LINKAGE_CUT : LINKAGE_UNSURE;
        f->n_links[l->status]++;
        if (l->status == LINKAGE_LINKED)
            f->expected_false += 1 - p;
        else if (l->status != LINKAGE_REFUSED)
            f->expected_missed += p;
    }
}

/* Persons by their first record, from 1. */
static void renumber(struct resolving *x)
{
    uint32_t n = 0;
    uint32_t *number = x->number;
    memset(number, 0, x->records->n * sizeof *number);
    for (size_t i = 0; i < x->records->n; i++) {
        const uint32_t first = x->person[i] - 1;
        if (number[first] == 0)
            number[first] = ++n;
        x->person[i] = number[first];
    }
    x->figures->n_persons = n;
}

static err index_links(struct resolving *x, struct err_info *info)
{
    const size_t n = x->records->n;
    x->first_link = ARENA_NEW(x->memory, size_t, n + 1);
    x->number = ARENA_NEW(x->memory, uint32_t, n + 1);
    if (!x->first_link || !x->number)
        return err_nomem(info);
    for (size_t i = 0, k = 0; i <= n; i++) {
        while (k < x->n_links && x->link[k].a < i)
            k++;
        x->first_link[i] = k;
    }
    for (size_t k = 0; k < x->n_links; k++)
        if (is_forbidden(x, x->link[k].a, x->link[k].b, x->link[k].pattern))
            x->link[k].status = LINKAGE_REFUSED;
    return OK;
}

err resolve(struct resolving *x, struct err_info *info)
{
    x->link_bits = bits_of(x->records->settings->link);
    x->prior_bits = bits_of(x->weights->model->prior[LINKAGE_SAME]);
    err e = sort_labels(x, info);
    if (e == OK)
        e = index_links(x, info);
    if (e == OK)
        e = find_components(x, info);
    free(x->w);
    free(x->gain);
    free(x->part);
    if (e != OK)
        return e;
    renumber(x);
    judge_links(x);
    memset(x->number, 0, (x->records->n + 1) * sizeof *x->number);
    for (size_t i = 0; i < x->records->n; i++) {
        const size_t size = ++x->number[x->person[i]];
        if (size > x->figures->largest_person)
            x->figures->largest_person = size;
    }
    return OK;
}
