/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/json.h"

#include <math.h>

void json_init(json *j, out *to)
{
    *j = (json){.to = to};
}

void json_init_line(json *j, out *to)
{
    *j = (json){.to = to, .on_one_line = true};
}

static void indent(json *j)
{
    if (j->on_one_line)
        return;
    out_char(j->to, '\n');
    for (int i = 0; i < j->depth; i++)
        out_cstr(j->to, "  ");
}

/* What stands before any value or key: nothing after a key, else comma and new line. */
static void before(json *j)
{
    if (j->after_key) {
        j->after_key = false;
        return;
    }
    if (j->has_item[j->depth])
        out_char(j->to, ',');
    j->has_item[j->depth] = true;
    if (j->depth)
        indent(j);
}

static void open_with(json *j, char c)
{
    before(j);
    out_char(j->to, c);
    if (j->depth == JSON_DEPTH_MAX) {
        j->to->error = E_LIMIT;
        return;
    }
    j->has_item[++j->depth] = false;
}

static void close_with(json *j, char c)
{
    const bool had_items = j->has_item[j->depth];
    if (j->depth)
        j->depth--;
    if (had_items)
        indent(j);
    out_char(j->to, c);
}

void json_open_object(json *j)
{
    open_with(j, '{');
}

void json_close_object(json *j)
{
    close_with(j, '}');
}

void json_open_array(json *j)
{
    open_with(j, '[');
}

void json_close_array(json *j)
{
    close_with(j, ']');
}

static void escaped(out *o, str s)
{
    out_char(o, '"');
    for (size_t at = 0; at < s.n;) {
        const size_t n = str_utf8_len(s, at);
        const unsigned char c = (unsigned char)s.p[at];
        if (n == 0) {
            out_cstr(o, "\xef\xbf\xbd");
        } else if (c == '"' || c == '\\') {
            out_char(o, '\\');
            out_char(o, (char)c);
        } else if (c < 0x20) {
            out_cstr(o, "\\u00");
            out_hex(o, &c, 1);
        } else {
            out_bytes(o, s.p + at, n);
        }
        at += n ? n : 1;
    }
    out_char(o, '"');
}

void json_key(json *j, const char *key)
{
    before(j);
    escaped(j->to, str_of(key));
    out_cstr(j->to, j->on_one_line ? ":" : ": ");
    j->after_key = true;
}

void json_put_str(json *j, str s)
{
    before(j);
    escaped(j->to, s);
}

void json_put_int(json *j, int64_t v)
{
    before(j);
    out_int(j->to, v);
}

void json_put_real(json *j, double v)
{
    before(j);
    if (isfinite(v))
        out_real(j->to, v);
    else
        out_cstr(j->to, "null");
}

void json_put_bool(json *j, bool v)
{
    before(j);
    out_cstr(j->to, v ? "true" : "false");
}

void json_put_null(json *j)
{
    before(j);
    out_cstr(j->to, "null");
}

void json_key_str(json *j, const char *key, str s)
{
    json_key(j, key);
    json_put_str(j, s);
}

void json_key_int(json *j, const char *key, int64_t v)
{
    json_key(j, key);
    json_put_int(j, v);
}

void json_key_real(json *j, const char *key, double v)
{
    json_key(j, key);
    json_put_real(j, v);
}

void json_key_bool(json *j, const char *key, bool v)
{
    json_key(j, key);
    json_put_bool(j, v);
}
