/* SPDX-License-Identifier: EUPL-1.2 */
/* work: the life of a worker: jobs one after another, and beside them what comes up regularly. */
#include "app/job/job_int.h"

#include <pthread.h>
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
    int64_t swept_ms; /* monotonic; 0: never */
    int64_t away_ms;
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

/* True when the worker may go on after this. */
static bool bear(struct worker *k, err e, const struct err_info *info)
{
    if (k->w->once)
        return false;
    log_err(k->w->log, LOG_ERROR, "work", info);
    k->away_ms = k->away_ms ? 2 * k->away_ms : AWAY_MS;
    if (k->away_ms > AWAY_MAX_MS)
        k->away_ms = AWAY_MAX_MS;
    wait_ms(k->w, k->away_ms);
    return e == E_BUSY || e == E_IO || e == E_NOMEM;
}

static err work_on(struct worker *k, struct err_info *info)
{
    while (!k->w->stopped(k->w->with)) {
        sweep_sometimes(k);
        const err e = do_next(k, info);
        if (e == OK) {
            k->away_ms = 0;
        } else if (e == E_NOT_FOUND) {
            k->away_ms = 0;
            if (k->w->once && k->watch.n == 0)
                return OK;
            wait_ms(k->w, k->watch.n ? WAIT_STEP_MS : LOOK_MS);
        } else if (!bear(k, e, info)) {
            return e;
        }
    }
    return OK;
}

err job_work(const struct job_worker *w, struct err_info *info)
{
    struct worker k = {.w = w, .memory = arena_new(JOB_MEMORY_MAX)};
    struct idler idler = {.w = w};

    err e = k.memory ? job_place_make(w->app, info) : err_nomem(info);
    if (e == OK)
        e = db_open(w->store, &k.d, info);
    if (e == OK)
        e = idler_start(&idler, w, info);
    if (e == OK)
        e = work_on(&k, info);
    idler_stop(&idler);
    db_close(k.d);
    arena_free(k.memory);
    return e;
}
