/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * cell: one field of a row as a value.
 */
#ifndef ONTSCHOT_APP_INTAKE_CELL_INT_H
#define ONTSCHOT_APP_INTAKE_CELL_INT_H

#include "app/intake/mapping_int.h"

enum { CELL_CENTS_MAX_DIGITS = 12 }; /* of an amount in cents */

/*
 * Writes `text`, which is not empty, to the field of the row. On false nothing was written and
 * *fault is the key of what is wrong with it. `text` stays borrowed.
 */
bool cell_read(const struct mapping *m, const struct mapping_field *field, str text,
               struct mapping_row *row, const char **fault);

#endif
