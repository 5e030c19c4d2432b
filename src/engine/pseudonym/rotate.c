/* SPDX-License-Identifier: EUPL-1.2 */
/* From one key to another: every number there is, under both. */
#include "engine/pseudonym/pseudonym_int.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    unsigned char hash[PSEUDONYM_BYTES];
    size_t at; /* in the list */
};

struct rotation {
    const struct rotate_ask *ask;
    const struct progress *progress;
    struct entry *entry; /* sorted by hash */
    struct pseudonym *fresh;
    unsigned char *is_found; /* of each in the list; blocks find different ones */
};

static int by_hash(const void *a, const void *b)
{
    return memcmp(((const struct entry *)a)->hash, ((const struct entry *)b)->hash,
                  PSEUDONYM_BYTES);
}

/* The first of the entries that have this hash, or n. */
static size_t find(const struct rotation *r, const unsigned char hash[PSEUDONYM_BYTES])
{
    size_t low = 0, high = r->ask->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (memcmp(r->entry[middle].hash, hash, PSEUDONYM_BYTES) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const bool is_it = low < r->ask->n && memcmp(r->entry[low].hash, hash, PSEUDONYM_BYTES) == 0;
    return is_it ? low : r->ask->n;
}

static void try_number(struct rotation *r, uint32_t number)
{
    unsigned char hash[PSEUDONYM_BYTES];
    pseudonym_hash(r->ask->old_key, (struct bsn){number}, hash);
    size_t i = find(r, hash);
    for (; i < r->ask->n && memcmp(r->entry[i].hash, hash, sizeof hash) == 0; i++) {
        const size_t at = r->entry[i].at;
        pseudonym_make(r->ask->new_key, (struct bsn){number}, r->fresh[at].text);
        r->is_found[at] = 1;
    }
}

/* The last digit follows from the first eight, if any makes a number of them. */
static void try_block(void *ctx, size_t block, unsigned worker)
{
    (void)worker;
    struct rotation *r = ctx;
    const uint32_t from = r->ask->from + (uint32_t)block * ROTATE_BLOCK;
    if (progress_cancelled(r->progress))
        return;
    for (uint32_t head = from; head < from + ROTATE_BLOCK; head++)
        for (uint32_t last = 0; last < 10; last++)
            if (bsn_is_valid(head * 10 + last)) {
                try_number(r, head * 10 + last);
                break; /* its weight is -1: one digit at most fits */
            }
}

static err read_list(struct rotation *r, struct err_info *info)
{
    const struct rotate_ask *ask = r->ask;
    for (size_t i = 0; i < ask->n; i++) {
        const str text = {ask->list[i].text, PSEUDONYM_TEXT};
        const err e = pseudonym_check(ask->old_key, text, info);
        if (e != OK)
            return e;
        pseudonym_parse(ask->old_key, text, r->entry[i].hash);
        r->entry[i].at = i;
    }
    if (ask->n)
        qsort(r->entry, ask->n, sizeof *r->entry, by_hash);
    return OK;
}

err pseudonym_rotate_part(const struct rotate_ask *ask, par *pool, const struct progress *progress,
                          size_t *n_unknown, struct err_info *info)
{
    struct rotation r = {.ask = ask, .progress = progress};
    err e;
    r.entry = calloc(ask->n + 1, sizeof *r.entry);
    r.fresh = calloc(ask->n + 1, sizeof *r.fresh);
    r.is_found = calloc(ask->n + 1, 1);
    if (!r.entry || !r.fresh || !r.is_found) {
        e = err_nomem(info);
        goto out;
    }
    e = read_list(&r, info);
    if (e != OK)
        goto out;
    par_run(pool, (ask->to - ask->from) / ROTATE_BLOCK, try_block, &r);
    if (progress_cancelled(progress)) {
        e = err_set(info, E_CANCELLED, "error.cancelled");
        goto out;
    }
    *n_unknown = 0;
    for (size_t i = 0; i < ask->n; i++) {
        *n_unknown += !r.is_found[i];
        if (r.is_found[i])
            ask->list[i] = r.fresh[i];
    }
out:
    free(r.entry);
    free(r.fresh);
    free(r.is_found);
    return e;
}

err pseudonym_rotate(const pseudonym_key *old_key, const pseudonym_key *new_key,
                     struct pseudonym *list, size_t n, par *pool, const struct progress *progress,
                     size_t *n_unknown, struct err_info *info)
{
    const struct rotate_ask ask = {old_key, new_key, list, n, 0, ROTATE_ALL};
    return pseudonym_rotate_part(&ask, pool, progress, n_unknown, info);
}
