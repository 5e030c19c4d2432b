/* SPDX-License-Identifier: EUPL-1.2 */
/* prints: a table of prints that were met in a delivery, each with the id it was given. */
#include "app/register/register_int.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 1024 };

struct entry {
    struct print print;
    int64_t id; /* 0: free */
};
struct prints {
    struct entry *entry;
    size_t n, room; /* a power of two, at most half full */
};

struct prints *prints_new(void)
{
    struct prints *s = calloc(1, sizeof *s);
    if (s)
        s->entry = calloc(ROOM_FIRST, sizeof *s->entry);
    if (!s || !s->entry) {
        free(s);
        return NULL;
    }
    s->room = ROOM_FIRST;
    return s;
}

void prints_free(struct prints *s)
{
    if (s)
        free(s->entry);
    free(s);
}

/* Prints are keyed hashes: their own bytes spread them. */
static struct entry *place_of(const struct prints *s, struct print p)
{
    uint64_t at;
    memcpy(&at, p.byte, sizeof at);
    for (;; at++) {
        struct entry *e = &s->entry[at & (s->room - 1)];
        if (!e->id || memcmp(&e->print, &p, sizeof p) == 0)
            return e;
    }
}

static err grow(struct prints *s, struct err_info *info)
{
    struct prints bigger = {.n = s->n, .room = 2 * s->room};
    bigger.entry = calloc(bigger.room, sizeof *bigger.entry);
    if (!bigger.entry)
        return err_nomem(info);
    for (size_t i = 0; i < s->room; i++)
        if (s->entry[i].id)
            *place_of(&bigger, s->entry[i].print) = s->entry[i];
    free(s->entry);
    *s = bigger;
    return OK;
}

err prints_ask(struct prints *s, struct print p, int64_t id, int64_t *found, struct err_info *info)
{
    struct entry *e = place_of(s, p);
    *found = e->id;
    if (e->id)
        return OK;
    if (s->n == REGISTER_PERSONS_MAX) {
        err_set(info, E_LIMIT, "register.many-persons");
        msg_int(&info->msg, REGISTER_PERSONS_MAX);
        return E_LIMIT;
    }
    *e = (struct entry){p, id};
    s->n++;
    return 2 * s->n > s->room ? grow(s, info) : OK;
}
