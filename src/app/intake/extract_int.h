/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * extract: a CSV as records, by a mapping.
 *
 * Does: read it row by row. Refuse a file that is no CSV, or whose rows have another number of
 *       fields than its header; set aside rows whose cells cannot be read.
 * Does not: hold more than one row.
 */
#ifndef ONTSCHOT_APP_INTAKE_EXTRACT_INT_H
#define ONTSCHOT_APP_INTAKE_EXTRACT_INT_H

#include "app/intake/intake.h"
#include "app/intake/source_int.h"

enum { EXTRACT_COLUMNS_MAX = 512, EXTRACT_ROW_MAX = 1 << 20, EXTRACT_ARENA = 1 << 23 };

WARN_UNUSED err extract_read(struct intake_source *source, str mapping,
                             const struct intake_sink *sink, struct err_info *info);

#endif
