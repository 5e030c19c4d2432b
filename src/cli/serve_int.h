/* SPDX-License-Identifier: EUPL-1.2 */
/* serve_int: the two things that `ontschot serve` can show: a folder of reports, and the site. */
#ifndef ONTSCHOT_CLI_SERVE_INT_H
#define ONTSCHOT_CLI_SERVE_INT_H

#include "cli/cli_int.h"
#include "web/http/http.h"

#include <signal.h>

/* Says where it can be seen and then `more`, and warns when other machines can. An enum cli_exit.
 */
int serve_announce(struct cli *c, const http_server *server, str more);

/* Whether the site was filled as a demonstration. */
bool serve_is_demo(struct cli *c, str data);

/*
 * The accounts of a demonstration with the codes of this moment; nothing for any other site.
 * E_INPUT when other machines could use them.
 */
WARN_UNUSED err serve_demo_print(struct cli *c, str data, const http_server *server, out *o,
                                 struct err_info *info);

/* Until one of the signals comes, which are blocked. */
int serve_site(struct cli *c, const sigset_t *signals);

#endif
