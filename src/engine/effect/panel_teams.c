/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/panel_teams_int.h"

#include "base/par.h"

#include <string.h>

/* Teams in cohorts, and those of them that change places. */
struct teams {
    uint32_t *cohort;  /* n_clusters, or NULL when persons of one team are in several */
    double *size;      /* n_clusters: persons */
    size_t n;          /* teams whose starts go to one another */
    uint32_t *place;   /* n: which these are */
    uint32_t *profile; /* n: their cohorts, NULL when cohort is */
    double *size_of;   /* n: their sizes */
};

static err teams_new(const struct panel *p, arena *a, struct teams *t, struct err_info *info)
{
    *t = (struct teams){.cohort = ARENA_NEW(a, uint32_t, p->n_clusters),
                        .size = ARENA_NEW(a, double, p->n_clusters),
                        .place = ARENA_NEW(a, uint32_t, p->n_clusters),
                        .profile = ARENA_NEW(a, uint32_t, p->n_clusters),
                        .size_of = ARENA_NEW(a, double, p->n_clusters)};
    return t->cohort && t->size && t->place && t->profile && t->size_of ? OK : err_nomem(info);
}

/*
 * A team that starts but has nobody who is seen since keeps its place: it is no treated team, and
 * what it would have shown with another start is not in the data.
 */
static err find_places(const struct panel *p, arena *a, struct teams *t, struct err_info *info)
{
    bool *is_lost = ARENA_NEW(a, bool, p->n_clusters);
    if (!is_lost)
        return err_nomem(info);
    for (size_t g = 0; g < p->n_clusters && t->cohort; g++)
        is_lost[g] = p->cohort[t->cohort[g]].start < p->periods.n;
    for (size_t h = 0; h < p->n_cohorts; h++)
        for (size_t i = p->cohort[h].first; i < p->cohort[h].first + p->cohort[h].n; i++)
            if (is_lost[p->cluster[i]] && panel_is_seen_treated(p, &p->cohort[h], i))
                is_lost[p->cluster[i]] = false;
    for (size_t g = 0; g < p->n_clusters; g++) {
        if (is_lost[g])
            continue;
        t->place[t->n] = (uint32_t)g;
        t->profile[t->n] = t->cohort ? t->cohort[g] : 0;
        t->size_of[t->n++] = t->size[g];
    }
    if (!t->cohort)
        t->profile = NULL;
    return OK;
}

static err read_teams(const struct panel *p, arena *a, struct teams *t, struct err_info *info)
{
    const err e = teams_new(p, a, t, info);
    if (e != OK)
        return e;
    for (size_t h = 0; h <= p->n_cohorts; h++)
        for (size_t i = p->cohort[h].first; i < p->cohort[h].first + p->cohort[h].n; i++) {
            const uint32_t team = p->cluster[i];
            if (t->cohort && t->size[team] > 0 && t->cohort[team] != h)
                t->cohort = NULL;
            if (t->cohort)
                t->cohort[team] = (uint32_t)h;
            t->size[team]++;
        }
    return find_places(p, a, t, info);
}

/* ---- orders of those that change places, as orders of all ---- */

struct placed {
    const struct teams *t;
    size_t n_clusters;
    struct teams_design all;
    uint32_t *profile; /* workers x n_clusters */
};

static void evaluate_placed(const void *ctx, const uint32_t *profile, unsigned worker,
                            struct teams_draw *draw)
{
    const struct placed *d = ctx;
    uint32_t *of_all = d->profile + worker * d->n_clusters;
    memcpy(of_all, d->t->cohort, d->n_clusters * sizeof *of_all);
    for (size_t i = 0; i < d->t->n; i++)
        of_all[d->t->place[i]] = profile[i];
    d->all.evaluate(d->all.evaluate_ctx, of_all, worker, draw);
}

static err place(const struct panel *p, const struct teams *t, par *pool, arena *a,
                 struct teams_design *design, struct err_info *info)
{
    struct placed *d = ARENA_NEW(a, struct placed, 1);
    if (!d)
        return err_nomem(info);
    *d = (struct placed){.t = t,
                         .n_clusters = p->n_clusters,
                         .all = *design,
                         .profile = ARENA_NEW(a, uint32_t, par_threads(pool) * p->n_clusters)};
    design->n = t->n;
    design->profile = t->profile;
    design->size = t->size_of;
    design->evaluate = evaluate_placed;
    design->evaluate_ctx = d;
    return d->profile ? OK : err_nomem(info);
}

static err conclude(const struct panel_teams *x, const struct teams *t, par *pool,
                    const struct progress *progress, arena *a, struct effect_result *r,
                    struct err_info *info)
{
    const bool *failed = NULL;
    struct teams_design design = {
        .n = x->p->n_clusters, .n_profiles = x->n_profiles, .profile = x->profile, .size = t->size};
    err e = x->p->k == 1 ? panel_teams_sums(x, pool, a, &design, info)
                         : panel_teams_rerun(x, a, &design, &failed, info);
    if (e == OK && t->n < x->p->n_clusters)
        e = place(x->p, t, pool, a, &design, info);
    if (e == OK)
        e = teams_conclude(&design, pool, progress, a, r, info);
    return e == OK && failed && *failed ? err_nomem(info) : e;
}

err panel_teams_run(const struct panel *p, const struct effect_spec *spec,
                    const struct panel_cells *cells, par *pool, const struct progress *progress,
                    arena *a, struct effect_result *r, struct err_info *info)
{
    struct teams t;
    if (!p->cluster)
        return OK;
    const size_t n_profiles = p->n_cohorts + (p->cohort[p->n_cohorts].n > 0);
    bool *treated = ARENA_NEW(a, bool, p->n_clusters);
    err e = treated ? read_teams(p, a, &t, info) : err_nomem(info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < t.n && t.profile; i++)
        treated[i] = p->cohort[t.profile[i]].start < p->periods.n;
    const unsigned can = p->k > 1 || panel_teams_has_sums(p, cells) ? TEAMS_CAN_RANDOMISE : 0;
    e = teams_open(t.n, t.profile, n_profiles, treated, can, a, r, info);
    if (e != OK || !teams_needs_draws(r) || can == 0)
        return e;
    const struct panel_teams x = {p, spec, cells, t.cohort, n_profiles};
    return conclude(&x, &t, pool, progress, a, r, info);
}
