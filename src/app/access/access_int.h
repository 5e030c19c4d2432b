/* SPDX-License-Identifier: EUPL-1.2 */
/* access_int: what the files of this room share. */
#ifndef ONTSCHOT_APP_ACCESS_INT_H
#define ONTSCHOT_APP_ACCESS_INT_H

#include "app/access/access.h"
#include "app/access/queries.h"
#include "app/audit/audit.h"

#include <sodium.h>

enum {
    SECRET_HASH_BYTES = 32,
    SECOND_ASKED_MS = 10 * 60 * 1000, /* so long may pass between password and code */
    SECOND_WRONG_MAX = 5,             /* then the password is asked again */
    SESSIONS_SHOWN_MAX = 200,
    TEXT_MAX = 120, /* characters of a function or a label */
    REASON_MAX = 2000,
};

/* ---- secrets ---- */

/* Each use of the one key hashes another text, so that no hash of one serves as another's. */
enum hash_use { HASH_SESSION, HASH_TOKEN, HASH_LINK, HASH_RECOVERY, HASH_THROTTLE, HASH_OIDC };

struct secret_hash {
    unsigned char byte[SECRET_HASH_BYTES];
};
struct secret_hash secret_hash_of(const struct app *app, enum hash_use use, str bytes);
/* Of a secret as it is kept, for a query. */
struct secret_hash secret_kept(const struct app *app, enum hash_use use,
                               const struct access_secret *s);
static inline str secret_hash_str(const struct secret_hash *h)
{
    return (str){(const char *)h->byte, sizeof h->byte};
}
struct access_secret secret_new(const struct app *app);

/* ---- passwords ---- */

/* Weaker ones than libsodium's interactive limits are for tests, which hash by the hundred. */
WARN_UNUSED err gate_new_sized(int at_once, int queue, unsigned long long passes, size_t memory,
                               struct password_gate **gate, struct err_info *info);
/* Both: E_BUSY "access.busy" when too many wait, or there is no memory to hash it in. */
WARN_UNUSED err gate_hash(struct password_gate *gate, str password,
                          char hash[crypto_pwhash_STRBYTES], struct err_info *info);
/* Without a hash (p == NULL) it takes as long, and is wrong. */
WARN_UNUSED err gate_verify(struct password_gate *gate, str password, str hash, bool *is_right,
                            struct err_info *info);
/* How many were hashed since its start. */
int64_t gate_hashed(struct password_gate *gate);

/* E_INPUT with the rule when it is too short, too long, or among those that are tried first. */
WARN_UNUSED err password_check(const struct deed *deed, str password, str name, str email,
                               struct err_info *info);

/* ---- texts that people fill in ---- */

/* Trimmed and composed, without what cannot be seen; of 1 (or 0) to `max` characters. */
WARN_UNUSED err text_check(const struct deed *deed, str typed, size_t max, bool may_be_empty,
                           const char *key_wrong, str *text, struct err_info *info);
/* Lines of text, up to REASON_MAX bytes; may be empty. */
WARN_UNUSED err reason_check(const struct deed *deed, str typed, str *text, struct err_info *info);
/* An address as mail takes it, in ASCII: letters that look alike cannot pass for one another. */
WARN_UNUSED err email_check(const struct deed *deed, str typed, str *address, str *key,
                            struct err_info *info);
/* What names are sorted and found by: without case and accents. */
WARN_UNUSED err text_fold(arena *a, str text, str *key, struct err_info *info);
/* A pattern for LIKE ... ESCAPE '!' that finds `part` anywhere. */
WARN_UNUSED err text_pattern(arena *a, str part, str *pattern, struct err_info *info);

/* ---- throttle ---- */

enum throttle_what { THROTTLE_SIGN_IN, THROTTLE_SECOND, THROTTLE_PASSWORD, THROTTLE_MAIL };
struct throttle {
    enum throttle_what what;
    str who;   /* an address key or an id as text */
    str place; /* empty: wherever from */
};
/*
 * Counts a try before it is made, so that many at once do not slip through. E_LIMIT
 * "access.try-later" with the minutes to wait.
 */
WARN_UNUSED err throttle_take(db_tx *tx, const struct deed *deed, struct throttle t,
                              struct err_info *info);
/* The secret was right: the try is taken back, and here the owner is known. */
WARN_UNUSED err throttle_right(db_tx *tx, const struct deed *deed, struct throttle t,
                               struct err_info *info);

/* Counts of yesterday and places that were not seen for long. */
WARN_UNUSED err throttle_sweep(db_tx *tx, const struct deed *deed, struct err_info *info);

/* ---- second factor ---- */

/* Whether `code` is of the account's authenticator or one of its recovery codes; uses it up. */
WARN_UNUSED err second_try(db_tx *tx, const struct deed *deed, struct party_id party, str code,
                           bool *is_right, struct err_info *info);

/* Drops authenticator and recovery codes; what sessions proved by them counts no more. */
WARN_UNUSED err second_forget(db_tx *tx, const struct deed *deed, struct party_id who,
                              const char *verb, struct err_info *info);

/* Raises a session of the viewer's under another secret, and ends all others. */
WARN_UNUSED err session_renew(db_tx *tx, const struct deed *deed, const struct access_secret *old,
                              const struct access_secret *secret, struct err_info *info);

/* ---- accounts ---- */

/* Keeps another hash; ends the sessions and links of whoever knew the one before. */
WARN_UNUSED err password_change(db_tx *tx, const struct deed *deed, struct party_id who,
                                const char *hash, struct err_info *info);

/* The password of any account: a try counts before it is hashed. E_DENIED when it is wrong. */
WARN_UNUSED err password_prove(const struct deed *deed, db *d, struct party_id who, str password,
                               struct err_info *info);

/* Any account, whoever asks; E_NOT_FOUND. */
WARN_UNUSED err account_of(const struct deed *deed, db *d, struct party_id id, struct account *a,
                           struct err_info *info);

WARN_UNUSED err link_make(db_tx *tx, const struct deed *deed, enum link_kind kind,
                          struct party_id party, const struct access_secret *secret,
                          struct err_info *info);

/* A letter to an account, one of those that mail.h lists. */
struct letter {
    struct party_id party;
    str to;
    enum lang lang;
    const char *subject, *body;
    str by;                           /* who invites; p == NULL where the letter does not say */
    const struct access_secret *link; /* NULL: to the page where one signs in */
};
WARN_UNUSED err letter_put(db_tx *tx, const struct deed *deed, const struct letter *l,
                           struct err_info *info);

/* The same deed, done by whom it turned out to be. */
static inline struct deed deed_as(const struct deed *deed, struct party_id who)
{
    struct deed d = *deed;
    d.viewer.id = who;
    return d;
}

/* A row of the log about an account, with at most one personal field. */
WARN_UNUSED err account_log(db_tx *tx, const struct deed *deed, const char *verb,
                            struct party_id about, struct err_info *info);

/* E_DENIED "access.denied-admin", "access.denied-visitor". */
WARN_UNUSED err need_admin(const struct deed *deed, struct err_info *info);
WARN_UNUSED err need_account(const struct deed *deed, struct err_info *info);

/* E_CONFLICT "access.last-admin" when `a` is the last, and would not be one with these roles. */
WARN_UNUSED err check_admin_stays(const struct deed *deed, db *d, const struct account *a,
                                  unsigned roles, struct err_info *info);
/* E_INPUT for a bit that is no role. */
WARN_UNUSED err roles_check(unsigned roles, struct err_info *info);
/* E_INPUT when there is no such organisation; v == 0 is none, and fine. */
WARN_UNUSED err organisation_check(const struct deed *deed, db *d, struct party_id id,
                                   struct err_info *info);

/* Takes somebody out of every room and of the log, whoever asks. */
WARN_UNUSED err account_forget(db_tx *tx, const struct deed *deed, struct party_id who,
                               bool with_publications, struct err_info *info);

#endif
