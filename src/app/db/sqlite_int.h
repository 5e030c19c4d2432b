/* SPDX-License-Identifier: EUPL-1.2 */
/* sqlite_int: what the files of the SQLite driver share. */
#ifndef ONTSCHOT_APP_DB_SQLITE_INT_H
#define ONTSCHOT_APP_DB_SQLITE_INT_H

#include "app/db/db_int.h"

#include <sqlite3.h>

enum sqlite_control {
    SQLITE_CONTROL_BEGIN,
    SQLITE_CONTROL_BEGIN_READ,
    SQLITE_CONTROL_COMMIT,
    SQLITE_CONTROL_SAVEPOINT,
    SQLITE_CONTROL_RELEASE,
    SQLITE_CONTROL_ROLLBACK_TO,
    SQLITE_CONTROL_ROLLBACK,
    SQLITE_CONTROLS
};

struct sqlite_db {
    struct db base;
    sqlite3 *h;
    sqlite3_stmt *control[SQLITE_CONTROLS]; /* BEGIN and its like, prepared when first used */
    bool may_change_tables;                 /* while migrating */
    bool writes;
    out list; /* JSON of list parameters */
};

/* The marker of our files, in the header of each ("ontS"). */
enum { SQLITE_APPLICATION_ID = 0x6F6E7453 };

/* Runs one of them. */
WARN_UNUSED err sqlite_control(struct sqlite_db *d, enum sqlite_control c, struct err_info *info);
/* Undoes whatever is under way; nothing when nothing is. */
void sqlite_rollback(struct sqlite_db *d);

/* The error of SQLite's result `code` for this connection. */
err sqlite_error(const struct sqlite_db *d, int code, struct err_info *info);

/* E_IO unless the file carries our mark; an empty one may get it. */
WARN_UNUSED err sqlite_check_mark(struct sqlite_db *d, bool marks_empty, struct err_info *info);

WARN_UNUSED err sqlite_connect(store *s, bool writes, db **d, struct err_info *info);
void sqlite_disconnect(db *d);

/* sqlite_query.c */
WARN_UNUSED err sqlite_prepare(db *d, const struct db_query *q, size_t variant, void **statement,
                               struct err_info *info);
void sqlite_finalize(void *statement);
WARN_UNUSED err sqlite_check(db *d, const struct db_query *q, void *statement,
                             struct err_info *info);
WARN_UNUSED err sqlite_run(db *d, const struct db_query *q, void *statement,
                           const struct db_value *value, struct db_sink *sink, int64_t *changed,
                           struct err_info *info);

/* sqlite_writer.c: the one thread that writes */
typedef struct sqlite_writer sqlite_writer;
WARN_UNUSED err sqlite_writer_new(store *s, sqlite_writer **w, struct err_info *info);
void sqlite_writer_free(sqlite_writer *w); /* what waits is done first; NULL is fine */
WARN_UNUSED err sqlite_writer_do(sqlite_writer *w, tx_fn *fn, void *arg, struct err_info *info);

/* sqlite_backup.c */
WARN_UNUSED err sqlite_backup(store *s, const char *path, struct err_info *info);
WARN_UNUSED err sqlite_restore(store *s, const char *path, struct err_info *info);

#endif
