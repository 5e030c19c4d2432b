/* SPDX-License-Identifier: EUPL-1.2 */
/* The PostgreSQL driver: connections, transactions and errors. */
#include "app/db/pg_int.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { ATTEMPTS_MAX = 20, MIGRATION_LOCK = 0x6F6E7453 };

/* ---- errors ---- */

/* What an SQLSTATE means to us; a class (two characters) stands for all that begin so. */
static const struct state {
    const char *code;
    err error;
    const char *key;
    bool has_place;
} states[] = {
    {"23505", E_CONFLICT, "db.exists", false},
    {"23503", E_CONFLICT, "db.refers", false},
    {"23001", E_CONFLICT, "db.refers", false},
    {"23", E_INPUT, "db.not-allowed", false},
    {"22021", E_INPUT, "db.not-allowed", false},
    {"40", E_BUSY, "db.locked", true},
    {"55P03", E_BUSY, "db.locked", true},
    {"57014", E_BUSY, "db.too-slow", true},
    {"57P", E_BUSY, "db.away", true},
    {"08", E_BUSY, "db.away", true},
    {"53100", E_IO, "db.full", true},
    {"53200", E_NOMEM, "error.memory", false},
    {"53", E_BUSY, "db.away", true},
    {"58", E_IO, "db.disk", true},
    {"XX001", E_IO, "db.damaged", true},
    {"XX002", E_IO, "db.damaged", true},
    {"25006", E_IO, "db.read-only", true},
    {"54", E_LIMIT, "db.too-large", false},
    {"28", E_IO, "db.refused", true},
    {"3D000", E_IO, "db.no-database", true},
    {"42501", E_IO, "db.no-rights", true},
};

static err error_of_state(const struct pg_db *d, const char *code, struct err_info *info)
{
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        const struct state *s = &states[i];
        if (strncmp(code, s->code, strlen(s->code)) != 0)
            continue;
        return s->has_place ? db_error(d->base.s, info, s->error, s->key)
                            : err_set(info, s->error, s->key);
    }
    return db_error_text(d->base.s, info, E_IO, "db.failed", str_of(code));
}

/* What each session begins with. */
static bool set_session(struct pg_db *d)
{
    char text[512];
    const int busy = d->base.s->busy_ms;
    const int n = snprintf(text, sizeof text,
                           "SET client_min_messages = warning; SET lock_timeout = %d;"
                           "SET idle_in_transaction_session_timeout = 60000;"
                           "SET synchronous_commit = on; SET client_encoding = 'UTF8';"
                           "SET search_path = public; SET extra_float_digits = 3;"
                           "SET default_transaction_read_only = %s",
                           busy, d->writes ? "off" : "on");
    if (n < 0 || (size_t)n >= sizeof text)
        return false;
    PGresult *r = PQexec(d->h, text);
    const bool done = PQresultStatus(r) == PGRES_COMMAND_OK;
    PQclear(r);
    return done;
}

/* A question that could not be sent leaves libpq believing in the connection until it reads. */
static bool is_cut(const PGconn *h)
{
    struct pollfd p = {.fd = PQsocket(h), .events = POLLRDHUP};
    return PQstatus(h) != CONNECTION_OK ||
           (poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLRDHUP | POLLERR | POLLNVAL)) != 0);
}

/* Whoever uses it next finds it cut, and makes it anew. */
static void cut(const PGconn *h)
{
    const int fd = PQsocket(h);
    if (fd >= 0)
        (void)shutdown(fd, SHUT_RDWR);
}

static void connect_again(struct pg_db *d)
{
    PQreset(d->h);
    db_forget_prepared(&d->base, NULL);
    d->base.is_new = PQstatus(d->h) == CONNECTION_OK && set_session(d);
    if (!d->base.is_new)
        cut(d->h); /* a session without its settings is none */
}

err pg_error(struct pg_db *d, const PGresult *r, struct err_info *info)
{
    const char *code = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    if (PQstatus(d->h) == CONNECTION_OK && code) {
        d->wants_retry = !strcmp(code, "40001") || !strcmp(code, "40P01");
        return error_of_state(d, code, info);
    }
    if (!is_cut(d->h)) {
        /* libpq itself could not go on: what it has begun to send would come before the next */
        cut(d->h);
        return err_nomem(info);
    }
    if (!d->base.tx && !d->base.is_busy)
        connect_again(d);
    return db_error(d->base.s, info, E_BUSY, "db.away");
}

err pg_command(struct pg_db *d, const char *text, struct err_info *info)
{
    PGresult *r = PQexec(d->h, text);
    const ExecStatusType status = PQresultStatus(r);
    const err e =
        status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? OK : pg_error(d, r, info);
    PQclear(r);
    return e;
}

/* ---- connections ---- */

/* Only a server that cannot be reached may be there later; the rest the operator must mend. */
static err connection_error(const struct pg_db *d, struct err_info *info)
{
    const char *why = PQerrorMessage(d->h);
    if (strstr(why, "invalid "))
        return db_error(d->base.s, info, E_INPUT, "db.url-postgresql");
    if (strstr(why, "password") || strstr(why, "authentication") || strstr(why, "pg_hba"))
        return db_error(d->base.s, info, E_IO, "db.refused");
    if (strstr(why, "database \"") && strstr(why, "does not exist"))
        return db_error(d->base.s, info, E_IO, "db.no-database");
    return db_error(d->base.s, info, E_BUSY, "db.away");
}

static void ignore_notice(void *arg, const PGresult *r)
{
    (void)arg;
    (void)r; /* may hold data of rows */
}

void pg_disconnect(db *base)
{
    struct pg_db *d = (struct pg_db *)base;
    db_free_prepared(base, NULL);
    PQfinish(d->h);
    out_free(&d->buffer);
    free(d);
}

err pg_connect(store *s, bool writes, db **made, struct err_info *info)
{
    static const char *const names[] = {"dbname",           "connect_timeout",  "keepalives_idle",
                                        "tcp_user_timeout", "application_name", NULL};
    const char *const values[] = {s->url, "5", "30", "30000", "ontschot", NULL};
    struct pg_db *d = calloc(1, sizeof *d);
    if (!d)
        return err_nomem(info);
    d->base.s = s;
    d->writes = writes;
    out_init(&d->buffer, 256 << 20);
    /* the URL comes first and is expanded; what follows holds where it says nothing */
    d->h = PQconnectdbParams(names, values, 1);
    err e = OK;
    if (!d->h)
        e = err_nomem(info);
    else if (PQstatus(d->h) != CONNECTION_OK)
        e = connection_error(d, info);
    else if (PQserverVersion(d->h) < 150000)
        e = db_error(s, info, E_IO, "db.too-old");
    else if (!set_session(d))
        e = pg_error(d, NULL, info);
    if (e != OK) {
        pg_disconnect(&d->base);
        return e;
    }
    PQsetNoticeReceiver(d->h, ignore_notice, NULL);
    *made = &d->base;
    return OK;
}

static bool is_alive(db *base)
{
    struct err_info info;
    struct pg_db *d = (struct pg_db *)base;
    return pg_command(d, "SELECT 1", &info) == OK ||
           (d->base.is_new && pg_command(d, "SELECT 1", &info) == OK);
}

static err scrub(db *d, struct err_info *info)
{
    (void)d; /* VACUUM frees the room, but the bytes stay until others are written over them */
    (void)info;
    return OK;
}

static void version(db *base, out *o)
{
    const char *said = PQparameterStatus(((struct pg_db *)base)->h, "server_version");
    out_cstr(o, "PostgreSQL ");
    out_cstr(o, said ? said : "");
}

/* ---- the store ---- */

static err check_url(const store *s, struct err_info *info)
{
    char *why = NULL;
    PQconninfoOption *options = PQconninfoParse(s->url, &why);
    PQfreemem(why); /* it may repeat the password */
    if (!options)
        return db_error(s, info, E_INPUT, "db.url-postgresql");
    PQconninfoFree(options);
    return OK;
}

static err open_store(store *s, struct err_info *info)
{
    return check_url(s, info);
}

static void close_store(store *s)
{
    (void)s;
}

static err start(store *s, struct err_info *info)
{
    (void)s;
    (void)info;
    return OK;
}

/* ---- transactions ---- */

static void rollback(struct pg_db *d)
{
    struct err_info info;
    if (PQstatus(d->h) == CONNECTION_OK && PQtransactionStatus(d->h) != PQTRANS_IDLE)
        (void)!pg_command(d, "ROLLBACK", &info);
}

/* Nothing has happened yet: a connection that was lost meanwhile may be made anew. */
static err begin(struct pg_db *d, const char *text, struct err_info *info)
{
    d->base.is_new = false;
    const err e = pg_command(d, text, info);
    return e == E_BUSY && d->base.is_new ? pg_command(d, text, info) : e;
}

static err commit(struct pg_db *d, struct err_info *info)
{
    PGresult *r = PQexec(d->h, "COMMIT");
    err e = OK;
    if (PQresultStatus(r) != PGRES_COMMAND_OK) {
        e = pg_error(d, r, info);
        if (e == E_NOMEM || PQstatus(d->h) != CONNECTION_OK)
            e = db_error(d->base.s, info, E_BUSY, "db.unknown-outcome");
    } else if (strcmp(PQcmdStatus(r), "COMMIT") != 0) {
        e = db_error_text(d->base.s, info, E_IO, "db.failed", str_of(PQcmdStatus(r)));
    }
    PQclear(r);
    return e;
}

static err attempt(struct pg_db *d, tx_fn *fn, void *arg, struct err_info *info)
{
    db_tx tx = {.d = &d->base};
    d->wants_retry = false;
    err e = begin(d, "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE", info);
    if (e != OK)
        return e;
    d->base.tx = &tx;
    e = fn(&tx, arg, info);
    if (tx.failure.code != OK) { /* the function may have gone on after it */
        *info = tx.failure;
        e = info->code;
    }
    if (e == OK)
        e = commit(d, info);
    d->base.tx = NULL;
    rollback(d);
    return e;
}

/* Longer at each attempt, and not the same for two connections. */
static void wait_a_little(const struct pg_db *d, int attempts)
{
    const long most_us = 500L << (attempts < 7 ? attempts : 7);
    const unsigned salt = (unsigned)PQbackendPID(d->h) * 2654435761u + (unsigned)attempts * 40503u;
    const struct timespec t = {.tv_nsec = (most_us / 2 + (long)(salt >> 8) % (most_us / 2)) * 1000};
    nanosleep(&t, NULL);
}

static err tx_do(db *base, tx_fn *fn, void *arg, struct err_info *info)
{
    struct pg_db *d = (struct pg_db *)base;
    for (int n = 1;; n++) {
        const err e = attempt(d, fn, arg, info);
        if (e == OK || !d->wants_retry || n == ATTEMPTS_MAX)
            return e;
        wait_a_little(d, n);
    }
}

static err read_do(db *base, err (*fn)(db *d, void *arg, struct err_info *info), void *arg,
                   struct err_info *info)
{
    struct pg_db *d = (struct pg_db *)base;
    base->is_busy = false;
    err e = begin(d, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", info);
    base->is_busy = true;
    if (e != OK)
        return e;
    e = fn(base, arg, info);
    rollback(d);
    return e;
}

/* ---- migrations ---- */

static err ask_bool(struct pg_db *d, const char *text, bool *answer, struct err_info *info)
{
    err e = OK;
    PGresult *r = PQexec(d->h, text);
    if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1)
        *answer = *PQgetvalue(r, 0, 0) == 't';
    else
        e = pg_error(d, r, info);
    PQclear(r);
    return e;
}

static err has_tables(db *base, bool *ours, bool *others, struct err_info *info)
{
    struct pg_db *d = (struct pg_db *)base;
    /* others first: ours come with the first of them, so who makes them meanwhile hides no other */
    const err e = ask_bool(d, "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')",
                           others, info);
    return e != OK ? e
                   : ask_bool(d, "SELECT to_regclass('public.store_migration') IS NOT NULL", ours,
                              info);
}

static err lock(db *base, struct err_info *info)
{
    char text[96];
    snprintf(text, sizeof text, "SET lock_timeout = 60000; SELECT pg_advisory_lock(%d)",
             MIGRATION_LOCK);
    return pg_command((struct pg_db *)base, text, info);
}

static void unlock(db *base)
{
    struct err_info info;
    char text[64];
    snprintf(text, sizeof text, "SELECT pg_advisory_unlock(%d)", MIGRATION_LOCK);
    (void)!pg_command((struct pg_db *)base, text, &info); /* closing the connection does it, too */
}

static err script(db *base, const char *text, struct err_info *info)
{
    struct pg_db *d = (struct pg_db *)base;
    PGresult *r = PQexec(d->h, text);
    const char *said = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    err e = PQresultStatus(r) == PGRES_COMMAND_OK ? OK : pg_error(d, r, info);
    if (e == E_IO && said) /* our own statement, without values of users */
        e = db_error_text(base->s, info, E_IO, "db.failed", str_of(said));
    PQclear(r);
    return e;
}

static err migrate(db *base, const char *sqlite, const char *postgresql, tx_fn *fn, void *arg,
                   struct err_info *info)
{
    struct pg_db *d = (struct pg_db *)base;
    db_tx tx = {.d = base};
    (void)sqlite;
    err e = begin(d, "BEGIN READ WRITE", info);
    if (e != OK)
        return e;
    base->tx = &tx;
    e = script(base, postgresql, info);
    if (e == OK)
        e = fn(&tx, arg, info);
    if (e == OK)
        e = commit(d, info);
    base->tx = NULL;
    rollback(d);
    return e;
}

const struct db_driver pg_driver = {
    .open = open_store,
    .close = close_store,
    .start = start,
    .connect = pg_connect,
    .disconnect = pg_disconnect,
    .is_alive = is_alive,
    .scrub = scrub,
    .version = version,
    .prepare = pg_prepare,
    .check = pg_check,
    .run = pg_run,
    .tx_do = tx_do,
    .read_do = read_do,
    .has_tables = has_tables,
    .lock = lock,
    .unlock = unlock,
    .script = script,
    .migrate = migrate,
    .backup = pg_backup,
    .restore = pg_restore,
};
