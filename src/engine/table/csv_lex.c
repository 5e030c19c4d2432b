/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/table/csv_int.h"

#include <string.h>

void csv_lexer_init(struct csv_lexer *x, str text, char separator)
{
    *x = (struct csv_lexer){.text = text.p, .n = text.n, .separator = separator};
    x->stop[(unsigned char)separator] = true;
    x->stop['\n'] = true;
    x->stop['\r'] = true;
    x->stop['"'] = true;
}

static bool fail(struct csv_fault *fault, const char *key, size_t at)
{
    *fault = (struct csv_fault){.key = key, .at = at};
    return false;
}

size_t csv_line_end(const struct csv_lexer *x, size_t at)
{
    if (at >= x->n)
        return 0;
    if (x->text[at] == '\n')
        return 1;
    if (x->text[at] != '\r')
        return 0;
    if (at + 1 == x->n)
        return 1;
    return x->text[at + 1] == '\n' ? 2 : 0;
}

bool csv_is_empty_line(const struct csv_lexer *x, size_t at)
{
    return csv_line_end(x, at) > 0;
}

size_t csv_skip_empty(const struct csv_lexer *x, size_t at)
{
    for (size_t n = csv_line_end(x, at); n; n = csv_line_end(x, at))
        at += n;
    return at;
}

static bool ends_field(const struct csv_lexer *x, size_t at)
{
    return at == x->n || x->text[at] == x->separator || csv_line_end(x, at) > 0;
}

/* `at` is behind the opening quote. */
static bool lex_quoted(const struct csv_lexer *x, size_t at, struct csv_field *field, size_t *next,
                       struct csv_fault *fault)
{
    const size_t left = x->n - at;
    const size_t room = left < (size_t)TABLE_FIELD_MAX + 1 ? left : (size_t)TABLE_FIELD_MAX + 1;
    size_t close = at;

    field->doubled = false;
    for (;;) {
        const char *quote = memchr(x->text + close, '"', at + room - close);
        if (!quote)
            return fail(fault, room == left ? "table.open-quote" : "table.field-too-long", at - 1);
        close = (size_t)(quote - x->text);
        if (close + 1 == x->n || x->text[close + 1] != '"')
            break;
        field->doubled = true;
        close += 2;
        if (close > at + room)
            return fail(fault, "table.field-too-long", at - 1);
    }
    if (close - at > TABLE_FIELD_MAX)
        return fail(fault, "table.field-too-long", at - 1);
    if (!ends_field(x, close + 1))
        return fail(fault, "table.text-after-quote", close + 1);
    field->raw = (str){x->text + at, close - at};
    *next = close + 1;
    return true;
}

bool csv_lex(const struct csv_lexer *x, size_t at, struct csv_field *field, size_t *next,
             struct csv_fault *fault)
{
    if (at < x->n && x->text[at] == '"')
        return lex_quoted(x, at + 1, field, next, fault);
    size_t to = at;
    while (to < x->n && !x->stop[(unsigned char)x->text[to]])
        to++;
    if (to - at > TABLE_FIELD_MAX)
        return fail(fault, "table.field-too-long", at);
    if (!ends_field(x, to))
        return fail(fault, x->text[to] == '"' ? "table.stray-quote" : "table.stray-return", to);
    field->raw = (str){x->text + at, to - at};
    field->doubled = false;
    *next = to;
    return true;
}

bool csv_count_fields(const struct csv_lexer *x, size_t at, size_t *n, size_t *next,
                      struct csv_fault *fault)
{
    struct csv_field field;
    for (*n = 1;; ++*n) {
        if (!csv_lex(x, at, &field, next, fault))
            return false;
        if (*next == x->n || x->text[*next] != x->separator)
            break;
        at = *next + 1;
    }
    *next += csv_line_end(x, *next);
    return true;
}

str csv_unquote(str raw, char *to)
{
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        to[n++] = raw.p[i];
        i += raw.p[i] == '"'; /* the second of a pair */
    }
    return (str){to, n};
}
