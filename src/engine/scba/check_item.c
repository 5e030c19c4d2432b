/* SPDX-License-Identifier: EUPL-1.2 */
/* What must hold of one item. */
#include "engine/scba/scba_int.h"

#include <math.h>

static bool is_parameter(const struct scba_model *m, int i)
{
    return i >= 0 && (size_t)i < m->n_parameters;
}

static bool is_payer(const struct scba_model *m, int i)
{
    return i >= 0 && (size_t)i < m->n_payers;
}

const struct scba_item *sized_item(const struct scba_model *m, const struct scba_item *item)
{
    const bool linked = item->kind == SCBA_TRANSFER && item->linked_to != SCBA_NONE;
    return linked ? &m->items[item->linked_to] : item;
}

/* Both names help: the item that uses it and the number that is wrong. */
static err value_fault(struct err_info *info, const char *key, const struct scba_item *item,
                       const struct scba_parameter *p, double value)
{
    err_text(info, E_INPUT, key, p->key);
    msg_text(&info->msg, item->key);
    msg_real(&info->msg, value, 2);
    return info->code;
}

/* The smallest value that is not a matter of the far tail. */
static double low_of(const struct scba_dist *d)
{
    return d->shape == SCBA_LOGNORMAL || d->shape == SCBA_BETA ? 0.0 : d->a;
}

static double high_of(const struct scba_dist *d)
{
    switch (d->shape) {
    case SCBA_TRIANGULAR:
    case SCBA_PERT: return d->c;
    case SCBA_UNIFORM: return d->b;
    case SCBA_FIXED: return d->a;
    case SCBA_BETA: return 1.0;
    case SCBA_NORMAL:
    case SCBA_LOGNORMAL: break;
    }
    return (double)INFINITY;
}

/* A price says how much; its direction belongs in the item's sign or kind. */
static err check_price(const struct scba_item *item, const struct scba_parameter *p,
                       struct err_info *info)
{
    if (p->estimate != SCBA_NONE || low_of(&p->dist) >= 0.0)
        return OK;
    return value_fault(info, "scba.negative-price", item, p, low_of(&p->dist));
}

static err check_fraction(const struct scba_item *item, const struct scba_parameter *p,
                          struct err_info *info)
{
    if (p->year != 0)
        return value_fault(info, "scba.fraction-year", item, p, p->year);
    if (p->estimate != SCBA_NONE)
        return OK;
    if (low_of(&p->dist) < 0.0)
        return value_fault(info, "scba.fraction", item, p, low_of(&p->dist));
    if (high_of(&p->dist) <= 1.0)
        return OK;
    if (isinf(high_of(&p->dist)))
        return value_fault(info, "scba.fraction-shape", item, p, 0.0);
    return value_fault(info, "scba.fraction", item, p, high_of(&p->dist));
}

static err check_links(const struct scba_model *m, const struct scba_item *item,
                       struct err_info *info)
{
    for (int l = 0; l < SCBA_LINKS; l++) {
        if (item->link[l] == SCBA_NONE)
            continue;
        if (!is_parameter(m, item->link[l]))
            return err_text(info, E_INPUT, "scba.reference", item->key);
        const struct scba_parameter *p = &m->parameters[item->link[l]];
        const err e =
            l == SCBA_UNIT_VALUE ? check_price(item, p, info) : check_fraction(item, p, info);
        if (e != OK)
            return e;
    }
    return OK;
}

static err check_profile(const struct scba_item *item, const struct scba_term *t,
                         struct err_info *info)
{
    if (t->first_year < 1 || t->full_years < 0 || t->first_year > SCBA_YEARS_MAX)
        return err_text(info, E_INPUT, "scba.years", item->key);
    switch (t->fade) {
    case SCBA_STOP: return OK;
    case SCBA_LINEAR:
        return t->full_years > 0 && t->fade_years > 0
                   ? OK
                   : err_text(info, E_INPUT, "scba.fade-years", item->key);
    case SCBA_EXPONENTIAL:
        return t->full_years > 0 && t->fade_rate > 0.0 && t->fade_rate < 1.0
                   ? OK
                   : err_text(info, E_INPUT, "scba.fade-rate", item->key);
    case SCBA_EXPLICIT: break;
    }
    for (int k = 0; k < t->full_years; k++)
        if (!isfinite(t->weight[k]))
            return err_text(info, E_INPUT, "scba.number", item->key);
    return t->full_years > 0 ? OK : err_text(info, E_INPUT, "scba.years", item->key);
}

static err check_terms(const struct scba_model *m, const struct scba_item *item,
                       struct err_info *info)
{
    if (item->n_terms == 0)
        return err_text(info, E_INPUT, "scba.no-terms", item->key);
    for (size_t i = 0; i < item->n_terms; i++) {
        const struct scba_term *t = &item->terms[i];
        if (!is_parameter(m, t->parameter))
            return err_text(info, E_INPUT, "scba.reference", item->key);
        if (!isfinite(t->scale))
            return err_text(info, E_INPUT, "scba.number", item->key);
        err e = check_profile(item, t, info);
        if (e == OK && item->kind == SCBA_COST)
            e = check_price(item, &m->parameters[t->parameter], info);
        if (e != OK)
            return e;
    }
    return OK;
}

double check_share_sum(const double *share, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += share[i];
    return sum;
}

static err check_shares(const struct scba_model *m, const struct scba_item *item,
                        struct err_info *info)
{
    if (!item->share)
        return err_text(info, E_INPUT, "scba.no-shares", item->key);
    for (size_t i = 0; i < m->n_payers; i++) {
        if (!(item->share[i] >= 0.0)) {
            err_text(info, E_INPUT, "scba.share", item->key);
            msg_text(&info->msg, m->payers[i].key);
            return info->code;
        }
    }
    const double sum = check_share_sum(item->share, m->n_payers);
    if (fabs(sum - 1.0) <= 1e-9)
        return OK;
    err_text(info, E_INPUT, "scba.share-sum", item->key);
    msg_real(&info->msg, sum, 4);
    return info->code;
}

static err check_transfer(const struct scba_model *m, const struct scba_item *item,
                          struct err_info *info)
{
    if (!is_payer(m, item->from) || !is_payer(m, item->to))
        return err_text(info, E_INPUT, "scba.transfer-payer", item->key);
    if (item->from == item->to)
        return err_text(info, E_INPUT, "scba.transfer-self", item->key);
    if (item->linked_to == SCBA_NONE)
        return check_terms(m, item, info);
    if (item->linked_to < 0 || (size_t)item->linked_to >= m->n_items ||
        m->items[item->linked_to].kind == SCBA_TRANSFER)
        return err_text(info, E_INPUT, "scba.transfer-link", item->key);
    if (item->n_terms > 0)
        return err_text(info, E_INPUT, "scba.transfer-terms", item->key);
    return OK;
}

err check_item(const struct scba_model *m, const struct scba_item *item, struct err_info *info)
{
    if (item->sign != 1 && item->sign != -1)
        return err_text(info, E_INPUT, "scba.sign", item->key);
    err e = check_links(m, item, info);
    if (e != OK)
        return e;
    if (item->kind == SCBA_TRANSFER)
        return check_transfer(m, item, info);
    e = check_terms(m, item, info);
    return e == OK ? check_shares(m, item, info) : e;
}
