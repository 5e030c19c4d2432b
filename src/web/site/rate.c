/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Token buckets in a table of fixed size. Who asks is known by a keyed hash
 * alone (SipHash-2-4, Aumasson and Bernstein 2012), with a key drawn at the
 * start: nobody can choose addresses or names that meet in one place. A full
 * place gives up the bucket that was used least lately.
 */
#include "web/site/site_int.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <sodium.h>

/* What an office behind one address needs, and a machine that guesses does not get. */
const struct rate site_rates[RATE_CLASSES] = {
    [RATE_UNSET] = {"unset", 0, 0},     [RATE_FREE] = {"free", 0, 0},
    [RATE_PAGE] = {"page", 6000, 1000}, [RATE_SEARCH] = {"search", 600, 200},
    [RATE_WRITE] = {"write", 600, 200}, [RATE_SIGN_IN] = {"sign-in", 60, 60},
    [RATE_MAIL] = {"mail", 30, 10},     [RATE_UPLOAD] = {"upload", 60, 20},
    [RATE_API] = {"api", 3000, 600},
};

enum { WAYS = 8, LOCKS = 64, WHO_MAX = 256, KNOWN = 1 << 14 };

struct bucket {
    uint64_t who; /* 0: free */
    int64_t at_ms;
    double tokens; /* at at_ms */
};

/* One place each: who loses it to another counts by address until the next request. */
struct known {
    uint64_t credential; /* 0: free */
    int64_t account;
};

struct rate_table {
    struct rate rates[RATE_CLASSES];
    unsigned char key[crypto_shorthash_KEYBYTES];
    size_t n_places; /* a power of two, of WAYS buckets each */
    struct bucket *bucket;
    pthread_mutex_t lock[LOCKS];
    struct known known[KNOWN];
    pthread_mutex_t known_lock;
};

err rate_table_new(size_t entries, const struct rate *rates, rate_table **made,
                   struct err_info *info)
{
    rate_table *t = calloc(1, sizeof *t);
    if (!t || sodium_init() < 0) {
        free(t);
        return err_nomem(info);
    }
    t->n_places = entries < WAYS ? 1 : entries / WAYS;
    t->bucket = calloc(t->n_places * WAYS, sizeof *t->bucket);
    if (!t->bucket) {
        free(t);
        return err_nomem(info);
    }
    memcpy(t->rates, rates, sizeof t->rates);
    randombytes_buf(t->key, sizeof t->key);
    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_init(&t->lock[i], NULL);
    pthread_mutex_init(&t->known_lock, NULL);
    *made = t;
    return OK;
}

void rate_table_free(rate_table *t)
{
    if (!t)
        return;
    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_destroy(&t->lock[i]);
    pthread_mutex_destroy(&t->known_lock);
    sodium_memzero(t->key, sizeof t->key);
    free(t->bucket);
    free(t);
}

/* One household or office has a whole /64 of IPv6. */
static str widen(str who, unsigned char network[8])
{
    char text[INET6_ADDRSTRLEN];
    unsigned char all[16];
    size_t colon;
    if (who.n >= sizeof text || !str_find(who, ':', &colon))
        return who;
    memcpy(text, who.p, who.n);
    text[who.n] = '\0';
    if (inet_pton(AF_INET6, text, all) != 1)
        return who;
    memcpy(network, all, 8);
    return (str){(const char *)network, 8};
}

static uint64_t hash_of(const rate_table *t, unsigned char kind, str text)
{
    unsigned char all[1 + WHO_MAX], hash[crypto_shorthash_BYTES];
    uint64_t h;
    if (text.n > WHO_MAX)
        text.n = WHO_MAX;
    all[0] = kind;
    if (text.n)
        memcpy(all + 1, text.p, text.n);
    crypto_shorthash(hash, all, 1 + text.n, t->key);
    memcpy(&h, hash, sizeof h);
    return h ? h : 1;
}

/* Kinds of what is hashed: a class for an address, the same and one bit for an account. */
enum { KIND_ACCOUNT = 0x40, KIND_CREDENTIAL = 0x80 };

static uint64_t hash_of_who(const rate_table *t, enum rate_class rate, struct rate_who who)
{
    unsigned char network[8];
    if (who.account == 0)
        return hash_of(t, (unsigned char)rate, widen(who.address, network));
    return hash_of(t, (unsigned char)((unsigned)rate | KIND_ACCOUNT),
                   (str){(const char *)&who.account, sizeof who.account});
}

/* The bucket of `who` in a place, a free one, or the one used least lately. */
static struct bucket *choose(struct bucket *place, uint64_t who)
{
    struct bucket *oldest = place;
    for (int i = 0; i < WAYS; i++) {
        if (place[i].who == who)
            return &place[i];
        if (oldest->who != 0 && (place[i].who == 0 || place[i].at_ms < oldest->at_ms))
            oldest = &place[i];
    }
    return oldest;
}

/* Up to this moment; a clock that jumps back gives nothing. */
static void fill(const struct rate *rate, struct bucket *b, int64_t now_ms)
{
    if (now_ms > b->at_ms) {
        b->tokens += (double)(now_ms - b->at_ms) * rate->per_minute / 60000;
        b->at_ms = now_ms;
    }
    if (b->tokens > rate->burst)
        b->tokens = rate->burst;
}

/* Whole seconds until there are so many. */
static int seconds_to(const struct rate *rate, const struct bucket *b, double tokens)
{
    const double wait_s = (tokens - b->tokens) * 60 / rate->per_minute;
    return wait_s < 3600 ? (int)wait_s + 1 : 3600;
}

static bool take(const struct rate *rate, struct bucket *b, int *retry_s)
{
    if (b->tokens >= 1) {
        b->tokens -= 1;
        return true;
    }
    *retry_s = seconds_to(rate, b, 1);
    return false;
}

/* The bucket of somebody, filled up to now and locked. */
static struct bucket *open_bucket(rate_table *t, enum rate_class rate, struct rate_who who,
                                  int64_t now_ms, pthread_mutex_t **lock)
{
    const struct rate *limit = &t->rates[rate];
    const uint64_t h = hash_of_who(t, rate, who);
    const size_t place = (size_t)h & (t->n_places - 1);
    *lock = &t->lock[place % LOCKS];
    pthread_mutex_lock(*lock);
    struct bucket *b = choose(t->bucket + place * WAYS, h);
    if (b->who != h)
        *b = (struct bucket){.who = h, .at_ms = now_ms, .tokens = limit->burst};
    fill(limit, b, now_ms);
    return b;
}

bool rate_take(rate_table *t, enum rate_class rate, struct rate_who who, int64_t now_ms,
               int *retry_s)
{
    const struct rate *limit = &t->rates[rate];
    pthread_mutex_t *lock;
    if (limit->per_minute <= 0)
        return true;
    const bool taken = take(limit, open_bucket(t, rate, who, now_ms, &lock), retry_s);
    pthread_mutex_unlock(lock);
    return taken;
}

void rate_look(rate_table *t, enum rate_class rate, struct rate_who who, int64_t now_ms, int *left,
               int *full_s)
{
    const struct rate *limit = &t->rates[rate];
    pthread_mutex_t *lock;
    const struct bucket *b = open_bucket(t, rate, who, now_ms, &lock);
    *left = (int)b->tokens;
    *full_s = b->tokens < limit->burst ? seconds_to(limit, b, limit->burst) : 0;
    pthread_mutex_unlock(lock);
}

/* ---- whose a credential is ---- */

int64_t rate_account(rate_table *t, str credential)
{
    if (credential.n == 0)
        return 0;
    const uint64_t h = hash_of(t, KIND_CREDENTIAL, credential);
    pthread_mutex_lock(&t->known_lock);
    const struct known *k = &t->known[h % KNOWN];
    const int64_t account = k->credential == h ? k->account : 0;
    pthread_mutex_unlock(&t->known_lock);
    return account;
}

void rate_learn(rate_table *t, str credential, int64_t account)
{
    if (credential.n == 0)
        return;
    const uint64_t h = hash_of(t, KIND_CREDENTIAL, credential);
    pthread_mutex_lock(&t->known_lock);
    struct known *k = &t->known[h % KNOWN];
    if (account != 0)
        *k = (struct known){h, account};
    else if (k->credential == h)
        *k = (struct known){0};
    pthread_mutex_unlock(&t->known_lock);
}
