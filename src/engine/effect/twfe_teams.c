/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/twfe_teams_int.h"

/* ---- what the design allows ---- */

/* All periods in the system, and room for each cluster's equations. */
static bool has_periods(const struct twfe_system *s)
{
    bool all = s->f->factor[0].column == 0;
    for (size_t j = 0; all && j + 1 < s->f->factor[0].n; j++)
        all = s->keep[j];
    return all;
}

/*
 * Columns behind the cells may have been left out because of these; with other cells they would
 * not. What lies in units is out whatever the cells.
 */
static bool has_covariates(const struct twfe_system *s)
{
    bool all = true;
    for (size_t j = s->f->n_levels; all && s->f->cell && j < s->k; j++)
        all = s->keep[j] || s->scale[j] == 0;
    return all;
}

static unsigned ability(const struct twfe_system *s)
{
    const struct twfe *f = s->f;
    const size_t width = s->k + 1, n = f->rows.has_cluster ? f->rows.cluster.n : f->n_units;
    size_t bytes;
    const bool fits = !__builtin_mul_overflow(n, width * width * sizeof(double), &bytes) &&
                      bytes <= TWFE_CLUSTERS_BYTES_MAX;
    if (f->is_iterated || !f->is_nested || !fits)
        return 0;
    return TEAMS_CAN_WILD | (has_periods(s) && has_covariates(s) ? TEAMS_CAN_RANDOMISE : 0u);
}

/* Persons who are their own clusters, many of either kind: no teams, and no pass to find them. */
static bool is_about_persons(const struct twfe *f, const struct effect_result *r)
{
    const struct effect_diagnostics *d = &r->diagnostics;
    return !f->rows.has_cluster && r->spec.inference == EFFECT_AUTO &&
           d->n_treated_clusters >= EFFECT_TEAMS_ENOUGH &&
           d->n_control_clusters >= EFFECT_TEAMS_ENOUGH;
}

/* What there is to go by: profiles, and whether these can be given to other teams. */
static err open_profiles(const struct twfe_system *s, const struct twfe_source *source, par *pool,
                         arena *a, struct effect_result *r, struct twfe_teams *t,
                         struct err_info *info)
{
    bool *treated = NULL, can_move = true;
    unsigned can = ability(s);
    err e = twfe_profiles_read(s, source, pool, a, t, &treated, &can_move, info);
    if (e != OK)
        return e;
    if (!can_move || (t->profile && randomise_bytes(s->f->n_clusters, s->k, &t->profiles) >
                                        (double)TWFE_CLUSTERS_BYTES_MAX))
        can &= ~(unsigned)TEAMS_CAN_RANDOMISE;
    t->can_randomise = t->profile && (can & TEAMS_CAN_RANDOMISE);
    e = teams_open(s->f->n_clusters, t->profile, t->profiles.n, treated, can, a, r, info);
    t->needs_draws = e == OK && teams_needs_draws(r) && can != 0;
    return e;
}

err twfe_teams_open(const struct twfe_system *s, const struct twfe_source *source,
                    const double *form, par *pool, arena *a, struct effect_result *r,
                    struct twfe_teams *t, struct err_info *info)
{
    *t = (struct twfe_teams){.form = form,
                             .n_left = s->f->n - twfe_count_parameters(s, false),
                             .needs_errors =
                                 r->spec.errors == EFFECT_CR2 || r->spec.errors == EFFECT_CR3};
    if (s->f->n_clusters == 0)
        return OK;
    err e = is_about_persons(s->f, r) ? OK : open_profiles(s, source, pool, a, r, t, info);
    if (e != OK || !(t->needs_errors || t->needs_draws))
        return e;
    e = source->clusters(source->ctx, s, pool, a, &t->clusters, info);
    t->c = (struct clustered){t->clusters.n, t->clusters.k, t->clusters.gram, t->clusters.product};
    const bool is_white = t->needs_errors || !s->f->cell; /* draws with cells have their own */
    return e == OK && is_white ? clustered_whiten(&t->c, pool, a, &t->w, info) : e;
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

/* What the tests are drawn from. */
struct draws {
    struct clustered others, turned; /* with cells: without these; the overall effect last */
    struct clustered_white white_others, white_turned;
    struct randomise allocation, bootstrap;
};

/* The columns of the system but the cells. */
static err leave_out_cells(const struct twfe_teams *t, const struct twfe_system *s, arena *a,
                           struct clustered *others, struct err_info *info)
{
    const struct twfe_factor *cells = &s->f->factor[s->f->n_factors - 1];
    const size_t k = t->c.k, room = k - (cells->n - 1);
    double *gram = ARENA_NEW(a, double, t->c.n *room *room);
    double *product = ARENA_NEW(a, double, t->c.n *room);
    size_t *at = ARENA_NEW(a, size_t, k), n = 0;
    if (!gram || !product || !at)
        return err_nomem(info);
    for (size_t j = 0; j < k; j++)
        if (t->clusters.column[j] - cells->column >= cells->n - 1) /* also what lies before */
            at[n++] = j;
    for (size_t g = 0; g < t->c.n; g++)
        for (size_t i = 0; i < n; i++) {
            product[g * n + i] = t->c.product[g * k + at[i]];
            for (size_t j = 0; j < n; j++)
                gram[(g * n + i) * n + j] = t->c.gram[(g * k + at[i]) * k + at[j]];
        }
    *others = (struct clustered){t->c.n, n, gram, product};
    return OK;
}

/* The overall effect as a coefficient, for the bootstrap. */
static err turn(const struct twfe_teams *t, arena *a, struct clustered *turned,
                struct err_info *info)
{
    double *form = ARENA_NEW(a, double, t->c.k);
    if (!form)
        return err_nomem(info);
    for (size_t j = 0; j < t->c.k; j++)
        form[j] = t->form[t->clusters.column[j]];
    return clustered_turn(&t->c, form, a, turned, info);
}

/* What a team's rows count at each place of the profiles. */
static err weigh(struct twfe_teams *t, const struct twfe_system *s, arena *a, struct err_info *info)
{
    const size_t n_places = t->profiles.first[t->profiles.n], n_periods = s->f->factor[0].n;
    double *weight = ARENA_NEW(a, double, t->c.n *n_places);
    if (!weight)
        return err_nomem(info);
    for (size_t g = 0; g < t->c.n; g++)
        for (size_t i = 0; i < n_places; i++)
            weight[g * n_places + i] = t->clusters.weight[g * n_periods + t->level[i]];
    t->profiles.weight = weight;
    t->profiles.rows_left = (double)(t->n_left + s->f->factor[s->f->n_factors - 1].n - 1);
    return OK;
}

static err draw_with_cells(struct twfe_teams *t, const struct twfe_system *s, par *pool, arena *a,
                           struct draws *d, struct err_info *info)
{
    err e = turn(t, a, &d->turned, info);
    if (e == OK)
        e = clustered_whiten(&d->turned, pool, a, &d->white_turned, info);
    if (e == OK)
        e = randomise_new(&d->turned, &d->white_turned, t->c.k - 1, NULL, NULL, pool, a,
                          &d->bootstrap, info);
    if (e != OK || !t->can_randomise)
        return e;
    e = leave_out_cells(t, s, a, &d->others, info);
    if (e == OK)
        e = clustered_whiten(&d->others, pool, a, &d->white_others, info);
    if (e == OK)
        e = weigh(t, s, a, info);
    return e == OK ? randomise_new(&d->others, &d->white_others, d->others.k, &t->profiles,
                                   t->profile, pool, a, &d->allocation, info)
                   : e;
}

/* Multiplications for an allocation, see randomise_int.h. */
static size_t most_allocations(const struct draws *d)
{
    const double n = (double)d->allocation.n, k = (double)d->allocation.k;
    const double c = (double)d->allocation.profiles->n_effects;
    const double width = (double)d->allocation.width;
    const double work = n * (k * k + 5 * width * k) + c * c * (k / 2 + c / 6);
    const double most = TWFE_TEAMS_WORK / work;
    return most > TWFE_TEAMS_MIN ? (size_t)most : TWFE_TEAMS_MIN;
}

err twfe_teams_conclude(struct twfe_teams *t, const struct twfe_system *s, par *pool,
                        const struct progress *progress, arena *a, struct effect_result *r,
                        struct err_info *info)
{
    const bool has_cells = s->f->cell != NULL;
    struct draws d;
    double *size = ARENA_NEW(a, double, t->c.n);
    if (!size)
        return err_nomem(info);
    for (size_t g = 0; g < t->c.n; g++)
        size[g] = (double)t->clusters.n_units[g];
    const err e =
        has_cells ? draw_with_cells(t, s, pool, a, &d, info)
                  : randomise_new(&t->c, &t->w, t->c.k - 1, t->can_randomise ? &t->profiles : NULL,
                                  t->profile, pool, a, &d.allocation, info);
    if (e != OK)
        return e;
    const struct teams_design design = {.n = t->c.n,
                                        .n_profiles = t->profiles.n,
                                        .profile = t->profile,
                                        .size = size,
                                        .evaluate = t->can_randomise ? randomise_evaluate : NULL,
                                        .evaluate_ctx = &d.allocation,
                                        .resample = randomise_resample,
                                        .resample_ctx = has_cells ? &d.bootstrap : &d.allocation,
                                        .most = has_cells && t->can_randomise ? most_allocations(&d)
                                                                              : 0};
    return teams_conclude(&design, pool, progress, a, r, info);
}
