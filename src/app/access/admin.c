/* SPDX-License-Identifier: EUPL-1.2 */
/* admin: what administrators decide about accounts. */
#include "app/access/access_int.h"

#include "base/num.h"

static const unsigned all_roles = ACCESS_EDITOR | ACCESS_MODERATOR | ACCESS_ANALYST |
                                  ACCESS_RESIDENT_DATA | ACCESS_AUDITOR | ACCESS_ADMIN |
                                  ACCESS_STEWARD;

err roles_check(unsigned roles, struct err_info *info)
{
    return (roles & ~all_roles) == 0 ? OK : err_set(info, E_INPUT, "access.role-unknown");
}

/* A site without an administrator could be mended by nobody. */
err check_admin_stays(const struct deed *deed, db *d, const struct account *a, unsigned roles,
                      struct err_info *info)
{
    struct party_roles_counted_row row;

    if (a->state != ACCOUNT_ACTIVE || (a->roles & ACCESS_ADMIN) == 0 || (roles & ACCESS_ADMIN) != 0)
        return OK;
    const err e = party_roles_counted(
        d, deed->memory, (struct party_roles_counted_in){.role = ACCESS_ADMIN, .but = a->id}, &row,
        info);
    return e == OK && row.n == 0 ? err_set(info, E_CONFLICT, "access.last-admin") : e;
}

struct decision {
    const struct deed *deed;
    struct party_id id;
    enum account_state state;
    unsigned roles;
};

static err end_all(db_tx *tx, struct party_id who, struct err_info *info)
{
    err e = sessions_delete(tx, (struct sessions_delete_in){.party = who}, info);
    if (e == OK)
        e = tokens_delete(tx, (struct tokens_delete_in){.party = who}, info);
    return e == OK ? access_links_end(tx, (struct access_links_end_in){.party = who}, info) : e;
}

static err tell(db_tx *tx, const struct decision *dc, const struct account *a, const char *subject,
                const char *body, struct err_info *info)
{
    return letter_put(
        tx, dc->deed,
        &(struct letter){
            .party = a->id, .to = a->email, .lang = a->lang, .subject = subject, .body = body},
        info);
}

static err approve(db_tx *tx, const struct decision *dc, const struct account *a,
                   struct err_info *info)
{
    if (!a->is_confirmed)
        return err_set(info, E_CONFLICT, "access.not-confirmed");
    const err e = registration_end(tx, (struct registration_end_in){.party = a->id}, info);
    return e == OK ? tell(tx, dc, a, "mail.approved-subject", "mail.approved-body", info) : e;
}

static err block(db_tx *tx, const struct decision *dc, const struct account *a,
                 struct err_info *info)
{
    err e = check_admin_stays(dc->deed, db_tx_db(tx), a, 0, info);
    if (e == OK)
        e = end_all(tx, a->id, info);
    return e == OK ? tell(tx, dc, a, "mail.blocked-subject", "mail.blocked-body", info) : e;
}

/* The letter is to nobody's account: it must leave after the account is gone. */
static err turn_down(db_tx *tx, const struct decision *dc, struct account a, struct err_info *info)
{
    const struct party_id who = a.id;
    err e = OK;

    a.id.v = 0;
    if (a.state == ACCOUNT_WAITING && a.is_confirmed)
        e = tell(tx, dc, &a, "mail.refused-subject", "mail.refused-body", info);
    return e == OK ? account_forget(tx, dc->deed, who, false, info) : e;
}

static err set_state(db_tx *tx, void *arg, struct err_info *info)
{
    const struct decision *dc = arg;
    struct account a;
    int64_t n;

    err e = account_of(dc->deed, db_tx_db(tx), dc->id, &a, info);
    if (e != OK)
        return e;
    const bool is_waiting = a.state == ACCOUNT_WAITING, is_blocked = a.state == ACCOUNT_BLOCKED;
    if (dc->state == ACCOUNT_ERASED && (is_waiting || is_blocked))
        return turn_down(tx, dc, a, info);
    if (dc->state == ACCOUNT_ACTIVE && is_waiting)
        e = approve(tx, dc, &a, info);
    else if (dc->state == ACCOUNT_BLOCKED && a.state == ACCOUNT_ACTIVE)
        e = block(tx, dc, &a, info);
    else if (dc->state != ACCOUNT_ACTIVE || !is_blocked)
        return err_set(info, E_CONFLICT, "access.state-step");
    if (e == OK)
        e = party_set_state(
            tx, (struct party_set_state_in){.id = a.id, .old = a.state, .state = dc->state}, &n,
            info);
    if (e == OK)
        e = account_log(tx, dc->deed,
                        dc->state == ACCOUNT_BLOCKED ? "account.block"
                        : is_waiting                 ? "account.approve"
                                                     : "account.unblock",
                        a.id, info);
    return e;
}

err account_set_state(const struct deed *deed, db *d, struct party_id id, enum account_state state,
                      struct err_info *info)
{
    struct decision dc = {.deed = deed, .id = id, .state = state};
    const err e = need_admin(deed, info);
    return e == OK ? db_tx_do(d, set_state, &dc, info) : e;
}

static err set_roles(db_tx *tx, void *arg, struct err_info *info)
{
    const struct decision *dc = arg;
    struct account a;
    char roles[NUM_TEXT_MAX];

    err e = account_of(dc->deed, db_tx_db(tx), dc->id, &a, info);
    if (e == OK && a.state != ACCOUNT_ACTIVE && a.state != ACCOUNT_WAITING)
        return err_set(info, E_CONFLICT, "access.not-active");
    if (e == OK)
        e = check_admin_stays(dc->deed, db_tx_db(tx), &a, dc->roles, info);
    if (e == OK)
        e = party_set_roles(tx, (struct party_set_roles_in){.id = dc->id, .roles = dc->roles},
                            info);
    if (e == OK)
        e = sessions_delete(tx, (struct sessions_delete_in){.party = dc->id}, info);
    if (e == OK)
        e = audit_add(tx, dc->deed,
                      &(struct audit_row){
                          .verb = "account.roles",
                          .object = "account",
                          .object_id = dc->id.v,
                          .about = dc->id,
                          .field = {{"roles", {roles, num_print_int(dc->roles, roles)}, false}},
                          .n_fields = 1},
                      info);
    return e;
}

err account_set_roles(const struct deed *deed, db *d, struct party_id id, unsigned roles,
                      struct err_info *info)
{
    struct decision dc = {.deed = deed, .id = id, .roles = roles};
    err e = need_admin(deed, info);
    if (e == OK)
        e = roles_check(roles, info);
    return e == OK ? db_tx_do(d, set_roles, &dc, info) : e;
}

static err reset_second(db_tx *tx, void *arg, struct err_info *info)
{
    const struct decision *dc = arg;
    struct account a;

    err e = account_of(dc->deed, db_tx_db(tx), dc->id, &a, info);
    if (e == OK && !a.has_second)
        return err_set(info, E_CONFLICT, "access.second-none");
    if (e == OK)
        e = second_forget(tx, dc->deed, dc->id, "second.reset", info);
    if (e == OK)
        e = sessions_delete(tx, (struct sessions_delete_in){.party = dc->id}, info);
    return e == OK ? tell(tx, dc, &a, "mail.second-reset-subject", "mail.second-reset-body", info)
                   : e;
}

err account_reset_second(const struct deed *deed, db *d, struct party_id id, struct err_info *info)
{
    struct decision dc = {.deed = deed, .id = id};
    const err e = need_admin(deed, info);
    return e == OK ? db_tx_do(d, reset_second, &dc, info) : e;
}
