/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/intake/source_int.h"

#include <sys/mman.h>

err intake_source_open(str path, const struct progress *progress, struct intake_source *s,
                       struct err_info *info)
{
    *s = (struct intake_source){.name = path, .progress = progress, .is_mapped = true};
    const err e = file_map_open(path, &s->map, info);
    if (e)
        return e;
    s->bytes = (str){(const char *)s->map.p, s->map.n};
    if (s->map.n)
        (void)madvise((void *)(uintptr_t)s->map.p, s->map.n, MADV_SEQUENTIAL);
    return OK;
}

void intake_source_close(struct intake_source *s)
{
    if (s->is_mapped)
        file_map_close(&s->map);
}

err intake_source_passed(struct intake_source *s, size_t at, struct err_info *info)
{
    if (at < s->told + INTAKE_SOURCE_STEP && at < s->bytes.n)
        return OK;
    s->told = at;
    progress_report(s->progress, "intake.reading", (double)at, (double)s->bytes.n);
    if (progress_cancelled(s->progress))
        return err_set(info, E_CANCELLED, "intake.cancelled");
    const size_t whole = at / INTAKE_SOURCE_STEP * INTAKE_SOURCE_STEP;
    if (s->is_mapped && whole > s->let_go) {
        /* the file still has them: the pages are read again if they are asked for */
        (void)madvise((void *)((uintptr_t)s->bytes.p + s->let_go), whole - s->let_go,
                      MADV_DONTNEED);
        s->let_go = whole;
    }
    return OK;
}
