/* SPDX-License-Identifier: EUPL-1.2 */
/* Columns of a table as numbers, codes and covariates. */
#include "engine/effect/frame_int.h"

#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/code_map_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

err frame_numbers(const table *t, str name, double *v, struct err_info *info)
{
    const struct table_column *c;
    const size_t n = table_rows(t);

    err e = table_find(t, name, &c, info);
    if (e == OK && n > 0 && c->n_missing == n)
        e = err_text(info, E_INPUT, "effect.column-empty", name);
    if (e == OK)
        e = table_reals(t, c, v, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < n; i++)
        if (fabs(v[i]) > EFFECT_VALUE_MAX) {
            err_text(info, E_INPUT, "effect.number-too-large", name);
            msg_int(&info->msg, (int64_t)i + 1);
            return E_INPUT;
        }
    return OK;
}

struct reading {
    const table *t;
    const str *name;
    double *const *v;
    err *result; /* of each column */
    struct err_info *info;
};

static void read_one(void *ctx, size_t j, unsigned worker)
{
    const struct reading *r = ctx;
    (void)worker;
    if (r->v[j])
        r->result[j] = frame_numbers(r->t, r->name[j], r->v[j], &r->info[j]);
}

err frame_numbers_each(const table *t, const str *names, double *const *v, size_t n, par *pool,
                       arena *a, struct err_info *info)
{
    struct reading r = {.t = t,
                        .name = names,
                        .v = v,
                        .result = ARENA_NEW(a, err, n),
                        .info = ARENA_NEW(a, struct err_info, n)};
    if (!r.result || !r.info)
        return err_nomem(info);
    par_run(pool, n, read_one, &r);
    for (size_t j = 0; j < n; j++)
        if (r.result[j] != OK) {
            *info = r.info[j];
            return r.result[j];
        }
    return OK;
}

static uint64_t key_at(const struct table_column *c, size_t i)
{
    switch (c->type) {
    case TABLE_INT: return (uint64_t)c->ints[i];
    case TABLE_TEXT: return c->codes[i];
    case TABLE_DATE: return (uint64_t)c->days[i];
    case TABLE_REAL: break;
    }
    const double v = c->reals[i] + 0.0; /* -0 and 0 are one value */
    uint64_t key;
    memcpy(&key, &v, sizeof key);
    return key;
}

err frame_codes(const table *t, str name, uint32_t *code, size_t *n, struct err_info *info)
{
    const struct table_column *c;
    struct code_map map;

    err e = table_find(t, name, &c, info);
    if (e != OK)
        return e;
    e = code_map_init(&map, 1024, info);
    for (size_t i = 0; e == OK && i < table_rows(t); i++) {
        if (c->missing && c->missing[i])
            code[i] = FRAME_NO_CODE;
        else
            e = code_map_add(&map, key_at(c, i), &code[i], info);
    }
    *n = map.n;
    code_map_free(&map);
    return e;
}

str frame_indicator_name(arena *a, str column, str word)
{
    char *p = arena_alloc(a, column.n + 2 + word.n, 1);
    if (!p)
        return (str){NULL, 0};
    memcpy(p, column.p, column.n);
    memcpy(p + column.n, ": ", 2);
    if (word.n)
        memcpy(p + column.n + 2, word.p, word.n);
    return (str){p, column.n + 2 + word.n};
}

static err add_indicators(const struct table_column *c, size_t n_rows, arena *a,
                          struct frame_covariates *f, struct err_info *info)
{
    const size_t first = f->k;

    for (size_t word = 1; word < c->n_words; word++) {
        f->x[f->k] = ARENA_NEW(a, double, n_rows);
        f->name[f->k] = frame_indicator_name(a, c->name, c->words[word]);
        if (!f->x[f->k] || !f->name[f->k].p)
            return err_nomem(info);
        f->k++;
    }
    for (size_t i = 0; i < n_rows; i++) {
        if (c->missing && c->missing[i])
            for (size_t j = first; j < f->k; j++)
                f->x[j][i] = REAL_NAN;
        else if (c->codes[i] > 0)
            f->x[first + c->codes[i] - 1][i] = 1;
    }
    return OK;
}

/* How many columns a covariate becomes. */
static size_t width(const struct table_column *c)
{
    return c->type != TABLE_TEXT ? 1 : c->n_words ? c->n_words - 1 : 0;
}

/* Numbers keep their place among the covariates, and are read later on. */
static err add_covariate(const table *t, str name, arena *a, struct frame_covariates *f,
                         double **number, struct err_info *info)
{
    enum { ROOM = LIN_K_MAX - 2 };
    const struct table_column *c;

    err e = table_find(t, name, &c, info);
    if (e != OK)
        return e;
    if (table_rows(t) > 0 && c->n_missing == table_rows(t))
        return err_text(info, E_INPUT, "effect.column-empty", name);
    if (width(c) > ROOM - f->k) {
        err_text(info, E_LIMIT, "effect.too-many-columns", name);
        msg_int(&info->msg, ROOM);
        return E_LIMIT;
    }
    if (c->type == TABLE_TEXT)
        return add_indicators(c, table_rows(t), a, f, info);
    f->x[f->k] = ARENA_NEW(a, double, table_rows(t));
    f->name[f->k] = arena_str(a, name);
    if (!f->x[f->k] || !f->name[f->k].p)
        return err_nomem(info);
    number[f->k] = f->x[f->k];
    f->k++;
    return OK;
}

err frame_covariates_read(const table *t, const str *names, size_t n, par *pool, arena *a,
                          struct frame_covariates *f, struct err_info *info)
{
    double **number = ARENA_NEW(a, double *, LIN_K_MAX); /* columns of x that are no indicators */
    *f = (struct frame_covariates){.x = ARENA_NEW(a, double *, LIN_K_MAX),
                                   .name = ARENA_NEW(a, str, LIN_K_MAX)};
    if (!f->x || !f->name || !number)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++) {
        const err e = add_covariate(t, names[i], a, f, number, info);
        if (e != OK)
            return e;
    }
    return frame_numbers_each(t, f->name, number, f->k, pool, a, info);
}

bool frame_standardise(double *x, size_t n, double *mean, double *sd)
{
    double low = REAL_INF, high = -REAL_INF;
    for (size_t i = 0; i < n; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    if (!(high > low))
        return false;
    for (size_t i = 0; i < n; i++) /* first onto 0 to 1, so that no square vanishes */
        x[i] = (x[i] - low) / (high - low);
    const double centre = lin_sum(x, n) / (double)n;
    for (size_t i = 0; i < n; i++)
        x[i] -= centre;
    const double spread = sqrt(lin_dot(x, x, n) / (double)n);
    for (size_t i = 0; i < n; i++)
        x[i] /= spread;
    *mean = low + centre * (high - low);
    *sd = spread * (high - low);
    return true;
}
