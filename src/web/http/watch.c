/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who may connect, and for how long. libmicrohttpd closes a connection on which
 * nothing happens; here end those on which something happens too slowly, so that
 * a client that sends a byte every few seconds cannot keep its place.
 */
#include "web/http/server_int.h"

#include <stdlib.h>
#include <time.h>

enum { LOOK_EVERY_MS = 250, CROWDED_HEAD_MS = 2000 };

int64_t http_monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static unsigned count_from(const struct http_server *s, struct http_address a)
{
    const struct http_network same = {.base = a, .bits = 128};
    unsigned n = 0;
    for (const struct connection *c = s->connections; c; c = c->next)
        n += c->is_counted && http_network_holds(&same, 1, c->address);
    return n;
}

/* Loopback and proxies speak for many. */
static bool is_counted(const struct http_server *s, struct http_address a)
{
    return !http_address_is_loopback(a) && !http_network_holds(s->proxy, s->n_proxies, a);
}

enum MHD_Result watch_admit(void *server, const struct sockaddr *from, socklen_t n)
{
    const struct http_server *s = server;
    struct http_address a;
    (void)n;
    http_address_of(from, &a);
    return !is_counted(s, a) || count_from(s, a) < s->per_address_max ? MHD_YES : MHD_NO;
}

static struct connection *connection_new(struct http_server *s, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *address =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const union MHD_ConnectionInfo *socket =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct connection *c = calloc(1, sizeof *c);
    if (!c || !address || !socket) {
        free(c);
        return NULL;
    }
    c->fd = socket->connect_fd;
    http_address_of(address->client_addr, &c->address);
    c->is_counted = is_counted(s, c->address);
    watch_phase(c, PHASE_HEAD, 0);
    c->next = s->connections;
    if (c->next)
        c->next->prev = c;
    s->connections = c;
    return c;
}

static void connection_free(struct http_server *s, struct connection *c)
{
    if (!c)
        return;
    if (c->prev)
        c->prev->next = c->next;
    else
        s->connections = c->next;
    if (c->next)
        c->next->prev = c->prev;
    free(c);
}

void watch_connection(void *server, struct MHD_Connection *mhd, void **socket_context,
                      enum MHD_ConnectionNotificationCode code)
{
    struct http_server *s = server;
    switch (code) {
    case MHD_CONNECTION_NOTIFY_STARTED:
        *socket_context = connection_new(s, mhd);
        atomic_fetch_add(&s->n_connections, 1);
        break;
    case MHD_CONNECTION_NOTIFY_CLOSED:
        connection_free(s, *socket_context);
        *socket_context = NULL;
        atomic_fetch_sub(&s->n_connections, 1);
        break;
    }
}

void watch_phase(struct connection *c, enum phase phase, uint64_t bytes)
{
    c->phase = phase;
    c->since_ms = http_monotonic_ms();
    c->bytes = bytes;
}

static int64_t allowed_ms(const struct http_server *s, const struct connection *c, bool is_crowded)
{
    switch (c->phase) {
    case PHASE_HEAD:
        return is_crowded && CROWDED_HEAD_MS < s->head_ms ? CROWDED_HEAD_MS : s->head_ms;
    case PHASE_BODY:
    case PHASE_ANSWER: return s->grace_ms + (int64_t)(c->bytes / HTTP_RATE_MIN) * 1000;
    case PHASE_WORK: break;
    }
    return INT64_MAX;
}

void watch_look(struct http_server *s)
{
    const int64_t now = http_monotonic_ms();
    if (now - s->last_look_ms < LOOK_EVERY_MS)
        return;
    s->last_look_ms = now;
    const bool is_crowded = atomic_load(&s->n_connections) > s->connections_max / 4 * 3;
    for (struct connection *c = s->connections; c; c = c->next) {
        if (now - c->since_ms <= allowed_ms(s, c, is_crowded))
            continue;
        (void)shutdown(c->fd, SHUT_RDWR); /* the library sees its end and closes it */
        c->since_ms = now;
        atomic_fetch_add(&s->n_closed_slow, 1);
    }
}
