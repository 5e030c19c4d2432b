/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/http/http_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void http_spool_init(struct http_spool *s)
{
    *s = (struct http_spool){.body.fd = -1};
}

void http_spool_free(struct http_spool *s)
{
    if (s->body.fd >= 0)
        close(s->body.fd);
    free(s->memory);
    http_spool_init(s);
}

/* A file that no folder names: it is gone when it is closed, however the program ends. */
static int open_nameless(const char *folder)
{
    char path[HTTP_PATH_MAX + 32];
    const int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    if (snprintf(path, sizeof path, "%s/body.XXXXXX", folder) >= (int)sizeof path)
        return -1;
    const int named = mkostemp(path, O_CLOEXEC); /* a file system without O_TMPFILE */
    if (named >= 0)
        (void)unlink(path);
    return named;
}

static err write_at(int fd, uint64_t at, const char *p, size_t n)
{
    while (n > 0) {
        const ssize_t done = pwrite(fd, p, n, (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return E_IO;
        p += done;
        n -= (size_t)done;
        at += (uint64_t)done;
    }
    return OK;
}

static err move_to_file(struct http_spool *s, const char *folder)
{
    s->body.fd = open_nameless(folder);
    if (s->body.fd < 0)
        return E_IO;
    const err e = write_at(s->body.fd, 0, s->memory, (size_t)s->body.size);
    free(s->memory);
    s->memory = NULL;
    s->body.text = (str){NULL, 0};
    return e;
}

err http_spool_add(struct http_spool *s, const char *folder, const char *p, size_t n)
{
    err e = OK;
    if (s->body.fd < 0 && n > HTTP_BODY_IN_MEMORY - (size_t)s->body.size)
        e = move_to_file(s, folder);
    if (e == OK && s->body.fd >= 0) {
        e = write_at(s->body.fd, s->body.size, p, n);
    } else if (e == OK) {
        if (!s->memory)
            s->memory = malloc(HTTP_BODY_IN_MEMORY);
        if (!s->memory)
            return E_NOMEM;
        memcpy(s->memory + s->body.size, p, n);
        s->body.text = (str){s->memory, (size_t)s->body.size + n};
    }
    if (e == OK)
        s->body.size += n;
    return e;
}

err http_body_read(const struct http_body *b, uint64_t at, void *p, size_t n, size_t *got,
                   struct err_info *info)
{
    *got = 0;
    if (at >= b->size)
        return OK;
    if (n > b->size - at)
        n = (size_t)(b->size - at);
    if (b->fd < 0) {
        memcpy(p, b->text.p + at, n);
        *got = n;
        return OK;
    }
    while (*got < n) {
        const ssize_t done = pread(b->fd, (char *)p + *got, n - *got, (off_t)(at + *got));
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return err_set(info, E_IO, "http.body-unreadable");
        *got += (size_t)done;
    }
    return OK;
}
