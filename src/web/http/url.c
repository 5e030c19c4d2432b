/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/http/http.h"

#include <string.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The byte that the escape at s.p[at] stands for; -1 for a broken one. */
static int escaped_byte(str s, size_t at)
{
    const int high = at + 1 < s.n ? hex_value(s.p[at + 1]) : -1;
    const int low = at + 2 < s.n ? hex_value(s.p[at + 2]) : -1;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool http_path_decode(str path, char decoded[HTTP_PATH_MAX + 1], size_t *n)
{
    size_t used = 0;
    for (size_t at = 0; at < path.n; at++) {
        char c = path.p[at];
        if (c == '%') {
            const int byte = escaped_byte(path, at);
            if (byte <= 0 || byte == '/')
                return false;
            c = (char)byte;
            at += 2;
        }
        if (used == HTTP_PATH_MAX || c == '\0')
            return false;
        decoded[used++] = c;
    }
    decoded[used] = '\0';
    *n = used;
    return str_is_utf8((str){decoded, used});
}

bool http_form_decode(arena *a, str text, str *decoded)
{
    char *p = arena_alloc(a, text.n + 1, 1);
    size_t used = 0;
    *decoded = (str){p, 0};
    if (!p)
        return false;
    for (size_t at = 0; at < text.n; at++) {
        char c = text.p[at];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            const int byte = escaped_byte(text, at);
            if (byte < 0)
                return false;
            c = (char)byte;
            at += 2;
        }
        if (c == '\0')
            return false;
        p[used++] = c;
    }
    *decoded = (str){p, used};
    return str_is_utf8(*decoded);
}

void http_url_encode(out *o, str text)
{
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i];
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            (c != '\0' && strchr("-_.~", c))) {
            out_char(o, c);
        } else {
            static const char digits[] = "0123456789ABCDEF";
            const unsigned char byte = (unsigned char)c;
            const char escape[3] = {'%', digits[byte >> 4], digits[byte & 15]};
            out_bytes(o, escape, sizeof escape);
        }
    }
}

bool http_query_next(arena *a, str *rest, str *name, str *value)
{
    str pair;
    while (str_next(rest, '&', &pair)) {
        size_t equals = pair.n;
        (void)str_find(pair, '=', &equals);
        if (pair.n > 0 && http_form_decode(a, str_cut(pair, 0, equals), name) &&
            http_form_decode(a, str_cut(pair, equals + 1, pair.n), value))
            return true;
    }
    return false;
}

str http_query(const struct http_request *r, const char *name)
{
    str rest = r->query, key, value;
    while (http_query_next(r->memory, &rest, &key, &value))
        if (str_eq(key, str_of(name)))
            return value;
    return (str){NULL, 0};
}
