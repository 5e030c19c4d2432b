/* SPDX-License-Identifier: EUPL-1.2 */
/* background: what `work` asks of this room. */
#include "app/knowledge/knowledge_int.h"

enum { EXPIRE_AT_ONCE = 500, MEMORY_MAX = 1 << 20 };

bool publication_is_visible_to(const struct app *app, db *d, struct party_id reader,
                               struct publication_id id)
{
    struct deed deed = {
        .app = app,
        .viewer = {.id = reader},
        .now_ms = app->now_ms(),
        .memory = arena_new(MEMORY_MAX),
    };
    struct party_is_active_row party;
    struct err_info info;

    if (!deed.memory)
        return false;
    err e =
        party_is_active(d, deed.memory, (struct party_is_active_in){.id = reader}, &party, &info);
    deed.viewer.is_active = e == OK && party.n > 0;
    if (deed.viewer.is_active)
        e = knowledge_visible(&deed, d, id, NULL, &info);
    arena_free(deed.memory);
    return deed.viewer.is_active && e == OK;
}

struct expiring {
    int64_t now_ms, changed;
};

static err expire_some(db_tx *tx, void *arg, struct err_info *info)
{
    struct expiring *x = arg;
    return publications_expire(
        tx, (struct publications_expire_in){.now = x->now_ms, .limit = EXPIRE_AT_ONCE}, &x->changed,
        info);
}

err publication_expire_due(const struct app *app, db *d, struct err_info *info)
{
    struct expiring x = {.now_ms = app->now_ms(), .changed = EXPIRE_AT_ONCE};
    err e = OK;
    while (e == OK && x.changed == EXPIRE_AT_ONCE)
        e = db_tx_do(d, expire_some, &x, info);
    return e;
}
