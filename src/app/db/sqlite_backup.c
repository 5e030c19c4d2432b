/* SPDX-License-Identifier: EUPL-1.2 */
/* The SQLite driver: copies of a store that is in use. */
#include "app/db/sqlite_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static err file_error(const char *path, struct err_info *info)
{
    err_io(info, "db.backup-failed", str_of(path));
    return info->code = errno == EEXIST ? E_CONFLICT : E_IO;
}

static bool is_whole(sqlite3 *h)
{
    sqlite3_stmt *check = NULL;
    const bool whole =
        sqlite3_prepare_v2(h, "PRAGMA quick_check(1)", -1, &check, NULL) == SQLITE_OK &&
        sqlite3_step(check) == SQLITE_ROW &&
        !strcmp((const char *)sqlite3_column_text(check, 0), "ok");
    sqlite3_finalize(check);
    return whole;
}

/* All pages within one read of the source: writers go on beside it. */
static err copy_pages(struct sqlite_db *from, const char *path, struct err_info *info)
{
    sqlite3 *to = NULL;
    err e = OK;
    int code = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL);
    sqlite3_backup *b = code == SQLITE_OK ? sqlite3_backup_init(to, "main", from->h, "main") : NULL;
    if (b) {
        sqlite3_backup_step(b, -1);
        code = sqlite3_backup_finish(b);
    } else if (code == SQLITE_OK) {
        code = sqlite3_extended_errcode(to);
    }
    if (code == SQLITE_OK) /* one file, without a journal beside it */
        code = sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    if (code != SQLITE_OK)
        e = sqlite_error(from, code, info);
    else if (!is_whole(to))
        e = db_error(from->base.s, info, E_IO, "db.damaged");
    if (e != OK)
        err_at(info, str_of(path), 0, 0);
    sqlite3_close(to);
    return e;
}

static bool flush(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const bool flushed = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return flushed;
}

static bool flush_folder_of(const char *path)
{
    char folder[STORE_URL_MAX * 2];
    const char *end = strrchr(path, '/');
    const size_t n = end ? (size_t)(end - path) + 1 : 0;
    memcpy(folder, end ? path : ".", end ? n : 1);
    folder[end ? n : 1] = '\0';
    return flush(folder);
}

static err copy_to(db *d, const char *path, struct err_info *info)
{
    char partial[STORE_URL_MAX * 2];
    const int n = snprintf(partial, sizeof partial, "%s.partial", path);
    if (n < 0 || (size_t)n >= sizeof partial)
        return err_set(info, E_INPUT, "db.url-too-long");
    if (access(path, F_OK) == 0) {
        errno = EEXIST;
        return file_error(path, info);
    }
    const int fd = open(partial, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return file_error(path, info);
    close(fd);
    err e = copy_pages((struct sqlite_db *)d, partial, info);
    if (e == OK &&
        (!flush(partial) || renameat2(AT_FDCWD, partial, AT_FDCWD, path, RENAME_NOREPLACE) != 0 ||
         !flush_folder_of(path)))
        e = file_error(path, info);
    if (e != OK)
        unlink(partial);
    return e;
}

err sqlite_backup(store *s, const char *path, struct err_info *info)
{
    db *d = NULL;
    err e = sqlite_connect(s, false, &d, info);
    if (e != OK)
        return e;
    e = copy_to(d, path, info);
    sqlite_disconnect(d);
    return e;
}
