/* SPDX-License-Identifier: EUPL-1.2 */
/* The only file that knows libmicrohttpd. */
#include "web/http/http_int.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { POLICY_MAX_BYTES = 4 << 10, LOCATION_MAX_BYTES = 4 * HTTP_PATH_MAX };

struct http_server {
    struct MHD_Daemon *daemon;
    int root_fd;
    enum lang lang;
    atomic_int under_way; /* answers being sent */
    char address[128];
    bool is_local;
};

static const struct {
    const char *name, *value;
} strict_headers[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
    {"Cache-Control", "no-cache"}, /* keep, but ask whether it changed */
};

static bool add_header(struct MHD_Response *r, const char *name, const char *value)
{
    return MHD_add_response_header(r, name, value) == MHD_YES;
}

/* `page` is the text whose styles the policy allows; empty for none. */
static bool add_strict_headers(struct MHD_Response *r, str page)
{
    bool added = true;
    out policy;
    out_init(&policy, POLICY_MAX_BYTES);
    http_policy_print(&policy, page);
    out_char(&policy, '\0');
    added = policy.error == OK && add_header(r, "Content-Security-Policy", policy.p);
    out_free(&policy);
    for (size_t i = 0; i < sizeof strict_headers / sizeof *strict_headers; i++)
        added = added && add_header(r, strict_headers[i].name, strict_headers[i].value);
    return added;
}

/* Sends and lets go. Closing the connection is all that is left when headers do not fit. */
static enum MHD_Result send_response(struct MHD_Connection *connection, unsigned status,
                                     struct MHD_Response *r, bool is_complete)
{
    const enum MHD_Result sent = is_complete ? MHD_queue_response(connection, status, r) : MHD_NO;
    MHD_destroy_response(r);
    return sent;
}

static enum MHD_Result send_words(const http_server *s, struct MHD_Connection *connection,
                                  unsigned status, const char *key)
{
    const str words = tr(s->lang, key);
    struct MHD_Response *r = MHD_create_response_from_buffer(words.n, (void *)(uintptr_t)words.p,
                                                             MHD_RESPMEM_PERSISTENT);
    if (!r)
        return MHD_NO;
    bool complete = add_strict_headers(r, STR("")) &&
                    add_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; charset=utf-8");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        complete = complete && add_header(r, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    return send_response(connection, status, r, complete);
}

static enum MHD_Result send_folder(struct MHD_Connection *connection, const char *path)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (!r)
        return MHD_NO;
    /* one leading slash: "//host" would name another server */
    const char *from = path;
    while (from[0] == '/' && from[1] == '/')
        from++;
    out location;
    out_init(&location, LOCATION_MAX_BYTES);
    out_cstr(&location, from);
    out_cstr(&location, "/");
    out_char(&location, '\0');
    const bool complete = location.error == OK && add_strict_headers(r, STR("")) &&
                          add_header(r, MHD_HTTP_HEADER_LOCATION, location.p);
    out_free(&location);
    return send_response(connection, MHD_HTTP_MOVED_PERMANENTLY, r, complete);
}

static char *read_all(int fd, size_t n)
{
    char *text = malloc(n ? n : 1);
    size_t have = 0;
    while (text && have < n) {
        const ssize_t got = read(fd, text + have, n - have);
        if (got > 0) {
            have += (size_t)got;
        } else if (got == 0 || errno != EINTR) {
            free(text);
            text = NULL;
        }
    }
    return text;
}

/* A page is read, because its policy depends on it; any other file goes straight from disk. */
static struct MHD_Response *response_of(const struct http_file *file, bool *complete)
{
    if (!file->is_page) {
        struct MHD_Response *r = MHD_create_response_from_fd64(file->size, file->fd);
        if (!r)
            close(file->fd);
        *complete = r && add_strict_headers(r, STR(""));
        return r;
    }
    char *text = file->size <= HTTP_PAGE_BYTES_MAX ? read_all(file->fd, (size_t)file->size) : NULL;
    close(file->fd);
    if (!text)
        return NULL;
    struct MHD_Response *r =
        MHD_create_response_from_buffer((size_t)file->size, text, MHD_RESPMEM_MUST_FREE);
    if (!r)
        free(text);
    *complete = r && add_strict_headers(r, (str){text, (size_t)file->size});
    return r;
}

/* If-None-Match lists tags with commas, or is "*". */
static bool is_known(struct MHD_Connection *connection, const char *tag)
{
    str rest = str_of(
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH));
    str item;
    while (str_next(&rest, ',', &item)) {
        item = str_trim(item);
        if (str_starts(item, STR("W/")))
            item = str_cut(item, 2, item.n);
        if (str_eq(item, str_of(tag)) || str_eq(item, STR("*")))
            return true;
    }
    return false;
}

static enum MHD_Result send_file(const http_server *s, struct MHD_Connection *connection,
                                 const struct http_file *file)
{
    bool complete = false;
    struct MHD_Response *r = response_of(file, &complete);
    if (!r)
        return send_words(s, connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "http.failed");
    complete = complete && add_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, file->type) &&
               add_header(r, MHD_HTTP_HEADER_ETAG, file->tag);
    const bool known = is_known(connection, file->tag);
    return send_response(connection, known ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, r, complete);
}

static enum MHD_Result answer(void *ctx, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *upload,
                              size_t *n_upload, void **state)
{
    http_server *s = ctx;
    struct http_file file;
    const str report = s->lang == LANG_NL ? STR("report-nl.html") : STR("report-en.html");
    (void)version;
    (void)upload;

    const bool reads =
        strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
    if (!*state) { /* the headers are there, a body is not */
        *state = s;
        atomic_fetch_add(&s->under_way, 1);
        return reads ? MHD_YES
                     : send_words(s, connection, MHD_HTTP_METHOD_NOT_ALLOWED, "http.method");
    }
    if (*n_upload) /* reading needs no body: hang up */
        return MHD_NO;
    switch (http_folder_open(s->root_fd, str_of(path), report, &file)) {
    case HTTP_FILE: return send_file(s, connection, &file);
    case HTTP_FOLDER_WITHOUT_SLASH: return send_folder(connection, path);
    case HTTP_NO_FILE: break;
    }
    return send_words(s, connection, MHD_HTTP_NOT_FOUND, "http.not-found");
}

static void done(void *ctx, struct MHD_Connection *connection, void **state,
                 enum MHD_RequestTerminationCode code)
{
    http_server *s = ctx;
    (void)connection;
    (void)code;
    if (*state)
        atomic_fetch_sub(&s->under_way, 1);
}

/* Paths stay as sent; http_path_decode does it once, strictly. */
static size_t keep_escapes(void *ctx, struct MHD_Connection *connection, char *text)
{
    (void)ctx;
    (void)connection;
    return strlen(text);
}

static bool start(http_server *s, int listen_fd)
{
    s->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, answer, s,
        MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, done, s, MHD_OPTION_CONNECTION_LIMIT, (unsigned)256,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_CONNECTION_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    return s->daemon != NULL;
}

static int open_folder(str folder)
{
    char path[HTTP_PATH_MAX + 1];
    if (folder.n > HTTP_PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(path, folder.p, folder.n);
    path[folder.n] = '\0';
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

err http_serve_folder(str folder, str listen, enum lang lang, http_folder **server,
                      struct err_info *info)
{
    int listen_fd = -1;
    err e = OK;
    http_server *s = calloc(1, sizeof *s);
    if (!s)
        return err_nomem(info);
    s->lang = lang;
    s->root_fd = open_folder(folder);
    if (s->root_fd < 0) {
        e = err_io(info, "http.no-folder", folder);
        goto out;
    }
    e = http_listen(listen, &listen_fd, info);
    if (e != OK)
        goto out;
    if (sodium_init() < 0 || !http_listen_describe(listen_fd, s->address, &s->is_local) ||
        !start(s, listen_fd)) {
        e = err_io(info, "http.cannot-listen", listen);
        close(listen_fd);
        goto out;
    }
    *server = (http_folder *)s;
    return OK;
out:
    if (s->root_fd >= 0)
        close(s->root_fd);
    free(s);
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

void http_server_stop(http_server *s)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    if (!s)
        return;
    const int listen_fd = MHD_quiesce_daemon(s->daemon);
    if (listen_fd >= 0)
        close(listen_fd);
    for (int i = 0; i < HTTP_STOP_SECONDS * 100 && atomic_load(&s->under_way) > 0; i++)
        nanosleep(&pause, NULL);
    MHD_stop_daemon(s->daemon);
    close(s->root_fd);
    free(s);
}

http_server *http_folder_server(const http_folder *f)
{
    return (http_server *)(uintptr_t)f;
}

void http_folder_stop(http_folder *f)
{
    http_server_stop((http_server *)f);
}

const char *http_library_version(void)
{
    return MHD_get_version();
}
