/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * randomise: an estimate and its t under another allocation, and under another draw of the wild
 * bootstrap, for least squares with treatment as the last column.
 *
 * When treatment goes by team, the treatment column of a team is a sum of a few columns that the
 * regression has anyway: the constant, or its periods from the start on. Its products with all
 * else then follow from the team's own normal equations, whatever the profile. With the other
 * columns white (clustered_int.h), team g's part of
 *
 *   a(g) = C^-1 X'd, q(g) = d'd, r(g) = d'y,  A = sum a(g)
 *   estimate    (sum r(g) - A'C^-1 b) / (sum q(g) - A'A)
 *   its score   d~'y~ - estimate d~'d~ in each team, where
 *               d~'y~ = r(g) - a(g)'C^-1 b - A'z(g)
 *               d~'d~ = q(g) - 2 A'a(g) + A'P(g) A
 *
 * O(n k^2) for an allocation. The outcome comes twice, as itself and as the observed treatment.
 *
 * The wild bootstrap, restricted to an effect (Cameron, Gelbach and Miller, "Bootstrap-based
 * improvements for inference with clustered errors", Review of Economics and Statistics 90, 2008;
 * from the statistics of clusters: MacKinnon, "Fast cluster bootstrap methods for linear
 * regression models", Econometrics and Statistics 26, 2023): residuals of the restricted
 * regression times one weight for each team. O(n k) for a draw.
 *
 * Does: fill a struct teams_draw. Does not: choose allocations or weights (teams_int.h).
 */
#ifndef ONTSCHOT_ENGINE_EFFECT_RANDOMISE_INT_H
#define ONTSCHOT_ENGINE_EFFECT_RANDOMISE_INT_H

#include "engine/effect/clustered_int.h"
#include "engine/effect/teams_int.h"

/* Which columns add up to the treatment of a team. */
struct randomise_profiles {
    size_t n, n_columns;
    const size_t *column; /* n_columns: of the regression */
    const int8_t *times;  /* n x n_columns: 1, 0 or -1 */
};

struct randomise {
    size_t n, k, n_profiles; /* teams; columns without the treatment */
    const struct clustered_white *white;
    double
        *packed;  /* n x k (k + 1) / 2: P(g), halves added, so that its product with AA' is A'PA */
    double *a;    /* n x n_profiles x k */
    double *q;    /* n x n_profiles */
    double *r[2]; /* n x n_profiles: with the outcome, with the observed treatment */
    double *z[2]; /* n x k: scores of these on the other columns */
    double *total[2]; /* k: C^-1 b */
    double *scratch;  /* workers x scratch_size */
    size_t scratch_size;
};

/*
 * From white coordinates of c, whose last column is the treatment that `profile` says. p NULL:
 * for the bootstrap alone. Borrows c and w. E_NOMEM.
 */
WARN_UNUSED err randomise_new(const struct clustered *c, const struct clustered_white *w,
                              const struct randomise_profiles *p, const uint32_t *profile,
                              par *pool, arena *a, struct randomise *s, struct err_info *info);

/* For struct teams_design; ctx is a struct randomise. */
void randomise_evaluate(const void *ctx, const uint32_t *profile, unsigned worker,
                        struct teams_draw *draw);
void randomise_resample(const void *ctx, const double *weight, unsigned worker,
                        struct teams_draw *draw);

#endif
