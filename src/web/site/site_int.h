/* SPDX-License-Identifier: EUPL-1.2 */
/* site_int: what the files of this room share. */
#ifndef ONTSCHOT_WEB_SITE_INT_H
#define ONTSCHOT_WEB_SITE_INT_H

#include "web/site/site.h"

struct site {
    struct site_config config;
    char base_url[256];
    site_router *router;
    rate_table *rates;
    struct rate rate[RATE_CLASSES];
    struct http_site http;
};

/* "{name}" gives "name"; false for fixed text. */
bool route_segment_param(str segment, str *name);

/* The path of a route in a language; the one it has when it has but one. */
const char *route_path(const struct route *route, enum lang lang);

/* health.c: the site's own routes, ending in one without name */
extern const struct route health_routes[];
bool route_is_health(const struct route *route);

#endif
