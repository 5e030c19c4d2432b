/* SPDX-License-Identifier: EUPL-1.2 */
/* keep: the copies in a folder, and which of them stay. */
#include "app/backup/backup_int.h"
#include "base/date.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DAY_MS = 24 * 60 * 60 * 1000, WEEK_DAYS = 7, MONDAY = 4 /* 5 January 1970 */ };

/* ---- names: the time in UTC, without colons, which not every disk takes ---- */

void backup_print_name(int64_t at_ms, char name[BACKUP_NAME_BYTES + 1])
{
    date_print_utc(at_ms, name);
    name[BACKUP_NAME_BYTES] = '\0';
    name[13] = name[16] = '-';
}

bool backup_read_name(str name, int64_t *at_ms)
{
    char text[BACKUP_NAME_BYTES];
    if (name.n != BACKUP_NAME_BYTES || name.p[13] != '-' || name.p[16] != '-')
        return false;
    memcpy(text, name.p, sizeof text);
    text[13] = text[16] = ':';
    return date_parse_utc((str){text, sizeof text}, at_ms);
}

/* ---- the rule ---- */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t day_of(int64_t at_ms)
{
    return floor_div(at_ms, DAY_MS);
}

static int64_t week_of(int64_t at_ms)
{
    return floor_div(day_of(at_ms) - MONDAY, WEEK_DAYS);
}

void backup_choose(const int64_t *at_ms, size_t n, const struct backup_rule *rule, int64_t now_ms,
                   bool *is_kept)
{
    for (size_t i = 0; i < n; i++) {
        const bool is_last = i + 1 == n;
        const bool ends_day = is_last || day_of(at_ms[i]) != day_of(at_ms[i + 1]);
        const bool ends_week = is_last || week_of(at_ms[i]) != week_of(at_ms[i + 1]);
        is_kept[i] = is_last || at_ms[i] > now_ms - DAY_MS ||
                     (ends_day && day_of(now_ms) - day_of(at_ms[i]) < rule->days) ||
                     (ends_week && week_of(now_ms) - week_of(at_ms[i]) < rule->weeks);
    }
}

/* ---- the folder ---- */

static int order(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

err backup_list(str folder, arena *a, int64_t **at_ms, size_t *n, struct err_info *info)
{
    DIR *d = opendir(folder.p);
    int64_t *found = d ? ARENA_NEW(a, int64_t, BACKUP_COPIES_MAX) : NULL;
    const struct dirent *entry;
    err e = OK;

    *n = 0;
    if (!d)
        return err_io(info, "file.cannot-open", folder);
    if (!found)
        e = err_nomem(info);
    while (e == OK && (entry = readdir(d)) != NULL) {
        int64_t at;
        if (!backup_read_name(str_of(entry->d_name), &at))
            continue;
        if (*n == BACKUP_COPIES_MAX)
            e = err_text(info, E_LIMIT, "backup.too-many", folder);
        else
            found[(*n)++] = at;
    }
    closedir(d);
    if (e == OK)
        qsort(found, *n, sizeof *found, order);
    *at_ms = found;
    return e;
}

int64_t backup_newest_ms(str folder)
{
    int64_t newest = 0, at;
    const struct dirent *entry;
    DIR *d = opendir(folder.p);
    if (!d)
        return 0;
    while ((entry = readdir(d)) != NULL)
        if (backup_read_name(str_of(entry->d_name), &at) && at > newest)
            newest = at;
    closedir(d);
    return newest;
}

void backup_remove(str path)
{
    char *const paths[] = {(char *)path.p, NULL};
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    const FTSENT *entry;
    if (!walk)
        return;
    while ((entry = fts_read(walk)) != NULL)
        if (entry->fts_info == FTS_DP)
            (void)rmdir(entry->fts_path);
        else if (entry->fts_info != FTS_D)
            (void)unlink(entry->fts_path);
    fts_close(walk);
}

/* Under a name that is none of a copy first, so that a copy is there wholly or not at all. */
static err drop(str folder, int64_t at_ms, arena *a, struct err_info *info)
{
    char name[BACKUP_NAME_BYTES + 1];
    backup_print_name(at_ms, name);
    const str path = backup_path(a, folder, "/", str_of(name));
    const str aside = backup_path(a, path, ".gone", STR(""));
    if (!path.p || !aside.p)
        return err_nomem(info);
    if (rename(path.p, aside.p) != 0)
        return err_io(info, "backup.cannot-drop", path);
    backup_remove(aside);
    return OK;
}

err backup_drop_old(str folder, const struct backup_rule *rule, int64_t now_ms, arena *a,
                    size_t *n_dropped, struct err_info *info)
{
    int64_t *at_ms;
    size_t n;

    *n_dropped = 0;
    err e = backup_list(folder, a, &at_ms, &n, info);
    if (e != OK)
        return e;
    bool *is_kept = ARENA_NEW(a, bool, n + 1);
    if (!is_kept)
        return err_nomem(info);
    backup_choose(at_ms, n, rule, now_ms, is_kept);
    for (size_t i = 0; e == OK && i < n; i++) {
        if (is_kept[i])
            continue;
        e = drop(folder, at_ms[i], a, info);
        *n_dropped += e == OK;
    }
    return e;
}
