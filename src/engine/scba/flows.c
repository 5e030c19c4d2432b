/* SPDX-License-Identifier: EUPL-1.2 */
/* Means by item, party and year: contributions, cash flow, pay-back, what is measured. */
#include "base/real.h"
#include "engine/scba/scba_int.h"

#include <math.h>

double plan_party_share(const struct plan_item *item, size_t party, size_t society)
{
    if (item->kind == SCBA_TRANSFER)
        return party == item->to ? 1.0 : party == item->from ? -1.0 : 0.0;
    const double sign = item->kind == SCBA_COST ? -1.0 : 1.0;
    return party == society ? sign : sign * item->share[party];
}

static void add_contribution(struct scba_party *party, enum scba_kind kind, double amount)
{
    switch (kind) {
    case SCBA_COST: party->cost -= amount; break;
    case SCBA_EFFECT: party->benefit += amount; break;
    case SCBA_TRANSFER: party->transfer += amount; break;
    }
    if (amount < 0.0)
        party->paid -= amount;
    else
        party->gained += amount;
}

static void add_cash(const struct plan *plan, const struct plan_item *item, const struct totals *t,
                     struct scba_result *r)
{
    for (size_t y = 0; y < plan->n_years; y++) {
        double value = 0.0;
        for (size_t k = 0; k < item->n_terms; k++)
            value += item->terms[k].constant * item->terms[k].weight[y] *
                     t->term_mean[item->first_term + k];
        value *= item->constant;
        for (size_t p = 0; p < plan->n_parties; p++) {
            const double amount = plan_party_share(item, p, plan->n_payers) * value;
            r->cash[y * plan->n_parties + p] += amount;
            r->cash_discounted[y * plan->n_parties + p] += amount * plan->factor[y];
        }
    }
}

static int payback_year(const struct scba_result *r, size_t party)
{
    double sum = 0.0, moved = 0.0;
    size_t from = 0; /* years before this one include a negative sum */
    for (size_t y = 0; y < r->n_years; y++) {
        const double amount = r->cash_discounted[y * r->n_parties + party];
        sum += amount;
        moved += fabs(amount);
        if (sum < -1e-9 * moved)
            from = y + 1;
    }
    return from < r->n_years ? (int)from + 1 : 0;
}

static double measured_share(const struct plan *plan, const struct totals *t)
{
    double measured = 0.0, all = 0.0;
    for (size_t i = 0; i < plan->n_items; i++) {
        const struct plan_item *item = &plan->items[i];
        for (size_t k = 0; item->kind == SCBA_EFFECT && k < item->n_terms; k++) {
            const struct plan_term *term = &item->terms[k];
            const double size =
                fabs(item->constant * term->constant * t->term_mean[item->first_term + k]);
            measured += size * fabs(term->pv_observed);
            all += size * fabs(term->pv);
        }
    }
    return all > 0.0 ? measured / all : REAL_NAN;
}

void flows_fill(const struct plan *plan, const struct totals *t, struct scba_result *r)
{
    for (size_t i = 0; i < plan->n_items; i++) {
        const struct plan_item *item = &plan->items[i];
        for (size_t p = 0; p < plan->n_parties; p++) {
            const double amount = plan_party_share(item, p, plan->n_payers) * t->item_mean[i];
            r->contribution[i * plan->n_parties + p] = amount;
            add_contribution(&r->party[p], item->kind, amount);
        }
        r->contribution_sd[i] = t->item_sd[i];
        add_cash(plan, item, t, r);
    }
    for (size_t p = 0; p < plan->n_parties; p++)
        r->party[p].payback_year = payback_year(r, p);
    r->measured_share = measured_share(plan, t);
}
