/* SPDX-License-Identifier: EUPL-1.2 */
#include "costs_int.h"

#include "study_int.h"

#include <math.h>

/* ---- names ---- */

/* An effect that costs may name. */
struct named {
    str name;
    struct study_measured what;
};

static bool is_named(const struct named *list, size_t n, str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i].name, name))
            return true;
    return false;
}

/* Those of `measured`, and the outcomes whose own names these leave free. */
static struct named *list_names(const struct study *s, arena *a, size_t *n)
{
    const struct study_outcome *o = s->outcomes.item;
    const struct study_measured *m = s->measured.item;
    struct named *list = ARENA_NEW(a, struct named, s->outcomes.n + s->measured.n);
    *n = 0;
    if (!list)
        return NULL;
    for (size_t i = 0; i < s->measured.n; i++)
        list[(*n)++] = (struct named){m[i].name, m[i]};
    for (size_t i = 0; i < s->outcomes.n; i++)
        if (!is_named(list, s->measured.n, o[i].column))
            list[(*n)++] = (struct named){o[i].column, {.outcome = o[i].column}};
    return list;
}

/* Room for n estimates; false when memory is out. */
static bool make_estimates(arena *a, size_t n, struct scba_estimates *e, str **name, double **value,
                           double **covariance)
{
    *name = ARENA_NEW(a, str, n);
    *value = ARENA_NEW(a, double, n);
    *covariance = ARENA_NEW(a, double, n *n);
    *e = (struct scba_estimates){.n = n, .name = *name, .value = *value, .covariance = *covariance};
    return *name && *value && *covariance;
}

/* The model with every name that could be used, each standing for the number 1. */
static err read_with_stand_ins(const struct study *s, const struct named *list, size_t n, arena *a,
                               struct scba_model *m, struct errs *errors)
{
    str *name;
    double *value, *covariance;
    scba_model_init(m);
    if (!make_estimates(a, n, &m->estimates, &name, &value, &covariance))
        return err_nomem(errs_next(errors));
    for (size_t i = 0; i < n; i++) {
        name[i] = list[i].name;
        value[i] = 1;
        covariance[i * n + i] = 1;
    }
    m->seed = (uint64_t)s->seed;
    m->n_draws = (size_t)s->draws;
    return scba_read(&s->scba, s->path, a, m, errors);
}

err costs_check(const struct study *s, arena *a, struct errs *errors)
{
    struct scba_model m;
    size_t n;
    if (!s->scba.node)
        return OK;
    const struct named *list = list_names(s, a, &n);
    return list ? read_with_stand_ins(s, list, n, a, &m, errors) : err_nomem(errs_next(errors));
}

/* ---- estimates ---- */

struct costing {
    const struct study *study;
    struct released_effect *const *effect;
    size_t per_outcome;
    arena *memory;
    struct costs *costs;
    struct err_info *info;
};

/* An estimate in the result it comes from. */
struct found {
    const struct effect_result *result;
    size_t at;
    str name;
    const struct yaml_node *rows, *window; /* which rows it stands on; NULL: all */
    bool is_withheld;                      /* by the door: there is no number */
};

static size_t outcome_of(const struct study *s, str column)
{
    const struct study_outcome *o = s->outcomes.item;
    size_t i = 0;
    while (!str_eq(o[i].column, column)) /* the plan was checked: it is there */
        i++;
    return i;
}

static size_t estimator_of(const struct study *s, str name)
{
    size_t i = 0;
    while (name.n && !str_eq(study_estimator_at(s, i)->name, name)) /* likewise */
        i++;
    return i;
}

/* A key that was given must fit; one that was not stands for the average over all. */
static bool fits(const struct study_measured *m, const char *key, double wanted, double value)
{
    return m->node && yaml_get(m->node, str_of(key)) ? value == wanted : isnan(value);
}

static bool is_wanted(const struct study_measured *m, enum effect_aggregation kind,
                      const struct effect_estimate *e)
{
    if (e->aggregation != kind)
        return false;
    switch (kind) {
    case EFFECT_GROUP_TIME:
        return fits(m, "group", m->group, e->group) && fits(m, "time", m->time, e->time);
    case EFFECT_DYNAMIC: return fits(m, "event_time", m->event_time, e->event_time);
    case EFFECT_GROUP: return fits(m, "group", m->group, e->group);
    case EFFECT_CALENDAR: return fits(m, "time", m->time, e->time);
    case EFFECT_NONE:
    case EFFECT_SIMPLE: break;
    }
    return true;
}

static bool find_estimate(const struct costing *c, const struct named *named, struct found *f)
{
    const struct study_measured *m = &named->what;
    const size_t outcome = outcome_of(c->study, m->outcome);
    const size_t estimator = estimator_of(c->study, m->estimator);
    const struct effect_result *r =
        disclosure_view(c->effect[outcome * c->per_outcome + estimator]);
    if (!r)
        return false;
    const bool says = m->node && yaml_get(m->node, STR("aggregation"));
    const enum effect_aggregation over_all =
        effect_find(r, EFFECT_SIMPLE) ? EFFECT_SIMPLE : EFFECT_NONE;
    const enum effect_aggregation kind = says ? (enum effect_aggregation)m->aggregation : over_all;
    for (size_t i = 0; i < r->n_estimates; i++)
        if (is_wanted(m, kind, &r->estimates[i])) {
            *f = (struct found){r,
                                i,
                                named->name,
                                study_filter_of(c->study, estimator).node,
                                study_window_of(c->study, estimator).node,
                                disclosure_withheld(&r->estimates[i])};
            return isfinite(r->estimates[i].estimate) && isfinite(r->estimates[i].standard_error);
        }
    return false;
}

/* ---- how estimates move together ---- */

/*
 * Bootstrap draws of different results are joint when each draw gave every unit
 * the same weight in all of them: the same seed and draws over the same units.
 */
static bool have_joint_draws(const struct found *f, size_t n)
{
    const struct effect_result *first = f[0].result;
    for (size_t i = 0; i < n; i++) {
        const struct effect_result *r = f[i].result;
        if (f[i].rows != f[0].rows || f[i].window != f[0].window || !r->draws ||
            r->n_draws != first->n_draws || r->diagnostics.n_units != first->diagnostics.n_units ||
            r->diagnostics.n_clusters != first->diagnostics.n_clusters ||
            r->diagnostics.n_used != first->diagnostics.n_used)
            return false;
    }
    return true;
}

static bool have_one_result(const struct found *f, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (f[i].result != f[0].result)
            return false;
    return true;
}

static err set_draws(struct costing *c, const struct found *f, size_t n, struct scba_estimates *e)
{
    const size_t n_draws = f[0].result->n_draws;
    double *draws = ARENA_NEW(c->memory, double, n_draws *n);
    if (!draws)
        return err_nomem(c->info);
    for (size_t d = 0; d < n_draws; d++)
        for (size_t i = 0; i < n; i++)
            draws[d * n + i] = f[i].result->draws[d * f[i].result->n_estimates + f[i].at];
    e->draws = draws;
    e->n_draws = n_draws;
    return OK;
}

static err set_estimates(struct costing *c, const struct found *f, size_t n)
{
    str *name;
    double *value, *covariance;
    struct scba_estimates *e = &c->costs->model.estimates;
    if (!make_estimates(c->memory, n, e, &name, &value, &covariance))
        return err_nomem(c->info);
    for (size_t i = 0; i < n; i++) {
        const struct effect_result *r = f[i].result;
        name[i] = f[i].name;
        value[i] = r->estimates[f[i].at].estimate;
        for (size_t j = 0; j < n; j++)
            covariance[i * n + j] =
                f[j].result == r ? r->covariance[f[i].at * r->n_estimates + f[j].at] : 0;
    }
    if (n == 0)
        return OK;
    if (have_joint_draws(f, n))
        return set_draws(c, f, n, e);
    c->costs->independent = !have_one_result(f, n);
    return OK;
}

/* ---- the whole ---- */

static bool is_used(const struct scba_model *m, size_t estimate)
{
    for (size_t i = 0; i < m->n_parameters; i++)
        if (m->parameters[i].estimate == (int)estimate)
            return true;
    return false;
}

/* The estimates that the model refers to, or the name of one that is not there. */
static bool find_used(struct costing *c, const struct named *list, size_t n, struct found *f,
                      size_t *n_used)
{
    *n_used = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_used(&c->costs->model, i))
            continue;
        if (!find_estimate(c, &list[i], &f[(*n_used)++])) {
            msg_set(&c->costs->failed, f[*n_used - 1].is_withheld ? "study.estimate-withheld"
                                                                  : "study.estimate-absent");
            msg_text(&c->costs->failed, list[i].name);
            return false;
        }
    }
    return true;
}

static err first_of(const struct errs *errors, err e, struct err_info *info)
{
    *info = errors->item[0];
    return e;
}

/* First with stand-ins, to see which effects are used; then with these. */
static err read_model(struct costing *c, struct errs *errors)
{
    size_t n, n_used;
    struct scba_model *m = &c->costs->model;
    const struct named *list = list_names(c->study, c->memory, &n);
    struct found *f = list ? ARENA_NEW(c->memory, struct found, n) : NULL;
    if (!f)
        return err_nomem(c->info);
    err e = read_with_stand_ins(c->study, list, n, c->memory, m, errors);
    if (e != OK)
        return first_of(errors, e, c->info);
    if (!find_used(c, list, n, f, &n_used))
        return OK;
    scba_model_init(m);
    m->seed = (uint64_t)c->study->seed;
    m->n_draws = (size_t)c->study->draws;
    e = set_estimates(c, f, n_used);
    if (e != OK)
        return e;
    e = scba_read(&c->study->scba, c->study->path, c->memory, m, errors);
    return e == OK ? OK : first_of(errors, e, c->info);
}

err costs_compute(const struct study *s, struct released_effect *const *effect, size_t per_outcome,
                  arena *a, par *pool, const struct progress *progress, struct costs *costs,
                  struct err_info *info)
{
    struct costing c = {s, effect, per_outcome, a, costs, info};
    struct errs errors;
    *costs = (struct costs){.asked = s->scba.node != NULL};
    if (!costs->asked)
        return OK;
    err e = errs_init(&errors, a, ERRS_LIMIT, info);
    if (e == OK)
        e = read_model(&c, &errors);
    if (e == OK && !costs->failed.key)
        e = scba_run(&costs->model, pool, progress, &costs->result, info);
    return e;
}
