/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * panel_teams: group-time effects when whole teams start, and few did.
 *
 * A team's profile is its cohort: when it starts. An allocation gives the cohorts to other teams;
 * what is compared with what stays the same, since the cohorts do. The number judged is the simple
 * average, its variance that of panel_infer.c.
 *
 *   panel_teams.c        which cohort each team is in, which teams change places, and the rule
 *   panel_teams_sums.c   without covariates: from sums of changes by team, exact, O(cells x teams)
 *   panel_teams_rerun.c  with covariates: the whole estimation again for each allocation
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_PANEL_TEAMS_INT_H
#define ONTSCHOT_ENGINE_EFFECT_PANEL_TEAMS_INT_H

#include "engine/effect/panel_int.h"
#include "engine/effect/teams_int.h"

/* An analysis as it was: borrowed by the functions below. */
struct panel_teams {
    const struct panel *p;
    const struct effect_spec *spec;
    const struct panel_cells *cells;
    const uint32_t *profile; /* cohort of each team */
    size_t n_profiles;
};

/* After the estimates and their errors; does nothing without clusters. Errors as teams_open. */
WARN_UNUSED err panel_teams_run(const struct panel *p, const struct effect_spec *spec,
                                const struct panel_cells *cells, par *pool,
                                const struct progress *progress, arena *a, struct effect_result *r,
                                struct err_info *info);

/* Sets evaluate of a design. E_NOMEM. */
#define PANEL_TEAMS_BYTES_MAX ((size_t)1 << 30) /* of sums of changes */
bool panel_teams_has_sums(const struct panel *p, const struct panel_cells *cells);
WARN_UNUSED err panel_teams_sums(const struct panel_teams *t, par *pool, arena *a,
                                 struct teams_design *design, struct err_info *info);

/*
 * The same by estimating again: at most so many times that PANEL_RERUNS_WORK comparisons of
 * persons are made, but PANEL_RERUNS_MIN. *failed tells afterwards that memory was out.
 */
#define PANEL_RERUNS_WORK 1e7
enum { PANEL_RERUNS_MIN = 199 };
WARN_UNUSED err panel_teams_rerun(const struct panel_teams *t, arena *a,
                                  struct teams_design *design, const bool **failed,
                                  struct err_info *info);

#endif
