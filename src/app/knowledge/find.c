/* SPDX-License-Identifier: EUPL-1.2 */
/* find: one publication, for who may see it. */
#include "app/knowledge/knowledge_int.h"

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
    for (size_t i = 0; i < n; i++) {
        chain[i] = facts_of(&row[i]);
        if (facts && row[i].id.v == id.v)
            *facts = chain[i];
    }
    if (!visible(&deed->viewer, chain, n, deed->now_ms))
        return err_set(info, E_NOT_FOUND, "knowledge.no-publication");
    return OK;
}

static struct standing standing_in(const struct deed *deed, const struct publication_row_row *row)
{
    struct standing s = {.role = MEMBER_PLAIN, .state = MEMBER_LEFT};
    if (deed->viewer.is_active && row->member_state.has)
        s = (struct standing){.role = (enum member_role)row->member_role.v,
                              .state = (enum member_state)row->member_state.v,
                              .is_member = row->member_state.v == MEMBER_ACTIVE};
    return s;
}

static void say_rights(const struct deed *deed, const struct visible_facts *facts,
                       const struct standing *in_space, struct publication *p)
{
    const bool is_active = deed->viewer.is_active;
    const bool edits_here = in_space->is_member && in_space->role != MEMBER_PLAIN &&
                            in_space->role != MEMBER_JURY && p->eff >= LEVEL_SPACE;

    p->may_own = is_active && p->owner.v == deed->viewer.id.v;
    p->may_publish = p->may_own && (p->space.v == 0 || in_space->is_member);
    p->may_edit = is_active && (p->may_publish || (p->may_own && p->state == PUBLICATION_DRAFT) ||
                                facts->may_edit || edits_here);
    p->may_comment =
        is_active && p->state == PUBLICATION_PUBLISHED &&
        (p->comments == COMMENTS_SIGNED_IN ||
         (p->comments == COMMENTS_MEMBERS && (p->space.v == 0 || in_space->is_member)));
    p->may_tend = p->may_own || (in_space->is_member && in_space->role == MEMBER_MANAGER);
}

err publication_find(const struct deed *deed, db *d, struct publication_id id,
                     struct publication *p, struct err_info *info)
{
    struct publication_row_row row;
    struct visible_facts facts;

    err e = knowledge_visible(deed, d, id, &facts, info);
    if (e == OK)
        e = publication_row(d, deed->memory,
                            (struct publication_row_in){.id = id, .viewer = deed->viewer.id}, &row,
                            info);
    if (e != OK)
        return e;
    const struct standing in_space = standing_in(deed, &row);
    *p = PUBLICATION_OF(&row);
    p->owner_function = row.owner_function;
    p->body = row.body;
    p->html = row.html;
    p->html_by = row.html_by;
    say_rights(deed, &facts, &in_space, p);
    return OK;
}

struct keeping {
    const struct publication *p;
    str html;
    int64_t by;
};

static err keep_html(db_tx *tx, void *arg, struct err_info *info)
{
    const struct keeping *k = arg;
    return revision_keep_html(
        tx,
        (struct revision_keep_html_in){
            .id = k->p->id, .number = k->p->revision, .html = k->html, .html_by = k->by},
        info);
}

err publication_keep_html(db *d, const struct publication *p, str html, int64_t by,
                          struct err_info *info)
{
    struct keeping k = {.p = p, .html = html, .by = by};
    return db_tx_do(d, keep_html, &k, info);
}

err publication_find_twin(const struct deed *deed, db *d, const struct publication *p,
                          struct publication *twin, bool *found, struct err_info *info)
{
    enum { TWINS_MAX = 20 }; /* several may name the same; the oldest that is shown counts */
    struct publication_twins_row *row;
    size_t n;

    *found = false;
    err e = publication_twins(
        d, deed->memory,
        (struct publication_twins_in){.id = p->id, .twin = p->twin, .limit = TWINS_MAX}, &row, &n,
        info);
    for (size_t i = 0; e == OK && !*found && i < n; i++) {
        if ((enum lang)row[i].lang == p->lang)
            continue;
        e = publication_find(deed, d, row[i].id, twin, info);
        *found = e == OK;
        if (e == E_NOT_FOUND)
            e = OK;
    }
    return e;
}
