/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * query: what the C functions that tools/sqlc makes stand on. Only generated code
 * calls this; rooms include their "app/ROOM/queries.h".
 */
#ifndef ONTSCHOT_APP_DB_QUERY_H
#define ONTSCHOT_APP_DB_QUERY_H

#include "app/db/db.h"

/* Values that may be NULL. Texts and bytes have p == NULL for it, ids have 0. */
struct db_int {
    bool has;
    int64_t v;
};
struct db_real {
    bool has;
    double v;
};

/* Lists, borrowed: of ints, of texts. Lists of ids are {p, n} too. */
struct db_ints {
    const int64_t *p;
    size_t n;
};
struct db_texts {
    const str *p;
    size_t n;
};

enum db_type {
    DB_INT,
    DB_REAL,
    DB_TEXT,
    DB_BYTES,
    DB_BOOL,
    DB_INT_NULL,
    DB_REAL_NULL,
    DB_TEXT_NULL,
    DB_BYTES_NULL,
    DB_ID_NULL,
    DB_INTS,
    DB_TEXTS,
};

enum db_kind { DB_ONE, DB_MANY, DB_EACH, DB_WRITE, DB_COUNT };

struct db_field {
    const char *name;
    enum db_type type;
    size_t offset; /* in the struct of parameters or of the row */
};

/* One query; every combination of its clauses and choices is a variant with its own text. */
struct db_query {
    const char *name; /* "room.query_name" */
    enum db_kind kind;
    bool writes;
    const struct db_field *param;
    size_t n_params;
    const struct db_field *column;
    size_t n_columns;
    size_t row_size;
    size_t n_variants;
    const char *const *sqlite, *const *postgresql; /* n_variants texts each */
};

/* All queries of one room, for the test that prepares them. */
struct db_queries {
    const struct db_query *const *query;
    size_t n;
};

WARN_UNUSED err db_query_one(db *d, const struct db_query *q, size_t variant, const void *in,
                             arena *a, void *row, struct err_info *info);
WARN_UNUSED err db_query_many(db *d, const struct db_query *q, size_t variant, const void *in,
                              arena *a, void *rows, size_t *n, struct err_info *info);
WARN_UNUSED err db_query_each(db *d, const struct db_query *q, size_t variant, const void *in,
                              err (*row)(void *to, const void *r, struct err_info *info), void *to,
                              struct err_info *info);
WARN_UNUSED err db_query_write(db_tx *tx, const struct db_query *q, size_t variant, const void *in,
                               int64_t *changed, struct err_info *info);

/* Prepares a variant and compares names and types of its columns with the declared ones. */
WARN_UNUSED err db_query_check(db *d, const struct db_query *q, size_t variant,
                               struct err_info *info);

#endif
