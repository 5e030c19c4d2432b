/* SPDX-License-Identifier: EUPL-1.2 */
/* What the answer hangs on: one number moved at a time, and how small the effect may be. */
#include "base/real.h"
#include "engine/scba/scba_int.h"

#include <math.h>
#include <stdlib.h>

static const double tail[2] = {0.1, 0.9};

void plan_point(const struct plan *plan, double *const *column, double *item_value)
{
    double product;
    for (size_t i = 0; i < plan->n_items; i++)
        plan_item_value(&plan->items[i], column, 1, &product, &item_value[i]);
}

static double society_at(const struct plan *plan, double *const *column)
{
    double sum = 0.0, product, value;
    for (size_t i = 0; i < plan->n_items; i++) {
        if (plan->items[i].kind == SCBA_TRANSFER)
            continue;
        plan_item_value(&plan->items[i], column, 1, &product, &value);
        sum += plan->items[i].kind == SCBA_COST ? -value : value;
    }
    return sum;
}

/* Quantiles of an estimate's own bootstrap draws. */
static err bootstrap_tails(const struct scba_estimates *est, size_t e, double end[2],
                           struct err_info *info)
{
    double *draw = malloc(est->n_draws * sizeof *draw);
    if (!draw)
        return err_nomem(info);
    for (size_t i = 0; i < est->n_draws; i++)
        draw[i] = est->value[e] + est->draws[i * est->n + e];
    const bool fine = outcome_quantiles(draw, est->n_draws, tail, 2, end);
    free(draw);
    return fine ? OK : err_nomem(info);
}

static err column_tails(const struct plan *plan, const struct plan_column *c, double end[2],
                        struct err_info *info)
{
    const struct scba_estimates *est = &plan->model->estimates;
    if (c->estimate != SCBA_NONE && est->draws)
        return bootstrap_tails(est, (size_t)c->estimate, end, info);
    for (int k = 0; k < 2; k++) {
        if (c->estimate == SCBA_NONE) {
            end[k] = scba_dist_quantile(plan->model->parameters[c->parameter].dist, tail[k]);
            continue;
        }
        const size_t e = (size_t)c->estimate;
        end[k] = c->mean + real_norm_ppf(tail[k]) * sqrt(est->covariance[e * est->n + e]);
    }
    return OK;
}

static err column_bar(const struct plan *plan, size_t i, double **column,
                      struct scba_tornado_bar *bar, struct err_info *info)
{
    double end[2], at[2];
    const err e = column_tails(plan, &plan->columns[i], end, info);
    if (e != OK)
        return e;
    for (int k = 0; k < 2; k++) {
        *column[i] = end[k];
        at[k] = society_at(plan, column);
    }
    *column[i] = plan->columns[i].mean;
    *bar = (struct scba_tornado_bar){.parameter = plan->columns[i].parameter,
                                     .estimate = plan->columns[i].estimate,
                                     .value_low = end[0],
                                     .value_high = end[1],
                                     .at_low = at[0],
                                     .at_high = at[1]};
    return OK;
}

/* The same plan at another discount rate. */
static err rate_end(const struct plan *plan, double rate, double *const *column, arena *scratch,
                    double *at, struct err_info *info)
{
    struct msg ignored[SCBA_WARNINGS_MAX]; /* given once already */
    struct warnings w = {.msg = ignored};
    struct plan other;
    const err e = plan_build(plan->model, rate, scratch, &w, &other, info);
    if (e == OK)
        *at = society_at(&other, column);
    return e;
}

static err rate_bar(const struct plan *plan, double *const *column, arena *scratch,
                    struct scba_tornado_bar *bar, struct err_info *info)
{
    const struct scba_discount *d = &plan->model->discount;
    *bar = (struct scba_tornado_bar){.parameter = SCBA_NONE,
                                     .estimate = SCBA_NONE,
                                     .value_low = d->low_rate,
                                     .value_high = d->high_rate};
    err e = rate_end(plan, d->low_rate, column, scratch, &bar->at_low, info);
    if (e == OK)
        e = rate_end(plan, d->high_rate, column, scratch, &bar->at_high, info);
    return e;
}

static double width_of(const struct scba_tornado_bar *bar)
{
    return fabs(bar->at_high - bar->at_low);
}

/* Insertion keeps equal bars in the order of the model. */
static void sort_bars(struct scba_tornado_bar *bar, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct scba_tornado_bar moving = bar[i];
        size_t j = i;
        for (; j > 0 && width_of(&bar[j - 1]) < width_of(&moving); j--)
            bar[j] = bar[j - 1];
        bar[j] = moving;
    }
}

err plan_means(const struct plan *plan, arena *scratch, double ***column, struct err_info *info)
{
    double *mean = ARENA_NEW(scratch, double, plan->n_columns);
    *column = ARENA_NEW(scratch, double *, plan->n_columns);
    if (!mean || !*column)
        return err_nomem(info);
    for (size_t i = 0; i < plan->n_columns; i++) {
        mean[i] = plan->columns[i].mean;
        (*column)[i] = &mean[i];
    }
    return OK;
}

err tornado_fill(const struct plan *plan, arena *scratch, struct scba_result *r,
                 struct err_info *info)
{
    double **column;
    err e = plan_means(plan, scratch, &column, info);
    if (e != OK)
        return e;
    r->tornado = ARENA_NEW(r->memory, struct scba_tornado_bar, plan->n_columns + 1);
    if (!r->tornado)
        return err_nomem(info);
    for (size_t i = 0; e == OK && i < plan->n_columns; i++)
        e = column_bar(plan, i, column, &r->tornado[r->n_tornado++], info);
    if (e == OK && plan->model->discount.has_range)
        e = rate_bar(plan, column, scratch, &r->tornado[r->n_tornado++], info);
    sort_bars(r->tornado, r->n_tornado);
    return e;
}

/* Balances are linear in the size of effects: balance(f) = balance + (f - 1) x benefit. */
void break_even_fill(const struct plan *plan, const struct totals *t, struct scba_result *r)
{
    const double balance = r->party[r->n_payers].balance.mean;
    double benefit = 0.0;
    for (size_t i = 0; i < plan->n_items; i++) {
        const double value = plan->items[i].kind == SCBA_EFFECT ? t->item_mean[i] : 0.0;
        benefit += value;
        r->break_even_item[i] = value != 0.0 ? 1.0 - balance / value : REAL_NAN;
    }
    r->break_even = benefit != 0.0 ? 1.0 - balance / benefit : REAL_NAN;
}
