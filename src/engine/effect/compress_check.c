/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Whether numbers from outside can be sums over persons. With weights w_t of a team's rows and
 * A, b, c as in compress_int.h:
 *   A is symmetric, 0 or less off its diagonal, and its rows sum to 0: it takes means out
 *   0 <= A_tt <= w_t;  sum_t b_jt = 0;  b_jt^2 <= w_t c_jj;  c_jh^2 <= c_jj c_hh
 * and where nobody was seen, all is 0. Rounding is allowed for.
 */
#include "engine/effect/compress_int.h"

#include <math.h>
#include <stdlib.h>

#define ROUNDING 1e-9 /* far above that of sums, far below what a digit changed does to them */

static err contradiction(size_t team, const char *key, const char *field, struct err_info *info)
{
    err_set(info, E_INPUT, key);
    msg_int(&info->msg, (int64_t)team);
    msg_text(&info->msg, str_of(field));
    return E_INPUT;
}

static bool is_at_most(double v, double bound)
{
    return v <= bound * (1 + ROUNDING);
}

/* Also of matrices that hold infinities: these are not within any bound. */
static bool is_symmetric(const double *m, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (m[i * n + j] != m[j * n + i])
                return false;
    return true;
}

static bool counts_fit(const struct compressed *c, const struct compressed_team *x)
{
    double all = 0;
    const size_t treated = x->n_treated;
    if (x->n_persons < c->min_persons || treated > x->n_persons ||
        (treated > 0 && (treated < c->min_persons || x->start == COMPRESSED_NEVER)))
        return false;
    for (size_t t = 0; t < c->n_periods; t++) {
        const size_t n = x->n_rows[t];
        if (n > x->n_persons || (n > 0 && n < c->min_persons))
            return false;
        all += (double)n;
    }
    return all >= (double)x->n_persons;
}

static bool weights_fit(const struct compressed *c, const struct compressed_team *x)
{
    for (size_t t = 0; t < c->n_periods; t++)
        if (!(x->weight[t] >= 0 && x->weight[t] <= EFFECT_VALUE_MAX * 1e10) ||
            (x->weight[t] > 0) != (x->n_rows[t] > 0))
            return false;
    return true;
}

static bool annihilator_fits(const struct compressed *c, const struct compressed_team *x)
{
    const size_t n = c->n_periods;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < n; j++) {
            const double v = x->a[i * n + j];
            sum += v;
            if (!(i == j ? v >= 0 : v <= 0) || !is_at_most(fabs(v), x->weight[j]))
                return false;
        }
        if (!(fabs(sum) <= ROUNDING * x->weight[i]))
            return false;
    }
    return true;
}

static bool by_period_fits(const struct compressed *c, const struct compressed_team *x, size_t j)
{
    const size_t n = c->n_periods;
    const double own = x->c[j * compressed_columns(c) + j];
    double sum = 0, reach = 0;
    for (size_t t = 0; t < n; t++) {
        const double v = x->b[j * n + t], most = sqrt(x->weight[t]) * sqrt(own);
        sum += v;
        reach += most;
        if (!is_at_most(fabs(v), most))
            return false;
    }
    return fabs(sum) <= ROUNDING * reach;
}

static bool products_fit(const struct compressed *c, const struct compressed_team *x)
{
    const size_t k = compressed_columns(c);
    for (size_t j = 0; j < k; j++)
        if (!(x->c[j * k + j] >= 0 && isfinite(x->c[j * k + j])))
            return false;
    for (size_t j = 0; j < k; j++)
        for (size_t h = 0; h < j; h++)
            if (!is_at_most(fabs(x->c[j * k + h]), sqrt(x->c[j * k + j]) * sqrt(x->c[h * k + h])))
                return false;
    return true;
}

err compressed_check_team(const struct compressed *c, size_t team, struct err_info *info)
{
    const struct compressed_team *x = &c->team[team];
    if (!is_symmetric(x->a, c->n_periods))
        return contradiction(team, "compress.asymmetric", "annihilator", info);
    if (!is_symmetric(x->c, compressed_columns(c)))
        return contradiction(team, "compress.asymmetric", "products", info);
    if (!counts_fit(c, x))
        return contradiction(team, "compress.contradiction", "rows", info);
    if (!weights_fit(c, x))
        return contradiction(team, "compress.contradiction", "weight", info);
    if (!annihilator_fits(c, x))
        return contradiction(team, "compress.contradiction", "annihilator", info);
    if (!products_fit(c, x))
        return contradiction(team, "compress.contradiction", "products", info);
    for (size_t j = 0; j < compressed_columns(c); j++)
        if (!by_period_fits(c, x, j))
            return contradiction(team, "compress.contradiction", "by_period", info);
    return OK;
}

/* ---- teams ---- */

struct named {
    str source, name;
};

static int by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    const int order = str_cmp(x->source, y->source);
    return order ? order : str_cmp(x->name, y->name);
}

err compressed_check_names(const struct compressed *c, struct err_info *info)
{
    size_t n = 0;
    for (size_t g = 0; g < c->n_teams; g++)
        n += c->team[g].n_names;
    struct named *list = malloc((n + 1) * sizeof *list);
    if (!list)
        return err_nomem(info);
    n = 0;
    for (size_t g = 0; g < c->n_teams; g++)
        for (size_t i = 0; i < c->team[g].n_names; i++)
            list[n++] = (struct named){c->team[g].source, c->team[g].name[i]};
    qsort(list, n, sizeof *list, by_name);
    err e = OK;
    for (size_t i = 1; i < n && e == OK; i++)
        if (by_name(&list[i - 1], &list[i]) == 0) {
            e = err_text(info, E_INPUT, "compress.team-twice", list[i].name);
            msg_text(&info->msg, list[i].source);
        }
    free(list);
    return e;
}

/* ---- files that should fit together ---- */

static err differs(const char *key, str one, str other, struct err_info *info)
{
    err_text(info, E_INPUT, key, one);
    msg_text(&info->msg, other);
    return E_INPUT;
}

err compressed_check_fit(const struct compressed *c, const struct compressed *other,
                         struct err_info *info)
{
    if (c->n_periods != other->n_periods || c->has_dates != other->has_dates)
        return err_set(info, E_INPUT, "compress.other-periods");
    for (size_t t = 0; t < c->n_periods; t++)
        if (c->period[t] != other->period[t])
            return err_set(info, E_INPUT, "compress.other-periods");
    if ((c->weights.n > 0) != (other->weights.n > 0))
        return differs("compress.other-weights", c->weights, other->weights, info);
    if (c->n_covariates != other->n_covariates || c->n_outcomes != other->n_outcomes)
        return err_set(info, E_INPUT, "compress.other-columns");
    for (size_t j = 0; j < compressed_columns(c); j++) {
        const struct compressed_column *x = &c->column[j], *y = &other->column[j];
        if (!str_eq(x->name, y->name))
            return differs("compress.other-column", x->name, y->name, info);
        if (!str_eq(x->against, y->against))
            return differs("compress.other-against", x->name, y->against, info);
    }
    return OK;
}
