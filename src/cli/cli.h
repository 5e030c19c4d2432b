/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * cli: the frame around the commands of `ontschot`.
 *
 * Does: describe each command in one table, from which arguments are checked
 *       and help, manual page and shell completion are printed; language,
 *       output format and file, seed, threads and progress; error sentences
 *       and exit codes.
 * Does not: know what any command computes (cmd_<name>.c does).
 *
 * A command is a constant of its own file, listed once in commands.c. Every
 * text is a message key of po/<lang>/cli.po or of the command's own catalogue.
 */
#ifndef ONTSCHOT_CLI_H
#define ONTSCHOT_CLI_H

#include "base/arena.h"
#include "base/errs.h"
#include "base/i18n.h"
#include "base/par.h"
#include "base/progress.h"

struct cli;

/* The whole contract with the shell. */
enum cli_exit {
    CLI_DONE = 0,
    CLI_FAILED = 1,    /* the machine: disk, memory, network, stopped by the user */
    CLI_USAGE = 2,     /* the command line itself */
    CLI_BAD_INPUT = 3, /* what a file holds */
    CLI_BUSY = 4,      /* a database or another program was busy or away: try again later */
    CLI_DENIED = 5,    /* a rule forbids it */
};

enum cli_kind {
    CLI_FLAG,   /* takes no value */
    CLI_TEXT,   /* any text, e.g. a column or a file */
    CLI_LIST,   /* texts with commas between them */
    CLI_INT,    /* a whole number from `min` to `max` */
    CLI_REAL,   /* a number from `min` to `max`, both included; decimal point or comma */
    CLI_CHOICE, /* one of `choices` */
};

struct cli_option {
    const char *name; /* without the dashes */
    enum cli_kind kind;
    bool required;
    const char *value;   /* key of what stands for the value in help, e.g. "cli.value-file" */
    const char *help;    /* key of one sentence */
    const char *choices; /* CLI_CHOICE: "never|not-yet" */
    double min, max;     /* CLI_INT and CLI_REAL; both 0: no bounds but the type's */
};

struct cli_example {
    const char *line; /* a whole command line */
    const char *help; /* key of what it does */
};

/*
 * A command, or an action of one (`table describe`). Arrays end in an element
 * whose name (or line) is NULL; absent ones are NULL.
 */
struct cli_command {
    const char *name;
    const char *summary; /* key of one line */
    const char *help;    /* key of a paragraph or more; lines are wrapped when printed */
    const char *args;    /* key of how the positional arguments are shown, e.g. "FILE" */
    int args_min, args_max;
    const struct cli_option *options;
    const struct cli_example *examples;
    const char *formats; /* e.g. "text|json|csv|xlsx", the default first; adds --format, --output */
    bool uses_seed;      /* adds --seed */
    bool uses_threads;   /* adds --threads and fills cli.pool */
    bool keeps_freed;    /* computes and ends: freed memory is kept for what comes next */
    int (*run)(struct cli *c);                /* returns an enum cli_exit */
    const struct cli_command *const *actions; /* instead of `run`, or beside it when the command
                                                 takes no positional arguments; ends in NULL */
};

enum cli_format { CLI_FORMAT_TEXT, CLI_FORMAT_JSON, CLI_FORMAT_CSV, CLI_FORMAT_XLSX };

/* One option as it was given; a flag has the empty value. */
struct cli_given {
    const char *name;
    str value;
};

enum { CLI_ARGS_MAX = 64, CLI_OPTIONS_MAX = 64, CLI_DEPTH_MAX = 3, CLI_SEED = 1 };

/* What a command works with. Made in main, passed to `run`. */
struct cli {
    enum lang lang;
    const struct cli_command *path[CLI_DEPTH_MAX]; /* the program, the command, its action */
    size_t depth;
    str args[CLI_ARGS_MAX]; /* positional; args_min .. args_max of them */
    size_t n_args;
    enum cli_format format;
    uint64_t seed;                   /* CLI_SEED unless given */
    par *pool;                       /* NULL unless the command uses threads */
    arena *memory;                   /* lives until the command ends */
    const struct progress *progress; /* draws on a terminal; cancelled by Ctrl-C */
    struct term *term;               /* the frame's own: the line that progress draws */
    int64_t (*now_ms)(void);         /* UTC milliseconds since 1970 */

    struct cli_given given[CLI_OPTIONS_MAX]; /* read through cli_given and its sisters */
    size_t n_given;
};

/*
 * Values of options, already checked against their declaration. `name` must
 * be one that the command declares (or a common one); it is an assertion.
 */
bool cli_given(const struct cli *c, const char *name);
str cli_text(const struct cli *c, const char *name); /* p is NULL when not given */
int64_t cli_int(const struct cli *c, const char *name, int64_t fallback);
double cli_real(const struct cli *c, const char *name, double fallback);
/* The pieces of a list, trimmed, in c->memory. None when not given. */
WARN_UNUSED err cli_list(struct cli *c, const char *name, str **items, size_t *n,
                         struct err_info *info);

/*
 * Ends of a command: `return cli_fail(c, &info);`. Both print one sentence on
 * stderr in the user's language, the first as "file:line:column: sentence".
 */
int cli_fail(struct cli *c, const struct err_info *info);
/* Each mistake on a line of its own, and how many more there were. */
int cli_fail_all(struct cli *c, const struct errs *errors);
/* Only how many more there were than are kept. */
void cli_warn_more(struct cli *c, const struct errs *errors);
/* For what the tables cannot check: combinations of options. Returns CLI_USAGE. */
int cli_usage(struct cli *c, const struct msg *m);

/* A warning on stderr; the command goes on. */
void cli_warn(struct cli *c, const struct msg *m);

/*
 * Hands over the result: to --output (whole or not at all) or else to stdout.
 * Frees nothing. Returns the exit code, so that a command ends in
 * `return cli_deliver(c, &text);`. Reports an error that `text` remembers.
 */
int cli_deliver(struct cli *c, const out *text);

#endif
