/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * installation: what the commands that work with a site's data have in common.
 *
 * Does: read the configuration, with --store and --data above it, and start from it (app/start).
 * Does not: serve pages or run jobs.
 */
#ifndef ONTSCHOT_CLI_INSTALLATION_H
#define ONTSCHOT_CLI_INSTALLATION_H

#include "app/start/start.h"
#include "cli/cli_int.h"
#include "web/site/config.h"

struct installation {
    struct config config;
    struct started started;
};

/* For the table of a command's options. */
/* clang-format off */
#define INSTALLATION_OPTIONS                                                                       \
    {"config", CLI_TEXT, false, "cli.value-file", "cli.option-config", NULL, 0, 0},                \
    {"store", CLI_TEXT, false, "cli.value-store", "cli.option-store", NULL, 0, 0},                 \
    {"data", CLI_TEXT, false, "cli.value-folder", "cli.option-data", NULL, 0, 0}
/* clang-format on */

/* The configuration alone. False: the command has ended with *code. */
bool installation_configure(struct cli *c, struct config *config, int *code);

/* All of it. False: the command has ended with *code; nothing is open then. */
bool installation_open(struct cli *c, struct installation *i, int *code);
/* All of it but the tables, which stay as they are: for filling an empty store. */
bool installation_open_empty(struct cli *c, struct installation *i, int *code);
void installation_close(struct installation *i);

/* A deed of the command line itself, of nobody's account: it has the database in its hands. */
struct deed installation_deed(struct cli *c, const struct installation *i);

#endif
