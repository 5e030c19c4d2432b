/* SPDX-License-Identifier: EUPL-1.2 */
/* put: what the outbox does for others: take a letter in, count, forget. */
#include "app/mail/mail_int.h"

err mail_put(db_tx *tx, const struct deed *deed, const struct mail *m, struct err_info *info)
{
    const struct mail_id id = {db_new_id(db_tx_db(tx))};
    struct letter letter;
    str sealed;

    if (!mail_address_is_valid(m->to))
        return err_set(info, E_INPUT, "mail.address-wrong");
    err e = letter_compose(deed, m, &letter, info);
    if (e == OK)
        e = letter_seal(deed->app, deed->memory, id, &letter, &sealed, info);
    if (e == OK)
        e = outbox_add(tx,
                       (struct outbox_add_in){
                           .id = id,
                           .party = m->party,
                           .subject = str_of(m->subject),
                           .sealed = sealed,
                           .publication = m->publication,
                           .now = deed->now_ms,
                       },
                       info);
    return e;
}

err mail_status(db *d, arena *a, struct mail_status *status, struct err_info *info)
{
    struct outbox_counted_row row;
    err e = outbox_counted(d, a, &row, info);
    if (e == OK)
        *status = (struct mail_status){
            .n_waiting = row.n_waiting,
            .n_late = row.n_late,
            .n_failed = row.n_failed,
            .oldest_at = row.oldest_at,
        };
    return e;
}

err mail_forget(db_tx *tx, struct party_id who, struct err_info *info)
{
    err e = outbox_forget_waiting(tx, (struct outbox_forget_waiting_in){.who = who}, info);
    if (e == OK)
        e = outbox_forget_done(tx, (struct outbox_forget_done_in){.who = who}, info);
    return e;
}
