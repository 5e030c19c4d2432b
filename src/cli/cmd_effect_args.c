/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/cmd_effect_int.h"

#include "base/num.h"

static void read_names(const struct cli *c, struct effect_spec *s)
{
    const struct {
        const char *option;
        str *name;
    } names[] = {
        {"outcome", &s->outcome}, {"treatment", &s->treatment},
        {"unit", &s->unit},       {"time", &s->time},
        {"weights", &s->weights}, {"first-treated", &s->first_treated},
        {"cluster", &s->cluster}, {"provider", &s->provider},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        *names[i].name = cli_text(c, names[i].option);
}

/* The frame has checked every choice against its list; what was not given keeps its default. */
static void read_choices(const struct cli *c, struct effect_spec *s)
{
    s->has_errors = effect_errors_parse(cli_text(c, "errors"), &s->errors);
    (void)effect_method_parse(cli_text(c, "method"), &s->method);
    (void)effect_ipw_parse(cli_text(c, "ipw"), &s->ipw);
    (void)effect_control_parse(cli_text(c, "control"), &s->control);
    (void)effect_base_parse(cli_text(c, "base"), &s->base);
    (void)effect_estimator_parse(cli_text(c, "estimator"), &s->estimator);
    (void)effect_distance_parse(cli_text(c, "distance"), &s->distance);
    (void)effect_scale_parse(cli_text(c, "caliper-on"), &s->caliper_on);
    (void)effect_weighing_parse(cli_text(c, "balance"), &s->weighing);
    (void)effect_inference_parse(cli_text(c, "inference"), &s->inference);
}

static void read_numbers(const struct cli *c, struct effect_spec *s)
{
    s->anticipation = (int)cli_int(c, "anticipation", s->anticipation);
    s->bootstrap = (size_t)cli_int(c, "bootstrap", (int64_t)s->bootstrap);
    s->level = cli_real(c, "level", s->level);
    s->has_never = cli_given(c, "never");
    s->never = cli_real(c, "never", s->never);
    s->drop_failed = cli_given(c, "drop-failed");
    s->seed = c->seed;
    s->ratio = (size_t)cli_int(c, "ratio", (int64_t)s->ratio);
    s->has_caliper = cli_given(c, "caliper");
    s->caliper = cli_real(c, "caliper", s->caliper);
    s->replace = cli_given(c, "replace");
    s->event_study = cli_given(c, "event-study");
    s->replications = (size_t)cli_int(c, "replications", (int64_t)s->replications);
    s->no_placebo_start = cli_given(c, "no-placebo-start");
}

/* More columns than fit are refused; effect_spec_check looks at which they are. */
static err read_list(struct cli *c, const char *option, str *to, size_t max, size_t *n,
                     struct err_info *info)
{
    str *items;
    const err e = cli_list(c, option, &items, n, info);
    if (e != OK)
        return e;
    if (*n > max) {
        err_text(info, E_LIMIT, "effect.list-limit", str_of(option));
        msg_int(&info->msg, (int64_t)max);
        return E_LIMIT;
    }
    for (size_t i = 0; i < *n; i++)
        to[i] = items[i];
    return OK;
}

static err read_lists(struct cli *c, struct effect_spec *s, struct err_info *info)
{
    const struct {
        const char *option;
        str *to;
        size_t max, *n;
    } lists[] = {
        {"covariates", s->covariates, EFFECT_COVARIATES_MAX, &s->n_covariates},
        {"fixed-effects", s->fixed_effects, EFFECT_FIXED_MAX, &s->n_fixed_effects},
        {"exact", s->exact, EFFECT_COVARIATES_MAX, &s->n_exact},
        {"subgroups", s->subgroups, EFFECT_LOOK_COLUMNS_MAX, &s->n_subgroups},
        {"explore", s->explore, EFFECT_LOOK_COLUMNS_MAX, &s->n_explore},
        {"placebo-outcomes", s->placebo_outcomes, EFFECT_LOOK_COLUMNS_MAX, &s->n_placebo_outcomes},
    };
    err e = OK;
    for (size_t i = 0; i < sizeof lists / sizeof *lists && e == OK; i++)
        e = read_list(c, lists[i].option, lists[i].to, lists[i].max, lists[i].n, info);
    return e;
}

static err read_numbers_of(str text, const char *option, double *to, size_t max, size_t *n,
                           struct err_info *info)
{
    str item;
    *n = 0;
    while (str_next(&text, ',', &item)) {
        if (*n == max) {
            err_text(info, E_LIMIT, "effect.list-limit", str_of(option));
            msg_int(&info->msg, (int64_t)max);
            return E_LIMIT;
        }
        if (!num_parse_real(str_trim(item), '.', &to[*n])) {
            err_text(info, E_INPUT, "effect.list-not-number", str_of(option));
            msg_text(&info->msg, item);
            return E_INPUT;
        }
        (*n)++;
    }
    return OK;
}

/* "relative:0.5,1" or "smooth:0,0.01" */
static err read_honest(const struct cli *c, struct effect_spec *s, struct err_info *info)
{
    str rest = cli_text(c, "honest"), kind;
    if (!cli_given(c, "honest"))
        return OK;
    if (!str_next(&rest, ':', &kind) || !effect_honesty_parse(kind, &s->honesty))
        return err_text(info, E_INPUT, "effect.honest-form", cli_text(c, "honest"));
    return read_numbers_of(rest, "honest", s->honest, EFFECT_HONEST_MAX, &s->n_honest, info);
}

/* "age:25,35;education:9,12" */
static err read_cuts(struct cli *c, struct effect_spec *s, struct err_info *info)
{
    str rest = cli_text(c, "cut-points"), item;
    if (!cli_given(c, "cut-points"))
        return OK;
    struct effect_cuts *cuts = ARENA_NEW(c->memory, struct effect_cuts, EFFECT_COVARIATES_MAX);
    if (!cuts)
        return err_nomem(info);
    s->cuts = cuts;
    while (str_next(&rest, ';', &item)) {
        struct effect_cuts *cut = &cuts[s->n_cuts];
        double *at = ARENA_NEW(c->memory, double, EFFECT_CUTS_MAX);
        if (!at)
            return err_nomem(info);
        if (++s->n_cuts > EFFECT_COVARIATES_MAX || !str_next(&item, ':', &cut->covariate))
            return err_text(info, E_INPUT, "effect.cut-points-form", cli_text(c, "cut-points"));
        const err e = read_numbers_of(item, "cut-points", at, EFFECT_CUTS_MAX, &cut->n, info);
        if (e != OK)
            return e;
        cut->covariate = str_trim(cut->covariate);
        cut->at = at;
    }
    return OK;
}

/* "age_group=65+": the value may hold any character, the column no equals sign. */
static err read_unaffected(const struct cli *c, struct effect_spec *s, struct err_info *info)
{
    const str text = cli_text(c, "unaffected");
    s->unaffected_value = text;
    if (!cli_given(c, "unaffected"))
        return OK;
    if (!str_next(&s->unaffected_value, '=', &s->unaffected) || !s->unaffected.n ||
        s->unaffected.n == text.n)
        return err_text(info, E_INPUT, "effect.unaffected-form", text);
    return OK;
}

err effect_args_read(struct cli *c, struct effect_spec *s, struct err_info *info)
{
    effect_spec_init(s);
    read_names(c, s);
    read_choices(c, s);
    read_numbers(c, s);
    err e = read_lists(c, s, info);
    if (e == OK)
        e = read_honest(c, s, info);
    if (e == OK)
        e = read_cuts(c, s, info);
    if (e == OK)
        e = read_unaffected(c, s, info);
    return e == OK ? effect_spec_check(s, info) : e;
}
