/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/arena.h"

#include "base/scratch.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64, CHUNK_MIN = 1 << 16 };

/* Zero when made, and each byte is handed out once. */
struct chunk {
    struct chunk *next;
    void *block;       /* what the heap gave, or NULL: a mapped file */
    size_t used, size; /* bytes behind the header */
};

/* What arenas beside each other share; threads change the last four. */
struct spill {
    size_t limit, memory;
    str folder;
    size_t taken, in_memory; /* bytes */
    int cause;               /* errno of a file that could not be made; 0: none */
    bool is_over;            /* the limit was met */
};

struct arena {
    struct chunk *top;
    size_t used, limit;
    struct spill *spill; /* NULL: memory only */
    bool owns_spill;
};

/* The header takes one aligned block, so that what follows it is aligned. */
enum { HEADER = ALIGN };
/* A larger block cannot exist; below it, rounding up and adding the header do not overflow. */
#define BYTES_MAX ((size_t)PTRDIFF_MAX - HEADER - 2 * (size_t)ALIGN)

_Static_assert(sizeof(struct chunk) <= HEADER, "a chunk's header fits its block");

arena *arena_new(size_t limit_bytes)
{
    arena *a = calloc(1, sizeof *a);
    if (a)
        a->limit = limit_bytes;
    return a;
}

arena *arena_new_spilling(size_t limit_bytes, size_t memory_bytes, str folder)
{
    arena *a = arena_new(limit_bytes);
    struct spill *s = calloc(1, sizeof *s);
    if (!a || !s) {
        free(a);
        free(s);
        return NULL;
    }
    *s = (struct spill){.limit = limit_bytes, .memory = memory_bytes, .folder = folder};
    a->spill = s;
    a->owns_spill = true;
    return a;
}

arena *arena_new_beside(const arena *a)
{
    arena *other = arena_new(a->limit);
    if (other)
        other->spill = a->spill;
    return other;
}

/* ---- the shared limits ---- */

static bool take(size_t *of, size_t limit, size_t n)
{
    if (n <= limit && __atomic_add_fetch(of, n, __ATOMIC_RELAXED) <= limit)
        return true;
    if (n <= limit)
        __atomic_sub_fetch(of, n, __ATOMIC_RELAXED);
    return false;
}

static void give_back(size_t *of, size_t n)
{
    __atomic_sub_fetch(of, n, __ATOMIC_RELAXED);
}

err arena_error(const arena *a, struct err_info *info)
{
    const struct spill *s = a->spill;
    if (s && s->cause) {
        errno = s->cause;
        return err_io(info, "file.cannot-spill", s->folder);
    }
    if (!s || !s->is_over)
        return err_nomem(info);
    err_set(info, E_LIMIT, "file.spill-limit");
    msg_int(&info->msg, (int64_t)(s->limit >> 20));
    return E_LIMIT;
}

/* ---- chunks ---- */

static struct chunk *heap_chunk(size_t size)
{
    /* of a large block the heap gets pages that are zero, and touches none */
    unsigned char *block = calloc(1, ALIGN + HEADER + size);
    if (!block)
        return NULL;
    struct chunk *c = (struct chunk *)(block + (ALIGN - (uintptr_t)block % ALIGN));
    *c = (struct chunk){.block = block, .size = size};
    return c;
}

static struct chunk *file_chunk(struct spill *s, size_t size)
{
    struct chunk *c = scratch_map(s->folder, HEADER + size);
    if (c)
        *c = (struct chunk){.size = size};
    else
        __atomic_store_n(&s->cause, errno, __ATOMIC_RELAXED);
    return c;
}

static struct chunk *spilling_chunk(struct spill *s, size_t size)
{
    if (!take(&s->taken, s->limit, size)) {
        __atomic_store_n(&s->is_over, true, __ATOMIC_RELAXED);
        return NULL;
    }
    const bool may_lie_on_disk = size >= ARENA_FILE_MIN;
    struct chunk *c = NULL;
    if (take(&s->in_memory, may_lie_on_disk ? s->memory : SIZE_MAX, size)) {
        c = heap_chunk(size);
        if (!c)
            give_back(&s->in_memory, size);
    }
    if (!c && may_lie_on_disk)
        c = file_chunk(s, size);
    if (!c)
        give_back(&s->taken, size);
    return c;
}

static void chunk_free(struct spill *s, struct chunk *c)
{
    if (s) {
        give_back(&s->taken, c->size);
        if (c->block)
            give_back(&s->in_memory, c->size);
    }
    if (c->block)
        free(c->block);
    else
        scratch_unmap(c, HEADER + c->size);
}

static void free_chunks(arena *a, const struct chunk *but)
{
    for (struct chunk *c = a->top, *next; c; c = next) {
        next = c->next;
        if (c != but)
            chunk_free(a->spill, c);
    }
    a->used = 0;
}

/*
 * The first chunk of an arena that is used again and again. A sanitizer sees who holds on to what
 * lay in it only when it goes.
 */
static struct chunk *chunk_to_keep(const arena *a)
{
#ifdef __SANITIZE_ADDRESS__
    (void)a;
    return NULL;
#else
    struct chunk *c = a->top;
    while (c && c->next)
        c = c->next;
    return c && !a->spill && c->size == CHUNK_MIN ? c : NULL;
#endif
}

void arena_reset(arena *a)
{
    struct chunk *kept = chunk_to_keep(a);
    free_chunks(a, kept);
    if (kept) {
        memset((unsigned char *)kept + HEADER, 0, kept->used);
        kept->used = 0;
        kept->next = NULL;
    }
    a->top = kept;
}

void arena_free(arena *a)
{
    if (!a)
        return;
    free_chunks(a, NULL);
    if (a->owns_spill)
        free(a->spill);
    free(a);
}

size_t arena_used(const arena *a)
{
    return a->used;
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
        const size_t room = rounded < CHUNK_MIN ? CHUNK_MIN : rounded;
        struct chunk *c = a->spill ? spilling_chunk(a->spill, room) : heap_chunk(room);
        if (!c)
            return NULL;
        c->next = a->top;
        a->top = c;
    }
    unsigned char *p = (unsigned char *)a->top + HEADER + a->top->used;
    a->top->used += rounded;
    a->used += rounded;
    return p;
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
