/* SPDX-License-Identifier: EUPL-1.2 */
/* The store: what --store names, read; opened and closed. */
#include "app/db/db_int.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t system_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

err db_error(const store *s, struct err_info *info, err code, const char *key)
{
    err_set(info, code, key);
    err_at(info, str_of(s->shown), 0, 0);
    return code;
}

err db_error_text(const store *s, struct err_info *info, err code, const char *key, str value)
{
    err_text(info, code, key, value);
    err_at(info, str_of(s->shown), 0, 0);
    return code;
}

/* ---- the URL ---- */

static void copy(char *to, str from)
{
    memcpy(to, from.p, from.n);
    to[from.n] = '\0';
}

/* "postgresql://HOST/NAME": without user, password and options. */
static void show_postgresql(store *s, str url)
{
    size_t from = 0, end = 0, at;
    while (from + 2 < url.n && !(url.p[from] == '/' && url.p[from + 1] == '/'))
        from++;
    str rest = str_cut(url, from + 2, url.n);
    while (end < rest.n && rest.p[end] != '?' && rest.p[end] != '#')
        end++;
    rest = str_cut(rest, 0, end);
    while (str_find(rest, '@', &at)) /* a password may hold one that was not written as %40 */
        rest = str_cut(rest, at + 1, rest.n);
    copy(s->shown, STR("postgresql://"));
    copy(s->shown + strlen(s->shown), rest);
}

static err read_url(store *s, str url, struct err_info *info)
{
    if (url.n + 16 >= STORE_URL_MAX || memchr(url.p ? url.p : "", '\0', url.n))
        return err_set(info, E_INPUT, "db.url-too-long");
    copy(s->url, url);
    if (str_starts(url, STR("sqlite:"))) {
        s->driver = &sqlite_driver;
        s->path = s->url + strlen("sqlite:");
        copy(s->shown, str_of(s->path));
        if (*s->path == '\0' || !strcmp(s->path, ":memory:") || !strncmp(s->path, "//", 2))
            return err_set(info, E_INPUT, "db.url-sqlite");
        return OK;
    }
    if (str_starts(url, STR("postgresql://")) || str_starts(url, STR("postgres://"))) {
        s->driver = &pg_driver;
        show_postgresql(s, url);
        return OK;
    }
    return err_set(info, E_INPUT, "db.url"); /* never repeated: it may hold a password */
}

static err read_config(store *s, const struct store_config *c, struct err_info *info)
{
    err e = read_url(s, c->url, info);
    if (e != OK)
        return e;
    if (c->node < STORE_NODE_DEALT || c->node >= ID_NODES) {
        err_set(info, E_INPUT, "db.no-node");
        msg_int(&info->msg, ID_NODES - 1);
        return E_INPUT;
    }
    const str folder = str_of(c->backup_folder);
    if (folder.n >= sizeof s->backup_folder)
        return err_set(info, E_INPUT, "db.url-too-long");
    copy(s->backup_folder, folder);
    s->node = c->node;
    s->now_ms = c->now_ms ? c->now_ms : system_ms;
    s->max_bytes = c->max_bytes;
    s->busy_ms = c->busy_ms > 0 ? c->busy_ms : STORE_BUSY_MS;
    s->is_backed_up = c->is_backed_up;
    return OK;
}

/* ---- life ---- */

err store_open(const struct store_config *c, store **made, struct err_info *info)
{
    store *s = calloc(1, sizeof *s);
    if (!s)
        return err_nomem(info);
    err e = read_config(s, c, info);
    if (e == OK)
        e = s->driver->open(s, info);
    if (e == OK)
        e = store_check(s, info);
    if (e != OK) {
        store_close(s);
        return e;
    }
    *made = s;
    return OK;
}

void store_close(store *s)
{
    if (!s)
        return;
    if (s->driver)
        s->driver->close(s);
    id_source_free(s->ids);
    free(s);
}

str store_name(const store *s)
{
    return str_of(s->shown);
}

int64_t store_new_id(store *s)
{
    return id_next(s->ids);
}

err store_backup(store *s, const char *path, struct err_info *info)
{
    return s->driver->backup(s, path, info);
}

err store_restore(store *s, const char *path, struct err_info *info)
{
    return s->driver->restore(s, path, info);
}
