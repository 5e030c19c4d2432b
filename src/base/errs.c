/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/errs.h"

#include <string.h>

err errs_init(struct errs *e, arena *a, size_t limit, struct err_info *info)
{
    *e = (struct errs){.limit = limit, .item = ARENA_NEW(a, struct err_info, limit)};
    return e->item ? OK : err_nomem(info);
}

struct err_info *errs_next(struct errs *e)
{
    e->n_found++;
    return e->n < e->limit ? &e->item[e->n++] : &e->spare;
}

static bool is_before(const struct err_info *a, const struct err_info *b)
{
    if (strcmp(a->file, b->file) != 0)
        return false;
    return a->line < b->line || (a->line == b->line && a->column < b->column);
}

/* Insertion: few, and nearly in order already. */
void errs_sort(struct errs *e)
{
    for (size_t i = 1; i < e->n; i++)
        for (size_t j = i; j > 0 && is_before(&e->item[j], &e->item[j - 1]); j--) {
            const struct err_info moved = e->item[j];
            e->item[j] = e->item[j - 1];
            e->item[j - 1] = moved;
        }
}
