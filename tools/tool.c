/* SPDX-License-Identifier: EUPL-1.2 */
#include "tool.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool failed(str path, const char *what)
{
    fprintf(stderr, "%.*s: %s: %s\n", STR_FMT(path), what, strerror(errno));
    return false;
}

bool tool_read(arena *a, str path, str *text)
{
    bool read = false;
    const str name = arena_str(a, path);
    FILE *f = name.p ? fopen(name.p, "rb") : NULL;
    if (!f)
        return failed(path, "cannot open");
    struct stat st;
    if (fstat(fileno(f), &st) != 0 || st.st_size > TOOL_FILE_MAX) {
        failed(path, "not a file of reasonable size");
        goto out;
    }
    const size_t n = (size_t)st.st_size;
    char *p = arena_alloc(a, n + 1, 1);
    if (!p || fread(p, 1, n, f) != n) {
        failed(path, "cannot read");
        goto out;
    }
    *text = (str){p, n};
    read = true;
out:
    fclose(f);
    return read;
}

bool tool_write(str path, const out *content)
{
    if (content->error != OK)
        return failed(path, "out of memory");
    char temporary[4096], final[4096];
    const int n = snprintf(temporary, sizeof temporary, "%.*s.new", STR_FMT(path));
    if (n < 0 || (size_t)n >= sizeof temporary)
        return failed(path, "name too long");
    memcpy(final, path.p, path.n);
    final[path.n] = '\0';
    FILE *f = fopen(temporary, "wb");
    if (!f)
        return failed(path, "cannot write");
    const bool written = fwrite(content->p, 1, content->n, f) == content->n;
    if (fclose(f) != 0 || !written || rename(temporary, final) != 0) {
        unlink(temporary);
        return failed(path, "cannot write");
    }
    return true;
}

void tool_put_literal(out *o, str s)
{
    out_char(o, '"');
    for (size_t i = 0; i < s.n; i++) {
        const unsigned char c = (unsigned char)s.p[i];
        if (c == '\n') {
            out_cstr(o, i + 1 < s.n ? "\\n\"\n        \"" : "\\n");
        } else if (c == '"' || c == '\\') {
            out_char(o, '\\');
            out_char(o, (char)c);
        } else if (c < 0x20) {
            const char octal[] = {'\\', (char)('0' + c / 64), (char)('0' + c / 8 % 8),
                                  (char)('0' + c % 8)};
            out_bytes(o, octal, sizeof octal);
        } else {
            out_char(o, (char)c);
        }
    }
    out_char(o, '"');
}

str tool_join(arena *a, str folder, str name)
{
    char *p = arena_alloc(a, folder.n + name.n + 2, 1);
    if (!p)
        return (str){NULL, 0};
    memcpy(p, folder.p, folder.n);
    p[folder.n] = '/';
    memcpy(p + folder.n + 1, name.p, name.n);
    return (str){p, folder.n + 1 + name.n};
}

struct listing {
    arena *a;
    const str *endings;
    size_t n_endings;
    str *file;
    size_t n, cap;
};

static bool add(struct listing *l, str path)
{
    if (l->n == l->cap) {
        str *bigger = ARENA_NEW(l->a, str, 2 * l->cap + 64);
        if (!bigger)
            return failed(path, "out of memory");
        if (l->n)
            memcpy(bigger, l->file, l->n * sizeof *bigger);
        l->file = bigger;
        l->cap = 2 * l->cap + 64;
    }
    l->file[l->n++] = path;
    return true;
}

static bool is_wanted(const struct listing *l, str path)
{
    for (size_t i = 0; i < l->n_endings; i++)
        if (str_ends(path, l->endings[i]))
            return true;
    return false;
}

static bool walk(struct listing *l, str folder)
{
    DIR *d = opendir(folder.p);
    if (!d)
        return failed(folder, "cannot open");
    bool walked = true;
    for (struct dirent *e; walked && (e = readdir(d)) != NULL;) {
        struct stat st;
        if (e->d_name[0] == '.')
            continue;
        const str path = tool_join(l->a, folder, str_of(e->d_name));
        if (!path.p || stat(path.p, &st) != 0)
            walked = failed(folder, "cannot read");
        else if (S_ISDIR(st.st_mode))
            walked = walk(l, path);
        else if (S_ISREG(st.st_mode) && is_wanted(l, path))
            walked = add(l, path);
    }
    closedir(d);
    return walked;
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

bool tool_list(arena *a, str path, const str *endings, size_t n_endings, str **files, size_t *n)
{
    struct listing l = {.a = a, .endings = endings, .n_endings = n_endings};
    struct stat st;
    const str name = arena_str(a, path);
    if (!name.p || stat(name.p, &st) != 0)
        return failed(path, "cannot open");
    if (!(S_ISDIR(st.st_mode) ? walk(&l, name) : add(&l, name)))
        return false;
    if (l.n)
        qsort(l.file, l.n, sizeof *l.file, by_text);
    *files = l.file;
    *n = l.n;
    return true;
}
