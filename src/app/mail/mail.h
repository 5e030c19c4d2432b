/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * mail: letters that leave with their deed.
 *
 * Does: keep a letter in the outbox in the transaction of its deed; send what is due by SMTP,
 *       try again later, never twice on purpose (the message id stays the same).
 * Does not: receive mail, or write letters: texts are messages of po/<lang>/mail.po.
 *
 * A letter that says something of a publication is tested again with the rule at the moment it is
 * sent; when its reader may no longer see it, it is dropped.
 *
 * A letter may hold a link that signs somebody in. So it waits encrypted with a key that is not in
 * the database, and when it has left, only that it left is kept, for MAIL_KEPT_DAYS.
 */
#ifndef ONTSCHOT_APP_MAIL_MAIL_H
#define ONTSCHOT_APP_MAIL_MAIL_H

#include "app/access/holding.h"
#include "app/app.h"
#include "app/db/db.h"

enum {
    MAIL_VALUES_MAX = 4,
    MAIL_VALUE_MAX = 2000,   /* bytes */
    MAIL_ADDRESS_MAX = 254,  /* bytes (RFC 5321, 4.5.3.1.3) */
    MAIL_LETTER_MAX = 32768, /* bytes of address, subject and text together */
    MAIL_ROUND_MAX = 200,    /* letters that one call of mail_send_due sends */
    MAIL_KEPT_DAYS = 90,
};

/*
 * The letters of mail.po and their values, as "mail.confirm-subject" and "mail.confirm-body":
 *
 *   confirm        link                        confirm the address, within ACCESS_LINK_MS
 *   invite         who invites, link           make an account, within ACCESS_INVITE_DAYS
 *   password       link                        set a new password, within ACCESS_LINK_MS
 *   known          link to sign in             somebody tried to register with this address
 *   second-reset   link to sign in             an administrator took the second factor away
 *   approved       link to sign in             the account was approved
 *   refused                                    it was turned down
 *   blocked                                    it was blocked
 *   space-invite   who invites, space, link    to a space
 *   space-request  who asks, space, link       to a manager of a space
 *   comment        who wrote, title, link      on the reader's publication; give `publication`
 *
 * Greeting and signature, with the name and address of the site, are put around the body.
 */
struct mail {
    struct party_id party; /* v == 0: somebody without an account */
    str to;                /* an address */
    enum lang lang;
    const char *subject, *body; /* message keys; the values fill {1}.. of both */
    str value[MAIL_VALUES_MAX]; /* a line each: what would begin another shows as U+FFFD */
    size_t n_values;
    struct publication_id publication; /* v == 0: none; else the rule is asked when sending */
};

/*
 * The letter is there when the transaction commits. E_INPUT "mail.address-wrong"; E_LIMIT for a
 * value or letter that is too long.
 */
WARN_UNUSED err mail_put(db_tx *tx, const struct deed *deed, const struct mail *m,
                         struct err_info *info);

/* An address that letters can be sent to: ASCII, one line, "local@domain" without quotes. */
bool mail_address_is_valid(str address);

struct mail_server {
    str url;            /* "smtp://localhost:25", "smtps://mail.example.nl" */
    str user, password; /* empty: none */
    str from;           /* "Ontschot Voorbeeldstad <noreply@voorbeeldstad.nl>" */
    str ca_file;        /* empty: the system's */
};

/* E_INPUT when mail cannot be sent with this: for the start of a program and `config`. */
WARN_UNUSED err mail_server_check(const struct mail_server *server, struct err_info *info);

/*
 * Sends what is due, MAIL_ROUND_MAX letters at most; `may_see` answers for letters about a
 * publication. Several may do this at the same time: each letter is leased by one of them.
 *
 * A letter that cannot be sent waits 1, 5, 25, 125 minutes, then a day, and fails after a week;
 * at once when the server refuses its reader or text for good (5xx). Who crashes after sending
 * and before saying so sends that letter once more, with the same message id.
 *
 * smtp:// is encrypted (STARTTLS) or not used, except to this machine itself.
 *
 *   n_sent  written always
 *
 * E_BUSY "mail.server-away" when the server cannot be reached or lets nobody in: for the log;
 * the letters wait.
 */
WARN_UNUSED err mail_send_due(const struct app *app, db *d, const struct mail_server *server,
                              bool (*may_see)(const struct app *app, db *d, struct party_id reader,
                                              struct publication_id publication),
                              arena *a, int64_t *n_sent, struct err_info *info);

/* What an administrator looks at. */
struct mail_status {
    int64_t n_waiting, n_late; /* late: tried in vain at least once */
    int64_t n_failed;          /* in the last MAIL_KEPT_DAYS */
    int64_t oldest_at;         /* of those waiting; INT64_MAX when none */
};
WARN_UNUSED err mail_status(db *d, arena *a, struct mail_status *status, struct err_info *info);

/* Forgets the letters to somebody: those waiting go, of those sent the name goes. */
WARN_UNUSED err mail_forget(db_tx *tx, struct party_id who, struct err_info *info);

/* For export and erasure. */
extern const struct access_holding mail_holding;

#endif
