/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * err: the one error type of the project. A call that can fail returns it and
 * leaves the detail in an err_info that the caller passes (never NULL).
 *
 * Does: codes, and the detail as a message key with values and a place.
 * Does not: make sentences; base/i18n turns the key into Dutch or English.
 */
#ifndef ONTSCHOT_BASE_ERR_H
#define ONTSCHOT_BASE_ERR_H

#include "base/msg.h"

typedef enum err {
    OK = 0,
    E_INPUT,     /* the caller's data is wrong; the detail names where */
    E_NOT_FOUND, /* absent, or not for this viewer: the two look the same */
    E_CONFLICT,  /* someone else changed it first */
    E_LIMIT,     /* a documented bound was reached */
    E_IO,
    E_NOMEM,
    E_CANCELLED, /* the user asked to stop */
    E_BUSY,      /* not now: away, locked or full of work; later may succeed */
    E_DENIED,    /* you may not; the detail names the rule and whom to ask */
} err;

#define WARN_UNUSED __attribute__((warn_unused_result))

enum { ERR_FILE_MAX = 256 };

struct err_info {
    err code;
    struct msg msg;          /* what went wrong and what to do, as key and values */
    char file[ERR_FILE_MAX]; /* empty when no file is concerned; a long name keeps its tail */
    int64_t line;            /* from 1; 0 when unknown */
    int64_t column;          /* from 1; 0 when unknown */
};

/*
 * Records an error and returns its code, so that `return err_set(...)` reads
 * as one step. Clears the place; values of the message are added afterwards
 * with msg_text() and its sisters on `&info->msg`.
 *
 *   key  a message of po/, a string literal, borrowed for ever
 */
err err_set(struct err_info *info, err code, const char *key);

/* The same with one text value, the most frequent case. */
err err_text(struct err_info *info, err code, const char *key, str value);

/* Adds the place to an error that was just set. `file` may be empty. */
void err_at(struct err_info *info, str file, int64_t line, int64_t column);

/* E_NOMEM with its message. */
err err_nomem(struct err_info *info);

/* E_IO for a failed system call on `file`; reads errno. */
err err_io(struct err_info *info, const char *key, str file);

#endif
