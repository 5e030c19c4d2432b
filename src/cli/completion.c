/* SPDX-License-Identifier: EUPL-1.2 */
/* Completion for bash: the words a user may type next, by command. */
#include "cli/cli_int.h"

#include <assert.h>
#include <string.h>

/* " table describe": the words behind the program, each after a space. */
static void print_words(out *o, const struct cli_command *const *path, size_t depth)
{
    for (size_t i = 1; i < depth; i++) {
        out_char(o, ' ');
        out_cstr(o, path[i]->name);
    }
}

typedef void visit(out *o, const struct cli_command *const *path, size_t depth);

static void walk(out *o, const struct cli_command **path, size_t depth, visit *print)
{
    print(o, path, depth);
    for (const struct cli_command *const *a = path[depth - 1]->actions; a && *a; a++) {
        assert(depth < CLI_DEPTH_MAX);
        path[depth] = *a;
        walk(o, path, depth + 1, print);
    }
}

static bool names_a_file(const struct cli_option *option)
{
    return strcmp(option->value, "cli.value-file") == 0 ||
           strcmp(option->value, "cli.value-folder") == 0;
}

static void print_choices(out *o, str choices)
{
    str choice;
    out_cstr(o, "words=\"");
    for (bool is_first = true; str_next(&choices, '|', &choice); is_first = false) {
        out_cstr(o, is_first ? "" : " ");
        out_str(o, choice);
    }
    out_cstr(o, "\" ");
}

/* The word before the cursor is an option that takes a value. */
static void print_values(out *o, const struct cli_command *const *path, size_t depth)
{
    struct cli_option options[CLI_OPTIONS_MAX];
    const size_t n = cli_options_of(path[depth - 1], options);
    for (size_t i = 0; i < n; i++) {
        if (options[i].kind == CLI_FLAG)
            continue;
        out_cstr(o, "    \"");
        print_words(o, path, depth);
        out_cstr(o, " --");
        out_cstr(o, options[i].name);
        out_cstr(o, "\") ");
        if (options[i].kind == CLI_CHOICE)
            print_choices(o, str_of(options[i].choices));
        else if (names_a_file(&options[i]))
            out_cstr(o, "files=yes ");
        out_cstr(o, ";;\n");
    }
}

static void print_actions(out *o, const struct cli_command *command)
{
    for (const struct cli_command *const *a = command->actions; a && *a; a++) {
        out_cstr(o, (*a)->name);
        out_char(o, ' ');
    }
}

/* Where a command or action is asked for, a file is not. */
static void print_next(out *o, const struct cli_command *const *path, size_t depth)
{
    struct cli_option options[CLI_OPTIONS_MAX];
    const struct cli_command *command = path[depth - 1];
    const size_t n = cli_options_of(command, options);
    const bool is_help = command == &cmd_help;
    out_cstr(o, "        \"");
    print_words(o, path, depth);
    out_cstr(o, "\") words=\"");
    print_actions(o, is_help ? path[0] : command);
    for (size_t i = 0; i < n; i++) {
        out_cstr(o, i ? " --" : "--");
        out_cstr(o, options[i].name);
    }
    out_cstr(o, command->args && !is_help ? "\"; files=yes ;;\n" : "\" ;;\n");
}

static void print_known(out *o, const struct cli_command *const *path, size_t depth)
{
    if (depth == 1)
        return;
    out_cstr(o, "        \"");
    print_words(o, path, depth);
    out_cstr(o, "\") command=\"$command $word\" ;;\n");
}

void cli_completion_print(out *o, const struct cli_command *program)
{
    const struct cli_command *path[CLI_DEPTH_MAX] = {program};

    out_cstr(o, "# bash completion for ontschot; printed by: ontschot help --completion bash\n"
                "_ontschot() {\n"
                "    local cursor=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
                "    local command= word= words= files=\n"
                "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                "        case \"$command $word\" in\n");
    walk(o, path, 1, print_known);
    out_cstr(o, "        esac\n"
                "    done\n"
                "    case \"$command $before\" in\n");
    walk(o, path, 1, print_values);
    out_cstr(o, "    *)\n"
                "        case \"$command\" in\n");
    walk(o, path, 1, print_next);
    out_cstr(o, "        esac\n"
                "        ;;\n"
                "    esac\n"
                "    [[ $files && $cursor != -* ]] &&\n"
                "        mapfile -t COMPREPLY < <(compgen -f -- \"$cursor\")\n"
                "    COMPREPLY+=($(compgen -W \"$words\" -- \"$cursor\"))\n"
                "}\n"
                "complete -o filenames -F _ontschot ontschot\n");
}
