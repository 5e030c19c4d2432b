/* SPDX-License-Identifier: EUPL-1.2 */
#include "sqlc_parse.h"

#include "sqlc_parse_int.h"

#include <string.h>

bool sqlc_wrong(struct sqlc_file *f, str file, int64_t line, const char *what, str which)
{
    out_str(f->errors, file);
    out_char(f->errors, ':');
    out_int(f->errors, line);
    out_cstr(f->errors, ": ");
    out_cstr(f->errors, what);
    if (which.n) {
        out_cstr(f->errors, ": ");
        out_visible(f->errors, which);
    }
    out_char(f->errors, '\n');
    return false;
}

struct sqlc_field *sqlc_field(struct sqlc_fields *fields, str name)
{
    for (size_t i = 0; i < fields->n; i++)
        if (str_eq(fields->item[i].name, name))
            return &fields->item[i];
    return NULL;
}

const struct sqlc_query *sqlc_find(const struct sqlc_file *f, str name)
{
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(f->query[i]->name, name))
            return f->query[i];
    return NULL;
}

size_t sqlc_variants(const struct sqlc_query *q)
{
    size_t n = 1;
    for (size_t i = 0; i < q->n_switches; i++)
        n *= q->item[i].n_options ? q->item[i].n_options : 2;
    return n;
}

bool sqlc_is_list(const struct sqlc_query *q, str param)
{
    for (size_t i = 0; i < q->params.n; i++)
        if (str_eq(q->params.item[i].name, param))
            return q->params.item[i].list;
    return false;
}

static bool keep(struct sqlc_file *f, struct sqlc_query *q)
{
    if (f->n == f->cap) {
        struct sqlc_query **bigger = ARENA_NEW(f->a, struct sqlc_query *, 2 * f->cap + 32);
        if (!bigger)
            return sqlc_wrong(f, q->file, q->line, "out of memory", q->name);
        if (f->n)
            memcpy(bigger, f->query, f->n * sizeof *bigger);
        f->query = bigger;
        f->cap = 2 * f->cap + 32;
    }
    f->query[f->n++] = q;
    return true;
}

/* The line at `at`, without its end; moves behind it. */
static str take_line(struct sqlc_cursor *c)
{
    const size_t begun = c->at;
    while (c->at < c->text.n && c->text.p[c->at] != '\n')
        c->at++;
    const str line = str_cut(c->text, begun, c->at);
    if (c->at < c->text.n) {
        c->at++;
        c->line++;
    }
    return line;
}

static bool is_include(const struct sqlc_cursor *c)
{
    const str behind = str_trim(str_cut(c->text, c->at + strlen("--:"), c->text.n));
    return str_starts(behind, STR("include "));
}

/*
 * The lines that begin with "--:", with that taken away, as a text of their own. An include is
 * one line.
 */
static bool take_head(arena *a, struct sqlc_cursor *c, struct sqlc_cursor *head)
{
    struct sqlc_cursor end = *c;
    if (is_include(c))
        take_line(&end);
    while (!is_include(c) && str_starts(str_cut(end.text, end.at, end.text.n), STR("--:")))
        take_line(&end);
    char *p = arena_alloc(a, end.at - c->at + 1, 1);
    if (!p)
        return false;
    memcpy(p, c->text.p + c->at, end.at - c->at);
    for (size_t i = 0; i < end.at - c->at; i++)
        if ((i == 0 || p[i - 1] == '\n') && p[i] == '-')
            memset(p + i, ' ', 3);
    *head = (struct sqlc_cursor){.text = {p, end.at - c->at}, .line = c->line};
    *c = end;
    return true;
}

/* Behind a mistake: on to the next line that begins a head. */
static void skip_to_head(struct sqlc_cursor *c)
{
    while (c->at < c->text.n && !str_starts(str_cut(c->text, c->at, c->text.n), STR("--:")))
        take_line(c);
}

static str beside(arena *a, str file, str name)
{
    size_t folder = file.n;
    while (folder > 0 && file.p[folder - 1] != '/')
        folder--;
    char *p = arena_alloc(a, folder + name.n + 1, 1);
    if (!p)
        return (str){NULL, 0};
    memcpy(p, file.p, folder);
    memcpy(p + folder, name.p, name.n);
    return (str){p, folder + name.n};
}

/* include "FILE" */
static bool include_file(struct sqlc_file *f, struct sqlc_cursor *head, str file)
{
    const size_t first = f->n;
    const str name = str_trim(str_cut(head->text, head->at, head->text.n));
    str text;
    if (name.n < 3 || name.p[0] != '"' || name.p[name.n - 1] != '"')
        return sqlc_wrong(f, file, head->line, "include \"FILE\" is how it is written", name);
    const str path = beside(f->a, file, str_cut(name, 1, name.n - 1));
    if (!path.p || !f->read(f->arg, path, &text))
        return sqlc_wrong(f, file, head->line, "cannot be read", path);
    sqlc_parse(f, text, path);
    for (size_t i = first; i < f->n; i++)
        if (f->query[i]->kind != SQLC_FRAGMENT)
            return sqlc_wrong(f, file, head->line, "an included file holds fragments only", path);
    return true;
}

static bool read_query(struct sqlc_file *f, struct sqlc_cursor *c, str file)
{
    struct sqlc_cursor head;
    struct sqlc_query *q = ARENA_NEW(f->a, struct sqlc_query, 1);
    const int64_t line = c->line;
    if (!q || !take_head(f->a, c, &head))
        return sqlc_wrong(f, file, line, "out of memory", file);
    q->file = file;
    struct sqlc_cursor ahead = head;
    const struct sqlc_token first = sqlc_next(&ahead);
    if (sqlc_is(&first, "include"))
        return include_file(f, &ahead, file);
    return sqlc_head(f, &head, q) && sqlc_body(f, c, q) && keep(f, q);
}

void sqlc_parse(struct sqlc_file *f, str text, str file)
{
    struct sqlc_cursor c = {.text = text, .line = 1};
    if (!str_is_utf8(text)) {
        sqlc_wrong(f, file, 1, "not UTF-8", STR(""));
        return;
    }
    while (c.at < c.text.n) {
        struct sqlc_cursor line = c;
        const str s = str_trim(take_line(&line));
        if (str_starts(str_cut(c.text, c.at, c.text.n), STR("--:"))) {
            if (!read_query(f, &c, file))
                skip_to_head(&c);
        } else if (s.n == 0 || str_starts(s, STR("--"))) {
            c = line;
        } else {
            sqlc_wrong(f, file, c.line, "a statement without a head (--: KIND NAME ...)", STR(""));
            skip_to_head(&c);
        }
    }
}
