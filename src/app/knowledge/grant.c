/* SPDX-License-Identifier: EUPL-1.2 */
/* grant: what an owner opens to one person or one space more. */
#include "app/knowledge/knowledge_int.h"

enum { SUBJECT_PARTY = 0, SUBJECT_SPACE = 1, ACCESS_READ = 0, ACCESS_EDIT = 1 };

static err find_own(const struct deed *deed, db *d, struct publication_id id, struct err_info *info)
{
    struct publication p;
    const err e = publication_find(deed, d, id, &p, info);
    if (e == OK && !p.may_own)
        return err_set(info, E_DENIED, "knowledge.denied-owner");
    return e;
}

/* A space that the owner is not shown any more has no name. */
static err name_space(const struct deed *deed, db *d, struct grant *g, struct err_info *info)
{
    struct space s;
    const err e = space_get(deed, d, (struct space_id){g->subject}, &s, info);
    g->name = e == OK ? s.name[deed->viewer.lang] : STR("");
    return e == E_NOT_FOUND ? OK : e;
}

err grant_list(const struct deed *deed, db *d, struct publication_id id, struct grant **list,
               size_t *n, struct err_info *info)
{
    struct grants_row *row;

    err e = find_own(deed, d, id, info);
    if (e == OK)
        e = grants(d, deed->memory, (struct grants_in){.id = id, .limit = GRANTS_MAX}, &row, n,
                   info);
    if (e != OK)
        return e;
    *list = ARENA_NEW(deed->memory, struct grant, *n);
    if (!*list)
        return err_nomem(info);
    for (size_t i = 0; e == OK && i < *n; i++) {
        struct grant *g = &(*list)[i];
        *g = (struct grant){
            .to_space = row[i].subject_kind == SUBJECT_SPACE,
            .subject = row[i].subject_id,
            .name = row[i].party_name,
            .may_edit = row[i].access == ACCESS_EDIT,
            .version = row[i].access + 1,
        };
        if (g->to_space)
            e = name_space(deed, d, g, info);
    }
    return e;
}

err grant_find(const struct deed *deed, db *d, struct publication_id id, bool to_space,
               int64_t subject, struct grant *grant, struct err_info *info)
{
    struct grant *list;
    size_t n;

    const err e = grant_list(deed, d, id, &list, &n, info);
    for (size_t i = 0; e == OK && i < n; i++)
        if (list[i].to_space == to_space && list[i].subject == subject) {
            *grant = list[i];
            return OK;
        }
    return e == OK ? err_set(info, E_NOT_FOUND, "knowledge.no-grant") : e;
}

struct change {
    const struct deed *deed;
    struct publication_id id;
    const struct grant *grant;
    bool is_dropped;
};

/* A grant names somebody with an account, or a space that its giver is shown. */
static err check_subject(const struct change *c, db *d, struct err_info *info)
{
    struct party_is_active_row party;
    struct space s;

    if (c->grant->to_space)
        return space_get(c->deed, d, (struct space_id){c->grant->subject}, &s, info);
    const err e = party_is_active(
        d, c->deed->memory, (struct party_is_active_in){.id = {c->grant->subject}}, &party, info);
    if (e == OK && party.n == 0)
        return err_set(info, E_NOT_FOUND, "knowledge.no-person");
    return e;
}

static err check_count(const struct change *c, db *d, struct err_info *info)
{
    struct grants_row *row;
    size_t n;

    const err e = grants(d, c->deed->memory, (struct grants_in){.id = c->id, .limit = GRANTS_MAX},
                         &row, &n, info);
    for (size_t i = 0; e == OK && i < n; i++)
        if (row[i].subject_id == c->grant->subject &&
            (row[i].subject_kind == SUBJECT_SPACE) == c->grant->to_space)
            return OK; /* it takes the place of the one there is */
    if (e == OK && n == GRANTS_MAX) {
        err_set(info, E_LIMIT, "knowledge.grants-many");
        msg_int(&info->msg, GRANTS_MAX);
        return E_LIMIT;
    }
    return e;
}

static int kind_of(const struct grant *g)
{
    return g->to_space ? SUBJECT_SPACE : SUBJECT_PARTY;
}

/* Whether it is still as it was when somebody looked; one more counts. */
static err check_old(const struct change *c, db *d, struct err_info *info)
{
    struct grant_row_row row = {0};
    const err e = grant_row(
        d, c->deed->memory,
        (struct grant_row_in){.id = c->id, .kind = kind_of(c->grant), .subject = c->grant->subject},
        &row, info);
    if (e != OK && e != E_NOT_FOUND)
        return e;
    if (c->grant->version && (e == E_NOT_FOUND || row.access + 1 != c->grant->version))
        return err_set(info, E_CONFLICT, "knowledge.changed-since");
    return e == OK ? OK : check_count(c, d, info);
}

static err put(const struct change *c, db_tx *tx, struct err_info *info)
{
    err e = check_subject(c, db_tx_db(tx), info);
    if (e == OK)
        e = check_old(c, db_tx_db(tx), info);
    if (e == OK)
        e = grant_put(tx,
                      (struct grant_put_in){
                          .id = c->id,
                          .kind = kind_of(c->grant),
                          .subject = c->grant->subject,
                          .access = c->grant->may_edit ? ACCESS_EDIT : ACCESS_READ,
                          .by = c->deed->viewer.id,
                          .now = c->deed->now_ms,
                      },
                      info);
    return e;
}

static err change(db_tx *tx, void *arg, struct err_info *info)
{
    const struct change *c = arg;

    err e = find_own(c->deed, db_tx_db(tx), c->id, info);
    if (e == OK && c->is_dropped)
        e = grant_delete(tx,
                         (struct grant_delete_in){
                             .id = c->id,
                             .kind = kind_of(c->grant),
                             .subject = c->grant->subject,
                         },
                         info);
    else if (e == OK)
        e = put(c, tx, info);
    if (e != OK)
        return e;
    return audit_add(tx, c->deed,
                     &(struct audit_row){
                         .verb = c->is_dropped ? "publication.take-back" : "publication.grant",
                         .object = "publication",
                         .object_id = c->id.v,
                         .about = {c->grant->to_space ? 0 : c->grant->subject},
                     },
                     info);
}

err grant_set(const struct deed *deed, db *d, struct publication_id id, const struct grant *grant,
              struct err_info *info)
{
    struct change c = {.deed = deed, .id = id, .grant = grant};
    return db_tx_do(d, change, &c, info);
}

err grant_drop(const struct deed *deed, db *d, struct publication_id id, bool to_space,
               int64_t subject, struct err_info *info)
{
    const struct grant grant = {.to_space = to_space, .subject = subject};
    struct change c = {.deed = deed, .id = id, .grant = &grant, .is_dropped = true};
    return db_tx_do(d, change, &c, info);
}
