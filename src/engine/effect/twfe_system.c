/* SPDX-License-Identifier: EUPL-1.2 */
/* The small system: which columns it can tell apart, and its solution. */
#include "base/lin.h"
#include "engine/effect/twfe_int.h"

#include <math.h>

/* Share of a column's own variation that must be left, see lin_cholesky. */
#define COLLINEAR 1e-12
#define ABSORBED  1e-20 /* variance within units, of 1, that is rounding */

static void set_system(struct twfe_system *s, const double *g)
{
    const size_t k = s->k, width = k + 1, n_levels = s->f->n_levels;
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j <= i; j++)
            s->gram[i * k + j] = s->gram[j * k + i] = g[i * width + j];
        s->beta[i] = g[k * width + i];
    }
    for (size_t j = 0; j < k; j++) {
        const double square = s->gram[j * k + j];
        const double least = j < n_levels ? 0 : ABSORBED * s->f->weight;
        s->scale[j] = square > least ? 1 / sqrt(square) : 0;
    }
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < k; j++)
            s->gram[i * k + j] *= s->scale[i] * s->scale[j];
}

void twfe_solve_for(const struct twfe_system *s, double *v)
{
    for (size_t j = 0; j < s->k; j++)
        v[j] *= s->scale[j];
    lin_cholesky_solve(s->gram, s->keep, s->k, v);
    for (size_t j = 0; j < s->k; j++)
        v[j] *= s->scale[j];
}

static void warn_left_out(const struct twfe_system *s, struct effect_result *r)
{
    const struct twfe *f = s->f;
    for (size_t h = 1; !f->is_iterated && h < f->n_factors;
         h++) { /* time cannot be: the treatment would be, too */
        bool any = false;
        for (size_t l = 1; l < f->factor[h].n; l++)
            any |= s->keep[f->factor[h].column + l - 1];
        if (!any)
            msg_text(effect_warn(r, "twfe.factor-absorbed"), f->factor[h].name);
    }
    for (size_t j = 0; j < f->n_x; j++) {
        const size_t column = f->n_levels + j;
        if (!s->keep[column])
            msg_text(effect_warn(r, s->scale[column] > 0 ? "twfe.covariate-collinear"
                                                         : "twfe.covariate-absorbed"),
                     f->x_name[j]);
    }
}

/* The effects asked for must be in the system. */
static err check_effects(const struct twfe_system *s, struct err_info *info)
{
    const struct twfe *f = s->f;
    const struct twfe_factor *last = &f->factor[f->n_factors - 1];
    if (!f->cell)
        return s->keep[s->k - 1]
                   ? OK
                   : err_text(info, E_INPUT, "twfe.treatment-collinear", f->x_name[f->n_x - 1]);
    for (size_t l = 1; l < last->n; l++)
        if (!s->keep[last->column + l - 1])
            return err_text(info, E_INPUT, "twfe.cell-collinear", last->name);
    return OK;
}

size_t twfe_count_parameters(const struct twfe_system *s, bool all)
{
    const struct twfe *f = s->f;
    size_t n = f->is_nested && !all ? 1 : f->n_units;
    n += s->n_iterated - (all ? 0 : s->n_iterated_nested);
    for (size_t h = 0; h < f->n_factors; h++) {
        const bool is_cells = f->cell && h + 1 == f->n_factors;
        if ((f->is_iterated && !is_cells) || (!all && f->factor[h].is_nested))
            continue;
        for (size_t l = 1; l < f->factor[h].n; l++)
            n += s->keep[f->factor[h].column + l - 1];
    }
    for (size_t j = 0; j < f->n_x; j++)
        n += s->keep[f->n_levels + j];
    return n;
}

err twfe_system_new(const struct twfe *f, struct twfe_tile *tile, arena *a, struct twfe_system *s,
                    struct err_info *info)
{
    const size_t k = f->n_levels + f->n_x;
    *s = (struct twfe_system){
        .f = f,
        .tile = tile,
        .k = k,
        .gram = ARENA_NEW(a, double, k *k),
        .scale = ARENA_NEW(a, double, k),
        .keep = ARENA_NEW(a, bool, k),
        .beta = ARENA_NEW(a, double, k),
    };
    return s->gram && s->scale && s->keep && s->beta ? OK : err_nomem(info);
}

err twfe_solve_system(struct twfe_system *s, const double *g, struct effect_result *r,
                      struct err_info *info)
{
    set_system(s, g);
    (void)lin_cholesky(s->gram, s->k, COLLINEAR, s->keep);
    const err e = check_effects(s, info);
    if (e != OK)
        return e;
    warn_left_out(s, r);
    twfe_solve_for(s, s->beta);
    return OK;
}
