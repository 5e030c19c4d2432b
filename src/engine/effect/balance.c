/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/balance_int.h"

#include "base/real.h"

#include <math.h>
#include <stdlib.h>

enum { CONTROL, TREATED, GROUPS };

struct value {
    double x;
    size_t row;
};

/* One column of two groups, sorted. */
struct column {
    const struct value *sorted;
    size_t n;
    const double *d;
    double scale; /* the standard deviation of the treated before */
    bool is_binary;
};

struct pass {
    const struct frame *f;
    const double *p, *after;
    struct value *scratch; /* f->n for each worker */
    struct effect_balance *balance;
};

struct moments {
    double weight, mean, variance;
};

static int rising(const void *a, const void *b)
{
    const struct value *x = a, *y = b;
    if (x->x != y->x)
        return x->x < y->x ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static double weight_of(const double *w, size_t row)
{
    return w ? w[row] : 1.0;
}

static void measure_group(const struct column *c, const double *w, int group, struct moments *m)
{
    double weight = 0, squares = 0, sum = 0, spread = 0;

    for (size_t i = 0; i < c->n; i++) {
        const size_t row = c->sorted[i].row;
        if ((c->d[row] > 0) != (group == TREATED))
            continue;
        weight += weight_of(w, row);
        squares += weight_of(w, row) * weight_of(w, row);
        sum += weight_of(w, row) * c->sorted[i].x;
    }
    const double mean = sum / weight, free_weight = weight - squares / weight;
    for (size_t i = 0; i < c->n; i++) {
        const size_t row = c->sorted[i].row;
        if ((c->d[row] > 0) == (group == TREATED))
            spread += weight_of(w, row) * (c->sorted[i].x - mean) * (c->sorted[i].x - mean);
    }
    *m = (struct moments){weight, mean, free_weight > 0 ? spread / free_weight : REAL_NAN};
}

/* Steps through the values, with the share of each group at or below them. */
static void compare_distributions(const struct column *c, const double *w, const struct moments *m,
                                  struct effect_likeness *like)
{
    double share[GROUPS] = {0}, sum = 0, most = 0;
    size_t values = 0;

    for (size_t i = 0; i < c->n; i++) {
        const size_t row = c->sorted[i].row;
        const int group = c->d[row] > 0 ? TREATED : CONTROL;
        share[group] += weight_of(w, row) / m[group].weight;
        if (i + 1 < c->n && c->sorted[i + 1].x == c->sorted[i].x)
            continue;
        const double apart = i + 1 < c->n ? fabs(share[TREATED] - share[CONTROL]) : 0;
        sum += apart;
        most = apart > most ? apart : most;
        values++;
    }
    like->ecdf_mean = c->is_binary ? most : sum / (double)values;
    like->ecdf_max = most;
}

static void compare(const struct column *c, const double *w, double origin, double unit,
                    struct effect_likeness *like)
{
    struct moments m[GROUPS];

    measure_group(c, w, CONTROL, &m[CONTROL]);
    measure_group(c, w, TREATED, &m[TREATED]);
    like->mean_treated = origin + unit * m[TREATED].mean;
    like->mean_control = origin + unit * m[CONTROL].mean;
    like->difference = c->scale > 0 ? (m[TREATED].mean - m[CONTROL].mean) / c->scale : REAL_NAN;
    like->variance_ratio = c->is_binary || !(m[CONTROL].variance > 0)
                               ? REAL_NAN
                               : m[TREATED].variance / m[CONTROL].variance;
    compare_distributions(c, w, m, like);
}

static size_t count_values(const struct value *sorted, size_t n)
{
    size_t values = 1;
    for (size_t i = 1; i < n; i++)
        values += sorted[i].x != sorted[i - 1].x;
    return values;
}

static void fill_row(void *ctx, size_t j, unsigned worker)
{
    const struct pass *p = ctx;
    const struct frame *f = p->f;
    const double *x = j == 0 ? p->p : f->x[j];
    const double origin = j == 0 ? 0 : f->x_mean[j], unit = j == 0 ? 1 : f->x_sd[j];
    struct value *v = p->scratch + worker * f->n;
    struct moments treated;

    for (size_t i = 0; i < f->n; i++)
        v[i] = (struct value){x[i], i};
    qsort(v, f->n, sizeof *v, rising);
    struct column c = {.sorted = v, .n = f->n, .d = f->d};
    c.is_binary = count_values(v, f->n) == 2;
    measure_group(&c, NULL, TREATED, &treated);
    const double low = v[0].x, high = v[f->n - 1].x;
    c.scale = sqrt(c.is_binary ? fmax(0, (treated.mean - low) * (high - treated.mean))
                               : treated.variance);
    compare(&c, NULL, origin, unit, &p->balance[j].before);
    compare(&c, p->after, origin, unit, &p->balance[j].after);
}

err balance_fill(const struct frame *f, const double *p, const double *after, par *pool,
                 struct effect_result *r, struct err_info *info)
{
    const size_t threads = pool ? par_threads(pool) : 1;
    arena *scratch = arena_new(SIZE_MAX);
    if (!scratch)
        return err_nomem(info);

    err e = OK;
    struct pass pass = {.f = f, .p = p, .after = after};
    pass.scratch =
        f->n > SIZE_MAX / threads ? NULL : ARENA_NEW(scratch, struct value, threads * f->n);
    pass.balance = ARENA_NEW(r->memory, struct effect_balance, f->k);
    if (!pass.scratch || !pass.balance) {
        e = err_nomem(info);
        goto out;
    }
    for (size_t j = 1; j < f->k; j++) {
        pass.balance[j].covariate = arena_str(r->memory, f->x_name[j]);
        if (!pass.balance[j].covariate.p) {
            e = err_nomem(info);
            goto out;
        }
    }
    pass.balance[0].covariate = STR("");
    par_run(pool, f->k, fill_row, &pass);
    r->balance = pass.balance;
    r->n_balance = f->k;
out:
    arena_free(scratch);
    return e;
}
