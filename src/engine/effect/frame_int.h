/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * frame: the numbers an estimator works on, taken from a table.
 *
 * Does: read columns as finite numbers or as codes; turn text covariates into
 *       indicators; leave out incomplete rows, constant and collinear
 *       covariates, and tell which; check treatment, weights and clusters.
 * Does not: estimate.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_FRAME_INT_H
#define ONTSCHOT_ENGINE_EFFECT_FRAME_INT_H

#include "engine/effect/effect_int.h"

/* For any kind of panel or cross-section ------------------------------------ */

#define FRAME_NO_CODE UINT32_MAX

/*
 * A column as numbers, NaN where missing. E_INPUT when it is absent, text,
 * wholly missing, or holds a number over EFFECT_VALUE_MAX or infinity.
 *
 *   v  table_rows(t) places
 */
WARN_UNUSED err frame_numbers(const table *t, str name, double *v, struct err_info *info);

/*
 * The same for n columns at a time. The first that is wrong is told.
 *
 *   v  n times table_rows(t) places; NULL: not this one
 */
WARN_UNUSED err frame_numbers_each(const table *t, const str *names, double *const *v, size_t n,
                                   par *pool, arena *a, struct err_info *info);

/*
 * A column of any type as codes 0 .. n - 1 by first appearance, FRAME_NO_CODE
 * where missing.
 *
 *   code  table_rows(t) places
 */
WARN_UNUSED err frame_codes(const table *t, str name, uint32_t *code, size_t *n,
                            struct err_info *info);

/* "race: white"; .p is NULL when memory is out. */
str frame_indicator_name(arena *a, str column, str word);

/* Covariates over all rows of a table; NaN where missing. */
struct frame_covariates {
    double **x; /* k columns of table_rows(t) */
    str *name;  /* "age"; for the indicator of a word "race: white" */
    size_t k;
};

/*
 * Text columns become an indicator for each word but the first. E_LIMIT when
 * that makes more columns than LIN_K_MAX - 2 (intercept and treatment).
 */
WARN_UNUSED err frame_covariates_read(const table *t, const str *names, size_t n, par *pool,
                                      arena *a, struct frame_covariates *c, struct err_info *info);

/*
 * Centres and scales to mean 0 and standard deviation 1, which no estimate
 * depends on but its accuracy does; tells what these were. False, and
 * untouched, when all are equal.
 */
bool frame_standardise(double *x, size_t n, double *mean, double *sd);

/* Two groups, seen once ------------------------------------------------------ */

struct frame {
    size_t n;         /* complete rows with weight */
    uint32_t *row;    /* of each, in the table */
    double *y, *d;    /* outcome; treatment 0 or 1 */
    double *w;        /* weights with mean 1, or NULL */
    const double **x; /* k columns: ones, then covariates, standardised */
    str *x_name;      /* k names; that of the ones is empty */
    double *x_mean;   /* k means and standard deviations of the covariates as they came */
    double *x_sd;
    size_t k;
    uint32_t *cluster; /* codes, all of them in use, or NULL */
    size_t n_clusters;
    const uint32_t *person; /* 0 .. n_persons - 1 when a person has several rows, else NULL */
    size_t n_persons;
    uint64_t *key; /* with spec.keeps_parts: of each row's cluster, or itself; else NULL */
    bool is_trial; /* only the estimate counts: no table of how alike groups are */
};

/* The same with outcome, treatment, clusters and keys of its own, which matching moves. E_NOMEM. */
WARN_UNUSED err frame_copy(const struct frame *f, arena *a, struct frame *copy,
                           struct err_info *info);

/*
 * Reads what r->spec names; fills r->diagnostics and adds warnings. Memory
 * comes from `a`. E_INPUT with the column, and row where there is one.
 */
WARN_UNUSED err frame_read(const table *t, par *pool, struct effect_result *r, arena *a,
                           struct frame *f, struct err_info *info);

#endif
