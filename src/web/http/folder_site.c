/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/http/folder_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { POLICY_MAX_BYTES = 4 << 10, LOCATION_MAX_BYTES = 4 * HTTP_PATH_MAX };

struct http_folder {
    int root_fd;
    enum lang lang;
    http_server *server;
};

static void answer_words(const http_folder *f, struct http_answer *a, int status, const char *key)
{
    a->status = status;
    a->type = "text/plain; charset=utf-8";
    a->lasting = tr(f->lang, key);
}

/* Relative links in a folder's page need the slash behind it. */
static void answer_folder(const struct http_request *r, struct http_answer *a)
{
    size_t from = 0; /* one leading slash: "//host" would name another server */
    while (from + 1 < r->raw_path.n && r->raw_path.p[from + 1] == '/')
        from++;
    out location;
    out_init(&location, LOCATION_MAX_BYTES);
    out_str(&location, str_cut(r->raw_path, from, r->raw_path.n));
    out_char(&location, '/');
    const str kept = location.error == OK ? arena_str(r->memory, out_view(&location)) : STR("");
    out_free(&location);
    if (kept.n)
        http_redirect(a, 301, kept);
    else
        a->error = E_NOMEM;
}

static bool read_all(int fd, size_t n, out *o)
{
    o->p = malloc(n ? n : 1);
    o->cap = n;
    while (o->p && o->n < n) {
        const ssize_t got = read(fd, o->p + o->n, n - o->n);
        if (got > 0)
            o->n += (size_t)got;
        else if (got == 0 || errno != EINTR)
            return false;
    }
    return o->p != NULL;
}

/* A page is read, because its policy depends on it; any other file goes straight from disk. */
static void answer_page(const http_folder *f, const struct http_request *r, struct http_answer *a,
                        const struct http_file *file)
{
    out policy;
    out_init(&policy, POLICY_MAX_BYTES);
    a->body.limit = HTTP_PAGE_BYTES_MAX;
    const bool is_read =
        file->size <= HTTP_PAGE_BYTES_MAX && read_all(file->fd, (size_t)file->size, &a->body);
    close(file->fd);
    http_policy_print(&policy, out_view(&a->body));
    a->policy = policy.error == OK ? arena_str(r->memory, out_view(&policy)) : STR("");
    out_free(&policy);
    if (!is_read || !a->policy.n) {
        out_clear(&a->body);
        answer_words(f, a, 500, "http.failed");
    }
}

static void answer_file(const http_folder *f, const struct http_request *r, struct http_answer *a,
                        const struct http_file *file)
{
    a->cache = HTTP_CACHE_ASK;
    a->type = file->type;
    a->etag = arena_str(r->memory, str_of(file->tag));
    if (file->is_page) {
        answer_page(f, r, a, file);
        return;
    }
    a->fd = file->fd;
    a->fd_size = file->size;
}

static bool answer_now(void *arg, struct http_request *r, struct http_answer *a)
{
    r->name = "folder";
    if (r->method == HTTP_GET || r->method == HTTP_HEAD)
        return false;
    answer_words(arg, a, 405, "http.method");
    http_add_header(a, "Allow", STR("GET, HEAD"));
    return true;
}

static void answer(void *arg, void *worker, struct http_request *r, struct http_answer *a)
{
    const http_folder *f = arg;
    const str report = f->lang == LANG_NL ? STR("report-nl.html") : STR("report-en.html");
    struct http_file file;
    (void)worker;
    a->policy = STR("default-src 'none'; frame-ancestors 'none'");
    switch (http_folder_open(f->root_fd, r->path, report, &file)) {
    case HTTP_FILE: answer_file(f, r, a, &file); break;
    case HTTP_FOLDER_WITHOUT_SLASH: answer_folder(r, a); break;
    case HTTP_NO_FILE: answer_words(f, a, 404, "http.not-found"); break;
    }
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

err http_serve_folder(str folder, str listen, enum lang lang, http_folder **served,
                      struct err_info *info)
{
    const struct http_config config = {.listen = listen};
    struct http_site site = {.answer_now = answer_now, .answer = answer};
    http_folder *f = calloc(1, sizeof *f);
    if (!f)
        return err_nomem(info);
    site.arg = f;
    f->lang = lang;
    f->root_fd = open_folder(folder);
    const err e = f->root_fd < 0 ? err_io(info, "http.no-folder", folder)
                                 : http_start(&config, &site, &f->server, info);
    if (e == OK) {
        *served = f;
        return OK;
    }
    if (f->root_fd >= 0)
        close(f->root_fd);
    free(f);
    return e;
}

http_server *http_folder_server(const http_folder *f)
{
    return f->server;
}

void http_folder_stop(http_folder *f)
{
    if (!f)
        return;
    http_server_stop(f->server);
    close(f->root_fd);
    free(f);
}
