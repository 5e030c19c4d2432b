/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * progress: how far long work is, told to whoever waits, and whether to stop.
 */
#ifndef ONTSCHOT_BASE_PROGRESS_H
#define ONTSCHOT_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress {
    /* `step` is a message key; done and total are in the step's own unit. May be NULL. */
    void (*report)(void *ctx, const char *step, double done, double total);
    bool (*cancelled)(void *ctx); /* may be NULL */
    void *ctx;
};

/* All take p == NULL for "nobody waits". */
static inline void progress_report(const struct progress *p, const char *step, double done,
                                   double total)
{
    if (p && p->report)
        p->report(p->ctx, step, done, total);
}

static inline bool progress_cancelled(const struct progress *p)
{
    return p && p->cancelled && p->cancelled(p->ctx);
}

#endif
