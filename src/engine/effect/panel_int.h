/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * panel: effects of starts that differ in time, from persons followed over
 * periods (Callaway and Sant'Anna, "Difference-in-differences with multiple
 * time periods", Journal of Econometrics 225, 2021).
 *
 * The way of the data, one file for each step:
 *   panel_code.c       values of a column as codes in increasing order
 *   panel_start.c      in which period each unit's treatment starts
 *   panel_build.c      rows of the table -> units by periods
 *   panel_cell.c       which comparisons (start x period) there are
 *   panel_att.c        each comparison's effect and influence function
 *   panel_aggregate.c  averages of cells as linear forms
 *   panel_infer.c      variances and bands
 *   panel_study.c      changes since one period, for honest_int.h
 *   panel_balance.c    how alike those compared are at the base of each start
 *   panel.c            the whole, with its warnings
 *   looks_placebo.c    the same panel, as if treatment had started earlier
 *
 * Rules. Persons treated in the first period are left out: nothing is known
 * from before. Each comparison takes the persons seen in both of its periods,
 * with covariates and weights of the base period.
 * Event time is the number of periods since the start, times the distance
 * between periods when these are evenly numbered (R's did: time - group).
 *
 * Does: who is compared with whom, and how sure the differences are.
 * Does not: two groups without time (effect.c).
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_PANEL_INT_H
#define ONTSCHOT_ENGINE_EFFECT_PANEL_INT_H

#include "base/arena.h"
#include "base/real.h"
#include "engine/effect/effect.h"

enum {
    PANEL_PERIODS_MAX = 1000,   /* distinct values of the time column */
    PANEL_COLUMNS_MAX = 256,    /* covariates, with text columns as indicators, and the constant */
    PANEL_ESTIMATES_MAX = 4096, /* cells and aggregates together */
};
#define PANEL_MEMORY_MAX ((size_t)1 << 40) /* with what lies on disk */
#define PANEL_REAL_MAX   1e100             /* larger outcomes, covariates and weights are refused */
#define PANEL_NEVER      UINT32_MAX

/*
 * Computes everything of `r`, for a spec with unit and time that effect_run has
 * checked. Of r->spec the estimator is set to the one the method means.
 * r->memory exists and owns what is stored. Errors as effect_run.
 */
WARN_UNUSED err effect_panel_run(const table *t, const struct effect_spec *spec, par *pool,
                                 const struct progress *progress, struct effect_result *r,
                                 struct err_info *info);

/*
 * For all that a panel takes, by spec.memory and spec.scratch: an arena that spills. Passes over
 * what is made in it go from front to back, so that it may be larger than memory. NULL: E_NOMEM.
 */
arena *panel_arena_new(const table *t, const struct effect_spec *spec);

/* ---- panel_code.c ---- */

/* A column's distinct values, in increasing order, and each row's place among them. */
struct panel_codes {
    const struct table_column *column;
    uint32_t *code; /* one for each row */
    size_t n;       /* distinct values */
    size_t *row;    /* n: the first row that holds each value */
};

/*
 * No value may be missing or infinite: E_INPUT with `empty_key` and the
 * column's name and row. Text is ordered by bytes, other types by number.
 */
WARN_UNUSED err panel_codes_make(const struct table_column *c, size_t n_rows, const char *empty_key,
                                 arena *a, struct panel_codes *codes, struct err_info *info);

/* The check alone. */
WARN_UNUSED err panel_check_whole(const struct table_column *c, size_t n_rows,
                                  const char *empty_key, struct err_info *info);

/* rank[word]: its place in the order of bytes. NULL when memory is out. */
uint32_t *panel_ranks(const struct table_column *c, arena *a);

/* A cell as a key of the order of its values; text by `rank`, which else is not looked at. */
uint64_t panel_key(const struct table_column *c, const uint32_t *rank, size_t row);

/* A cell of the table as a number; NaN where missing, the word's code for text. */
static inline double panel_value(const struct table_column *c, size_t row)
{
    if (c->missing && c->missing[row])
        return REAL_NAN;
    switch (c->type) {
    case TABLE_INT: return (double)c->ints[row];
    case TABLE_REAL: return c->reals[row];
    case TABLE_TEXT: return (double)c->codes[row];
    case TABLE_DATE: return (double)c->days[row];
    }
    return REAL_NAN;
}

/* Adds a cell of the table to a message, as text. */
void panel_msg_value(struct msg *m, const struct table_column *c, size_t row);

/* ---- panel_start.c ---- */

/* The calendar: periods 0 .. n - 1. */
struct panel_periods {
    size_t n;
    double *value; /* as in the table; a date's day number */
    double step;   /* between neighbours when evenly numbered, else 0: periods are counted */
};

struct panel_rows {
    const table *t;
    size_t n;
    struct panel_codes unit, time;
    struct panel_periods periods;
};

/* How starts are written in a table. */
struct panel_start_reader {
    const struct effect_spec *spec;
    const struct table_column *column;
    const double *number; /* of words, for a text column */
};
WARN_UNUSED err panel_start_reader_make(const struct table_column *c,
                                        const struct effect_spec *spec, arena *a,
                                        struct panel_start_reader *s, struct err_info *info);

/* The start in a row: infinity stands for never, NaN for an empty cell that may not be. */
double panel_start_read(const struct panel_start_reader *s, size_t row);

/* The number of the first period at or after a start, as in panel_starts_make. */
uint32_t panel_start_period(const struct panel_periods *p, double v, size_t anticipation);

/* The calendar of n distinct values in increasing order, from `a`; at least two. E_LIMIT. */
WARN_UNUSED err panel_periods_make(const struct table_column *c, double *value, size_t n,
                                   struct panel_periods *p, struct err_info *info);

/*
 * start[u]: the period in which unit u is first treated, PANEL_NEVER if never.
 * A start between two periods counts from the later one. A start behind the
 * last period may still matter with anticipation, so that it gets a number
 * >= periods.n, or PANEL_NEVER when it is out of reach; these are counted.
 */
WARN_UNUSED err panel_starts_make(const struct panel_rows *rows, const struct effect_spec *spec,
                                  arena *a, uint32_t *start, size_t *n_after_end,
                                  struct err_info *info);

/* The label of a period number that may lie behind the last, as a time value. */
double panel_period_label(const struct panel_periods *p, size_t period);

/* A start as if it had been earlier, and how many periods then count: 0 .. until - 1. */
struct panel_move {
    uint32_t start, until;
};

/* ---- panel_build.c ---- */

/* Units and periods of all rows; a unit has one row in a period at most. E_INPUT, E_LIMIT. */
WARN_UNUSED err panel_rows_make(const table *t, const struct effect_spec *spec, arena *a,
                                struct panel_rows *rows, struct err_info *info);

/* A variable of units: one value for all periods, or one for each. */
struct panel_series {
    double *v; /* n, or periods x n */
    bool varies;
    str name;        /* of a covariate: "age", or "race: white" for a word */
    double mean, sd; /* of a covariate before it was centred and scaled */
};

/* Units of one start lie together: unit `first` up to `first + n`. */
struct panel_cohort {
    uint32_t start; /* period number; PANEL_NEVER for the last cohort */
    size_t first, n;
    double share;         /* of all units, by weight */
    uint32_t from, until; /* the periods that get cells: from .. until - 1 */
};

struct panel {
    struct panel_periods periods;
    size_t n;                    /* units, ordered by start, then by the unit's own value */
    size_t n_cohorts;            /* with a start; cohort[n_cohorts] are the never treated */
    struct panel_cohort *cohort; /* n_cohorts + 1 */
    double *outcome;             /* periods x n, NaN where not seen */
    size_t k;                    /* columns of x */
    struct panel_series *x;      /* the constant first; others centred and scaled, NaN if missing */
    struct panel_series weight;  /* mean 1 over units at their first sight */
    bool varies;                 /* some column of x or the weight does */
    double *share_weight;        /* n: the weight at first sight */
    uint32_t *cluster;           /* n codes, or NULL: units are on their own */
    size_t n_clusters;
    uint64_t *key;     /* with spec.keeps_parts: of each cluster's value, or unit's; else NULL */
    uint32_t *n_seen;  /* periods x (n_cohorts + 1): units whose outcome is known */
    uint32_t *n_known; /* the same, for units whose covariates are known */
};

/* What the warnings tell about the table. */
struct panel_notes {
    size_t n_dropped_missing, n_used, n_always_treated, n_after_end, n_unbalanced;
    struct msg constant[EFFECT_WARNINGS_MAX]; /* the first covariates left out */
    size_t n_constant;                        /* of all that were */
};

WARN_UNUSED err panel_build(const table *t, const struct effect_spec *spec, par *pool, arena *a,
                            struct panel *p, struct panel_notes *notes, struct err_info *info);

/* A variable's values in a period. */
static inline const double *panel_at(const struct panel *p, const struct panel_series *s,
                                     size_t period)
{
    return s->v + (s->varies ? period * p->n : 0);
}

/* ---- panel_cell.c ---- */

enum {
    PANEL_BEFORE,
    PANEL_EXPECTED,
    PANEL_AFTER
}; /* before, within anticipation, since the start */

/* One comparison: the change of a cohort since a base period, against controls. */
struct panel_cell {
    size_t cohort, period, base;
    size_t control_from; /* controls: cohorts from here to the never treated, but its own */
    size_t design;
    int phase;
    bool reference;     /* period == base: 0 by definition */
    const char *failed; /* why there is no number, or NULL */
    double att;
    size_t n_treated, n_control, n_lost, n_trimmed;
};

/* The sample of a design and its controls' weights, when these are wanted after it is fitted. */
struct panel_kept {
    uint32_t *index; /* persons: n_treated, then n_control */
    double *w;       /* the weight of each */
    double *odds;    /* of the controls, see drdid_fit; as they came where there is no score */
    size_t n_treated, n_control;
    size_t n_outside; /* treated with a score lower or higher than that of any control */
    bool has_score;
    bool is_filled; /* false: there is no estimate */
};

/* Cells whose propensity score is the same: same persons, same covariates. */
struct panel_design {
    size_t first_cell;
    size_t lead;             /* the first design of its cohort, whose coefficients are near */
    size_t room;             /* persons at most */
    struct panel_kept *kept; /* filled by panel_att where it is not NULL */
};

struct panel_cells {
    size_t n;
    struct panel_cell *cell;
    size_t n_designs;
    struct panel_design *design;
    bool is_cut; /* without never treated, the last cohort serves as control only */
};

WARN_UNUSED err panel_cells_make(const struct panel *p, const struct effect_spec *spec, arena *a,
                                 struct panel_cells *cells, struct err_info *info);

/* ---- panel_att.c ---- */

/* Whether a person of a cell's cohorts is compared: seen in both periods, with covariates then. */
bool panel_is_in_cell(const struct panel *p, const struct panel_cell *c, size_t i);

/*
 * Fills att, counts and `failed` of all cells, and influence[c * n + i] of the
 * c-th cell with a number, for unit i of all p->n (0 for persons outside the
 * cell); column[cell] is c, or SIZE_MAX. `influence` comes zeroed with room
 * for all cells. *sum_treated: the treated's scores, when there is one design.
 */
WARN_UNUSED err panel_att(const struct panel *p, const struct effect_spec *spec,
                          struct panel_cells *cells, const size_t *column, par *pool,
                          const struct progress *progress, arena *a, double *influence,
                          double *sum_treated, struct err_info *info);

/* ---- panel_aggregate.c ---- */

/* Linear forms over a basis: the cells, then the cohorts' shares of all units. */
struct panel_forms {
    size_t n;
    size_t *from;        /* n + 1: where each form's terms start */
    size_t *cell;        /* of a term: below n_cells a cell, above a cohort's share */
    double *coefficient; /* of a term: the derivative of the estimate */
};

/* Estimates with labels, counts and values, and their forms; memory of both from `keep` and `a`. */
WARN_UNUSED err panel_aggregate(const struct panel *p, const struct effect_spec *spec,
                                const struct panel_cells *cells, arena *a, arena *keep,
                                struct effect_result *r, struct panel_forms *forms,
                                struct err_info *info);

/* ---- panel_study.c ---- */

/*
 * Makes r->study for a varying base, given the covariance (m x m) of the basis
 * and the places of cells and shares in it; leaves it NULL when a period is missing.
 */
WARN_UNUSED err panel_study(const struct panel *p, const struct panel_cells *cells,
                            const struct panel_forms *forms, const size_t *place, size_t m,
                            const double *covariance, arena *a, struct effect_result *r,
                            struct err_info *info);

/* ---- panel_balance.c ---- */

/*
 * How alike treated and controls are in their covariates, in the base period of each start: in
 * the first comparison since it, with those who are its controls there. Starts are stacked, and
 * the controls of each weigh together as much as its treated, as in the overall effect; before by
 * their own weights, after by these times the odds of the estimator. With covariates that stay the
 * same a control is one row, however many starts it serves; else a row for each. By outcome
 * regression there is no after.
 *
 * panel_balance_keep goes before panel_att, asking for what panel_balance needs after it:
 * r->balance and r->comparison. Both do nothing without covariates. E_NOMEM.
 */
WARN_UNUSED err panel_balance_keep(const struct panel *p, struct panel_cells *cells, arena *a,
                                   struct err_info *info);
WARN_UNUSED err panel_balance(const struct panel *p, const struct panel_cells *cells, par *pool,
                              arena *a, struct effect_result *r, struct err_info *info);

/* ---- panel_infer.c ---- */

/* Covariance, standard errors, intervals, draws and bands. */
WARN_UNUSED err panel_infer(const struct panel *p, const struct effect_spec *spec,
                            const struct panel_cells *cells, const size_t *column, size_t n_columns,
                            const double *influence, const struct panel_forms *forms, par *pool,
                            const struct progress *progress, arena *a, struct effect_result *r,
                            struct err_info *info);

/*
 * Each cluster's part in estimate `which`, n_clusters of them: its variance is their sum of
 * squares, with the small-sample factors of panel_infer. E_NOMEM.
 */
WARN_UNUSED err panel_parts(const struct panel *p, const struct panel_cells *cells,
                            const size_t *column, size_t n_columns, const double *influence,
                            const struct panel_forms *forms, size_t which, arena *a, double *part,
                            struct err_info *info);

/* ---- panel.c ---- */

/*
 * Whether unit i of a cohort is seen, with an outcome, since the cohort's start. A cluster without
 * such a unit is not a treated one: nothing in the effects is about it. twfe_read.c counts alike.
 */
bool panel_is_seen_treated(const struct panel *p, const struct panel_cohort *c, size_t i);

/* Influence of the cohorts' shares, n_cohorts columns. */
void panel_add_shares(const struct panel *p, double *influence);

/* Clusters, or units when there are none, of either arm. */
struct panel_clusters {
    size_t n, n_treated, n_control;
    size_t n_lonely; /* cohorts that lie in one cluster */
};

struct panel_answer {
    bool keeps_samples; /* asked: for panel_balance */
    struct panel_cells cells;
    struct panel_clusters clusters;
    double sum_treated; /* scores, when there is one design; else NaN */
};

/* Estimates of a panel that is built, into r and the rest of `answer`: all but what r->diagnostics
 * says of its table. */
WARN_UNUSED err panel_solve(const struct panel *p, const struct effect_spec *spec, par *pool,
                            const struct progress *progress, arena *a, struct panel_answer *answer,
                            struct effect_result *r, struct err_info *info);

#endif
