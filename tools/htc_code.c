/* SPDX-License-Identifier: EUPL-1.2 */
#include "htc_code.h"

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static size_t name_length(str s)
{
    size_t n = 0;
    while (n < s.n && is_name_char(s.p[n]))
        n++;
    return n;
}

/* s begins with a quote; to the next such quote, or as far as the line goes */
static size_t literal_length(str s)
{
    size_t n = 1;
    while (n < s.n && s.p[n] != s.p[0] && s.p[n] != '\n')
        n += s.p[n] == '\\' && n + 1 < s.n ? 2 : 1;
    return n < s.n ? n + 1 : s.n;
}

static size_t comment_length(str s)
{
    const bool to_line_end = s.p[1] == '/';
    size_t n = 2;
    if (to_line_end)
        return str_find(s, '\n', &n) ? n : s.n;
    while (n < s.n && !str_starts(str_cut(s, n, s.n), STR("*/")))
        n++;
    return n < s.n ? n + 2 : s.n;
}

enum htc_token htc_next_token(str *rest, str *token)
{
    enum htc_token kind = HTC_SIGN;
    size_t n = 1;
    while (rest->n && (rest->p[0] == ' ' || (rest->p[0] >= '\t' && rest->p[0] <= '\r')))
        *rest = str_cut(*rest, 1, rest->n);
    if (rest->n == 0)
        return HTC_END;
    if (is_name_char(rest->p[0])) {
        kind = HTC_NAME;
        n = name_length(*rest);
    } else if (rest->p[0] == '"' || rest->p[0] == '\'') {
        kind = HTC_LITERAL;
        n = literal_length(*rest);
    } else if (str_starts(*rest, STR("/*")) || str_starts(*rest, STR("//"))) {
        kind = HTC_COMMENT_TOKEN;
        n = comment_length(*rest);
    }
    *token = str_cut(*rest, 0, n);
    *rest = str_cut(*rest, n, rest->n);
    return kind;
}

bool htc_find_end(str code, str end, size_t *at)
{
    str rest = code, token;
    for (;;) {
        const str before = rest;
        const enum htc_token kind = htc_next_token(&rest, &token);
        if (kind == HTC_END)
            return false;
        /* a // comment may hold the end of the tag it stands in */
        const bool line_comment = kind == HTC_COMMENT_TOKEN && token.p[1] == '/';
        if (kind != HTC_SIGN && !line_comment)
            continue;
        for (const char *p = token.p; p < token.p + token.n; p++) {
            const str here = {p, (size_t)(before.p + before.n - p)};
            if (str_starts(here, end)) {
                *at = (size_t)(p - code.p);
                return true;
            }
        }
    }
}
