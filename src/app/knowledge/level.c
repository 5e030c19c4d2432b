/* SPDX-License-Identifier: EUPL-1.2 */
/* level: what is stored of the narrowest of all levels, so that lists need not climb. */
#include "app/knowledge/knowledge_int.h"
#include "app/knowledge/queries.h"

enum { CHILDREN_MAX = 5000 };

static enum level narrowest(enum level a, enum level b)
{
    return a < b ? a : b;
}

err level_set_tree(db_tx *tx, struct publication_id id, enum level ceiling, struct err_info *info)
{
    err e = publications_set_eff(tx,
                                 (struct publications_set_eff_in){.of = PUBLICATIONS_SET_EFF_TREE,
                                                                  .ceiling = ceiling,
                                                                  .id = id},
                                 info);
    if (e == OK)
        e = publications_set_key(
            tx,
            (struct publications_set_key_in){.of = PUBLICATIONS_SET_KEY_TREE, .id = id}, info);
    return e;
}

static err set_contents(db_tx *tx, struct space_id id, enum level eff, struct err_info *info)
{
    err e = space_set_eff(tx, (struct space_set_eff_in){.id = id, .eff = eff}, info);
    if (e == OK)
        e = publications_set_eff(
            tx,
            (struct publications_set_eff_in){
                .of = PUBLICATIONS_SET_EFF_SPACE, .ceiling = eff, .space = id},
            info);
    if (e == OK)
        e = publications_set_key(
            tx,
            (struct publications_set_key_in){.of = PUBLICATIONS_SET_KEY_SPACE, .space = id}, info);
    return e;
}

err level_set_space(db_tx *tx, const struct deed *deed, struct space_id id, enum level ceiling,
                    enum level ceiling_above, struct err_info *info)
{
    const enum level eff = narrowest(ceiling, ceiling_above);
    struct space_children_row *child;
    size_t n;

    err e = set_contents(tx, id, eff, info);
    if (e == OK)
        e = space_children(db_tx_db(tx), deed->memory,
                           (struct space_children_in){.parent = id, .limit = CHILDREN_MAX}, &child,
                           &n, info);
    for (size_t i = 0; e == OK && i < n; i++)
        e = level_set_space(tx, deed, child[i].id, (enum level)child[i].ceiling, eff, info);
    return e;
}
