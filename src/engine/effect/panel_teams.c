/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/panel_teams_int.h"

/* The cohort of each team, or NULL when persons of one team are in several. */
static err read_cohorts(const struct panel *p, arena *a, uint32_t **profile, double **size,
                        struct err_info *info)
{
    *profile = ARENA_NEW(a, uint32_t, p->n_clusters);
    *size = ARENA_NEW(a, double, p->n_clusters);
    if (!*profile || !*size)
        return err_nomem(info);
    for (size_t h = 0; h <= p->n_cohorts; h++)
        for (size_t i = p->cohort[h].first; i < p->cohort[h].first + p->cohort[h].n; i++) {
            const uint32_t team = p->cluster[i];
            if (*profile && (*size)[team] > 0 && (*profile)[team] != h)
                *profile = NULL;
            if (*profile)
                (*profile)[team] = (uint32_t)h;
            (*size)[team]++;
        }
    return OK;
}

static err conclude(const struct panel_teams *t, const double *size, par *pool,
                    const struct progress *progress, arena *a, struct effect_result *r,
                    struct err_info *info)
{
    const bool *failed = NULL;
    struct teams_design design = {
        .n = t->p->n_clusters, .n_profiles = t->n_profiles, .profile = t->profile, .size = size};
    err e = t->p->k == 1 ? panel_teams_sums(t, pool, a, &design, info)
                         : panel_teams_rerun(t, a, &design, &failed, info);
    if (e == OK)
        e = teams_conclude(&design, pool, progress, a, r, info);
    return e == OK && failed && *failed ? err_nomem(info) : e;
}

err panel_teams_run(const struct panel *p, const struct effect_spec *spec,
                    const struct panel_cells *cells, par *pool, const struct progress *progress,
                    arena *a, struct effect_result *r, struct err_info *info)
{
    uint32_t *profile;
    double *size;
    if (!p->cluster)
        return OK;
    const size_t n_profiles = p->n_cohorts + (p->cohort[p->n_cohorts].n > 0);
    bool *treated = ARENA_NEW(a, bool, n_profiles);
    err e = treated ? read_cohorts(p, a, &profile, &size, info) : err_nomem(info);
    if (e != OK)
        return e;
    for (size_t h = 0; h < n_profiles; h++)
        treated[h] = p->cohort[h].start < p->periods.n;
    const unsigned can = p->k > 1 || panel_teams_has_sums(p, cells) ? TEAMS_CAN_RANDOMISE : 0;
    e = teams_open(p->n_clusters, profile, n_profiles, treated, can, a, r, info);
    if (e != OK || !teams_needs_draws(r) || can == 0)
        return e;
    const struct panel_teams t = {p, spec, cells, profile, n_profiles};
    return conclude(&t, size, pool, progress, a, r, info);
}
