/* SPDX-License-Identifier: EUPL-1.2 */
/* backup and restore: a site or its store while it is in use, and back into an empty one. */
#include "app/backup/backup.h"
#include "cli/installation.h"

enum { KEPT_MAX = 3660 };

static const struct cli_option backup_options[] = {
    INSTALLATION_OPTIONS,
    {"into", CLI_TEXT, false, "cli.value-folder", "cli.option-into", NULL, 0, 0},
    {"keep-days", CLI_INT, false, "cli.value-number", "cli.option-keep-days", NULL, 1, KEPT_MAX},
    {"keep-weeks", CLI_INT, false, "cli.value-number", "cli.option-keep-weeks", NULL, 0, KEPT_MAX},
    {0},
};
static const struct cli_option options[] = {INSTALLATION_OPTIONS, {0}};

static const struct cli_example backup_examples[] = {
    {"ontschot backup --into /var/backups/ontschot --keep-days 14 --keep-weeks 8",
     "cli.example-backup-into"},
    {"ontschot backup /var/backups/ontschot-2026-11-24.db", "cli.example-backup"},
    {0},
};
static const struct cli_example restore_examples[] = {
    {"ontschot restore /var/backups/ontschot/2026-11-24T02-30-00Z --data nieuw",
     "cli.example-restore"},
    {0},
};

static int say(struct cli *c, const char *key, str path)
{
    struct msg m;
    out o;
    msg_set(&m, key);
    msg_text(&m, path);
    out_init(&o, 4096);
    tr_msg(&o, c->lang, &m);
    out_char(&o, '\n');
    const int code = cli_deliver(c, &o);
    out_free(&o);
    return code;
}

/* A dated copy of the whole site, and only then what is old. */
static err back_up_site(struct cli *c, struct installation *i, str *made, struct err_info *info)
{
    const struct config_backup *config = &i->config.backup;
    const struct app *app = &i->started.app;
    const struct backup_rule rule = {.days = cli_int(c, "keep-days", config->keep_days),
                                     .weeks = cli_int(c, "keep-weeks", config->keep_weeks)};
    const str folder = cli_given(c, "into") ? cli_text(c, "into") : config->folder;
    size_t n_dropped;

    const err e = backup_make(app, i->started.store, i->started.db, folder, c->memory, made, info);
    return e == OK ? backup_drop_old(folder, &rule, app->now_ms(), c->memory, &n_dropped, info) : e;
}

/* NULL when what was asked can be done. */
static const char *wrong_use(const struct cli *c, const struct installation *i)
{
    const bool for_folder =
        cli_given(c, "into") || cli_given(c, "keep-days") || cli_given(c, "keep-weeks");
    if (c->n_args > 0)
        return for_folder ? "cli.backup-file-alone" : NULL;
    return cli_given(c, "into") || i->config.backup.folder.n ? NULL : "cli.backup-where";
}

static int run_backup(struct cli *c)
{
    struct installation i;
    struct err_info info;
    struct msg m;
    str made;
    int code;

    if (!installation_configure(c, &i.config, &code))
        return code;
    const char *wrong = wrong_use(c, &i);
    if (wrong) {
        msg_set(&m, wrong);
        return cli_usage(c, &m);
    }
    if (!installation_open(c, &i, &code))
        return code;
    err e;
    if (c->n_args > 0) {
        made = c->args[0];
        e = store_backup(i.started.store, made.p, &info);
    } else {
        e = back_up_site(c, &i, &made, &info);
    }
    code = e == OK ? say(c, "cli.backed-up", made) : cli_fail(c, &info);
    installation_close(&i);
    return code;
}

static int run_restore(struct cli *c)
{
    const str copy = c->args[0];
    struct installation i;
    struct err_info info;
    int code;

    if (!installation_open_empty(c, &i, &code))
        return code;
    err e = backup_is_copy(copy)
                ? backup_restore(&i.started.app, i.started.store, copy, c->memory, &info)
                : store_restore(i.started.store, copy.p, &info);
    if (e == OK)
        e = store_migrate(i.started.store, &info);
    code = e == OK ? say(c, "cli.restored", copy) : cli_fail(c, &info);
    installation_close(&i);
    return code;
}

const struct cli_command cmd_backup = {
    .name = "backup",
    .summary = "cli.backup-summary",
    .help = "cli.backup-help",
    .args = "cli.args-backup",
    .args_min = 0,
    .args_max = 1,
    .options = backup_options,
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
