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
        e = err_set(info, E_BUSY, "access.busy"); /* no memory to hash it in */
    leave(gate);
    return e;
}

/* ---- verifying ---- */

enum { HASH_BYTES = 32 }; /* of crypto_pwhash_str */

/* What "$argon2id$v=19$m=KIB,t=PASSES,p=1$SALT$HASH" says. */
struct kept {
    unsigned long long passes;
    size_t memory;
    unsigned char salt[crypto_pwhash_SALTBYTES], hash[HASH_BYTES];
};

static bool decode(const char *text, unsigned char *bytes, size_t size)
{
    size_t n;
    return sodium_base642bin(bytes, size, text, strlen(text), NULL, &n, NULL,
                             sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
           n == size;
}

static bool parse_kept(str text, struct kept *k)
{
    char zero[crypto_pwhash_STRBYTES] = "", salt[23], hash[44];
    unsigned kib, passes;

    if (!text.p || text.n >= sizeof zero)
        return false;
    memcpy(zero, text.p, text.n);
    if (sscanf(zero, "$argon2id$v=19$m=%9u,t=%9u,p=1$%22[A-Za-z0-9+/]$%43[A-Za-z0-9+/]", &kib,
               &passes, salt, hash) != 4)
        return false;
    k->passes = passes;
    k->memory = (size_t)kib << 10;
    return decode(salt, k->salt, sizeof k->salt) && decode(hash, k->hash, sizeof k->hash);
}

/*
 * By hand what crypto_pwhash_str_verify does, which says the same of a wrong password and of no
 * memory to hash it in: one would be told that the own password is wrong.
 */
err gate_verify(struct password_gate *gate, str password, str hash, bool *is_right,
                struct err_info *info)
{
    struct kept k = {0};
    unsigned char made[HASH_BYTES];

    *is_right = false;
    const bool is_there = parse_kept(hash, &k);
    if (!is_there) /* of no password: it takes as long */
        k = (struct kept){.passes = gate->passes, .memory = gate->memory};
    err e = enter(gate, info);
    if (e != OK)
        return e;
    if (crypto_pwhash(made, sizeof made, password.p, password.n, k.salt, k.passes, k.memory,
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        e = err_set(info, E_BUSY, "access.busy");
    leave(gate);
    *is_right = e == OK && is_there && sodium_memcmp(made, k.hash, sizeof made) == 0;
    sodium_memzero(made, sizeof made);
    return e;
}
