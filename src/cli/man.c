/* SPDX-License-Identifier: EUPL-1.2 */
/* The manual page, ontschot(1), in the man macros every troff knows. */
#include "cli/cli_int.h"

#include <assert.h>

enum { PIECE_MAX = 64 << 10 };

/* Text as troff must read it: no escapes, no requests, hyphens that can be copied. */
static void roff(out *o, str text)
{
    bool at_line_start = true;
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i];
        if (at_line_start && (c == '.' || c == '\''))
            out_cstr(o, "\\&");
        if (c == '\\')
            out_cstr(o, "\\e");
        else if (c == '-')
            out_cstr(o, "\\-");
        else
            out_char(o, c);
        at_line_start = c == '\n';
    }
}

static void paragraph(out *o, const char *request, str text)
{
    out_cstr(o, request);
    out_char(o, '\n');
    roff(o, text);
    out_char(o, '\n');
}

static void section(out *o, enum lang lang, const char *key)
{
    out_cstr(o, ".SH ");
    out_str(o, tr(lang, key));
    out_char(o, '\n');
}

static void print_options(out *o, enum lang lang, const struct cli_command *command, out *piece)
{
    struct cli_option options[CLI_OPTIONS_MAX];
    const size_t n = cli_options_of(command, options);
    for (size_t i = 0; i < n; i++) {
        out_clear(piece);
        cli_option_print(piece, lang, &options[i]);
        paragraph(o, ".TP", out_view(piece));
        out_clear(piece);
        cli_option_explain(piece, lang, &options[i]);
        roff(o, out_view(piece));
        out_char(o, '\n');
    }
}

static void print_examples(out *o, enum lang lang, const struct cli_command *command)
{
    for (const struct cli_example *x = command->examples; x && x->line; x++) {
        paragraph(o, ".PP", tr(lang, x->help));
        out_cstr(o, ".PP\n.nf\n.RS\n");
        roff(o, str_of(x->line));
        out_cstr(o, "\n.RE\n.fi\n");
    }
}

/* A command with its actions behind it, each under its own heading. */
static void print_command(out *o, enum lang lang, const struct cli_command **path, size_t depth,
                          out *piece)
{
    const struct cli_command *command = path[depth - 1];
    out_clear(piece);
    cli_usage_print(piece, lang, path, depth);
    paragraph(o, ".SS", out_view(piece));
    paragraph(o, ".PP", tr(lang, command->summary));
    if (command->help)
        paragraph(o, ".PP", tr(lang, command->help));
    if (command->run)
        print_options(o, lang, command, piece);
    print_examples(o, lang, command);
    for (const struct cli_command *const *a = command->actions; a && *a; a++) {
        assert(depth < CLI_DEPTH_MAX);
        path[depth] = *a;
        print_command(o, lang, path, depth + 1, piece);
    }
}

void cli_man_print(out *o, enum lang lang, const struct cli_command *program)
{
    const struct cli_command *path[CLI_DEPTH_MAX] = {program};
    out piece;
    out_init(&piece, PIECE_MAX);

    out_cstr(o, ".TH ONTSCHOT 1 \"\" \"ontschot " ONTSCHOT_VERSION "\"\n");
    section(o, lang, "cli.man-name");
    roff(o, str_of(program->name));
    out_cstr(o, " \\- ");
    roff(o, tr(lang, program->summary));
    out_char(o, '\n');
    section(o, lang, "cli.man-synopsis");
    cli_usage_print(&piece, lang, path, 1);
    roff(o, out_view(&piece));
    out_char(o, '\n');
    section(o, lang, "cli.man-description");
    roff(o, tr(lang, program->help));
    out_char(o, '\n');
    section(o, lang, "cli.man-commands");
    for (const struct cli_command *const *a = program->actions; *a; a++) {
        path[1] = *a;
        print_command(o, lang, path, 2, &piece);
    }
    section(o, lang, "cli.man-environment");
    paragraph(o, ".TP", STR("ONTSCHOT_LANG, LC_ALL, LC_MESSAGES, LANG"));
    roff(o, tr(lang, "cli.man-environment-lang"));
    out_char(o, '\n');
    section(o, lang, "cli.man-exit");
    static const char *const exits[] = {"cli.exit-done",  "cli.exit-failed", "cli.exit-usage",
                                        "cli.exit-input", "cli.exit-busy",   "cli.exit-denied"};
    for (int i = CLI_DONE; i <= CLI_DENIED; i++) {
        out_cstr(o, ".TP\n");
        out_int(o, i);
        out_char(o, '\n');
        roff(o, tr(lang, exits[i]));
        out_char(o, '\n');
    }
    if (piece.error != OK)
        o->error = piece.error;
    out_free(&piece);
}
