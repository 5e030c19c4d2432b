/* SPDX-License-Identifier: EUPL-1.2 */
/* The PostgreSQL driver: backups are the operator's, by PostgreSQL's own means. */
#include "app/db/pg_int.h"

err pg_backup(store *s, const char *path, struct err_info *info)
{
    (void)path;
    return db_error(s, info, E_INPUT, "db.backup-postgresql");
}
