/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * start: what every program that works with a site's data begins with.
 *
 * Does: see that other users of the machine read nothing that is made from now on, make the data
 * folder, read or make the keys, open the store and bring its tables up to date, and put struct app
 * together with the system's clock and chance. Does not: read configuration (web/site/config.h
 * does), serve, or run jobs.
 */
#ifndef ONTSCHOT_APP_START_H
#define ONTSCHOT_APP_START_H

#include "app/access/access.h"

enum {
    START_HASHES_AT_ONCE = 1, /* passwords: 64 MiB each */
    START_HASHES_WAITING = 3, /* more are sent away to try again: a server keeps more workers */
};

struct start_config {
    str data;  /* folder of keys, files, results, and of the store unless that is named */
    str store; /* "sqlite:PATH" or "postgresql://..."; empty: ontschot.db in the data folder */
    int node;  /* as in struct store_config */
    str base_url, site_name;
    str backup_folder; /* for copies before the tables change; empty: beside a SQLite file */
    bool is_empty;     /* leave the tables as they are: for filling an empty store */
};

struct started {
    struct app app;
    struct app_keys keys;
    store *store;
    db *db; /* of the calling thread; NULL with is_empty */
};

/*
 * Texts are borrowed from `a` and the configuration. `s` must not move afterwards: app points into
 * it. On an error nothing stays open.
 */
WARN_UNUSED err start_open(const struct start_config *c, arena *a, struct started *s,
                           struct err_info *info);
void start_close(struct started *s); /* wipes the keys */

/* A deed of the program itself, of nobody's account: it has the database in its hands. */
struct deed start_deed(const struct started *s, enum lang lang, arena *memory);

#endif
