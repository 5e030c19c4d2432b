/* SPDX-License-Identifier: EUPL-1.2 */
/* A bounded queue of requests, and threads that each answer one at a time. */
#include "web/http/server_int.h"

#include <stdlib.h>

struct worker {
    struct workers *all;
    pthread_t thread;
    bool is_started;
};

struct workers {
    struct http_server *server;
    size_t arena_bytes;
    pthread_mutex_t lock;
    pthread_cond_t more, ready;
    struct exchange *first, *last;
    unsigned n_queued, queue_max;
    unsigned n_idle; /* workers that wait to be told of a request */
    bool closing;
    unsigned n_ready; /* workers that have made their context, or failed to */
    struct err_info failure;
    unsigned n;
    struct worker worker[];
};

static struct exchange *take(struct workers *w)
{
    struct exchange *x = w->first;
    w->first = x->next;
    if (!w->first)
        w->last = NULL;
    w->n_queued--;
    return x;
}

struct tools { /* what one worker owns */
    void *context;
    arena *memory;
    http_gzip *gzip; /* NULL: answers go as they are */
};

static void answer(const struct workers *w, const struct tools *t, struct exchange *x)
{
    const struct http_site *site = &w->server->site;
    struct http_answer a;
    answer_init(&a);
    x->r.memory = t->memory;
    site->answer(site->arg, t->context, &x->r, &a);
    reply_make(x, &a, t->gzip);
    x->r.memory = NULL;
    arena_reset(t->memory);
}

static void work_off(struct workers *w, const struct tools *t)
{
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (!w->first && !w->closing) {
            w->n_idle++;
            pthread_cond_wait(&w->more, &w->lock);
            w->n_idle--;
        }
        if (!w->first)
            break;
        struct exchange *x = take(w);
        const bool is_closing = w->closing;
        pthread_mutex_unlock(&w->lock);
        if (is_closing)
            reply_refuse(x, MHD_HTTP_SERVICE_UNAVAILABLE);
        else
            answer(w, t, x);
        MHD_resume_connection(x->mhd); /* x is no longer ours */
        server_wake(w->server);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
}

static err open_tools(const struct workers *w, struct tools *t, struct err_info *info)
{
    const struct http_site *site = &w->server->site;
    *t = (struct tools){.memory = arena_new(w->arena_bytes), .gzip = http_gzip_new()};
    if (!t->memory)
        return err_nomem(info);
    return site->worker_new ? site->worker_new(site->arg, &t->context, info) : OK;
}

static void close_tools(const struct workers *w, struct tools *t, bool has_context)
{
    if (has_context && w->server->site.worker_free)
        w->server->site.worker_free(t->context);
    arena_free(t->memory);
    http_gzip_free(t->gzip);
}

static void *worker_main(void *arg)
{
    struct workers *w = ((struct worker *)arg)->all;
    struct err_info info;
    struct tools tools;
    const err e = open_tools(w, &tools, &info);

    pthread_mutex_lock(&w->lock);
    if (e != OK)
        w->failure = info;
    w->n_ready++;
    pthread_cond_signal(&w->ready);
    pthread_mutex_unlock(&w->lock);

    if (e == OK)
        work_off(w, &tools);
    close_tools(w, &tools, e == OK);
    return NULL;
}

err workers_start(struct http_server *s, unsigned n, unsigned queue_max, size_t bytes,
                  struct workers **started, struct err_info *info)
{
    struct workers *w = calloc(1, sizeof *w + n * sizeof w->worker[0]);
    err e = OK;
    if (!w)
        return err_nomem(info);
    w->server = s;
    w->n = n;
    w->queue_max = queue_max;
    w->arena_bytes = bytes;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->more, NULL);
    pthread_cond_init(&w->ready, NULL);
    unsigned n_started = 0;
    for (; n_started < n; n_started++) {
        struct worker *one = &w->worker[n_started];
        one->all = w;
        if (pthread_create(&one->thread, NULL, worker_main, one) != 0) {
            e = err_nomem(info);
            break;
        }
        one->is_started = true;
    }
    pthread_mutex_lock(&w->lock);
    while (w->n_ready < n_started)
        pthread_cond_wait(&w->ready, &w->lock);
    if (e == OK && w->failure.code != OK) {
        *info = w->failure;
        e = info->code;
    }
    pthread_mutex_unlock(&w->lock);
    if (e != OK)
        workers_stop(w);
    else
        *started = w;
    return e;
}

bool workers_put(struct workers *w, struct exchange *x)
{
    pthread_mutex_lock(&w->lock);
    const bool has_room = w->n_queued < w->queue_max;
    if (has_room) {
        x->next = NULL;
        if (w->last)
            w->last->next = x;
        else
            w->first = x;
        w->last = x;
        w->n_queued++;
    }
    const bool wakes = has_room && w->n_idle > 0;
    pthread_mutex_unlock(&w->lock);
    if (wakes) /* without the lock, which the worker would wait for at once */
        pthread_cond_signal(&w->more);
    return has_room;
}

unsigned workers_queued(struct workers *w)
{
    pthread_mutex_lock(&w->lock);
    const unsigned n = w->n_queued;
    pthread_mutex_unlock(&w->lock);
    return n;
}

void workers_stop(struct workers *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->closing = true;
    pthread_cond_broadcast(&w->more);
    pthread_mutex_unlock(&w->lock);
    for (unsigned i = 0; i < w->n; i++)
        if (w->worker[i].is_started)
            pthread_join(w->worker[i].thread, NULL);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->more);
    pthread_cond_destroy(&w->ready);
    free(w);
}
