/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/randomise_int.h"

#include "base/lin.h"
#include "base/real.h"

#include <math.h>
#include <string.h>

#define COLLINEAR 1e-10 /* share of a treatment's variation that other columns must leave */

enum { OUTCOME, TREATMENT, OUTCOMES };

/* ---- what each team gives with each profile ---- */

struct making {
    const struct clustered *c;
    const struct randomise_profiles *p;
    const uint32_t *profile;
    struct randomise *s;
};

/* A'PA is the product of the packed lower triangles of AA' and of P with its halves added. */
static void pack(const double *gram, size_t width, size_t k, double *packed)
{
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j <= i; j++)
            *packed++ = (i == j ? 1 : 2) * gram[i * width + j];
}

/* Products of two profiles' treatments within a team. */
static double product_of(const struct making *m, size_t team, size_t one, size_t other)
{
    const struct randomise_profiles *p = m->p;
    const size_t k = m->c->k;
    const double *gram = m->c->gram + team * k * k;
    double sum = 0;
    for (size_t i = 0; i < p->n_columns; i++)
        for (size_t j = 0; p->times[one * p->n_columns + i] && j < p->n_columns; j++)
            sum += p->times[one * p->n_columns + i] * p->times[other * p->n_columns + j] *
                   gram[p->column[i] * k + p->column[j]];
    return sum;
}

static void make_profile(const struct making *m, size_t team, size_t profile)
{
    struct randomise *s = m->s;
    const struct randomise_profiles *p = m->p;
    const size_t k = m->c->k, at = team * s->n_profiles + profile;
    double *a = s->a + at * s->k;
    for (size_t i = 0; i < p->n_columns; i++) {
        const size_t row = p->column[i];
        const double times = p->times[profile * p->n_columns + i];
        if (times == 0)
            continue;
        s->r[OUTCOME][at] += times * m->c->product[team * k + row];
        for (size_t j = 0; j < s->k; j++)
            a[j] += times * m->c->gram[(team * k + row) * k + j];
    }
    clustered_whiten_vector(s->white, s->k, a);
    s->q[at] = product_of(m, team, profile, profile);
    s->r[TREATMENT][at] = product_of(m, team, profile, m->profile[team]);
}

static void make_team(void *ctx, size_t team, unsigned worker)
{
    (void)worker;
    const struct making *m = ctx;
    for (size_t profile = 0; profile < m->s->n_profiles; profile++)
        make_profile(m, team, profile);
}

/* z = C^-1 b(g) - P(g) C^-1 b of one outcome, without the last column. */
static void make_scores(struct randomise *s, int outcome, const double *product, size_t stride)
{
    const size_t width = s->white->k;
    for (size_t g = 0; g < s->n; g++)
        for (size_t j = 0; j < s->k; j++)
            s->total[outcome][j] += product[g * stride + j];
    for (size_t g = 0; g < s->n; g++)
        for (size_t j = 0; j < s->k; j++)
            s->z[outcome][g * s->k + j] =
                product[g * stride + j] -
                lin_dot(s->white->gram + (g * width + j) * width, s->total[outcome], s->k);
}

static err profiles_new(struct making *m, par *pool, arena *a, struct err_info *info)
{
    struct randomise *s = m->s;
    const size_t places = s->n * s->n_profiles, packed = s->k * (s->k + 1) / 2;
    double *observed = ARENA_NEW(a, double, s->n * s->k);
    s->packed = ARENA_NEW(a, double, s->n *packed);
    s->a = ARENA_NEW(a, double, places * s->k);
    s->q = ARENA_NEW(a, double, places);
    for (int outcome = OUTCOME; outcome < OUTCOMES; outcome++) {
        s->r[outcome] = ARENA_NEW(a, double, places);
        s->z[outcome] = ARENA_NEW(a, double, s->n * s->k);
        s->total[outcome] = ARENA_NEW(a, double, s->k);
        if (!s->r[outcome] || !s->z[outcome] || !s->total[outcome])
            return err_nomem(info);
    }
    if (!observed || !s->packed || !s->a || !s->q)
        return err_nomem(info);
    par_run(pool, s->n, make_team, m);
    for (size_t g = 0; g < s->n; g++) {
        pack(s->white->gram + g * s->white->k * s->white->k, s->white->k, s->k,
             s->packed + g * packed);
        memcpy(observed + g * s->k, s->a + (g * s->n_profiles + m->profile[g]) * s->k,
               s->k * sizeof *observed);
    }
    make_scores(s, OUTCOME, s->white->product, s->white->k);
    make_scores(s, TREATMENT, observed, s->k);
    return OK;
}

err randomise_new(const struct clustered *c, const struct clustered_white *w,
                  const struct randomise_profiles *p, const uint32_t *profile, par *pool, arena *a,
                  struct randomise *s, struct err_info *info)
{
    const size_t k = c->k - 1;
    *s = (struct randomise){.n = c->n, .k = k, .n_profiles = p ? p->n : 0, .white = w};
    struct making m = {.c = c, .p = p, .profile = profile, .s = s};
    s->scratch_size = 2 * k + k * (k + 1) / 2 + (1 + OUTCOMES) * c->n;
    s->scratch = ARENA_NEW(a, double, par_threads(pool) * s->scratch_size);
    if (!s->scratch)
        return err_nomem(info);
    return p ? profiles_new(&m, pool, a, info) : OK;
}

/* ---- an allocation ---- */

/* Sums of squares of the scores u - n v of the two outcomes, over the squared denominator. */
static void conclude(struct teams_draw *d, double *const *u, const double *v, size_t n,
                     double denominator)
{
    d->c0 = d->c1 = d->c2 = 0;
    for (size_t g = 0; g < n; g++) {
        const double y = u[OUTCOME][g] - d->n0 * v[g], x = u[TREATMENT][g] - d->n1 * v[g];
        d->c0 += y * y;
        d->c1 += y * x;
        d->c2 += x * x;
    }
    const double by = 1 / (denominator * denominator);
    d->c0 *= by;
    d->c1 *= by;
    d->c2 *= by;
}

void randomise_evaluate(const void *ctx, const uint32_t *profile, unsigned worker,
                        struct teams_draw *draw)
{
    const struct randomise *s = ctx;
    const size_t k = s->k, n_packed = k * (k + 1) / 2;
    double *sum = s->scratch + worker * s->scratch_size, *square = sum + k;
    double *v = square + n_packed, *const u[OUTCOMES] = {v + s->n, v + 2 * s->n};
    double n[OUTCOMES] = {0}, own = 0;

    memset(sum, 0, k * sizeof *sum);
    for (size_t g = 0; g < s->n; g++) {
        const size_t at = g * s->n_profiles + profile[g];
        const double *a = s->a + at * k;
        own += s->q[at];
        for (int o = OUTCOME; o < OUTCOMES; o++)
            n[o] += s->r[o][at];
        for (size_t j = 0; j < k && s->q[at] > 0; j++)
            sum[j] += a[j];
    }
    for (size_t i = 0, to = 0; i < k; i++)
        for (size_t j = 0; j <= i; j++)
            square[to++] = sum[i] * sum[j];
    const double denominator = own - lin_dot(sum, sum, k);
    *draw = (struct teams_draw){REAL_NAN, REAL_NAN, REAL_NAN, REAL_NAN, REAL_NAN};
    if (!(denominator > COLLINEAR * own))
        return;
    draw->n0 = (n[OUTCOME] - lin_dot(sum, s->total[OUTCOME], k)) / denominator;
    draw->n1 = (n[TREATMENT] - lin_dot(sum, s->total[TREATMENT], k)) / denominator;
    for (size_t g = 0; g < s->n; g++) {
        const size_t at = g * s->n_profiles + profile[g];
        const double *a = s->a + at * k;
        const bool is_on = s->q[at] > 0;
        v[g] = lin_dot(square, s->packed + g * n_packed, n_packed);
        if (is_on)
            v[g] += s->q[at] - 2 * lin_dot(sum, a, k);
        for (int o = OUTCOME; o < OUTCOMES; o++) {
            u[o][g] = -lin_dot(sum, s->z[o] + g * k, k);
            if (is_on)
                u[o][g] += s->r[o][at] - lin_dot(a, s->total[o], k);
        }
    }
    conclude(draw, u, v, s->n, denominator);
}

/* ---- a draw of the bootstrap ---- */

/*
 * In white coordinates of all columns the treatment is coordinate k, scaled so that its
 * denominator is 1; `unit` turns that into effects. Restricted residuals of the outcome have
 * scores product - P total over the first k coordinates; those of the treatment P's last column.
 */
void randomise_resample(const void *ctx, const double *weight, unsigned worker,
                        struct teams_draw *draw)
{
    const struct randomise *s = ctx;
    const struct clustered_white *w = s->white;
    const size_t k = s->k, width = w->k;
    const double unit = w->scale[k] / w->root[k * width + k];
    double *sum[OUTCOMES] = {s->scratch + worker * s->scratch_size,
                             s->scratch + worker * s->scratch_size + k};
    double *v = sum[OUTCOME] + 2 * k + k * (k + 1) / 2;
    double *const u[OUTCOMES] = {v + s->n, v + 2 * s->n};
    double n[OUTCOMES] = {0};

    memset(sum[OUTCOME], 0, 2 * k * sizeof(double));
    for (size_t g = 0; g < s->n; g++) {
        const double *last = w->gram + (g * width + k) * width, *score = w->score + g * width;
        for (size_t j = 0; j < k; j++) { /* the score has the treatment's part taken out: back */
            sum[OUTCOME][j] += weight[g] * (score[j] + last[j] * w->total[k]);
            sum[TREATMENT][j] += weight[g] * last[j];
        }
        u[OUTCOME][g] = weight[g] * (score[k] + last[k] * w->total[k]);
        u[TREATMENT][g] = weight[g] * last[k];
        v[g] = last[k];
        for (int o = OUTCOME; o < OUTCOMES; o++)
            n[o] += u[o][g];
    }
    for (size_t g = 0; g < s->n; g++) {
        const double *last = w->gram + (g * width + k) * width;
        for (int o = OUTCOME; o < OUTCOMES; o++)
            u[o][g] -= lin_dot(last, sum[o], k);
    }
    draw->n0 = n[OUTCOME];
    draw->n1 = n[TREATMENT];
    conclude(draw, u, v, s->n, 1);
    draw->n0 *= unit; /* n1 stays: the treatment is 1 / unit white ones */
    draw->c0 *= unit * unit;
    draw->c1 *= unit;
}
