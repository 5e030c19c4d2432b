/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/installation.h"

#include "app/access/access.h"
#include "app/audit/audit.h"
#include "app/job/job.h"
#include "app/knowledge/knowledge.h"
#include "app/linking/linking.h"
#include "app/mail/mail.h"
#include "app/once/once.h"
#include "app/pilot/pilot.h"
#include "app/register/register.h"
#include "base/file.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

enum {
    EXPIRE_MS = 60000,     /* how often lists drop what has expired */
    SWEEP_MS = 60 * 60000, /* how often what has run out of accounts goes */
    SWEEP_MEMORY_MAX = 16 << 20,
    SECRET_BYTES_MAX = 4096,
    LETTERS_MEMORY_MAX = 16 << 20,
};

struct working {
    struct cli *cli;
    struct installation inst;
    log_sink *log;
    struct mail_server mail; /* url empty: letters wait */
    int64_t expired_at, swept_at;
};

/* ---- what comes up regularly ---- */

static err expire(struct working *w, db *d, struct err_info *info)
{
    const struct app *app = &w->inst.started.app;
    const int64_t now = app->now_ms(), since = now - w->expired_at;
    if (since >= 0 && since < EXPIRE_MS)
        return OK;
    const err e = publication_expire_due(app, d, info);
    if (e == OK)
        w->expired_at = now;
    return e;
}

static err sweep(struct working *w, db *d, struct err_info *info)
{
    const struct app *app = &w->inst.started.app;
    const int64_t now = app->now_ms(), since = now - w->swept_at;
    if (since >= 0 && since < SWEEP_MS)
        return OK;
    arena *a = arena_new(SWEEP_MEMORY_MAX);
    if (!a)
        return err_nomem(info);
    err e = access_sweep(app, d, a, info);
    arena_free(a);
    if (e == OK)
        e = once_sweep(app, d, info);
    if (e == OK)
        w->swept_at = now;
    return e;
}

static err send_letters(struct working *w, db *d, struct err_info *info)
{
    int64_t n_sent;
    if (!w->mail.url.n)
        return OK;
    arena *a = arena_new(LETTERS_MEMORY_MAX);
    if (!a)
        return err_nomem(info);
    const err e = mail_send_due(&w->inst.started.app, d, &w->mail, publication_is_visible_to, a,
                                &n_sent, info);
    arena_free(a);
    return e;
}

/* What imports and runs of linking left that were refused, killed or replaced. */
static err sweep_register(struct working *w, db *d, struct err_info *info)
{
    const err e = register_sweep(&w->inst.started.app, d, info);
    return e == OK ? link_run_sweep(&w->inst.started.app, d, info) : e;
}

static err seal(struct working *w, db *d, struct err_info *info)
{
    int64_t n_sealed;
    return audit_seal(&w->inst.started.app, d, &n_sealed, info);
}

/* One that fails does not keep the others from their turn; the first is told. */
static err idle(void *with, db *d, struct err_info *info)
{
    static err (*const turns[])(struct working * w, db * d, struct err_info * info) = {
        seal, expire, sweep, sweep_register, send_letters};
    err first = OK;
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
        struct err_info own;
        const err e = turns[i](with, d, &own);
        if (e != OK && first == OK) {
            first = e;
            *info = own;
        }
    }
    return first;
}

/* What the configuration says of mail; the password stands in a file of its own. */
static err read_mail(struct working *w, struct err_info *info)
{
    const struct config_mail *config = &w->inst.config.mail;
    w->mail = (struct mail_server){.url = config->server,
                                   .user = config->user,
                                   .from = config->from,
                                   .ca_file = config->ca_file};
    if (!config->server.n)
        return OK;
    err e = OK;
    if (config->password_file.n)
        e = file_read(w->cli->memory, config->password_file, SECRET_BYTES_MAX, &w->mail.password,
                      info);
    w->mail.password = str_trim(w->mail.password);
    return e == OK ? mail_server_check(&w->mail, info) : e;
}

/* ---- the command ---- */

static bool is_stopped(void *with)
{
    const struct working *w = with;
    return progress_cancelled(w->cli->progress);
}

static unsigned jobs_at_once(const struct config *config)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return config->workers.jobs > 0 ? (unsigned)config->workers.jobs
                                    : (unsigned)(cores > 0 ? cores : 1);
}

/* Of all rooms. */
enum { KINDS_MAX = 8 };
static struct job_kinds kinds_of(struct job_kind to[KINDS_MAX])
{
    const struct job_kinds pilot = pilot_kinds();
    size_t n = 0;
    for (; n < pilot.n && n < KINDS_MAX - 1; n++)
        to[n] = pilot.kind[n];
    to[n++] = register_import_kind;
    return (struct job_kinds){to, n};
}

static err work(struct working *w, struct err_info *info)
{
    struct job_kind kinds[KINDS_MAX];
    static const char *const child[] = {"ontschot", "work", "--child", NULL};
    const struct job_worker worker = {
        .app = &w->inst.started.app,
        .store = w->inst.started.store,
        .kinds = kinds_of(kinds),
        .child = child,
        .at_once = jobs_at_once(&w->inst.config),
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
    struct job_kind kinds[KINDS_MAX];
    const err e = job_child(kinds_of(kinds), STDIN_FILENO, STDOUT_FILENO, &info);
    return e == OK ? CLI_DONE : cli_fail(c, &info);
}

/*
 * Stops when the process that began it ends, even killed. False when that has ended already: it
 * may have between the two calls before this program asked to be told.
 */
static bool stay_with(int64_t parent)
{
    return prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == (pid_t)parent;
}

static int run(struct cli *c)
{
    struct working w = {.cli = c};
    struct err_info info;
    int code;

    if (cli_given(c, "child"))
        return run_child(c);
    if (cli_given(c, "parent") && !stay_with(cli_int(c, "parent", 0)))
        return CLI_DONE;
    if (!installation_open(c, &w.inst, &code))
        return code;
    err e = log_open(STDERR_FILENO, (enum log_level)w.inst.config.log_level,
                     w.inst.started.app.now_ms, &w.log, &info);
    if (e == OK)
        e = read_mail(&w, &info);
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
    {"parent", CLI_INT, false, "cli.value-number", "cli.option-parent", NULL, 1, INT32_MAX},
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
