/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One request from its first line until its answer was sent, as the library
 * calls it: exchange_begin; exchange_go_on for the headers, for each piece of a
 * body, at its end, and once more when a worker has answered; exchange_end.
 */
#include "web/http/server_int.h"

#include <stdlib.h>
#include <string.h>

/* ---- what the headers say ---- */

static enum http_method method_of(const char *word)
{
    for (int m = 0; m < HTTP_OTHER; m++)
        if (strcmp(word, http_method_name((enum http_method)m)) == 0)
            return (enum http_method)m;
    return HTTP_OTHER;
}

str http_header(const struct http_request *r, const char *name)
{
    const char *value = MHD_lookup_connection_value(exchange_of(r)->mhd, MHD_HEADER_KIND, name);
    return value ? str_of(value) : (str){NULL, 0};
}

enum { FORWARDED_MAX = 1 << 10 };

struct head { /* gathered in one walk over the headers */
    unsigned n, n_hosts, n_lengths, n_encodings;
    char forwarded[FORWARDED_MAX]; /* all X-Forwarded-For, in order, with commas */
    size_t n_forwarded;
    bool is_forwarded_long;
};

static void add_forwarded(struct head *h, str value)
{
    if (value.n + 1 > FORWARDED_MAX - h->n_forwarded) {
        h->is_forwarded_long = true;
        return;
    }
    if (h->n_forwarded > 0)
        h->forwarded[h->n_forwarded++] = ',';
    memcpy(h->forwarded + h->n_forwarded, value.p, value.n);
    h->n_forwarded += value.n;
}

static enum MHD_Result take_header(void *ctx, enum MHD_ValueKind kind, const char *key,
                                   const char *value)
{
    struct head *h = ctx;
    const str name = str_of(key);
    (void)kind;
    h->n++;
    h->n_hosts += str_eq_nocase(name, STR("Host"));
    h->n_lengths += str_eq_nocase(name, STR("Content-Length"));
    h->n_encodings += str_eq_nocase(name, STR("Transfer-Encoding"));
    if (str_eq_nocase(name, STR("X-Forwarded-For")) && value)
        add_forwarded(h, str_of(value));
    return MHD_YES;
}

static void find_client(struct exchange *x, const struct head *h)
{
    const struct http_server *s = x->server;
    const struct http_address peer = x->connection->address;
    struct http_address client = peer;
    if (http_network_holds(s->proxy, s->n_proxies, peer)) {
        if (!h->is_forwarded_long)
            client =
                http_client_of(peer, (str){h->forwarded, h->n_forwarded}, s->proxy, s->n_proxies);
        x->r.is_secure = str_eq_nocase(http_header(&x->r, "X-Forwarded-Proto"), STR("https"));
    }
    x->r.client = http_address_print(client, x->client);
}

/* Against a stranger's name that points to this address (DNS rebinding). */
static bool is_our_name(const struct http_server *s, str host)
{
    str name;
    if (!host.p || (s->n_names == 0 && !s->is_local))
        return true; /* HTTP/1.0 has no name */
    if (!http_host_name(host, &name))
        return false;
    if (s->is_local && http_host_is_loopback(name))
        return true;
    for (size_t i = 0; i < s->n_names; i++)
        if (str_eq_nocase(name, str_of(s->name[i])))
            return true;
    return s->n_names == 0;
}

static void split_target(struct exchange *x)
{
    const str target = str_of(x->target);
    size_t mark = target.n, n;
    (void)str_find(target, '?', &mark);
    x->r.raw_path = str_cut(target, 0, mark);
    x->r.query = str_cut(target, mark + 1, target.n);
    if (http_path_decode(x->r.raw_path, x->path, &n))
        x->r.path = (str){x->path, n};
}

/* The status of a refusal, or 0. */
static int check_head(struct exchange *x, const struct head *h)
{
    if (h->n > HTTP_HEADERS_MAX)
        return MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
    /* what two servers in a row could read in two ways */
    if (h->n_hosts > 1 || h->n_lengths > 1 || h->n_encodings > 1 ||
        (h->n_lengths && h->n_encodings) || x->target[0] != '/')
        return MHD_HTTP_BAD_REQUEST;
    if (strlen(x->target) > HTTP_TARGET_MAX)
        return MHD_HTTP_URI_TOO_LONG;
    if (!is_our_name(x->server, http_header(&x->r, "Host")))
        return MHD_HTTP_MISDIRECTED_REQUEST;
    return 0;
}

/* ---- bodies ---- */

/* True when one follows; *n is UINT64_MAX when it does not say how long. */
static bool has_body(const struct exchange *x, uint64_t *n)
{
    const char *length = MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, "Content-Length");
    *n = UINT64_MAX;
    if (!length)
        return http_header(&x->r, "Transfer-Encoding").p != NULL;
    char *end;
    *n = strtoull(length, &end, 10); /* digits alone: the library has checked */
    return *n > 0;
}

/*
 * Whether a refusal waits for the body. A browser shows an answer only when it
 * could send everything; but who waits for permission, sends more than anyone
 * may, or uses a method that is not there is answered at once and hung up on.
 */
static bool can_drain(const struct exchange *x, uint64_t n)
{
    const bool waits = str_eq_nocase(http_header(&x->r, "Expect"), STR("100-continue"));
    return !waits && (n == UINT64_MAX || n <= HTTP_DRAIN_BYTES) &&
           x->reply.status != MHD_HTTP_METHOD_NOT_ALLOWED;
}

static void refuse_body(struct exchange *x, int status)
{
    http_spool_free(&x->spool);
    reply_refuse(x, status);
    x->closes = x->drains = true;
}

static enum MHD_Result take_body(struct exchange *x, const char *p, size_t n)
{
    x->connection->bytes += n;
    if (x->drains) {
        x->drained += n;
        return x->drained <= HTTP_DRAIN_BYTES ? MHD_YES : MHD_NO;
    }
    if (n > x->r.body_max - x->spool.body.size) {
        refuse_body(x, MHD_HTTP_CONTENT_TOO_LARGE);
        return MHD_YES;
    }
    const err e = http_spool_add(&x->spool, x->server->spool_folder, p, n);
    if (e != OK)
        refuse_body(x, e == E_IO ? MHD_HTTP_INSUFFICIENT_STORAGE : MHD_HTTP_SERVICE_UNAVAILABLE);
    return MHD_YES;
}

/* ---- the way of a request ---- */

void *exchange_begin(void *server, const char *uri, struct MHD_Connection *c)
{
    struct http_server *s = server;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    const size_t n = strlen(uri);
    struct exchange *x = info && info->socket_context ? calloc(1, sizeof *x + n + 1) : NULL;
    if (!x)
        return NULL; /* the connection is closed */
    memcpy(x->target, uri, n);
    x->server = s;
    x->mhd = c;
    x->connection = info->socket_context;
    x->started_ms = http_monotonic_ms();
    http_spool_init(&x->spool);
    x->r.body = x->spool.body;
    s->n_under_way++;
    return x;
}

static enum MHD_Result send_reply(struct exchange *x)
{
    struct http_server *s = x->server;
    if (x->reply.response && x->reply.held > HTTP_ANSWERS_BYTES_MAX - s->held) {
        MHD_destroy_response(x->reply.response);
        x->reply = (struct reply){0};
        reply_refuse(x, MHD_HTTP_SERVICE_UNAVAILABLE);
    }
    x->stage = STAGE_DONE;
    struct MHD_Response *r = x->reply.response;
    if (!r)
        return MHD_NO;
    x->reply.response = NULL;
    x->held = x->reply.held;
    s->held += x->held;
    atomic_store(&s->held_seen, s->held);
    watch_phase(x->connection, PHASE_ANSWER, x->reply.bytes);
    enum MHD_Result sent = MHD_YES;
    if (s->is_draining || x->closes)
        sent = MHD_add_response_header(r, "Connection", "close");
    if (sent == MHD_YES)
        sent = MHD_queue_response(x->mhd, x->reply.status, r);
    MHD_destroy_response(r);
    return sent;
}

/* Asks the site whether it answers now; false when a worker will. */
static bool answer_now(struct exchange *x)
{
    struct http_server *s = x->server;
    struct http_answer a;
    if (!s->site.answer_now)
        return false;
    answer_init(&a);
    x->r.memory = s->memory;
    const bool is_answered = s->site.answer_now(s->site.arg, &x->r, &a);
    if (is_answered)
        reply_make(x, &a, NULL);
    else
        out_free(&a.body);
    x->r.memory = NULL;
    arena_reset(s->memory);
    return is_answered;
}

static enum MHD_Result look_at_head(struct exchange *x, const char *method)
{
    struct head h = {0};
    uint64_t n;
    (void)MHD_get_connection_values(x->mhd, MHD_HEADER_KIND, take_header, &h);
    x->r.method = method_of(method);
    split_target(x);
    find_client(x, &h);
    const bool follows = has_body(x, &n);
    const int refusal = check_head(x, &h);
    bool is_answered = true;
    x->closes = refusal != 0; /* what follows it may be read in two ways, too */
    if (refusal)
        reply_refuse(x, refusal);
    else
        is_answered = answer_now(x);
    if (!is_answered && follows && n != UINT64_MAX && n > x->r.body_max) {
        reply_refuse(x, MHD_HTTP_CONTENT_TOO_LARGE);
        x->closes = is_answered = true;
    }
    watch_phase(x->connection, follows ? PHASE_BODY : PHASE_WORK, 0);
    x->stage = STAGE_BODY;
    x->drains = is_answered;
    return is_answered && follows && !can_drain(x, n) ? send_reply(x) : MHD_YES;
}

static enum MHD_Result hand_over(struct exchange *x)
{
    struct http_server *s = x->server;
    x->r.body = x->spool.body;
    watch_phase(x->connection, PHASE_WORK, 0);
    x->stage = STAGE_WAITING;
    MHD_suspend_connection(x->mhd); /* before the queue: a worker may be quick */
    if (workers_put(s->workers, x))
        return MHD_YES;
    atomic_fetch_add(&s->n_refused_full, 1);
    MHD_resume_connection(x->mhd);
    reply_refuse(x, MHD_HTTP_SERVICE_UNAVAILABLE);
    return MHD_YES;
}

enum MHD_Result exchange_go_on(void *server, struct MHD_Connection *c, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *n_upload, void **state)
{
    struct exchange *x = *state;
    (void)server;
    (void)c;
    (void)url;
    (void)version;
    if (!x)
        return MHD_NO;
    switch (x->stage) {
    case STAGE_NEW: return look_at_head(x, method);
    case STAGE_BODY:
        if (*n_upload > 0) {
            const enum MHD_Result taken = take_body(x, upload, *n_upload);
            *n_upload = 0;
            return taken;
        }
        return x->drains ? send_reply(x) : hand_over(x);
    case STAGE_WAITING: return send_reply(x);
    case STAGE_DONE: break;
    }
    return MHD_NO;
}

static void log_exchange(const struct exchange *x, enum MHD_RequestTerminationCode code)
{
    const struct log_field field[] = {
        LOG_TEXT("route", str_of(x->r.name ? x->r.name : "other")),
        LOG_TEXT("method", str_of(http_method_name(x->r.method))),
        LOG_INT("status", x->stage == STAGE_DONE ? x->reply.status : 0),
        LOG_INT("ms", http_monotonic_ms() - x->started_ms),
        LOG_INT("bytes", (int64_t)x->reply.bytes),
        LOG_INT("received", (int64_t)(x->spool.body.size + x->drained)),
        LOG_TEXT("end", STR("cut")),
    };
    const bool is_cut = code != MHD_REQUEST_TERMINATED_COMPLETED_OK;
    log_write(x->server->log, x->reply.status >= 500 ? LOG_WARN : LOG_INFO, "request", field,
              sizeof field / sizeof *field - !is_cut);
}

void exchange_end(void *server, struct MHD_Connection *c, void **state,
                  enum MHD_RequestTerminationCode code)
{
    struct http_server *s = server;
    struct exchange *x = *state;
    (void)c;
    if (!x)
        return;
    *state = NULL;
    log_exchange(x, code);
    watch_phase(x->connection, PHASE_HEAD, 0);
    s->n_under_way--;
    s->held -= x->held;
    atomic_store(&s->held_seen, s->held);
    atomic_fetch_add(&s->n_answered, x->stage == STAGE_DONE);
    if (x->reply.response)
        MHD_destroy_response(x->reply.response);
    http_spool_free(&x->spool);
    free(x);
}
