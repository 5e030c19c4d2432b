/* SPDX-License-Identifier: EUPL-1.2 */
/* letters: what this room tells people by mail, in the transaction of the deed. */
#ifndef ONTSCHOT_APP_KNOWLEDGE_LETTERS_H
#define ONTSCHOT_APP_KNOWLEDGE_LETTERS_H

#include "app/knowledge/knowledge.h"

/* To who was invited. */
WARN_UNUSED err letter_invitation(db_tx *tx, const struct deed *deed, const struct space *s,
                                  struct party_id who, struct err_info *info);
/* To all who manage the space. */
WARN_UNUSED err letter_request(db_tx *tx, const struct deed *deed, const struct space *s,
                               struct err_info *info);
/* To the owner, unless that is who wrote. */
WARN_UNUSED err letter_comment(db_tx *tx, const struct deed *deed, const struct publication *p,
                               struct err_info *info);

#endif
