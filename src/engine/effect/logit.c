/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/logit_int.h"

#include "base/lin.h"
#include "base/real.h"

#include <math.h>
#include <string.h>

enum {
    TILE = 512,        /* rows worked on at once: a few columns of them stay in the first cache */
    ROUND_BLOCKS = 64, /* blocks whose sums are kept apart before they are added */
};

#define COLLINEAR                                                                                  \
    1e-12               /* share of a column's own variation that must be left, see lin_cholesky   \
                         */
#define STEP_DONE 1e-12 /* root mean square change of the linear predictor */
#define OVERSHOOT 0.5   /* share of the slope a step may leave in the other direction */
#define SURE      15.0  /* linear predictor of a chance within 3e-7 of 0 or 1 */

/* One evaluation of the derivatives at `beta`, over the columns that are in the model. */
struct pass {
    const double *const *x;
    size_t k;
    const double *d, *w;
    size_t n;
    const double *beta;
    double *score;   /* n fitted chances, or NULL */
    size_t first;    /* block of this round's first sums */
    size_t stride;   /* k first derivatives, then the lower triangle of minus the second ones */
    double *partial; /* ROUND_BLOCKS x stride */
};

static size_t triangle(size_t k)
{
    return k * (k + 1) / 2;
}

static void add_tile(const struct pass *p, size_t at, size_t m, double *sums)
{
    const double *x[LIN_K_MAX];
    double chance[TILE], residual[TILE], spread[TILE], weighted[TILE];

    for (size_t j = 0; j < p->k; j++)
        x[j] = p->x[j] + at;
    lin_combine(x, p->k, p->beta, m, chance);
    real_logistic_n(chance, m, chance);
    if (p->score)
        memcpy(p->score + at, chance, m * sizeof *chance);
    for (size_t i = 0; i < m; i++) {
        const double w = p->w ? p->w[at + i] : 1.0;
        residual[i] = w * (p->d[at + i] - chance[i]);
        spread[i] = w * chance[i] * (1.0 - chance[i]);
    }
    double *curvature = sums + p->k;
    for (size_t j = 0; j < p->k; j++) {
        sums[j] += lin_dot(x[j], residual, m);
        for (size_t i = 0; i < m; i++)
            weighted[i] = spread[i] * x[j][i];
        for (size_t l = 0; l <= j; l++)
            *curvature++ += lin_dot(weighted, x[l], m);
    }
}

static void add_block(void *ctx, size_t block, unsigned worker)
{
    (void)worker;
    const struct pass *p = ctx;
    double *sums = p->partial + block * p->stride;
    const size_t from = (p->first + block) * LIN_BLOCK;
    const size_t to = p->n - from < LIN_BLOCK ? p->n : from + LIN_BLOCK;

    memset(sums, 0, p->stride * sizeof *sums);
    for (size_t at = from; at < to; at += TILE)
        add_tile(p, at, to - at < TILE ? to - at : TILE, sums);
}

/* Sums all rows: slope k, curvature k x k with its lower triangle filled. */
static void derive(par *pool, struct pass *p, double *slope, double *curvature)
{
    const size_t k = p->k, n_blocks = (p->n + LIN_BLOCK - 1) / LIN_BLOCK;

    memset(slope, 0, k * sizeof *slope);
    memset(curvature, 0, k * k * sizeof *curvature);
    for (p->first = 0; p->first < n_blocks; p->first += ROUND_BLOCKS) {
        const size_t left = n_blocks - p->first, round = left < ROUND_BLOCKS ? left : ROUND_BLOCKS;
        par_run(pool, round, add_block, p);
        for (size_t b = 0; b < round; b++) {
            const double *sums = p->partial + b * p->stride;
            for (size_t j = 0; j < k; j++)
                slope[j] += *sums++;
            for (size_t j = 0; j < k; j++)
                for (size_t l = 0; l <= j; l++)
                    curvature[j * k + l] += *sums++;
        }
    }
}

/* Newton's state over the columns in the model; `index` says where they came from. */
struct newton {
    struct pass pass;
    const double **x;
    size_t *index;
    double *beta, *origin, *step, *slope, *curvature;
    bool *keep;
};

static err newton_new(arena *a, size_t k, size_t n, struct newton *s, struct err_info *info)
{
    const size_t n_blocks = (n + LIN_BLOCK - 1) / LIN_BLOCK;

    s->x = ARENA_NEW(a, const double *, k);
    s->index = ARENA_NEW(a, size_t, k);
    s->beta = ARENA_NEW(a, double, k);
    s->origin = ARENA_NEW(a, double, k);
    s->step = ARENA_NEW(a, double, k);
    s->slope = ARENA_NEW(a, double, k);
    s->curvature = ARENA_NEW(a, double, k *k);
    s->keep = ARENA_NEW(a, bool, k);
    s->pass.partial = ARENA_NEW(
        a, double, (n_blocks < ROUND_BLOCKS ? n_blocks : ROUND_BLOCKS) * (k + triangle(k)));
    if (!s->x || !s->index || !s->beta || !s->origin || !s->step || !s->slope || !s->curvature ||
        !s->keep || !s->pass.partial)
        return err_nomem(info);
    return OK;
}

static void use_columns(struct newton *s, size_t k)
{
    s->pass.x = s->x;
    s->pass.k = k;
    s->pass.beta = s->beta;
    s->pass.stride = k + triangle(k);
}

/* Leaves out the columns that keep[] says depend on earlier ones. */
static void drop_columns(struct newton *s)
{
    size_t kept = 0;
    for (size_t j = 0; j < s->pass.k; j++) {
        if (!s->keep[j])
            continue;
        s->x[kept] = s->x[j];
        s->index[kept] = s->index[j];
        s->beta[kept] = s->beta[j];
        kept++;
    }
    use_columns(s, kept);
}

static double dot_small(const double *a, const double *b, size_t k)
{
    double sum = 0;
    for (size_t j = 0; j < k; j++)
        sum += a[j] * b[j];
    return sum;
}

static void move(struct newton *s, double share)
{
    for (size_t j = 0; j < s->pass.k; j++)
        s->beta[j] = s->origin[j] + share * s->step[j];
}

/*
 * The log-likelihood is concave: along a step its slope falls from `gain` to
 * what is found at the new point. Far below zero means the top was passed.
 * Returns false when the step was halved and must be looked at again.
 */
static bool step_is_good(struct newton *s, double gain, double *share)
{
    if (dot_small(s->slope, s->step, s->pass.k) >= -OVERSHOOT * gain)
        return true;
    *share /= 2;
    move(s, *share);
    return false;
}

/* Climbs to the maximum. On LOGIT_CONVERGED, curvature holds its Cholesky factor. */
static enum logit_status climb(par *pool, struct newton *s, double weight, unsigned *iterations)
{
    double gain = 0, share = 0;
    bool is_first = true;

    for (*iterations = 1; *iterations <= LOGIT_ITERATIONS_MAX; ++*iterations) {
        const size_t k = s->pass.k;
        derive(pool, &s->pass, s->slope, s->curvature);
        if (share > 0 && !step_is_good(s, gain, &share))
            continue;
        const size_t rank = lin_cholesky(s->curvature, k, COLLINEAR, s->keep);
        if (rank < k && !is_first)
            return LOGIT_SEPARATED; /* the curvature dies out only as chances reach 0 and 1 */
        is_first = false;
        if (rank < k) {
            drop_columns(s);
            continue;
        }
        memcpy(s->step, s->slope, k * sizeof *s->step);
        lin_cholesky_solve(s->curvature, s->keep, k, s->step);
        gain = dot_small(s->slope, s->step, k);
        if (gain <= STEP_DONE * STEP_DONE * weight)
            return LOGIT_CONVERGED;
        memcpy(s->origin, s->beta, k * sizeof *s->origin);
        share = 1;
        move(s, share);
    }
    return LOGIT_NO_MAXIMUM;
}

/* True when some row's chance is practically 0 or 1. */
static bool is_sure(const struct pass *p)
{
    const double *x[LIN_K_MAX];
    double eta[TILE];

    for (size_t at = 0; at < p->n; at += TILE) {
        const size_t m = p->n - at < TILE ? p->n - at : TILE;
        for (size_t j = 0; j < p->k; j++)
            x[j] = p->x[j] + at;
        lin_combine(x, p->k, p->beta, m, eta);
        for (size_t i = 0; i < m; i++)
            if (fabs(eta[i]) > SURE && (!p->w || p->w[at + i] > 0))
                return true;
    }
    return false;
}

/* Column 0, the ones, only goes along with the others: it separates nobody. */
static size_t fastest_column(const struct newton *s)
{
    size_t best = s->pass.k > 1 ? 1 : 0;
    for (size_t j = best + 1; j < s->pass.k; j++)
        if (fabs(s->step[j]) > fabs(s->step[best]))
            best = j;
    return s->index[best];
}

static void give_fit(const struct newton *s, double *inverse, size_t k, struct logit_fit *fit)
{
    const size_t kept = s->pass.k;

    memset(fit->beta, 0, k * sizeof *fit->beta);
    memset(fit->inverse, 0, k * k * sizeof *fit->inverse);
    memset(fit->keep, 0, k * sizeof *fit->keep);
    fit->rank = kept;
    lin_cholesky_inverse(s->curvature, s->keep, kept, inverse);
    for (size_t j = 0; j < kept; j++) {
        fit->keep[s->index[j]] = true;
        fit->beta[s->index[j]] = s->beta[j];
        for (size_t l = 0; l < kept; l++)
            fit->inverse[s->index[j] * k + s->index[l]] = inverse[j * kept + l];
    }
}

err logit_fit_new(arena *a, size_t k, struct logit_fit *fit, struct err_info *info)
{
    *fit = (struct logit_fit){
        .beta = ARENA_NEW(a, double, k),
        .inverse = ARENA_NEW(a, double, k *k),
        .keep = ARENA_NEW(a, bool, k),
    };
    return fit->beta && fit->inverse && fit->keep ? OK : err_nomem(info);
}

err logit_run(par *pool, const double *const *x, size_t k, const double *d, const double *w,
              size_t n, const double *start, struct logit_fit *fit, double *score,
              struct err_info *info)
{
    struct newton s = {.pass = {.d = d, .w = w, .n = n, .score = score}};
    const double weight = w ? lin_sum(w, n) : (double)n;
    const double treated = w ? lin_dot(w, d, n) : lin_sum(d, n);

    fit->status = LOGIT_ONE_GROUP;
    fit->iterations = 0;
    if (!(treated > 0 && treated < weight))
        return OK;

    arena *scratch = arena_new(SIZE_MAX);
    if (!scratch)
        return err_nomem(info);
    err e = newton_new(scratch, k, n, &s, info);
    if (e != OK)
        goto out;
    for (size_t j = 0; j < k; j++) {
        s.x[j] = x[j];
        s.index[j] = j;
        s.beta[j] = start ? start[j] : 0;
    }
    use_columns(&s, k);
    fit->status = climb(pool, &s, weight, &fit->iterations);
    if (fit->status == LOGIT_NO_MAXIMUM && is_sure(&s.pass))
        fit->status = LOGIT_SEPARATED;
    if (fit->status == LOGIT_SEPARATED)
        fit->culprit = fastest_column(&s);
    if (fit->status != LOGIT_CONVERGED)
        goto out;
    double *inverse = ARENA_NEW(scratch, double, s.pass.k *s.pass.k);
    if (inverse)
        give_fit(&s, inverse, k, fit);
    else
        e = err_nomem(info);
out:
    arena_free(scratch);
    return e;
}
