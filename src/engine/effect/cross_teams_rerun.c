/* SPDX-License-Identifier: EUPL-1.2 */
/* Two groups seen once: the estimation again, with the teams of another allocation treated. */
#include "engine/effect/cross_int.h"
#include "engine/effect/teams_int.h"

#include "base/lin.h"
#include "base/real.h"

#include <math.h>

enum {
    LOGIT_ROUNDS = 10, /* of Newton's method, each of k^2 / 2 multiplications and k more a row */
    ROW_WORK = 100,    /* for order, partners and sums of a row */
    SPACE_SHARE = 8,   /* of all pairs, one in so many is measured to find the nearest in space */
};

struct rerun {
    const table *t;
    const struct frame *f;
    const struct effect_spec *spec;
    const uint32_t *profile; /* as it was */
    bool *failed;            /* memory was out; written from any thread, to true only */
};

double cross_rerun_work(const struct frame *f, const struct effect_spec *s)
{
    const double n = (double)f->n, k = (double)f->k, treated = lin_sum(f->d, f->n);
    const bool in_space = s->method == EFFECT_MATCHING && s->distance == EFFECT_MAHALANOBIS;
    const double scores = LOGIT_ROUNDS * n * (k * k / 2 + k), pairs = treated * (n - treated) * k;
    return scores + ROW_WORK * n + (in_space ? pairs / SPACE_SHARE : 0);
}

/* The rows with other teams treated; the key of a row is its team, as matching leaves no other. */
static err restart(const struct rerun *r, const uint32_t *profile, arena *a, struct frame *q,
                   struct effect_result *result, struct err_info *info)
{
    const struct frame *f = r->f;
    struct effect_diagnostics *d = &result->diagnostics;
    err e = frame_copy(f, a, q, info);
    q->key = ARENA_NEW(a, uint64_t, f->n);
    if (e == OK && !q->key)
        e = err_nomem(info);
    for (size_t i = 0; i < f->n && e == OK; i++) {
        q->d[i] = profile[f->cluster[i]] > 0;
        q->key[i] = f->cluster[i];
        d->n_treated += profile[f->cluster[i]] > 0;
    }
    d->n_control = f->n - d->n_treated;
    q->is_trial = true;
    return e;
}

/* Each team's part in an answer; a variance of its own kind is a multiple of their squares. */
static err sum_parts(const struct frame *f, const struct cross_answer *answer, arena *a,
                     double **part, struct err_info *info)
{
    *part = ARENA_NEW(a, double, f->n_clusters);
    if (!*part)
        return err_nomem(info);
    for (size_t i = 0; i < f->n; i++)
        (*part)[f->cluster[i]] += answer->psi[i] / (double)f->n;
    const double squares = lin_dot(*part, *part, f->n_clusters);
    const double by = answer->variance / squares;
    for (size_t g = 0; g < f->n_clusters && by > 0 && isfinite(by); g++)
        (*part)[g] *= sqrt(by);
    return OK;
}

static err evaluate_in(const struct rerun *r, const uint32_t *profile, arena *a,
                       struct teams_draw *draw, struct err_info *info)
{
    struct effect_result result = {.spec = *r->spec, .memory = a};
    struct cross_answer outcome, treatment;
    struct frame q;
    double *part, *other;
    err e = restart(r, profile, a, &q, &result, info);
    if (e == OK && r->spec->method == EFFECT_MATCHING)
        e = cross_match(r->t, &q, NULL, &result, a, info);
    if (e == OK)
        e = cross_estimate(&q, NULL, &result, a, &outcome, info);
    if (e == OK)
        e = sum_parts(&q, &outcome, a, &part, info);
    for (size_t i = 0; e == OK && i < q.n; i++)
        q.y[i] = r->profile[q.key[i]] > 0;
    if (e == OK)
        e = cross_estimate(&q, NULL, &result, a, &treatment, info);
    if (e == OK)
        e = sum_parts(&q, &treatment, a, &other, info);
    if (e != OK)
        return e;
    *draw = (struct teams_draw){.n0 = outcome.estimate,
                                .n1 = treatment.estimate,
                                .c0 = lin_dot(part, part, q.n_clusters),
                                .c1 = lin_dot(part, other, q.n_clusters),
                                .c2 = lin_dot(other, other, q.n_clusters)};
    return OK;
}

static void evaluate(const void *ctx, const uint32_t *profile, unsigned worker,
                     struct teams_draw *draw)
{
    (void)worker;
    const struct rerun *r = ctx;
    struct err_info info;
    arena *a = arena_new(SIZE_MAX);
    const err e = a ? evaluate_in(r, profile, a, draw, &info) : err_nomem(&info);
    arena_free(a);
    if (e == OK)
        return;
    *draw = (struct teams_draw){NAN, NAN, NAN, NAN, NAN}; /* other errors: no such comparison */
    if (e == E_NOMEM)
        __atomic_store_n(r->failed, true, __ATOMIC_RELAXED);
}

err cross_teams_rerun(const table *t, const struct frame *f, const struct effect_spec *spec,
                      const uint32_t *profile, arena *a, struct teams_design *design,
                      const bool **failed, struct err_info *info)
{
    const double most = CROSS_RERUNS_WORK / cross_rerun_work(f, spec);
    struct rerun *r = ARENA_NEW(a, struct rerun, 1);
    bool *flag = ARENA_NEW(a, bool, 1);
    if (!r || !flag)
        return err_nomem(info);
    *r = (struct rerun){t, f, spec, profile, flag};
    design->most = most < CROSS_RERUNS_MIN          ? CROSS_RERUNS_MIN
                   : most > EFFECT_REPLICATIONS_MAX ? EFFECT_REPLICATIONS_MAX
                                                    : (size_t)most;
    design->evaluate = evaluate;
    design->evaluate_ctx = r;
    *failed = flag;
    return OK;
}
