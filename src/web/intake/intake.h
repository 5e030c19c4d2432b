/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * intake: the pages on which a data steward delivers a file, follows it and reads the receipt.
 *
 * Does: take a file for the municipality that the steward works for; show deliveries, their sums
 * and what was set aside. Does not: show a resident, or the deliveries of another municipality.
 */
#ifndef ONTSCHOT_WEB_INTAKE_H
#define ONTSCHOT_WEB_INTAKE_H

#include "app/db/ids.h"
#include "web/site/site.h"

extern const struct route deliveries_routes[];

/*
 * The municipality whose register the viewer looks after: that of the own organisation. E_DENIED
 * when that is none.
 */
WARN_UNUSED err intake_municipality(struct req *r, struct municipality_id *m,
                                    struct err_info *info);

#endif
