/* SPDX-License-Identifier: EUPL-1.2 */
/* people: who is here, for those who are here. */
#include "app/access/access_int.h"

static struct person person_from(const struct people_row *r)
{
    return (struct person){.id = r->id,
                           .name = r->name,
                           .function = r->job_title,
                           .organisation_name = r->org_name.p ? r->org_name : STR("")};
}

static err one(const struct deed *deed, db *d, struct party_id id, struct people_row **row,
               size_t *n, struct err_info *info)
{
    return people(d, deed->memory, (struct people_in){.one = true, .id = id, .limit = 1}, row, n,
                  info);
}

/* A page begins behind a person; when that one has left, at the first. */
static err begin_behind(const struct deed *deed, db *d, struct party_id from, struct people_in *in,
                        struct err_info *info)
{
    struct people_row *row;
    size_t n;

    if (from.v == 0)
        return OK;
    const err e = one(deed, d, from, &row, &n, info);
    if (e == OK && n == 1) {
        in->onward = true;
        in->after_key = row[0].sort_key;
        in->after = from;
    }
    return e;
}

err person_list(const struct deed *deed, db *d, str search, struct party_id from, size_t limit,
                struct person **list, size_t *n, struct party_id *next, struct err_info *info)
{
    struct people_in in = {.matching = str_trim(search).n > 0, .limit = (int64_t)limit + 1};
    struct people_row *row;

    err e = need_account(deed, info);
    if (e == OK && (limit == 0 || limit > ACCESS_PEOPLE_MAX))
        return err_set(info, E_INPUT, "access.list-limit");
    if (e == OK && in.matching)
        e = text_pattern(deed->memory, search, &in.pattern, info);
    if (e == OK)
        e = begin_behind(deed, d, from, &in, info);
    if (e == OK)
        e = people(d, deed->memory, in, &row, n, info);
    if (e != OK)
        return e;
    *next = (struct party_id){*n > limit ? row[limit - 1].id.v : 0};
    *n = *n > limit ? limit : *n;
    *list = ARENA_NEW(deed->memory, struct person, *n);
    if (!*list)
        return err_nomem(info);
    for (size_t i = 0; i < *n; i++)
        (*list)[i] = person_from(&row[i]);
    return OK;
}

err person_find(const struct deed *deed, db *d, struct party_id id, struct person *p,
                struct err_info *info)
{
    struct people_row *row;
    size_t n;

    err e = need_account(deed, info);
    if (e == OK)
        e = one(deed, d, id, &row, &n, info);
    if (e == OK && n == 0)
        return err_set(info, E_NOT_FOUND, "access.no-person");
    if (e == OK)
        *p = person_from(&row[0]);
    return e;
}
