/* SPDX-License-Identifier: EUPL-1.2 */
/* The matched sample: scores, pairs, weights, and the rows that are left. */
#include "engine/effect/cross_int.h"

#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/comparison_int.h"
#include "engine/effect/match_int.h"

#include <math.h>

#define NO_SPREAD 1e-12 /* standard deviation of a score that tells nobody apart */

struct matching {
    const struct frame *f;
    double *p, *value; /* propensity score; the scale on which distance is measured */
    size_t *partners;  /* of each treated */
    double *weight;    /* of each unit in the matched sample; 0: not in it */
    uint32_t *pair;    /* of each unit in the matched sample, without replacement */
    struct match_pairs pairs;
};

static err matching_new(const struct frame *f, arena *a, struct matching *m, struct err_info *info)
{
    *m = (struct matching){.f = f,
                           .p = ARENA_NEW(a, double, f->n),
                           .value = ARENA_NEW(a, double, f->n),
                           .partners = ARENA_NEW(a, size_t, f->n),
                           .weight = ARENA_NEW(a, double, f->n),
                           .pair = ARENA_NEW(a, uint32_t, f->n)};
    return m->p && m->value && m->partners && m->weight && m->pair ? OK : err_nomem(info);
}

static err fit_values(par *pool, arena *a, struct matching *m, struct effect_result *r,
                      struct err_info *info)
{
    const struct frame *f = m->f;
    struct logit_fit logit;

    err e = logit_fit_new(a, f->k, &logit, info);
    if (e == OK)
        e = cross_fit_scores(f, pool, &logit, m->p, info);
    if (e != OK)
        return e;
    r->diagnostics.propensity_sum_treated = lin_dot(f->d, m->p, f->n);
    if (r->spec.caliper_on == EFFECT_LOGIT)
        lin_combine(f->x, f->k, logit.beta, f->n, m->value);
    else
        for (size_t i = 0; i < f->n; i++)
            m->value[i] = m->p[i];
    return OK;
}

static double standard_deviation(const double *x, size_t n, double *centred)
{
    const double mean = lin_sum(x, n) / (double)n;
    for (size_t i = 0; i < n; i++)
        centred[i] = x[i] - mean;
    return sqrt(lin_dot(centred, centred, n) / (double)(n - 1));
}

/* A score that is the same for all leaves only the order of the rows to choose by. */
static err find_pairs(arena *a, struct matching *m, struct effect_result *r, struct err_info *info)
{
    const struct frame *f = m->f;
    const double sd = standard_deviation(m->value, f->n, m->weight); /* weights come later */
    const bool has_caliper = r->spec.has_caliper;

    if (!(sd > NO_SPREAD))
        return err_set(info, E_INPUT, "effect.match-all-alike");
    r->match->width = has_caliper ? r->spec.caliper * sd : REAL_NAN;
    const struct match_ask ask = {.value = m->value,
                                  .d = f->d,
                                  .n = f->n,
                                  .ratio = r->spec.ratio,
                                  .width = has_caliper ? r->match->width : REAL_INF,
                                  .replace = r->spec.replace};
    return match_nearest(&ask, a, &m->pairs, info);
}

/* Weights as cross_match says, and what r->match tells. */
static void weigh(struct matching *m, struct effect_result *r)
{
    const struct frame *f = m->f;
    struct effect_match *told = r->match;
    double sum = 0, squares = 0;

    for (size_t i = 0; i < f->n; i++)
        m->weight[i] = 0;
    for (size_t i = 0; i < m->pairs.n; i++)
        m->partners[m->pairs.pair[i].treated]++;
    for (size_t i = 0; i < m->pairs.n; i++) {
        const struct match_pair *p = &m->pairs.pair[i];
        if (m->weight[p->treated] == 0)
            m->pair[p->treated] = (uint32_t)told->n_treated++;
        m->weight[p->treated] = 1;
        told->n_control += m->weight[p->control] == 0;
        m->weight[p->control] += 1 / (double)m->partners[p->treated];
        m->pair[p->control] = m->pair[p->treated];
    }
    for (size_t i = 0; i < f->n; i++) {
        if (f->d[i] > 0) {
            told->n_fewer += m->partners[i] > 0 && m->partners[i] < r->spec.ratio;
            continue;
        }
        m->weight[i] *= (double)told->n_control / (double)told->n_treated;
        sum += m->weight[i];
        squares += m->weight[i] * m->weight[i];
    }
    told->n_pairs = m->pairs.n;
    told->n_outside = m->pairs.n_outside;
    told->n_taken = m->pairs.n_taken;
    told->effective_control = sum * sum / squares;
}

static err check_pairs(const struct effect_result *r, struct err_info *info)
{
    const struct effect_match *m = r->match;

    if (m->n_treated >= 2 && m->n_control >= 2)
        return OK;
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
    size_t uneven = 0;

    for (size_t j = 1; j < r->n_balance; j++)
        uneven += fabs(r->balance[j].after.difference) > EFFECT_UNEVEN;
    warn_of(r, "effect.match-uneven", uneven, r->n_balance - 1);

    warn_of(r, "effect.match-outside", m->n_outside, r->diagnostics.n_treated);
    warn_of(r, "effect.match-taken", m->n_taken, r->diagnostics.n_treated);
    warn_of(r, "effect.match-fewer", m->n_fewer, r->spec.ratio);
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

/* Who errors may be shared with: the clusters given, else the pair, else nobody. */
static err settle_groups(struct frame *f, struct matching *m, arena *a, struct effect_result *r,
                         struct err_info *info)
{
    if (f->cluster)
        return keep_clusters(f, m, a, &r->diagnostics, &r->spec, info);
    r->spec.has_errors = true;
    r->spec.errors = r->spec.replace ? EFFECT_HC1 : EFFECT_CR1;
    if (!r->spec.replace) {
        f->cluster = m->pair;
        f->n_clusters = r->match->n_treated;
    }
    return OK;
}

/* Moves the matched rows to the front. Covariates have served: only the ones remain. */
static void keep_matched(struct frame *f, const struct matching *m)
{
    size_t kept = 0;

    for (size_t i = 0; i < f->n; i++) {
        if (m->weight[i] == 0)
            continue;
        f->y[kept] = f->y[i];
        f->d[kept] = f->d[i];
        m->weight[kept] = m->weight[i];
        if (f->cluster)
            f->cluster[kept] = f->cluster[i];
        kept++;
    }
    f->n = kept;
    f->k = 1;
    f->w = m->weight;
}

err cross_match(struct frame *f, par *pool, struct effect_result *r, arena *a,
                struct err_info *info)
{
    struct matching m;

    r->match = ARENA_NEW(r->memory, struct effect_match, 1);
    if (!r->match)
        return err_nomem(info);
    err e = matching_new(f, a, &m, info);
    if (e == OK)
        e = fit_values(pool, a, &m, r, info);
    if (e == OK)
        e = find_pairs(a, &m, r, info);
    if (e != OK)
        return e;
    weigh(&m, r);
    e = check_pairs(r, info);
    if (e == OK)
        e = comparison_fill(f, m.p, m.weight, pool, r, info);
    if (e == OK)
        e = settle_groups(f, &m, a, r, info);
    if (e != OK)
        return e;
    keep_matched(f, &m);
    warn_pairs(r);
    return OK;
}
