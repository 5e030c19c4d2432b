/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/cmd_study_int.h"

static int run_index(struct cli *c)
{
    struct err_info info;
    if (study_index(c->args[0], c->args + 1, c->n_args - 1, &info) != OK)
        return cli_fail(c, &info);
    return CLI_DONE;
}

static const struct cli_example examples[] = {
    {"ontschot study index results pilot.run-1 debts.run-2", "study.example-index"}, {0}};

const struct cli_command study_index_command = {
    .name = "index",
    .summary = "study.index-summary",
    .help = "study.index-help",
    .args = "study.args-index",
    .args_min = 2,
    .args_max = STUDY_INDEX_MAX + 1,
    .examples = examples,
    .run = run_index,
};
