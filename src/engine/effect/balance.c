/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/balance_int.h"

#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/order_int.h"

#include <math.h>
#include <stdlib.h>

enum {
    FEW = 256, /* values of a column that are counted rather than sorted */
    SLOT_BITS = 10,
    SLOTS = 1 << SLOT_BITS,
};

enum { BEFORE, AFTER, TIMES };
enum { CONTROL, TREATED, GROUPS };

/* What a row adds to the share of the treated minus that of the controls. */
struct step {
    double by[TIMES];
};

struct pass {
    const struct frame *f;
    const double *p;               /* the propensity score, or NULL */
    double *share[TIMES][GROUPS];  /* of each row in its group: sums to 1; 0 in the other */
    double squares[TIMES][GROUPS]; /* sum of share^2 */
    double *part[TIMES];           /* of a person that a row is, of those with a share; NULL: 1 */
    int times;                     /* BEFORE alone, or both */
    struct step *step;             /* of each row */
    size_t room;                   /* items for a column: f->n, or FEW when that is more */
    struct order_item *item;       /* 2 room for each worker */
    double *centred;               /* f->n for each worker */
    struct effect_balance *balance;
};

/* One column. */
struct column {
    const double *x;
    const struct order_item *sorted; /* n_sorted rows, or values when these are few */
    const struct step *step;         /* of each of these */
    size_t n_sorted;
    bool is_binary;
    double mean[TIMES][GROUPS], variance[TIMES][GROUPS];
};

static err pass_new(const struct frame *f, unsigned threads, arena *a, struct pass *p,
                    struct err_info *info)
{
    bool complete = true;

    p->f = f;
    for (int t = 0; t < p->times; t++) {
        for (int g = 0; g < GROUPS; g++)
            complete = (p->share[t][g] = ARENA_NEW(a, double, f->n)) && complete;
        if (f->person)
            complete = (p->part[t] = ARENA_NEW(a, double, f->n)) && complete;
    }
    p->step = ARENA_NEW(a, struct step, f->n);
    p->room = f->n > FEW ? f->n : FEW;
    if (p->room <= SIZE_MAX / 2 / sizeof *p->item / threads) {
        p->item =
            ARENA_NEW(a, struct order_item, threads * 2 * p->room); /* few values: untouched */
        p->centred = ARENA_NEW(a, double, threads * f->n);
    }
    return complete && p->step && p->item && p->centred ? OK : err_nomem(info);
}

static void share_out(struct pass *p, int time, const double *weight)
{
    const struct frame *f = p->f;
    double sum[GROUPS];

    for (size_t i = 0; i < f->n; i++) {
        const double w = weight ? weight[i] : 1;
        p->share[time][TREATED][i] = w * f->d[i];
        p->share[time][CONTROL][i] = w * (1 - f->d[i]);
    }
    for (int g = 0; g < GROUPS; g++)
        sum[g] = lin_sum(p->share[time][g], f->n);
    for (size_t i = 0; i < f->n; i++) {
        p->share[time][TREATED][i] /= sum[TREATED];
        p->share[time][CONTROL][i] /= sum[CONTROL];
        p->step[i].by[time] = p->share[time][TREATED][i] - p->share[time][CONTROL][i];
    }
    for (int g = 0; g < GROUPS; g++)
        p->squares[time][g] = lin_dot(p->share[time][g], p->share[time][g], f->n);
}

/* Each person's rows of one group with a share are equal parts of the person. */
static err part_out(struct pass *p, int time, arena *a, struct err_info *info)
{
    const struct frame *f = p->f;
    uint32_t *rows = ARENA_NEW(a, uint32_t, GROUPS * f->n_persons);
    if (!rows)
        return err_nomem(info);
    for (size_t i = 0; i < f->n; i++)
        for (int g = 0; g < GROUPS; g++)
            rows[GROUPS * f->person[i] + (size_t)g] += p->share[time][g][i] > 0 ? 1 : 0;
    for (size_t i = 0; i < f->n; i++) {
        const uint32_t n = rows[GROUPS * f->person[i] + (f->d[i] > 0)];
        p->part[time][i] = n ? 1 / (double)n : 0;
    }
    return OK;
}

/* Rows that share, and those of them with the low value: whole numbers, in any order the same. */
static void count_rows(const double *share, const double *x, double low, size_t n, double *at_low,
                       double *at_high)
{
    uint64_t all = 0, lows = 0;
    for (size_t i = 0; i < n; i++) {
        const uint64_t has_share = share[i] > 0, is_low = x[i] == low;
        all += has_share;
        lows += has_share & is_low;
    }
    *at_low = (double)lows;
    *at_high = (double)(all - lows);
}

static void count_parts(const double *share, const double *x, double low, const double *part,
                        size_t n, double *at_low, double *at_high)
{
    for (size_t i = 0; i < n; i++)
        if (share[i] > 0)
            *(x[i] == low ? at_low : at_high) += part[i];
}

/* Who has which of two values. */
static struct effect_holders count_holders(const struct pass *p, const struct column *c, int time)
{
    const double low = order_value(c->sorted[0].key), *part = p->part[time];
    struct effect_holders holders = {{0}, {0}};

    for (int g = 0; g < GROUPS && c->is_binary; g++)
        if (part)
            count_parts(p->share[time][g], c->x, low, part, p->f->n, &holders.low[g],
                        &holders.high[g]);
        else
            count_rows(p->share[time][g], c->x, low, p->f->n, &holders.low[g], &holders.high[g]);
    return holders;
}

static void measure(const struct pass *p, struct column *c, double *centred)
{
    const size_t n = p->f->n;

    for (int t = 0; t < p->times; t++)
        for (int g = 0; g < GROUPS; g++) {
            const double *share = p->share[t][g], mean = lin_dot(share, c->x, n);
            const double is_free = 1 - p->squares[t][g];
            for (size_t i = 0; i < n; i++)
                centred[i] = c->x[i] - mean;
            const double spread = lin_dot3(share, centred, centred, n);
            c->mean[t][g] = mean;
            c->variance[t][g] = is_free > 0 ? spread / is_free : REAL_NAN;
        }
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* Steps through the values, with what the shares at or below them differ. */
static void compare_distributions(const struct column *c, struct effect_likeness *const like[TIMES])
{
    double apart[TIMES] = {0}, sum[TIMES] = {0}, most[TIMES] = {0};
    size_t values = 1;

    for (size_t i = 0; i + 1 < c->n_sorted; i++) { /* behind the last, both are 1 */
        const struct step *step = &c->step[c->sorted[i].row];
        for (int t = 0; t < TIMES; t++)
            apart[t] += step->by[t];
        if (c->sorted[i + 1].key == c->sorted[i].key)
            continue;
        values++;
        for (int t = 0; t < TIMES; t++) {
            sum[t] += fabs(apart[t]);
            most[t] = larger(most[t], fabs(apart[t]));
        }
    }
    for (int t = 0; t < TIMES; t++) {
        like[t]->ecdf_mean = c->is_binary ? most[t] : sum[t] / (double)values;
        like[t]->ecdf_max = most[t];
    }
}

/* The place of a value among `slot`: its own, or a free one. Few values leave most places free. */
static size_t place_of(uint64_t key, const struct order_item *item, const uint16_t slot[SLOTS])
{
    size_t at = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - SLOT_BITS));
    while (slot[at] && item[slot[at] - 1].key != key)
        at = (at + 1) % SLOTS;
    return at;
}

/* Values in the place of rows, with the sum of their steps; false when they are not few. */
static bool count_values(const struct pass *p, const double *x, struct order_item item[FEW],
                         struct step sum[FEW], size_t *n)
{
    uint16_t slot[SLOTS] = {0}; /* 1 + the value's code; 0: free */

    for (size_t i = 0; i < p->f->n; i++) {
        const uint64_t key = order_key(x[i]);
        const size_t at = place_of(key, item, slot);
        if (!slot[at]) {
            if (*n == FEW)
                return false;
            item[*n] = (struct order_item){key, (uint32_t)*n};
            sum[*n] = (struct step){{0}};
            slot[at] = (uint16_t)++ * n;
        }
        for (int t = 0; t < TIMES; t++)
            sum[slot[at] - 1].by[t] += p->step[i].by[t];
    }
    return true;
}

static bool has_two_values(const struct column *c)
{
    size_t values = 1;
    for (size_t i = 1; i < c->n_sorted && values <= 2; i++)
        values += c->sorted[i].key != c->sorted[i - 1].key;
    return values == 2;
}

/* Few values are summed in `sum`, else all rows are sorted. */
static void sort_column(const struct pass *p, struct column *c, struct order_item *item,
                        struct step sum[FEW])
{
    const size_t n = p->f->n;

    c->step = sum;
    if (!count_values(p, c->x, item, sum, &c->n_sorted)) {
        c->step = p->step;
        c->n_sorted = n;
        for (size_t i = 0; i < n; i++)
            item[i] = (struct order_item){order_key(c->x[i]), (uint32_t)i};
    }
    c->sorted = order_sort(item, item + p->room, c->n_sorted);
    c->is_binary = has_two_values(c);
}

/* The standard deviation of the treated before. */
static double scale_of(const struct column *c)
{
    const double low = order_value(c->sorted[0].key);
    const double high = order_value(c->sorted[c->n_sorted - 1].key);
    const double mean = c->mean[BEFORE][TREATED];
    return sqrt(c->is_binary ? larger(0, (mean - low) * (high - mean))
                             : c->variance[BEFORE][TREATED]);
}

static void fill_row(void *ctx, size_t row, unsigned worker)
{
    const struct pass *p = ctx;
    const struct frame *f = p->f;
    const bool is_score = p->p && row == 0;
    const size_t j = row + !p->p; /* the ones are no covariate */
    const double origin = is_score ? 0 : f->x_mean[j], unit = is_score ? 1 : f->x_sd[j];
    struct step sum[FEW];
    struct effect_likeness *const like[TIMES] = {&p->balance[row].before, &p->balance[row].after};
    struct column c = {.x = is_score ? p->p : f->x[j]};

    sort_column(p, &c, p->item + worker * 2 * p->room, sum);
    measure(p, &c, p->centred + worker * f->n);
    const double scale = scale_of(&c);
    p->balance[row].low = c.is_binary ? origin + unit * order_value(c.sorted[0].key) : REAL_NAN;
    p->balance[row].high =
        c.is_binary ? origin + unit * order_value(c.sorted[c.n_sorted - 1].key) : REAL_NAN;
    for (int t = 0; t < p->times; t++) {
        const double *mean = c.mean[t], *variance = c.variance[t];
        like[t]->mean_treated = origin + unit * mean[TREATED];
        like[t]->mean_control = origin + unit * mean[CONTROL];
        like[t]->difference = scale > 0 ? (mean[TREATED] - mean[CONTROL]) / scale : REAL_NAN;
        like[t]->variance_ratio = c.is_binary || !(variance[CONTROL] > 0)
                                      ? REAL_NAN
                                      : variance[TREATED] / variance[CONTROL];
        like[t]->holders = count_holders(p, &c, t);
    }
    compare_distributions(&c, like);
    if (p->times == 1)
        p->balance[row].after = (struct effect_likeness){REAL_NAN, REAL_NAN, REAL_NAN,  REAL_NAN,
                                                         REAL_NAN, REAL_NAN, {{0}, {0}}};
}

static err name_rows(const struct pass *p, size_t n, arena *a, struct err_info *info)
{
    for (size_t i = 0; i < n; i++) {
        const bool is_score = p->p && i == 0;
        p->balance[i].covariate = is_score ? STR("") : arena_str(a, p->f->x_name[i + !p->p]);
        if (!p->balance[i].covariate.p)
            return err_nomem(info);
    }
    return OK;
}

err balance_fill(const struct frame *f, const double *p, const double *after, par *pool,
                 const arena *beside, struct effect_result *r, struct err_info *info)
{
    const size_t n_rows = f->k - !p;
    struct pass pass = {.p = p, .times = after ? 2 : 1};
    arena *scratch = arena_new_beside(beside);
    if (!scratch)
        return err_nomem(info);

    err e = pass_new(f, pool ? par_threads(pool) : 1, scratch, &pass, info);
    if (e != OK)
        goto out;
    pass.balance = ARENA_NEW(r->memory, struct effect_balance, n_rows);
    e = pass.balance ? name_rows(&pass, n_rows, r->memory, info) : err_nomem(info);
    if (e != OK)
        goto out;
    share_out(&pass, BEFORE, f->w);
    if (after)
        share_out(&pass, AFTER, after);
    for (int t = 0; t < pass.times && f->person && e == OK; t++)
        e = part_out(&pass, t, scratch, info);
    if (e != OK)
        goto out;
    par_run(pool, n_rows, fill_row, &pass);
    r->balance = pass.balance;
    r->n_balance = n_rows;
out:
    arena_free(scratch);
    return e;
}
