/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/installation.h"

#include "app/audit/audit.h"
#include "app/job/job.h"
#include "app/knowledge/queries.h"
#include "app/pilot/pilot.h"

#include <unistd.h>

enum {
    EXPIRE_MS = 60000,   /* how often lists drop what has expired */
    EXPIRE_AT_ONCE = 500 /* short transactions: pages write in between */
};

/* ---- what comes up regularly ---- */

struct working {
    struct cli *cli;
    struct installation inst;
    log_sink *log;
    int64_t expired_at;
};

struct expiring {
    int64_t now, changed;
};

static err expire_in(db_tx *tx, void *arg, struct err_info *info)
{
    struct expiring *x = arg;
    return publications_expire(
        tx, (struct publications_expire_in){.now = x->now, .limit = EXPIRE_AT_ONCE}, &x->changed,
        info);
}

static err expire(struct working *w, db *d, struct err_info *info)
{
    struct expiring x = {.now = w->inst.started.app.now_ms(), .changed = EXPIRE_AT_ONCE};
    const int64_t since = x.now - w->expired_at;
    if (since >= 0 && since < EXPIRE_MS)
        return OK;
    err e = OK;
    while (e == OK && x.changed == EXPIRE_AT_ONCE)
        e = db_tx_do(d, expire_in, &x, info);
    if (e == OK)
        w->expired_at = x.now;
    return e;
}

/* One that fails does not keep the others from their turn. */
static err idle(void *with, db *d, struct err_info *info)
{
    struct working *w = with;
    struct err_info first;
    int64_t n_sealed;
    const err sealed = audit_seal(&w->inst.started.app, d, &n_sealed, &first);
    const err expired = expire(w, d, info);
    if (sealed != OK)
        *info = first;
    return sealed != OK ? sealed : expired;
}

/* ---- the command ---- */

static bool is_stopped(void *with)
{
    const struct working *w = with;
    return progress_cancelled(w->cli->progress);
}

static err work(struct working *w, struct err_info *info)
{
    static const char *const child[] = {"ontschot", "work", "--child", NULL};
    const struct job_worker worker = {
        .app = &w->inst.started.app,
        .store = w->inst.started.store,
        .kinds = pilot_kinds(),
        .child = child,
        .threads = (unsigned)cli_int(w->cli, "job-threads", 0),
        .log = w->log,
        .once = cli_given(w->cli, "once"),
        .stopped = is_stopped,
        .idle = idle,
        .with = w,
    };
    err e = pilot_prepare(&w->inst.started.app, info);
    log_event(w->log, LOG_INFO, "work-begins",
              LOG_TEXT("store", store_name(w->inst.started.store)));
    if (e == OK)
        e = job_work(&worker, info);
    log_event(w->log, LOG_INFO, "work-ends", LOG_INT("code", e));
    return e;
}

static int run_child(struct cli *c)
{
    struct err_info info;
    const err e = job_child(pilot_kinds(), STDIN_FILENO, STDOUT_FILENO, &info);
    return e == OK ? CLI_DONE : cli_fail(c, &info);
}

static int run(struct cli *c)
{
    struct working w = {.cli = c};
    struct err_info info;
    int code;

    if (cli_given(c, "child"))
        return run_child(c);
    if (!installation_open(c, &w.inst, &code))
        return code;
    err e = log_open(STDERR_FILENO, (enum log_level)w.inst.config.log_level,
                     w.inst.started.app.now_ms, &w.log, &info);
    if (e == OK)
        e = work(&w, &info);
    log_close(w.log);
    installation_close(&w.inst);
    return e == OK ? CLI_DONE : cli_fail(c, &info);
}

static const struct cli_option options[] = {
    INSTALLATION_OPTIONS,
    {"once", CLI_FLAG, false, NULL, "cli.option-once", NULL, 0, 0},
    {"job-threads", CLI_INT, false, "cli.value-number", "cli.option-job-threads", NULL, 0,
     PAR_THREADS_MAX},
    {"child", CLI_FLAG, false, NULL, "cli.option-child", NULL, 0, 0},
    {0},
};

static const struct cli_example examples[] = {
    {"ontschot work --config /etc/ontschot/ontschot.yaml", "cli.example-work"},
    {"ontschot work --data data --once", "cli.example-work-once"},
    {0},
};

const struct cli_command cmd_work = {
    .name = "work",
    .summary = "cli.work-summary",
    .help = "cli.work-help",
    .options = options,
    .examples = examples,
    .run = run,
};
