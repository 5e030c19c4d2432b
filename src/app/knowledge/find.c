/* SPDX-License-Identifier: EUPL-1.2 */
/* find: one publication, for who may see it. */
#include "app/knowledge/knowledge_int.h"
#include "app/knowledge/queries.h"

static struct visible_facts facts_of(const struct visible_facts_of_row *row)
{
    return (struct visible_facts){
        .state = (enum publication_state)row->state,
        .eff = (enum level)row->eff,
        .owner = row->owner_id,
        .publish_at = row->publish_at,
        .delete_at = row->delete_at,
        .is_member = row->is_member,
        .may_read = row->may_read,
        .may_edit = row->may_edit,
    };
}

err knowledge_visible(const struct deed *deed, db *d, struct publication_id id,
                      struct visible_facts *facts, struct err_info *info)
{
    enum { CHAIN_MAX = PUBLICATION_DEPTH_MAX + 1 };
    struct visible_facts chain[CHAIN_MAX];
    struct visible_facts_of_row *row;
    size_t n;

    const err e = visible_facts_of(
        d, deed->memory,
        (struct visible_facts_of_in){.id = id, .viewer = deed->viewer.id, .limit = CHAIN_MAX}, &row,
        &n, info);
    if (e != OK)
        return e;
    for (size_t i = 0; i < n; i++)
        chain[i] = facts_of(&row[i]);
    if (!visible(&deed->viewer, chain, n, deed->now_ms))
        return err_set(info, E_NOT_FOUND, "knowledge.no-publication");
    if (facts)
        *facts = chain[0];
    return OK;
}
