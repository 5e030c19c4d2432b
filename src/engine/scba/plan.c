/* SPDX-License-Identifier: EUPL-1.2 */
/* The model compiled: everything certain becomes a constant, everything uncertain a column. */
#include "base/rng.h"
#include "engine/scba/scba_int.h"

#include <math.h>
#include <string.h>

#define NEGATIVE_PRICE_CHANCE 0.001 /* a normal price is warned about from here on */

struct build {
    const struct scba_model *m;
    struct plan *plan;
    arena *a;
    struct warnings *w;
    struct err_info *info;
    bool is_repeat; /* a linked transfer goes through another item: it was warned about there */
    int *column_of_parameter; /* n_parameters; SCBA_NONE: none yet */
    int *column_of_estimate;  /* n */
};

struct msg *warning_add(struct warnings *w, const char *key)
{
    if (w->n == SCBA_WARNINGS_MAX)
        w->n--; /* the last place tells that there are more */
    struct msg *msg = &w->msg[w->n++];
    msg_set(msg, w->n == SCBA_WARNINGS_MAX ? "scba.warn-more" : key);
    return msg;
}

static void warn_text(struct build *b, const char *key, str value)
{
    if (!b->is_repeat)
        msg_text(warning_add(b->w, key), value);
}

double plan_rate(const struct scba_discount *d, const struct scba_regime **regime)
{
    *regime = d->by_regime ? scba_regime_on(d->date) : NULL;
    return *regime ? (*regime)->rate : d->rate;
}

/* ---- Numbers ---- */

static double index_level(const struct scba_index *index, int year)
{
    size_t i = 0;
    while (index->year[i] != year) /* there is one: checked */
        i++;
    return index->level[i];
}

/* What brings a parameter to money of price_year. */
static double money_factor(const struct scba_model *m, const struct scba_parameter *p)
{
    if (p->year == 0 || p->year == m->price_year)
        return 1.0;
    const struct scba_index *index = &m->indexes[p->index];
    return index_level(index, m->price_year) / index_level(index, p->year);
}

static bool is_certain(const struct scba_parameter *p)
{
    return p->estimate == SCBA_NONE && p->dist.shape == SCBA_FIXED;
}

static double parameter_mean(const struct scba_model *m, const struct scba_parameter *p)
{
    return p->estimate == SCBA_NONE ? scba_dist_mean(p->dist) : m->estimates.value[p->estimate];
}

/* The column of an uncertain parameter, made at its first use. */
static err column_for(struct build *b, int parameter, int *column)
{
    const struct scba_parameter *p = &b->m->parameters[parameter];
    int *known = p->estimate == SCBA_NONE ? &b->column_of_parameter[parameter]
                                          : &b->column_of_estimate[p->estimate];
    if (*known == SCBA_NONE) {
        struct plan_column *c = &b->plan->columns[b->plan->n_columns];
        c->parameter = parameter;
        c->estimate = p->estimate;
        c->mean = parameter_mean(b->m, p);
        c->stream = p->estimate == SCBA_NONE ? rng_stream("scba.parameter", str_hash(p->key))
                                             : rng_stream("scba.estimate", (uint64_t)p->estimate);
        if (p->estimate == SCBA_NONE) {
            const err e = scba_dist_table(p->dist, b->a, &c->quantiles, b->info);
            if (e != OK)
                return e;
        }
        *known = (int)b->plan->n_columns++;
    }
    *column = *known;
    return OK;
}

/* ---- Years ---- */

/* Weight in the k-th year, from 0, after the first. */
static double weight_at(const struct scba_term *t, int k)
{
    if (t->fade == SCBA_EXPLICIT)
        return k < t->full_years ? t->weight[k] : 0.0;
    if (t->full_years == 0 || k < t->full_years)
        return 1.0;
    const int j = k - t->full_years + 1;
    if (t->fade == SCBA_LINEAR)
        return j <= t->fade_years ? 1.0 - (double)j / (t->fade_years + 1) : 0.0;
    if (t->fade == SCBA_STOP)
        return 0.0;
    double w = 1.0;
    for (int i = 0; i < j; i++)
        w *= 1.0 - t->fade_rate;
    return w;
}

/* Years asked for by name that the horizon cuts off; a fade without end is no request. */
static bool passes_horizon(const struct scba_term *t, int horizon)
{
    const long last =
        (long)t->first_year - 1 + t->full_years + (t->fade == SCBA_LINEAR ? t->fade_years : 0);
    return last > horizon || t->first_year > horizon;
}

static err compile_years(struct build *b, const struct scba_term *t, bool measured,
                         struct plan_term *term)
{
    const struct plan *plan = b->plan;
    double *weight = ARENA_NEW(b->a, double, plan->n_years);
    if (!weight)
        return err_nomem(b->info);
    const size_t observed =
        b->m->observed_years ? (size_t)b->m->observed_years : (size_t)SCBA_YEARS_MAX;
    for (size_t y = (size_t)t->first_year - 1; y < plan->n_years; y++) {
        weight[y] = weight_at(t, (int)(y + 1) - t->first_year);
        term->pv += weight[y] * plan->factor[y];
        if (measured && y < observed)
            term->pv_observed += weight[y] * plan->factor[y];
    }
    term->weight = weight;
    return OK;
}

/* ---- Items ---- */

static err compile_term(struct build *b, const struct scba_item *item, const struct scba_term *t,
                        struct plan_term *term)
{
    const struct scba_parameter *p = &b->m->parameters[t->parameter];
    term->column = SCBA_NONE;
    term->constant = t->scale * money_factor(b->m, p);
    if (t->alternative == SCBA_NULL)
        term->constant = -term->constant;
    if (is_certain(p))
        term->constant *= p->dist.a;
    else if (column_for(b, t->parameter, &term->column) != OK)
        return b->info->code;
    if (passes_horizon(t, b->m->horizon_years))
        warn_text(b, "scba.warn-horizon", item->key);
    return compile_years(b, t, p->measured || p->estimate != SCBA_NONE, term);
}

static void warn_price(struct build *b, const struct scba_parameter *p)
{
    const struct scba_dist d = p->dist;
    if (p->estimate == SCBA_NONE && d.shape == SCBA_NORMAL &&
        scba_dist_quantile(d, NEGATIVE_PRICE_CHANCE) < 0.0)
        warn_text(b, "scba.warn-negative-price", p->key);
}

/* Deadweight is what the comparison group already took out: taking it out twice is an error. */
static bool is_double_deadweight(struct build *b, const struct scba_item *item, int link,
                                 const struct scba_parameter *p)
{
    if (link != SCBA_DEADWEIGHT || !item->causal)
        return false;
    if (!b->is_repeat && (!is_certain(p) || p->dist.a != 0.0)) {
        struct msg *msg = warning_add(b->w, "scba.warn-deadweight");
        msg_text(msg, item->key);
        msg_real(msg, 100.0 * parameter_mean(b->m, p), 0);
    }
    return true;
}

static err compile_links(struct build *b, const struct scba_item *item, struct plan_item *made)
{
    made->constant *= item->sign;
    for (int l = 0; l < SCBA_LINKS; l++) {
        if (item->link[l] == SCBA_NONE)
            continue;
        const struct scba_parameter *p = &b->m->parameters[item->link[l]];
        const bool complement = l == SCBA_DEADWEIGHT || l == SCBA_DISPLACEMENT;
        if (is_double_deadweight(b, item, l, p))
            continue;
        if (l == SCBA_UNIT_VALUE)
            warn_price(b, p);
        made->constant *= money_factor(b->m, p); /* 1 for shares */
        if (is_certain(p)) {
            made->constant *= complement ? 1.0 - p->dist.a : p->dist.a;
            continue;
        }
        int column;
        if (column_for(b, item->link[l], &column) != OK)
            return b->info->code;
        made->factor[made->n_factors++] = (struct plan_factor){(size_t)column, complement};
    }
    return OK;
}

/* The caller's shares add up to 1 within 1e-9; the identity asks for more. */
static err compile_share(struct build *b, const struct scba_item *item, struct plan_item *made)
{
    const size_t n = b->m->n_payers;
    double *share = ARENA_NEW(b->a, double, n);
    if (!share)
        return err_nomem(b->info);
    const double sum = check_share_sum(item->share, n);
    for (size_t i = 0; i < n; i++)
        share[i] = item->share[i] / sum;
    made->share = share;
    return OK;
}

static err compile_item(struct build *b, const struct scba_item *item, struct plan_item *made)
{
    const struct scba_item *sized = sized_item(b->m, item);

    made->kind = item->kind;
    made->constant = 1.0;
    made->n_terms = sized->n_terms;
    made->first_term = b->plan->n_terms;
    b->plan->n_terms += made->n_terms;
    made->terms = ARENA_NEW(b->a, struct plan_term, made->n_terms);
    if (!made->terms)
        return err_nomem(b->info);
    err e = compile_links(b, item, made);
    b->is_repeat = sized != item;
    if (e == OK && b->is_repeat)
        e = compile_links(b, sized, made);
    for (size_t i = 0; e == OK && i < made->n_terms; i++)
        e = compile_term(b, sized, &sized->terms[i], &made->terms[i]);
    b->is_repeat = false;
    if (e != OK)
        return e;
    if (item->kind != SCBA_TRANSFER)
        return compile_share(b, item, made);
    made->from = (size_t)item->from;
    made->to = (size_t)item->to;
    return OK;
}

/* ---- Estimates drawn together ---- */

/*
 * Cholesky factor of a covariance that may be singular (row-major, lower
 * triangle, in place). False when it is no covariance.
 */
static bool factorise(double *c, size_t k)
{
    for (size_t j = 0; j < k; j++) {
        const double whole = c[j * k + j];
        double rest = whole;
        for (size_t s = 0; s < j; s++)
            rest -= c[j * k + s] * c[j * k + s];
        if (rest < -1e-8 * whole)
            return false;
        const double root = rest > 1e-12 * whole ? sqrt(rest) : 0.0;
        c[j * k + j] = root;
        for (size_t i = j + 1; i < k; i++) {
            double cross = c[i * k + j];
            for (size_t s = 0; s < j; s++)
                cross -= c[i * k + s] * c[j * k + s];
            if (root == 0.0 && fabs(cross) > 1e-6 * sqrt(whole * c[i * k + i]))
                return false;
            c[i * k + j] = root > 0.0 ? cross / root : 0.0;
        }
    }
    return true;
}

static bool is_symmetric(const double *c, size_t k)
{
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < i; j++)
            if (!(fabs(c[i * k + j] - c[j * k + i]) <= 1e-9 * sqrt(c[i * k + i] * c[j * k + j])))
                return false;
    return true;
}

/* Only estimates in use are drawn: others may have failed. */
static err compile_estimates(struct build *b)
{
    const struct scba_estimates *est = &b->m->estimates;
    struct plan *plan = b->plan;
    if (est->draws || est->n == 0)
        return OK;
    plan->joint = ARENA_NEW(b->a, size_t, est->n);
    if (!plan->joint)
        return err_nomem(b->info);
    for (size_t i = 0; i < est->n; i++)
        if (b->column_of_estimate[i] != SCBA_NONE)
            plan->joint[plan->n_joint++] = (size_t)b->column_of_estimate[i];

    const size_t k = plan->n_joint;
    plan->cholesky = ARENA_NEW(b->a, double, k *k);
    if (!plan->cholesky)
        return err_nomem(b->info);
    for (size_t i = 0; i < k; i++) {
        const size_t row = (size_t)plan->columns[plan->joint[i]].estimate;
        for (size_t j = 0; j < k; j++) {
            const size_t column = (size_t)plan->columns[plan->joint[j]].estimate;
            plan->cholesky[i * k + j] = est->covariance[row * est->n + column];
        }
    }
    if (!is_symmetric(plan->cholesky, k) || !factorise(plan->cholesky, k))
        return err_set(b->info, E_INPUT, "scba.covariance");
    return OK;
}

/* ---- The whole ---- */

static err allocate(struct build *b)
{
    const struct scba_model *m = b->m;
    struct plan *plan = b->plan;
    plan->factor = ARENA_NEW(b->a, double, plan->n_years);
    plan->columns = ARENA_NEW(b->a, struct plan_column, m->n_parameters);
    plan->items = ARENA_NEW(b->a, struct plan_item, m->n_items);
    b->column_of_parameter = ARENA_NEW(b->a, int, m->n_parameters);
    b->column_of_estimate = ARENA_NEW(b->a, int, m->estimates.n);
    if (!plan->factor || !plan->columns || !plan->items || !b->column_of_parameter ||
        !b->column_of_estimate)
        return err_nomem(b->info);
    for (size_t i = 0; i < m->n_parameters; i++)
        b->column_of_parameter[i] = SCBA_NONE;
    for (size_t i = 0; i < m->estimates.n; i++)
        b->column_of_estimate[i] = SCBA_NONE;
    return OK;
}

err plan_build(const struct scba_model *m, double rate, arena *a, struct warnings *w,
               struct plan *plan, struct err_info *info)
{
    struct build b = {.m = m, .plan = plan, .a = a, .w = w, .info = info};
    memset(plan, 0, sizeof *plan);
    plan->model = m;
    plan->n_payers = m->n_payers;
    plan->n_parties = m->n_payers + 1;
    plan->n_years = (size_t)m->horizon_years;
    plan->n_items = m->n_items;
    plan->rate = rate;
    err e = allocate(&b);
    if (e != OK)
        return e;
    scba_discount_factors(rate, m->discount.when, plan->n_years, plan->factor);
    for (size_t i = 0; e == OK && i < m->n_items; i++)
        e = compile_item(&b, &m->items[i], &plan->items[i]);
    return e == OK ? compile_estimates(&b) : e;
}

/* ---- Values ---- */

static void multiply_factors(const struct plan_item *item, double *const *column, size_t n,
                             double *product)
{
    for (size_t f = 0; f < item->n_factors; f++) {
        const double *x = column[item->factor[f].column];
        const double sign = item->factor[f].complement ? -1.0 : 1.0;
        const double base = item->factor[f].complement ? 1.0 : 0.0;
        if (f == 0)
            for (size_t i = 0; i < n; i++)
                product[i] = base + sign * x[i];
        else
            for (size_t i = 0; i < n; i++)
                product[i] *= base + sign * x[i];
    }
}

void plan_item_value(const struct plan_item *item, double *const *column, size_t n, double *product,
                     double *value)
{
    double certain = 0.0;
    for (size_t k = 0; k < item->n_terms; k++)
        if (item->terms[k].column == SCBA_NONE)
            certain += item->terms[k].constant * item->terms[k].pv;
    for (size_t i = 0; i < n; i++)
        value[i] = item->constant * certain;
    for (size_t k = 0; k < item->n_terms; k++) {
        const struct plan_term *t = &item->terms[k];
        if (t->column == SCBA_NONE)
            continue;
        const double *x = column[t->column];
        const double c = item->constant * t->constant * t->pv;
        for (size_t i = 0; i < n; i++)
            value[i] += c * x[i];
    }
    multiply_factors(item, column, n, product);
    if (item->n_factors > 0)
        for (size_t i = 0; i < n; i++)
            value[i] *= product[i];
}
