/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * send: a round through the outbox.
 *
 * A letter is leased before it is sent: its next try moves on by MAIL_LEASE_MS, longer than sending
 * can last. So no other takes it meanwhile, and when we crash, somebody will. What became of it is
 * written only while the lease is the last one.
 */
#include "app/mail/mail_int.h"

#define MINUTE_MS     INT64_C(60000)
#define DAY_MS        (24 * 60 * MINUTE_MS)
#define MAIL_LEASE_MS (5 * MINUTE_MS)
#define MAIL_WEEK_MS  (7 * DAY_MS)

enum outbox_state { OUTBOX_WAITING, OUTBOX_SENT, OUTBOX_FAILED, OUTBOX_DROPPED };

struct round {
    const struct app *app;
    db *d;
    struct mailbox from;
    smtp *smtp;
    bool (*may_see)(const struct app *app, db *d, struct party_id reader,
                    struct publication_id publication);
    arena *memory;
};

struct lease {
    arena *memory;
    int64_t now_ms;
    struct outbox_lease_row row;
};

static err lease_in(db_tx *tx, void *arg, struct err_info *info)
{
    struct lease *l = arg;
    return outbox_lease(
        tx, l->memory,
        (struct outbox_lease_in){.now = l->now_ms, .until = l->now_ms + MAIL_LEASE_MS}, &l->row,
        info);
}

/* ---- what became of it ---- */

struct verdict {
    struct mail_id id;
    int64_t n_tries, reply, now_ms;
    enum outbox_state state;
    int64_t due_at; /* of one that waits */
};

static err note_in(db_tx *tx, void *arg, struct err_info *info)
{
    const struct verdict *v = arg;
    int64_t changed; /* 0: somebody else has the lease now, and will say what became of it */
    if (v->state == OUTBOX_WAITING)
        return outbox_wait(
            tx,
            (struct outbox_wait_in){
                .id = v->id, .n_tries = v->n_tries, .reply = v->reply, .due_at = v->due_at},
            &changed, info);
    return outbox_end(tx,
                      (struct outbox_end_in){.id = v->id,
                                             .n_tries = v->n_tries,
                                             .state = v->state,
                                             .reply = v->reply,
                                             .now = v->now_ms},
                      &changed, info);
}

static err note(const struct round *r, const struct outbox_lease_row *row, enum outbox_state state,
                int reply, struct err_info *info)
{
    static const int64_t waits[] = {MINUTE_MS, 5 * MINUTE_MS, 25 * MINUTE_MS, 125 * MINUTE_MS};
    const size_t known = sizeof waits / sizeof *waits;
    struct verdict v = {
        .id = row->id,
        .n_tries = row->n_tries,
        .reply = reply,
        .now_ms = r->app->now_ms(),
        .state = state,
    };
    v.due_at = v.now_ms + ((uint64_t)row->n_tries <= known ? waits[row->n_tries - 1] : DAY_MS);
    if (state == OUTBOX_WAITING && v.due_at - row->created_at > MAIL_WEEK_MS)
        v.state = OUTBOX_FAILED;
    return db_tx_do(r->d, note_in, &v, info);
}

/* ---- one letter ---- */

static err write_out(const struct round *r, const struct outbox_lease_row *row, struct letter *l,
                     str *message, struct err_info *info)
{
    out o;
    err e = letter_open(r->app, r->memory, row->id, row->sealed, l, info);
    if (e != OK)
        return e;
    out_init(&o, 4 * MAIL_LETTER_MAX);
    message_write(&o, l, &r->from, row->id, row->created_at);
    e = out_error(&o, info);
    if (e == OK) {
        *message = arena_str(r->memory, out_view(&o));
        if (!message->p)
            e = err_nomem(info);
    }
    out_free(&o);
    return e;
}

static bool may_leave(const struct round *r, const struct outbox_lease_row *row)
{
    return row->publication.v == 0 || r->may_see(r->app, r->d, row->party, row->publication);
}

static err send_one(const struct round *r, const struct outbox_lease_row *row, int64_t *n_sent,
                    struct err_info *info)
{
    struct err_info ignored;
    struct letter letter;
    str message;
    int reply;

    if (r->app->now_ms() - row->created_at > MAIL_WEEK_MS) /* nobody sent for a week */
        return note(r, row, OUTBOX_FAILED, 0, info);
    if (!may_leave(r, row))
        return note(r, row, OUTBOX_DROPPED, 0, info);
    err e = write_out(r, row, &letter, &message, info);
    if (e != OK) {
        const err noted = note(r, row, OUTBOX_WAITING, 0, &ignored);
        return noted == OK ? e : (*info = ignored, noted);
    }
    switch (smtp_send(r->smtp, letter.to, message, &reply)) {
    case SMTP_SENT: ++*n_sent; return note(r, row, OUTBOX_SENT, reply, info);
    case SMTP_REFUSED: return note(r, row, OUTBOX_FAILED, reply, info);
    case SMTP_LATER: return note(r, row, OUTBOX_WAITING, reply, info);
    case SMTP_AWAY: break;
    }
    e = note(r, row, OUTBOX_WAITING, reply, info);
    return e == OK ? err_text(info, E_BUSY, "mail.server-away", smtp_trouble(r->smtp)) : e;
}

/* ---- the round ---- */

static err send_all(struct round *r, int64_t *n_sent, struct err_info *info)
{
    struct lease l = {.memory = r->memory};
    err e = OK;
    for (int i = 0; e == OK && i < MAIL_ROUND_MAX; i++) {
        l.now_ms = r->app->now_ms();
        e = db_tx_do(r->d, lease_in, &l, info);
        if (e == OK)
            e = send_one(r, &l.row, n_sent, info);
    }
    return e == E_NOT_FOUND ? OK : e; /* nothing is due any more */
}

static err purge_in(db_tx *tx, void *arg, struct err_info *info)
{
    return outbox_purge(tx, (struct outbox_purge_in){.before = *(const int64_t *)arg}, info);
}

err mail_send_due(const struct app *app, db *d, const struct mail_server *server,
                  bool (*may_see)(const struct app *app, db *d, struct party_id reader,
                                  struct publication_id publication),
                  arena *a, int64_t *n_sent, struct err_info *info)
{
    struct round r = {.app = app, .d = d, .may_see = may_see, .memory = a};
    int64_t before = app->now_ms() - MAIL_KEPT_DAYS * DAY_MS;

    *n_sent = 0;
    err e = smtp_new(server, &r.smtp, info);
    if (e != OK)
        return e;
    (void)mailbox_parse(server->from, &r.from); /* smtp_new looked at it */
    e = send_all(&r, n_sent, info);
    if (e == OK)
        e = db_tx_do(d, purge_in, &before, info);
    smtp_free(r.smtp);
    return e;
}
