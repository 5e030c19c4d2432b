/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * upload: the folder of files on their way. Whoever takes uploads holds a shared lock on it, which
 * the system ends with the program, however that ends; who gets it alone knows that all there is
 * was left behind.
 */
#include "app/job/job_int.h"
#include "base/num.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

err job_upload_place(const struct deed *deed, db *d, str *path, struct err_info *info)
{
    char name[NUM_TEXT_MAX];
    const err e = job_place_make(deed->app, info);
    if (e != OK)
        return e;
    const size_t n = num_print_int(db_new_id(d), name);
    *path = job_place(deed->memory, deed->app, JOB_UPLOADS, (str){name, n});
    return path->p ? OK : err_nomem(info);
}

struct leftovers {
    const struct app *app;
    arena *memory;
};

static err remove_left(void *to, str name, struct err_info *info)
{
    const struct leftovers *l = to;
    const str path = job_place(l->memory, l->app, JOB_UPLOADS, name);
    if (!path.p)
        return err_nomem(info);
    job_remove(path);
    arena_reset(l->memory);
    return OK;
}

/* Others may hold it shared, but not while they remove. */
static err lock_folder(const struct leftovers *l, str folder, int *lock, struct err_info *info)
{
    const int fd = open(folder.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    err e = fd < 0 ? err_io(info, "file.cannot-open", folder) : OK;
    if (e == OK && flock(fd, LOCK_EX | LOCK_NB) == 0)
        e = job_each_name(folder, remove_left, (void *)l, info);
    if (e == OK)
        (void)flock(fd, LOCK_SH);
    if (e == OK)
        *lock = fd;
    else if (fd >= 0)
        close(fd);
    return e;
}

err job_uploads_open(const struct app *app, int *lock, struct err_info *info)
{
    struct leftovers l = {.app = app, .memory = arena_new(1 << 16)};
    arena *a = arena_new(1 << 16);
    err e = l.memory && a ? job_place_make(app, info) : err_nomem(info);
    const str folder = e == OK ? job_place(a, app, JOB_UPLOADS, STR("")) : (str){NULL, 0};
    if (e == OK)
        e = folder.p ? lock_folder(&l, folder, lock, info) : err_nomem(info);
    arena_free(a);
    arena_free(l.memory);
    return e;
}
