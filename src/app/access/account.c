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
    if (e == OK)
        e = audit_add(
            tx, n->deed,
            &(struct audit_row){.verb = verb,
                                .object = "account",
                                .object_id = n->id.v,
                                .about = n->id,
                                .field = {{"name", n->name, true}, {"email", n->email, true}},
                                .n_fields = 2},
            info);
    return e;
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
