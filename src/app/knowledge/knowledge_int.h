/* SPDX-License-Identifier: EUPL-1.2 */
/* knowledge_int: what the files of this room share. */
#ifndef ONTSCHOT_APP_KNOWLEDGE_INT_H
#define ONTSCHOT_APP_KNOWLEDGE_INT_H

#include "app/knowledge/knowledge.h"

enum {
    AUDIENCE_PUBLIC = 1,
    AUDIENCE_SIGNED_IN = 2,
    MEMBERSHIPS_MAX = 2000, /* of one person; more is refused when joining */
};

/* OK when the viewer may see it now, else E_NOT_FOUND. `facts` (may be NULL): of itself. */
WARN_UNUSED err knowledge_visible(const struct deed *deed, db *d, struct publication_id id,
                                  struct visible_facts *facts, struct err_info *info);

/* The audience keys of the viewer, in the deed's memory. */
WARN_UNUSED err audience_keys(const struct deed *deed, db *d, int64_t **keys, size_t *n,
                              struct err_info *info);

/* Sets eff and audience of one publication and of what hangs under it; for every change of level,
 * state, space or parent. */
WARN_UNUSED err level_set_tree(db_tx *tx, struct publication_id id, enum level ceiling,
                               struct err_info *info);

/* Sets the ceilings of a space and of all below it, and the levels of what is in them. */
WARN_UNUSED err level_set_space(db_tx *tx, const struct deed *deed, struct space_id id,
                                enum level ceiling, enum level ceiling_above,
                                struct err_info *info);

#endif
