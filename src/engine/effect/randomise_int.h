/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * randomise: an estimate and its t under another allocation, and under another draw of the wild
 * bootstrap, for least squares in which treatment goes by team.
 *
 * Treatment is one column, or one for each start and period or time since the start (effects).
 * Those of a team are sums of a few columns that the regression has anyway: the constant, or its
 * periods. Their products with all else then follow from the team's own normal equations, whatever
 * the profile. With the other columns white (clustered_int.h), D those of the team's profile and w
 * the weights with which effects make one number, team g has
 *
 *   a(g) = D'X C'^-1, q(g) = D'D, r(g) = D'y,  A = sum a(g)
 *   N = sum q(g) - A A',  effects = N^-1 (sum r(g) - A C^-1 b),  estimate = w'effects
 *   L = N^-1 w,  others = C^-1 b - A'effects, white
 *   its score    L'(r(g) - a(g) others - q(g) effects)
 *                  - (A'L)'(C^-1 b(g) - P(g) others - a(g)'effects)
 *
 * (Frisch and Waugh 1933; Liang and Zeger 1986). O(n k^2 + c^3) for an allocation of c effects.
 * The outcome comes twice, as itself and as the observed treatment.
 *
 * The wild bootstrap, restricted to an effect (Cameron, Gelbach and Miller, "Bootstrap-based
 * improvements for inference with clustered errors", Review of Economics and Statistics 90, 2008;
 * from the statistics of clusters: MacKinnon, "Fast cluster bootstrap methods for linear
 * regression models", Econometrics and Statistics 26, 2023): residuals of the restricted
 * regression times one weight for each team. O(n k) for a draw. The effect is the coefficient of
 * the last column; clustered_turn makes it so.
 *
 * Does: fill a struct teams_draw. Does not: choose allocations or weights (teams_int.h).
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_RANDOMISE_INT_H
#define ONTSCHOT_ENGINE_EFFECT_RANDOMISE_INT_H

#include "engine/effect/clustered_int.h"
#include "engine/effect/teams_int.h"

/*
 * What being treated so means: the effects of a profile are places first[p] .. first[p + 1] - 1 of
 * one list, none for who is never treated.
 */
struct randomise_profiles {
    size_t n, n_columns;
    const size_t *column; /* n_columns: of the regression, whose sums treatment is */
    const size_t *first;  /* n + 1 */
    const int8_t *times;  /* places x n_columns: 1, 0 or -1 */
    size_t n_effects;
    const uint32_t *effect; /* places: which effect */
    const double *weight;   /* teams x places: what a team's rows count in the average; NULL: 1 */
    const bool *is_counted; /* n_effects: in the average, and treated; NULL: all */
    double rows_left;       /* rows less columns without effects; 0: effects are as many always */
};

struct randomise {
    size_t n, k; /* teams; columns without the treatment */
    size_t n_places, width;
    const struct randomise_profiles *profiles;
    const struct clustered_white *white;
    double
        *packed;  /* n x k (k + 1) / 2: P(g), halves added, so that its product with AA' is A'PA */
    double *a;    /* n x n_places x k */
    double *q;    /* n x n_places x width: with the places of the same profile, in order */
    double *r[2]; /* n x n_places: with the outcome, with the observed treatment */
    double *z[2]; /* n x k: scores of these on the other columns */
    double *total[2]; /* k: C^-1 b */
    double *scratch;  /* workers x scratch_size */
    size_t scratch_size;
};

/* Bytes that a struct randomise takes for so many teams, others columns and profiles. */
double randomise_bytes(size_t n, size_t k, const struct randomise_profiles *p);

/*
 * From white coordinates of c, of which the first k columns are all but the treatment, and the
 * profile of each team as it was. p NULL: for the bootstrap alone. Borrows all. E_NOMEM.
 */
WARN_UNUSED err randomise_new(const struct clustered *c, const struct clustered_white *w, size_t k,
                              const struct randomise_profiles *p, const uint32_t *profile,
                              par *pool, arena *a, struct randomise *s, struct err_info *info);

/* For struct teams_design; ctx is a struct randomise. */
void randomise_evaluate(const void *ctx, const uint32_t *profile, unsigned worker,
                        struct teams_draw *draw);
void randomise_resample(const void *ctx, const double *weight, unsigned worker,
                        struct teams_draw *draw);

#endif
