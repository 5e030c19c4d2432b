/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * job: long work, outside the process that answers requests.
 *
 * Does: keep jobs in the database; let one worker at a time lease one; heartbeat, progress, cancel,
 *       limits of time and memory; keep results and files that were uploaded; take up again, or
 *       clean up, what a dead worker left.
 * Does not: know what a job computes: each kind has a function in the table that `work` is given.
 *
 * A job runs in a child process of the worker, with its own limits (memory, time, no new files over
 * a size), so that a study that goes wrong takes nothing down with it.
 */
#ifndef ONTSCHOT_APP_JOB_JOB_H
#define ONTSCHOT_APP_JOB_JOB_H

#include "app/app.h"
#include "app/db/db.h"
#include "base/progress.h"

enum job_state { JOB_QUEUED, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELLED };
enum { JOB_LEASE_MS = 30000, JOB_HEARTBEAT_MS = 5000, JOB_TRIES_MAX = 3 };

struct job {
    struct job_id id;
    str kind; /* "study.run", "study.verify" */
    struct party_id owner;
    str title; /* what the owner calls it */
    enum job_state state;
    const char *step; /* message key of what it does now; NULL before it starts */
    double share;     /* 0 to 1; negative when unknown */
    int64_t left_ms;  /* an estimate; negative when unknown */
    int64_t created_at, started_at, ended_at;
    bool cancel_asked;
    struct err_info failure; /* with state FAILED */
    str result;              /* folder of its results; empty until DONE */
};

/* ---- files that were uploaded ---- */

struct job_file {
    struct file_id id;
    str name; /* as it was called, base name only */
    str type;
    int64_t bytes;
    str hash; /* hexadecimal BLAKE2b-256 */
    int64_t created_at;
};
/*
 * Takes over the temporary file at `path` (moved, synced) as a file of the viewer's. E_INPUT with
 * the reason when it is empty, too large, or not what its name says.
 */
WARN_UNUSED err job_file_take(const struct deed *deed, db *d, str path, str name,
                              struct file_id *id, struct err_info *info);
WARN_UNUSED err job_file_list(const struct deed *deed, db *d, struct job_file **list, size_t *n,
                              struct err_info *info);
/* E_CONFLICT while a job uses it. */
WARN_UNUSED err job_file_drop(const struct deed *deed, db *d, struct file_id id,
                              struct err_info *info);

/* ---- asking ---- */

/* For analysts. `files` are the viewer's own; `args` is JSON that the kind reads. */
WARN_UNUSED err job_put(const struct deed *deed, db *d, const char *kind, str title, str args,
                        const struct file_id *files, size_t n_files, struct job_id *id,
                        struct err_info *info);
/* The viewer's own; E_NOT_FOUND for another's. */
WARN_UNUSED err job_find(const struct deed *deed, db *d, struct job_id id, struct job *job,
                         struct err_info *info);
WARN_UNUSED err job_list(const struct deed *deed, db *d, struct job_id from, size_t limit,
                         struct job **list, size_t *n, struct job_id *next, struct err_info *info);
/* Asks it to stop; a running one stops within a few seconds. */
WARN_UNUSED err job_cancel(const struct deed *deed, db *d, struct job_id id, struct err_info *info);
/* The file `name` of the results, to be sent; E_NOT_FOUND. */
WARN_UNUSED err job_result_path(const struct deed *deed, db *d, struct job_id id, str name,
                                str *path, struct err_info *info);

/* ---- doing ---- */

struct job_run {
    struct job_id id;
    str args;
    str folder; /* an empty folder to leave the results in; kept only when the job is done */
    const struct job_file *file;
    const str *path; /* of each file */
    size_t n_files;
    const struct progress *progress; /* says progress on; tells when to stop */
    arena *memory;
    enum lang lang;
};
struct job_kind {
    const char *name;
    err (*run)(struct job_run *run, struct err_info *info);
    size_t memory_bytes; /* of the child process */
    int64_t time_ms;
};

struct job_worker {
    const struct app *app;
    store *store;
    const struct job_kind *kind;
    size_t n_kinds;
    str folder; /* data folder: files/ and results/ in it */
    bool (*stopped)(void);
    /* besides jobs, at most once every so often: seal the log, send mail, write counters */
    err (*idle)(void *with, db *d, struct err_info *info);
    void *with;
};
/* Works until it is stopped; a job under way then goes back to the queue. */
WARN_UNUSED err job_work(const struct job_worker *w, struct err_info *info);

#endif
