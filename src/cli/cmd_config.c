/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/cli_int.h"
#include "web/site/config.h"

enum { TEXT_BYTES_MAX = 1 << 20 };

/* Reads the file named; on false the command has ended with *code. */
static bool read_config(struct cli *c, struct config *config, int *code)
{
    struct errs errors;
    struct err_info info;
    if (errs_init(&errors, c->memory, ERRS_LIMIT, &info) != OK)
        *code = cli_fail(c, &info);
    else if (config_read(c->memory, c->args[0], config, &errors) != OK)
        *code = cli_fail_all(c, &errors);
    else
        return true;
    return false;
}

static int deliver(struct cli *c, out *o)
{
    const int code = cli_deliver(c, o);
    out_free(o);
    return code;
}

static int run_check(struct cli *c)
{
    struct config config;
    struct msg m;
    int code;
    out o;
    if (!read_config(c, &config, &code))
        return code;
    out_init(&o, TEXT_BYTES_MAX);
    msg_set(&m, "config.checked");
    tr_msg(&o, c->lang, &m);
    out_char(&o, '\n');
    return deliver(c, &o);
}

static int run_show(struct cli *c)
{
    struct config config;
    int code;
    out o;
    if (!read_config(c, &config, &code))
        return code;
    out_init(&o, TEXT_BYTES_MAX);
    config_print(&config, &o);
    return deliver(c, &o);
}

static int run_schema(struct cli *c)
{
    out o;
    out_init(&o, TEXT_BYTES_MAX);
    config_print_schema(&o);
    return deliver(c, &o);
}

static const struct cli_example check_examples[] = {
    {"ontschot config check ontschot.yaml", "config.example-check"},
    {0},
};
static const struct cli_command check = {.name = "check",
                                         .summary = "config.check-summary",
                                         .help = "config.check-help",
                                         .args = "config.args-file",
                                         .args_min = 1,
                                         .args_max = 1,
                                         .examples = check_examples,
                                         .run = run_check};
static const struct cli_command show = {.name = "show",
                                        .summary = "config.show-summary",
                                        .help = "config.show-help",
                                        .args = "config.args-file",
                                        .args_min = 1,
                                        .args_max = 1,
                                        .run = run_show};
static const struct cli_command schema = {
    .name = "schema", .summary = "config.schema-summary", .formats = "json", .run = run_schema};

static const struct cli_command *const actions[] = {&check, &show, &schema, NULL};

const struct cli_command cmd_config = {
    .name = "config",
    .summary = "config.summary",
    .help = "config.help",
    .actions = actions,
};
