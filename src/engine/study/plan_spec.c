/* SPDX-License-Identifier: EUPL-1.2 */
/* A plan as a question to engine/effect. */
#include "base/real.h"
#include "study_int.h"

/* ---- which keys belong to which methods ---- */

#define OF(method) (1u << EFFECT_##method)
#define OF_TWO_WAY (OF(TWFE) | OF(BACON))
#define OF_FIXED   (OF_TWO_WAY | OF(SUNAB))
#define OF_STARTS  (OF(DID) | OF_FIXED)

/* Keys that are not here go with every method. */
static const struct {
    const char *key;
    unsigned methods;
} keys[] = {
    {"control", OF(DID)},         {"base", OF(DID)},
    {"anticipation", OF(DID)},    {"estimator", OF(DID)},
    {"drop_failed", OF(DID)},     {"never", OF_STARTS},
    {"ipw", OF(WEIGHTING)},       {"fixed_effects", OF_FIXED},
    {"event_study", OF(TWFE)},    {"distance", OF(MATCHING)},
    {"ratio", OF(MATCHING)},      {"caliper", OF(MATCHING)},
    {"caliper_on", OF(MATCHING)}, {"replace", OF(MATCHING)},
    {"exact", OF(MATCHING)},      {"cut_points", OF(MATCHING)},
    {"balance", OF(BALANCING)},   {"honest", OF(DID) | OF(TWFE) | OF(SUNAB)},
    {"bootstrap", ~OF_FIXED},
};

bool plan_key_fits(str key, enum effect_method method)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (str_eq(key, str_of(keys[i].key)))
            return keys[i].methods & (1u << method);
    return true;
}

/* ---- options, from the text of the plan ---- */

/* A list is its items, anything else one text. */
static err set_option(str name, const struct yaml_node *value, arena *a, struct effect_spec *spec,
                      struct err_info *info)
{
    const size_t n = value->kind == YAML_LIST ? value->n : 1;
    str *text = ARENA_NEW(a, str, n);
    if (!text)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++)
        text[i] = value->kind == YAML_LIST ? value->item[i].text : value->text;
    return effect_option_set(spec, name, text, n, a, info);
}

/* All keys of a design that are options; those of another method than the spec's are left out. */
static err apply_design(const struct yaml_node *design, arena *a, struct effect_spec *spec,
                        struct err_info *info)
{
    err e = OK;
    for (size_t i = 0; i < design->n && e == OK; i++) {
        char name[64];
        bool is_list;
        const str key = design->key[i].text;
        if (key.n > sizeof name || !plan_key_fits(key, spec->method))
            continue;
        for (size_t j = 0; j < key.n; j++)
            name[j] = key.p[j] == '_' ? '-' : key.p[j];
        const str option = {name, key.n};
        if (effect_option_find(option, &is_list) && !str_eq(option, STR("method")))
            e = set_option(option, &design->item[i], a, spec, info);
    }
    return e;
}

static err set_columns_of(const char *option, const struct schema_list *names, arena *a,
                          struct effect_spec *spec, struct err_info *info)
{
    return effect_option_set(spec, str_of(option), names->item, names->n, a, info);
}

/* The panel columns belong to a panel method; two groups without them are a cross-section. */
static void set_roles(const struct study_columns *c, struct effect_spec *spec)
{
    const bool by_start = spec->method == EFFECT_DID || spec->method == EFFECT_SUNAB ||
                          (effect_is_two_way(spec->method) && c->first_treated.n);
    spec->unit = c->unit;
    spec->time = c->time;
    spec->weights = c->weights;
    spec->cluster = c->cluster;
    if (by_start)
        spec->first_treated = c->first_treated;
    else
        spec->treatment = c->treatment;
}

/* Other looks belong to the main estimate alone. */
static err set_looks(const struct study *s, arena *a, struct effect_spec *spec,
                     struct err_info *info)
{
    err e = set_columns_of("explore", &s->explore, a, spec, info);
    if (e == OK)
        e = set_columns_of("placebo-outcomes", &s->placebo_outcomes, a, spec, info);
    if (e == OK && s->unaffected.n)
        e = effect_option_set(spec, STR("unaffected"), &s->unaffected, 1, a, info);
    return e;
}

/* What the main design says about another method or distance means nothing for this one. */
static void drop_foreign(const struct study *s, const struct study_estimator *own,
                         struct effect_spec *spec)
{
    struct effect_spec usual;
    effect_spec_init(&usual);
    if (spec->method != (enum effect_method)s->main.design.method) {
        spec->has_errors = false;
        spec->honesty = EFFECT_TRUSTING;
        spec->n_honest = 0;
        if (spec->inference != EFFECT_ANALYTIC) /* which every method has */
            spec->inference = EFFECT_AUTO;
    }
    if (yaml_get(own->node, STR("distance")) && own->design.distance != s->main.design.distance) {
        spec->ratio = usual.ratio;
        spec->has_caliper = usual.has_caliper;
        spec->caliper_on = usual.caliper_on;
        spec->replace = usual.replace;
        spec->n_cuts = 0;
    }
}

err study_spec(const struct study *s, size_t outcome, size_t estimator, arena *a,
               struct effect_spec *spec, struct err_info *info)
{
    const struct study_outcome *outcomes = s->outcomes.item;
    const struct study_estimator *own = study_estimator_at(s, estimator);
    const bool has_method = yaml_get(own->node, STR("method")) != NULL;

    effect_spec_init(spec);
    spec->method = (enum effect_method)(has_method ? own : &s->main)->design.method;
    spec->outcome = outcomes[outcome].column;
    spec->provider = s->disclosure.provider;
    spec->min_persons = (size_t)s->disclosure.min_persons;
    spec->level = s->level;
    spec->randomised = s->randomised;
    spec->seed = (uint64_t)s->seed;
    set_roles(&s->columns, spec);
    err e = set_columns_of("covariates", &s->columns.covariates, a, spec, info);
    if (e == OK)
        e = apply_design(s->main.node, a, spec, info);
    if (estimator)
        drop_foreign(s, own, spec);
    if (e == OK && estimator)
        e = apply_design(own->node, a, spec, info);
    if (e == OK && estimator)
        spec->no_placebo_start = true;
    return e == OK && !estimator ? set_looks(s, a, spec, info) : e;
}

size_t study_estimators(const struct study *s)
{
    return 1 + s->estimators.n;
}

const struct study_estimator *study_estimator_at(const struct study *s, size_t i)
{
    const struct study_estimator *variations = s->estimators.item;
    return i ? &variations[i - 1] : &s->main;
}

/* The design that says `key` for this estimator: its own, else the main one, else NULL. */
static const struct study_design *design_with(const struct study *s, size_t estimator, str key)
{
    const struct study_estimator *e = study_estimator_at(s, estimator);
    if (yaml_get(e->node, key))
        return &e->design;
    return yaml_get(s->main.node, key) ? &s->main.design : NULL;
}

struct study_window study_window_of(const struct study *s, size_t estimator)
{
    const struct study_design *d = design_with(s, estimator, STR("window"));
    return d ? d->window : (struct study_window){.from = -REAL_INF, .to = REAL_INF};
}

struct study_filter study_filter_of(const struct study *s, size_t estimator)
{
    const struct study_design *d = design_with(s, estimator, STR("rows"));
    return d ? d->rows : (struct study_filter){0};
}
