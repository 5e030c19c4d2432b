/* SPDX-License-Identifier: EUPL-1.2 */
/* knowledge_int: what the files of this room share. */
#ifndef ONTSCHOT_APP_KNOWLEDGE_INT_H
#define ONTSCHOT_APP_KNOWLEDGE_INT_H

#include "app/audit/audit.h"
#include "app/knowledge/knowledge.h"
#include "app/knowledge/queries.h"
#include "app/once/once.h"

enum {
    AUDIENCE_GRANTED = 0, /* no key of a publication: what was granted, whatever its key */
    AUDIENCE_PUBLIC = 1,
    AUDIENCE_SIGNED_IN = 2,
    MEMBERSHIPS_MAX = 2000, /* of one person; more is refused when joining */
};

/* OK when the viewer may see it now, else E_NOT_FOUND. `facts` (may be NULL): of itself. */
WARN_UNUSED err knowledge_visible(const struct deed *deed, db *d, struct publication_id id,
                                  struct visible_facts *facts, struct err_info *info);

/* What a row of any list says; the rights of the viewer are left out. */
#define PUBLICATION_OF(row)                                                                        \
    ((struct publication){                                                                         \
        .id = (row)->id,                                                                           \
        .parent = (row)->parent_id,                                                                \
        .twin = (row)->twin_id,                                                                    \
        .kind = (enum publication_kind)(row)->kind,                                                \
        .space = (row)->space_id,                                                                  \
        .owner = (row)->owner_id,                                                                  \
        .owner_name = (row)->owner_name,                                                           \
        .lang = (enum lang)(row)->lang,                                                            \
        .level = (enum level)(row)->level,                                                         \
        .eff = (enum level)(row)->eff,                                                             \
        .state = (enum publication_state)(row)->state,                                             \
        .publish_at = (row)->publish_at,                                                           \
        .delete_at = (row)->delete_at,                                                             \
        .comments = (enum comment_policy)(row)->comment_policy,                                    \
        .revision = (row)->revision,                                                               \
        .version = (row)->version,                                                                 \
        .title = (row)->title,                                                                     \
        .summary = (row)->summary,                                                                 \
        .n_comments = (row)->n_comments,                                                           \
        .n_views = (row)->n_views,                                                                 \
        .created_at = (row)->created_at,                                                           \
        .changed_at = (row)->changed_at,                                                           \
    })

/* The viewer's membership of a space; role PLAIN and state LEFT when there is none. */
struct standing {
    enum member_role role;
    enum member_state state;
    bool is_member; /* state ACTIVE */
};
WARN_UNUSED err space_standing(const struct deed *deed, db *d, struct space_id id,
                               struct standing *s, struct err_info *info);

/* Sets eff and audience of one publication and of what hangs under it; for every change of level,
 * state, space or parent. */
WARN_UNUSED err level_set_tree(db_tx *tx, struct publication_id id, enum level ceiling,
                               struct err_info *info);

/* Sets the ceilings of a space and of all below it, and the levels of what is in them. */
WARN_UNUSED err level_set_space(db_tx *tx, const struct deed *deed, struct space_id id,
                                enum level ceiling, enum level ceiling_above,
                                struct err_info *info);

#endif
