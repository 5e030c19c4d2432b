/* SPDX-License-Identifier: EUPL-1.2 */
/* How alike those compared are at the base of each start, as two groups of rows. */
#include "base/lin.h"
#include "engine/effect/comparison_int.h"
#include "engine/effect/panel_int.h"

err panel_balance_keep(const struct panel *p, struct panel_cells *cells, arena *a,
                       struct err_info *info)
{
    size_t cohort = SIZE_MAX; /* cells of one cohort lie together, by period */
    if (p->k == 1)
        return OK;
    for (size_t i = 0; i < cells->n; i++) {
        const struct panel_cell *c = &cells->cell[i];
        if (c->phase != PANEL_AFTER || c->cohort == cohort)
            continue;
        cohort = c->cohort;
        if (c->failed)
            continue;
        struct panel_design *d = &cells->design[c->design];
        struct panel_kept *kept = d->kept = ARENA_NEW(a, struct panel_kept, 1);
        if (!kept)
            return err_nomem(info);
        kept->index = ARENA_NEW(a, uint32_t, d->room);
        kept->w = ARENA_NEW(a, double, d->room);
        kept->odds = ARENA_NEW(a, double, d->room - p->cohort[cohort].n);
        if (!kept->index || !kept->w || !kept->odds)
            return err_nomem(info);
    }
    return OK;
}

/* ---- the starts, one on the other ---- */

struct stack {
    struct frame f;
    double *d, *before, *after;
    uint32_t *person, *base; /* of each row: whose covariates, in which period */
    size_t *slot;            /* of each person as a control: 1 + the row, or 0; NULL: one a start */
    size_t n_starts, n_outside;
    bool is_weighted;
};

static err stack_new(const struct panel *p, const struct panel_cells *cells, arena *a,
                     struct stack *s, struct err_info *info)
{
    size_t n_treated = 0, n_control = 0;
    for (size_t i = 0; i < cells->n_designs; i++) {
        const struct panel_kept *kept = cells->design[i].kept;
        n_treated += kept ? kept->n_treated : 0;
        n_control += kept ? kept->n_control : 0;
    }
    const size_t n = n_treated + (p->varies || n_control < p->n ? n_control : p->n);
    *s = (struct stack){.d = ARENA_NEW(a, double, n),
                        .before = ARENA_NEW(a, double, n),
                        .after = ARENA_NEW(a, double, n),
                        .person = ARENA_NEW(a, uint32_t, n),
                        .base = ARENA_NEW(a, uint32_t, n),
                        .slot = p->varies ? NULL : ARENA_NEW(a, size_t, p->n)};
    return s->d && s->before && s->after && s->person && s->base && (s->slot || p->varies)
               ? OK
               : err_nomem(info);
}

static size_t add_row(struct stack *s, uint32_t person, size_t base, double d)
{
    const size_t row = s->f.n++;
    s->d[row] = d;
    s->person[row] = person;
    s->base[row] = (uint32_t)base;
    return row;
}

/* The row of a control: with covariates that stay the same it serves all starts. */
static size_t control_row(struct stack *s, uint32_t person, size_t base)
{
    if (!s->slot)
        return add_row(s, person, base, 0);
    if (!s->slot[person])
        s->slot[person] = 1 + add_row(s, person, base, 0);
    return s->slot[person] - 1;
}

static void add_start(const struct panel_kept *kept, size_t base, struct stack *s)
{
    const size_t n = kept->n_control;
    const uint32_t *index = kept->index + kept->n_treated;
    const double *w = kept->w + kept->n_treated, *odds = kept->has_score ? kept->odds : w;
    const double treated = lin_sum(kept->w, kept->n_treated);
    const double scale = treated / lin_sum(w, n), scale_after = treated / lin_sum(odds, n);

    for (size_t i = 0; i < kept->n_treated; i++) {
        const size_t row = add_row(s, kept->index[i], base, 1);
        s->before[row] = s->after[row] = kept->w[i];
    }
    for (size_t i = 0; i < n; i++) {
        const size_t row = control_row(s, index[i], base);
        s->before[row] += scale * w[i];
        s->after[row] += scale_after * odds[i];
    }
    s->n_starts++;
    s->n_outside += kept->n_outside;
    s->is_weighted = kept->has_score;
}

/* ---- the two groups ---- */

static err take_covariates(const struct panel *p, struct stack *s, arena *a, struct err_info *info)
{
    struct frame *f = &s->f;
    f->k = p->k;
    f->x = ARENA_NEW(a, const double *, p->k);
    f->x_name = ARENA_NEW(a, str, p->k);
    f->x_mean = ARENA_NEW(a, double, p->k);
    f->x_sd = ARENA_NEW(a, double, p->k);
    if (!f->x || !f->x_name || !f->x_mean || !f->x_sd)
        return err_nomem(info);
    for (size_t j = 1; j < p->k; j++) { /* of the ones only the place is needed */
        const struct panel_series *from = &p->x[j];
        double *x = ARENA_NEW(a, double, f->n);
        if (!x)
            return err_nomem(info);
        for (size_t row = 0; row < f->n; row++)
            x[row] = panel_at(p, from, s->base[row])[s->person[row]];
        f->x[j] = x;
        f->x_name[j] = from->name;
        f->x_mean[j] = from->mean;
        f->x_sd[j] = from->sd;
    }
    f->d = s->d;
    f->w = s->before;
    f->n_persons = p->n;
    f->person = p->varies && s->n_starts > 1 ? s->person : NULL;
    return OK;
}

err panel_balance(const struct panel *p, const struct panel_cells *cells, par *pool, arena *a,
                  struct effect_result *r, struct err_info *info)
{
    struct stack s;
    if (p->k == 1)
        return OK;
    err e = stack_new(p, cells, a, &s, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < cells->n_designs; i++) {
        const struct panel_design *d = &cells->design[i];
        if (d->kept && d->kept->is_filled)
            add_start(d->kept, cells->cell[d->first_cell].base, &s);
    }
    if (s.n_starts == 0)
        return OK;
    e = take_covariates(p, &s, a, info);
    if (e == OK)
        e = comparison_fill(&s.f, NULL, s.is_weighted ? s.after : NULL, pool, a, r, info);
    if (e != OK)
        return e;
    r->comparison->n_outside = s.n_outside;
    if (s.is_weighted)
        comparison_warn(r);
    return OK;
}
