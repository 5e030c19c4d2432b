/* SPDX-License-Identifier: EUPL-1.2 */
/* fixture: models in a few lines, for the tests and the benchmark of this room. */
#ifndef ONTSCHOT_ENGINE_SCBA_FIXTURE_INT_H
#define ONTSCHOT_ENGINE_SCBA_FIXTURE_INT_H

#include "engine/scba/scba.h"

enum { FIXTURE_PAYERS = 8, FIXTURE_ITEMS = 64, FIXTURE_PARAMETERS = 256, FIXTURE_TERMS = 256 };

struct fixture {
    struct scba_model m;
    struct scba_payer payers[FIXTURE_PAYERS];
    struct scba_parameter parameters[FIXTURE_PARAMETERS];
    struct scba_item items[FIXTURE_ITEMS];
    struct scba_term terms[FIXTURE_TERMS];
    double shares[FIXTURE_ITEMS][FIXTURE_PAYERS];
    char keys[FIXTURE_PARAMETERS + FIXTURE_ITEMS][8];
    size_t n_terms, n_keys;
};

static inline struct scba_dist fixed(double a)
{
    return (struct scba_dist){SCBA_FIXED, a, 0.0, 0.0};
}

static inline struct scba_dist normal(double mean, double sd)
{
    return (struct scba_dist){SCBA_NORMAL, mean, sd, 0.0};
}

static inline str fixture_key(struct fixture *f)
{
    char *key = f->keys[f->n_keys];
    key[0] = 'k';
    for (size_t i = 0, n = f->n_keys++; i < 4; i++, n /= 10)
        key[4 - i] = (char)('0' + n % 10);
    return (str){key, 5};
}

/* One year, undiscounted, one draw; payers 0 government, 1 participant, the rest other. */
static inline void fixture_init(struct fixture *f, size_t n_payers)
{
    *f = (struct fixture){0};
    scba_model_init(&f->m);
    f->m.payers = f->payers;
    f->m.parameters = f->parameters;
    f->m.items = f->items;
    f->m.n_payers = n_payers;
    f->m.horizon_years = 1;
    f->m.price_year = 2026;
    f->m.n_draws = 1;
    f->m.discount.rate = 0.0;
    for (size_t p = 0; p < n_payers; p++) {
        f->payers[p].key = fixture_key(f);
        f->payers[p].group = p == 0 ? SCBA_GOVERNMENT : p == 1 ? SCBA_PARTICIPANT : SCBA_OTHER;
    }
}

static inline int fixture_parameter(struct fixture *f, struct scba_dist d)
{
    struct scba_parameter *p = &f->parameters[f->m.n_parameters];
    scba_parameter_init(p, fixture_key(f));
    p->dist = d;
    return (int)f->m.n_parameters++;
}

static inline struct scba_term *fixture_term(struct fixture *f, struct scba_item *item,
                                             int parameter)
{
    struct scba_term *t = &f->terms[f->n_terms++];
    scba_term_init(t, parameter);
    if (item->n_terms++ == 0)
        item->terms = t;
    return t;
}

static inline struct scba_item *fixture_item(struct fixture *f, enum scba_kind kind)
{
    struct scba_item *item = &f->items[f->m.n_items];
    scba_item_init(item, kind);
    item->key = fixture_key(f);
    item->share = f->shares[f->m.n_items++];
    return item;
}

/* An item of one size that falls to one payer. */
static inline struct scba_item *fixture_add(struct fixture *f, enum scba_kind kind, int payer,
                                            struct scba_dist size)
{
    struct scba_item *item = fixture_item(f, kind);
    fixture_term(f, item, fixture_parameter(f, size));
    f->shares[f->m.n_items - 1][payer] = 1.0;
    return item;
}

static inline struct scba_item *fixture_transfer(struct fixture *f, int from, int to,
                                                 struct scba_dist size)
{
    struct scba_item *item = fixture_item(f, SCBA_TRANSFER);
    fixture_term(f, item, fixture_parameter(f, size));
    item->from = from;
    item->to = to;
    return item;
}

/* A transfer of a share of another item. */
static inline struct scba_item *fixture_linked(struct fixture *f, int from, int to, size_t item,
                                               double rate)
{
    struct scba_item *transfer = fixture_item(f, SCBA_TRANSFER);
    transfer->from = from;
    transfer->to = to;
    transfer->linked_to = (int)item;
    transfer->link[SCBA_UNIT_VALUE] = fixture_parameter(f, fixed(rate));
    return transfer;
}

#endif
