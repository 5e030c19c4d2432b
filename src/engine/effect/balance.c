/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/balance_int.h"

#include "base/lanes.h"
#include "base/real.h"
#include "engine/effect/order_int.h"

#include <math.h>
#include <stdlib.h>

enum { BEFORE, AFTER, TIMES };
enum { CONTROL, TREATED, GROUPS };

#define KERNEL_FILE "engine/effect/balance_kernel_int.h"
#include "base/kernels.h"

enum {
    FEW = 256, /* values of a column that are counted rather than sorted */
    SLOT_BITS = 10,
    SLOTS = 1 << SLOT_BITS,
};

struct pass {
    const struct frame *f;
    const double *p;               /* the propensity score, or NULL */
    double *share[TIMES];          /* of each row in its group, of controls negative: sum to 1 */
    double squares[TIMES][GROUPS]; /* sum of share^2 */
    double *part[TIMES];           /* of a person that a row is, of those with a share; NULL: 1 */
    int times;                     /* BEFORE alone, or both */
    size_t room;                   /* items for a column: f->n, or FEW when that is more */
    struct order_item *item;       /* 2 room for each worker */
    struct effect_balance *balance;
};

/* Weights at one time that become shares. */
struct sharing {
    const struct pass *pass;
    int time;
    const double *weight; /* NULL: 1 */
    double sum[GROUPS];
};

/* One column. */
struct column {
    const double *x;
    const struct order_item *sorted; /* n_sorted rows, or values when these are few */
    const double *step[TIMES];       /* what each of these adds to the shares' difference */
    size_t n_sorted;
    bool is_binary;
    double mean[TIMES][GROUPS], variance[TIMES][GROUPS];
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static err pass_new(const struct frame *f, unsigned threads, arena *a, struct pass *p,
                    struct err_info *info)
{
    bool complete = true;

    p->f = f;
    for (int t = 0; t < p->times; t++) {
        complete = (p->share[t] = ARENA_NEW(a, double, f->n)) && complete;
        if (f->person)
            complete = (p->part[t] = ARENA_NEW(a, double, f->n)) && complete;
    }
    p->room = f->n > FEW ? f->n : FEW;
    if (p->room <= SIZE_MAX / 2 / sizeof *p->item / threads)
        p->item =
            ARENA_NEW(a, struct order_item, threads * 2 * p->room); /* few values: untouched */
    return complete && p->item ? OK : err_nomem(info);
}

/* Which group a row is in, as the sign of one. */
static void sign_block(void *ctx, size_t block, unsigned worker)
{
    const struct sharing *s = ctx;
    const double *d = s->pass->f->d;
    double *share = s->pass->share[s->time];
    const size_t from = block * LIN_BLOCK, to = from + smaller(s->pass->f->n - from, LIN_BLOCK);
    (void)worker;

    for (size_t i = from; i < to; i++)
        share[i] = d[i] > 0 ? 1 : -1;
}

static void share_block(void *ctx, size_t block, unsigned worker)
{
    const struct sharing *s = ctx;
    double *share = s->pass->share[s->time];
    const size_t from = block * LIN_BLOCK, to = from + smaller(s->pass->f->n - from, LIN_BLOCK);
    (void)worker;

    for (size_t i = from; i < to; i++)
        share[i] *= (s->weight ? s->weight[i] : 1) / s->sum[share[i] > 0];
}

/* For each group the sum of its shares times x. */
static void group_dot(const double *share, const double *x, size_t n, double sum[GROUPS])
{
    sum[TREATED] = sum[CONTROL] = 0;
    for (size_t i = 0; i < n; i += LIN_BLOCK)
        KERNEL_PICK(group_dot)(share + i, x + i, smaller(n - i, LIN_BLOCK), sum);
}

static void share_out(struct pass *p, int time, const double *weight, par *pool)
{
    const size_t n = p->f->n, n_blocks = (n + LIN_BLOCK - 1) / LIN_BLOCK;
    struct sharing s = {p, time, weight, {0}};

    par_run(pool, n_blocks, sign_block, &s);
    group_dot(p->share[time], weight ? weight : p->f->d, n, s.sum);
    if (!weight)
        s.sum[CONTROL] = (double)n - s.sum[TREATED]; /* every row is one */
    par_run(pool, n_blocks, share_block, &s);
    group_dot(p->share[time], p->share[time], n, p->squares[time]);
    p->squares[time][CONTROL] *= -1; /* their shares are negative */
}

/* Each person's rows of one group with a share are equal parts of the person. */
static err part_out(struct pass *p, int time, arena *a, struct err_info *info)
{
    const struct frame *f = p->f;
    uint32_t *rows = ARENA_NEW(a, uint32_t, GROUPS * f->n_persons);
    if (!rows)
        return err_nomem(info);
    for (size_t i = 0; i < f->n; i++)
        rows[GROUPS * f->person[i] + (f->d[i] > 0)] += p->share[time][i] != 0 ? 1 : 0;
    for (size_t i = 0; i < f->n; i++) {
        const uint32_t n = rows[GROUPS * f->person[i] + (f->d[i] > 0)];
        p->part[time][i] = n ? 1 / (double)n : 0;
    }
    return OK;
}

/* Who has which of two values, of those who share. Whole numbers, in any order the same. */
static void count_rows(const double *share, const double *x, double low, size_t n,
                       struct effect_holders *holders)
{
    uint64_t all[GROUPS] = {0}, lows[GROUPS] = {0};
    for (size_t i = 0; i < n; i++) {
        const uint64_t is_low = x[i] == low, treated = share[i] > 0, control = share[i] < 0;
        all[TREATED] += treated;
        all[CONTROL] += control;
        lows[TREATED] += treated & is_low;
        lows[CONTROL] += control & is_low;
    }
    for (int g = 0; g < GROUPS; g++) {
        holders->low[g] = (double)lows[g];
        holders->high[g] = (double)(all[g] - lows[g]);
    }
}

static void count_parts(const double *share, const double *x, double low, const double *part,
                        size_t n, struct effect_holders *holders)
{
    for (size_t i = 0; i < n; i++)
        if (share[i] != 0)
            (x[i] == low ? holders->low : holders->high)[share[i] > 0] += part[i];
}

static struct effect_holders count_holders(const struct pass *p, const struct column *c, int time)
{
    const double low = order_value(c->sorted[0].key), *part = p->part[time];
    struct effect_holders holders = {{0}, {0}};

    if (c->is_binary && part)
        count_parts(p->share[time], c->x, low, part, p->f->n, &holders);
    else if (c->is_binary)
        count_rows(p->share[time], c->x, low, p->f->n, &holders);
    return holders;
}

static void measure(const struct pass *p, struct column *c)
{
    const size_t n = p->f->n;

    for (int t = 0; t < p->times; t++) {
        double *mean = c->mean[t], spread[GROUPS] = {0};
        group_dot(p->share[t], c->x, n, mean);
        for (size_t i = 0; i < n; i += LIN_BLOCK)
            KERNEL_PICK(group_spread)
        (p->share[t] + i, c->x + i, mean, smaller(n - i, LIN_BLOCK), spread);
        for (int g = 0; g < GROUPS; g++) {
            const double is_free = 1 - p->squares[t][g];
            c->variance[t][g] = is_free > 0 ? spread[g] / is_free : REAL_NAN;
        }
    }
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* Steps through the values, with what the shares at or below them differ. */
static void compare_distributions(const struct column *c, int times,
                                  struct effect_likeness *const like[TIMES])
{
    double apart[TIMES] = {0}, sum[TIMES] = {0}, most[TIMES] = {0};
    size_t values = 1;

    for (size_t i = 0; i + 1 < c->n_sorted; i++) { /* behind the last, both are 1 */
        for (int t = 0; t < times; t++)
            apart[t] += c->step[t][c->sorted[i].row];
        if (c->sorted[i + 1].key == c->sorted[i].key)
            continue;
        values++;
        for (int t = 0; t < times; t++) {
            sum[t] += fabs(apart[t]);
            most[t] = larger(most[t], fabs(apart[t]));
        }
    }
    for (int t = 0; t < times; t++) {
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
                         double sum[TIMES][FEW], size_t *n)
{
    uint16_t slot[SLOTS] = {0}; /* 1 + the value's code; 0: free */

    for (size_t i = 0; i < p->f->n; i++) {
        const uint64_t key = order_key(x[i]);
        const size_t at = place_of(key, item, slot);
        if (!slot[at]) {
            if (*n == FEW)
                return false;
            item[*n] = (struct order_item){key, (uint32_t)*n};
            sum[BEFORE][*n] = sum[AFTER][*n] = 0;
            slot[at] = (uint16_t)++ * n;
        }
        for (int t = 0; t < p->times; t++)
            sum[t][slot[at] - 1] += p->share[t][i];
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
                        double sum[TIMES][FEW])
{
    const size_t n = p->f->n;
    const bool is_few = count_values(p, c->x, item, sum, &c->n_sorted);

    for (int t = 0; t < p->times; t++)
        c->step[t] = is_few ? sum[t] : p->share[t];
    if (!is_few) {
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
    double sum[TIMES][FEW];
    struct effect_likeness *const like[TIMES] = {&p->balance[row].before, &p->balance[row].after};
    struct column c = {.x = is_score ? p->p : f->x[j]};

    sort_column(p, &c, p->item + worker * 2 * p->room, sum);
    measure(p, &c);
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
    compare_distributions(&c, p->times, like);
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
    share_out(&pass, BEFORE, f->w, pool);
    if (after)
        share_out(&pass, AFTER, after, pool);
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
