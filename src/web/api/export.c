/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * export: all that somebody may see, a publication a line. It goes to a file without a name first,
 * from one snapshot of the database: what is sent is complete, or an error was sent instead.
 */
#include "web/api/api_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, LINE_EXTRA_BYTES = 64 << 10, ARENA_BYTES = 8 << 20 };

struct export
{
    struct req *r;
    struct publication_filter filter;
    struct api_seen *seen;
    arena *page, *item; /* of one page of publications, and of one of them */
    int fd;
    uint64_t size;
};

static err write_all(struct export *x, str text, struct err_info *info)
{
    while (text.n > 0) {
        const ssize_t n = write(x->fd, text.p, text.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_io(info, "api.export-io", STR(""));
        x->size += (uint64_t)n;
        text = str_cut(text, (size_t)n, text.n);
    }
    return OK;
}

static err put_line(struct export *x, db *d, struct publication_id id, out *line,
                    struct err_info *info)
{
    struct deed one = visit_of(x->r)->deed, *deed = &one;
    struct publication p;
    json j;

    arena_reset(x->item);
    one.memory = x->item;
    err e = publication_find(deed, d, id, &p, info);
    if (e == OK)
        e = api_hide_of_publication(deed, d, x->seen, &p, info);
    if (e != OK)
        return e;
    out_clear(line);
    json_init_line(&j, line);
    api_put(&j, &api_publication_map, API_SINGLE, &p);
    out_char(line, '\n');
    e = out_error(line, info);
    return e == OK ? write_all(x, out_view(line), info) : e;
}

/* Before anything is written: asking too much costs little. */
static err check_size(struct export *x, db *d, struct err_info *info)
{
    struct deed deed = visit_of(x->r)->deed;
    struct publication *list;
    struct cursor at = {0};
    size_t n, all = 0;
    err e;

    deed.memory = x->page;
    do {
        arena_reset(x->page);
        e = publication_newest(&deed, d, x->filter, at, PAGE_ITEMS_MAX, &list, &n, &at, info);
        if (e == OK && (all += n) > API_EXPORT_MAX) {
            err_set(info, E_INPUT, "api.export-large");
            msg_int(&info->msg, API_EXPORT_MAX);
            return E_INPUT;
        }
    } while (e == OK && at.id != 0);
    return e;
}

/* May run again from its beginning. */
static err write_lines(db *d, void *arg, struct err_info *info)
{
    struct export *x = arg;
    struct deed deed = visit_of(x->r)->deed;
    struct publication *list;
    struct cursor at = {0};
    size_t n;
    out line;

    out_init(&line, PUBLICATION_BODY_MAX * 6 + LINE_EXTRA_BYTES);
    deed.memory = x->page;
    x->size = 0;
    err e = check_size(x, d, info);
    if (e == OK && (ftruncate(x->fd, 0) != 0 || lseek(x->fd, 0, SEEK_SET) != 0))
        e = err_io(info, "api.export-io", STR(""));
    do {
        arena_reset(x->page);
        if (e == OK)
            e = publication_newest(&deed, d, x->filter, at, PAGE_ITEMS_MAX, &list, &n, &at, info);
        for (size_t i = 0; e == OK && i < n; i++)
            e = put_line(x, d, list[i].id, &line, info);
    } while (e == OK && at.id != 0);
    out_free(&line);
    return e;
}

static int open_nameless(str folder)
{
    char path[PATH_BYTES];
    const int n = snprintf(path, sizeof path, "%.*s/export-XXXXXX", STR_FMT(folder));
    if (n < 0 || n >= (int)sizeof path)
        return -1;
    const int fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

err api_export_publications(struct req *r, struct err_info *info)
{
    const str folder = web_of(r)->data_folder;
    struct export x = {.r = r, .fd = -1, .seen = ARENA_NEW(r->memory, struct api_seen, 1)};
    struct api_asked asked;

    err e = api_ask(r, &asked, info);
    if (e != OK)
        return e;
    x.filter = (struct publication_filter){.space = asked.space, .owner = asked.owner};
    x.page = arena_new(ARENA_BYTES);
    x.item = arena_new(ARENA_BYTES);
    if (!x.page || !x.item || !x.seen) {
        e = err_nomem(info);
        goto out;
    }
    x.fd = open_nameless(folder.n ? folder : STR(P_tmpdir));
    e = x.fd >= 0 ? OK : err_io(info, "api.export-io", STR(""));
    if (e == OK)
        e = db_read_do(visit_of(r)->db, write_lines, &x, info);
    if (e != OK)
        goto out;
    r->answer->type = "application/x-ndjson";
    r->answer->fd = x.fd;
    r->answer->fd_size = x.size;
    x.fd = -1; /* the server closes it */
out:
    if (x.fd >= 0)
        close(x.fd);
    arena_free(x.item);
    arena_free(x.page);
    return e;
}
