/* SPDX-License-Identifier: EUPL-1.2 */
/* sqlc_token: the tokens of SQL that both databases read the same way. */
#ifndef ONTSCHOT_TOOLS_SQLC_TOKEN_H
#define ONTSCHOT_TOOLS_SQLC_TOKEN_H

#include "base/str.h"

enum sqlc_token_kind {
    SQLC_END,
    SQLC_WORD,
    SQLC_NUMBER,
    SQLC_STRING,   /* with its quotes */
    SQLC_VALUE,    /* :name; the text is the name */
    SQLC_INCLUDED, /* @name */
    SQLC_SIGN,
    SQLC_WRONG, /* the text says what is wrong */
};

struct sqlc_token {
    enum sqlc_token_kind kind;
    str text;
    bool spaced; /* behind white space or a comment */
    int64_t line;
};

struct sqlc_cursor {
    str text;
    size_t at;
    int64_t line; /* from 1 */
};

/* The next token; comments ("-- ..." to the end of the line) are skipped. */
struct sqlc_token sqlc_next(struct sqlc_cursor *c);

#endif
