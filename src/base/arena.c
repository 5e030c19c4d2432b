/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64, CHUNK_MIN = 1 << 16 };

struct chunk {
    struct chunk *next;
    size_t used, size; /* bytes behind the header */
};

struct arena {
    struct chunk *top;
    size_t used, limit;
};

/* The header takes one aligned block, so that what follows it is aligned. */
enum { HEADER = ALIGN };
/* A larger block cannot exist; below it, rounding up and adding the header do not overflow. */
#define BYTES_MAX ((size_t)PTRDIFF_MAX - HEADER - ALIGN)

_Static_assert(sizeof(struct chunk) <= HEADER, "a chunk's header fits its block");

arena *arena_new(size_t limit_bytes)
{
    arena *a = calloc(1, sizeof *a);
    if (a)
        a->limit = limit_bytes;
    return a;
}

void arena_reset(arena *a)
{
    for (struct chunk *c = a->top, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    a->top = NULL;
    a->used = 0;
}

void arena_free(arena *a)
{
    if (!a)
        return;
    arena_reset(a);
    free(a);
}

size_t arena_used(const arena *a)
{
    return a->used;
}

static struct chunk *chunk_new(size_t n)
{
    const size_t size = n < CHUNK_MIN ? CHUNK_MIN : n;
    struct chunk *c = aligned_alloc(ALIGN, HEADER + size);
    if (!c)
        return NULL;
    *c = (struct chunk){.size = size};
    return c;
}

void *arena_alloc(arena *a, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > BYTES_MAX || bytes > a->limit - a->used)
        return NULL;
    const size_t rounded = (bytes + ALIGN - 1) / ALIGN * ALIGN;
    if (rounded > a->limit - a->used)
        return NULL;
    if (!a->top || rounded > a->top->size - a->top->used) {
        struct chunk *c = chunk_new(rounded);
        if (!c)
            return NULL;
        c->next = a->top;
        a->top = c;
    }
    unsigned char *p = (unsigned char *)a->top + HEADER + a->top->used;
    a->top->used += rounded;
    a->used += rounded;
    return memset(p, 0, rounded);
}

str arena_str(arena *a, str s)
{
    char *p = arena_alloc(a, s.n + 1, 1);
    if (!p)
        return (str){NULL, 0};
    if (s.n)
        memcpy(p, s.p, s.n);
    return (str){p, s.n};
}
