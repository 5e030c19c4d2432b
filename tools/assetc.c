/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * assetc: files that pages load, as a table in the program; see src/web/assets.
 *
 *   assetc OUTPUT NAME=FILE...
 *
 * The address of a file holds a hash of its content: /assets/STEM.HASH.ENDING. A
 * style sheet may name files that stand before it, as url(NAME); they become
 * addresses. What gzip makes at least a tenth smaller is kept in both forms.
 */
#include "tool.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { FILES_MAX = 64, HASH_BYTES = 12, URL_MAX = 256, GZIP_WINDOW = 15 + 16, GZIP_MEMORY = 9 };

struct file {
    str name, content;
    char url[URL_MAX];
    char hash[2 * HASH_BYTES + 1];
};

static const struct {
    const char *ending, *type;
    bool compress;
} types[] = {
    {".css", "text/css; charset=utf-8", true}, {".js", "text/javascript; charset=utf-8", true},
    {".svg", "image/svg+xml", true},           {".txt", "text/plain; charset=utf-8", true},
    {".woff2", "font/woff2", false},
};

static bool complain(str what, const char *why)
{
    fprintf(stderr, "assetc: %.*s: %s\n", STR_FMT(what), why);
    return false;
}

static bool find_type(str name, size_t *at)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_ends(name, str_of(types[i].ending))) {
            *at = i;
            return true;
        }
    return complain(name, "no type is known for this ending");
}

/* ---- addresses ---- */

static bool name_by_content(struct file *f)
{
    unsigned char
        hash[HASH_BYTES > crypto_generichash_BYTES_MIN ? HASH_BYTES : crypto_generichash_BYTES_MIN];
    size_t dot;
    if (!str_find(f->name, '.', &dot))
        return complain(f->name, "a name without ending");
    crypto_generichash(hash, sizeof hash, (const unsigned char *)f->content.p, f->content.n, NULL,
                       0);
    sodium_bin2hex(f->hash, sizeof f->hash, hash, HASH_BYTES);
    const int n = snprintf(f->url, sizeof f->url, "/assets/%.*s.%s%.*s", (int)dot, f->name.p,
                           f->hash, (int)(f->name.n - dot), f->name.p + dot);
    return (n > 0 && (size_t)n < sizeof f->url) || complain(f->name, "this name is too long");
}

/* Writes `css` with the addresses of the files before it. */
static bool put_addresses(out *o, str css, const struct file *file, size_t n_files)
{
    for (size_t at = 0; at < css.n;) {
        size_t end, i = 0;
        const str rest = str_cut(css, at, css.n);
        if (!str_starts(rest, STR("url(")) || !str_find(rest, ')', &end)) {
            out_char(o, css.p[at++]);
            continue;
        }
        const str name = str_cut(rest, 4, end);
        while (i < n_files && !str_eq(file[i].name, name))
            i++;
        if (i == n_files)
            return complain(name, "a style sheet names it, but it is not among the files before");
        out_cstr(o, "url(");
        out_cstr(o, file[i].url);
        out_char(o, ')');
        at += end + 1;
    }
    return true;
}

static bool take_file(arena *a, const char *argument, struct file *file, size_t n)
{
    struct file *f = &file[n];
    size_t equals;
    str path = str_of(argument);
    out css;
    bool taken = false;
    if (!str_find(path, '=', &equals))
        return complain(path, "write NAME=FILE");
    f->name = str_cut(path, 0, equals);
    path = str_cut(path, equals + 1, path.n);
    if (!tool_read(a, path, &f->content))
        return false;
    if (!str_ends(f->name, STR(".css")))
        return name_by_content(f);

    out_init(&css, TOOL_FILE_MAX);
    if (put_addresses(&css, f->content, file, n)) {
        f->content = arena_str(a, out_view(&css));
        taken = css.error == OK && f->content.p && name_by_content(f);
    }
    out_free(&css);
    return taken;
}

/* ---- the table ---- */

static bool compress_file(arena *a, str content, str *gzip)
{
    z_stream z = {0};
    if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    const size_t bound = deflateBound(&z, (uLong)content.n);
    unsigned char *p = arena_alloc(a, bound, 1);
    z.next_in = (unsigned char *)(uintptr_t)content.p;
    z.avail_in = (uInt)content.n;
    z.next_out = p;
    z.avail_out = (uInt)bound;
    const bool done = p && deflate(&z, Z_FINISH) == Z_STREAM_END;
    *gzip = (str){(const char *)p, z.total_out};
    deflateEnd(&z);
    return done;
}

static void put_bytes(out *c, const char *field, str s)
{
    static const char digit[] = "01234567";
    out_cstr(c, "     .");
    out_cstr(c, field);
    out_cstr(c, " = {\n        \"");
    for (size_t i = 0; i < s.n; i++) {
        const unsigned char byte = (unsigned char)s.p[i];
        if (i && i % 32 == 0)
            out_cstr(c, "\"\n        \"");
        const char octal[] = {'\\', digit[byte >> 6], digit[byte >> 3 & 7], digit[byte & 7]};
        out_bytes(c, octal, sizeof octal);
    }
    out_cstr(c, "\",\n        ");
    out_int(c, (int64_t)s.n);
    out_cstr(c, "},\n");
}

static void put_text(out *c, const char *field, str s)
{
    out_cstr(c, "     .");
    out_cstr(c, field);
    out_cstr(c, " = {");
    tool_put_literal(c, s);
    out_cstr(c, ", ");
    out_int(c, (int64_t)s.n);
    out_cstr(c, "},\n");
}

static bool put_file(arena *a, out *c, const struct file *f)
{
    size_t type;
    char etag[sizeof f->hash + 2];
    str gzip = {NULL, 0};
    if (!find_type(f->name, &type))
        return false;
    if (types[type].compress && !compress_file(a, f->content, &gzip))
        return complain(f->name, "cannot compress");
    snprintf(etag, sizeof etag, "\"%s\"", f->hash);
    out_cstr(c, "    {\n");
    put_text(c, "name", f->name);
    put_text(c, "url", str_of(f->url));
    put_text(c, "type", str_of(types[type].type));
    put_text(c, "etag", str_of(etag));
    put_bytes(c, "bytes", f->content);
    if (gzip.n && gzip.n < f->content.n - f->content.n / 10)
        put_bytes(c, "gzip", gzip);
    out_cstr(c, "    },\n");
    return true;
}

int main(int argc, char **argv)
{
    static struct file file[FILES_MAX];
    arena *a = arena_new(TOOL_MEMORY_MAX);
    const size_t n = argc > 2 ? (size_t)argc - 2 : 0;
    out c;
    bool done = false;

    out_init(&c, TOOL_MEMORY_MAX);
    if (n == 0 || n > FILES_MAX || !a || sodium_init() < 0) {
        fputs("assetc OUTPUT NAME=FILE...\n", stderr);
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        if (!take_file(a, argv[i + 2], file, i))
            goto out;
    out_cstr(&c, "/* Made by tools/assetc. */\n#include \"web/assets/assets_int.h\"\n\n"
                 "const struct asset assets_table[] = {\n");
    for (size_t i = 0; i < n; i++)
        if (!put_file(a, &c, &file[i]))
            goto out;
    out_cstr(&c, "};\n\nconst size_t assets_count = ");
    out_int(&c, (int64_t)n);
    out_cstr(&c, ";\n");
    done = tool_write(str_of(argv[1]), &c);
out:
    out_free(&c);
    arena_free(a);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
