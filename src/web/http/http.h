/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * http: the transport of a site.
 *
 * Does: sockets, one thread for input and output, worker threads with a memory
 *       and a context of their own, bodies under a limit, cookies, conditional
 *       requests, ranges, compression, the headers that keep a browser strict,
 *       bounds on everything a stranger can make it hold, a stop that lets
 *       answers finish.
 * Does not: know routes, accounts or pages (web/site does), encrypt (a reverse
 *           proxy does), or parse forms (web/http/form.h).
 *
 * A request lives from its last header until its answer was sent. What a site
 * sees of it, and the arena that comes with it, lives until the site's function
 * returns.
 */
#ifndef ONTSCHOT_WEB_HTTP_H
#define ONTSCHOT_WEB_HTTP_H

#include "base/arena.h"
#include "base/log.h"
#include "base/out.h"

/* Every bound of the transport by name; those in struct http_config can be set. */
enum {
    HTTP_CONNECTIONS_MAX = 2048,
    HTTP_CONNECTIONS_PER_ADDRESS_MAX = 128, /* not for loopback and trusted proxies */
    HTTP_WORKERS_MAX = 64,
    HTTP_QUEUE_MAX = 256,               /* requests that wait for a worker; then 503 */
    HTTP_WORKER_BYTES_MAX = 64 << 20,   /* of one worker's arena */
    HTTP_CONNECTION_BYTES = 32 << 10,   /* request line and headers */
    HTTP_PATH_MAX = 1024,               /* bytes of a decoded path */
    HTTP_TARGET_MAX = 8 << 10,          /* bytes of path and query as sent */
    HTTP_HEADERS_MAX = 100,             /* of a request */
    HTTP_ANSWER_HEADERS_MAX = 24,       /* that a site may add to an answer */
    HTTP_ANSWER_BYTES_MAX = 64 << 20,   /* of one body built in memory */
    HTTP_ANSWERS_BYTES_MAX = 128 << 20, /* of all bodies in memory that are being sent */
    HTTP_BODY_IN_MEMORY = 16 << 10,     /* a larger body goes to a temporary file */
    HTTP_DRAIN_BYTES = 1 << 30,   /* a refused body is read so far before the refusal is sent */
    HTTP_COMPRESS_FROM = 1 << 10, /* bytes; less is sent as it is */

    HTTP_IDLE_SECONDS = 15,  /* without a byte either way, then closed */
    HTTP_HEAD_SECONDS = 20,  /* for request line and headers together, after a quiet connection */
    HTTP_GRACE_SECONDS = 20, /* before the slowest allowed rate counts */
    HTTP_RATE_MIN = 1 << 10, /* bytes a second of a body or an answer, on average */
    HTTP_RETRY_SECONDS = 2,  /* what a full queue asks a client to wait */
    HTTP_STOP_SECONDS = 5,   /* a stop waits so long for answers under way */
};

/* ---- a request ---- */

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_OTHER, /* any other word: never a route's */
};

const char *http_method_name(enum http_method m); /* "GET" */

/* A body under its limit: small ones in memory, larger ones in a file without a name. */
struct http_body {
    uint64_t size;
    str text; /* all of it when fd < 0 */
    int fd;   /* borrowed, at an unspecified offset; use http_body_read */
};

struct http_request {
    enum http_method method;
    str path;       /* decoded, UTF-8, starts with a slash; empty when it could not be decoded */
    str raw_path;   /* as sent */
    str query;      /* as sent, without the question mark */
    str client;     /* the address that asks, behind trusted proxies; for rates, never for a log */
    bool is_secure; /* TLS ends here or at a trusted proxy */
    struct http_body body;
    uint64_t body_max; /* set by answer_now; 0: no body */
    const char *name;  /* the site's own: how the log calls it; lasts. NULL: "other" */
    arena *memory;     /* reset after the answer */
};

/* The value of a header, any case; p is NULL when it was not sent. */
str http_header(const struct http_request *r, const char *name);

/*
 * The value of a cookie that http_set_cookie set under this name; p is NULL
 * without one, and also when two cookies have the name: one was planted.
 */
str http_cookie(const struct http_request *r, const char *name);

/*
 * The decoded value of a query parameter, the first of that name, in r->memory;
 * p is NULL when it is absent, broken, or no UTF-8.
 */
str http_query(const struct http_request *r, const char *name);

/* The next parameter, decoded, from `rest` = r->query; false at the end. Broken ones are skipped.
 */
bool http_query_next(arena *a, str *rest, str *name, str *value);

/*
 * Copies up to `n` bytes from offset `at`; *got is 0 behind the end. E_IO.
 * Any number of places may be read, in any order.
 */
WARN_UNUSED err http_body_read(const struct http_body *b, uint64_t at, void *p, size_t n,
                               size_t *got, struct err_info *info);

/* What If-Match says about an entity tag (with its quotes, weak or strong alike). */
enum http_match { HTTP_MATCH_ABSENT, HTTP_MATCH_SAME, HTTP_MATCH_OTHER };
enum http_match http_if_match(const struct http_request *r, str etag);

/* ---- an answer ---- */

enum http_cache {
    HTTP_CACHE_NONE,    /* no-store: anything made for one person. The default. */
    HTTP_CACHE_ASK,     /* public, but ask whether it changed: needs an etag to be of use */
    HTTP_CACHE_FOREVER, /* its name changes when it does */
};

struct http_answer {
    int status;       /* 200 */
    const char *type; /* Content-Type; "text/html; charset=utf-8" */
    enum http_cache cache;
    bool is_private;  /* with HTTP_CACHE_ASK: only in the reader's own browser */
    out body;         /* built by the site, taken over and freed by the server */
    str lasting;      /* instead of `body`: bytes that outlive the server, not copied */
    str lasting_gzip; /* the same compressed beforehand, or empty */
    int fd;           /* instead of both when >= 0: a regular file, closed by the server; */
    uint64_t fd_size; /* ranges of it are answered */
    str etag;         /* with its quotes, in r->memory or lasting; empty: none */
    str policy;       /* Content-Security-Policy in place of the site's; empty: the site's */
    struct http_answer_header {
        const char *name;
        str value;
    } header[HTTP_ANSWER_HEADERS_MAX]; /* through http_add_header */
    size_t n_headers;
    err error; /* sticky: a header that is none (500), or no memory (503) */
};

/* `value` is borrowed until the site's function returns; a line break in it breaks the answer. */
void http_add_header(struct http_answer *a, const char *name, str value);

/* The Content-Security-Policy that allows exactly the styles which the page carries within. */
void http_policy_print(out *o, str page);

/* A redirect: 303 after a form, 301 for a moved page, 307. `location` is a path and query or URL.
 */
void http_redirect(struct http_answer *a, int status, str location);

/* A file name to save under, with the characters that a header cannot hold encoded. */
void http_add_download_name(arena *m, struct http_answer *a, str filename);

enum http_same_site { HTTP_SAME_SITE_LAX, HTTP_SAME_SITE_STRICT };
struct http_cookie_set {
    const char *name;  /* without prefix: __Host- is added when TLS is in front */
    str value;         /* letters, digits and -_.~ only; empty with max_age_s 0 removes it */
    int64_t max_age_s; /* < 0: until the browser closes */
    enum http_same_site same_site;
    bool is_readable; /* by the page's own script; HttpOnly otherwise */
};
/* Path=/, Secure when TLS is in front, HttpOnly, SameSite. */
void http_set_cookie(const struct http_request *r, struct http_answer *a, struct http_cookie_set c);

/* ---- text of addresses ---- */

/* Appends `text` percent-encoded: everything but letters, digits and -_.~ */
void http_url_encode(out *o, str text);
/*
 * Decodes %XX once, strictly: false for a broken escape, a NUL or slash in disguise, what is no
 * UTF-8, or too long a path.
 */
bool http_path_decode(str path, char decoded[HTTP_PATH_MAX + 1], size_t *n);
/*
 * Decodes %XX and + of a form or query into the arena; false for a broken escape, a NUL or no
 * UTF-8, and when memory is out: decoded->p is NULL then.
 */
bool http_form_decode(arena *a, str text, str *decoded);

/* What http_config takes: "10.0.0.0/8" or an address; a host name without a port. */
bool http_is_network(str text);
bool http_is_host(str text);
/* "127.0.0.1:8080", "[::1]:8080": a host and a port; *is_loopback says whom it lets in. */
bool http_is_listen(str text, bool *is_loopback);

/* ---- a server ---- */

typedef struct http_server http_server;

/* Zero and NULL mean the default named above. Texts are copied. */
struct http_config {
    str listen;         /* "127.0.0.1:8080", "[::1]:8080", "localhost:8080"; port 0: a free one */
    const str *names;   /* host names that are this site, without port; others get 421. */
    size_t n_names;     /* None: any name. Loopback names are allowed on a loopback listener. */
    const str *proxies; /* trusted: addresses or networks ("10.0.0.0/8"), whose X-Forwarded-For */
    size_t n_proxies;   /* and X-Forwarded-Proto count */
    bool has_tls;       /* TLS is in front: HSTS, Secure and __Host- cookies */
    unsigned workers;   /* 0: one for each core */
    unsigned queue;
    unsigned connections, connections_per_address;
    size_t worker_bytes;
    unsigned head_ms, grace_ms; /* in place of HTTP_HEAD_SECONDS and HTTP_GRACE_SECONDS */
    str spool;                  /* folder for large bodies; empty: the system's */
    log_sink *log;              /* NULL: silent */
    int64_t (*now_ms)(void);    /* UTC, for the log; NULL: the system's */
};

struct http_site {
    void *arg;
    /* A worker's context, made and freed in its thread; both may be NULL. */
    err (*worker_new)(void *arg, void **worker, struct err_info *info);
    void (*worker_free)(void *worker);
    /*
     * In the input and output thread, when the headers are there and before any body: must
     * not wait. Answers and returns true (static files, refusals), or sets r->body_max and
     * r->name and returns false: a worker will answer. May be NULL: all to a worker, no bodies.
     */
    bool (*answer_now)(void *arg, struct http_request *r, struct http_answer *a);
    /* In a worker, when the body is whole. */
    void (*answer)(void *arg, void *worker, struct http_request *r, struct http_answer *a);
    /*
     * What the transport refuses itself (400, 413, 421, 500, 503, 507): fills type and body for
     * a->status. In either thread, must not wait. NULL: a few English words.
     */
    void (*refuse)(void *arg, struct http_request *r, struct http_answer *a);
};

/*
 * Starts serving; requests are answered as soon as this returns. `site` is copied. E_INPUT
 * when an address cannot be read, E_IO when the port is taken or not allowed, or what a
 * worker_new returned.
 */
WARN_UNUSED err http_start(const struct http_config *c, const struct http_site *site,
                           http_server **server, struct err_info *info);

/* "http://127.0.0.1:8080/", with the port really taken. Borrowed from the server. */
const char *http_server_address(const http_server *s);

/* False when other machines can reach it. */
bool http_server_is_local(const http_server *s);

/* What it is doing now, for a page of the administrator and for tests. */
struct http_status {
    unsigned connections, queued;
    uint64_t answered, refused_full, closed_slow;
    uint64_t answer_bytes; /* held in memory for answers being sent */
};
struct http_status http_server_status(const http_server *s);

/* Takes no new connections, lets answers under way finish, frees. NULL is fine. */
void http_server_stop(http_server *s);

const char *http_library_version(void);

#endif
