/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * looks: other effects from the same data, beside the main one.
 *
 * Does: an effect for each value of a declared or explored column; effects
 *       that should be 0 (an earlier start, other outcomes, rows that cannot
 *       be affected); adjust the p-values of those that are read together.
 * Does not: know an estimator. A look is effect_run on other rows or columns;
 *       for the earlier start the method lends one that moves starts (looks_placebo.c).
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_LOOKS_INT_H
#define ONTSCHOT_ENGINE_EFFECT_LOOKS_INT_H

#include "engine/effect/effect_int.h"
#include "engine/effect/panel_int.h"

/* ---- looks_parts.c ---- */

/* A key of a cell's value: the same value gives the same key in any selection of the rows. */
uint64_t looks_key(const struct table_column *c, size_t row);

/* The same for a value by itself: of whole numbers and dates, of real numbers, of text. */
uint64_t looks_key_of_int(int64_t v);
uint64_t looks_key_of_real(double v);
uint64_t looks_key_of_text(str word);

/* The same for a row that is its own unit. */
uint64_t looks_row_key(const table *t, size_t row);

/* What a row has to do with an estimate. */
struct looks_row {
    uint64_t key;            /* of its cluster, or of its own */
    double part;             /* its influence over the number of rows */
    double treated, control; /* its weight in either group; 0 in a group it is not in */
};

/*
 * Adds up by key the rows that have a part or a weight, in memory of `keep`. Sorts `row`.
 *
 * Few clusters, and unequal ones, make a variance too small and too unsure. A
 * cluster with share w of its group's weight has fitted the group's mean by
 * that much, so its part is divided by sqrt(1 - w): CR2, for one mean. Degrees
 * of freedom are those of Bell and McCaffrey (2002, sec. 4) for a weighted mean
 * of clusters that vary alike, the two groups taken together as Satterthwaite
 * (1946): (v1 + v0)^2 / (v1^2 / df1 + v0^2 / df0). When a cluster has rows in
 * both groups, all make one.
 */
WARN_UNUSED err looks_keep_parts(struct looks_row *row, size_t n, arena *keep,
                                 struct effect_parts *parts, struct err_info *info);

/* ---- looks_plan.c ---- */

/* A column whose values are looked at, and which of them each row has. */
struct looks_column {
    enum effect_look_kind kind;
    str name;
    uint8_t *code;   /* of each row; UINT8_MAX: none that is looked at */
    uint32_t *order; /* n codes, by value */
    str *value;      /* of each code, as it is printed */
    size_t n;
    size_t only; /* the one value to look at, whose rows have code 0; or SIZE_MAX: all */
};

struct looks {
    struct looks_column *column;
    size_t n_columns;
    size_t n; /* looks there will be, but the earlier start */
};

/* What looks ask that is wrong without the data. E_INPUT, E_LIMIT. */
WARN_UNUSED err looks_check(const struct effect_spec *s, struct err_info *info);

/*
 * Which looks there are, read from the table before anything is computed, so
 * that a mistake in them is told at once. A subgroup's value belongs to a unit
 * for good: E_INPUT where it changes, because those who move may do so by what
 * the programme does. Units without a value are in no subgroup, with a warning.
 * Keeps a byte for each row and column in `a`.
 */
WARN_UNUSED err looks_plan(const table *t, struct effect_result *r, arena *a, struct looks **looks,
                           struct err_info *info);

/* ---- looks.c ---- */

/* Computes them for a result that is complete, beside an earlier start it may have already. */
WARN_UNUSED err looks_run(const struct looks *looks, const table *t, par *pool,
                          const struct progress *progress, struct effect_result *r,
                          struct err_info *info);

/* ---- looks_placebo.c ---- */

/* What an earlier start is looked for in; all is borrowed. */
struct looks_starts {
    const uint32_t *start; /* n different ones, ascending, as numbers of periods */
    size_t n, n_periods;
    /*
     * The main estimate again, with move[i] for start i; n_periods: how many count for those never
     * treated. made->spec is set; its memory, and any other, is `a`. Errors as effect_run.
     */
    err (*estimate)(const void *ctx, const struct panel_move *move, size_t n_periods, arena *a,
                    struct effect_result *made, struct err_info *info);
    const void *ctx;
    const arena *beside; /* memory is taken beside it */
};

/*
 * As if treatment had started earlier, from what was seen before the real
 * As if treatment had started earlier, from what was seen before the real
 * start (less the anticipation): r->looks is then one look. A start with k
 * such periods is put at period k - shift, and the effect is the average over
 * the shift periods from there on; shift = k / 2, rounded down, of the
 * earliest start with k >= 2, so that all others have room enough. Starts
 * with fewer are left out; when none is left, the look says so. Nothing counts
 * after the last period that some start has before it.
 */
WARN_UNUSED err looks_placebo_start(const struct looks_starts *starts,
                                    const struct effect_spec *spec, struct effect_result *r,
                                    struct err_info *info);

#endif
