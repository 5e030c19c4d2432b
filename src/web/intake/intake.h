/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * intake: the pages on which a data steward delivers a file, follows it and reads the receipt.
 *
 * Does: take a file for the municipality that the steward works for; show deliveries, their sums
 * and what was set aside. Does not: show a resident, or the deliveries of another municipality.
 */
#ifndef ONTSCHOT_WEB_INTAKE_H
#define ONTSCHOT_WEB_INTAKE_H

#include "web/site/site.h"

extern const struct route deliveries_routes[];

#endif
