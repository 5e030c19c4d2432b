/* SPDX-License-Identifier: EUPL-1.2 */
/* erase: somebody leaves, and nothing is left that names them. */
#include "app/access/access_int.h"
#include "app/access/holding.h"

static err drop_own(db_tx *tx, struct party_id who, struct err_info *info)
{
    int64_t n;

    err e = sessions_delete(tx, (struct sessions_delete_in){.party = who}, info);
    if (e == OK)
        e = tokens_delete(tx, (struct tokens_delete_in){.party = who}, info);
    if (e == OK)
        e = access_links_end(tx, (struct access_links_end_in){.party = who}, info);
    if (e == OK)
        e = second_delete(tx, (struct second_delete_in){.party = who}, &n, info);
    if (e == OK)
        e = recovery_delete(tx, (struct recovery_delete_in){.party = who}, info);
    if (e == OK)
        e = registration_end(tx, (struct registration_end_in){.party = who}, info);
    if (e == OK)
        e = password_delete(tx, (struct password_delete_in){.party = who}, info);
    if (e == OK)
        e = identities_delete(tx, (struct identities_delete_in){.party = who}, info);
    if (e == OK)
        e = email_delete(tx, (struct email_delete_in){.party = who}, info);
    return e == OK ? party_clear(tx, (struct party_clear_in){.id = who}, info) : e;
}

err account_forget(db_tx *tx, const struct deed *deed, struct party_id who, bool with_publications,
                   struct err_info *info)
{
    err e = account_log(tx, deed, "account.erase", who, info);
    if (e == OK)
        e = drop_own(tx, who, info);
    for (size_t i = 0; e == OK && i < deed->app->n_holdings; i++)
        e = deed->app->holding[i]->erase(tx, deed, who, with_publications, info);
    return e;
}

struct erase {
    const struct deed *deed;
    bool with_publications;
};

static err erase(db_tx *tx, void *arg, struct err_info *info)
{
    const struct erase *er = arg;
    struct account a;

    err e = account_of(er->deed, db_tx_db(tx), er->deed->viewer.id, &a, info);
    if (e == OK)
        e = check_admin_stays(er->deed, db_tx_db(tx), &a, 0, info);
    return e == OK ? account_forget(tx, er->deed, a.id, er->with_publications, info) : e;
}

err account_erase(const struct deed *deed, db *d, bool with_publications, struct err_info *info)
{
    struct erase er = {.deed = deed, .with_publications = with_publications};
    struct err_info later;
    err e = need_account(deed, info);
    if (e == OK)
        e = db_tx_do(d, erase, &er, info);
    if (e == OK)
        (void)!db_scrub(d, &later); /* what cannot be now, access_sweep does */
    return e;
}

/* ---- what has run out ---- */

enum { SWEPT_AT_ONCE = 100 };

struct sweep {
    struct deed deed;
    size_t n;
};

static err drop_unconfirmed(db_tx *tx, struct sweep *s, struct err_info *info)
{
    const int64_t day_ms = 24 * 60 * 60 * 1000;
    struct unconfirmed_row *row;

    err e =
        unconfirmed(db_tx_db(tx), s->deed.memory,
                    (struct unconfirmed_in){.before = s->deed.now_ms - ACCESS_INVITE_DAYS * day_ms,
                                            .limit = SWEPT_AT_ONCE},
                    &row, &s->n, info);
    for (size_t i = 0; e == OK && i < s->n; i++)
        e = account_forget(tx, &s->deed, row[i].id, false, info);
    return e;
}

static err sweep(db_tx *tx, void *arg, struct err_info *info)
{
    struct sweep *s = arg;
    const int64_t now = s->deed.now_ms;

    err e = links_sweep(tx, (struct links_sweep_in){.now = now}, info);
    if (e == OK)
        e = sessions_sweep(tx, (struct sessions_sweep_in){.before = now - ACCESS_SESSION_MS}, info);
    if (e == OK)
        e = tokens_sweep(tx, (struct tokens_sweep_in){.now = now}, info);
    if (e == OK)
        e = throttle_sweep(tx, &s->deed, info);
    return e == OK ? drop_unconfirmed(tx, s, info) : e;
}

err access_sweep(const struct app *app, db *d, arena *a, struct err_info *info)
{
    struct sweep s = {.deed = {.app = app, .now_ms = app->now_ms(), .memory = a}};
    err e;
    do
        e = db_tx_do(d, sweep, &s, info);
    while (e == OK && s.n == SWEPT_AT_ONCE);
    return e == OK ? db_scrub(d, info) : e;
}
