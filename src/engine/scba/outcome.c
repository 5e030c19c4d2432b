/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Draws to numbers: mean, spread, quantiles, chance, histogram.
 *
 * Quantiles are exact order statistics without sorting all draws: values are
 * counted in equal buckets, and only the few buckets that hold a wanted rank
 * are gathered and sorted.
 */
#include "base/lin.h"
#include "base/real.h"
#include "engine/scba/scba_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096, QUANTILES = 5, RANKS = 2 * QUANTILES, BINS_MIN = 20 };
#define RANGE_MIN 1e-100 /* of a histogram; what is narrower is a point */

/* ---- Quantiles ---- */

struct buckets {
    double low, per_value;     /* bucket = (x - low) * per_value, cut to the range */
    size_t start[BUCKETS + 1]; /* draws in lower buckets */
    bool wanted[BUCKETS];
    size_t gathered[BUCKETS]; /* of a wanted bucket: gathered draws in lower buckets */
};

/* Never falls as x rises, which is all that the method needs. */
static size_t bucket_of(const struct buckets *b, double x)
{
    const double at = (x - b->low) * b->per_value;
    return at < BUCKETS ? (size_t)at : BUCKETS - 1;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void count_buckets(struct buckets *b, const double *draw, size_t n)
{
    double low = draw[0], high = draw[0];
    for (size_t i = 1; i < n; i++) {
        low = draw[i] < low ? draw[i] : low;
        high = draw[i] > high ? draw[i] : high;
    }
    memset(b, 0, sizeof *b);
    b->low = low;
    b->per_value = high > low ? BUCKETS / (high - low) : 0.0;
    if (!isfinite(b->per_value))
        b->per_value = 0.0; /* a range too small to divide by: one bucket */
    for (size_t i = 0; i < n; i++)
        b->start[bucket_of(b, draw[i]) + 1]++;
    for (size_t i = 0; i < BUCKETS; i++)
        b->start[i + 1] += b->start[i];
}

static size_t bucket_with_rank(const struct buckets *b, size_t rank)
{
    size_t i = 0;
    while (b->start[i + 1] <= rank)
        i++;
    return i;
}

/* The draws of all wanted buckets, sorted. NULL when memory is out. */
static double *gather(struct buckets *b, const double *draw, size_t n)
{
    size_t total = 0;
    for (size_t i = 0; i < BUCKETS; i++) {
        b->gathered[i] = total;
        total += b->wanted[i] ? b->start[i + 1] - b->start[i] : 0;
    }
    double *some = malloc((total ? total : 1) * sizeof *some);
    if (!some)
        return NULL;
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (b->wanted[bucket_of(b, draw[i])])
            some[m++] = draw[i];
    qsort(some, m, sizeof *some, compare);
    return some;
}

/* value[k] = the draw of rank[k], from 0. False when memory is out. */
static bool order_statistics(const double *draw, size_t n, const size_t *rank, size_t n_ranks,
                             double *value)
{
    struct buckets b;
    count_buckets(&b, draw, n);
    for (size_t k = 0; k < n_ranks; k++)
        b.wanted[bucket_with_rank(&b, rank[k])] = true;
    double *some = gather(&b, draw, n);
    if (!some)
        return false;
    for (size_t k = 0; k < n_ranks; k++) {
        const size_t i = bucket_with_rank(&b, rank[k]);
        value[k] = some[b.gathered[i] + rank[k] - b.start[i]];
    }
    free(some);
    return true;
}

bool outcome_quantiles(const double *draw, size_t n, const double *p, size_t n_p, double *value)
{
    size_t rank[RANKS] = {0};
    double order[RANKS], part[QUANTILES];
    for (size_t q = 0; q < n_p; q++) {
        const double at = p[q] * (double)(n - 1);
        const size_t whole = (size_t)at;
        part[q] = at - (double)whole;
        rank[2 * q] = whole;
        rank[2 * q + 1] = whole + 1 < n ? whole + 1 : whole;
    }
    if (!order_statistics(draw, n, rank, 2 * n_p, order))
        return false;
    for (size_t q = 0; q < n_p; q++)
        value[q] = order[2 * q] + part[q] * (order[2 * q + 1] - order[2 * q]);
    return true;
}

/* ---- One outcome ---- */

static double spread_about(const double *draw, size_t n, double mean)
{
    double deviation[SCBA_CHUNK], sum = 0.0;
    for (size_t first = 0; first < n; first += SCBA_CHUNK) {
        const size_t m = n - first < SCBA_CHUNK ? n - first : SCBA_CHUNK;
        for (size_t i = 0; i < m; i++)
            deviation[i] = draw[first + i] - mean;
        sum += lin_dot(deviation, deviation, m);
    }
    return n > 1 ? sqrt(sum / (double)(n - 1)) : 0.0;
}

static double share_positive(const double *draw, size_t n)
{
    size_t positive = 0;
    for (size_t i = 0; i < n; i++)
        positive += draw[i] > 0.0;
    return (double)positive / (double)n;
}

/* All of an outcome but its point and mean. False when memory is out. */
static bool describe(const double *draw, size_t n, const double level[2], struct scba_outcome *o)
{
    const double p[QUANTILES] = {0.5, 0.5 * (1.0 - level[0]), 0.5 * (1.0 + level[0]),
                                 0.5 * (1.0 - level[1]), 0.5 * (1.0 + level[1])};
    double q[QUANTILES];
    if (!outcome_quantiles(draw, n, p, QUANTILES, q))
        return false;
    o->median = q[0];
    for (int k = 0; k < 2; k++) {
        o->low[k] = q[2 * k + 1];
        o->high[k] = q[2 * k + 2];
    }
    o->sd = spread_about(draw, n, lin_sum(draw, n) / (double)n);
    o->chance_positive = share_positive(draw, n);
    return true;
}

/* ---- Ratios ---- */

static struct scba_outcome no_outcome(void)
{
    const double none = REAL_NAN;
    return (struct scba_outcome){none, none, none, none, {none, none}, {none, none}, none};
}

/*
 * A ratio of means, with its spread only when no draw makes the denominator 0
 * or negative, for then neither its order nor its sign tells anything.
 * `above` is overwritten with the ratios.
 */
static bool ratio_outcome(double *above, const double *below, size_t n, const double level[2],
                          struct scba_outcome *o)
{
    *o = no_outcome();
    const double mean_above = lin_sum(above, n) / (double)n;
    const double mean_below = lin_sum(below, n) / (double)n;
    if (!(mean_below > 0.0))
        return true;
    bool all_positive = true;
    for (size_t i = 0; i < n; i++) {
        all_positive = all_positive && below[i] > 0.0;
        above[i] /= below[i];
    }
    const bool fine = !all_positive || describe(above, n, level, o);
    o->mean = mean_above / mean_below;
    return fine;
}

/* ---- All outcomes ---- */

struct jobs {
    const struct plan *plan;
    const struct totals *totals;
    struct scba_result *r;
    double *scratch[3]; /* n_draws each: benefits; gain and net cost */
    bool *failed;       /* one a job */
};

static const double *party_draws(const struct jobs *j, size_t party)
{
    return j->totals->draws + party * j->plan->model->n_draws;
}

static void party_job(const struct jobs *j, size_t party)
{
    struct scba_outcome *o = &j->r->party[party].balance;
    const double *draw = party_draws(j, party);
    const size_t n = j->plan->model->n_draws;
    o->mean = lin_sum(draw, n) / (double)n;
    j->failed[party] = !describe(draw, n, j->plan->model->level, o);
}

static void benefit_cost_job(const struct jobs *j, size_t job)
{
    const size_t n = j->plan->model->n_draws;
    const double *balance = party_draws(j, j->plan->n_payers), *cost = j->totals->cost;
    double *benefit = j->scratch[0];
    for (size_t i = 0; i < n; i++)
        benefit[i] = balance[i] + cost[i];
    j->failed[job] = !ratio_outcome(benefit, cost, n, j->plan->model->level, &j->r->ratio);
}

/* The balances of a group, with sign. */
static void add_group(const struct jobs *j, enum scba_group group, double sign, double *sum)
{
    const size_t n = j->plan->model->n_draws;
    for (size_t p = 0; p < j->plan->n_payers; p++) {
        if (j->plan->model->payers[p].group != group)
            continue;
        const double *draw = party_draws(j, p);
        for (size_t i = 0; i < n; i++)
            sum[i] += sign * draw[i];
    }
}

static void per_government_job(const struct jobs *j, size_t job)
{
    const size_t n = j->plan->model->n_draws;
    double *gain = j->scratch[1], *net_cost = j->scratch[2];
    add_group(j, SCBA_PARTICIPANT, 1.0, gain);
    add_group(j, SCBA_GOVERNMENT, -1.0, net_cost);
    j->failed[job] =
        !ratio_outcome(gain, net_cost, n, j->plan->model->level, &j->r->participant_per_government);
    j->r->chance_government_saves = 1.0 - share_positive(net_cost, n);
}

static void run_job(void *ctx, size_t job, unsigned worker)
{
    const struct jobs *j = ctx;
    (void)worker;
    if (job < j->plan->n_parties)
        party_job(j, job);
    else if (job == j->plan->n_parties)
        benefit_cost_job(j, job);
    else
        per_government_job(j, job);
}

/* Points: every item with its columns at their means. */
static void points_fill(const struct jobs *j)
{
    const struct scba_model *m = j->plan->model;
    const size_t society = j->plan->n_payers;
    double cost = 0.0, gain = 0.0, net_cost = 0.0;
    for (size_t i = 0; i < j->plan->n_items; i++) {
        const struct plan_item *item = &j->plan->items[i];
        const double value = j->totals->item_point[i];
        for (size_t p = 0; p < j->plan->n_parties; p++)
            j->r->party[p].balance.point += plan_party_share(item, p, society) * value;
        cost += item->kind == SCBA_COST ? value : 0.0;
    }
    for (size_t p = 0; p < m->n_payers; p++) {
        const double balance = j->r->party[p].balance.point;
        gain += m->payers[p].group == SCBA_PARTICIPANT ? balance : 0.0;
        net_cost -= m->payers[p].group == SCBA_GOVERNMENT ? balance : 0.0;
    }
    j->r->ratio.point = cost > 0.0 ? (j->r->party[society].balance.point + cost) / cost : REAL_NAN;
    j->r->participant_per_government.point = net_cost > 0.0 ? gain / net_cost : REAL_NAN;
}

err outcomes_fill(const struct plan *plan, const struct totals *t, par *pool, arena *scratch,
                  struct scba_result *r, struct err_info *info)
{
    const size_t n_jobs = plan->n_parties + 2;
    struct jobs j = {.plan = plan, .totals = t, .r = r};
    j.failed = ARENA_NEW(scratch, bool, n_jobs);
    bool fine = j.failed != NULL;
    for (int s = 0; s < 3; s++)
        fine = (j.scratch[s] = ARENA_NEW(scratch, double, plan->model->n_draws)) != NULL && fine;
    if (!fine)
        return err_nomem(info);
    par_run(pool, n_jobs, run_job, &j);
    for (size_t job = 0; job < n_jobs; job++)
        if (j.failed[job])
            return err_nomem(info);
    points_fill(&j);
    return OK;
}

/* ---- Histogram ---- */

/* The round number 1, 2 or 5 x 10^k next above x > 0. */
static double round_up(double x)
{
    static const double steps[] = {1.0, 2.0, 5.0, 10.0};
    double unit = 1.0;
    while (unit > x)
        unit /= 10.0;
    while (unit * 10.0 <= x)
        unit *= 10.0;
    int s = 0;
    while (s < 3 && steps[s] * unit < x)
        s++;
    return steps[s] * unit;
}

err histogram_fill(struct scba_result *r, struct err_info *info)
{
    const double *draw = r->draws + r->n_payers * r->n_draws;
    const double p[2] = {0.001, 0.999};
    double end[2];
    if (!outcome_quantiles(draw, r->n_draws, p, 2, end))
        return err_nomem(info);
    const double range = end[1] - end[0];
    const double scale = fmax(fabs(end[0]), fabs(end[1]));
    const bool is_point = !(range > fmax(1e-9 * scale, RANGE_MIN));
    r->bin_width =
        is_point ? round_up(fmax(scale, 1.0) / BINS_MIN) : round_up(range / (2 * BINS_MIN));
    const double first = floor(end[0] / r->bin_width), last = floor(end[1] / r->bin_width);
    r->bin_from = first * r->bin_width;
    r->n_bins = (size_t)(last - first) + 1;
    r->bin = ARENA_NEW(r->memory, size_t, r->n_bins);
    if (!r->bin)
        return err_nomem(info);
    for (size_t i = 0; i < r->n_draws; i++) {
        const double at = floor(draw[i] / r->bin_width) - first;
        if (at < 0.0)
            r->n_below++;
        else if (at > last - first)
            r->n_above++;
        else
            r->bin[(size_t)at]++;
    }
    return OK;
}
