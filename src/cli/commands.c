/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of commands. A new command is one line here and one file beside it. */
#include "cli/cli_int.h"

static const struct cli_command *const commands[] = {
    &cmd_table,     &cmd_effect,  &cmd_link,   &cmd_scba,    &cmd_study,   &cmd_serve,
    &cmd_work,      &cmd_user,    &cmd_space,  &cmd_backup,  &cmd_restore, &cmd_log,
    &cmd_pseudonym, &cmd_filters, &cmd_config, &cmd_version, &cmd_help,    NULL,
};

static const struct cli_option options[] = {
    {"version", CLI_FLAG, false, NULL, "cli.option-version", NULL, 0, 0},
    {0},
};

static const struct cli_example examples[] = {
    {"ontschot version", "cli.example-version"},
    {0},
};

const struct cli_command cli_program = {
    .name = "ontschot",
    .summary = "cli.program-summary",
    .help = "cli.program-help",
    .options = options,
    .examples = examples,
    .actions = commands,
};
