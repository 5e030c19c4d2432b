/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * audit: who did what, when, to whom and why, so that nobody can change it unseen.
 *
 * Does: write a row in the transaction of its deed; number and chain the rows (one sealer at a
 *       time); verify the chain against an exported head; forget what names a person, without
 *       breaking the chain; show rows to auditors, which is a row itself.
 * Does not: write the text log of the server (base/log does).
 *
 * The chain: h(n) = BLAKE2b-256, keyed, of h(n-1), the number and the row's fields, in which each
 * personal field stands as its commitment BLAKE2b-256(salt, value). Erasure drops value and salt.
 * Rows are numbered in the order in which the sealer meets them committed, so a transaction that
 * commits late is numbered late and never leaves a gap.
 */
#ifndef ONTSCHOT_APP_AUDIT_AUDIT_H
#define ONTSCHOT_APP_AUDIT_AUDIT_H

#include "app/access/holding.h"
#include "app/app.h"
#include "app/db/db.h"

enum { AUDIT_FIELDS_MAX = 8, AUDIT_VALUE_MAX = 2000, AUDIT_LIST_MAX = 500, AUDIT_HEAD_TEXT = 64 };

struct audit_field {
    const char *name; /* a literal */
    str value;
    bool is_personal; /* can be forgotten */
};

struct audit_row {
    const char *verb;   /* "publication.publish"; a literal, see the list in audit.po */
    const char *object; /* what the id names: "publication"; a literal */
    int64_t object_id;
    struct party_id about; /* whose data it concerns: what erasure finds; v == 0: nobody's */
    str purpose;           /* why, where a rule asks it */
    struct audit_field field[AUDIT_FIELDS_MAX];
    size_t n_fields;
};

WARN_UNUSED err audit_add(db_tx *tx, const struct deed *deed, const struct audit_row *row,
                          struct err_info *info);

/* Numbers and chains what was committed since; OK when another sealer is at work. */
WARN_UNUSED err audit_seal(const struct app *app, db *d, int64_t *n_sealed, struct err_info *info);

struct audit_head {
    int64_t number;
    unsigned char chain[32];
    int64_t at;
};
WARN_UNUSED err audit_head(db *d, arena *a, struct audit_head *head, struct err_info *info);
/* When the first row that is sealed was written; 0: none is. */
WARN_UNUSED err audit_since(db *d, arena *a, int64_t *at, struct err_info *info);
/* One line of text to keep elsewhere: number, time and chain; and back. */
void audit_head_print(out *o, const struct audit_head *head);
bool audit_head_parse(str line, struct audit_head *head);

struct audit_verdict {
    int64_t n_rows, n_unsealed;
    bool is_whole;
    int64_t broken_at; /* the first number that does not fit */
    const char *why;   /* a message key: changed, missing, cut off, out of order, value changed */
};
/* Walks the whole chain. `known` (or NULL) is a head that was exported earlier. */
WARN_UNUSED err audit_verify(const struct app *app, db *d, const struct audit_head *known,
                             struct audit_verdict *verdict, struct err_info *info);

/* Drops value and salt of every personal field about somebody, and of what they did. */
WARN_UNUSED err audit_forget(db_tx *tx, struct party_id who, struct err_info *info);

struct audit_entry {
    int64_t number, at;
    struct party_id actor, about;
    str actor_name, about_name; /* of today; empty for an erased account, and for nobody */
    str verb, object, purpose;
    int64_t object_id;
    struct audit_field *field; /* p of a value is NULL when it was forgotten */
    size_t n_fields;
};
struct audit_filter {
    struct party_id who; /* done by or about this one; v == 0: whoever */
    str verbs;           /* "session": every verb that begins so, before the dot; empty: all */
};
/* For auditors, newest first, before number `from` (0: the newest). Writes that it was read. */
WARN_UNUSED err audit_list(const struct deed *deed, db *d, struct audit_filter filter, int64_t from,
                           size_t limit, struct audit_entry **list, size_t *n,
                           struct err_info *info);
/*
 * All of them, for a file: newest first, each given to `row` and valid during that call. Writes
 * once that they were taken along. An error of `row` ends it.
 */
WARN_UNUSED err audit_each(const struct deed *deed, db *d, struct audit_filter filter,
                           err (*row)(void *to, const struct audit_entry *e, struct err_info *info),
                           void *to, struct err_info *info);
/* What concerns the viewer: done by or about it. */
WARN_UNUSED err audit_about_me(const struct deed *deed, db *d, int64_t from, size_t limit,
                               struct audit_entry **list, size_t *n, struct err_info *info);

/* For export and erasure: the last of the program's list. */
extern const struct access_holding audit_holding;

#endif
