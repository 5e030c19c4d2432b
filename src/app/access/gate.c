/* SPDX-License-Identifier: EUPL-1.2 */
/* gate: a few passwords are hashed at once, some wait, and who comes later is told to come back. */
#include "app/access/access_int.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct password_gate {
    pthread_mutex_t lock;
    pthread_cond_t free_place;
    int places, queue; /* that are left */
    int64_t n_hashed;
    unsigned long long passes;
    size_t memory;
    /* Of no password; made for the same limits, so that verifying against it takes as long. */
    char nobody[crypto_pwhash_STRBYTES];
};

err gate_new_sized(int at_once, int queue, unsigned long long passes, size_t memory,
                   struct password_gate **gate, struct err_info *info)
{
    if (sodium_init() < 0)
        return err_set(info, E_IO, "seal.no-randomness");
    struct password_gate *g = calloc(1, sizeof *g);
    if (!g)
        return err_nomem(info);
    g->places = at_once;
    g->queue = queue;
    g->passes = passes;
    g->memory = memory;
    snprintf(g->nobody, sizeof g->nobody, "$argon2id$v=19$m=%zu,t=%llu,p=1$%s$%s", memory / 1024,
             passes, "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->free_place, NULL);
    *gate = g;
    return OK;
}

err password_gate_new(int at_once, int queue, struct password_gate **gate, struct err_info *info)
{
    return gate_new_sized(at_once, queue, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE, gate, info);
}

void password_gate_free(struct password_gate *gate)
{
    if (!gate)
        return;
    pthread_cond_destroy(&gate->free_place);
    pthread_mutex_destroy(&gate->lock);
    free(gate);
}

static err enter(struct password_gate *g, struct err_info *info)
{
    err e = OK;

    pthread_mutex_lock(&g->lock);
    if (g->places == 0 && g->queue == 0) {
        e = err_set(info, E_BUSY, "access.busy");
    } else {
        g->queue -= g->places == 0;
        const bool waits = g->places == 0;
        while (g->places == 0)
            pthread_cond_wait(&g->free_place, &g->lock);
        g->queue += waits;
        g->places--;
        g->n_hashed++;
    }
    pthread_mutex_unlock(&g->lock);
    return e;
}

static void leave(struct password_gate *g)
{
    pthread_mutex_lock(&g->lock);
    g->places++;
    pthread_cond_signal(&g->free_place);
    pthread_mutex_unlock(&g->lock);
}

int64_t gate_hashed(struct password_gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    const int64_t n = gate->n_hashed;
    pthread_mutex_unlock(&gate->lock);
    return n;
}

err gate_hash(struct password_gate *gate, str password, char hash[crypto_pwhash_STRBYTES],
              struct err_info *info)
{
    err e = enter(gate, info);
    if (e != OK)
        return e;
    if (crypto_pwhash_str(hash, password.p, password.n, gate->passes, gate->memory) != 0)
        e = err_nomem(info);
    leave(gate);
    return e;
}

err gate_verify(struct password_gate *gate, str password, str hash, bool *is_right,
                struct err_info *info)
{
    char kept[crypto_pwhash_STRBYTES] = "";

    *is_right = false;
    if (hash.p && hash.n < sizeof kept)
        memcpy(kept, hash.p, hash.n);
    const err e = enter(gate, info);
    if (e != OK)
        return e;
    const bool fits =
        crypto_pwhash_str_verify(hash.p ? kept : gate->nobody, password.p, password.n) == 0;
    *is_right = hash.p && fits;
    leave(gate);
    return OK;
}
