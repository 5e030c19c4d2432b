/* SPDX-License-Identifier: EUPL-1.2 */
/* http_int: what the files of the transport share that know no libmicrohttpd. */
#ifndef ONTSCHOT_WEB_HTTP_INT_H
#define ONTSCHOT_WEB_HTTP_INT_H

#include "web/http/http.h"

#include <sys/socket.h>

/* ---- listen.c: a listening socket at "host:port" ---- */

WARN_UNUSED err http_listen(str listen, int *fd, struct err_info *info);
bool http_listen_describe(int fd, char address[128], bool *is_local);

/* ---- net.c: addresses, networks, host names ---- */

enum { HTTP_ADDRESS_TEXT = 46, HTTP_PROXIES_MAX = 32, HTTP_NAMES_MAX = 64 };

struct http_address { /* IPv4 as ::ffff:a.b.c.d, so that there is one form */
    unsigned char byte[16];
};
struct http_network {
    struct http_address base;
    int bits; /* 0 to 128 */
};

bool http_address_parse(str text, struct http_address *a);
void http_address_of(const struct sockaddr *s, struct http_address *a);
str http_address_print(struct http_address a, char text[HTTP_ADDRESS_TEXT]);
bool http_address_is_loopback(struct http_address a);
/* "10.0.0.0/8", "192.0.2.7", "fd00::/8"; false when bits behind the length are set. */
bool http_network_parse(str text, struct http_network *n);
bool http_network_holds(const struct http_network *n, size_t n_networks, struct http_address a);

/*
 * Who asks, behind proxies that are trusted: the last address in `forwarded` (the values of
 * X-Forwarded-For, in order, with commas) that is no trusted proxy; `peer` when it is not one
 * itself or the list cannot be read.
 */
struct http_address http_client_of(struct http_address peer, str forwarded,
                                   const struct http_network *proxies, size_t n_proxies);

/* The name of a Host header without its port, brackets kept; false when it is no host. */
bool http_host_name(str host, str *name);
bool http_host_is_loopback(str name);

/* ---- text.c: what headers say ---- */

/* The value of a cookie in one Cookie header; false when absent or given twice. */
bool http_cookie_find(str header, str name, str *value);
/* Whether a list of entity tags holds `etag` or is "*"; weak comparison. */
bool http_etag_listed(str list, str etag);
/* Whether an Accept-Encoding allows gzip. */
bool http_accepts_gzip(str accept);
bool http_is_compressible(str type);

enum http_range { HTTP_RANGE_NONE, HTTP_RANGE_ONE, HTTP_RANGE_OUTSIDE };
/* One range of a file of `size` bytes (RFC 9110, section 14); several are as none. */
enum http_range http_range_parse(str header, uint64_t size, uint64_t *from, uint64_t *n);

bool http_is_token(str name);         /* of a header or cookie */
bool http_is_header_value(str value); /* no control character */

/* ---- body.c: a body on its way in ---- */

struct http_spool {
    struct http_body body;
    char *memory; /* HTTP_BODY_IN_MEMORY, or NULL */
};
void http_spool_init(struct http_spool *s);
void http_spool_free(struct http_spool *s);
/* `folder` is where a large one goes. E_IO when the disk is full or broken, E_NOMEM. */
WARN_UNUSED err http_spool_add(struct http_spool *s, const char *folder, const char *p, size_t n);

/* ---- gzip.c ---- */

typedef struct http_gzip http_gzip; /* one for each thread that compresses */
http_gzip *http_gzip_new(void);     /* NULL: out of memory */
void http_gzip_free(http_gzip *g);
/* False when it does not get smaller or memory is out: then send it as it is. */
bool http_gzip_whole(http_gzip *g, str plain, out *packed);

#endif
