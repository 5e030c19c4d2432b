/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * poc: compiles the gettext catalogues of po/nl and po/en into one C table, or
 * checks that sources and catalogues know the same keys.
 *
 *   poc --output FILE --depfile FILE PO_FOLDER
 *   poc --check-sources PO_FOLDER SOURCE...      (files or folders)
 *
 * A catalogue is one room's: po/nl/table.po holds the keys "table.…". A new
 * file is found by itself: the depfile names the folders too.
 */
#include "po_sources.h"
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const lang_folder[PO_LANGS] = {"nl", "en"};

/* Reads all catalogues; `depends` gets the path of everything looked at. */
static bool read_catalogues(arena *a, str folder, struct po_catalogue *c, out *depends, out *errors)
{
    const str ending = STR(".po");
    for (int lang = 0; lang < PO_LANGS; lang++) {
        str *file;
        size_t n;
        const str sub = tool_join(a, folder, str_of(lang_folder[lang]));
        if (!sub.p || !tool_list(a, sub, &ending, 1, &file, &n))
            return false;
        out_char(depends, ' ');
        out_str(depends, sub);
        for (size_t i = 0; i < n; i++) {
            str text;
            if (!tool_read(a, file[i], &text))
                return false;
            po_parse(a, text, file[i], (enum po_lang)lang, c, errors);
            out_char(depends, ' ');
            out_str(depends, file[i]);
        }
    }
    po_join(c, errors);
    return true;
}

static void print_table(out *o, const struct po_catalogue *c)
{
    out_cstr(o, "/* Made by tools/poc from po/. Sorted by key. */\n"
                "#include \"base/i18n_int.h\"\n\n"
                "const struct i18n_entry i18n_table[] = {\n");
    for (size_t i = 0; i < c->n; i++) {
        const struct po_entry *e = &c->entry[i];
        out_cstr(o, "    {");
        tool_put_literal(o, e->key);
        out_cstr(o, e->has_plural ? ", true, {" : ", false, {");
        for (int lang = 0; lang < PO_LANGS; lang++) {
            const struct po_text *t = &e->text[lang];
            out_cstr(o, lang ? "}, {" : "{");
            tool_put_literal(o, t->form[0]);
            out_cstr(o, ", ");
            tool_put_literal(o, t->form[e->has_plural]);
        }
        out_cstr(o, "}}},\n");
    }
    out_cstr(o, "};\nconst size_t i18n_table_n = sizeof i18n_table / sizeof *i18n_table;\n");
}

static bool report(const out *errors)
{
    fwrite(errors->p ? errors->p : "", 1, errors->n, stderr);
    return errors->n == 0 && errors->error == OK;
}

struct job {
    arena *a;
    out text, depends, errors;
    struct po_catalogue c;
};

static bool compile(struct job *j, const char *output, const char *depfile, const char *folder)
{
    if (!read_catalogues(j->a, str_of(folder), &j->c, &j->depends, &j->errors) ||
        !report(&j->errors))
        return false;
    print_table(&j->text, &j->c);
    if (!tool_write(str_of(output), &j->text))
        return false;
    out_clear(&j->text);
    out_cstr(&j->text, output);
    out_char(&j->text, ':');
    out_str(&j->text, out_view(&j->depends));
    out_char(&j->text, '\n');
    return tool_write(str_of(depfile), &j->text);
}

static bool is_test(str file)
{
    return str_ends(file, STR("_test.c")) || str_ends(file, STR("_fuzz.c"));
}

static bool check_path(struct job *j, const char *path, bool *used)
{
    const str endings[] = {STR(".c"), STR(".h"), STR(".htc")};
    str *file;
    size_t n;
    if (!tool_list(j->a, str_of(path), endings, 3, &file, &n))
        return false;
    for (size_t i = 0; i < n; i++) {
        str text;
        if (is_test(file[i]))
            continue;
        if (!tool_read(j->a, file[i], &text))
            return false;
        po_check_source(&j->c, text, file[i], used, &j->errors);
    }
    return true;
}

static bool check(struct job *j, const char *folder, char **paths, size_t n_paths)
{
    if (!read_catalogues(j->a, str_of(folder), &j->c, &j->depends, &j->errors))
        return false;
    bool *used = ARENA_NEW(j->a, bool, j->c.n);
    if (!used)
        return false;
    for (size_t i = 0; i < n_paths; i++)
        if (!check_path(j, paths[i], used))
            return false;
    for (size_t i = 0; i < j->c.n; i++) {
        const struct po_text *t = &j->c.entry[i].text[PO_NL];
        if (used[i] || !t->line)
            continue;
        out_str(&j->errors, t->file);
        out_char(&j->errors, ':');
        out_int(&j->errors, t->line);
        out_cstr(&j->errors, ": used nowhere: ");
        out_str(&j->errors, j->c.entry[i].key);
        out_char(&j->errors, '\n');
    }
    return report(&j->errors);
}

int main(int argc, char **argv)
{
    struct job j = {.a = arena_new(TOOL_MEMORY_MAX)};
    bool done = false;

    out_init(&j.text, TOOL_FILE_MAX);
    out_init(&j.depends, TOOL_FILE_MAX);
    out_init(&j.errors, TOOL_FILE_MAX);
    if (!j.a)
        fputs("poc: out of memory\n", stderr);
    else if (argc == 6 && !strcmp(argv[1], "--output") && !strcmp(argv[3], "--depfile"))
        done = compile(&j, argv[2], argv[4], argv[5]);
    else if (argc >= 4 && !strcmp(argv[1], "--check-sources"))
        done = check(&j, argv[2], argv + 3, (size_t)argc - 3);
    else
        fputs("poc --output FILE --depfile FILE PO_FOLDER\n"
              "poc --check-sources PO_FOLDER SOURCE...\n",
              stderr);
    out_free(&j.text);
    out_free(&j.depends);
    out_free(&j.errors);
    arena_free(j.a);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
