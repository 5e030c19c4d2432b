/* SPDX-License-Identifier: EUPL-1.2 */
/* The options of a question by name and text: one table for command line, study file and library.
 */
#include "engine/effect/effect.h"

#include "base/num.h"

#include <stddef.h>

enum kind { COLUMN, COLUMNS, CHOICE, WHOLE, COUNT, REAL, FLAG, OWN };

struct option;
typedef err setter(struct effect_spec *s, const struct option *o, const str *value, size_t n,
                   arena *a, struct err_info *info);

struct option {
    const char *name;
    enum kind kind;
    size_t offset;                      /* in struct effect_spec */
    size_t n_offset, max;               /* COLUMNS: where their number goes; how many fit */
    size_t has_offset;                  /* of a bool that tells it was given, or NO_FLAG */
    bool (*choose)(str word, void *to); /* CHOICE */
    setter *set;                        /* OWN */
};
#define NO_FLAG SIZE_MAX

/* ---- values ---- */

static void *at(struct effect_spec *s, size_t offset)
{
    return (char *)s + offset;
}

static err bad_value(const struct option *o, const char *key, str value, struct err_info *info)
{
    err_text(info, E_INPUT, key, str_of(o->name));
    msg_text(&info->msg, value);
    return E_INPUT;
}

static err too_many(const struct option *o, size_t max, struct err_info *info)
{
    err_text(info, E_LIMIT, "effect.list-limit", str_of(o->name));
    msg_int(&info->msg, (int64_t)max);
    return E_LIMIT;
}

static bool read_real(str text, double *v)
{
    text = str_trim(text);
    return num_parse_real(text, '.', v) || num_parse_real(text, ',', v);
}

/* "0.5,1,2": numbers with a decimal point. */
static err read_reals(const struct option *o, str text, double *to, size_t max, size_t *n,
                      struct err_info *info)
{
    str item;
    *n = 0;
    while (str_next(&text, ',', &item)) {
        if (*n == max)
            return too_many(o, max, info);
        if (!num_parse_real(str_trim(item), '.', &to[*n]))
            return bad_value(o, "effect.list-not-number", item, info);
        (*n)++;
    }
    return OK;
}

static err set_columns(struct effect_spec *s, const struct option *o, const str *value, size_t n,
                       struct err_info *info)
{
    str *to = at(s, o->offset);
    if (n > o->max)
        return too_many(o, o->max, info);
    for (size_t i = 0; i < n; i++)
        to[i] = value[i];
    *(size_t *)at(s, o->n_offset) = n;
    return OK;
}

static err set_number(struct effect_spec *s, const struct option *o, str text,
                      struct err_info *info)
{
    int64_t whole;
    if (o->kind == REAL)
        return read_real(text, at(s, o->offset))
                   ? OK
                   : bad_value(o, "effect.option-not-number", text, info);
    if (!num_parse_int(str_trim(text), &whole) || whole < 0 || whole > INT32_MAX)
        return bad_value(o, "effect.option-not-whole", text, info);
    if (o->kind == WHOLE)
        *(int *)at(s, o->offset) = (int)whole;
    else
        *(size_t *)at(s, o->offset) = (size_t)whole;
    return OK;
}

static err set_flag(struct effect_spec *s, const struct option *o, str text, struct err_info *info)
{
    bool *flag = at(s, o->offset);
    if (text.n && !str_eq(text, STR("true")) && !str_eq(text, STR("false")))
        return bad_value(o, "effect.option-not-flag", text, info);
    *flag = !str_eq(text, STR("false"));
    return OK;
}

/* ---- options with a form of their own ---- */

/* A method, or "auto": see effect_design_choose. */
static err set_method(struct effect_spec *s, const struct option *o, const str *value, size_t n,
                      arena *a, struct err_info *info)
{
    (void)a, (void)n;
    s->choose = str_eq(value[0], STR("auto"));
    return s->choose || effect_method_parse(value[0], &s->method)
               ? OK
               : bad_value(o, "effect.option-not-choice", value[0], info);
}

static err set_seed(struct effect_spec *s, const struct option *o, const str *value, size_t n,
                    arena *a, struct err_info *info)
{
    (void)a, (void)n;
    int64_t seed;
    if (!num_parse_int(str_trim(value[0]), &seed) || seed < 0)
        return bad_value(o, "effect.option-not-whole", value[0], info);
    s->seed = (uint64_t)seed;
    return OK;
}

/* "relative:0.5,1" or "smooth:0,0.01", or without numbers */
static err set_honest(struct effect_spec *s, const struct option *o, const str *value, size_t n,
                      arena *a, struct err_info *info)
{
    (void)a, (void)n;
    str rest = value[0], kind;
    if (!str_next(&rest, ':', &kind) || !effect_honesty_parse(kind, &s->honesty))
        return err_text(info, E_INPUT, "effect.honest-form", value[0]);
    return read_reals(o, rest, s->honest, EFFECT_HONEST_MAX, &s->n_honest, info);
}

/* "age:25,35;education:9,12" */
static err set_cuts(struct effect_spec *s, const struct option *o, const str *value, size_t n,
                    arena *a, struct err_info *info)
{
    (void)n;
    str rest = value[0], item;
    struct effect_cuts *cuts = ARENA_NEW(a, struct effect_cuts, EFFECT_COVARIATES_MAX);
    if (!cuts)
        return err_nomem(info);
    s->cuts = cuts;
    for (s->n_cuts = 0; str_next(&rest, ';', &item); s->n_cuts++) {
        if (s->n_cuts == EFFECT_COVARIATES_MAX)
            return too_many(o, EFFECT_COVARIATES_MAX, info);
        struct effect_cuts *cut = &cuts[s->n_cuts];
        double *numbers = ARENA_NEW(a, double, EFFECT_CUTS_MAX);
        if (!numbers)
            return err_nomem(info);
        if (!str_next(&item, ':', &cut->covariate) || !item.n)
            return err_text(info, E_INPUT, "effect.cut-points-form", value[0]);
        const err e = read_reals(o, item, numbers, EFFECT_CUTS_MAX, &cut->n, info);
        if (e != OK)
            return e;
        cut->covariate = str_trim(cut->covariate);
        cut->at = numbers;
    }
    return OK;
}

/* "age_group=65+": the value may hold any character, the column no equals sign. */
static err set_unaffected(struct effect_spec *s, const struct option *o, const str *value, size_t n,
                          arena *a, struct err_info *info)
{
    (void)o, (void)a, (void)n;
    s->unaffected_value = value[0];
    if (!str_next(&s->unaffected_value, '=', &s->unaffected) || !s->unaffected.n ||
        s->unaffected.n == value[0].n)
        return err_text(info, E_INPUT, "effect.unaffected-form", value[0]);
    return OK;
}

/* ---- the table ---- */

#define CHOOSER(thing)                                                                             \
    static bool choose_##thing(str word, void *to)                                                 \
    {                                                                                              \
        return effect_##thing##_parse(word, to);                                                   \
    }
CHOOSER(errors)
CHOOSER(ipw)
CHOOSER(control)
CHOOSER(base)
CHOOSER(estimator)
CHOOSER(distance)
CHOOSER(scale)
CHOOSER(weighing)
CHOOSER(inference)

/* clang-format off */
#define IN(member) offsetof(struct effect_spec, member)
#define ONE_COLUMN(name, member)     {name, COLUMN, IN(member), 0, 1, NO_FLAG, NULL, NULL}
#define COLUMN_LIST(name, member, max) \
    {name, COLUMNS, IN(member), IN(n_##member), max, NO_FLAG, NULL, NULL}
#define ONE_CHOICE(name, thing, member) \
    {name, CHOICE, IN(member), 0, 1, NO_FLAG, choose_##thing, NULL}
#define NUMBER(name, kind, member)   {name, kind, IN(member), 0, 1, NO_FLAG, NULL, NULL}
#define ONE_FLAG(name, member)       {name, FLAG, IN(member), 0, 1, NO_FLAG, NULL, NULL}
#define OWN_FORM(name, setter)       {name, OWN, 0, 0, 1, NO_FLAG, NULL, setter}

static const struct option options[] = {
    OWN_FORM("method", set_method),
    ONE_COLUMN("outcome", outcome),
    ONE_COLUMN("treatment", treatment),
    ONE_COLUMN("unit", unit),
    ONE_COLUMN("time", time),
    ONE_COLUMN("first-treated", first_treated),
    ONE_COLUMN("weights", weights),
    ONE_COLUMN("cluster", cluster),
    ONE_COLUMN("provider", provider),
    NUMBER("min-persons", COUNT, min_persons),
    COLUMN_LIST("covariates", covariates, EFFECT_COVARIATES_MAX),
    {"errors", CHOICE, IN(errors), 0, 1, IN(has_errors), choose_errors, NULL},
    ONE_FLAG("randomised", randomised),
    ONE_CHOICE("ipw", ipw, ipw),
    ONE_CHOICE("control", control, control),
    ONE_CHOICE("base", base, base),
    NUMBER("anticipation", WHOLE, anticipation),
    ONE_CHOICE("estimator", estimator, estimator),
    NUMBER("bootstrap", COUNT, bootstrap),
    NUMBER("level", REAL, level),
    {"never", REAL, IN(never), 0, 1, IN(has_never), NULL, NULL},
    ONE_FLAG("drop-failed", drop_failed),
    COLUMN_LIST("fixed-effects", fixed_effects, EFFECT_FIXED_MAX),
    ONE_FLAG("event-study", event_study),
    ONE_CHOICE("distance", distance, distance),
    NUMBER("ratio", COUNT, ratio),
    {"caliper", REAL, IN(caliper), 0, 1, IN(has_caliper), NULL, NULL},
    ONE_CHOICE("caliper-on", scale, caliper_on),
    ONE_FLAG("replace", replace),
    COLUMN_LIST("exact", exact, EFFECT_COVARIATES_MAX),
    OWN_FORM("cut-points", set_cuts),
    ONE_CHOICE("balance", weighing, weighing),
    ONE_CHOICE("inference", inference, inference),
    NUMBER("replications", COUNT, replications),
    OWN_FORM("seed", set_seed),
    OWN_FORM("honest", set_honest),
    COLUMN_LIST("subgroups", subgroups, EFFECT_LOOK_COLUMNS_MAX),
    COLUMN_LIST("explore", explore, EFFECT_LOOK_COLUMNS_MAX),
    COLUMN_LIST("placebo-outcomes", placebo_outcomes, EFFECT_LOOK_COLUMNS_MAX),
    OWN_FORM("unaffected", set_unaffected),
    ONE_FLAG("no-placebo-start", no_placebo_start),
};
/* clang-format on */

static const struct option *find_option(str name)
{
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (str_eq(name, str_of(options[i].name)))
            return &options[i];
    return NULL;
}

bool effect_option_find(str name, bool *is_list)
{
    const struct option *o = find_option(name);
    *is_list = o && o->kind == COLUMNS;
    return o != NULL;
}

static err set_one(struct effect_spec *s, const struct option *o, const str *value, size_t n,
                   arena *a, struct err_info *info)
{
    const str text = n ? value[0] : STR("");
    if (n != 1 && o->kind != COLUMNS && o->kind != FLAG)
        return err_text(info, E_INPUT, "effect.option-one-value", str_of(o->name));
    switch (o->kind) {
    case COLUMN: *(str *)at(s, o->offset) = text; return OK;
    case COLUMNS: return set_columns(s, o, value, n, info);
    case CHOICE:
        return o->choose(text, at(s, o->offset))
                   ? OK
                   : bad_value(o, "effect.option-not-choice", text, info);
    case WHOLE:
    case COUNT:
    case REAL: return set_number(s, o, text, info);
    case FLAG: return set_flag(s, o, text, info);
    case OWN: return o->set(s, o, value, n, a, info);
    }
    return OK;
}

err effect_option_set(struct effect_spec *s, str name, const str *value, size_t n, arena *a,
                      struct err_info *info)
{
    const struct option *o = find_option(name);
    if (!o)
        return err_text(info, E_INPUT, "effect.option-unknown", name);
    const err e = set_one(s, o, value, n, a, info);
    if (e == OK && o->has_offset != NO_FLAG)
        *(bool *)at(s, o->has_offset) = true;
    return e;
}
