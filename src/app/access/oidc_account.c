/* SPDX-License-Identifier: EUPL-1.2 */
/* oidc_account: who the person behind (issuer, subject) is here. */
#include "app/access/oidc_int.h"

static err settle(struct oidc_arrival *a, struct party_id party, int64_t state,
                  struct err_info *info)
{
    a->party = party;
    a->state = (enum account_state)state;
    if (state == ACCOUNT_BLOCKED || state == ACCOUNT_ERASED)
        return err_set(info, E_DENIED, "oidc.blocked");
    return OK;
}

static err link_identity(db_tx *tx, const struct oidc_arrival *a, struct err_info *info)
{
    const struct deed deed = deed_as(a->deed, a->party);
    const err e = oidc_identity_add(tx,
                                    (struct oidc_identity_add_in){
                                        .id = {db_new_id(db_tx_db(tx))},
                                        .issuer = a->provider->issuer,
                                        .subject = a->claims.subject,
                                        .party = a->party,
                                        .now = a->deed->now_ms,
                                    },
                                    info);
    return e == OK ? account_log(tx, &deed, "account.link-identity", a->party, info) : e;
}

/* ---- an address that is known here ---- */

/* Whoever wrote down this address first never showed that it was theirs: what they set up goes. */
static err drop_squatter(db_tx *tx, struct party_id party, struct err_info *info)
{
    err e = password_delete(tx, (struct password_delete_in){.party = party}, info);
    int64_t changed;
    if (e == OK)
        e = sessions_delete(tx, (struct sessions_delete_in){.party = party}, info);
    if (e == OK)
        e = second_delete(tx, (struct second_delete_in){.party = party}, &changed, info);
    if (e == OK)
        e = recovery_delete(tx, (struct recovery_delete_in){.party = party}, info);
    return e;
}

static err accept_invitation(db_tx *tx, struct oidc_arrival *a, struct err_info *info)
{
    int64_t changed;
    const err e = party_set_state(
        tx, (struct party_set_state_in){.id = a->party, .old = a->state, .state = ACCOUNT_ACTIVE},
        &changed, info);
    if (e == OK && changed == 1)
        a->state = ACCOUNT_ACTIVE;
    return e;
}

static err confirm_address(db_tx *tx, const struct party_of_email_row *known, struct err_info *info)
{
    err e = known->is_confirmed ? OK : drop_squatter(tx, known->id, info);
    if (e == OK)
        e = access_links_end(tx, (struct access_links_end_in){.party = known->id}, info);
    if (e == OK)
        e = email_confirm(tx, (struct email_confirm_in){.party = known->id}, info);
    return e;
}

static err arrive_known(db_tx *tx, struct oidc_arrival *a, const struct party_of_email_row *known,
                        struct err_info *info)
{
    struct invitation_open_row invited;
    if (!a->provider->links_known)
        return err_set(info, E_CONFLICT, "oidc.address-known");
    err e = settle(a, known->id, known->state, info);
    if (e == OK)
        e = invitation_open(db_tx_db(tx), a->deed->memory,
                            (struct invitation_open_in){
                                .party = known->id, .kind = LINK_INVITE, .now = a->deed->now_ms},
                            &invited, info);
    if (e == OK)
        e = confirm_address(tx, known, info);
    if (e == OK && invited.n > 0 && a->state != ACCOUNT_ACTIVE)
        e = accept_invitation(tx, a, info);
    return e == OK ? link_identity(tx, a, info) : e;
}

/* ---- somebody new ---- */

/* The name that the provider gives, or the address when that is no name we could show. */
static err choose_name(const struct oidc_arrival *a, str email, str *name, struct err_info *info)
{
    const err e = text_check(a->deed, a->claims.name, ACCESS_NAME_MAX, false, "access.name-wrong",
                             name, info);
    if (e == E_INPUT) {
        *name = email;
        return OK;
    }
    return e;
}

static err arrive_new(db_tx *tx, struct oidc_arrival *a, str email, str key, struct err_info *info)
{
    const struct party_id party = {db_new_id(db_tx_db(tx))};
    const struct deed deed = deed_as(a->deed, party);
    struct party_add_in person = {.id = party,
                                  .job_title = STR(""),
                                  .lang = a->deed->viewer.lang,
                                  .state = ACCOUNT_WAITING,
                                  .now = a->deed->now_ms};

    err e = choose_name(a, email, &person.name, info);
    if (e == OK)
        e = text_fold(a->deed->memory, person.name, &person.sort_key, info);
    if (e == OK)
        e = party_add(tx, person, info);
    if (e == OK)
        e = email_add(tx,
                      (struct email_add_in){
                          .party = party, .address = email, .key = key, .is_confirmed = true},
                      info);
    if (e == OK) /* what an administrator decides on */
        e = registration_put(
            tx, (struct registration_put_in){.party = party, .reason = a->provider->issuer}, info);
    if (e == OK)
        e = audit_add(
            tx, &deed,
            &(struct audit_row){.verb = "account.register",
                                .object = "account",
                                .object_id = party.v,
                                .about = party,
                                .field = {{"name", person.name, true}, {"email", email, true}},
                                .n_fields = 2},
            info);
    if (e == OK)
        e = settle(a, party, ACCOUNT_WAITING, info);
    return e == OK ? link_identity(tx, a, info) : e;
}

static err arrive_first(db_tx *tx, struct oidc_arrival *a, struct err_info *info)
{
    struct party_of_email_row known;
    str email, key;

    if (email_check(a->deed, a->claims.email, &email, &key, info) != OK)
        return err_set(info, E_DENIED, "oidc.no-address");
    const err e = party_of_email(db_tx_db(tx), a->deed->memory,
                                 (struct party_of_email_in){.key = key}, &known, info);
    if (e == OK)
        return arrive_known(tx, a, &known, info);
    return e == E_NOT_FOUND ? arrive_new(tx, a, email, key, info) : e;
}

err oidc_arrive(db_tx *tx, void *arg, struct err_info *info)
{
    struct oidc_arrival *a = arg;
    struct oidc_party_row row;
    const err e = oidc_party(
        db_tx_db(tx), a->deed->memory,
        (struct oidc_party_in){.issuer = a->provider->issuer, .subject = a->claims.subject}, &row,
        info);
    if (e == OK)
        return settle(a, row.party, row.state, info);
    return e == E_NOT_FOUND ? arrive_first(tx, a, info) : e;
}
