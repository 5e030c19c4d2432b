/* SPDX-License-Identifier: EUPL-1.2 */
/* routes: every table of routes of the site, for `serve`, the API's description and tests. */
#ifndef ONTSCHOT_WEB_ROUTES_H
#define ONTSCHOT_WEB_ROUTES_H

#include "web/site/site.h"

extern const struct route *const web_routes[]; /* ends in NULL */

#endif
