/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/pretest_int.h"

#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/honest_int.h"

#include <math.h>

size_t pretest_list(const struct effect_result *r, enum effect_aggregation aggregation, size_t *at)
{
    const double from = -r->spec.anticipation * honest_event_step(r);
    size_t n = 0;
    for (size_t i = 0; i < r->n_estimates; i++) {
        const struct effect_estimate *x = &r->estimates[i];
        if (x->aggregation == aggregation && x->event_time < from && !x->reference && !x->failed)
            at[n++] = i;
    }
    return n;
}

double pretest_df(const struct effect_diagnostics *d, size_t n)
{
    const size_t fewest = d->n_treated_clusters < d->n_control_clusters ? d->n_treated_clusters
                                                                        : d->n_control_clusters;
    return d->n_clusters == 0 ? REAL_INF : (double)fewest - (double)n;
}

/*
 * The chance of a W this large. Without clusters chi-squared with n degrees of
 * freedom (Wald 1943). With clusters the covariance itself is uncertain: W
 * (df - n + 1) / (df n) then follows F(n, df - n + 1) (Hotelling 1931), df being
 * one less than the clusters of the smaller arm. Over 200 worlds of Voorbeeldstad
 * without any earlier difference this rejects 3 % at 5 %, chi-squared 31 %.
 */
static double chance_of(double w, double n, const struct effect_diagnostics *d, bool by_cluster)
{
    if (!by_cluster)
        return real_chi2_sf(w, n);
    const double left = pretest_df(d, (size_t)n), df = left + n - 1;
    return left > 0 ? real_f_sf(w * left / (df * n), n, left) : REAL_NAN;
}

/* Wald's test that all n effects are zero, W = a'V^-1 a; NaN when V carries fewer. */
static double wald(const struct effect_result *r, const size_t *at, size_t n, double *v, double *b,
                   bool *keep)
{
    for (size_t i = 0; i < n; i++) {
        b[i] = r->estimates[at[i]].estimate;
        for (size_t j = 0; j < n; j++)
            v[i * n + j] = r->covariance[at[i] * r->n_estimates + at[j]];
    }
    if (n == 0 || lin_cholesky(v, n, 1e-10, keep) < n)
        return REAL_NAN; /* fewer clusters than effects: no test exists */
    lin_cholesky_solve(v, keep, n, b);
    double w = 0;
    for (size_t i = 0; i < n; i++)
        w += b[i] * r->estimates[at[i]].estimate;
    return w;
}

static err test(struct effect_result *r, enum effect_aggregation aggregation, bool by_cluster,
                arena *a, struct err_info *info)
{
    struct effect_diagnostics *d = &r->diagnostics;
    size_t *at = ARENA_NEW(a, size_t, r->n_estimates);
    const size_t n = at ? pretest_list(r, aggregation, at) : 0;
    double *v = ARENA_NEW(a, double, n *n);
    double *b = ARENA_NEW(a, double, n);
    bool *keep = ARENA_NEW(a, bool, n);
    if (!at || !v || !b || !keep)
        return err_nomem(info);
    const double w = wald(r, at, n, v, b, keep);
    const double p = isnan(w) ? w : chance_of(w, (double)n, d, by_cluster);
    if (isnan(p))
        return OK;
    d->pretest_statistic = w;
    d->pretest_df = n;
    d->pretest_p = p;
    return OK;
}

err pretest(struct effect_result *r, enum effect_aggregation aggregation, bool by_cluster,
            struct err_info *info)
{
    struct effect_diagnostics *d = &r->diagnostics;
    arena *a = arena_new((size_t)1 << 30); /* a square of a thousand estimates takes 8 MB */
    d->pretest_statistic = d->pretest_p = REAL_NAN;
    d->pretest_df = 0;
    const err e = a ? test(r, aggregation, by_cluster, a, info) : err_nomem(info);
    arena_free(a);
    return e;
}
