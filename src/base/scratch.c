/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Some file systems have no files without a name; there one loses its name at once. */
static int open_nameless(str folder)
{
    static const char name[] = "/.ontschot-XXXXXX";
    char z[PATH_MAX];
    if (folder.n == 0 || folder.n + sizeof name > sizeof z || memchr(folder.p, '\0', folder.n)) {
        errno = folder.n == 0 ? ENOENT : ENAMETOOLONG;
        return -1;
    }
    memcpy(z, folder.p, folder.n);
    z[folder.n] = '\0';
    int fd = open(z, O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600); /* never to get a name */
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
        return fd;
    memcpy(z + folder.n, name, sizeof name);
    fd = mkostemp(z, O_CLOEXEC);
    if (fd >= 0)
        unlink(z);
    return fd;
}

static int take_room(int fd, size_t n)
{
    int cause;
    do
        cause = posix_fallocate(fd, 0, (off_t)n);
    while (cause == EINTR);
    return cause;
}

void *scratch_map(str folder, size_t n)
{
    const int fd = open_nameless(folder);
    if (fd < 0)
        return NULL;
    void *p = MAP_FAILED;
    int cause = take_room(fd, n);
    if (cause == 0) {
        p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        cause = errno;
        /* Many places are read at once, each from front to back: reading ahead at all of them
           would push out what is about to be used. */
        if (p != MAP_FAILED)
            madvise(p, n, MADV_RANDOM);
    }
    close(fd);
    errno = cause;
    return p == MAP_FAILED ? NULL : p;
}

void scratch_unmap(void *p, size_t n)
{
    munmap(p, n);
}
