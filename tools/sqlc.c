/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sqlc: compiles SQL into C; src/app/db/README.md has the language.
 *
 *   sqlc QUERIES HEADER SOURCE DEPFILE       the queries of a room, named after its folder
 *   sqlc --list OUTPUT HEADER...             a table of the queries of all rooms
 *   sqlc --migrations OUTPUT MIGRATION...    the migrations of all databases
 */
#include "sqlc_code.h"
#include "sqlc_migrate.h"
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct job {
    arena *a;
    out code, errors, depends;
};

static bool finish(struct job *j, const char *output)
{
    if (j->errors.n || j->errors.error != OK) {
        fwrite(j->errors.p ? j->errors.p : "", 1, j->errors.n, stderr);
        return false;
    }
    const bool written = tool_write(str_of(output), &j->code);
    out_clear(&j->code);
    return written;
}

static bool read_included(void *arg, str path, str *text)
{
    struct job *j = arg;
    out_char(&j->depends, ' ');
    out_str(&j->depends, path);
    return tool_read(j->a, path, text);
}

/* The name of the folder that holds `path`. */
static str folder_of(str path)
{
    size_t end = path.n;
    while (end > 0 && path.p[end - 1] != '/')
        end--;
    size_t from = end ? end - 1 : 0;
    while (from > 0 && path.p[from - 1] != '/')
        from--;
    return end ? str_cut(path, from, end - 1) : STR("queries");
}

static bool compile(struct job *j, char **argv)
{
    const str input = str_of(argv[1]);
    struct sqlc_file f = {.a = j->a, .read = read_included, .arg = j, .errors = &j->errors};
    str text;
    out_cstr(&j->depends, argv[2]);
    out_char(&j->depends, ' ');
    out_cstr(&j->depends, argv[3]);
    out_cstr(&j->depends, ": ");
    out_str(&j->depends, input);
    if (!tool_read(j->a, input, &text))
        return false;
    sqlc_parse(&f, text, input);
    sqlc_put_header(&j->code, &f, folder_of(input));
    if (!finish(j, argv[2]))
        return false;
    sqlc_put_source(&j->code, &f, folder_of(input));
    if (!finish(j, argv[3]))
        return false;
    out_char(&j->depends, '\n');
    return tool_write(str_of(argv[4]), &j->depends);
}

static bool list(struct job *j, const char *output, char **headers, size_t n)
{
    str *room = ARENA_NEW(j->a, str, n);
    if (!room)
        return false;
    for (size_t i = 0; i < n; i++)
        room[i] = folder_of(str_of(headers[i]));
    sqlc_put_list(&j->code, room, n);
    return finish(j, output);
}

static bool migrations(struct job *j, const char *output, char **files, size_t n)
{
    struct sqlc_migration *m = ARENA_NEW(j->a, struct sqlc_migration, n);
    if (!m)
        return false;
    for (size_t i = 0; i < n; i++) {
        m[i].file = str_of(files[i]);
        if (!tool_read(j->a, m[i].file, &m[i].text))
            return false;
    }
    sqlc_put_migrations(&j->code, m, n, &j->errors);
    return finish(j, output);
}

int main(int argc, char **argv)
{
    struct job j = {.a = arena_new(TOOL_MEMORY_MAX)};
    bool done = false;

    out_init(&j.code, TOOL_FILE_MAX);
    out_init(&j.errors, TOOL_FILE_MAX);
    out_init(&j.depends, TOOL_FILE_MAX);
    if (!j.a)
        fputs("sqlc: out of memory\n", stderr);
    else if (argc >= 3 && !strcmp(argv[1], "--list"))
        done = list(&j, argv[2], argv + 3, (size_t)argc - 3);
    else if (argc >= 3 && !strcmp(argv[1], "--migrations"))
        done = migrations(&j, argv[2], argv + 3, (size_t)argc - 3);
    else if (argc == 5)
        done = compile(&j, argv);
    else
        fputs("sqlc QUERIES HEADER SOURCE DEPFILE\n"
              "sqlc --list OUTPUT HEADER...\n"
              "sqlc --migrations OUTPUT MIGRATION...\n",
              stderr);
    out_free(&j.code);
    out_free(&j.errors);
    out_free(&j.depends);
    arena_free(j.a);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
