/* SPDX-License-Identifier: EUPL-1.2 */
/* The PostgreSQL driver: statements, binary parameters and binary rows. */
#include "app/db/pg_int.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A statement is its number on the connection; its name is "q" and that number. */
enum { NAME_MAX_BYTES = 24 };

static void name_of(const void *statement, char name[NAME_MAX_BYTES])
{
    snprintf(name, NAME_MAX_BYTES, "q%ju", (uintmax_t)(uintptr_t)statement);
}

static Oid oid_of(enum db_type type)
{
    switch (type) {
    case DB_REAL:
    case DB_REAL_NULL: return PG_FLOAT8;
    case DB_TEXT:
    case DB_TEXT_NULL: return PG_TEXT;
    case DB_BYTES:
    case DB_BYTES_NULL: return PG_BYTEA;
    case DB_INTS: return PG_INT8S;
    case DB_TEXTS: return PG_TEXTS;
    default: return PG_INT8;
    }
}

err pg_prepare(db *base, const struct db_query *q, size_t variant, void **statement,
               struct err_info *info)
{
    struct pg_db *d = (struct pg_db *)base;
    char name[NAME_MAX_BYTES];
    Oid type[STORE_PARAMS_MAX];
    err e = OK;
    for (size_t i = 0; i < q->n_params; i++)
        type[i] = oid_of(q->param[i].type);
    *statement = (void *)(uintptr_t)++d->n_names;
    name_of(*statement, name);
    PGresult *r = PQprepare(d->h, name, q->postgresql[variant], (int)q->n_params, type);
    if (PQresultStatus(r) != PGRES_COMMAND_OK) {
        const char *code = PQresultErrorField(r, PG_DIAG_SQLSTATE);
        const char *said = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
        e = pg_error(d, r, info);
        if (code && said && !strncmp(code, "42", 2) && strcmp(code, "42501") != 0) {
            /* a mistake in the query; the text names tables and columns, never values */
            e = db_error_text(base->s, info, E_IO, "db.wrong-query", str_of(q->name));
            msg_text(&info->msg, str_of(said));
        }
    }
    PQclear(r);
    return e;
}

/* ---- parameters ---- */

static void put_int32(out *o, size_t v)
{
    const uint32_t big = htobe32((uint32_t)v);
    out_bytes(o, &big, sizeof big);
}

static void put_int64(out *o, int64_t v)
{
    const uint64_t big = htobe64((uint64_t)v);
    out_bytes(o, &big, sizeof big);
}

/* An array as PostgreSQL's array_recv reads it: dimensions, nulls, type, then the elements. */
static void put_array(out *o, enum db_type type, const struct db_value *v)
{
    put_int32(o, v->n ? 1 : 0);
    put_int32(o, 0);
    put_int32(o, type == DB_INTS ? PG_INT8 : PG_TEXT);
    if (v->n == 0)
        return;
    put_int32(o, v->n);
    put_int32(o, 1);
    for (size_t i = 0; i < v->n; i++) {
        if (type == DB_INTS) {
            put_int32(o, 8);
            put_int64(o, ((const int64_t *)v->list)[i]);
        } else {
            const str s = ((const str *)v->list)[i];
            put_int32(o, s.n);
            out_bytes(o, s.p, s.n);
        }
    }
}

static void put_param(out *o, enum db_type type, const struct db_value *v)
{
    uint64_t bits;
    switch (type) {
    case DB_REAL:
    case DB_REAL_NULL:
        memcpy(&bits, &v->r, sizeof bits);
        put_int64(o, (int64_t)bits);
        break;
    case DB_INTS:
    case DB_TEXTS: put_array(o, type, v); break;
    default: put_int64(o, v->i); break;
    }
}

struct params {
    const char *value[STORE_PARAMS_MAX];
    int length[STORE_PARAMS_MAX], format[STORE_PARAMS_MAX];
};

static bool is_borrowed(enum db_type type)
{
    return type == DB_TEXT || type == DB_TEXT_NULL || type == DB_BYTES || type == DB_BYTES_NULL;
}

static err encode(struct pg_db *d, const struct db_query *q, const struct db_value *value,
                  struct params *p, struct err_info *info)
{
    size_t at[STORE_PARAMS_MAX];
    out_clear(&d->buffer);
    for (size_t i = 0; i < q->n_params; i++) {
        at[i] = d->buffer.n;
        p->format[i] = 1;
        if (value[i].s.n > INT32_MAX || value[i].n > INT32_MAX / 16)
            return err_set(info, E_LIMIT, "db.too-large");
        if (!value[i].is_null && !is_borrowed(q->param[i].type))
            put_param(&d->buffer, q->param[i].type, &value[i]);
        p->length[i] = (int)(is_borrowed(q->param[i].type) ? value[i].s.n : d->buffer.n - at[i]);
    }
    const err e = out_error(&d->buffer, info);
    for (size_t i = 0; e == OK && i < q->n_params; i++) /* the buffer moves no more */
        p->value[i] = value[i].is_null                ? NULL
                      : is_borrowed(q->param[i].type) ? value[i].s.p
                                                      : d->buffer.p + at[i];
    return e;
}

/* ---- rows ---- */

static bool read_int(const char *p, int n, int64_t *v)
{
    uint64_t b8;
    uint32_t b4;
    uint16_t b2;
    switch (n) {
    case 8:
        memcpy(&b8, p, 8);
        *v = (int64_t)be64toh(b8);
        return true;
    case 4:
        memcpy(&b4, p, 4);
        *v = (int32_t)be32toh(b4);
        return true;
    case 2:
        memcpy(&b2, p, 2);
        *v = (int16_t)be16toh(b2);
        return true;
    case 1: *v = *p; return true;
    default: return false;
    }
}

static bool read_real(const char *p, int n, double *v)
{
    int64_t bits;
    float f;
    if (!read_int(p, n, &bits) || (n != 8 && n != 4))
        return false;
    if (n == 8) {
        memcpy(v, &bits, sizeof *v);
        return true;
    }
    const uint32_t few = (uint32_t)bits;
    memcpy(&f, &few, sizeof f);
    *v = (double)f;
    return true;
}

static bool fits(Oid found, enum db_type type)
{
    switch (type) {
    case DB_REAL:
    case DB_REAL_NULL: return found == PG_FLOAT8 || found == PG_FLOAT4;
    case DB_TEXT:
    case DB_TEXT_NULL: return found == PG_TEXT || found == PG_VARCHAR;
    case DB_BYTES:
    case DB_BYTES_NULL: return found == PG_BYTEA;
    case DB_BOOL: return found == PG_BOOL || found == PG_INT8 || found == PG_INT4;
    default: return found == PG_INT8 || found == PG_INT4 || found == PG_INT2;
    }
}

static bool read_column(const PGresult *r, int row, int at, enum db_type type, struct db_value *v)
{
    const char *p = PQgetvalue(r, row, at);
    const int n = PQgetlength(r, row, at);
    v->is_null = PQgetisnull(r, row, at);
    if (v->is_null)
        return true;
    if (!fits(PQftype(r, at), type))
        return false;
    if (type == DB_REAL || type == DB_REAL_NULL)
        return read_real(p, n, &v->r);
    v->s = (str){p, (size_t)n};
    return is_borrowed(type) || read_int(p, n, &v->i);
}

static err take_row(const struct db_query *q, const PGresult *r, int row, struct db_sink *sink,
                    struct err_info *info)
{
    struct db_value value[STORE_PARAMS_MAX];
    for (size_t i = 0; i < q->n_columns; i++) {
        if ((int)i < PQnfields(r) && read_column(r, row, (int)i, q->column[i].type, &value[i]))
            continue;
        err_text(info, E_IO, "db.wrong-type", str_of(q->column[i].name));
        msg_text(&info->msg, str_of(q->name));
        return E_IO;
    }
    sink->n_rows++;
    return sink->row(sink, value, info);
}

/* What a result holds: rows, or how many rows a write changed. */
static err take_result(struct pg_db *d, const struct db_query *q, const PGresult *r,
                       struct db_sink *sink, int64_t *changed, struct err_info *info)
{
    err e = OK;
    switch (PQresultStatus(r)) {
    case PGRES_TUPLES_OK:
    case PGRES_SINGLE_TUPLE:
        for (int i = 0; e == OK && sink && i < PQntuples(r); i++)
            e = take_row(q, r, i, sink, info);
        return e;
    case PGRES_COMMAND_OK:
        if (q->n_columns > 0)
            return pg_error(d, NULL, info); /* rows were asked for: they are lost on the way */
        if (changed)
            *changed = strtoll(PQcmdTuples((PGresult *)r), NULL, 10);
        return OK;
    default: return pg_error(d, r, info);
    }
}

/* Stops the rest of a stream: the server would go on to make rows that nobody reads. */
static void cancel(struct pg_db *d)
{
    char why[256];
    PGcancel *c = PQgetCancel(d->h);
    if (c)
        PQcancel(c, why, sizeof why);
    PQfreeCancel(c);
}

static err run_stream(struct pg_db *d, const struct db_query *q, const char *name,
                      const struct params *p, struct db_sink *sink, struct err_info *info)
{
    if (!PQsendQueryPrepared(d->h, name, (int)q->n_params, p->value, p->length, p->format, 1) ||
        !PQsetSingleRowMode(d->h))
        return pg_error(d, NULL, info);
    err e = OK;
    for (PGresult *r; (r = PQgetResult(d->h)) != NULL; PQclear(r)) {
        if (e != OK)
            continue; /* the rest is read away */
        e = take_result(d, q, r, sink, NULL, info);
        if (e != OK && PQresultStatus(r) == PGRES_SINGLE_TUPLE && !d->base.tx && !d->base.is_busy)
            cancel(d); /* within a transaction it would end that, too */
    }
    return e;
}

err pg_run(db *base, const struct db_query *q, void *statement, const struct db_value *value,
           struct db_sink *sink, int64_t *changed, struct err_info *info)
{
    struct pg_db *d = (struct pg_db *)base;
    char name[NAME_MAX_BYTES];
    struct params p;
    name_of(statement, name);
    err e = encode(d, q, value, &p, info);
    if (e != OK)
        return e;
    if (q->kind == DB_EACH)
        return run_stream(d, q, name, &p, sink, info);
    PGresult *r = PQexecPrepared(d->h, name, (int)q->n_params, p.value, p.length, p.format, 1);
    e = take_result(d, q, r, sink, changed, info);
    PQclear(r);
    return e;
}

/* ---- for the test that prepares every query ---- */

err pg_check(db *base, const struct db_query *q, void *statement, struct err_info *info)
{
    struct pg_db *d = (struct pg_db *)base;
    char name[NAME_MAX_BYTES];
    name_of(statement, name);
    PGresult *r = PQdescribePrepared(d->h, name);
    err e = PQresultStatus(r) == PGRES_COMMAND_OK ? OK : pg_error(d, r, info);
    const int n = e == OK ? PQnfields(r) : 0;
    for (int i = 0; e == OK && (i < n || i < (int)q->n_columns); i++) {
        const char *declared = i < (int)q->n_columns ? q->column[i].name : "-";
        const char *found = i < n ? PQfname(r, i) : "-";
        if (!strcmp(declared, found) && fits(PQftype(r, i), q->column[i].type))
            continue;
        e = db_error_text(base->s, info, E_IO,
                          strcmp(declared, found) ? "db.wrong-column" : "db.wrong-column-type",
                          str_of(q->name));
        msg_text(&info->msg, str_of(declared));
        msg_text(&info->msg, str_of(found));
    }
    PQclear(r);
    return e;
}
