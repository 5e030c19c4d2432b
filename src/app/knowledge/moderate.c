/* SPDX-License-Identifier: EUPL-1.2 */
/* moderate: the one way to read what the rule would not show. It leaves a row in the log. */
#include "app/knowledge/knowledge_int.h"

struct reading {
    const struct deed *deed;
    struct publication_id id;
    str purpose;
    struct publication_row_row row;
};

/* Its owner finds in the log who read it, and what for. */
static err read_and_log(db_tx *tx, void *arg, struct err_info *info)
{
    struct reading *r = arg;
    const err e = publication_row(
        db_tx_db(tx), r->deed->memory,
        (struct publication_row_in){.id = r->id, .viewer = r->deed->viewer.id}, &r->row, info);
    return e == OK ? audit_add(tx, r->deed,
                               &(struct audit_row){
                                   .verb = "publication.moderate",
                                   .object = "publication",
                                   .object_id = r->id.v,
                                   .about = r->row.owner_id,
                                   .purpose = r->purpose,
                               },
                               info)
                   : e;
}

err publication_find_for_moderation(const struct deed *deed, db *d, struct publication_id id,
                                    str purpose, struct publication *p, struct err_info *info)
{
    struct reading r = {.deed = deed, .id = id, .purpose = str_trim(purpose)};

    if (!viewer_may(&deed->viewer, ACCESS_MODERATOR))
        return err_set(info, E_DENIED, "knowledge.denied-moderator");
    if (r.purpose.n == 0 || r.purpose.n > AUDIT_VALUE_MAX || !str_is_utf8(r.purpose))
        return err_set(info, E_INPUT, "knowledge.purpose-empty");
    const err e = db_tx_do(d, read_and_log, &r, info);
    if (e == E_NOT_FOUND)
        return err_set(info, E_NOT_FOUND, "knowledge.no-publication");
    if (e != OK)
        return e;
    *p = PUBLICATION_OF(&r.row);
    p->body = r.row.body;
    return OK;
}
