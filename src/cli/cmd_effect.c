/* SPDX-License-Identifier: EUPL-1.2 */
/* ontschot effect: one estimation from one data file. */
#include "cli/cmd_effect_int.h"
#include "engine/report/report.h"

/* The frame has checked every value's form. */
err cmd_effect_read(struct cli *c, struct effect_spec *s, struct err_info *info)
{
    effect_spec_init(s);
    s->seed = c->seed;
    for (size_t i = 0; i < c->n_given; i++) {
        const str name = str_of(c->given[i].name);
        str *items = &c->given[i].value;
        size_t n = 1;
        bool is_list;
        if (!effect_option_find(name, &is_list))
            continue;
        err e = is_list ? cli_list(c, name.p, &items, &n, info) : OK;
        if (e == OK)
            e = effect_option_set(s, name, items, n, c->memory, info);
        if (e != OK)
            return e;
    }
    return OK;
}

static bool is_from_compressed(const struct cli *c)
{
    return str_eq(cli_text(c, "from"), STR("compressed"));
}

/* What sums are asked is checked beside their file, which settles most of it. */
static err read_question(struct cli *c, struct effect_spec *s, struct err_info *info)
{
    const err e = cmd_effect_read(c, s, info);
    s->memory = (size_t)cli_int(c, "memory", 0) << 20;
    s->scratch = cli_text(c, "scratch");
    return e == OK && !is_from_compressed(c) ? effect_spec_check(s, info) : e;
}

/* One file, or those of several municipalities together. */
static err read_compressed(struct cli *c, compressed **all, struct err_info *info)
{
    str rest = cli_text(c, "data"), path;
    err e = OK;
    *all = NULL;
    while (e == OK && str_next(&rest, ',', &path)) {
        compressed *one;
        e = compressed_read(str_trim(path), &one, info);
        if (e != OK)
            break;
        if (!*all) {
            *all = one;
            continue;
        }
        e = compressed_add(*all, one, info);
        if (e == E_INPUT)
            err_at(info, str_trim(path), 0, 0);
        compressed_free(one);
    }
    if (e != OK)
        compressed_free(*all);
    return e;
}

static err estimate_compressed(struct cli *c, const struct effect_spec *spec,
                               struct released_effect **result, struct err_info *info)
{
    compressed *all;
    err e = read_compressed(c, &all, info);
    if (e != OK)
        return e;
    e = disclosure_run_compressed(all, spec, c->pool, c->progress, result, info);
    compressed_free(all);
    return e;
}

static err estimate(struct cli *c, const struct effect_spec *spec, struct released_effect **result,
                    struct err_info *info)
{
    table *t;
    if (is_from_compressed(c))
        return estimate_compressed(c, spec, result, info);
    err e = table_open(cli_text(c, "data"), NULL, c->pool, c->progress, &t, info);
    if (e != OK)
        return e;
    e = disclosure_run(t, spec, c->pool, c->progress, result, info);
    table_free(t);
    return e;
}

static err print(const struct cli *c, const struct released_effect *r, out *o,
                 struct err_info *info)
{
    switch (c->format) {
    case CLI_FORMAT_JSON: return report_effect_json(o, r, info);
    case CLI_FORMAT_CSV: return report_effect_csv(o, r, cli_text(c, "table"), info);
    case CLI_FORMAT_XLSX: return report_effect_xlsx(o, r, info);
    case CLI_FORMAT_TEXT: break;
    }
    return report_effect_text(o, c->lang, r, info);
}

static int run(struct cli *c)
{
    struct effect_spec spec;
    struct released_effect *r;
    struct err_info info;
    out text;

    if (read_question(c, &spec, &info) != OK)
        return cli_usage(c, &info.msg);
    if (estimate(c, &spec, &r, &info) != OK)
        return cli_fail(c, &info);
    for (size_t i = 0; i < disclosure_view(r)->n_warnings; i++)
        cli_warn(c, &disclosure_view(r)->warnings[i]);
    out_init(&text, REPORT_BYTES_MAX);
    const int code = print(c, r, &text, &info) == OK ? cli_deliver(c, &text) : cli_fail(c, &info);
    out_free(&text);
    disclosure_free(r);
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
    CHOICE("from", "compress.option-from", "table|compressed"),
    {"method", CLI_CHOICE, true, "cli.value-choice", "effect.option-method",
     "auto|difference|regression|weighting|doubly-robust|did|twfe|bacon|sunab|matching|"
     "balancing",
     0, 0},
    {"outcome", CLI_TEXT, true, "cli.value-column", "effect.option-outcome", NULL, 0, 0},
    COLUMN("treatment", "effect.option-treatment"),
    COLUMN("unit", "effect.option-unit"),
    COLUMN("time", "effect.option-time"),
    COLUMN("first-treated", "effect.option-first-treated"),
    {"covariates", CLI_LIST, false, "cli.value-columns", "effect.option-covariates", NULL, 0, 0},
    COLUMN("weights", "effect.option-weights"),
    COLUMN("cluster", "effect.option-cluster"),
    CHOICE("errors", "effect.option-errors", "classical|hc1|hc2|hc3|cr1|cr2|cr3"),
    {"randomised", CLI_FLAG, false, NULL, "effect.option-randomised", NULL, 0, 0},
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
    CHOICE("distance", "effect.option-distance", "propensity|mahalanobis|exact|cem"),
    {"ratio", CLI_INT, false, "cli.value-number", "effect.option-ratio", NULL, 1, EFFECT_RATIO_MAX},
    {"caliper", CLI_REAL, false, "cli.value-number", "effect.option-caliper", NULL, 0, 0},
    CHOICE("caliper-on", "effect.option-caliper-on", "score|logit"),
    {"replace", CLI_FLAG, false, NULL, "effect.option-replace", NULL, 0, 0},
    {"exact", CLI_LIST, false, "cli.value-columns", "effect.option-exact", NULL, 0, 0},
    {"cut-points", CLI_TEXT, false, "effect.value-cut-points", "effect.option-cut-points", NULL, 0,
     0},
    CHOICE("balance", "effect.option-balance", "entropy|overlap"),
    {"event-study", CLI_FLAG, false, NULL, "effect.option-event-study", NULL, 0, 0},
    CHOICE("inference", "effect.option-inference", "auto|analytic|randomisation|wild"),
    {"replications", CLI_INT, false, "cli.value-number", "effect.option-replications", NULL,
     EFFECT_REPLICATIONS_MIN, EFFECT_REPLICATIONS_MAX},
    {"honest", CLI_TEXT, false, "effect.value-honest", "effect.option-honest", NULL, 0, 0},
    {"subgroups", CLI_LIST, false, "cli.value-columns", "effect.option-subgroups", NULL, 0, 0},
    {"explore", CLI_LIST, false, "cli.value-columns", "effect.option-explore", NULL, 0, 0},
    {"placebo-outcomes", CLI_LIST, false, "cli.value-columns", "effect.option-placebo-outcomes",
     NULL, 0, 0},
    {"unaffected", CLI_TEXT, false, "effect.value-unaffected", "effect.option-unaffected", NULL, 0,
     0},
    {"no-placebo-start", CLI_FLAG, false, NULL, "effect.option-no-placebo-start", NULL, 0, 0},
    COLUMN("provider", "effect.option-provider"),
    {"min-persons", CLI_INT, false, "cli.value-number", "effect.option-min-persons", NULL,
     EFFECT_PERSONS_LEAST, EFFECT_PERSONS_MOST},
    {"memory", CLI_INT, false, "effect.value-memory", "effect.option-memory", NULL, 1, 1 << 30},
    {"scratch", CLI_TEXT, false, "cli.value-folder", "effect.option-scratch", NULL, 0, 0},
    {"table", CLI_CHOICE, false, "cli.value-choice", "effect.option-table", REPORT_EFFECT_TABLES, 0,
     0},
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
    {"ontschot effect --data maanden.ot --method twfe --outcome kosten --unit persoon --time maand "
     "--first-treated start --fixed-effects team --cluster wijk --event-study",
     "effect.example-twfe"},
    {"ontschot effect --data maanden.csv --method did --outcome kosten --unit huishouden --time "
     "maand --first-treated start --cluster team --inference randomisation",
     "effect.example-teams"},
    {"ontschot effect --data lalonde.tab --method matching --outcome re78 --treatment treat "
     "--covariates age,educ,race,re74,re75 --caliper 0.2 --caliper-on logit",
     "effect.example-matching"},
    {"ontschot effect --data lalonde.tab --method balancing --outcome re78 --treatment treat "
     "--covariates age,educ,race,re74,re75 --balance entropy",
     "balancing.example"},
    {"ontschot effect --from compressed --data almere.json,lelystad.json --method twfe --outcome "
     "kosten",
     "compress.example-from"},
    {"ontschot effect --data maanden.csv --method did --outcome kosten --unit huishouden --time "
     "maand --first-treated start --cluster team --subgroups huishoudtype --explore wijk "
     "--placebo-outcomes waterverbruik",
     "effect.example-looks"},
    {"ontschot effect --data maanden.csv --method did --outcome kosten --unit huishouden --time "
     "maand --first-treated start --cluster team --honest relative:0.5,1",
     "effect.example-honest"},
    {"ontschot effect --data lalonde.tab --method matching --outcome re78 --treatment treat "
     "--covariates age,educ,re74,re75 --distance mahalanobis --exact race",
     "effect.example-mahalanobis"},
    {"ontschot effect --data lalonde.tab --method matching --outcome re78 --treatment treat "
     "--covariates age,educ,race,re74,re75 --distance cem --cut-points 'age:25,35'",
     "effect.example-cem"},
    {0},
};

static const struct cli_command *const actions[] = {&cmd_effect_compress, NULL};

const struct cli_command cmd_effect = {
    .name = "effect",
    .summary = "effect.summary",
    .help = "effect.help",
    .options = options,
    .examples = examples,
    .formats = "text|json|csv|xlsx",
    .uses_seed = true,
    .uses_threads = true,
    .keeps_freed = true,
    .run = run,
    .actions = actions,
};
