/* SPDX-License-Identifier: EUPL-1.2 */
/* account: how one comes into being. */
#include "app/access/access_int.h"

err account_log(db_tx *tx, const struct deed *deed, const char *verb, struct party_id about,
                struct err_info *info)
{
    return audit_add(tx, deed,
                     &(struct audit_row){
                         .verb = verb, .object = "account", .object_id = about.v, .about = about},
                     info);
}

err need_account(const struct deed *deed, struct err_info *info)
{
    return deed->viewer.is_active ? OK : err_set(info, E_DENIED, "access.denied-visitor");
}

err need_admin(const struct deed *deed, struct err_info *info)
{
    return viewer_may(&deed->viewer, ACCESS_ADMIN) ? OK
                                                   : err_set(info, E_DENIED, "access.denied-admin");
}

/* ---- a new person ---- */

struct newcomer {
    const struct deed *deed;
    struct party_id id;
    str name, sort_key, function, email, email_key;
    struct party_id organisation;
    enum lang lang;
    enum account_state state;
    bool is_confirmed;
    unsigned roles;
};

static err check_newcomer(struct newcomer *n, str name, str email, struct err_info *info)
{
    err e = text_check(n->deed, name, ACCESS_NAME_MAX, false, "access.name-wrong", &n->name, info);
    if (e == OK)
        e = text_fold(n->deed->memory, n->name, &n->sort_key, info);
    if (e == OK)
        e = email_check(n->deed, email, &n->email, &n->email_key, info);
    return e;
}

static err check_address_free(const struct newcomer *n, db *d, struct err_info *info)
{
    struct party_of_email_row row;
    const err e = party_of_email(d, n->deed->memory,
                                 (struct party_of_email_in){.key = n->email_key}, &row, info);
    if (e == OK)
        return err_set(info, E_CONFLICT, "access.email-taken");
    return e == E_NOT_FOUND ? OK : e;
}

static err log_newcomer(db_tx *tx, const struct newcomer *n, const char *verb,
                        struct err_info *info)
{
    return audit_add(
        tx, n->deed,
        &(struct audit_row){.verb = verb,
                            .object = "account",
                            .object_id = n->id.v,
                            .about = n->id,
                            .field = {{"name", n->name, true}, {"email", n->email, true}},
                            .n_fields = 2},
        info);
}

static err add_newcomer(db_tx *tx, const struct newcomer *n, const char *verb,
                        struct err_info *info)
{
    err e = party_add(tx,
                      (struct party_add_in){
                          .id = n->id,
                          .kind = 0,
                          .name = n->name,
                          .sort_key = n->sort_key,
                          .job_title = n->function.p ? n->function : STR(""),
                          .org = n->organisation,
                          .lang = n->lang,
                          .state = n->state,
                          .roles = n->roles,
                          .now = n->deed->now_ms,
                      },
                      info);
    if (e == OK)
        e = email_add(tx,
                      (struct email_add_in){
                          .party = n->id,
                          .address = n->email,
                          .key = n->email_key,
                          .is_confirmed = n->is_confirmed,
                      },
                      info);
    return e == OK ? log_newcomer(tx, n, verb, info) : e;
}

static err create(db_tx *tx, void *arg, struct err_info *info)
{
    const struct newcomer *n = arg;
    const err e = check_address_free(n, db_tx_db(tx), info);
    return e == OK ? add_newcomer(tx, n, "account.create", info) : e;
}

err account_create(const struct deed *deed, db *d, str name, str email, enum lang lang,
                   unsigned roles, struct party_id *id, struct err_info *info)
{
    struct newcomer n = {.deed = deed,
                         .id = {db_new_id(d)},
                         .lang = lang,
                         .state = ACCOUNT_ACTIVE,
                         .is_confirmed = true,
                         .roles = roles};
    err e = check_newcomer(&n, name, email, info);
    if (e == OK)
        e = db_tx_do(d, create, &n, info);
    if (e == OK)
        *id = n.id;
    return e;
}

/* ---- inviting ---- */

struct invite {
    struct newcomer n;
    str by;
    struct access_secret secret;
};

/* An earlier invitation that was not taken up is sent again, as it was. */
static err find_invited(struct newcomer *n, db *d, bool *is_new, struct err_info *info)
{
    struct party_of_email_row row;
    const err e = party_of_email(d, n->deed->memory,
                                 (struct party_of_email_in){.key = n->email_key}, &row, info);
    *is_new = e == E_NOT_FOUND;
    if (e != OK)
        return *is_new ? OK : e;
    if (row.state != ACCOUNT_WAITING || row.is_confirmed || row.password.p)
        return err_set(info, E_CONFLICT, "access.email-taken");
    n->id = row.id;
    return OK;
}

static err mail_invitation(db_tx *tx, const struct invite *i, struct err_info *info)
{
    err e = link_make(tx, i->n.deed, LINK_INVITE, i->n.id, &i->secret, info);
    if (e == OK)
        e = letter_put(tx, i->n.deed,
                       &(struct letter){.party = i->n.id,
                                        .to = i->n.email,
                                        .lang = i->n.lang,
                                        .subject = "mail.invite-subject",
                                        .body = "mail.invite-body",
                                        .by = i->by,
                                        .link = &i->secret},
                       info);
    return e;
}

/* Who the letter says invites: a person, or the site itself from the command line. */
static err inviter_of(const struct deed *deed, db *d, str *name, struct err_info *info)
{
    struct account a;

    *name = deed->app->site_name;
    if (deed->viewer.id.v == 0)
        return OK;
    const err e = account_of(deed, d, deed->viewer.id, &a, info);
    if (e == OK)
        *name = a.name;
    return e;
}

static err invite(db_tx *tx, void *arg, struct err_info *info)
{
    struct invite i = *(const struct invite *)arg;
    bool is_new;

    err e = inviter_of(i.n.deed, db_tx_db(tx), &i.by, info);
    if (e == OK)
        e = organisation_check(i.n.deed, db_tx_db(tx), i.n.organisation, info);
    if (e == OK)
        e = find_invited(&i.n, db_tx_db(tx), &is_new, info);
    if (e == OK && is_new)
        e = add_newcomer(tx, &i.n, "account.invite", info);
    else if (e == OK)
        e = account_log(tx, i.n.deed, "account.invite-again", i.n.id, info);
    return e == OK ? mail_invitation(tx, &i, info) : e;
}

err account_invite(const struct deed *deed, db *d, str name, str email, enum lang lang,
                   struct party_id organisation, unsigned roles, struct err_info *info)
{
    struct invite i = {.n = {.deed = deed,
                             .id = {db_new_id(d)},
                             .organisation = organisation,
                             .lang = lang,
                             .state = ACCOUNT_WAITING,
                             .roles = roles},
                       .secret = secret_new(deed->app)};
    err e = need_admin(deed, info);
    if (e == OK)
        e = roles_check(roles, info);
    if (e == OK)
        e = check_newcomer(&i.n, name, email, info);
    return e == OK ? db_tx_do(d, invite, &i, info) : e;
}

/* ---- registering ---- */

struct registration {
    struct newcomer n;
    str reason;
    char hash[crypto_pwhash_STRBYTES];
    struct access_secret secret;
};

static err write_to(db_tx *tx, const struct registration *r, struct party_id party,
                    const char *subject, const char *body, const struct access_secret *link,
                    struct err_info *info)
{
    return letter_put(tx, r->n.deed,
                      &(struct letter){.party = party,
                                       .to = r->n.email,
                                       .lang = r->n.lang,
                                       .subject = subject,
                                       .body = body,
                                       .link = link},
                      info);
}

static err ask_to_confirm(db_tx *tx, const struct registration *r, struct party_id party,
                          struct err_info *info)
{
    const err e = link_make(tx, r->n.deed, LINK_CONFIRM, party, &r->secret, info);
    return e == OK ? write_to(tx, r, party, "mail.confirm-subject", "mail.confirm-body", &r->secret,
                              info)
                   : e;
}

static err keep_registration(db_tx *tx, const struct registration *r, struct err_info *info)
{
    err e = password_put(tx,
                         (struct password_put_in){
                             .party = r->n.id, .hash = str_of(r->hash), .now = r->n.deed->now_ms},
                         info);
    if (e == OK)
        e = registration_put(
            tx, (struct registration_put_in){.party = r->n.id, .reason = r->reason}, info);
    return e == OK ? ask_to_confirm(tx, r, r->n.id, info) : e;
}

static err add_registration(db_tx *tx, const struct registration *r, struct err_info *info)
{
    const err e = add_newcomer(tx, &r->n, "account.register", info);
    return e == OK ? keep_registration(tx, r, info) : e;
}

/* What was asked before goes: who confirms gives the password of this request, and no other. */
static err replace_registration(db_tx *tx, struct registration r, struct party_id id,
                                struct err_info *info)
{
    r.n.id = id;
    err e = party_change(tx,
                         (struct party_change_in){.id = id,
                                                  .name = r.n.name,
                                                  .sort_key = r.n.sort_key,
                                                  .job_title = r.n.function,
                                                  .org = r.n.organisation,
                                                  .lang = r.n.lang},
                         info);
    if (e == OK)
        e = log_newcomer(tx, &r.n, "account.register", info);
    return e == OK ? keep_registration(tx, &r, info) : e;
}

/* What the owner of an address is told, whoever filled it in. */
static err write_to_known(db_tx *tx, const struct registration *r,
                          const struct party_of_email_row *known, struct err_info *info)
{
    const bool is_unconfirmed = known->state == ACCOUNT_WAITING && !known->is_confirmed;
    if (is_unconfirmed && known->password.p)
        return replace_registration(tx, *r, known->id, info);
    if (is_unconfirmed || known->state == ACCOUNT_BLOCKED)
        return OK; /* has an invitation; or shall not come in */
    return write_to(tx, r, known->id, "mail.known-subject", "mail.known-body", NULL, info);
}

static err add_or_tell(db_tx *tx, void *arg, struct err_info *info)
{
    const struct registration *r = arg;
    struct party_of_email_row known;

    err e = throttle_take(tx, r->n.deed,
                          (struct throttle){.what = THROTTLE_MAIL, .who = r->n.email_key}, info);
    if (e == OK)
        e = organisation_check(r->n.deed, db_tx_db(tx), r->n.organisation, info);
    if (e != OK)
        return e;
    e = party_of_email(db_tx_db(tx), r->n.deed->memory,
                       (struct party_of_email_in){.key = r->n.email_key}, &known, info);
    if (e == OK)
        return write_to_known(tx, r, &known, info);
    return e == E_NOT_FOUND ? add_registration(tx, r, info) : e;
}

err account_register(const struct deed *deed, db *d, const struct register_form *form,
                     struct err_info *info)
{
    struct registration r = {.n = {.deed = deed,
                                   .id = {db_new_id(d)},
                                   .organisation = form->organisation,
                                   .lang = form->lang,
                                   .state = ACCOUNT_WAITING},
                             .secret = secret_new(deed->app)};

    err e = check_newcomer(&r.n, form->name, form->email, info);
    if (e == OK)
        e = text_check(deed, form->function, TEXT_MAX, true, "access.function-wrong", &r.n.function,
                       info);
    if (e == OK)
        e = reason_check(deed, form->reason, &r.reason, info);
    if (e == OK)
        e = password_check(deed, form->password, r.n.name, r.n.email, info);
    if (e == OK) /* for a known address, too: it takes as long */
        e = gate_hash(deed->app->gate, form->password, r.hash, info);
    if (e == OK)
        e = db_tx_do(d, add_or_tell, &r, info);
    sodium_memzero(r.hash, sizeof r.hash);
    return e == E_LIMIT ? OK : e; /* enough letters were sent; that says nothing to who asks */
}
