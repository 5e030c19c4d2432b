/* SPDX-License-Identifier: EUPL-1.2 */
/* Two groups seen once, by cluster: CR2 and CR3, and inference over few treated teams. */
#include "engine/effect/clustered_int.h"
#include "engine/effect/cross_int.h"
#include "engine/effect/randomise_int.h"
#include "engine/effect/teams_int.h"

/* The normal equations of each cluster. */
static err sum_clusters(const struct frame *f, const double *const *x, size_t k, arena *a,
                        struct clustered *c, struct err_info *info)
{
    size_t bytes;
    if (__builtin_mul_overflow(f->n_clusters, k * k * sizeof(double), &bytes) ||
        bytes > CROSS_CLUSTERS_BYTES_MAX) {
        err_set(info, E_LIMIT, "twfe.too-many-clusters");
        msg_int(&info->msg, (int64_t)f->n_clusters);
        msg_int(&info->msg, (int64_t)k);
        return E_LIMIT;
    }
    double *gram = ARENA_NEW(a, double, f->n_clusters *k *k);
    double *product = ARENA_NEW(a, double, f->n_clusters *k);
    if (!gram || !product)
        return err_nomem(info);
    for (size_t r = 0; r < f->n; r++) {
        double *g = gram + f->cluster[r] * k * k, *b = product + f->cluster[r] * k;
        for (size_t i = 0; i < k; i++) {
            const double wx = (f->w ? f->w[r] : 1) * x[i][r];
            b[i] += wx * f->y[r];
            for (size_t j = 0; j <= i; j++)
                g[i * k + j] += wx * x[j][r];
        }
    }
    for (size_t g = 0; g < f->n_clusters; g++)
        for (size_t i = 0; i < k; i++)
            for (size_t j = 0; j < i; j++)
                gram[(g * k + j) * k + i] = gram[(g * k + i) * k + j];
    *c = (struct clustered){f->n_clusters, k, gram, product};
    return OK;
}

err cross_cluster_errors(const struct frame *f, const double *const *x, size_t k, par *pool,
                         const struct effect_result *r, arena *a, struct cross_answer *answer,
                         struct err_info *info)
{
    struct clustered c;
    struct clustered_white w;
    double *form = ARENA_NEW(a, double, k);
    if (!form)
        return err_nomem(info);
    err e = sum_clusters(f, x, k, a, &c, info);
    if (e == OK)
        e = clustered_whiten(&c, pool, a, &w, info);
    if (e != OK)
        return e;
    form[k - 1] = 1;
    clustered_whiten_vector(&w, k, form);
    return clustered_covariance(&w, r->spec.errors, 1, form, 1, pool, a, &answer->variance,
                                &answer->df, info);
}

/* ---- teams ---- */

/* 1 for treated teams; *profile NULL when treatment varies within them. */
static err read_profiles(const struct frame *f, arena *a, uint32_t **profile, bool **treated,
                         double **size, struct err_info *info)
{
    *profile = ARENA_NEW(a, uint32_t, f->n_clusters);
    *treated = ARENA_NEW(a, bool, f->n_clusters);
    *size = ARENA_NEW(a, double, f->n_clusters);
    if (!*profile || !*treated || !*size)
        return err_nomem(info);
    for (size_t i = 0; i < f->n; i++) {
        (*size)[f->cluster[i]]++;
        (*profile)[f->cluster[i]] = (*treated)[f->cluster[i]] = f->d[i] > 0;
    }
    for (size_t i = 0; i < f->n; i++)
        if ((*profile)[f->cluster[i]] != (f->d[i] > 0)) {
            *profile = NULL;
            return OK;
        }
    return OK;
}

static err conclude_least_squares(const struct frame *f, const uint32_t *profile,
                                  const double *size, par *pool, const struct progress *progress,
                                  struct effect_result *r, arena *a, struct err_info *info)
{
    static const size_t constant = 0, first[] = {0, 0, 1};
    static const int8_t times[] = {1};
    static const uint32_t effect[] = {0};
    const struct randomise_profiles profiles = {.n = 2,
                                                .n_columns = 1,
                                                .column = &constant,
                                                .first = first,
                                                .times = times,
                                                .n_effects = 1,
                                                .effect = effect};
    const size_t k = (r->spec.method == EFFECT_REGRESSION ? f->k : 1) + 1;
    const double **x = ARENA_NEW(a, const double *, k);
    struct clustered c;
    struct clustered_white w;
    struct randomise draws;
    if (!x)
        return err_nomem(info);
    for (size_t j = 0; j + 1 < k; j++)
        x[j] = f->x[j];
    x[k - 1] = f->d;
    err e = sum_clusters(f, x, k, a, &c, info);
    if (e == OK)
        e = clustered_whiten(&c, pool, a, &w, info);
    if (e == OK)
        e = randomise_new(&c, &w, k - 1, profile ? &profiles : NULL, profile, pool, a, &draws,
                          info);
    if (e != OK)
        return e;
    const struct teams_design design = {.n = c.n,
                                        .n_profiles = 2,
                                        .profile = profile,
                                        .size = size,
                                        .evaluate = profile ? randomise_evaluate : NULL,
                                        .evaluate_ctx = &draws,
                                        .resample = randomise_resample,
                                        .resample_ctx = &draws};
    return teams_conclude(&design, pool, progress, a, r, info);
}

/* Other methods: no sums serve, and no bootstrap that is restricted to an effect. */
static err conclude_again(const table *t, const struct frame *f, const uint32_t *profile,
                          const double *size, par *pool, const struct progress *progress,
                          struct effect_result *r, arena *a, struct err_info *info)
{
    const bool *failed = NULL;
    struct teams_design design = {
        .n = f->n_clusters, .n_profiles = 2, .profile = profile, .size = size};
    err e = cross_teams_rerun(t, f, &r->spec, profile, a, &design, &failed, info);
    if (e == OK)
        e = teams_conclude(&design, pool, progress, a, r, info);
    return e == OK && *failed ? err_nomem(info) : e;
}

/* Whether estimating again is worth its time: all orders of teams, or enough of them. */
static unsigned ability(const struct frame *f, const uint32_t *profile, const struct effect_spec *s,
                        arena *a)
{
    const double all = teams_count_allocations(f->n_clusters, profile, 2, a);
    const double n = (double)f->n_clusters; /* one team of a kind takes the place of each */
    const double needed = all <= n || all < CROSS_RERUNS_MIN ? all : CROSS_RERUNS_MIN;
    return s->inference == EFFECT_RANDOMISATION ||
                   needed * cross_rerun_work(f, s) <= CROSS_RERUNS_LIMIT
               ? TEAMS_CAN_RANDOMISE
               : TEAMS_TOO_LARGE;
}

err cross_teams(const table *t, const struct frame *f, par *pool, const struct progress *progress,
                struct effect_result *r, arena *a, struct err_info *info)
{
    const bool is_regression =
        r->spec.method == EFFECT_DIFFERENCE || r->spec.method == EFFECT_REGRESSION;
    unsigned can = TEAMS_CAN_RANDOMISE | TEAMS_CAN_WILD;
    uint32_t *profile;
    bool *treated;
    double *size;
    err e = read_profiles(f, a, &profile, &treated, &size, info);
    if (e == OK && !is_regression)
        can = profile ? ability(f, profile, &r->spec, a) : 0;
    if (e == OK)
        e = teams_open(f->n_clusters, profile, 2, treated, can, a, r, info);
    if (e != OK || !teams_needs_draws(r) || can == TEAMS_TOO_LARGE)
        return e;
    return is_regression ? conclude_least_squares(f, profile, size, pool, progress, r, a, info)
                         : conclude_again(t, f, profile, size, pool, progress, r, a, info);
}
