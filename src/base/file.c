/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file.h"

#include "base/out.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_STEP = 1 << 16, WRITE_BUFFER = 1 << 20 };

/* The system wants a terminated name; one with a zero byte inside would name another file. */
static err terminated(str path, char z[PATH_MAX], struct err_info *info)
{
    if (path.n == 0 || path.n >= PATH_MAX || memchr(path.p, '\0', path.n))
        return err_text(info, E_INPUT, "file.bad-name", path);
    memcpy(z, path.p, path.n);
    z[path.n] = '\0';
    return OK;
}

static err open_for_reading(str path, int *fd, struct err_info *info)
{
    char z[PATH_MAX];
    const err e = terminated(path, z, info);
    if (e != OK)
        return e;
    *fd = open(z, O_RDONLY | O_CLOEXEC);
    return *fd < 0 ? err_io(info, "file.cannot-open", path) : OK;
}

/* ---- reading ---- */

err file_read(arena *a, str path, size_t limit_bytes, str *text, struct err_info *info)
{
    char step[READ_STEP];
    int fd;
    out content;
    str copy;
    ssize_t n;

    err e = open_for_reading(path, &fd, info);
    if (e != OK)
        return e;
    out_init(&content, limit_bytes);
    while ((n = read(fd, step, sizeof step)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            e = err_io(info, "file.cannot-read", path);
            goto out;
        }
        out_bytes(&content, step, (size_t)n);
        if (content.error == E_LIMIT) {
            e = err_text(info, E_LIMIT, "file.too-large", path);
            msg_int(&info->msg, (int64_t)limit_bytes);
            err_at(info, path, 0, 0);
            goto out;
        }
    }
    copy = content.error == OK ? arena_str(a, out_view(&content)) : (str){NULL, 0};
    if (copy.p)
        *text = copy;
    else
        e = err_nomem(info);
out:
    out_free(&content);
    close(fd);
    return e;
}

err file_map_open(str path, struct file_map *map, struct err_info *info)
{
    struct stat st;
    int fd;
    void *p = NULL;

    err e = open_for_reading(path, &fd, info);
    if (e != OK)
        return e;
    if (fstat(fd, &st) != 0) {
        e = err_io(info, "file.cannot-read", path);
    } else if (!S_ISREG(st.st_mode)) {
        e = err_text(info, E_INPUT, "file.not-regular", path);
        err_at(info, path, 0, 0);
    } else if (st.st_size > 0) {
        p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED)
            e = err_io(info, "file.cannot-read", path);
    }
    if (e == OK)
        *map = (struct file_map){.p = p, .n = (size_t)st.st_size};
    close(fd);
    return e;
}

void file_map_close(struct file_map *map)
{
    if (map->n)
        munmap((void *)(uintptr_t)map->p, map->n);
    *map = (struct file_map){0};
}

/* ---- writing ---- */

struct file_writer {
    int fd;
    int error;     /* errno of the first failure; 0 when none */
    uint64_t sent; /* bytes handed to the system; what follows is in the buffer */
    size_t n;
    char path[PATH_MAX];
    char temporary[PATH_MAX];
    char buffer[WRITE_BUFFER];
};

/* Renaming over a device or a pipe would replace it by a file. */
static err refuse_special(const char *z, str path, struct err_info *info)
{
    struct stat st;
    if (stat(z, &st) != 0 || S_ISREG(st.st_mode))
        return OK;
    err_text(info, E_INPUT, "file.not-regular", path);
    err_at(info, path, 0, 0);
    return E_INPUT;
}

enum { TEMPORARY_TRIES = 100 };

/* "<path>.tmp-1a2b3c4d"; false with errno set. */
static bool print_temporary(const char *path, char *name, size_t room)
{
    uint32_t suffix;
    if (getrandom(&suffix, sizeof suffix, 0) != (ssize_t)sizeof suffix)
        return false;
    const int n = snprintf(name, room, "%s.tmp-%08x", path, suffix);
    if (n >= 0 && (size_t)n < room)
        return true;
    errno = ENAMETOOLONG;
    return false;
}

/* mkstemp would make the file private; here the user's umask decides. */
static int open_temporary(struct file_writer *w)
{
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        if (!print_temporary(w->path, w->temporary, sizeof w->temporary))
            return -1;
        const int fd = open(w->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

err file_writer_open(str path, file_writer **w, struct err_info *info)
{
    file_writer *made = malloc(sizeof *made);
    if (!made)
        return err_nomem(info);
    made->error = 0;
    made->sent = 0;
    made->n = 0;
    err e = terminated(path, made->path, info);
    if (e == OK)
        e = refuse_special(made->path, path, info);
    if (e == OK && (made->fd = open_temporary(made)) < 0)
        e = err_io(info, "file.cannot-write", path);
    if (e != OK) {
        free(made);
        return e;
    }
    *w = made;
    return OK;
}

static void send_all(file_writer *w, const char *p, size_t n)
{
    while (n && !w->error) {
        const ssize_t sent = write(w->fd, p, n);
        if (sent >= 0) {
            p += sent;
            n -= (size_t)sent;
            w->sent += (uint64_t)sent;
        } else if (errno != EINTR) {
            w->error = errno;
        }
    }
}

static void flush(file_writer *w)
{
    send_all(w, w->buffer, w->n);
    w->n = 0;
}

void file_writer_put(file_writer *w, const void *p, size_t n)
{
    if (n > sizeof w->buffer - w->n)
        flush(w);
    if (n > sizeof w->buffer) {
        send_all(w, p, n);
    } else if (n && !w->error) {
        memcpy(w->buffer + w->n, p, n);
        w->n += n;
    }
}

void file_writer_patch(file_writer *w, uint64_t at, const void *p, size_t n)
{
    const char *bytes = p;

    flush(w);
    if (!w->error && (at > w->sent || n > w->sent - at))
        w->error = EINVAL; /* only what was written can be overwritten */
    while (n && !w->error) {
        const ssize_t sent = pwrite(w->fd, bytes, n, (off_t)at);
        if (sent >= 0) {
            bytes += sent;
            n -= (size_t)sent;
            at += (uint64_t)sent;
        } else if (errno != EINTR) {
            w->error = errno;
        }
    }
}

uint64_t file_writer_at(const file_writer *w)
{
    return w->sent + w->n;
}

/* Makes the new name itself survive a power cut. File systems without it say EINVAL. */
static int sync_folder_of(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const size_t n = slash ? (size_t)(slash - path) + 1 : 0;
    memcpy(folder, path, n);
    memcpy(folder + n, ".", 2);
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    const int error = fsync(fd) != 0 && errno != EINVAL ? errno : 0;
    close(fd);
    return error;
}

err file_writer_commit(file_writer *w, struct err_info *info)
{
    err e = OK;

    flush(w);
    if (!w->error && fsync(w->fd) != 0 && errno != EINVAL)
        w->error = errno;
    if (close(w->fd) != 0 && !w->error)
        w->error = errno;
    if (!w->error && rename(w->temporary, w->path) != 0)
        w->error = errno;
    if (w->error)
        unlink(w->temporary);
    else
        w->error = sync_folder_of(w->path);
    if (w->error) {
        errno = w->error;
        e = err_io(info, "file.cannot-write", str_of(w->path));
    }
    free(w);
    return e;
}

void file_writer_abort(file_writer *w)
{
    if (!w)
        return;
    close(w->fd);
    unlink(w->temporary);
    free(w);
}

err file_write(str path, str content, struct err_info *info)
{
    file_writer *w;
    const err e = file_writer_open(path, &w, info);
    if (e != OK)
        return e;
    file_writer_put(w, content.p, content.n);
    return file_writer_commit(w, info);
}

/* ---- folders ---- */

static bool is_folder(const char *z)
{
    struct stat st;
    return stat(z, &st) == 0 && S_ISDIR(st.st_mode);
}

err file_make_folder(str path, struct err_info *info)
{
    char z[PATH_MAX];
    const err e = terminated(path, z, info);
    if (e != OK)
        return e;
    for (char *p = z + 1;; p++) {
        const char c = *p;
        if (c != '/' && c != '\0')
            continue;
        *p = '\0';
        const int cause = mkdir(z, 0777) == 0 ? 0 : errno;
        if (cause != 0 && !is_folder(z)) {
            errno = cause; /* looking for the folder has its own */
            return err_io(info, "file.cannot-make-folder", path);
        }
        if (c == '\0')
            return OK;
        *p = c;
    }
}

err file_make_temporary_folder(arena *a, str path, str *made, struct err_info *info)
{
    char z[PATH_MAX], name[PATH_MAX];
    const err e = terminated(path, z, info);
    if (e != OK)
        return e;
    for (int i = 0; i < TEMPORARY_TRIES && print_temporary(z, name, sizeof name); i++) {
        if (mkdir(name, 0777) == 0) {
            *made = arena_str(a, str_of(name));
            return made->p ? OK : err_nomem(info);
        }
        if (errno != EEXIST)
            break;
    }
    return err_io(info, "file.cannot-make-folder", path);
}
