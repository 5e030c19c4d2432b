/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sqlc_parse: queries.sql as a list of queries, checked. src/app/db/README.md has
 * the language.
 *
 * Does: read heads and statements, put fragments in, find what is refused.
 * Does not: know tables and columns; a test that prepares every query does.
 */
#ifndef ONTSCHOT_TOOLS_SQLC_PARSE_H
#define ONTSCHOT_TOOLS_SQLC_PARSE_H

#include "base/arena.h"
#include "base/out.h"

enum { SQLC_FIELDS_MAX = 64, SQLC_SWITCHES_MAX = 8, SQLC_OPTIONS_MAX = 16, SQLC_VARIANTS_MAX = 128 };

enum sqlc_kind { SQLC_ONE, SQLC_MANY, SQLC_EACH, SQLC_WRITE, SQLC_COUNT, SQLC_FRAGMENT };

enum sqlc_base { SQLC_INT, SQLC_REAL, SQLC_TEXT, SQLC_BYTES, SQLC_BOOL, SQLC_ID };

/* A parameter or a column. */
struct sqlc_field {
    str name, id; /* `id`: "party_id" */
    enum sqlc_base base;
    bool nullable, list, used;
    int64_t line;
};

struct sqlc_fields {
    struct sqlc_field item[SQLC_FIELDS_MAX];
    size_t n;
};

/* What a caller sets: an optional clause (no options) or a choice. */
struct sqlc_switch {
    str name;
    str option[SQLC_OPTIONS_MAX];
    size_t n_options;
};

enum sqlc_node_kind {
    SQLC_SQL,   /* a token as it is */
    SQLC_PARAM, /* :name */
    SQLC_IN,    /* IN :name */
    SQLC_NOT_IN,
    SQLC_EACH_OF, /* EACH(:name) */
};

struct sqlc_node {
    enum sqlc_node_kind kind;
    str text;    /* the token, or the parameter's name */
    bool spaced; /* white space stands before it */
    int at;      /* the switch it depends on, or -1 ... */
    int value;   /* ... and the value with which it stands there */
    int64_t line;
};

struct sqlc_query {
    enum sqlc_kind kind;
    str file, name;
    int64_t line;
    bool writes;
    struct sqlc_fields params, columns;
    struct sqlc_switch item[SQLC_SWITCHES_MAX];
    size_t n_switches;
    struct sqlc_node *node;
    size_t n_nodes, cap;
};

struct sqlc_file {
    arena *a;
    struct sqlc_query **query; /* fragments among them */
    size_t n, cap;
    bool (*read)(void *arg, str path, str *text); /* an included file; false: said why */
    void *arg;
    out *errors; /* one line per mistake: "file:line: ..." */
};

/* Reads `text` of `file` behind what `f` holds already. */
void sqlc_parse(struct sqlc_file *f, str text, str file);

/* Combinations of clauses and choices. */
size_t sqlc_variants(const struct sqlc_query *q);

bool sqlc_is_list(const struct sqlc_query *q, str param);

#endif
