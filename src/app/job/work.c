/* SPDX-License-Identifier: EUPL-1.2 */
/* work: the life of a worker: jobs one after another, and beside them what comes up regularly. */
#include "app/job/job_int.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    LOOK_MS = 500,       /* how often it looks for a job */
    WAIT_STEP_MS = 100,  /* how soon it hears that it must stop */
    AWAY_MS = 1000,      /* how long it waits when the database is away, at first */
    AWAY_MAX_MS = 30000, /* and at last */
    IDLE_MS = 2000,
    SWEEP_MS = 600000,
};

struct worker {
    const struct job_worker *w;
    db *d;
    arena *memory; /* of one job */
    struct watch watch;
    bool sweeps;
    int64_t swept_ms; /* monotonic; 0: never */
    int64_t away_ms;
    pthread_t thread;
    bool runs;
    err result;
    struct err_info info;
};

/* ---- what comes up regularly ---- */

struct idler {
    const struct job_worker *w;
    db *d;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t change;
    bool stops, runs;
};

static void idle_once(const struct idler *i)
{
    struct err_info info;
    if (i->w->idle(i->w->with, i->d, &info) != OK)
        log_err(i->w->log, LOG_WARN, "idle", &info);
}

static void wait_for_change(struct idler *i)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += IDLE_MS / 1000;
    (void)pthread_cond_timedwait(&i->change, &i->mutex, &until);
}

/* At least once after it was asked to stop, so that what the last job wrote is dealt with. */
static void *idle_on(void *arg)
{
    struct idler *i = arg;
    for (bool last = false; !last;) {
        pthread_mutex_lock(&i->mutex);
        last = i->stops;
        pthread_mutex_unlock(&i->mutex);
        idle_once(i);
        pthread_mutex_lock(&i->mutex);
        if (!i->stops)
            wait_for_change(i);
        pthread_mutex_unlock(&i->mutex);
    }
    return NULL;
}

static err idler_start(struct idler *i, const struct job_worker *w, struct err_info *info)
{
    pthread_condattr_t steady;
    *i = (struct idler){.w = w};
    if (!w->idle)
        return OK;
    err e = db_open(w->store, &i->d, info);
    if (e != OK)
        return e;
    pthread_mutex_init(&i->mutex, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&i->change, &steady);
    pthread_condattr_destroy(&steady);
    i->runs = pthread_create(&i->thread, NULL, idle_on, i) == 0;
    return i->runs ? OK : err_set(info, E_NOMEM, "error.memory");
}

static void idler_stop(struct idler *i)
{
    if (i->runs) {
        pthread_mutex_lock(&i->mutex);
        i->stops = true;
        pthread_cond_signal(&i->change);
        pthread_mutex_unlock(&i->mutex);
        pthread_join(i->thread, NULL);
    }
    db_close(i->d);
}

/* ---- jobs ---- */

static void wait_ms(const struct job_worker *w, int64_t ms)
{
    const int64_t until = job_monotonic_ms() + ms;
    while (!w->stopped(w->with) && job_monotonic_ms() < until)
        usleep(WAIT_STEP_MS * 1000);
}

static void log_job(const struct job_worker *w, const char *event, const struct leased *l,
                    int64_t took_ms)
{
    log_event(w->log, LOG_INFO, event, LOG_INT("job", l->id.v), LOG_TEXT("kind", l->kind),
              LOG_INT("ms", took_ms));
}

/* E_NOT_FOUND when there is nothing to do now. */
static err do_next(struct worker *k, struct err_info *info)
{
    struct leased l;
    arena_reset(k->memory);
    err e = job_lease_next(k->w, k->d, k->memory, &k->watch, &l, info);
    if (e != OK)
        return e;
    const int64_t began = job_monotonic_ms();
    log_job(k->w, "job-begins", &l, 0);
    e = job_supervise(k->w, k->d, k->memory, &l, info);
    log_job(k->w, e == OK ? "job-ended" : "job-left", &l, job_monotonic_ms() - began);
    return e == E_CONFLICT ? OK : e; /* another has it now */
}

static void sweep_sometimes(struct worker *k)
{
    struct err_info info;
    const int64_t now = job_monotonic_ms();
    if (k->swept_ms && now - k->swept_ms < SWEEP_MS)
        return;
    k->swept_ms = now;
    if (job_sweep(k->w, k->d, &info) != OK)
        log_err(k->w->log, LOG_WARN, "sweep", &info);
}

/* The database is away, the disk is full: others mend that, and then the work goes on. */
static void bear(struct worker *k, const struct err_info *info)
{
    log_err(k->w->log, LOG_ERROR, "work", info);
    k->away_ms = k->away_ms ? 2 * k->away_ms : AWAY_MS;
    if (k->away_ms > AWAY_MAX_MS)
        k->away_ms = AWAY_MAX_MS;
    wait_ms(k->w, k->away_ms);
}

static err work_on(struct worker *k, struct err_info *info)
{
    while (!k->w->stopped(k->w->with)) {
        if (k->sweeps)
            sweep_sometimes(k);
        const err e = do_next(k, info);
        if (e == OK) {
            k->away_ms = 0;
        } else if (e == E_NOT_FOUND) {
            k->away_ms = 0;
            if (k->w->once && k->watch.n == 0)
                return OK;
            wait_ms(k->w, k->watch.n ? WAIT_STEP_MS : LOOK_MS);
        } else if (k->w->once) {
            return e;
        } else {
            bear(k, info);
        }
    }
    return OK;
}

static void *work_in_thread(void *arg)
{
    struct worker *k = arg;
    k->result = work_on(k, &k->info);
    return NULL;
}

static err worker_open(struct worker *k, const struct job_worker *w, struct err_info *info)
{
    *k = (struct worker){.w = w, .memory = arena_new(JOB_MEMORY_MAX)};
    return k->memory ? db_open(w->store, &k->d, info) : err_nomem(info);
}

static void worker_close(struct worker *k)
{
    db_close(k->d);
    arena_free(k->memory);
}

/* The first works in this thread, the others each in one of their own. */
static err work_together(struct worker *k, size_t n, struct err_info *info)
{
    err e = OK;
    k[0].sweeps = true;
    for (size_t i = 1; i < n; i++)
        k[i].runs = pthread_create(&k[i].thread, NULL, work_in_thread, &k[i]) == 0;
    (void)work_in_thread(&k[0]);
    for (size_t i = 0; i < n; i++) {
        if (k[i].runs)
            pthread_join(k[i].thread, NULL);
        if (e == OK && k[i].result != OK) {
            e = k[i].result;
            *info = k[i].info;
        }
    }
    return e;
}

err job_work(const struct job_worker *w, struct err_info *info)
{
    const size_t n = w->at_once ? w->at_once : 1;
    struct worker *k = calloc(n, sizeof *k);
    struct idler idler = {.w = w};

    err e = k ? job_place_make(w->app, info) : err_nomem(info);
    for (size_t i = 0; e == OK && i < n; i++)
        e = worker_open(&k[i], w, info);
    if (e == OK)
        e = idler_start(&idler, w, info);
    if (e == OK)
        e = work_together(k, n, info);
    idler_stop(&idler);
    for (size_t i = 0; k && i < n; i++)
        worker_close(&k[i]);
    free(k);
    return e;
}
