/* SPDX-License-Identifier: EUPL-1.2 */
/* Were the groups alike before? */
#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/honest_int.h"

#include <math.h>

static bool is_earlier(const struct effect_result *r, const struct effect_estimate *e)
{
    return e->event_time < -r->spec.anticipation * honest_event_step(r) && !e->reference &&
           !e->failed;
}

size_t honest_pretest_list(const struct effect_result *r, size_t *at)
{
    const bool by_start = r->diagnostics.n_clusters == 0 && effect_find(r, EFFECT_GROUP_TIME);
    size_t n = 0;
    for (size_t i = 0; i < r->n_estimates; i++)
        if (r->estimates[i].aggregation == (by_start ? EFFECT_GROUP_TIME : EFFECT_DYNAMIC) &&
            is_earlier(r, &r->estimates[i]))
            at[n++] = i;
    return n;
}

/*
 * Without clusters W is chi-squared with n degrees of freedom (Wald 1943). With
 * clusters the covariance itself is uncertain: W (df - n + 1) / (df n) then follows
 * F(n, df - n + 1) (Hotelling 1931), df being one less than the clusters of the
 * smaller arm. Over 200 worlds of Voorbeeldstad without any earlier difference this
 * rejects 3 % at 5 %, chi-squared 31 %.
 */
double honest_pretest_df(const struct effect_result *r, size_t n)
{
    const struct effect_diagnostics *d = &r->diagnostics;
    if (d->n_clusters == 0)
        return REAL_INF;
    const size_t fewest = d->n_treated_clusters < d->n_control_clusters ? d->n_treated_clusters
                                                                        : d->n_control_clusters;
    return (double)fewest - (double)n;
}

static double chance_of(double w, double n, double left)
{
    const double df = left + n - 1;
    return isinf(left) ? real_chi2_sf(w, n) : real_f_sf(w * left / (df * n), n, left);
}

/* Wald's test that all effects before the start are zero: W = a'V^-1 a. */
err honest_pretest(struct effect_result *r, arena *a, struct err_info *info)
{
    struct effect_diagnostics *d = &r->diagnostics;
    size_t *at = ARENA_NEW(a, size_t, r->n_estimates);
    const size_t n = at ? honest_pretest_list(r, at) : 0;
    double *v = ARENA_NEW(a, double, n *n);
    double *b = ARENA_NEW(a, double, n);
    bool *keep = ARENA_NEW(a, bool, n);
    if (!at || !v || !b || !keep)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++) {
        b[i] = r->estimates[at[i]].estimate;
        for (size_t j = 0; j < n; j++)
            v[i * n + j] = r->covariance[at[i] * r->n_estimates + at[j]];
    }
    const double left = honest_pretest_df(r, n);
    if (n == 0 || !(left > 0) || lin_cholesky(v, n, 1e-10, keep) < n)
        return OK; /* fewer clusters than effects: no test exists */
    lin_cholesky_solve(v, keep, n, b);
    double w = 0;
    for (size_t i = 0; i < n; i++)
        w += b[i] * r->estimates[at[i]].estimate;
    d->pretest_statistic = w;
    d->pretest_df = n;
    d->pretest_p = chance_of(w, (double)n, left);
    return OK;
}
