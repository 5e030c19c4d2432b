/* SPDX-License-Identifier: EUPL-1.2 */
/* sqlc_migrate: neutral migrations as the text of each database. */
#ifndef ONTSCHOT_TOOLS_SQLC_MIGRATE_H
#define ONTSCHOT_TOOLS_SQLC_MIGRATE_H

#include "sqlc_code.h"

struct sqlc_migration {
    str file, text;
};

/* A table for src/app/db: `db_migrations` of n_ elements. Mistakes go to `errors`, one per line. */
void sqlc_put_migrations(out *o, const struct sqlc_migration *m, size_t n, out *errors);

#endif
