/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * twfe_rows: the rows of a table by unit and then by time, read where they lie.
 *
 * Rows are cut into blocks of whole units, which the data alone fix. A pass
 * visits them tile by tile: some whole units, with all that an estimate needs of
 * their rows. Nothing is kept for each row, so that a mapped column file may be
 * larger than memory. A table that is not sorted, or of which only some rows count,
 * costs an order, 4 bytes a row.
 *
 * Does: check every row, find the values of time, clusters and factors, fill tiles.
 * Does not: decide which columns the system has (twfe_read.c).
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_TWFE_ROWS_INT_H
#define ONTSCHOT_ENGINE_EFFECT_TWFE_ROWS_INT_H

#include "base/arena.h"
#include "engine/effect/effect_int.h"
#include "engine/effect/panel_int.h"

enum {
    TWFE_BLOCKS_MAX = 64,
    TWFE_BLOCK_ROWS = 4096,
    TWFE_STARTS_KNOWN = 64,
    TWFE_TILE_ROWS = 8192,                   /* more than one unit has: PANEL_PERIODS_MAX */
    TWFE_FACTORS_MAX = EFFECT_FIXED_MAX + 2, /* with time and cells */
};
#define TWFE_NONE         UINT32_MAX
#define TWFE_GROUPS_BYTES ((size_t)1 << 26) /* of what the groups of a pass keep apart */

/* ---- twfe_codes.c: values as whole numbers in the same order, and as codes ---- */

/* A column whose values are compared. */
struct twfe_keys {
    const struct table_column *column;
    const uint32_t
        *rank; /* text: of each word in the order of bytes; NULL: order does not matter */
};
WARN_UNUSED err twfe_keys_make(const struct table_column *c, bool ordered, arena *a,
                               struct twfe_keys *k, struct err_info *info);

/* Keys of n rows from place `from` on; they stand in `room` or where the table has them. */
const int64_t *twfe_keys_at(const struct twfe_keys *k, const uint32_t *order, size_t from, size_t n,
                            int64_t *room);

/* The number behind a key of a column that is not text. */
double twfe_key_value(const struct table_column *c, int64_t key);

/* Keys met so far, each at least once. */
struct twfe_found {
    int64_t *key;
    size_t n, room;
    int64_t *recent; /* direct mapped: keys seen lately */
    bool *is_used;
    size_t n_before; /* when last sorted */
    bool is_whole;   /* sorted, with every whole number from the first to the last */
};
WARN_UNUSED bool twfe_found_init(struct twfe_found *f);
WARN_UNUSED bool twfe_found_add(struct twfe_found *f, const int64_t *key, size_t n);
void twfe_found_free(struct twfe_found *f);

/* The distinct values of a column, in increasing order, and how to find a value's place. */
struct twfe_codes {
    struct twfe_keys keys;
    size_t n;
    int64_t *key;    /* n */
    uint32_t *place; /* of key low + i when keys lie close, else an open-addressed table of codes */
    size_t n_places;
    int64_t low;
    bool is_whole, is_dense; /* no number is left out, no place; few are */
};
WARN_UNUSED err twfe_codes_make(const struct twfe_keys *k, struct twfe_found *const *found,
                                size_t n_found, arena *a, struct twfe_codes *codes,
                                struct err_info *info);
void twfe_codes_find(const struct twfe_codes *c, const int64_t *key, size_t n, uint32_t *code);

/* Numbers of n rows, NaN where missing. */
void twfe_numbers(const struct table_column *c, const uint32_t *order, size_t from, size_t n,
                  double *v);

/* The same in `room`, or where the table has them. */
const double *twfe_numbers_at(const struct table_column *c, const uint32_t *order, size_t from,
                              size_t n, double *room);

/* Whether m rising codes leave none out. */
static inline bool twfe_is_run(const uint32_t *code, size_t m)
{
    return code[m - 1] - code[0] == m - 1;
}

/* Sets the bits of m rising codes. */
static inline void twfe_mark_codes(const uint32_t *code, size_t m, uint64_t *bits)
{
    if (twfe_is_run(code, m) && code[0] / 64 == code[m - 1] / 64) {
        bits[code[0] / 64] |= UINT64_MAX >> (64 - m) << code[0] % 64;
        return;
    }
    for (size_t i = 0; i < m; i++)
        bits[code[i] / 64] |= UINT64_C(1) << code[i] % 64;
}

/* ---- twfe_rows.c: the rows as a whole ---- */

/* A covariate, or the indicator of one word of it: (value - centre) / spread. */
struct twfe_covariate {
    const struct table_column *column;
    str name;
    bool is_word;
    uint32_t word;
    double centre, spread;
};

struct twfe_rows {
    const table *t;
    const struct effect_spec *spec;
    size_t n;
    const uint32_t *order; /* row at each place, or NULL: rows lie in order */
    size_t n_blocks;
    size_t block[TWFE_BLOCKS_MAX + 1]; /* places where blocks start */
    struct twfe_keys unit;
    struct twfe_codes factor[TWFE_FACTORS_MAX - 1]; /* time first */
    size_t n_factors;
    struct twfe_codes cluster; /* n 0: none named, or the unit */
    bool has_cluster;
    struct panel_periods periods;
    const struct table_column *y, *w, *d; /* w, d may be NULL */
    struct panel_start_reader starts;     /* when d is NULL */
    double heaviest;
    bool is_marked;                /* two periods, and treatment names who is treated in between */
    bool needs_start;              /* a start for each unit, for cells */
    const struct panel_move *move; /* of each start, never last: as if it had been then; or NULL */
    const uint32_t *cell_level; /* periods x periods: level of each start in each period, or NULL */
    struct twfe_covariate *x;
    size_t n_x;
};

/*
 * Finds, checks and orders what `spec` names, of the rows for which keep[row] is not 0, or all when
 * it is NULL. E_INPUT with unit or row, E_LIMIT, E_NOMEM.
 */
WARN_UNUSED err twfe_rows_open(const table *t, const uint8_t *keep, const struct effect_spec *spec,
                               par *pool, arena *a, struct twfe_rows *s, struct err_info *info);

/* ---- twfe_tile.c: some units at a time ---- */

/* What a value of the column with starts means. */
struct twfe_start {
    int64_t key;
    uint32_t start;
    bool is_known, is_late; /* late: after the last period */
};

/* Rows that count of some whole units. */
struct twfe_tile {
    size_t n, n_units;
    uint32_t *first; /* n_units + 1 */
    uint32_t *id;    /* n_units: the place of the unit's first row, a name for it */
    uint32_t *start; /* n_units: first treated period, PANEL_NEVER */
    uint32_t *until; /* n_units: with rows->move, the periods that count; else NULL */
    double **x;      /* covariates, then room for the treatment */
    double *y, *d;
    double *w;                             /* NULL: all 1 */
    uint32_t *code[TWFE_FACTORS_MAX];      /* cells last, when rows->cell_level */
    uint32_t *cluster;                     /* NULL: by unit */
    size_t n_missing;                      /* rows that lacked a value */
    size_t n_always;                       /* units left out because they always were treated */
    size_t n_after_end;                    /* units whose start lies behind the last period */
    bool without_outcome, without_cluster; /* not asked for in this pass, and not filled */
    int64_t *key;                          /* scratch */
    struct twfe_start *known;              /* TWFE_STARTS_KNOWN, by key */
    uint8_t *keep;                         /* scratch */
};

WARN_UNUSED err twfe_tile_new(const struct twfe_rows *s, arena *a, struct twfe_tile *t,
                              struct err_info *info);

/* Fills from place `from`, before `end`, which is the end of a unit; returns the next place. */
size_t twfe_tile_fill(const struct twfe_rows *s, size_t from, size_t end, struct twfe_tile *t);

/*
 * A pass: calls visit(ctx, tile, group, worker) for all tiles. Blocks fall into n_groups groups,
 * each visited in order by one thread.
 */
struct twfe_pass {
    const struct twfe_rows *s;
    struct twfe_tile *tile; /* one for each worker */
    size_t n_groups;
    void (*visit)(void *ctx, struct twfe_tile *t, size_t group, unsigned worker);
    void *ctx;
    bool without_outcome, without_cluster;
};
void twfe_pass_run(struct twfe_pass *p, par *pool);

/* As many groups, fixed by the data, as may keep `bytes` each. */
size_t twfe_groups(const struct twfe_rows *s, size_t bytes);

#endif
