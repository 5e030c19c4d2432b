/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Persons against a truth that the model never saw.
 *
 * Pairs are counted from the sizes of persons, truths and their overlaps, so that all pairs of
 * a person count, also those that no rule brought together. Intervals: percentiles of a bootstrap
 * over true persons, whose records stay together.
 */
#include "base/real.h"
#include "base/rng.h"
#include "engine/linkage/linkage_int.h"

#include <stdlib.h>
#include <string.h>

enum { DRAWS = 1000, DRAWS_LEAST = 200 };
#define DRAWN_MOST 5e7 /* persons drawn in all, before there are fewer draws */

/* The records of one true person in one found person. */
struct cell {
    uint32_t truth, person;
    uint32_t n[2]; /* by source */
};

/* What one true person adds. */
struct share {
    double n_true, n_linked, n_both; /* linked: half of each pair with another person's record */
};

static int by_cell(const void *p, const void *q)
{
    const struct cell *a = p, *b = q;
    return a->truth != b->truth ? (a->truth > b->truth) - (a->truth < b->truth)
                                : (a->person > b->person) - (a->person < b->person);
}

static double pairs_of(const bool *clean, double a, double b)
{
    return a * b + (clean[0] ? 0 : a * (a - 1) / 2) + (clean[1] ? 0 : b * (b - 1) / 2);
}

struct evaluating {
    const struct linkage *l;
    const uint32_t *truth;
    struct cell *cell;
    size_t n_cells;
    uint32_t (*person_size)[2]; /* by person number */
    struct share *share;
    size_t n_shares;
};

static size_t fill_cells(struct evaluating *x)
{
    const struct linkage *l = x->l;
    size_t kept = 0;
    for (size_t i = 0; i < l->records.n; i++) {
        struct cell *c = &x->cell[i];
        *c = (struct cell){x->truth[i], l->person[i], {0, 0}};
        c->n[record_source(&l->records, i)] = 1;
        x->person_size[l->person[i]][record_source(&l->records, i)]++;
    }
    qsort(x->cell, l->records.n, sizeof *x->cell, by_cell);
    for (size_t i = 0; i < l->records.n; i++) {
        if (kept && by_cell(&x->cell[kept - 1], &x->cell[i]) == 0) {
            x->cell[kept - 1].n[0] += x->cell[i].n[0];
            x->cell[kept - 1].n[1] += x->cell[i].n[1];
        } else {
            x->cell[kept++] = x->cell[i];
        }
    }
    return kept;
}

/* Pairs of the linked person that have a record in this cell: those within, half of the others. */
static double linked_of(const struct evaluating *x, const struct cell *c)
{
    const bool *clean = x->l->settings->is_clean;
    const double all[2] = {x->person_size[c->person][0], x->person_size[c->person][1]};
    const double a = c->n[0], b = c->n[1], oa = all[0] - a, ob = all[1] - b;
    const double across = a * ob + b * oa + (clean[0] ? 0 : a * oa) + (clean[1] ? 0 : b * ob);
    return pairs_of(clean, a, b) + across / 2;
}

static void fill_shares(struct evaluating *x, struct linkage_score *s)
{
    const bool *clean = x->l->settings->is_clean;
    double precision = 0, recall = 0;
    for (size_t i = 0; i < x->n_cells;) {
        struct share *h = &x->share[x->n_shares++];
        const size_t from = i;
        double a = 0, b = 0;
        for (; i < x->n_cells && x->cell[i].truth == x->cell[from].truth; i++) {
            a += x->cell[i].n[0];
            b += x->cell[i].n[1];
        }
        for (size_t k = from; k < i; k++) {
            const struct cell *c = &x->cell[k];
            const double n = (double)c->n[0] + c->n[1];
            h->n_both += pairs_of(clean, c->n[0], c->n[1]);
            h->n_linked += linked_of(x, c);
            precision +=
                n * n / ((double)x->person_size[c->person][0] + x->person_size[c->person][1]);
            recall += n * n / (a + b);
        }
        h->n_true = pairs_of(clean, a, b);
    }
    s->b3_precision = precision / (double)x->l->records.n;
    s->b3_recall = recall / (double)x->l->records.n;
    s->b3_f = 2 * s->b3_precision * s->b3_recall / (s->b3_precision + s->b3_recall);
}

/* ---- Precision, recall, F, and how sure they are ---- */

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 1;
}

static int by_value(const void *p, const void *q)
{
    const double a = *(const double *)p, b = *(const double *)q;
    return (a > b) - (a < b);
}

static struct linkage_interval interval(double at, double *draw, size_t n)
{
    qsort(draw, n, sizeof *draw, by_value);
    return (struct linkage_interval){at, draw[n * 25 / 1000], draw[n * 975 / 1000 - 1]};
}

static void find_intervals(const struct evaluating *x, uint64_t seed, double (*draw)[DRAWS],
                           struct linkage_score *s)
{
    const struct rng_key key = {seed, rng_stream("linkage.bootstrap", 0)};
    struct share sum = {0};
    for (size_t i = 0; i < x->n_shares; i++) {
        sum.n_true += x->share[i].n_true;
        sum.n_linked += x->share[i].n_linked;
        sum.n_both += x->share[i].n_both;
    }
    const double room = DRAWN_MOST / (double)x->n_shares;
    const size_t n = room >= DRAWS ? DRAWS : room <= DRAWS_LEAST ? DRAWS_LEAST : (size_t)room;
    for (size_t d = 0; d < n; d++) {
        struct share drawn = {0};
        for (size_t i = 0; i < x->n_shares; i++) {
            const uint64_t bits = rng_u64(key, d * x->n_shares + i);
            const struct share *h =
                &x->share[(size_t)(((bits >> 32) * (uint64_t)x->n_shares) >> 32)];
            drawn.n_true += h->n_true;
            drawn.n_linked += h->n_linked;
            drawn.n_both += h->n_both;
        }
        draw[0][d] = ratio(drawn.n_both, drawn.n_linked);
        draw[1][d] = ratio(drawn.n_both, drawn.n_true);
        draw[2][d] = ratio(2 * drawn.n_both, drawn.n_linked + drawn.n_true);
    }
    s->n_true = (int64_t)(sum.n_true + 0.5);
    s->n_linked = (int64_t)(sum.n_linked + 0.5);
    s->n_both = (int64_t)(sum.n_both + 0.5);
    s->precision = interval(ratio(sum.n_both, sum.n_linked), draw[0], n);
    s->recall = interval(ratio(sum.n_both, sum.n_true), draw[1], n);
    s->f = interval(ratio(2 * sum.n_both, sum.n_linked + sum.n_true), draw[2], n);
}

/* ---- Candidates, calibration, groups ---- */

static int by_truth(const void *p, const void *q)
{
    const uint32_t *a = p, *b = q;
    return a[0] != b[0] ? (a[0] > b[0]) - (a[0] < b[0]) : (a[1] > b[1]) - (a[1] < b[1]);
}

/* How many of the true pairs some rule brings together. */
static err find_completeness(const struct evaluating *x, struct linkage_score *s,
                             struct err_info *info)
{
    const struct linkage *l = x->l;
    uint32_t(*record)[2] = malloc(l->records.n * sizeof *record);
    double together = 0, all = 0;
    if (!record)
        return err_nomem(info);
    for (uint32_t i = 0; i < l->records.n; i++) {
        record[i][0] = x->truth[i];
        record[i][1] = i;
    }
    qsort(record, l->records.n, sizeof *record, by_truth);
    for (size_t i = 0; i < l->records.n; i++)
        for (size_t j = i + 1; j < l->records.n && record[j][0] == record[i][0]; j++) {
            if (!pair_is_allowed(&l->records, record[i][1], record[j][1]))
                continue;
            all++;
            together += blocks_rules(&l->blocks, record[i][1], record[j][1]) != 0;
        }
    free(record);
    s->completeness = ratio(together, all);
    return OK;
}

static void find_calibration(const struct evaluating *x, struct linkage_score *s)
{
    const struct linkage *l = x->l;
    for (size_t i = 0; i < l->n_links; i++) {
        const double p = linkage_probability(l->link[i].bits);
        const double is_true = x->truth[l->link[i].a] == x->truth[l->link[i].b];
        int bin = (int)(p * LINKAGE_BINS);
        bin = bin < LINKAGE_BINS ? bin : LINKAGE_BINS - 1;
        s->brier += (p - is_true) * (p - is_true);
        s->bin_expected[bin] += p;
        s->bin_seen[bin] += is_true;
        s->bin_n[bin]++;
    }
    for (int b = 0; b < LINKAGE_BINS; b++) {
        s->bin_expected[b] = ratio(s->bin_expected[b], (double)s->bin_n[b]);
        s->bin_seen[b] = ratio(s->bin_seen[b], (double)s->bin_n[b]);
    }
    s->brier = l->n_links ? s->brier / (double)l->n_links : 0;
}

static err evaluating_init(struct evaluating *x, struct err_info *info)
{
    const size_t n = x->l->records.n;
    uint32_t most = 0;
    for (size_t i = 0; i < n; i++)
        most = x->l->person[i] > most ? x->l->person[i] : most;
    x->cell = malloc(n * sizeof *x->cell);
    x->share = calloc(n, sizeof *x->share);
    x->person_size = calloc((size_t)most + 1, sizeof *x->person_size);
    return x->cell && x->share && x->person_size ? OK : err_nomem(info);
}

/*
 * A group's pairs are those of which the first record is in it: true ones from the pairs of true
 * persons, linked ones from those of found persons.
 */
static void count_group(const struct evaluating *x, const uint8_t *group, const uint32_t *of,
                        const uint32_t *other, size_t which, struct linkage_score *s,
                        uint32_t (*record)[2])
{
    const struct linkage *l = x->l;
    for (uint32_t i = 0; i < l->records.n; i++) {
        record[i][0] = of[i];
        record[i][1] = i;
    }
    qsort(record, l->records.n, sizeof *record, by_truth);
    for (size_t i = 0; i < l->records.n; i++)
        for (size_t j = i + 1; j < l->records.n && record[j][0] == record[i][0]; j++) {
            const uint32_t a = record[i][1], b = record[j][1];
            if (!pair_is_allowed(&l->records, a, b))
                continue;
            if (which == 0) {
                s->group[group[a]].n_true++;
                s->group[group[a]].n_both += other[a] == other[b];
            } else {
                s->group[group[a]].n_linked++;
            }
        }
}

static err find_groups(const struct evaluating *x, const uint8_t *group, const str *name, size_t n,
                       struct linkage_score *s, struct err_info *info)
{
    uint32_t(*record)[2] = malloc(x->l->records.n * sizeof *record);
    if (!record)
        return err_nomem(info);
    s->n_groups = n;
    for (size_t g = 0; g < n; g++)
        s->group[g].name = name[g];
    count_group(x, group, x->truth, x->l->person, 0, s, record);
    count_group(x, group, x->l->person, x->truth, 1, s, record);
    free(record);
    return OK;
}

err linkage_evaluate(const linkage *l, const uint32_t *truth, const uint8_t *group,
                     const str *group_name, size_t n_groups, uint64_t seed,
                     struct linkage_score *score, struct err_info *info)
{
    struct evaluating x = {.l = l, .truth = truth};
    double(*draw)[DRAWS] = malloc(3 * sizeof *draw);
    struct linkage_score s = {0};
    err e = draw ? evaluating_init(&x, info) : err_nomem(info);
    if (e == OK && n_groups > LINKAGE_GROUPS_MAX)
        e = err_set(info, E_LIMIT, "linkage.too-many-groups");
    if (e == OK) {
        x.n_cells = fill_cells(&x);
        fill_shares(&x, &s);
        find_intervals(&x, seed, draw, &s);
        find_calibration(&x, &s);
        e = find_completeness(&x, &s, info);
    }
    if (e == OK && group)
        e = find_groups(&x, group, group_name, n_groups, &s, info);
    if (e == OK)
        *score = s;
    free(draw);
    free(x.cell);
    free(x.share);
    free(x.person_size);
    return e;
}
