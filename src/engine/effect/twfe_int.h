/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * twfe: y = b d + x'c + an effect for each unit, period and value of further
 * factors + noise, by weighted least squares.
 *
 * Exact, not iterated. Only units are many. Rows are read by unit, so that unit
 * effects leave by subtracting each unit's weighted mean (Frisch and Waugh 1933;
 * Wooldridge, Econometric Analysis, 2010, sec. 10.5) while one small normal
 * system of all else is summed, for each cluster where these are few; else a second
 * pass gives the scores of b. When the small system is not small, twfe_iterate.c
 * takes over.
 *
 * The way of the data, each file a step:
 *   twfe_codes.c     values of a column as codes
 *   twfe_rows.c      the rows: sorted, sound, with which values
 *   twfe_tile.c      some units at a time
 *   twfe_census.c    what there is to count
 *   twfe_read.c      who is in it, and which columns the system has
 *   twfe_gram.c      first pass: the normal equations (twfe_patterns.c: of periods)
 *   twfe_system.c    their solution
 *   twfe_score.c     residuals and scores, by cluster or in a second pass
 *   twfe_forms.c     which combinations of coefficients are the answer
 *   twfe_bacon.c     what a two-way estimate is an average of
 *   twfe_clusters.c  the normal equations cluster by cluster
 *   twfe_courses.c   when each cluster was treated (twfe_profiles.c, twfe_teams.c)
 *   twfe_parts.c     what the effect owes to each cluster, for looks
 *   twfe_parts.c     what the effect owes to each cluster
 *   twfe.c           the whole; again, as if treatment had started earlier
 *
 * Variance of b by cluster (Liang and Zeger 1986): sum of squared scores of
 * clusters, times G/(G-1) * (n-1)/(n-K). K counts what was estimated, the
 * constant included, but not the effects of units or of a factor that lie
 * within clusters (Cameron and Miller 2015, sec. III.B; the default of fixest).
 * Student's t with G - 1 degrees of freedom. HC1: every row is its own cluster,
 * K counts all, n - K degrees of freedom.
 *
 * Does: one effect, the same for all who are treated and all periods, and what it
 *       averages; effects by period since the start; or effects by start and
 *       period and their averages (Sun and Abraham 2021).
 * Does not: weigh or match the groups (panel_int.h).
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_TWFE_INT_H
#define ONTSCHOT_ENGINE_EFFECT_TWFE_INT_H

#include "engine/effect/twfe_rows_int.h"

/* An effect for each value of a column; the first level in use is the point of comparison. */
struct twfe_factor {
    str name;
    size_t n;                /* levels in use */
    size_t column;           /* level l >= 1 is column `column` + l - 1 of the system */
    bool is_nested;          /* each level lies in one cluster */
    size_t n_codes;          /* of the table; cells: levels */
    const uint32_t *level;   /* of each code, TWFE_NONE when not in use */
    const uint32_t *columns; /* of each code; TWFE_NONE for the first level and codes not in use */
};

/* Effects by start, or by time since the start: a level of the last factor. */
struct twfe_cell {
    int64_t steps; /* periods since the start */
    double weight; /* of its rows */
    size_t n;      /* rows */
};

/* Who is in it, and the columns of the system: levels of factors, then x. */
struct twfe {
    struct twfe_rows rows;
    size_t n, n_units;                           /* rows and units that count */
    double weight;                               /* of all rows */
    struct twfe_factor factor[TWFE_FACTORS_MAX]; /* time first; cells last */
    size_t n_factors;
    size_t n_levels; /* columns of all factors together */
    str *x_name;     /* n_x: covariates, then two-way: the treatment */
    size_t n_x;
    struct twfe_cell *cell; /* of each level of the last factor but 0; NULL without cells */
    double *period;         /* value of each level of the first factor */
    size_t *n_by_start;     /* units by first treated period, never last: periods + 1 */
    bool switches_off;
    uint64_t *course; /* of clusters x 2: bits of periods of the table with treated rows, others */
    uint32_t *cluster_start; /* of clusters, when cells are asked for and units agree; else NULL */
    size_t n_clusters;       /* 0: errors by row */
    bool is_nested;          /* each unit lies in one cluster */
    bool is_iterated;        /* too many levels for one small system */
    struct twfe_gram *gram;  /* the products, when they were summed as rows were counted; or NULL */
};

static inline size_t twfe_course_words(const struct twfe *f)
{
    return (f->rows.periods.n + 63) / 64;
}

/*
 * Normal equations cluster by cluster. wide: n x (k + 1) x (k + 1), lower triangles of products of
 * all columns and then the outcome, save the outcome's own; NULL when they were not kept apart.
 */
struct twfe_apart {
    size_t n; /* codes of clusters */
    double *wide;
    size_t *n_units; /* n; 0 when a code is not in use */
    double *weight;  /* with cells, n x levels of the first factor: of rows; else NULL */
};
#define TWFE_APART_BYTES ((size_t)1 << 22) /* of what the first pass keeps apart */

/* The small system. */
struct twfe_system {
    const struct twfe *f;
    struct twfe_tile *tile; /* one for each worker */
    size_t k;               /* columns without the outcome */
    double *gram;           /* k x k: of columns free of unit effects; becomes its factor */
    double *scale;          /* k: 1 / length of a column, 0 when nothing is left of it */
    bool *keep;             /* k: in the system; others follow from earlier ones */
    double *beta;           /* k: coefficients, 0 for columns left out */
    double *cell_sum;       /* (periods + 1) x periods: of outcomes less unit means, by start */
    struct twfe_apart apart;
    struct twfe_columns *columns;         /* f->is_iterated: rows free of all effects; else NULL */
    size_t n_iterated, n_iterated_nested; /* effects of factors that are not columns; nested ones */
};

/*
 * What errors by cluster, the bootstrap and randomisation need of each cluster: products of the
 * columns in use, free of unit effects, with each other and with the outcome. Summed over clusters
 * these are the normal equations.
 */
struct twfe_clusters {
    size_t n, k;     /* clusters in use, by value; columns in use, in the order of the system */
    size_t *column;  /* k: which column of the system; two-way: the last is the treatment */
    double *gram;    /* n x k x k, full and symmetric: X'WX */
    double *product; /* n x k: X'Wy */
    size_t *n_units; /* n */
    double *weight;  /* with cells, n x levels of the first factor: of rows; else NULL */
};
#define TWFE_CLUSTERS_BYTES_MAX ((size_t)1 << 29) /* of all Gram matrices together */

/*
 * Reads the opened rows of what r->spec names; fills r->diagnostics and adds
 * warnings. Memory comes from `a`. E_INPUT, E_LIMIT, E_NOMEM.
 */
WARN_UNUSED err twfe_read(const struct twfe_rows *rows, par *pool, arena *a, struct twfe *f,
                          struct effect_result *r, struct err_info *info);

/* Leaves only cells and x as columns of the system, and the rest to twfe_iterate.c. */
WARN_UNUSED err twfe_leave_to_iteration(struct twfe *f, arena *a, struct err_info *info);

/* A tile for each worker. */
WARN_UNUSED err twfe_tiles_new(const struct twfe *f, par *pool, arena *a, struct twfe_tile **tile,
                               struct err_info *info);

/* ---- twfe_gram.c ---- */

/* What a worker needs to add a unit's products. */
struct twfe_scratch {
    double *sum;       /* n_levels: weight of the unit's rows at a level; zero between */
    uint32_t *touched; /* n_levels */
};
WARN_UNUSED err twfe_scratch_new(const struct twfe *f, arena *a, struct twfe_scratch *s,
                                 struct err_info *info);

/*
 * The first pass: one that visits all tiles sums the products of the columns that f has. Takes unit
 * means out of the tile. twfe_gram_new: E_NOMEM.
 */
WARN_UNUSED err twfe_gram_new(const struct twfe *f, par *pool, arena *a, struct twfe_gram **g,
                              struct err_info *info);
size_t twfe_gram_groups(const struct twfe_gram *g); /* of the pass */
void twfe_gram_visit(void *gram, struct twfe_tile *t, size_t group, unsigned worker);

/* Takes the weighted mean of every unit out of y, d and x. */
void twfe_remove_means(const struct twfe *f, struct twfe_tile *t);

/*
 * Adds the products of a unit's rows to the lower triangle of g, (k + 1) x (k + 1), outcome last.
 * The tile's y, d and x are free of unit means.
 */
void twfe_add_unit(const struct twfe *f, const struct twfe_tile *t, size_t unit,
                   struct twfe_scratch *scratch, double *g);

/* An empty system, then one from its products: (k + 1) x (k + 1), lower triangle, outcome last. */
WARN_UNUSED err twfe_system_new(const struct twfe *f, struct twfe_tile *tile, arena *a,
                                struct twfe_system *s, struct err_info *info);
WARN_UNUSED err twfe_solve_system(struct twfe_system *s, const double *g, struct effect_result *r,
                                  struct err_info *info);

/* The first pass, unless it was made, and the system's solution. E_INPUT when the effects asked for
 * cannot be told. */
WARN_UNUSED err twfe_solve(const struct twfe *f, struct twfe_tile *tile, par *pool, arena *a,
                           struct twfe_system *s, struct effect_result *r, struct err_info *info);

/* v = (X'WX)^-1 v, in place; 0 for columns left out. */
void twfe_solve_for(const struct twfe_system *s, double *v);

/* All that was estimated; or without what lies in clusters, save for the constant: K. */
size_t twfe_count_parameters(const struct twfe_system *s, bool all);

/* ---- twfe_score.c ---- */

/* r->covariance of the estimates that `form` makes, n_estimates x k, before small-sample factors.
 */
WARN_UNUSED err twfe_scores(const struct twfe_system *s, const double *form, par *pool, arena *a,
                            struct effect_result *r, struct err_info *info);

/*
 * The same from the products of n clusters, as in struct twfe_apart; wide may return NULL for a
 * cluster not in use. E_NOMEM.
 */
WARN_UNUSED err twfe_scores_of_clusters(const struct twfe_system *s, const double *form, size_t n,
                                        const double *(*wide)(void *ctx, size_t cluster), void *ctx,
                                        arena *a, struct effect_result *r, struct err_info *info);

/*
 * Scores of one estimate, added up within clusters, by code, or without a column of these within
 * units, in the order of rows: the estimate is off by about their total. sum: comes zeroed.
 */
WARN_UNUSED err twfe_score_sums(const struct twfe_system *s, const double *form, par *pool,
                                arena *a, double *sum, struct err_info *info);

/* ---- twfe_iterate.c: the same steps when f->is_iterated. E_LIMIT when it does not settle ----
 */

WARN_UNUSED err twfe_iterate(const struct twfe *f, struct twfe_tile *tile, par *pool, arena *a,
                             struct twfe_system *s, struct effect_result *r, struct err_info *info);
WARN_UNUSED err twfe_iterate_scores(const struct twfe_system *s, const double *form, par *pool,
                                    arena *a, struct effect_result *r, struct err_info *info);
WARN_UNUSED err twfe_iterate_sums(const struct twfe_system *s, const double *form, arena *a,
                                  double *sum, struct err_info *info);

/* ---- others ---- */

/*
 * r->parts of the first estimate, the one for all, whose combination is `form`. With errors by row
 * they are those of units, whose rows are no less alike than that. Two passes over the rows.
 */
WARN_UNUSED err twfe_parts(const struct twfe_system *s, const double *form, par *pool, arena *a,
                           struct effect_result *r, struct err_info *info);

/* Whether the first pass is to sum outcomes by start and period (cell_sum), for twfe_bacon. */
bool twfe_bacon_needs_sums(const struct twfe *f, const struct effect_spec *spec);

/*
 * Fills r->bacon; when that cannot be, a warning says why, or with method bacon
 * the error. E_INPUT, E_NOMEM.
 */
WARN_UNUSED err twfe_bacon(const struct twfe_system *s, arena *a, struct effect_result *r,
                           struct err_info *info);

/*
 * Makes room for the estimates and labels them. form: for each the weights of the
 * system's columns, n_estimates x (n_levels + n_x), from `a`. E_NOMEM.
 */
WARN_UNUSED err twfe_forms(const struct twfe *f, arena *a, struct effect_result *r, double **form,
                           struct err_info *info);

/*
 * A pass over the rows of a solved system, unless the first kept them apart. E_INPUT when units
 * change clusters: their effects then belong to no cluster. E_LIMIT beyond TWFE_CLUSTERS_BYTES_MAX,
 * E_NOMEM.
 */
WARN_UNUSED err twfe_clusters(const struct twfe_system *s, par *pool, arena *a,
                              struct twfe_clusters *c, struct err_info *info);

/* Room for the clusters of a solved system, without any yet; its columns are chosen. E_NOMEM. */
WARN_UNUSED err twfe_clusters_new(const struct twfe_system *s, arena *a, struct twfe_clusters *c,
                                  struct err_info *info);

/* The next cluster, with what struct twfe_apart has of it. */
struct twfe_cluster {
    const double *wide;
    size_t n_units;
    const double *weight;
};
void twfe_clusters_add(struct twfe_clusters *c, const struct twfe_system *s,
                       const struct twfe_cluster *cluster);

/* When the clusters in use were treated, by value. */
struct twfe_courses {
    uint8_t *on;     /* n_clusters x periods: 1 treated, 0 not, TWFE_UNSEEN: no row of the cluster
                        then; NULL when treatment varies within a cluster */
    uint32_t *start; /* with cells, n_clusters: the first treated period of the table, PANEL_NEVER;
                        NULL when units of a cluster start apart */
};
enum { TWFE_UNSEEN = 2 };

/* For twfe_source; a pass over the rows where units are the clusters. E_NOMEM. */
WARN_UNUSED err twfe_courses_read(const struct twfe_system *s, par *pool, arena *a,
                                  struct twfe_courses *c, struct err_info *info);

/*
 * What a solved system needs of the rows it came from, or of sums in their place (compress_run.c).
 *
 *   scores    as twfe_scores
 *   courses   as twfe_courses_read
 *   clusters  as twfe_clusters
 *   parts     as twfe_parts; NULL: sums have no keys of clusters
 */
struct twfe_source {
    err (*scores)(void *ctx, const struct twfe_system *s, const double *form, par *pool, arena *a,
                  struct effect_result *r, struct err_info *info);
    err (*courses)(void *ctx, const struct twfe_system *s, par *pool, arena *a,
                   struct twfe_courses *c, struct err_info *info);
    err (*clusters)(void *ctx, const struct twfe_system *s, par *pool, arena *a,
                    struct twfe_clusters *c, struct err_info *info);
    err (*parts)(void *ctx, const struct twfe_system *s, const double *form, par *pool, arena *a,
                 struct effect_result *r, struct err_info *info);
    void *ctx;
};

/* Estimates of a solved system with their errors, tests and teams. Errors as effect_run. */
WARN_UNUSED err twfe_infer(const struct twfe_system *s, const struct twfe_source *source, par *pool,
                           const struct progress *progress, arena *a, struct effect_result *r,
                           struct err_info *info);

/* Computes everything of `r`, of the rows in `keep`, or all; r->spec is valid. As effect_run. */
WARN_UNUSED err effect_twfe_run(const table *t, const uint8_t *keep, par *pool,
                                const struct progress *progress, struct effect_result *r,
                                struct err_info *info);

/* Treated and others, of n_units and n_never; when everyone starts sometime, those who start last
 * are the others, with a warning. */
void twfe_count_kinds(const struct twfe *f, struct effect_result *r);

/* ---- small sums, in the order of rows ---- */

static inline double twfe_weight_of(const struct twfe_tile *t, size_t from, size_t to)
{
    double sum = 0;
    if (!t->w)
        return (double)(to - from);
    for (size_t i = from; i < to; i++)
        sum += t->w[i];
    return sum;
}

static inline void twfe_remove_mean(const struct twfe_tile *t, size_t from, size_t to,
                                    double weight, double *v)
{
    double sum = 0;
    if (t->w)
        for (size_t i = from; i < to; i++)
            sum += t->w[i] * v[i];
    else
        for (size_t i = from; i < to; i++)
            sum += v[i];
    const double mean = sum / weight;
    for (size_t i = from; i < to; i++)
        v[i] -= mean;
}

#endif
