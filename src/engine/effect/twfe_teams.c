/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/twfe_teams_int.h"

#include <string.h>

enum { PROFILES_MAX = 1024 };

/* ---- how each team was treated ---- */

/* A period in which a team was not seen takes after the one before, the first ones after the
 * first that was: its own data do not tell, and others may get its course. */
static void fill_unseen(uint8_t *on, size_t n_periods)
{
    size_t first = 0;
    while (on[first] == TWFE_UNSEEN)
        first++;
    memset(on, on[first], first);
    for (size_t t = first + 1; t < n_periods; t++)
        if (on[t] == TWFE_UNSEEN)
            on[t] = on[t - 1];
}

/* Numbers the courses that differ; the number of these, or 0 when there are too many. */
static size_t number_courses(const uint8_t *on, size_t n, size_t n_periods, const uint8_t **course,
                             uint32_t *profile)
{
    size_t n_courses = 0;
    for (size_t g = 0; g < n; g++) {
        size_t p = 0;
        while (p < n_courses && memcmp(course[p], on + g * n_periods, n_periods) != 0)
            p++;
        if (p == PROFILES_MAX)
            return 0;
        if (p == n_courses)
            course[n_courses++] = on + g * n_periods;
        profile[g] = (uint32_t)p;
    }
    return n_courses;
}

/* A course as a sum of periods' columns, of which the first period has none: all columns of a
 * person, free of unit effects, add up to minus that one. */
static void write_profile(const uint8_t *course, size_t n_columns, int8_t *times)
{
    const int8_t listed = course[0] ? -1 : 1;
    for (size_t t = 1; t <= n_columns; t++)
        times[t - 1] = course[t] != course[0] ? listed : 0;
}

static err read_profiles(const struct twfe_system *s, const struct twfe_source *source, par *pool,
                         arena *a, struct twfe_teams *t, bool **treated, struct err_info *info)
{
    const struct twfe *f = s->f;
    const size_t n_periods = f->factor[0].n, n_columns = n_periods - 1;
    uint8_t *on = NULL;
    const uint8_t **course = ARENA_NEW(a, const uint8_t *, PROFILES_MAX);
    uint32_t *profile = ARENA_NEW(a, uint32_t, f->n_clusters);
    size_t *column = ARENA_NEW(a, size_t, n_columns);
    if (!course || !profile || !column)
        return err_nomem(info);
    const err e = source->courses(source->ctx, s, pool, a, &on, info);
    if (e != OK || !on)
        return e;
    for (size_t g = 0; g < f->n_clusters; g++)
        fill_unseen(on + g * n_periods, n_periods);
    const size_t n = number_courses(on, f->n_clusters, n_periods, course, profile);
    int8_t *times = ARENA_NEW(a, int8_t, n * n_columns);
    *treated = ARENA_NEW(a, bool, n);
    if (!times || !*treated)
        return err_nomem(info);
    for (size_t p = 0; p < n; p++) {
        write_profile(course[p], n_columns, times + p * n_columns);
        (*treated)[p] = memchr(course[p], 1, n_periods) != NULL;
    }
    for (size_t j = 0; j < n_columns; j++)
        column[j] = j;
    t->profile = n > 0 ? profile : NULL;
    t->profiles = (struct randomise_profiles){n, n_columns, column, times};
    return OK;
}

/* ---- what the design allows ---- */

/* One treatment column, all periods in the system, and room for each cluster's equations. */
static unsigned ability(const struct twfe_system *s)
{
    const struct twfe *f = s->f;
    const size_t width = s->k + 1, n = f->rows.has_cluster ? f->rows.cluster.n : f->n_units;
    size_t bytes;
    const bool fits = !__builtin_mul_overflow(n, width * width * sizeof(double), &bytes) &&
                      bytes <= TWFE_CLUSTERS_BYTES_MAX;
    bool all_periods = !f->is_iterated && f->factor[0].column == 0;
    for (size_t j = 0; all_periods && j + 1 < f->factor[0].n; j++)
        all_periods &= s->keep[j];
    if (f->cell || f->is_iterated || !f->is_nested || !fits)
        return 0;
    return TEAMS_CAN_WILD | (all_periods ? TEAMS_CAN_RANDOMISE : 0u);
}

/* Persons who are their own clusters, many of either kind: no teams, and no pass to find them. */
static bool is_about_persons(const struct twfe *f, const struct effect_result *r)
{
    const struct effect_diagnostics *d = &r->diagnostics;
    return !f->rows.has_cluster && r->spec.inference == EFFECT_AUTO &&
           d->n_treated_clusters >= TEAMS_ENOUGH &&
           d->n_clusters - d->n_treated_clusters >= TEAMS_ENOUGH;
}

err twfe_teams_open(const struct twfe_system *s, const struct twfe_source *source, par *pool,
                    arena *a, struct effect_result *r, struct twfe_teams *t, struct err_info *info)
{
    bool *treated = NULL;
    *t = (struct twfe_teams){.needs_errors =
                                 r->spec.errors == EFFECT_CR2 || r->spec.errors == EFFECT_CR3};
    if (s->f->n_clusters == 0)
        return OK;
    err e = is_about_persons(s->f, r) ? OK : read_profiles(s, source, pool, a, t, &treated, info);
    if (e == OK && !is_about_persons(s->f, r))
        e = teams_open(s->f->n_clusters, t->profile, t->profiles.n, treated, ability(s), a, r,
                       info);
    t->needs_draws = e == OK && teams_needs_draws(r) && ability(s) != 0;
    if (e != OK || !(t->needs_errors || t->needs_draws))
        return e;
    e = source->clusters(source->ctx, s, pool, a, &t->clusters, info);
    if (e != OK)
        return e;
    t->c = (struct clustered){t->clusters.n, t->clusters.k, t->clusters.gram, t->clusters.product};
    return clustered_whiten(&t->c, pool, a, &t->w, info);
}

/* ---- errors ---- */

err twfe_teams_errors(const struct twfe_teams *t, const struct twfe_system *s, const double *form,
                      par *pool, arena *a, struct effect_result *r, double *df,
                      struct err_info *info)
{
    const size_t m = r->n_estimates, k = t->c.k;
    double *white = ARENA_NEW(a, double, m *k);
    if (!white)
        return err_nomem(info);
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < k; j++)
            white[i * k + j] = form[i * s->k + t->clusters.column[j]];
        clustered_whiten_vector(&t->w, k, white + i * k);
    }
    return clustered_covariance(&t->w, r->spec.errors, 1, white, m, pool, a, r->covariance, df,
                                info);
}

/* ---- teams ---- */

err twfe_teams_conclude(const struct twfe_teams *t, par *pool, const struct progress *progress,
                        arena *a, struct effect_result *r, struct err_info *info)
{
    struct randomise draws;
    double *size = ARENA_NEW(a, double, t->c.n);
    if (!size)
        return err_nomem(info);
    for (size_t g = 0; g < t->c.n; g++)
        size[g] = (double)t->clusters.n_units[g];
    const err e = randomise_new(&t->c, &t->w, t->profile ? &t->profiles : NULL, t->profile, pool, a,
                                &draws, info);
    if (e != OK)
        return e;
    const struct teams_design design = {.n = t->c.n,
                                        .n_profiles = t->profiles.n,
                                        .profile = t->profile,
                                        .size = size,
                                        .evaluate = t->profile ? randomise_evaluate : NULL,
                                        .evaluate_ctx = &draws,
                                        .resample = randomise_resample,
                                        .resample_ctx = &draws};
    return teams_conclude(&design, pool, progress, a, r, info);
}
