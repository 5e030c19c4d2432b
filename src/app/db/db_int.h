/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * db_int: what the files of this folder share. A driver (sqlite.c, pg.c) knows one
 * database; the rest is the same for both.
 */
#ifndef ONTSCHOT_APP_DB_DB_INT_H
#define ONTSCHOT_APP_DB_DB_INT_H

#include "app/db/id.h"
#include "app/db/query.h"
#include "base/out.h"

enum {
    STORE_URL_MAX = 2048,
    STORE_BUSY_MS = 5000,  /* how long a lock or a place in the queue is waited for */
    STORE_CHUNK_MS = 50,   /* of a bulk stage */
    STORE_PARAMS_MAX = 64, /* of a query; tools/sqlc holds to the same */
};

/* A value on its way between a struct and a database. */
struct db_value {
    bool is_null;
    int64_t i; /* ints and bools */
    double r;
    str s; /* texts and bytes */
    const void *list;
    size_t n; /* of the list */
};

/* Where rows go. `value` holds one for each column and lives during the call. */
struct db_sink {
    err (*row)(struct db_sink *sink, const struct db_value *value, struct err_info *info);
    const struct db_query *q;
    size_t n_rows;
};

typedef err tx_fn(db_tx *tx, void *arg, struct err_info *info);

struct db_driver {
    /* SQLite: makes or opens the file. PostgreSQL: checks that the server is there. */
    err (*open)(store *s, struct err_info *info);
    void (*close)(store *s);                       /* of a store whose open failed half-way, too */
    err (*start)(store *s, struct err_info *info); /* once the tables are up to date */

    err (*connect)(store *s, bool writes, db **d, struct err_info *info);
    void (*disconnect)(db *d);
    bool (*is_alive)(db *d);
    err (*scrub)(db *d, struct err_info *info);
    void (*version)(db *d, out *o);

    err (*prepare)(db *d, const struct db_query *q, size_t variant, void **statement,
                   struct err_info *info);
    err (*check)(db *d, const struct db_query *q, void *statement, struct err_info *info);
    /* One statement with `value` for its parameters. `changed` may be NULL. */
    err (*run)(db *d, const struct db_query *q, void *statement, const struct db_value *value,
               struct db_sink *sink, int64_t *changed, struct err_info *info);

    err (*tx_do)(db *d, tx_fn *fn, void *arg, struct err_info *info);
    err (*read_do)(db *d, err (*fn)(db *d, void *arg, struct err_info *info), void *arg,
                   struct err_info *info);

    /* For migrations, on a connection that writes. */
    err (*has_tables)(db *d, bool *ours, bool *others, struct err_info *info);
    err (*lock)(db *d, struct err_info *info); /* against other programs that migrate */
    void (*unlock)(db *d);
    err (*migrate)(db *d, const char *sqlite, const char *postgresql, tx_fn *fn, void *arg,
                   struct err_info *info); /* the script, then fn, in one transaction */
    err (*script)(db *d, const char *text, struct err_info *info); /* for tests: any statements */
    err (*backup)(store *s, const char *path, struct err_info *info);
    err (*restore)(store *s, const char *path, struct err_info *info);
};

extern const struct db_driver sqlite_driver, pg_driver;

struct store {
    const struct db_driver *driver;
    char url[STORE_URL_MAX];   /* as given; may hold a password */
    char shown[STORE_URL_MAX]; /* what messages may say */
    const char *path;          /* SQLite: within `url` */
    char backup_folder[STORE_URL_MAX];
    int node;
    int busy_ms;
    int64_t max_bytes;
    int64_t (*now_ms)(void);
    bool is_backed_up, is_current;
    id_source *ids;
    void *own; /* the driver's */
};

/* What each connection begins with; a driver's own struct has this as its first member. */
struct db {
    store *s;
    db_tx *tx;    /* the transaction that runs here, or NULL */
    bool is_busy; /* in db_read_do, or in the callback of a streaming query */
    bool is_lent; /* its transaction runs elsewhere: read through db_tx_db() there, not here */
    bool is_new;  /* the last error was the loss of a connection, which is there again */
    struct db_prepared *prepared; /* hash table by query and variant */
    size_t n_prepared, cap_prepared;
};

struct db_tx {
    db *d;
    struct err_info failure; /* code is not OK: nothing more can be done but undo */
};

/* Forgets all statements; the driver has freed them, or the connection they lived on is gone. */
void db_forget_prepared(db *d, void (*free_one)(void *statement));
void db_free_prepared(db *d, void (*free_one)(void *statement));

/* migrate.c: E_CONFLICT when what was applied is not what this program knows. */
WARN_UNUSED err store_check(store *s, struct err_info *info);

/* migrate.c: the name of the last migration, which is that of every open store. */
str store_tables(void);

/* An error that has the store as its place. */
err db_error(const store *s, struct err_info *info, err code, const char *key);
err db_error_text(const store *s, struct err_info *info, err code, const char *key, str value);

#endif
