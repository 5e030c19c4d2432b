/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * access: people, organisations and the accounts they sign in with.
 *
 * Does: invite, register, confirm, sign in and out, second factor, recovery, personal tokens,
 *       roles, blocking, own-data export and erasure.
 * Does not: know HTTP, cookies or pages; speak OpenID Connect (oidc.h); decide about residents'
 *           data (that decision comes with casework).
 *
 * An unknown address and a wrong password give the same answer in the same time. Secrets (tokens,
 * session ids, links in mail) are 32 random bytes, shown once, and kept as a keyed hash. Every call
 * that changes something writes the audit log in the same transaction.
 */
#ifndef ONTSCHOT_APP_ACCESS_ACCESS_H
#define ONTSCHOT_APP_ACCESS_ACCESS_H

#include "app/app.h"
#include "app/db/db.h"

enum {
    ACCESS_SECRET_TEXT = 43, /* 32 bytes in base64url */
    ACCESS_NAME_MAX = 120,
    ACCESS_EMAIL_MAX = 254,
    ACCESS_PASSWORD_MIN = 12,  /* characters */
    ACCESS_PASSWORD_MAX = 256, /* bytes */
    ACCESS_RECOVERY_CODES = 10,
    ACCESS_SECOND_BYTES = 20,        /* of an authenticator's secret, as RFC 4226 section 4 asks */
    ACCESS_IDLE_MS = 15 * 60 * 1000, /* of a session with a strong role */
    ACCESS_IDLE_PLAIN_MS = 12 * 60 * 60 * 1000, /* of any other */
    ACCESS_SESSION_MS = 12 * 60 * 60 * 1000,    /* then sign in again */
    ACCESS_LINK_MS = 24 * 60 * 60 * 1000,       /* a link in a mail works so long, once */
    ACCESS_INVITE_DAYS = 14,
    ACCESS_PEOPLE_MAX = 200, /* of a list asked at once */
    ACCESS_ORGANISATIONS_MAX = 5000,
    ACCESS_TOKENS_MAX = 20, /* of one account */
    ACCESS_TOKEN_DAYS_MAX = 366,
};

/* Prints a secret as text for a cookie, link or header; and back, false when it is none. */
struct access_secret {
    unsigned char byte[32];
};
void access_secret_print(struct access_secret s, char text[ACCESS_SECRET_TEXT]);
bool access_secret_parse(str text, struct access_secret *s);

/* ---- passwords ---- */

/*
 * argon2id with libsodium's interactive limits (64 MiB), at most `at_once` at the same time: who
 * comes later waits, at most `queue` callers; more get E_BUSY.
 */
WARN_UNUSED err password_gate_new(int at_once, int queue, struct password_gate **gate,
                                  struct err_info *info);
void password_gate_free(struct password_gate *gate);

/* ---- accounts ---- */

enum account_state {
    ACCOUNT_NONE,
    ACCOUNT_WAITING,
    ACCOUNT_ACTIVE,
    ACCOUNT_BLOCKED,
    ACCOUNT_ERASED
};

struct account {
    struct party_id id;
    str name, email, function;
    struct party_id organisation;
    str organisation_name;
    enum lang lang;
    enum account_state state;
    unsigned roles;    /* of enum access_role */
    bool is_confirmed; /* the address is the owner's */
    bool has_password, has_second;
    str reason;                        /* why the owner asked for it; empty once that was decided */
    int64_t created_at, last_seen_day; /* days since 1970 */
};

/*
 * An account made from the command line: active, with these roles and without a password, see
 * account_link. Asks no rule: whoever runs the command has the database. E_CONFLICT when the
 * address is taken.
 */
WARN_UNUSED err account_create(const struct deed *deed, db *d, str name, str email, enum lang lang,
                               unsigned roles, struct party_id *id, struct err_info *info);
/* For administrators: mails a link with which the invited makes the account. */
WARN_UNUSED err account_invite(const struct deed *deed, db *d, str name, str email, enum lang lang,
                               struct party_id organisation, unsigned roles, struct err_info *info);

struct register_form {
    str name, email, function, password, reason;
    struct party_id organisation; /* v == 0: none of the list */
    enum lang lang;
};
/*
 * Asks for an account. Always OK for a well-formed form: when the address is already known, its
 * owner gets a mail that says so. After the address is confirmed an administrator approves. Until
 * then the last request counts, and makes those before it void.
 */
WARN_UNUSED err account_register(const struct deed *deed, db *d, const struct register_form *form,
                                 struct err_info *info);
/*
 * A link from a mail: confirms the address, once. E_NOT_FOUND when it is unknown, used or too old.
 * Asks the password that was chosen with the request: whoever has the address may not be who asked
 * with it, and would let a stranger in under the own name. E_DENIED when it is another.
 */
WARN_UNUSED err account_confirm(const struct deed *deed, db *d, struct access_secret link,
                                str password, struct err_info *info);
/*
 * What a link of a mail is for, so that its page (BASE/nl/link?code=SECRET, BASE/en/link?code=...)
 * can ask for it: LINK_CONFIRM account_confirm, the others account_set_password. Changes nothing:
 * mail scanners open links, too.
 */
enum link_kind { LINK_CONFIRM, LINK_INVITE, LINK_PASSWORD };
WARN_UNUSED err account_link_find(const struct deed *deed, db *d, struct access_secret link,
                                  enum link_kind *kind, struct err_info *info);
/* A link to set a password, for who runs the command line and hands it over. No page calls this. */
WARN_UNUSED err account_link(const struct deed *deed, db *d, struct party_id id,
                             struct access_secret *link, struct err_info *info);
/* Mails a link to set a new password; always OK. */
WARN_UNUSED err account_forgot(const struct deed *deed, db *d, str email, struct err_info *info);
/* With a link of an invitation, which makes the account active, or of a forgotten password. Ends
 * all sessions. */
WARN_UNUSED err account_set_password(const struct deed *deed, db *d, struct access_secret link,
                                     str password, struct err_info *info);

/* The viewer's own. */
WARN_UNUSED err account_mine(const struct deed *deed, db *d, struct account *a,
                             struct err_info *info);
WARN_UNUSED err account_change(const struct deed *deed, db *d, str name, str function,
                               struct party_id organisation, enum lang lang, struct err_info *info);
/* Ends all sessions, this one too: sign in with the new one. */
WARN_UNUSED err account_change_password(const struct deed *deed, db *d, str old_password,
                                        str new_password, struct err_info *info);
/* The viewer's own password again, before what cannot be undone. E_DENIED when it is wrong. */
WARN_UNUSED err password_ask(const struct deed *deed, db *d, str password, struct err_info *info);
/* Everything the site keeps about the viewer, as one JSON document. */
WARN_UNUSED err account_export(const struct deed *deed, db *d, out *json, struct err_info *info);
/*
 * Takes the person out of every table and of the log: name, address, function, sessions, tokens,
 * drafts. What was published stays, "by a former user", unless `with_publications`.
 * E_CONFLICT for the last administrator.
 */
WARN_UNUSED err account_erase(const struct deed *deed, db *d, bool with_publications,
                              struct err_info *info);

/* ---- for administrators ---- */

struct account_filter {
    enum account_state state; /* with has_state */
    bool has_state;
    str search; /* part of a name or address */
};
/* Oldest first, behind `from`; without a state all but the erased. */
WARN_UNUSED err account_list(const struct deed *deed, db *d, struct account_filter filter,
                             struct party_id from, size_t limit, struct account **list, size_t *n,
                             struct party_id *next, struct err_info *info);
struct account_counts {
    int64_t waiting, active, blocked;
    int64_t strong_bare; /* active with a role that counts only with a second factor, without one */
    int64_t sessions;    /* of all, begun within ACCESS_SESSION_MS */
};
WARN_UNUSED err account_count(const struct deed *deed, db *d, struct account_counts *counts,
                              struct err_info *info);
WARN_UNUSED err account_find(const struct deed *deed, db *d, struct party_id id, struct account *a,
                             struct err_info *info);
/*
 * Approve or unblock (ACTIVE), block (BLOCKED), or turn down or erase who is blocked (ERASED).
 * Blocking ends all sessions and tokens. E_CONFLICT for another step, and for the last
 * administrator.
 */
WARN_UNUSED err account_set_state(const struct deed *deed, db *d, struct party_id id,
                                  enum account_state state, struct err_info *info);
/* Ends all sessions, so that nobody goes on with what he was. E_CONFLICT for the last
 * administrator. */
WARN_UNUSED err account_set_roles(const struct deed *deed, db *d, struct party_id id,
                                  unsigned roles, struct err_info *info);
/* When somebody lost both telephone and recovery codes. Ends all sessions, mails its owner. */
WARN_UNUSED err account_reset_second(const struct deed *deed, db *d, struct party_id id,
                                     struct err_info *info);

/* ---- people and organisations, as others see them ---- */

struct person {
    struct party_id id;
    str name, function, organisation_name;
};
/* Active accounts, for signed-in viewers; by name, behind `from` (v == 0: from the first). `next`
 * is 0 when no more follow. */
WARN_UNUSED err person_list(const struct deed *deed, db *d, str search, struct party_id from,
                            size_t limit, struct person **list, size_t *n, struct party_id *next,
                            struct err_info *info);
WARN_UNUSED err person_find(const struct deed *deed, db *d, struct party_id id, struct person *p,
                            struct err_info *info);

enum organisation_type {
    ORG_MUNICIPALITY,
    ORG_JOINT_BODY,
    ORG_PROVINCE,
    ORG_PROVIDER,
    ORG_NETWORK
};
struct organisation {
    struct party_id id;
    enum organisation_type type;
    str name, region, code; /* code: of Statistics Netherlands for a municipality, else empty */
    int size_class; /* 1 to 5 by inhabitants: <20, <50, <100, <250 thousand, more; 0: none */
    int64_t version;
};
WARN_UNUSED err organisation_list(const struct deed *deed, db *d, struct organisation **list,
                                  size_t *n, struct err_info *info);
/* For administrators; id.v == 0 makes one. */
WARN_UNUSED err organisation_save(const struct deed *deed, db *d, const struct organisation *o,
                                  struct party_id *id, struct err_info *info);

/* ---- sessions ---- */

struct session {
    struct party_id party;
    int64_t number;   /* names it among the owner's, e.g. to end it */
    bool is_complete; /* false: the password was right, the second factor is still asked */
    bool has_second;
    int64_t created_at, seen_at;
    str label; /* "Firefox, Windows": to recognise it by */
    str name;  /* of the account */
};

enum sign_in { SIGN_IN_DONE, SIGN_IN_SECOND_FACTOR };
/*
 * With a wrong address, password or state: E_DENIED "access.sign-in-refused", always after one
 * password hash. Too many tries for the address or from the same place: E_LIMIT with when to try
 * again; the place of one does not lock out the owner elsewhere. `place` is kept as a keyed hash.
 */
WARN_UNUSED err session_sign_in(const struct deed *deed, db *d, str email, str password, str place,
                                str label, struct access_secret *session, enum sign_in *what,
                                struct err_info *info);
/*
 * For somebody whom a provider has identified (oidc.h): no password of ours. `has_second`: the
 * provider asked a second factor; else one of ours is still asked. E_DENIED when the account is not
 * active.
 */
WARN_UNUSED err session_open(const struct deed *deed, db *d, struct party_id id, bool has_second,
                             str label, struct access_secret *session, enum sign_in *what,
                             struct err_info *info);
/* A code of the authenticator or a recovery code. Gives the session a new secret. */
WARN_UNUSED err session_second(const struct deed *deed, db *d, struct access_secret old, str code,
                               struct access_secret *session, struct err_info *info);
/*
 * Who this session is: the visitor when it is unknown, ended or too old (never an error for that).
 * Moves its last use, at most once a minute.
 */
WARN_UNUSED err session_viewer(const struct app *app, db *d, arena *a, struct access_secret session,
                               int64_t now_ms, struct viewer *viewer, struct session *s,
                               struct err_info *info);
WARN_UNUSED err session_end(const struct deed *deed, db *d, struct access_secret session,
                            struct err_info *info);
WARN_UNUSED err session_list(const struct deed *deed, db *d, struct session **list, size_t *n,
                             struct err_info *info);
WARN_UNUSED err session_end_numbered(const struct deed *deed, db *d, int64_t number,
                                     struct err_info *info);
WARN_UNUSED err session_end_others(const struct deed *deed, db *d, struct access_secret keep,
                                   struct err_info *info);

/* ---- second factor (TOTP, RFC 6238: SHA-1, 6 digits, 30 s, one step either way, each once) ----
 */

/* A new secret, not in force until a code of it was given. `uri` is what the QR code holds. */
WARN_UNUSED err second_begin(const struct deed *deed, db *d, str *secret_base32, str *uri,
                             struct err_info *info);
/* The one that was begun and not yet confirmed, to show it again. E_NOT_FOUND when there is none.
 */
WARN_UNUSED err second_begun(const struct deed *deed, db *d, str *secret_base32, str *uri,
                             struct err_info *info);
/*
 * Confirms it by a code, in a session of the viewer's that goes on under another secret; ends the
 * others. Gives the recovery codes, shown once.
 */
WARN_UNUSED err second_confirm(const struct deed *deed, db *d, struct access_secret old, str code,
                               struct access_secret *session, str codes[ACCESS_RECOVERY_CODES],
                               struct err_info *info);
/* Roles that ask for it count no more until there is another. */
WARN_UNUSED err second_drop(const struct deed *deed, db *d, str password, struct err_info *info);
/* The code that an authenticator shows at this moment. */
void second_code(const unsigned char *secret, size_t n, int64_t now_ms, char code[6]);
/* Back from base32; false when it is no secret of second_begin. */
bool second_secret_parse(str base32, unsigned char secret[ACCESS_SECOND_BYTES]);

/* ---- personal tokens, for the API ---- */

enum token_scope { SCOPE_READ = 1, SCOPE_WRITE = 2 };
struct token {
    struct token_id id;
    str name;
    unsigned scopes;
    int64_t created_at, expires_at, last_used_day;
};
WARN_UNUSED err token_create(const struct deed *deed, db *d, str name, unsigned scopes, int days,
                             struct access_secret *secret, struct err_info *info);
WARN_UNUSED err token_list(const struct deed *deed, db *d, struct token **list, size_t *n,
                           struct err_info *info);
WARN_UNUSED err token_drop(const struct deed *deed, db *d, struct token_id id,
                           struct err_info *info);
/* The visitor when it is unknown or expired. Never carries a strong role. */
WARN_UNUSED err token_viewer(const struct app *app, db *d, struct access_secret secret,
                             int64_t now_ms, struct viewer *viewer, unsigned *scopes,
                             struct err_info *info);

/* ---- housekeeping ---- */

/*
 * Drops what has run out: links, sessions, tokens, throttles, and accounts whose address nobody
 * confirmed within ACCESS_INVITE_DAYS; then db_scrub, for all that was deleted since the last time.
 * For the idle time of the worker.
 */
WARN_UNUSED err access_sweep(const struct app *app, db *d, arena *a, struct err_info *info);

#endif
