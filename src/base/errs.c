/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/errs.h"

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
