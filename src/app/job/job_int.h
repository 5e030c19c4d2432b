/* SPDX-License-Identifier: EUPL-1.2 */
/* job_int: what the files of this room share. */
#ifndef ONTSCHOT_APP_JOB_INT_H
#define ONTSCHOT_APP_JOB_INT_H

#include "app/audit/audit.h"
#include "app/job/failure.h"
#include "app/job/job.h"
#include "app/job/queries.h"
#include "app/once/once.h"

enum {
    JOB_LINE_MAX = 64 << 10,    /* bytes of what a child says at once */
    JOB_ORDER_MAX = 256 << 10,  /* bytes of what a child is told */
    JOB_MEMORY_MAX = 256 << 20, /* bytes of an arena here */
};

/* Names folders and files in the data folder; lease or id tells whose it is. */
#define JOB_FILES   "files"
#define JOB_RUN     "run"
#define JOB_RESULTS "results"
#define JOB_KEYS    "keys"
#define JOB_UPLOADS "uploads"

/* ---- place.c: the data folder ---- */

/* "DATA/part/name", zero-terminated; p is NULL when memory is out. An empty name is left out. */
str job_place(arena *a, const struct app *app, const char *part, str name);
/* "ID-LEASE" */
str job_lease_name(arena *a, struct job_id id, int64_t lease);
/* Makes it and its parts, for the owner's eyes only. */
WARN_UNUSED err job_place_make(const struct app *app, struct err_info *info);
/* "plan.yaml": no path, nothing hidden, nothing that a terminal or a header would obey. */
bool job_name_is_plain(str name);
/* Removes a file or a folder with all in it; what is not there is fine. */
void job_remove(str path);
/* Makes all in a folder survive a power cut. */
WARN_UNUSED err job_sync_folder(str path, struct err_info *info);
/* Renames, and makes the new name survive. */
WARN_UNUSED err job_rename(str from, str to, struct err_info *info);
/* Makes the name of a file or folder survive a power cut. */
WARN_UNUSED err job_sync_above(str path, struct err_info *info);
/* A new file with the same bytes; nothing when that fails. */
WARN_UNUSED err job_copy(str from, str to, struct err_info *info);
/* Calls fn for every name in a folder. */
WARN_UNUSED err job_each_name(str path, err (*fn)(void *to, str name, struct err_info *info),
                              void *to, struct err_info *info);

/* "DATA/files/HASH-ID" */
str job_file_place(arena *a, const struct app *app, str hash, struct file_id id);

/* ---- type.c: what a file is ---- */

/* The type that the name promises and the first bytes keep. E_INPUT with the reason. */
WARN_UNUSED err job_type_of(str path, str name, const char **type, struct err_info *info);

/* job.c: whether somebody may put work of this kind; NULL: of any kind. */
bool job_may(const struct deed *deed, const char *kind);

/* ---- order.c: what a child is told ---- */

struct job_order {
    struct job_id id;
    str kind, args, folder; /* run/ID-LEASE, absolute */
    str keys;
    enum lang lang;
    int64_t now_ms;
    unsigned threads;
    int64_t parent; /* process that gave the order */
    const struct job_file *file;
    size_t n_files;
};
void job_order_print(out *o, const struct job_order *order);
WARN_UNUSED err job_order_parse(arena *a, str json, struct job_order *order, struct err_info *info);

/* ---- say.c: what a child says, one line each time ---- */

struct job_said {
    enum { SAID_STEP, SAID_DONE, SAID_FAILED } what;
    str step;
    double share;
    str failures; /* JSON of failure.c */
};
void job_say(out *o, const struct job_said *said);
bool job_said_parse(arena *a, str line, struct job_said *said);

/* ---- lease.c: who works on what ---- */

struct leased {
    struct job_id id;
    int64_t lease;
    str kind, args;
    struct party_id owner;
    enum lang lang;
    const struct job_file *file; /* in the arena */
    size_t n_files;
};

/* Jobs whose lease has ended, as long as they are watched. */
enum { WATCHED_MAX = 16 };
struct watch {
    struct {
        struct job_id id;
        int64_t lease, until, since_ms; /* the latter monotonic */
    } seen[WATCHED_MAX];
    size_t n;
};

/*
 * Leases the next job: first one that a dead worker left, then one that waits. E_NOT_FOUND when
 * there is none; `watch` then tells whether some may yet turn out to be left. One that was left too
 * often, or that was cancelled meanwhile, is ended here.
 */
WARN_UNUSED err job_lease_next(const struct job_worker *w, db *d, arena *a, struct watch *watch,
                               struct leased *l, struct err_info *info);
struct beat {
    str step;
    double share;
    int64_t left_ms;
};
/* Holds the lease. E_CONFLICT when another has it, or the job is gone. */
WARN_UNUSED err job_lease_beat(const struct job_worker *w, db *d, arena *a, const struct leased *l,
                               const struct beat *beat, bool *cancel, struct err_info *info);
/* Ends the job, once; again is fine. E_CONFLICT when another has it. */
WARN_UNUSED err job_lease_end(const struct job_worker *w, db *d, const struct leased *l,
                              enum job_state state, str failure, str result, struct err_info *info);
WARN_UNUSED err job_lease_give_back(db *d, const struct leased *l, struct err_info *info);
int64_t job_lease_ms(const struct job_worker *w);

/* file.c: the files of a job that has ended go: they held what it took into the database. */
WARN_UNUSED err job_files_let_go(db *d, const struct app *app, const struct leased *l, arena *a,
                                 struct err_info *info);

/* ---- supervise.c: one child ---- */

/* Runs it in a child and ends, or gives back, the job. An error when it could do neither. */
WARN_UNUSED err job_supervise(const struct job_worker *w, db *d, arena *a, const struct leased *l,
                              struct err_info *info);

/* ---- fence.c ---- */

/*
 * From now on this process opens nothing but what is in `folder` or the system's temporary one, and
 * the signing key, and no TCP connection. False where the system has no such thing. After
 * PR_SET_NO_NEW_PRIVS.
 */
bool job_fence(str folder, str keys);

/* ---- sweep.c ---- */

/* Removes what no job or file in the database answers for. */
WARN_UNUSED err job_sweep(const struct job_worker *w, db *d, struct err_info *info);

int64_t job_monotonic_ms(void);

#endif
