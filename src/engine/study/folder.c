/* SPDX-License-Identifier: EUPL-1.2 */
#include "folder_int.h"

#include "base/file.h"
#include "base/out.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

str folder_path(arena *a, str folder, str name)
{
    out o;
    out_init(&o, folder.n + name.n + 2);
    out_str(&o, folder);
    out_char(&o, '/');
    out_str(&o, name);
    const str path = o.error == OK ? arena_str(a, out_view(&o)) : (str){NULL, 0};
    out_free(&o);
    return path;
}

static str without_slashes(str path)
{
    while (path.n > 1 && path.p[path.n - 1] == '/')
        path.n--;
    return path;
}

err folder_open(arena *a, str path, struct folder *f, struct err_info *info)
{
    struct stat st;
    f->final = arena_str(a, without_slashes(path));
    if (!f->final.p)
        return err_nomem(info);
    if (lstat(f->final.p, &st) == 0) {
        err_text(info, E_CONFLICT, "study.folder-exists", path);
        return E_CONFLICT;
    }
    return file_make_temporary_folder(a, f->final, &f->temporary, info);
}

err folder_scratch(arena *a, str parent, struct folder *f, struct err_info *info)
{
    const str stem = folder_path(a, without_slashes(parent), STR("ontschot"));
    *f = (struct folder){0};
    return stem.p ? file_make_temporary_folder(a, stem, &f->temporary, info) : err_nomem(info);
}

/* What was renamed must still be there after a power cut. */
static void sync_folder(const char *path)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

err folder_commit(struct folder *f, struct err_info *info)
{
    sync_folder(f->temporary.p);
    if (renameat2(AT_FDCWD, f->temporary.p, AT_FDCWD, f->final.p, RENAME_NOREPLACE) == 0)
        return OK;
    const err e = errno == EEXIST ? err_text(info, E_CONFLICT, "study.folder-exists", f->final)
                                  : err_io(info, "study.cannot-make-folder", f->final);
    folder_abort(f);
    return e;
}

void folder_abort(struct folder *f)
{
    DIR *dir = f->temporary.p ? opendir(f->temporary.p) : NULL;
    if (!dir)
        return;
    for (const struct dirent *d; (d = readdir(dir));)
        unlinkat(dirfd(dir), d->d_name, 0); /* "." and ".." refuse, and it is flat */
    closedir(dir);
    rmdir(f->temporary.p);
}

bool folder_has_file(arena *a, str folder, str name)
{
    struct stat st;
    const str path = folder_path(a, folder, name);
    return path.p && lstat(path.p, &st) == 0 && S_ISREG(st.st_mode);
}

static int compare_names(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

err folder_list(arena *a, str path, str **names, size_t *n, struct err_info *info)
{
    const str terminated = arena_str(a, path);
    str *list = ARENA_NEW(a, str, FOLDER_NAMES_MAX);
    if (!terminated.p || !list)
        return err_nomem(info);
    DIR *dir = opendir(terminated.p);
    if (!dir)
        return err_io(info, "study.cannot-open-folder", path);
    err e = OK;
    *n = 0;
    for (const struct dirent *d; e == OK && (d = readdir(dir));) {
        const str name = str_of(d->d_name);
        if (str_eq(name, STR(".")) || str_eq(name, STR("..")))
            continue;
        if (*n == FOLDER_NAMES_MAX) {
            e = err_text(info, E_LIMIT, "study.folder-too-full", path);
            break;
        }
        list[*n] = arena_str(a, name);
        if (!list[(*n)++].p)
            e = err_nomem(info);
    }
    closedir(dir);
    if (e == OK) {
        qsort(list, *n, sizeof *list, compare_names);
        *names = list;
    }
    return e;
}
