/* SPDX-License-Identifier: EUPL-1.2 */
/* mail_int: a letter on its way from keys to the wire. */
#ifndef ONTSCHOT_APP_MAIL_INT_H
#define ONTSCHOT_APP_MAIL_INT_H

#include "app/mail/mail.h"
#include "app/mail/queries.h"

/* What the outbox keeps encrypted. Texts have no line break but `body`, which has "\n". */
struct letter {
    str to;   /* an address */
    str lang; /* "nl", "en" */
    str subject, body;
};

/* Fills in the messages of `m`, with greeting and signature. Texts live in deed->memory. */
WARN_UNUSED err letter_compose(const struct deed *deed, const struct mail *m, struct letter *l,
                               struct err_info *info);

/* The letter as bytes that only the installation's key opens, bound to its id; and back. */
WARN_UNUSED err letter_seal(const struct app *app, arena *a, struct mail_id id,
                            const struct letter *l, str *sealed, struct err_info *info);
WARN_UNUSED err letter_open(const struct app *app, arena *a, struct mail_id id, str sealed,
                            struct letter *l, struct err_info *info);

/* "Name <local@domain>" or "local@domain". */
struct mailbox {
    str name, address;
};
bool mailbox_parse(str text, struct mailbox *box);

/*
 * The letter as a message (RFC 5322): headers in ASCII (RFC 2047), text as quoted-printable UTF-8
 * (RFC 2045), lines that end in CR LF. `id` and `written_at` (UTC ms) make Message-ID and Date,
 * so that a second try sends the same bytes.
 */
void message_write(out *o, const struct letter *l, const struct mailbox *from, struct mail_id id,
                   int64_t written_at);

/* ---- sending ---- */

typedef struct smtp smtp; /* a connection that is kept between letters */

enum smtp_outcome {
    SMTP_SENT,
    SMTP_LATER,   /* the server has this letter wait */
    SMTP_REFUSED, /* for good: this reader or this text */
    SMTP_AWAY,    /* no letter can be sent now */
};

/* `server` and what it points to stay the caller's. */
WARN_UNUSED err smtp_new(const struct mail_server *server, smtp **s, struct err_info *info);
void smtp_free(smtp *s); /* NULL is fine */
/* `reply` is the server's last answer (RFC 5321, 4.2), 0 when there was none. */
enum smtp_outcome smtp_send(smtp *s, str to, str message, int *reply);
/* What went wrong the last time, in libcurl's words and with the server's answer. */
str smtp_trouble(const smtp *s);

/* Whether this URL leads to this machine itself, where nobody listens in. */
bool smtp_is_loopback(str url);

#endif
