/* SPDX-License-Identifier: EUPL-1.2 */
/* The SQLite driver: statements, parameters and rows. */
#include "app/db/sqlite_int.h"

#include <string.h>

err sqlite_prepare(db *base, const struct db_query *q, size_t variant, void **statement,
                   struct err_info *info)
{
    struct sqlite_db *d = (struct sqlite_db *)base;
    sqlite3_stmt *made = NULL;
    const int code =
        sqlite3_prepare_v3(d->h, q->sqlite[variant], -1, SQLITE_PREPARE_PERSISTENT, &made, NULL);
    *statement = made;
    if (code == SQLITE_OK)
        return OK;
    if (code != SQLITE_ERROR)
        return sqlite_error(d, code, info);
    /* a mistake in the query; the text names tables and columns, never values */
    db_error_text(base->s, info, E_IO, "db.wrong-query", str_of(q->name));
    msg_text(&info->msg, str_of(sqlite3_errmsg(d->h)));
    return E_IO;
}

void sqlite_finalize(void *statement)
{
    sqlite3_finalize(statement);
}

err sqlite_check(db *base, const struct db_query *q, void *statement, struct err_info *info)
{
    const size_t n = (size_t)sqlite3_column_count(statement);
    for (size_t i = 0; i < q->n_columns || i < n; i++) {
        const char *declared = i < q->n_columns ? q->column[i].name : "-";
        const char *found = i < n ? sqlite3_column_name(statement, (int)i) : "-";
        if (found && !strcmp(declared, found))
            continue;
        db_error_text(base->s, info, E_IO, "db.wrong-column", str_of(q->name));
        msg_text(&info->msg, str_of(declared));
        msg_text(&info->msg, str_of(found));
        return E_IO;
    }
    return OK;
}

/* ---- parameters ---- */

static void put_json_text(out *o, str s)
{
    out_char(o, '"');
    for (size_t i = 0; i < s.n; i++) {
        const unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20) {
            out_cstr(o, "\\u00");
            out_hex(o, &s.p[i], 1);
        } else {
            if (c == '"' || c == '\\')
                out_char(o, '\\');
            out_char(o, (char)c);
        }
    }
    out_char(o, '"');
}

static void put_json(out *o, enum db_type type, const struct db_value *v)
{
    out_char(o, '[');
    for (size_t i = 0; i < v->n; i++) {
        if (i)
            out_char(o, ',');
        if (type == DB_INTS)
            out_int(o, ((const int64_t *)v->list)[i]);
        else
            put_json_text(o, ((const str *)v->list)[i]);
    }
    out_char(o, ']');
}

/* Copied by SQLite: a query may have several lists, and there is one buffer. */
static err bind_list(struct sqlite_db *d, sqlite3_stmt *statement, int at, enum db_type type,
                     const struct db_value *v, struct err_info *info)
{
    out_clear(&d->list);
    put_json(&d->list, type, v);
    const err e = out_error(&d->list, info);
    if (e != OK)
        return e;
    const str json = out_view(&d->list);
    const int code =
        sqlite3_bind_text64(statement, at, json.p, json.n, SQLITE_TRANSIENT, SQLITE_UTF8);
    return code == SQLITE_OK ? OK : sqlite_error(d, code, info);
}

static err bind_one(struct sqlite_db *d, sqlite3_stmt *statement, int at, enum db_type type,
                    const struct db_value *v, struct err_info *info)
{
    int code = SQLITE_OK;
    if (v->is_null) {
        code = sqlite3_bind_null(statement, at);
    } else {
        switch (type) {
        case DB_INT:
        case DB_BOOL:
        case DB_INT_NULL:
        case DB_ID_NULL: code = sqlite3_bind_int64(statement, at, v->i); break;
        case DB_REAL:
        case DB_REAL_NULL: code = sqlite3_bind_double(statement, at, v->r); break;
        case DB_TEXT:
        case DB_TEXT_NULL:
            code = sqlite3_bind_text64(statement, at, v->s.p, v->s.n, SQLITE_STATIC, SQLITE_UTF8);
            break;
        case DB_BYTES:
        case DB_BYTES_NULL:
            code = sqlite3_bind_blob64(statement, at, v->s.p, v->s.n, SQLITE_STATIC);
            break;
        case DB_INTS:
        case DB_TEXTS: return bind_list(d, statement, at, type, v, info);
        }
    }
    return code == SQLITE_OK ? OK : sqlite_error(d, code, info);
}

/* A variant may leave the last parameters out. */
static err bind_all(struct sqlite_db *d, const struct db_query *q, sqlite3_stmt *statement,
                    const struct db_value *value, struct err_info *info)
{
    const size_t n = (size_t)sqlite3_bind_parameter_count(statement);
    for (size_t i = 0; i < q->n_params && i < n; i++) {
        const err e = bind_one(d, statement, (int)i + 1, q->param[i].type, &value[i], info);
        if (e != OK)
            return e;
    }
    return OK;
}

/* ---- rows ---- */

static bool read_text(sqlite3_stmt *statement, int at, struct db_value *v)
{
    const void *p = sqlite3_column_type(statement, at) == SQLITE_TEXT
                        ? (const void *)sqlite3_column_text(statement, at)
                        : sqlite3_column_blob(statement, at);
    const int n = sqlite3_column_bytes(statement, at);
    v->s = (str){n ? p : "", (size_t)n};
    return v->s.p != NULL; /* NULL: out of memory */
}

/* False when the column holds another type than was declared, or memory is out. */
static bool read_column(sqlite3_stmt *statement, int at, enum db_type type, struct db_value *v)
{
    const int found = sqlite3_column_type(statement, at);
    v->is_null = found == SQLITE_NULL;
    if (v->is_null)
        return true;
    switch (type) {
    case DB_REAL:
    case DB_REAL_NULL:
        v->r = sqlite3_column_double(statement, at);
        return found == SQLITE_FLOAT || found == SQLITE_INTEGER;
    case DB_TEXT:
    case DB_TEXT_NULL: return found == SQLITE_TEXT && read_text(statement, at, v);
    case DB_BYTES:
    case DB_BYTES_NULL: return found == SQLITE_BLOB && read_text(statement, at, v);
    default: v->i = sqlite3_column_int64(statement, at); return found == SQLITE_INTEGER;
    }
}

static err take_row(struct sqlite_db *d, const struct db_query *q, sqlite3_stmt *statement,
                    struct db_sink *sink, struct err_info *info)
{
    struct db_value value[STORE_PARAMS_MAX];
    for (size_t i = 0; i < q->n_columns; i++) {
        if (read_column(statement, (int)i, q->column[i].type, &value[i]))
            continue;
        if (sqlite3_errcode(d->h) == SQLITE_NOMEM)
            return err_nomem(info);
        err_text(info, E_IO, "db.wrong-type", str_of(q->column[i].name));
        msg_text(&info->msg, str_of(q->name));
        return E_IO;
    }
    sink->n_rows++;
    return sink->row(sink, value, info);
}

err sqlite_run(db *base, const struct db_query *q, void *statement, const struct db_value *value,
               struct db_sink *sink, int64_t *changed, struct err_info *info)
{
    struct sqlite_db *d = (struct sqlite_db *)base;
    int code;
    err e = bind_all(d, q, statement, value, info);
    while (e == OK && (code = sqlite3_step(statement)) != SQLITE_DONE) {
        if (code == SQLITE_ROW && sink)
            e = take_row(d, q, statement, sink, info);
        else if (code != SQLITE_ROW)
            e = sqlite_error(d, code, info);
    }
    if (e == OK && changed)
        *changed = sqlite3_changes64(d->h);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement); /* they point into the caller's memory */
    return e;
}
