/* SPDX-License-Identifier: EUPL-1.2 */
/* token: what a program shows to act for its owner. */
#include "app/access/access_int.h"

#include "base/date.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

struct make {
    const struct deed *deed;
    struct token_id id;
    str name;
    unsigned scopes;
    int64_t expires_at;
    struct access_secret secret;
};

static err make(db_tx *tx, void *arg, struct err_info *info)
{
    const struct make *m = arg;
    const struct party_id who = m->deed->viewer.id;
    const struct secret_hash hash = secret_kept(m->deed->app, HASH_TOKEN, &m->secret);
    struct tokens_counted_row row;

    err e = tokens_counted(db_tx_db(tx), m->deed->memory, (struct tokens_counted_in){.party = who},
                           &row, info);
    if (e == OK && row.n >= ACCESS_TOKENS_MAX) {
        err_set(info, E_LIMIT, "access.tokens-many");
        msg_int(&info->msg, ACCESS_TOKENS_MAX);
        return E_LIMIT;
    }
    if (e == OK)
        e = token_add(tx,
                      (struct token_add_in){.id = m->id,
                                            .hash = secret_hash_str(&hash),
                                            .party = who,
                                            .name = m->name,
                                            .scopes = m->scopes,
                                            .now = m->deed->now_ms,
                                            .expires_at = m->expires_at},
                      info);
    return e == OK ? account_log(tx, m->deed, "token.create", who, info) : e;
}

err token_create(const struct deed *deed, db *d, str name, unsigned scopes, int days,
                 struct access_secret *secret, struct err_info *info)
{
    struct make m = {.deed = deed,
                     .id = {db_new_id(d)},
                     .scopes = scopes,
                     .expires_at = deed->now_ms + (int64_t)days * DAY_MS,
                     .secret = secret_new(deed->app)};

    err e = need_account(deed, info);
    if (e == OK && (scopes == 0 || (scopes & ~(unsigned)(SCOPE_READ | SCOPE_WRITE)) != 0))
        return err_set(info, E_INPUT, "access.scope-wrong");
    if (e == OK && (days < 1 || days > ACCESS_TOKEN_DAYS_MAX)) {
        err_set(info, E_INPUT, "access.token-days");
        msg_int(&info->msg, ACCESS_TOKEN_DAYS_MAX);
        return E_INPUT;
    }
    if (e == OK)
        e = text_check(deed, name, TEXT_MAX, false, "access.name-wrong", &m.name, info);
    if (e == OK)
        e = db_tx_do(d, make, &m, info);
    if (e == OK)
        *secret = m.secret;
    return e;
}

err token_list(const struct deed *deed, db *d, struct token **list, size_t *n,
               struct err_info *info)
{
    struct tokens_of_row *row;

    err e = need_account(deed, info);
    if (e == OK)
        e = tokens_of(d, deed->memory,
                      (struct tokens_of_in){.party = deed->viewer.id, .limit = ACCESS_TOKENS_MAX},
                      &row, n, info);
    if (e != OK)
        return e;
    *list = ARENA_NEW(deed->memory, struct token, *n);
    if (!*list)
        return err_nomem(info);
    for (size_t i = 0; i < *n; i++)
        (*list)[i] = (struct token){.id = row[i].id,
                                    .name = row[i].name,
                                    .scopes = (unsigned)row[i].scopes,
                                    .created_at = row[i].created_at,
                                    .expires_at = row[i].expires_at,
                                    .last_used_day = row[i].last_used_day};
    return OK;
}

struct drop {
    const struct deed *deed;
    struct token_id id;
};

static err drop(db_tx *tx, void *arg, struct err_info *info)
{
    const struct drop *dr = arg;
    const struct party_id who = dr->deed->viewer.id;
    int64_t n;

    const err e = token_delete(tx, (struct token_delete_in){.id = dr->id, .party = who}, &n, info);
    if (e == OK && n == 0)
        return err_set(info, E_NOT_FOUND, "access.no-token");
    return e == OK ? account_log(tx, dr->deed, "token.drop", who, info) : e;
}

err token_drop(const struct deed *deed, db *d, struct token_id id, struct err_info *info)
{
    struct drop dr = {.deed = deed, .id = id};
    const err e = need_account(deed, info);
    return e == OK ? db_tx_do(d, drop, &dr, info) : e;
}

struct used {
    struct token_id id;
    int64_t day;
};

static err note_use(db_tx *tx, void *arg, struct err_info *info)
{
    const struct used *u = arg;
    return token_used(tx, (struct token_used_in){.id = u->id, .day = u->day}, info);
}

err token_viewer(const struct app *app, db *d, struct access_secret secret, int64_t now_ms,
                 struct viewer *viewer, unsigned *scopes, struct err_info *info)
{
    const struct secret_hash hash = secret_kept(app, HASH_TOKEN, &secret);
    struct token_of_secret_row row;

    *viewer = (struct viewer){0};
    *scopes = 0;
    err e = token_of_secret(d, NULL, (struct token_of_secret_in){.hash = secret_hash_str(&hash)},
                            &row, info);
    if (e == E_NOT_FOUND || (e == OK && (row.state != ACCOUNT_ACTIVE || now_ms >= row.expires_at)))
        return OK;
    if (e != OK)
        return e;
    *viewer = (struct viewer){.id = row.party,
                              .is_active = true,
                              .roles = (unsigned)row.roles & ~(unsigned)ACCESS_STRONG_ROLES,
                              .lang = (enum lang)row.lang};
    *scopes = (unsigned)row.scopes;
    struct used used = {.id = row.id, .day = date_local_of(now_ms).day};
    if (row.last_used_day == used.day)
        return OK;
    e = db_tx_do(d, note_use, &used, info);
    return e == E_BUSY || e == E_IO ? OK : e; /* as a session does */
}
