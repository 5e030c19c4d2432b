/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Whatever people write: the HTML holds only elements that markdown.h names, all of them
 * closed, and the memory that was reserved is enough.
 */
#include "web/pages/markdown.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { MEMORY_MAX = 64 << 20, PLAIN_CHARS = 80 };

static const char *const elements[] = {
    "p",          "h2",    "h3",   "h4", "h5",     "h6",  "ul", "ol",  "li",
    "blockquote", "pre",   "code", "em", "strong", "del", "a",  "img", "table",
    "thead",      "tbody", "tr",   "th", "td",     "hr",  "br"};

static size_t element_at(str html)
{
    size_t n = 0;
    while (n < html.n && html.p[n] != '>' && html.p[n] != ' ')
        n++;
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (str_eq(str_cut(html, 0, n), str_of(elements[i])))
            return i;
    abort();
}

static bool stands_alone(size_t element)
{
    static const char *const alone[] = {"img", "hr", "br"};
    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
        if (strcmp(elements[element], alone[i]) == 0)
            return true;
    return false;
}

static void check(str html)
{
    int64_t open = 0;
    size_t skip;
    for (str rest = html; str_find(rest, '<', &skip);) {
        rest = str_cut(rest, skip + 1, rest.n);
        const bool closes = str_starts(rest, STR("/"));
        if (!stands_alone(element_at(str_cut(rest, closes, rest.n))))
            open += closes ? -1 : 1;
        if (open < 0)
            abort();
    }
    if (open)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct err_info info;
    const str text = {(const char *)data, n};
    safe_html html;
    str plain;
    arena *a = arena_new(MEMORY_MAX);
    if (!a)
        return 0;
    if (markdown_html(a, text, 1, &html, &info) == OK)
        check(html.html);
    if (markdown_beginning(a, text, PLAIN_CHARS, &plain, &info) == OK && !str_is_utf8(plain))
        abort();
    arena_free(a);
    return 0;
}
