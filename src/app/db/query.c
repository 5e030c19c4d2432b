/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/db/db_int.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- statements, prepared when first used ---- */

struct db_prepared {
    const struct db_query *q; /* NULL: a free place */
    size_t variant;
    void *statement;
};

static struct db_prepared *place_of(struct db_prepared *table, size_t cap, const struct db_query *q,
                                    size_t variant)
{
    size_t at = ((uintptr_t)q / 16 * 0x9E3779B1u + variant * 0x85EBCA6Bu) & (cap - 1);
    while (table[at].q && (table[at].q != q || table[at].variant != variant))
        at = (at + 1) & (cap - 1);
    return &table[at];
}

static err grow(db *d, struct err_info *info)
{
    if (2 * (d->n_prepared + 1) <= d->cap_prepared)
        return OK;
    const size_t cap = d->cap_prepared ? 2 * d->cap_prepared : 64;
    struct db_prepared *bigger = calloc(cap, sizeof *bigger);
    if (!bigger)
        return err_nomem(info);
    for (size_t i = 0; i < d->cap_prepared; i++)
        if (d->prepared[i].q)
            *place_of(bigger, cap, d->prepared[i].q, d->prepared[i].variant) = d->prepared[i];
    free(d->prepared);
    d->prepared = bigger;
    d->cap_prepared = cap;
    return OK;
}

static err prepared(db *d, const struct db_query *q, size_t variant, void **statement,
                    struct err_info *info)
{
    assert(variant < q->n_variants);
    err e = grow(d, info);
    if (e != OK)
        return e;
    struct db_prepared *p = place_of(d->prepared, d->cap_prepared, q, variant);
    if (p->q) {
        *statement = p->statement;
        return OK;
    }
    e = d->s->driver->prepare(d, q, variant, statement, info);
    if (e == OK) { /* a new connection may have emptied the table meanwhile */
        p = place_of(d->prepared, d->cap_prepared, q, variant);
        *p = (struct db_prepared){q, variant, *statement};
        d->n_prepared++;
    }
    return e;
}

void db_forget_prepared(db *d, void (*free_one)(void *statement))
{
    for (size_t i = 0; i < d->cap_prepared; i++) {
        if (d->prepared[i].q && free_one)
            free_one(d->prepared[i].statement);
        d->prepared[i] = (struct db_prepared){0};
    }
    d->n_prepared = 0;
}

void db_free_prepared(db *d, void (*free_one)(void *statement))
{
    db_forget_prepared(d, free_one);
    free(d->prepared);
    d->prepared = NULL;
    d->cap_prepared = 0;
}

/* ---- parameters ---- */

static err bad_param(struct err_info *info, const struct db_query *q, const struct db_field *f,
                     const char *key)
{
    err_text(info, E_INPUT, key, str_of(f->name));
    msg_text(&info->msg, str_of(q->name));
    return E_INPUT;
}

static bool is_text(str s)
{
    return str_is_utf8(s) && (s.n == 0 || memchr(s.p, '\0', s.n) == NULL);
}

/* The value of one parameter. Texts stay where they are. */
static err read_param(const struct db_query *q, const struct db_field *f, const void *in,
                      struct db_value *v, struct err_info *info)
{
    const void *at = (const char *)in + f->offset;
    *v = (struct db_value){0};
    switch (f->type) {
    case DB_INT: v->i = *(const int64_t *)at; break;
    case DB_BOOL: v->i = *(const bool *)at; break;
    case DB_REAL: v->r = *(const double *)at; break;
    case DB_INT_NULL:
        v->i = ((const struct db_int *)at)->v;
        v->is_null = !((const struct db_int *)at)->has;
        break;
    case DB_REAL_NULL:
        v->r = ((const struct db_real *)at)->v;
        v->is_null = !((const struct db_real *)at)->has;
        break;
    case DB_ID_NULL:
        v->i = *(const int64_t *)at;
        v->is_null = v->i == 0;
        break;
    case DB_TEXT_NULL:
    case DB_BYTES_NULL:
        v->s = *(const str *)at;
        v->is_null = v->s.p == NULL;
        break;
    case DB_TEXT:
    case DB_BYTES:
        v->s = *(const str *)at;
        if (!v->s.p)
            v->s = STR("");
        break;
    case DB_INTS:
        v->list = ((const struct db_ints *)at)->p;
        v->n = ((const struct db_ints *)at)->n;
        break;
    case DB_TEXTS:
        v->list = ((const struct db_texts *)at)->p;
        v->n = ((const struct db_texts *)at)->n;
        for (size_t i = 0; i < v->n; i++)
            if (!is_text(((const str *)v->list)[i]))
                return bad_param(info, q, f, "db.text");
        break;
    }
    if ((f->type == DB_TEXT || f->type == DB_TEXT_NULL) && !is_text(v->s))
        return bad_param(info, q, f, "db.text");
    if ((f->type == DB_REAL || f->type == DB_REAL_NULL) && !v->is_null && !isfinite(v->r))
        return bad_param(info, q, f, "db.number");
    return OK;
}

static err read_params(const struct db_query *q, const void *in, struct db_value *v,
                       struct err_info *info)
{
    assert(q->n_params <= STORE_PARAMS_MAX);
    for (size_t i = 0; i < q->n_params; i++) {
        const err e = read_param(q, &q->param[i], in, &v[i], info);
        if (e != OK)
            return e;
    }
    return OK;
}

/* ---- rows ---- */

static bool may_be_null(enum db_type type)
{
    return type == DB_INT_NULL || type == DB_REAL_NULL || type == DB_TEXT_NULL ||
           type == DB_BYTES_NULL || type == DB_ID_NULL;
}

static err write_text(void *at, str s, arena *a, struct err_info *info)
{
    if (a)
        s = arena_str(a, s);
    if (!s.p)
        return err_nomem(info);
    *(str *)at = s;
    return OK;
}

/* `a` NULL: texts stay borrowed. */
static err write_column(const struct db_query *q, const struct db_field *f,
                        const struct db_value *v, arena *a, void *row, struct err_info *info)
{
    void *at = (char *)row + f->offset;
    if (v->is_null) {
        if (may_be_null(f->type))
            return OK; /* the row is zeroed */
        err_text(info, E_IO, "db.null", str_of(f->name));
        msg_text(&info->msg, str_of(q->name));
        return E_IO;
    }
    switch (f->type) {
    case DB_INT:
    case DB_ID_NULL: *(int64_t *)at = v->i; break;
    case DB_BOOL: *(bool *)at = v->i != 0; break;
    case DB_REAL: *(double *)at = v->r; break;
    case DB_INT_NULL: *(struct db_int *)at = (struct db_int){true, v->i}; break;
    case DB_REAL_NULL: *(struct db_real *)at = (struct db_real){true, v->r}; break;
    case DB_TEXT:
    case DB_BYTES:
    case DB_TEXT_NULL:
    case DB_BYTES_NULL: return write_text(at, v->s, a, info);
    case DB_INTS:
    case DB_TEXTS: break; /* never a column */
    }
    return OK;
}

static err write_row(const struct db_query *q, const struct db_value *value, arena *a, void *row,
                     struct err_info *info)
{
    memset(row, 0, q->row_size);
    for (size_t i = 0; i < q->n_columns; i++) {
        const err e = write_column(q, &q->column[i], &value[i], a, row, info);
        if (e != OK)
            return e;
    }
    return OK;
}

/* ---- running ---- */

/* Undoing is all that is left of a transaction in which something failed. */
static err remember(db *d, err e, const struct err_info *info)
{
    if (d->tx && e != OK && e != E_NOT_FOUND)
        d->tx->failure = *info;
    return e;
}

static err run(db *d, const struct db_query *q, size_t variant, const void *in,
               struct db_sink *sink, int64_t *changed, struct err_info *info)
{
    struct db_value value[STORE_PARAMS_MAX];
    void *statement;
    assert(!d->is_lent); /* within a transaction: db_tx_db(tx) */
    if (d->tx && d->tx->failure.code != OK) {
        *info = d->tx->failure;
        return info->code;
    }
    err e = read_params(q, in, value, info);
    if (e != OK)
        return remember(d, e, info);
    for (int attempt = 0; attempt < 2; attempt++) {
        d->is_new = false;
        e = prepared(d, q, variant, &statement, info);
        if (e == OK)
            e = d->s->driver->run(d, q, statement, value, sink, changed, info);
        /* the connection was lost and is there again: a read may be repeated, unseen */
        if (e != E_BUSY || !d->is_new || d->tx || d->is_busy || (sink && sink->n_rows))
            break;
    }
    return remember(d, e, info);
}

struct one_sink {
    struct db_sink base;
    arena *a;
    void *row;
};

static err take_one(struct db_sink *sink, const struct db_value *value, struct err_info *info)
{
    const struct one_sink *o = (const struct one_sink *)sink;
    if (sink->n_rows > 1)
        return err_text(info, E_IO, "db.more-than-one", str_of(sink->q->name));
    return write_row(sink->q, value, o->a, o->row, info);
}

err db_query_one(db *d, const struct db_query *q, size_t variant, const void *in, arena *a,
                 void *row, struct err_info *info)
{
    struct one_sink sink = {.base = {.row = take_one, .q = q}, .a = a, .row = row};
    const err e = run(d, q, variant, in, &sink.base, NULL, info);
    if (e == OK && sink.base.n_rows == 0)
        return err_set(info, E_NOT_FOUND, "db.absent");
    return e;
}

struct many_sink {
    struct db_sink base;
    arena *a;
    char *rows;
    size_t cap;
};

static err take_many(struct db_sink *sink, const struct db_value *value, struct err_info *info)
{
    struct many_sink *m = (struct many_sink *)sink;
    const size_t size = sink->q->row_size, n = sink->n_rows - 1;
    if (n == m->cap) {
        const size_t cap = m->cap ? 2 * m->cap : 16;
        char *bigger = arena_alloc(m->a, cap, size);
        if (!bigger)
            return err_nomem(info);
        if (n)
            memcpy(bigger, m->rows, n * size);
        m->rows = bigger;
        m->cap = cap;
    }
    return write_row(sink->q, value, m->a, m->rows + n * size, info);
}

err db_query_many(db *d, const struct db_query *q, size_t variant, const void *in, arena *a,
                  void **rows, size_t *n, struct err_info *info)
{
    struct many_sink sink = {.base = {.row = take_many, .q = q}, .a = a};
    const err e = run(d, q, variant, in, &sink.base, NULL, info);
    if (e == OK) {
        *rows = sink.rows;
        *n = sink.base.n_rows;
    }
    return e;
}

struct each_sink {
    struct db_sink base;
    db *d;
    void *row;
    err (*fn)(void *to, const void *r, struct err_info *info);
    void *to;
};

static err take_each(struct db_sink *sink, const struct db_value *value, struct err_info *info)
{
    struct each_sink *s = (struct each_sink *)sink;
    const bool was_busy = s->d->is_busy;
    err e = write_row(sink->q, value, NULL, s->row, info);
    if (e != OK)
        return e;
    s->d->is_busy = true;
    e = s->fn(s->to, s->row, info);
    s->d->is_busy = was_busy;
    return e;
}

err db_query_each(db *d, const struct db_query *q, size_t variant, const void *in,
                  err (*row)(void *to, const void *r, struct err_info *info), void *to,
                  struct err_info *info)
{
    struct each_sink sink = {.base = {.row = take_each, .q = q},
                             .d = d,
                             .fn = row,
                             .to = to,
                             .row = malloc(q->row_size)};
    if (!sink.row)
        return err_nomem(info);
    const err e = run(d, q, variant, in, &sink.base, NULL, info);
    free(sink.row);
    return e;
}

err db_query_write(db_tx *tx, const struct db_query *q, size_t variant, const void *in,
                   int64_t *changed, struct err_info *info)
{
    return run(tx->d, q, variant, in, NULL, changed, info);
}

err db_query_check(db *d, const struct db_query *q, size_t variant, struct err_info *info)
{
    void *statement;
    const err e = prepared(d, q, variant, &statement, info);
    return e == OK ? d->s->driver->check(d, q, statement, info) : e;
}
