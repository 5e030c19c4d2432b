/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * twfe: y = b d + x'c + an effect for each unit, period and value of further
 * factors + noise, by weighted least squares.
 *
 * The two passes are exact, not iterated. Only units are many. Rows lie sorted
 * by unit, so that unit effects leave by subtracting each unit's weighted mean
 * (Frisch and Waugh 1933; Wooldridge, Econometric Analysis, 2010, sec. 10.5)
 * while one small normal system of all else is summed; the second pass gives
 * each row's score of b. Blocks are fixed by the data, so that threads do not change bits.
 *
 * Variance of b by cluster (Liang and Zeger 1986): sum of squared scores of
 * clusters, times G/(G-1) * (n-1)/(n-K). K counts what was estimated, the
 * constant included, but not the effects of units or of a factor that lie
 * within clusters (Cameron and Miller 2015, sec. III.B; the default of fixest).
 * Intervals: Student's t with G - 1 degrees of freedom.
 *
 * Does: one effect, the same for all who are treated and all periods, and what it
 *       averages; or effects by start and period and their averages (Sun and
 *       Abraham 2021).
 * Does not: weigh or match the groups (panel_int.h).
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_TWFE_INT_H
#define ONTSCHOT_ENGINE_EFFECT_TWFE_INT_H

#include "base/arena.h"
#include "engine/effect/effect_int.h"

/* An effect for each value of a column; the first level is the point of comparison. */
struct twfe_factor {
    str name;
    uint32_t *level; /* of each row: 0 .. n - 1, all in use */
    size_t n;
    size_t column;  /* level l >= 1 is column `column` + l - 1 of the system */
    bool is_nested; /* each level lies in one cluster */
};

/* sunab: a start in a period, both as numbers of the table's periods. */
struct twfe_cell {
    uint32_t start, time;
};

enum { TWFE_FACTORS_MAX = EFFECT_FIXED_MAX + 2 }; /* with time and cells */

/* Complete rows, sorted by unit and then by time. */
struct twfe {
    size_t n, n_units;
    size_t *first;  /* n_units + 1: where each unit's rows start */
    double *period; /* value of each level of the first factor */
    double *y, *w;  /* weights: 1 at most, above 0 */
    double *d;      /* treatment, 0 or 1 */
    double **x;     /* n_x columns: covariates (mean 0, variance 1); two-way: then a copy of d */
    str *x_name;    /* n_x */
    size_t n_x;
    struct twfe_factor factor[TWFE_FACTORS_MAX]; /* time first; sunab: cells last */
    size_t n_factors;
    struct twfe_cell *cell; /* sunab: of each level of the last factor but 0; else NULL */
    size_t n_periods;       /* of the table */
    double step;            /* between these when evenly numbered, else 0 */
    size_t n_levels;        /* columns of all factors together */
    uint32_t *cluster;
    size_t n_clusters;
    bool is_nested; /* each unit lies in one cluster */
};

/*
 * What is estimated, and what a pass needs. Columns: levels, then x (two-way: the treatment last).
 * y and x are free of unit means once the first pass is done.
 */
struct twfe_system {
    struct twfe *f;
    size_t k;          /* columns without the outcome */
    size_t n_blocks;   /* of whole units */
    size_t *block;     /* n_blocks + 1: their first units */
    double *partial;   /* n_blocks x (k + 1) x (k + 1): lower triangles of their Gram matrices */
    double *sum;       /* workers x n_levels: weight of the unit's rows at a level; zero between */
    uint32_t *touched; /* workers x n_levels */
    double *gram;      /* k x k: of columns free of unit effects; becomes its factor */
    double *scale;     /* k: 1 / length of a column, 0 when nothing is left of it */
    bool *keep;        /* k: in the system; others follow from earlier ones */
    double *beta;      /* k: coefficients, 0 for columns left out */
    double *combination; /* k: of rows of the inverse, for one estimate */
    double *score;       /* of each row, for one estimate */
};

/*
 * What errors by cluster, the bootstrap and randomisation need of each cluster: products of the
 * columns in use, free of unit effects, with each other and with the outcome. Summed over clusters
 * these are the normal equations.
 */
struct twfe_clusters {
    size_t n, k;      /* clusters, by code; columns in use, in the order of the system */
    size_t *column;   /* k: which column of the system; two-way: the last is the treatment */
    double *gram;     /* n x k x k, full and symmetric: X'WX */
    double *product;  /* n x k: X'Wy */
    double *yy;       /* n: y'Wy */
    size_t *n_rows;   /* n */
    size_t *n_units;  /* n */
    uint8_t *treated; /* n: 1 when some unit is ever treated */
};
#define TWFE_CLUSTERS_BYTES_MAX ((size_t)1 << 30) /* of all Gram matrices together */

/*
 * A pass over the rows of a solved system. E_INPUT when units change clusters: their effects then
 * belong to no cluster. E_LIMIT beyond TWFE_CLUSTERS_BYTES_MAX, E_NOMEM.
 */
WARN_UNUSED err twfe_clusters(const struct twfe_system *s, par *pool, arena *a,
                              struct twfe_clusters *c, struct err_info *info);

/*
 * Adds the products of a unit's rows to the lower triangle of g, (k + 1) x (k + 1), the outcome
 * last. sum, touched: n_levels places each, sum all zero before and after.
 */
void twfe_add_unit(const struct twfe_system *s, size_t unit, double *sum, uint32_t *touched,
                   double *g);

/*
 * Reads what r->spec names; fills r->diagnostics and adds warnings. Memory
 * comes from `a`. E_INPUT; E_LIMIT when the system gets over LIN_K_MAX columns.
 */
WARN_UNUSED err twfe_read(const table *t, arena *a, struct twfe *f, struct effect_result *r,
                          struct err_info *info);

/*
 * Fills r->bacon, before unit effects are removed; when that cannot be, a warning
 * says why, or with method bacon the error. E_INPUT, E_NOMEM.
 */
WARN_UNUSED err twfe_bacon(const struct twfe *f, arena *a, struct effect_result *r,
                           struct err_info *info);

/*
 * Makes room for the estimates and labels them. form: for each the weights of the
 * system's columns, n_estimates x (n_levels + n_x), from `a`. E_NOMEM.
 */
WARN_UNUSED err twfe_forms(const struct twfe *f, arena *a, struct effect_result *r, double **form,
                           struct err_info *info);

/* Computes everything of `r`; r->spec is valid. Errors as effect_run. */
WARN_UNUSED err effect_twfe_run(const table *t, par *pool, const struct progress *progress,
                                struct effect_result *r, struct err_info *info);

#endif
