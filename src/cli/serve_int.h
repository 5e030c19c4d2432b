/* SPDX-License-Identifier: EUPL-1.2 */
/* serve_int: the two things that `ontschot serve` can show: a folder of reports, and the site. */
#ifndef ONTSCHOT_CLI_SERVE_INT_H
#define ONTSCHOT_CLI_SERVE_INT_H

#include "cli/cli_int.h"
#include "web/http/http.h"

#include <signal.h>

/* Says where it can be seen, and warns when other machines can. Returns an enum cli_exit. */
int serve_announce(struct cli *c, const http_server *server);

/* Until one of the signals comes, which are blocked. */
int serve_site(struct cli *c, const sigset_t *signals);

#endif
