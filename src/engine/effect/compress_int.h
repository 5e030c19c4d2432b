/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * compress: a panel as sums for each team, without a row of any person.
 *
 * Person i of team g is seen in some of T periods with weights w_it. What is left of a variable
 * when the person's own weighted mean is taken out is M_i v, with the annihilator
 *     M_i = W_i - w_i w_i' / sum_t w_it,    W_i = diag(w_i), zero where i was not seen
 * (Frisch and Waugh 1933; Wong, Forsell, Lewis, Mao and Wardrop, "You only compress once", 2021,
 * for the idea of keeping what estimation needs and no more). For each team are kept
 *
 *     A    = sum_i M_i                 T x T
 *     b_j  = sum_i M_i v_ij            T, for each column j: covariates and outcomes
 *     c_jh = sum_i v_ij' M_i v_ih      k x k
 *
 * Treatment and period effects are the same for all of a team in a period, so that every
 * regression on these, on covariates and on person effects, and the score of every team in it,
 * follows from these sums exactly: team regressors Z (T x m) have Z'AZ, Z'b_j, c_jh.
 *
 *   compress_source.c what a table offers
 *   compress_table.c  its rows -> sums, in one pass
 *   team_sums.c       what is summed, and by how many persons
 *   compress_door.c   merging teams until no sum tells of few persons
 *   compress_write.c, compress_read.c, compress_check.c  the file, see docs/compressed-file.md
 *   compress_add.c    several of them together
 *   compress_settle.c what may be asked
 *   compress_run.c    estimates from sums
 *
 * Does not: handle persons who change teams, or factors beside person and period.
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_COMPRESS_INT_H
#define ONTSCHOT_ENGINE_EFFECT_COMPRESS_INT_H

#include "base/arena.h"
#include "engine/effect/effect_int.h"

#define COMPRESSED_NEVER  UINT32_MAX
#define COMPRESSED_FORMAT "ontschot-compressed"
enum { COMPRESSED_VERSION = 1 };

/* By how many persons a team's sums are made; triangles: row >= column. */
struct compressed_counts {
    uint32_t *pair;    /* T x T: seen in both periods, of those seen more than once */
    uint32_t *column;  /* k x T: seen in a period, and the column changes for them */
    uint32_t *columns; /* k x k: both columns change for them */
};

struct compressed_team {
    str *name; /* n_names: one, or those that were merged */
    size_t n_names;
    str source;                  /* whose file it came from; may be empty */
    uint32_t start;              /* the first treated period, COMPRESSED_NEVER if none */
    size_t n_persons, n_treated; /* n_treated: seen since the start */
    size_t *n_rows;              /* T: persons seen in a period */
    double *weight;              /* T: their weights */
    double *a;                   /* T x T, symmetric */
    double *b;                   /* k x T */
    double *c;                   /* k x k, symmetric */
    struct compressed_counts by; /* NULL in what was read from a file */
};

struct compressed_column {
    str name;    /* "age"; for the indicator of a word "race: white" */
    str against; /* of an indicator: the word for which all of them are 0 */
};

/* Covariates are columns 0 .. n_covariates - 1, outcomes those behind. */
struct compressed {
    arena *memory;                               /* owns all of this */
    str unit, time, cluster, weights, treatment; /* names of columns; weights may be empty */
    bool has_dates;
    size_t n_periods;
    double *period; /* ascending */
    struct compressed_column *column;
    size_t n_covariates, n_outcomes;
    struct compressed_team *team; /* in the order of their first names when made */
    size_t n_teams;
    size_t min_persons; /* behind every sum; 0 before compressed_release */
    size_t n_withheld;  /* teams that could not be merged */
    size_t n_dropped;   /* rows with a missing value; not in files */
};

static inline size_t compressed_columns(const struct compressed *c)
{
    return c->n_covariates + c->n_outcomes;
}

/* An empty one, to be filled; compressed_free frees it. E_NOMEM. */
WARN_UNUSED err compressed_new(struct compressed **c, struct err_info *info);

/* ---- compress_check.c ---- */

/* Whether a team's numbers can be sums of persons. E_INPUT with the number of the team. */
WARN_UNUSED err compressed_check_team(const struct compressed *c, size_t team,
                                      struct err_info *info);

/* No name may be in one source twice. E_INPUT, E_NOMEM. */
WARN_UNUSED err compressed_check_names(const struct compressed *c, struct err_info *info);

/* Same periods and columns. E_INPUT with what differs. */
WARN_UNUSED err compressed_check_fit(const struct compressed *c, const struct compressed *other,
                                     struct err_info *info);

/* ---- team_sums.c ---- */

/* Room for the sums of n teams, all zero; without counts when `counted` is false. */
WARN_UNUSED err team_sums_new(arena *memory, size_t n_periods, size_t n_columns, bool counted,
                              struct compressed_team *team, size_t n, struct err_info *info);

/* Bytes of one team's sums, with counts. */
size_t team_sums_size(size_t n_periods, size_t n_columns);

/* A person's rows: m of them, periods rising. */
struct team_sums_person {
    size_t m;
    const uint32_t *period;
    const double *w; /* > 0 */
    double *v;       /* k x T, a column's m values at the front of its T; means are taken out */
    bool *changes;   /* k, for scratch */
    bool is_treated; /* in some row */
};

/* Adds one person to the lower triangles. */
void team_sums_add_person(struct compressed_team *team, size_t n_periods, size_t n_columns,
                          const struct team_sums_person *p);

/* Adds the sums, names and start left alone. Counts are added when both have them. */
void team_sums_add(struct compressed_team *team, size_t n_periods, size_t n_columns,
                   const struct compressed_team *other);

/* Copies lower triangles to upper ones. */
void team_sums_mirror(struct compressed_team *team, size_t n_periods, size_t n_columns);

/* ---- compress_settle.c, compress_run.c ---- */

/* Fills in the roles that the file settles. E_INPUT for what cannot be had from sums. */
WARN_UNUSED err compressed_settle(const struct compressed *c, struct effect_spec *s,
                                  struct err_info *info);

/* Computes everything of `r`, for a settled spec. Errors as effect_run. */
WARN_UNUSED err compressed_estimate(const struct compressed *c, par *pool,
                                    const struct progress *progress, struct effect_result *r,
                                    struct err_info *info);

#endif
