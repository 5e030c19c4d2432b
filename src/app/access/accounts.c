/* SPDX-License-Identifier: EUPL-1.2 */
/* accounts: finding them, for their owners and for administrators. */
#include "app/access/access_int.h"

#include <assert.h>

enum { ACCOUNTS_AT_ONCE_MAX = 200 };

static struct account account_from(const struct accounts_row *r)
{
    return (struct account){
        .id = r->id,
        .name = r->name,
        .email = r->email.p ? r->email : STR(""),
        .function = r->job_title,
        .organisation = r->org,
        .organisation_name = r->org_name.p ? r->org_name : STR(""),
        .lang = (enum lang)r->lang,
        .state = (enum account_state)r->state,
        .roles = (unsigned)r->roles,
        .is_confirmed = r->is_confirmed,
        .has_password = r->has_password,
        .has_second = r->has_second,
        .reason = r->reason.p ? r->reason : STR(""),
        .created_at = r->created_at,
        .last_seen_day = r->last_seen_day,
    };
}

err account_of(const struct deed *deed, db *d, struct party_id id, struct account *a,
               struct err_info *info)
{
    struct accounts_row *row;
    size_t n;

    const err e = accounts(d, deed->memory, (struct accounts_in){.one = true, .id = id, .limit = 1},
                           &row, &n, info);
    if (e == OK && n == 0)
        return err_set(info, E_NOT_FOUND, "access.no-account");
    if (e == OK)
        *a = account_from(&row[0]);
    return e;
}

err account_mine(const struct deed *deed, db *d, struct account *a, struct err_info *info)
{
    const err e = need_account(deed, info);
    return e == OK ? account_of(deed, d, deed->viewer.id, a, info) : e;
}

err account_find(const struct deed *deed, db *d, struct party_id id, struct account *a,
                 struct err_info *info)
{
    const err e = need_admin(deed, info);
    return e == OK ? account_of(deed, d, id, a, info) : e;
}

static_assert(ACCESS_STRONG_ROLES == (8 | 16 | 32 | 64), "the query accounts_counted knows them");

err account_count(const struct deed *deed, db *d, struct account_counts *counts,
                  struct err_info *info)
{
    struct accounts_counted_row row;
    err e = need_admin(deed, info);
    if (e == OK)
        e = accounts_counted(
            d, deed->memory,
            (struct accounts_counted_in){.since = deed->now_ms - ACCESS_SESSION_MS}, &row, info);
    if (e == OK)
        *counts = (struct account_counts){.waiting = row.waiting,
                                          .active = row.active,
                                          .blocked = row.blocked,
                                          .strong_bare = row.strong_bare,
                                          .sessions = row.sessions};
    return e;
}

err account_list(const struct deed *deed, db *d, struct account_filter filter, struct party_id from,
                 size_t limit, struct account **list, size_t *n, struct party_id *next,
                 struct err_info *info)
{
    struct accounts_in in = {.listed = !filter.has_state,
                             .in_state = filter.has_state,
                             .state = filter.state,
                             .after = from,
                             .matching = str_trim(filter.search).n > 0,
                             .limit = (int64_t)limit + 1};
    struct accounts_row *row;

    err e = need_admin(deed, info);
    if (e == OK && (limit == 0 || limit > ACCOUNTS_AT_ONCE_MAX))
        return err_set(info, E_INPUT, "access.list-limit");
    if (e == OK && in.matching)
        e = text_pattern(deed->memory, filter.search, &in.pattern, info);
    if (e == OK)
        e = accounts(d, deed->memory, in, &row, n, info);
    if (e != OK)
        return e;
    *next = (struct party_id){*n > limit ? row[limit - 1].id.v : 0};
    *n = *n > limit ? limit : *n;
    *list = ARENA_NEW(deed->memory, struct account, *n);
    if (!*list)
        return err_nomem(info);
    for (size_t i = 0; i < *n; i++)
        (*list)[i] = account_from(&row[i]);
    return OK;
}
