/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scba_int: the model as the sums want it.
 *
 * A plan holds the model with everything certain folded into constants: price
 * indexes, fixed parameters, years and discounting. What is left per draw is
 *
 *   value(item) = constant x product of factors x sum of (pv x column)
 *
 * because present value is linear. Columns are what is uncertain: a
 * distribution or an estimate, each drawn once whatever number of items use it.
 */
#ifndef ONTSCHOT_ENGINE_SCBA_INT_H
#define ONTSCHOT_ENGINE_SCBA_INT_H

#include "engine/scba/scba.h"

enum { SCBA_CHUNK = 1024 }; /* draws worked on at once: a column of it fits the first cache */

struct plan_column {
    int parameter; /* the first one that uses it */
    int estimate;  /* SCBA_NONE: the parameter's distribution */
    double mean;
    uint64_t stream;
    double *quantiles; /* table of a slow quantile function, or NULL; see dist.c */
};

struct plan_factor {
    size_t column;
    bool complement; /* 1 - x */
};

struct plan_term {
    int column;           /* SCBA_NONE: certain */
    double constant;      /* of the term: sign, scale, index, a fixed size */
    double pv;            /* summed weight x discount factor */
    double pv_observed;   /* the same over observed years when measured, else 0 */
    const double *weight; /* n_years */
};

struct plan_item {
    enum scba_kind kind;
    double constant; /* of the item: sign and fixed links */
    struct plan_factor factor[2 * SCBA_LINKS];
    size_t n_factors;
    struct plan_term *terms;
    size_t n_terms;
    size_t first_term;   /* place of terms[0] among the terms of all items */
    const double *share; /* adds up to 1 exactly but for rounding */
    size_t from, to;
};

struct plan {
    const struct scba_model *model;
    size_t n_payers, n_parties, n_years;
    double rate;
    double *factor; /* n_years */
    struct plan_column *columns;
    size_t n_columns;
    struct plan_item *items;
    size_t n_items, n_terms;
    /* columns that are estimates drawn together: lower triangle of the Cholesky factor */
    size_t *joint; /* n_joint columns */
    size_t n_joint;
    double *cholesky; /* n_joint x n_joint */
};

/* Collects warnings; more than fit are counted out, never an error. */
struct warnings {
    struct msg *msg;
    size_t n;
};
struct msg *warning_add(struct warnings *w, const char *key);

/* dist.c */
WARN_UNUSED err scba_dist_check(const struct scba_parameter *p, struct err_info *info);
/* NULL when the shape needs no table. */
WARN_UNUSED err scba_dist_table(struct scba_dist d, arena *a, double **table,
                                struct err_info *info);
/* x[i] = quantile at the uniform of counter first + i. */
void scba_dist_fill(struct scba_dist d, const double *table, uint64_t seed, uint64_t stream,
                    uint64_t first, size_t n, double *x);

/* check.c: the model; check_item.c: its items. */
WARN_UNUSED err check_parameter(const struct scba_model *m, const struct scba_parameter *p,
                                struct err_info *info);
WARN_UNUSED err check_item(const struct scba_model *m, const struct scba_item *item,
                           struct err_info *info);
double check_share_sum(const double *share, size_t n);
/* The item whose terms give the size: the linked one for a linked transfer, else itself. */
const struct scba_item *sized_item(const struct scba_model *m, const struct scba_item *item);

/* plan.c; the model must have passed scba_check. */
WARN_UNUSED err plan_build(const struct scba_model *m, double rate, arena *a, struct warnings *w,
                           struct plan *plan, struct err_info *info);
double plan_rate(const struct scba_discount *d, const struct scba_regime **regime);
/* Value of item i for n draws of the columns. `product` is scratch and keeps the factors. */
void plan_item_value(const struct plan_item *item, double *const *column, size_t n, double *product,
                     double *value);

/* draws.c: the Monte Carlo. */
/* Enough scratch for draws_run. */
size_t draws_scratch_bytes(const struct scba_model *m, const par *pool);
struct totals {
    double *draws;      /* n_parties x n_draws */
    double *cost;       /* n_draws: costs of society */
    double *term_mean;  /* n_terms: mean of factors x column */
    double *item_mean;  /* n_items */
    double *item_sd;    /* n_items */
    double *item_point; /* n_items */
    double largest_gap;
};
WARN_UNUSED err draws_run(const struct plan *plan, par *pool, const struct progress *progress,
                          arena *scratch, struct totals *totals, struct err_info *info);
/* outcome.c: draws to numbers. */
/* Type 7 quantiles at up to 5 probabilities; false when memory is out. */
bool outcome_quantiles(const double *draw, size_t n, const double *p, size_t n_p, double *value);
WARN_UNUSED err outcomes_fill(const struct plan *plan, const struct totals *t, par *pool,
                              arena *scratch, struct scba_result *r, struct err_info *info);
WARN_UNUSED err histogram_fill(struct scba_result *r, struct err_info *info);

/* flows.c: means by item, party and year. */
/* What of an item's value falls to a party: signed. */
double plan_party_share(const struct plan_item *item, size_t party, size_t society);
void flows_fill(const struct plan *plan, const struct totals *t, struct scba_result *r);

/* tornado.c */
/* Columns of one draw, each at its mean. */
WARN_UNUSED err plan_means(const struct plan *plan, arena *scratch, double ***column,
                           struct err_info *info);
/* The value of each item at one draw of the columns. */
void plan_point(const struct plan *plan, double *const *column, double *item_value);
WARN_UNUSED err tornado_fill(const struct plan *plan, arena *scratch, struct scba_result *r,
                             struct err_info *info);
void break_even_fill(const struct plan *plan, const struct totals *t, struct scba_result *r);

/* incentives.c */
void incentives_fill(const struct scba_model *m, struct scba_result *r);

#endif
