/* SPDX-License-Identifier: EUPL-1.2 */
/* Which inference the number of teams asks for, and what it says. */
#include "engine/effect/teams_int.h"

#include "base/real.h"

#include <math.h>

/* ---- the rule ---- */

/* Treated against others; when there are none, the commonest profile against the rest. */
static err count_few(struct effect_teams *t, const uint32_t *profile, size_t n_profiles, arena *a,
                     struct err_info *info)
{
    size_t one = t->n_treated;
    if (profile && one == t->n_teams) {
        size_t *number = ARENA_NEW(a, size_t, n_profiles);
        if (!number)
            return err_nomem(info);
        one = 0;
        for (size_t i = 0; i < t->n_teams; i++)
            one = ++number[profile[i]] > one ? number[profile[i]] : one;
    }
    t->few = one < t->n_teams - one ? one : t->n_teams - one;
    return OK;
}

/* What the numbers of teams ask for, whatever was asked. */
static void choose_by_number(struct effect_teams *t, size_t n_profiles, unsigned can)
{
    t->rule = EFFECT_ANALYTIC;
    if (t->few >= EFFECT_TEAMS_ENOUGH)
        t->why = "effect.rule-enough";
    else if (!(can & TEAMS_CAN_RANDOMISE))
        t->why = can & TEAMS_TOO_LARGE ? "effect.rule-too-large" : "effect.rule-not-here";
    else {
        t->rule = EFFECT_RANDOMISATION;
        t->why = t->n_treated == 1                                   ? "effect.rule-one-treated"
                 : t->n_treated + 1 == t->n_teams && n_profiles == 2 ? "effect.rule-one-other"
                                                                     : "effect.rule-few";
    }
}

static err choose(struct effect_teams *t, size_t n_profiles, const struct effect_spec *spec,
                  unsigned can, struct err_info *info)
{
    choose_by_number(t, n_profiles, can);
    if (spec->inference == EFFECT_AUTO)
        return OK;
    const unsigned need = spec->inference == EFFECT_RANDOMISATION ? TEAMS_CAN_RANDOMISE
                          : spec->inference == EFFECT_WILD        ? TEAMS_CAN_WILD
                                                                  : 0;
    if ((can & need) != need)
        return err_text(info, E_INPUT, "effect.inference-not-here",
                        str_of(effect_inference_name(spec->inference)));
    if (t->rule != spec->inference)
        t->why = "effect.rule-asked";
    t->rule = spec->inference;
    return OK;
}

/* Treatment that varies within teams cannot be moved from one to another. */
static err refuse(const struct effect_result *r, struct err_info *info)
{
    return r->spec.inference == EFFECT_RANDOMISATION
               ? err_text(info, E_INPUT, "effect.treatment-within-teams", r->spec.cluster)
               : OK;
}

/*
 * Two profiles held by equally many teams: giving each the other's turns the sign of the effect,
 * so that |t| is there twice.
 */
static bool has_mirror(size_t n, const uint32_t *profile, size_t n_profiles)
{
    size_t n_first = 0;
    for (size_t i = 0; i < n; i++)
        n_first += profile[i] == profile[0];
    return n_profiles == 2 && 2 * n_first == n;
}

err teams_open(size_t n, const uint32_t *profile, size_t n_profiles, const bool *treated,
               unsigned can, arena *a, struct effect_result *r, struct err_info *info)
{
    if (!profile && r->spec.inference != EFFECT_WILD)
        return refuse(r, info);
    struct effect_teams t = {.n_teams = n,
                             .n_allocations = REAL_NAN,
                             .smallest_p = REAL_NAN,
                             .p_analytic = REAL_NAN,
                             .p_randomisation = REAL_NAN,
                             .p_wild = REAL_NAN,
                             .low = REAL_NAN,
                             .high = REAL_NAN};
    for (size_t i = 0; profile && i < n; i++)
        t.n_treated += treated[i];
    err e = count_few(&t, profile, n_profiles, a, info);
    if (e == OK)
        e = choose(&t, n_profiles, &r->spec, profile ? can : can & ~(unsigned)TEAMS_CAN_RANDOMISE,
                   info);
    if (e != OK)
        return e;
    const bool is_by_unit = str_eq(r->spec.cluster, r->spec.unit) && r->spec.unit.n > 0;
    if (is_by_unit && r->spec.inference == EFFECT_AUTO && t.few >= EFFECT_TEAMS_ENOUGH)
        return OK; /* persons on their own are no teams */
    if (profile) {
        t.n_allocations = teams_count_allocations(n, profile, n_profiles, a);
        t.smallest_p = (has_mirror(n, profile, n_profiles) ? 2 : 1) / t.n_allocations;
    } else {
        t.n_treated = r->diagnostics.n_treated_clusters;
    }
    r->teams = ARENA_NEW(r->memory, struct effect_teams, 1);
    if (!r->teams)
        return err_nomem(info);
    *r->teams = t;
    return OK;
}

bool teams_needs_draws(const struct effect_result *r)
{
    const struct effect_teams *t = r->teams;
    return t && (t->rule != EFFECT_ANALYTIC ||
                 (r->spec.inference == EFFECT_AUTO && t->few < EFFECT_TEAMS_ENOUGH));
}

/* ---- what the draws say ---- */

bool teams_are_one_each(const struct effect_teams *t)
{
    return t && t->n_teams == 2 && !isnan(t->smallest_p);
}

/* The one number that a result comes down to. */
static struct effect_estimate *main_estimate(struct effect_result *r)
{
    struct effect_estimate *none = NULL;
    for (size_t i = 0; i < r->n_estimates; i++) {
        if (r->estimates[i].aggregation == EFFECT_SIMPLE)
            return &r->estimates[i];
        if (!none && r->estimates[i].aggregation == EFFECT_NONE)
            none = &r->estimates[i];
    }
    return none;
}

static double p_of_table(const void *ctx, double effect)
{
    return teams_p(ctx, effect);
}

static double p_of_single(const void *ctx, double effect)
{
    return teams_single_p(ctx, effect);
}

/* The team whose profile no other has. */
static size_t lonely_team(const struct teams_design *d)
{
    for (size_t i = 0; i < d->n; i++) {
        size_t n_alike = 0;
        for (size_t j = 0; j < d->n; j++)
            n_alike += d->profile[j] == d->profile[i];
        if (n_alike == 1)
            return i;
    }
    return 0;
}

/* Each team in the stead of the one. */
static err place_single(const struct teams_design *d, size_t own, arena *a, struct teams_table *t,
                        struct err_info *info)
{
    uint32_t *profile = ARENA_NEW(a, uint32_t, d->n);
    t->draw = ARENA_NEW(a, struct teams_draw, d->n);
    if (!profile || !t->draw)
        return err_nomem(info);
    const uint32_t base = d->profile[own == 0 ? 1 : 0];
    t->n = d->n;
    t->is_complete = true;
    for (size_t j = 0; j < d->n; j++) {
        for (size_t i = 0; i < d->n; i++)
            profile[i] = i == j ? d->profile[own] : base;
        d->evaluate(d->evaluate_ctx, profile, 0, &t->draw[j]);
    }
    return OK;
}

/* p and interval of a test become those of the result when its rule is the one. */
static void report(struct effect_result *r, enum effect_inference rule,
                   double (*p)(const void *ctx, double effect), const void *ctx, double *value)
{
    struct effect_estimate *e = main_estimate(r);
    *value = p(ctx, 0);
    if (r->teams->rule != rule)
        return;
    const double step =
        teams_are_one_each(r->teams) ? 1 : e->standard_error; /* then none is rejected */
    teams_invert(p, ctx, e->estimate, step, r->spec.level, &r->teams->low, &r->teams->high);
    r->teams->no_low = isinf(r->teams->low);
    r->teams->no_high = isinf(r->teams->high);
    e->p = *value;
    e->ci_low = r->teams->low;
    e->ci_high = r->teams->high;
}

static err randomise(const struct teams_design *d, par *pool, const struct progress *progress,
                     arena *a, struct effect_result *r, struct err_info *info)
{
    struct teams_table t = {0};
    const size_t asked = r->spec.replications;
    const size_t most = d->most && d->most < asked ? d->most : asked;
    const bool is_single = r->teams->few == 1 && d->n_profiles == 2;
    const size_t own = is_single ? lonely_team(d) : 0;
    const err e = is_single ? place_single(d, own, a, &t, info)
                            : teams_allocate(d, most, r->spec.seed, pool, progress, a, &t, info);
    if (e != OK)
        return e;
    const struct teams_single single = {.table = &t, .size = d->size, .own = own};
    r->teams->n_tried = t.n;
    r->teams->is_drawn = !t.is_complete;
    report(r, EFFECT_RANDOMISATION, is_single ? p_of_single : p_of_table,
           is_single ? (const void *)&single : (const void *)&t, &r->teams->p_randomisation);
    return OK;
}

static err bootstrap(const struct teams_design *d, par *pool, const struct progress *progress,
                     arena *a, struct effect_result *r, struct err_info *info)
{
    struct teams_table t = {0};
    double *ones = ARENA_NEW(a, double, d->n);
    if (!ones)
        return err_nomem(info);
    for (size_t i = 0; i < d->n; i++)
        ones[i] = 1;
    d->resample(d->resample_ctx, ones, 0, &t.observed);
    const err e =
        teams_resample(d, r->spec.replications, r->spec.seed, pool, progress, a, &t, info);
    if (e != OK)
        return e;
    report(r, EFFECT_WILD, p_of_table, &t, &r->teams->p_wild);
    return OK;
}

err teams_conclude(const struct teams_design *d, par *pool, const struct progress *progress,
                   arena *a, struct effect_result *r, struct err_info *info)
{
    const struct effect_estimate *main = main_estimate(r);
    const bool has_errors = !teams_are_one_each(r->teams);
    if (!main || main->failed || (has_errors && !(main->standard_error > 0)))
        return OK; /* fitted exactly: nothing to compare */
    if (has_errors)
        r->teams->p_analytic = main->p;
    err e = OK;
    if (d->evaluate && d->profile)
        e = randomise(d, pool, progress, a, r, info);
    if (e == OK && d->resample && has_errors)
        e = bootstrap(d, pool, progress, a, r, info);
    return e;
}

void teams_forget_errors(struct effect_result *r)
{
    if (!teams_are_one_each(r->teams))
        return;
    const struct effect_estimate *main = main_estimate(r);
    for (size_t i = 0; i < r->n_estimates; i++) {
        struct effect_estimate *e = &r->estimates[i];
        e->standard_error = e->band_low = e->band_high = REAL_NAN;
        if (e != main || r->teams->rule == EFFECT_ANALYTIC)
            e->ci_low = e->ci_high = e->p = REAL_NAN;
    }
    for (size_t i = 0; i < r->n_estimates * r->n_estimates; i++)
        r->covariance[i] = REAL_NAN;
    r->diagnostics.pretest_statistic = r->diagnostics.pretest_p = REAL_NAN;
    r->diagnostics.pretest_df = 0;
    (void)effect_warn(r, "effect.one-team-each");
}

void teams_close(struct effect_result *r)
{
    const struct effect_estimate *main = main_estimate(r);
    if (!r->teams || !main)
        return;
    if (isnan(r->teams->p_analytic) && !teams_are_one_each(r->teams))
        r->teams->p_analytic = main->p;
    if (r->teams->rule == EFFECT_ANALYTIC) {
        r->teams->low = main->ci_low;
        r->teams->high = main->ci_high;
    }
}
