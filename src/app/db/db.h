/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * db: one interface over the two databases that can keep what ontschot knows,
 * SQLite (a file) and PostgreSQL 15 (a server).
 *
 * Does: open the store that --store names and bring its tables up to date; hand
 *       each thread a connection; run transactions that either happen wholly or
 *       not at all and are durable when db_tx_do returns OK; copy a SQLite store
 *       while it is in use.
 * Does not: know any query. Those stand in queries.sql of each room; tools/sqlc
 *       makes typed C functions from them (README.md tells how). No SQL text, and
 *       no type or call of SQLite or PostgreSQL, exists outside this folder.
 *
 * Errors that every call may give, beside those it names: E_BUSY the database is
 * away or locked by another for too long (trying again later may help), E_IO the
 * disk is full, read-only or broken, E_NOMEM, E_LIMIT a bound of the configuration.
 */
#ifndef ONTSCHOT_APP_DB_DB_H
#define ONTSCHOT_APP_DB_DB_H

#include "app/db/ids.h"
#include "base/arena.h"
#include "base/err.h"

typedef struct store store; /* the database; shared by all threads */
typedef struct db db;       /* a connection, used by one thread at a time */
typedef struct db_tx db_tx; /* inside a transaction; only this can write */

enum { STORE_NODE_DEALT = -1 };

struct store_config {
    str url;  /* "sqlite:PATH" or "postgresql://USER@HOST/NAME" (or postgres://) */
    int node; /* 0 .. 1023, or STORE_NODE_DEALT: the store deals one to each program that opens it
               */
    int64_t (*now_ms)(void); /* UTC milliseconds since 1970; NULL: the system's clock */
    int64_t max_bytes;       /* SQLite: the store may grow to this; 0: as large as the disk */
    int busy_ms;             /* how long to wait for a lock or a place in the queue; 0: 5,000 */
    const char
        *backup_folder; /* where store_migrate puts its backups; NULL: beside the SQLite file */
    bool is_backed_up;  /* the operator vouches for a backup: store_migrate makes none */
};

/*
 * Opens, or for SQLite makes, the store. The config and its texts are copied.
 * E_INPUT for a URL that cannot be read; E_CONFLICT when the store was made by a
 * newer program or its migrations are not ours; E_IO when it is no store of ours or
 * cannot be reached for a reason that will not pass (password refused, no such file).
 */
WARN_UNUSED err store_open(const struct store_config *c, store **s, struct err_info *info);

/* Waits for the writes that are under way. All connections are closed before. NULL is fine. */
void store_close(store *s);

/*
 * Brings the tables up to date: each migration in a transaction of its own, in order, once,
 * one program at a time; a backup first when there is something to lose. Does nothing when
 * all is done. E_CONFLICT when a migration that was applied has been changed since, or the
 * store is newer than the program; nothing is changed then.
 */
WARN_UNUSED err store_migrate(store *s, struct err_info *info);

/* "sqlite:PATH" or "postgresql://HOST/NAME": what may be shown. Never a password. */
str store_name(const store *s);

/* A new id, greater than all before from this program. See id.h. After store_migrate. */
int64_t store_new_id(store *s);

/* E_CONFLICT "db.not-migrated" before store_migrate. */
WARN_UNUSED err db_open(store *s, db **d, struct err_info *info);
void db_close(db *d); /* NULL is fine */
store *db_store(const db *d);
int64_t db_new_id(const db *d); /* store_new_id of its store */

/*
 * The kind and version of what keeps the store, "SQLite 3.40.1" or "PostgreSQL 15.8", and the last
 * migration of its tables, "0007_pilot". Static or in `a`.
 */
struct store_version {
    str engine;
    str tables;
};
WARN_UNUSED err db_version(db *d, arena *a, struct store_version *v, struct err_info *info);

/* True when the database answers. For /health. */
bool db_is_alive(db *d);

/*
 * What was deleted is overwritten in the store, but its journal holds earlier states: this empties
 * it, so that no byte of them is left in SQLite's files. E_BUSY when others read the whole time;
 * later then. PostgreSQL has no such promise (docs/store.md), and nothing happens there.
 */
WARN_UNUSED err db_scrub(db *d, struct err_info *info);

/*
 * Runs `fn` in a transaction. When this returns OK all that `fn` wrote is on disk;
 * otherwise nothing of it is, but for "db.unknown-outcome": the connection broke
 * while saving, and nobody can tell.
 *
 * `fn` may run several times, and on another thread than the caller's (who waits):
 * it has no effect outside the database but on what `arg` points to, which it sets
 * anew each time. It gives back any error to undo all. An error of a query inside
 * (but E_NOT_FOUND) undoes the transaction even when `fn` goes on: use ON CONFLICT
 * in the query rather than trying and failing.
 *
 * SQLite: in the store's one writer thread, together with those that wait at the same
 * moment: one flush to disk for all, a savepoint for each. PostgreSQL: on this
 * connection, SERIALIZABLE, run again when the database found a conflict.
 *
 * Neither `fn` nor the callback of a streaming query may begin another transaction on `d`.
 */
WARN_UNUSED err db_tx_do(db *d, err (*fn)(db_tx *tx, void *arg, struct err_info *info), void *arg,
                         struct err_info *info);

/*
 * To read within the transaction, seeing what it wrote. Borrowed, valid within `fn`, where the
 * connection that began the transaction is not used.
 */
db *db_tx_db(db_tx *tx);

/* Several reads that see the same moment. `fn` reads through `d`; it may run several times. */
WARN_UNUSED err db_read_do(db *d, err (*fn)(db *d, void *arg, struct err_info *info), void *arg,
                           struct err_info *info);

/*
 * Long stages of work in many short transactions, so that others can write in between:
 * each lasts 50 ms at most (and one step).
 *
 * `step` does a little (some rows), moves `at` on and sets `done` behind the last. `at`
 * begins as the caller's and belongs to the transaction: a chunk that is undone begins again
 * with the `at` it began with. A step keeps `at` in a row of its own when the work must be
 * resumed after a crash. On an error the chunks before it stay.
 */
struct db_bulk {
    int64_t at;
    bool done;
};
WARN_UNUSED err db_bulk_do(db *d, struct db_bulk *from,
                           err (*step)(db_tx *tx, void *arg, struct db_bulk *b,
                                       struct err_info *info),
                           void *arg, struct err_info *info);

/*
 * Copies the store, in use or not, to a new file that appears whole and checked or not at all:
 * a SQLite file, or what pg_dump --format=custom makes. E_CONFLICT when the file exists.
 */
WARN_UNUSED err store_backup(store *s, const char *path, struct err_info *info);

/*
 * Fills an empty store from such a file: SQLite itself, PostgreSQL with pg_restore. E_CONFLICT when
 * it is not empty or (SQLite) the copy is of a newer program; E_INPUT when the file is no whole copy
 * of such a database. The store needs store_migrate after it.
 */
WARN_UNUSED err store_restore(store *s, const char *path, struct err_info *info);

#endif
