/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/out.h"

#include "base/num.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void out_init(out *o, size_t limit_bytes)
{
    *o = (out){.limit = limit_bytes};
}

void out_free(out *o)
{
    free(o->p);
    *o = (out){.limit = o->limit};
}

void out_clear(out *o)
{
    o->n = 0;
    o->error = OK;
}

static bool make_room(out *o, size_t n)
{
    if (o->error != OK)
        return false;
    if (n > o->limit - o->n) {
        o->error = E_LIMIT;
        return false;
    }
    if (n <= o->cap - o->n)
        return true;
    size_t cap = o->cap ? o->cap : 256;
    while (cap - o->n < n)
        cap = cap > o->limit / 2 ? o->limit : cap * 2;
    char *p = realloc(o->p, cap);
    if (!p) {
        o->error = E_NOMEM;
        return false;
    }
    o->p = p;
    o->cap = cap;
    return true;
}

void out_bytes(out *o, const void *p, size_t n)
{
    if (n == 0 || !make_room(o, n))
        return;
    memcpy(o->p + o->n, p, n);
    o->n += n;
}

void out_str(out *o, str s)
{
    out_bytes(o, s.p, s.n);
}

void out_cstr(out *o, const char *s)
{
    out_bytes(o, s, strlen(s));
}

void out_visible(out *o, str s)
{
    for (size_t at = 0; at < s.n;)
        out_str(o, str_next_visible(s, &at));
}

void out_char(out *o, char c)
{
    out_bytes(o, &c, 1);
}

void out_int(out *o, int64_t v)
{
    char text[NUM_TEXT_MAX];
    out_bytes(o, text, num_print_int(v, text));
}

void out_real(out *o, double v)
{
    char text[NUM_TEXT_MAX];
    out_bytes(o, text, num_print_real(v, text));
}

void out_hex(out *o, const void *bytes, size_t n)
{
    static const char digit[] = "0123456789abcdef";
    const unsigned char *b = bytes;
    for (size_t i = 0; i < n; i++) {
        out_char(o, digit[b[i] >> 4]);
        out_char(o, digit[b[i] & 15]);
    }
}

enum { FIXED_TEXT_MAX = 352, DECIMALS_MAX = 15 }; /* 309 digits before the point at most */

void out_fixed(out *o, double v, int decimals)
{
    char text[FIXED_TEXT_MAX];

    if (!isfinite(v)) {
        out_real(o, v);
        return;
    }
    const int d = decimals < 0 ? 0 : decimals > DECIMALS_MAX ? DECIMALS_MAX : decimals;
    const int n = snprintf(text, sizeof text, "%.*f", d, v);
    /* whatever decimal sign a surrounding program's locale wrote, ours is a point */
    const int point = d ? n - d - 1 : n;
    bool is_zero = true;
    for (int i = 0; i < n; i++)
        is_zero = is_zero && (text[i] == '-' || text[i] == '0' || i == point);
    const int sign = is_zero && text[0] == '-';
    out_bytes(o, text + sign, (size_t)(point - sign));
    if (d) {
        out_char(o, '.');
        out_bytes(o, text + point + 1, (size_t)d);
    }
}

str out_view(const out *o)
{
    return (str){o->p ? o->p : "", o->n};
}

err out_error(const out *o, struct err_info *info)
{
    switch (o->error) {
    case OK: return OK;
    case E_LIMIT:
        err_set(info, E_LIMIT, "error.output-limit");
        msg_int(&info->msg, (int64_t)o->limit);
        return E_LIMIT;
    default: return err_nomem(info);
    }
}
