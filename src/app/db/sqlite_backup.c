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

/* All pages within one read of the source, as one transaction: writers go on beside it. */
static int copy_pages(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
    if (!b)
        return sqlite3_extended_errcode(to);
    sqlite3_backup_step(b, -1);
    return sqlite3_backup_finish(b);
}

static err copy_to_file(struct sqlite_db *from, const char *path, struct err_info *info)
{
    sqlite3 *to = NULL;
    err e = OK;
    int code = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL);
    if (code == SQLITE_OK)
        code = copy_pages(from->h, to);
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
    uint64_t chance; /* two programs may copy at the same moment */
    sqlite3_randomness(sizeof chance, &chance);
    const int n =
        snprintf(partial, sizeof partial, "%s.partial-%016llx", path, (unsigned long long)chance);
    if (n < 0 || (size_t)n >= sizeof partial)
        return err_set(info, E_INPUT, "db.url-too-long");
    if (access(path, F_OK) == 0) {
        errno = EEXIST;
        return file_error(path, info);
    }
    const int fd = open(partial, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return file_error(path, info);
    close(fd);
    err e = copy_to_file((struct sqlite_db *)d, partial, info);
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

/* ---- restoring ---- */

/* A whole store of ours that this program can bring up to date. */
static err check_source(store *from, struct sqlite_db *d, struct err_info *info)
{
    const err e = sqlite_check_mark(d, false, info);
    if (e != OK)
        return e;
    sqlite3_set_authorizer(d->h, NULL, NULL);
    if (!is_whole(d->h))
        return db_error(from, info, E_IO, "db.damaged");
    return store_check(from, info);
}

static err copy_back(store *s, struct sqlite_db *from, struct err_info *info)
{
    bool ours = false, others = false;
    db *d = NULL;
    err e = sqlite_connect(s, true, &d, info);
    if (e != OK)
        return e;
    e = s->driver->has_tables(d, &ours, &others, info);
    if (e == OK && (ours || others))
        e = db_error(s, info, E_CONFLICT, "db.not-empty");
    if (e == OK) {
        const int code = copy_pages(from->h, ((struct sqlite_db *)d)->h);
        if (code != SQLITE_OK)
            e = sqlite_error((struct sqlite_db *)d, code, info);
    }
    sqlite_disconnect(d);
    return e;
}

err sqlite_restore(store *s, const char *path, struct err_info *info)
{
    db *d = NULL;
    store from = {.driver = &sqlite_driver, .path = path, .busy_ms = s->busy_ms};
    const int n = snprintf(from.shown, sizeof from.shown, "%s", path);
    if (n < 0 || (size_t)n >= sizeof from.shown)
        return err_set(info, E_INPUT, "db.url-too-long");
    err e = sqlite_connect(&from, false, &d, info);
    if (e == OK)
        e = check_source(&from, (struct sqlite_db *)d, info);
    if (e == E_IO) /* the file that was named is wrong, not the store */
        info->code = e = E_INPUT;
    if (e == OK)
        e = copy_back(s, (struct sqlite_db *)d, info);
    if (d)
        sqlite_disconnect(d);
    return e;
}
