/* SPDX-License-Identifier: EUPL-1.2 */
#include "faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>

struct pollfd;

static atomic_uint armed;
static atomic_size_t calls, first_failing, last_failing;
static pthread_t tester;

void faults_begin(void)
{
    tester = pthread_self();
}

void faults_arm(unsigned kinds, size_t first, size_t last)
{
    atomic_store(&calls, 0);
    atomic_store(&first_failing, first);
    atomic_store(&last_failing, last);
    atomic_store(&armed, kinds);
}

size_t faults_disarm(void)
{
    atomic_store(&armed, 0);
    return atomic_load(&calls);
}

static bool fails(unsigned kind, int cause)
{
    const unsigned kinds = atomic_load(&armed);
    if (!(kinds & kind) || pthread_equal(pthread_self(), tester))
        return false;
    const size_t n = atomic_fetch_add(&calls, 1) + 1;
    if (n < atomic_load(&first_failing) || n > atomic_load(&last_failing))
        return false;
    errno = kinds & FAULT_ROOM ? ENOSPC : cause;
    return true;
}

/* A connection that breaks is broken: whoever waits for its other end is told, too. */
static bool breaks(int fd)
{
    if (!fails(FAULT_SOCKET, ECONNRESET))
        return false;
    (void)shutdown(fd, SHUT_RDWR);
    errno = ECONNRESET;
    return true;
}

/* read and write serve files, sockets and what wakes a thread; the last of these never fail. */
static bool fd_fails(int fd, unsigned of_file)
{
    struct stat st;
    if (!atomic_load(&armed) || fstat(fd, &st) != 0)
        return false;
    if (S_ISREG(st.st_mode))
        return fails(of_file, EIO);
    return S_ISSOCK(st.st_mode) && breaks(fd);
}

static bool map_fails(int fd, size_t n)
{
    enum { LARGE = 1 << 20 }; /* smaller ones are the C library's own, mostly */
    return fd >= 0 ? fails(FAULT_FILE, ENOMEM) : n >= LARGE && fails(FAULT_MEMORY, ENOMEM);
}

static bool open_fails(int flags)
{
    enum { CREATE = 0100, TEMPORARY = 020000000 };
    const unsigned takes_room = flags & (CREATE | TEMPORARY) ? FAULT_ROOM : 0;
    return fails(FAULT_FILE | takes_room, EMFILE);
}

/* The symbol that would have been found without this file. */
static void *next(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

/* A name of its own in C: headers may already give the other to something else. */
/* clang-format off */
#define FAULT(type, name, params, args, is_failing, failed)                                        \
    __attribute__((visibility("default"))) type fault_##name params __asm__(#name);                \
    type fault_##name params                                                                       \
    {                                                                                              \
        static type(*real) params;                                                                 \
        if (!real)                                                                                 \
            *(void **)&real = next(#name);                                                         \
        return (is_failing) ? (failed) : real args;                                                \
    }
/* clang-format on */

/* ---- memory ---- */

FAULT(void *, malloc, (size_t n), (n), fails(FAULT_MEMORY, ENOMEM), NULL)
FAULT(void *, calloc, (size_t n, size_t size), (n, size), fails(FAULT_MEMORY, ENOMEM), NULL)
FAULT(void *, realloc, (void *p, size_t n), (p, n), fails(FAULT_MEMORY, ENOMEM), NULL)
FAULT(void *, aligned_alloc, (size_t align, size_t n), (align, n), fails(FAULT_MEMORY, ENOMEM),
      NULL)
FAULT(int, posix_memalign, (void **p, size_t align, size_t n), (p, align, n),
      fails(FAULT_MEMORY, ENOMEM), ENOMEM)
FAULT(void *, mmap, (void *at, size_t n, int prot, int flags, int fd, off_t from),
      (at, n, prot, flags, fd, from), map_fails(fd, n), MAP_FAILED)
FAULT(void *, mmap64, (void *at, size_t n, int prot, int flags, int fd, off_t from),
      (at, n, prot, flags, fd, from), map_fails(fd, n), MAP_FAILED)

/* ---- files ---- */

FAULT(int, open, (const char *path, int flags, mode_t mode), (path, flags, mode), open_fails(flags),
      -1)
FAULT(int, open64, (const char *path, int flags, mode_t mode), (path, flags, mode),
      open_fails(flags), -1)
FAULT(int, openat64, (int folder, const char *path, int flags, mode_t mode),
      (folder, path, flags, mode), open_fails(flags), -1)
FAULT(int, mkostemp64, (char *path, int flags), (path, flags), fails(FAULT_FILE | FAULT_ROOM, EIO),
      -1)
FAULT(int, mkdir, (const char *path, mode_t mode), (path, mode),
      fails(FAULT_FILE | FAULT_ROOM, EIO), -1)
FAULT(int, link, (const char *from, const char *to), (from, to),
      fails(FAULT_FILE | FAULT_ROOM, EIO), -1)
FAULT(int, rename, (const char *from, const char *to), (from, to), fails(FAULT_FILE, EIO), -1)
FAULT(ssize_t, read, (int fd, void *to, size_t n), (fd, to, n), fd_fails(fd, FAULT_FILE), -1)
FAULT(ssize_t, pread64, (int fd, void *to, size_t n, off_t at), (fd, to, n, at),
      fd_fails(fd, FAULT_FILE), -1)
FAULT(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n),
      fd_fails(fd, FAULT_FILE | FAULT_ROOM), -1)
FAULT(ssize_t, pwrite64, (int fd, const void *p, size_t n, off_t at), (fd, p, n, at),
      fd_fails(fd, FAULT_FILE | FAULT_ROOM), -1)
FAULT(int, ftruncate64, (int fd, off_t n), (fd, n), fd_fails(fd, FAULT_FILE), -1)
FAULT(int, fsync, (int fd), (fd), fd_fails(fd, FAULT_FILE), -1)
FAULT(int, fdatasync, (int fd), (fd), fd_fails(fd, FAULT_FILE), -1)

/* ---- sockets ---- */

FAULT(int, socket, (int domain, int type, int protocol), (domain, type, protocol),
      fails(FAULT_SOCKET, EMFILE), -1)
FAULT(int, connect, (int fd, const struct sockaddr *to, socklen_t n), (fd, to, n),
      fails(FAULT_SOCKET, ECONNREFUSED), -1)
FAULT(ssize_t, send, (int fd, const void *p, size_t n, int flags), (fd, p, n, flags), breaks(fd),
      -1)
FAULT(ssize_t, recv, (int fd, void *to, size_t n, int flags), (fd, to, n, flags), breaks(fd), -1)
FAULT(ssize_t, sendmsg, (int fd, const struct msghdr *m, int flags), (fd, m, flags), breaks(fd), -1)
FAULT(ssize_t, sendfile64, (int to, int from, off_t *at, size_t n), (to, from, at, n), breaks(to),
      -1)
FAULT(int, accept4, (int fd, struct sockaddr *from, socklen_t *n, int flags), (fd, from, n, flags),
      fails(FAULT_SOCKET, EMFILE), -1)
FAULT(int, poll, (struct pollfd * fd, unsigned long n, int ms), (fd, n, ms),
      fails(FAULT_SOCKET, ENOMEM), -1)
/* To watch one more takes room; to stop watching cannot fail, and libmicrohttpd counts on it. */
FAULT(int, epoll_ctl, (int of, int what, int fd, struct epoll_event *event), (of, what, fd, event),
      what == EPOLL_CTL_ADD && fails(FAULT_SOCKET, ENOMEM), -1)
