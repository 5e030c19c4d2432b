/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/twfe_int.h"

#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/influence_int.h"
#include "engine/effect/pretest_int.h"

#include <math.h>

static err check_rows(const struct twfe_system *s, struct err_info *info)
{
    const size_t n_all = twfe_count_parameters(s, true);
    if (s->f->n > n_all)
        return OK;
    err_set(info, E_INPUT, "twfe.too-few-rows"); /* fitted exactly: no noise to learn from */
    msg_int(&info->msg, (int64_t)s->f->n);
    msg_int(&info->msg, (int64_t)n_all);
    return E_INPUT;
}

/* The usual factors for few rows and few clusters; and what is left to learn from. */
static void conclude(const struct twfe_system *s, struct effect_result *r)
{
    const double n = (double)s->f->n, n_clusters = (double)s->f->n_clusters;
    const bool by_row = s->f->n_clusters == 0;
    const double k = (double)twfe_count_parameters(s, by_row);
    const double factor =
        by_row ? n / (n - k) : n_clusters / (n_clusters - 1) * ((n - 1) / (n - k));
    const size_t m = r->n_estimates;
    for (size_t i = 0; i < m * m; i++)
        r->covariance[i] *= factor;
    for (size_t i = 0; i < m; i++)
        if (!r->estimates[i].reference)
            influence_conclude(&r->estimates[i], sqrt(r->covariance[i * m + i]),
                               by_row ? n - k : n_clusters - 1, r->spec.level);
}

err twfe_estimates(const struct twfe_system *s, arena *a, struct effect_result *r, double **form,
                   struct err_info *info)
{
    err e = check_rows(s, info);
    if (e == OK)
        e = twfe_forms(s->f, a, r, form, info);
    for (size_t i = 0; i < r->n_estimates && e == OK; i++)
        r->estimates[i].estimate = lin_dot(*form + i * s->k, s->beta, s->k);
    return e;
}

err twfe_conclude(const struct twfe_system *s, struct effect_result *r, struct err_info *info)
{
    conclude(s, r);
    return pretest(r, EFFECT_DYNAMIC, s->f->n_clusters > 0, info);
}

static err infer(const struct twfe_system *s, par *pool, arena *a, struct effect_result *r,
                 struct err_info *info)
{
    double *form;
    err e = twfe_estimates(s, a, r, &form, info);
    if (e != OK)
        return e;
    switch (r->spec.errors) {
    case EFFECT_HC1:
    case EFFECT_CR1: e = twfe_scores(s, form, pool, a, r, info); break;
    default:
        return err_text(info, E_INPUT, "twfe.errors-not-here",
                        str_of(effect_errors_name(r->spec.errors)));
    }
    return e == OK ? twfe_conclude(s, r, info) : e;
}

static err estimate(const table *t, par *pool, const struct progress *progress, arena *a,
                    struct effect_result *r, struct err_info *info)
{
    struct twfe f;
    struct twfe_tile *tile;
    struct twfe_system s;
    progress_report(progress, "panel.step-build", 0, 1);
    err e = twfe_read(t, pool, a, &f, r, info);
    if (e == OK)
        e = twfe_tiles_new(&f, pool, a, &tile, info);
    if (e == OK)
        e = twfe_solve(&f, tile, pool, a, &s, r, info);
    if (e == OK)
        e = twfe_bacon(&s, a, r, info);
    return e == OK ? infer(&s, pool, a, r, info) : e;
}

err effect_twfe_run(const table *t, par *pool, const struct progress *progress,
                    struct effect_result *r, struct err_info *info)
{
    arena *a = arena_new(PANEL_MEMORY_MAX);
    if (!a)
        return err_nomem(info);
    const err e = estimate(t, pool, progress, a, r, info);
    arena_free(a);
    return e;
}
