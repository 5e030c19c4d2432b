/* SPDX-License-Identifier: EUPL-1.2 */
/* sqlc_parse_int: what reading heads (sqlc_head.c) and statements (sqlc_body.c) share. */
#ifndef ONTSCHOT_TOOLS_SQLC_PARSE_INT_H
#define ONTSCHOT_TOOLS_SQLC_PARSE_INT_H

#include "sqlc_parse.h"
#include "sqlc_token.h"

/* One mistake, as "file:line: what: which"; `which` may be empty. Returns false. */
bool sqlc_wrong(struct sqlc_file *f, str file, int64_t line, const char *what, str which);

/* Reads "KIND NAME (PARAMETERS) -> (COLUMNS)". False when it has a mistake. */
bool sqlc_head(struct sqlc_file *f, struct sqlc_cursor *c, struct sqlc_query *q);

/* Reads the statement up to its semicolon and checks it. False when it has a mistake. */
bool sqlc_body(struct sqlc_file *f, struct sqlc_cursor *c, struct sqlc_query *q);

struct sqlc_field *sqlc_field(struct sqlc_fields *fields, str name);
const struct sqlc_query *sqlc_find(const struct sqlc_file *f, str name);

static inline bool sqlc_is(const struct sqlc_token *t, const char *text)
{
    return (t->kind == SQLC_SIGN || t->kind == SQLC_WORD) && str_eq_nocase(t->text, str_of(text));
}

#endif
