/* SPDX-License-Identifier: EUPL-1.2 */
/* pg_int: what the files of the PostgreSQL driver share. */
#ifndef ONTSCHOT_APP_DB_PG_INT_H
#define ONTSCHOT_APP_DB_PG_INT_H

#include "app/db/db_int.h"

#include <libpq-fe.h>

struct pg_db {
    struct db base;
    PGconn *h;
    bool writes;      /* a connection for migrations: writes outside transactions, too */
    bool wants_retry; /* the last error was a conflict between transactions */
    uint64_t n_names; /* statements named so far on this connection */
    out buffer;       /* binary parameters that are not in the caller's memory */
};

/* Names of types in PostgreSQL's catalogue (pg_type.dat). */
enum pg_oid {
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_NAME = 19,
    PG_INT8 = 20,
    PG_INT2 = 21,
    PG_INT4 = 23,
    PG_TEXT = 25,
    PG_FLOAT4 = 700,
    PG_FLOAT8 = 701,
    PG_INT8S = 1016,
    PG_TEXTS = 1009,
    PG_VARCHAR = 1043,
};

/* The error of a result; NULL: of the connection. Restores a lost connection outside transactions.
 */
err pg_error(struct pg_db *d, const PGresult *r, struct err_info *info);

/* A command without parameters and rows. */
WARN_UNUSED err pg_command(struct pg_db *d, const char *text, struct err_info *info);

WARN_UNUSED err pg_connect(store *s, bool writes, db **made, struct err_info *info);
void pg_disconnect(db *d);

/* pg_query.c */
WARN_UNUSED err pg_prepare(db *d, const struct db_query *q, size_t variant, void **statement,
                           struct err_info *info);
WARN_UNUSED err pg_check(db *d, const struct db_query *q, void *statement, struct err_info *info);
WARN_UNUSED err pg_run(db *d, const struct db_query *q, void *statement,
                       const struct db_value *value, struct db_sink *sink, int64_t *changed,
                       struct err_info *info);

/* pg_backup.c */
WARN_UNUSED err pg_backup(store *s, const char *path, struct err_info *info);
WARN_UNUSED err pg_restore(store *s, const char *path, struct err_info *info);

#endif
