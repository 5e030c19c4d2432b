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
    const enum effect_method method = (enum effect_method)e->design.method;
    if (method == EFFECT_DID || effect_has_fixed_effects(method)) {
        check_needs(c, "unit", columns->unit, e);
        check_needs(c, "time", columns->time, e);
    }
    if (method == EFFECT_DID || method == EFFECT_SUNAB)
        check_needs(c, "first_treated", columns->first_treated, e);
    else if (!effect_is_two_way(method) || !columns->first_treated.n)
        check_needs(c, "treatment", columns->treatment, e);
    if (yaml_get(e->node, STR("errors")) && e->design.errors >= EFFECT_CR1 &&
        !effect_has_fixed_effects(method)) /* which else count each unit as a cluster */
        check_needs(c, "cluster", columns->cluster, e);
    if (yaml_get(e->node, STR("window")) && !columns->time.n)
        check_needs(c, "time", columns->time, e);
}

/* Keys that say something about another method than the one chosen would be ignored in silence. */
static void check_keys_fit(struct checking *c, const struct study_estimator *e)
{
    const enum effect_method method = (enum effect_method)e->design.method;
    for (size_t i = 0; i < e->node->n; i++) {
        const str key = e->node->key[i].text;
        if (plan_key_fits(key, method))
            continue;
        struct msg *m = mistake(c, e->node, key.p, "study.key-of-other-method");
        msg_text(m, key);
        msg_text(m, str_of(effect_method_name(method)));
    }
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
static err check_methods(const struct study *s, arena *a, struct errs *errors)
{
    err worst = OK;
    for (size_t i = 0; i < study_estimators(s); i++) {
        struct effect_spec spec;
        struct err_info info;
        const struct yaml_node *at = study_estimator_at(s, i)->node;
        err e = study_spec(s, 0, i, a, &spec, &info);
        if (e == OK)
            e = effect_spec_check(&spec, &info);
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
    e = check_methods(s, a, errors);
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
