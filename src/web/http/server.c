/* SPDX-License-Identifier: EUPL-1.2 */
/* Start, the loop of the thread of input and output, and a stop that is kind. */
#include "web/http/server_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <poll.h>
#include <sodium.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    TICK_MS = 100,          /* how soon a stop and a slow client are noticed */
    FILES_BESIDE = 256,     /* open files that are no connections: databases, bodies, log */
    LAST_ROUNDS = 20,       /* after the workers have gone, to send what they left */
    NOW_BYTES_MAX = 4 << 20 /* of the arena of answers made at once */
};

/* Paths stay as sent; http_path_decode does it once, strictly. */
static size_t keep_escapes(void *ctx, struct MHD_Connection *connection, char *text)
{
    (void)ctx;
    (void)connection;
    return strlen(text);
}

static bool start_daemon(struct http_server *s, int listen_fd)
{
    s->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, watch_admit, s, exchange_go_on, s,
        MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, exchange_begin, s, MHD_OPTION_NOTIFY_COMPLETED, exchange_end,
        s, MHD_OPTION_NOTIFY_CONNECTION, watch_connection, s, MHD_OPTION_CONNECTION_LIMIT,
        s->connections_max, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_CONNECTION_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (!s->daemon)
        return false;
    s->poll_fd = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    return true;
}

static void quiesce(struct http_server *s)
{
    const int listen_fd = MHD_quiesce_daemon(s->daemon);
    if (listen_fd >= 0)
        close(listen_fd);
    s->is_draining = true;
}

/* The library wakes its own loops alone, and this one is ours. */
void server_wake(struct http_server *s)
{
    const uint64_t one = 1;
    if (!atomic_exchange(&s->is_woken, true))
        (void)!write(s->wake_fd, &one, sizeof one);
}

/* Waits until there is something to do, at most `ms`, and does it. */
static void run(struct http_server *s, int ms)
{
    struct pollfd ready[] = {{.fd = s->poll_fd, .events = POLLIN},
                             {.fd = s->wake_fd, .events = POLLIN}};
    MHD_UNSIGNED_LONG_LONG left;
    uint64_t n;
    if (MHD_get_timeout(s->daemon, &left) == MHD_YES && left < (MHD_UNSIGNED_LONG_LONG)ms)
        ms = (int)left;
    (void)poll(ready, 2, ms);
    if (ready[1].revents) {
        (void)!read(s->wake_fd, &n, sizeof n);
        atomic_store(&s->is_woken, false); /* before looking: who resumes from now on wakes again */
    }
    if (MHD_run(s->daemon) != MHD_YES)
        usleep(TICK_MS * 1000); /* out of memory or files: it may pass */
}

static void *io_main(void *arg)
{
    struct http_server *s = arg;
    while (!atomic_load(&s->stopping)) {
        run(s, TICK_MS);
        watch_look(s);
    }
    quiesce(s);
    const int64_t until = http_monotonic_ms() + HTTP_STOP_SECONDS * 1000;
    while (s->n_under_way > 0 && http_monotonic_ms() < until)
        run(s, TICK_MS);
    return NULL;
}

/* ---- configuration ---- */

/* How many connections the process may have open; asks for as many as are wanted. */
static unsigned connections_possible(unsigned wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return wanted;
    const rlim_t need = (rlim_t)wanted + FILES_BESIDE;
    if (limit.rlim_cur < need) {
        limit.rlim_cur = limit.rlim_max < need ? limit.rlim_max : need;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
        (void)getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= need)
        return wanted;
    return limit.rlim_cur > 2 * FILES_BESIDE ? (unsigned)limit.rlim_cur - FILES_BESIDE
                                             : (unsigned)limit.rlim_cur / 2;
}

static char *copy_text(str s)
{
    char *p = malloc(s.n + 1);
    if (!p)
        return NULL;
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return p;
}

static err copy_names(struct http_server *s, const struct http_config *c, struct err_info *info)
{
    if (c->n_names > HTTP_NAMES_MAX)
        return err_set(info, E_LIMIT, "http.too-many-names");
    s->name = calloc(c->n_names + 1, sizeof *s->name);
    for (size_t i = 0; s->name && i < c->n_names; i++) {
        if (!http_is_host(c->names[i]))
            return err_text(info, E_INPUT, "http.bad-name", c->names[i]);
        s->name[i] = copy_text(c->names[i]);
        if (!s->name[i])
            return err_nomem(info);
        s->n_names++;
    }
    return s->name ? OK : err_nomem(info);
}

static err read_config(struct http_server *s, const struct http_config *c, struct err_info *info)
{
    if (c->n_proxies > HTTP_PROXIES_MAX)
        return err_set(info, E_LIMIT, "http.too-many-proxies");
    for (size_t i = 0; i < c->n_proxies; i++)
        if (!http_network_parse(c->proxies[i], &s->proxy[s->n_proxies++]))
            return err_text(info, E_INPUT, "http.bad-proxy", c->proxies[i]);
    s->has_tls = c->has_tls;
    s->log = c->log;
    s->connections_max =
        connections_possible(c->connections ? c->connections : HTTP_CONNECTIONS_MAX);
    s->per_address_max =
        c->connections_per_address ? c->connections_per_address : HTTP_CONNECTIONS_PER_ADDRESS_MAX;
    s->head_ms = c->head_ms ? c->head_ms : HTTP_HEAD_SECONDS * 1000;
    s->grace_ms = c->grace_ms ? c->grace_ms : HTTP_GRACE_SECONDS * 1000;
    s->spool_folder = copy_text(c->spool.n ? c->spool : STR(P_tmpdir));
    s->memory = arena_new(NOW_BYTES_MAX);
    return s->spool_folder && s->memory ? copy_names(s, c, info) : err_nomem(info);
}

static unsigned workers_of(const struct http_config *c)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    const unsigned n = c->workers ? c->workers : cores > 0 ? (unsigned)cores : 1;
    return n < HTTP_WORKERS_MAX ? n : HTTP_WORKERS_MAX;
}

static void server_free(struct http_server *s)
{
    for (size_t i = 0; i < s->n_names; i++)
        free(s->name[i]);
    free(s->name);
    free(s->spool_folder);
    arena_free(s->memory);
    if (s->wake_fd >= 0)
        close(s->wake_fd);
    free(s);
}

/* ---- start and stop ---- */

static err start(struct http_server *s, const struct http_config *c, struct err_info *info)
{
    int listen_fd = -1;
    err e = http_listen(c->listen, &listen_fd, info);
    if (e != OK)
        return e;
    if (!http_listen_describe(listen_fd, s->address, &s->is_local)) {
        e = err_io(info, "http.cannot-listen", c->listen);
        close(listen_fd);
        return e;
    }
    e = workers_start(s, workers_of(c), c->queue ? c->queue : HTTP_QUEUE_MAX,
                      c->worker_bytes ? c->worker_bytes : HTTP_WORKER_BYTES_MAX, &s->workers, info);
    if (e != OK) {
        close(listen_fd);
        return e;
    }
    if (!start_daemon(s, listen_fd)) {
        e = err_io(info, "http.cannot-listen", c->listen);
        close(listen_fd);
    } else if (pthread_create(&s->io_thread, NULL, io_main, s) != 0) {
        e = err_nomem(info);
        MHD_stop_daemon(s->daemon);
    }
    if (e != OK)
        workers_stop(s->workers);
    return e;
}

err http_start(const struct http_config *c, const struct http_site *site, http_server **server,
               struct err_info *info)
{
    http_server *s = calloc(1, sizeof *s);
    if (!s || sodium_init() < 0) {
        free(s);
        return err_nomem(info);
    }
    s->site = *site;
    s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    err e = s->wake_fd >= 0 ? read_config(s, c, info) : err_nomem(info);
    if (e == OK)
        e = start(s, c, info);
    if (e == OK)
        *server = s;
    else
        server_free(s);
    return e;
}

const char *http_server_address(const http_server *s)
{
    return s->address;
}

bool http_server_is_local(const http_server *s)
{
    return s->is_local;
}

struct http_status http_server_status(const http_server *server)
{
    http_server *s = (http_server *)(uintptr_t)server; /* atomics and locks only */
    return (struct http_status){
        .connections = atomic_load(&s->n_connections),
        .queued = workers_queued(s->workers),
        .answered = atomic_load(&s->n_answered),
        .refused_full = atomic_load(&s->n_refused_full),
        .closed_slow = atomic_load(&s->n_closed_slow),
        .answer_bytes = atomic_load(&s->held_seen),
    };
}

void http_server_stop(http_server *s)
{
    if (!s)
        return;
    atomic_store(&s->stopping, true);
    server_wake(s);
    pthread_join(s->io_thread, NULL);
    workers_stop(s->workers); /* resumes all that is suspended, as the library demands */
    s->workers = NULL;
    for (int i = 0; i < LAST_ROUNDS && s->n_under_way > 0; i++)
        run(s, 1);
    MHD_stop_daemon(s->daemon);
    server_free(s);
}

const char *http_library_version(void)
{
    return MHD_get_version();
}
