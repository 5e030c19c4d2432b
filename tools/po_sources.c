/* SPDX-License-Identifier: EUPL-1.2 */
#include "po_sources.h"

/* Which argument of which function is a message key, counted from 0. */
static const struct taker {
    const char *name;
    int argument;
} takers[] = {
    {"err_set", 2},         {"err_text", 2}, {"err_io", 1},   {"msg_set", 1},    {"msg_key", 1},
    {"progress_report", 1}, {"html_key", 0}, {"html_say", 2}, {"html_print", 2}, {"tr", 1},
    {"tr_has", 1},          {"fault_add", 3}, {"fault_need", 3},
};

enum { CALLS_MAX = 64, NO_KEY = -1 };

struct scan {
    const struct po_catalogue *c;
    bool *used;
    out *errors;
    str text, file;
    size_t at;
    int64_t line;
    /* open brackets: which argument is a key, and which argument we are in */
    int key_argument[CALLS_MAX], argument[CALLS_MAX];
    int depth;
};

static char peek(const struct scan *s, size_t ahead)
{
    return s->at + ahead < s->text.n ? s->text.p[s->at + ahead] : '\0';
}

static void step(struct scan *s)
{
    s->line += s->text.p[s->at++] == '\n';
}

static void skip_past(struct scan *s, str end)
{
    while (s->at < s->text.n && !str_starts(str_cut(s->text, s->at, s->text.n), end))
        step(s);
    for (size_t i = 0; i < end.n && s->at < s->text.n; i++)
        step(s);
}

/* Stands on a quote; gives what is between it and the next. */
static str take_quoted(struct scan *s)
{
    const char quote = peek(s, 0);
    step(s);
    const size_t from = s->at;
    while (s->at < s->text.n && peek(s, 0) != quote && peek(s, 0) != '\n') {
        if (peek(s, 0) == '\\' && peek(s, 1) != '\0')
            step(s);
        step(s);
    }
    const str inner = str_cut(s->text, from, s->at);
    if (s->at < s->text.n)
        step(s);
    return inner;
}

/* "room.about-" is the beginning of keys that a macro completes. */
static bool use_all_with(struct scan *s, str head)
{
    bool found = false;
    if (!str_ends(head, STR("-")))
        return false;
    for (size_t i = 0; i < s->c->n; i++)
        if (str_starts(s->c->entry[i].key, head))
            found = s->used[i] = true;
    return found;
}

static void take_literal(struct scan *s, bool is_key)
{
    const int64_t line = s->line;
    const str text = take_quoted(s);
    const struct po_entry *e = po_find(s->c, text);
    if (e) {
        s->used[e - s->c->entry] = true;
    } else if (!use_all_with(s, text) && is_key) {
        out_str(s->errors, s->file);
        out_char(s->errors, ':');
        out_int(s->errors, line);
        out_cstr(s->errors, ": no translation: ");
        out_str(s->errors, text);
        out_char(s->errors, '\n');
    }
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static int key_argument_of(str name)
{
    for (size_t i = 0; i < sizeof takers / sizeof *takers; i++)
        if (str_eq(name, str_of(takers[i].name)))
            return takers[i].argument;
    return NO_KEY;
}

static str take_name(struct scan *s)
{
    const size_t from = s->at;
    while (is_name_char(peek(s, 0)))
        step(s);
    return str_cut(s->text, from, s->at);
}

static void open_bracket(struct scan *s, int key_argument)
{
    if (s->depth < CALLS_MAX) {
        s->key_argument[s->depth] = key_argument;
        s->argument[s->depth] = 0;
    }
    s->depth++;
}

static bool at_key(const struct scan *s)
{
    const int d = s->depth - 1;
    return d >= 0 && d < CALLS_MAX && s->key_argument[d] == s->argument[d];
}

/* One token of C. */
static void take_token(struct scan *s, str *name)
{
    const char c = peek(s, 0);
    if (is_name_char(c)) {
        *name = take_name(s);
        return;
    }
    if (c == '/' && peek(s, 1) == '*') {
        skip_past(s, STR("*/"));
    } else if (c == '/' && peek(s, 1) == '/') {
        skip_past(s, STR("\n"));
    } else if (c == '"') {
        take_literal(s, at_key(s));
    } else if (c == '\'') {
        (void)take_quoted(s);
    } else {
        if (c == '(' || c == '{' || c == '[')
            open_bracket(s, c == '(' ? key_argument_of(*name) : NO_KEY);
        else if ((c == ')' || c == '}' || c == ']') && s->depth > 0)
            s->depth--;
        else if (c == ',' && s->depth > 0 && s->depth <= CALLS_MAX)
            s->argument[s->depth - 1]++;
        step(s);
    }
    *name = STR("");
}

static void scan_c(struct scan *s)
{
    str name = STR("");
    while (s->at < s->text.n)
        take_token(s, &name);
}

/* In a template only what stands within {% %}, {{ }} and {$ $} is C. */
static void scan_template(struct scan *s)
{
    const str whole = s->text;
    while (s->at < whole.n) {
        const char kind = peek(s, 1);
        if (peek(s, 0) != '{' || (kind != '%' && kind != '{' && kind != '$')) {
            step(s);
            continue;
        }
        const char end[] = {kind == '{' ? '}' : kind, '}'};
        const size_t from = s->at + 2;
        size_t to = from;
        while (to + 1 < whole.n && (whole.p[to] != end[0] || whole.p[to + 1] != end[1]))
            to++;
        s->at = from;
        s->text = str_cut(whole, 0, to);
        s->depth = 0;
        if (kind == '$') {
            while (peek(s, 0) == ' ' || peek(s, 0) == '\n')
                step(s);
            if (peek(s, 0) == '"')
                take_literal(s, true);
        }
        scan_c(s);
        s->text = whole;
    }
}

void po_check_source(const struct po_catalogue *c, str text, str file, bool *used, out *errors)
{
    struct scan s = {.c = c, .used = used, .errors = errors, .text = text, .file = file, .line = 1};
    if (str_ends(file, STR(".htc")))
        scan_template(&s);
    else
        scan_c(&s);
}
