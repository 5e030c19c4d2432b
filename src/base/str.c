/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/str.h"

#include <string.h>

str str_of(const char *zero_terminated)
{
    return zero_terminated ? (str){zero_terminated, strlen(zero_terminated)} : (str){"", 0};
}

bool str_eq(str a, str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

int str_cmp(str a, str b)
{
    const size_t n = a.n < b.n ? a.n : b.n;
    const int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c != 0)
        return c;
    return (a.n > b.n) - (a.n < b.n);
}

bool str_starts(str s, str head)
{
    return s.n >= head.n && str_eq((str){s.p, head.n}, head);
}

bool str_ends(str s, str tail)
{
    return s.n >= tail.n && str_eq((str){s.p + (s.n - tail.n), tail.n}, tail);
}

str str_cut(str s, size_t from, size_t to)
{
    if (to > s.n)
        to = s.n;
    if (from > to)
        from = to;
    return (str){s.p + from, to - from};
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

str str_trim(str s)
{
    while (s.n && is_space(s.p[0]))
        s = (str){s.p + 1, s.n - 1};
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool str_find(str s, char c, size_t *at)
{
    const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;
    if (!hit)
        return false;
    *at = (size_t)(hit - s.p);
    return true;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool str_eq_nocase(str a, str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

/* FNV-1a (Fowler, Noll and Vo), with a final mix so that the low bits serve as an index. */
uint64_t str_hash(str s)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
    h ^= h >> 32;
    return h * UINT64_C(0x9e3779b97f4a7c15);
}

bool str_next(str *rest, char sep, str *piece)
{
    if (!rest->p || rest->n == 0)
        return false;
    size_t at;
    if (str_find(*rest, sep, &at)) {
        *piece = str_cut(*rest, 0, at);
        *rest = str_cut(*rest, at + 1, rest->n);
    } else {
        *piece = *rest;
        *rest = (str){rest->p, 0};
    }
    return true;
}

static bool is_continuation(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

/* The well-formed sequences of the Unicode Standard, table 3-7. */
size_t str_utf8_len(str s, size_t at)
{
    if (at >= s.n)
        return 0;
    const unsigned char *p = (const unsigned char *)s.p + at;
    const size_t left = s.n - at;
    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    const size_t n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (left < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if (!is_continuation(p[i]))
            return 0;
    const bool overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
    const bool surrogate = p[0] == 0xed && p[1] > 0x9f;
    const bool beyond = p[0] == 0xf4 && p[1] > 0x8f;
    return overlong || surrogate || beyond ? 0 : n;
}

bool str_is_utf8(str s)
{
    for (size_t at = 0; at < s.n;) {
        const size_t n = str_utf8_len(s, at);
        if (n == 0)
            return false;
        at += n;
    }
    return true;
}

/* U+0080 to U+009F, by which some terminals are steered. */
static bool is_c1(const unsigned char *p, size_t n)
{
    return n == 2 && p[0] == 0xc2 && p[1] < 0xa0;
}

/* U+202A to U+202E and U+2066 to U+2069. */
static bool turns_text(const unsigned char *p, size_t n)
{
    return n == 3 && p[0] == 0xe2 &&
           ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) ||
            (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

/* U+FFFE and U+FFFF, which are no characters and may not be in XML. */
static bool is_nothing(const unsigned char *p, size_t n)
{
    return n == 3 && p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe;
}

str str_next_visible(str s, size_t *at)
{
    const size_t n = str_utf8_len(s, *at);
    const str whole = {s.p + *at, n};
    const unsigned char *p = (const unsigned char *)whole.p;
    *at += n ? n : 1;
    const bool shown =
        n && p[0] >= 0x20 && p[0] != 0x7f && !is_c1(p, n) && !turns_text(p, n) && !is_nothing(p, n);
    return shown ? whole : STR("\xef\xbf\xbd"); /* U+FFFD */
}

enum { DISTANCE_TEXT_MAX = 128 };

size_t str_distance(str a, str b, size_t max)
{
    size_t row[DISTANCE_TEXT_MAX + 1];

    const size_t gap = a.n > b.n ? a.n - b.n : b.n - a.n;
    if (gap > max || b.n > DISTANCE_TEXT_MAX)
        return max + 1;
    for (size_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            const size_t replace = diagonal + (lower(a.p[i - 1]) != lower(b.p[j - 1]));
            const size_t shift = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = replace < shift ? replace : shift;
        }
    }
    return row[b.n] <= max ? row[b.n] : max + 1;
}
