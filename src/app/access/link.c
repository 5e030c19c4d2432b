/* SPDX-License-Identifier: EUPL-1.2 */
/* link: what a mail carries to prove that its reader has the address; works once. */
#include "app/access/access_int.h"

#include "app/mail/mail.h"
#include "app/pages.h"

static err print_address(const struct deed *deed, enum lang lang,
                         const struct access_secret *secret, str *address, struct err_info *info)
{
    char text[ACCESS_SECRET_TEXT];
    out o;

    out_init(&o, 4096);
    out_str(&o, deed->app->base_url);
    out_cstr(&o, app_page_path(secret ? PAGE_LINK : PAGE_SIGN_IN, lang));
    if (secret) {
        access_secret_print(*secret, text);
        out_bytes(&o, text, sizeof text);
    }
    err e = out_error(&o, info);
    if (e == OK) {
        *address = arena_str(deed->memory, out_view(&o));
        if (!address->p)
            e = err_nomem(info);
    }
    out_free(&o);
    return e;
}

err letter_put(db_tx *tx, const struct deed *deed, const struct letter *l, struct err_info *info)
{
    struct mail m = {
        .party = l->party, .to = l->to, .lang = l->lang, .subject = l->subject, .body = l->body};

    if (l->by.p)
        m.value[m.n_values++] = l->by;
    const err e = print_address(deed, l->lang, l->link, &m.value[m.n_values++], info);
    return e == OK ? mail_put(tx, deed, &m, info) : e;
}

/* A new one of a kind makes those before it void. */
err link_make(db_tx *tx, const struct deed *deed, enum link_kind kind, struct party_id party,
              const struct access_secret *secret, struct err_info *info)
{
    const struct secret_hash hash = secret_kept(deed->app, HASH_LINK, secret);
    const int64_t lasts =
        kind == LINK_INVITE ? (int64_t)ACCESS_INVITE_DAYS * 24 * 60 * 60 * 1000 : ACCESS_LINK_MS;

    err e = access_links_end_of_kind(
        tx, (struct access_links_end_of_kind_in){.party = party, .kind = kind}, info);
    if (e == OK)
        e = access_link_add(tx,
                            (struct access_link_add_in){.hash = secret_hash_str(&hash),
                                                        .kind = kind,
                                                        .party = party,
                                                        .expires = deed->now_ms + lasts},
                            info);
    return e;
}

static err find(const struct deed *deed, db *d, const struct access_secret *link,
                struct access_link_row_row *row, struct err_info *info)
{
    const struct secret_hash hash = secret_kept(deed->app, HASH_LINK, link);
    const err e = access_link_row(
        d, deed->memory,
        (struct access_link_row_in){.hash = secret_hash_str(&hash), .now = deed->now_ms}, row,
        info);
    return e == E_NOT_FOUND ? err_set(info, E_NOT_FOUND, "access.link-ended") : e;
}

err account_link_find(const struct deed *deed, db *d, struct access_secret link,
                      enum link_kind *kind, struct err_info *info)
{
    struct access_link_row_row row;
    const err e = find(deed, d, &link, &row, info);
    if (e == OK)
        *kind = (enum link_kind)row.kind;
    return e;
}

/* Of two that use it at once, one has it. */
static err take(db_tx *tx, const struct deed *deed, const struct access_secret *link,
                struct access_link_row_row *row, struct err_info *info)
{
    const struct secret_hash hash = secret_kept(deed->app, HASH_LINK, link);
    int64_t n;

    err e = find(deed, db_tx_db(tx), link, row, info);
    if (e == OK)
        e = access_link_take(
            tx, (struct access_link_take_in){.hash = secret_hash_str(&hash), .now = deed->now_ms},
            &n, info);
    if (e == OK && n != 1)
        return err_set(info, E_NOT_FOUND, "access.link-ended");
    return e;
}

/* ---- confirming an address ---- */

struct use {
    const struct deed *deed;
    const struct access_secret *link;
    char hash[crypto_pwhash_STRBYTES];
};

static err confirm(db_tx *tx, void *arg, struct err_info *info)
{
    const struct use *u = arg;
    struct access_link_row_row row;

    err e = take(tx, u->deed, u->link, &row, info);
    if (e == OK && row.kind != LINK_CONFIRM)
        return err_set(info, E_NOT_FOUND, "access.link-ended");
    if (e != OK)
        return e;
    const struct deed deed = deed_as(u->deed, row.party);
    e = email_confirm(tx, (struct email_confirm_in){.party = row.party}, info);
    return e == OK ? account_log(tx, &deed, "account.confirm", row.party, info) : e;
}

err account_confirm(const struct deed *deed, db *d, struct access_secret link, str password,
                    struct err_info *info)
{
    struct use u = {.deed = deed, .link = &link};
    struct access_link_row_row row;

    err e = find(deed, d, &link, &row, info);
    if (e == OK && row.kind != LINK_CONFIRM)
        return err_set(info, E_NOT_FOUND, "access.link-ended");
    if (e == OK)
        e = password_prove(deed, d, row.party, password, info);
    if (e == E_DENIED)
        return err_set(info, E_DENIED, "access.confirm-password-wrong");
    return e == OK ? db_tx_do(d, confirm, &u, info) : e;
}

/* ---- setting a password ---- */

/* Whoever was invited may also say that the password is forgotten: the address is shown alike. */
static err invitation_of(const struct use *u, db *d, struct invitation_open_row *invited,
                         struct err_info *info)
{
    struct access_link_row_row row;
    const err e = find(u->deed, d, u->link, &row, info);
    return e == OK ? invitation_open(d, u->deed->memory,
                                     (struct invitation_open_in){.party = row.party,
                                                                 .kind = LINK_INVITE,
                                                                 .now = u->deed->now_ms},
                                     invited, info)
                   : e;
}

static err set_password(db_tx *tx, void *arg, struct err_info *info)
{
    const struct use *u = arg;
    struct access_link_row_row row;
    struct invitation_open_row invited;
    int64_t n;

    err e = invitation_of(u, db_tx_db(tx), &invited, info);
    if (e == OK)
        e = take(tx, u->deed, u->link, &row, info);
    if (e == OK && row.kind == LINK_CONFIRM)
        return err_set(info, E_NOT_FOUND, "access.link-ended");
    if (e != OK)
        return e;
    const struct deed deed = deed_as(u->deed, row.party);
    e = email_confirm(tx, (struct email_confirm_in){.party = row.party}, info);
    if (e == OK && invited.n > 0)
        e = party_set_state(tx,
                            (struct party_set_state_in){
                                .id = row.party, .old = ACCOUNT_WAITING, .state = ACCOUNT_ACTIVE},
                            &n, info);
    return e == OK ? password_change(tx, &deed, row.party, u->hash, info) : e;
}

err account_set_password(const struct deed *deed, db *d, struct access_secret link, str password,
                         struct err_info *info)
{
    struct use u = {.deed = deed, .link = &link};
    struct access_link_row_row row;

    err e = find(deed, d, &link, &row, info);
    if (e == OK && row.kind == LINK_CONFIRM)
        return err_set(info, E_NOT_FOUND, "access.link-ended");
    if (e == OK)
        e = password_check(deed, password, row.name, row.address, info);
    if (e == OK)
        e = gate_hash(deed->app->gate, password, u.hash, info);
    if (e == OK)
        e = db_tx_do(d, set_password, &u, info);
    return e;
}

/* ---- asking for one ---- */

struct forgot {
    const struct deed *deed;
    str key;
    struct access_secret secret;
};

static err mail_link(db_tx *tx, const struct forgot *f, const struct party_of_email_row *row,
                     struct err_info *info)
{
    err e = link_make(tx, f->deed, LINK_PASSWORD, row->id, &f->secret, info);
    if (e == OK)
        e = letter_put(tx, f->deed,
                       &(struct letter){.party = row->id,
                                        .to = row->address,
                                        .lang = (enum lang)row->lang,
                                        .subject = "mail.password-subject",
                                        .body = "mail.password-body",
                                        .link = &f->secret},
                       info);
    return e == OK ? account_log(tx, f->deed, "account.forgot", row->id, info) : e;
}

static err forgot(db_tx *tx, void *arg, struct err_info *info)
{
    const struct forgot *f = arg;
    struct party_of_email_row row;

    err e =
        throttle_take(tx, f->deed, (struct throttle){.what = THROTTLE_MAIL, .who = f->key}, info);
    if (e == OK)
        e = party_of_email(db_tx_db(tx), f->deed->memory, (struct party_of_email_in){.key = f->key},
                           &row, info);
    if (e == E_NOT_FOUND)
        return OK;
    if (e == OK && (row.state == ACCOUNT_ACTIVE || row.state == ACCOUNT_WAITING))
        e = mail_link(tx, f, &row, info);
    return e;
}

err account_forgot(const struct deed *deed, db *d, str email, struct err_info *info)
{
    struct forgot f = {.deed = deed, .secret = secret_new(deed->app)};
    str address;

    err e = email_check(deed, email, &address, &f.key, info);
    if (e == OK)
        e = db_tx_do(d, forgot, &f, info);
    return e == E_LIMIT ? OK : e; /* enough letters were sent; that says nothing to who asks */
}

struct hand {
    const struct deed *deed;
    struct party_id id;
    struct access_secret secret;
};

static err hand_out(db_tx *tx, void *arg, struct err_info *info)
{
    const struct hand *h = arg;
    struct account a;

    err e = account_of(h->deed, db_tx_db(tx), h->id, &a, info);
    if (e == OK && a.state != ACCOUNT_ACTIVE && a.state != ACCOUNT_WAITING)
        return err_set(info, E_CONFLICT, "access.not-active");
    if (e == OK)
        e = link_make(tx, h->deed, LINK_PASSWORD, h->id, &h->secret, info);
    return e == OK ? account_log(tx, h->deed, "account.link", h->id, info) : e;
}

err account_link(const struct deed *deed, db *d, struct party_id id, struct access_secret *link,
                 struct err_info *info)
{
    struct hand h = {.deed = deed, .id = id, .secret = secret_new(deed->app)};
    const err e = db_tx_do(d, hand_out, &h, info);
    if (e == OK)
        *link = h.secret;
    return e;
}
