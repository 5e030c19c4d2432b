/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/clustered_int.h"

#include "base/lin.h"

#include <math.h>
#include <string.h>

#define COLLINEAR                                                                                  \
    1e-12           /* share of a column's own variation that must be left, see lin_cholesky       \
                     */
#define ALONE 1e-10 /* 1 - eigenvalue below which a cluster alone identifies a direction */

/* ---- white coordinates ---- */

void clustered_whiten_vector(const struct clustered_white *w, size_t k, double *v)
{
    for (size_t i = 0; i < k; i++) {
        const double *row = w->root + i * w->k;
        v[i] = w->keep[i] ? (v[i] * w->scale[i] - lin_dot(row, v, i)) / row[i] : 0;
    }
}

struct whitening {
    const struct clustered *c;
    struct clustered_white *w;
};

static void transpose(double *m, size_t k)
{
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < i; j++) {
            const double swap = m[i * k + j];
            m[i * k + j] = m[j * k + i];
            m[j * k + i] = swap;
        }
}

/* P = C^-1 S C'^-1: first each row of the symmetric S, then each row of what that gave, turned. */
static void whiten_cluster(void *ctx, size_t g, unsigned worker)
{
    (void)worker;
    const struct whitening *job = ctx;
    struct clustered_white *w = job->w;
    const size_t k = w->k;
    double *p = w->gram + g * k * k, *product = w->product + g * k;

    memcpy(p, job->c->gram + g * k * k, k * k * sizeof *p);
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < k; i++)
            clustered_whiten_vector(w, k, p + i * k);
        transpose(p, k);
    }
    memcpy(product, job->c->product + g * k, k * sizeof *product);
    clustered_whiten_vector(w, k, product);
}

static void score_cluster(void *ctx, size_t g, unsigned worker)
{
    (void)worker;
    struct clustered_white *w = ctx;
    const size_t k = w->k;
    double *score = w->score + g * k;
    lin_multiply(w->gram + g * k * k, k, k, w->total, score);
    for (size_t j = 0; j < k; j++)
        score[j] = w->product[g * k + j] - score[j];
}

static void factor(const struct clustered *c, struct clustered_white *w)
{
    const size_t k = c->k;
    for (size_t g = 0; g < c->n; g++)
        for (size_t i = 0; i < k * k; i++)
            w->root[i] += c->gram[g * k * k + i];
    for (size_t j = 0; j < k; j++)
        w->scale[j] = w->root[j * k + j] > 0 ? 1 / sqrt(w->root[j * k + j]) : 0;
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < k; j++)
            w->root[i * k + j] *= w->scale[i] * w->scale[j];
    (void)lin_cholesky(w->root, k, COLLINEAR, w->keep);
}

err clustered_whiten(const struct clustered *c, par *pool, arena *a, struct clustered_white *w,
                     struct err_info *info)
{
    const size_t k = c->k;
    *w = (struct clustered_white){
        .n = c->n,
        .k = k,
        .root = ARENA_NEW(a, double, k *k),
        .scale = ARENA_NEW(a, double, k),
        .keep = ARENA_NEW(a, bool, k),
        .gram = ARENA_NEW(a, double, c->n *k *k),
        .product = ARENA_NEW(a, double, c->n *k),
        .total = ARENA_NEW(a, double, k),
        .score = ARENA_NEW(a, double, c->n *k),
    };
    if (!w->root || !w->scale || !w->keep || !w->gram || !w->product || !w->total || !w->score)
        return err_nomem(info);
    factor(c, w);
    struct whitening job = {.c = c, .w = w};
    par_run(pool, c->n, whiten_cluster, &job);
    for (size_t g = 0; g < c->n; g++)
        for (size_t j = 0; j < k; j++)
            w->total[j] += w->product[g * k + j];
    par_run(pool, c->n, score_cluster, w);
    return OK;
}

/* ---- other columns ---- */

/* v becomes the products of the new columns: `by` holds c_i / c_j, `at` is j. */
static void turn(const double *by, double largest, size_t at, size_t k, double *v)
{
    const double own = v[at];
    for (size_t i = 0, to = 0; i < k; i++)
        if (i != at)
            v[to++] = v[i] - own * by[i];
    v[k - 1] = own / largest;
}

err clustered_turn(const struct clustered *c, const double *form, arena *a,
                   struct clustered *turned, struct err_info *info)
{
    const size_t k = c->k;
    double *gram = ARENA_NEW(a, double, c->n *k *k), *product = ARENA_NEW(a, double, c->n *k);
    double *by = ARENA_NEW(a, double, k);
    size_t at = 0;
    if (!gram || !product || !by)
        return err_nomem(info);
    for (size_t i = 1; i < k; i++)
        at = fabs(form[i]) > fabs(form[at]) ? i : at;
    for (size_t i = 0; i < k; i++)
        by[i] = form[i] / form[at];
    memcpy(gram, c->gram, c->n * k * k * sizeof *gram);
    memcpy(product, c->product, c->n * k * sizeof *product);
    for (size_t g = 0; g < c->n; g++) {
        for (int side = 0; side < 2; side++) {
            for (size_t i = 0; i < k; i++)
                turn(by, form[at], at, k, gram + (g * k + i) * k);
            transpose(gram + g * k * k, k);
        }
        turn(by, form[at], at, k, product + g * k);
    }
    *turned = (struct clustered){c->n, k, gram, product};
    return OK;
}

/* ---- covariances ---- */

struct sandwich {
    const struct clustered_white *w;
    enum effect_errors errors;
    const double *form;
    size_t m;
    double *eigen;   /* workers x 2 x k x k: scratch */
    double *adjust;  /* n x k x k: A(g); NULL for cr1 */
    double **effect; /* m columns of n: c'A(g) z(g) */
};

static double weight_of(enum effect_errors errors, double eigenvalue)
{
    const double left = 1 - eigenvalue;
    if (left < ALONE)
        return 0;
    return errors == EFFECT_CR2 ? 1 / sqrt(left) : 1 / left;
}

/* A(g) = Q'f(values)Q, row by row. */
static void adjust_cluster(const struct sandwich *s, size_t g, unsigned worker)
{
    const size_t k = s->w->k;
    double *value = s->eigen + worker * 2 * k * k, *vectors = value + k * k;
    double *adjust = s->adjust + g * k * k;
    memcpy(value, s->w->gram + g * k * k, k * k * sizeof *value);
    clustered_eigen(value, k, vectors);
    for (size_t e = 0; e < k; e++) {
        const double weight = weight_of(s->errors, value[e * k + e]);
        const double *q = vectors + e * k;
        for (size_t i = 0; i < k; i++)
            for (size_t j = 0; j < k; j++)
                adjust[i * k + j] += weight * q[i] * q[j];
    }
}

static void meat_cluster(void *ctx, size_t g, unsigned worker)
{
    const struct sandwich *s = ctx;
    const size_t k = s->w->k;
    const double *score = s->w->score + g * k;
    double adjusted[LIN_K_MAX];
    if (s->adjust) {
        adjust_cluster(s, g, worker);
        lin_multiply(s->adjust + g * k * k, k, k, score, adjusted);
        score = adjusted;
    }
    for (size_t j = 0; j < s->m; j++)
        s->effect[j][g] = lin_dot(s->form + j * k, score, k);
}

/* Bell and McCaffrey's degrees of freedom of one form; products: k x k of scratch. */
static double satterthwaite(const struct sandwich *s, const double *form, double *products)
{
    const size_t k = s->w->k;
    double trace = 0, square = 0, a[LIN_K_MAX], p[LIN_K_MAX];
    memset(products, 0, k * k * sizeof *products);
    for (size_t g = 0; g < s->w->n; g++) {
        lin_multiply(s->adjust + g * k * k, k, k, form, a);
        lin_multiply(s->w->gram + g * k * k, k, k, a, p);
        const double own = lin_dot(a, p, k), fitted = lin_dot(p, p, k);
        trace += own - fitted;
        square += own * own - 2 * own * fitted;
        for (size_t i = 0; i < k; i++)
            for (size_t j = 0; j < k; j++)
                products[i * k + j] += p[i] * p[j];
    }
    square += lin_dot(products, products, k * k);
    return trace * trace / square;
}

static err sandwich_new(struct sandwich *s, par *pool, arena *a, struct err_info *info)
{
    const size_t k = s->w->k;
    s->effect = ARENA_NEW(a, double *, s->m);
    if (!s->effect)
        return err_nomem(info);
    for (size_t j = 0; j < s->m; j++) {
        s->effect[j] = ARENA_NEW(a, double, s->w->n);
        if (!s->effect[j])
            return err_nomem(info);
    }
    if (s->errors == EFFECT_CR1)
        return OK;
    s->adjust = ARENA_NEW(a, double, s->w->n *k *k);
    s->eigen = ARENA_NEW(a, double, par_threads(pool) * 2 * k * k);
    return s->adjust && s->eigen ? OK : err_nomem(info);
}

err clustered_covariance(const struct clustered_white *w, enum effect_errors errors, double factor,
                         const double *form, size_t m, par *pool, arena *a, double *covariance,
                         double *df, struct err_info *info)
{
    const double n = (double)w->n;
    struct sandwich s = {.w = w, .errors = errors, .form = form, .m = m};
    err e = sandwich_new(&s, pool, a, info);
    if (e != OK)
        return e;
    par_run(pool, w->n, meat_cluster, &s);
    e = lin_gram(pool, (const double *const *)s.effect, m, NULL, w->n, covariance, info);
    if (e != OK)
        return e;
    const double by = errors == EFFECT_CR1 ? factor : errors == EFFECT_CR2 ? 1 : (n - 1) / n;
    for (size_t i = 0; i < m * m; i++)
        covariance[i] *= by;
    for (size_t j = 0; j < m; j++)
        df[j] = errors == EFFECT_CR2 ? satterthwaite(&s, form + j * w->k, s.eigen) : n - 1;
    return OK;
}
