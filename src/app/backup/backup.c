/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/backup/backup_int.h"

#include "app/audit/audit.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES_MAX = 4096 };

/* What a copy consists of: the store, the head of the log, and folders of the data folder. */
#define STORE_FILE "store"
#define HEAD_FILE  "log-head.txt"
static const char *const folders[] = {"files", "results"};
enum { FOLDERS = sizeof folders / sizeof *folders };

str backup_path(arena *a, str folder, const char *between, str name)
{
    out o;
    out_init(&o, PATH_BYTES_MAX);
    out_str(&o, folder);
    out_cstr(&o, between);
    out_str(&o, name);
    const str path = o.error == OK ? arena_str(a, out_view(&o)) : (str){NULL, 0};
    out_free(&o);
    return path;
}

/* ---- making one ---- */

/* Before the store, so that the copy of the store has at least as many rows. */
static err write_head(const struct app *app, db *d, str path, arena *a, struct err_info *info)
{
    struct audit_head head;
    int64_t n_sealed;
    out o;

    err e = audit_seal(app, d, &n_sealed, info);
    if (e == OK)
        e = audit_head(d, a, &head, info);
    if (e != OK || head.number == 0) /* nothing was ever done here */
        return e;
    out_init(&o, PATH_BYTES_MAX);
    audit_head_print(&o, &head);
    out_char(&o, '\n');
    e = out_error(&o, info);
    if (e == OK)
        e = file_write(path, out_view(&o), info);
    out_free(&o);
    return e;
}

/* The store first: a file that comes later has no row yet, and is nobody's loss. */
static err fill(const struct app *app, store *s, db *d, str copy, str before, arena *a,
                struct err_info *info)
{
    const str head = backup_path(a, copy, "/", STR(HEAD_FILE));
    const str kept = backup_path(a, copy, "/", STR(STORE_FILE));

    if (!head.p || !kept.p)
        return err_nomem(info);
    err e = write_head(app, d, head, a, info);
    if (e == OK)
        e = store_backup(s, kept.p, info);
    for (size_t i = 0; e == OK && i < FOLDERS; i++) {
        const str name = str_of(folders[i]);
        const str from = backup_path(a, app->data_folder, "/", name);
        const str to = backup_path(a, copy, "/", name);
        const str shared = before.p ? backup_path(a, before, "/", name) : before;
        if (!from.p || !to.p || (before.p && !shared.p))
            return err_nomem(info);
        e = backup_copy_tree(from, to, shared, info);
    }
    return e;
}

static err find_newest(str folder, arena *a, str *path, struct err_info *info)
{
    char name[BACKUP_NAME_BYTES + 1];
    int64_t *at_ms;
    size_t n;

    *path = (str){NULL, 0};
    const err e = backup_list(folder, a, &at_ms, &n, info);
    if (e != OK || n == 0)
        return e;
    backup_print_name(at_ms[n - 1], name);
    *path = backup_path(a, folder, "/", str_of(name));
    return path->p ? OK : err_nomem(info);
}

static err give_name(str from, str to, str folder, struct err_info *info)
{
    if (renameat2(AT_FDCWD, from.p, AT_FDCWD, to.p, RENAME_NOREPLACE) != 0) {
        const bool exists = errno == EEXIST;
        err_io(info, "backup.cannot-name", to);
        return info->code = exists ? E_CONFLICT : E_IO;
    }
    const int fd = open(folder.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const err e = fd >= 0 && fsync(fd) == 0 ? OK : err_io(info, "file.cannot-write", folder);
    if (fd >= 0)
        close(fd);
    return e;
}

err backup_make(const struct app *app, store *s, db *d, str folder, arena *a, str *made,
                struct err_info *info)
{
    char name[BACKUP_NAME_BYTES + 1];
    str before, partial;

    err e = file_make_folder(folder, info);
    if (e == OK)
        e = find_newest(folder, a, &before, info);
    if (e != OK)
        return e;
    backup_print_name(app->now_ms(), name);
    const str path = backup_path(a, folder, "/", str_of(name));
    if (!path.p)
        return err_nomem(info);
    e = file_make_temporary_folder(a, path, &partial, info);
    if (e != OK)
        return e;
    e = fill(app, s, d, partial, before, a, info);
    if (e == OK)
        e = give_name(partial, path, folder, info);
    if (e == OK)
        *made = path;
    else
        backup_remove(partial);
    return e;
}

/* ---- putting one back ---- */

bool backup_is_copy(str path)
{
    struct stat st;
    return stat(path.p, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Folders that the program makes at its start may be there, and nothing in them. */
static err need_empty(str folder, struct err_info *info)
{
    const struct dirent *entry;
    DIR *d = opendir(folder.p);
    err e = OK;

    if (!d)
        return errno == ENOENT ? OK : err_io(info, "file.cannot-open", folder);
    while (e == OK && (entry = readdir(d)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            e = err_text(info, E_CONFLICT, "backup.files-there", folder);
    closedir(d);
    return e;
}

static err put_back(const struct app *app, str copy, const char *name, bool looks_only, arena *a,
                    struct err_info *info)
{
    const str from = backup_path(a, copy, "/", str_of(name));
    const str to = backup_path(a, app->data_folder, "/", str_of(name));
    if (!from.p || !to.p)
        return err_nomem(info);
    if (looks_only)
        return need_empty(to, info);
    (void)rmdir(to.p);
    return backup_copy_tree(from, to, (str){NULL, 0}, info);
}

err backup_restore(const struct app *app, store *s, str copy, arena *a, struct err_info *info)
{
    const str kept = backup_path(a, copy, "/", STR(STORE_FILE));
    err e = kept.p ? OK : err_nomem(info);

    if (e == OK && access(kept.p, R_OK) != 0)
        e = err_text(info, E_INPUT, "backup.no-copy", copy);
    for (size_t i = 0; e == OK && i < FOLDERS; i++)
        e = put_back(app, copy, folders[i], true, a, info);
    if (e == OK)
        e = store_restore(s, kept.p, info);
    for (size_t i = 0; e == OK && i < FOLDERS; i++)
        e = put_back(app, copy, folders[i], false, a, info);
    return e;
}
