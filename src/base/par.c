/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/par.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

struct worker {
    par *pool;
    pthread_t thread;
    unsigned index;
};

struct par {
    pthread_mutex_t lock;
    pthread_cond_t start, done;
    uint64_t round; /* counts par_run calls; a worker that lags behind has work */
    unsigned busy;  /* workers that have not finished the round */
    bool closing;

    size_t n_blocks;
    void (*fn)(void *ctx, size_t block, unsigned worker);
    void *ctx;
    atomic_size_t next_block;

    unsigned n_workers; /* without the caller */
    struct worker worker[PAR_THREADS_MAX - 1];
};

static void take_blocks(par *pool, unsigned worker)
{
    for (;;) {
        const size_t block = atomic_fetch_add_explicit(&pool->next_block, 1, memory_order_relaxed);
        if (block >= pool->n_blocks)
            return;
        pool->fn(pool->ctx, block, worker);
    }
}

static void *worker_main(void *arg)
{
    const struct worker *self = arg;
    par *pool = self->pool;
    uint64_t seen = 0;

    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->round == seen && !pool->closing)
            pthread_cond_wait(&pool->start, &pool->lock);
        if (pool->closing)
            break;
        seen = pool->round;
        pthread_mutex_unlock(&pool->lock);

        take_blocks(pool, self->index);

        pthread_mutex_lock(&pool->lock);
        if (--pool->busy == 0)
            pthread_cond_signal(&pool->done);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static unsigned cores_of_process(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    const int n = CPU_COUNT(&set);
    return n < 1 ? 1 : n > PAR_THREADS_MAX ? PAR_THREADS_MAX : (unsigned)n;
}

err par_new(unsigned threads, par **pool, struct err_info *info)
{
    if (threads > PAR_THREADS_MAX) {
        err_set(info, E_LIMIT, "par.too-many-threads");
        msg_int(&info->msg, threads);
        msg_int(&info->msg, PAR_THREADS_MAX);
        return E_LIMIT;
    }
    const unsigned n = threads ? threads : cores_of_process();
    par *p = calloc(1, sizeof *p);
    if (!p)
        return err_nomem(info);
    pthread_mutex_init(&p->lock, NULL); /* these cannot fail on Linux with default attributes */
    pthread_cond_init(&p->start, NULL);
    pthread_cond_init(&p->done, NULL);
    for (; p->n_workers < n - 1; p->n_workers++) {
        struct worker *w = &p->worker[p->n_workers];
        w->pool = p;
        w->index = p->n_workers + 1; /* 0 is the caller */
        if (pthread_create(&w->thread, NULL, worker_main, w) != 0) {
            par_free(p);
            err_set(info, E_LIMIT, "par.no-thread");
            msg_int(&info->msg, n);
            return E_LIMIT;
        }
    }
    *pool = p;
    return OK;
}

void par_free(par *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->closing = true;
    pthread_cond_broadcast(&pool->start);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->n_workers; i++)
        pthread_join(pool->worker[i].thread, NULL);
    pthread_cond_destroy(&pool->start);
    pthread_cond_destroy(&pool->done);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

unsigned par_threads(const par *pool)
{
    return pool ? pool->n_workers + 1 : 1;
}

static void run_alone(size_t n_blocks, void (*fn)(void *ctx, size_t block, unsigned worker),
                      void *ctx)
{
    for (size_t block = 0; block < n_blocks; block++)
        fn(ctx, block, 0);
}

void par_run(par *pool, size_t n_blocks, void (*fn)(void *ctx, size_t block, unsigned worker),
             void *ctx)
{
    if (!pool || pool->n_workers == 0 || n_blocks < 2) {
        run_alone(n_blocks, fn, ctx);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    pool->n_blocks = n_blocks;
    pool->fn = fn;
    pool->ctx = ctx;
    atomic_store_explicit(&pool->next_block, 0, memory_order_relaxed);
    pool->busy = pool->n_workers;
    pool->round++;
    pthread_cond_broadcast(&pool->start);
    pthread_mutex_unlock(&pool->lock);

    take_blocks(pool, 0);

    pthread_mutex_lock(&pool->lock);
    while (pool->busy)
        pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}
