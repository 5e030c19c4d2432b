/* SPDX-License-Identifier: EUPL-1.2 */
#include "sqlc_parse_int.h"

#include <string.h>

static const char *const kind_name[] = {"one", "many", "each", "write", "count", "fragment"};
static const char *const base_name[] = {"int", "real", "text", "bytes", "bool"};

/* Names that would be no C. */
static const char *const c_words[] = {
    "auto",  "break",  "bool",     "case",     "char",   "const",    "continue", "default",
    "do",    "double", "else",     "enum",     "extern", "false",    "float",    "for",
    "goto",  "if",     "inline",   "int",      "long",   "register", "restrict", "return",
    "short", "signed", "sizeof",   "static",   "struct", "switch",   "true",     "typedef",
    "union", "void",   "unsigned", "volatile", "while",  "errno",    "unix",     "linux",
};

static bool in_list(const char *const *list, size_t n, str word, size_t *at)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(word, str_of(list[i]))) {
            *at = i;
            return true;
        }
    return false;
}

static bool expect(struct sqlc_file *f, struct sqlc_cursor *c, const struct sqlc_query *q,
                   const char *sign)
{
    const struct sqlc_token t = sqlc_next(c);
    if (t.kind == SQLC_SIGN && str_eq(t.text, str_of(sign)))
        return true;
    out what;
    out_init(&what, 256);
    out_cstr(&what, "expected ");
    out_cstr(&what, sign);
    out_char(&what, '\0');
    sqlc_wrong(f, q->file, t.line, what.p ? what.p : "expected", t.text);
    out_free(&what);
    return false;
}

static bool read_name(struct sqlc_file *f, struct sqlc_cursor *c, const struct sqlc_query *q,
                      str *name)
{
    const struct sqlc_token t = sqlc_next(c);
    size_t at;
    if (t.kind != SQLC_WORD)
        return sqlc_wrong(f, q->file, t.line, "expected a name", t.text);
    if (in_list(c_words, sizeof c_words / sizeof *c_words, t.text, &at))
        return sqlc_wrong(f, q->file, t.line, "a word of C is no name", t.text);
    *name = t.text;
    return true;
}

/* "int", "party_id", with "?" or "[]" behind */
static bool read_type(struct sqlc_file *f, struct sqlc_cursor *c, const struct sqlc_query *q,
                      struct sqlc_field *field)
{
    const struct sqlc_token t = sqlc_next(c);
    size_t base;
    if (t.kind == SQLC_WORD &&
        in_list(base_name, sizeof base_name / sizeof *base_name, t.text, &base))
        field->base = (enum sqlc_base)base;
    else if (t.kind == SQLC_WORD && str_ends(t.text, STR("_id")) && t.text.n > 3)
        field->base = SQLC_ID;
    else
        return sqlc_wrong(f, q->file, t.line, "no such type", t.text);
    field->id = t.text;
    struct sqlc_cursor ahead = *c;
    const struct sqlc_token mark = sqlc_next(&ahead);
    if (sqlc_is(&mark, "?")) {
        field->nullable = true;
        *c = ahead;
    } else if (sqlc_is(&mark, "[")) {
        field->list = true;
        *c = ahead;
        return expect(f, c, q, "]");
    }
    return true;
}

static bool add_field(struct sqlc_file *f, struct sqlc_query *q, struct sqlc_fields *fields,
                      const struct sqlc_field *field, bool is_column)
{
    if (sqlc_field(fields, field->name))
        return sqlc_wrong(f, q->file, field->line, "name given twice", field->name);
    if (fields->n == SQLC_FIELDS_MAX)
        return sqlc_wrong(f, q->file, field->line, "too many names in one list", field->name);
    if (field->list && is_column)
        return sqlc_wrong(f, q->file, field->line, "a list cannot come back", field->name);
    if (field->list && field->base != SQLC_INT && field->base != SQLC_TEXT &&
        field->base != SQLC_ID)
        return sqlc_wrong(f, q->file, field->line, "lists are of int, text or ids", field->name);
    if (field->nullable && field->base == SQLC_BOOL)
        return sqlc_wrong(f, q->file, field->line, "a bool is never NULL: use int?", field->name);
    fields->item[fields->n++] = *field;
    return true;
}

/* "(name type, name type)" */
static bool read_fields(struct sqlc_file *f, struct sqlc_cursor *c, struct sqlc_query *q,
                        struct sqlc_fields *fields, bool is_column)
{
    if (!expect(f, c, q, "("))
        return false;
    struct sqlc_cursor ahead = *c;
    struct sqlc_token t = sqlc_next(&ahead);
    if (sqlc_is(&t, ")")) {
        *c = ahead;
        return true;
    }
    for (;;) {
        struct sqlc_field field = {.line = t.line};
        if (!read_name(f, c, q, &field.name) || !read_type(f, c, q, &field) ||
            !add_field(f, q, fields, &field, is_column))
            return false;
        t = sqlc_next(c);
        if (sqlc_is(&t, ")"))
            return true;
        if (!sqlc_is(&t, ","))
            return sqlc_wrong(f, q->file, t.line, "expected , or )", t.text);
        ahead = *c;
        t = sqlc_next(&ahead);
    }
}

bool sqlc_head(struct sqlc_file *f, struct sqlc_cursor *c, struct sqlc_query *q)
{
    struct sqlc_token t = sqlc_next(c);
    size_t kind;
    if (t.kind != SQLC_WORD ||
        !in_list(kind_name, sizeof kind_name / sizeof *kind_name, t.text, &kind))
        return sqlc_wrong(f, q->file, t.line, "no such kind of query", t.text);
    q->kind = (enum sqlc_kind)kind;
    q->line = t.line;
    if (!read_name(f, c, q, &q->name) || !read_fields(f, c, q, &q->params, false))
        return false;
    if (sqlc_find(f, q->name))
        return sqlc_wrong(f, q->file, q->line, "a query of this name was there before", q->name);
    t = sqlc_next(c);
    const bool has_columns = sqlc_is(&t, "->");
    if (has_columns && !read_fields(f, c, q, &q->columns, true))
        return false;
    if (has_columns)
        t = sqlc_next(c);
    if (t.kind != SQLC_END)
        return sqlc_wrong(f, q->file, t.line, "not understood in a head", t.text);
    const bool needs_columns = q->kind <= SQLC_EACH;
    if (needs_columns && q->columns.n == 0)
        return sqlc_wrong(f, q->file, q->line, "-> (columns) is missing", q->name);
    if (!needs_columns && has_columns)
        return sqlc_wrong(f, q->file, q->line, "this kind gives no columns back", q->name);
    return true;
}
