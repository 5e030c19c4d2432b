/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file.h"
#include "base/real.h"
#include "costs_int.h"
#include "study_int.h"

str study_text_in(const struct study_text *text, enum lang lang)
{
    const str asked = text->in[lang];
    return asked.n ? asked : text->in[lang == LANG_NL ? LANG_EN : LANG_NL];
}

/* ---- what the tables cannot say ---- */

void plan_check_window(const void *window, str file, struct errs *errors)
{
    const struct study_window *w = window;
    if (w->from > w->to)
        schema_mistake(errors, file, schema_place(w->node, "to"), "study.window-reversed");
}

struct checking {
    const struct study *study;
    str file;
    struct errs *errors;
};

static struct msg *mistake(struct checking *c, const struct yaml_node *map, const char *field,
                           const char *key)
{
    return schema_mistake(c->errors, c->file, schema_place(map, field), key);
}

/* A column that a method cannot do without. */
static void check_needs(struct checking *c, const char *field, str column,
                        const struct study_estimator *e)
{
    if (column.n)
        return;
    struct msg *m = mistake(c, c->study->columns.node, "", "study.column-needed");
    msg_text(m, str_of(field));
    msg_text(m, str_of(effect_method_name((enum effect_method)e->design.method)));
}

static void check_method(struct checking *c, const struct study_estimator *e)
{
    const struct study_columns *columns = &c->study->columns;
    if (e->design.method == EFFECT_DID) {
        check_needs(c, "unit", columns->unit, e);
        check_needs(c, "time", columns->time, e);
        check_needs(c, "first_treated", columns->first_treated, e);
    } else {
        check_needs(c, "treatment", columns->treatment, e);
    }
    if (yaml_get(e->node, STR("errors")) && e->design.errors == EFFECT_CR1)
        check_needs(c, "cluster", columns->cluster, e);
    if (yaml_get(e->node, STR("window")) && !columns->time.n)
        check_needs(c, "time", columns->time, e);
}

/* Keys that say something about another method than the one chosen would be ignored in silence. */
static void check_keys_fit(struct checking *c, const struct study_estimator *e)
{
    static const char *const of_did[] = {"control", "base", "anticipation", "estimator", "never"};
    const bool is_did = e->design.method == EFFECT_DID;
    for (size_t i = 0; i < sizeof of_did / sizeof *of_did; i++)
        if (!is_did && yaml_get(e->node, str_of(of_did[i])))
            msg_text(mistake(c, e->node, of_did[i], "study.key-of-did"), str_of(of_did[i]));
    if (is_did && yaml_get(e->node, STR("ipw")))
        mistake(c, e->node, "ipw", "study.key-not-of-did");
}

static void check_estimators(struct checking *c)
{
    const struct study_estimator *e = c->study->estimators.item;
    check_method(c, &c->study->main);
    check_keys_fit(c, &c->study->main);
    for (size_t i = 0; i < c->study->estimators.n; i++) {
        struct study_estimator one = e[i];
        if (yaml_get(one.node, STR("method")))
            check_method(c, &one);
        else
            one.design.method = c->study->main.design.method;
        check_keys_fit(c, &one);
        if (str_eq(one.name, STR("main")))
            mistake(c, one.node, "name", "study.name-main");
        for (size_t j = 0; j < i; j++)
            if (str_eq(e[j].name, one.name))
                msg_text(mistake(c, one.node, "name", "study.name-twice"), one.name);
    }
}

static void check_subgroups(struct checking *c)
{
    const struct study_subgroup *g = c->study->subgroups.item;
    for (size_t i = 0; i < c->study->subgroups.n; i++) {
        if (str_eq(g[i].name, STR("all")))
            mistake(c, g[i].node, "name", "study.name-all");
        for (size_t j = 0; j < i; j++)
            if (str_eq(g[j].name, g[i].name))
                msg_text(mistake(c, g[i].node, "name", "study.name-twice"), g[i].name);
    }
}

static void check_outcomes(struct checking *c)
{
    const struct study_outcome *o = c->study->outcomes.item;
    for (size_t i = 0; i < c->study->outcomes.n; i++)
        for (size_t j = 0; j < i; j++)
            if (str_eq(o[j].column, o[i].column))
                msg_text(mistake(c, o[i].node, "column", "study.name-twice"), o[i].column);
}

/* ---- names that costs and benefits use ---- */

/* `what` is a message key: "an outcome", "an estimator". */
static void fail_unknown(struct checking *c, const struct yaml_node *at, const char *what,
                         str typed, const str *known, size_t n)
{
    const str near = schema_nearest(typed, known, n);
    struct msg *m = schema_mistake(c->errors, c->file, at,
                                   near.n ? "study.unknown-name-near" : "study.unknown-name");
    msg_text(m, typed);
    msg_key(m, what);
    msg_text(m, near);
}

static void check_measured_outcome(struct checking *c, const struct study_measured *m)
{
    str known[STUDY_OUTCOMES_MAX];
    const struct study_outcome *o = c->study->outcomes.item;
    for (size_t i = 0; i < c->study->outcomes.n; i++) {
        known[i] = o[i].column;
        if (str_eq(known[i], m->outcome))
            return;
    }
    fail_unknown(c, schema_place(m->node, "outcome"), "study.among-outcomes", m->outcome, known,
                 c->study->outcomes.n);
}

static void check_measured_estimator(struct checking *c, const struct study_measured *m)
{
    str known[STUDY_ESTIMATORS_MAX + 1] = {STR("main")};
    for (size_t i = 0; i < study_estimators(c->study); i++) {
        if (i)
            known[i] = study_estimator_at(c->study, i)->name;
        if (!m->estimator.n || str_eq(known[i], m->estimator))
            return;
    }
    fail_unknown(c, schema_place(m->node, "estimator"), "study.among-estimators", m->estimator,
                 known, study_estimators(c->study));
}

/* Which of the three keys an aggregation can use; group-time cannot do without its two. */
static void check_measured_keys(struct checking *c, const struct study_measured *m)
{
    static const char *const keys[] = {"group", "time", "event_time"};
    const enum effect_aggregation kind = (enum effect_aggregation)m->aggregation;
    const bool uses[] = {
        kind == EFFECT_GROUP_TIME || kind == EFFECT_GROUP,
        kind == EFFECT_GROUP_TIME || kind == EFFECT_CALENDAR,
        kind == EFFECT_DYNAMIC,
    };
    for (int i = 0; i < 3; i++) {
        const bool given = yaml_get(m->node, str_of(keys[i])) != NULL;
        const bool needed = uses[i] && kind == EFFECT_GROUP_TIME;
        if (given == uses[i] || (uses[i] && !needed))
            continue;
        struct msg *msg =
            mistake(c, m->node, keys[i], given ? "study.measured-key" : "study.measured-needs");
        msg_text(msg, str_of(keys[i]));
        msg_text(msg, str_of(effect_aggregation_name(kind)));
    }
}

static void check_measured(struct checking *c)
{
    const struct study_measured *m = c->study->measured.item;
    for (size_t i = 0; i < c->study->measured.n; i++) {
        check_measured_outcome(c, &m[i]);
        check_measured_estimator(c, &m[i]);
        check_measured_keys(c, &m[i]);
    }
}

void plan_check(const void *study, str file, struct errs *errors)
{
    struct checking c = {study, file, errors};
    check_outcomes(&c);
    check_estimators(&c);
    check_subgroups(&c);
    check_measured(&c);
}

/* Last, when all else is right: what the methods themselves refuse. */
static err check_methods(const struct study *s, struct errs *errors)
{
    err worst = OK;
    for (size_t i = 0; i < study_estimators(s); i++) {
        struct effect_spec spec;
        struct err_info info;
        const struct yaml_node *at = study_estimator_at(s, i)->node;
        study_spec(s, 0, i, &spec);
        const err e = effect_spec_check(&spec, &info);
        if (e == OK)
            continue;
        const struct yaml_node *place = schema_place(at, "method");
        err_at(&info, s->path, place->line, place->column);
        *errs_next(errors) = info;
        worst = e;
    }
    return worst;
}

/* ---- reading ---- */

err plan_parse(arena *a, str text, str path, struct study *s, struct errs *errors)
{
    const struct yaml_node *root;
    struct err_info info;
    err e = yaml_parse(a, text, path, &root, &info);
    if (e != OK) {
        *errs_next(errors) = info;
        return e;
    }
    e = schema_read(&plan_map, root, path, a, s, errors);
    s->main.name = STR("main");
    s->path = path;
    s->bytes = text;
    s->hash = seal_hash_bytes(text);
    if (e != OK)
        return e;
    e = check_methods(s, errors);
    const err costs = costs_check(s, a, errors);
    return e == OK ? costs : e;
}

err study_parse(arena *a, str text, str path, struct study *s, struct errs *errors)
{
    struct study read;
    const err e = plan_parse(a, text, path, &read, errors);
    if (e == OK)
        *s = read;
    return e;
}

err study_read(arena *a, str path, struct study *s, struct errs *errors)
{
    str text;
    struct err_info info;
    const err e = file_read(a, path, YAML_BYTES_MAX, &text, &info);
    if (e != OK) {
        *errs_next(errors) = info;
        return e;
    }
    return study_parse(a, text, path, s, errors);
}

/* ---- a plan as a specification ---- */

static void copy_names(const struct schema_list *names, struct effect_spec *spec)
{
    const str *name = names->item;
    spec->n_covariates = names->n;
    for (size_t i = 0; i < names->n; i++)
        spec->covariates[i] = name[i];
}

/* Only what the design gives replaces what is there. */
static void apply_design(const struct study_estimator *e, struct effect_spec *spec)
{
    const struct study_design *d = &e->design;
    const struct yaml_node *at = e->node;
    if (yaml_get(at, STR("method"))) {
        spec->method = (enum effect_method)d->method;
        spec->has_errors = false; /* those of another method mean nothing here */
    }
    if (yaml_get(at, STR("control")))
        spec->control = (enum effect_control)d->control;
    if (yaml_get(at, STR("base")))
        spec->base = (enum effect_base)d->base;
    if (yaml_get(at, STR("anticipation")))
        spec->anticipation = (int)d->anticipation;
    if (yaml_get(at, STR("estimator")))
        spec->estimator = (enum effect_estimator)d->estimator;
    if (yaml_get(at, STR("ipw")))
        spec->ipw = (enum effect_ipw)d->ipw;
    if (yaml_get(at, STR("bootstrap")))
        spec->bootstrap = (size_t)d->bootstrap;
    if (yaml_get(at, STR("drop_failed")))
        spec->drop_failed = d->drop_failed;
    if (yaml_get(at, STR("covariates")))
        copy_names(&d->covariates, spec);
    if (yaml_get(at, STR("errors"))) {
        spec->has_errors = true;
        spec->errors = (enum effect_errors)d->errors;
    }
    if (yaml_get(at, STR("never"))) {
        spec->has_never = true;
        spec->never = d->never;
    }
}

/* The panel columns belong to a panel method; two groups without them are a cross-section. */
static void set_columns(const struct study_columns *c, struct effect_spec *spec)
{
    spec->unit = c->unit;
    spec->time = c->time;
    spec->weights = c->weights;
    spec->cluster = c->cluster;
    if (spec->method == EFFECT_DID)
        spec->first_treated = c->first_treated;
    else
        spec->treatment = c->treatment;
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

void study_spec(const struct study *s, size_t outcome, size_t estimator, struct effect_spec *spec)
{
    const struct study_outcome *outcomes = s->outcomes.item;
    effect_spec_init(spec);
    copy_names(&s->columns.covariates, spec);
    apply_design(&s->main, spec);
    if (estimator)
        apply_design(study_estimator_at(s, estimator), spec);
    set_columns(&s->columns, spec);
    spec->outcome = outcomes[outcome].column;
    spec->provider = s->disclosure.provider;
    spec->level = s->level;
    spec->seed = (uint64_t)s->seed;
}

struct disclosure_policy study_policy(const struct study *s)
{
    return (struct disclosure_policy){.min_persons = (size_t)s->disclosure.min_persons};
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
