/* SPDX-License-Identifier: EUPL-1.2 */
#include "sqlc_token.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char peek(const struct sqlc_cursor *c, size_t ahead)
{
    return c->at + ahead < c->text.n ? c->text.p[c->at + ahead] : '\0';
}

static bool skip_space(struct sqlc_cursor *c)
{
    const size_t begun = c->at;
    while (c->at < c->text.n) {
        const char ch = c->text.p[c->at];
        if (ch == '-' && peek(c, 1) == '-' && peek(c, 2) != ':') {
            while (c->at < c->text.n && c->text.p[c->at] != '\n')
                c->at++;
        } else if (is_space(ch)) {
            c->line += ch == '\n';
            c->at++;
        } else {
            break;
        }
    }
    return c->at > begun;
}

static str word(struct sqlc_cursor *c)
{
    const size_t begun = c->at;
    while (is_letter(peek(c, 0)) || is_digit(peek(c, 0)))
        c->at++;
    return str_cut(c->text, begun, c->at);
}

static str number(struct sqlc_cursor *c)
{
    const size_t begun = c->at;
    while (is_digit(peek(c, 0)) || (peek(c, 0) == '.' && is_digit(peek(c, 1))))
        c->at++;
    return str_cut(c->text, begun, c->at);
}

/* 'text', in which '' is a quote; the empty str when it does not end. */
static str quoted(struct sqlc_cursor *c)
{
    const size_t begun = c->at++;
    for (; c->at < c->text.n; c->at++) {
        const char ch = c->text.p[c->at];
        c->line += ch == '\n';
        if (ch != '\'')
            continue;
        if (peek(c, 1) != '\'') {
            c->at++;
            return str_cut(c->text, begun, c->at);
        }
        c->at++;
    }
    return (str){"", 0};
}

static str why_wrong(char c, char next)
{
    if (c == '-' && next == '-')
        return STR("a head within a statement: does the ; of the one before fail?");
    if (c == '|' && next == '|')
        return STR("values are joined in C, not with ||");
    if (c == ':' && next == ':')
        return STR(":: is of one database only: CAST(x AS TYPE)");
    if (c == '$')
        return STR("a parameter is :name");
    if (c == '"' || c == '`')
        return STR("names have no quotes");
    if (c == '/' && next == '*')
        return STR("a comment begins with --");
    return STR("a character that has no meaning here");
}

static str sign(struct sqlc_cursor *c)
{
    static const char pairs[][3] = {"<=", ">=", "<>", "->"};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (peek(c, 0) == pairs[i][0] && peek(c, 1) == pairs[i][1]) {
            c->at += 2;
            return str_cut(c->text, c->at - 2, c->at);
        }
    c->at++;
    return str_cut(c->text, c->at - 1, c->at);
}

struct sqlc_token sqlc_next(struct sqlc_cursor *c)
{
    struct sqlc_token t = {.spaced = skip_space(c)};
    const char ch = peek(c, 0), next = peek(c, 1);
    size_t found;
    t.line = c->line;
    if (c->at == c->text.n) {
        t.kind = SQLC_END;
    } else if (is_letter(ch)) {
        t = (struct sqlc_token){SQLC_WORD, word(c), t.spaced, t.line};
    } else if (is_digit(ch)) {
        t = (struct sqlc_token){SQLC_NUMBER, number(c), t.spaced, t.line};
    } else if (ch == '\'') {
        t.text = quoted(c);
        t.kind = t.text.n ? SQLC_STRING : SQLC_WRONG;
        if (!t.text.n)
            t.text = STR("a text that does not end");
    } else if ((ch == ':' || ch == '@') && is_letter(next)) {
        c->at++;
        t.kind = ch == ':' ? SQLC_VALUE : SQLC_INCLUDED;
        t.text = word(c);
    } else if ((next == ch && (ch == '|' || ch == ':' || ch == '-')) ||
               (ch == '/' && next == '*') || !str_find(STR("()[]{},.;:=<>+-*/%|?"), ch, &found)) {
        t.kind = SQLC_WRONG;
        t.text = why_wrong(ch, next);
        c->at += next == ch ? 2 : 1;
    } else {
        t.kind = SQLC_SIGN;
        t.text = sign(c);
    }
    return t;
}
