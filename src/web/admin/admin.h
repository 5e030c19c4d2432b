/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * admin: the pages with which a site is kept.
 *
 * Does: accounts of others, organisations, the audit log for auditors, a page that holds the
 *       running site against what is safe, versions.
 * Does not: content (src/web/knowledge does), or the rules (src/app/access has them).
 */
#ifndef ONTSCHOT_WEB_ADMIN_H
#define ONTSCHOT_WEB_ADMIN_H

#include "web/visit/visit.h"

extern const struct route admin_routes[];              /* overview, about this site */
extern const struct route admin_accounts_routes[];     /* the list, inviting, one account */
extern const struct route admin_organisation_routes[]; /* organisations */
extern const struct route admin_log_routes[];          /* the audit log */
extern const struct route admin_security_routes[];     /* how safe the site is */

#endif
