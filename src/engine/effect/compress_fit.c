/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One two-way effect after another. With Q = sum over teams of
 *     Q_g = (A_g    b_gx)
 *           (b_gx'  c_gxx)
 * for periods and covariates, and q_gd = (A_g d_g, b_gx' d_g) for a team's treatment d_g, the
 * treatment free of periods and covariates is d - z with z = Q^-1 sum q_gd, and the effect is
 *     b = sum d_g'r_g / (sum d_g'A_g d_g - z'sum q_gd)
 * with r_g = (b_gy, c_gxy) - Q_g theta, theta = Q^-1 sum (b_gy, c_gxy), the same for all
 * allocations. A team's score is
 *     s_g = (d_g - z)'r_g - b (d_g'A_g d_g - 2 z'q_gd + z'Q_g z)
 * and the variance sum s_g^2 / (sum d_g'A_g d_g - z'sum q_gd)^2, see twfe_int.h for the factors.
 */
#include "engine/effect/compress_int.h"

#include "base/lin.h"
#include "base/real.h"

#include <math.h>
#include <string.h>

#define COLLINEAR 1e-12 /* as in twfe.c */

struct compressed_fit {
    size_t n_teams, n_periods, n_slots;
    size_t k;        /* T + covariates */
    size_t n_packed; /* k (k + 1) / 2 */
    uint32_t *slot;  /* T: of each start that a team has, the place of its q_gd */
    uint32_t *start; /* slots: the other way round */
    double *packed;  /* teams x n_packed: Q_g by rows of its lower triangle, others than the
                        diagonal doubled */
    double *rest;    /* teams x k: r_g */
    double *q;       /* teams x slots x (k + 2): q_gd, then d'A d and d'r */
    double *inverse; /* k x k: of Q, 0 for the first period */
    double factor;   /* small-sample */
};

static size_t width_of(const struct compressed_fit *f)
{
    return f->k + 2;
}

/* Q_g, full. */
static void fill_square(const struct compressed *c, const struct compressed_team *team, double *q)
{
    const size_t t = c->n_periods, p = c->n_covariates, k = t + p, all = compressed_columns(c);
    for (size_t i = 0; i < t; i++)
        memcpy(q + i * k, team->a + i * t, t * sizeof *q);
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < t; i++)
            q[(t + j) * k + i] = q[i * k + t + j] = team->b[j * t + i];
    for (size_t j = 0; j < p; j++)
        memcpy(q + (t + j) * k + t, team->c + j * all, p * sizeof *q);
}

/* (A_g d, b_gx' d) and d'A d for treatment from `start` on. */
static void fill_treatment(const struct compressed *c, const double *square, uint32_t start,
                           double *q)
{
    const size_t t = c->n_periods, k = t + c->n_covariates;
    double own = 0;
    for (size_t i = 0; i < k; i++) {
        q[i] = 0;
        for (size_t s = start; s < t; s++)
            q[i] += square[i * k + s];
        own += i >= start && i < t ? q[i] : 0;
    }
    q[k] = own;
}

/* The outcome's products, less `null` times those of the team's own treatment. */
static void fill_outcome(const struct compressed *c, const struct compressed_team *team,
                         size_t outcome, double null, const double *own, double *r)
{
    const size_t t = c->n_periods, p = c->n_covariates, all = compressed_columns(c);
    const size_t y = p + outcome;
    for (size_t i = 0; i < t; i++)
        r[i] = team->b[y * t + i];
    for (size_t j = 0; j < p; j++)
        r[t + j] = team->c[y * all + j];
    for (size_t i = 0; i < t + p && own; i++)
        r[i] -= null * own[i];
}

/* The inverse of the sum of all teams' Q, the first period being the point of comparison. */
static size_t invert(const double *sum, size_t k, double *scale, bool *keep, double *work,
                     double *inverse)
{
    const size_t m = k - 1;
    for (size_t i = 0; i < m; i++) {
        const double square = sum[(i + 1) * k + i + 1];
        scale[i] = square > 0 ? 1 / sqrt(square) : 0;
    }
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < m; j++)
            work[i * m + j] = sum[(i + 1) * k + j + 1] * scale[i] * scale[j];
    const size_t rank = lin_cholesky(work, m, COLLINEAR, keep);
    lin_cholesky_inverse(work, keep, m, work + m * m);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < m; j++)
            inverse[(i + 1) * k + j + 1] = work[m * m + i * m + j] * scale[i] * scale[j];
    return rank;
}

static void pack(const double *square, size_t k, double *packed)
{
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j <= i; j++)
            *packed++ = (i == j ? 1 : 2) * square[i * k + j];
}

/* Slots for the starts there are. */
static void number_starts(const struct compressed *c, struct compressed_fit *f)
{
    for (size_t s = 0; s < c->n_periods; s++) {
        bool any = false;
        for (size_t g = 0; g < c->n_teams; g++)
            any |= c->team[g].start == s;
        if (!any)
            continue;
        f->slot[s] = (uint32_t)f->n_slots;
        f->start[f->n_slots++] = (uint32_t)s;
    }
}

static err fit_new(const struct compressed *c, arena *a, struct compressed_fit **made,
                   struct err_info *info)
{
    struct compressed_fit *f = ARENA_NEW(a, struct compressed_fit, 1);
    if (!f)
        return err_nomem(info);
    f->n_teams = c->n_teams;
    f->n_periods = c->n_periods;
    f->k = c->n_periods + c->n_covariates;
    f->n_packed = f->k * (f->k + 1) / 2;
    f->slot = ARENA_NEW(a, uint32_t, c->n_periods);
    f->start = ARENA_NEW(a, uint32_t, c->n_periods);
    if (!f->slot || !f->start)
        return err_nomem(info);
    number_starts(c, f);
    f->packed = ARENA_NEW(a, double, f->n_teams * f->n_packed);
    f->rest = ARENA_NEW(a, double, f->n_teams * f->k);
    f->q = ARENA_NEW(a, double, f->n_teams * f->n_slots * width_of(f));
    f->inverse = ARENA_NEW(a, double, f->k * f->k);
    if (!f->packed || !f->rest || !f->q || !f->inverse)
        return err_nomem(info);
    *made = f;
    return OK;
}

static err set_factor(const struct compressed *c, size_t rank, struct compressed_fit *f,
                      struct err_info *info)
{
    size_t n_rows = 0, n_persons = 0;
    for (size_t g = 0; g < c->n_teams; g++) {
        n_persons += c->team[g].n_persons;
        for (size_t t = 0; t < c->n_periods; t++)
            n_rows += c->team[g].n_rows[t];
    }
    if (n_rows <= n_persons + rank + 1) {
        err_set(info, E_INPUT, "twfe.too-few-rows");
        msg_int(&info->msg, (int64_t)n_rows);
        msg_int(&info->msg, (int64_t)(n_persons + rank + 1));
        return E_INPUT;
    }
    const double n = (double)n_rows, teams = (double)c->n_teams;
    f->factor = teams / (teams - 1) * ((n - 1) / (n - (double)(rank + 2)));
    return OK;
}

/* What is left of the outcome, and its products with each treatment. */
static void take_rest(struct compressed_fit *f, size_t team, const double *fitted)
{
    double *rest = f->rest + team * f->k;
    for (size_t i = 0; i < f->k; i++)
        rest[i] -= fitted[i];
    for (size_t s = 0; s < f->n_slots; s++) {
        double own = 0;
        for (size_t t = f->start[s]; t < f->n_periods; t++)
            own += rest[t];
        f->q[(team * f->n_slots + s) * width_of(f) + f->k + 1] = own;
    }
}

err compressed_fit_new(const struct compressed *c, size_t outcome, double null, arena *a,
                       struct compressed_fit **fit, struct err_info *info)
{
    if (c->n_teams < 2)
        return err_text(info, E_INPUT, "effect.one-cluster", c->cluster);
    struct compressed_fit *f = NULL;
    err e = fit_new(c, a, &f, info);
    if (e != OK)
        return e;
    const size_t k = f->k, width = width_of(f);
    double *square = ARENA_NEW(a, double, k *k), *sum = ARENA_NEW(a, double, k *k);
    double *work = ARENA_NEW(a, double, 2 * k * k), *scale = ARENA_NEW(a, double, k);
    double *theta = ARENA_NEW(a, double, 3 * k);
    bool *keep = ARENA_NEW(a, bool, k);
    if (!square || !sum || !work || !scale || !theta || !keep)
        return err_nomem(info);
    double *right = theta + k, *fitted = right + k;
    for (size_t g = 0; g < c->n_teams; g++) {
        const struct compressed_team *team = &c->team[g];
        double *q = f->q + g * f->n_slots * width;
        fill_square(c, team, square);
        pack(square, k, f->packed + g * f->n_packed);
        for (size_t s = 0; s < f->n_slots; s++)
            fill_treatment(c, square, f->start[s], q + s * width);
        const bool is_treated = team->start != COMPRESSED_NEVER;
        fill_outcome(c, team, outcome, null, is_treated ? q + f->slot[team->start] * width : NULL,
                     f->rest + g * k);
        for (size_t i = 0; i < k; i++)
            right[i] += f->rest[g * k + i];
        for (size_t i = 0; i < k * k; i++)
            sum[i] += square[i];
    }
    const size_t rank = invert(sum, k, scale, keep, work, f->inverse);
    lin_multiply(f->inverse, k, k, right, theta);
    for (size_t g = 0; g < c->n_teams; g++) {
        fill_square(c, &c->team[g], square);
        lin_multiply(square, k, k, theta, fitted);
        take_rest(f, g, fitted);
    }
    e = set_factor(c, rank, f, info);
    if (e != OK)
        return e;
    *fit = f;
    return OK;
}

size_t compressed_fit_room(const struct compressed_fit *f)
{
    return 2 * f->k + f->n_packed + f->n_teams;
}

static const double *treatment_of(const struct compressed_fit *f, size_t team, uint32_t start)
{
    return f->q + (team * f->n_slots + f->slot[start]) * width_of(f);
}

static void pack_products(const double *z, size_t k, double *packed)
{
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j <= i; j++)
            *packed++ = z[i] * z[j];
}

bool compressed_fit_try(const struct compressed_fit *f, const uint32_t *start, double *scratch,
                        struct compressed_effect *effect)
{
    const size_t k = f->k;
    double *v = scratch, *z = v + k, *products = z + k, *quadratic = products + f->n_packed;
    double own = 0, score = 0;
    *effect = (struct compressed_effect){REAL_NAN, REAL_NAN, REAL_NAN};
    memset(v, 0, k * sizeof *v);
    for (size_t g = 0; g < f->n_teams; g++) {
        if (start[g] == COMPRESSED_NEVER)
            continue;
        const double *q = treatment_of(f, g, start[g]);
        for (size_t i = 0; i < k; i++)
            v[i] += q[i];
        own += q[k];
        score += q[k + 1];
    }
    lin_multiply(f->inverse, k, k, v, z);
    const double left = own - lin_dot(z, v, k);
    if (!(left > COLLINEAR * own))
        return false;
    const double estimate = score / left;
    pack_products(z, k, products);
    lin_multiply(f->packed, f->n_teams, f->n_packed, products, quadratic);
    double sum = 0;
    for (size_t g = 0; g < f->n_teams; g++) {
        double of_team = -lin_dot(z, f->rest + g * k, k), weight = quadratic[g];
        if (start[g] != COMPRESSED_NEVER) {
            const double *q = treatment_of(f, g, start[g]);
            of_team += q[k + 1];
            weight += q[k] - 2 * lin_dot(z, q, k);
        }
        of_team -= estimate * weight;
        sum += of_team * of_team;
    }
    effect->estimate = estimate;
    effect->standard_error = sqrt(f->factor * sum) / left;
    effect->t = effect->estimate / effect->standard_error;
    return true;
}
