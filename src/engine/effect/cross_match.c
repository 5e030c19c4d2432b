/* SPDX-License-Identifier: EUPL-1.2 */
/* The matched sample: scores, pairs or strata, weights, and the rows that are left. */
#include "engine/effect/cross_match_int.h"

#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/comparison_int.h"
#include "engine/effect/match_whiten_int.h"

#include <math.h>

#define NO_SPREAD 1e-12 /* standard deviation of a score that tells nobody apart */

static bool is_by_strata(const struct effect_spec *s)
{
    return s->distance == EFFECT_EXACT || s->distance == EFFECT_CEM;
}

static err matching_new(const struct frame *f, arena *a, struct matching *m, struct err_info *info)
{
    *m = (struct matching){
        .f = f, .weight = ARENA_NEW(a, double, f->n), .group = ARENA_NEW(a, uint32_t, f->n)};
    return m->weight && m->group ? OK : err_nomem(info);
}

static err fit_values(par *pool, arena *a, struct matching *m, struct effect_result *r,
                      struct err_info *info)
{
    const struct frame *f = m->f;
    struct logit_fit logit;

    m->p = ARENA_NEW(a, double, f->n);
    m->value = r->spec.caliper_on == EFFECT_LOGIT ? ARENA_NEW(a, double, f->n) : m->p;
    if (!m->p || !m->value)
        return err_nomem(info);
    err e = logit_fit_new(a, f->k, &logit, info);
    if (e == OK)
        e = cross_fit_scores(f, pool, &logit, m->p, info);
    if (e != OK)
        return e;
    r->diagnostics.propensity_sum_treated = lin_dot(f->d, m->p, f->n);
    if (m->value != m->p)
        lin_combine(f->x, f->k, logit.beta, f->n, m->value);
    return OK;
}

static err standard_deviation(const double *x, size_t n, arena *a, double *sd,
                              struct err_info *info)
{
    double *centred = ARENA_NEW(a, double, n);
    if (!centred)
        return err_nomem(info);
    const double mean = lin_sum(x, n) / (double)n;
    for (size_t i = 0; i < n; i++)
        centred[i] = x[i] - mean;
    *sd = sqrt(lin_dot(centred, centred, n) / (double)(n - 1));
    return OK;
}

/* A score that is the same for all leaves only the order of the rows to choose by. */
static err measure_caliper(const struct matching *m, arena *a, struct effect_result *r,
                           double *width, struct err_info *info)
{
    double sd = 0;

    const err e = standard_deviation(m->value, m->f->n, a, &sd, info);
    if (e != OK)
        return e;
    if (!(sd > NO_SPREAD))
        return err_set(info, E_INPUT, "effect.match-all-alike");
    *width = REAL_INF;
    if (r->spec.has_caliper)
        r->match->width = *width = r->spec.caliper * sd;
    return OK;
}

static err find_pairs(par *pool, arena *a, struct matching *m, struct effect_result *r,
                      struct match_pairs *pairs, struct err_info *info)
{
    const struct frame *f = m->f;
    const bool in_space = r->spec.distance == EFFECT_MAHALANOBIS;
    struct match_ask ask = {.d = f->d,
                            .stratum = m->in.code,
                            .n_strata = m->in.n,
                            .n = f->n,
                            .ratio = r->spec.ratio,
                            .replace = r->spec.replace};
    err e = OK;
    if (!in_space || r->spec.has_caliper) {
        e = fit_values(pool, a, m, r, info);
        if (e == OK)
            e = measure_caliper(m, a, r, &ask.width, info);
        ask.value = m->value;
    }
    if (e != OK)
        return e;
    if (!in_space)
        return match_nearest(&ask, a, pairs, info);
    e = match_whiten(pool, f->x + 1, f->k - 1, f->d, f->n, a, &ask.x, &ask.k, info);
    if (e == OK && ask.k == 0)
        e = err_set(info, E_INPUT, "effect.match-no-spread");
    return e == OK ? match_in_space(&ask, pool, a, pairs, info) : e;
}

/* Finds partners, and gives everybody a weight. */
static err compare(const table *t, par *pool, arena *a, struct matching *m, struct effect_result *r,
                   struct err_info *info)
{
    const bool by_strata = is_by_strata(&r->spec);
    struct match_pairs pairs;

    err e = OK;
    if (by_strata || r->spec.n_exact) {
        e = match_strata_read(t, m->f, &r->spec, pool, a, &m->in, info);
        if (e == OK)
            e = matching_count_strata(m, a, r->match, info);
    }
    if (e == OK && by_strata)
        matching_weigh_strata(m, r->match);
    if (e == OK && !by_strata)
        e = find_pairs(pool, a, m, r, &pairs, info);
    if (e == OK && !by_strata)
        e = matching_weigh_pairs(m, &pairs, a, r, info);
    return e;
}

static err check_pairs(const struct effect_result *r, const struct matching *m,
                       struct err_info *info)
{
    if (m->n_treated >= 2 && m->n_control >= 2)
        return OK;
    const bool any_agree = r->match->n_alone < r->diagnostics.n_treated; /* else no distance */
    if (is_by_strata(&r->spec) || !any_agree)
        err_set(info, E_INPUT, m->n_treated ? "effect.strata-single" : "effect.strata-nobody");
    else
        err_set(info, E_INPUT, m->n_treated ? "effect.match-single" : "effect.match-nobody");
    msg_int(&info->msg, (int64_t)m->n_treated);
    msg_int(&info->msg, (int64_t)m->n_control);
    return E_INPUT;
}

static void warn_of(struct effect_result *r, const char *key, size_t n, size_t of)
{
    if (n == 0)
        return;
    struct msg *m = effect_warn(r, key);
    msg_int(m, (int64_t)n);
    msg_int(m, (int64_t)of);
}

/* Pairs that were the best to be had need not be good ones. */
static void warn_pairs(struct effect_result *r)
{
    const struct effect_match *m = r->match;

    if (is_by_strata(&r->spec))
        comparison_warn_uneven(r, "effect.strata-uneven", "effect.strata-uneven-only");
    else
        comparison_warn_uneven(r, "effect.match-uneven", "effect.match-uneven-only");
    warn_of(r, "effect.match-alone", m->n_alone, r->diagnostics.n_treated);
    warn_of(r, "effect.match-outside", m->n_outside, r->diagnostics.n_treated);
    warn_of(r, "effect.match-taken", m->n_taken, r->diagnostics.n_treated);
    if (m->n_fewer) {
        struct msg *fewer = effect_warn(r, "effect.match-fewer");
        msg_int(fewer, (int64_t)m->n_fewer);
        msg_real(fewer, (double)r->spec.ratio, 0); /* what was asked is no count to be hidden */
    }
}

/* The clusters that were given, as far as they are left, without gaps. */
static err keep_clusters(struct frame *f, const struct matching *m, arena *a,
                         struct effect_diagnostics *d, const struct effect_spec *s,
                         struct err_info *info)
{
    enum { HAS_CONTROL = 1, HAS_TREATED = 2 };
    uint8_t *has = ARENA_NEW(a, uint8_t, f->n_clusters);
    uint32_t *fresh = ARENA_NEW(a, uint32_t, f->n_clusters);
    if (!has || !fresh)
        return err_nomem(info);

    for (size_t i = 0; i < f->n; i++)
        if (m->weight[i] > 0)
            has[f->cluster[i]] |= f->d[i] > 0 ? HAS_TREATED : HAS_CONTROL;
    d->n_clusters = d->n_treated_clusters = d->n_control_clusters = 0;
    for (size_t c = 0; c < f->n_clusters; c++) {
        fresh[c] = (uint32_t)d->n_clusters;
        d->n_clusters += has[c] != 0;
        d->n_treated_clusters += (has[c] & HAS_TREATED) != 0;
        d->n_control_clusters += (has[c] & HAS_CONTROL) != 0;
    }
    for (size_t i = 0; i < f->n; i++)
        f->cluster[i] = fresh[f->cluster[i]];
    f->n_clusters = d->n_clusters;
    return f->n_clusters < 2 ? err_text(info, E_INPUT, "effect.one-cluster", s->cluster) : OK;
}

/*
 * Who errors may be shared with: the clusters given, else the pair or stratum. Who
 * serves several pairs belongs to none; and few strata tell little about the
 * spread between strata, so that then only persons count.
 */
static err settle_groups(struct frame *f, struct matching *m, arena *a, struct effect_result *r,
                         struct err_info *info)
{
    const bool is_few = is_by_strata(&r->spec) && m->n_groups < MATCH_STRATA_FEW;

    if (f->cluster)
        return keep_clusters(f, m, a, &r->diagnostics, &r->spec, info);
    r->spec.has_errors = true;
    r->spec.errors = r->spec.replace || is_few ? EFFECT_HC1 : EFFECT_CR1;
    if (r->spec.errors == EFFECT_CR1) {
        f->cluster = m->group;
        f->n_clusters = m->n_groups;
    }
    return OK;
}

/* Moves the matched rows to the front. Covariates have served: only the ones remain. */
static void keep_matched(struct frame *f, const struct matching *m)
{
    size_t kept = 0;

    for (size_t i = 0; i < f->n; i++) { /* without a branch on who is left, which is no pattern */
        f->y[kept] = f->y[i];
        f->d[kept] = f->d[i];
        m->weight[kept] = m->weight[i];
        if (f->cluster)
            f->cluster[kept] = f->cluster[i];
        if (f->key)
            f->key[kept] = f->key[i];
        kept += m->weight[i] != 0;
    }
    f->n = kept;
    f->k = 1;
    f->w = m->weight;
}

err cross_match(const table *t, struct frame *f, par *pool, struct effect_result *r, arena *a,
                struct err_info *info)
{
    struct matching m;

    r->match = ARENA_NEW(r->memory, struct effect_match, 1);
    if (!r->match)
        return err_nomem(info);
    r->match->width = REAL_NAN;
    err e = matching_new(f, a, &m, info);
    if (e == OK)
        e = compare(t, pool, a, &m, r, info);
    if (e == OK)
        e = check_pairs(r, &m, info);
    if (e != OK)
        return e;
    matching_scale(&m);
    e = comparison_fill(f, m.p, m.weight, pool, a, r, info);
    if (e == OK)
        e = settle_groups(f, &m, a, r, info);
    if (e != OK)
        return e;
    keep_matched(f, &m);
    warn_pairs(r);
    return OK;
}
