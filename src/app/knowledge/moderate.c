/* SPDX-License-Identifier: EUPL-1.2 */
/* moderate: the one way to read what the rule would not show. It leaves a row in the log first. */
#include "app/knowledge/knowledge_int.h"

struct reading {
    const struct deed *deed;
    struct publication_id id;
    str purpose;
};

static err log_reading(db_tx *tx, void *arg, struct err_info *info)
{
    const struct reading *r = arg;
    return audit_add(tx, r->deed,
                     &(struct audit_row){
                         .verb = "publication.moderate",
                         .object = "publication",
                         .object_id = r->id.v,
                         .purpose = r->purpose,
                     },
                     info);
}

err publication_find_for_moderation(const struct deed *deed, db *d, struct publication_id id,
                                    str purpose, struct publication *p, struct err_info *info)
{
    struct reading r = {.deed = deed, .id = id, .purpose = str_trim(purpose)};
    struct publication_row_row row;

    if (!viewer_may(&deed->viewer, ACCESS_MODERATOR))
        return err_set(info, E_DENIED, "knowledge.denied-moderator");
    if (r.purpose.n == 0 || r.purpose.n > AUDIT_VALUE_MAX || !str_is_utf8(r.purpose))
        return err_set(info, E_INPUT, "knowledge.purpose-empty");
    err e = db_tx_do(d, log_reading, &r, info);
    if (e == OK)
        e = publication_row(d, deed->memory,
                            (struct publication_row_in){.id = id, .viewer = deed->viewer.id}, &row,
                            info);
    if (e == E_NOT_FOUND)
        return err_set(info, E_NOT_FOUND, "knowledge.no-publication");
    if (e != OK)
        return e;
    *p = PUBLICATION_OF(&row);
    p->body = row.body;
    return OK;
}
