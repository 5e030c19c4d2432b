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

static void add_unit(struct group *g, double w)
{
    g->n += w > 0;
    g->weight += w;
    g->squares += w * w;
    g->heaviest = fmax(g->heaviest, w);
}

/* A row is a unit, or with `sum`, f->n_persons places for the weight of each, a part of one. */
static struct group measure(const struct frame *f, const double *p, const double *w, double *sum,
                            bool treated)
{
    struct group g = {.score = {REAL_INF, -REAL_INF}};

    for (size_t i = 0; sum && i < f->n_persons; i++)
        sum[i] = 0;
    for (size_t i = 0; i < f->n; i++) {
        const double weight = w ? w[i] : 1;
        if ((f->d[i] > 0) != treated)
            continue;
        if (sum)
            sum[f->person[i]] += weight;
        else
            add_unit(&g, weight);
        if (p) {
            g.score.low = fmin(g.score.low, p[i]);
            g.score.high = fmax(g.score.high, p[i]);
        }
    }
    for (size_t i = 0; sum && i < f->n_persons; i++)
        add_unit(&g, sum[i]);
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

static size_t count_uneven(const struct effect_result *r, bool is_weighted)
{
    size_t n = 0;
    for (size_t j = 0; j < r->n_balance; j++) {
        const struct effect_balance *b = &r->balance[j];
        const double apart = is_weighted ? b->after.difference : b->before.difference;
        n += b->covariate.n > 0 && fabs(apart) > EFFECT_UNEVEN;
    }
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
                    arena *a, struct effect_result *r, struct err_info *info)
{
    const double *w = after ? after : f->w;
    double *sum = f->person ? ARENA_NEW(a, double, f->n_persons) : NULL;
    if (f->person && !sum)
        return err_nomem(info);
    const struct group treated = measure(f, p, w, sum, true);
    const struct group control = measure(f, p, w, sum, false);
    struct effect_comparison *c = ARENA_NEW(r->memory, struct effect_comparison, 1);
    struct effect_overlap *overlap =
        p ? ARENA_NEW(r->memory, struct effect_overlap, EFFECT_OVERLAP_BINS) : NULL;

    if (!c || (p && !overlap))
        return err_nomem(info);
    if (f->k > 1 && !f->is_trial) {
        const err e = balance_fill(f, p, after, pool, a, r, info);
        if (e != OK)
            return e;
    }
    if (overlap)
        fill_overlap(f, p, w, &treated, &control, overlap);
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
        .is_weighted = after != NULL,
        .n_uneven = count_uneven(r, after != NULL),
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

void comparison_warn_uneven(struct effect_result *r, const char *key, const char *only)
{
    const size_t n = r->comparison->n_uneven, of = effect_balance_covariates(r);
    if (n == 0)
        return;
    struct msg *m = effect_warn(r, of == 1 ? only : key);
    if (of == 1)
        return;
    msg_int(m, (int64_t)n);
    msg_int(m, (int64_t)of);
}

void comparison_warn(struct effect_result *r)
{
    const struct effect_comparison *c = r->comparison;
    const struct effect_diagnostics *d = &r->diagnostics;
    const bool is_panel = r->spec.unit.n > 0; /* in which not only those never treated compare */

    warn_few(r, "effect.few-effective", c->effective_control,
             is_panel ? c->n_control : d->n_control);
    if (c->effective_treated < 0.999 * (double)c->n_treated) /* else the groups' sizes tell */
        warn_few(r, "balancing.few-treated", c->effective_treated, d->n_treated);
    if ((double)c->n_outside > OUTSIDE_SHARE * (double)d->n_treated) {
        struct msg *m = effect_warn(r, "effect.outside-support");
        msg_int(m, (int64_t)c->n_outside);
        msg_int(m, (int64_t)d->n_treated);
    }
    if (is_panel)
        comparison_warn_uneven(r, "panel.uneven", "panel.uneven-only");
    else
        comparison_warn_uneven(r, "balancing.uneven", "balancing.uneven-only");
}
