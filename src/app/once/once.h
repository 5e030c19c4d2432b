/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * once: what is asked twice is made once.
 *
 * Does: remember, in the transaction that makes something, under which key it was asked, so that
 *       the same request again (a button pressed twice, a program that heard no answer) finds what
 *       the first one made.
 * Does not: know where keys come from (web/visit: a form's token, a program's Idempotency-Key), or
 *           keep who asked: a row holds hashes and the id of what was made.
 *
 * A key is remembered for ONCE_KEPT_MS. Only what is made is: a request that was refused left
 * nothing, and may come again.
 */
#ifndef ONTSCHOT_APP_ONCE_H
#define ONTSCHOT_APP_ONCE_H

#include "app/app.h"
#include "app/db/db.h"

enum { ONCE_HASH_BYTES = 32, ONCE_KEPT_MS = 24 * 60 * 60 * 1000 };

struct once_key {
    unsigned char hash[ONCE_HASH_BYTES];  /* keyed, of who asks for what under which key */
    unsigned char print[ONCE_HASH_BYTES]; /* of all that was asked */
};

/*
 * Within the transaction that is to make *id. When deed->once made something before, *id becomes
 * that and *is_again true: nothing is left to do. Else notes that it makes *id, which is undone
 * with the transaction. E_CONFLICT "once.other" when the key came with another request. Without a
 * key it does nothing.
 */
WARN_UNUSED err once_ask(db_tx *tx, const struct deed *deed, int64_t *id, bool *is_again,
                         struct err_info *info);

/* Forgets keys that are too old. For the idle time of the worker. */
WARN_UNUSED err once_sweep(const struct app *app, db *d, struct err_info *info);

#endif
