/* SPDX-License-Identifier: EUPL-1.2 */
/* ontschot effect compress: a panel as sums for each team, to be exchanged without person rows. */
#include "cli/cmd_effect_int.h"
#include "engine/disclosure/disclosure.h"

/* Every outcome is asked as a question of its own, so that the same mistakes are found. */
static err read_question(struct cli *c, struct effect_spec *s, str **outcome, size_t *n,
                         struct err_info *info)
{
    err e = cmd_effect_read(c, s, info);
    if (e == OK)
        e = cli_list(c, "outcome", outcome, n, info);
    s->method = EFFECT_TWFE;
    for (size_t i = 0; i < *n && e == OK; i++) {
        s->outcome = (*outcome)[i];
        e = effect_spec_check(s, info);
        for (size_t j = 0; j < i && e == OK; j++)
            if (str_eq((*outcome)[j], s->outcome))
                e = err_text(info, E_INPUT, "compress.outcome-twice", s->outcome);
    }
    return e;
}

static err make(struct cli *c, const struct effect_spec *s, const str *outcome, size_t n,
                compressed **made, struct compressed_summary *before, struct err_info *info)
{
    table *t;
    compressed *x = NULL;
    const int64_t min_persons = cli_int(c, "min-persons", EFFECT_PERSONS);
    err e = table_open(cli_text(c, "data"), NULL, c->pool, c->progress, &t, info);
    if (e != OK)
        return e;
    e = compressed_from_table(t, s, outcome, n, c->pool, c->progress, &x, info);
    table_free(t);
    if (e != OK)
        return e;
    *before = compressed_summarise(x);
    e = compressed_release(x, (size_t)min_persons, info);
    if (e == OK)
        *made = x;
    else
        compressed_free(x);
    return e;
}

/* For the one at the keyboard, who has the rows anyway; the file tells of no dropped row. */
static void tell(struct cli *c, const struct compressed_summary *before, const compressed *made)
{
    const struct compressed_summary now = compressed_summarise(made);
    struct msg m;
    if (before->n_dropped > 0) {
        msg_set(&m, "effect.rows-dropped");
        msg_int(&m, (int64_t)before->n_dropped);
        cli_warn(c, &m);
    }
    if (now.n_names > now.n_teams) {
        msg_set(&m, "compress.merged");
        msg_int(&m, (int64_t)now.n_names);
        msg_int(&m, (int64_t)now.n_teams);
        cli_warn(c, &m);
    }
    if (now.n_withheld > 0) {
        msg_set(&m, "compress.withheld");
        msg_int(&m, (int64_t)now.n_withheld);
        msg_int(&m, (int64_t)(before->n_persons - now.n_persons));
        cli_warn(c, &m);
    }
}

static int run(struct cli *c)
{
    struct effect_spec s;
    struct err_info info;
    struct compressed_summary before;
    str *outcome;
    size_t n = 0;
    compressed *made;
    out text;

    if (read_question(c, &s, &outcome, &n, &info) != OK)
        return cli_usage(c, &info.msg);
    if (make(c, &s, outcome, n, &made, &before, &info) != OK)
        return cli_fail(c, &info);
    tell(c, &before, made);
    out_init(&text, COMPRESSED_BYTES_MAX);
    const err e = compressed_write(&text, made, cli_text(c, "source"), &info);
    const int code = e == OK ? cli_deliver(c, &text) : cli_fail(c, &info);
    out_free(&text);
    compressed_free(made);
    return code;
}

static const struct cli_option options[] = {
    {"data", CLI_TEXT, true, "cli.value-file", "effect.option-data", NULL, 0, 0},
    {"outcome", CLI_LIST, true, "cli.value-columns", "compress.option-outcome", NULL, 0, 0},
    {"unit", CLI_TEXT, true, "cli.value-column", "effect.option-unit", NULL, 0, 0},
    {"time", CLI_TEXT, true, "cli.value-column", "effect.option-time", NULL, 0, 0},
    {"cluster", CLI_TEXT, true, "cli.value-column", "compress.option-cluster", NULL, 0, 0},
    {"first-treated", CLI_TEXT, false, "cli.value-column", "effect.option-first-treated", NULL, 0,
     0},
    {"treatment", CLI_TEXT, false, "cli.value-column", "compress.option-treatment", NULL, 0, 0},
    {"covariates", CLI_LIST, false, "cli.value-columns", "effect.option-covariates", NULL, 0, 0},
    {"weights", CLI_TEXT, false, "cli.value-column", "effect.option-weights", NULL, 0, 0},
    {"never", CLI_REAL, false, "cli.value-number", "effect.option-never", NULL, 0, 0},
    {"source", CLI_TEXT, false, "compress.value-source", "compress.option-source", NULL, 0, 0},
    {"min-persons", CLI_INT, false, "cli.value-number", "effect.option-min-persons", NULL,
     EFFECT_PERSONS_LEAST, EFFECT_PERSONS_MOST},
    {0},
};

static const struct cli_example examples[] = {
    {"ontschot effect compress --data maanden.ot --outcome kosten --unit huishouden --time maand "
     "--first-treated start --cluster team --source Almere --output almere.json",
     "compress.example"},
    {0},
};

const struct cli_command cmd_effect_compress = {
    .name = "compress",
    .summary = "compress.summary",
    .help = "compress.help",
    .options = options,
    .examples = examples,
    .formats = "json",
    .uses_threads = true,
    .keeps_freed = true,
    .run = run,
};
