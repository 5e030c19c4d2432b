/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * http: a folder of reports, readable in a browser.
 *
 * Does: answer GET and HEAD for regular files below one folder, with content
 *       types, entity tags and strict security headers, from one thread. A
 *       folder shows its index.html, or else its report in the server's language.
 * Does not: list folders, follow symbolic links, show names that start with a
 *       dot, run anything, or encrypt (a reverse proxy does).
 */
#ifndef ONTSCHOT_WEB_HTTP_H
#define ONTSCHOT_WEB_HTTP_H

#include "base/err.h"
#include "base/i18n.h"

typedef struct http_server http_server;

/* Every bound of the server by name. */
enum {
    HTTP_CONNECTIONS_MAX = 256,
    HTTP_IDLE_SECONDS = 15,           /* without a byte either way, then closed */
    HTTP_CONNECTION_BYTES = 32 << 10, /* request line and headers */
    HTTP_PATH_MAX = 1024,             /* bytes of a decoded path */
    HTTP_STYLES_MAX = 32,             /* <style> elements allowed in one page */
    HTTP_PAGE_BYTES_MAX = 256 << 20,  /* of an HTML or SVG file */
    HTTP_STOP_SECONDS = 5,            /* a stop waits so long for answers under way */
};

/*
 * Starts serving `folder` at `listen`: "127.0.0.1:8080", "[::1]:8080",
 * "localhost:8080"; port 0 takes a free one. The language is that of the few
 * words of an error page. Requests are answered as soon as this returns.
 *
 * E_INPUT when `listen` cannot be read, E_NOT_FOUND or E_IO when the folder
 * cannot be opened, E_IO when the port is taken or not allowed.
 */
WARN_UNUSED err http_serve_folder(str folder, str listen, enum lang lang, http_server **server,
                                  struct err_info *info);

/* "http://127.0.0.1:8080/", with the port really taken. Borrowed from the server. */
const char *http_server_address(const http_server *s);

/* False when other machines can reach it. */
bool http_server_is_local(const http_server *s);

/* Takes no new connections, lets answers under way finish, frees. NULL is fine. */
void http_server_stop(http_server *s);

const char *http_library_version(void);

#endif
