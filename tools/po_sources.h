/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * po_sources: do the sources and the catalogue know the same keys?
 *
 * Does: find the literals that stand where a call takes a message key, in C and
 *       in templates (.htc); mark every catalogue key that occurs as a literal.
 * Does not: follow variables or macros; a key taken from a table counts as used
 *       because the table holds it as a literal, keys that a macro completes
 *       because their beginning does, up to a dash.
 */
#ifndef ONTSCHOT_TOOLS_PO_SOURCES_H
#define ONTSCHOT_TOOLS_PO_SOURCES_H

#include "po.h"

/* `used` has a place per entry of `c`. Unknown keys are appended to `errors`. */
void po_check_source(const struct po_catalogue *c, str text, str file, bool *used, out *errors);

#endif
