/* SPDX-License-Identifier: EUPL-1.2 */
/* ontschot scba: costs and benefits from a file of prices and payers. */
#include "base/errs.h"
#include "base/file.h"
#include "cli/cli_int.h"
#include "engine/report/report.h"

/* The file says what is asked; the command line may replace seed and number of draws. */
static err read_model(struct cli *c, struct scba_model *m, struct errs *errors)
{
    str text;
    struct err_info info;
    err e = file_read(c->memory, c->args[0], YAML_BYTES_MAX, &text, &info);
    if (e != OK) {
        *errs_next(errors) = info;
        return e;
    }
    e = scba_parse(c->memory, text, c->args[0], m, errors);
    if (cli_given(c, "seed"))
        m->seed = c->seed;
    m->n_draws = (size_t)cli_int(c, "draws", (int64_t)m->n_draws);
    return e;
}

static err print(const struct cli *c, const struct scba_model *m, const struct scba_result *r,
                 out *o, struct err_info *info)
{
    switch (c->format) {
    case CLI_FORMAT_JSON: return report_scba_json(o, c->lang, m, r, info);
    case CLI_FORMAT_CSV: return report_scba_csv(o, c->lang, REPORT_CSV_MACHINE, m, r, info);
    case CLI_FORMAT_XLSX: return report_scba_xlsx(o, c->lang, m, r, info);
    case CLI_FORMAT_TEXT: break;
    }
    return report_scba_text(o, c->lang, m, r, info);
}

static int deliver(struct cli *c, const struct scba_model *m, const struct scba_result *r)
{
    struct err_info info;
    out text;
    out_init(&text, REPORT_BYTES_MAX);
    const int code =
        print(c, m, r, &text, &info) == OK ? cli_deliver(c, &text) : cli_fail(c, &info);
    out_free(&text);
    return code;
}

static int run(struct cli *c)
{
    struct errs errors;
    struct err_info info;
    struct scba_model m;
    struct scba_result *r;

    if (errs_init(&errors, c->memory, ERRS_LIMIT, &info) != OK)
        return cli_fail(c, &info);
    if (read_model(c, &m, &errors) != OK)
        return cli_fail_all(c, &errors);
    if (scba_run(&m, c->pool, c->progress, &r, &info) != OK) {
        err_at(&info, c->args[0], 0, 0);
        return cli_fail(c, &info);
    }
    for (size_t i = 0; i < r->n_warnings; i++)
        cli_warn(c, &r->warnings[i]);
    const int code = deliver(c, &m, r);
    scba_result_free(r);
    return code;
}

static const struct cli_option options[] = {
    {"draws", CLI_INT, false, "cli.value-number", "scba.option-draws", NULL, 1, SCBA_DRAWS_MAX},
    {0},
};

static const struct cli_example examples[] = {
    {"ontschot scba prijzen.yaml", "scba.example-text"},
    {"ontschot scba prijzen.yaml --draws 1000000 --format json --output mkba.json",
     "scba.example-json"},
    {0},
};

const struct cli_command cmd_scba = {
    .name = "scba",
    .summary = "scba.summary",
    .help = "scba.help",
    .args = "scba.args",
    .args_min = 1,
    .args_max = 1,
    .options = options,
    .examples = examples,
    .formats = "text|json|csv|xlsx",
    .uses_seed = true,
    .uses_threads = true,
    .keeps_freed = true,
    .run = run,
};
