/* SPDX-License-Identifier: EUPL-1.2 */
/* migrate_int: the migrations that tools/sqlc put into the program. */
#ifndef ONTSCHOT_APP_DB_MIGRATE_INT_H
#define ONTSCHOT_APP_DB_MIGRATE_INT_H

#include <stddef.h>
#include <stdint.h>

struct db_migration {
    int64_t number;
    const char *name; /* "0003_knowledge"; NULL ends the table */
    const char *sqlite, *postgresql;
};

extern const struct db_migration db_migrations[];

#endif
