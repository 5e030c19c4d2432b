/* SPDX-License-Identifier: EUPL-1.2 */
/* texts: columns of a file to the letter, for commands that pass them on. */
#ifndef ONTSCHOT_CLI_TEXTS_H
#define ONTSCHOT_CLI_TEXTS_H

#include "cli/cli.h"
#include "engine/table/table.h"

/* Opens a file with the n columns named as text, whatever they look like. Free the table. */
WARN_UNUSED err texts_open(struct cli *c, str path, const str *name, size_t n, table **t,
                           const struct table_column **column, struct err_info *info);

/* Empty where it is missing. */
str texts_at(const struct table_column *column, size_t row);

#endif
