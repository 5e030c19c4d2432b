/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/scba/scba.h"

#include "base/real.h"
#include "engine/scba/scba_int.h"

#include <string.h>

enum { ARENA_SLACK = 256 << 20 }; /* for all that does not grow with the number of draws */

void scba_model_init(struct scba_model *m)
{
    memset(m, 0, sizeof *m);
    m->currency = STR("EUR");
    m->reached = 1.0;
    m->discount.rate = 0.0225;
    m->n_draws = 10000;
    m->level[0] = 0.80;
    m->level[1] = 0.95;
}

void scba_item_init(struct scba_item *item, enum scba_kind kind)
{
    memset(item, 0, sizeof *item);
    item->kind = kind;
    item->sign = 1;
    item->from = item->to = item->linked_to = SCBA_NONE;
    for (int l = 0; l < SCBA_LINKS; l++)
        item->link[l] = SCBA_NONE;
}

void scba_term_init(struct scba_term *term, int parameter)
{
    memset(term, 0, sizeof *term);
    term->parameter = parameter;
    term->scale = 1.0;
    term->first_year = 1;
}

void scba_parameter_init(struct scba_parameter *p, str key)
{
    memset(p, 0, sizeof *p);
    p->key = key;
    p->estimate = SCBA_NONE;
    p->index = SCBA_NONE;
}

/* ---- Running ---- */

struct work {
    const struct scba_model *m;
    struct scba_result *r;
    arena *scratch;
    struct plan plan;
    struct totals totals;
    struct err_info *info;
};

static err make_result(const struct scba_model *m, struct scba_result **result,
                       struct err_info *info)
{
    const size_t draws_bytes = (m->n_payers + 1) * m->n_draws * sizeof(double);
    arena *memory = arena_new(draws_bytes + ARENA_SLACK);
    struct scba_result *r = memory ? ARENA_NEW(memory, struct scba_result, 1) : NULL;
    if (!r) {
        arena_free(memory);
        return err_nomem(info);
    }
    r->memory = memory;
    r->n_payers = m->n_payers;
    r->n_parties = m->n_payers + 1;
    r->n_items = m->n_items;
    r->n_years = (size_t)m->horizon_years;
    r->n_draws = m->n_draws;
    *result = r;
    return OK;
}

/* The result's own arrays, those that the draws fill included. */
static err allocate(struct work *w)
{
    struct scba_result *r = w->r;
    struct totals *t = &w->totals;
    const size_t cells = r->n_items * r->n_parties, years = r->n_years * r->n_parties;
    r->party = ARENA_NEW(r->memory, struct scba_party, r->n_parties);
    r->contribution = ARENA_NEW(r->memory, double, cells);
    r->contribution_sd = ARENA_NEW(r->memory, double, r->n_items);
    r->cash = ARENA_NEW(r->memory, double, years);
    r->cash_discounted = ARENA_NEW(r->memory, double, years);
    r->break_even_item = ARENA_NEW(r->memory, double, r->n_items);
    r->flow = ARENA_NEW(r->memory, double, r->n_payers * r->n_payers);
    r->compensation = ARENA_NEW(r->memory, struct scba_compensation, r->n_payers);
    t->draws = ARENA_NEW(r->memory, double, r->n_parties * r->n_draws);
    t->cost = ARENA_NEW(w->scratch, double, r->n_draws);
    t->term_mean = ARENA_NEW(w->scratch, double, w->plan.n_terms);
    t->item_mean = ARENA_NEW(w->scratch, double, r->n_items);
    t->item_sd = ARENA_NEW(w->scratch, double, r->n_items);
    t->item_point = ARENA_NEW(w->scratch, double, r->n_items);
    r->draws = t->draws;
    const bool fine = r->party && r->contribution && r->contribution_sd && r->cash &&
                      r->cash_discounted && r->break_even_item && r->flow && r->compensation &&
                      t->draws && t->cost && t->term_mean && t->item_mean && t->item_sd &&
                      t->item_point;
    return fine ? OK : err_nomem(w->info);
}

static err plan_model(struct work *w)
{
    struct scba_result *r = w->r;
    struct warnings warnings = {.msg = r->warnings};
    r->rate = plan_rate(&w->m->discount, &r->regime);
    const err e = plan_build(w->m, r->rate, r->memory, &warnings, &w->plan, w->info);
    r->n_warnings = warnings.n;
    r->discount_factor = w->plan.factor;
    return e;
}

static err compute(struct work *w, par *pool, const struct progress *progress)
{
    double **mean;
    err e = plan_means(&w->plan, w->scratch, &mean, w->info);
    if (e != OK)
        return e;
    plan_point(&w->plan, mean, w->totals.item_point);
    e = draws_run(&w->plan, pool, progress, w->scratch, &w->totals, w->info);
    if (e == OK)
        e = outcomes_fill(&w->plan, &w->totals, pool, w->scratch, w->r, w->info);
    if (e != OK)
        return e;
    w->r->largest_gap = w->totals.largest_gap;
    flows_fill(&w->plan, &w->totals, w->r);
    break_even_fill(&w->plan, &w->totals, w->r);
    incentives_fill(w->m, w->r);
    e = tornado_fill(&w->plan, w->scratch, w->r, w->info);
    return e == OK ? histogram_fill(w->r, w->info) : e;
}

err scba_run(const struct scba_model *m, par *pool, const struct progress *progress,
             struct scba_result **result, struct err_info *info)
{
    struct work w = {.m = m, .info = info};
    err e = scba_check(m, info);
    if (e != OK)
        return e;
    e = make_result(m, &w.r, info);
    if (e != OK)
        return e;
    w.scratch =
        arena_new(5 * m->n_draws * sizeof(double) + draws_scratch_bytes(m, pool) + ARENA_SLACK);
    if (!w.scratch) {
        e = err_nomem(info);
        goto out;
    }
    e = plan_model(&w);
    if (e == OK)
        e = allocate(&w);
    if (e == OK)
        e = compute(&w, pool, progress);
    if (e == OK) {
        *result = w.r;
        w.r = NULL;
    }
out:
    arena_free(w.scratch);
    scba_result_free(w.r);
    return e;
}

void scba_result_free(struct scba_result *r)
{
    if (r)
        arena_free(r->memory);
}
