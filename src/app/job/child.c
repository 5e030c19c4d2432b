/* SPDX-License-Identifier: EUPL-1.2 */
/* child: what a child process does: limits itself, computes, tells how it went. */
#include "app/job/job_int.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    SAY_MS = 250, /* at most so often */
    NICE = 19,
    FILES_OPEN_MAX = 256,
    CPU_SPARE_S = 60, /* the worker's clock ends a job first */
    IO_WHO_PROCESS = 1,
    IO_IDLE = 3 << 13,
};

/* ---- telling ---- */

struct teller {
    int fd;
    const char *step;
    double share;
    int64_t said_ms;
};

static bool write_all(int fd, str text)
{
    while (text.n) {
        const ssize_t n = write(fd, text.p, text.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text = str_cut(text, (size_t)n, text.n);
    }
    return true;
}

static bool say(int fd, const struct job_said *said)
{
    out o;
    out_init(&o, JOB_LINE_MAX);
    job_say(&o, said);
    const bool heard = o.error == OK && write_all(fd, out_view(&o));
    out_free(&o);
    return heard;
}

/* The share never goes back, whatever the steps think of themselves. */
static void report(void *ctx, const char *step, double done, double total)
{
    struct teller *t = ctx;
    const double share = total > 0 ? done / total : 0;
    const int64_t now = job_monotonic_ms();
    const bool same_step = t->step && strcmp(t->step, step) == 0;
    if (share > t->share && share <= 1)
        t->share = share;
    if (same_step && now - t->said_ms < SAY_MS)
        return;
    t->step = step;
    t->said_ms = now;
    (void)say(t->fd,
              &(struct job_said){.what = SAID_STEP, .step = str_of(step), .share = t->share});
}

static bool tell_failures(int fd, const struct err_info *list, size_t n, size_t n_found)
{
    out o;
    out_init(&o, JOB_LINE_MAX / 2);
    job_failures_print(&o, list, n, n_found);
    if (o.error != OK) { /* the first says enough */
        out_clear(&o);
        job_failures_print(&o, list, 1, n_found);
    }
    const bool heard =
        o.error == OK && say(fd, &(struct job_said){.what = SAID_FAILED, .failures = out_view(&o)});
    out_free(&o);
    return heard;
}

/* ---- limits ---- */

static void limit(__rlimit_resource_t what, rlim_t value)
{
    struct rlimit now;
    if (getrlimit(what, &now) == 0 && value < now.rlim_max)
        now.rlim_max = value;
    if (value < now.rlim_cur)
        now.rlim_cur = value;
    (void)setrlimit(what, &now);
}

/* What the program itself takes before it begins, so that `memory_bytes` is what a job may use. */
static rlim_t data_in_use(void)
{
    unsigned long long size = 0, resident, shared, text, library, data = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (f) {
        if (fscanf(f, "%llu %llu %llu %llu %llu %llu", &size, &resident, &shared, &text, &library,
                   &data) != 6)
            data = 0;
        (void)fclose(f);
    }
    return (rlim_t)data * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* When the computer has no memory left, the system ends a job first, never the site. */
static void offer_myself(void)
{
    FILE *f = fopen("/proc/self/oom_score_adj", "we");
    if (f) {
        (void)fputs("1000", f);
        (void)fclose(f);
    }
}

/*
 * One core is never a job's, when there are two: priority alone does not keep pages fast, because a
 * core on which a job runs is not idle, and only an idle core takes over what waits for another.
 */
static void leave_a_core(void)
{
    cpu_set_t mine;
    if (sched_getaffinity(0, sizeof mine, &mine) != 0 || CPU_COUNT(&mine) < 2)
        return;
    size_t first = 0;
    while (!CPU_ISSET(first, &mine))
        first++;
    CPU_CLR(first, &mine);
    (void)sched_setaffinity(0, sizeof mine, &mine);
}

/* None of these can make the job wrong; where the system refuses one, the others still stand. */
static void limit_myself(const struct job_kind *kind)
{
    const rlim_t cores = (rlim_t)sysconf(_SC_NPROCESSORS_ONLN);
    limit(RLIMIT_DATA, data_in_use() + kind->memory_bytes);
    limit(RLIMIT_CPU, (rlim_t)(kind->time_ms / 1000) * cores + CPU_SPARE_S);
    limit(RLIMIT_FSIZE, (rlim_t)JOB_RESULT_BYTES_MAX);
    limit(RLIMIT_NOFILE, FILES_OPEN_MAX);
    limit(RLIMIT_CORE, 0);
    (void)signal(SIGXFSZ, SIG_IGN); /* writing then fails, which is told */
    (void)setpriority(PRIO_PROCESS, 0, NICE);
    leave_a_core();
    (void)syscall(SYS_ioprio_set, IO_WHO_PROCESS, 0, IO_IDLE);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    (void)unshare(CLONE_NEWNET); /* no network; only root may */
    offer_myself();
}

/* A worker that dies takes its child with it. False when it is dead already. */
static bool die_with(int64_t parent)
{
    return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == (pid_t)parent;
}

/* ---- computing ---- */

static const struct job_kind *kind_of(struct job_kinds kinds, str name)
{
    for (size_t i = 0; i < kinds.n; i++)
        if (str_eq(name, str_of(kinds.kind[i].name)))
            return &kinds.kind[i];
    return NULL;
}

static err fill(struct job_run *run, const struct job_order *order, arena *a, struct err_info *info)
{
    str *path = ARENA_NEW(a, str, order->n_files);
    if (!path)
        return err_nomem(info);
    for (size_t i = 0; i < order->n_files; i++)
        path[i] = order->file[i].name;
    run->id = order->id;
    run->args = order->args;
    run->folder = STR("../out");
    run->spare = STR("../spare");
    run->file = order->file;
    run->path = path;
    run->n_files = order->n_files;
    run->memory = a;
    run->lang = order->lang;
    run->now_ms = order->now_ms;
    run->keys = order->keys;
    return OK;
}

static err go_to_files(arena *a, str folder, struct err_info *info)
{
    out o;
    out_init(&o, JOB_LINE_MAX);
    out_str(&o, folder);
    out_cstr(&o, "/in");
    const str path = o.error == OK ? arena_str(a, out_view(&o)) : (str){NULL, 0};
    out_free(&o);
    if (!path.p)
        return err_nomem(info);
    return chdir(path.p) == 0 ? OK : err_io(info, "file.cannot-open", STR(""));
}

static err compute(const struct job_kind *kind, const struct job_order *order, arena *a,
                   struct teller *teller, struct errs *errors, struct err_info *info)
{
    const struct progress progress = {.report = report, .ctx = teller};
    struct job_run run = {.progress = &progress, .errors = errors};

    err e = fill(&run, order, a, info);
    if (e == OK)
        e = go_to_files(a, order->folder, info);
    if (e == OK) {
        limit_myself(kind);
        (void)job_fence(order->folder, order->keys); /* where the system can */
    }
    if (e == OK)
        e = par_new(order->threads, &run.pool, info);
    if (e == OK)
        e = kind->run(&run, info);
    par_free(run.pool);
    return e;
}

/* No memory means: no more than the job may have. */
static void explain(struct err_info *info, const struct job_kind *kind)
{
    if (info->code != E_NOMEM)
        return;
    err_set(info, E_LIMIT, "job.memory-limit");
    msg_int(&info->msg, (int64_t)(kind->memory_bytes >> 20));
}

static bool tell_end(int fd, err e, const struct job_kind *kind, struct errs *errors,
                     struct err_info *info)
{
    if (e == OK)
        return say(fd, &(struct job_said){.what = SAID_DONE});
    if (errors->n_found == 0 || e == E_NOMEM)
        return explain(info, kind), tell_failures(fd, info, 1, 1);
    errs_sort(errors);
    for (size_t i = 0; i < errors->n; i++)
        explain(&errors->item[i], kind);
    return tell_failures(fd, errors->item, errors->n, errors->n_found);
}

static err read_order(arena *a, int in, struct job_order *order, struct err_info *info)
{
    char piece[4096];
    out o;
    ssize_t n;
    out_init(&o, JOB_ORDER_MAX);
    while ((n = read(in, piece, sizeof piece)) > 0)
        out_bytes(&o, piece, (size_t)n);
    err e = out_error(&o, info);
    if (e == OK)
        e = job_order_parse(a, out_view(&o), order, info);
    out_free(&o);
    return e;
}

err job_child(struct job_kinds kinds, int in, int says, struct err_info *info)
{
    arena *a = arena_new(JOB_MEMORY_MAX);
    struct teller teller = {.fd = says, .share = 0};
    struct job_order order;
    struct errs errors;

    err e = a ? errs_init(&errors, a, JOB_FAILURES_MAX, info) : err_nomem(info);
    if (e == OK)
        e = read_order(a, in, &order, info);
    if (e == OK && !die_with(order.parent))
        e = err_set(info, E_CANCELLED, "error.cancelled");
    const struct job_kind *kind = e == OK ? kind_of(kinds, order.kind) : NULL;
    if (e == OK && !kind)
        e = err_text(info, E_INPUT, "job.unknown-kind", order.kind);
    if (kind) {
        const err ended = compute(kind, &order, a, &teller, &errors, info);
        if (!tell_end(says, ended, kind, &errors, info))
            e = err_set(info, E_IO, "job.not-heard");
    }
    arena_free(a);
    return e;
}
