/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/twfe_int.h"

#include "base/lin.h"
#include "base/real.h"
#include "engine/effect/influence_int.h"
#include "engine/effect/looks_int.h"
#include "engine/effect/pretest_int.h"
#include "engine/effect/twfe_teams_int.h"

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

static err make_estimates(const struct twfe_system *s, arena *a, struct effect_result *r,
                          double **form, struct err_info *info)
{
    err e = check_rows(s, info);
    if (e == OK)
        e = twfe_forms(s->f, a, r, form, info);
    for (size_t i = 0; i < r->n_estimates && e == OK; i++)
        r->estimates[i].estimate = lin_dot(*form + i * s->k, s->beta, s->k);
    return e;
}

static err conclude_all(const struct twfe_system *s, struct effect_result *r, struct err_info *info)
{
    conclude(s, r);
    return pretest(r, EFFECT_DYNAMIC, s->f->n_clusters > 0, info);
}

/* CR2 and CR3 have their own factors. */
static err infer_by_clusters(const struct twfe_system *s, const struct twfe_teams *teams,
                             const double *form, par *pool, arena *a, struct effect_result *r,
                             struct err_info *info)
{
    double *df = ARENA_NEW(a, double, r->n_estimates);
    const err e = df ? twfe_teams_errors(teams, s, form, pool, a, r, df, info) : err_nomem(info);
    for (size_t i = 0; i < r->n_estimates && e == OK; i++)
        if (!r->estimates[i].reference)
            influence_conclude(&r->estimates[i], sqrt(r->covariance[i * r->n_estimates + i]), df[i],
                               r->spec.level);
    return e == OK ? pretest(r, EFFECT_DYNAMIC, true, info) : e;
}

err twfe_infer(const struct twfe_system *s, const struct twfe_source *source, par *pool,
               const struct progress *progress, arena *a, struct effect_result *r,
               struct err_info *info)
{
    struct twfe_teams teams;
    double *form;
    err e = make_estimates(s, a, r, &form, info);
    if (e == OK)
        e = twfe_teams_open(s, source, form, pool, a, r, &teams, info);
    if (e != OK)
        return e;
    if (teams.needs_errors) {
        e = infer_by_clusters(s, &teams, form, pool, a, r, info);
    } else {
        e = source->scores(source->ctx, s, form, pool, a, r, info);
        if (e == OK)
            e = conclude_all(s, r, info);
    }
    if (e == OK && r->spec.keeps_parts && source->parts)
        e = source->parts(source->ctx, s, form, pool, a, r, info);
    return e == OK && teams.needs_draws ? twfe_teams_conclude(&teams, s, pool, progress, a, r, info)
                                        : e;
}

/* ---- from rows ---- */

static err scores_of_rows(void *ctx, const struct twfe_system *s, const double *form, par *pool,
                          arena *a, struct effect_result *r, struct err_info *info)
{
    (void)ctx;
    return twfe_scores(s, form, pool, a, r, info);
}

static err courses_of_rows(void *ctx, const struct twfe_system *s, par *pool, arena *a,
                           struct twfe_courses *c, struct err_info *info)
{
    (void)ctx;
    return twfe_courses_read(s, pool, a, c, info);
}

static err clusters_of_rows(void *ctx, const struct twfe_system *s, par *pool, arena *a,
                            struct twfe_clusters *c, struct err_info *info)
{
    (void)ctx;
    return twfe_clusters(s, pool, a, c, info);
}

static err parts_of_rows(void *ctx, const struct twfe_system *s, const double *form, par *pool,
                         arena *a, struct effect_result *r, struct err_info *info)
{
    (void)ctx;
    return twfe_parts(s, form, pool, a, r, info);
}

static const struct twfe_source from_rows = {scores_of_rows, courses_of_rows, clusters_of_rows,
                                             parts_of_rows, NULL};

/* What every estimate from rows is given. */
struct job {
    const struct twfe_rows *rows;
    par *pool;
    const struct progress *progress;
};

static err solve(const struct job *job, arena *a, struct twfe *f, struct twfe_system *s,
                 struct effect_result *r, struct err_info *info)
{
    struct twfe_tile *tile;
    progress_report(job->progress, "panel.step-build", 0, 1);
    err e = twfe_read(job->rows, job->pool, a, f, r, info);
    if (e == OK)
        e = twfe_tiles_new(f, job->pool, a, &tile, info);
    return e == OK ? twfe_solve(f, tile, job->pool, a, s, r, info) : e;
}

/* Also lists the starts that occur, in memory of `keep`. */
static err estimate(const struct job *job, arena *keep, struct looks_starts *starts,
                    struct effect_result *r, struct err_info *info)
{
    struct twfe f;
    struct twfe_system s;
    const size_t n_periods = job->rows->periods.n;
    uint32_t *start = ARENA_NEW(keep, uint32_t, n_periods);
    arena *a = arena_new(PANEL_MEMORY_MAX);
    err e = a && start ? solve(job, a, &f, &s, r, info) : err_nomem(info);
    if (e == OK)
        e = twfe_bacon(&s, a, r, info);
    if (e == OK)
        e = twfe_infer(&s, &from_rows, job->pool, job->progress, a, r, info);
    *starts = (struct looks_starts){.start = start, .n_periods = n_periods};
    for (size_t p = 0; p < n_periods && e == OK; p++)
        if (f.n_by_start[p] > 0)
            start[starts->n++] = (uint32_t)p;
    arena_free(a);
    return e;
}

/* ---- as if treatment had started earlier ---- */

struct earlier {
    struct job job;
    const struct looks_starts *starts;
};

/* Rows stay as they were opened: only the starts move, and the periods whose rows count. */
static err solve_earlier(const void *ctx, const struct panel_move *move, size_t n_periods, arena *a,
                         struct effect_result *made, struct err_info *info)
{
    const struct earlier *e = ctx;
    const size_t n_all = e->starts->n_periods;
    struct twfe_rows rows = *e->job.rows;
    const struct job job = {&rows, e->job.pool, e->job.progress};
    struct twfe f;
    struct twfe_system s;
    struct panel_move *of = ARENA_NEW(a, struct panel_move, n_all + 1);
    if (!of)
        return err_nomem(info);
    for (size_t i = 0; i < e->starts->n; i++)
        of[e->starts->start[i]] = move[i];
    of[n_all] = (struct panel_move){PANEL_NEVER, (uint32_t)n_periods};
    rows.move = of;
    const err code = solve(&job, a, &f, &s, made, info);
    return code == OK ? twfe_infer(&s, &from_rows, job.pool, job.progress, a, made, info) : code;
}

err effect_twfe_run(const table *t, const uint8_t *keep, par *pool, const struct progress *progress,
                    struct effect_result *r, struct err_info *info)
{
    struct twfe_rows rows;
    struct looks_starts starts;
    struct earlier earlier = {{&rows, pool, progress}, &starts};
    arena *a = arena_new(PANEL_MEMORY_MAX);
    err e = a ? twfe_rows_open(t, keep, &r->spec, pool, a, &rows, info) : err_nomem(info);
    if (e == OK)
        e = estimate(&earlier.job, a, &starts, r, info);
    if (e == OK && !r->spec.no_placebo_start) {
        starts.estimate = solve_earlier;
        starts.ctx = &earlier;
        starts.beside = a;
        e = looks_placebo_start(&starts, &r->spec, r, info);
    }
    arena_free(a);
    return e;
}
