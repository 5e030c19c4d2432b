/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file.h"
#include "cli/cli_int.h"

#include <stdio.h>
#include <unistd.h>

enum { SENTENCE_MAX = 16 << 10 };

/* What the user sees on stderr is at most a few lines; a failure to show it cannot be shown. */
static void say(const struct cli *c, const out *text)
{
    term_clear(c->term);
    const str s = out_view(text);
    (void)fwrite(s.p, 1, s.n, stderr);
}

static void say_sentence(const struct cli *c, const char *head, const struct msg *m)
{
    out o;
    out_init(&o, SENTENCE_MAX);
    out_cstr(&o, head);
    tr_msg(&o, c->lang, m);
    out_char(&o, '\n');
    say(c, &o);
    out_free(&o);
}

/* "file:line:column: ", as compilers write it and editors read it. */
static void print_place(out *o, const struct err_info *info)
{
    if (info->file[0] == '\0') {
        out_cstr(o, "ontschot: ");
        return;
    }
    out_visible(o, str_of(info->file));
    if (info->line > 0) {
        out_char(o, ':');
        out_int(o, info->line);
    }
    if (info->line > 0 && info->column > 0) {
        out_char(o, ':');
        out_int(o, info->column);
    }
    out_cstr(o, ": ");
}

static int exit_of(err code)
{
    switch (code) {
    case OK: return CLI_DONE;
    case E_INPUT:
    case E_NOT_FOUND:
    case E_CONFLICT:
    case E_LIMIT: return CLI_BAD_INPUT;
    case E_BUSY: return CLI_BUSY;
    case E_DENIED: return CLI_DENIED;
    case E_IO:
    case E_NOMEM:
    case E_CANCELLED: break;
    }
    return CLI_FAILED;
}

int cli_fail(struct cli *c, const struct err_info *info)
{
    out head;
    out_init(&head, SENTENCE_MAX);
    print_place(&head, info);
    out_char(&head, '\0');
    say_sentence(c, out_view(&head).p, &info->msg);
    out_free(&head);
    return exit_of(info->code);
}

int cli_fail_all(struct cli *c, const struct errs *errors)
{
    int code = CLI_BAD_INPUT;
    for (size_t i = 0; i < errors->n; i++)
        if (cli_fail(c, &errors->item[i]) == CLI_FAILED)
            code = CLI_FAILED;
    cli_warn_more(c, errors);
    return code;
}

void cli_warn_more(struct cli *c, const struct errs *errors)
{
    struct msg m;
    if (errors->n_found == errors->n)
        return;
    msg_set(&m, "cli.more-mistakes");
    msg_int(&m, (int64_t)(errors->n_found - errors->n));
    cli_warn(c, &m);
}

int cli_usage(struct cli *c, const struct msg *m)
{
    say_sentence(c, "ontschot: ", m);
    out command;
    out_init(&command, SENTENCE_MAX);
    cli_path_print(&command, c->path, c->depth);
    struct msg hint;
    msg_set(&hint, "cli.see-help");
    msg_text(&hint, out_view(&command));
    say_sentence(c, "", &hint);
    out_free(&command);
    return CLI_USAGE;
}

void cli_warn(struct cli *c, const struct msg *m)
{
    out head;
    out_init(&head, SENTENCE_MAX);
    out_cstr(&head, "ontschot: ");
    out_str(&head, tr(c->lang, "cli.warning"));
    out_char(&head, '\0');
    say_sentence(c, out_view(&head).p, m);
    out_free(&head);
}

static err deliver(const struct cli *c, const out *text, struct err_info *info)
{
    const err e = out_error(text, info);
    if (e != OK)
        return e;
    term_clear(c->term);
    const str path = cli_text(c, "output");
    const str content = out_view(text);
    if (path.p)
        return file_write(path, content, info);
    if (fwrite(content.p, 1, content.n, stdout) != content.n || fflush(stdout) != 0)
        return err_io(info, "cli.stdout", STR(""));
    return OK;
}

int cli_deliver(struct cli *c, const out *text)
{
    struct err_info info;
    if (c->format == CLI_FORMAT_XLSX && !cli_given(c, "output") && isatty(STDOUT_FILENO)) {
        struct msg m;
        msg_set(&m, "cli.xlsx-on-terminal");
        return cli_usage(c, &m);
    }
    if (deliver(c, text, &info) == OK)
        return CLI_DONE;
    (void)cli_fail(c, &info);
    return CLI_FAILED; /* even a folder that is not there: the input was fine */
}
