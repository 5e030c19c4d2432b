/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * linking: the pages on which a data steward sees what linking made of the register, and judges
 * the pairs that it left in doubt.
 *
 * Does: show covenants and runs in figures; put one pair after the other before the steward whom
 * the covenant names, side by side, masked, logged before it is shown; take the answer. Does not:
 * link (the command line does), or show who somebody is.
 */
#ifndef ONTSCHOT_WEB_LINKING_H
#define ONTSCHOT_WEB_LINKING_H

#include "web/site/site.h"

extern const struct route linking_routes[];

#endif
