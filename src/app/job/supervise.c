/* SPDX-License-Identifier: EUPL-1.2 */
/* supervise: the worker beside its child: hears it, holds the lease, ends it when it must. */
#include "app/job/job_int.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    POLL_MS = 200,
    SHOW_MS = 1000,       /* how often what the child says goes to the database */
    LEFT_AFTER_MS = 3000, /* an estimate of the time left before that would be a guess */
    TRIES_TO_END = 20,
    PATH_BYTES = 4096,
};

/* Why the worker ended its child. */
enum why { WHY_NOT, WHY_STOPPED, WHY_CANCELLED, WHY_TIME, WHY_LOST, WHY_NONSENSE };

struct running {
    const struct job_worker *w;
    const struct leased *l;
    const struct job_kind *kind;
    db *d;
    arena *memory; /* of the job */
    arena *moment; /* reset often */
    str name;      /* ID-LEASE */
    str folder;    /* run/ID-LEASE */
    pid_t pid;
    int fd; /* what the child says */
    char line[JOB_LINE_MAX];
    size_t n; /* bytes of a line that is not whole yet */
    struct beat beat;
    char step[JOB_NAME_MAX];
    int64_t started_ms, shown_ms, held_ms; /* monotonic */
    enum why why;
    bool is_done;
    str failures; /* JSON; p is NULL when it told none */
    int status;
};

/* ---- its folder ---- */

static str below(arena *a, str folder, str name)
{
    out o;
    out_init(&o, 4096);
    out_str(&o, folder);
    out_char(&o, '/');
    out_str(&o, name);
    const str path = o.error == OK ? arena_str(a, out_view(&o)) : (str){NULL, 0};
    out_free(&o);
    return path;
}

/* The upload under the name its owner knows; a second name of the same bytes where that can be. */
static err lay_out(struct running *r, str in, const struct job_file *file, struct err_info *info)
{
    const str kept = job_file_place(r->memory, r->w->app, file->hash, file->id);
    const str shown = below(r->memory, in, file->name);
    if (!kept.p || !shown.p)
        return err_nomem(info);
    if (link(kept.p, shown.p) == 0)
        return OK;
    if (errno == ENOENT)
        return err_text(info, E_NOT_FOUND, "job.file-gone", file->name);
    return job_copy(kept, shown, info);
}

static err make_folder(struct running *r, struct err_info *info)
{
    static const char *const part[] = {"in", "out", "spare"};
    str path[3];

    r->name = job_lease_name(r->memory, r->l->id, r->l->lease);
    r->folder = r->name.p ? job_place(r->memory, r->w->app, JOB_RUN, r->name) : r->name;
    if (!r->folder.p)
        return err_nomem(info);
    job_remove(r->folder);
    if (mkdir(r->folder.p, 0700) != 0)
        return err_io(info, "file.cannot-make-folder", STR(""));
    for (size_t i = 0; i < 3; i++) {
        path[i] = below(r->memory, r->folder, str_of(part[i]));
        if (!path[i].p)
            return err_nomem(info);
        if (mkdir(path[i].p, 0700) != 0)
            return err_io(info, "file.cannot-make-folder", STR(""));
    }
    err e = OK;
    for (size_t i = 0; e == OK && i < r->l->n_files; i++)
        e = lay_out(r, path[0], &r->l->file[i], info);
    return e;
}

/* ---- its birth ---- */

/* The order as a file without a name, at its beginning. */
static err write_order(struct running *r, int *fd, struct err_info *info)
{
    const struct job_order order = {
        .id = r->l->id,
        .kind = r->l->kind,
        .args = r->l->args,
        .folder = r->folder,
        .keys = job_place(r->memory, r->w->app, JOB_KEYS, STR("")),
        .lang = r->l->lang,
        .now_ms = r->w->app->now_ms(),
        .threads = r->w->threads,
        .parent = getpid(),
        .file = r->l->file,
        .n_files = r->l->n_files,
    };
    out o;
    out_init(&o, JOB_ORDER_MAX);
    job_order_print(&o, &order);
    err e = out_error(&o, info);
    *fd = e == OK ? memfd_create("order", MFD_CLOEXEC) : -1;
    if (e == OK &&
        (*fd < 0 || write(*fd, o.p, o.n) != (ssize_t)o.n || lseek(*fd, 0, SEEK_SET) != 0))
        e = err_io(info, "job.cannot-start", STR(""));
    out_free(&o);
    return e;
}

/* Its own group and no signals but the last, so that only its worker ends it; no other file. */
static int spawn(const struct running *r, int order, int says, pid_t *pid)
{
    char temporary[PATH_BYTES];
    char *const environment[] = {temporary, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t all;

    snprintf(temporary, sizeof temporary, "TMPDIR=%.*s/spare", STR_FMT(r->folder));
    sigfillset(&all);
    (void)posix_spawn_file_actions_init(&files);
    (void)posix_spawnattr_init(&attributes);
    int failed = posix_spawn_file_actions_adddup2(&files, order, STDIN_FILENO);
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(&files, says, STDOUT_FILENO);
    if (!failed)
        failed = posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    if (!failed)
        failed = posix_spawnattr_setsigmask(&attributes, &all);
    if (!failed)
        failed =
            posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    if (!failed)
        failed = posix_spawn(pid, "/proc/self/exe", &files, &attributes, (char *const *)r->w->child,
                             environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return failed;
}

static err start(struct running *r, struct err_info *info)
{
    int order = -1, says[2] = {-1, -1};
    err e = write_order(r, &order, info);
    if (e == OK && pipe2(says, O_CLOEXEC) != 0)
        e = err_io(info, "job.cannot-start", STR(""));
    if (e == OK) {
        errno = spawn(r, order, says[1], &r->pid);
        if (errno != 0)
            e = err_io(info, "job.cannot-start", STR(""));
    }
    if (order >= 0)
        close(order);
    if (says[1] >= 0)
        close(says[1]);
    if (e != OK && says[0] >= 0)
        close(says[0]);
    r->fd = says[0];
    return e;
}

static void end_child(struct running *r, enum why why)
{
    if (r->why == WHY_NOT) {
        r->why = why;
        if (r->pid)
            (void)kill(r->pid, SIGKILL);
    }
}

/* ---- hearing it ---- */

static void hear_step(struct running *r, const struct job_said *said)
{
    const int64_t spent = job_monotonic_ms() - r->started_ms;
    const size_t n = said->step.n < sizeof r->step ? said->step.n : 0;
    if (n)
        memmove(r->step, said->step.p, n);
    r->beat.step = (str){r->step, n};
    if (said->share > r->beat.share && said->share <= 1)
        r->beat.share = said->share;
    r->beat.left_ms = -1;
    if (spent > LEFT_AFTER_MS && r->beat.share > 0)
        r->beat.left_ms = (int64_t)((double)spent * (1 - r->beat.share) / r->beat.share);
}

static void hear_line(struct running *r, str line)
{
    struct job_said said;
    arena_reset(r->moment);
    if (!job_said_parse(r->moment, line, &said))
        end_child(r, WHY_NONSENSE);
    else if (said.what == SAID_STEP)
        hear_step(r, &said);
    else if (said.what == SAID_DONE)
        r->is_done = true;
    else
        r->failures = arena_str(r->memory, said.failures);
}

/* False when it has nothing more to say. */
static bool hear(struct running *r)
{
    struct pollfd p = {.fd = r->fd, .events = POLLIN};
    if (poll(&p, 1, POLL_MS) <= 0)
        return true;
    const ssize_t got = read(r->fd, r->line + r->n, sizeof r->line - r->n);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (got <= 0)
        return false;
    r->n += (size_t)got;
    str rest = {r->line, r->n};
    size_t end;
    while (str_find(rest, '\n', &end)) {
        hear_line(r, str_cut(rest, 0, end));
        rest = str_cut(rest, end + 1, rest.n);
    }
    r->n = rest.n;
    memmove(r->line, rest.p, rest.n);
    if (r->n == sizeof r->line)
        end_child(r, WHY_NONSENSE);
    return true;
}

/* ---- holding the lease ---- */

static void hold(struct running *r, int64_t now)
{
    struct err_info info;
    bool cancel = false;
    const int64_t often = job_lease_ms(r->w) / 6;
    if (now - r->shown_ms < (often < SHOW_MS ? often : SHOW_MS))
        return;
    arena_reset(r->moment);
    const err e = job_lease_beat(r->w, r->d, r->moment, r->l, &r->beat, &cancel, &info);
    r->shown_ms = now;
    if (e == OK)
        r->held_ms = now;
    if (e == E_CONFLICT || now - r->held_ms >= job_lease_ms(r->w))
        end_child(r, WHY_LOST); /* others may have begun; what comes of this counts no more */
    else if (e != OK)
        log_err(r->w->log, LOG_WARN, "job-beat", &info);
    if (cancel)
        end_child(r, WHY_CANCELLED);
}

static void attend(struct running *r)
{
    while (hear(r)) {
        const int64_t now = job_monotonic_ms();
        if (r->w->stopped(r->w->with))
            end_child(r, WHY_STOPPED);
        if (now - r->started_ms > r->kind->time_ms)
            end_child(r, WHY_TIME);
        if (r->why == WHY_NOT)
            hold(r, now);
    }
    close(r->fd);
    while (waitpid(r->pid, &r->status, 0) < 0 && errno == EINTR) {
    }
    r->pid = 0; /* the number may be another's from now on */
}

/* ---- what the worker itself does with it ---- */

static void load_report(void *ctx, const char *step, double done, double total)
{
    struct running *r = ctx;
    r->beat = (struct beat){str_of(step), total > 0 ? done / total : -1, -1};
}

static bool load_is_over(void *ctx)
{
    struct running *r = ctx;
    if (r->w->stopped(r->w->with))
        end_child(r, WHY_STOPPED);
    if (r->why == WHY_NOT)
        hold(r, job_monotonic_ms());
    return r->why != WHY_NOT;
}

static err load(struct running *r, str folder, struct err_info *info)
{
    const struct progress progress = {load_report, load_is_over, r};
    const struct job_load l = {
        .app = r->w->app,
        .d = r->d,
        .owner = r->l->owner,
        .lang = r->l->lang,
        .args = r->l->args,
        .file = r->l->file,
        .n_files = r->l->n_files,
        .folder = folder,
        .progress = &progress,
        .memory = r->memory,
    };
    return r->kind->load(&l, info);
}

/* ---- its end ---- */

/* Says it until it is heard: the database may be away for a moment. */
static err end_job(struct running *r, enum job_state state, str failure, str result,
                   struct err_info *info)
{
    err e = E_BUSY;
    for (int i = 0; i < TRIES_TO_END && (e == E_BUSY || e == E_IO); i++) {
        if (i)
            usleep((useconds_t)job_lease_ms(r->w) * 1000 / 2 / TRIES_TO_END);
        e = job_lease_end(r->w, r->d, r->l, state, failure, result, info);
    }
    struct err_info left;
    if (e == OK && r->kind && r->kind->load &&
        job_files_let_go(r->d, r->w->app, r->l, r->memory, &left) != OK)
        log_err(r->w->log, LOG_WARN, "job-files-left", &left);
    return e;
}

static err fail(struct running *r, struct err_info failure, struct err_info *info)
{
    out o;
    out_init(&o, JOB_LINE_MAX);
    job_failures_print(&o, &failure, 1, 1);
    err e = out_error(&o, info);
    if (e == OK)
        e = end_job(r, JOB_FAILED, out_view(&o), STR(""), info);
    out_free(&o);
    return e;
}

/* The worker ended it. */
static err conclude_early(struct running *r, struct err_info *info)
{
    if (r->why == WHY_STOPPED)
        return job_lease_give_back(r->d, r->l, info);
    return r->why == WHY_CANCELLED ? end_job(r, JOB_CANCELLED, STR(""), STR(""), info)
                                   : err_set(info, E_CONFLICT, "job.lease-lost");
}

/* The results get their place first; they count when the job says so. */
static err finish(struct running *r, struct err_info *info)
{
    const str made = below(r->memory, r->folder, STR("out"));
    const str place = job_place(r->memory, r->w->app, JOB_RESULTS, r->name);
    err e = made.p && place.p ? OK : err_nomem(info);
    if (e == OK && r->kind->load)
        e = load(r, made, info);
    if (e != OK && r->why != WHY_NOT)
        return conclude_early(r, info);
    if (e == OK)
        e = job_sync_folder(made, info);
    if (e == OK)
        e = job_rename(made, place, info);
    if (e != OK)
        return fail(r, *info, info);
    e = end_job(r, JOB_DONE, STR(""), r->name, info);
    if (e == E_CONFLICT)
        job_remove(place); /* otherwise nobody knows whether they count; the sweeper finds out */
    return e;
}

static err fail_by(struct running *r, struct err_info *info)
{
    struct err_info failure;
    if (r->why == WHY_TIME) {
        err_set(&failure, E_LIMIT, "job.time-limit");
        msg_int(&failure.msg, r->kind->time_ms / 60000);
    } else {
        err_set(&failure, E_IO, "job.crashed");
        msg_int(&failure.msg, WIFSIGNALED(r->status) ? WTERMSIG(r->status) : 0);
    }
    return fail(r, failure, info);
}

static err conclude(struct running *r, struct err_info *info)
{
    switch (r->why) {
    case WHY_STOPPED:
    case WHY_CANCELLED:
    case WHY_LOST: return conclude_early(r, info);
    case WHY_NOT:
        if (r->is_done && WIFEXITED(r->status) && WEXITSTATUS(r->status) == 0)
            return finish(r, info);
        if (r->failures.n)
            return end_job(r, JOB_FAILED, r->failures, STR(""), info);
        /* fall through */
    default: return fail_by(r, info);
    }
}

static err run(struct running *r, struct err_info *info)
{
    err e = make_folder(r, info);
    if (e == OK)
        e = start(r, info);
    if (e == E_NOT_FOUND || e == E_INPUT)
        return fail(r, *info, info);
    if (e != OK) {
        struct err_info ignored;
        const err given = job_lease_give_back(r->d, r->l, &ignored);
        (void)given; /* else the lease ends by itself */
        return e;
    }
    attend(r);
    return conclude(r, info);
}

err job_supervise(const struct job_worker *w, db *d, arena *a, const struct leased *l,
                  struct err_info *info)
{
    struct running *r = calloc(1, sizeof *r);
    if (!r)
        return err_nomem(info);
    *r = (struct running){.w = w,
                          .l = l,
                          .d = d,
                          .memory = a,
                          .moment = arena_new(1 << 20),
                          .beat = {.step = STR(""), .share = -1, .left_ms = -1}};
    r->started_ms = r->shown_ms = r->held_ms = job_monotonic_ms();
    for (size_t i = 0; i < w->kinds.n; i++)
        if (str_eq(l->kind, str_of(w->kinds.kind[i].name)))
            r->kind = &w->kinds.kind[i];
    err e = OK;
    if (!r->moment) {
        e = err_nomem(info);
    } else if (!r->kind) {
        struct err_info failure;
        err_text(&failure, E_INPUT, "job.unknown-kind", l->kind);
        e = fail(r, failure, info);
    } else {
        e = run(r, info);
    }
    if (r->folder.p)
        job_remove(r->folder);
    arena_free(r->moment);
    free(r);
    return e;
}
