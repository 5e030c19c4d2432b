/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/comparison_int.h"

#include "base/real.h"
#include "engine/effect/balance_int.h"

#include <math.h>

enum { FEW_EFFECTIVE = 25 }; /* units a weighted group is worth */
#define OUTSIDE_SHARE 0.05   /* of the treated, with a score no control has */

struct group {
    size_t n; /* units with weight */
    double weight, squares, heaviest;
    struct {
        double low, high;
    } score; /* of all units */
};

static struct group measure(const struct frame *f, const double *p, const double *w, bool treated)
{
    struct group g = {.score = {REAL_INF, -REAL_INF}};

    for (size_t i = 0; i < f->n; i++) {
        if ((f->d[i] > 0) != treated)
            continue;
        g.n += w[i] > 0;
        g.weight += w[i];
        g.squares += w[i] * w[i];
        g.heaviest = fmax(g.heaviest, w[i]);
        if (p) {
            g.score.low = fmin(g.score.low, p[i]);
            g.score.high = fmax(g.score.high, p[i]);
        }
    }
    return g;
}

static double effective(const struct group *g)
{
    return g->weight * g->weight / g->squares;
}

static size_t count_outside(const struct frame *f, const double *p, const struct group *control)
{
    size_t n = 0;
    for (size_t i = 0; p && i < f->n; i++)
        n += f->d[i] > 0 && (p[i] < control->score.low || p[i] > control->score.high);
    return n;
}

static size_t count_uneven(const struct effect_result *r)
{
    size_t n = 0;
    for (size_t j = 0; j < r->n_balance; j++)
        n += r->balance[j].covariate.n > 0 && fabs(r->balance[j].after.difference) > EFFECT_UNEVEN;
    return n;
}

static size_t bin_of(double p)
{
    const size_t bin = (size_t)(p * EFFECT_OVERLAP_BINS);
    return bin < EFFECT_OVERLAP_BINS ? bin : EFFECT_OVERLAP_BINS - 1;
}

static void fill_overlap(const struct frame *f, const double *p, const double *w,
                         const struct group *treated, const struct group *control,
                         struct effect_overlap *overlap)
{
    for (size_t b = 0; b < EFFECT_OVERLAP_BINS; b++) {
        overlap[b].from = (double)b / EFFECT_OVERLAP_BINS;
        overlap[b].to = (double)(b + 1) / EFFECT_OVERLAP_BINS;
    }
    for (size_t i = 0; i < f->n; i++) {
        struct effect_overlap *bin = &overlap[bin_of(p[i])];
        if (f->d[i] > 0) {
            bin->n_treated++;
            bin->share_treated += w[i] / treated->weight;
        } else {
            bin->n_control++;
            bin->share_control += w[i] / control->weight;
        }
    }
}

err comparison_fill(const struct frame *f, const double *p, const double *after, par *pool,
                    struct effect_result *r, struct err_info *info)
{
    const struct group treated = measure(f, p, after, true), control = measure(f, p, after, false);
    struct effect_comparison *c = ARENA_NEW(r->memory, struct effect_comparison, 1);
    struct effect_overlap *overlap =
        p ? ARENA_NEW(r->memory, struct effect_overlap, EFFECT_OVERLAP_BINS) : NULL;

    if (!c || (p && !overlap))
        return err_nomem(info);
    if (f->k > 1 && !f->is_trial) {
        const err e = balance_fill(f, p, after, pool, r, info);
        if (e != OK)
            return e;
    }
    if (overlap)
        fill_overlap(f, p, after, &treated, &control, overlap);
    r->overlap = overlap;
    r->n_overlap = overlap ? EFFECT_OVERLAP_BINS : 0;
    *c = (struct effect_comparison){
        .population = r->spec.method == EFFECT_BALANCING && r->spec.weighing == EFFECT_OVERLAP
                          ? EFFECT_OF_OVERLAP
                          : EFFECT_OF_TREATED,
        .n_treated = treated.n,
        .n_control = control.n,
        .effective_treated = effective(&treated),
        .effective_control = effective(&control),
        .heaviest_control = control.heaviest / control.weight,
        .n_outside = count_outside(f, p, &control),
        .n_uneven = count_uneven(r),
    };
    r->comparison = c;
    return OK;
}

static void warn_few(struct effect_result *r, const char *key, double worth, size_t n)
{
    if (worth >= FEW_EFFECTIVE)
        return;
    struct msg *m = effect_warn(r, key);
    msg_real(m, worth, 1);
    msg_int(m, (int64_t)n);
}

void comparison_warn(struct effect_result *r)
{
    const struct effect_comparison *c = r->comparison;
    const struct effect_diagnostics *d = &r->diagnostics;

    warn_few(r, "effect.few-effective", c->effective_control, d->n_control);
    if (c->effective_treated < 0.999 * (double)c->n_treated) /* else the groups' sizes tell */
        warn_few(r, "balancing.few-treated", c->effective_treated, d->n_treated);
    if ((double)c->n_outside > OUTSIDE_SHARE * (double)d->n_treated) {
        struct msg *m = effect_warn(r, "effect.outside-support");
        msg_int(m, (int64_t)c->n_outside);
        msg_int(m, (int64_t)d->n_treated);
    }
    if (c->n_uneven) {
        struct msg *m = effect_warn(r, "balancing.uneven");
        msg_int(m, (int64_t)c->n_uneven);
        msg_int(m, (int64_t)effect_balance_covariates(r));
    }
}
