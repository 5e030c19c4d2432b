/* SPDX-License-Identifier: EUPL-1.2 */
/* covenant: what linking stands on: purpose, ground, who is steward, from when until when. */
#include "app/audit/audit.h"
#include "app/linking/linking_int.h"

err linking_check(const struct deed *deed, enum access_role role, struct err_info *info)
{
    return viewer_may(&deed->viewer, role) ? OK : err_set(info, E_DENIED, "linking.denied");
}

struct adding {
    const struct deed *deed;
    struct municipality_id m;
    struct covenant c; /* texts trimmed */
    struct covenant_id id;
};

static err check_text(str *text, const char *empty, struct err_info *info)
{
    *text = str_trim(*text);
    if (text->n == 0 || !str_is_utf8(*text))
        return err_set(info, E_INPUT, empty);
    if (text->n <= LINKING_NAME_MAX)
        return OK;
    err_set(info, E_INPUT, "linking.text-long");
    msg_int(&info->msg, LINKING_NAME_MAX);
    return E_INPUT;
}

static err check_covenant(struct covenant *c, struct err_info *info)
{
    err e = check_text(&c->name, "linking.name-empty", info);
    if (e == OK)
        e = check_text(&c->purpose, "linking.purpose-empty", info);
    if (e == OK)
        e = check_text(&c->ground, "linking.ground-empty", info);
    if (e == OK && c->from >= c->to)
        e = err_set(info, E_INPUT, "linking.days-wrong");
    return e;
}

/* A steward signs in with a second factor, or the role does not count. */
static err check_steward(const struct adding *a, db *d, struct err_info *info)
{
    struct steward_roles_row row;
    const err e = steward_roles(d, a->deed->memory,
                                (struct steward_roles_in){.party = a->c.steward}, &row, info);
    if (e == E_NOT_FOUND || (e == OK && (row.roles & ACCESS_STEWARD) == 0))
        return err_set(info, E_INPUT, "linking.no-steward");
    return e;
}

static err add(db_tx *tx, void *arg, struct err_info *info)
{
    struct adding *a = arg;
    err e = check_steward(a, db_tx_db(tx), info);
    if (e != OK)
        return e;
    a->id = (struct covenant_id){db_new_id(db_tx_db(tx))};
    e = covenant_put(tx,
                     (struct covenant_put_in){
                         .m = a->m,
                         .id = a->id,
                         .name = a->c.name,
                         .purpose = a->c.purpose,
                         .ground = a->c.ground,
                         .steward = a->c.steward,
                         .from_day = a->c.from,
                         .to_day = a->c.to,
                         .now = a->deed->now_ms,
                         .by = a->deed->viewer.id,
                     },
                     info);
    return e == OK ? audit_add(
                         tx, a->deed,
                         &(struct audit_row){
                             .verb = "covenant.add",
                             .object = "covenant",
                             .object_id = a->id.v,
                             .about = a->c.steward,
                             .purpose = a->c.purpose,
                             .field = {{"name", a->c.name, false}, {"ground", a->c.ground, false}},
                             .n_fields = 2,
                         },
                         info)
                   : e;
}

err covenant_add(const struct deed *deed, db *d, struct municipality_id m, const struct covenant *c,
                 struct covenant_id *id, struct err_info *info)
{
    struct adding a = {.deed = deed, .m = m, .c = *c};
    err e = linking_check(deed, ACCESS_ADMIN, info);
    if (e == OK)
        e = check_covenant(&a.c, info);
    if (e == OK)
        e = db_tx_do(d, add, &a, info);
    if (e == OK)
        *id = a.id;
    return e;
}

static struct covenant covenant_of(const struct covenants_row *row)
{
    return (struct covenant){
        .id = row->id,
        .name = row->name,
        .purpose = row->purpose,
        .ground = row->ground,
        .steward = row->steward_id,
        .steward_name = row->steward_name,
        .from = (int32_t)row->from_day,
        .to = (int32_t)row->to_day,
    };
}

err covenant_list(const struct deed *deed, db *d, struct municipality_id m, struct covenant **list,
                  size_t *n, struct err_info *info)
{
    struct covenants_row *row;

    if (!viewer_may(&deed->viewer, ACCESS_ADMIN) && !viewer_may(&deed->viewer, ACCESS_STEWARD))
        return err_set(info, E_DENIED, "linking.denied");
    const err e = covenants(
        d, deed->memory, (struct covenants_in){.m = m, .limit = LINKING_LIST_MAX}, &row, n, info);
    if (e != OK)
        return e;
    *list = ARENA_NEW(deed->memory, struct covenant, *n);
    if (!*list)
        return err_nomem(info);
    for (size_t i = 0; i < *n; i++)
        (*list)[i] = covenant_of(&row[i]);
    return OK;
}

err covenant_find(const struct deed *deed, db *d, struct municipality_id m, struct covenant_id id,
                  struct covenant *c, struct err_info *info)
{
    struct covenants_row *row;
    size_t n;
    const err e =
        covenants(d, deed->memory, (struct covenants_in){.one = true, .m = m, .id = id, .limit = 1},
                  &row, &n, info);
    if (e != OK)
        return e;
    if (n == 0)
        return err_set(info, E_NOT_FOUND, "linking.no-covenant");
    *c = covenant_of(row);
    return OK;
}
