/* SPDX-License-Identifier: EUPL-1.2 */
#include "sqlc_migrate.h"

#include "sqlc_token.h"
#include "tool.h"

static void wrong(out *errors, str file, int64_t line, const char *what, str which)
{
    out_str(errors, file);
    out_char(errors, ':');
    out_int(errors, line);
    out_cstr(errors, ": ");
    out_cstr(errors, what);
    if (which.n) {
        out_cstr(errors, ": ");
        out_visible(errors, which);
    }
    out_char(errors, '\n');
}

static const struct word {
    const char *neutral, *sqlite, *postgresql;
} words[] = {
    {"INT8", "INTEGER", "INT8"},
    {"FLOAT8", "REAL", "FLOAT8"},
    {"BYTES", "BLOB", "BYTEA"},
};

/* Types and words of one database only, or that we do not use. */
static const char *const strangers[] = {
    "INT",     "INTEGER", "SMALLINT",  "BIGINT",    "REAL",      "DOUBLE",        "NUMERIC",
    "FLOAT",   "DECIMAL", "VARCHAR",   "CHAR",      "BOOLEAN",   "BOOL",          "BLOB",
    "BYTEA",   "SERIAL",  "BIGSERIAL", "TIMESTAMP", "DATE",      "AUTOINCREMENT", "ANY",
    "TRIGGER", "VIEW",    "FUNCTION",  "WITHOUT",   "BEGIN",     "COMMIT",        "ROLLBACK",
    "PRAGMA",  "ATTACH",  "VACUUM",    "TRUNCATE",  "GENERATED", "COPY",          "GRANT",
};

/* Words of SQL are written in capitals, so that `bytes` and `function` are names like any other. */
static bool is_word(const struct sqlc_token *t, const char *word)
{
    return t->kind == SQLC_WORD && str_eq(t->text, str_of(word));
}

static void check_first(const struct sqlc_token *t, str file, out *errors)
{
    static const char *const first[] = {"CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE"};
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        if (is_word(t, first[i]))
            return;
    wrong(errors, file, t->line, "no statement of a migration, or not in capitals", t->text);
}

static void put_token(out *o, const struct sqlc_token *t, enum sqlc_dialect dialect)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_word(t, words[i].neutral)) {
            out_cstr(o, dialect == SQLC_SQLITE ? words[i].sqlite : words[i].postgresql);
            return;
        }
    out_str(o, t->text);
}

static void check_token(const struct sqlc_token *t, str file, out *errors)
{
    if (t->kind == SQLC_WRONG)
        wrong(errors, file, t->line, t->text.p, STR(""));
    else if (t->kind == SQLC_VALUE || t->kind == SQLC_INCLUDED)
        wrong(errors, file, t->line, "a migration has no parameters and fragments", t->text);
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        if (is_word(t, strangers[i]))
            wrong(errors, file, t->line, "not a word that both databases share", t->text);
}

/* One text; the statements of a table end in STRICT, which SQLite alone keeps. */
static void put_text(out *o, const struct sqlc_migration *m, enum sqlc_dialect dialect, out *errors)
{
    struct sqlc_cursor c = {.text = m->text, .line = 1};
    struct sqlc_token t, before = {.kind = SQLC_END}, first = before, second = before;
    int64_t line = 0;
    while ((t = sqlc_next(&c)).kind != SQLC_END) {
        if (errors)
            check_token(&t, m->file, errors);
        if (t.kind == SQLC_SIGN && str_eq(t.text, STR(";"))) {
            if (errors && is_word(&first, "CREATE") && is_word(&second, "TABLE") &&
                !is_word(&before, "STRICT"))
                wrong(errors, m->file, t.line, "a table ends in ) STRICT;", STR(""));
            first = second = (struct sqlc_token){.kind = SQLC_END};
        } else if (first.kind == SQLC_END) {
            first = t;
            if (errors)
                check_first(&t, m->file, errors);
        } else if (second.kind == SQLC_END) {
            second = t;
        }
        before = t;
        if (dialect == SQLC_POSTGRESQL && is_word(&t, "STRICT"))
            continue;
        if (line)
            out_cstr(o, t.line > line ? "\n" : t.spaced ? " " : "");
        line = t.line;
        put_token(o, &t, dialect);
    }
    if (errors && (before.kind != SQLC_SIGN || !str_eq(before.text, STR(";"))))
        wrong(errors, m->file, c.line, "the last statement has no ;", STR(""));
}

/* "…/0003_knowledge.sql" is 3, "0003_knowledge"; -1 when it is none. */
static int64_t number_of(str file, str *name)
{
    size_t from = file.n;
    while (from > 0 && file.p[from - 1] != '/')
        from--;
    *name = str_cut(file, from, file.n - (str_ends(file, STR(".sql")) ? 4 : 0));
    int64_t number = 0;
    if (name->n < 6 || name->p[4] != '_')
        return -1;
    for (int i = 0; i < 4; i++) {
        if (name->p[i] < '0' || name->p[i] > '9')
            return -1;
        number = 10 * number + (name->p[i] - '0');
    }
    return number;
}

void sqlc_put_migrations(out *o, const struct sqlc_migration *m, size_t n, out *errors)
{
    int64_t last = -1;
    out_cstr(o, "/* Made by tools/sqlc from migrations/. */\n"
                "#include \"app/db/migrate_int.h\"\n\n"
                "const struct db_migration db_migrations[] = {\n");
    for (size_t i = 0; i < n; i++) {
        str name;
        const int64_t number = number_of(m[i].file, &name);
        if (number <= last)
            wrong(errors, m[i].file, 1, "not named NNNN_name.sql, each number once and in order",
                  STR(""));
        last = number;
        out_cstr(o, "    {");
        out_int(o, number);
        out_cstr(o, ", ");
        tool_put_literal(o, name);
        for (int d = SQLC_SQLITE; d < SQLC_DIALECTS; d++) {
            out text;
            out_init(&text, TOOL_FILE_MAX);
            put_text(&text, &m[i], (enum sqlc_dialect)d, d == SQLC_SQLITE ? errors : NULL);
            out_cstr(o, ",\n     ");
            tool_put_literal(o, out_view(&text));
            if (text.error != OK)
                o->error = text.error;
            out_free(&text);
        }
        out_cstr(o, "},\n");
    }
    out_cstr(o, "    {0, NULL, NULL, NULL},\n};\n");
}
