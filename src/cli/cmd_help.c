/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/cli_int.h"

#define HELP_MAX_BYTES ((size_t)4 << 20)

static const struct cli_option options[] = {
    {"man", CLI_FLAG, false, NULL, "cli.option-man", NULL, 0, 0},
    {"completion", CLI_CHOICE, false, "cli.value-shell", "cli.option-completion", "bash", 0, 0},
    {0},
};

static const struct cli_example examples[] = {
    {"ontschot help effect", "cli.example-help"},
    {"ontschot help --man | man -l -", "cli.example-man"},
    {0},
};

/* Follows the arguments as if they had been typed themselves: `help table import`. */
static err find_path(struct cli *c, struct cli *about, struct err_info *info)
{
    char *words[CLI_ARGS_MAX + 1] = {NULL};
    for (size_t i = 0; i < c->n_args; i++)
        words[i + 1] = (char *)(uintptr_t)c->args[i].p; /* argv: zero-terminated, only read */
    return cli_args_read(about, &cli_program, (int)c->n_args + 1, words, info);
}

static int run(struct cli *c)
{
    struct cli about = {0};
    struct err_info info;
    out o;

    if (find_path(c, &about, &info) != OK)
        return cli_usage(c, &info.msg);
    out_init(&o, HELP_MAX_BYTES);
    if (cli_given(c, "man"))
        cli_man_print(&o, c->lang, &cli_program);
    else if (cli_given(c, "completion"))
        cli_completion_print(&o, &cli_program);
    else
        cli_help_print(&o, c->lang, about.path, about.depth);
    const int code = cli_deliver(c, &o);
    out_free(&o);
    return code;
}

const struct cli_command cmd_help = {
    .name = "help",
    .summary = "cli.help-summary",
    .help = "cli.help-help",
    .args = "cli.args-help",
    .args_max = CLI_DEPTH_MAX - 1,
    .options = options,
    .examples = examples,
    .run = run,
};
