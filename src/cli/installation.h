/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * installation: what the commands that work with a site's data have in common.
 *
 * Does: read the configuration, its --store and --data set by hand above it; open the store and
 *       bring its tables up to date; read or make the keys; put together struct app.
 * Does not: serve pages or run jobs.
 */
#ifndef ONTSCHOT_CLI_INSTALLATION_H
#define ONTSCHOT_CLI_INSTALLATION_H

#include "app/access/access.h"
#include "cli/cli_int.h"
#include "web/site/config.h"

struct installation {
    struct config config;
    struct app_keys keys;
    struct app app;
    store *store;
    db *db; /* of this thread */
    str data;
};

/* For the table of a command's options. */
/* clang-format off */
#define INSTALLATION_OPTIONS                                                                       \
    {"config", CLI_TEXT, false, "cli.value-file", "cli.option-config", NULL, 0, 0},                \
    {"store", CLI_TEXT, false, "cli.value-store", "cli.option-store", NULL, 0, 0},                 \
    {"data", CLI_TEXT, false, "cli.value-folder", "cli.option-data", NULL, 0, 0}
/* clang-format on */

/* The configuration alone. False: the command has ended with *code. */
bool installation_configure(struct cli *c, struct installation *i, int *code);

/* All of it. False: the command has ended with *code; nothing is open then. */
bool installation_open(struct cli *c, struct installation *i, int *code);
void installation_close(struct installation *i);

/* A deed of the command line itself, of nobody's account: it has the database in its hands. */
struct deed installation_deed(struct cli *c, const struct installation *i);

#endif
