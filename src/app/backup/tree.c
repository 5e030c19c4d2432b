/* SPDX-License-Identifier: EUPL-1.2 */
/* tree: a folder copied with all that is in it. */
#include "app/backup/backup_int.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_BYTES = 1 << 16 };

struct tree {
    str from, to, before;
    arena *memory; /* of one path at a time */
};

static bool copy_bytes(int in, int made)
{
    char piece[COPY_BYTES];
    ssize_t n;
    while ((n = read(in, piece, sizeof piece)) > 0)
        for (ssize_t done = 0; done < n;) {
            const ssize_t put = write(made, piece + done, (size_t)(n - done));
            if (put < 0)
                return false;
            done += put;
        }
    return n == 0 && fsync(made) == 0;
}

static err copy_file(const char *from, str to, struct err_info *info)
{
    const int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (in < 0)
        return errno == ENOENT ? OK : err_io(info, "file.cannot-open", str_of(from));
    const int made = open(to.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const bool is_copied = made >= 0 && copy_bytes(in, made);
    const err e = is_copied ? OK : err_io(info, "file.cannot-write", to);
    if (made >= 0)
        close(made);
    close(in);
    return e;
}

/* Files here never change: a name and a size tell one from another. */
static bool share(str before, str to, off_t size)
{
    struct stat st;
    return before.p && lstat(before.p, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == size &&
           link(before.p, to.p) == 0;
}

static err flush_folder(str path, struct err_info *info)
{
    const int fd = open(path.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const err e = fd >= 0 && fsync(fd) == 0 ? OK : err_io(info, "file.cannot-write", path);
    if (fd >= 0)
        close(fd);
    return e;
}

static err copy_one(const struct tree *t, const FTSENT *entry, struct err_info *info)
{
    const str name = str_of(entry->fts_path + t->from.n); /* from its slash on; empty at the root */
    const str to = backup_path(t->memory, t->to, "", name);
    const str before = t->before.p ? backup_path(t->memory, t->before, "", name) : t->before;
    if (!to.p || (t->before.p && !before.p))
        return err_nomem(info);
    switch (entry->fts_info) {
    case FTS_D: return mkdir(to.p, 0700) == 0 ? OK : err_io(info, "file.cannot-make-folder", to);
    case FTS_DP: return flush_folder(to, info);
    case FTS_F:
        return share(before, to, entry->fts_statp->st_size) ? OK
                                                            : copy_file(entry->fts_path, to, info);
    case FTS_ERR:
    case FTS_DNR:
        errno = entry->fts_errno;
        return err_io(info, "file.cannot-open", str_of(entry->fts_path));
    default: return OK; /* gone meanwhile, or nothing that the site makes */
    }
}

err backup_copy_tree(str from, str to, str before, struct err_info *info)
{
    char *const paths[] = {(char *)from.p, NULL};
    struct tree t = {from, to, before, NULL};
    const FTSENT *entry;
    err e = OK;

    if (access(from.p, F_OK) != 0)
        return OK;
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    t.memory = walk ? arena_new(1 << 16) : NULL;
    if (!t.memory)
        e = err_nomem(info);
    while (e == OK && (entry = fts_read(walk)) != NULL) {
        e = copy_one(&t, entry, info);
        arena_reset(t.memory);
    }
    if (walk)
        fts_close(walk);
    arena_free(t.memory);
    return e;
}
