/* SPDX-License-Identifier: EUPL-1.2 */
/* Completion for bash: the words a user may type next, by command. */
#include "cli/cli_int.h"

#include <assert.h>

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

/* The word before the cursor is an option with a list of choices. */
static void print_choices(out *o, const struct cli_command *const *path, size_t depth)
{
    struct cli_option options[CLI_OPTIONS_MAX];
    const size_t n = cli_options_of(path[depth - 1], options);
    for (size_t i = 0; i < n; i++) {
        if (options[i].kind != CLI_CHOICE)
            continue;
        out_cstr(o, "    \"");
        print_words(o, path, depth);
        out_cstr(o, " --");
        out_cstr(o, options[i].name);
        out_cstr(o, "\") words=\"");
        str rest = str_of(options[i].choices), choice;
        for (bool is_first = true; str_next(&rest, '|', &choice); is_first = false) {
            out_cstr(o, is_first ? "" : " ");
            out_str(o, choice);
        }
        out_cstr(o, "\" ;;\n");
    }
}

static void print_next(out *o, const struct cli_command *const *path, size_t depth)
{
    struct cli_option options[CLI_OPTIONS_MAX];
    const size_t n = cli_options_of(path[depth - 1], options);
    out_cstr(o, "        \"");
    print_words(o, path, depth);
    out_cstr(o, "\") words=\"");
    for (const struct cli_command *const *a = path[depth - 1]->actions; a && *a; a++) {
        out_cstr(o, (*a)->name);
        out_char(o, ' ');
    }
    for (size_t i = 0; i < n; i++) {
        out_cstr(o, i ? " --" : "--");
        out_cstr(o, options[i].name);
    }
    out_cstr(o, "\" ;;\n");
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
                "    local command= word= words=\n"
                "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                "        case \"$command $word\" in\n");
    walk(o, path, 1, print_known);
    out_cstr(o, "        esac\n"
                "    done\n"
                "    case \"$command $before\" in\n");
    walk(o, path, 1, print_choices);
    out_cstr(o, "    *)\n"
                "        case \"$command\" in\n");
    walk(o, path, 1, print_next);
    out_cstr(o, "        esac\n"
                "        [[ $cursor == -* ]] || COMPREPLY=($(compgen -f -- \"$cursor\"))\n"
                "        ;;\n"
                "    esac\n"
                "    COMPREPLY+=($(compgen -W \"$words\" -- \"$cursor\"))\n"
                "}\n"
                "complete -o filenames -F _ontschot ontschot\n");
}
