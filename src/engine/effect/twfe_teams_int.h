/* SPDX-License-Identifier: EUPL-1.2 */
/* twfe_teams: fixed effects by cluster: CR2 and CR3, and inference over few treated teams. */
#ifndef ONTSCHOT_ENGINE_EFFECT_TWFE_TEAMS_INT_H
#define ONTSCHOT_ENGINE_EFFECT_TWFE_TEAMS_INT_H

#include "engine/effect/clustered_int.h"
#include "engine/effect/randomise_int.h"
#include "engine/effect/twfe_int.h"

struct twfe_teams {
    uint32_t *profile; /* of each cluster; NULL when treatment varies within clusters */
    struct randomise_profiles profiles;
    const size_t *level; /* with cells: of each place of the profiles, its period */
    const double *form;  /* the overall effect over the system; borrowed */
    size_t n_left;       /* rows less parameters */
    bool can_randomise, needs_errors, needs_draws;
    struct twfe_clusters clusters;
    struct clustered c;
    struct clustered_white w;
};

/*
 * Effects by start or period cost a solution of their own for each allocation: at most so many that
 * TWFE_TEAMS_WORK multiplications are made, but TWFE_TEAMS_MIN.
 */
#define TWFE_TEAMS_WORK 1e10
enum { TWFE_TEAMS_MIN = 199 };

/*
 * Once the system is solved and while the outcome is there: which rule, and what each cluster
 * gives when errors or rule need it. form: the overall effect. Errors as teams_open and
 * twfe_clusters.
 */
WARN_UNUSED err twfe_teams_open(const struct twfe_system *s, const struct twfe_source *source,
                                const double *form, par *pool, arena *a, struct effect_result *r,
                                struct twfe_teams *t, struct err_info *info);

/* With needs_errors: covariance, degrees of freedom (n_estimates) of forms over the system. */
WARN_UNUSED err twfe_teams_errors(const struct twfe_teams *t, const struct twfe_system *s,
                                  const double *form, par *pool, arena *a, struct effect_result *r,
                                  double *df, struct err_info *info);

/* With needs_draws: after the estimates and their errors. */
WARN_UNUSED err twfe_teams_conclude(struct twfe_teams *t, const struct twfe_system *s, par *pool,
                                    const struct progress *progress, arena *a,
                                    struct effect_result *r, struct err_info *info);

/* ---- twfe_profiles.c ---- */

/*
 * How each cluster was treated: by what its rows say, or with cells by its start. *treated: of each,
 * whether some row says so. t->profile stays NULL when that varies within clusters. With cells,
 * *can_randomise tells whether any start can be given to any cluster, its effects following from
 * sums: not when one has a start but is not seen since. Errors as the source's.
 */
WARN_UNUSED err twfe_profiles_read(const struct twfe_system *s, const struct twfe_source *source,
                                   par *pool, arena *a, struct twfe_teams *t, bool **treated,
                                   bool *can_randomise, struct err_info *info);

#endif
