/* SPDX-License-Identifier: EUPL-1.2 */
/* cli_int: what the files of the frame share among themselves. */
#ifndef ONTSCHOT_CLI_INT_H
#define ONTSCHOT_CLI_INT_H

#include "cli/cli.h"

/* commands.c: the program itself; its actions are the commands. */
extern const struct cli_command cli_program;

/* args.c */

/* All options of a command, its own first, then the common ones it takes. Returns how many. */
size_t cli_options_of(const struct cli_command *command,
                      struct cli_option options[CLI_OPTIONS_MAX]);

/* The last command named on the command line. */
static inline const struct cli_command *cli_command_of(const struct cli *c)
{
    return c->path[c->depth - 1];
}

/* The language asked by --lang, else by the environment, else Dutch. Reads nothing else. */
enum lang cli_lang_of(int argc, char *const *argv, const char *(*env)(const char *name));

/*
 * Reads the arguments behind argv[0] into `c`: path, args, given. E_INPUT for
 * what the tables do not allow. What is required is asked by cli_args_check,
 * so that --help works without it.
 */
WARN_UNUSED err cli_args_read(struct cli *c, const struct cli_command *program, int argc,
                              char *const *argv, struct err_info *info);
WARN_UNUSED err cli_args_check(const struct cli *c, struct err_info *info);

/* The commands, each in its cmd_<name>.c. */
extern const struct cli_command cmd_config;
extern const struct cli_command cmd_effect;
extern const struct cli_command cmd_filters;
extern const struct cli_command cmd_help;
extern const struct cli_command cmd_link;
extern const struct cli_command cmd_pseudonym;
extern const struct cli_command cmd_scba;
extern const struct cli_command cmd_serve;
extern const struct cli_command cmd_study;
extern const struct cli_command cmd_table;
extern const struct cli_command cmd_version;
extern const struct cli_command cmd_user;
extern const struct cli_command cmd_space;
extern const struct cli_command cmd_backup;
extern const struct cli_command cmd_restore;
extern const struct cli_command cmd_log;
extern const struct cli_command cmd_work;

/* help.c, man.c, completion.c: all printed from the same tables */

/* "ontschot table describe" */
void cli_path_print(out *o, const struct cli_command *const *path, size_t depth);
void cli_usage_print(out *o, enum lang lang, const struct cli_command *const *path, size_t depth);
void cli_option_print(out *o, enum lang lang, const struct cli_option *option);
void cli_option_explain(out *o, enum lang lang, const struct cli_option *option);
void cli_help_print(out *o, enum lang lang, const struct cli_command *const *path, size_t depth);
void cli_man_print(out *o, enum lang lang, const struct cli_command *program);
void cli_completion_print(out *o, const struct cli_command *program);

/* term.c: progress on a terminal */
typedef struct term term;
term *term_new(enum lang lang, bool draws, bool (*stopped)(void)); /* NULL: out of memory */
void term_free(term *t);                                           /* NULL is fine */
void term_clear(term *t); /* takes the line away before other text is written; NULL is fine */
const struct progress *term_progress(term *t);

#endif
