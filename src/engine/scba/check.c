/* SPDX-License-Identifier: EUPL-1.2 */
/* What must hold of a model before anything is computed; the items are in check_item.c. */
#include "engine/scba/scba_int.h"

#include <math.h>

static err too_many(struct err_info *info, const char *what, size_t max)
{
    err_set(info, E_LIMIT, "scba.too-many");
    msg_key(&info->msg, what);
    msg_int(&info->msg, (int64_t)max);
    return info->code;
}

static err number_fault(struct err_info *info, const char *key, double value, int decimals)
{
    err_set(info, E_INPUT, key);
    msg_real(&info->msg, value, decimals);
    return info->code;
}

static err check_sizes(const struct scba_model *m, struct err_info *info)
{
    if (m->n_payers == 0)
        return err_set(info, E_INPUT, "scba.no-payers");
    if (m->n_items == 0)
        return err_set(info, E_INPUT, "scba.no-items");
    if (m->n_payers > SCBA_PAYERS_MAX)
        return too_many(info, "scba.word-payers", SCBA_PAYERS_MAX);
    if (m->n_items > SCBA_ITEMS_MAX)
        return too_many(info, "scba.word-items", SCBA_ITEMS_MAX);
    if (m->n_parameters > SCBA_PARAMETERS_MAX)
        return too_many(info, "scba.word-parameters", SCBA_PARAMETERS_MAX);
    if (m->estimates.n > SCBA_ESTIMATES_MAX)
        return too_many(info, "scba.word-estimates", SCBA_ESTIMATES_MAX);
    return OK;
}

static err check_rate(double rate, struct err_info *info)
{
    if (!(rate > -1.0))
        return number_fault(info, "scba.discount-rate", 100.0 * rate, 2);
    if (!(rate <= 1.0)) /* 2.25 where 0.0225 was meant */
        return number_fault(info, "scba.discount-percent", rate, 2);
    return OK;
}

static err check_discount(const struct scba_discount *d, struct err_info *info)
{
    err e = d->by_regime ? OK : check_rate(d->rate, info);
    if (e == OK && d->has_range)
        e = check_rate(d->low_rate, info);
    if (e == OK && d->has_range)
        e = check_rate(d->high_rate, info);
    if (e == OK && d->has_range && !(d->low_rate < d->high_rate))
        e = err_set(info, E_INPUT, "scba.discount-range");
    return e;
}

static err check_numbers(const struct scba_model *m, struct err_info *info)
{
    if (m->horizon_years < 1 || m->horizon_years > SCBA_YEARS_MAX) {
        err_set(info, E_INPUT, "scba.horizon");
        msg_int(&info->msg, m->horizon_years);
        msg_int(&info->msg, SCBA_YEARS_MAX);
        return info->code;
    }
    if (m->observed_years < 0)
        return err_set(info, E_INPUT, "scba.observed-years");
    if (!(m->reached > 0.0) || !isfinite(m->reached))
        return number_fault(info, "scba.reached", m->reached, 0);
    if (m->n_draws < 1 || m->n_draws > SCBA_DRAWS_MAX) {
        err_set(info, E_INPUT, "scba.draws");
        msg_int(&info->msg, (int64_t)m->n_draws);
        msg_int(&info->msg, SCBA_DRAWS_MAX);
        return info->code;
    }
    if (!(m->level[0] > 0.0 && m->level[0] <= m->level[1] && m->level[1] < 1.0))
        return err_set(info, E_INPUT, "scba.level");
    return check_discount(&m->discount, info);
}

/* Keys must be unique, for messages name them and random numbers follow them. */
static err check_unique(str (*key_of)(const struct scba_model *, size_t), size_t n,
                        const struct scba_model *m, struct err_info *info)
{
    for (size_t i = 0; i < n; i++) {
        const str key = key_of(m, i);
        if (key.n == 0)
            return err_set(info, E_INPUT, "scba.empty-key");
        for (size_t j = 0; j < i; j++)
            if (str_eq(key, key_of(m, j)))
                return err_text(info, E_INPUT, "scba.duplicate-key", key);
    }
    return OK;
}

static str payer_key(const struct scba_model *m, size_t i)
{
    return m->payers[i].key;
}

static str item_key(const struct scba_model *m, size_t i)
{
    return m->items[i].key;
}

static str parameter_key(const struct scba_model *m, size_t i)
{
    return m->parameters[i].key;
}

static err check_keys(const struct scba_model *m, struct err_info *info)
{
    err e = check_unique(payer_key, m->n_payers, m, info);
    if (e == OK)
        e = check_unique(item_key, m->n_items, m, info);
    if (e == OK)
        e = check_unique(parameter_key, m->n_parameters, m, info);
    return e;
}

static bool index_has(const struct scba_index *index, int year)
{
    for (size_t i = 0; i < index->n; i++)
        if (index->year[i] == year)
            return true;
    return false;
}

static err missing_year(const struct scba_index *index, int year, struct err_info *info)
{
    err_text(info, E_INPUT, "scba.index-year", index->key);
    msg_int(&info->msg, year);
    return info->code;
}

static err check_money(const struct scba_model *m, const struct scba_parameter *p,
                       struct err_info *info)
{
    if (p->year == 0 || p->year == m->price_year)
        return OK;
    if (p->index == SCBA_NONE) {
        err_text(info, E_INPUT, "scba.no-index", p->key);
        msg_int(&info->msg, p->year);
        msg_int(&info->msg, m->price_year);
        return info->code;
    }
    if (p->index < 0 || (size_t)p->index >= m->n_indexes)
        return err_text(info, E_INPUT, "scba.reference", p->key);
    const struct scba_index *index = &m->indexes[p->index];
    if (!index_has(index, p->year))
        return missing_year(index, p->year, info);
    if (!index_has(index, m->price_year))
        return missing_year(index, m->price_year, info);
    return OK;
}

static err check_estimate(const struct scba_model *m, const struct scba_parameter *p,
                          struct err_info *info)
{
    const struct scba_estimates *est = &m->estimates;
    if (p->estimate < 0 || (size_t)p->estimate >= est->n)
        return err_text(info, E_INPUT, "scba.reference", p->key);
    const size_t i = (size_t)p->estimate;
    bool fine = isfinite(est->value[i]) && (est->covariance || est->draws);
    if (est->draws) {
        fine = fine && est->n_draws > 0;
        for (size_t d = 0; fine && d < est->n_draws; d++)
            fine = isfinite(est->draws[d * est->n + i]);
    } else if (est->covariance) {
        fine = fine && isfinite(est->covariance[i * est->n + i]) &&
               est->covariance[i * est->n + i] >= 0.0;
    }
    if (fine)
        return OK;
    err_text(info, E_INPUT, "scba.estimate", p->key);
    msg_text(&info->msg, est->name ? est->name[i] : p->key);
    return info->code;
}

static err check_indexes(const struct scba_model *m, struct err_info *info)
{
    for (size_t i = 0; i < m->n_indexes; i++)
        for (size_t j = 0; j < m->indexes[i].n; j++)
            if (!(m->indexes[i].level[j] > 0.0) || !isfinite(m->indexes[i].level[j]))
                return err_text(info, E_INPUT, "scba.index-level", m->indexes[i].key);
    return OK;
}

err check_parameter(const struct scba_model *m, const struct scba_parameter *p,
                    struct err_info *info)
{
    const err e = p->estimate == SCBA_NONE ? scba_dist_check(p, info) : check_estimate(m, p, info);
    return e == OK ? check_money(m, p, info) : e;
}

static err check_parameters(const struct scba_model *m, struct err_info *info)
{
    err e = OK;
    for (size_t i = 0; e == OK && i < m->n_parameters; i++)
        e = check_parameter(m, &m->parameters[i], info);
    return e;
}

err scba_check(const struct scba_model *m, struct err_info *info)
{
    err e = check_sizes(m, info);
    if (e == OK)
        e = check_numbers(m, info);
    if (e == OK)
        e = check_keys(m, info);
    if (e == OK)
        e = check_indexes(m, info);
    if (e == OK)
        e = check_parameters(m, info);
    size_t n_terms = 0;
    for (size_t i = 0; e == OK && i < m->n_items; i++) {
        e = check_item(m, &m->items[i], info);
        if (e == OK)
            n_terms += sized_item(m, &m->items[i])->n_terms;
        if (e == OK && n_terms > SCBA_TERMS_MAX)
            e = too_many(info, "scba.word-terms", SCBA_TERMS_MAX);
    }
    return e;
}
