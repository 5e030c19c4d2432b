/* SPDX-License-Identifier: EUPL-1.2 */
/* compress_source: the columns of a table that are summed, and the order of its rows. */
#ifndef ONTSCHOT_ENGINE_EFFECT_COMPRESS_SOURCE_INT_H
#define ONTSCHOT_ENGINE_EFFECT_COMPRESS_SOURCE_INT_H

#include "engine/effect/compress_int.h"
#include "engine/effect/panel_int.h"

/* The distinct values of a column, in their order; few, so that rows need no codes. */
struct compress_levels {
    const struct table_column *column;
    const uint32_t *rank; /* of the words of a text column */
    size_t n;
    uint64_t *key; /* n, rising: panel_key */
    size_t *row;   /* n: a row that holds each value */
};

struct compress_source_column {
    const struct table_column *column;
    bool is_indicator; /* 1 where a text column has this word */
    uint32_t word;
    str name, against;
};

struct compress_source {
    size_t n;                                             /* rows */
    const struct table_column *unit, *weight, *treatment; /* weight, treatment may be NULL */
    const uint32_t *unit_rank;
    struct panel_start_reader start; /* when treatment is NULL; its spec always */
    struct compress_levels time, team;
    struct panel_periods periods;
    struct compress_source_column *column; /* covariates, then outcomes */
    size_t n_columns, n_outcomes;
    const size_t *order; /* rows by unit and time; NULL when they lie so */
};

/* Reads what spec names; looks at the columns of unit, time and team. Errors as effect_run. */
WARN_UNUSED err compress_source_make(const table *t, const struct effect_spec *spec,
                                     const str *outcome, size_t n_outcomes, arena *a,
                                     struct compress_source *s, struct err_info *info);

static inline size_t compress_source_row(const struct compress_source *s, size_t i)
{
    return s->order ? s->order[i] : i;
}

/* The place of a row's value; `guess` is looked at first and may be any number. */
size_t compress_levels_find(const struct compress_levels *l, size_t row, size_t guess);

#endif
