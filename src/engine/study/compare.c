/* SPDX-License-Identifier: EUPL-1.2 */
#include "compare_int.h"

#include "base/file.h"

/* "estimate" in the line `    "estimate": 12.5,` ; empty when the line has no key. */
static str key_in(str line)
{
    size_t open, close;
    if (!str_find(line, '"', &open))
        return (str){"", 0};
    const str rest = str_cut(line, open + 1, line.n);
    if (!str_find(rest, '"', &close) || close + 1 >= rest.n || rest.p[close + 1] != ':')
        return (str){"", 0};
    return str_cut(rest, 0, close);
}

static void place(str text, struct difference *d)
{
    size_t start = 0;
    str key = {"", 0};
    d->line = 1;
    for (size_t i = 0; i < d->offset && i < text.n; i++) {
        if (text.p[i] != '\n')
            continue;
        const str on_line = key_in(str_cut(text, start, i));
        key = on_line.n ? on_line : key;
        start = i + 1;
        d->line++;
    }
    d->column = (int64_t)(d->offset - start) + 1;
    size_t end = start;
    while (end < text.n && text.p[end] != '\n')
        end++;
    const str on_line = key_in(str_cut(text, start, end));
    d->key = on_line.n ? on_line : key;
}

static bool is_text(str path)
{
    return !str_ends(path, STR(".xlsx"));
}

err compare_files(arena *a, str one, str other, struct difference *d, struct err_info *info)
{
    struct file_map x = {0}, y = {0};
    *d = (struct difference){.found = false, .key = {"", 0}};
    err e = file_map_open(one, &x, info);
    if (e == OK)
        e = file_map_open(other, &y, info);
    if (e != OK)
        goto out;
    const size_t n = x.n < y.n ? x.n : y.n;
    size_t at = 0;
    while (at < n && x.p[at] == y.p[at])
        at++;
    if (at == x.n && at == y.n)
        goto out;
    d->found = true;
    d->offset = at;
    if (is_text(one))
        place((str){(const char *)x.p, x.n}, d);
    d->key = str_ends(one, STR(".json")) ? arena_str(a, d->key) : (str){"", 0};
    if (!d->key.p)
        e = err_nomem(info);
out:
    file_map_close(&x);
    file_map_close(&y);
    return e;
}
