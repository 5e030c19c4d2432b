/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The SQLite driver: the one thread that writes. While it flushes one group to disk
 * the next gathers, so that a flush serves all who wait; each has a savepoint of its
 * own and hears of success only when the group is on disk.
 */
#include "app/db/sqlite_int.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { QUEUE_MAX = 1024, GROUP_MAX = 64, GROUP_MS = 20, GATHER_US = 300 };

/* One transaction that waits, on the stack of its caller. */
struct request {
    tx_fn *fn;
    void *arg;
    struct err_info *info;
    err result;
    bool is_done;
    pthread_cond_t done;
};

struct sqlite_writer {
    store *s;
    struct sqlite_db *d;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t work, room;
    struct request *queue[QUEUE_MAX];
    size_t first, n;
    size_t last_group; /* how many the last flush served */
    bool is_stopping;
};

/* What a group has run so far. */
struct group {
    struct request *member[GROUP_MAX];
    size_t n;
};

static int64_t monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- the queue ---- */

/* A moment from now, on the clock of our conditions. */
static struct timespec after_us(int64_t us)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    const int64_t ns = t.tv_nsec + us % 1000000 * 1000;
    t.tv_sec += us / 1000000 + ns / 1000000000;
    t.tv_nsec = ns % 1000000000;
    return t;
}

/* The next one; NULL when there is none in `until`, or (NULL) ever because the store closes. */
static struct request *take(sqlite_writer *w, const struct timespec *until)
{
    struct request *r = NULL;
    int waited = 0;
    pthread_mutex_lock(&w->mutex);
    while (w->n == 0 && !w->is_stopping && waited == 0)
        waited = until ? pthread_cond_timedwait(&w->work, &w->mutex, until)
                       : pthread_cond_wait(&w->work, &w->mutex);
    if (w->n > 0) {
        r = w->queue[w->first];
        w->first = (w->first + 1) % QUEUE_MAX;
        w->n--;
        pthread_cond_signal(&w->room);
    }
    pthread_mutex_unlock(&w->mutex);
    return r;
}

static void tell(sqlite_writer *w, const struct group *g)
{
    pthread_mutex_lock(&w->mutex);
    for (size_t i = 0; i < g->n; i++) {
        g->member[i]->is_done = true;
        pthread_cond_signal(&g->member[i]->done);
    }
    pthread_mutex_unlock(&w->mutex);
}

static err put(sqlite_writer *w, struct request *r)
{
    const struct timespec until = after_us((int64_t)w->s->busy_ms * 1000);
    while (w->n == QUEUE_MAX)
        if (pthread_cond_timedwait(&w->room, &w->mutex, &until) != 0 && w->n == QUEUE_MAX)
            return db_error(w->s, r->info, E_BUSY, "db.queue-full");
    w->queue[(w->first + w->n++) % QUEUE_MAX] = r;
    pthread_cond_signal(&w->work);
    return OK;
}

err sqlite_writer_do(sqlite_writer *w, tx_fn *fn, void *arg, struct err_info *info)
{
    struct request r = {.fn = fn, .arg = arg, .info = info};
    pthread_cond_init(&r.done, NULL);
    pthread_mutex_lock(&w->mutex);
    r.result = put(w, &r);
    if (r.result == OK)
        while (!r.is_done)
            pthread_cond_wait(&r.done, &w->mutex);
    pthread_mutex_unlock(&w->mutex);
    pthread_cond_destroy(&r.done);
    return r.result;
}

/* ---- one transaction within a group ---- */

static err call(struct sqlite_db *d, struct request *r)
{
    db_tx tx = {.d = &d->base};
    d->base.tx = &tx;
    err e = r->fn(&tx, r->arg, r->info);
    d->base.tx = NULL;
    if (e == OK && tx.failure.code != OK) {
        *r->info = tx.failure; /* the function went on after a failure */
        e = r->info->code;
    }
    return e;
}

/*
 * False when the database has undone the whole group, not only this one (a full disk,
 * no memory): those that went before have to run again.
 */
static bool run(struct sqlite_db *d, struct request *r)
{
    struct err_info undo;
    r->result = sqlite_control(d, SQLITE_CONTROL_SAVEPOINT, r->info);
    if (r->result != OK)
        return !sqlite3_get_autocommit(d->h);
    r->result = call(d, r);
    if (sqlite3_get_autocommit(d->h))
        return false;
    if (r->result == OK) {
        r->result = sqlite_control(d, SQLITE_CONTROL_RELEASE, r->info);
        return !sqlite3_get_autocommit(d->h);
    }
    return sqlite_control(d, SQLITE_CONTROL_ROLLBACK_TO, &undo) == OK &&
           sqlite_control(d, SQLITE_CONTROL_RELEASE, &undo) == OK;
}

/* A transaction of its own for one. */
static void run_alone(struct sqlite_db *d, struct request *r)
{
    r->result = sqlite_control(d, SQLITE_CONTROL_BEGIN, r->info);
    if (r->result != OK)
        return;
    r->result = call(d, r);
    if (r->result == OK)
        r->result = sqlite_control(d, SQLITE_CONTROL_COMMIT, r->info);
    sqlite_rollback(d);
}

static void fail_all(const struct group *g, err e, const struct err_info *info)
{
    for (size_t i = 0; i < g->n; i++) {
        g->member[i]->result = e;
        *g->member[i]->info = *info;
    }
}

/* Nothing of the group is on disk: each that had succeeded gets its own try. */
static void run_again(struct sqlite_db *d, const struct group *g)
{
    sqlite_rollback(d);
    for (size_t i = 0; i < g->n; i++)
        if (g->member[i]->result == OK)
            run_alone(d, g->member[i]);
}

static void run_group(sqlite_writer *w, struct request *first, struct group *g)
{
    struct err_info info;
    const int64_t begun = monotonic_ms();
    *g = (struct group){.member = {first}, .n = 1};
    err e = sqlite_control(w->d, SQLITE_CONTROL_BEGIN, &info);
    if (e != OK) {
        fail_all(g, e, &info);
        return;
    }
    bool is_whole = run(w->d, first);
    while (is_whole && g->n < GROUP_MAX && monotonic_ms() - begun < GROUP_MS) {
        /* those that the last flush served come back at once: a moment's wait spares a flush */
        const struct timespec until = after_us(g->n < w->last_group ? GATHER_US : 0);
        struct request *next = take(w, &until);
        if (!next)
            break;
        g->member[g->n++] = next;
        is_whole = run(w->d, next);
    }
    if (!is_whole || sqlite_control(w->d, SQLITE_CONTROL_COMMIT, &info) != OK)
        run_again(w->d, g);
    w->last_group = g->n;
}

static void *work(void *arg)
{
    sqlite_writer *w = arg;
    struct group g;
    for (struct request *r; (r = take(w, NULL)) != NULL;) {
        run_group(w, r, &g);
        tell(w, &g);
    }
    return NULL;
}

/* ---- life ---- */

static void init_conditions(sqlite_writer *w)
{
    pthread_condattr_t attr;
    pthread_mutex_init(&w->mutex, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&w->work, &attr);
    pthread_cond_init(&w->room, &attr);
    pthread_condattr_destroy(&attr);
}

static void free_parts(sqlite_writer *w)
{
    pthread_mutex_destroy(&w->mutex);
    pthread_cond_destroy(&w->work);
    pthread_cond_destroy(&w->room);
    if (w->d)
        sqlite_disconnect(&w->d->base);
    free(w);
}

err sqlite_writer_new(store *s, sqlite_writer **made, struct err_info *info)
{
    db *d = NULL;
    sqlite_writer *w = calloc(1, sizeof *w);
    if (!w)
        return err_nomem(info);
    w->s = s;
    init_conditions(w);
    err e = sqlite_connect(s, true, &d, info);
    w->d = (struct sqlite_db *)d;
    if (e == OK && pthread_create(&w->thread, NULL, work, w) != 0)
        e = err_nomem(info);
    if (e != OK) {
        free_parts(w);
        return e;
    }
    *made = w;
    return OK;
}

void sqlite_writer_free(sqlite_writer *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->mutex);
    w->is_stopping = true;
    pthread_cond_signal(&w->work);
    pthread_mutex_unlock(&w->mutex);
    pthread_join(w->thread, NULL);
    free_parts(w);
}
