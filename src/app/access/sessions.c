/* SPDX-License-Identifier: EUPL-1.2 */
/* sessions: seeing one's own sessions and ending them. */
#include "app/access/access_int.h"

err session_list(const struct deed *deed, db *d, struct session **list, size_t *n,
                 struct err_info *info)
{
    struct sessions_of_row *row;

    err e = need_account(deed, info);
    if (e == OK)
        e = sessions_of(d, deed->memory,
                        (struct sessions_of_in){.party = deed->viewer.id,
                                                .since = deed->now_ms - ACCESS_SESSION_MS,
                                                .limit = SESSIONS_SHOWN_MAX},
                        &row, n, info);
    if (e != OK)
        return e;
    *list = ARENA_NEW(deed->memory, struct session, *n);
    if (!*list)
        return err_nomem(info);
    for (size_t i = 0; i < *n; i++)
        (*list)[i] = (struct session){.party = deed->viewer.id,
                                      .number = row[i].id.v,
                                      .is_complete = row[i].is_complete,
                                      .has_second = row[i].has_second,
                                      .created_at = row[i].created_at,
                                      .seen_at = row[i].seen_at,
                                      .label = row[i].label};
    return OK;
}

struct end {
    const struct deed *deed;
    const struct access_secret *secret; /* of the one to end, or to keep */
    struct session_id id;
};

/* The session of the secret; `is_found` false when there is none any more. */
static err find(const struct end *end, db *d, struct session_of_secret_row *row, bool *is_found,
                struct err_info *info)
{
    const struct secret_hash hash = secret_kept(end->deed->app, HASH_SESSION, end->secret);
    const err e =
        session_of_secret(d, end->deed->memory,
                          (struct session_of_secret_in){.hash = secret_hash_str(&hash)}, row, info);
    *is_found = e == OK;
    return e == E_NOT_FOUND ? OK : e;
}

static err end_this(db_tx *tx, void *arg, struct err_info *info)
{
    const struct end *end = arg;
    struct session_of_secret_row row;
    bool is_found;
    int64_t n;

    err e = find(end, db_tx_db(tx), &row, &is_found, info);
    if (e != OK || !is_found)
        return e;
    const struct deed deed = deed_as(end->deed, row.party);
    e = session_delete(tx, (struct session_delete_in){.id = row.id, .party = row.party}, &n, info);
    return e == OK ? account_log(tx, &deed, "session.end", row.party, info) : e;
}

err session_end(const struct deed *deed, db *d, struct access_secret session, struct err_info *info)
{
    struct end end = {.deed = deed, .secret = &session};
    return db_tx_do(d, end_this, &end, info);
}

static err end_numbered(db_tx *tx, void *arg, struct err_info *info)
{
    const struct end *end = arg;
    int64_t n;

    const err e = session_delete(
        tx, (struct session_delete_in){.id = end->id, .party = end->deed->viewer.id}, &n, info);
    if (e == OK && n == 0)
        return err_set(info, E_NOT_FOUND, "access.session-ended");
    return e == OK ? account_log(tx, end->deed, "session.end", end->deed->viewer.id, info) : e;
}

err session_end_numbered(const struct deed *deed, db *d, int64_t number, struct err_info *info)
{
    struct end end = {.deed = deed, .id = {number}};
    const err e = need_account(deed, info);
    return e == OK ? db_tx_do(d, end_numbered, &end, info) : e;
}

static err end_others(db_tx *tx, void *arg, struct err_info *info)
{
    const struct end *end = arg;
    struct session_of_secret_row row;
    bool is_found;

    err e = find(end, db_tx_db(tx), &row, &is_found, info);
    if (e == OK)
        e = sessions_delete(tx,
                            (struct sessions_delete_in){
                                .party = end->deed->viewer.id, .but_one = is_found, .but = row.id},
                            info);
    return e == OK ? account_log(tx, end->deed, "session.end-others", end->deed->viewer.id, info)
                   : e;
}

err session_end_others(const struct deed *deed, db *d, struct access_secret keep,
                       struct err_info *info)
{
    struct end end = {.deed = deed, .secret = &keep};
    const err e = need_account(deed, info);
    return e == OK ? db_tx_do(d, end_others, &end, info) : e;
}

err session_renew(db_tx *tx, const struct deed *deed, const struct access_secret *old,
                  const struct access_secret *secret, struct err_info *info)
{
    const struct end end = {.deed = deed, .secret = old};
    const struct secret_hash hash = secret_kept(deed->app, HASH_SESSION, secret);
    struct session_of_secret_row row;
    bool is_found;
    int64_t n;

    err e = find(&end, db_tx_db(tx), &row, &is_found, info);
    if (e == OK && (!is_found || row.party.v != deed->viewer.id.v))
        return err_set(info, E_NOT_FOUND, "access.session-ended");
    if (e == OK)
        e = session_raise(tx,
                          (struct session_raise_in){
                              .id = row.id, .hash = secret_hash_str(&hash), .now = deed->now_ms},
                          &n, info);
    if (e == OK)
        e = sessions_delete(
            tx, (struct sessions_delete_in){.party = row.party, .but_one = true, .but = row.id},
            info);
    return e;
}
