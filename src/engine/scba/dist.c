/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Distributions, drawn by inversion of one uniform per draw.
 *
 * The beta quantile has no closed form and costs microseconds. As a function
 * of the normal quantile z it is smooth, so it is tabled once at Z_CELLS steps
 * and read back by cubic Hermite interpolation: within 1e-9 of the range.
 */
#include "base/real.h"
#include "base/rng.h"
#include "engine/scba/scba_int.h"

#include <math.h>

enum { Z_CELLS = 2048, Z_STEPS_PER_UNIT = 128 }; /* z from -8 to 8 */
#define Z_MAX 8.0

static const char *const shape_names[] = {
    [SCBA_FIXED] = "fixed",         [SCBA_NORMAL] = "normal",
    [SCBA_LOGNORMAL] = "lognormal", [SCBA_TRIANGULAR] = "triangular",
    [SCBA_UNIFORM] = "uniform",     [SCBA_PERT] = "pert",
    [SCBA_BETA] = "beta",
};
enum { N_SHAPES = sizeof shape_names / sizeof shape_names[0] };

const char *scba_shape_name(enum scba_shape s)
{
    return shape_names[s];
}

bool scba_shape_parse(str s, enum scba_shape *shape)
{
    for (int i = 0; i < N_SHAPES; i++) {
        if (str_eq(s, str_of(shape_names[i]))) {
            *shape = (enum scba_shape)i;
            return true;
        }
    }
    return false;
}

/* ---- Moments ---- */

double scba_dist_mean(struct scba_dist d)
{
    switch (d.shape) {
    case SCBA_TRIANGULAR: return (d.a + d.b + d.c) / 3.0;
    case SCBA_UNIFORM: return 0.5 * (d.a + d.b);
    case SCBA_PERT: return (d.a + 4.0 * d.b + d.c) / 6.0;
    case SCBA_FIXED:
    case SCBA_NORMAL:
    case SCBA_LOGNORMAL:
    case SCBA_BETA: break;
    }
    return d.a;
}

double scba_dist_sd(struct scba_dist d)
{
    switch (d.shape) {
    case SCBA_FIXED: return 0.0;
    case SCBA_TRIANGULAR: {
        const double left = d.b - d.a, right = d.c - d.b, whole = d.c - d.a;
        return sqrt((whole * whole - left * right) / 18.0);
    }
    case SCBA_UNIFORM: return (d.b - d.a) / sqrt(12.0);
    case SCBA_PERT: {
        const double mean = scba_dist_mean(d);
        return sqrt((mean - d.a) * (d.c - mean) / 7.0);
    }
    case SCBA_NORMAL:
    case SCBA_LOGNORMAL:
    case SCBA_BETA: break;
    }
    return d.b;
}

/* ---- Beta, and PERT as a beta on [low, high] ---- */

struct beta {
    double alpha, beta, low, width;
};

/* PERT: Malcolm, Roseboom, Clark and Fazar (1959), with weight 4 on the mode. */
static struct beta beta_of(struct scba_dist d)
{
    if (d.shape == SCBA_PERT) {
        const double width = d.c - d.a;
        return (struct beta){1.0 + 4.0 * (d.b - d.a) / width, 1.0 + 4.0 * (d.c - d.b) / width, d.a,
                             width};
    }
    const double size = d.a * (1.0 - d.a) / (d.b * d.b) - 1.0;
    return (struct beta){d.a * size, (1.0 - d.a) * size, 0.0, 1.0};
}

static double beta_quantile(struct beta b, double p)
{
    return b.low + b.width * real_beta_ppf(p, b.alpha, b.beta);
}

/* d quantile / d z = normal density / beta density; 0 where the density has no meaning. */
static double beta_slope(struct beta b, double z, double x)
{
    const double share = (x - b.low) / b.width;
    if (!(share > 0.0 && share < 1.0))
        return 0.0;
    const double log_density = (b.alpha - 1.0) * real_log(share) +
                               (b.beta - 1.0) * real_log1p(-share) + real_lgamma(b.alpha + b.beta) -
                               real_lgamma(b.alpha) - real_lgamma(b.beta);
    return b.width * real_norm_pdf(z) / real_exp(log_density);
}

static bool needs_table(struct scba_dist d)
{
    return d.shape == SCBA_PERT || d.shape == SCBA_BETA;
}

err scba_dist_table(struct scba_dist d, arena *a, double **table, struct err_info *info)
{
    *table = NULL;
    if (!needs_table(d))
        return OK;
    double *t = ARENA_NEW(a, double, 2 * (Z_CELLS + 1)); /* value and slope of each node */
    if (!t)
        return err_nomem(info);
    const struct beta b = beta_of(d);
    for (int i = 0; i <= Z_CELLS; i++) {
        const double z = (double)i / Z_STEPS_PER_UNIT - Z_MAX;
        t[2 * i] = beta_quantile(b, real_norm_cdf(z));
        t[2 * i + 1] = beta_slope(b, z, t[2 * i]) / Z_STEPS_PER_UNIT;
    }
    *table = t;
    return OK;
}

/* Cubic Hermite between nodes; beyond the table, chance 1e-15, its ends. */
static double table_read(const double *table, double z)
{
    const double at = fmin(fmax((z + Z_MAX) * Z_STEPS_PER_UNIT, 0.0), Z_CELLS);
    const int cell = at < Z_CELLS ? (int)at : Z_CELLS - 1;
    const double t = at - cell, u = 1.0 - t;
    const double *node = table + 2 * cell;
    return u * u * ((1.0 + 2.0 * t) * node[0] + t * node[1]) +
           t * t * ((1.0 + 2.0 * u) * node[2] - u * node[3]);
}

/* ---- Quantiles and draws ---- */

struct lognormal {
    double mu, sigma;
};

static struct lognormal lognormal_of(struct scba_dist d)
{
    const double cv = d.b / d.a;
    const double variance = real_log1p(cv * cv);
    return (struct lognormal){real_log(d.a) - 0.5 * variance, sqrt(variance)};
}

static double triangular_quantile(struct scba_dist d, double p)
{
    const double whole = d.c - d.a, left = d.b - d.a;
    if (p * whole < left)
        return d.a + sqrt(p * whole * left);
    return d.c - sqrt((1.0 - p) * whole * (d.c - d.b));
}

double scba_dist_quantile(struct scba_dist d, double p)
{
    switch (d.shape) {
    case SCBA_NORMAL: return d.a + d.b * real_norm_ppf(p);
    case SCBA_LOGNORMAL: {
        const struct lognormal l = lognormal_of(d);
        return real_exp(l.mu + l.sigma * real_norm_ppf(p));
    }
    case SCBA_TRIANGULAR: return triangular_quantile(d, p);
    case SCBA_UNIFORM: return d.a + p * (d.b - d.a);
    case SCBA_PERT:
    case SCBA_BETA: return beta_quantile(beta_of(d), p);
    case SCBA_FIXED: break;
    }
    return d.a;
}

static void fill_lognormal(struct scba_dist d, size_t n, double *x)
{
    const struct lognormal l = lognormal_of(d);
    for (size_t i = 0; i < n; i++)
        x[i] = l.mu + l.sigma * x[i];
    real_exp_n(x, n, x);
}

void scba_dist_fill(struct scba_dist d, const double *table, uint64_t seed, uint64_t stream,
                    uint64_t first, size_t n, double *x)
{
    const struct rng_key key = {seed, stream};
    if (d.shape == SCBA_TRIANGULAR || d.shape == SCBA_UNIFORM)
        rng_uniforms(key, first, n, x);
    else
        rng_normals(key, first, n, x);

    switch (d.shape) {
    case SCBA_NORMAL:
        for (size_t i = 0; i < n; i++)
            x[i] = d.a + d.b * x[i];
        break;
    case SCBA_LOGNORMAL: fill_lognormal(d, n, x); break;
    case SCBA_TRIANGULAR:
        for (size_t i = 0; i < n; i++)
            x[i] = triangular_quantile(d, x[i]);
        break;
    case SCBA_UNIFORM:
        for (size_t i = 0; i < n; i++)
            x[i] = d.a + x[i] * (d.b - d.a);
        break;
    case SCBA_PERT:
    case SCBA_BETA:
        for (size_t i = 0; i < n; i++)
            x[i] = table_read(table, x[i]);
        break;
    case SCBA_FIXED:
        for (size_t i = 0; i < n; i++)
            x[i] = d.a;
        break;
    }
}

/* ---- Check ---- */

/* The message key of what is wrong, or NULL. */
static const char *dist_fault(struct scba_dist d)
{
    switch (d.shape) {
    case SCBA_FIXED: return NULL;
    case SCBA_NORMAL: return d.b > 0.0 ? NULL : "scba.dist-sd";
    case SCBA_LOGNORMAL:
        if (!(d.a > 0.0))
            return "scba.dist-lognormal";
        return d.b > 0.0 ? NULL : "scba.dist-sd";
    case SCBA_UNIFORM: return d.a < d.b ? NULL : "scba.dist-order";
    case SCBA_TRIANGULAR:
    case SCBA_PERT: return d.a <= d.b && d.b <= d.c && d.a < d.c ? NULL : "scba.dist-order";
    case SCBA_BETA:
        if (!(d.b > 0.0))
            return "scba.dist-sd";
        return d.a > 0.0 && d.a < 1.0 && d.b * d.b < d.a * (1.0 - d.a) ? NULL : "scba.dist-beta";
    }
    return "scba.dist-shape";
}

err scba_dist_check(const struct scba_parameter *p, struct err_info *info)
{
    const struct scba_dist d = p->dist;
    if (!isfinite(d.a) || !isfinite(d.b) || !isfinite(d.c))
        return err_text(info, E_INPUT, "scba.number", p->key);
    const char *fault = dist_fault(d);
    return fault ? err_text(info, E_INPUT, fault, p->key) : OK;
}
