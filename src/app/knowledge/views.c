/* SPDX-License-Identifier: EUPL-1.2 */
/* views: how often something was read, counted in memory and written now and then. */
#include "app/knowledge/knowledge_int.h"
#include "base/date.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    VIEWS_SLOTS = 1 << 16,
    VIEWS_MAX = VIEWS_SLOTS / 4 * 3, /* different publications between two writings */
};

struct count {
    int64_t id; /* 0: free */
    int64_t n_signed_in, n_visitors;
};

struct view_counter {
    pthread_mutex_t lock;
    struct count *slot;  /* open addressing; VIEWS_SLOTS of them */
    struct count *spare; /* all free: takes the place of `slot` while that is written */
    size_t n;
};

view_counter *view_counter_new(void)
{
    view_counter *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->slot = calloc(VIEWS_SLOTS, sizeof *c->slot);
    c->spare = calloc(VIEWS_SLOTS, sizeof *c->spare);
    if (!c->slot || !c->spare || pthread_mutex_init(&c->lock, NULL) != 0) {
        free(c->slot);
        free(c->spare);
        free(c);
        return NULL;
    }
    return c;
}

void view_counter_free(view_counter *c)
{
    if (!c)
        return;
    pthread_mutex_destroy(&c->lock);
    free(c->slot);
    free(c->spare);
    free(c);
}

/* The slot of an id, or a free one; ids are mixed so that neighbours do not pile up. */
static struct count *slot_of(struct count *slot, int64_t id)
{
    size_t at = (size_t)(((uint64_t)id * 0x9e3779b97f4a7c15u) >> 48);
    while (slot[at].id != 0 && slot[at].id != id)
        at = (at + 1) % VIEWS_SLOTS;
    return &slot[at];
}

/* With the lock held. When there is no room for one more publication its views are not counted. */
static void add(view_counter *c, int64_t id, int64_t n_signed_in, int64_t n_visitors)
{
    struct count *s = slot_of(c->slot, id);
    if (s->id == 0) {
        if (c->n == VIEWS_MAX)
            return;
        s->id = id;
        c->n++;
    }
    s->n_signed_in += n_signed_in;
    s->n_visitors += n_visitors;
}

void view_counter_add(view_counter *c, struct publication_id id, bool is_signed_in)
{
    pthread_mutex_lock(&c->lock);
    add(c, id.v, is_signed_in, !is_signed_in);
    pthread_mutex_unlock(&c->lock);
}

struct writing {
    const struct count *slot;
    int64_t day;
};

static err write_counts(db_tx *tx, void *arg, struct err_info *info)
{
    const struct writing *w = arg;
    int64_t is_there;
    err e = OK;

    for (size_t i = 0; e == OK && i < VIEWS_SLOTS; i++) {
        const struct count *s = &w->slot[i];
        const struct publication_id id = {s->id};
        if (s->id == 0)
            continue;
        e = publication_count_views(
            tx,
            (struct publication_count_views_in){.id = id, .change = s->n_signed_in + s->n_visitors},
            &is_there, info);
        if (e == OK && is_there)
            e = view_day_add(tx,
                             (struct view_day_add_in){.id = id,
                                                      .day = w->day,
                                                      .signed_in = s->n_signed_in,
                                                      .visitors = s->n_visitors},
                             info);
    }
    return e;
}

err view_counter_write(view_counter *c, const struct app *app, db *d, struct err_info *info)
{
    struct writing w;

    pthread_mutex_lock(&c->lock);
    struct count *full = c->n > 0 && c->spare ? c->slot : NULL;
    if (full) {
        c->slot = c->spare;
        c->spare = NULL;
        c->n = 0;
    }
    pthread_mutex_unlock(&c->lock);
    if (!full)
        return OK;

    w = (struct writing){.slot = full, .day = date_local_of(app->now_ms()).day};
    const err e = db_tx_do(d, write_counts, &w, info);
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; e != OK && i < VIEWS_SLOTS; i++)
        if (full[i].id != 0)
            add(c, full[i].id, full[i].n_signed_in, full[i].n_visitors);
    memset(full, 0, VIEWS_SLOTS * sizeof *full);
    c->spare = full;
    pthread_mutex_unlock(&c->lock);
    return e;
}
