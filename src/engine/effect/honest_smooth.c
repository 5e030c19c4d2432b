/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A difference in trends whose slope changes by at most M in a step.
 *
 * An estimator is the effect under parallel trends minus an extrapolation from
 * before, t(w) = x0 + sum of w(j) b(j), where b(j) are the second differences of the
 * event study before the base, j = 1 .. n_before - 1 steps from it, and
 *
 *     x0 = sum weight(k) estimate(k) + (sum weight(k) k) estimate(-1)
 *
 * goes on from the last step in a straight line. Any estimator without bias under
 * straight differences has this form (w(j) are the twice added-up weights of
 * periods before), and its largest bias is
 *
 *     M (B + |w(1)| + ... ),   B = sum over j >= 0 of |sum over k > j of (k - j) weight(k)|.
 *
 * The interval is t(w) -+ s q(bias / s) with s the standard deviation of t(w) and
 * q(r) the level quantile of |N(r, 1)| (Armstrong and Kolesar 2018, equation 20;
 * Rambachan and Roth 2023, section 3). Its length is convex in w. Where it is
 * shortest, w minimises s^2 / 2 + lambda (|w(1)| + ...) with
 *
 *     lambda = s M tanh(q r) / (q - r tanh(q r)),   r = bias / s,
 *
 * as q'(r) = tanh(q r). The minimisers for all lambda are a path of straight pieces
 * (Osborne, Presnell and Turlach, "A New Approach to Variable Selection in Least
 * Squares Problems", IMA Journal of Numerical Analysis 20, 2000), walked from w = 0
 * until both agree. Every w gives a valid interval: what may go wrong in the search
 * costs length, not honesty.
 */
#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/honest_int.h"

#include <math.h>
#include <string.h>

enum {
    HALVINGS = 60,
    STEPS_PER_WEIGHT = 20, /* of the path; one is usual */
};
#define BREAKDOWN 1e-9 /* relative error of the breakdown value */

/* The choice of w: variance of t(w) = w'Q w + 2 b'w + c. */
struct choice {
    size_t n; /* weights: n_before - 1 */
    double x0, c;
    double *value; /* n: the second differences */
    double *q, *b; /* n x n; n */
    double reach;  /* B */
    double m, level;
    /* the path: weights in use, their signs, and w = -(at + lambda slope) there */
    bool *used, *keep;
    double *sign, *w;
    double *at, *slope, *cholesky;
    size_t *place; /* of the used among all */
    size_t n_used;
};

double honest_folded_quantile(double level, double t)
{
    double low = fmax(t + real_norm_ppf(level), 0), high = t + real_norm_ppf((1 + level) / 2);
    double c = high;
    for (int i = 0; i < HALVINGS && high - low > 1e-15 * high; i++) {
        const double f = real_norm_cdf(c - t) - real_norm_cdf(-c - t) - level;
        if (f > 0)
            high = c;
        else
            low = c;
        const double next = c - f / (real_norm_pdf(c - t) + real_norm_pdf(c + t));
        if (fabs(next - c) < 1e-15 * c)
            return next;
        c = next > low && next < high ? next : low + (high - low) / 2;
    }
    return c;
}

/* ---- the problem ---- */

/* Coefficients of the event study in x0 (j = 0) or in the second difference j. */
static void combination(const struct honest_study *s, size_t j, double *by)
{
    memset(by, 0, (s->n_before + s->n_after) * sizeof *by);
    double *base = by + s->n_before; /* base[-1] is the period before the base */
    if (j > 0) {
        base[-(ptrdiff_t)j - 1] = 1;
        base[-(ptrdiff_t)j] = -2;
        if (j > 1)
            base[-(ptrdiff_t)j + 1] = 1;
        return;
    }
    for (size_t k = 0; k < s->n_after; k++) {
        base[k] = s->weight[k];
        base[-1] += (double)(k + 1) * s->weight[k];
    }
}

static double reach_of(const struct honest_study *s)
{
    double sum = 0, tail = 0, bend = 0; /* tail: weights behind j; bend: times the distance */
    for (size_t j = s->n_after; j-- > 0;) {
        tail += s->weight[j];
        bend += tail;
        sum += fabs(bend);
    }
    return sum;
}

static err choice_new(const struct honest_study *s, double level, arena *a, struct choice *p,
                      struct err_info *info)
{
    const size_t n = s->n_before - 1, all = s->n_before + s->n_after;
    *p = (struct choice){.n = n,
                         .level = level,
                         .reach = reach_of(s),
                         .value = ARENA_NEW(a, double, n),
                         .q = ARENA_NEW(a, double, n *n),
                         .b = ARENA_NEW(a, double, n),
                         .used = ARENA_NEW(a, bool, n),
                         .keep = ARENA_NEW(a, bool, n),
                         .sign = ARENA_NEW(a, double, n),
                         .w = ARENA_NEW(a, double, n),
                         .at = ARENA_NEW(a, double, n),
                         .slope = ARENA_NEW(a, double, n),
                         .cholesky = ARENA_NEW(a, double, n *n),
                         .place = ARENA_NEW(a, size_t, n)};
    double *by = ARENA_NEW(a, double, (n + 1) * all), *image = ARENA_NEW(a, double, all);
    if (!p->value || !p->q || !p->b || !p->used || !p->keep || !p->sign || !p->w || !p->at ||
        !p->slope || !p->cholesky || !p->place || !by || !image)
        return err_nomem(info);
    for (size_t j = 0; j <= n; j++)
        combination(s, j, by + j * all);
    for (size_t j = 0; j <= n; j++) {
        const double value = lin_dot(by + j * all, s->estimate, all);
        lin_multiply(s->covariance, all, all, by + j * all, image);
        *(j > 0 ? &p->value[j - 1] : &p->x0) = value;
        *(j > 0 ? &p->b[j - 1] : &p->c) = lin_dot(by, image, all);
        for (size_t i = 1; i <= n && j > 0; i++)
            p->q[(j - 1) * n + i - 1] = lin_dot(by + i * all, image, all);
    }
    return OK;
}

/* ---- length of the interval around t(w) ---- */

static double sd_of(const struct choice *p, const double *w)
{
    double sum = p->c;
    for (size_t i = 0; i < p->n; i++)
        sum += w[i] * (lin_dot(p->q + i * p->n, w, p->n) + 2 * p->b[i]);
    return sqrt(fmax(sum, 0));
}

static double bias_of(const struct choice *p, const double *w)
{
    double sum = p->reach;
    for (size_t i = 0; i < p->n; i++)
        sum += fabs(w[i]);
    return p->m * sum;
}

/* The lambda at which w, if on the path, is best. */
static double wanted_lambda(const struct choice *p, const double *w)
{
    const double s = sd_of(p, w);
    if (!(s > 0))
        return 0;
    const double r = bias_of(p, w) / s, q = honest_folded_quantile(p->level, r);
    const double tanh = -real_expm1(-2 * q * r) / (1 + real_exp(-2 * q * r));
    return s * p->m * tanh / (q - r * tanh);
}

/* ---- the path ---- */

/* w at lambda, on the piece with the weights in use. */
static void path_at(const struct choice *p, double lambda, double *w)
{
    memset(w, 0, p->n * sizeof *w);
    for (size_t i = 0; i < p->n_used; i++)
        w[p->place[i]] = -(p->at[i] + lambda * p->slope[i]);
}

/* Solves for the piece with the weights now in use. */
static void piece_make(struct choice *p)
{
    p->n_used = 0;
    for (size_t i = 0; i < p->n; i++)
        if (p->used[i])
            p->place[p->n_used++] = i;
    const size_t m = p->n_used;
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < m; j++)
            p->cholesky[i * m + j] = p->q[p->place[i] * p->n + p->place[j]];
        p->at[i] = p->b[p->place[i]];
        p->slope[i] = p->sign[p->place[i]];
    }
    (void)lin_cholesky(p->cholesky, m, 1e-13, p->keep);
    lin_cholesky_solve(p->cholesky, p->keep, m, p->at);
    lin_cholesky_solve(p->cholesky, p->keep, m, p->slope);
}

/* Where a weight in use reaches 0, or NaN. */
static double leaves_at(const struct choice *p, size_t i)
{
    return -p->at[i] / p->slope[i];
}

/* Where the gradient of weight j, not in use, reaches sign * lambda. */
static double enters_at(const struct choice *p, size_t j, double sign)
{
    double at = p->b[j], slope = 0;
    for (size_t i = 0; i < p->n_used; i++) {
        at -= p->q[j * p->n + p->place[i]] * p->at[i];
        slope -= p->q[j * p->n + p->place[i]] * p->slope[i];
    }
    return at / (sign - slope);
}

struct event {
    double lambda;
    size_t weight; /* SIZE_MAX: none before 0 */
    double sign;   /* of the gradient of one that enters; 0: it leaves */
};

/*
 * The next change at or below lambda. The one that has just changed, `last`, is
 * linear on this piece and met that bound at its start: it meets it no more.
 */
static struct event next_event(const struct choice *p, double lambda, size_t last)
{
    struct event next = {0, SIZE_MAX, 0};
    for (size_t i = 0; i < p->n_used; i++) {
        const double at = leaves_at(p, i);
        if (p->place[i] != last && at > next.lambda && at < lambda)
            next = (struct event){at, p->place[i], 0};
    }
    for (size_t j = 0; j < p->n; j++)
        for (int sign = -1; sign <= 1 && !p->used[j]; sign += 2) {
            const double at = enters_at(p, j, sign);
            if (!(j == last && sign == -p->sign[j]) && at > next.lambda &&
                at <= lambda * (1 + 1e-12))
                next = (struct event){fmin(at, lambda), j, sign};
        }
    return next;
}

/* On the piece between two values of lambda, the point where the path is best. */
static void settle(struct choice *p, double low, double high)
{
    for (int i = 0; i < HALVINGS && high - low > 1e-14 * high; i++) {
        const double middle = low + (high - low) / 2;
        path_at(p, middle, p->w);
        if (wanted_lambda(p, p->w) < middle)
            high = middle;
        else
            low = middle;
    }
    path_at(p, high, p->w);
}

static void walk(struct choice *p)
{
    double lambda = REAL_INF;
    size_t last = SIZE_MAX;
    memset(p->used, 0, p->n * sizeof *p->used);
    piece_make(p);
    for (size_t step = 0; step < STEPS_PER_WEIGHT * p->n; step++) {
        const struct event next = next_event(p, lambda, last);
        path_at(p, next.lambda, p->w);
        if (next.weight == SIZE_MAX || wanted_lambda(p, p->w) >= next.lambda) {
            settle(p, next.lambda, isinf(lambda) ? next.lambda : lambda);
            return;
        }
        p->used[next.weight] = next.sign != 0;
        if (next.sign != 0)
            p->sign[next.weight] = -next.sign; /* a weight goes against its gradient */
        lambda = next.lambda;
        last = next.weight;
        piece_make(p);
    }
}

static struct honest_interval interval_of(struct choice *p, double m)
{
    p->m = m;
    memset(p->w, 0, p->n * sizeof *p->w);
    walk(p);
    const double s = sd_of(p, p->w), t = p->x0 + lin_dot(p->w, p->value, p->n);
    const double half =
        s > 0 ? s * honest_folded_quantile(p->level, bias_of(p, p->w) / s) : bias_of(p, p->w);
    return (struct honest_interval){t - half, t + half};
}

err honest_smooth(const struct honest_study *s, double level, double m, arena *a,
                  struct honest_interval *interval, struct err_info *info)
{
    struct choice p;
    const err e = choice_new(s, level, a, &p, info);
    if (e == OK)
        *interval = interval_of(&p, m);
    return e;
}

static bool holds_zero(struct choice *p, double m)
{
    const struct honest_interval i = interval_of(p, m);
    return i.low <= 0 && i.high >= 0;
}

err honest_smooth_breakdown(const struct honest_study *s, double level, arena *a, double *breakdown,
                            struct err_info *info)
{
    struct choice p;
    const err e = choice_new(s, level, a, &p, info);
    if (e != OK)
        return e;
    *breakdown = REAL_NAN;
    if (holds_zero(&p, 0))
        return OK;
    /* with w = 0 the interval reaches M B to either side; no shorter one does without bias */
    double low = 0, high = sqrt(p.c) / p.reach;
    while (!holds_zero(&p, high)) {
        low = high;
        high *= 2;
    }
    while (high - low > BREAKDOWN * high) {
        const double middle = low + (high - low) / 2;
        if (holds_zero(&p, middle))
            high = middle;
        else
            low = middle;
    }
    *breakdown = low;
    return OK;
}
