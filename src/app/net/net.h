/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * net: where a URL leads, before anything is sent there.
 *
 * Does: read a URL by the parser that will follow it (libcurl's), so that both see the same host;
 *       tell whether it stays on this machine.
 * Does not: connect or resolve names: "localhost" is this machine because libcurl never asks a
 *           name server for it.
 */
#ifndef ONTSCHOT_APP_NET_NET_H
#define ONTSCHOT_APP_NET_NET_H

#include "base/str.h"

enum { NET_URL_MAX = 2000 };

struct net_url {
    bool is_encrypted; /* by its second scheme */
    bool is_loopback;
    bool has_path; /* other than "/" */
    bool has_query;
};

/*
 * False unless `url` is a whole URL of the scheme `plain` or `encrypted` ("http", "https"), with a
 * host, and without a user, password or fragment.
 */
bool net_url_read(str url, const char *plain, const char *encrypted, struct net_url *u);

#endif
