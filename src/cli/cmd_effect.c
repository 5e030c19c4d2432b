/* SPDX-License-Identifier: EUPL-1.2 */
/* ontschot effect: one estimation from one data file. */
#include "cli/cli_int.h"
#include "engine/report/report.h"

static void read_names(const struct cli *c, struct effect_spec *s)
{
    const struct {
        const char *option;
        str *name;
    } names[] = {
        {"outcome", &s->outcome}, {"treatment", &s->treatment},
        {"unit", &s->unit},       {"time", &s->time},
        {"weights", &s->weights}, {"first-treated", &s->first_treated},
        {"cluster", &s->cluster},
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
}

static err read_covariates(struct cli *c, struct effect_spec *s, struct err_info *info)
{
    str *items;
    const err e = cli_list(c, "covariates", &items, &s->n_covariates, info);
    if (e != OK)
        return e;
    if (s->n_covariates > EFFECT_COVARIATES_MAX) {
        err_set(info, E_LIMIT, "effect.covariates-limit");
        msg_int(&info->msg, EFFECT_COVARIATES_MAX);
        return E_LIMIT;
    }
    for (size_t i = 0; i < s->n_covariates; i++)
        s->covariates[i] = items[i];
    return OK;
}

static err read_fixed_effects(struct cli *c, struct effect_spec *s, struct err_info *info)
{
    str *items;
    const err e = cli_list(c, "fixed-effects", &items, &s->n_fixed_effects, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < s->n_fixed_effects && i < EFFECT_FIXED_MAX; i++)
        s->fixed_effects[i] = items[i]; /* effect_spec_check refuses more */
    return OK;
}

/* The question, from the command line alone. */
static err read_spec(struct cli *c, struct effect_spec *s, struct err_info *info)
{
    effect_spec_init(s);
    read_names(c, s);
    read_choices(c, s);
    read_numbers(c, s);
    err e = read_covariates(c, s, info);
    if (e == OK)
        e = read_fixed_effects(c, s, info);
    return e == OK ? effect_spec_check(s, info) : e;
}

static err estimate(struct cli *c, const struct effect_spec *spec, struct effect_result **result,
                    struct err_info *info)
{
    table *t;
    err e = table_open(cli_text(c, "data"), NULL, c->pool, c->progress, &t, info);
    if (e != OK)
        return e;
    e = effect_run(t, spec, c->pool, c->progress, result, info);
    table_free(t);
    return e;
}

static err print(const struct cli *c, const struct effect_result *r, out *o, struct err_info *info)
{
    switch (c->format) {
    case CLI_FORMAT_JSON: return report_effect_json(o, r, info);
    case CLI_FORMAT_CSV: return report_effect_csv(o, r, info);
    case CLI_FORMAT_XLSX: return report_effect_xlsx(o, r, info);
    case CLI_FORMAT_TEXT: break;
    }
    return report_effect_text(o, c->lang, r, info);
}

static int run(struct cli *c)
{
    struct effect_spec spec;
    struct effect_result *r;
    struct err_info info;
    out text;

    if (read_spec(c, &spec, &info) != OK)
        return cli_usage(c, &info.msg);
    if (estimate(c, &spec, &r, &info) != OK)
        return cli_fail(c, &info);
    for (size_t i = 0; i < r->n_warnings; i++)
        cli_warn(c, &r->warnings[i]);
    out_init(&text, REPORT_BYTES_MAX);
    const int code = print(c, r, &text, &info) == OK ? cli_deliver(c, &text) : cli_fail(c, &info);
    out_free(&text);
    effect_result_free(r);
    return code;
}

#define COLUMN(name, help)                                                                         \
    {                                                                                              \
        name, CLI_TEXT, false, "cli.value-column", help, NULL, 0, 0                                \
    }
#define CHOICE(name, help, choices)                                                                \
    {                                                                                              \
        name, CLI_CHOICE, false, "cli.value-choice", help, choices, 0, 0                           \
    }

static const struct cli_option options[] = {
    {"data", CLI_TEXT, true, "cli.value-file", "effect.option-data", NULL, 0, 0},
    {"method", CLI_CHOICE, true, "cli.value-choice", "effect.option-method",
     "difference|regression|weighting|doubly-robust|did|twfe|bacon|sunab|matching", 0, 0},
    {"outcome", CLI_TEXT, true, "cli.value-column", "effect.option-outcome", NULL, 0, 0},
    COLUMN("treatment", "effect.option-treatment"),
    COLUMN("unit", "effect.option-unit"),
    COLUMN("time", "effect.option-time"),
    COLUMN("first-treated", "effect.option-first-treated"),
    {"covariates", CLI_LIST, false, "cli.value-columns", "effect.option-covariates", NULL, 0, 0},
    COLUMN("weights", "effect.option-weights"),
    COLUMN("cluster", "effect.option-cluster"),
    CHOICE("errors", "effect.option-errors", "classical|hc1|hc2|hc3|cluster"),
    CHOICE("ipw", "effect.option-ipw", "hajek|ht"),
    CHOICE("control", "effect.option-control", "never|not-yet"),
    CHOICE("base", "effect.option-base", "varying|universal"),
    {"anticipation", CLI_INT, false, "cli.value-number", "effect.option-anticipation", NULL, 0,
     1000},
    CHOICE("estimator", "effect.option-estimator", "dr|dr-traditional|ipw|reg"),
    {"bootstrap", CLI_INT, false, "cli.value-number", "effect.option-bootstrap", NULL, 0,
     EFFECT_BOOTSTRAP_MAX},
    {"level", CLI_REAL, false, "cli.value-number", "effect.option-level", NULL, 0, 0},
    {"never", CLI_REAL, false, "cli.value-number", "effect.option-never", NULL, 0, 0},
    {"drop-failed", CLI_FLAG, false, NULL, "effect.option-drop-failed", NULL, 0, 0},
    {"fixed-effects", CLI_LIST, false, "cli.value-columns", "effect.option-fixed-effects", NULL, 0,
     0},
    CHOICE("distance", "effect.option-distance", "propensity"),
    {"ratio", CLI_INT, false, "cli.value-number", "effect.option-ratio", NULL, 1, EFFECT_RATIO_MAX},
    {"caliper", CLI_REAL, false, "cli.value-number", "effect.option-caliper", NULL, 0, 0},
    CHOICE("caliper-on", "effect.option-caliper-on", "score|logit"),
    {"replace", CLI_FLAG, false, NULL, "effect.option-replace", NULL, 0, 0},
    {0},
};

static const struct cli_example examples[] = {
    {"ontschot effect --data nsw.csv --method difference --outcome re78 --treatment treat",
     "effect.example-difference"},
    {"ontschot effect --data lalonde.tab --method doubly-robust --outcome re78 --treatment treat "
     "--covariates age,educ,race,re74,re75 --format json",
     "effect.example-robust"},
    {"ontschot effect --data maanden.csv --method did --outcome kosten --unit huishouden --time "
     "maand --first-treated start --cluster team --bootstrap 1000",
     "effect.example-did"},
    {"ontschot effect --data lalonde.tab --method matching --outcome re78 --treatment treat "
     "--covariates age,educ,race,re74,re75 --caliper 0.2 --caliper-on logit",
     "effect.example-matching"},
    {0},
};

const struct cli_command cmd_effect = {
    .name = "effect",
    .summary = "effect.summary",
    .help = "effect.help",
    .options = options,
    .examples = examples,
    .formats = "text|json|csv|xlsx",
    .uses_seed = true,
    .uses_threads = true,
    .run = run,
};
