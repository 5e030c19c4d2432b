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
 */
#ifndef ONTSCHOT_APP_MAIL_MAIL_H
#define ONTSCHOT_APP_MAIL_MAIL_H

#include "app/app.h"
#include "app/db/db.h"

struct mail {
    struct party_id party; /* v == 0: somebody without an account */
    str to;                /* an address */
    enum lang lang;
    const char *subject, *body; /* message keys; the values fill {1}.. of both */
    str value[4];
    size_t n_values;
    struct publication_id publication; /* v == 0: none; else the rule is asked when sending */
};

WARN_UNUSED err mail_put(db_tx *tx, const struct deed *deed, const struct mail *m,
                         struct err_info *info);

struct mail_server {
    str url;            /* "smtp://localhost:25", "smtps://mail.example.nl" */
    str user, password; /* empty: none */
    str from;           /* "Ontschot Voorbeeldstad <noreply@voorbeeldstad.nl>" */
    str ca_file;        /* empty: the system's */
};

/*
 * Sends what is due; `may_see` answers for letters about a publication. A letter that cannot be
 * sent waits 1, 5, 25, 125 minutes, then a day, and fails after a week.
 */
WARN_UNUSED err mail_send_due(const struct app *app, db *d, const struct mail_server *server,
                              bool (*may_see)(const struct app *app, db *d, struct party_id reader,
                                              struct publication_id publication),
                              arena *a, int64_t *n_sent, struct err_info *info);
/* Forgets the letters to somebody: those waiting go, of those sent the address goes. */
WARN_UNUSED err mail_forget(db_tx *tx, struct party_id who, struct err_info *info);

#endif
