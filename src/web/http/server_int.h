/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * server_int: what the files that know libmicrohttpd share.
 *
 * Threads: everything here belongs to the thread of input and output, but
 *   queue     shared with the workers, under its own lock;
 *   exchange  handed to one worker between queue_put and MHD_resume_connection,
 *             which are also what orders the two threads' memory;
 *   counters  atomic, read by anyone.
 */
#ifndef ONTSCHOT_WEB_SERVER_INT_H
#define ONTSCHOT_WEB_SERVER_INT_H

#include "web/http/http_int.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#define HTTP_COOKIE_PREFIX "__Host-"

/* ---- connections and what they may take (watch.c) ---- */

enum phase {
    PHASE_HEAD,   /* waits for, or receives, request line and headers */
    PHASE_BODY,   /* receives a body */
    PHASE_WORK,   /* the answer is being made: the client is not to blame */
    PHASE_ANSWER, /* receives its answer */
};

struct connection {
    struct connection *prev, *next;
    int fd;
    bool is_counted; /* counts for its address */
    struct http_address address;
    enum phase phase;
    int64_t since_ms; /* monotonic, when the phase began */
    uint64_t bytes;   /* received in PHASE_BODY; to send in PHASE_ANSWER */
};

/* ---- one request and its answer (exchange.c) ---- */

enum stage {
    STAGE_NEW,     /* request line received */
    STAGE_BODY,    /* headers looked at; a body may follow */
    STAGE_WAITING, /* queued or with a worker; suspended */
    STAGE_DONE,    /* `reply` is there, or will never be */
};

/* What is sent: made by reply_make in either thread. */
struct reply {
    struct MHD_Response *response; /* NULL: not made, or memory is out */
    unsigned status;
    uint64_t held;  /* bytes in memory that only this answer holds */
    uint64_t bytes; /* of the body */
};

struct exchange {
    struct http_request r; /* first: exchange_of */
    struct http_server *server;
    struct MHD_Connection *mhd;
    struct connection *connection;
    struct exchange *next; /* in the queue */
    enum stage stage;
    bool drains; /* refused: the rest of the body is read and dropped */
    bool closes; /* the connection ends behind the answer */
    uint64_t drained;
    int64_t started_ms; /* monotonic */
    struct http_spool spool;
    struct reply reply;
    uint64_t held; /* counted in server->held */
    char client[HTTP_ADDRESS_TEXT];
    char path[HTTP_PATH_MAX + 1];
    char target[]; /* as sent, zero-terminated */
};

static inline struct exchange *exchange_of(const struct http_request *r)
{
    return (struct exchange *)(uintptr_t)r; /* a request is the head of its exchange */
}

/* ---- the queue and who works it off (workers.c) ---- */

struct workers;
WARN_UNUSED err workers_start(struct http_server *s, unsigned n, unsigned queue_max, size_t bytes,
                              struct workers **w, struct err_info *info);
/* False when the queue is full. */
bool workers_put(struct workers *w, struct exchange *x);
unsigned workers_queued(struct workers *w);
/* What is queued is refused; what is being worked on is finished. */
void workers_stop(struct workers *w);

/* ---- the server ---- */

struct http_server {
    struct MHD_Daemon *daemon;
    struct http_site site;
    pthread_t io_thread;
    struct workers *workers;
    arena *memory; /* for answers made in this thread */

    bool has_tls, is_local;
    char *spool_folder;
    char **name;
    size_t n_names;
    struct http_network proxy[HTTP_PROXIES_MAX];
    size_t n_proxies;
    unsigned connections_max, per_address_max;
    int64_t head_ms, grace_ms;
    log_sink *log;
    char address[128];

    struct connection *connections;
    uint64_t held;        /* bytes in memory of answers being sent */
    unsigned n_under_way; /* requests whose first line was read and whose answer was not sent */
    int64_t last_look_ms;
    bool is_draining;

    int poll_fd;          /* the library's own; it is ready when one of its sockets is */
    int wake_fd;          /* an eventfd: a worker has resumed a connection, or the server stops */
    atomic_bool is_woken; /* since the loop last looked: no need to write again */
    atomic_bool stopping;
    atomic_uint n_connections;
    atomic_ullong n_answered, n_refused_full, n_closed_slow, held_seen;
};

int64_t http_monotonic_ms(void);
void server_wake(struct http_server *s); /* any thread */

/* watch.c */
enum MHD_Result watch_admit(void *server, const struct sockaddr *from, socklen_t n);
void watch_connection(void *server, struct MHD_Connection *c, void **socket_context,
                      enum MHD_ConnectionNotificationCode code);
void watch_phase(struct connection *c, enum phase phase, uint64_t bytes);
/* Ends the connections that take too long. */
void watch_look(struct http_server *s);

/* exchange.c */
void *exchange_begin(void *server, const char *uri, struct MHD_Connection *c);
enum MHD_Result exchange_go_on(void *server, struct MHD_Connection *c, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *n_upload, void **state);
void exchange_end(void *server, struct MHD_Connection *c, void **state,
                  enum MHD_RequestTerminationCode code);

/* reply.c: `gzip` may be NULL. Takes over a->body and a->fd. */
void reply_make(struct exchange *x, struct http_answer *a, http_gzip *gzip);
/* Makes the reply of a refusal. */
void reply_refuse(struct exchange *x, int status);
void answer_init(struct http_answer *a);

#endif
