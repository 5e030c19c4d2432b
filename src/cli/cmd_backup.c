/* SPDX-License-Identifier: EUPL-1.2 */
/* backup and restore: a store while it is in use, and back into an empty one. */
#include "cli/installation.h"

static const struct cli_option options[] = {INSTALLATION_OPTIONS, {0}};

static const struct cli_example backup_examples[] = {
    {"ontschot backup /var/backups/ontschot-2026-11-24.db", "cli.example-backup"},
    {0},
};
static const struct cli_example restore_examples[] = {
    {"ontschot restore /var/backups/ontschot-2026-11-24.db --data nieuw", "cli.example-restore"},
    {0},
};

static int say(struct cli *c, const char *key)
{
    struct msg m;
    out o;
    msg_set(&m, key);
    msg_text(&m, c->args[0]);
    out_init(&o, 4096);
    tr_msg(&o, c->lang, &m);
    out_char(&o, '\n');
    const int code = cli_deliver(c, &o);
    out_free(&o);
    return code;
}

static int run_backup(struct cli *c)
{
    struct installation i;
    struct err_info info;
    int code;

    if (!installation_open(c, &i, &code))
        return code;
    const err e = store_backup(i.started.store, c->args[0].p, &info);
    code = e == OK ? say(c, "cli.backed-up") : cli_fail(c, &info);
    installation_close(&i);
    return code;
}

static int run_restore(struct cli *c)
{
    struct installation i;
    struct err_info info;
    int code;

    if (!installation_open_empty(c, &i, &code))
        return code;
    err e = store_restore(i.started.store, c->args[0].p, &info);
    if (e == OK)
        e = store_migrate(i.started.store, &info);
    code = e == OK ? say(c, "cli.restored") : cli_fail(c, &info);
    installation_close(&i);
    return code;
}

const struct cli_command cmd_backup = {
    .name = "backup",
    .summary = "cli.backup-summary",
    .help = "cli.backup-help",
    .args = "cli.args-backup",
    .args_min = 1,
    .args_max = 1,
    .options = options,
    .examples = backup_examples,
    .run = run_backup,
};

const struct cli_command cmd_restore = {
    .name = "restore",
    .summary = "cli.restore-summary",
    .help = "cli.restore-help",
    .args = "cli.args-restore",
    .args_min = 1,
    .args_max = 1,
    .options = options,
    .examples = restore_examples,
    .run = run_restore,
};
