/* SPDX-License-Identifier: EUPL-1.2 */
/* The SQLite driver: files, connections and errors. */
#include "app/db/sqlite_int.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- errors ---- */

static bool is_at_limit(const struct sqlite_db *d)
{
    return d->base.s->max_bytes > 0 && d->writes;
}

/* What the system said of the disk. */
static const char *disk_key(int why)
{
    return why == ENOSPC || why == EDQUOT ? "db.full" : why == EROFS ? "db.read-only" : "db.disk";
}

err sqlite_error(const struct sqlite_db *d, int code, struct err_info *info)
{
    const store *s = d->base.s;
    switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return err_set(info, E_CONFLICT, "db.exists");
    case SQLITE_CONSTRAINT_FOREIGNKEY: return err_set(info, E_CONFLICT, "db.refers");
    case SQLITE_READONLY_DBMOVED: return db_error(s, info, E_IO, "db.moved");
    default: break;
    }
    switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return db_error(s, info, E_BUSY, "db.locked");
    case SQLITE_CONSTRAINT: return err_set(info, E_INPUT, "db.not-allowed");
    case SQLITE_FULL:
        return db_error(s, info, is_at_limit(d) ? E_LIMIT : E_IO,
                        is_at_limit(d) ? "db.full-or-limit" : "db.full");
    case SQLITE_READONLY: return db_error(s, info, E_IO, "db.read-only");
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH: return db_error(s, info, E_IO, "db.cannot-open");
    case SQLITE_NOMEM: return err_nomem(info);
    case SQLITE_CORRUPT: return db_error(s, info, E_IO, "db.damaged");
    case SQLITE_NOTADB: return db_error(s, info, E_IO, "db.not-ours");
    case SQLITE_IOERR:
        if (code == SQLITE_IOERR_NOMEM)
            return err_nomem(info);
        return db_error(s, info, E_IO, disk_key(sqlite3_system_errno(d->h)));
    case SQLITE_TOOBIG: return err_set(info, E_LIMIT, "db.too-large");
    case SQLITE_INTERRUPT: return err_set(info, E_CANCELLED, "error.cancelled");
    default: return db_error_text(s, info, E_IO, "db.failed", str_of(sqlite3_errstr(code)));
    }
}

/* ---- control statements ---- */

static int prepare_control(struct sqlite_db *d, enum sqlite_control c)
{
    static const char *const text[] = {
        [SQLITE_CONTROL_BEGIN] = "BEGIN IMMEDIATE",
        [SQLITE_CONTROL_BEGIN_READ] = "BEGIN",
        [SQLITE_CONTROL_COMMIT] = "COMMIT",
        [SQLITE_CONTROL_SAVEPOINT] = "SAVEPOINT one",
        [SQLITE_CONTROL_RELEASE] = "RELEASE one",
        [SQLITE_CONTROL_ROLLBACK_TO] = "ROLLBACK TO one",
        [SQLITE_CONTROL_ROLLBACK] = "ROLLBACK",
    };
    return d->control[c] ? SQLITE_OK
                         : sqlite3_prepare_v3(d->h, text[c], -1, SQLITE_PREPARE_PERSISTENT,
                                              &d->control[c], NULL);
}

err sqlite_control(struct sqlite_db *d, enum sqlite_control c, struct err_info *info)
{
    if (c == SQLITE_CONTROL_BEGIN || c == SQLITE_CONTROL_BEGIN_READ)
        sqlite_rollback(d); /* of one that could not end */
    int code = prepare_control(d, c);
    if (code == SQLITE_OK) {
        sqlite3_step(d->control[c]);
        code = sqlite3_reset(d->control[c]);
    }
    return code == SQLITE_OK ? OK : sqlite_error(d, code, info);
}

/* Made ready when the connection was: it must work when memory is out. */
void sqlite_rollback(struct sqlite_db *d)
{
    sqlite3_stmt *rollback = d->control[SQLITE_CONTROL_ROLLBACK];
    if (sqlite3_get_autocommit(d->h))
        return;
    sqlite3_step(rollback);
    sqlite3_reset(rollback);
}

/* ---- connections ---- */

/*
 * The second fence, should a statement ever come from elsewhere: no other files, no settings,
 * no change of tables but by migrations, and on a connection that reads no writing at all.
 */
static int authorize(void *arg, int action, const char *a, const char *b, const char *c,
                     const char *e)
{
    const struct sqlite_db *d = arg;
    (void)c;
    (void)e;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT: return SQLITE_OK;
    case SQLITE_FUNCTION: return b && !strcmp(b, "load_extension") ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_INSERT: /* json_each declares itself in this way, and writes nothing */
    case SQLITE_UPDATE:
    case SQLITE_DELETE: return d->writes || !strcmp(a, "sqlite_master") ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
    case SQLITE_PRAGMA: return SQLITE_DENY;
    default: return d->may_change_tables ? SQLITE_OK : SQLITE_DENY;
    }
}

static int set_switches(struct sqlite_db *d)
{
    static const struct {
        int name, on;
    } switches[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},        {SQLITE_DBCONFIG_DQS_DDL, 0},
    };
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        const int code = sqlite3_db_config(d->h, switches[i].name, switches[i].on, NULL);
        if (code != SQLITE_OK)
            return code;
    }
    return SQLITE_OK;
}

/* WAL so that reading never waits for writing; FULL so that what is acknowledged survives. */
static int set_pragmas(struct sqlite_db *d)
{
    static const char all[] = "PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;"
                              "PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON;"
                              "PRAGMA journal_size_limit = 67108864;";
    int code = sqlite3_busy_timeout(d->h, d->base.s->busy_ms);
    if (code == SQLITE_OK && d->writes)
        code = sqlite3_exec(d->h, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(d->h, all, NULL, NULL, NULL);
    if (code == SQLITE_OK && d->writes)
        code = sqlite3_exec(d->h, "PRAGMA cache_size = -16384", NULL, NULL, NULL);
    if (code == SQLITE_OK && !d->writes)
        code = sqlite3_exec(d->h, "PRAGMA cache_size = -4096; PRAGMA query_only = ON", NULL, NULL,
                            NULL);
    return code;
}

static int set_limits(struct sqlite_db *d)
{
    sqlite3_limit(d->h, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(d->h, SQLITE_LIMIT_WORKER_THREADS, 0);
    if (!d->writes || d->base.s->max_bytes <= 0)
        return SQLITE_OK;
    char text[64];
    sqlite3_snprintf(sizeof text, text, "PRAGMA max_page_count = %lld",
                     (long long)(d->base.s->max_bytes / 4096 + 1));
    return sqlite3_exec(d->h, text, NULL, NULL, NULL);
}

err sqlite_connect(store *s, bool writes, db **made, struct err_info *info)
{
    struct sqlite_db *d = calloc(1, sizeof *d);
    if (!d)
        return err_nomem(info);
    d->base.s = s;
    d->writes = writes;
    out_init(&d->list, 256 << 20);
    int code = sqlite3_open_v2(
        s->path, &d->h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (code == SQLITE_OK)
        code = set_switches(d);
    if (code == SQLITE_OK)
        code = set_pragmas(d);
    if (code == SQLITE_OK)
        code = set_limits(d);
    if (code == SQLITE_OK)
        code = prepare_control(d, SQLITE_CONTROL_ROLLBACK);
    if (code == SQLITE_OK)
        code = sqlite3_set_authorizer(d->h, authorize, d);
    if (code != SQLITE_OK) {
        sqlite_error(d, code, info);
        sqlite_disconnect(&d->base);
        return info->code;
    }
    *made = &d->base;
    return OK;
}

void sqlite_disconnect(db *base)
{
    struct sqlite_db *d = (struct sqlite_db *)base;
    db_free_prepared(base, sqlite_finalize);
    for (size_t i = 0; i < sizeof d->control / sizeof *d->control; i++)
        sqlite3_finalize(d->control[i]);
    sqlite3_close(d->h);
    out_free(&d->list);
    free(d);
}

static bool is_alive(db *d)
{
    struct err_info info;
    struct sqlite_db *s = (struct sqlite_db *)d;
    const bool alive = sqlite_control(s, SQLITE_CONTROL_BEGIN_READ, &info) == OK;
    sqlite_rollback(s);
    return alive;
}

/* Whoever writes meanwhile waits too, so the wait for readers is short, and tried again. */
static err scrub(db *base, struct err_info *info)
{
    enum { TRIES = 5, WAIT_MS = 200 };
    struct sqlite_db *d = (struct sqlite_db *)base;
    int code = SQLITE_BUSY;

    sqlite3_busy_timeout(d->h, WAIT_MS);
    for (int n = 0; n < TRIES && (code & 0xFF) == SQLITE_BUSY; n++)
        code = sqlite3_wal_checkpoint_v2(d->h, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_busy_timeout(d->h, d->base.s->busy_ms);
    return code == SQLITE_OK ? OK : sqlite_error(d, code, info);
}

static void version(db *d, out *o)
{
    (void)d;
    out_cstr(o, "SQLite ");
    out_cstr(o, sqlite3_libversion());
}

/* ---- the store ---- */

/* SQLite would make the file readable for everybody; it holds personal data. */
static err make_file(const store *s, struct err_info *info)
{
    const int fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        err_io(info, "db.cannot-open-because", str_of(s->path));
        if (info->code == E_NOT_FOUND)
            info->code = E_IO;
        return info->code;
    }
    close(fd);
    return OK;
}

static int read_int(sqlite3 *h, const char *sql, int64_t *v)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(h, sql, -1, &statement, NULL);
    if (code == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        *v = sqlite3_column_int64(statement, 0);
    const int end = sqlite3_finalize(statement);
    return code != SQLITE_OK ? code : end;
}

err sqlite_check_mark(struct sqlite_db *d, bool marks_empty, struct err_info *info)
{
    int64_t mark = 0, tables = 0;
    sqlite3_set_authorizer(d->h, NULL, NULL);
    /* in this order: a program that starts at the same moment marks the file before its tables */
    int code = read_int(d->h, "SELECT count(*) FROM sqlite_schema", &tables);
    if (code == SQLITE_OK)
        code = read_int(d->h, "PRAGMA application_id", &mark);
    if (code == SQLITE_OK && mark != SQLITE_APPLICATION_ID) {
        if (mark != 0 || tables > 0 || !marks_empty)
            return db_error(d->base.s, info, E_IO, "db.not-ours");
        code = sqlite3_exec(d->h, "PRAGMA application_id = 1869509715", NULL, NULL, NULL);
    }
    if (code == SQLITE_OK)
        code = sqlite3_set_authorizer(d->h, authorize, d);
    return code == SQLITE_OK ? OK : sqlite_error(d, code, info);
}

/*
 * Debian's SQLite allocates for every query, and would count each allocation under one lock that
 * all threads wait for. Nobody asks for those counts. Refused when SQLite is in use already, which
 * harms nobody.
 */
static void count_no_memory(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static err open_store(store *s, struct err_info *info)
{
    static pthread_once_t configured = PTHREAD_ONCE_INIT;
    db *d = NULL;
    _Static_assert(SQLITE_APPLICATION_ID == 1869509715, "the mark that is set");
    pthread_once(&configured, count_no_memory);
    err e = make_file(s, info);
    if (e == OK)
        e = sqlite_connect(s, true, &d, info);
    if (e != OK)
        return e;
    e = sqlite_check_mark((struct sqlite_db *)d, true, info);
    sqlite_disconnect(d);
    return e;
}

static err start(store *s, struct err_info *info)
{
    return s->own ? OK : sqlite_writer_new(s, (sqlite_writer **)&s->own, info);
}

static void close_store(store *s)
{
    sqlite_writer_free(s->own);
}

/* ---- transactions ---- */

static err tx_do(db *d, tx_fn *fn, void *arg, struct err_info *info)
{
    d->is_lent =
        true; /* on PostgreSQL it would see what the transaction wrote; here it would not */
    const err e = sqlite_writer_do(d->s->own, fn, arg, info);
    d->is_lent = false;
    return e;
}

static err read_do(db *base, err (*fn)(db *d, void *arg, struct err_info *info), void *arg,
                   struct err_info *info)
{
    struct sqlite_db *d = (struct sqlite_db *)base;
    err e = sqlite_control(d, SQLITE_CONTROL_BEGIN_READ, info);
    if (e != OK)
        return e;
    e = fn(base, arg, info);
    sqlite_rollback(d); /* nothing was written; ends the snapshot */
    return e;
}

/* ---- migrations ---- */

static err has_tables(db *base, bool *ours, bool *others, struct err_info *info)
{
    struct sqlite_db *d = (struct sqlite_db *)base;
    int64_t n = 0, all = 0;
    /* all first: ours come with the first of them, so who makes them meanwhile hides no other */
    int code = read_int(d->h, "SELECT count(*) FROM sqlite_schema", &all);
    if (code == SQLITE_OK)
        code =
            read_int(d->h, "SELECT count(*) FROM sqlite_schema WHERE name = 'store_migration'", &n);
    *ours = n > 0;
    *others = all > 0;
    return code == SQLITE_OK ? OK : sqlite_error(d, code, info);
}

static err lock(db *d, struct err_info *info)
{
    (void)d; /* the transaction of each migration locks, and looks again what is done */
    (void)info;
    return OK;
}

static void unlock(db *d)
{
    (void)d;
}

static err script(db *base, const char *text, struct err_info *info)
{
    struct sqlite_db *d = (struct sqlite_db *)base;
    d->may_change_tables = true;
    const int code = sqlite3_exec(d->h, text, NULL, NULL, NULL);
    d->may_change_tables = false;
    if (code == SQLITE_ERROR)
        return db_error_text(base->s, info, E_IO, "db.failed", str_of(sqlite3_errmsg(d->h)));
    return code == SQLITE_OK ? OK : sqlite_error(d, code, info);
}

static err migrate(db *base, const char *sqlite, const char *postgresql, tx_fn *fn, void *arg,
                   struct err_info *info)
{
    struct sqlite_db *d = (struct sqlite_db *)base;
    db_tx tx = {.d = base};
    (void)postgresql;
    err e = sqlite_control(d, SQLITE_CONTROL_BEGIN, info);
    if (e != OK)
        return e;
    e = script(base, sqlite, info);
    if (e == OK) {
        base->tx = &tx;
        e = fn(&tx, arg, info);
        base->tx = NULL;
    }
    if (e == OK)
        e = sqlite_control(d, SQLITE_CONTROL_COMMIT, info);
    sqlite_rollback(d);
    return e;
}

const struct db_driver sqlite_driver = {
    .open = open_store,
    .close = close_store,
    .start = start,
    .connect = sqlite_connect,
    .disconnect = sqlite_disconnect,
    .is_alive = is_alive,
    .scrub = scrub,
    .version = version,
    .prepare = sqlite_prepare,
    .check = sqlite_check,
    .run = sqlite_run,
    .tx_do = tx_do,
    .read_do = read_do,
    .has_tables = has_tables,
    .lock = lock,
    .unlock = unlock,
    .script = script,
    .migrate = migrate,
    .backup = sqlite_backup,
    .restore = sqlite_restore,
};
