/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/match_strata_int.h"

#include "base/lanes.h"
#include "base/real.h"
#include "engine/effect/code_map_int.h"

#include <math.h>
#include <string.h>

#define KERNEL_FILE "engine/effect/match_strata_kernel_int.h"
#include "base/kernels.h"

enum { COLUMNS_MAX = 2 * EFFECT_COVARIATES_MAX };
enum { MAP_SIZE_FEW = 1 << 10, MAP_SIZE = 1 << 16 }; /* strata of few and of many rows, at first */

#define OFFSET_MAX (UINT64_C(1) << 31) /* classes of whole numbers that are told by subtraction */

#define LEAST_STEP 1e-300 /* whose inverse is finite */
#define LEAST_PART 1e-12  /* of the values themselves: far more than they are rounded to */

/* How the values of a column become classes 0 .. n_classes - 1. */
struct coding {
    const struct table_column *column;
    uint64_t n_classes;
    uint32_t *code;             /* of each row of the frame: looked up beforehand */
    int64_t least;              /* whole numbers and days without `code`: the value of class 0 */
    const double *at;           /* n_classes - 1 cut points; NULL: every value is a class */
    double *even_at;            /* room for `at` when that is to be at equal distance */
    double low, step, per_unit; /* cut points at equal distance; else per_unit is 0 */
};

struct mixing {
    const struct frame *f;
    struct coding coding[COLUMNS_MAX];
    size_t n_codings;
    size_t from, to; /* codings that are mixed in now */
    uint64_t *key;   /* of each row */
};

/* ---- one column ---- */

static bool is_whole(const struct table_column *c)
{
    return c->type == TABLE_INT || c->type == TABLE_DATE;
}

static int64_t whole_at(const struct table_column *c, size_t row)
{
    return c->type == TABLE_INT ? c->ints[row] : c->days[row];
}

static double number_at(const struct table_column *c, size_t row)
{
    return c->type == TABLE_REAL ? c->reals[row] : (double)whole_at(c, row);
}

static uint64_t key_at(const struct table_column *c, size_t row)
{
    uint64_t key;
    if (is_whole(c))
        return (uint64_t)whole_at(c, row);
    const double v = c->reals[row] + 0.0; /* -0 and 0 are one value */
    memcpy(&key, &v, sizeof key);
    return key;
}

static err look_up(const struct frame *f, arena *a, struct coding *g, struct err_info *info)
{
    struct code_map map;

    g->code = ARENA_NEW(a, uint32_t, f->n);
    if (!g->code)
        return err_nomem(info);
    err e = code_map_init(&map, 1024, info);
    for (size_t i = 0; e == OK && i < f->n; i++)
        e = code_map_add(&map, key_at(g->column, f->row[i]), &g->code[i], info);
    g->n_classes = map.n;
    code_map_free(&map);
    return e;
}

/* Every value is a class. */
static err code_values(const struct frame *f, arena *a, struct coding *g, struct err_info *info)
{
    const struct table_column *c = g->column;
    int64_t least = INT64_MAX, most = INT64_MIN;

    if (c->type == TABLE_TEXT) {
        g->n_classes = c->n_words;
        return OK;
    }
    if (c->type == TABLE_REAL)
        return look_up(f, a, g, info);
    for (size_t i = 0; i < f->n; i++) {
        const int64_t v = whole_at(c, f->row[i]);
        least = v < least ? v : least;
        most = v > most ? v : most;
    }
    const uint64_t range = (uint64_t)most - (uint64_t)least;
    if (range >= OFFSET_MAX)
        return look_up(f, a, g, info);
    g->least = least;
    g->n_classes = range + 1;
    return OK;
}

/* ceil(log2(n) + 1) */
static size_t sturges(size_t n)
{
    size_t classes = 1;
    while (((size_t)1 << (classes - 1)) < n)
        classes++;
    return classes;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* The places are filled by cut_evenly, of several columns side by side. */
static err code_evenly(const struct frame *f, arena *a, struct coding *g, struct err_info *info)
{
    g->even_at = ARENA_NEW(a, double, sturges(f->n));
    return g->even_at ? OK : err_nomem(info);
}

static void cut_evenly(void *ctx, size_t j, unsigned worker)
{
    struct mixing *m = ctx;
    struct coding *g = &m->coding[j];
    const size_t n_classes = sturges(m->f->n);
    double low = REAL_INF, high = -REAL_INF;
    (void)worker;

    if (!g->even_at)
        return;
    for (size_t i = 0; i < m->f->n; i++) {
        const double v = number_at(g->column, m->f->row[i]);
        low = v < low ? v : low;
        high = v > high ? v : high;
    }
    g->at = g->even_at;
    g->n_classes = high > low ? n_classes : 1;
    g->low = low;
    g->step = (high - low) / (double)n_classes;
    for (size_t i = 0; i + 1 < g->n_classes; i++)
        g->even_at[i] = low + (double)(i + 1) * g->step;
    const double least = larger(LEAST_STEP, LEAST_PART * larger(fabs(low), fabs(high)));
    g->per_unit = g->n_classes > 1 && g->step > least ? 1 / g->step : 0;
}

static const struct effect_cuts *cuts_of(const struct effect_spec *s, str covariate)
{
    for (size_t i = 0; i < s->n_cuts; i++)
        if (str_eq(s->cuts[i].covariate, covariate))
            return &s->cuts[i];
    return NULL;
}

static err add_coding(const table *t, str name, const struct effect_spec *s, bool is_coarse,
                      arena *a, struct mixing *m, struct err_info *info)
{
    struct coding *g = &m->coding[m->n_codings++];

    err e = table_find(t, name, &g->column, info);
    if (e != OK)
        return e;
    const struct effect_cuts *cuts = is_coarse ? cuts_of(s, name) : NULL;
    if (cuts && g->column->type == TABLE_TEXT)
        return err_text(info, E_INPUT, "effect.cuts-on-text", name);
    if (!is_coarse || g->column->type == TABLE_TEXT)
        return code_values(m->f, a, g, info);
    if (!cuts)
        return code_evenly(m->f, a, g, info);
    g->at = cuts->at;
    g->n_classes = cuts->n + 1;
    return OK;
}

/* ---- all columns ---- */

/* How many cut points are at or below a value. */
static uint32_t class_of(const struct coding *g, double v)
{
    size_t low = 0, high = g->n_classes - 1;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (g->at[middle] <= v)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

static void class_numbers(const struct coding *g, const uint32_t *row, size_t n, uint32_t *class)
{
    const struct table_column *c = g->column;
    double v[LIN_BLOCK]; /* a multiple of LIN_LANES; places behind the end are of no account */

    if (c->type == TABLE_REAL)
        for (size_t i = 0; i < n; i++)
            v[i] = c->reals[row[i]];
    else
        for (size_t i = 0; i < n; i++)
            v[i] = number_at(c, row[i]);
    if (g->per_unit == 0) {
        for (size_t i = 0; i < n; i++)
            class[i] = class_of(g, v[i]);
        return;
    }
    for (size_t i = n; i % LIN_LANES; i++)
        v[i] = g->low;
    KERNEL_PICK(class_evenly)
    (v, (n + LIN_LANES - 1) / LIN_LANES * LIN_LANES, g->low, g->step, g->per_unit,
     (double)(g->n_classes - 1));
    for (size_t i = 0; i < n; i++)
        class[i] = (uint32_t)(int32_t)v[i];
}

/* Of at most LIN_BLOCK rows from `from` on. */
static void class_rows(const struct coding *g, const uint32_t *row, size_t from, size_t n,
                       uint32_t *class)
{
    const struct table_column *c = g->column;

    row += from;
    if (g->at)
        class_numbers(g, row, n, class);
    else if (g->code)
        memcpy(class, g->code + from, n * sizeof *class);
    else if (c->type == TABLE_TEXT)
        for (size_t i = 0; i < n; i++)
            class[i] = c->codes[row[i]];
    else
        for (size_t i = 0; i < n; i++)
            class[i] = (uint32_t)(whole_at(c, row[i]) - g->least);
}

static void mix_block(void *ctx, size_t block, unsigned worker)
{
    (void)worker;
    const struct mixing *m = ctx;
    const size_t from = block * LIN_BLOCK;
    const size_t n = m->f->n - from < LIN_BLOCK ? m->f->n - from : LIN_BLOCK;
    uint64_t *key = m->key + from;
    uint32_t class[LIN_BLOCK];

    for (size_t j = m->from; j < m->to; j++) {
        const uint64_t n_classes = m->coding[j].n_classes;
        class_rows(&m->coding[j], m->f->row, from, n, class);
        for (size_t i = 0; i < n; i++)
            key[i] = key[i] * n_classes + class[i];
    }
}

/* Codes in the place of keys. */
static err compress(struct mixing *m, struct match_strata *strata, struct err_info *info)
{
    struct code_map map;

    err e = code_map_init(&map, m->f->n < MAP_SIZE ? MAP_SIZE_FEW : MAP_SIZE, info);
    for (size_t i = 0; e == OK && i < m->f->n; i++) {
        e = code_map_add(&map, m->key[i], &strata->code[i], info);
        m->key[i] = strata->code[i];
    }
    strata->n = map.n;
    code_map_free(&map);
    return e;
}

/* Keys in mixed radix, of as many columns at once as 64 bits hold. */
static err mix(struct mixing *m, par *pool, struct match_strata *strata, struct err_info *info)
{
    const size_t n_blocks = (m->f->n + LIN_BLOCK - 1) / LIN_BLOCK;
    uint64_t size = 1;

    for (m->from = m->to = 0; m->from < m->n_codings; m->from = m->to) {
        while (m->to < m->n_codings &&
               !__builtin_mul_overflow(size, m->coding[m->to].n_classes, &size))
            m->to++;
        par_run(pool, n_blocks, mix_block, m);
        const err e = compress(m, strata, info);
        if (e != OK)
            return e;
        size = strata->n; /* below 2^32, as the classes of a column: the next one fits */
    }
    return OK;
}

err match_strata_read(const table *t, const struct frame *f, const struct effect_spec *s, par *pool,
                      arena *a, struct match_strata *strata, struct err_info *info)
{
    const bool has_covariates = s->distance == EFFECT_EXACT || s->distance == EFFECT_CEM;
    err e = OK;
    arena *scratch = arena_new(SIZE_MAX);
    struct mixing *m = scratch ? ARENA_NEW(scratch, struct mixing, 1) : NULL;
    strata->code = ARENA_NEW(a, uint32_t, f->n);
    if (!m || !strata->code || !(m->key = ARENA_NEW(scratch, uint64_t, f->n))) {
        e = err_nomem(info);
        goto out;
    }
    m->f = f;
    for (size_t i = 0; e == OK && i < s->n_exact; i++)
        e = add_coding(t, s->exact[i], s, false, scratch, m, info);
    for (size_t i = 0; e == OK && has_covariates && i < s->n_covariates; i++)
        e = add_coding(t, s->covariates[i], s, s->distance == EFFECT_CEM, scratch, m, info);
    if (e == OK) {
        par_run(pool, m->n_codings, cut_evenly, m);
        e = mix(m, pool, strata, info);
    }
out:
    arena_free(scratch);
    return e;
}
