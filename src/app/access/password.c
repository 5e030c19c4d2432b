/* SPDX-License-Identifier: EUPL-1.2 */
/* password: changing one, and asking for it again. */
#include "app/access/access_int.h"

#include "base/num.h"

/* Whoever signed in with the old one has to sign in with the new one. */
err password_change(db_tx *tx, const struct deed *deed, struct party_id who, const char *hash,
                    struct err_info *info)
{
    err e = password_put(
        tx, (struct password_put_in){.party = who, .hash = str_of(hash), .now = deed->now_ms},
        info);
    if (e == OK)
        e = sessions_delete(tx, (struct sessions_delete_in){.party = who}, info);
    if (e == OK)
        e = access_links_end(tx, (struct access_links_end_in){.party = who}, info);
    return e == OK ? account_log(tx, deed, "account.password", who, info) : e;
}

struct ask {
    const struct deed *deed;
    struct throttle throttle;
    char who[NUM_TEXT_MAX];
};

static err take_try(db_tx *tx, void *arg, struct err_info *info)
{
    const struct ask *a = arg;
    return throttle_take(tx, a->deed, a->throttle, info);
}

static err take_back(db_tx *tx, void *arg, struct err_info *info)
{
    const struct ask *a = arg;
    return throttle_right(tx, a->deed, a->throttle, info);
}

err password_prove(const struct deed *deed, db *d, struct party_id who, str password,
                   struct err_info *info)
{
    struct ask a = {.deed = deed};
    struct password_of_row row = {0};
    bool is_right = false;

    a.throttle =
        (struct throttle){.what = THROTTLE_PASSWORD, .who = {a.who, num_print_int(who.v, a.who)}};
    err e = db_tx_do(d, take_try, &a, info);
    if (e == OK) {
        e = password_of(d, deed->memory, (struct password_of_in){.party = who}, &row, info);
        e = e == E_NOT_FOUND ? OK : e; /* who signs in elsewhere has none */
    }
    if (e == OK)
        e = gate_verify(deed->app->gate, str_cut(password, 0, ACCESS_PASSWORD_MAX + 1), row.hash,
                        &is_right, info);
    if (e == OK && !is_right)
        return err_set(info, E_DENIED, "access.password-wrong");
    return e == OK ? db_tx_do(d, take_back, &a, info) : e;
}

err password_ask(const struct deed *deed, db *d, str password, struct err_info *info)
{
    const err e = need_account(deed, info);
    return e == OK ? password_prove(deed, d, deed->viewer.id, password, info) : e;
}

struct change {
    const struct deed *deed;
    char hash[crypto_pwhash_STRBYTES];
};

static err change(db_tx *tx, void *arg, struct err_info *info)
{
    const struct change *c = arg;
    return password_change(tx, c->deed, c->deed->viewer.id, c->hash, info);
}

err account_change_password(const struct deed *deed, db *d, str old_password, str new_password,
                            struct err_info *info)
{
    struct change c = {.deed = deed};
    struct account a;

    err e = password_ask(deed, d, old_password, info);
    if (e == OK)
        e = account_of(deed, d, deed->viewer.id, &a, info);
    if (e == OK)
        e = password_check(deed, new_password, a.name, a.email, info);
    if (e == OK)
        e = gate_hash(deed->app->gate, new_password, c.hash, info);
    return e == OK ? db_tx_do(d, change, &c, info) : e;
}
