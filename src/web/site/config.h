/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * config: what an operator tells the server, in one file.
 *
 * Does: read and check a YAML file by one table, which is also its documentation and its
 *       JSON Schema; turn it into what web/http and web/site are given.
 * Does not: read the environment, hold secrets (it names the files that do), or open
 *           anything it names.
 *
 *     listen: 127.0.0.1:8080
 *     base-url: https://ontschot.voorbeeldstad.nl
 *     store: sqlite:/var/lib/ontschot/ontschot.db
 *     data: /var/lib/ontschot
 *     trusted-proxies: [127.0.0.1]
 */
#ifndef ONTSCHOT_WEB_CONFIG_H
#define ONTSCHOT_WEB_CONFIG_H

#include "base/errs.h"
#include "base/yaml.h"
#include "web/site/site.h"

enum { CONFIG_BYTES_MAX = 256 << 10, CONFIG_NODE_NONE = -1 };

/* Texts are borrowed from the arena of the reading; empty when not given. */
struct config_mail {
    const struct yaml_node *node;
    str server, from, user, password_file, ca_file;
};
struct config_sign_in { /* by a provider of OpenID Connect; issuer empty: none */
    const struct yaml_node *node;
    str issuer, client_id, secret_file, name, second, ca_file;
    bool links_known, trusts_email;
};
struct config_backup { /* folder empty: none is made or looked for */
    const struct yaml_node *node;
    str folder;
    int64_t keep_days, keep_weeks;
};
struct config_limits {
    const struct yaml_node *node;
    int64_t connections, connections_per_address, queue, upload_megabytes, worker_megabytes;
    struct rate rates[RATE_CLASSES]; /* all of them */
};
struct config_workers {
    const struct yaml_node *node;
    int64_t http, jobs; /* 0: one for each core */
};
struct config {
    const struct yaml_node *node;
    str path; /* of the file */
    str listen, base_url, site_name, store, data;
    int language, log_level; /* enum lang, enum log_level */
    int64_t node_number;     /* 0 to 1023, or CONFIG_NODE_NONE */
    const str *names;        /* host names: of base-url, and more */
    size_t n_names;
    const str *proxies;
    size_t n_proxies;
    struct config_workers workers;
    struct config_limits limits;
    struct config_mail mail;
    struct config_sign_in sign_in;
    struct config_backup backup;
    bool registrations; /* strangers may ask for an account */
};

/* The defaults alone: a site for this machine, without a file. */
WARN_UNUSED err config_default(arena *a, struct config *c, struct err_info *info);

/*
 * Reads a file. On E_INPUT every mistake is in `errors`, with line and column, and the
 * nearest key for one that is unknown; other errors (E_NOT_FOUND, E_IO, E_LIMIT, E_NOMEM)
 * are the only one there.
 */
WARN_UNUSED err config_read(arena *a, str path, struct config *c, struct errs *errors);

/* The same from a text; `path` is how messages call it. */
WARN_UNUSED err config_parse(arena *a, str text, str path, struct config *c, struct errs *errors);

/* What web/http is given; `log` and the clock are added by the caller. */
struct http_config config_http(const struct config *c);

/* The effective values as a file of the same form. */
void config_print(const struct config *c, out *o);

void config_print_schema(out *o);

#endif
