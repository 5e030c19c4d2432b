/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/num.h"
#include "web/http/http_int.h"

#include <string.h>

bool http_is_token(str name)
{
    static const char others[] = "!#$%&'*+-.^_`|~"; /* RFC 9110, section 5.6.2 */
    for (size_t i = 0; i < name.n; i++) {
        const char c = name.p[i];
        const bool plain =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!plain && (c == '\0' || !strchr(others, c)))
            return false;
    }
    return name.n > 0;
}

bool http_is_header_value(str value)
{
    for (size_t i = 0; i < value.n; i++) {
        const unsigned char c = (unsigned char)value.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

bool http_cookie_find(str header, str name, str *value)
{
    bool found = false;
    str pair;
    while (str_next(&header, ';', &pair)) {
        size_t equals;
        pair = str_trim(pair);
        if (!str_find(pair, '=', &equals) || !str_eq(str_cut(pair, 0, equals), name))
            continue;
        if (found)
            return false;
        *value = str_cut(pair, equals + 1, pair.n);
        found = true;
    }
    return found;
}

static str opaque(str tag)
{
    return str_starts(tag, STR("W/")) ? str_cut(tag, 2, tag.n) : tag;
}

bool http_etag_listed(str list, str etag)
{
    str item;
    while (str_next(&list, ',', &item)) {
        item = str_trim(item);
        if (str_eq(item, STR("*")) || str_eq(opaque(item), opaque(etag)))
            return true;
    }
    return false;
}

/* "gzip;q=0" and "gzip; q=0.000" refuse. */
static bool is_refused(str parameters)
{
    str p;
    while (str_next(&parameters, ';', &p)) {
        double q;
        p = str_trim(p);
        if (p.n > 2 && (p.p[0] == 'q' || p.p[0] == 'Q') && p.p[1] == '=')
            return !num_parse_real(str_cut(p, 2, p.n), '.', &q) || q <= 0;
    }
    return false;
}

bool http_accepts_gzip(str accept)
{
    str item;
    while (str_next(&accept, ',', &item)) {
        size_t semicolon = item.n;
        (void)str_find(item, ';', &semicolon);
        const str coding = str_trim(str_cut(item, 0, semicolon));
        if (str_eq_nocase(coding, STR("gzip")) || str_eq(coding, STR("*")))
            return !is_refused(str_cut(item, semicolon + 1, item.n));
    }
    return false;
}

bool http_is_compressible(str type)
{
    static const str kinds[] = {STR("text/"),
                                STR("application/json"),
                                STR("application/problem+json"),
                                STR("image/svg+xml"),
                                STR("application/xml"),
                                STR("application/yaml"),
                                STR("application/atom+xml")};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_starts(type, kinds[i]))
            return true;
    return false;
}

/* Digits alone, without a sign; false also when it does not fit. */
static bool parse_offset(str s, uint64_t *v)
{
    int64_t whole;
    if (s.n == 0 || s.p[0] < '0' || s.p[0] > '9' || !num_parse_int(s, &whole))
        return false;
    *v = (uint64_t)whole;
    return true;
}

enum http_range http_range_parse(str header, uint64_t size, uint64_t *from, uint64_t *n)
{
    size_t dash;
    uint64_t first, last;
    if (!str_starts(header, STR("bytes=")))
        return HTTP_RANGE_NONE;
    const str range = str_trim(str_cut(header, 6, header.n));
    if (!str_find(range, '-', &dash))
        return HTTP_RANGE_NONE;
    const str head = str_cut(range, 0, dash), tail = str_cut(range, dash + 1, range.n);
    if (head.n == 0) { /* the last so many bytes */
        if (!parse_offset(tail, &last))
            return HTTP_RANGE_NONE;
        *n = last < size ? last : size;
        *from = size - *n;
        return *n > 0 ? HTTP_RANGE_ONE : HTTP_RANGE_OUTSIDE;
    }
    if (!parse_offset(head, &first) || (tail.n > 0 && !parse_offset(tail, &last)))
        return HTTP_RANGE_NONE;
    if (tail.n == 0)
        last = UINT64_MAX;
    if (last < first)
        return HTTP_RANGE_NONE;
    if (first >= size)
        return HTTP_RANGE_OUTSIDE;
    *from = first;
    *n = (last < size ? last + 1 : size) - first;
    return HTTP_RANGE_ONE;
}
