/* SPDX-License-Identifier: EUPL-1.2 */
/* Who pays against who gains, and the smallest transfers after which nobody loses. */
#include "base/real.h"
#include "engine/scba/scba_int.h"

#include <math.h>

static double total(const struct scba_result *r, bool gained)
{
    double sum = 0.0;
    for (size_t p = 0; p < r->n_payers; p++)
        sum += gained ? r->party[p].gained : r->party[p].paid;
    return sum;
}

/* Money has no colour: what j gains is paid for by all in proportion to what they pay. */
static void fill_flow(struct scba_result *r, double paid, double gained)
{
    r->concentration = REAL_NAN;
    if (!(paid > 0.0) || !(gained > 0.0))
        return;
    r->concentration = 0.0;
    for (size_t i = 0; i < r->n_payers; i++) {
        const double share = r->party[i].paid / paid;
        r->concentration += 0.5 * fabs(share - r->party[i].gained / gained);
        for (size_t j = 0; j < r->n_payers; j++)
            r->flow[i * r->n_payers + j] = share * r->party[j].gained;
    }
}

/* The payer with most to give, participants only when no other has any; SCBA_NONE: none. */
static int best_giver(const struct scba_model *m, const double *left)
{
    int best = SCBA_NONE;
    for (size_t p = 0; p < m->n_payers; p++) {
        if (!(left[p] > 0.0))
            continue;
        const bool asks_participant = m->payers[p].group == SCBA_PARTICIPANT;
        const bool has_participant = best != SCBA_NONE && m->payers[best].group == SCBA_PARTICIPANT;
        if (best == SCBA_NONE || (has_participant && !asks_participant) ||
            (has_participant == asks_participant && left[p] > left[best]))
            best = (int)p;
    }
    return best;
}

static int worst_loser(const double *left, size_t n)
{
    int worst = SCBA_NONE;
    for (size_t p = 0; p < n; p++)
        if (left[p] < 0.0 && (worst == SCBA_NONE || left[p] < left[worst]))
            worst = (int)p;
    return worst;
}

/*
 * Each step settles a giver or a loser, so there are fewer steps than payers.
 * The total is the sum of losses: less would leave someone negative.
 */
static void fill_compensation(const struct scba_model *m, struct scba_result *r)
{
    double left[SCBA_PAYERS_MAX];
    if (!(r->party[r->n_payers].balance.mean >= 0.0))
        return;
    for (size_t p = 0; p < r->n_payers; p++)
        left[p] = r->party[p].balance.mean;
    while (r->n_compensations < r->n_payers) {
        const int from = best_giver(m, left), to = worst_loser(left, r->n_payers);
        if (from == SCBA_NONE || to == SCBA_NONE)
            return;
        const double amount = fmin(left[from], -left[to]);
        left[from] -= amount;
        left[to] += amount;
        r->compensation[r->n_compensations++] = (struct scba_compensation){from, to, amount};
    }
}

void incentives_fill(const struct scba_model *m, struct scba_result *r)
{
    fill_flow(r, total(r, false), total(r, true));
    fill_compensation(m, r);
}
