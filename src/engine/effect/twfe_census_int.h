/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * twfe_census: what rows that count are there: units, codes, clusters and how they were treated.
 *
 * Does: count, in a pass that may sum products too. Does not: judge (twfe_read.c).
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_TWFE_CENSUS_INT_H
#define ONTSCHOT_ENGINE_EFFECT_TWFE_CENSUS_INT_H

#include "engine/effect/twfe_int.h"

/* Marks of a cluster. */
enum { TWFE_EVER = 1, TWFE_NEVER = 2, TWFE_HAS_UNIT = 4, TWFE_HAS_MORE = 8 };

/* A covariate as rows pass: Chan, Golub and LeVeque (1983). */
struct twfe_spread {
    double n, mean, square, low, high;
};

/* What a group of blocks counts. */
struct twfe_count {
    size_t n, n_missing, n_units, n_treated, n_switching, n_once, n_always, n_after_end;
    size_t rows_of[PANEL_PERIODS_MAX + 1]; /* units by the number of their rows */
    double weight;
    bool switches_off;
    size_t *by_start;      /* periods + 1 */
    struct twfe_spread *x; /* n_x */
    size_t *cell_n;        /* periods x periods, when cells are asked for; else NULL */
    double *cell_weight;
};

struct twfe_census {
    struct twfe *f;
    struct twfe_count *count;        /* n_groups */
    uint8_t *used[TWFE_FACTORS_MAX]; /* of codes */
    bool all_used[TWFE_FACTORS_MAX];
    uint32_t *home[TWFE_FACTORS_MAX]; /* of codes: their cluster */
    bool is_split[TWFE_FACTORS_MAX];  /* some code lies in two clusters */
    uint8_t *has;                     /* of clusters */
    uint64_t *course;                 /* of clusters, as in struct twfe */
    size_t n_words;
    uint32_t *start; /* of clusters: 1 + that of their units; 0: never */
    bool units_split, starts_split;
};

/* Counts everything into c->count[0]; sums products into f->gram when it is there. E_NOMEM. */
WARN_UNUSED err twfe_census_take(struct twfe *f, struct twfe_tile *tile, par *pool, arena *a,
                                 struct twfe_census *c, struct err_info *info);

/* Whether all n codes are in use. */
bool twfe_are_used(const uint8_t *used, size_t n);

#endif
