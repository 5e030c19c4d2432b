/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/knowledge/visible.h"

static bool is_live(const struct visible_facts *p, int64_t now_ms)
{
    return (p->state == PUBLICATION_PUBLISHED || p->state == PUBLICATION_ARCHIVED) &&
           p->publish_at <= now_ms && now_ms < p->delete_at;
}

bool visible_itself(const struct viewer *v, const struct visible_facts *p, int64_t now_ms)
{
    const bool is_owner = v->is_active && v->id.v == p->owner.v;

    if (p->state == PUBLICATION_REMOVED)
        return false;
    if (!is_live(p, now_ms) && !is_owner && !(v->is_active && p->may_edit))
        return false;
    if (p->eff == LEVEL_PUBLIC)
        return true;
    return v->is_active && (p->eff == LEVEL_SIGNED_IN || is_owner || p->may_read ||
                            (p->eff == LEVEL_SPACE && p->is_member));
}

bool visible(const struct viewer *v, const struct visible_facts *chain, size_t n, int64_t now_ms)
{
    for (size_t i = 0; i < n; i++)
        if (!visible_itself(v, &chain[i], now_ms))
            return false;
    return n > 0;
}
