/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/http/folder_int.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Names that start with a dot are hidden, and "." and ".." lead astray. */
static bool is_servable(str name)
{
    return name.n > 0 && name.n <= 255 && name.p[0] != '.';
}

static int open_below(int folder_fd, str name, int flags)
{
    char text[256];
    memcpy(text, name.p, name.n);
    text[name.n] = '\0';
    return openat(folder_fd, text, flags | O_NOFOLLOW | O_CLOEXEC);
}

/*
 * Walks down one name at a time, so that no step can leave the folder; the
 * last name of `path` stays in *name, for which the open folder is returned.
 */
static int open_parent(int root_fd, str path, str *name)
{
    int fd = fcntl(root_fd, F_DUPFD_CLOEXEC, 0);
    size_t slash;
    while (fd >= 0 && str_find(path, '/', &slash)) {
        const str step = str_cut(path, 0, slash);
        path = str_cut(path, slash + 1, path.n);
        const int next = is_servable(step) ? open_below(fd, step, O_RDONLY | O_DIRECTORY) : -1;
        close(fd);
        fd = next;
    }
    *name = path;
    return fd;
}

static const char *type_of(str name, bool *is_page)
{
    static const struct {
        str ending;
        const char *type;
        bool is_page;
    } types[] = {
        {STR(".html"), "text/html; charset=utf-8", true},
        {STR(".svg"), "image/svg+xml", true},
        {STR(".css"), "text/css; charset=utf-8", false},
        {STR(".txt"), "text/plain; charset=utf-8", false},
        {STR(".csv"), "text/csv; charset=utf-8", false},
        {STR(".json"), "application/json", false},
        {STR(".yaml"), "application/yaml", false},
        {STR(".xlsx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false},
        {STR(".png"), "image/png", false},
        {STR(".jpg"), "image/jpeg", false},
        {STR(".pdf"), "application/pdf", false},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (str_ends(name, types[i].ending)) {
            *is_page = types[i].is_page;
            return types[i].type;
        }
    }
    *is_page = false;
    return "application/octet-stream";
}

static void describe(const struct stat *s, str name, struct http_file *file)
{
    file->size = (uint64_t)s->st_size;
    file->type = type_of(name, &file->is_page);
    (void)snprintf(file->tag, sizeof file->tag, "\"%llx-%llx-%llx%08lx\"",
                   (unsigned long long)s->st_ino, (unsigned long long)s->st_size,
                   (unsigned long long)s->st_mtim.tv_sec, (unsigned long)s->st_mtim.tv_nsec);
}

/* Opens what `name` says; an empty name is the folder's index, or else its report. */
static int open_named(int folder_fd, str *name, str report)
{
    const str candidates[] = {name->n ? *name : STR("index.html"), report};
    const size_t n = name->n ? 1 : 2;
    int fd = -1;
    for (size_t i = 0; i < n && fd < 0; i++) {
        *name = candidates[i];
        /* without O_NONBLOCK a named pipe in the folder would stop the server */
        fd = is_servable(*name) ? open_below(folder_fd, *name, O_RDONLY | O_NONBLOCK) : -1;
    }
    return fd;
}

enum http_found http_folder_open(int root_fd, str path, str report, struct http_file *file)
{
    struct stat s;
    str name;

    if (path.n == 0 || path.p[0] != '/')
        return HTTP_NO_FILE;
    const int folder_fd = open_parent(root_fd, str_cut(path, 1, path.n), &name);
    if (folder_fd < 0)
        return HTTP_NO_FILE;
    file->fd = open_named(folder_fd, &name, report);
    close(folder_fd);
    if (file->fd < 0)
        return HTTP_NO_FILE;
    const bool is_known = fstat(file->fd, &s) == 0;
    if (is_known && S_ISREG(s.st_mode)) {
        describe(&s, name, file);
        return HTTP_FILE;
    }
    close(file->fd);
    return is_known && S_ISDIR(s.st_mode) ? HTTP_FOLDER_WITHOUT_SLASH : HTTP_NO_FILE;
}
