/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/effect/effect_int.h"

#include "base/real.h"
#include "engine/effect/compress_int.h"
#include "engine/effect/honest_int.h"
#include "engine/effect/looks_int.h"
#include "engine/effect/panel_int.h"
#include "engine/effect/teams_int.h"
#include "engine/effect/twfe_int.h"

#include <stdlib.h>

/* A result is sized by its data; this bounds what a hostile request can ask for. */
#define RESULT_BYTES_MAX ((size_t)1 << 35)

/* Independent units or clusters; fewer are few. */
enum { ENOUGH = 20, ENOUGH_IN_GROUP = 8 };

void effect_spec_init(struct effect_spec *spec)
{
    *spec = (struct effect_spec){
        .method = EFFECT_DIFFERENCE,
        .ipw = EFFECT_HAJEK,
        .control = EFFECT_NEVER,
        .base = EFFECT_VARYING,
        .estimator = EFFECT_DR,
        .level = 0.95,
        .ratio = 1,
        .replications = 9999,
        .min_persons = EFFECT_PERSONS,
    };
}

struct msg *effect_warn(struct effect_result *r, const char *key)
{
    struct msg *last = &r->warnings[EFFECT_WARNINGS_MAX - 1];

    if (r->n_warnings < EFFECT_WARNINGS_MAX) {
        struct msg *m = &r->warnings[r->n_warnings++];
        msg_set(m, key);
        return m;
    }
    r->n_unsaid += r->n_unsaid == 0 ? 2 : 1; /* the one that gives way, and this one */
    msg_set(last, "effect.more-warnings");
    msg_int(last, (int64_t)r->n_unsaid);
    msg_set(&r->unsaid, key);
    return &r->unsaid;
}

static bool is_given(str name)
{
    return name.n > 0;
}

static err need(str value, const char *option, struct err_info *info)
{
    return is_given(value) ? OK : err_text(info, E_INPUT, "effect.option-missing", str_of(option));
}

static err check_numbers(const struct effect_spec *s, struct err_info *info)
{
    if (!(s->level > 0 && s->level < 1)) {
        err_set(info, E_INPUT, "effect.level-outside");
        msg_real(&info->msg, s->level, 4);
        return E_INPUT;
    }
    if (s->min_persons < EFFECT_PERSONS_LEAST || s->min_persons > EFFECT_PERSONS_MOST) {
        err_set(info, E_INPUT, "effect.min-persons-outside");
        msg_int(&info->msg, EFFECT_PERSONS_LEAST);
        msg_int(&info->msg, EFFECT_PERSONS_MOST);
        return E_INPUT;
    }
    if (s->anticipation < 0)
        return err_set(info, E_INPUT, "effect.anticipation-negative");
    if (s->bootstrap > EFFECT_BOOTSTRAP_MAX || s->n_covariates > EFFECT_COVARIATES_MAX) {
        const bool draws = s->bootstrap > EFFECT_BOOTSTRAP_MAX;
        err_set(info, E_LIMIT, draws ? "effect.bootstrap-limit" : "effect.covariates-limit");
        msg_int(&info->msg, draws ? EFFECT_BOOTSTRAP_MAX : EFFECT_COVARIATES_MAX);
        return E_LIMIT;
    }
    return OK;
}

/* Weights make two groups alike in what is known about them, once. */
static err check_balancing(const struct effect_spec *s, struct err_info *info)
{
    if (s->method != EFFECT_BALANCING)
        return s->weighing == EFFECT_ENTROPY
                   ? OK
                   : err_text(info, E_INPUT, "balancing.option-elsewhere", STR("balance"));
    if (is_given(s->unit) || is_given(s->time))
        return err_set(info, E_INPUT, "balancing.on-panel");
    if (s->ipw != EFFECT_HAJEK)
        return err_set(info, E_INPUT, "balancing.ipw");
    if (s->n_covariates == 0)
        return err_set(info, E_INPUT, "balancing.without-covariates");
    return OK;
}

/* A column that is in the analysis already cannot explain it as well. */
static err check_covariates(const struct effect_spec *s, struct err_info *info)
{
    if (s->method == EFFECT_DIFFERENCE && s->n_covariates > 0)
        return err_set(info, E_INPUT, "effect.difference-with-covariates");
    const str role[] = {s->outcome, s->treatment, s->unit, s->time, s->first_treated};
    for (size_t i = 0; i < s->n_covariates; i++) {
        if (!is_given(s->covariates[i]))
            return err_set(info, E_INPUT, "effect.covariate-empty");
        for (size_t j = 0; j < i; j++)
            if (str_eq(s->covariates[i], s->covariates[j]))
                return err_text(info, E_INPUT, "effect.covariate-twice", s->covariates[i]);
        for (size_t j = 0; j < sizeof role / sizeof *role; j++)
            if (str_eq(s->covariates[i], role[j]))
                return err_text(info, E_INPUT, "effect.covariate-has-role", s->covariates[i]);
    }
    return OK;
}

/* What has no meaning for fixed effects is refused, and they for other methods. */
static err check_fixed_effects(const struct effect_spec *s, struct err_info *info)
{
    if (s->event_study && s->method != EFFECT_TWFE)
        return err_set(info, E_INPUT, "twfe.events-of-twfe");
    if (!effect_has_fixed_effects(s->method))
        return s->n_fixed_effects == 0
                   ? OK
                   : err_text(info, E_INPUT, "twfe.option-of-twfe", STR("fixed-effects"));
    if (s->n_fixed_effects > EFFECT_FIXED_MAX) {
        err_set(info, E_LIMIT, "twfe.factors-limit");
        msg_int(&info->msg, EFFECT_FIXED_MAX);
        return E_LIMIT;
    }
    if (s->bootstrap || s->anticipation)
        return err_text(info, E_INPUT, "twfe.option-not-here",
                        s->bootstrap ? STR("bootstrap") : STR("anticipation"));
    const str role[] = {s->outcome, s->treatment, s->unit, s->time, s->first_treated, s->weights};
    for (size_t i = 0; i < s->n_fixed_effects; i++) {
        bool has_role = !is_given(s->fixed_effects[i]);
        for (size_t j = 0; j < sizeof role / sizeof *role; j++)
            has_role |= str_eq(s->fixed_effects[i], role[j]);
        for (size_t j = 0; j < i; j++)
            has_role |= str_eq(s->fixed_effects[i], s->fixed_effects[j]);
        for (size_t j = 0; j < s->n_covariates; j++)
            has_role |= str_eq(s->fixed_effects[i], s->covariates[j]);
        if (has_role)
            return err_text(info, E_INPUT, "twfe.factor-has-role", s->fixed_effects[i]);
    }
    return OK;
}

/* Methods that exist for panels only. */
static bool is_for_panels(enum effect_method m)
{
    return m == EFFECT_DID || effect_has_fixed_effects(m);
}

static err check_columns(const struct effect_spec *s, struct err_info *info)
{
    err e = need(s->outcome, "outcome", info);
    if (e == OK && (is_for_panels(s->method) || is_given(s->unit) || is_given(s->time))) {
        e = need(s->unit, "unit", info);
        if (e == OK)
            e = need(s->time, "time", info);
        if (e == OK && !is_given(s->treatment)) /* which may switch on instead */
            e = need(s->first_treated, "first-treated", info);
    } else if (e == OK) {
        e = need(s->treatment, "treatment", info);
    }
    if (e == OK && is_given(s->treatment) && str_eq(s->treatment, s->outcome))
        e = err_text(info, E_INPUT, "effect.outcome-is-treatment", s->outcome);
    if (e == OK)
        e = check_fixed_effects(s, info);
    return e == OK ? check_covariates(s, info) : e;
}

/* Fixed effects: by cluster, which is the unit when no other is named, or by row. */
static err settle_fixed_errors(struct effect_spec *s, struct err_info *info)
{
    if (!s->has_errors)
        s->errors = EFFECT_CR1;
    const bool by_cluster =
        s->errors == EFFECT_CR1 || s->errors == EFFECT_CR2 || s->errors == EFFECT_CR3;
    const str name = str_of(effect_errors_name(s->errors));
    if (!by_cluster && s->errors != EFFECT_HC1)
        return err_text(info, E_INPUT, "twfe.errors-not-here", name);
    if (!by_cluster && is_given(s->cluster))
        return err_text(info, E_INPUT, "effect.errors-and-cluster", name);
    if (by_cluster && !is_given(s->cluster))
        s->cluster = s->unit;
    s->has_errors = true;
    return OK;
}

/* Which errors belong to which method; fills in the usual ones. */
static err settle_errors(struct effect_spec *s, struct err_info *info)
{
    const bool least_squares =
        !is_given(s->unit) && (s->method == EFFECT_DIFFERENCE || s->method == EFFECT_REGRESSION);

    if (effect_has_fixed_effects(s->method))
        return settle_fixed_errors(s, info);
    const bool by_cluster =
        s->errors == EFFECT_CR1 || s->errors == EFFECT_CR2 || s->errors == EFFECT_CR3;
    if (is_given(s->cluster)) {
        if (s->has_errors && (!by_cluster || (s->errors != EFFECT_CR1 && !least_squares)))
            return err_text(info, E_INPUT, "effect.errors-and-cluster",
                            str_of(effect_errors_name(s->errors)));
        if (s->has_errors && s->errors != EFFECT_CR1 && s->bootstrap)
            return err_text(info, E_INPUT, "effect.errors-and-bootstrap",
                            str_of(effect_errors_name(s->errors)));
        if (!s->has_errors)
            s->errors = EFFECT_CR1;
        s->has_errors = true;
        return OK;
    }
    if (s->has_errors && by_cluster)
        return err_text(info, E_INPUT, "effect.option-missing", STR("cluster"));
    if (s->has_errors && !least_squares)
        return err_text(info, E_INPUT, "effect.errors-of-least-squares",
                        str_of(effect_errors_name(s->errors)));
    if (s->has_errors && s->bootstrap)
        return err_text(info, E_INPUT, "effect.errors-and-bootstrap",
                        str_of(effect_errors_name(s->errors)));
    if (!s->has_errors)
        s->errors = EFFECT_CLASSICAL;
    s->has_errors = least_squares && !s->bootstrap;
    return OK;
}

/* Inference over teams needs teams; the bootstrap needs one regression. */
static err check_inference(const struct effect_spec *s, struct err_info *info)
{
    const bool is_regression =
        effect_has_fixed_effects(s->method) ||
        (!is_given(s->unit) && (s->method == EFFECT_DIFFERENCE || s->method == EFFECT_REGRESSION));
    if (s->replications < EFFECT_REPLICATIONS_MIN || s->replications > EFFECT_REPLICATIONS_MAX) {
        err_set(info, E_LIMIT, "effect.replications-limit");
        msg_int(&info->msg, EFFECT_REPLICATIONS_MIN);
        msg_int(&info->msg, EFFECT_REPLICATIONS_MAX);
        return E_LIMIT;
    }
    if (s->inference == EFFECT_AUTO || s->inference == EFFECT_ANALYTIC)
        return OK;
    if (s->inference == EFFECT_WILD && !is_regression)
        return err_text(info, E_INPUT, "effect.inference-of-methods",
                        str_of(effect_inference_name(s->inference)));
    return is_given(s->cluster) ? OK
                                : err_text(info, E_INPUT, "effect.option-missing", STR("cluster"));
}

static err settle(struct effect_spec *s, struct err_info *info)
{
    err e = check_numbers(s, info);
    if (e == OK)
        e = effect_matching_check(s, info);
    if (e == OK)
        e = check_balancing(s, info);
    if (e == OK)
        e = check_columns(s, info);
    if (e == OK)
        e = effect_scope_check(s, info);
    if (e == OK)
        e = looks_check(s, info);
    if (e == OK)
        e = effect_honest_check(s, info);
    if (e == OK)
        e = settle_errors(s, info);
    return e == OK ? check_inference(s, info) : e;
}

/* The rule chooses the controls as well. */
static err check_choice(const struct effect_spec *s, struct err_info *info)
{
    return s->control == EFFECT_NEVER ? need(s->outcome, "outcome", info)
                                      : err_set(info, E_INPUT, "effect.control-with-auto");
}

err effect_spec_check(const struct effect_spec *spec, struct err_info *info)
{
    struct effect_spec scratch = *spec;
    if (spec->choose) /* only the data tell which method it will be */
        return check_choice(spec, info);
    return settle(&scratch, info);
}

static bool copy_list(arena *a, str *name, size_t n)
{
    bool complete = true;
    for (size_t i = 0; i < n; i++) {
        name[i] = arena_str(a, name[i]);
        complete = complete && name[i].p;
    }
    return complete;
}

static bool copy_cuts(arena *a, struct effect_spec *s)
{
    struct effect_cuts *cuts = ARENA_NEW(a, struct effect_cuts, s->n_cuts);
    bool complete = cuts != NULL;
    for (size_t i = 0; complete && i < s->n_cuts; i++) {
        double *at = ARENA_NEW(a, double, s->cuts[i].n);
        cuts[i] = (struct effect_cuts){arena_str(a, s->cuts[i].covariate), at, s->cuts[i].n};
        complete = at && cuts[i].covariate.p;
        for (size_t j = 0; complete && j < cuts[i].n; j++)
            at[j] = s->cuts[i].at[j];
    }
    s->cuts = cuts;
    return complete;
}

static err copy_names(struct effect_spec *s, arena *a, struct err_info *info)
{
    str *const name[] = {&s->outcome,          &s->treatment, &s->unit,    &s->time,
                         &s->first_treated,    &s->weights,   &s->cluster, &s->unaffected,
                         &s->unaffected_value, &s->provider,  &s->scratch};
    bool complete = true;

    for (size_t i = 0; i < sizeof name / sizeof *name; i++)
        complete = copy_list(a, name[i], 1) && complete;
    complete = copy_list(a, s->covariates, s->n_covariates) && complete;
    complete = copy_list(a, s->fixed_effects, s->n_fixed_effects) && complete;
    complete = copy_list(a, s->exact, s->n_exact) && complete;
    complete = copy_list(a, s->subgroups, s->n_subgroups) && complete;
    complete = copy_list(a, s->explore, s->n_explore) && complete;
    complete = copy_list(a, s->placebo_outcomes, s->n_placebo_outcomes) && complete;
    complete = copy_cuts(a, s) && complete;
    return complete ? OK : err_nomem(info);
}

static err result_new(const struct effect_spec *spec, struct effect_result **result,
                      struct err_info *info)
{
    struct effect_result *r = calloc(1, sizeof *r);
    if (!r)
        return err_nomem(info);
    r->spec = *spec;
    r->diagnostics.propensity_sum_treated = REAL_NAN;
    r->diagnostics.mean_treated = r->diagnostics.mean_control = REAL_NAN;
    r->diagnostics.pretest_statistic = r->diagnostics.pretest_p = REAL_NAN;
    r->memory = arena_new(RESULT_BYTES_MAX);
    const err e = r->memory ? copy_names(&r->spec, r->memory, info) : err_nomem(info);
    if (e != OK) {
        effect_result_free(r);
        return e;
    }
    *result = r;
    return OK;
}

void effect_result_free(struct effect_result *r)
{
    if (!r)
        return;
    arena_free(r->memory);
    free(r);
}

static double *nan_array(arena *a, size_t n)
{
    double *v = ARENA_NEW(a, double, n);
    for (size_t i = 0; v && i < n; i++)
        v[i] = REAL_NAN;
    return v;
}

err effect_result_reserve(struct effect_result *r, size_t n_estimates, size_t n_draws,
                          struct err_info *info)
{
    size_t squares, draws;
    if (__builtin_mul_overflow(n_estimates, n_estimates, &squares) ||
        __builtin_mul_overflow(n_estimates, n_draws, &draws))
        return err_nomem(info);
    r->estimates = ARENA_NEW(r->memory, struct effect_estimate, n_estimates);
    r->covariance = nan_array(r->memory, squares);
    r->draws = n_draws ? nan_array(r->memory, draws) : NULL;
    if (!r->estimates || !r->covariance || (n_draws && !r->draws))
        return err_nomem(info);
    r->n_estimates = n_estimates;
    r->n_draws = n_draws;
    for (size_t i = 0; i < n_estimates; i++) {
        struct effect_estimate *e = &r->estimates[i];
        e->group = e->time = e->event_time = e->estimate = e->standard_error = REAL_NAN;
        e->ci_low = e->ci_high = e->band_low = e->band_high = e->p = REAL_NAN;
    }
    return OK;
}

bool effect_is_few(size_t n, size_t n_treated, size_t n_control)
{
    return n < ENOUGH || n_treated < ENOUGH_IN_GROUP || n_control < ENOUGH_IN_GROUP;
}

/* Clustered errors lean on many clusters in both groups; what was done when there are few. */
static void warn_few_clusters(struct effect_result *r)
{
    const struct effect_diagnostics *d = &r->diagnostics;
    const bool is_settled = r->teams && r->teams->rule != EFFECT_ANALYTIC;
    const size_t treated = r->teams ? r->teams->few : d->n_treated_clusters;
    const size_t control = r->teams ? r->teams->few : d->n_control_clusters;
    if (d->n_clusters == 0 || teams_are_one_each(r->teams) ||
        !effect_is_few(d->n_clusters, treated, control))
        return;
    struct msg *m =
        effect_warn(r, is_settled ? "effect.few-clusters-settled" : "effect.few-clusters");
    msg_int(m, (int64_t)d->n_clusters);
    msg_int(m, (int64_t)d->n_treated_clusters);
    msg_int(m, (int64_t)d->n_control_clusters);
}

/* The panel half has found the column before; when it is not there, nothing was computed. */
static bool has_dates(const table *t, const struct effect_spec *s)
{
    const struct table_column *c;
    struct err_info info;
    return is_given(s->time) && table_find(t, s->time, &c, &info) == OK && c->type == TABLE_DATE;
}

/* Two groups tell it themselves, where rounding can be told from chance: cross.c. */
static void warn_exact_fit(struct effect_result *r)
{
    const struct effect_estimate *e = effect_overall(r);
    if (r->spec.unit.n > 0 && e && !e->failed && e->standard_error == 0)
        msg_text(effect_warn(r, "effect.exact-fit"), r->spec.outcome);
}

/* What the estimates are worth, wherever they came from. */
static err judge(struct effect_result *r, struct err_info *info)
{
    teams_forget_errors(r);
    err e = effect_honest_run(r, info);
    if (e == OK)
        e = effect_design_tell(r, info);
    if (e != OK)
        return e;
    teams_close(r);
    warn_exact_fit(r);
    warn_few_clusters(r);
    return OK;
}

/* The main effect, by its method; rows are left out of fixed effects only. */
static err run_method(const table *t, const uint8_t *keep, par *pool,
                      const struct progress *progress, struct effect_result *r,
                      struct err_info *info)
{
    if (effect_has_fixed_effects(r->spec.method))
        return effect_twfe_run(t, keep, pool, progress, r, info);
    return is_given(r->spec.unit) ? effect_panel_run(t, &r->spec, pool, progress, r, info)
                                  : effect_cross_run(t, pool, progress, r, info);
}

/* All of a question whose spec is settled. */
static err run_settled(const table *t, const uint8_t *keep, par *pool,
                       const struct progress *progress, struct effect_result *r,
                       struct err_info *info)
{
    struct looks *looks;
    arena *a = arena_new(SIZE_MAX);
    err e = a ? looks_plan(t, r, a, &looks, info) : err_nomem(info);
    if (e == OK)
        e = run_method(t, keep, pool, progress, r, info);
    if (e == OK && is_given(r->spec.provider))
        e = effect_providers_run(t, keep, r, info);
    if (e == OK)
        e = judge(r, info);
    if (e == OK) {
        r->has_dates = has_dates(t, &r->spec);
        e = looks_run(looks, t, pool, progress, r, info);
    }
    arena_free(a);
    return e;
}

err effect_run_part(const table *t, const uint8_t *keep, const struct effect_spec *spec, par *pool,
                    const struct progress *progress, struct effect_result **result,
                    struct err_info *info)
{
    struct effect_spec settled = *spec;
    struct effect_result *r = NULL;
    table *part = NULL;

    err e = spec->choose ? check_choice(spec, info) : OK;
    if (e == OK && spec->choose)
        e = effect_design_choose(t, &settled, info);
    if (e == OK)
        e = settle(&settled, info);
    if (e == OK && keep && !effect_has_fixed_effects(settled.method))
        e = table_select(t, keep, &part, info);
    if (e == OK)
        e = result_new(&settled, &r, info);
    if (e == OK)
        e = run_settled(part ? part : t, part ? NULL : keep, pool, progress, r, info);
    table_free(part);
    if (e == OK)
        *result = r;
    else
        effect_result_free(r);
    return e;
}

err effect_run(const table *t, const struct effect_spec *spec, par *pool,
               const struct progress *progress, struct effect_result **result,
               struct err_info *info)
{
    return effect_run_part(t, NULL, spec, pool, progress, result, info);
}

const struct effect_estimate *effect_overall(const struct effect_result *r)
{
    const struct effect_estimate *simple = effect_find(r, EFFECT_SIMPLE);
    return simple ? simple : effect_find(r, EFFECT_NONE);
}

err effect_run_compressed(const compressed *c, const struct effect_spec *spec, par *pool,
                          const struct progress *progress, struct effect_result **result,
                          struct err_info *info)
{
    struct effect_spec settled = *spec;
    struct effect_result *r = NULL;

    err e = compressed_settle(c, &settled, info);
    if (e == OK)
        e = settle(&settled, info);
    if (e == OK)
        e = result_new(&settled, &r, info);
    if (e == OK)
        e = compressed_estimate(c, pool, progress, r, info);
    if (e == OK)
        e = judge(r, info);
    if (e != OK) {
        effect_result_free(r);
        return e;
    }
    r->has_dates = c->has_dates;
    *result = r;
    return OK;
}

const struct effect_estimate *effect_find(const struct effect_result *r,
                                          enum effect_aggregation aggregation)
{
    for (size_t i = 0; i < r->n_estimates; i++)
        if (r->estimates[i].aggregation == aggregation)
            return &r->estimates[i];
    return NULL;
}
