/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/db/id.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { SEQUENCE_BITS = 12, NODE_BITS = 10, TIME_SHIFT = SEQUENCE_BITS + NODE_BITS };

/* 2020-01-01 00:00:00 UTC. 41 bits of milliseconds behind it last until 2089. */
static const int64_t epoch_ms = INT64_C(1577836800000);
static const int64_t time_max = (INT64_C(1) << 41) - 1;

/* The last id without its node: milliseconds and sequence, so that the next is one more. */
struct id_source {
    _Atomic int64_t last;
    int64_t (*now_ms)(void);
    int64_t node;
};

static int64_t clock_of(const id_source *s)
{
    const int64_t ms = s->now_ms() - epoch_ms;
    return ms < 0 ? 0 : ms > time_max ? time_max : ms;
}

static int64_t without_node(int64_t id)
{
    return id >> TIME_SHIFT << SEQUENCE_BITS | (id & (ID_SEQUENCES - 1));
}

err id_source_new(unsigned node, int64_t (*now_ms)(void), int64_t after, id_source **s,
                  struct err_info *info)
{
    if (node >= ID_NODES) {
        err_set(info, E_INPUT, "db.no-node");
        msg_int(&info->msg, ID_NODES - 1);
        return info->code;
    }
    id_source *made = malloc(sizeof *made);
    if (!made)
        return err_nomem(info);
    made->now_ms = now_ms;
    made->node = node;
    /* The next millisecond: within the same one another node may have a greater number. */
    atomic_init(&made->last, after > 0 ? (without_node(after) | (ID_SEQUENCES - 1)) : 0);
    *s = made;
    return OK;
}

void id_source_free(id_source *s)
{
    free(s);
}

int64_t id_next(id_source *s)
{
    const int64_t now = clock_of(s) << SEQUENCE_BITS;
    int64_t last = atomic_load(&s->last), next;
    do
        next = now > last ? now : last + 1;
    while (!atomic_compare_exchange_weak(&s->last, &last, next));
    return next >> SEQUENCE_BITS << TIME_SHIFT | s->node << SEQUENCE_BITS |
           (next & (ID_SEQUENCES - 1));
}

int64_t id_time_ms(int64_t id)
{
    return (id >> TIME_SHIFT) + epoch_ms;
}

unsigned id_node(int64_t id)
{
    return (unsigned)(id >> SEQUENCE_BITS & (ID_NODES - 1));
}

int64_t id_at_ms(int64_t time_ms)
{
    const int64_t ms = time_ms - epoch_ms;
    return (ms < 0 ? 0 : ms > time_max ? time_max : ms) << TIME_SHIFT;
}
