/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * disk: a disk that becomes full or read-only and good again while a program uses it, for tests on
 * machines where no disk can be mounted. Loaded before the C library (LD_PRELOAD).
 *
 * Below the folder DISK_FOLDER nothing can be written while DISK_SWITCH/full exists (ENOSPC), nor
 * anything made or opened for writing while DISK_SWITCH/read-only does (EROFS), as the kernel has
 * it for a file system that was mounted again as read-only after an error.
 */
#undef _FILE_OFFSET_BITS /* both names of a call are wanted, each by itself */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static bool has(const char *name)
{
    const char *folder = getenv("DISK_SWITCH");
    char path[PATH_MAX];
    return folder && snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path &&
           faccessat(AT_FDCWD, path, F_OK, 0) == 0;
}

/* EROFS, ENOSPC or 0 */
static int trouble(void)
{
    const int before = errno;
    const int found = has("read-only") ? EROFS : has("full") ? ENOSPC : 0;
    errno = before;
    return found;
}

static bool is_below(const char *path)
{
    const char *folder = getenv("DISK_FOLDER");
    char whole[PATH_MAX], parent[PATH_MAX];
    if (!folder || !path)
        return false;
    if (!realpath(path, whole)) { /* not there yet: its folder decides */
        snprintf(parent, sizeof parent, "%s", path);
        char *slash = strrchr(parent, '/');
        if (slash)
            *slash = '\0';
        if (!realpath(slash ? parent : ".", whole))
            return false;
    }
    const size_t n = strlen(folder);
    return strncmp(whole, folder, n) == 0 && (whole[n] == '/' || whole[n] == '\0');
}

static bool is_below_fd(int fd)
{
    char link[64], path[PATH_MAX];
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0)
        return false;
    path[n] = '\0';
    char *gone = strstr(path, " (deleted)");
    if (gone)
        *gone = '\0';
    return is_below(path);
}

#pragma GCC visibility push(default) /* what follows stands before the C library's own */

#define NEXT(name)                                                                                 \
    static __typeof__(name) *next;                                                                 \
    if (!next)                                                                                     \
    next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static bool fails_fd(int fd)
{
    const int before = errno;
    const int why = trouble();
    const bool fails = why != 0 && is_below_fd(fd);
    errno = fails ? why : before;
    return fails;
}

/* A full disk lets a file be made; a read-only one no. */
static bool fails_path(const char *path, bool writes)
{
    const int before = errno;
    const bool fails = writes && trouble() == EROFS && is_below(path);
    errno = fails ? EROFS : before;
    return fails;
}

static bool fails_new(const char *path)
{
    const int before = errno;
    const int why = trouble();
    const bool fails = why != 0 && is_below(path);
    errno = fails ? why : before;
    return fails;
}

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list list;                                                                              \
        va_start(list, flags);                                                                     \
        const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(list, mode_t) : 0;            \
        va_end(list);                                                                              \
        NEXT(name);                                                                                \
        return fails_path(path, (flags & O_ACCMODE) != O_RDONLY) ? -1 : next(path, flags, mode);   \
    }
OPEN(open)
OPEN(open64)

#define WRITE(name, at)                                                                            \
    ssize_t name(int fd, const void *p, size_t n, at offset)                                       \
    {                                                                                              \
        NEXT(name);                                                                                \
        return fails_fd(fd) ? -1 : next(fd, p, n, offset);                                         \
    }
WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)

ssize_t write(int fd, const void *p, size_t n)
{
    NEXT(write);
    return fails_fd(fd) ? -1 : next(fd, p, n);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
    NEXT(writev);
    return fails_fd(fd) ? -1 : next(fd, v, n);
}

#define ALLOCATE(name, at)                                                                         \
    int name(int fd, at from, at n)                                                                \
    {                                                                                              \
        NEXT(name);                                                                                \
        return fails_fd(fd) ? errno : next(fd, from, n);                                           \
    }
ALLOCATE(posix_fallocate, off_t)
ALLOCATE(posix_fallocate64, off64_t)

#define TRUNCATE(name, at)                                                                         \
    int name(int fd, at n)                                                                         \
    {                                                                                              \
        NEXT(name);                                                                                \
        return trouble() == EROFS && fails_fd(fd) ? -1 : next(fd, n);                              \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

int mkdir(const char *path, mode_t mode)
{
    NEXT(mkdir);
    return fails_new(path) ? -1 : next(path, mode);
}

int unlink(const char *path)
{
    NEXT(unlink);
    return fails_path(path, true) ? -1 : next(path);
}
