/* SPDX-License-Identifier: EUPL-1.2 */
/* From what a site answered to what is sent: conditions, ranges, compression, headers. */
#include "web/http/server_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char site_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/* The same for every answer. Each is a norm: see SECURITY.md. */
static const struct {
    const char *name, *value;
} strict_headers[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"}, /* for what does not know frame-ancestors */
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy",
     "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"},
};

#define RETRY_SECONDS_TEXT "2"
_Static_assert(HTTP_RETRY_SECONDS == 2, "the text says the same");
static const char hsts[] = "max-age=63072000"; /* two years */

void answer_init(struct http_answer *a)
{
    *a = (struct http_answer){.status = MHD_HTTP_OK, .type = "text/html; charset=utf-8", .fd = -1};
    out_init(&a->body, HTTP_ANSWER_BYTES_MAX);
}

static void answer_drop_body(struct http_answer *a)
{
    out_free(&a->body);
    if (a->fd >= 0)
        close(a->fd);
    a->fd = -1;
    a->lasting = a->lasting_gzip = (str){NULL, 0};
}

/* ---- what of it is sent ---- */

struct part { /* of a file */
    uint64_t from, n;
};

static bool is_reading(const struct exchange *x)
{
    return x->r.method == HTTP_GET || x->r.method == HTTP_HEAD;
}

static bool is_unchanged(const struct exchange *x, const struct http_answer *a)
{
    return is_reading(x) && a->status == MHD_HTTP_OK && a->etag.n > 0 &&
           http_etag_listed(http_header(&x->r, "If-None-Match"), a->etag);
}

/* A range is of the file that the client has a part of, or of any when it does not say. */
static bool is_same_file(const struct exchange *x, const struct http_answer *a)
{
    const str condition = http_header(&x->r, "If-Range");
    return !condition.p || (a->etag.n > 0 && str_eq(condition, a->etag));
}

static struct part choose_part(const struct exchange *x, struct http_answer *a)
{
    struct part p = {.from = 0, .n = a->fd_size};
    const str header = http_header(&x->r, "Range");
    if (x->r.method != HTTP_GET || a->status != MHD_HTTP_OK || !header.p || !is_same_file(x, a))
        return p;
    switch (http_range_parse(header, a->fd_size, &p.from, &p.n)) {
    case HTTP_RANGE_ONE: a->status = MHD_HTTP_PARTIAL_CONTENT; break;
    case HTTP_RANGE_OUTSIDE: a->status = MHD_HTTP_RANGE_NOT_SATISFIABLE; break;
    case HTTP_RANGE_NONE: break;
    }
    return p;
}

/* Compresses when that helps; true when what is in the answer now is compressed. */
static bool compress(const struct exchange *x, struct http_answer *a, http_gzip *gzip)
{
    out packed;
    if (!http_is_compressible(str_of(a->type)) ||
        !http_accepts_gzip(http_header(&x->r, "Accept-Encoding")))
        return false;
    if (a->lasting_gzip.n > 0) {
        a->lasting = a->lasting_gzip;
        return true;
    }
    if (!gzip || a->body.n < HTTP_COMPRESS_FROM ||
        !http_gzip_whole(gzip, out_view(&a->body), &packed))
        return false;
    out_free(&a->body);
    a->body = packed;
    return true;
}

/* ---- headers ---- */

static bool add(struct MHD_Response *r, const char *name, str value)
{
    char text[HTTP_CONNECTION_BYTES];
    if (value.n >= sizeof text)
        return false;
    memcpy(text, value.p, value.n);
    text[value.n] = '\0';
    return MHD_add_response_header(r, name, text) == MHD_YES;
}

static const char *cache_of(const struct http_answer *a)
{
    switch (a->cache) {
    case HTTP_CACHE_NONE: break;
    case HTTP_CACHE_ASK: return a->is_private ? "private, no-cache" : "no-cache";
    case HTTP_CACHE_FOREVER: return "public, max-age=31536000, immutable";
    }
    return "no-store";
}

static bool add_strict(const struct exchange *x, const struct http_answer *a,
                       struct MHD_Response *r)
{
    bool added = add(r, "Content-Security-Policy", a->policy.n ? a->policy : str_of(site_policy)) &&
                 add(r, "Cache-Control", str_of(cache_of(a)));
    for (size_t i = 0; i < sizeof strict_headers / sizeof *strict_headers; i++)
        added = added && MHD_add_response_header(r, strict_headers[i].name,
                                                 strict_headers[i].value) == MHD_YES;
    if (x->server->has_tls)
        added = added && MHD_add_response_header(r, "Strict-Transport-Security", hsts) == MHD_YES;
    return added;
}

static bool add_etag(const struct http_answer *a, bool is_packed, struct MHD_Response *r)
{
    char text[256];
    if (a->etag.n == 0)
        return true;
    /* the same page compressed has other bytes: no longer a strong validator */
    const bool weakens = is_packed && !str_starts(a->etag, STR("W/"));
    const int n =
        snprintf(text, sizeof text, "%s%.*s", weakens ? "W/" : "", (int)a->etag.n, a->etag.p);
    return n > 0 && n < (int)sizeof text && MHD_add_response_header(r, "ETag", text) == MHD_YES;
}

static bool add_file(const struct http_answer *a, struct part p, struct MHD_Response *r)
{
    char text[96];
    if (a->fd_size == 0 && a->status == MHD_HTTP_OK)
        return true;
    if (a->status == MHD_HTTP_PARTIAL_CONTENT)
        (void)snprintf(text, sizeof text, "bytes %llu-%llu/%llu", (unsigned long long)p.from,
                       (unsigned long long)(p.from + p.n - 1), (unsigned long long)a->fd_size);
    else if (a->status == MHD_HTTP_RANGE_NOT_SATISFIABLE)
        (void)snprintf(text, sizeof text, "bytes */%llu", (unsigned long long)a->fd_size);
    else
        return MHD_add_response_header(r, "Accept-Ranges", "bytes") == MHD_YES;
    return MHD_add_response_header(r, "Content-Range", text) == MHD_YES;
}

static bool add_all(const struct exchange *x, const struct http_answer *a, bool is_packed,
                    struct MHD_Response *r)
{
    bool added = add_strict(x, a, r) && add_etag(a, is_packed, r);
    if (a->status != MHD_HTTP_NO_CONTENT && a->status != MHD_HTTP_NOT_MODIFIED)
        added = added && add(r, "Content-Type", str_of(a->type));
    if (is_packed)
        added = added && MHD_add_response_header(r, "Content-Encoding", "gzip") == MHD_YES;
    if (http_is_compressible(str_of(a->type)))
        added = added && MHD_add_response_header(r, "Vary", "Accept-Encoding") == MHD_YES;
    for (size_t i = 0; i < a->n_headers; i++)
        added = added && add(r, a->header[i].name, a->header[i].value);
    return added;
}

/* ---- making it ---- */

static struct MHD_Response *response_of_file(struct http_answer *a, struct part p)
{
    struct MHD_Response *r = MHD_create_response_from_fd_at_offset64(p.n, a->fd, p.from);
    if (r)
        a->fd = -1; /* the response closes it */
    return r;
}

static struct MHD_Response *response_of_bytes(struct http_answer *a, struct reply *reply)
{
    struct MHD_Response *r;
    if (a->lasting.n > 0) {
        reply->bytes = a->lasting.n;
        return MHD_create_response_from_buffer(a->lasting.n, (void *)(uintptr_t)a->lasting.p,
                                               MHD_RESPMEM_PERSISTENT);
    }
    reply->bytes = a->body.n;
    if (a->body.n == 0)
        return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    reply->held = a->body.cap;
    r = MHD_create_response_from_buffer(a->body.n, a->body.p, MHD_RESPMEM_MUST_FREE);
    if (r)
        out_init(&a->body, 0); /* the response frees it */
    return r;
}

/* False when memory is out or a header does not fit. Leaves an empty answer. */
static bool make(struct exchange *x, struct http_answer *a, http_gzip *gzip)
{
    struct reply reply = {0};
    struct part part = {0};
    bool is_packed = false;
    if (is_unchanged(x, a)) {
        a->status = MHD_HTTP_NOT_MODIFIED;
        answer_drop_body(a);
    } else if (a->fd >= 0) {
        part = choose_part(x, a);
        if (a->status == MHD_HTTP_RANGE_NOT_SATISFIABLE)
            answer_drop_body(a);
    } else {
        is_packed = compress(x, a, gzip);
    }
    const bool is_file = a->fd >= 0;
    reply.status = (unsigned)a->status;
    reply.response = is_file ? response_of_file(a, part) : response_of_bytes(a, &reply);
    if (is_file)
        reply.bytes = part.n;
    const bool is_whole = reply.response && add_all(x, a, is_packed, reply.response) &&
                          (a->fd_size == 0 || add_file(a, part, reply.response));
    answer_drop_body(a);
    if (!is_whole && reply.response)
        MHD_destroy_response(reply.response);
    if (is_whole)
        x->reply = reply;
    return is_whole;
}

static void write_words(struct http_answer *a)
{
    const char *words = "This cannot be answered now.\n";
    switch (a->status) {
    case 400: words = "This request cannot be understood.\n"; break;
    case 413: words = "This is more than may be sent here.\n"; break;
    case 414: words = "This address is too long.\n"; break;
    case 421: words = "This server does not answer for that name.\n"; break;
    case 431: words = "The headers of this request are too many.\n"; break;
    case 507: words = "There is no room to receive this.\n"; break;
    default: break;
    }
    a->type = "text/plain; charset=utf-8";
    a->lasting = str_of(words);
}

void reply_refuse(struct exchange *x, int status)
{
    const struct http_site *site = &x->server->site;
    struct http_answer a;
    answer_init(&a);
    a.status = status;
    if (site->refuse)
        site->refuse(site->arg, &x->r, &a);
    if (!site->refuse || a.error != OK || a.body.error != OK) {
        out_free(&a.body);
        a.n_headers = 0;
        write_words(&a);
    }
    a.status = status;
    if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
        http_add_header(&a, "Retry-After", STR(RETRY_SECONDS_TEXT));
    (void)make(x, &a, NULL); /* without a reply the connection is closed */
}

void reply_make(struct exchange *x, struct http_answer *a, http_gzip *gzip)
{
    const bool is_whole = a->error == OK && a->body.error == OK;
    if (is_whole && make(x, a, gzip))
        return;
    const bool is_short = is_whole || a->error == E_NOMEM || a->body.error == E_NOMEM;
    answer_drop_body(a);
    reply_refuse(x, is_short ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_INTERNAL_SERVER_ERROR);
}
