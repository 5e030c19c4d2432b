/* SPDX-License-Identifier: EUPL-1.2 */
/* place: the data folder, and what is done with whole folders in it. */
#include "app/job/job_int.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { OPEN_FOLDERS_MAX = 8, COPY_BYTES = 1 << 16 };

str job_place(arena *a, const struct app *app, const char *part, str name)
{
    out o;
    out_init(&o, PATH_MAX);
    out_str(&o, app->data_folder);
    out_char(&o, '/');
    out_cstr(&o, part);
    if (name.n) {
        out_char(&o, '/');
        out_str(&o, name);
    }
    const str path = o.error == OK ? arena_str(a, out_view(&o)) : (str){NULL, 0};
    out_free(&o);
    return path;
}

str job_lease_name(arena *a, struct job_id id, int64_t lease)
{
    char text[64];
    const int n = snprintf(text, sizeof text, "%lld-%lld", (long long)id.v, (long long)lease);
    return arena_str(a, (str){text, (size_t)n});
}

str job_file_place(arena *a, const struct app *app, str hash, struct file_id id)
{
    out o;
    out_init(&o, PATH_MAX);
    out_str(&o, hash);
    out_char(&o, '-');
    out_int(&o, id.v);
    const str path = o.error == OK ? job_place(a, app, JOB_FILES, out_view(&o)) : (str){NULL, 0};
    out_free(&o);
    return path;
}

static err make_private(str path, struct err_info *info)
{
    const err e = file_make_folder(path, info);
    if (e == OK && chmod(path.p, 0700) != 0)
        return err_io(info, "job.cannot-protect", path);
    return e;
}

err job_place_make(const struct app *app, struct err_info *info)
{
    static const char *const part[] = {JOB_FILES, JOB_RUN, JOB_RESULTS, JOB_KEYS, JOB_UPLOADS};
    arena *a = arena_new(1 << 16);
    err e = a ? OK : err_nomem(info);
    for (size_t i = 0; e == OK && i < sizeof part / sizeof *part; i++) {
        const str path = job_place(a, app, part[i], STR(""));
        e = path.p ? make_private(path, info) : err_nomem(info);
    }
    arena_free(a);
    return e;
}

bool job_name_is_plain(str name)
{
    if (name.n == 0 || name.n > JOB_NAME_MAX || name.p[0] == '.')
        return false;
    for (size_t at = 0; at < name.n;) {
        const char c = name.p[at];
        const size_t from = at;
        const str shown = str_next_visible(name, &at);
        if (c == '/' || c == '\\' || !str_eq(shown, str_cut(name, from, at)))
            return false;
    }
    return true;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st, (void)kind, (void)where;
    (void)remove(path); /* what stays is swept later */
    return 0;
}

void job_remove(str path)
{
    (void)nftw(path.p, remove_one, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS);
}

static int sync_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st, (void)where;
    if (kind != FTW_F && kind != FTW_DP)
        return 0;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return -1;
    const int failed = fsync(fd) != 0 && errno != EINVAL ? -1 : 0;
    const int why = errno;
    close(fd);
    errno = why;
    return failed;
}

err job_sync_folder(str path, struct err_info *info)
{
    if (nftw(path.p, sync_one, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS) != 0)
        return err_io(info, "job.cannot-save", STR(""));
    return OK;
}

err job_sync_above(str path, struct err_info *info)
{
    const char *slash = memrchr(path.p, '/', path.n);
    char z[PATH_MAX];
    const size_t n = slash ? (size_t)(slash - path.p) : 0;
    if (n == 0 || n >= sizeof z)
        return OK;
    memcpy(z, path.p, n);
    z[n] = '\0';
    return sync_one(z, NULL, FTW_DP, NULL) == 0 ? OK : err_io(info, "job.cannot-save", STR(""));
}

err job_rename(str from, str to, struct err_info *info)
{
    if (rename(from.p, to.p) != 0)
        return err_io(info, "job.cannot-save", STR(""));
    return job_sync_above(to, info);
}

static bool copy_bytes(int in, int made)
{
    char piece[COPY_BYTES];
    ssize_t n;
    while ((n = read(in, piece, sizeof piece)) > 0)
        if (write(made, piece, (size_t)n) != n)
            return false;
    return n == 0;
}

err job_copy(str from, str to, struct err_info *info)
{
    const int in = open(from.p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    const int made = in < 0 ? -1 : open(to.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
    err e = OK;
    if (made < 0 || !copy_bytes(in, made))
        e = err_io(info, "job.cannot-save", STR(""));
    if (in >= 0)
        close(in);
    if (made >= 0)
        close(made);
    if (e != OK && made >= 0)
        (void)unlink(to.p);
    return e;
}

err job_each_name(str path, err (*fn)(void *to, str name, struct err_info *info), void *to,
                  struct err_info *info)
{
    DIR *folder = opendir(path.p);
    const struct dirent *entry;
    err e = OK;
    if (!folder)
        return err_io(info, "file.cannot-open", path);
    while (e == OK && (entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.')
            e = fn(to, str_of(entry->d_name), info);
    closedir(folder);
    return e;
}

int64_t job_monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
