/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/once/once.h"

#include "app/once/queries.h"

#include <string.h>

err once_ask(db_tx *tx, const struct deed *deed, int64_t *id, bool *is_again, struct err_info *info)
{
    const struct once_key *key = deed->once;
    struct once_row_row row;

    *is_again = false;
    if (!key)
        return OK;
    const str hash = {(const char *)key->hash, sizeof key->hash};
    const str print = {(const char *)key->print, sizeof key->print};
    const err e =
        once_row(db_tx_db(tx), deed->memory, (struct once_row_in){.hash = hash}, &row, info);
    if (e == E_NOT_FOUND)
        return once_add(
            tx,
            (struct once_add_in){.hash = hash, .print = print, .made = *id, .now = deed->now_ms},
            info);
    if (e != OK)
        return e;
    if (!str_eq(row.print, print))
        return err_set(info, E_CONFLICT, "once.other");
    *id = row.made;
    *is_again = true;
    return OK;
}

static err sweep(db_tx *tx, void *arg, struct err_info *info)
{
    const struct app *app = arg;
    int64_t gone;
    return once_delete(tx, (struct once_delete_in){.before = app->now_ms() - ONCE_KEPT_MS}, &gone,
                       info);
}

err once_sweep(const struct app *app, db *d, struct err_info *info)
{
    struct app copy = *app;
    return db_tx_do(d, sweep, &copy, info);
}
