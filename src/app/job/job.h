/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * job: long work, outside the process that answers requests.
 *
 * Does: keep jobs in the database; let one worker at a time lease one; heartbeat, progress, cancel,
 *       limits of time and memory; keep results and files that were uploaded; take up again, or
 *       clean up, what a dead worker left.
 * Does not: know what a job computes: each kind has a function in the table that `work` is given.
 *
 * A job runs in a child process of the worker that knows no database: it is told what to do on its
 * standard input, and tells on its standard output how far it is and how it ended. It has its own
 * limits (memory, time, size of files) and a low priority, so that a study that goes wrong takes
 * nothing down with it and pages stay fast.
 *
 * A lease lasts JOB_LEASE_MS by the clock of who holds it. A worker takes a job from another when
 * its lease has ended and stays so for a third of that time, measured by a clock that nobody sets:
 * whoever is alive renews it long before. What a job leaves counts only when the transaction that
 * ends the job names the lease it still has, so that a job is done once, whatever happens.
 *
 * The data folder: files/HASH-ID, run/ID-LEASE while a job runs, results/ID-LEASE, keys/, and
 * uploads/ for what is on its way from a browser.
 */
#ifndef ONTSCHOT_APP_JOB_JOB_H
#define ONTSCHOT_APP_JOB_JOB_H

#include "app/access/holding.h"
#include "app/app.h"
#include "app/db/db.h"
#include "base/errs.h"
#include "base/log.h"
#include "base/par.h"
#include "base/progress.h"

enum job_state { JOB_QUEUED, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELLED };

enum {
    JOB_LEASE_MS = 30000,
    JOB_TRIES_MAX = 3,         /* workers that may die on one job */
    JOB_OPEN_MAX = 20,         /* of one account, queued or running */
    JOB_KEPT_MAX = 200,        /* of one account, with their results */
    JOB_FILES_MAX = 64,        /* of one job */
    JOB_FILES_KEPT_MAX = 1000, /* of one account */
    JOB_TITLE_MAX = 200,       /* bytes */
    JOB_ARGS_MAX = 16 << 10,   /* bytes */
    JOB_NAME_MAX = 120,        /* bytes, of a file */
    JOB_LIST_MAX = 200,
};
#define JOB_FILE_BYTES_MAX   (INT64_C(2) << 30)   /* one file */
#define JOB_OWN_BYTES_MAX    (INT64_C(10) << 30)  /* all files of one account */
#define JOB_SITE_BYTES_MAX   (INT64_C(200) << 30) /* all files of the site */
#define JOB_RESULT_BYTES_MAX (INT64_C(1) << 30)   /* one file of a result */

struct job {
    struct job_id id;
    str kind; /* "study.run", "study.verify" */
    struct party_id owner;
    str title; /* what the owner calls it */
    enum job_state state;
    const char *step; /* message key of what it does now; NULL before it starts */
    double share;     /* 0 to 1; negative when unknown */
    int64_t left_ms;  /* an estimate; negative when unknown */
    int64_t created_at, started_at, ended_at; /* 0: not yet */
    int tries;                                /* how often a worker began */
    bool cancel_asked;
    struct err_info failure; /* with state FAILED: the first of */
    const struct err_info *failures;
    size_t n_failures, n_failures_found; /* found - n were not kept */
    str result;                          /* folder of its results; empty until DONE */
};

/* ---- files on their way ---- */

/* Where a file may be written while it is uploaded: a new name in the data folder, in its arena. */
WARN_UNUSED err job_upload_place(const struct deed *deed, db *d, str *path, struct err_info *info);
/*
 * For a program before it takes uploads: removes what programs that were killed left half, unless
 * one that lives takes uploads into this data folder, too. Close *lock when none are taken any
 * more.
 */
WARN_UNUSED err job_uploads_open(const struct app *app, int *lock, struct err_info *info);

/* ---- files that were uploaded ---- */

struct job_file {
    struct file_id id;
    str name; /* as it was called, base name only */
    str type; /* "csv", "yaml", "json", "jsonl", "columns", "html", "xlsx", "signature" */
    int64_t bytes;
    str hash; /* hexadecimal BLAKE2b-256 */
    int64_t created_at;
};
/*
 * Takes over the temporary file at `path` (moved, synced) as a file of the viewer's. For analysts
 * and stewards.
 * E_INPUT with the reason when it is empty or not what its name says, E_LIMIT when it is too large
 * or there is no room left for it. On an error the file stays where it is.
 */
WARN_UNUSED err job_file_take(const struct deed *deed, db *d, str path, str name,
                              struct file_id *id, struct err_info *info);
/* The newest first. */
WARN_UNUSED err job_file_list(const struct deed *deed, db *d, struct job_file **list, size_t *n,
                              struct err_info *info);
/* E_CONFLICT while a job uses it. */
WARN_UNUSED err job_file_drop(const struct deed *deed, db *d, struct file_id id,
                              struct err_info *info);

/* ---- asking ---- */

/*
 * For analysts; what begins with "intake." for stewards. `files` are the viewer's own; `args` is
 * JSON that the kind reads, may be empty. Asked again under deed->once it gives the job that was
 * made the first time, and leaves `files` alone.
 */
WARN_UNUSED err job_put(const struct deed *deed, db *d, const char *kind, str title, str args,
                        const struct file_id *files, size_t n_files, struct job_id *id,
                        struct err_info *info);
/* The viewer's own; E_NOT_FOUND for another's. */
WARN_UNUSED err job_find(const struct deed *deed, db *d, struct job_id id, struct job *job,
                         struct err_info *info);
/* Newest first, older than `from` (v == 0: the newest). `next` continues; v == 0: no more. */
WARN_UNUSED err job_list(const struct deed *deed, db *d, struct job_id from, size_t limit,
                         struct job **list, size_t *n, struct job_id *next, struct err_info *info);
/*
 * Asks it to stop; a running one stops within a few seconds. OK when it was cancelled already,
 * E_CONFLICT when it has ended otherwise.
 */
WARN_UNUSED err job_cancel(const struct deed *deed, db *d, struct job_id id, struct err_info *info);
/* Takes one that has ended away, with its results. E_CONFLICT when it has not. */
WARN_UNUSED err job_drop(const struct deed *deed, db *d, struct job_id id, struct err_info *info);

struct job_result {
    str name;
    int64_t bytes;
};
/* What a job that is done left, by name. */
WARN_UNUSED err job_results(const struct deed *deed, db *d, struct job_id id,
                            struct job_result **list, size_t *n, struct err_info *info);
/* The file `name` of the results, to be sent; E_NOT_FOUND. */
WARN_UNUSED err job_result_path(const struct deed *deed, db *d, struct job_id id, str name,
                                str *path, struct err_info *info);

/* For account_erase: all jobs and files of somebody. The worker sweeps the bytes. */
WARN_UNUSED err job_forget(db_tx *tx, struct party_id who, struct err_info *info);

/* For export and erasure. */
extern const struct access_holding job_holding;

/* ---- doing, in the child ---- */

struct job_run {
    struct job_id id;
    str args;
    str folder; /* an empty folder to leave the results in; kept only when the job is done */
    str spare;  /* another one, removed when the job ends */
    const struct job_file *file;
    const str *path; /* of each file: its name, in the folder where the child is */
    size_t n_files;
    const struct progress *progress; /* says progress on */
    par *pool;
    arena *memory;
    enum lang lang;
    int64_t now_ms;
    str keys;            /* folder of the keys of this installation */
    struct errs *errors; /* where a kind that finds several mistakes leaves them all */
};

/* What the worker does with what a child left, for work that ends in the database. */
struct job_load {
    const struct app *app;
    db *d;
    struct party_id owner;
    enum lang lang;
    str args;
    const struct job_file *file;
    size_t n_files;
    str folder; /* what the child left: believed no more than what was uploaded */
    const struct progress *progress; /* holds the lease: ask it often whether to go on */
    arena *memory;
};
struct job_kind {
    const char *name;
    err (*run)(struct job_run *run, struct err_info *info);
    size_t memory_bytes; /* beside what the program itself takes */
    int64_t time_ms;
    /*
     * In the worker, behind `run`; NULL for most. It may come again after a worker died, even when
     * it had succeeded. What it leaves in the folder are the results; the files that were uploaded
     * go when the job ends, however it does.
     */
    err (*load)(const struct job_load *l, struct err_info *info);
};
struct job_kinds {
    const struct job_kind *kind;
    size_t n;
};

/*
 * What the child does with its life: reads from fd `in` what to do, and writes to fd `says` how it
 * goes. An error when it could not even do that.
 */
WARN_UNUSED err job_child(struct job_kinds kinds, int in, int says, struct err_info *info);

/* ---- doing, in the worker ---- */

struct job_worker {
    const struct app *app; /* with its data folder */
    store *store;
    struct job_kinds kinds;
    const char *const *child; /* argv, ending in NULL, with which this program is a job_child */
    unsigned at_once;         /* jobs at the same time; 0: one */
    unsigned threads;         /* of a job; 0: one for each core */
    int64_t lease_ms;         /* 0: JOB_LEASE_MS */
    int tries_max;            /* 0: JOB_TRIES_MAX */
    log_sink *log;            /* may be NULL */
    bool once;                /* ends when nothing waits */
    bool (*stopped)(void *with);
    /* besides jobs, every two seconds, in a thread of its own; may be NULL */
    err (*idle)(void *with, db *d, struct err_info *info);
    void *with;
};
/*
 * Works until it is stopped; a job under way then goes back to the queue. Goes on when the database
 * is away for a while, except with `once`.
 */
WARN_UNUSED err job_work(const struct job_worker *w, struct err_info *info);

#endif
