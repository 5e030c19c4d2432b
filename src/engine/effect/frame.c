/* SPDX-License-Identifier: EUPL-1.2 */
/* The cross-section: complete rows of two groups. */
#include "engine/effect/frame_int.h"

#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/looks_int.h"
#include "engine/effect/ols_int.h"

#include <math.h>
#include <string.h>

/* All rows of the table, before rows are left out. */
struct raw {
    size_t n;
    double *y, *d, *w;
    uint32_t *cluster, *row;
    size_t n_codes;
    uint64_t *key;
    const struct table_column **exact; /* n_exact: what partners must agree on */
    size_t n_exact;
    struct frame_covariates covariates;
};

static err read_numbers(const table *t, const struct effect_spec *s, par *pool, arena *a,
                        struct raw *raw, struct err_info *info)
{
    const str name[] = {s->outcome, s->treatment, s->weights};
    raw->y = ARENA_NEW(a, double, raw->n);
    raw->d = ARENA_NEW(a, double, raw->n);
    raw->w = s->weights.n ? ARENA_NEW(a, double, raw->n) : NULL;
    if (!raw->y || !raw->d || (s->weights.n && !raw->w))
        return err_nomem(info);
    return frame_numbers_each(t, name, (double *[]){raw->y, raw->d, raw->w}, 3, pool, a, info);
}

/* Who a row belongs to, under a name that outlasts a selection of rows. */
static err read_keys(const table *t, const struct effect_spec *s, arena *a, struct raw *raw,
                     struct err_info *info)
{
    const struct table_column *c = NULL;
    raw->key = ARENA_NEW(a, uint64_t, raw->n);
    err e = raw->key ? OK : err_nomem(info);
    if (e == OK && s->cluster.n)
        e = table_find(t, s->cluster, &c, info);
    for (size_t i = 0; e == OK && i < raw->n; i++)
        if (!c)
            raw->key[i] = looks_row_key(t, i);
        else if (raw->cluster[i] != FRAME_NO_CODE)
            raw->key[i] = looks_key(c, i);
    return e;
}

static err read_columns(const table *t, const struct effect_spec *s, par *pool, arena *a,
                        struct raw *raw, struct err_info *info)
{
    *raw = (struct raw){.n = table_rows(t)};
    err e = read_numbers(t, s, pool, a, raw, info);
    if (e == OK && s->cluster.n) {
        raw->cluster = ARENA_NEW(a, uint32_t, raw->n);
        e = raw->cluster ? frame_codes(t, s->cluster, raw->cluster, &raw->n_codes, info)
                         : err_nomem(info);
    }
    if (e == OK && s->keeps_parts)
        e = read_keys(t, s, a, raw, info);
    raw->row = ARENA_NEW(a, uint32_t, raw->n);
    raw->exact = ARENA_NEW(a, const struct table_column *, s->n_exact);
    if (e == OK && (!raw->row || !raw->exact))
        e = err_nomem(info);
    for (size_t i = 0; e == OK && i < s->n_exact; i++)
        e = table_find(t, s->exact[i], &raw->exact[raw->n_exact++], info);
    if (e == OK)
        e = frame_covariates_read(t, s->covariates, s->n_covariates, pool, a, &raw->covariates,
                                  info);
    return e;
}

static err bad_value(struct err_info *info, const char *key, str column, size_t row, double value)
{
    err_text(info, E_INPUT, key, column);
    msg_int(&info->msg, (int64_t)row + 1);
    msg_real(&info->msg, value, 4);
    return E_INPUT;
}

static err check_values(const struct raw *raw, const struct effect_spec *s, struct err_info *info)
{
    double heaviest = raw->w ? 0 : 1;

    for (size_t i = 0; i < raw->n; i++) {
        if (!isnan(raw->d[i]) && raw->d[i] != 0 && raw->d[i] != 1)
            return bad_value(info, "effect.treatment-not-01", s->treatment, i, raw->d[i]);
        if (!raw->w)
            continue;
        if (raw->w[i] < 0)
            return bad_value(info, "effect.weight-negative", s->weights, i, raw->w[i]);
        heaviest = raw->w[i] > heaviest ? raw->w[i] : heaviest;
    }
    return heaviest > 0 ? OK : err_text(info, E_INPUT, "effect.weights-all-zero", s->weights);
}

static bool is_complete(const struct raw *raw, size_t i)
{
    if (isnan(raw->y[i]) || isnan(raw->d[i]) || (raw->w && isnan(raw->w[i])) ||
        (raw->cluster && raw->cluster[i] == FRAME_NO_CODE))
        return false;
    for (size_t j = 0; j < raw->covariates.k; j++)
        if (isnan(raw->covariates.x[j][i]))
            return false;
    for (size_t j = 0; j < raw->n_exact; j++)
        if (raw->exact[j]->missing && raw->exact[j]->missing[i])
            return false;
    return true;
}

static void move_row(struct raw *raw, size_t from, size_t to)
{
    raw->y[to] = raw->y[from];
    raw->d[to] = raw->d[from];
    if (raw->w)
        raw->w[to] = raw->w[from];
    if (raw->cluster)
        raw->cluster[to] = raw->cluster[from];
    if (raw->key)
        raw->key[to] = raw->key[from];
    for (size_t j = 0; j < raw->covariates.k; j++)
        raw->covariates.x[j][to] = raw->covariates.x[j][from];
}

/* Moves the rows that count to the front. Rows of weight 0 say nothing and go, too. */
static void keep_rows(struct raw *raw, struct effect_diagnostics *d)
{
    size_t kept = 0;

    d->n_rows = raw->n;
    for (size_t i = 0; i < raw->n; i++) {
        if (!is_complete(raw, i)) {
            d->n_dropped_missing++;
            continue;
        }
        if (raw->w && raw->w[i] == 0)
            continue;
        raw->row[kept] = (uint32_t)i;
        if (kept < i)
            move_row(raw, i, kept);
        kept++;
    }
    raw->n = kept;
    d->n_used = d->n_units = kept;
}

static err check_groups(const struct raw *raw, const struct effect_spec *s,
                        struct effect_diagnostics *d, struct err_info *info)
{
    if (raw->n == 0) {
        err_set(info, E_INPUT, "effect.no-complete-rows");
        msg_int(&info->msg, (int64_t)d->n_rows);
        return E_INPUT;
    }
    d->n_treated = (size_t)lin_sum(raw->d, raw->n);
    d->n_control = raw->n - d->n_treated;
    if (d->n_treated == 0)
        return err_text(info, E_INPUT, "effect.no-treated", s->treatment);
    if (d->n_control == 0)
        return err_text(info, E_INPUT, "effect.no-control", s->treatment);
    return OK;
}

/* Largest weight first to 1, so that no sum overflows; then to mean 1. */
static void scale_weights(double *w, size_t n)
{
    double heaviest = 0;
    for (size_t i = 0; i < n; i++)
        heaviest = w[i] > heaviest ? w[i] : heaviest;
    for (size_t i = 0; i < n; i++)
        w[i] /= heaviest;
    const double mean = lin_sum(w, n) / (double)n;
    for (size_t i = 0; i < n; i++)
        w[i] /= mean;
}

/* Codes without gaps, and in how many clusters each group is found. */
static err settle_clusters(struct raw *raw, const struct effect_spec *s, arena *a, struct frame *f,
                           struct effect_diagnostics *d, struct err_info *info)
{
    enum { HAS_CONTROL = 1, HAS_TREATED = 2 };
    uint32_t *fresh = ARENA_NEW(a, uint32_t, raw->n_codes);
    uint8_t *has = ARENA_NEW(a, uint8_t, raw->n_codes);
    if (!fresh || !has)
        return err_nomem(info);

    for (size_t i = 0; i < raw->n; i++) {
        uint32_t *code = &raw->cluster[i];
        if (!has[*code])
            fresh[*code] = (uint32_t)f->n_clusters++;
        has[*code] |= raw->d[i] > 0 ? HAS_TREATED : HAS_CONTROL;
        *code = fresh[*code];
    }
    for (size_t c = 0; c < raw->n_codes; c++) {
        d->n_treated_clusters += (has[c] & HAS_TREATED) != 0;
        d->n_control_clusters += (has[c] & HAS_CONTROL) != 0;
    }
    d->n_clusters = f->n_clusters;
    f->cluster = raw->cluster;
    if (f->n_clusters < 2)
        return err_text(info, E_INPUT, "effect.one-cluster", s->cluster);
    return OK;
}

struct standard {
    double mean, sd;
    bool varies;
};

struct standardising {
    const struct raw *raw;
    struct standard *of; /* each covariate */
};

static void standardise_one(void *ctx, size_t j, unsigned worker)
{
    const struct standardising *s = ctx;
    struct standard *of = &s->of[j];
    (void)worker;
    of->varies = frame_standardise(s->raw->covariates.x[j], s->raw->n, &of->mean, &of->sd);
}

/* Ones, then the covariates that vary. */
static err settle_covariates(struct raw *raw, par *pool, arena *a, struct frame *f,
                             struct effect_result *r, struct err_info *info)
{
    const struct frame_covariates *c = &raw->covariates;
    struct standardising s = {raw, ARENA_NEW(a, struct standard, c->k)};
    double *ones = ARENA_NEW(a, double, f->n);
    f->x = ARENA_NEW(a, const double *, c->k + 1);
    f->x_name = ARENA_NEW(a, str, c->k + 1);
    f->x_mean = ARENA_NEW(a, double, c->k + 1);
    f->x_sd = ARENA_NEW(a, double, c->k + 1);
    if (!s.of || !ones || !f->x || !f->x_name || !f->x_mean || !f->x_sd)
        return err_nomem(info);
    for (size_t i = 0; i < f->n; i++)
        ones[i] = 1;
    f->x[f->k++] = ones;
    par_run(pool, c->k, standardise_one, &s);
    for (size_t j = 0; j < c->k; j++) {
        if (!s.of[j].varies) {
            msg_text(effect_warn(r, "effect.covariate-constant"), c->name[j]);
            continue;
        }
        f->x[f->k] = c->x[j];
        f->x_mean[f->k] = s.of[j].mean;
        f->x_sd[f->k] = s.of[j].sd;
        f->x_name[f->k++] = c->name[j];
    }
    if (f->n > f->k + 1) /* one more for the treatment, one row left to learn the noise from */
        return OK;
    err_set(info, E_INPUT, "effect.too-few-rows");
    msg_int(&info->msg, (int64_t)f->n);
    msg_int(&info->msg, (int64_t)f->k);
    return E_INPUT;
}

/* Strata count every covariate, also one that follows from others. */
static bool is_by_strata(const struct effect_spec *s)
{
    return s->method == EFFECT_MATCHING &&
           (s->distance == EFFECT_EXACT || s->distance == EFFECT_CEM);
}

/* Leaves out covariates that earlier ones determine. */
static err drop_collinear(par *pool, arena *a, struct frame *f, struct effect_result *r,
                          struct err_info *info)
{
    const struct ols_design design = {.x = f->x, .k = f->k, .w = f->w, .n = f->n};
    struct ols_factor factor;
    size_t kept = 1;

    if (f->k == 1 || is_by_strata(&r->spec))
        return OK;
    err e = ols_factor(pool, &design, a, &factor, info);
    if (e != OK)
        return e;
    for (size_t j = 1; j < f->k; j++) {
        if (!factor.keep[j]) {
            msg_text(effect_warn(r, "effect.covariate-collinear"), f->x_name[j]);
            continue;
        }
        f->x[kept] = f->x[j];
        f->x_mean[kept] = f->x_mean[j];
        f->x_sd[kept] = f->x_sd[j];
        f->x_name[kept++] = f->x_name[j];
    }
    f->k = kept;
    return OK;
}

/* Who has which value of an outcome that has two. */
static void describe_values(const struct frame *f, struct effect_diagnostics *d)
{
    const double *y = f->y;
    double low = y[0], high = y[0];
    struct effect_holders holders = {{0}, {0}};
    for (size_t i = 1; i < f->n; i++) {
        low = y[i] < low ? y[i] : low;
        high = y[i] > high ? y[i] : high;
    }
    for (size_t i = 0; i < f->n; i++) {
        if (y[i] != low && y[i] != high)
            return;
        (y[i] == low ? holders.low : holders.high)[f->d[i] > 0]++;
    }
    if (high > low)
        d->outcome_holders = holders;
}

static void describe_outcome(const struct frame *f, struct effect_diagnostics *d)
{
    const double weight = f->w ? lin_sum(f->w, f->n) : (double)f->n;
    const double treated = f->w ? lin_dot(f->w, f->d, f->n) : lin_sum(f->d, f->n);
    const double all = f->w ? lin_dot(f->w, f->y, f->n) : lin_sum(f->y, f->n);
    const double of_treated = f->w ? lin_dot3(f->w, f->d, f->y, f->n) : lin_dot(f->d, f->y, f->n);

    d->mean_treated = of_treated / treated;
    d->mean_control = (all - of_treated) / (weight - treated);
    describe_values(f, d);
}

static void *copy_of(arena *a, const void *from, size_t size, size_t n)
{
    void *to = from ? arena_alloc(a, n, size) : NULL;
    if (to)
        memcpy(to, from, size * n);
    return to;
}

err frame_copy(const struct frame *f, arena *a, struct frame *copy, struct err_info *info)
{
    *copy = *f;
    copy->y = copy_of(a, f->y, sizeof *f->y, f->n);
    copy->d = copy_of(a, f->d, sizeof *f->d, f->n);
    copy->cluster = copy_of(a, f->cluster, sizeof *f->cluster, f->n);
    copy->key = copy_of(a, f->key, sizeof *f->key, f->n);
    return copy->y && copy->d && !f->cluster == !copy->cluster && !f->key == !copy->key
               ? OK
               : err_nomem(info);
}

err frame_read(const table *t, par *pool, struct effect_result *r, arena *a, struct frame *f,
               struct err_info *info)
{
    struct raw raw;

    err e = read_columns(t, &r->spec, pool, a, &raw, info);
    if (e == OK)
        e = check_values(&raw, &r->spec, info);
    if (e != OK)
        return e;
    keep_rows(&raw, &r->diagnostics);
    if (r->diagnostics.n_dropped_missing)
        msg_int(effect_warn(r, "effect.rows-dropped"), (int64_t)r->diagnostics.n_dropped_missing);
    e = check_groups(&raw, &r->spec, &r->diagnostics, info);
    if (e != OK)
        return e;
    *f = (struct frame){
        .n = raw.n, .row = raw.row, .y = raw.y, .d = raw.d, .w = raw.w, .key = raw.key};
    if (f->w)
        scale_weights(f->w, f->n);
    if (raw.cluster)
        e = settle_clusters(&raw, &r->spec, a, f, &r->diagnostics, info);
    if (e == OK)
        e = settle_covariates(&raw, pool, a, f, r, info);
    if (e == OK)
        e = drop_collinear(pool, a, f, r, info);
    if (e == OK)
        describe_outcome(f, &r->diagnostics);
    return e;
}
