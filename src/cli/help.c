/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/cli_int.h"

enum { WIDTH = 80, COLUMN = 30, VALUE_MAX = 512 };

/* Characters, not bytes: what a terminal column holds. */
static size_t width_of(str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

static void spaces(out *o, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out_char(o, ' ');
}

/* Words of one paragraph; the cursor stands at `at`, later lines start at `indent`. */
static void wrap_paragraph(out *o, str text, size_t at, size_t indent)
{
    bool is_first = true;
    str word;
    while (str_next(&text, ' ', &word)) {
        const size_t width = width_of(word);
        if (!is_first && at + 1 + width > WIDTH) {
            out_char(o, '\n');
            spaces(o, indent);
            at = indent;
        } else if (!is_first) {
            out_char(o, ' ');
            at++;
        }
        out_str(o, word);
        at += width;
        is_first = false;
    }
    out_char(o, '\n');
}

static void print_text(out *o, str text, size_t indent)
{
    str line;
    while (str_next(&text, '\n', &line)) {
        spaces(o, line.n ? indent : 0);
        wrap_paragraph(o, line, indent, indent);
    }
}

void cli_path_print(out *o, const struct cli_command *const *path, size_t depth)
{
    for (size_t i = 0; i < depth; i++) {
        if (i)
            out_char(o, ' ');
        out_cstr(o, path[i]->name);
    }
}

void cli_option_print(out *o, enum lang lang, const struct cli_option *option)
{
    out_cstr(o, "--");
    out_cstr(o, option->name);
    if (option->kind == CLI_FLAG)
        return;
    out_char(o, ' ');
    out_str(o, tr(lang, option->value));
}

static void print_action_word(out *o, enum lang lang, size_t depth)
{
    out_char(o, ' ');
    out_str(o, tr(lang, depth == 1 ? "cli.command-word" : "cli.action-word"));
}

static void print_options_word(out *o, enum lang lang)
{
    out_cstr(o, " [");
    out_str(o, tr(lang, "cli.options-word"));
    out_char(o, ']');
}

void cli_usage_print(out *o, enum lang lang, const struct cli_command *const *path, size_t depth)
{
    const struct cli_command *command = path[depth - 1];
    cli_path_print(o, path, depth);
    for (const struct cli_option *p = command->options; p && p->name; p++) {
        if (!p->required)
            continue;
        out_char(o, ' ');
        cli_option_print(o, lang, p);
    }
    if (command->actions && !command->run)
        print_action_word(o, lang, depth);
    print_options_word(o, lang);
    if (command->args) {
        out_char(o, ' ');
        out_str(o, tr(lang, command->args));
    }
}

/* The other way to use a command that runs by itself and has actions. */
static void print_usage_of_actions(out *o, enum lang lang, const struct cli_command *const *path,
                                   size_t depth)
{
    out_cstr(o, "  ");
    cli_path_print(o, path, depth);
    print_action_word(o, lang, depth);
    print_options_word(o, lang);
    out_char(o, '\n');
}

static void heading(out *o, enum lang lang, const char *key)
{
    out_char(o, '\n');
    out_str(o, tr(lang, key));
    out_cstr(o, ":\n");
}

/* A name in the left column, its explanation wrapped in the right one. */
static void entry(out *o, str name, str text)
{
    const size_t width = 2 + width_of(name);
    out_cstr(o, "  ");
    out_str(o, name);
    if (width + 1 > COLUMN) {
        out_char(o, '\n');
        spaces(o, COLUMN);
    } else {
        spaces(o, COLUMN - width);
    }
    wrap_paragraph(o, text, COLUMN, COLUMN);
}

/* The sentence about an option, followed by what may be chosen or by the bounds. */
void cli_option_explain(out *o, enum lang lang, const struct cli_option *option)
{
    out_str(o, tr(lang, option->help));
    if (option->kind == CLI_CHOICE) {
        out_cstr(o, " (");
        out_str(o, tr(lang, "cli.choices-word"));
        out_cstr(o, ": ");
        str rest = str_of(option->choices), choice;
        for (bool is_first = true; str_next(&rest, '|', &choice); is_first = false) {
            out_cstr(o, is_first ? "" : ", ");
            out_str(o, choice);
        }
        out_char(o, ')');
    }
    if (option->required) {
        out_cstr(o, " (");
        out_str(o, tr(lang, "cli.required-word"));
        out_char(o, ')');
    }
}

static void print_options(out *o, enum lang lang, const struct cli_command *command)
{
    struct cli_option options[CLI_OPTIONS_MAX];
    const size_t n = cli_options_of(command, options);
    out name, text;
    out_init(&name, VALUE_MAX);
    out_init(&text, 8 * VALUE_MAX);
    heading(o, lang, "cli.options-heading");
    for (size_t i = 0; i < n; i++) {
        out_clear(&name);
        out_clear(&text);
        cli_option_print(&name, lang, &options[i]);
        cli_option_explain(&text, lang, &options[i]);
        entry(o, out_view(&name), out_view(&text));
    }
    out_free(&name);
    out_free(&text);
}

void cli_help_print(out *o, enum lang lang, const struct cli_command *const *path, size_t depth)
{
    const struct cli_command *command = path[depth - 1];

    cli_path_print(o, path, depth);
    out_cstr(o, ": ");
    out_str(o, tr(lang, command->summary));
    out_char(o, '\n');
    heading(o, lang, "cli.usage-heading");
    out_cstr(o, "  ");
    cli_usage_print(o, lang, path, depth);
    out_char(o, '\n');
    if (command->run && command->actions)
        print_usage_of_actions(o, lang, path, depth);
    if (command->help) {
        out_char(o, '\n');
        print_text(o, tr(lang, command->help), 0);
    }
    if (command->actions) {
        heading(o, lang, depth == 1 ? "cli.commands-heading" : "cli.actions-heading");
        for (const struct cli_command *const *a = command->actions; *a; a++)
            entry(o, str_of((*a)->name), tr(lang, (*a)->summary));
    }
    print_options(o, lang, command);
    if (command->examples)
        heading(o, lang, "cli.examples-heading");
    for (const struct cli_example *x = command->examples; x && x->line; x++) {
        print_text(o, tr(lang, x->help), 2);
        out_cstr(o, "    ");
        out_cstr(o, x->line);
        out_char(o, '\n');
    }
}
